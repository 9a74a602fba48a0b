r"""Newton polyhedra: the learning coefficient of a nondegenerate ideal, and a bound for every other
one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from math import comb, floor, gcd, prod

import sympy

from rankstrat.algebra.linear import Echelon
from rankstrat.algebra.polyhedra import Weight, affine_dimension, dual_vertices
from rankstrat.algebra.polynomials import Ring, changes_sign
from rankstrat.deadline import check, interruptible
from rankstrat.errors import BudgetError
from rankstrat.singular.ideal import Terms

Exponents = tuple[int, ...]
MOST_FACES = 4000
MOST_MONOMIALS = 60
MOST_DERIVATIVES = 120


@dataclass(frozen=True)
class Newton:
    r"""What the Newton polyhedron of an ideal says at the origin.

    Attributes:
        threshold: $\min\{\sum_i w_i : w \geq 0,\ w \cdot \alpha \geq 1\}$, one over the distance;
            a bound of twice the learning coefficient.
        value: twice the learning coefficient, where the ideal is seen to be nondegenerate.
        multiplicity: that of the pole; None where it is not decided.
        doubtful: the forms of the generators on faces where a common zero of higher order than is
            harmless was not excluded.
    """

    threshold: Fraction
    value: Fraction | None
    multiplicity: int | None
    doubtful: tuple[Terms, ...] = ()


def newton(generators: Sequence[Terms], size: int) -> Newton | None:
    r"""The Newton polyhedron of an ideal that is not zero; None over budget.

    Args:
        generators: exponents -> coefficient.
        size: the number of variables.

    References:
        Lin2011; Saito2007; Varchenko1976; Kollar1997; docs/singular.md#newton.

    Example:
        >>> square, cube = {(2, 0): Fraction(1)}, {(0, 3): Fraction(1)}
        >>> str(newton([square, cube], 2).value), str(newton([square | cube], 2).value)
        ('5/6', '5/6')
        >>> newton([{(2, 0): Fraction(1), (1, 1): Fraction(-2), (0, 2): Fraction(1)}], 2).value
    """
    support = _minimal({m for g in generators for m in g})
    if len(support) > MOST_MONOMIALS:
        return None
    try:
        with interruptible("a Newton polyhedron was known"):
            weights = dual_vertices(support, size)
    except BudgetError:
        return None
    threshold = Fraction(min(sum(w) for w in weights))
    meets = 1 + affine_dimension([w for w in weights if sum(w) == threshold])
    faces = compact_faces(support, weights, size)
    if faces is None:
        return Newton(threshold, None, None)
    parts = [_on_face(generators, face) for face in faces]
    if not _with_zeros(parts, faces, size):
        return Newton(threshold, threshold, meets)
    order = _order(threshold, size)
    if order and not _with_zeros(_derived(parts, order, size), faces, size):
        if order * threshold < 1:
            return Newton(threshold, threshold, meets)
        # where an order is one over the threshold exactly, more divisors may meet
        close = _with_zeros(_derived(parts, order - 1, size), faces, size)
        if not close:
            return Newton(threshold, threshold, meets)
        return Newton(threshold, threshold, None, _forms_on(parts, close))
    doubtful = _with_zeros(_derived(parts, max(order, 1), size), faces, size)
    if len(generators) == 1 and not doubtful:
        return _hypersurface([forms[0] for forms in parts], threshold, size)
    return Newton(threshold, None, None, _forms_on(parts, doubtful))


def _forms_on(parts: Sequence[Sequence[Terms]], some: Sequence[int]) -> tuple[Terms, ...]:
    return tuple(form for i in some for form in parts[i])


def _order(threshold: Fraction, size: int) -> int:
    """The orders of zeros that do no harm: at most one over the threshold, or as many derivatives
    as are looked at.
    """
    order = floor(1 / threshold)
    while order > 1 and comb(size + order, order) > MOST_DERIVATIVES:
        order -= 1
    return order


def _derived(parts: Sequence[Sequence[Terms]], order: int, size: int) -> list[list[Terms]]:
    r"""The forms of each face with their derivatives by $x_i\,\partial_i$ up to an order."""
    words = [w for k in range(order + 1) for w in combinations_with_replacement(range(size), k)]
    return [[d for form in forms for w in words if (d := _derivative(form, w))] for forms in parts]


def _derivative(form: Terms, word: Sequence[int]) -> Terms:
    return {m: c * factor for m, c in form.items() if (factor := prod(m[i] for i in word))}


def _with_zeros(
    parts: Sequence[Sequence[Terms]], faces: Sequence[frozenset[Exponents]], size: int
) -> list[int]:
    """The faces where a common zero off the hyperplanes is not excluded."""
    found = []
    for i, (forms, face) in enumerate(zip(parts, faces, strict=True)):
        check("the faces of a Newton polyhedron were looked at")
        if not _has_no_zero(forms, face, size):
            found.append(i)
    return found


def _hypersurface(forms: Sequence[Terms], threshold: Fraction, size: int) -> Newton:
    """One equation of threshold above 1 whose forms have simple zeros: their strict transform is a
    divisor with pole 1.
    """
    ring = Ring(size)
    # a sign that changes on a face changes at points as near as one likes
    if any(changes_sign(ring.of(form)) for form in forms):
        return Newton(threshold, Fraction(1), 1)
    return Newton(threshold, None, None)


def _on_face(generators: Sequence[Terms], face: frozenset[Exponents]) -> list[Terms]:
    return [f for g in generators if (f := {m: c for m, c in g.items() if m in face})]


def _minimal(monomials: set[Exponents]) -> list[Exponents]:
    """Those that no other one divides: only they lie on compact faces."""
    ordered = sorted(monomials, key=lambda m: (sum(m), m))
    result: list[Exponents] = []
    for m in ordered:
        if not any(all(a <= b for a, b in zip(n, m, strict=True)) for n in result):
            result.append(m)
    return result


def compact_faces(
    support: Sequence[Exponents], weights: Sequence[Weight], size: int
) -> list[frozenset[Exponents]] | None:
    """The monomials on each compact face; None over budget.

    Example:
        >>> [sorted(f) for f in compact_faces([(2, 0), (0, 3)], [(Fraction(1, 2), Fraction(1, 3))],
        ...                                   2)]
        [[(0, 3), (2, 0)], [(0, 3)], [(2, 0)]]
    """
    axes = [tuple(Fraction(int(i == j)) for j in range(size)) for i in range(size)]
    facets: list[tuple[Weight, frozenset[Exponents]]] = []
    for w, level in [(w, 1) for w in weights] + [(w, 0) for w in axes]:
        tight = frozenset(m for m in support if _dot(w, m) == level)
        if tight:
            facets.append((w, tight))
    seen: dict[frozenset[Exponents], None] = {}
    todo = [tight for _, tight in facets]
    while todo:
        face = todo.pop()
        if face in seen or not face:
            continue
        seen[face] = None
        if len(seen) > MOST_FACES:
            return None
        todo += [face & tight for _, tight in facets]
    return sorted((f for f in seen if _is_compact(f, facets)), key=lambda f: (-len(f), sorted(f)))


def _is_compact(
    face: frozenset[Exponents], facets: Sequence[tuple[Weight, frozenset[Exponents]]]
) -> bool:
    """Whether the facets around it have a positive sum of weights, so that it contains no ray."""
    around = [w for w, tight in facets if face <= tight]
    return all(any(column) for column in zip(*around, strict=True))


def _dot(w: Weight, m: Exponents) -> Fraction:
    return sum((a * b for a, b in zip(w, m, strict=True)), Fraction(0))


def _has_no_zero(forms: Sequence[Terms], face: frozenset[Exponents], size: int) -> bool:
    """Whether the forms of a face are seen to have no common real zero off the hyperplanes."""
    echelon, place = Echelon(), {m: i for i, m in enumerate(sorted(face))}
    for form in forms:
        echelon.add({place[m]: c for m, c in form.items()})
    if any(len(row) == 1 for row in echelon.rows.values()):
        return True  # a monomial
    names = sorted(face)
    spans = [{names[i]: c for i, c in row.items()} for row in echelon.rows.values()]
    if any(_is_positive(form) for form in (*spans, *forms)):
        return True
    if affine_dimension(names) == 1:
        return _has_no_root(forms, names, size)
    return False


def _is_positive(form: Terms) -> bool:
    """Whether all coefficients have one sign and all exponents one parity, monomial by monomial."""
    parity = {tuple(e % 2 for e in m) for m in form}
    return len(parity) == 1 and len({c > 0 for c in form.values()}) == 1


def _has_no_root(forms: Sequence[Terms], face: Sequence[Exponents], size: int) -> bool:
    """On an edge the forms are monomials times polynomials in one Laurent monomial, which takes
    every value but 0.
    """
    step = [a - b for a, b in zip(face[1], face[0], strict=True)]
    scale = gcd(*step)
    direction = [s // scale for s in step]
    lead = next(i for i in range(size) if direction[i])
    t = sympy.Symbol("t")
    common = sympy.Poly(0, t)
    for form in forms:
        powers = {(m[lead] - face[0][lead]) // direction[lead]: c for m, c in form.items()}
        low = min(powers)
        common = sympy.gcd(
            common,
            sympy.Poly.from_dict({(k - low,): sympy.Rational(c) for k, c in powers.items()}, t),
        )
    return common.degree() < 1 or common.count_roots() == 0  # 0 is no root of any of them


__all__ = ["Newton", "compact_faces", "newton"]
