r"""The exact point that a partition stands for: a narrow network with dyadic weights, and the wide
one that is its image under splittings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from rankstrat.model.model import Chart, Model
from rankstrat.networks.network import Network, assembled
from rankstrat.networks.partition import Step
from rankstrat.networks.units import Symmetry

BITS = 40
"""Binary digits that are kept of the largest weight."""
SHARE = 1 << 20
LIMIT = 1 << 62


@dataclass(frozen=True, eq=False)
class Snapped:
    r"""Weights $n/2^k$ with integers n, and one k for each block.

    Attributes:
        model: the narrow model.
        numerators: block -> int64 array.
        exponents: block -> k, which may be negative.
    """

    model: Model
    numerators: Mapping[str, Any] = field(repr=False)
    exponents: Mapping[str, int] = field(repr=False)

    @classmethod
    def of(cls, network: Network) -> Snapped:
        """The nearest point with BITS binary digits of the largest weight of each block."""
        numerators, exponents = {}, {}
        for name, value in network.values.items():
            exponent = BITS - int(np.frexp(np.abs(value).max(initial=0.0))[1])
            # in two steps, since 2^k itself may leave the range of floats
            half = np.ldexp(value, exponent // 2)
            numerators[name] = np.rint(np.ldexp(half, exponent - exponent // 2)).astype(np.int64)
            exponents[name] = exponent
        return cls(network.model, numerators, exponents)

    @classmethod
    def at(cls, point: Chart) -> Snapped | None:
        """A point whose values are dyadic and of moderate size; None for another one."""
        numerators, exponents = {}, {}
        for name, array in point.arrays.items():
            values = array.ravel().tolist()
            if not all(isinstance(v, int | Fraction) for v in values):
                return None
            exponent = max((_digits(Fraction(v)) for v in values if v), default=0)
            scaled = [Fraction(v) * Fraction(2) ** exponent for v in values]
            if any(v.denominator != 1 or abs(v) >= LIMIT for v in scaled):
                return None
            whole = np.array([int(v) for v in scaled], dtype=np.int64)
            numerators[name], exponents[name] = whole.reshape(array.shape), exponent
        return cls(point.model, numerators, exponents)

    @cached_property
    def network(self) -> Network:
        """The same weights as floats, which is exact."""
        values = {
            name: np.ldexp(n.astype(float), -self.exponents[name])
            for name, n in self.numerators.items()
        }
        return Network(self.model, values)

    def exact(self, block: str) -> Any:
        """The values of a block as fractions."""
        return exact_array(self.numerators[block], self.exponents[block])

    @cached_property
    def point(self) -> Chart:
        """The exact point of the narrow model."""
        return self.model.point({name: self.exact(name) for name in self.numerators})


def _digits(value: Fraction) -> int:
    """The least k with $2^k v$ whole, for a dyadic v that is not 0."""
    if value.denominator > 1:
        return value.denominator.bit_length() - 1
    return 1 - (value.numerator & -value.numerator).bit_length()


def exact_array(numerators: Any, exponent: int) -> Any:
    r"""Integers times $2^{-k}$, as fractions; equal ones are one object."""
    distinct, of = np.unique(numerators, return_inverse=True)
    scale = Fraction(2) ** -exponent
    values = np.empty(len(distinct), dtype=object)
    values[:] = [int(n) * scale for n in distinct.tolist()]
    return values[of.ravel()].reshape(np.shape(numerators))


def widened(snapped: Snapped, like: Network, steps: tuple[Step, ...]) -> Chart:
    r"""The point of the wide model whose units are copies of those of the narrow one.

    Unit i of a layer is a copy, or a mirror image, of the unit k(i) of the narrow network and takes
    a rational part of its outgoing weights; parts add up to 1, so that this is the image of the
    narrow point under splittings.

    Args:
        snapped: the narrow point.
        like: the wide network.
        steps: what became of its units.
    """
    narrow = snapped.network
    symmetries = [
        Symmetry.of(like.activation, constant=like.biases[k + 1] is not None)
        for k in range(len(steps))
    ]
    names = narrow.layers
    weights: list[Any] = []
    biases: list[Any] = []
    for k in range(len(narrow.weights)):
        weight = snapped.exact(names.weights[k]).reshape(narrow.weights[k].shape)
        bias = snapped.exact(names.biases[k]).reshape(-1) if names.biases[k] else None
        if k > 0:
            weight, bias = _columns(weight, bias, steps[k - 1], symmetries[k - 1])
        if k < len(steps):
            signs = steps[k].signs.astype(np.int64).astype(object)
            weight = weight[steps[k].labels] * signs[:, None]
            if bias is not None:
                bias = bias[steps[k].labels] * signs
        weights.append(weight)
        biases.append(bias)
    model, values = assembled(like.model, weights, biases)
    return model.point(values)


def _columns(weight: Any, bias: Any, step: Step, symmetry: Symmetry) -> tuple[Any, Any]:
    """Outgoing weights of the narrow units shared among their copies."""
    factors = np.where(step.signs < 0, symmetry.factor or 1, 1).astype(np.int64).astype(object)
    wide = weight[:, step.labels] * (_rational_shares(step) * factors)
    if bias is not None and symmetry.shift:
        mirrored = wide[:, step.signs < 0].sum(axis=1)
        bias = bias - Fraction(symmetry.shift) * mirrored
    return wide, bias


def _rational_shares(step: Step) -> Any:
    """The parts as fractions with the sum 1 for every class."""
    parts = np.rint(step.shares * SHARE).astype(np.int64)
    total = np.zeros(int(step.labels.max()) + 1, dtype=np.int64)
    np.add.at(total, step.labels, parts)
    order = np.lexsort((np.abs(parts), step.labels))
    last = np.append(np.flatnonzero(np.diff(step.labels[order])), len(order) - 1)
    parts[order[last]] += SHARE - total[step.labels[order[last]]]
    return exact_array(parts, SHARE.bit_length() - 1)


__all__ = ["Snapped", "exact_array", "widened"]
