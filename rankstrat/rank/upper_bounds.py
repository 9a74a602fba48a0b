r"""Upper bounds: linear relations between tangent functions, found modulo primes, lifted, and
tested exactly.

A relation is proved when its left side is zero as an expression in which every distinct function
counts as a free variable, or as a rational function of the independent generators of the tower.
What exceeds the budget stays unproved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.differential import Terms, laurent
from rankstrat.algebra.elimination import RankProfile, solve_dependents
from rankstrat.algebra.fields import combine, reconstruct
from rankstrat.algebra.generators import FUNCTION_STAGE
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.modular import GF
from rankstrat.algebra.nullvectors import nullvector
from rankstrat.algebra.power_tables import BadReductionError
from rankstrat.algebra.primes import mix
from rankstrat.algebra.printing import untranslate
from rankstrat.algebra.program import LEAF, Program
from rankstrat.algebra.rational import is_zero
from rankstrat.algebra.root_powers import reduced_root_powers
from rankstrat.algebra.tower import Tower
from rankstrat.errors import BudgetError, PoleError, UndecidedError
from rankstrat.rank.lower_bounds import Sampled, sample, sampled_rank
from rankstrat.rank.number_relations import number_relation
from rankstrat.rank.tangents import Tangents
from rankstrat.rank.vanishing import vanishes_at_primes

MAX_PRIMES, EXPANSION, ZERO_TEST = 24, 3000, 40_000
MAX_SYMBOLIC, MAX_FAILURES, LONG, FEW = 24, 3, 6, 6


@dataclass(frozen=True)
class Nodes:
    """A relation sum_i c_i dF/dtheta_i = 0 with coefficients as nodes of the specialised
    program.
    """

    coefficients: Mapping[int, int]


@dataclass
class Relations:
    """Verified relations by dependent parameter; `unproved` parameters are dependent mod p without
    a proof.
    """

    proved: dict[int, Nodes] = field(default_factory=dict)
    unproved: list[int] = field(default_factory=list)
    refuted: bool = False


def class_relations(tangents: Tangents, representatives: Mapping[int, int]) -> dict[int, Nodes]:
    """Relations between tangent functions that are constant multiples of one another (or zero), by
    structure alone.

    `representatives` maps each core to the parameter whose tangent function stands for the class.
    """
    program, result = tangents.program, dict[int, Nodes]()
    for i in tangents.chosen:
        column = tangents.columns[i]
        if column is None:
            result[i] = Nodes({i: program.one})
            continue
        r = representatives.get(column.core, i)
        if r == i:
            continue
        other = tangents.columns[r]
        assert other is not None
        # c_r k_r g_i - c_i k_i g_r = 0, divided by the common constant factors
        ratio = program.product(
            ((column.constant, 1), (other.constant, -1)),
            Fraction(column.coefficient) / other.coefficient,
        )
        below = _denominator(program, ratio)
        result[i] = Nodes(
            {i: below, r: program.scale(-1, program.product(((ratio, 1), (below, 1))))}
        )
    return result


def _denominator(program: Program, node: int) -> int:
    """The product of the factors with negative exponents, inverted, and the integer denominator."""
    c, core = program.content(node)
    pairs: Any = (
        zip(program.args[core], program.data[core], strict=True)
        if program.kind[core] == 3
        else ((core, 1),)
    )
    return program.product([(n, -e) for n, e in pairs if e < 0], Fraction(c).denominator)


class RelationFinder:
    """Finds the relations that express dependent columns of a rank matrix by its pivots.

    Args:
        tangents: the tangent functions.
        tower: the columns over independent generators.
        parameters: the parameter of each column.
        seed: names every random choice.
        nodes: the columns, when they are the tangent functions without their constant factors.
        settled: asked once before long relations over the coordinates are looked for: whether the
            rank is bounded without them.
    """

    def __init__(
        self,
        tangents: Tangents,
        tower: Tower,
        parameters: Sequence[int],
        *,
        seed: int,
        nodes: Sequence[int] | None = None,
        settled: Callable[[int], bool] | None = None,
    ) -> None:
        self.tangents, self.tower, self.parameters, self.seed = (
            tangents,
            tower,
            list(parameters),
            seed,
        )
        self.nodes = [tangents.nodes[i] for i in parameters] if nodes is None else list(nodes)
        self._expanded: dict[int, Terms | None] = {}
        self._tested: dict[tuple[tuple[int, Rational], ...], bool | None] = {}
        self._failures = 0
        self._settled = settled

    def find(self, sampled: Sampled, profile: RankProfile) -> Relations:
        """Relations for all dependent columns; `refuted` when one of them fails exactly (then the
        rank was too low).
        """
        pivots = list(profile.columns)
        dependents = [j for j in range(len(self.parameters)) if j not in set(pivots)]
        table = solve_dependents(sampled.matrix, sampled.prime, profile)
        result = Relations()
        if not dependents:
            return result
        constant = self._constant_coefficients(sampled, pivots, dependents, table)
        rational = [k for k in range(len(dependents)) if constant[k]]
        if rational:
            lifted = self._lift(
                sampled, pivots, [dependents[k] for k in rational], table[:, rational]
            )
        else:
            lifted = {}
        for k, j in enumerate(dependents):
            support = [pivots[i] for i in np.flatnonzero(table[:, k])]
            coefficients: Mapping[int, int] | None = None
            proved: bool | None = None
            if constant[k] and j in lifted:
                program = self.tangents.program
                coefficients = {
                    self.parameters[i]: program.constant(c) for i, c in lifted[j].items()
                }
                proved = self._rational_zero(lifted[j])
            if not proved and (j not in lifted or not constant[k] or self._has_numbers):
                if len(support) >= LONG and self._is_settled(len(pivots)):
                    result.unproved.append(self.parameters[j])
                    continue
                coefficients, proved = self._symbolic(j, support)
            parameter = self.parameters[j]
            if proved and coefficients is not None:
                result.proved[parameter] = Nodes(self._with_factors(coefficients))
            elif proved is False:  # the prime lost rank: its relations are worthless
                return Relations({}, [self.parameters[j] for j in dependents], refuted=True)
            else:
                result.unproved.append(parameter)
        return result

    def _is_settled(self, rank: int) -> bool:
        if self._settled is None:
            return False
        if self._settled(rank):
            return True
        self._settled = None
        return False

    def _with_factors(self, coefficients: Mapping[int, int]) -> dict[int, int]:
        """A relation between columns as one between tangent functions: divided by their constant
        factors.
        """
        program, tangents = self.tangents.program, self.tangents
        node = dict(zip(self.parameters, self.nodes, strict=True))
        factors = {i: tangents.columns[i] for i in coefficients if node[i] != tangents.nodes[i]}
        total = program.product(
            [(k, 1) for k in {f.constant for f in factors.values() if f is not None}]
        )
        result = {}
        for i, c in coefficients.items():
            factor = factors.get(i)
            parts = [(c, 1), (total, 1)] + ([] if factor is None else [(factor.constant, -1)])
            result[i] = program.product(
                parts, 1 if factor is None else 1 / Fraction(factor.coefficient)
            )
        return result

    # Coefficients that are numbers

    def _constant_coefficients(
        self,
        sampled: Sampled,
        pivots: Sequence[int],
        dependents: Sequence[int],
        table: NDArray[np.int64],
    ) -> list[bool]:
        """Which relations have the same coefficients when the constants of the tower (tau,
        coordinates) are redrawn.
        """
        tower = self.tower
        shared = [
            n for n in tower.program.reachable(tower.roots)
            if tower.program.kind[n] == LEAF
            and tower.stage_of(n) < FUNCTION_STAGE
            and tower.kind[n] not in ("prime", "i")
        ]  # fmt: skip
        if not shared and not any(
            tower.kind[n] in ("prime", "i")
            for n in tower.program.reachable(tower.roots)
            if tower.program.kind[n] == LEAF
        ):
            return [True] * len(dependents)
        columns = [*pivots, *dependents]
        for attempt in range(8):
            key = mix(self.seed, 11, attempt)
            try:
                other = sample(
                    self.tower,
                    self.parameters,
                    sampled.prime,
                    key,
                    len(pivots) + 12,
                    columns=columns,
                )
            except BadReductionError:
                continue
            left, right = (
                other.matrix[:, : len(pivots)].astype(np.int64),
                other.matrix[:, len(pivots) :].astype(np.int64),
            )
            return [bool(v) for v in _residual_is_zero(left, table, right, sampled.prime)]
        return [False] * len(dependents)

    def _lift(
        self,
        sampled: Sampled,
        pivots: Sequence[int],
        dependents: Sequence[int],
        table: NDArray[np.int64],
    ) -> dict[int, dict[int, Rational]]:
        """Chinese remaindering over several primes until every coefficient is a small rational
        number.
        """
        used = [i for i in range(len(pivots)) if table[i].any()]
        columns = [*(pivots[i] for i in used), *dependents]
        modulus = sampled.prime
        residues: list[dict[int, int]] = [
            {i: int(table[i, k]) for i in used if table[i, k]} for k in range(len(dependents))
        ]
        open_, result = set(range(len(dependents))), dict[int, dict[int, Rational]]()
        last: dict[int, dict[int, Rational]] = {}
        for attempt in range(MAX_PRIMES):
            for k in sorted(open_):
                relation: dict[int, Rational] = {dependents[k]: -1}
                for i, r in residues[k].items():
                    value = reconstruct(r, modulus)
                    if value is None:
                        break
                    relation[pivots[i]] = value
                else:
                    if last.get(k) == relation or (
                        self._seems_zero(relation) and self._rational_zero(relation)
                    ):
                        result[dependents[k]] = relation
                        open_.discard(k)
                    last[k] = relation
            if not open_:
                break
            try:
                again = sampled_rank(
                    self.tower,
                    self.parameters,
                    len(columns) + 8,
                    seed=self.seed,
                    attempt=100 + attempt,
                    columns=columns,
                )
            except PoleError:
                continue
            profile = again.profile()
            if modulus % again.prime == 0 or profile.columns != tuple(range(len(used))):
                last = {}  # a prime that was drawn before says nothing new
                continue
            solved = solve_dependents(again.matrix, again.prime, profile)
            for k in open_:
                for position, i in enumerate(used):
                    value = int(solved[position, k])
                    if value or i in residues[k]:
                        residues[k][i] = combine(residues[k].get(i, 0), modulus, value, again.prime)
            modulus *= again.prime
        return result

    def _seems_zero(self, relation: Mapping[int, Rational]) -> bool:
        """Whether a relation with rational coefficients holds at a few residues."""
        columns = sorted(relation)
        try:
            few = sampled_rank(
                self.tower, self.parameters, FEW, seed=self.seed, attempt=99, columns=columns
            )
            field = GF(few.prime, 1)
            coefficients = [field.constant(relation[j]) for j in columns]
        except (PoleError, BadReductionError):
            return True
        total = few.matrix.astype(np.int64) @ np.array(coefficients, dtype=np.int64)
        return not (total % few.prime).any()

    def _rational_zero(self, relation: Mapping[int, Rational]) -> bool | None:
        """Exact test of a relation with rational coefficients: True, False, or None when over
        budget.
        """
        key = tuple(sorted(relation.items()))
        if key not in self._tested:
            self._tested[key] = self._is_rational_zero(relation)
        return self._tested[key]

    def _is_rational_zero(self, relation: Mapping[int, Rational]) -> bool | None:
        program = self.tangents.program
        expanded = [
            (c, laurent(program, self.nodes[j], EXPANSION, self._expanded))
            for j, c in relation.items()
        ]
        known = [(c, terms) for c, terms in expanded if terms is not None]
        if len(known) == len(expanded):
            total: dict[Any, Rational] = {}
            scale = lcm(*(Fraction(c).denominator for c, _ in expanded))
            for c, terms in known:
                k = int(c * scale)
                for monomial, value in terms.items():
                    total[monomial] = total.get(monomial, 0) + k * value
            if not any(total.values()):
                return True
        tower = self.tower
        node = tower.program.linear(0, [(c, tower.roots[j]) for j, c in relation.items()])
        return self._zero(node)

    def _zero(self, node: int) -> bool | None:
        try:
            return is_zero(self.tower.program, node, ZERO_TEST)
        except (BudgetError, UndecidedError):
            return None

    # Coefficients in the field of constants

    @cached_property
    def _has_numbers(self) -> bool:
        """Whether algebraic numbers occur, which look rational modulo a prime."""
        tower = self.tower
        below = tower.program.reachable(tower.roots)
        return any(tower.kind.get(n) in ("prime", "unity", "root") for n in below)

    def _symbolic(
        self, dependent: int, support: Sequence[int]
    ) -> tuple[dict[int, int] | None, bool | None]:
        """Coefficients over Q(constants): the null vector of the support at integers for the
        function generators.
        """
        columns = [*support, dependent]
        if len(columns) > MAX_SYMBOLIC or self._failures >= MAX_FAILURES:
            return None, None
        tower = self.tower
        program = tower.program
        nodes = [tower.roots[j] for j in columns]
        numbers = number_relation(tower, nodes[:-1], nodes[-1], seed=self.seed)
        if numbers is not None:
            return self._printed([*numbers, program.constant(-1)], columns), True
        try:
            small = reduced_root_powers(program, nodes)
            varying = tower.varying(tower.roots if small is None else [*tower.roots, *small])
            vector = nullvector(program, nodes if small is None else small, varying)
        except (BudgetError, UndecidedError, PoleError):
            self._failures += 1
            return None, None
        if vector is None:
            return None, None
        terms = [(1, program.product(((c, 1), (g, 1)))) for c, g in zip(vector, nodes, strict=True)]
        proved = self._zero(program.linear(0, terms))
        return (self._printed(vector, columns) if proved else None), proved

    def _printed(self, vector: Sequence[int], columns: Sequence[int]) -> dict[int, int] | None:
        """Coefficients as nodes of the specialised program, that of the last column not zero in
        disguise.
        """
        program = self.tangents.program
        try:
            pairs = untranslate(self.tower, vector, program)
        except UndecidedError:
            return None
        for translated in zip(*pairs, strict=True):
            if not vanishes_at_primes(program, translated[-1], self.seed):
                return {
                    self.parameters[j]: c
                    for c, j in zip(translated, columns, strict=True)
                    if c != program.zero
                }
        return None


def _residual_is_zero(
    left: NDArray[np.int64], table: NDArray[np.int64], right: NDArray[np.int64], p: int
) -> NDArray[np.bool_]:
    """Column by column, whether left @ table = right mod p (float products kept below 2^53)."""
    total = np.zeros(right.shape, dtype=np.int64)
    step = 256
    for start in range(0, left.shape[1], step):
        a = left[:, start : start + step]
        b = table[start : start + step]
        high, low = a >> 11, a & 2047
        total += ((high.astype(float) @ b.astype(float)).astype(np.int64) % p << 11) + (
            low.astype(float) @ b.astype(float)
        ).astype(np.int64)
        total %= p
    return ((total - right) % p == 0).all(axis=0)


__all__ = ["GF", "Nodes", "RelationFinder", "Relations", "class_relations"]
