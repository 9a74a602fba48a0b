"""Whether a pole seems removable: whether the outputs have one limit on curves into a point, and
change linearly around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.floats import MpRing, leaf_number
from rankstrat.algebra.primes import mix
from rankstrat.algebra.program import LEAF
from rankstrat.errors import RankstratError
from rankstrat.model.domain import combinations
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import Exact

DIGITS, STEPS, CURVES, INPUTS = 160, (10**11, 10**14), 8, 3
LIMIT, CLOSE = Fraction(1, 10**32), Fraction(1, 10**9)
"""How near the limit is taken, and which differences are none."""
MOST_NODES, MOST_INPUTS = 2_000, 30


def seems_removable(chart: Chart) -> bool:
    """Whether the outputs near a point have one limit and derivatives there, in floats, at every
    listed input and at random ones.

    Points near it lie on random curves, along which parameters move with powers of time; the values
    must agree on all of them. On lines the changes must add up: otherwise a model that is
    written without the pole, as `sqrt(Abs(w))` at `w = 0`, has no tangent functions there.
    """
    model, compiled = chart.model, chart.model.compiled
    if not chart.is_point or model.constants:
        return False
    if len(compiled.program.reachable(compiled.outputs)) > MOST_NODES:
        return False
    try:
        inputs = list(_inputs(model))
        return 0 < len(inputs) <= MOST_INPUTS and all(_is_smooth(chart, at) for at in inputs)
    except (RankstratError, ArithmeticError, AttributeError, TypeError, ValueError):
        return False


def _inputs(model: Model) -> Iterator[Sequence[Exact]]:
    """Random inputs, with every choice of the listed ones."""
    symbols, domain = model.inputs, model.domain
    if not domain:
        for number in range(INPUTS):
            yield [Fraction(17 + int(mix(number, 83, k)) % 89, 64) for k in range(len(symbols))]
        return
    state = [0]

    def random() -> int:
        state[0] += 1
        return int(mix(state[0], 83)) % (1 << 31)

    listed = {s for group in domain.listed for s in group.symbols}
    for _ in range(1 if listed == set(symbols) else INPUTS):
        drawn = domain.draw(symbols, random)
        if drawn is None:
            continue
        for chosen in combinations(domain.listed):
            values = dict(zip(symbols, drawn, strict=True)) | chosen
            if domain.admits(values):
                yield [values[s] for s in symbols]


def _is_smooth(chart: Chart, inputs: Sequence[Exact]) -> bool:
    """Whether the outputs at an input have a limit at the point, and change linearly around it."""
    outputs, size = _outputs(chart, inputs), chart.model.size
    slopes = [
        [Fraction(1 + int(mix(curve, 84, i)) % 99, 64) * (-1) ** (curve + i) for i in range(size)]
        for curve in range(CURVES)
    ]
    powers = [[1 + int(mix(curve, 85, i)) % 3 for i in range(size)] for curve in range(CURVES)]
    first, *others = [
        outputs([s / step**p for s, p in zip(slope, power, strict=True)])
        for slope, power in zip(slopes, powers, strict=True)
        for step in STEPS
    ]
    pairs = (pair for one in others for pair in zip(first, one, strict=True))
    if any(abs(v - w) > CLOSE * (1 + abs(v)) for v, w in pairs):
        return False
    limit, step = outputs([s * LIMIT for s in slopes[0]]), Fraction(1, STEPS[-1])
    lines = [(slope, outputs([s * step for s in slope])) for slope in slopes]
    for (slope, one), (other, two) in pairwise(lines):
        both = outputs([(s + 3 * t) * step for s, t in zip(slope, other, strict=True)])
        for c, u, v, w in zip(limit, one, two, both, strict=True):
            if abs((w - c) - (u - c) - 3 * (v - c)) > CLOSE * step * (1 + abs(c)):
                return False
    return True


def _outputs(chart: Chart, inputs: Sequence[Exact]) -> Callable[[Sequence[Fraction]], list[Any]]:
    """The outputs at an input as a function of how far the parameters are from a point."""
    ring, compiled = MpRing(DIGITS), chart.model.compiled
    program, leaves = compiled.program, (*compiled.inputs, *compiled.parameters)
    fixed = {
        n: leaf_number(ring, program.data[n])
        for n in program.reachable(compiled.outputs)
        if program.kind[n] == LEAF and program.data[n][0] not in ("p", "x")
    }
    at, point = [ring.constant(v) for v in inputs], [ring.constant(v) for v in chart.raw]

    def outputs(offset: Sequence[Fraction]) -> list[Any]:
        near = [v + ring.constant(d) for v, d in zip(point, offset, strict=True)]
        values = fixed | dict(zip(leaves, (*at, *near), strict=True))
        return evaluate(program, compiled.outputs, ring, values)

    return outputs


__all__ = ["seems_removable"]
