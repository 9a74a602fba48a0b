"""Critical points of the lecture's exercise, enclosed: losses and inertia of independent
computations, all proved.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from rankstrat.algebra.signature import ball, precision
from rankstrat.errors import DataError
from rankstrat.families import two_layer
from rankstrat.mappings import compose, null, splitting, transfer
from rankstrat.model.model import Model
from rankstrat.rank.certificate import Verdict
from rankstrat.samples import EnclosedCriticalPoint, enclose_critical_point, inertia

INPUTS = [[Fraction(-15) + Fraction(29 * i, 49)] for i in range(50)]
LABELS = [
    sum(sympy.tanh(sympy.Rational(x.numerator, x.denominator) + s) for s in (-7, 0, 7))
    for (x,) in INPUTS
]
ONE = [(3.866799627, 0.0858069179, 0.001399275082)]
TWO = [(0.7870718477, 1.291479496, -9.277929631), (2.361275107, 0.152857464, 0.4108790305)]
OTHER = [(0.7888583473, 1.300517032, 9.328822716), (2.344239642, 0.1547979544, -0.4171496225)]
SADDLE = [(1.650800173, 0.2078969302, -1.118828821), (1.590240451, 0.2142751854, 1.196236393)]
TARGET = [(1, 1, -7), (1, 1, 0), (1, 1, 7)]
CASES = [
    (ONE, "0.110135518417", (3, 0, 0), (5, 2, 2)),
    (TWO, "0.0717266615535", (6, 0, 0), (7, 1, 1)),
    (OTHER, "0.0721699802345", (6, 0, 0), (7, 1, 1)),
    (SADDLE, "0.0917899157850", (5, 0, 1), None),
    (TARGET, "0", (9, 0, 0), None),
]


def enclosed(neurons: list[tuple[float, float, float]]) -> EnclosedCriticalPoint:
    start = [neuron[k] for k in range(3) for neuron in neurons]
    return enclose_critical_point(
        two_layer(width=len(neurons), inputs=1, bias=True), INPUTS, LABELS, start
    )


@pytest.mark.parametrize(("neurons", "loss", "narrow", "wide"), CASES)
def test_critical_points_of_the_lecture(
    neurons: list[tuple[float, float, float]],
    loss: str,
    narrow: tuple[int, int, int],
    wide: tuple[int, int, int] | None,
) -> None:
    point = enclosed(neurons)
    with precision(256):
        value = float(sum(float(e.mid()) ** 2 for e in point.residual()) / 50)
    assert abs(value - float(loss)) < 1e-12
    found = inertia(point)
    assert (found.positive, found.zero, found.negative) == narrow
    assert found.verdict is Verdict.PROVED
    if wide is None:
        return
    for build in (splitting, null):
        mapping = build(two_layer(width=len(neurons), inputs=1, bias=True))
        while mapping.target.size < 9:
            mapping = compose(build(mapping.target), mapping)
        step = transfer(mapping, point, {s: Fraction(3, 10) for s in mapping.symbols})
        assert (step.after.positive, step.after.zero, step.after.negative) == wide
        assert step.after.verdict is Verdict.PROVED
        assert step.escapes


def test_the_box_contains_log_2() -> None:
    u, x = sympy.symbols("u x")
    point = enclose_critical_point(Model(sympy.exp(u) * x, [u], [x]), [[1], [2]], [2, 4], [0.5])
    with precision(1000):
        assert point.box[0].contains(ball(2).log())
    assert str(inertia(point)).startswith("inertia (+, 0, -) (1, 0, 0) of 1")


def test_degenerate_points_and_bad_data_are_refused() -> None:
    net = two_layer(width=1, inputs=1)
    with pytest.raises(DataError, match=r"singular|Krawczyk"):
        enclose_critical_point(
            two_layer(width=2, inputs=1), [[1], [2], [3]], [1, 2, 3], [0.5, 0.5, 0.5, 0.5]
        )
    with pytest.raises(DataError, match="do not fit 2 parameters"):
        enclose_critical_point(net, [[1]], [1, 2], [0, 0])
