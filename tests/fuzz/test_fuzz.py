"""Untrusted input of every kind: an answer or a refusal, no traceback, bounded memory and time.

`make fuzz` does the same for an hour.
"""

from __future__ import annotations

import json
import random
import time

import fuzzing
import pytest


def _tried(seeds, seconds):
    """Run the calls of some seeds, as many as the time allows; the outcomes."""
    end, found = time.monotonic() + seconds, []
    for seed in seeds:
        if time.monotonic() > end:
            break
        one = fuzzing.call(random.Random(seed))
        # processor time too is longer beside other processes; a child starts with imports done
        result = fuzzing.outcome(one, 2 * fuzzing.SECONDS)
        assert not result.fault, f"seed {seed}: {result.fault}: {one}\n{result.output[-1000:]}"
        found.append(result)
    return found


def test_a_sample_of_calls():
    found = _tried(range(10), 12)
    assert {result.status for result in found} <= {0, 1, 2} and found


@pytest.mark.slow
def test_calls_for_a_minute():
    found = _tried(range(1000, 10**6), 60)
    assert {result.status for result in found} == {0, 1, 2}


HARD = {
    "cosh of a power": 'parameters = ["w"]\ninputs = ["x"]\noutputs = ["abs(cosh(w**243))*x"]',
    "deep parentheses": f'parameters = ["a"]\noutputs = ["{"(" * 500}a{")" * 500}"]',
    "long number": f'parameters = ["a"]\noutputs = ["{"9" * 100_000}*a"]',
    "tower of powers": 'parameters = ["a"]\noutputs = ["2**2**2**2**2**2**a"]',
    "huge exponent": 'parameters = ["a"]\noutputs = ["a**(10**12)"]',
    "long sum": f'parameters = ["a"]\noutputs = ["{"+".join(["a"] * 40_000)}"]',
    "long list": f'parameters = ["a[10]"]\noutputs = {json.dumps(["a1"] * 100_000)[:-2]}x"]',
    "index out of reach": 'parameters = ["a"]\ninputs = ["x"]\noutputs = ["a*x[10**9]"]',
    "block of a thousand million": 'parameters = ["a[1000000000]"]\noutputs = ["a1"]',
    "look-alike letter": 'parameters = ["а"]\noutputs = ["а"]',
    "parameter exp": 'parameters = ["exp"]\noutputs = ["exp"]',
    "parameter I": 'parameters = ["I"]\noutputs = ["I"]',
    "nested brackets": f"parameters = {'[' * 5000}",
    "dotted key": f"{'a.' * 5000}b = 1",
}


@pytest.mark.parametrize("kind", HARD)
def test_hard_input_is_answered_or_refused(kind):
    one = fuzzing.Call(("rank", "m.toml"), (("m.toml", HARD[kind]),))
    result = fuzzing.outcome(one, 2 * fuzzing.SECONDS)
    assert not result.fault, result.fault
    if result.status == 2:
        assert result.output.startswith("rankstrat: ") and result.output.count("\n") == 1
    else:
        assert result.status == 0 and "model rank" in result.output


POWERS = [
    "b*(b-a)**9999", "a*cosh(atan(sqrt(2)*x)**9999)", "a*tanh((w*x+b)**2001)", "a*x**(w**40)**40",
    "a*(x+w)**300*(x-w)**300", "a*((w+b+x)**40+1)**40", "(w+1)**1000*x",
]  # fmt: skip


@pytest.mark.parametrize(
    "output", [*POWERS[:4], *(pytest.param(p, marks=pytest.mark.slow) for p in POWERS[4:])]
)
def test_strata_of_towers_of_powers_are_not_expanded(output):
    text = f'parameters = ["a", "b", "w"]\ninputs = ["x"]\noutputs = ["{output}"]'
    one = fuzzing.Call(("stratify", "m.toml"), (("m.toml", text),))
    result = fuzzing.outcome(one, 2 * fuzzing.SECONDS)
    assert not result.fault, result.fault
    assert result.status == 0
    assert "Coverage" in result.output


def test_nested_functions_are_recognised_or_not_in_time():
    inside = "exp(" * 40 + "x" + ")" * 40
    text = f'parameters = ["a", "w"]\ninputs = ["y", "x"]\noutputs = ["a*{inside}/w**x"]'
    one = fuzzing.Call(("stratify", "m.toml"), (("m.toml", text),))
    result = fuzzing.outcome(one, 2 * fuzzing.SECONDS)
    assert not result.fault, result.fault


def test_the_harness_sees_faults():
    slow = fuzzing.Call(("verify",))  # more than a blink
    assert fuzzing.outcome(slow, 0.2).fault.startswith("no answer")
    assert fuzzing.Outcome(3, 0, "internal error").fault
    assert fuzzing.Outcome(1, 0, "Traceback (most recent call last)").fault
    assert not fuzzing.Outcome(2, 0, "rankstrat: error").fault
