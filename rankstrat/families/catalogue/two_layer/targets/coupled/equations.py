"""Equations that hold on the closure of a branch of a coupled two-layer network."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import sympy

from rankstrat.families.catalogue.two_layer.targets.coupled.parametrisation import (
    number,
)
from rankstrat.families.catalogue.two_layer.targets.coupled.pieces import Piece


@dataclass(frozen=True)
class Equations:
    """Polynomial equations (and those of constants sigma(b)) that hold on the closure of a
    branch.
    """

    piece: Piece

    @cached_property
    def all(self) -> tuple[sympy.Expr, ...]:
        """Every equation."""
        found = [*self._blocks(), *self._coupling(), *self._dependence()]
        return tuple(e for e in found if e != 0)

    def _weights(self, neuron: int) -> list[sympy.Symbol]:
        symbols = self.piece.network.model.parameters
        return [symbols[j] for j in self.piece.network.incoming(neuron)]

    def _blocks(self) -> list[sympy.Expr]:
        network, pattern = self.piece.network, self.piece.pattern
        outputs, rays = network.model.parameters, network.law.rays
        found: list[sympy.Expr] = []
        for block, u, alpha in zip(
            pattern.targets, network.target.weights, network.target.coefficients, strict=True
        ):
            lead = next(t for t, v in enumerate(u) if v)
            total = -number(alpha)
            for i, sign in block:
                v = self._weights(i)
                if rays:
                    found += [
                        v[t] * number(u[lead]) - v[lead] * number(u[t])
                        for t in range(len(u))
                        if t != lead
                    ]
                    total += outputs[i] * sign * v[lead] / number(u[lead])
                else:
                    found += [x - number(sign * y) for x, y in zip(v, u, strict=True)]
                    total += outputs[i]
            found.append(total)
        for block in pattern.extras:
            vectors = [[sign * x for x in self._weights(i)] for i, sign in block]
            if rays:
                for v, w in itertools.combinations(vectors, 2):
                    found += [
                        v[s] * w[t] - v[t] * w[s]
                        for s, t in itertools.combinations(range(len(v)), 2)
                    ]
                found += [
                    sympy.Add(
                        *(outputs[i] * v[t] for (i, _), v in zip(block, vectors, strict=True))
                    )
                    for t in range(network.length)
                ]
            else:
                found += [x - y for v in vectors[1:] for x, y in zip(v, vectors[0], strict=True)]
                found.append(sympy.Add(*(outputs[i] for i, _ in block)))
        for i in pattern.zeros:
            found += self._weights(i)[: None if self.piece.flat else network.inputs]
        return found

    def _coupling(self) -> list[sympy.Expr]:
        piece, network = self.piece, self.piece.network
        pattern, law = piece.pattern, network.law
        outputs, slope = network.model.parameters, number(network.law.slope)
        busy = [i for block in (*pattern.targets, *pattern.extras) for i, _ in block]
        found = []
        for tau in range(network.length):
            carried = sympy.Add(*(slope * outputs[i] * self._weights(i)[tau] for i in busy))
            if tau < network.inputs:
                found.append(carried - number(network.goal[tau]))
                continue
            for i in pattern.zeros:
                b = self._weights(i)[-1]
                carried += outputs[i] * (
                    number(law.side(piece.sign(i)) * piece.sign(i)) * b
                    if law.rays
                    else law.value(b)
                )
            if network.output_bias is not None:
                carried += outputs[network.output_bias]
            found.append(carried - network.target.constant)
        if not network.bias:
            carried = sympy.Add(*(outputs[i] for i in piece.constant_neurons)) * law.zero
            if network.output_bias is not None:
                found.append(carried + outputs[network.output_bias] - network.target.constant)
            elif piece.constant_neurons:
                found.append(
                    sympy.Add(*(outputs[i] for i in piece.constant_neurons)) - network.share
                )
        return found

    def _dependence(self) -> list[sympy.Expr]:
        """Where all beta vanish, the weights are dependent modulo those of mixed target blocks:
        minors.
        """
        piece, network = self.piece, self.piece.network
        if not piece.mixed or (network.irrational and piece.size > network.inputs):
            return []
        turning = [network.target.weights[t][: piece.size] for t in piece.turning]
        base = (
            sympy.Matrix([[number(v) for v in u] for u in turning])
            if turning
            else sympy.zeros(0, piece.size)
        )
        rest = sympy.Matrix([[number(v) for v in piece.remaining[: piece.size]]])
        rank = base.rank() if turning else 0
        if (base.col_join(rest)).rank() > rank:
            return []  # then some beta is not zero anyway
        rows = [self._weights(piece.pattern.extras[e][0][0])[: piece.size] for e in piece.mixed]
        independent = [base.row(i) for i in base.T.rref()[1]] if turning else []
        matrix = sympy.Matrix([*rows, *(list(r) for r in independent)])
        if matrix.rows > matrix.cols:
            return []
        return [
            sympy.expand(
                matrix.extract(list(range(matrix.rows)), list(columns)).det(method="berkowitz")
            )
            for columns in itertools.combinations(range(matrix.cols), matrix.rows)
        ]
