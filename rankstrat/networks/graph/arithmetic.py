"""The two arithmetics in which a graph is run: floats, many samples at a time, and expressions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.activation.record import Activation
from rankstrat.errors import ModelError
from rankstrat.networks.network import in_floats

Array = NDArray[Any]
MAX_TERMS = 200_000
"""Products that a symbolic model is written out with."""


def too_many() -> ModelError:
    """The refusal of a graph that is too large for expressions."""
    return ModelError(
        f"the graph has more than {MAX_TERMS} products; a smaller one is needed for exact ranks;"
        " use its floats (outputs) and the condensation of its dense layers"
    )


class Arithmetic(Protocol):
    """What operations need besides the arithmetic of numpy."""

    def constants(self, array: Array) -> Array:
        """Floats of the file, as numbers of this arithmetic."""
        ...

    def number(self, value: Fraction) -> Any:
        """One exact number."""
        ...

    def product(self, left: Array, right: Array) -> Array:
        """`numpy.matmul`."""
        ...

    def total(self, array: Array, axes: tuple[int, ...], keep: bool) -> Array:
        """The sum over some axes."""
        ...

    def apply(self, activation: Activation, array: Array) -> Array:
        """An activation of every entry."""
        ...

    def power(self, array: Array, exponent: Fraction) -> Array:
        """A power of every entry."""
        ...

    def extreme(self, arrays: Sequence[Array], largest: bool) -> Array:
        """The largest or smallest entry at each place of arrays of one shape."""
        ...


class InFloats:
    """Float64; a value that is not finite is left for the caller."""

    def constants(self, array: Array) -> Array:
        """The array itself."""
        return array

    def number(self, value: Fraction) -> float:
        """The nearest float."""
        return float(value)

    def product(self, left: Array, right: Array) -> Array:
        """`numpy.matmul`."""
        return np.asarray(np.matmul(left, right))

    def total(self, array: Array, axes: tuple[int, ...], keep: bool) -> Array:
        """The sum over some axes."""
        return np.asarray(array.sum(axis=axes, keepdims=keep))

    def apply(self, activation: Activation, array: Array) -> Array:
        """An activation of every entry."""
        return np.asarray(in_floats(activation)(np.asarray(array, dtype=np.float64)))

    def power(self, array: Array, exponent: Fraction) -> Array:
        """A power of every entry."""
        if exponent == Fraction(1, 2):
            return np.asarray(np.sqrt(array))
        if exponent.denominator == 1:
            return np.asarray(array ** int(exponent))
        return np.asarray(np.power(array, float(exponent)))

    def extreme(self, arrays: Sequence[Array], largest: bool) -> Array:
        """The largest or smallest entry at each place."""
        return np.asarray((np.max if largest else np.min)(np.stack(arrays), axis=0))


class InExpressions:
    """Expressions of sympy, one sample; sums are written at once, since adding term by term sorts
    them again every time.
    """

    def __init__(self) -> None:
        self.terms = 0

    def constants(self, array: Array) -> Array:
        """The floats as fractions."""
        found = np.empty(array.size, dtype=object)
        found[:] = [self.number(Fraction(v)) for v in array.ravel().tolist()]
        return found.reshape(array.shape)

    def number(self, value: Fraction) -> sympy.Rational:
        """The fraction."""
        return sympy.Rational(value.numerator, value.denominator)

    def _count(self, terms: int) -> None:
        self.terms += terms
        if self.terms > MAX_TERMS:
            raise too_many()

    def product(self, left: Array, right: Array) -> Array:
        """`numpy.matmul`."""
        batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
        rows, columns, inner = left.shape[-2], right.shape[-1], left.shape[-1]
        self._count(int(np.prod(batch)) * rows * columns * inner)
        one = np.broadcast_to(left, (*batch, rows, inner)).reshape(-1, rows, inner)
        two = np.broadcast_to(right, (*batch, inner, columns)).reshape(-1, inner, columns)
        found = np.empty((len(one), rows, columns), dtype=object)
        for k, i, j in np.ndindex(*found.shape):
            found[k, i, j] = sympy.Add(*(one[k, i] * two[k, :, j]))
        return found.reshape(*batch, rows, columns)

    def total(self, array: Array, axes: tuple[int, ...], keep: bool) -> Array:
        """The sum over some axes."""
        self._count(array.size)
        kept = [k for k in range(array.ndim) if k not in axes]
        moved = array.transpose(*kept, *axes).reshape(*(array.shape[k] for k in kept), -1)
        found = np.empty(moved.shape[:-1], dtype=object)
        for place in np.ndindex(*found.shape):
            found[place] = sympy.Add(*moved[place])
        return np.expand_dims(found, axes) if keep else found

    def apply(self, activation: Activation, array: Array) -> Array:
        """An activation of every entry."""
        return self._each(activation, array)

    def power(self, array: Array, exponent: Fraction) -> Array:
        """A power of every entry."""
        e = self.number(exponent)
        return self._each(lambda v: v**e, array)

    def extreme(self, arrays: Sequence[Array], largest: bool) -> Array:
        """The largest or smallest entry at each place."""
        stack = np.stack(arrays)
        self._count(stack.size)
        flat = stack.reshape(len(arrays), -1)
        chosen = sympy.Max if largest else sympy.Min
        found = np.empty(flat.shape[1], dtype=object)
        # comparing long expressions takes long, and a number with one letter does not
        plain = all(v.is_Number or v.is_Symbol for v in flat.ravel())
        found[:] = [chosen(*flat[:, k], evaluate=plain) for k in range(flat.shape[1])]
        return found.reshape(stack.shape[1:])

    def _each(self, function: Any, array: Array) -> Array:
        self._count(array.size)
        found = np.empty(array.size, dtype=object)
        found[:] = [function(v) for v in array.ravel().tolist()]
        return found.reshape(array.shape)


__all__ = ["MAX_TERMS", "Arithmetic", "Array", "InExpressions", "InFloats", "too_many"]
