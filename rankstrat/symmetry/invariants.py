r"""Functions of the parameters that affine vector fields leave as they are: $X g = 0$.

Three kinds are found, by linear algebra over the rationals: linear forms, Laurent monomials of
linear forms that are only scaled, and quadratic polynomials. For products of matrices the last are
their entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement
from math import gcd, lcm

import sympy

from rankstrat.algebra.linear import Echelon, Rational
from rankstrat.rank.affine_symmetries import VectorField

MOST_QUADRATIC = 40
Sparse = Mapping[int, Rational]


def invariants(
    fields: Sequence[VectorField], parameters: Sequence[sympy.Symbol], most: int
) -> tuple[sympy.Expr, ...]:
    r"""Functionally independent functions g with $X g = 0$ for every field, at most so many, simple
    ones first.

    Example:
        >>> a, w, v = sympy.symbols("a w v")
        >>> scaling = VectorField({(0, 0): 1, (1, 1): -1}, {})
        >>> invariants([scaling], [a, w, v], 2)
        (v, a*w)
    """
    found: list[sympy.Expr] = []
    gradients = Echelon()
    point = {
        s: sympy.Rational(p) for s, p in zip(parameters, _primes(len(parameters)), strict=True)
    }
    for candidate in _candidates(fields, parameters):
        if len(found) >= most:
            break
        row = {
            i: Fraction(*sympy.Rational(candidate.diff(s).xreplace(point)).as_numer_denom())
            for i, s in enumerate(parameters)
            if candidate.has(s)
        }
        # independent gradients at one point are independent functions
        if gradients.add({i: c for i, c in row.items() if c}) is not None:
            found.append(candidate)
    return tuple(found)


def _primes(count: int) -> list[int]:
    return [int(sympy.prime(i + 2)) for i in range(count)]


def _candidates(
    fields: Sequence[VectorField], parameters: Sequence[sympy.Symbol]
) -> Iterator[sympy.Expr]:
    moved = {i for field in fields for i in field.components()}
    yield from (s for i, s in enumerate(parameters) if i not in moved)
    kinds = (
        (_form(form, parameters) for form in _killed(fields, range(len(parameters)))),
        _monomials(fields, parameters),
    )
    for kind in kinds:
        yield from sorted(kind, key=lambda e: (sympy.count_ops(e), str(e)))
    if len(parameters) <= MOST_QUADRATIC:
        yield from _quadratic(fields, parameters)


def _monomials(
    fields: Sequence[VectorField], parameters: Sequence[sympy.Symbol]
) -> Iterator[sympy.Expr]:
    r"""$\prod \ell_k^{e_k}$ for linear forms that every scaling multiplies by a power, with powers
    that cancel, and that nothing else moves.
    """
    scalings = [f for f in fields if _is_diagonal(f)]
    others = [f for f in fields if not _is_diagonal(f)]
    weight = {i: tuple(f.linear.get((i, i), 0) for f in scalings) for i in range(len(parameters))}
    forms: list[tuple[Sparse, tuple[Rational, ...]]] = []
    for own in dict.fromkeys(weight.values()):
        members = [i for i, w in weight.items() if w == own]
        forms += [(form, own) for form in _killed(others, members)]
    equations = Echelon()
    for k in range(len(scalings)):
        equations.add({j: own[k] for j, (_, own) in enumerate(forms) if own[k]})
    written = [_form(form, parameters) for form, _ in forms]
    for vector in equations.kernel(len(forms)):
        powers = _integral(vector)
        sign = -1 if sum(powers.values()) < 0 else 1
        yield sympy.Mul(*(written[j] ** (sign * e) for j, e in powers.items()))


def _is_diagonal(field: VectorField) -> bool:
    return not field.constant and all(i == j for i, j in field.linear)


def _killed(fields: Sequence[VectorField], members: Sequence[int]) -> list[dict[int, int]]:
    """The linear forms in some parameters that no field moves."""
    place = {i: k for k, i in enumerate(members)}
    equations = Echelon()
    for field in fields:
        rows: dict[int, dict[int, Rational]] = {}
        for (i, j), a in field.linear.items():
            if i in place:
                rows.setdefault(j, {})[place[i]] = a
        constant = {place[i]: c for i, c in field.constant.items() if i in place}
        for row in (*rows.values(), constant):
            equations.add(row)
    basis = equations.kernel(len(members))
    return [{members[k]: c for k, c in _integral(vector).items()} for vector in basis]


def _form(form: Sparse, parameters: Sequence[sympy.Symbol]) -> sympy.Expr:
    return sympy.Add(*(sympy.Rational(c) * parameters[i] for i, c in form.items()))


def _quadratic(
    fields: Sequence[VectorField], parameters: Sequence[sympy.Symbol]
) -> Iterator[sympy.Expr]:
    """Quadratic polynomials without constant term; index -1 stands for the number 1."""
    size = len(parameters)
    pairs = [(i, -1) for i in range(size)]
    pairs += list(combinations_with_replacement(range(size), 2))
    place = {pair: k for k, pair in enumerate(pairs)}
    equations = Echelon()
    for field in fields:
        # monomial of X(sum q_k m_k) -> coefficients of the unknowns q_k
        rows: dict[tuple[int, int], dict[int, Rational]] = {}
        components = field.components()
        for pair, k in place.items():
            for monomial, c in _moved(pair, components):
                row = rows.setdefault(monomial, {})
                row[k] = row.get(k, 0) + c
        for row in rows.values():
            equations.add(row)
    for vector in equations.kernel(len(pairs)):
        terms = [
            sympy.Rational(c) * sympy.Mul(*(parameters[i] for i in pairs[k] if i >= 0))
            for k, c in _integral(vector).items()
        ]
        yield sympy.Add(*terms)


def _moved(
    pair: tuple[int, int],
    components: Mapping[int, tuple[Rational, Sequence[tuple[int, Rational]]]],
) -> Iterator[tuple[tuple[int, int], Rational]]:
    """The terms of the derivative of a monomial along a field."""
    for position in (0, 1):
        i, other = pair[position], pair[1 - position]
        if i < 0 or i not in components:
            continue
        constant, linear = components[i]
        for j, a in (*linear, (-1, constant)):
            if a:
                yield (
                    (max(j, other), min(j, other))
                    if -1 in (j, other)
                    else (
                        min(j, other),
                        max(j, other),
                    ),
                    a,
                )


def _integral(vector: Sparse) -> dict[int, int]:
    """The vector as coprime integers, the first one positive."""
    entries = {i: Fraction(c) for i, c in sorted(vector.items()) if c}
    scale = Fraction(_lcm(c.denominator for c in entries.values()))
    scale /= gcd(*(int(c * scale) for c in entries.values()))
    if next(iter(entries.values())) < 0:
        scale = -scale
    return {i: int(c * scale) for i, c in entries.items()}


def _lcm(numbers: Iterable[int]) -> int:
    return lcm(*numbers)


__all__ = ["invariants"]
