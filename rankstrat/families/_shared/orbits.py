r"""Branches of $\{W_L \cdots W_1 = M\}$: orbits of base changes, told apart by the ranks of all
partial products.

Put $V_0 \to V_1 \to \dots \to V_L$ for the factors. Such a chain is a direct sum of intervals: a
summand [i, j] lives on $V_i, \dots, V_j$ and is carried along by the identity. The multiplicities
$m_{ij}$ determine the chain up to base changes in all the spaces, and the ranks of the partial
products determine the multiplicities. An orbit lies in the closure of another one if and only if
none of its partial products has a larger rank (Abeasis and Del Fra, 1985).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import sympy

from rankstrat.errors import OutsideError, TargetError
from rankstrat.model.model import Chart, Model
from rankstrat.rank.zero import exact_rank, is_zero
from rankstrat.targets import Branch, BranchList, Candidate, Closure, RankBounds, TargetFunction

Interval = tuple[int, int]
Ranks = tuple[tuple[Interval, int], ...]
MAX_ORBITS = 20_000


@dataclass(frozen=True)
class Orbit:
    """A chain of factors up to base changes: multiplicities of intervals."""

    widths: tuple[int, ...]
    multiplicities: Mapping[Interval, int]

    def rank(self, i: int, j: int) -> int:
        """The rank of the product from V_i to V_j."""
        return sum(m for (k, n), m in self.multiplicities.items() if k <= i and j <= n)

    @cached_property
    def ranks(self) -> Ranks:
        """The ranks of all partial products."""
        pairs = itertools.combinations(range(len(self.widths)), 2)
        return tuple(((i, j), self.rank(i, j)) for i, j in pairs)

    @property
    def dimension(self) -> int:
        """The dimension of the orbit: that of the group minus that of the endomorphisms."""
        size = sum(d * d for d in self.widths)
        maps = sum(
            m * n
            for (i, j), m in self.multiplicities.items()
            for (k, n_), n in self.multiplicities.items()
            if k <= i <= n_ <= j
        )
        return size - maps

    def tangent_rank(self) -> int:
        """The model rank at every point of the orbit: sum_l (c_l - c_{l-1}) r_l."""
        last = len(self.widths) - 1
        total = before = 0
        for layer in range(1, last + 1):
            left = self.rank(layer, last) if layer < last else self.widths[last]
            right = self.rank(0, layer - 1) if layer > 1 else self.widths[0]
            total, before = total + (left - before) * right, left
        return total

    def factors(self) -> list[list[list[int]]]:
        """W_1, ..., W_L in normal form; the product is diag(1, .., 1, 0, ..)."""
        places: list[dict[tuple[Interval, int], int]] = [{} for _ in self.widths]
        for interval in sorted(
            self.multiplicities, key=lambda ij: (ij != (0, len(self.widths) - 1), ij)
        ):
            for copy in range(self.multiplicities[interval]):
                for layer in range(interval[0], interval[1] + 1):
                    places[layer][interval, copy] = len(places[layer])
        result = []
        for layer in range(1, len(self.widths)):
            matrix = [[0] * self.widths[layer - 1] for _ in range(self.widths[layer])]
            for key, column in places[layer - 1].items():
                if key in places[layer]:
                    matrix[places[layer][key]][column] = 1
            result.append(matrix)
        return result


def orbits(widths: Sequence[int], rank: int) -> Iterator[Orbit]:
    """All chains whose whole product has the given rank.

    Raises:
        TargetError: there are too many.
    """
    last = len(widths) - 1
    intervals = [(i, j) for i in range(last + 1) for j in range(i, last + 1) if (i, j) != (0, last)]
    whole = (0, last)

    def fill(number: int, left: list[int], chosen: dict[Interval, int]) -> Iterator[Orbit]:
        if number == len(intervals):
            if not any(left):
                yield Orbit(tuple(widths), dict(chosen))
            return
        i, j = intervals[number]
        most = min(left[i : j + 1])
        if j == last:  # nothing later starts at i or before, so V_i must be full
            if i < last and left[i] > most:
                return
            least = left[i] if i <= j else 0
        else:
            least = 0
        for count in range(least, most + 1):
            rest = [v - count if i <= k <= j else v for k, v in enumerate(left)]
            yield from fill(number + 1, rest, {**chosen, (i, j): count} if count else chosen)

    if rank > min(widths):
        return
    for found, orbit in enumerate(
        fill(0, [d - rank for d in widths], {whole: rank} if rank else {})
    ):
        if found > MAX_ORBITS:
            raise TargetError(
                f"widths {list(widths)} give more than {MAX_ORBITS} orbits; choose smaller widths"
            )
        yield orbit


def product_branches(
    model: Model,
    target: TargetFunction,
    widths: Sequence[int],
    names: Sequence[str],
    forced: Chart | None,
) -> BranchList:
    """The components of {W_L ... W_1 = M}.

    Args:
        model: the model of the factors.
        target: M, row by row.
        widths: d_0, ..., d_L.
        names: the block of each factor, W_1 first.
        forced: a two-factor model of inner dimension rank M at a factorization of M.

    Raises:
        TargetError: M is not rational, or its rank is larger than a width.
    """
    matrix = sympy.Matrix(widths[-1], widths[0], list(target.expressions))
    left, right, rank = normal_form(matrix)
    every = list(orbits(widths, rank))
    if not every:
        raise OutsideError(
            f"the target matrix has rank {rank}, the product at most {min(widths)}; it is not in"
            f" the function space; choose inner dimensions >= {rank}"
        )
    tops = [o for o in every if not any(o is not p and _below(o, p) for p in every)]
    fibre = rank * (widths[0] + widths[-1] - rank)
    branches = []
    for orbit in sorted(tops, key=lambda o: o.ranks, reverse=True):
        smaller = [o for o in every if _below(o, orbit)]
        point = partial(_point, model, names, left, right)
        shown = ", ".join(
            f"rank {_product(names, i, j)} = {r}"
            for (i, j), r in orbit.ranks
            if (i, j) != (0, len(names))
        )
        branches.append(
            Branch(
                label=shown or "the only point",
                chart=point(orbit),
                closure=Closure(
                    tuple(o - t for o, t in zip(model.outputs, target.expressions, strict=True)),
                    decide=partial(_member, orbit, tuple(names), tuple(target.expressions)),
                ),
                dimension=orbit.dimension - fibre,
                conditions=(
                    "the orbit of the chart's point under base changes that keep the product",
                ),
                bounds=RankBounds(
                    candidates=partial(_candidates, smaller, point),
                    exhaustive="every point is a base change of one of finitely many, and base"
                    " changes keep the rank",
                    everywhere=forced,
                ),
            )
        )
    return BranchList(
        tuple(branches),
        True,
        "classification of chains of matrices by the ranks of partial products",
    )


def _product(names: Sequence[str], i: int, j: int) -> str:
    return " ".join(names[layer] for layer in reversed(range(i, j)))


def _below(lower: Orbit, upper: Orbit) -> bool:
    return all(r <= s for (_, r), (_, s) in zip(lower.ranks, upper.ranks, strict=True))


def _candidates(smaller: Sequence[Orbit], point: Any) -> Iterator[Candidate]:
    for orbit in sorted(smaller, key=Orbit.tangent_rank):
        yield Candidate(point(orbit), orbit.tangent_rank())


def _point(
    model: Model, names: Sequence[str], left: sympy.Matrix, right: sympy.Matrix, orbit: Orbit
) -> Chart:
    factors = [sympy.Matrix(f) for f in orbit.factors()]
    factors[0] = factors[0] * right
    factors[-1] = left * factors[-1]
    return model.point(**{name: f.tolist() for name, f in zip(names, factors, strict=True)})


def _member(orbit: Orbit, names: Sequence[str], target: Sequence[sympy.Expr], point: Chart) -> bool:
    factors = [sympy.Matrix(point.arrays[name].tolist()) for name in names]
    bounds = dict(orbit.ranks)
    for i in range(len(factors)):
        product = factors[i]
        for j in range(i + 1, len(factors) + 1):
            if j > i + 1:
                product = factors[j - 1] * product
            if exact_rank(product.tolist()) > bounds[i, j]:
                return False
            if (i, j) == (0, len(factors)) and not all(
                is_zero(u - v) for u, v in zip(product, target, strict=True)
            ):
                return False
    return True


def normal_form(matrix: sympy.Matrix) -> tuple[sympy.Matrix, sympy.Matrix, int]:
    """Invertible P, Q and r with matrix = P diag(I_r, 0) Q.

    Raises:
        TargetError: an entry is not rational.
    """
    for entry in matrix:
        if not entry.is_Rational:
            raise TargetError(
                f"the entry {entry} of the target is not rational; give rational entries"
            )
    echelon, pivots = matrix.rref()
    rank = len(pivots)
    columns = [matrix[:, j] for j in pivots]
    left = _completed(sympy.Matrix.hstack(*columns) if columns else sympy.zeros(matrix.rows, 0))
    right = _completed(echelon[:rank, :].T).T
    return left, right, rank


def _completed(columns: sympy.Matrix) -> sympy.Matrix:
    """An invertible matrix that starts with the given independent columns."""
    size = columns.rows
    both = sympy.Matrix.hstack(columns, sympy.eye(size))
    return both[:, list(both.rref()[1])]


def halves(target: Sequence[sympy.Expr], rows: int, columns: int) -> tuple[Any, Any, int]:
    """U, V and r with M = U V, U of r columns."""
    left, right, rank = normal_form(sympy.Matrix(rows, columns, list(target)))
    return left[:, :rank].tolist(), right[:rank, :].tolist(), rank


def rational(value: sympy.Expr, what: str) -> Fraction:
    """A rational number.

    Raises:
        TargetError: it is not one.
    """
    if not value.is_Rational:
        raise TargetError(f"{what} = {value} is not rational; give a rational number")
    return Fraction(int(value.p), int(value.q))
