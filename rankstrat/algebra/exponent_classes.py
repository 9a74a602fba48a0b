r"""Where sums of exponentials vanish identically: exponents are matched, coefficients compared.

Exponentials of complex polynomials in x of which no two differ by a constant are linearly
independent over the rational functions of x. So $\sum_j p_j e^{q_j} = 0$ holds exactly where, for
the classes of exponents that differ by constants, the sums $\sum_{j \in c} p_j e^{q_j}$ vanish. A
class either vanishes by itself, or meets another one: these cases are followed on pieces of
parameter space.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm, prod
from typing import Any

from rankstrat.algebra.exponential_sums import Sum
from rankstrat.algebra.pieces import Budget, Piece, cut
from rankstrat.algebra.polynomials import Poly, Ring, is_constant
from rankstrat.deadline import check

Monomial = tuple[int, ...]
Coefficients = dict[Monomial, dict[Monomial, Fraction]]
"""Powers of the inputs, and 1 for an imaginary part -> a polynomial in the parameters."""
Group = tuple[list[int], list[Poly]]
"""A class of terms, and what vanishes where they add up to 0."""


@dataclass(frozen=True)
class Term:
    """A term of one output: the exponent by powers of the inputs, and its coefficient."""

    output: int
    exponent: Any
    coefficient: Any


@dataclass
class Matching:
    """Terms of sums, one for each output, and what their exponents and coefficients are on pieces.

    Attributes:
        ring: the parameters as variables.
        terms: of all outputs.
        budget: how many pieces may be looked at.
    """

    ring: Ring
    terms: Sequence[Term]
    budget: Budget
    _differences: dict[tuple[int, int], tuple[list[Poly], list[Poly]]] = field(default_factory=dict)

    @staticmethod
    def of(ring: Ring, sums: Sequence[Sum], budget: Budget) -> Matching:
        """The terms of sums."""
        terms = [Term(k, e, c) for k, one in enumerate(sums) for e, c in one.items()]
        return Matching(ring, terms, budget)

    def by_inputs(self, poly: Any) -> Coefficients:
        """A polynomial in parameters, inputs and i by powers of the inputs, and by real and
        imaginary parts.
        """
        found: Coefficients = {}
        for powers, c in poly.terms():
            *exponents, turns = powers
            ours, theirs = tuple(exponents[: self.ring.size]), exponents[self.ring.size :]
            value = Fraction(int(c.numerator), int(c.denominator)) * (-1) ** (turns // 2)
            part = found.setdefault((*theirs, turns % 2), {})
            part[ours] = part.get(ours, Fraction(0)) + value
        return found

    def survives(self, one: Sum, point: Sequence[Fraction]) -> bool:
        """Whether a sum is defined and not identically 0 at a rational point.

        Exponentials of different polynomials with rational coefficients are independent over the
        rational functions, constant terms included (Lindemann and Weierstrass).
        """
        total: dict[Any, dict[Monomial, Fraction]] = {}
        for exponent, coefficient in one.items():
            scale = sum(self._at(exponent.denom, point).values())
            if not scale:
                return False
            here = self._at(exponent.numer, point)
            name = frozenset((powers, c / scale) for powers, c in here.items())
            terms = total.setdefault(name, {})
            for powers, c in self._at(coefficient, point).items():
                terms[powers] = terms.get(powers, Fraction(0)) + c
        return any(c for terms in total.values() for c in terms.values())

    def _at(self, poly: Any, point: Sequence[Fraction]) -> dict[Monomial, Fraction]:
        """The coefficients at a point that are not 0, by powers of the inputs."""
        found = {
            powers: sum(
                (c * prod(v**e for v, e in zip(point, m, strict=True)) for m, c in terms.items()),
                Fraction(0),
            )
            for powers, terms in self.by_inputs(poly).items()
        }
        return {powers: c for powers, c in found.items() if c}

    def difference(self, i: int, j: int) -> tuple[list[Poly], list[Poly]]:
        """What vanishes where two exponents differ by a constant, and what that constant is."""
        name = (min(i, j), max(i, j))
        if name not in self._differences:
            gap = self.terms[name[0]].exponent - self.terms[name[1]].exponent
            varying: list[Poly] = []
            constant: list[Poly] = []
            for powers, terms in self.by_inputs(gap.numer).items():
                (varying if any(powers[:-1]) else constant).append(self.ring.of(terms))
            self._differences[name] = varying, constant
        return self._differences[name]

    def classes(self, piece: Piece, left: Sequence[int]) -> list[list[int]]:
        """Terms of one output whose exponents differ by a constant on a whole piece."""
        found: list[list[int]] = []
        for i in left:
            for group in found:
                if self.terms[group[0]].output == self.terms[i].output and all(
                    piece.normal(p) == 0 for p in self.difference(i, group[0])[0]
                ):
                    group.append(i)
                    break
            else:
                found.append([i])
        return found

    def coefficients(self, piece: Piece, group: Sequence[int]) -> list[Poly] | None:
        """What vanishes on a piece where the terms of a class add up to 0.

        None where members differ by a constant that is not 0 on the whole piece: exponentials of
        numbers would have to be compared.
        """
        rest = [i for i in group if any(p != 0 for p in self._one(piece, i))]
        if not self._agree(piece, rest):
            return None
        total: Coefficients = {}
        for i in rest:
            for powers, terms in self.by_inputs(self.terms[i].coefficient).items():
                here = total.setdefault(powers, {})
                for monomial, c in terms.items():
                    here[monomial] = here.get(monomial, Fraction(0)) + c
        found = [piece.normal(self.ring.of(terms)) for terms in total.values()]
        return [p for p in found if p != 0]

    def _agree(self, piece: Piece, group: Sequence[int]) -> bool:
        """Whether the exponents of a class are equal on a piece."""
        return all(piece.normal(p) == 0 for i in group[1:] for p in self.difference(i, group[0])[1])

    def _one(self, piece: Piece, i: int) -> list[Poly]:
        by_inputs = self.by_inputs(self.terms[i].coefficient)
        return [piece.normal(self.ring.of(terms)) for terms in by_inputs.values()]

    def zeros(self, piece: Piece) -> list[Piece] | None:
        """Pieces that cover the points of a piece where all sums vanish identically; None where
        polynomials do not decide some case, or the budget is spent.
        """
        seen: set[Any] = set()
        found: list[Piece] = []
        work = [(piece, tuple(range(len(self.terms))))]
        while work:
            here, left = work.pop()
            check("exponents were matched")
            open_: list[Group] = []
            for group in self.classes(here, left):
                polys = self.coefficients(here, group)
                if polys is None:
                    return None
                if polys:
                    open_.append((group, polys))
            name = (here.name, frozenset(i for g, _ in open_ for i in g))
            if name in seen:
                continue
            seen.add(name)
            if here.pending or not self.budget.spend():
                return None
            if open_:
                work += self._cases(here, open_)
            else:
                found.append(here)
        return found

    def _cases(
        self, piece: Piece, open_: Sequence[Group]
    ) -> Iterator[tuple[Piece, tuple[int, ...]]]:
        """One class vanishes by itself, or meets another one of its output."""

        def cost(entry: Group) -> tuple[bool, int]:
            group, polys = entry
            alone = not any(is_constant(p) or piece.is_unit(p) for p in polys)
            return alone, len(self._partners(piece, group, open_))

        group, polys = min(open_, key=cost)
        left = tuple(i for g, _ in open_ for i in g)
        for varying in self._partners(piece, group, open_):
            for part in cut(piece, varying, self.budget):
                yield part, left
        for part in cut(piece, polys, self.budget):
            yield part, tuple(i for i in left if i not in group)

    def _partners(self, piece: Piece, group: list[int], open_: Sequence[Group]) -> list[list[Poly]]:
        """The equations under which a class meets each other one that it can meet."""
        found = []
        for other, _ in open_:
            if other is group or self.terms[other[0]].output != self.terms[group[0]].output:
                continue
            varying = [piece.normal(p) for p in self.difference(group[0], other[0])[0]]
            if not any(p != 0 and (is_constant(p) or piece.is_unit(p)) for p in varying):
                found.append([p for p in varying if p != 0])
        return found

    def coincidences(self, piece: Piece) -> list[Piece] | None:
        """The piece, and pieces of it where more exponents agree than at its generic point; None
        where the budget is spent.
        """
        seen: set[Any] = set()
        found: list[Piece] = []
        work = [piece]
        while work:
            here = work.pop()
            check("the places where exponents agree were found")
            if here.name in seen:
                continue
            seen.add(here.name)
            if here.pending or not self.budget.spend():
                return None
            found.append(here)
            every: list[Group] = [(g, []) for g in self.classes(here, range(len(self.terms)))]
            for n, (group, _) in enumerate(every):
                for varying in self._partners(here, group, every[n:]):
                    work += cut(here, varying, self.budget)
        return found

    def rows(self, piece: Piece, gradients: Sequence[Sequence[Any]]) -> list[list[Poly]] | None:
        """The derivatives of the sums by classes of exponents and powers of the inputs.

        None where exponents differ by a constant that is not 0.

        Args:
            piece: where the classes are taken.
            gradients: for each parameter the coefficient of each term.
        """
        groups = self.classes(piece, range(len(self.terms)))
        place = {i: n for n, group in enumerate(groups) for i in group}
        for group in groups:
            if not self._agree(piece, [i for i in group if any(g[i] for g in gradients)]):
                return None
        entries: list[dict[Any, dict[Monomial, Fraction]]] = []
        for gradient in gradients:
            entry: dict[Any, dict[Monomial, Fraction]] = {}
            for i, c in enumerate(gradient):
                for powers, terms in self.by_inputs(c).items() if c else ():
                    here = entry.setdefault((place[i], powers), {})
                    for monomial, value in terms.items():
                        here[monomial] = here.get(monomial, Fraction(0)) + value
            entries.append(entry)
        keys = list(dict.fromkeys(k for entry in entries for k in entry))
        rows = []
        for entry in entries:
            scale = lcm(1, *(c.denominator for t in entry.values() for c in t.values()))
            rows.append(
                [self.ring.of({m: c * scale for m, c in entry.get(k, {}).items()}) for k in keys]
            )
        return rows if keys else [[self.ring.zero]]


__all__ = ["Matching", "Term"]
