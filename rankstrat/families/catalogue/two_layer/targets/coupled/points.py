"""Exact points of low rank in the closure of a branch of a coupled two-layer network."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy

from rankstrat.activation.law import Vector
from rankstrat.algebra.linear import Row
from rankstrat.families.catalogue.two_layer.targets.coupled.carriers import (
    AffineCarrier,
    carrier_of,
)
from rankstrat.families.catalogue.two_layer.targets.coupled.pieces import (
    Coupled,
    Piece,
    proportional,
)
from rankstrat.model.model import Chart
from rankstrat.rank.zero import is_zero
from rankstrat.targets import AffineSubspace, Branch, Candidate

TRIES = 12


def candidates(piece: Piece, branch: Branch) -> Iterator[Candidate]:
    """A point where the affine part is carried with the fewest functions, if one is found in the
    closure, and a generic point of rays.
    """
    carrier = carrier_of(piece)
    if carrier.kind != "unknown" and not (
        piece.network.irrational and piece.size > piece.network.inputs
    ):
        yield from _lowest(piece, branch, carrier)
    if branch.generic_point is not None:
        yield Candidate(branch.generic_point())


def _lowest(piece: Piece, branch: Branch, carrier: AffineCarrier) -> Iterator[Candidate]:
    for attempt in range(TRIES):
        point = _Builder(piece, carrier, attempt).point()
        if point is None:
            continue
        if piece.network.law.rays and not all(isinstance(v, int | Fraction) for v in point.raw):
            return
        if branch.contains(point):
            yield Candidate(point)
            return


class _Builder:
    """Places the blocks, then solves for the output weights."""

    def __init__(self, piece: Piece, carrier: AffineCarrier, attempt: int) -> None:
        self.piece, self.carrier, self.attempt = piece, carrier, attempt
        self.network: Coupled = piece.network
        network, extras = piece.network, piece.pattern.extras
        weights = network.target.weights
        self.places: list[Vector] = [self._home(e) for e in range(len(extras))]
        self.idle: set[int] = {
            i for e, block in enumerate(extras) if e not in piece.mixed for i, _ in block
        }
        mixed = list(piece.mixed)
        if carrier.kind in ("signs", "constant"):
            for t, block in enumerate(piece.pattern.targets):
                turning, alpha = t in piece.turning, network.target.coefficients[t]
                self.idle |= {
                    i for i, sign in block if not alpha or (turning and sign != carrier.signs[t])
                }
        for t in carrier.turned:
            self.places[mixed.pop(0)] = weights[t]
        if carrier.vertical:
            self.places[mixed.pop(0)] = (*[Fraction(0)] * network.inputs, Fraction(1))
        if carrier.kind == "further":
            mixed.pop(0)
        self.idle |= {i for e in mixed for i, _ in extras[e]}

    def _home(self, e: int) -> Vector:
        """Where an inactive further block adds least: on the active side of a class, in a pair, or
        at zero.
        """
        weights, piece = self.network.target.weights, self.piece
        pairs = (*piece.turning, *self.carrier.turned)
        if e not in piece.mixed and weights:
            sign = self.carrier.signs.get(0, piece.pattern.targets[0][0][1])
            return tuple(sign * v for v in weights[0])
        if e in piece.mixed and pairs:
            return weights[pairs[0]]
        return self._zero()

    def _zero(self) -> Vector:
        return (Fraction(0),) * self.network.length

    def point(self) -> Chart | None:
        """The point, or None if this attempt fails."""
        if self.carrier.kind == "further" and not self._place_further():
            return None
        shares = self._solve(coupled=True)
        if shares is None:
            return None
        return self._finish(shares)

    def _sample(self, space: AffineSubspace) -> list[Fraction]:
        turn = self.attempt
        values = {
            v: Fraction((3 * n + 2 + turn * (n + 1)) * (-1) ** (turn * n))
            for n, v in enumerate(space.free)
        }
        return space.section(values)

    def _solve(self, coupled: bool) -> list[Fraction] | None:
        piece, network = self.piece, self.network
        rows: list[Row] = [dict(row) for row in piece.sums.rows.values()]
        rows += [{i: Fraction(1)} for i in (*self.idle, *piece.pattern.zeros)]
        for tau in range(piece.size if coupled else 0):
            row = piece.coupling(tau)
            for e, block in enumerate(piece.pattern.extras):
                row |= {i: network.law.slope * sign * self.places[e][tau] for i, sign in block}
            rows.append(row)
        space = AffineSubspace.solve(network.width, rows)
        if space is None:
            return None
        return self._sample(space)

    def _place_further(self) -> bool:
        """All further blocks at the weight that carries what the classes of the target leave."""
        piece, network = self.piece, self.network
        shares = self._solve(coupled=False)
        first = piece.pattern.extras[piece.mixed[0]]
        if shares is None:
            return False
        beta = network.law.slope * sum((sign * shares[i] for i, sign in first), Fraction(0))
        rest = []
        for tau in range(piece.size):
            row = piece.coupling(tau)
            rest.append(
                -sum((v * (shares[i] if i >= 0 else 1) for i, v in row.items()), Fraction(0))
            )
        if not beta or not any(rest[: network.inputs]):
            return False
        place = (
            *(v / beta for v in rest),
            *[Fraction(1 + self.attempt)] * (network.length - piece.size),
        )
        targets = network.target.weights
        if any(
            place in (u, tuple(-v for v in u)) or (network.law.rays and proportional(place, u))
            for u in targets
        ):
            return False
        self.places = [place] * len(self.places)
        return True

    def _finish(self, shares: list[Fraction]) -> Chart | None:
        piece, network = self.piece, self.network
        law, pattern = network.law, piece.pattern
        outputs: list[Any] = list(shares)
        vectors: list[Vector] = [self._zero()] * network.width
        for block, u in zip(pattern.targets, network.target.weights, strict=True):
            for i, sign in block:
                vectors[i] = tuple(sign * v for v in u)
        for block, u in zip(pattern.extras, self.places, strict=True):
            for i, sign in block:
                vectors[i] = tuple(sign * v for v in u)
        if law.rays:  # an inactive neuron of weight zero has no tangent functions
            vectors = [self._zero() if i in self.idle else v for i, v in enumerate(vectors)]
        constant: Any = network.target.constant
        if network.bias:
            constant -= sympy.Rational(
                sum(
                    (law.slope * a * v[-1] for a, v in zip(shares, vectors, strict=True)),
                    Fraction(0),
                )
            )
        arrays: dict[str, Any] = {}
        if network.output_bias is not None:
            arrays["c"] = constant
        elif not is_zero(constant):
            if not piece.constant_neurons or piece.flat:
                return None
            first = piece.constant_neurons[0]
            if network.bias:
                sign = piece.sign(first) if law.rays else 1
                vectors[first] = (*[Fraction(0)] * network.inputs, Fraction(sign))
                gain = sympy.Rational(law.side(sign)) if law.rays else law.value(sign)
                outputs[first] = constant / gain
            else:
                outputs[first] = network.share
        arrays["a"] = outputs
        arrays["w"] = [list(v[: network.inputs]) for v in vectors]
        if network.bias:
            arrays["b"] = [v[-1] for v in vectors]
        return network.model.point(arrays)
