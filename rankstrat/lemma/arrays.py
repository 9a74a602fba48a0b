r"""Exact integer arrays: neurons $a_n \sigma(u_n \cdot \tilde x)$, and which of them are equal up
to a sign.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.primes import mix
from rankstrat.errors import PointError
from rankstrat.model.values import exact_scalar

Integers: TypeAlias = NDArray[Any]
"""int64, or object where the integers are larger."""

Indices: TypeAlias = NDArray[np.int64]
_LIMIT = 1 << 62


def integers(values: Any) -> tuple[Integers, int]:
    """Integers and a positive denominator: the array is their quotient.

    Raises:
        PointError: a value is not rational.
        InexactValueError: a float.
    """
    array = np.asarray(values)
    if array.dtype.kind in "iu":
        return _small(array), 1
    exact = [_rational(v) for v in array.astype(object).ravel()]
    scale = math.lcm(*(v.denominator for v in exact)) if exact else 1
    whole = np.empty(len(exact), dtype=object)
    whole[:] = [v.numerator * (scale // v.denominator) for v in exact]
    return _small(whole.reshape(array.shape)), scale


def _rational(value: Any) -> Fraction:
    number = value if isinstance(value, int | Fraction) else exact_scalar("a weight", value)
    if not isinstance(number, int | Fraction):
        raise PointError(
            f"the weight {number} is not rational; this road needs rational weights; use model_rank"
        )
    return Fraction(number)


def _small(array: Integers) -> Integers:
    """int64 if every entry (and its negative) fits."""
    if not array.size:
        return array.astype(np.int64)
    if array.dtype == object or array.dtype.itemsize == 8:
        if max(abs(int(array.min())), abs(int(array.max()))) >= _LIMIT:
            return array.astype(object)
    return array.astype(np.int64)


def scaled(array: Integers, factor: int) -> Integers:
    """The product, without overflow."""
    if factor == 1:
        return array
    return _small(array.astype(object) * factor)


@dataclass(frozen=True)
class Neurons:
    r"""$\sum_{n=1}^N a_n\,\sigma\bigl(\sum_j u_{n,j}\,\tilde x_{t(n,j)}\bigr)$, with
    $\tilde x = (x_1, \dots, x_d, 1)$.

    Attributes:
        outputs: a (N,), integers up to a common factor.
        weights: u times `scale` (N, s).
        places: t, ascending: (s,) if the same for every neuron, else (N, s); the constant input 1
            has the index d.
        inputs: d.
        scale: the common denominator of the weights.
        owners: the parameter that u_{n,j} is (N, s); None where every weight is a parameter of its
            own.
        output_bias: whether 1 is a tangent function by itself.

    Raises:
        PointError: shapes do not fit.
    """

    outputs: Integers
    weights: Integers = field(repr=False)
    places: Indices = field(repr=False)
    inputs: int
    scale: int = 1
    owners: Indices | None = field(default=None, repr=False)
    output_bias: bool = False

    def __post_init__(self) -> None:
        shape = self.weights.shape
        if (
            len(shape) != 2
            or self.outputs.shape != shape[:1]
            or self.places.shape not in (shape, shape[1:])
        ):
            raise PointError(
                f"{self.outputs.shape} output weights, weights of shape {shape} and places of shape"
                f" {self.places.shape} do not fit; (N,), (N, s) and (s,) or (N, s) are needed"
            )

    @classmethod
    def of(
        cls,
        outputs: Any,
        weights: Any,
        places: Indices,
        inputs: int,
        *,
        biases: Any = None,
        owners: Indices | None = None,
        output_bias: bool = False,
    ) -> Neurons:
        """From exact arrays; hidden biases (N,) become weights of the constant input (in `owners`
        by the caller).
        """
        a, _ = integers(outputs)
        u, scale = integers(weights)
        if biases is not None:
            b, other = integers(biases)
            common = math.lcm(scale, other)
            u, b, scale = scaled(u, common // scale), scaled(b, common // other), common
            u = np.concatenate([u, b[:, None]], axis=1)
            constant = np.full((*places.shape[:-1], 1), inputs, dtype=np.int64)
            places = np.concatenate([places, constant], axis=-1)
        return cls(a, u, places, inputs, scale, owners, output_bias)

    @property
    def has_bias(self) -> bool:
        """Whether the constant input carries weights."""
        return bool(self.places.size) and bool((self.places[..., -1] == self.inputs).any())

    def at(self, chosen: Indices) -> Indices:
        """The places of some neurons (n, s)."""
        if self.places.ndim == 1:
            return np.broadcast_to(self.places, (len(chosen), len(self.places)))
        return self.places[chosen]


@dataclass(frozen=True)
class Classes:
    """Rows grouped by equality.

    Attributes:
        number: how many classes.
        of: the class of each row.
        first: a row of each class.
    """

    number: int
    of: Indices
    first: Indices


def leading_signs(rows: Integers) -> Indices:
    """The sign of the first nonzero entry of each row (0 for a zero row)."""
    if not rows.size:
        return np.zeros(len(rows), dtype=np.int64)
    nonzero = rows != 0
    lead = rows[np.arange(len(rows)), nonzero.argmax(axis=1)]
    return np.asarray((lead > 0).astype(np.int64) - (lead < 0).astype(np.int64))


def compacted(rows: Integers, places: Indices, end: int) -> tuple[Integers, Indices]:
    """Padded vectors with the zeros moved to the end, at the place `end`: equal vectors have equal
    rows.
    """
    masked = np.where(rows == 0, end, places)
    order = np.argsort(masked, axis=1, kind="stable")
    return np.take_along_axis(rows, order, axis=1), np.take_along_axis(masked, order, axis=1)


def classes(columns: Sequence[Integers], seed: int = 0) -> Classes:
    """Rows (each the concatenation of its parts) grouped by equality, in linear time.

    Rows with different hashes differ; rows with equal hashes are compared entry by entry, and
    another hash is taken in the event of a collision. So the answer never rests on chance.
    """
    if any(part.dtype == object for part in columns):
        return _dictionary(columns)
    for attempt in range(4):
        key = _hashed(columns, mix(seed, attempt))
        _, first, of = np.unique(key, return_index=True, return_inverse=True)
        if all(np.array_equal(part, part[first[of]]) for part in columns):
            return Classes(len(first), of, first)
    return _dictionary(columns)


def _hashed(columns: Sequence[Integers], key: int) -> NDArray[np.uint64]:
    total = np.zeros(len(columns[0]), dtype=np.uint64)
    number = 0
    with np.errstate(over="ignore"):
        for part in columns:
            for column in part.T:
                z = np.ascontiguousarray(column).astype(np.uint64) + np.uint64(mix(key, number))
                z = (z ^ (z >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
                total += z ^ (z >> np.uint64(29))
                number += 1
    return total


def _dictionary(columns: Sequence[Integers]) -> Classes:
    seen: dict[tuple[Any, ...], int] = {}
    of = np.empty(len(columns[0]), dtype=np.int64)
    first: list[int] = []
    for n, row in enumerate(zip(*(map(tuple, part.tolist()) for part in columns), strict=True)):
        number = seen.setdefault(row, len(seen))
        if number == len(first):
            first.append(n)
        of[n] = number
    return Classes(len(first), of, np.array(first, dtype=np.int64))
