"""Whether a pole seems removable: whether the outputs have one limit on curves into a point."""

from __future__ import annotations

from fractions import Fraction

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.floats import MpRing, leaf_number
from rankstrat.algebra.primes import mix
from rankstrat.algebra.program import LEAF
from rankstrat.errors import RankstratError
from rankstrat.model.model import Chart

DIGITS, STEPS, CURVES, INPUTS = 120, (10**11, 10**14), 8, 3
CLOSE = Fraction(1, 10**9)
MOST_NODES = 2_000


def seems_removable(chart: Chart) -> bool:
    """Whether at random inputs the outputs near a point have one limit, in floats.

    Points near it lie on random curves, along which parameters move with powers of time; the values
    must agree on all of them.
    """
    model, compiled = chart.model, chart.model.compiled
    if not chart.is_point or model.constants:
        return False
    if len(compiled.program.reachable(compiled.outputs)) > MOST_NODES:
        return False
    try:
        return all(_has_limit(chart, number) for number in range(INPUTS))
    except (RankstratError, ArithmeticError, AttributeError, TypeError, ValueError):
        return False


def _has_limit(chart: Chart, number: int) -> bool:
    ring, compiled = MpRing(DIGITS), chart.model.compiled
    program = compiled.program
    values = {
        n: leaf_number(ring, program.data[n])
        for n in program.reachable(compiled.outputs)
        if program.kind[n] == LEAF and program.data[n][0] not in ("p", "x")
    }
    for k, leaf in enumerate(compiled.inputs):
        values[leaf] = ring.constant(Fraction(17 + int(mix(number, 83, k)) % 89, 64))
    found = []
    for curve in range(CURVES):
        for step in STEPS:
            for i, (leaf, at) in enumerate(zip(compiled.parameters, chart.raw, strict=True)):
                slope = Fraction(1 + int(mix(curve, 84, i)) % 99, 64) * (-1) ** (curve + i)
                power = 1 + int(mix(curve, 85, i)) % 3
                values[leaf] = ring.constant(at) + ring.constant(slope / step**power)
            found.append(evaluate(program, compiled.outputs, ring, values))
    first, *others = found
    pairs = (pair for one in others for pair in zip(first, one, strict=True))
    return all(abs(v - w) <= CLOSE * (1 + abs(v)) for v, w in pairs)


__all__ = ["seems_removable"]
