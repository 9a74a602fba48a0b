r"""Bessel functions of integer and half-integer order as nodes of a program.

Integer orders come by the recurrence $f_{n+1} = 2na\,z^{-1} f_n + b f_{n-1}$ from the orders 0 and
1, half-integer ones by the same from the elementary functions of the orders $\pm 1/2$, such as
$J_{1/2}(z) = \sqrt{2/(\pi z)}\,\sin z$.
"""

from __future__ import annotations

from fractions import Fraction

from rankstrat.algebra.holonomic import MOST_ORDER, RECURRENCES, REFLECTIONS
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.program import PI, Program
from rankstrat.errors import UnsupportedFunctionError

HALF = Fraction(1, 2)
HALVES: dict[str, tuple[tuple[int, str], tuple[int, str]]] = {
    "besselj": ((1, "cos"), (1, "sin")),
    "bessely": ((1, "sin"), (-1, "cos")),
    "besseli": ((1, "cosh"), (1, "sinh")),
}
r"""Family -> the functions g with $f_{\pm 1/2}(z) = \sqrt{2/(\pi z)}\,g(z)$, with their signs: of
the order -1/2, then of 1/2."""
SPHERICAL = {"jn": "besselj", "yn": "bessely"}
r"""$j_n(z) = \sqrt{\pi/(2z)}\,J_{n+1/2}(z)$, which is defined at negative arguments too."""


def bessel(program: Program, family: str, order: Rational | None, z: int) -> int:
    """The node of a Bessel function; `family` is besselj, ..., or jn and yn for spherical ones.

    Raises:
        UnsupportedFunctionError: an order that is a symbol, large, or no half of an integer.
    """
    spherical = family in SPHERICAL
    parts = 1 if spherical else 2
    if order is None or not -MOST_ORDER <= order <= MOST_ORDER or (parts * order) % 1 != 0:
        needed = "an integer order" if spherical else "an integer or half-integer order"
        raise UnsupportedFunctionError(
            f"{family} of the order {order if order is not None else 'of a symbol'} was given;"
            f" {needed} up to {MOST_ORDER} is needed; fix the order"
        )
    if spherical:
        return _by_steps(program, SPHERICAL[family], order + HALF, z, _halves(program, family, z))
    if order % 1 != 0:
        return _by_steps(program, family, Fraction(order), z, _halves(program, family, z))
    before, now = program.function(f"{family}0", z), program.function(f"{family}1", z)
    if order == 0:
        return before
    found = _upwards(program, family, z, (before, now), Fraction(1), abs(int(order)) - 1)
    sign = REFLECTIONS[family] ** abs(int(order))
    return program.scale(sign, found) if order < 0 else found


def _halves(program: Program, family: str, z: int) -> tuple[int, int]:
    """The functions of the orders -1/2 and 1/2."""
    if family in SPHERICAL:
        parts = HALVES[SPHERICAL[family]]
        below, above = (
            program.product(((program.function(name, z), 1), (z, -1)), sign) for sign, name in parts
        )
        return below, above
    pi = program.leaf(PI)
    if family == "besselk":
        wave = program.function("exp", program.scale(-1, z))
        root = program.product(((pi, HALF), (program.scale(2, z), -HALF)))
        both = program.product(((wave, 1), (root, 1)))
        return both, both
    root = program.product(((program.constant(2), HALF), (pi, -HALF), (z, -HALF)))
    below, above = (
        program.product(((program.function(name, z), 1), (root, 1)), sign)
        for sign, name in HALVES[family]
    )
    return below, above


def _by_steps(
    program: Program, family: str, order: Fraction, z: int, halves: tuple[int, int]
) -> int:
    """A half-integer order from -1/2 and 1/2, upwards or downwards."""
    if order > 0:
        return _upwards(program, family, z, halves, HALF, int(order - HALF))
    a, b = RECURRENCES[family]
    now, after = halves
    n = -HALF
    while n > order:  # f_{n-1} = b (f_{n+1} - 2na f_n / z), since b = 1/b
        ratio = program.product(((now, 1), (z, -1)))
        now, after = program.linear(0, ((b, after), (-2 * n * a * b, ratio))), now
        n -= 1
    return now


def _upwards(
    program: Program, family: str, z: int, pair: tuple[int, int], n: Fraction, steps: int
) -> int:
    """The order n + steps from those of n - 1 and n."""
    a, b = RECURRENCES[family]
    before, now = pair
    for _ in range(steps):
        ratio = program.product(((now, 1), (z, -1)))
        before, now = now, program.linear(0, ((2 * n * a, ratio), (b, before)))
        n += 1
    return now


__all__ = ["SPHERICAL", "bessel"]
