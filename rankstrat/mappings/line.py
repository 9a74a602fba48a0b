r"""The splitting line $\alpha \mapsto T^\alpha(\theta)$ through a critical point: the inertia of
the Hessian on all of it.

For a unit with incoming parameters w and outgoing weights a let $\Delta = dw_1 - dw_2$ and
$\tau = \alpha\,da_1 - (1-\alpha)\,da_2$. Beside the narrow Hessian the wide one is the block
$\begin{pmatrix} \alpha(1-\alpha) G & C \\ C^\top & 0 \end{pmatrix}$ in $(\Delta, \tau)$, where
G and C do not depend on $\alpha$; see docs/proofs.md#splitting-line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from rankstrat.algebra.signature import ball, precision, signature
from rankstrat.errors import DataError, demand
from rankstrat.mappings.constructions.splitting import splitting
from rankstrat.mappings.constructions.units import group_of
from rankstrat.model.model import Model
from rankstrat.model.structure import Units
from rankstrat.model.values import exact_scalar
from rankstrat.rank.verdict import Verdict
from rankstrat.samples import CriticalData, EnclosedCriticalPoint, Inertia, inertia
from rankstrat.samples.second_order.critical import BITS
from rankstrat.samples.second_order.inertia import hessian
from rankstrat.text.spoken import Spoken

Matrix = list[list[Any]]


@dataclass(frozen=True)
class SplittingLine(Spoken):
    r"""The inertia on the line, which depends on the sign of $\alpha(1-\alpha)$ alone.

    Attributes:
        data: the critical point of the narrow model.
        layer, unit: what is split.
        before: the inertia there.
        inside, ends, outside: the inertia where $0 < \alpha < 1$, $\alpha \in \{0, 1\}$, and
            elsewhere.
    """

    data: CriticalData | EnclosedCriticalPoint
    layer: int
    unit: int
    before: Inertia
    inside: Inertia
    ends: Inertia
    outside: Inertia

    @property
    def verdict(self) -> Verdict:
        """PROVED if all of them are."""
        known = (self.before, self.inside, self.ends, self.outside)
        if all(found.verdict is Verdict.PROVED for found in known):
            return Verdict.PROVED
        return Verdict.OPEN

    def at(self, alpha: Any) -> Inertia:
        """The inertia at an exact share.

        Raises:
            InexactValueError: a float.
        """
        value = sympy.sympify(exact_scalar("alpha", alpha), strict=True)
        product = value * (1 - value)
        if product.is_zero:
            return self.ends
        if product.is_positive:
            return self.inside
        if product.is_negative:
            return self.outside
        raise DataError(f"alpha = {value} is no real number with a known sign; give a rational one")

    @property
    def minima(self) -> str | None:
        r"""Where the critical points of the line are local minima: "inside", "outside" or
        "nowhere"; None where second derivatives do not say.

        If the block across the line is definite on one side, it is negative on the other. A point
        with a descent direction as near as one likes is no minimum, so the ends never are one.
        """
        if self.verdict is not Verdict.PROVED:
            return None
        if self.before.negative or (self.inside.negative and self.outside.negative):
            return "nowhere"
        for name, here in (("inside", self.inside), ("outside", self.outside)):
            # the only zero direction is the line itself, on which the loss is constant
            if not here.negative and here.zero == 1:
                return name
        return None

    def __str__(self) -> str:
        lines = [
            f"splitting unit {self.unit + 1} of layer {self.layer}: {self.before}",
            f"    0 < alpha < 1: {self.inside}",
            f"    alpha = 0 or 1: {self.ends}",
            f"    alpha < 0 or alpha > 1: {self.outside}",
        ]
        if self.minima is not None:
            lines.append(f"    local minima: {self.minima}")
        return "\n".join(lines)


def splitting_line(
    data: CriticalData | EnclosedCriticalPoint, *, layer: int = 1, unit: int = 0, seed: int = 0
) -> SplittingLine:
    r"""$\operatorname{inertia}\nabla^2 R(T^\alpha(\theta))$ for all real $\alpha$ at once, at a
    critical point of a model with units.

    Args:
        data: a critical point with its residual.
        layer: hidden layer, from 1.
        unit: unit of that layer, from 0.
        seed: names random choices.

    Raises:
        DataError: no critical point.
        FamilyError: no such layer or unit.

    References:
        EP2 Theorem 6.2; FukumizuAmari2000 (minima); docs/proofs.md#splitting-line.

    Example:
        >>> from rankstrat.families import two_layer
        >>> from rankstrat.samples import critical_data
        >>> point = two_layer(width=1, inputs=1, activation="z**3 + z").point(a=[1], w=[[1]])
        >>> line = splitting_line(critical_data(point, [[1], [2], [-1]]))
        >>> line.before.size, line.inside.size, str(line.verdict)
        (2, 4, 'PROVED')
    """
    demand(
        data,
        CriticalData | EnclosedCriticalPoint,
        DataError,
        "a critical point",
        "try critical_data(point)",
    )
    model = data.chart.model
    mapping = splitting(model, layer=layer, unit=unit)
    group = group_of(model, layer)
    before = inertia(data, seed=seed)
    image = mapping.chart(data.chart, {mapping.symbols[0]: sympy.Rational(1, 2)})
    own, shares = _pairs(mapping.target, group, unit)
    with precision(BITS):
        whole = hessian(data, image)
        across = _restricted(whole, own, own)
        coupling = _restricted(whole, own, shares)
        nonzero, silent = _outgoing(data, group, unit)
        found = [_inertia(across, coupling, nonzero, silent, sign) for sign in (1, 0, -1)]
    inside, ends, outside = (_sum(before, extra) for extra in found)
    return SplittingLine(data, layer, unit, before, inside, ends, outside)


def _pairs(
    wide: Model, group: Units, unit: int
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The places of the parameters of the unit and of its copy, incoming and outgoing."""
    own, shares, start = list[tuple[int, int]](), list[tuple[int, int]](), 0
    for name, shape in wide.blocks.items():
        places = np.arange(start, start + int(np.prod(shape))).reshape(shape)
        start = int(start + np.prod(shape))
        for blocks, pairs in ((group.own, own), (group.shares, shares)):
            if name in blocks:
                first, second = (places.take(k, axis=blocks[name]).ravel() for k in (unit, -1))
                pairs += zip(first.tolist(), second.tolist(), strict=True)
    return own, shares


def _restricted(
    matrix: Matrix, left: Sequence[tuple[int, int]], right: Sequence[tuple[int, int]]
) -> Matrix:
    """A bilinear form on differences of the two copies."""
    return [
        [matrix[i][k] - matrix[i][m] - matrix[j][k] + matrix[j][m] for k, m in right]
        for i, j in left
    ]


def _outgoing(
    data: CriticalData | EnclosedCriticalPoint, group: Units, unit: int
) -> tuple[int | None, bool]:
    """The place of an outgoing weight that is certainly not zero; whether all are exactly zero."""
    values = list[Any]()
    for name, axis in group.shares.items():
        values += np.atleast_1d(data.chart.arrays[name].take(unit, axis=axis)).ravel().tolist()
    place = next((k for k, v in enumerate(values) if _is_not_zero(data, v)), None)
    return place, all(v == 0 for v in values)


def _is_not_zero(data: CriticalData | EnclosedCriticalPoint, value: Any) -> bool:
    if isinstance(value, int | Fraction):
        return value != 0
    if value in data.chart.coordinates:
        here = data.coordinates[str(value)]
        return bool(here > 0 or here < 0)
    return bool(value.is_nonzero)


def _inertia(
    across: Matrix, coupling: Matrix, nonzero: int | None, silent: bool, sign: int
) -> Inertia:
    """That of the block of the line, for the sign of alpha (1 - alpha)."""
    inner, outer = len(across), len(coupling[0])
    line = 0
    if nonzero is not None:
        # criticality for w: the coupling maps the weights a to 0, which is the line itself
        coupling = [[v for k, v in enumerate(row) if k != nonzero] for row in coupling]
        outer, line = outer - 1, 1
    entries = [v for row in (*across, *coupling) for v in row]
    exact = all(isinstance(v, int | Fraction) for v in entries)
    zero: Any = Fraction(0) if exact else ball(0)
    flat = silent or sign == 0  # G is linear in the outgoing weights
    block = [
        [zero if flat else sign * v for v in row] + coupling[i] for i, row in enumerate(across)
    ]
    block += [[coupling[i][k] for i in range(inner)] + [zero] * outer for k in range(outer)]
    positive, negative = signature(block)
    rest = inner + outer - positive - negative
    if not exact:
        rest = min(rest, inner + outer - 2 * min(inner, outer) if flat else 0)
    return Inertia(positive, rest + line, negative, inner + outer + line, exact)


def _sum(before: Inertia, extra: Inertia) -> Inertia:
    return Inertia(
        before.positive + extra.positive,
        before.zero + extra.zero,
        before.negative + extra.negative,
        before.size + extra.size,
        before.exact and extra.exact,
    )


__all__ = ["SplittingLine", "splitting_line"]
