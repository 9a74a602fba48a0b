r"""Hessian inertia of the squared loss at exact critical points: certified numbers of positive, zero and negative
eigenvalues.

For any point $\theta$ and inputs X there are data for which $\theta$ is critical: take $e \in \ker J(X)^T$ and
$y = f_\theta(X) - e$ (SPEC 7.2).  For polynomial models e and the Hessian
$H = J^TJ + \sum_i e_i \nabla^2 f_\theta(x_i)$ are rational and the inertia is exact.  Otherwise they are enclosed in
balls:
block LDL^T gives lower bounds for the positive and negative eigenvalues, and zero ones come from exact identities
(entries of H between kernel directions of J that vanish because $e \perp T$).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import networkx as nx
import sympy

from rankstrat.algebra.balls import BallRing
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.modular import mix
from rankstrat.algebra.program import FUNCTION, LEAF, Program
from rankstrat.algebra.signature import Rationals, approximate, ball, precision, signature, solve
from rankstrat.algebra.translate import translate
from rankstrat.errors import DataError, UndecidedError
from rankstrat.exact import exact_scalar
from rankstrat.inclusion import Joint, include
from rankstrat.model import Chart
from rankstrat.rank import Verdict, model_rank

BITS = 256
Row = tuple[tuple[Fraction, ...], int]


class _Second:
    """Outputs, gradient and Hessian of a model at a point, as nodes over inputs (and mixers)."""

    def __init__(self, chart: Chart, program: Program | None = None) -> None:
        compiled = chart.model.compiled
        source = compiled.program
        self.program = Program() if program is None else program
        gradient = list(compiled.gradient)
        hessian = [source.gradient(g, compiled.parameters) for g in gradient]
        expressions = iter(translate(self.program, [v for v in chart.raw if isinstance(v, sympy.Expr)], {}))
        image = {
            leaf: next(expressions) if isinstance(v, sympy.Expr) else self.program.constant(v)
            for leaf, v in zip(compiled.parameters, chart.raw, strict=True)
        }
        done = source.rebuild([*gradient, *(n for row in hessian for n in row)], self.program, image)
        self.gradient = [done[n] for n in gradient]
        self.hessian = [[done[n] for n in row] for row in hessian]
        self.outputs = len(compiled.outputs)
        self.inputs = len(compiled.inputs)

    @cached_property
    def rational(self) -> bool:
        """Whether everything is a rational function with rational coefficients."""
        program = self.program
        roots = [*self.gradient, *(n for row in self.hessian for n in row)]
        nodes = program.reachable(roots)
        return not any(
            program.kind[n] == FUNCTION or (program.kind[n] == LEAF and program.data[n][0] not in ("x", "mix"))
            for n in nodes
        )

    def leaves(self, row: Row, number: Callable[[Fraction], Any]) -> dict[int, Any]:
        """Values of inputs and mixers for one data row."""
        x, output = row
        values = {self.program.leaf(("x", k)): number(v) for k, v in enumerate(x)}
        if self.outputs > 1:
            values |= {self.program.leaf(("mix", k)): number(Fraction(k == output)) for k in range(self.outputs)}
        return values


@dataclass(frozen=True)
class CriticalData:
    r"""Data for which a point is exactly critical for the squared loss: $y = f_\theta(X) - e$, $J(X)^Te = 0$.

    The residual e is *defined* by rational values on the free rows; on the pivot rows it solves $J^Te = 0$ restricted
    to
    as many independent tangent functions as the proved rank, hence on all of them.

    Attributes:
        chart: the point.
        inputs: the rational inputs x_1..x_n (one empty input for a model without inputs).
        free: data row -> rational residual; a row is (number of the input) * outputs + (number of the output).
        pivots: the rows that are solved for.
        parameters: the independent tangent functions used.
    """

    chart: Chart
    inputs: tuple[tuple[Fraction, ...], ...]
    free: tuple[tuple[int, Fraction], ...]
    pivots: tuple[int, ...]
    parameters: tuple[int, ...]
    _second: _Second = field(repr=False, compare=False)

    @property
    def exact(self) -> bool:
        """Whether the residual is rational."""
        return self._second.rational

    def rows(self) -> list[Row]:
        """The data rows, (input, number of the output)."""
        return [(x, k) for x in self.inputs for k in range(len(self.chart.model.outputs))]

    def residual(self) -> list[Any]:
        """The residual e: fractions for a rational model, else balls at the current precision."""
        second, rows = self._second, self.rows()
        number = Fraction if self.exact else ball
        jacobian = _values(second, second.gradient, rows, exact=self.exact)
        zero = number(0)
        right = [sum((-jacobian[i][p] * number(e) for i, e in self.free), zero) for p in self.parameters]
        solution = solve([[jacobian[i][p] for i in self.pivots] for p in self.parameters], right) if self.pivots else []
        if solution is None:
            raise DataError("the pivot rows are not independent; choose other inputs, or more of them")
        result = [zero] * len(rows)
        for i, e in self.free:
            result[i] = number(e)
        for i, v in zip(self.pivots, solution, strict=True):
            result[i] = v
        return result


def _values(second: _Second, nodes: Sequence[int], rows: Sequence[Row], *, exact: bool) -> list[list[Any]]:
    ring: Any = Rationals() if exact else BallRing()
    special = {} if exact else _special(second.program, second.program.reachable(nodes))
    return [
        evaluate(second.program, nodes, ring, {**special, **second.leaves(r, Fraction if exact else ball)})
        for r in rows
    ]


def _special(program: Program, nodes: Sequence[int]) -> dict[int, Any]:
    """Balls for pi and the primes below radicals."""
    found = {}
    for n in nodes:
        key: Any = program.data[n]
        if program.kind[n] == LEAF and key[0] == "prime":
            found[n] = ball(key[1])
        elif program.kind[n] == LEAF and key[0] == "pi":
            found[n] = BallRing().function("atan", ball(1)) * 4
    return found


def critical_data(
    point: Chart, inputs: Sequence[Sequence[Any]] | None = None, *, scale: Any = 1, extra: int = 3, seed: int = 0
) -> CriticalData:
    r"""Inputs and labels for which a point is an exact critical point of the squared loss with nonzero residual.

    Args:
        point: a point of any model.
        inputs: exact inputs x_i (more rows than the rank); random small rationals when omitted.
        scale: size of the residual on the free rows (exact).
        extra: how many rows beyond the rank, when inputs are drawn.
        seed: names the draw.

    Raises:
        DataError: too few rows, an input of the wrong length, or inputs on which the rank drops.

    References:
        SPEC 7.2, the testing trick.

    Example:
        >>> import sympy
        >>> from rankstrat.model import Model
        >>> u, v, x = sympy.symbols("u v x")
        >>> data = critical_data(Model(u * v * x, [u, v], [x]).point({u: 1, v: 2}), [[1], [2]])
        >>> data.residual()
        [Fraction(1, 1), Fraction(-1, 2)]
    """
    if not point.is_point:
        raise DataError(f"a chart with coordinates {', '.join(map(str, point.coordinates[:3]))} was given; give values")
    model = point.model
    outputs = len(model.outputs)
    parameters = _pivot_parameters(point, seed)
    rank = len(parameters)
    if not model.inputs:
        xs: tuple[tuple[Fraction, ...], ...] = ((),)
    elif inputs is None:
        count = -(-(rank + extra) // outputs)
        xs = tuple(
            tuple(Fraction(int(mix(seed, 71, i, k)) % 193 - 96, 48) for k in range(len(model.inputs)))
            for i in range(count)
        )
    else:
        xs = tuple(tuple(Fraction(exact_scalar("input", v)) for v in x) for x in inputs)
    if any(len(x) != len(model.inputs) for x in xs):
        raise DataError(
            f"an input does not have {len(model.inputs)} entries; give one exact number for each of {model.inputs}"
        )
    second = _Second(point)
    rows = [(x, k) for x in xs for k in range(outputs)]
    if len(rows) <= rank:
        raise DataError(
            f"{len(rows)} data rows do not exceed the rank {rank}; the residual would vanish; give more inputs"
        )
    with precision(BITS):
        jacobian = _values(second, [second.gradient[p] for p in parameters], rows, exact=second.rational)
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


def _pivot_parameters(point: Chart, seed: int) -> tuple[int, ...]:
    """Tangent functions that span all others by proof.

    Where the rank cannot be decided all of them are taken: if some minor of that size is invertible, they are
    independent.
    """
    try:
        certificate = model_rank(point, seed=seed)
    except UndecidedError:
        return tuple(range(point.model.size))
    if certificate.verdict is not Verdict.PROVED:
        return tuple(range(point.model.size))
    return certificate.minor.parameters if certificate.minor is not None else ()


def _independent_rows(matrix: Sequence[Sequence[Any]], rank: int) -> list[int]:
    """Rows of an invertible minor, by elimination with the largest pivots (in balls or fractions)."""
    rest, chosen = [list(row) for row in matrix], list[int]()
    for column in range(rank):
        best = max((i for i in range(len(rest)) if i not in chosen), key=lambda i: abs(approximate(rest[i][column])))
        pivot = rest[best][column]
        if not (pivot > 0 or pivot < 0):
            raise DataError(f"the {len(rest)} rows do not reach the rank {rank}; choose other inputs, or more of them")
        chosen.append(best)
        for i in range(len(rest)):
            if i not in chosen:
                factor = rest[i][column] / pivot
                rest[i] = [a - factor * b for a, b in zip(rest[i], rest[best], strict=True)]
    return sorted(chosen)


@dataclass(frozen=True)
class Inertia:
    """Numbers of positive, zero and negative eigenvalues: certified lower bounds, exact when they sum to the size.

    Attributes:
        positive, zero, negative: the numbers.
        size: number of parameters.
        exact: whether they come from exact rational arithmetic (else from balls and exact identities).
    """

    positive: int
    zero: int
    negative: int
    size: int
    exact: bool = False

    @property
    def verdict(self) -> Verdict:
        """PROVED when the three numbers sum to the size, else OPEN."""
        return Verdict.PROVED if self.positive + self.zero + self.negative == self.size else Verdict.OPEN

    @property
    def kind(self) -> str:
        """What the inertia says about the critical point."""
        if self.positive == self.size:
            return "strict local minimum"
        if self.negative:
            return "strict saddle"
        found = "no descent direction found" if self.verdict is Verdict.OPEN else "no negative eigenvalue"
        return f"degenerate, {found}"

    def __str__(self) -> str:
        sign = "" if self.verdict is Verdict.PROVED else ">="
        numbers = f"{sign}({self.positive}, {self.zero}, {self.negative})"
        return f"inertia (+, 0, -) {numbers} of {self.size}, {self.kind}  [{self.verdict}]"


def inertia(
    data: CriticalData,
    at: Chart | None = None,
    *,
    directions: Sequence[Sequence[Any]] = (),
    bits: int = BITS,
    seed: int = 0,
) -> Inertia:
    r"""The inertia of the Hessian of $\tfrac12\sum_i (f(x_i) - y_i)^2$ at a critical point.

    Args:
        data: critical data of a point.
        at: another point that realises the same function and whose tangent functions lie in the span of those of the
            data's
            point, such as its image under a critical mapping; the data's own point when omitted.
        directions: exact vectors suspected in the kernel of the Hessian; each is verified before it counts.
        bits: working precision of the balls.
        seed: for the exact identities.

    Example:
        >>> import sympy
        >>> from rankstrat.model import Model
        >>> u, v, x = sympy.symbols("u v x")
        >>> print(inertia(critical_data(Model(u * v * x, [u, v], [x]).point({u: 0, v: 0}), [[1], [2]])))
        inertia (+, 0, -) (1, 0, 1) of 2, strict saddle  [PROVED]
    """
    point = data.chart if at is None else at
    second = data._second if at is None else _Second(point)
    with precision(bits):
        matrix = hessian(data, point, second)
        positive, negative = signature(matrix)
    size = point.model.size
    if all(isinstance(v, Fraction) for row in matrix for v in row):
        return Inertia(positive, size - positive - negative, negative, size, exact=True)
    zero = (
        0
        if positive + negative == size
        else min(size - positive - negative, _exact_zeros(data.chart, point, directions, seed))
    )
    return Inertia(positive, zero, negative, size)


def hessian(data: CriticalData, point: Chart, second: _Second | None = None) -> list[list[Any]]:
    """The Hessian at a point with the residual of the data: fractions, or balls at the current precision."""
    second = second or _Second(point)
    size, rows = point.model.size, data.rows()
    exact = second.rational and data.exact
    residual = [ball(e) if data.exact and not exact else e for e in data.residual()]
    flat = [second.hessian[i][j] for i in range(size) for j in range(i, size)]
    values = _values(second, [*second.gradient, *flat], rows, exact=exact)
    result: list[list[Any]] = [[None] * size for _ in range(size)]
    position = size
    for i in range(size):
        for j in range(i, size):
            terms = (v[i] * v[j] + e * v[position] for v, e in zip(values, residual, strict=True))
            total = next(terms)
            for term in terms:
                total = total + term
            result[i][j] = result[j][i] = total
            position += 1
    return result


def _exact_zeros(source: Chart, point: Chart, directions: Sequence[Sequence[Any]], seed: int) -> int:
    """A lower bound for the number of zero eigenvalues from entries of H that vanish identically.

    In a basis that starts with the kernel of T, the entry of a kernel direction v and any direction u is
    <e, D^2F[u, v]>, zero when that function lies in the span of the source's tangent functions, which e is orthogonal
    to.
    A symmetric matrix whose nonzero entries admit a matching of size m at most has rank m at most.
    """
    try:
        relations = model_rank(point, seed=seed).relations
    except UndecidedError:
        return 0
    if not relations:
        return 0
    joint = Joint([source])
    second = _Second(point, joint.program)
    program, size = joint.program, point.model.size
    vectors: list[dict[int, Any]] = [{i: c for i, c in enumerate(v) if c != 0} for v in directions]
    vectors += [dict(r.coefficients) for r in relations]
    vectors = _independent(vectors, len(relations)) or [dict(r.coefficients) for r in relations]
    first = len(vectors)
    # a complement whose second derivatives vanish where possible leaves the fewest nonzero entries
    busy = [sum(n != program.zero for n in row) for row in second.hessian]
    vectors += [{i: 1} for i in sorted(range(size), key=lambda i: busy[i])]
    vectors = _independent(vectors, size) or [
        *vectors[:first], *({i: 1} for i in range(size) if i not in {r.parameter for r in relations})
    ]  # fmt: skip
    basis = []
    for vector in vectors:
        nodes = translate(program, [sympy.sympify(c) for c in vector.values()], {})
        basis.append(dict(zip(vector, nodes, strict=True)))
    kernel = basis[:first]
    entries = [(k, u) for k in range(len(kernel)) for u in range(len(basis)) if u >= k]
    start = len(joint.nodes)
    for k, u in entries:
        terms = [
            (1, program.product(((c, 1), (d, 1), (second.hessian[i][j], 1))))
            for i, c in kernel[k].items() for j, d in basis[u].items()
        ]  # fmt: skip
        joint.nodes.append(program.linear(0, terms))
    joint.ranges.append(range(start, len(joint.nodes)))
    zero = {entries[i] for i in include(joint, seed=seed).rows}
    graph = nx.Graph()
    left, right = [("row", i) for i in range(size)], [("column", i) for i in range(size)]
    graph.add_nodes_from([*left, *right])
    graph.add_edges_from(
        (("row", i), ("column", j)) for i in range(size) for j in range(size) if (min(i, j), max(i, j)) not in zero
    )
    return size - len(nx.bipartite.hopcroft_karp_matching(graph, left)) // 2


def _independent(vectors: Sequence[dict[int, Any]], count: int) -> list[dict[int, Any]] | None:
    """The first `count` independent ones of rational sparse vectors; None when some entry is not rational."""
    chosen, echelon = list[dict[int, Any]](), dict[int, dict[int, Fraction]]()
    for vector in vectors:
        if not all(sympy.sympify(c).is_Rational for c in vector.values()):
            return None
        rest = {i: Fraction(str(c)) for i, c in vector.items()}
        while rest and min(rest) in echelon:
            pivot = min(rest)
            factor = rest[pivot]
            for i, c in echelon[pivot].items():
                rest[i] = rest.get(i, Fraction(0)) - factor * c
                if not rest[i]:
                    del rest[i]
        if rest and len(chosen) < count:
            lead = rest[min(rest)]
            echelon[min(rest)] = {i: c / lead for i, c in rest.items()}
            chosen.append(vector)
    return chosen if len(chosen) == count else None


__all__ = ["CriticalData", "Inertia", "critical_data", "hessian", "inertia"]
