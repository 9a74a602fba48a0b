"""Memory stays flat over thousands of calls with different models, points and symbols."""

# ruff: noqa: E501 (a script)

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SCRIPT = """
import gc, random, sys
import sympy as sp
import rankstrat as rs
from rankstrat.cli._proofs import refereed

x, a, b, w = sp.symbols("x a b w")
ACTIVATIONS = ["tanh", "relu", "softplus", "gelu", "sin"]

def resident():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))

def question(k):
    draw = random.Random(k)
    q = lambda: sp.Rational(draw.randint(-999, 999), draw.randint(1, 99))
    own = sp.Symbol(f"v{k}")  # a new symbol for every call
    match k % 8:
        case 0:
            name = ACTIVATIONS[k // 8 % 5]
            net = rs.families.two_layer(width=2, inputs=1, activation=name, bias=True)
            return rs.model_rank(net.point(a=[1 + k, 2], w=[[q()], [q()]], b=[q(), q()]))
        case 1:
            return rs.model_rank(rs.Model(a * sp.exp(q() * x + own) + b * x**2, [a, b, own], [x]).generic())
        case 2:
            product = rs.families.matrix_factorization(rows=2, inner=2, columns=2)
            return rs.model_rank(product.point(A=[[q(), q()], [q(), q()]], B=[[1, 0], [q(), 0]]))
        case 3:
            point = rs.Model(a * sp.tanh(own * x + q()), [a, own], [x]).point({a: q(), own: q()})
            found = rs.model_rank(point)
            rs.RankCertificate.from_json(found.to_json()).check()
            return refereed(found)
        case 4:
            return rs.tangent_span(rs.Model(a * sp.cos(own * x) + q() * b * x, [a, own, b], [x]).generic())
        case 5:
            return rs.numerical_rank(rs.Model(a * sp.tanh(own * x), [a, own], [x]).point({a: q(), own: q()}))
        case 6:
            return rs.stratify(rs.Model(q() * a * own * x + b, [a, own, b], [x]))
        case _:
            return rs.symmetries(rs.Model(a * sp.tanh(own * x) + q() * b, [a, own, b], [x]))

calls, early = int(sys.argv[1]), int(sys.argv[2])
for k in range(calls):
    question(k)
    if k + 1 in (early, calls):
        gc.collect()
        print(resident())
"""


def grown(calls, early):
    """How many MiB are kept after so many calls that were not after the early ones."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(calls), str(early)],
        capture_output=True, text=True, check=True, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    before, after = map(int, done.stdout.split())
    return (after - before) / 1024


@pytest.mark.slow
def test_memory_is_flat_over_two_thousand_calls():
    # sympy's own cache holds a thousand entries for each of its functions, and fills up at first
    assert grown(2500, 500) < 12


def test_the_measurement_sees_a_leak():
    leaky = SCRIPT.replace(
        "    question(k)\n", "    globals().setdefault('kept', []).append(bytearray(1 << 20))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", leaky, "60", "20"], capture_output=True, text=True, check=True
    )
    before, after = map(int, done.stdout.split())
    assert (after - before) / 1024 > 30
