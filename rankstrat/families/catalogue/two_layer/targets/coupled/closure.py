r"""Which exact points lie in the closure of a branch of a coupled two-layer network.

The equations are not enough: where every $\beta_e$ vanishes, a point is a limit only if some of the
further weights can carry a small linear function, and with rays only if the neurons of weight zero
can start with $\lambda_i > 0$. Both are linear conditions: near the point each side of a block has
a cone of possible sums (all, positive, negative).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import sympy

from rankstrat.activation.record import Z
from rankstrat.algebra.linear import Vector, rank
from rankstrat.errors import TargetError
from rankstrat.families._shared.patterns import Signed
from rankstrat.families.catalogue.two_layer.targets.coupled.pieces import Piece
from rankstrat.model.model import Chart
from rankstrat.rank.zero import is_zero
from rankstrat.targets import CONSTANT, AffineSubspace

Cone = frozenset[int]  # signs that a small sum can take; both mean zero as well
EITHER: Cone = frozenset((1, -1))


def lies_in_closure(piece: Piece, equations: Sequence[sympy.Expr], point: Chart) -> bool:
    """Whether a point lies in the closure of the branch of a pattern.

    Raises:
        TargetError: an irrational point of a branch with inequalities.
    """
    if not all(isinstance(v, int | Fraction) for v in point.raw):
        if piece.network.law.rays:
            raise TargetError(
                f"{point} has irrational values; rational ones are needed where signs decide; round"
                " them"
            )
        values = dict(zip(piece.network.model.parameters, point.values.values(), strict=True))
        known = _constants(piece, values)
        return all(is_zero(equation.xreplace(values).xreplace(known)) for equation in equations)
    raw = [Fraction(v) for v in point.raw]
    outputs = raw[: piece.network.width]
    vectors = [tuple(raw[j] for j in piece.network.incoming(i)) for i in range(piece.network.width)]
    here = _Here(piece, outputs, vectors, raw)
    if not (here.meets_blocks() and here.meets_coupling()):
        return False
    if piece.network.law.rays:
        return here.is_limit_of_rays()
    return here.is_limit()


def _constants(
    piece: Piece, values: Mapping[sympy.Symbol, sympy.Expr]
) -> dict[sympy.Expr, sympy.Expr]:
    """sigma(b) for b < 0 as `Law.value` writes it, which hides no zero in logarithms."""
    network = piece.network
    if not network.bias:
        return {}
    law = network.law
    biases = {
        values[network.model.parameters[network.incoming(i)[-1]]] for i in piece.pattern.zeros
    }
    return {
        law.activation.formula.xreplace({Z: b}): law.value(b)
        for b in biases
        if b.is_Rational and b < 0
    }


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def _plus(v: Sequence[Fraction], factor: Fraction, u: Sequence[Fraction]) -> list[Fraction]:
    return [x + factor * y for x, y in zip(v, u, strict=True)]


@dataclass(frozen=True)
class _Here:
    """A rational point."""

    piece: Piece
    outputs: Sequence[Fraction]
    vectors: Sequence[Vector]
    raw: Sequence[Fraction]
    scales: dict[int, Fraction] = field(default_factory=dict)
    axes: dict[int, Vector | None] = field(default_factory=dict)

    def meets_blocks(self) -> bool:
        """Weights on the right rays, and the sums of the blocks; fills in lambda and the
        directions.
        """
        network, pattern = self.piece.network, self.piece.pattern
        for i in pattern.zeros:
            *w, last = self.vectors[i]
            if any(w) or (last and not network.bias):
                return False
            if network.bias and network.law.rays and last * self.piece.sign(i) < 0:
                return False
            if self.piece.flat and last:
                return False
            self.scales[i] = abs(last) if network.bias and network.law.rays else Fraction(1)
        for block, u, alpha in zip(
            pattern.targets, network.target.weights, network.target.coefficients, strict=True
        ):
            if not self._aligned(block, u) or self._sum(block) != alpha:
                return False
        for e, block in enumerate(pattern.extras):
            self.axes[e] = self._axis(block)
            if not self._aligned(block, self.axes[e]) or self._sum(block) != 0:
                return False
        return True

    def _axis(self, block: Signed) -> Vector | None:
        for i, sign in block:
            if any(self.vectors[i]):
                return tuple(sign * v for v in self.vectors[i])
        return None

    def _aligned(self, block: Signed, u: Vector | None) -> bool:
        rays = self.piece.network.law.rays
        for i, sign in block:
            scale = Fraction(int(not rays))
            if u is not None:
                lead = next(t for t, v in enumerate(u) if v)
                if rays:
                    scale = sign * self.vectors[i][lead] / u[lead]
                if scale < 0 or self.vectors[i] != tuple(sign * scale * v for v in u):
                    return False
            self.scales[i] = scale
        return True

    def _sum(self, block: Iterable[tuple[int, int]]) -> Fraction:
        return sum((self.outputs[i] * self.scales[i] for i, _ in block), Fraction(0))

    def _signed(self, block: Signed) -> Fraction:
        return sum((sign * self.outputs[i] * self.scales[i] for i, sign in block), Fraction(0))

    def meets_coupling(self) -> bool:
        """The affine functions agree."""
        piece, network = self.piece, self.piece.network
        law, target = network.law, network.target
        busy = [i for block in (*piece.pattern.targets, *piece.pattern.extras) for i, _ in block]
        total = [Fraction(0)] * network.length
        for i in busy:
            total = _plus(total, law.slope * self.outputs[i], self.vectors[i])
        if tuple(total[: network.inputs]) != target.linear:
            return False
        rest = target.constant - (total[-1] if network.bias else 0)
        if network.output_bias is not None:
            rest -= self.raw[network.output_bias]
        for i in piece.pattern.zeros:
            if self.outputs[i]:
                rest -= self.outputs[i] * (
                    law.value(self.vectors[i][-1]) if network.bias else law.zero
                )
        return is_zero(rest)

    def _cut(self, u: Vector) -> Vector:
        return u[: self.piece.size]

    def is_limit(self) -> bool:
        """Without rays: some beta is not zero, or the further weights are dependent modulo mixed
        target blocks.
        """
        piece = self.piece
        extras = piece.pattern.extras
        if not piece.mixed or any(self._signed(extras[e]) for e in piece.mixed):
            return True
        base = [self._cut(piece.network.target.weights[t]) for t in piece.turning]
        rows = [
            self._cut(self.axes[e] or (Fraction(0),) * piece.network.length) for e in piece.mixed
        ]
        return rank([*base, *rows]) < rank(base) + len(rows)

    def _cone(self, neurons: Iterable[int]) -> Cone:
        """The signs of small changes of sum a_i lambda_i near the point with every lambda_i > 0."""
        neurons = list(neurons)
        signs = {_sign(self.outputs[i]) for i in neurons}
        if any(self.scales[i] for i in neurons) or len(signs) > 1 or signs == {0}:
            return EITHER
        return frozenset(signs)

    def _side(self, block: Signed, side: int) -> list[int]:
        return [i for i, sign in block if sign == side]

    def is_limit_of_rays(self) -> bool:
        """With rays: the cones of the sides of the blocks allow a solution of the vector equation
        nearby.
        """
        piece, network, pattern = self.piece, self.piece.network, self.piece.pattern
        size, columns = self._carried()
        slope = network.law.slope
        for t in piece.turning:
            block = pattern.targets[t]
            # a change of the negative side is the opposite change of the positive one
            opposite = frozenset(-s for s in self._cone(self._side(block, 1)))
            cone = opposite & self._cone(self._side(block, -1))
            if not cone:
                return False
            columns.append((tuple(-slope * v for v in network.target.weights[t][:size]), cone))
        for t, block in enumerate(pattern.targets):
            if t not in piece.turning and self._cone(i for i, _ in block) != EITHER:
                return False
        started = False
        starts: list[tuple[Vector, Cone]] = []
        for e, block in enumerate(pattern.extras):
            cone = self._cone(i for i, _ in block)
            if e in piece.mixed:
                cone = self._cone(self._side(block, 1)) & frozenset(
                    -s for s in self._cone(self._side(block, -1))
                )
            elif cone != EITHER:
                return False
            if not cone:
                return False
            axis = self.axes[e]
            if e in piece.mixed:
                started = started or axis is None or self._signed(block) != 0
                if axis is not None:
                    starts.append((tuple(slope * v for v in axis[:size]), cone))
        if started:
            return True  # the direction of this block can turn, which meets any small change
        if not piece.mixed:
            return all(
                _in_cone(columns[:j] + columns[j + 1 :], self._directed(columns[j]))
                for j in range(len(columns))
                if columns[j][1] != EITHER
            )
        for j, (u, cone) in enumerate(starts):
            others = [*columns, *starts[:j], *starts[j + 1 :]]
            if any(_in_cone(others, tuple(s * v for v in u)) for s in cone):
                return True
        return False

    def _carried(self) -> tuple[int, list[tuple[Vector, Cone]]]:
        """The coordinates of the vector equation, and what neurons with w = b = 0 can add to the
        constant.
        """
        piece, network = self.piece, self.piece.network
        if network.output_bias is not None or not network.bias:
            return network.inputs, []
        gains = {i: network.law.side(piece.sign(i)) for i in piece.constant_neurons}
        signs = {_sign(self.outputs[i] * gain) for i, gain in gains.items()}
        if any(self.scales[i] for i in gains) or len(signs) > 1 or signs == {0}:
            return network.inputs, []
        last = (*[Fraction(0)] * network.inputs, Fraction(1))
        return network.length, [(last, frozenset(signs))] if gains else []

    @staticmethod
    def _directed(column: tuple[Vector, Cone]) -> Vector:
        u, cone = column
        sign = next(iter(cone))
        return tuple(sign * v for v in u)


def _in_cone(columns: Sequence[tuple[Vector, Cone]], vector: Vector) -> bool:
    r"""Whether $-v = \sum_j x_j g_j$ with every $x_j$ zero or of a sign in its cone (Caratheodory:
    independent g_j).
    """
    if not vector:
        return True
    free = [u for u, cone in columns if cone == EITHER]
    tied = [tuple(next(iter(cone)) * v for v in u) for u, cone in columns if cone != EITHER]
    for size in range(min(len(tied), len(vector)) + 1):
        for chosen in itertools.combinations(tied, size):
            rows = [
                {**{j: g[t] for j, g in enumerate((*free, *chosen))}, CONSTANT: vector[t]}
                for t in range(len(vector))
            ]
            space = AffineSubspace.solve(len(free) + size, rows)
            if space is None:
                continue
            values = [space.rows.get(len(free) + j) for j in range(size)]
            if all(
                row is not None and set(row) <= {len(free) + j, CONSTANT}
                for j, row in enumerate(values)
            ):
                if all(-row.get(CONSTANT, Fraction(0)) >= 0 for row in values if row is not None):
                    return True
    return False
