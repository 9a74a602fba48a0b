r"""Parameters that are added in exponents alone, as b in $\tanh(w x + b)$ and $\sin(w x + b)$: with
$e^b$ or $(\cos b, \sin b)$ as coordinates the model is a quotient of exponential sums without
constants in their exponents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm

import sympy
from sympy.functions.elementary.hyperbolic import HyperbolicFunction
from sympy.functions.elementary.trigonometric import TrigonometricFunction

from rankstrat.algebra.pieces import Piece
from rankstrat.algebra.points import rational_points, value
from rankstrat.algebra.polynomials import Poly, Ring, key, occurring, terms_of
from rankstrat.algebra.rank_loci import RankPieces
from rankstrat.model.model import Model
from rankstrat.strata.flats import SignedPermutation

TRIES = 200


@dataclass(frozen=True)
class Coordinates:
    r"""The variables of pieces: parameters, $e^{b/D}$ and $\cos(b/D)$ in their place, and
    $\sin(b/D)$ after them.

    Attributes:
        biases: position of b -> D, which may be negative.
        phases: position of b -> the position of the sine, and D.
    """

    biases: Mapping[int, int] = field(default_factory=dict)
    phases: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    def variables(self, parameters: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        """What the variables are."""
        found = list(parameters)
        for v, scale in self.biases.items():
            found[v] = sympy.exp(parameters[v] / scale)
        for v, (_, scale) in self.phases.items():
            found[v] = sympy.cos(parameters[v] / scale)
            found.append(sympy.sin(parameters[v] / scale))
        return found

    def parameters(
        self, values: Mapping[int, sympy.Expr], symbols: Sequence[sympy.Symbol]
    ) -> dict[sympy.Symbol, sympy.Expr]:
        """The parameters with given values of variables."""
        found = {}
        for v, symbol in enumerate(symbols):
            if v in self.phases:
                sine, scale = self.phases[v]
                if v in values and sine in values:
                    found[symbol] = scale * sympy.atan2(values[sine], values[v])
            elif v in values:
                bias = v in self.biases
                found[symbol] = self.biases[v] * sympy.log(values[v]) if bias else values[v]
        return found

    @property
    def is_plain(self) -> bool:
        """Whether every variable is a parameter."""
        return not (self.biases or self.phases)

    @property
    def circles(self) -> tuple[tuple[int, int], ...]:
        """The positions of cosines and sines."""
        return tuple((v, sine) for v, (sine, _) in self.phases.items())

    def equations(self, ring: Ring) -> list[Poly]:
        """The equations of the circles."""
        v = ring.variables
        return [v[c] ** 2 + v[s] ** 2 - 1 for c, s in self.circles]

    def is_circle(self, ring: Ring, poly: Poly) -> bool:
        """Whether an equation holds everywhere."""
        return key(poly) in map(key, self.equations(ring))

    def follows(self, ring: Ring, poly: Poly, others: Sequence[Poly]) -> bool:
        """Whether an equation holds everywhere, or says that a sine is 0 where the cosine is 1 or
        -1, or the other way round.
        """
        names, v = set(map(key, others)), ring.variables
        return self.is_circle(ring, poly) or any(
            key(poly) == key(v[one]) and not names.isdisjoint({key(v[two] - 1), key(v[two] + 1)})
            for pair in self.circles
            for one, two in (pair, pair[::-1])
        )

    def are_moved_by(self, g: SignedPermutation) -> bool:
        """Whether a signed permutation of the parameters is one of the variables."""
        return all(
            g.sign[v] == 1 and self.biases.get(g.image[v]) == scale
            for v, scale in self.biases.items()
        ) and all(g.sign[v] == 1 and g.image[v] == v for v in self.phases)

    def logarithm(self, poly: Poly, parameters: Sequence[sympy.Symbol]) -> sympy.Expr | None:
        """The equation of biases that two monomials of their exponentials with opposite
        coefficients are, as b = c for e^b - e^c; None for any other polynomial.
        """
        terms = list(terms_of(poly))
        if len(terms) != 2 or not self.biases.keys() >= set(occurring(poly)):
            return None
        (m, c), (n, d) = terms
        if c * d > 0:
            return None
        pairs = enumerate(zip(m, n, strict=True))
        powers = ((i - j) * parameters[v] / self.biases[v] for v, (i, j) in pairs if i != j)
        gap = sympy.Add(*powers) - sympy.log(sympy.Rational(int(abs(d)), int(abs(c))))
        return sympy.expand(gap * lcm(*self.biases.values()))

    def positive(self, found: RankPieces) -> RankPieces:
        """The pieces with points at which exponentials are positive; those of which that is not
        seen are doubtful.
        """
        kept = []
        for ranked in found.found:
            seen = self._has_positive_points(ranked.piece)
            if seen is None:
                kept.append(replace(ranked, piece=replace(ranked.piece, doubtful=True)))
            elif seen:
                kept.append(ranked)
        return replace(found, found=kept)

    def are_positive(self, point: Sequence[Fraction]) -> bool:
        """Whether exponentials are positive at a point."""
        return all(point[v] > 0 for v in self.biases)

    def _has_positive_points(self, piece: Piece) -> bool | None:
        """Whether the points of a piece at which exponentials are positive have its dimension, or
        there are none; None where that is not seen.
        """
        relation = piece.relation
        bound = {s.variable for s in piece.steps}
        bound |= set() if relation is None else set(occurring(relation))
        if bound.isdisjoint(self.biases):
            return True
        for step in piece.steps:
            if step.variable in self.biases:
                if step.top == 0 or self._sign(step.top) * self._sign(step.bottom) < 0:
                    return False
        for point in rational_points(piece, tries=TRIES):
            if self.are_positive(point) and (relation is None or _is_smooth(relation, point)):
                return True
        return None

    def _sign(self, poly: Poly) -> int:
        """The sign of a polynomial in exponentials with coefficients of one sign; else 0."""
        if not self.biases.keys() >= set(occurring(poly)):
            return 0
        signs = {1 if c > 0 else -1 for _, c in terms_of(poly)}
        return signs.pop() if len(signs) == 1 else 0


def _is_smooth(relation: Poly, point: Sequence[Fraction]) -> bool:
    return any(value(relation.derivative(v), point) for v in occurring(relation))


def unlogged(model: Model) -> tuple[Model, Coordinates] | None:
    """The model in coordinates for its biases and phases; None where there is none."""
    if model.constants:
        return None
    outputs = [output.replace(_is_rewritten, _rewritten) for output in model.outputs]
    atoms = {e for output in outputs for e in output.atoms(sympy.exp)}
    if any(e.args[0].has(sympy.exp) for e in atoms):
        return None
    marks = {e: sympy.Dummy() for e in atoms}
    outside = {s for output in outputs for s in output.xreplace(marks).free_symbols}
    biases: dict[int, int] = {}
    phases: dict[int, tuple[int, int]] = {}
    for v, b in enumerate(model.parameters):
        slopes = [] if b in outside else [sympy.expand(e.args[0].diff(b)) for e in atoms]
        turns = [sympy.expand(slope / sympy.I) for slope in slopes]
        if any(slopes) and all(c.is_Rational for c in slopes):
            sign = 1 if any(c > 0 for c in slopes) else -1
            biases[v] = sign * lcm(*(int(c.q) for c in slopes))
        elif any(turns) and all(c.is_Rational for c in turns):
            phases[v] = (model.size + len(phases), lcm(*(int(c.q) for c in turns)))
    if not (biases or phases):
        return None
    names = [sympy.Dummy(str(v)) for v in range(model.size + len(phases))]
    symbols = [names[v] if v in biases | phases else p for v, p in enumerate(model.parameters)]

    def moved(e: sympy.Expr) -> sympy.Expr:
        rest, factors = e.args[0], []
        for v in (*biases, *phases):
            slope = sympy.expand(rest.diff(model.parameters[v]))
            rest = sympy.expand(rest - slope * model.parameters[v])
            if v in biases:
                factors.append(names[v] ** (slope * biases[v]))
            else:
                sine, scale = phases[v]
                power = sympy.expand(slope / sympy.I) * scale
                turn = names[v] + sympy.sign(power) * sympy.I * names[sine]
                factors.append(turn ** abs(power))
        return sympy.Mul(sympy.exp(rest), *factors)

    images = {e: moved(e) for e in atoms}
    inner = Model(
        [output.xreplace(images) for output in outputs],
        [*symbols, *names[model.size :]],
        model.inputs,
        domain=model.domain,
    )
    return inner, Coordinates(biases, phases)


def _is_rewritten(e: sympy.Expr) -> bool:
    return isinstance(e, (HyperbolicFunction, TrigonometricFunction))


def _rewritten(e: sympy.Expr) -> sympy.Expr:
    return e.rewrite(sympy.exp, deep=False)


__all__ = ["Coordinates", "unlogged"]
