r"""Polynomials of one sign: where they vanish at real points, if that is seen."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

import sympy

from rankstrat.algebra.polynomials import Poly, occurring, quadratic_form, squares, terms_of


def real_cases(poly: Poly) -> list[list[Poly]] | None:
    """Lists of equations one of which holds wherever an irreducible polynomial has a real zero.

    Empty if it has none. None where no sign is seen, so that the polynomial says it best itself.

    Example:
        >>> from rankstrat.algebra.polynomials import Ring
        >>> x, y = Ring(2).variables
        >>> real_cases(x**2 + 1), real_cases(x**4 + y**2), real_cases(x**2 - 2)
        ([], [[v0, v1]], None)
    """
    if poly.total_degree() < 2:
        return None
    terms = list(terms_of(poly))
    if all(e % 2 == 0 for m, _ in terms for e in m) and len({c > 0 for _, c in terms}) == 1:
        return _monomials(poly, [m for m, _ in terms])
    variables = occurring(poly)
    if len(variables) == 1:
        if _real_roots(poly, variables[0]) == 0:
            return []
        return None
    matrix = quadratic_form(poly)
    if matrix is not None:
        found = squares(matrix)
        if found is None or len(found[1]) != 1:
            return None
        return _linear(poly, found[0])
    if (
        len(variables) == 2
        and len({sum(m) for m, _ in terms}) == 1
        and poly.total_degree() % 2 == 0
    ):
        u, v = variables
        if any(m[u] == poly.total_degree() for m, _ in terms):
            line = poly.context().from_dict({_alone(m, u): c for m, c in terms})
            if _real_roots(line, u) == 0:
                generators = poly.context().gens()
                return [[generators[u], generators[v]]]
    return None


def _alone(monomial: Sequence[int], variable: int) -> tuple[int, ...]:
    return tuple(e if i == variable else 0 for i, e in enumerate(monomial))


def _monomials(poly: Poly, monomials: Sequence[Sequence[int]]) -> list[list[Poly]]:
    """A sum of squares of monomials, with positive coefficients: each of them vanishes."""
    generators = poly.context().gens()
    places = [[generators[i] for i, e in enumerate(m) if e] for m in monomials]
    return [list(chosen) for chosen in itertools.product(*places)]


def _real_roots(poly: Poly, variable: int) -> int:
    t = sympy.Symbol("t")
    terms = {m[variable]: c for m, c in terms_of(poly)}
    return int(sympy.Poly(sum(c * t**e for e, c in terms.items()), t).count_roots())


def _linear(poly: Poly, forms: Sequence[Sequence[Fraction]]) -> list[list[Poly]]:
    """The linear forms as polynomials; a form that is a constant vanishes nowhere."""
    context = poly.context()
    size = context.nvars()
    equations = []
    for form in forms:
        if not any(form[:size]):
            return []
        scale = 1
        for c in form:
            scale *= c.denominator
        total = context.constant(int(form[size] * scale))
        for i, c in enumerate(form[:size]):
            if c:
                total += int(c * scale) * context.gens()[i]
        equations.append(total)
    return [equations]


__all__ = ["real_cases"]
