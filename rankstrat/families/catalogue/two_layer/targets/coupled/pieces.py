r"""Two-layer networks whose blocks are coupled by a linear function: $\sigma(z) = p z + N(z)$ with
N even.

Write $v_i = (w_i, b_i)$. Neurons with $w_i \ne 0$ fall into classes $\pm v$ (for $N = q|z|$: lines,
with $v_i = s_i \lambda_i u$, $\lambda_i > 0$); put $c_i = a_i \lambda_i$ ($\lambda_i = 1$ without
scaling). N of distinct classes is independent modulo affine functions, so $F(\theta) = f^*$ if and
only if $\sum c_i = \alpha_t$ in every class of the target, $\sum c_i = 0$ in every other class, and
the affine functions agree:

$$p \sum_t \gamma_t u_t + p \sum_e \beta_e u_e = \ell, \qquad \gamma_t, \beta_e = \sum s_i c_i,$$

with the constant $p \sum a_i b_i + \sum_{w_i = 0} a_i \sigma(b_i) + c = \kappa$ as one more
coordinate. A further class whose signs agree has $\beta_e = 0$; only *mixed* blocks carry linear
functions.

A pattern without mixed blocks gives linear equations in c. With mixed blocks its branch is where
some $\beta_e \ne 0$: one weight $u_e$ is solved for, so the branch is a graph; the points with all
$\beta_e = 0$ belong to the pattern with every mixed block split into its two signs. A generic point
lies in no other closure unless the equations leave a part of a block with sum zero, which then is a
block of its own; those patterns are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import sympy

from rankstrat.activation.law import Law, Vector
from rankstrat.algebra.linear import Row
from rankstrat.families._shared.effective_neurons import plain
from rankstrat.families._shared.patterns import Pattern, Signed
from rankstrat.families.catalogue.two_layer.targets.coupled.goals import CoupledTarget
from rankstrat.families.catalogue.two_layer.targets.layout import Layout
from rankstrat.rank.zero import is_zero
from rankstrat.targets import CONSTANT, AffineSubspace


@dataclass(frozen=True)
class Coupled(Layout):
    """A two-layer model and a target, ready for enumeration."""

    law: Law
    target: CoupledTarget

    @property
    def length(self) -> int:
        """The number D of entries of (w, b)."""
        return self.inputs + self.bias

    @cached_property
    def goal(self) -> Vector:
        """The affine function of the target, the constant 0 where it is irrational."""
        return (*self.target.linear, self.target.rational or Fraction(0))[: self.length]

    @property
    def irrational(self) -> bool:
        """Whether the constant is irrational."""
        return self.target.rational is None

    @cached_property
    def share(self) -> sympy.Expr:
        r"""$\kappa / \sigma(0)$."""
        return plain(self.target.constant / self.law.zero)

    @cached_property
    def silent(self) -> bool:
        """Whether sigma(0) = 0."""
        return self.law.silent


@dataclass(frozen=True)
class Piece:
    """The linear algebra of one pattern: which blocks carry the affine function of the target, in
    the variables c.
    """

    network: Coupled
    pattern: Pattern

    @cached_property
    def mixed(self) -> tuple[int, ...]:
        """The further blocks with both signs."""
        return self._both(self.pattern.extras)

    @cached_property
    def turning(self) -> tuple[int, ...]:
        """The target blocks with both signs."""
        return self._both(self.pattern.targets)

    def _both(self, blocks: Sequence[Signed]) -> tuple[int, ...]:
        if not self.network.law.slope:
            return ()
        return tuple(j for j, block in enumerate(blocks) if len({sign for _, sign in block}) == 2)

    def sign(self, neuron: int) -> int:
        """The sign of the bias of a neuron with w = 0 (rays)."""
        if neuron in self.pattern.below:
            return -1
        return 1

    @cached_property
    def constant_neurons(self) -> tuple[int, ...]:
        """The neurons with w = 0 that can make a constant."""
        network, zeros = self.network, self.pattern.zeros
        if network.law.rays:
            if network.bias:
                return tuple(i for i in zeros if network.law.side(self.sign(i)))
            return ()
        if network.bias or not network.silent:
            return zeros
        return ()

    @property
    def solved_apart(self) -> bool:
        """Whether the equation for the constant is solved by c or by a neuron with w = 0."""
        if self.network.output_bias is not None:
            return True
        return self.network.bias and bool(self.constant_neurons)

    @property
    def size(self) -> int:
        """The number E of coordinates of the vector equation."""
        if self.solved_apart or not self.network.bias:
            return self.network.inputs
        return self.network.length

    def signed_sum(self, block: Signed) -> Row:
        """gamma or beta of a block, as a row in c."""
        return {i: Fraction(sign) for i, sign in block}

    def coupling(self, tau: int) -> Row:
        """p sum_t gamma_t u_t - goal in one coordinate, as a row in c."""
        network = self.network
        row: Row = {CONSTANT: -network.goal[tau]}
        for block, u in zip(self.pattern.targets, network.target.weights, strict=True):
            row |= {i: network.law.slope * sign * u[tau] for i, sign in block}
        return {i: v for i, v in row.items() if v}

    @cached_property
    def sums(self) -> AffineSubspace:
        """The sums of the c in every block; always solvable."""
        one = Fraction(1)
        coefficients = self.network.target.coefficients
        rows: list[Row] = [
            {**{i: one for i, _ in block}, CONSTANT: -alpha}
            for block, alpha in zip(self.pattern.targets, coefficients, strict=True)
        ]
        rows += [{i: one for i, _ in block} for block in self.pattern.extras]
        space = AffineSubspace.solve(self.network.width, rows)
        assert space is not None
        return space

    @cached_property
    def space(self) -> AffineSubspace | None:
        """The possible c: the sums and, without mixed further blocks, the vector equation (its
        rational rows).
        """
        network = self.network
        space: AffineSubspace | None = self.sums
        if not network.bias and self.constant_neurons and network.output_bias is None:
            share = self.constant_share
            if share is not None:
                space = self.sums.cut(
                    [{**dict.fromkeys(self.constant_neurons, Fraction(1)), CONSTANT: -share}]
                )
        if self.mixed or space is None:
            return space
        rational = range(self.size - (self.size > network.inputs and network.irrational))
        return space.cut([self.coupling(tau) for tau in rational])

    @cached_property
    def constant_share(self) -> Fraction | None:
        r"""$\kappa / \sigma(0)$, the sum of the a of neurons with w = 0 without hidden biases; None
        if irrational.
        """
        ratio = self.network.share
        if ratio.is_Rational:
            return Fraction(int(ratio.p), int(ratio.q))
        return None

    @cached_property
    def remaining(self) -> Vector:
        """The part of the affine function that pure target blocks leave, modulo nothing: goal - p
        sum s alpha u.
        """
        network = self.network
        rest = list(network.goal)
        for t, (block, u) in enumerate(
            zip(self.pattern.targets, network.target.weights, strict=True)
        ):
            if t not in self.turning:
                factor = network.law.slope * block[0][1] * network.target.coefficients[t]
                rest = [r - factor * v for r, v in zip(rest, u, strict=True)]
        return tuple(rest)

    @property
    def empty(self) -> bool:
        """Whether the mixed blocks cannot be of distinct nonzero classes, or the lines do not
        fit.
        """
        network, count = self.network, len(self.mixed)
        lines = len(self.pattern.targets) + len(self.pattern.extras)
        if network.law.rays and network.length == 1 and lines > 1:
            return True
        if not count:
            return False
        still = not self.turning and not any(self.remaining[: network.inputs])
        if count == 1 and still:
            return True  # beta u = 0 in the weights, so w = 0
        if not network.law.rays or self.size < network.length or network.length == 1:
            return False
        exact = not (network.irrational and network.bias)
        if count == 2 and not self.turning and exact and not any(self.remaining):
            return True  # two distinct lines are independent
        if count == 1 and exact and len(self.turning) <= 1:
            chosen = self.turning or range(len(network.target.weights))
            weights = [network.target.weights[t] for t in chosen]
            return any(proportional(self.remaining, u) for u in weights)  # the line of the target
        return False

    @property
    def forced(self) -> bool:
        """Whether the equations leave one side of a mixed target block with sum zero: then it
        splits off.

        On the one line of rays with a single input nothing can split off.
        """
        if self.network.law.rays and self.network.length == 1:
            return False
        space = self.space
        assert space is not None
        for t in self.turning:
            block = self.pattern.targets[t]
            for side in (1, -1):
                if not space.reduce({i: Fraction(1) for i, sign in block if sign == side}):
                    return True
        return False

    @property
    def constant_row(self) -> Row:
        """p sum_t gamma_t b_t - kappa, the constant that neurons with w = 0 have to balance
        (without mixed blocks).
        """
        return self.coupling(self.network.inputs)

    @property
    def balanced(self) -> bool:
        """Whether nothing is left for the neurons with w = 0 to carry."""
        assert self.space is not None
        return (
            not self.mixed
            and not self.network.irrational
            and not self.space.reduce(self.constant_row)
        )

    @property
    def redundant(self) -> bool:
        """Whether the branch lies in the closure of one with neurons in a block instead of at w =
        0.
        """
        network, zeros = self.network, self.pattern.zeros
        if not zeros or network.output_bias is not None:
            return False
        if not network.bias:
            return not network.law.rays and not network.silent and is_zero(network.target.constant)
        if not self.constant_neurons or not self.balanced:
            return False
        if network.law.rays:
            return len({network.law.side(self.sign(i)) for i in self.constant_neurons}) == 1
        return len(zeros) == 1 and not network.silent

    @property
    def flat(self) -> bool:
        """Whether the branch is b = 0 for the one neuron with w = 0: nothing to carry, sigma(0) =
        0.
        """
        network = self.network
        single = len(self.pattern.zeros) == 1 and network.bias and network.output_bias is None
        return single and not network.law.rays and network.silent and self.balanced


def proportional(v: Sequence[Fraction], u: Sequence[Fraction]) -> bool:
    """Whether v is a multiple of u != 0 (or zero)."""
    t = next(j for j, x in enumerate(u) if x)
    return all(v[j] * u[t] == v[t] * u[j] for j in range(len(u)))
