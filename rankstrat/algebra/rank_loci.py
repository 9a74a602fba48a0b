r"""Where a matrix of polynomials has which rank: pieces of $\{r \leq k\}$ from minors, down to
the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rankstrat.algebra.minors import eliminated, least_sets, orders
from rankstrat.algebra.pieces import Budget, Piece, cut
from rankstrat.algebra.polynomials import Poly, Ring, key
from rankstrat.algebra.semidefinite import real_cases

ORDERS, MOST_MINORS, PIECES = 6, 60, 4_000


@dataclass(frozen=True)
class Ranked:
    """A piece, and the rank at its points outside the pieces that lie below it.

    Attributes:
        piece: irreducible over the rationals.
        rank: the rank, an upper bound where it is not known.
        known: whether that is the rank at every point outside the pieces below.
        mark: what else tells pieces apart (conditions that hold there).
        below: the pieces on which the rank is lower, by position.
    """

    piece: Piece
    rank: int
    known: bool
    mark: Any = ()
    below: tuple[int, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether rank and real dimension are known."""
        return self.known and self.piece.is_settled


@dataclass
class RankPieces:
    r"""The pieces of the rank of a matrix.

    Attributes:
        ring: of the entries.
        rows: the matrix.
        budget: how many pieces may be looked at.
        found: the pieces; every point outside those `below` a piece, and on it, has its rank.
        pool: irreducible polynomials that occurred.
    """

    ring: Ring
    rows: Sequence[Sequence[Poly]]
    budget: Budget = field(default_factory=lambda: Budget(PIECES))
    seed: int = 0
    found: list[Ranked] = field(default_factory=list)
    pool: dict[object, Poly] = field(default_factory=dict)
    _without_zeros: dict[object, bool] = field(default_factory=dict, repr=False)

    def explore(self, start: Sequence[tuple[Piece, Any]]) -> None:
        """Fill in the pieces, from the given ones down."""
        most = min(len(self.rows), len(self.rows[0]) if self.rows else 0)
        work = [(piece, mark, most) for piece, mark in reversed(start)]
        seen: set[object] = set()
        while work:
            piece, mark, bound = work.pop()
            name = (piece.name, mark)
            if name in seen:
                continue
            seen.add(name)
            self._note(piece.trail)
            if piece.pending or not self.budget.spend():
                self.found.append(Ranked(piece, bound, False, mark))
                continue
            found = self._drops(piece)
            rank, sets = (bound, None) if found is None else found
            self.found.append(Ranked(piece, min(rank, bound), sets is not None, mark))
            for atoms in sets or ():
                self._note(atoms)
                work += [(p, mark, rank) for p in self._cut(piece, atoms)]

    def _cut(self, piece: Piece, atoms: Sequence[Poly]) -> Iterator[Piece]:
        for part in cut(piece, atoms, self.budget):
            self._note(part.trail)
            yield part

    def _note(self, polys: Sequence[Poly]) -> None:
        for poly in polys:
            self.pool.setdefault(key(poly), poly)

    def _drops(self, piece: Piece) -> tuple[int, list[list[Poly]]] | None:
        """The rank on a piece, and sets of equations one of which holds wherever it is lower;
        None if unknown.
        """
        rows = [row for row in piece.rows(self.rows) if any(p != 0 for p in row)]
        if not rows:
            return 0, []

        def cost(poly: Poly) -> tuple[int, int]:
            return (0 if piece.is_unit(poly) else poly.total_degree(), len(poly))

        atoms: dict[object, Poly] = {}
        clauses: set[frozenset[object]] = set()
        rank: int | None = None
        for matrix in orders(rows, ORDERS, self.seed):
            found, minors, proved = eliminated(matrix, piece.vanishes, cost)
            if not proved:
                break  # what was found so far is no bound from above
            rank = found
            for minor in sorted(minors, key=len)[:MOST_MINORS]:
                factors = [f for f in self.ring.factors(minor) if not self._never(piece, f)]
                atoms.update((key(f), f) for f in factors)
                clauses.add(frozenset(map(key, factors)))
            if frozenset() in clauses:
                return rank, []
        if rank is None:
            return None
        names = {name: i for i, name in enumerate(atoms)}
        polys = list(atoms.values())
        sets = least_sets([frozenset(names[a] for a in clause) for clause in clauses])
        if sets is None:
            least = min(clauses, key=len)
            sets = [frozenset({names[a]}) for a in least]
        return rank, [[polys[i] for i in sorted(chosen)] for chosen in sets]

    def _never(self, piece: Piece, factor: Poly) -> bool:
        """Whether a factor is seen to have no real zero on the piece."""
        if piece.is_unit(factor):
            return True
        name = key(factor)
        if name not in self._without_zeros:  # the same factors come back in most minors
            self._without_zeros[name] = real_cases(factor) == []
        return self._without_zeros[name]


__all__ = ["RankPieces", "Ranked"]
