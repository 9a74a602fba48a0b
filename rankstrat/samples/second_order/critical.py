r"""Exact critical points: for any point and inputs there are labels for which it is critical."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count as count_from
from itertools import islice
from typing import Any

from rankstrat.algebra.primes import mix
from rankstrat.algebra.signature import approximate, ball, precision, solve
from rankstrat.errors import DataError, UndecidedError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import exact_scalar
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.samples.second_order.second import (
    Inputs,
    ScaledRow,
    SecondOrder,
    exact_inputs,
    is_defined_at,
    values_at,
)
from rankstrat.text.spoken import Spoken

BITS, DRAWS = 256, 40


@dataclass(frozen=True)
class CriticalData(Spoken):
    r"""Data for which a point is exactly critical for the squared loss: $y = f_\theta(X) - e$,
    $J(X)^Te = 0$.

    The residual e is *defined* by rational values on the free rows; on the pivot rows it solves
    $J^Te = 0$ restricted to as many independent tangent functions as the proved rank, hence on all
    of them.

    Attributes:
        chart: the point.
        inputs: the rational inputs x_1..x_n (one empty input for a model without inputs).
        free: data row -> rational residual; a row is (number of the input) * outputs + (number of
            the output).
        pivots: the rows that are solved for.
        parameters: the independent tangent functions used.
    """

    chart: Chart
    inputs: tuple[tuple[Fraction, ...], ...]
    free: tuple[tuple[int, Fraction], ...]
    pivots: tuple[int, ...]
    parameters: tuple[int, ...]
    second: SecondOrder = field(repr=False, compare=False)

    @property
    def coordinates(self) -> dict[str, Any]:
        """None: the point is exact."""
        return {}

    @property
    def exact(self) -> bool:
        """Whether the residual is rational."""
        return self.second.rational

    def __str__(self) -> str:
        count, size = len(self.rows()), self.chart.model.size
        return f"{count} data rows for which {self.chart} is critical, with nonzero residual" + (
            f" ({size} parameters)"
        )

    def _facts(self) -> Iterable[tuple[str, object]]:
        return [("inputs", self.inputs), ("residual", self.residual())]

    def rows(self) -> list[ScaledRow]:
        """The data rows, (input, number of the output)."""
        return [(x, k) for x in self.inputs for k in range(self.chart.model.output_count)]

    def residual(self) -> list[Any]:
        """The residual e: fractions for a rational model, else balls at the current precision."""
        second, rows = self.second, self.rows()
        number = Fraction if self.exact else ball
        jacobian = values_at(second, second.gradient, rows, exact=self.exact)
        zero = number(0)
        right = [
            sum((-jacobian[i][p] * number(e) for i, e in self.free), zero) for p in self.parameters
        ]
        if self.pivots:
            solution = solve(
                [[jacobian[i][p] for i in self.pivots] for p in self.parameters], right
            )
        else:
            solution = []
        if solution is None:
            raise DataError(
                "the pivot rows are not independent; choose other inputs, or more of them"
            )
        result = [zero] * len(rows)
        for i, e in self.free:
            result[i] = number(e)
        for i, v in zip(self.pivots, solution, strict=True):
            result[i] = v
        return result


def critical_data(
    point: Chart,
    inputs: Sequence[Sequence[Any]] | None = None,
    *,
    scale: Any = 1,
    extra: int = 3,
    seed: int = 0,
) -> CriticalData:
    r"""Inputs and labels for which a point is an exact critical point of the squared loss with
    nonzero residual.

    Args:
        point: a point of any model.
        inputs: exact inputs x_i (more rows than the rank); random small rationals when omitted.
        scale: size of the residual on the free rows (exact).
        extra: how many rows beyond the rank, when inputs are drawn.
        seed: names the draw.

    Raises:
        DataError: too few rows, an input of the wrong length, outside the domain or where the model
            is not defined, inputs on which the rank drops, or unknown constants.

    References:
        docs/proofs.md#critical-points.

    Example:
        >>> import sympy
        >>> from rankstrat.model.model import Model
        >>> u, v, x = sympy.symbols("u v x")
        >>> data = critical_data(Model(u * v * x, [u, v], [x]).point({u: 1, v: 2}), [[1], [2]])
        >>> data.residual()
        [Fraction(-4, 1), Fraction(2, 1)]
    """
    demand(point, Chart, DataError, "a point of a model", "try model.point(...)")
    demand(
        () if inputs is None else inputs,
        Iterable,
        DataError,
        "a list of inputs",
        "write [[1], [2]]",
    )
    if not point.is_point:
        raise DataError(
            f"a chart with coordinates {', '.join(map(str, point.coordinates[:3]))} was given; give"
            " values"
        )
    model = point.model
    outputs = model.output_count
    second = SecondOrder(point)
    parameters = tuple(range(model.size)) if second.rational else _pivot_parameters(point, seed)
    with precision(BITS):
        xs = _inputs(model, second, inputs, -(-(len(parameters) + extra) // outputs), seed)
        rows = [(x, k) for x in xs for k in range(outputs)]
        jacobian = values_at(
            second, [second.gradient[p] for p in parameters], rows, exact=second.rational
        )
    if second.rational:  # the rank on these inputs, exactly
        pivots, parameters = _rational_pivots(jacobian)
    rank = len(parameters)
    if len(rows) <= rank:
        raise DataError(
            f"{len(rows)} data rows do not exceed the rank {rank}; the residual would vanish; give"
            " more inputs"
        )
    if not second.rational:
        with precision(BITS):
            pivots = _independent_rows(jacobian, rank)
    size = Fraction(exact_scalar("scale", scale))
    free = tuple(
        (i, size * (1 + int(mix(seed, 72, i)) % 3) * (-1) ** int(mix(seed, 73, i) % 2))
        for i in range(len(rows)) if i not in pivots
    )  # fmt: skip
    data = CriticalData(point, xs, free, tuple(pivots), tuple(parameters), second)
    with precision(BITS):
        data.residual()
    return data


def _inputs(
    model: Model,
    second: SecondOrder,
    inputs: Sequence[Sequence[Any]] | None,
    count: int,
    seed: int,
) -> Inputs:
    """Inputs at which the model is defined: those given, or random ones."""
    xs = exact_inputs(model, () if inputs is None else inputs)
    if not model.inputs:
        return ((),)
    if inputs is not None:
        poles = [x for x in xs if not is_defined_at(second, x)]
        if poles:
            raise DataError(
                f"{model} is not defined at the input {', '.join(map(str, poles[0]))}; give others"
            )
        return xs
    drawn = (_drawn(model, seed, i) for i in range(DRAWS * count))
    found = tuple(islice((x for x in drawn if x and is_defined_at(second, x)), count))
    if len(found) < count:
        raise DataError(f"no random inputs were found at which {model} is defined; give inputs")
    return found


def _drawn(model: Model, seed: int, number: int) -> tuple[Fraction, ...] | None:
    if not model.domain:
        entries = (int(mix(seed, 71, number, k)) % 193 - 96 for k in range(len(model.inputs)))
        return tuple(Fraction(v, 48) for v in entries)
    stream = count_from(0)
    found = model.domain.draw(
        model.inputs, lambda: int(mix(seed, 74, number, next(stream))) % (1 << 31)
    )
    return None if found is None else tuple(Fraction(exact_scalar("input", v)) for v in found)


def _rational_pivots(matrix: Sequence[Sequence[Fraction]]) -> tuple[list[int], tuple[int, ...]]:
    """Rows and columns of an invertible minor of full rank."""
    rest, rows, columns = [list(row) for row in matrix], list[int](), list[int]()
    for column in range(len(rest[0])):
        best = next((i for i in range(len(rest)) if i not in rows and rest[i][column]), None)
        if best is None:
            continue
        rows.append(best)
        columns.append(column)
        for i in range(len(rest)):
            if i not in rows and rest[i][column]:
                factor = rest[i][column] / rest[best][column]
                rest[i] = [a - factor * b for a, b in zip(rest[i], rest[best], strict=True)]
    return sorted(rows), tuple(columns)


def _pivot_parameters(point: Chart, seed: int) -> tuple[int, ...]:
    """Tangent functions that span all others by proof.

    Where the rank cannot be decided all of them are taken: if some minor of that size is
    invertible, they are independent.
    """
    try:
        certificate = model_rank(point, seed=seed)
    except UndecidedError:
        return tuple(range(point.model.size))
    if certificate.verdict is not Verdict.PROVED:
        return tuple(range(point.model.size))
    if certificate.minor is not None:
        return certificate.minor.parameters
    return ()


def _independent_rows(matrix: Sequence[Sequence[Any]], rank: int) -> list[int]:
    """Rows of an invertible minor, by elimination with the largest pivots (in balls or
    fractions).
    """
    rest, chosen = [list(row) for row in matrix], list[int]()
    for column in range(rank):
        best = max(
            (i for i in range(len(rest)) if i not in chosen),
            key=lambda i: abs(approximate(rest[i][column])),
        )
        pivot = rest[best][column]
        if not (pivot > 0 or pivot < 0):
            raise DataError(
                f"the {len(rest)} rows do not reach the rank {rank}; choose other inputs, or more"
                " of them"
            )
        chosen.append(best)
        for i in range(len(rest)):
            if i not in chosen:
                factor = rest[i][column] / pivot
                rest[i] = [a - factor * b for a, b in zip(rest[i], rest[best], strict=True)]
    return sorted(chosen)


__all__ = ["BITS", "CriticalData", "critical_data"]
