r"""Hessian inertia of the squared loss at exact critical points: certified numbers of positive,
zero and negative eigenvalues.

For any point $\theta$ and inputs X there are data for which $\theta$ is critical: take
$e \in \ker J(X)^T$ and $y = f_\theta(X) - e$ (docs/proofs.md#critical-points). For polynomial
models e and the Hessian $H = J^TJ + \sum_i e_i \nabla^2 f_\theta(x_i)$ are rational and the inertia
is exact. Otherwise they are enclosed in balls: block LDL^T gives lower bounds for the positive and
negative eigenvalues, and zero ones come from exact identities (entries of H between kernel
directions of J that vanish because $e \perp T$).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol, runtime_checkable

import networkx as nx
import sympy

from rankstrat.algebra.balls import BallRing
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.linear import Echelon
from rankstrat.algebra.program import Program
from rankstrat.algebra.signature import ball, precision, signature
from rankstrat.algebra.translate import translate
from rankstrat.errors import DataError, UndecidedError, demand
from rankstrat.model.model import Chart
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.inclusion import include
from rankstrat.rank.joint import Joint, same_function
from rankstrat.rank.model_rank import model_rank
from rankstrat.samples.second_order.critical import BITS
from rankstrat.samples.second_order.second import ScaledRow, SecondOrder, values_at
from rankstrat.text.spoken import Spoken


@runtime_checkable
class Data(Protocol):
    """A critical point with its residual: `CriticalData`, or an enclosed critical point of given
    data.
    """

    @property
    def chart(self) -> Chart: ...

    @property
    def coordinates(self) -> Mapping[str, Any]: ...

    @property
    def exact(self) -> bool: ...

    @property
    def second(self) -> SecondOrder: ...

    def rows(self) -> list[ScaledRow]: ...

    def residual(self) -> list[Any]: ...


@dataclass(frozen=True)
class Inertia(Spoken):
    """Numbers of positive, zero and negative eigenvalues: certified lower bounds, exact when they
    sum to the size.

    Attributes:
        positive, zero, negative: the numbers.
        size: number of parameters.
        exact: whether they come from exact rational arithmetic (else from balls and exact
            identities).
    """

    positive: int
    zero: int
    negative: int
    size: int
    exact: bool = False

    @property
    def verdict(self) -> Verdict:
        """PROVED when the three numbers sum to the size, else OPEN."""
        if self.positive + self.zero + self.negative == self.size:
            return Verdict.PROVED
        return Verdict.OPEN

    @property
    def kind(self) -> str:
        """What the inertia says about the critical point."""
        if self.positive == self.size:
            return "strict local minimum"
        if self.negative:
            return "strict saddle"
        if self.verdict is Verdict.OPEN:
            found = "no descent direction found"
        else:
            found = "no negative eigenvalue"
        return f"degenerate, {found}"

    def __str__(self) -> str:
        sign = "" if self.verdict is Verdict.PROVED else ">="
        numbers = f"{sign}({self.positive}, {self.zero}, {self.negative})"
        return f"inertia (+, 0, -) {numbers} of {self.size}, {self.kind}  [{self.verdict}]"


def inertia(
    data: Data,
    at: Chart | None = None,
    *,
    directions: Sequence[Sequence[Any]] = (),
    bits: int = BITS,
    seed: int = 0,
) -> Inertia:
    r"""The inertia of the Hessian of $\tfrac12\sum_i (f(x_i) - y_i)^2$ at a critical point.

    Args:
        data: critical data of a point.
        at: another point that realises the same function and whose tangent functions lie in the
            span of those of the data's point, such as its image under a critical mapping; the
            data's own point when omitted.
        directions: exact vectors suspected in the kernel of the Hessian; each is verified before it
            counts.
        bits: working precision of the balls.
        seed: for the exact identities.

    Raises:
        DataError: the other point has another function.
        UndecidedError: whether it has the same is not decided.

    Example:
        >>> import sympy
        >>> from rankstrat.samples import critical_data
        >>> from rankstrat.model.model import Model
        >>> u, v, x = sympy.symbols("u v x")
        >>> origin = Model(u * v * x, [u, v], [x]).point({u: 0, v: 0})
        >>> print(inertia(critical_data(origin, [[1], [2]])))
        inertia (+, 0, -) (1, 0, 1) of 2, strict saddle  [PROVED]
    """
    demand(data, Data, DataError, "critical data", "try critical_data(point)")
    if at is not None:
        demand(at, Chart, DataError, "another point", "try mapping.chart(data.chart)")
    point = data.chart if at is None else at
    if at is not None:
        _same_outputs(data.chart, at, seed)
    second = data.second if at is None else SecondOrder(point)
    with precision(bits):
        matrix = hessian(data, point, second)
        positive, negative = signature(matrix)
    size = point.model.size
    if all(isinstance(v, Fraction) for row in matrix for v in row):
        return Inertia(positive, size - positive - negative, negative, size, exact=True)
    if positive + negative == size:
        zero = 0
    else:
        zero = min(size - positive - negative, _exact_zeros(data, point, directions, bits, seed))
    return Inertia(positive, zero, negative, size)


def _same_outputs(first: Chart, second: Chart, seed: int) -> None:
    """The residual of the data is that of another point only if both have one function."""
    joint = Joint([first, second])
    left, right = joint.output_lists
    same = [same_function(joint, f, g, seed=seed) for f, g in zip(left, right, strict=False)]
    if len(left) != len(right) or False in same:
        raise DataError(
            f"{second} has another function than the critical point {first}; give a point with the"
            " same"
        )
    if None in same:
        raise UndecidedError(
            f"whether {second} has the function of {first} is not decided; use simpler exact values"
        )


def hessian(data: Data, point: Chart, second: SecondOrder | None = None) -> list[list[Any]]:
    """The Hessian at a point with the residual of the data: fractions, or balls at the current
    precision.
    """
    second = second or SecondOrder(point)
    size, rows = point.model.size, data.rows()
    exact = second.rational and data.exact
    residual = [ball(e) if data.exact and not exact else e for e in data.residual()]
    flat = [second.hessian[i][j] for i in range(size) for j in range(i, size)]
    values = values_at(
        second, [*second.gradient, *flat], rows, exact=exact, coordinates=data.coordinates
    )
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


def _exact_zeros(
    data: Data, point: Chart, directions: Sequence[Sequence[Any]], bits: int, seed: int
) -> int:
    """A lower bound for the number of zero eigenvalues from entries of H that vanish identically.

    In a basis that starts with the kernel of T, the entry of a kernel direction v and any direction
    u is <e, D^2F[u, v]>, zero when that function lies in the span of the source's tangent
    functions, orthogonal to e. At an enclosed point the identities hold on a chart; their
    coefficients must be finite there, and those of solved parameters certainly nonzero. A symmetric
    matrix whose nonzero entries have no matching larger than m has rank at most m.
    """
    try:
        relations = model_rank(point, seed=seed).relations
    except UndecidedError:
        return 0
    if not relations:
        return 0
    joint = Joint([data.chart])
    second = SecondOrder(point, joint.program)
    program, size = joint.program, point.model.size
    vectors: list[dict[int, Any]] = [{i: c for i, c in enumerate(v) if c != 0} for v in directions]
    vectors += [dict(r.coefficients) for r in relations]
    vectors = _independent(vectors, len(relations)) or [dict(r.coefficients) for r in relations]
    first = len(vectors)
    # a complement whose second derivatives vanish where possible leaves the fewest nonzero entries
    busy = [sum(n != program.zero for n in row) for row in second.hessian]
    vectors += [{i: 1} for i in sorted(range(size), key=lambda i: busy[i])]
    vectors = _independent(vectors, size) or [
        *vectors[:first],
        *({i: 1} for i in range(size) if i not in {r.parameter for r in relations}),
    ]
    basis = []
    leaves = {c: program.leaf(("u", c)) for c in point.coordinates}
    for vector in vectors:
        nodes = translate(program, [sympy.sympify(c, strict=True) for c in vector.values()], leaves)
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
    found = include(joint, seed=seed).rows
    if data.coordinates:
        conditions = translate(
            program, [sympy.sympify(r.condition, strict=True) for r in relations], leaves
        )
        with precision(bits):
            if not all(v > 0 or v < 0 for v in _balls(data, program, conditions)):
                return 0
            found = {
                i: row
                for i, row in found.items()
                if all(v.is_finite() for v in _balls(data, program, list(row.values())))
            }
    zero = {entries[i] for i in found}
    graph = nx.Graph()
    left, right = [("row", i) for i in range(size)], [("column", i) for i in range(size)]
    graph.add_nodes_from([*left, *right])
    graph.add_edges_from(
        (("row", i), ("column", j))
        for i in range(size)
        for j in range(size)
        if (min(i, j), max(i, j)) not in zero
    )
    return size - len(nx.bipartite.hopcroft_karp_matching(graph, left)) // 2


def _balls(data: Data, program: Program, nodes: Sequence[int]) -> list[Any]:
    """Nodes free of inputs at the coordinates of an enclosed point."""
    leaves = {program.leaf(("u", c)): data.coordinates[str(c)] for c in data.chart.coordinates}
    return evaluate(program, nodes, BallRing(), leaves)


def _independent(vectors: Sequence[dict[int, Any]], count: int) -> list[dict[int, Any]] | None:
    """The first `count` independent ones of rational sparse vectors; None when some entry is not
    rational.
    """
    chosen, echelon = list[dict[int, Any]](), Echelon()
    for vector in vectors:
        if not all(sympy.sympify(c, strict=True).is_Rational for c in vector.values()):
            return None
        row = {i: Fraction(str(c)) for i, c in vector.items()}
        if len(chosen) < count and echelon.add(row) is not None:
            chosen.append(vector)
    if len(chosen) == count:
        return chosen
    return None


__all__ = ["Inertia", "hessian", "inertia"]
