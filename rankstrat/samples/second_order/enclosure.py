r"""Critical points of given data, enclosed: Newton from a starting point, then a Krawczyk test in
ball arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy

from rankstrat.algebra.balls import BallRing
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.krawczyk import krawczyk, newton
from rankstrat.algebra.program import Program
from rankstrat.algebra.signature import ball, middle, precision
from rankstrat.algebra.translate import translate
from rankstrat.errors import DataError
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import exact_scalar
from rankstrat.samples.second_order.second import (
    ScaledRow,
    SecondOrder,
    exact_inputs,
    values_at,
)
from rankstrat.text.spoken import Spoken

BITS, STEPS = 320, 60
_FAILURES = {
    "singular": (
        "Newton met a singular Hessian; choose another starting point, or a nondegenerate critical"
        " point"
    ),
    "diverges": "Newton diverges from this starting point; start closer to a critical point",
}


@dataclass(frozen=True)
class EnclosedCriticalPoint(Spoken):
    r"""A box that contains exactly one critical point of the squared loss on given data; its
    Hessian is invertible.

    Attributes:
        model: the model.
        inputs: exact inputs, one output row each.
        labels: exact labels.
        box: one ball for each parameter.
    """

    model: Model
    inputs: tuple[tuple[Fraction, ...], ...]
    labels: tuple[sympy.Expr, ...]
    box: tuple[Any, ...] = field(repr=False)
    second: SecondOrder = field(repr=False, compare=False)

    @property
    def chart(self) -> Chart:
        """The generic chart of the model; the point is where its coordinates take the values in the
        box.
        """
        return self.model.generic()

    @property
    def exact(self) -> bool:
        """False: the point is enclosed."""
        return False

    @property
    def coordinates(self) -> Mapping[str, Any]:
        """Parameter name -> ball."""
        return {str(p): v for p, v in zip(self.model.parameters, self.box, strict=True)}

    def rows(self) -> list[ScaledRow]:
        """The data rows."""
        return [(x, k) for x in self.inputs for k in range(self.model.output_count)]

    def residual(self) -> list[Any]:
        """f(x_i) - y_i, enclosed."""
        return _residual(self.second, self.rows(), self.labels, self.coordinates)

    def _facts(self) -> Iterable[tuple[str, object]]:
        return [
            *((str(p), f"{v}") for p, v in zip(self.model.parameters, self.box, strict=True)),
            ("verdict", "PROVED: one critical point in the box, by Krawczyk's test"),
        ]

    def __str__(self) -> str:
        values = ", ".join(
            f"{p} = {float(middle(v).mid()):.6g}"
            for p, v in zip(self.model.parameters, self.box, strict=True)
        )
        return f"critical point of {self.model} near {values}, enclosed"


def enclose_critical_point(
    model: Model,
    inputs: Sequence[Sequence[Any]],
    labels: Sequence[Any],
    start: Sequence[float | int | Fraction],
) -> EnclosedCriticalPoint:
    r"""The critical point of $\tfrac12\sum_i (f(x_i) - y_i)^2$ near a start, proved to exist by a
    Krawczyk test.

    Args:
        model: the model.
        inputs: exact inputs.
        labels: exact labels (sympy expressions without symbols), one for each input and output.
        start: a starting point in parameter order; floats are welcome here, nothing rests on them.

    Raises:
        DataError: wrong shapes, inputs outside the domain, unknown constants; Newton does not
            converge; the test fails (a degenerate critical point, say).

    References:
        Krawczyk1969; docs/proofs.md#critical-points.

    Example:
        >>> import sympy
        >>> u, x = sympy.symbols("u x")
        >>> F = Model(sympy.exp(u) * x, [u], [x])
        >>> found = enclose_critical_point(F, [[1], [2]], [2, 4], [0.5])
        >>> print(found)
        critical point of Model([x*exp(u)], parameters=[u], inputs=[x]) near u = 0.693147, enclosed
    """
    xs = exact_inputs(model, inputs)
    ys = tuple(sympy.sympify(exact_scalar("label", v), strict=True) for v in labels)
    if len(start) != model.size or len(ys) != len(xs) * model.output_count:
        raise DataError(
            f"{len(start)} starting values, {len(xs)} inputs and {len(ys)} labels do not fit"
            f" {model.size} parameters, {len(model.inputs)} inputs and {model.output_count}"
            " outputs; give one value for each"
        )
    second = SecondOrder(model.generic())
    rows = [(x, k) for x in xs for k in range(model.output_count)]

    def system(values: Sequence[Any]) -> tuple[list[Any], list[list[Any]]]:
        return _system(second, rows, ys, _named(model, values))

    with precision(BITS):
        point = newton(system, [ball(Fraction(v)) for v in start], steps=STEPS)
        if isinstance(point, str):
            raise DataError(_FAILURES[point])
        box = krawczyk(system, point)
    if box is None:
        raise DataError(
            "the Krawczyk test failed near the last Newton iterate; start closer to a nondegenerate"
            " critical point"
        )
    return EnclosedCriticalPoint(model, xs, ys, tuple(box), second)


def _named(model: Model, values: Sequence[Any]) -> dict[str, Any]:
    return {str(p): v for p, v in zip(model.parameters, values, strict=True)}


def _residual(
    second: SecondOrder,
    rows: Sequence[ScaledRow],
    labels: Sequence[sympy.Expr],
    values: Mapping[str, Any],
) -> list[Any]:
    program = Program()
    wanted = evaluate(program, translate(program, list(labels), {}), BallRing(), {})
    outputs = values_at(second, second.values, rows, exact=False, coordinates=values)
    return [o[k] - y for (_, k), o, y in zip(rows, outputs, wanted, strict=True)]


def _system(
    second: SecondOrder,
    rows: Sequence[ScaledRow],
    labels: Sequence[sympy.Expr],
    values: Mapping[str, Any],
) -> tuple[list[Any], list[list[Any]]]:
    """Gradient and Hessian of the loss, enclosed over the given values."""
    residual = _residual(second, rows, labels, values)
    size = len(second.gradient)
    nodes = [*second.gradient, *(n for row in second.hessian for n in row)]
    found = values_at(second, nodes, rows, exact=False, coordinates=values)
    gradient = [
        sum((e * v[i] for e, v in zip(residual, found, strict=True)), ball(0)) for i in range(size)
    ]
    matrix = [
        [
            sum(
                (
                    v[i] * v[j] + e * v[size + i * size + j]
                    for e, v in zip(residual, found, strict=True)
                ),
                ball(0),
            )
            for j in range(size)
        ]
        for i in range(size)
    ]
    return gradient, matrix


__all__ = ["EnclosedCriticalPoint", "enclose_critical_point"]
