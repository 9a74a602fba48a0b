r"""Zero sets of polynomials over $\mathbb{Q}$ as pieces: irreducible, locally closed, each a
graph over its coordinates.

A polynomial that is linear in a variable is solved for it where the coefficient does not vanish;
where it does, coefficient and rest vanish. So every zero lies on a piece, the coordinates of a
piece are free outside finitely many hypersurfaces, and its real dimension is their number. A piece
may carry one relation that no variable solves: an irreducible polynomial that takes values of both
signs has a real zero set that is dense in the complex one, so nothing is lost there either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import comb

from rankstrat.algebra.polynomials import (
    Poly,
    Ring,
    changes_sign,
    divided,
    is_constant,
    key,
    occurring,
    parts,
    remainder,
    substituted,
    without,
)
from rankstrat.algebra.semidefinite import real_cases
from rankstrat.deadline import check

MOST_TERMS, MOST_PRODUCTS = 3_000, 300_000


@dataclass(frozen=True)
class Step:
    """v = top / bottom, in the variables that were free then; the bottom vanishes nowhere on the
    piece.
    """

    variable: int
    top: Poly
    bottom: Poly


def _fraction(step: Step) -> tuple[object, object]:
    """Equal for equal quotients that are written with the same bottom up to sign."""
    bottom, top = dict(step.bottom.to_dict()), dict(step.top.to_dict())
    if bottom[max(bottom)] < 0:
        bottom, top = ({m: -c for m, c in d.items()} for d in (bottom, top))
    up, down = (tuple(sorted((tuple(m), int(c)) for m, c in d.items())) for d in (top, bottom))
    return up, down


@dataclass
class Budget:
    """How many pieces may still be looked at; what is left then stays undecided."""

    left: int

    def spend(self) -> bool:
        """Take one; whether there was one."""
        self.left -= 1
        return self.left >= 0


@dataclass(frozen=True)
class Piece:
    r"""$\{v : v_j = p_j/q_j \text{ for solved } j,\ f = 0,\ u \neq 0 \text{ for all units}\}$,
    irreducible over Q.

    Attributes:
        ring: of the polynomials.
        steps: the solved variables in the order in which they were solved.
        relation: the equation f among the coordinates, if there is one.
        units: irreducible polynomials in the coordinates that vanish nowhere on the piece.
        trail: the equations that led to it, one for each codimension.
        pending: equations that are not solved; the points that satisfy them are meant.
        doubtful: whether the relation may have fewer real zeros than its dimension says.
    """

    ring: Ring
    steps: tuple[Step, ...] = ()
    relation: Poly | None = None
    units: tuple[Poly, ...] = ()
    trail: tuple[Poly, ...] = ()
    pending: tuple[Poly, ...] = ()
    doubtful: bool = False
    _unit_keys: frozenset[object] = field(default=frozenset(), repr=False, compare=False)

    @property
    def coordinates(self) -> tuple[int, ...]:
        """The variables that are not solved."""
        solved = {s.variable for s in self.steps}
        return tuple(i for i in range(self.ring.size) if i not in solved)

    @property
    def dimension(self) -> int:
        """The dimension; an upper bound unless the piece is settled."""
        whole = self.ring.size - len(self.steps) - (self.relation is not None)
        return whole - bool(self.pending)

    @property
    def is_settled(self) -> bool:
        """Whether the real points have the dimension."""
        return not self.pending and not self.doubtful

    @property
    def name(self) -> tuple[object, ...]:
        """The same for equal pieces, whatever led there."""
        return (
            tuple((s.variable, *_fraction(s)) for s in self.steps),
            None if self.relation is None else key(self.relation),
            frozenset(key(u) for u in self.units),
            frozenset(key(p) for p in self.pending),
        )

    def is_unit(self, poly: Poly) -> bool:
        """Whether a nonzero polynomial in the coordinates is seen to have no zero on the piece."""
        return all(key(f) in self._unit_keys for f in self.ring.factors(poly))

    def vanishes(self, poly: Poly) -> bool:
        """Whether a polynomial in the coordinates is zero on the whole piece."""
        if poly == 0:
            return True
        return self.relation is not None and divided(poly, self.relation) is not None

    def normal(self, poly: Poly) -> Poly:
        """A polynomial on the piece, in the coordinates, up to units."""
        found = self.normal_within(poly, None)
        assert found is not None  # nothing bounds it
        return found

    def normal_within(self, poly: Poly, most: int | None) -> Poly | None:
        """The same; None where a substitution would add up more products than `most`."""
        for step in self.steps:
            if poly == 0:
                return poly
            degree = poly.degrees()[step.variable]
            if degree:
                longest = max(len(step.top), len(step.bottom))
                if most and len(poly) * comb(longest + degree - 1, degree) > most:
                    return None
                poly = substituted(poly, step.variable, step.top, step.bottom, degree)
                poly = without(poly, self.ring.factors(step.bottom)) if poly != 0 else poly
        if self.vanishes(poly):
            return self.ring.zero
        return without(poly, self.units)

    def rows(self, rows: Sequence[Sequence[Poly]]) -> list[list[Poly]]:
        """The rows of a matrix on the piece, each up to a unit."""
        result = []
        for given in rows:
            row = list(given)
            for step in self.steps:
                degree = max(p.degrees()[step.variable] for p in row)
                if degree:
                    row = [
                        substituted(p, step.variable, step.top, step.bottom, degree) for p in row
                    ]
                    row = self._plain(row, self.ring.factors(step.bottom))
            result.append(self._plain(row, self.units))
        return result

    def _plain(self, row: list[Poly], units: Sequence[Poly]) -> list[Poly]:
        """A row divided by the units, and the number, that all its entries have in common."""
        common = self.ring.zero
        for p in row:
            common = common.gcd(p)
        if common == 0:
            return row
        rest = without(common, units)
        whole = common if is_constant(common) else divided(common, rest)
        if whole is not None and whole != 1:
            return [p / whole for p in row]
        return row

    def with_units(self, polys: Sequence[Poly]) -> Piece | None:
        """The part where polynomials in the coordinates do not vanish; None where it is empty."""
        units, keys = list(self.units), set(self._unit_keys)
        for poly in polys:
            if self.vanishes(poly):
                return None
            for f in self.ring.factors(poly):
                if key(f) not in keys:
                    units.append(f)
                    keys.add(key(f))
        return replace(self, units=tuple(units), _unit_keys=frozenset(keys))

    def solved(self, variable: int, top: Poly, bottom: Poly) -> tuple[Piece, list[Poly]] | None:
        """The part where v = top / bottom and the bottom is not 0, and what is still to vanish;
        None if empty.
        """

        def put(poly: Poly) -> Poly:
            return substituted(poly, variable, top, bottom, poly.degrees()[variable])

        plain = replace(
            self,
            steps=(*self.steps, Step(variable, top, bottom)),
            relation=None,
            units=(),
            _unit_keys=frozenset(),
            doubtful=False,
        )
        inside = plain.with_units([bottom, *map(put, self.units)])
        if inside is None:
            return None
        return inside, [] if self.relation is None else [put(self.relation)]


def cut(piece: Piece, polys: Sequence[Poly], budget: Budget) -> Iterator[Piece]:
    """Pieces that cover the points of a piece where all the polynomials vanish."""
    work = [(piece, list(polys))]
    while work:
        here, given = work.pop()
        check("equations were solved")
        reduced = [here.normal_within(q, MOST_PRODUCTS) for q in given]
        left = [q for q in reduced if q is not None and q != 0]
        if any(is_constant(q) for q in left):
            continue
        if None in reduced:
            yield replace(here, pending=tuple(given))
            continue
        if not left:
            yield here
            continue
        if not budget.spend() or any(len(q) > MOST_TERMS for q in left):
            yield replace(here, pending=tuple(left))
            continue
        chosen = min((_Way(here, q) for q in left), key=lambda w: w.cost)
        others = [q for q in left if q is not chosen.given]
        found = list(chosen.take(others)) or list(_by_the_relation(here, chosen.poly, others))
        if not found:
            yield replace(here, pending=tuple(left))
        for part, equations in reversed(found):
            if part is not None:
                work.append((part, equations))


Case = tuple[Piece | None, list[Poly]]


class _Way:
    """How a polynomial is made to vanish on a piece, and what that costs."""

    def __init__(self, piece: Piece, poly: Poly) -> None:
        self.piece, self.given = piece, poly
        self.factors = [f for f in piece.ring.factors(poly) if not piece.is_unit(f)]
        self.poly = self.factors[0] if len(self.factors) == 1 else poly
        self.cases = real_cases(self.poly) if len(self.factors) == 1 else None
        self.variable, self.cost = -1, (9, len(poly))
        if len(self.factors) > 1:
            self.cost = (2, len(poly))
        elif self.cases is not None:
            self.cost = (1, len(poly))
        elif self.factors:
            self._solve()

    def _solve(self) -> None:
        for v in occurring(self.poly):
            if self.poly.degrees()[v] == 1:
                bottom = parts(self.poly, v)[1]
                kind = 0 if is_constant(bottom) else 3 if self.piece.is_unit(bottom) else 4
                cost = (kind, 100 * len(self.piece.ring.factors(bottom)) + len(bottom))
                if cost < self.cost:
                    self.cost, self.variable = cost, v

    def take(self, others: list[Poly]) -> Iterator[Case]:
        """The cases; none if the polynomial is solved in no variable and the piece has a
        relation.
        """
        piece, poly = self.piece, self.poly
        if len(self.factors) > 1:
            for n, factor in enumerate(self.factors):
                # where an earlier factor vanishes, an earlier case holds
                yield piece.with_units(self.factors[:n]), [factor, *others]
        elif self.cases is not None:
            yield from ((piece, [*case, *others]) for case in self.cases)
            if not self.cases:
                yield None, []
        elif self.variable >= 0:
            rest, bottom = parts(poly, self.variable)
            found = piece.solved(self.variable, -rest, bottom)
            if found is not None:
                inside, more = found
                yield replace(inside, trail=(*inside.trail, poly)), [*more, *others]
            yield (piece, [bottom, rest, *others]) if not piece.is_unit(bottom) else (None, [])
        elif piece.relation is None:
            related = replace(piece, relation=poly, trail=(*piece.trail, poly))
            yield replace(related, doubtful=not changes_sign(poly)), others


def _by_the_relation(piece: Piece, poly: Poly, others: list[Poly]) -> Iterator[Case]:
    """The polynomial made simpler by the relation, or the relation by it; nothing where neither
    helps.
    """
    relation = piece.relation
    if relation is None:
        return
    best: tuple[tuple[int, int], Case] | None = None
    for one, two, base in (
        (poly, relation, piece),
        (relation, poly, replace(piece, relation=None, doubtful=False)),
    ):
        for v in occurring(two):
            if not piece.is_unit(parts(two, v)[-1]) or one.degrees()[v] < two.degrees()[v]:
                continue
            rest = without(remainder(one, two, v), piece.units)
            if rest == 0 or len(rest) > MOST_TERMS:
                continue
            cost = (0, 0) if is_constant(rest) else _Way(base, rest).cost
            if cost[0] < 9 and (best is None or cost < best[0]):
                more = [] if base is piece else [two]
                best = cost, (base, [rest, *more, *others])
    if best is not None:
        yield best[1]


__all__ = ["Budget", "Piece", "Step", "cut"]
