r"""Floating-point rings: numpy over a batch of samples, mpmath at any number of digits; and their
numerical rank.

Nothing here proves anything. A value that leaves the range of its ring is not finite, and the
caller decides.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache, partial
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import DTypeLike, NDArray

from rankstrat.algebra.linear import Rational
from rankstrat.algebra.program import PI
from rankstrat.errors import PoleError, UndecidedError

WAVES = 12
LARGEST_EXPONENT_BITS = (
    20_000  # exp of a number with more bits before the point would fill the memory
)

_erf_of = np.frompyfunc(math.erf, 1, 1)


_SPECIAL: dict[str, Callable[[Any, Any], Any]] = {
    "erfi": lambda context, v: context.erfi(v),
    "airyai": lambda context, v: context.airyai(v),
    "airyaiprime": lambda context, v: context.airyai(v, derivative=1),
    "airybi": lambda context, v: context.airybi(v),
    "airybiprime": lambda context, v: context.airybi(v, derivative=1),
    **{
        f"bessel{kind}{order}": partial(
            lambda context, v, kind, order: getattr(context, f"bessel{kind}")(order, v),
            kind=kind,
            order=order,
        )
        for kind in "jyik"
        for order in (0, 1)
    },
    "Si": lambda context, v: context.si(v),
    "Shi": lambda context, v: context.shi(v),
    "Ci": lambda context, v: context.ci(v),
    "Chi": lambda context, v: context.chi(v),
    "Ei": lambda context, v: context.ei(v),
}
"""Functions that numpy lacks, in an arithmetic of mpmath."""


def _special(name: str, value: Any) -> Any:
    value = np.asarray(value)
    function = _SPECIAL[name]
    found = np.frompyfunc(lambda v: _real(function(mpmath.fp, float(v))), 1, 1)(value)
    if value.ndim:
        return found.astype(value.dtype)
    return value.dtype.type(found)


def _real(value: Any) -> float:
    """The value where it is real, else nan, as numpy has it for the logarithm."""
    if isinstance(value, complex):
        return math.nan
    return float(value)


def _erf(value: Any) -> Any:
    value = np.asarray(value)
    if value.ndim:
        return _erf_of(value.astype(float)).astype(value.dtype)
    return value.dtype.type(math.erf(float(value)))


_UFUNCS: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp, "log": np.log, "tanh": np.tanh, "sinh": np.sinh, "cosh": np.cosh, "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan, "atan": np.arctan, "abs": np.abs, "sign": np.sign,
    "relu": lambda v: np.maximum(v, 0),
    "step": lambda v: np.heaviside(v, 0), "erf": _erf,
}  # fmt: skip
_MP_METHODS = ("log", "tanh", "sinh", "cosh", "sin", "cos", "tan", "atan", "erf")


@cache
def waves(name: str, parity: str) -> tuple[tuple[float, float, float], ...]:
    r"""Amplitude, frequency, phase in $\sum_j c_j \sin(f_j z + \varphi_j)$, which stands for an
    unspecified one.
    """
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    quarter = 0.0 if parity.startswith("odd") else 1.0  # phases count quarter turns
    fixed = parity.startswith(("odd", "even"))
    return tuple(
        (
            float(rng.normal()),
            float(rng.uniform(0.3, 2.5)),
            quarter if fixed else float(rng.uniform(0, 4)),
        )
        for _ in range(WAVES)
    )


class FloatRing:
    """numpy arrays over the samples in one floating-point type; poles and overflow give inf or
    nan.
    """

    def __init__(self, dtype: DTypeLike = np.float64) -> None:
        self.scalar: Any = np.dtype(dtype).type

    def constant(self, value: Any) -> Any:
        """The nearest number of the type; infinite beyond its range."""
        if isinstance(value, sympy.Expr):
            value = mpmath.mpf(sympy.N(value, 30)._mpf_)
        try:
            return self.scalar(float(value))
        except OverflowError:
            return self.scalar(math.inf if value > 0 else -math.inf)

    def linear(self, c0: Rational, terms: Sequence[tuple[Rational, Any]]) -> Any:
        """c0 + sum c_i v_i."""
        total = self.constant(c0)
        for c, v in terms:
            total = total + (v if c == 1 else self.constant(c) * v)
        return total

    def product(self, factors: Sequence[tuple[Any, Rational]]) -> Any:
        """prod v_i^{e_i}."""
        total = self.scalar(1)
        for v, e in factors:
            total = total * (v if e == 1 else np.power(v, self.constant(e)))
        return total

    def function(self, name: Any, value: Any) -> Any:
        """An elementary function, or the trigonometric sum that stands for an unspecified one."""
        if isinstance(name, str):
            return _UFUNCS[name](value) if name in _UFUNCS else _special(name, value)
        _, label, order, parity = name
        parts = waves(label, parity)
        total = sum(
            self.scalar(c * f**order)
            * np.sin(self.scalar(f) * value + self.scalar((s + order) * math.pi / 2))
            for c, f, s in parts
        )
        if parity.endswith("0") and order == 0:
            total = total - self.scalar(sum(c * math.sin(s * math.pi / 2) for c, _, s in parts))
        return total

    def leaf(self, key: Any) -> Any:
        """The value of pi, or of a prime under a root."""
        return self.constant(math.pi if key == PI else key[1])


class MpRing:
    """mpmath numbers at a number of digits, one sample at a time.

    Raises:
        PoleError: division by zero, the logarithm of a number that is not positive, or a result
            beyond any range.
    """

    def __init__(self, digits: int) -> None:
        self.context = mpmath.MPContext()
        self.context.dps = digits

    def constant(self, value: Any) -> Any:
        """The nearest number at this precision."""
        if isinstance(value, int | Fraction):
            numerator, denominator = value.as_integer_ratio()
            return self.context.mpf(numerator) / denominator
        if isinstance(value, sympy.Expr):
            return self.context.make_mpf(sympy.N(value, self.context.dps + 5)._mpf_)
        return self.context.mpf(value)

    def linear(self, c0: Rational, terms: Sequence[tuple[Rational, Any]]) -> Any:
        """c0 + sum c_i v_i."""
        total = self.constant(c0)
        for c, v in terms:
            total += v * c if isinstance(c, int) else v * c.numerator / c.denominator
        return total

    def product(self, factors: Sequence[tuple[Any, Rational]]) -> Any:
        """prod v_i^{e_i}."""
        total = self.context.one
        for v, e in factors:
            if e < 0 and not v:
                raise PoleError("division by zero at a sample; choose other samples")
            if isinstance(e, Fraction) and v < 0:
                raise PoleError("the root of a negative number at a sample; choose other samples")
            total *= v**e if isinstance(e, int) else v ** self.constant(e)
        return total

    def function(self, name: Any, value: Any) -> Any:
        """An elementary function, or the trigonometric sum that stands for an unspecified one."""
        context = self.context
        if not isinstance(name, str):
            return self._generic(name, value)
        if name == "exp":
            if value and context.mag(value) > LARGEST_EXPONENT_BITS:
                raise PoleError(
                    "an exponential beyond any range at a sample; choose smaller values"
                )
            return context.exp(value)
        if name == "log" and value <= 0:
            raise PoleError(
                "the logarithm of a number that is not positive at a sample; choose other samples"
            )
        if name in _MP_METHODS:
            return getattr(context, name)(value)
        if name in _SPECIAL:
            found = _SPECIAL[name](context, value)
            if context.im(found):
                raise PoleError(f"{name} is not real at a sample; choose other samples")
            return context.re(found)
        positive = context.mpf(int(value > 0))
        simple = {
            "relu": value * positive,
            "abs": abs(value),
            "sign": context.mpf(context.sign(value)),
            "step": positive,
        }
        return simple[name]

    def _generic(self, name: Any, value: Any) -> Any:
        context, (_, label, order, parity) = self.context, name
        parts = [
            (context.mpf(c), context.mpf(f), context.mpf(s)) for c, f, s in waves(label, parity)
        ]
        total = sum(
            c * f**order * context.sin(f * value + (s + order) * context.pi / 2)
            for c, f, s in parts
        )
        if parity.endswith("0") and order == 0:
            total -= sum(c * context.sin(s * context.pi / 2) for c, _, s in parts)
        return total

    def leaf(self, key: Any) -> Any:
        """The value of pi, or of a prime under a root."""
        if key == PI:
            return +self.context.pi
        return self.context.mpf(key[1])


def leaf_number(ring: FloatRing | MpRing, key: Any) -> Any:
    """The number that a leaf without a value of its own stands for.

    Raises:
        UndecidedError: the leaf is no real number.
    """
    if key == PI or (isinstance(key, tuple) and key[0] == "prime"):
        return ring.leaf(key)
    raise UndecidedError(
        f"the leaf {key} has no real value; numerics needs real numbers; use model_rank"
    )


def singular_values(matrix: Sequence[Sequence[Any]], context: Any) -> list[Any]:
    """The singular values of a matrix of mpmath numbers, largest first, at the precision of the
    context.
    """
    rows, columns = len(matrix), len(matrix[0])
    if rows < columns:
        matrix, rows, columns = list(zip(*matrix, strict=True)), columns, rows
    values = context.svd_r(context.matrix([list(row) for row in matrix]), compute_uv=False)
    return sorted((values[i] for i in range(len(values))), reverse=True)


def pivoted_values(matrix: Sequence[Sequence[Any]], context: Any) -> list[Any]:
    r"""The diagonal of a pivoted QLP decomposition: estimates of all singular values, largest
    first.

    Gram-Schmidt with column pivoting in fixed point, in units of the largest entry, first on the
    columns, then on the rows of R (Stewart 1999). Fixed point suffices since a threshold is
    relative to the largest singular value, and on Python integers it is ten times faster than the
    decomposition on floating-point numbers.
    """
    largest = max((abs(v) for row in matrix for v in row), default=context.zero)
    if not largest:
        return [context.zero] * min(len(matrix), len(matrix[0]))
    bits = context.prec + 2 * len(matrix).bit_length()
    scaled = np.array(
        [[int(context.ldexp(v / largest, bits)) for v in row] for row in matrix], dtype=object
    )
    if scaled.shape[0] < scaled.shape[1]:
        scaled = scaled.T
    triangle, _ = _gram_schmidt(scaled, bits)
    _, diagonal = _gram_schmidt(triangle.T, bits)
    return sorted((context.ldexp(largest * d, -bits) for d in diagonal), reverse=True)


def _gram_schmidt(matrix: NDArray[np.object_], bits: int) -> tuple[NDArray[np.object_], list[int]]:
    """The triangle R (columns in the given order) and its diagonal, of fixed-point columns."""
    work = matrix.copy()
    count = work.shape[1]
    triangle = np.zeros((count, count), dtype=object)
    left, diagonal = list(range(count)), []
    for step in range(count):
        squares = (work[:, left] * work[:, left]).sum(axis=0)
        pivot = left.pop(int(np.argmax(squares)))
        norm = math.isqrt(int(squares.max()))
        diagonal.append(norm)
        if not norm:
            return triangle, diagonal + [0] * (count - step - 1)
        unit = (work[:, pivot] << bits) // norm
        triangle[step, pivot] = norm
        if left:
            along = unit.dot(work[:, left]) >> bits
            triangle[step, left] = along
            work[:, left] -= (unit[:, None] * along[None, :]) >> bits
    return triangle, diagonal
