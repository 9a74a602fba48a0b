r"""Parameters that are added in real exponents alone, as b in $\tanh(w x + b)$: with $e^b$ as the
coordinate the model is a quotient of exponential sums without constants in their exponents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

import sympy
from sympy.functions.elementary.hyperbolic import HyperbolicFunction

from rankstrat.algebra.pieces import Piece
from rankstrat.algebra.points import rational_points, value
from rankstrat.algebra.polynomials import Poly, occurring, terms_of
from rankstrat.algebra.rank_loci import RankPieces
from rankstrat.model.model import Model

TRIES = 200


@dataclass(frozen=True)
class Unlogged:
    r"""A model in which a parameter b is replaced by the positive variable $e^{b/D}$.

    Attributes:
        model: the new model; its strata with positive variables are those of the old one.
        scales: position of b -> D, which may be negative.
    """

    model: Model
    scales: Mapping[int, int]

    def positive(self, found: RankPieces) -> RankPieces:
        """The pieces with points at which all these variables are positive; those of which that is
        not seen are doubtful.
        """
        kept = []
        for ranked in found.found:
            seen = self._has_positive_points(ranked.piece)
            if seen is None:
                kept.append(replace(ranked, piece=replace(ranked.piece, doubtful=True)))
            elif seen:
                kept.append(ranked)
        return replace(found, found=kept)

    def _has_positive_points(self, piece: Piece) -> bool | None:
        """Whether the points of a piece at which the variables are positive have its dimension, or
        there are none; None where that is not seen.
        """
        relation = piece.relation
        bound = {s.variable for s in piece.steps}
        bound |= set() if relation is None else set(occurring(relation))
        if bound.isdisjoint(self.scales):
            return True
        for step in piece.steps:
            if step.variable in self.scales:
                if step.top == 0 or self._sign(step.top) * self._sign(step.bottom) < 0:
                    return False
        for point in rational_points(piece, tries=TRIES):
            if all(point[v] > 0 for v in self.scales):
                if relation is None or _is_smooth(relation, point):
                    return True
        return None

    def _sign(self, poly: Poly) -> int:
        """The sign of a polynomial in positive variables with coefficients of one sign; else 0."""
        if not self.scales.keys() >= set(occurring(poly)):
            return 0
        signs = {1 if c > 0 else -1 for _, c in terms_of(poly)}
        return signs.pop() if len(signs) == 1 else 0


def _is_smooth(relation: Poly, point: Sequence[Fraction]) -> bool:
    return any(value(relation.derivative(v), point) for v in occurring(relation))


def unlogged(model: Model) -> Unlogged | None:
    """The model with exponentials of parameters as coordinates; None where there is none."""
    if model.constants:
        return None
    outputs = [
        output.replace(
            lambda e: isinstance(e, HyperbolicFunction), lambda e: e.rewrite(sympy.exp, deep=False)
        )
        for output in model.outputs
    ]
    atoms = {e for output in outputs for e in output.atoms(sympy.exp)}
    if any(e.args[0].has(sympy.exp) for e in atoms):
        return None
    marks = {e: sympy.Dummy() for e in atoms}
    outside = {s for output in outputs for s in output.xreplace(marks).free_symbols}
    slopes = {
        b: [sympy.expand(sympy.diff(e.args[0], b)) for e in atoms]
        for b in model.parameters
        if b not in outside
    }
    scales = {
        b: lcm(*(int(c.q) for c in found)) * (1 if any(c > 0 for c in found) else -1)
        for b, found in slopes.items()
        if any(found) and all(c.is_Rational for c in found)
    }
    if not scales:
        return None
    names = {b: sympy.Dummy(f"e^{b}") for b in scales}

    def moved(e: sympy.Expr) -> sympy.Expr:
        rest, factors = e.args[0], []
        for b, scale in scales.items():
            slope = sympy.expand(sympy.diff(rest, b))
            factors.append(names[b] ** (slope * scale))
            rest = sympy.expand(rest - slope * b)
        return sympy.Mul(sympy.exp(rest), *factors)

    images = {e: moved(e) for e in atoms}
    inner = Model(
        [output.xreplace(images) for output in outputs],
        [names.get(p, p) for p in model.parameters],
        model.inputs,
        domain=model.domain,
    )
    return Unlogged(inner, {model.parameters.index(b): scale for b, scale in scales.items()})


def logarithm(
    poly: Poly, parameters: tuple[sympy.Symbol, ...], scales: Mapping[int, int]
) -> sympy.Expr | None:
    """The equation of the parameters that two monomials of their exponentials with opposite
    coefficients are, as b = c for e^b - e^c; None for any other polynomial.
    """
    terms = list(terms_of(poly))
    if len(terms) != 2 or not scales.keys() >= set(occurring(poly)):
        return None
    (m, c), (n, d) = terms
    if c * d > 0:
        return None
    pairs = enumerate(zip(m, n, strict=True))
    powers = ((i - j) * parameters[v] / scales[v] for v, (i, j) in pairs if i != j)
    gap = sympy.Add(*powers) - sympy.log(sympy.Rational(int(abs(d)), int(abs(c))))
    return sympy.expand(gap * lcm(*scales.values()))


__all__ = ["Unlogged", "logarithm", "unlogged"]
