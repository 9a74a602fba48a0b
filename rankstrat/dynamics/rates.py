r"""Convergence of the loss near a point of zero loss: exact constants, enclosed in balls.

Let $R(\theta) = \sum_i e_i^2$ with $e(\theta^*) = 0$, J the Jacobian of the outputs at the data
with rank r. Where the zero set is a manifold of codimension r (Morse-Bott), $R \sim e^{-2\mu t}$
with $\mu$ the least positive eigenvalue of $\nabla^2 R = 2 J^T J$. Along a kernel direction v of J,
normal to the zero set, R has the normal form $c s^4$ with
$c = |(1 - P_J)\, \tfrac12 D^2F[v, v](X)|^2$, $P_J$ the projection on the column space of J; then
$\dot s = -4 c s^3$ and $t^2 R \to 1/(64 c)$. The page on the laboratory has the derivation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rankstrat.algebra.signature import ball, precision, signature, solve
from rankstrat.dynamics.checks import rational, rows_of, whole
from rankstrat.errors import DataError, UndecidedError, demand
from rankstrat.model.model import Chart
from rankstrat.samples.second_order.second import SecondOrder, exact_inputs, values_at

BITS, HALVINGS, BITS_KEPT = 256, 60, 100
PARTS = (Fraction(1, 2), Fraction(7, 16), Fraction(9, 16))


@dataclass(frozen=True)
class Enclosed:
    """A number with a proved error bound.

    Attributes:
        value: a float.
        radius: the number is within this distance of it, by proof.
    """

    value: float
    radius: float

    def __str__(self) -> str:
        return f"{self.value:.9g} +- {self.radius:.1g}"


def least_positive_eigenvalue(
    point: Chart, inputs: Sequence[Any], rank: int, *, scale: Any = 1
) -> Enclosed:
    r"""$\mu$, the least positive eigenvalue of $2 s J^T J$, by counting on both sides of it.

    Args:
        point: an exact point.
        inputs: exact inputs.
        rank: of J, which must be right: the rank of the samples (`local_linear_recovery`).
        scale: s in $R = s \sum_i e_i^2$, exact.

    Raises:
        DataError: inputs that do not fit.
        UndecidedError: fewer than `rank` eigenvalues are certainly positive.

    Example:
        >>> import sympy
        >>> from rankstrat.model.model import Model
        >>> a, b, x = sympy.symbols("a b x")
        >>> point = Model((a + b) * x, [a, b], [x]).point({a: 1, b: 2})
        >>> found = least_positive_eigenvalue(point, [1, 2], 1)
        >>> round(found.value, 9), found.radius < 1e-9
        (20.0, True)
    """
    demand(point, Chart, DataError, "a point", "try model.point(...)")
    rank = whole("the rank", rank, 1, "take that of local_linear_recovery")
    factor_of = rational("scale", scale)
    if factor_of <= 0 or rank > point.model.size:
        raise DataError(
            f"the rank {rank} and the scale {factor_of} were given; a rank between 1 and"
            f" {point.model.size} and a positive scale are needed; check both"
        )
    with precision(BITS):
        jacobian = _jacobian(point, inputs)
        size = len(jacobian[0])
        factor = ball(2 * factor_of)
        gram = [
            [factor * _dot([r[i] for r in jacobian], [r[j] for r in jacobian]) for j in range(size)]
            for i in range(size)
        ]
        high = Fraction(float(sum((gram[i][i] for i in range(size)), ball(0)).mid()) * 1.001)
        low = Fraction(0)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            positive, negative = _counts(gram, middle)
            if positive >= rank:
                low = middle
            elif negative > size - rank:
                high = middle
            else:
                break
        if not low:
            raise UndecidedError(
                f"fewer than {rank} eigenvalues are certainly positive; check the rank, or move the"
                " inputs"
            )
    return Enclosed(float((low + high) / 2), float((high - low) / 2) + 1e-14 * float(high))


def least_eigenvalue(matrix: Sequence[Sequence[Any]]) -> Enclosed:
    r"""The least eigenvalue of a symmetric matrix of balls, by counting on both sides of it.

    Args:
        matrix: balls; symmetric. Wide ones give a large radius.

    Example:
        >>> found = least_eigenvalue([[ball(1), ball(2)], [ball(2), ball(1)]])
        >>> round(found.value, 9), found.radius < 1e-9
        (-1.0, True)
    """
    size = len(matrix)
    with precision(BITS):
        # every eigenvalue is in a disc of Gershgorin
        rows = [sum((abs(v) for v in row), ball(0)) for row in matrix]
        high = Fraction(max(float(r.mid()) + float(r.rad()) for r in rows)) * 2 + 1
        low = -high
        narrower = True
        while narrower and high - low > 2**-HALVINGS * max(abs(low), abs(high)):
            narrower = False
            # one place may be an eigenvalue, where nothing can be counted
            for part in PARTS:
                middle = low + part * (high - low)
                positive, negative = _counts(matrix, middle)
                if negative:
                    high, narrower = middle, True
                    break
                if positive == size:
                    low, narrower = middle, True
                    break
            if max(abs(low), abs(high)) < 2**-BITS_KEPT:
                break
    size_of = max(abs(low), abs(high))
    return Enclosed(float((low + high) / 2), float((high - low) / 2) + 1e-14 * float(size_of))


def _counts(matrix: Sequence[Sequence[Any]], shift: Fraction) -> tuple[int, int]:
    moved = [
        [v - ball(shift) if i == j else v for j, v in enumerate(row)]
        for i, row in enumerate(matrix)
    ]
    return signature(moved)


def quartic_constant(
    point: Chart, inputs: Sequence[Any], direction: Sequence[Any], columns: Sequence[int]
) -> Enclosed:
    r"""$c = |(1 - P_J)\, \tfrac12 D^2F[v, v](X)|^2 / |v|^4$ for a kernel vector v of J.

    Args:
        point: an exact point of a scalar model.
        inputs: exact inputs.
        direction: v, exact, of any length.
        columns: parameters whose tangent functions span all others on the data, and are
            independent there (such as those of the minor of a rank certificate).

    Raises:
        DataError: a direction that is not in the kernel of J, or columns that are dependent.
    """
    demand(point, Chart, DataError, "a point", "try model.point(...)")
    v = [rational("direction", x) for x in rows_of("directions", direction)]
    columns = [
        whole("a column,", c, 0, "take those of the minor of a rank certificate")
        for c in rows_of("columns", columns)
    ]
    if any(c >= point.model.size for c in columns):
        raise DataError(
            f"the columns {tuple(columns)} were given; they lie between 0 and"
            f" {point.model.size - 1}; take those of the minor of a rank certificate"
        )
    if len(v) != point.model.size or not any(v):
        raise DataError(
            f"a direction of {len(v)} entries was given; {point.model.size} are needed, not all 0"
        )
    with precision(BITS):
        second, rows = SecondOrder(point), _rows(point, inputs)
        size, moved = len(v), [i for i, x in enumerate(v) if x]
        jacobian = values_at(second, second.gradient, rows, exact=False)
        slopes = [sum((ball(v[i]) * row[i] for i in moved), ball(0)) for row in jacobian]
        if not all(s.contains(0) for s in slopes):
            raise DataError("the direction changes the outputs; a kernel vector of J is needed")
        pairs = [(i, j) for i in moved for j in moved]
        nodes = [second.hessian[i][j] for i, j in pairs]
        curves = [
            sum((ball(v[i] * v[j]) * x for (i, j), x in zip(pairs, row, strict=True)), ball(0)) / 2
            for row in values_at(second, nodes, rows, exact=False)
        ]
        basis = [[row[c] for row in jacobian] for c in columns]
        gram = [[_dot(a, b) for b in basis] for a in basis]
        weights = solve(gram, [_dot(a, curves) for a in basis]) if basis else []
        if weights is None or size < len(columns):
            raise DataError("the columns are dependent on these inputs; give independent ones")
        rest = list(curves)
        for weight, column in zip(weights, basis, strict=True):
            rest = [r - weight * x for r, x in zip(rest, column, strict=True)]
        length = sum(x * x for x in v)
        value = _dot(rest, rest) / ball(length * length)
    return Enclosed(float(value.mid()), float(value.rad()) + 1e-15 * float(value.mid()))


def _rows(point: Chart, inputs: Sequence[Any]) -> list[tuple[tuple[Fraction, ...], int]]:
    rows = [x if isinstance(x, Sequence) else [x] for x in rows_of("inputs", inputs)]
    xs = exact_inputs(point.model, [[rational("input", v) for v in x] for x in rows])
    if not xs or not point.is_point:
        raise DataError(
            f"inputs with {len(point.model.inputs)} entries each and a point are needed; check both"
        )
    return [(x, k) for x in xs for k in range(len(point.model.outputs))]


def _jacobian(point: Chart, inputs: Sequence[Any]) -> list[list[Any]]:
    second = SecondOrder(point)
    return values_at(second, second.gradient, _rows(point, inputs), exact=False)


def _dot(a: Sequence[Any], b: Sequence[Any]) -> Any:
    return sum((x * y for x, y in zip(a, b, strict=True)), ball(0))


__all__ = ["Enclosed", "least_eigenvalue", "least_positive_eigenvalue", "quartic_constant"]
