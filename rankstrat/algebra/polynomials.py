r"""Polynomials over $\mathbb{Z}$ in many variables up to constant factors, for their zeros."""

from __future__ import annotations

import copyreg
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import flint

from rankstrat.algebra.fraction_ring import factored

Poly = Any
"""A polynomial of FLINT, in the variables of its ring."""
Key = tuple[tuple[tuple[int, ...], int], ...]
Made = tuple[Any, tuple[Any, ...]]


def _context(names: Sequence[str]) -> Any:
    return flint.fmpz_mpoly_ctx.get(names, flint.Ordering.degrevlex)


def _made(names: Sequence[str], terms: Mapping[tuple[int, ...], int]) -> Poly:
    return _context(names).from_dict(terms)


def _names(context: Any) -> Made:
    return _context, (context.names(),)


def _terms(poly: Poly) -> Made:
    return _made, (poly.context().names(), {m: int(c) for m, c in poly.to_dict().items()})


# FLINT does not say how its polynomials are pickled and copied
copyreg.pickle(flint.fmpz_mpoly_ctx, _names)
copyreg.pickle(flint.fmpz_mpoly, _terms)


@dataclass(frozen=True)
class Ring:
    r"""$\mathbb{Z}[v_0, \dots, v_{n-1}]$; zeros alone matter, so polynomials are kept primitive.

    Attributes:
        size: the number n of variables.

    Example:
        >>> ring = Ring(2)
        >>> x, y = ring.variables
        >>> [str(f) for f in ring.factors(x**2 * (x - y) * 6)]
        ['v0 - v1', 'v0']
    """

    size: int
    _factored: dict[Key, tuple[Poly, ...]] = field(
        default_factory=dict, repr=False, compare=False, hash=False
    )

    @cached_property
    def context(self) -> Any:
        """FLINT's context."""
        return _context([f"v{i}" for i in range(self.size)])

    @property
    def variables(self) -> tuple[Poly, ...]:
        """The variables."""
        return tuple(self.context.gens())

    @property
    def one(self) -> Poly:
        """The constant 1."""
        return self.context.constant(1)

    @property
    def zero(self) -> Poly:
        """The constant 0."""
        return self.context.constant(0)

    def of(self, terms: Mapping[tuple[int, ...], Fraction | int]) -> Poly:
        """The polynomial with these rational coefficients, times their common denominator."""
        scale = 1
        for c in terms.values():
            scale *= Fraction(c).denominator // _gcd(scale, Fraction(c).denominator)
        return self.context.from_dict({m: int(c * scale) for m, c in terms.items() if c})

    def factors(self, poly: Poly) -> tuple[Poly, ...]:
        """The distinct irreducible factors over the rationals, constants left out."""
        name = key(poly)
        if name not in self._factored:
            self._factored[name] = tuple(f for f, _ in factored(poly)[1])
        return self._factored[name]

    def rational_roots(self, coefficients: Mapping[int, Fraction]) -> list[Fraction]:
        """The rational roots of a polynomial in one variable, given by power; none of the zero
        polynomial.
        """
        terms = {(power, *[0] * (self.size - 1)): c for power, c in coefficients.items()}
        poly = self.of(terms)
        if is_constant(poly):
            return []
        lines = [dict(terms_of(f)) for f in self.factors(poly) if f.total_degree() == 1]
        by_degree = [{sum(m): c for m, c in line.items()} for line in lines]
        return [Fraction(-line.get(0, 0), line[1]) for line in by_degree]


def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def key(poly: Poly) -> Key:
    """A hashable name, the same for polynomials that differ by a sign."""
    terms = tuple(sorted((m, int(c)) for m, c in poly.to_dict().items()))
    if terms and terms[-1][1] < 0:
        return tuple((m, -c) for m, c in terms)
    return terms


def is_constant(poly: Poly) -> bool:
    """Whether it is a number."""
    return bool(poly.is_constant())


def primitive(poly: Poly) -> Poly:
    """Without the common factor of its coefficients."""
    if poly == 0:
        return poly
    return poly / poly.content()


def parts(poly: Poly, variable: int) -> list[Poly]:
    """The coefficients in one variable, by rising power."""
    found: dict[int, dict[tuple[int, ...], Any]] = {}
    for monomial, c in poly.to_dict().items():
        power = monomial[variable]
        rest = (*monomial[:variable], 0, *monomial[variable + 1 :])
        found.setdefault(power, {})[rest] = c
    ring = poly.context()
    return [ring.from_dict(found.get(i, {})) for i in range(max(found, default=0) + 1)]


def occurring(poly: Poly) -> list[int]:
    """The variables that occur."""
    return [i for i, d in enumerate(poly.degrees()) if d > 0]


def substituted(poly: Poly, variable: int, top: Poly, bottom: Poly, degree: int) -> Poly:
    r"""$q^{\text{degree}}\,f(v = p/q)$ with p on top and q on the bottom, cleared of
    denominators.
    """
    total = poly * 0
    for power, coefficient in enumerate(parts(poly, variable)):
        if coefficient != 0:
            total += coefficient * top**power * bottom ** (degree - power)
    return total


def remainder(poly: Poly, divisor: Poly, variable: int) -> Poly:
    """The pseudo-remainder in one variable: some power of the leading coefficient times the
    polynomial, reduced.
    """
    below = parts(divisor, variable)
    lead, size = below[-1], len(below) - 1
    step = divisor - lead * poly.context().gens()[variable] ** size
    while True:
        here = parts(poly, variable)
        power = len(here) - 1
        if poly == 0 or power < size:
            return poly
        shift = poly.context().gens()[variable] ** (power - size)
        rest = poly - here[-1] * poly.context().gens()[variable] ** power
        poly = lead * rest - here[-1] * shift * step


def divided(poly: Poly, divisor: Poly) -> Poly | None:
    """The exact quotient; None if there is a remainder."""
    quotient, rest = divmod(poly, divisor)
    if rest == 0:
        return quotient
    return None


def without(poly: Poly, units: Sequence[Poly]) -> Poly:
    """The polynomial divided by each unit as often as that goes, primitive."""
    for unit in units:
        while poly != 0 and not is_constant(poly):
            quotient = divided(poly, unit)
            if quotient is None:
                break
            poly = quotient
    return primitive(poly)


def changes_sign(poly: Poly, *, seed: int = 0, tries: int = 200) -> bool:
    """Whether values of both signs are found among small whole numbers, zeros being frequent."""
    rng, variables = random.Random(seed), set(occurring(poly))
    point, signs = [0] * poly.context().nvars(), set()
    for turn in range(tries):
        bound = 1 + turn // 8
        for i in variables:
            point[i] = rng.choice((0, rng.randint(-bound, bound))) if turn else 0
        value = poly(*point)
        if value != 0:
            signs.add(value > 0)
        if len(signs) == 2:
            return True
    return False


def quadratic_form(poly: Poly) -> list[list[Fraction]] | None:
    """The symmetric matrix of a polynomial of degree 2, the constant last; None for another
    degree.
    """
    if poly.total_degree() != 2:
        return None
    size = poly.context().nvars()
    matrix = [[Fraction(0)] * (size + 1) for _ in range(size + 1)]
    for monomial, c in poly.to_dict().items():
        places = [i for i, e in enumerate(monomial) for _ in range(e)]
        i, j = (*places, size, size)[:2]
        matrix[i][j] += Fraction(int(c), 2)
        matrix[j][i] += Fraction(int(c), 2)
    return matrix


def squares(matrix: Sequence[Sequence[Fraction]]) -> tuple[list[list[Fraction]], set[int]] | None:
    """Linear forms whose squares, with signs, add up to a quadratic form; None where a diagonal
    pivot fails.

    Signs of one kind prove that it is semidefinite, and it vanishes where all the forms do.
    """
    a = [list(row) for row in matrix]
    forms: list[list[Fraction]] = []
    signs: set[int] = set()
    left = list(range(len(a)))
    while left:
        pivot = next((i for i in left if a[i][i]), None)
        if pivot is None:
            if not any(a[i][j] for i in left for j in left):
                return (forms, signs)
            return None
        row, d = list(a[pivot]), a[pivot][pivot]
        forms.append(row)
        signs.add(1 if d > 0 else -1)
        for i in left:
            for j in left:
                if i != pivot and j != pivot:
                    a[i][j] -= row[i] * row[j] / d
        for i in left:
            a[i][pivot] = a[pivot][i] = Fraction(0)
        left.remove(pivot)
    return forms, signs


def terms_of(poly: Poly) -> Iterator[tuple[tuple[int, ...], int]]:
    """Monomials with their coefficients."""
    for monomial, c in poly.to_dict().items():
        yield tuple(int(e) for e in monomial), int(c)


__all__ = [
    "Poly", "Ring", "changes_sign", "divided", "is_constant", "key", "occurring",
    "parts", "primitive", "quadratic_form", "remainder", "squares", "substituted", "terms_of",
    "without",
]  # fmt: skip
