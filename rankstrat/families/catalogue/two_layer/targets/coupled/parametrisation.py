"""The parameters of a branch of a coupled two-layer network in terms of its coordinates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import sympy

from rankstrat.algebra.linear import Row
from rankstrat.families._shared.patterns import Signed
from rankstrat.families.catalogue.two_layer.targets.coupled.pieces import Coupled, Piece
from rankstrat.targets import CONSTANT, AffineSubspace

Expressions = list[sympy.Expr]


def number(value: Fraction) -> sympy.Rational:
    """A fraction as a sympy number."""
    return sympy.Rational(value.numerator, value.denominator)


@dataclass(frozen=True)
class Parametrisation:
    """The parameters of a branch in terms of its coordinates."""

    piece: Piece

    @cached_property
    def network(self) -> Coupled:
        """The model and its target."""
        return self.piece.network

    @cached_property
    def scales(self) -> list[sympy.Expr]:
        """lambda_i: a square for rays (1 for the first neuron of a further block)."""
        count, pattern = self.network.width, self.piece.pattern
        if not self.network.law.rays:
            return [sympy.Integer(1)] * count
        first = {block[0][0] for block in pattern.extras}
        return [
            sympy.Integer(1) if i in first else sympy.Symbol(f"t{i + 1}") ** 2 for i in range(count)
        ]

    @cached_property
    def shares(self) -> list[sympy.Expr] | None:
        """The c_i in terms of coordinates; the neuron that carries the constant keeps its own for
        the moment.
        """
        piece, network = self.piece, self.network
        space = piece.space
        assert space is not None
        outputs = network.model.parameters
        c = [outputs[i] * self.scales[i] for i in range(network.width)]
        solved: Row | None = None
        goal: sympy.Expr = sympy.Integer(0)
        if network.irrational and not piece.mixed and piece.size > network.inputs:
            row = piece.coupling(network.inputs)
            solved, goal = space.reduce(row), network.target.constant
        elif (
            not network.bias
            and piece.constant_neurons
            and network.output_bias is None
            and piece.constant_share is None
        ):
            solved, goal = dict.fromkeys(piece.constant_neurons, Fraction(1)), network.share
        if solved is not None:
            pivot = max(solved, default=CONSTANT)
            if pivot == CONSTANT:
                return None  # a rational number is not the constant
            rest = self._sum({i: v for i, v in solved.items() if i != pivot}, c)
            c[pivot] = (goal - rest) / number(solved[pivot])
        for i, row in space.rows.items():
            c[i] = -self._sum({j: v for j, v in row.items() if j != i}, c)
        return c

    @staticmethod
    def _sum(row: Mapping[int, Fraction], c: Sequence[sympy.Expr]) -> sympy.Expr:
        return sympy.Add(*(number(v) * (c[i] if i != CONSTANT else 1) for i, v in row.items()))

    def _signed(self, block: Signed) -> sympy.Expr:
        assert self.shares is not None
        return sympy.expand(self._sum(self.piece.signed_sum(block), self.shares))

    @cached_property
    def directions(self) -> list[Expressions]:
        """The first weight of each further block; those of the first mixed block solve the vector
        equation.
        """
        piece, network = self.piece, self.network
        symbols = network.model.parameters
        found = [
            [symbols[j] for j in network.incoming(block[0][0])] for block in piece.pattern.extras
        ]
        if piece.mixed:
            first, *others = piece.mixed
            for tau in range(piece.size):
                goal = (
                    network.target.constant if tau == network.inputs else number(network.goal[tau])
                )
                rest = goal / number(network.law.slope)
                for block, u in zip(piece.pattern.targets, network.target.weights, strict=True):
                    rest -= number(u[tau]) * self._signed(block)
                rest -= sympy.Add(
                    *(self._signed(piece.pattern.extras[e]) * found[e][tau] for e in others)
                )
                found[first][tau] = sympy.expand(rest) / self._signed(piece.pattern.extras[first])
        return found

    @cached_property
    def values(self) -> dict[sympy.Symbol, sympy.Expr] | None:
        """Parameters that are not coordinates; None where the constant cannot be met."""
        piece, network = self.piece, self.network
        symbols, pattern = network.model.parameters, piece.pattern
        c = self.shares
        if c is None:
            return None
        pairs: dict[int, sympy.Expr] = {i: c[i] / self.scales[i] for i in range(network.width)}
        for block, u in zip(pattern.targets, network.target.weights, strict=True):
            for i, sign in block:
                pairs |= {
                    j: number(sign * v) * self.scales[i]
                    for j, v in zip(network.incoming(i), u, strict=True)
                }
        for block, vector in zip(pattern.extras, self.directions, strict=True):
            for i, sign in block:
                pairs |= {
                    j: sign * v * self.scales[i]
                    for j, v in zip(network.incoming(i), vector, strict=True)
                }
        for i in pattern.zeros:
            pairs |= {j: sympy.Integer(0) for j in network.incoming(i)[: network.inputs]}
            if network.bias and network.law.rays:
                pairs[network.incoming(i)[-1]] = piece.sign(i) * self.scales[i]
        if piece.flat:
            pairs[network.incoming(pattern.zeros[0])[-1]] = sympy.Integer(0)
        else:
            self._meet_constant(pairs, c)
        return {symbols[j]: v for j, v in pairs.items() if v != symbols[j]}

    def _meet_constant(self, pairs: dict[int, sympy.Expr], c: Sequence[sympy.Expr]) -> None:
        piece, network = self.piece, self.network
        symbols, pattern, law = network.model.parameters, piece.pattern, network.law
        if not piece.solved_apart:
            return
        rest: sympy.Expr = network.target.constant
        if network.bias:
            slope = number(law.slope)
            for block, u in zip(pattern.targets, network.target.weights, strict=True):
                rest -= slope * number(u[-1]) * self._signed(block)
            rest -= sympy.Add(
                *(
                    slope * self._signed(pattern.extras[e]) * self.directions[e][-1]
                    for e in piece.mixed
                )
            )
        made = {}
        for i in piece.constant_neurons:
            if law.rays:
                made[i] = number(law.side(piece.sign(i))) * self.scales[i]
            else:
                made[i] = law.value(symbols[network.incoming(i)[-1]]) if network.bias else law.zero
        if network.output_bias is not None:
            pairs[network.output_bias] = rest - sympy.Add(
                *(symbols[i] * v for i, v in made.items())
            )
            return
        first = piece.constant_neurons[0]
        pairs[first] = (
            rest - sympy.Add(*(symbols[i] * v for i, v in made.items() if i != first))
        ) / made[first]

    @cached_property
    def ambient(self) -> AffineSubspace | None:
        """The linear equations: weights of the blocks (for rays, on the lines), and sums of
        output weights.
        """
        network, pattern = self.network, self.piece.pattern
        one, rays = Fraction(1), network.law.rays
        rows: list[Row] = [] if rays else [dict(row) for row in self.piece.sums.rows.values()]
        for block, u in zip(pattern.targets, network.target.weights, strict=True):
            lead = next(t for t, v in enumerate(u) if v)
            for i, sign in block:
                v = network.incoming(i)
                if rays:
                    rows += [{v[t]: u[lead], v[lead]: -u[t]} for t in range(len(u)) if t != lead]
                else:
                    rows += [{j: one, CONSTANT: -sign * x} for j, x in zip(v, u, strict=True)]
        for block in pattern.extras if not rays else ():
            base = network.incoming(block[0][0])
            for i, sign in block[1:]:
                rows += [
                    {j: one, f: Fraction(-sign)}
                    for j, f in zip(network.incoming(i), base, strict=True)
                ]
        for i in pattern.zeros:
            rows += [{j: one} for j in network.incoming(i)[: network.inputs]]
        return AffineSubspace.solve(network.model.size, rows)

    @cached_property
    def affine(self) -> AffineSubspace | None:
        """The closure as an affine subspace, where it is one and rational."""
        piece, network = self.piece, self.network
        pattern = piece.pattern
        curved_zeros = network.bias and pattern.zeros and not piece.flat
        if (
            network.law.rays
            or piece.mixed
            or curved_zeros
            or piece.space is None
            or self.ambient is None
        ):
            return None
        one = Fraction(1)
        rows: list[Row] = [dict(row) for row in piece.space.rows.values()]
        rows += [{j: one} for i in pattern.zeros for j in network.incoming(i)[network.inputs :]]
        if network.output_bias is not None:
            zero = network.law.zero
            if network.irrational or (piece.constant_neurons and not zero.is_Rational):
                return None
            row: Row = {
                CONSTANT: -(network.target.rational or Fraction(0)),
                network.output_bias: one,
            }
            if network.bias:
                row |= piece.constant_row
            row |= {i: Fraction(int(zero.p), int(zero.q)) for i in piece.constant_neurons}
            rows.append(row)
        elif network.irrational and (network.bias or piece.constant_share is None):
            return None
        return self.ambient.cut(rows)
