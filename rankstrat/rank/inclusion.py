r"""Whether the tangent span of one chart lies in that of another, $T_B = K\,T_A$ with $K$ over the
field of constants.

Both sets of tangent functions are nodes of one program. A row of $K$ is found and proved on the
first of three roads that succeeds: equal cores up to a constant; linear algebra over Laurent
monomials in which every distinct function is a free variable; the tower of independent generators.
A function that leaves the span is shown by a larger rank modulo p.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from rankstrat.algebra.differential import Terms
from rankstrat.algebra.elimination import rank_profile, solve_dependents
from rankstrat.algebra.expanding import Expanding
from rankstrat.algebra.linear import independent_columns
from rankstrat.algebra.nullvectors import nullvector
from rankstrat.algebra.powers import normal
from rankstrat.algebra.primes import SMALL, mix, random_prime
from rankstrat.algebra.program import Program
from rankstrat.algebra.rational import is_zero
from rankstrat.errors import BudgetError, PoleError, UndecidedError, UnsupportedFunctionError
from rankstrat.rank.joint import Joint, Split, rational_values
from rankstrat.rank.lower_bounds import sampled_rank
from rankstrat.rank.search import is_identically_zero
from rankstrat.rank.upper_bounds import ZERO_TEST, RelationFinder
from rankstrat.rank.vanishing import needs_hypotheses

Combination = dict[int, int]
MAX_SUPPORT = 16


@dataclass
class Inclusion:
    """What was found: rows of K by tangent function of the target, and what is left.

    Attributes:
        rows: target index -> {source index: node of the coefficient}, each proved.
        roads: target index -> "structure", "monomials" or "tower".
        outside: target indices whose tangent function leaves the span modulo p (the first of them
            is shown by a minor).
        unproved: target indices in the span modulo p, without an exact identity.
        rank: rank of the source modulo p (when the tower was used).
        certain: whether the modular ranks rest on theorems only.
        at_points: whether `outside` was shown by exact values at rational points (a proof by
            itself).
    """

    rows: dict[int, Combination] = field(default_factory=dict)
    roads: dict[int, str] = field(default_factory=dict)
    outside: list[int] = field(default_factory=list)
    unproved: list[int] = field(default_factory=list)
    rank: int | None = None
    certain: bool = True
    at_points: bool = False


def include(joint: Joint, *, seed: int = 0) -> Inclusion:
    """Express the tangent functions of chart 1 by those of chart 0."""
    found = Inclusion()
    source, target = joint.ranges[0], joint.ranges[1]
    by_core: dict[int, list[int]] = {}
    for j in source:
        column = joint.columns[j]
        if column is not None:
            by_core.setdefault(column.core, []).append(j)
    for i in target:
        row = _structural(joint, i, by_core)
        if row is not None:
            found.rows[i], found.roads[i] = row, "structure"
    rest = [i for i in target if i not in found.rows]
    if rest:
        for i, row in _by_monomials(joint, rest, seed).items():
            found.rows[i], found.roads[i] = row, "monomials"
    rest = [i for i in rest if i not in found.rows]
    if rest:
        _by_tower(joint, rest, found, seed)
    start = target.start
    found.rows = {i - start: row for i, row in found.rows.items()}
    found.roads = {i - start: road for i, road in found.roads.items()}
    found.outside, found.unproved = (
        [i - start for i in found.outside],
        [i - start for i in found.unproved],
    )
    return found


def _structural(joint: Joint, i: int, by_core: Mapping[int, Sequence[int]]) -> Combination | None:
    column, program = joint.columns[i], joint.program
    if column is None:
        return {}
    best: Combination | None = None
    for j in by_core.get(column.core, ()):
        other = joint.columns[j]
        assert other is not None
        if not joint.constant_is_monomial(j) and is_identically_zero(joint, j, 0):
            continue
        ratio = program.product(
            ((column.constant, 1), (other.constant, -1)),
            Fraction(column.coefficient) / other.coefficient,
        )
        if not _has_denominator(program, ratio):
            return {j: ratio}
        best = best or {j: ratio}
    return best


def _has_denominator(program: Program, node: int) -> bool:
    _, core = program.content(node)
    return program.kind[core] == 3 and any(e < 0 for e in program.data[core])


# Every distinct function a free variable


def _by_monomials(joint: Joint, wanted: Sequence[int], seed: int) -> dict[int, Combination]:
    source = [j for j in joint.ranges[0] if joint.columns[j] is not None]
    splits = {j: joint.expand(joint.nodes[j]) for j in (*source, *wanted)}
    source = [j for j in source if splits[j] is not None]
    wanted = [i for i in wanted if splits[i] is not None]
    known: dict[int, Split] = {k: s for k, s in splits.items() if s is not None}
    result: dict[int, Combination] = {i: {} for i in wanted if not any(known[i].values())}
    by_support: dict[frozenset[object], list[int]] = {}
    for j in source:
        by_support.setdefault(frozenset(known[j]), []).append(j)
    for i in wanted:
        for j in by_support.get(frozenset(known[i]), ()):
            quotient = None if i in result else _quotient(joint, known[i], known[j])
            if quotient is not None:
                result[i] = {j: quotient}
    for i in (i for i in wanted if i not in result):
        # Fewer source functions first: those with no monomial that the wanted one lacks give the
        # simplest coefficients.
        near = [j for j in source if set(known[j]) <= set(known[i])]
        for candidates in (near, source):
            support = _support(joint, known, candidates, i, seed) if candidates else None
            row = _solve(joint, known, support, i) if support else None
            if row is not None:
                result[i] = row
                break
    return result


def _quotient(joint: Joint, top: Split, bottom: Split) -> int | None:
    """q with top = q * bottom, when some coefficient of the bottom is a single monomial."""
    program = joint.program
    pivot = next((m for m, terms in bottom.items() if len(terms) == 1), None)
    if pivot is None:
        return None
    ((inverse, c),) = bottom[pivot].items()
    factors = [(n, -e) for n, e in inverse]
    quotient = program.linear(
        0,
        [(normal(Fraction(k) / c), program.product([*m, *factors])) for m, k in top[pivot].items()],
    )
    for m, terms in bottom.items():
        left = program.linear(0, [(k, program.product(n)) for n, k in top[m].items()])
        right = program.linear(
            0, [(k, program.product([*n, (quotient, 1)])) for n, k in terms.items()]
        )
        assert isinstance(program, Expanding)
        if program.terms(program.linear(0, ((1, left), (-1, right)))) != {}:
            return None
    return quotient


def _support(
    joint: Joint, splits: Mapping[int, Split], source: Sequence[int], wanted: int, seed: int
) -> list[int] | None:
    """The source functions that express the wanted one modulo a prime, or None."""
    prime = random_prime(SMALL, seed, 41)
    columns = [*source, wanted]
    monomials = {m: r for r, m in enumerate(dict.fromkeys(m for k in columns for m in splits[k]))}
    matrix = np.zeros((len(monomials), len(columns)), dtype=np.int64)
    for c, k in enumerate(columns):
        for m, terms in splits[k].items():
            matrix[monomials[m], c] = _residue(terms, prime, seed)
    profile = rank_profile(matrix, prime)
    if len(source) in profile.columns:
        return None
    others = [k for k in range(len(columns)) if k not in set(profile.columns)]
    table = solve_dependents(matrix, prime, profile)
    used = [profile.columns[r] for r in np.flatnonzero(table[:, others.index(len(source))])]
    if len(used) <= MAX_SUPPORT:
        return [source[u] for u in used]
    return None


def _residue(terms: Terms, prime: int, seed: int) -> int:
    """A polynomial in constant factors at random residues of them."""
    total = 0
    for constant, value in terms.items():
        v = Fraction(value)
        product = v.numerator * pow(v.denominator, -1, prime)
        for n, e in constant:
            product = product * pow(1 + mix(seed, 42, n) % (prime - 1), int(e), prime) % prime
        total += product
    return total % prime


def _solve(
    joint: Joint, splits: Mapping[int, Split], support: Sequence[int], wanted: int
) -> Combination | None:
    """Coefficients over the constants from the null vector of the support and the wanted
    function.
    """
    program, free = joint.program, Program()
    names: dict[int, int] = {}

    def leaf(n: int) -> int:
        names.setdefault(n, free.leaf(("free", n)))
        return names[n]

    columns = [*support, wanted]
    nodes = [
        free.linear(
            0,
            [
                (v, free.product([(leaf(n), e) for n, e in (*m, *c)]))
                for m, terms in splits[k].items()
                for c, v in terms.items()
            ],
        )
        for k in columns
    ]
    varying = {f: False for n, f in names.items() if joint.depends(n)}
    try:
        vector = nullvector(free, nodes, varying)
        if vector is None or vector[-1] == free.zero:
            return None
        total = free.linear(
            0, [(1, free.product(((c, 1), (n, 1)))) for c, n in zip(vector, nodes, strict=True)]
        )
        if not is_zero(free, total, ZERO_TEST):
            return None
    except (BudgetError, PoleError, UndecidedError):
        return None
    back = free.rebuild(vector, program, {f: n for n, f in names.items()})
    below = back[vector[-1]]
    return {
        j: program.product(((back[c], 1), (below, -1)), -1)
        for c, j in zip(vector, support, strict=False)
        if back[c] != program.zero
    }


# The tower


def _by_tower(joint: Joint, wanted: Sequence[int], found: Inclusion, seed: int) -> None:
    source = sorted({members[0]: None for members in _source_classes(joint).values()})
    parameters = [*source, *wanted]
    try:
        tower = joint.tower(parameters, seed=seed)
        sampled = sampled_rank(tower, parameters, len(parameters) + 8, seed=seed, attempt=0)
    except (UndecidedError, UnsupportedFunctionError):
        _by_points(joint, wanted, found, seed)
        return
    found.certain = not needs_hypotheses(tower)
    profile = sampled.profile()
    found.rank = sum(1 for c in profile.columns if c < len(source))
    found.outside = [parameters[c] for c in profile.columns if c >= len(source)]
    finder = RelationFinder(joint, tower, parameters, seed=seed)
    relations = finder.find(sampled, profile)
    sources = set(source)
    for i in wanted:
        if i in found.outside:
            continue
        relation = relations.proved.get(i)
        if relation is None or any(j != i and j not in sources for j in relation.coefficients):
            (found.unproved if not found.outside else found.outside).append(i)
            continue
        program, own = joint.program, relation.coefficients[i]
        found.rows[i] = {
            j: program.product(((c, 1), (own, -1)), -1)
            for j, c in relation.coefficients.items()
            if j != i
        }
        found.roads[i] = "tower"


def _source_classes(joint: Joint) -> dict[int, list[int]]:
    result: dict[int, list[int]] = {}
    for j in joint.ranges[0]:
        column = joint.columns[j]
        if column is not None:
            result.setdefault(column.core, []).append(j)
    return {
        core: sorted(members, key=lambda j: not joint.constant_is_monomial(j))
        for core, members in result.items()
    }


def _by_points(joint: Joint, wanted: Sequence[int], found: Inclusion, seed: int) -> None:
    """For piecewise rational models: exact values at rational points show who leaves the span
    there.
    """
    source = [j for j in joint.ranges[0] if joint.columns[j] is not None]
    values = rational_values(
        joint, [joint.nodes[j] for j in (*source, *wanted)], 2 * len(source) + 8, seed
    )
    found.unproved, found.certain = list(wanted), False
    if values is None:
        return
    columns = independent_columns(values)
    found.rank = sum(1 for c in columns if c < len(source))
    found.outside = [wanted[c - len(source)] for c in columns if c >= len(source)]
    found.unproved = [i for i in wanted if i not in found.outside]
    found.at_points = bool(found.outside)


__all__ = ["Inclusion", "include"]
