"""Real balls (Arb through FLINT): a determinant that excludes zero is a proof which needs no
transcendence theory.
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import flint

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.program import CONSTANT, IMAGINARY, LINEAR, PI, PRODUCT, Program
from rankstrat.algebra.signature import precision
from rankstrat.deadline import check
from rankstrat.errors import UndecidedError

_METHODS = ("exp", "log", "tanh", "sinh", "cosh", "sin", "cos", "tan", "atan", "erf", "erfi")

_HOLONOMIC: Mapping[Hashable, Callable[[Any], Any]] = {
    "airyai": lambda v: v.airy_ai(),
    "airyaiprime": lambda v: v.airy_ai(derivative=1),
    "airybi": lambda v: v.airy_bi(),
    "airybiprime": lambda v: v.airy_bi(derivative=1),
    "besselj0": lambda v: v.bessel_j(0),
    "besselj1": lambda v: v.bessel_j(1),
    "besseli0": lambda v: v.bessel_i(0),
    "besseli1": lambda v: v.bessel_i(1),
    "bessely0": lambda v: v.bessel_y(0),
    "bessely1": lambda v: v.bessel_y(1),
    "besselk0": lambda v: v.bessel_k(0),
    "besselk1": lambda v: v.bessel_k(1),
    "Si": lambda v: v.si(),
    "Shi": lambda v: v.shi(),
    "Ci": lambda v: v.ci(),
    "Chi": lambda v: v.chi(),
    "Ei": lambda v: v.ei(),
}


def _ball(middle: tuple[int, int], radius: tuple[int, int]) -> Any:
    return flint.arb(middle, radius)


def _parts(ball: Any) -> tuple[Any, ...]:
    """How a ball is pickled and copied: the copy has the same middle and a radius rounded up."""
    ends = [part.man_exp() for part in (ball.mid(), ball.rad())]
    return _ball, tuple((int(mantissa), int(exponent)) for mantissa, exponent in ends)


copyreg.pickle(flint.arb, _parts)


class BallRing:
    """Evaluation in `flint.arb` at the current working precision."""

    def constant(self, value: Rational) -> Any:
        """A ball around a rational number."""
        numerator, denominator = Fraction(value).as_integer_ratio()
        return flint.arb(flint.fmpq(numerator, denominator))

    def linear(self, c0: Rational, terms: Sequence[tuple[Rational, Any]]) -> Any:
        """c0 + sum c_i v_i."""
        total = self.constant(c0)
        for c, v in terms:
            total += self.constant(c) * v
        return total

    def product(self, factors: Sequence[tuple[Any, Rational]]) -> Any:
        """prod v_i^{e_i}."""
        total = flint.arb(1)
        for v, e in factors:
            total *= self._whole_power(v, e) if isinstance(e, int) else v ** self.constant(e)
        return total

    @staticmethod
    def _whole_power(v: Any, e: int) -> Any:
        """v^e; FLINT takes a logarithm where the middle of the ball is 0, which gives nan."""
        if e == 1:
            return v
        if e < 1 or v.mid() != 0:
            return v**e
        size = v.abs_upper() ** e
        return size.union(-size)

    def function(self, name: Hashable, value: Any) -> Any:
        """An elementary function; piecewise ones where the sign is certain."""
        if name in _METHODS:
            return getattr(flint.arb(value), str(name))()
        if name in _HOLONOMIC:
            return _HOLONOMIC[name](flint.arb(value))
        if name in ("relu", "abs", "sign", "step") and (value > 0 or value < 0):
            positive = bool(value > 0)
            one, none = flint.arb(1), flint.arb(0)
            above = {"relu": value, "abs": value, "sign": one, "step": one}
            below = {"relu": none, "abs": -value, "sign": -one, "step": none}
            return (above if positive else below)[str(name)]
        raise UndecidedError(
            f"{name} cannot be enclosed by a ball here; choose another input or an explicit"
            " function"
        )


def leaf_balls(
    program: Program, nodes: Sequence[int], values: Mapping[Hashable, Rational]
) -> dict[int, Any]:
    """Balls for the leaves below the nodes from rational values by key."""
    ring = BallRing()
    result = {}
    for node in program.reachable(nodes):
        if program.args[node] or program.value(node) is not None:
            continue
        key: Any = program.data[node]
        if key == PI:
            result[node] = flint.arb.pi()
        elif key == IMAGINARY:
            raise UndecidedError("complex values cannot be enclosed by real balls")
        elif key[0] == "prime":
            result[node] = flint.arb(key[1])
        else:
            result[node] = ring.constant(values[key])
    return result


class Enclosures:
    """Balls of the nodes of a growing program, each computed once at every precision.

    Args:
        program: the program; its leaves are numbers by `values`, pi or primes.
        values: rational values of leaves by key.
    """

    def __init__(self, program: Program, values: Mapping[Hashable, Rational] | None = None) -> None:
        self.program, self.values = program, dict(values or {})
        self._known: dict[int, dict[int, Any]] = {}

    def ball(self, node: int, bits: int) -> Any:
        """The ball of a node at a working precision."""
        known = self._known.setdefault(bits, {})
        program, ring = self.program, BallRing()
        with precision(bits):
            for n in program.unknown(node, known):
                known[n] = self._one(n, known, ring)
            return known[node]

    def _one(self, n: int, known: Mapping[int, Any], ring: BallRing) -> Any:
        program = self.program
        kind, args, data = program.kind[n], program.args[n], program.data[n]
        if kind == CONSTANT:
            return ring.constant(data)
        if not args:
            return leaf_balls(program, (n,), self.values)[n]
        if kind == LINEAR:
            return ring.linear(
                data[0], [(c, known[a]) for c, a in zip(data[1:], args, strict=True)]
            )
        if kind == PRODUCT:
            return ring.product([(known[a], e) for a, e in zip(args, data, strict=True)])
        return ring.function(data, known[args[0]])

    def sign(self, node: int, *, precision: int = 2048) -> int:
        """The certain sign (+1 or -1) of a node, 0 when the balls contain zero at the highest
        precision.
        """
        bits = 64
        while bits <= precision:
            ball = self.ball(node, bits)
            if ball > 0 or ball < 0:
                if ball > 0:
                    return 1
                return -1
            bits *= 2
        return 0


def sign(
    program: Program, node: int, values: Mapping[Hashable, Rational], *, precision: int = 2048
) -> int:
    """The certain sign (+1 or -1) of a node, 0 when the balls still contain zero at the highest
    precision.
    """
    return Enclosures(program, values).sign(node, precision=precision)


def sign_on(program: Program, node: int, leaf: int, low: Fraction, high: Fraction) -> int:
    """The certain sign (+1 or -1) of a node while a leaf runs through an interval, else 0."""
    leaves = leaf_balls(program, (node,), {program.data[leaf]: low})
    leaves[leaf] = BallRing().constant(low).union(BallRing().constant(high))
    ball = evaluate(program, (node,), BallRing(), leaves)[0]
    if ball > 0 or ball < 0:
        if ball > 0:
            return 1
        return -1
    return 0


def enclosed(
    program: Program,
    nodes: Sequence[int],
    samples: Sequence[Mapping[Hashable, Rational]],
    bits: int,
) -> list[list[Any]]:
    """[node_j at sample_i] in balls at the given working precision."""
    with precision(bits):
        return [
            evaluate(program, nodes, BallRing(), leaf_balls(program, nodes, values))
            for values in samples
        ]


def excludes_zero(rows: Sequence[Sequence[Any]], bits: int) -> bool:
    """Whether the determinant of a square matrix of balls is certainly nonzero."""
    check("a determinant was enclosed", 1e-9 * len(rows) ** 3 * bits / 64)
    with precision(bits):
        determinant = flint.arb_mat(rows).det() if rows else flint.arb(1)
        return bool(determinant != 0)


class Elimination:
    """Rows of balls, one after another, and for each that is certainly independent of those before
    a column: the minors in the first rows and columns found are certainly nonzero.

    Args:
        bits: the working precision.
    """

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self._rows: dict[int, list[Any]] = {}

    def pivot(self, given: Sequence[Any]) -> int | None:
        """The column of a row: that of the largest entry that is left; None where none is certainly
        nonzero.
        """
        check("balls were eliminated")
        with precision(self.bits):
            row = list(given)
            for j, above in self._rows.items():
                factor = row[j] / above[j]
                row = [v - factor * a for v, a in zip(row, above, strict=True)]
            sizes = {
                j: float(abs(v).lower())
                for j, v in enumerate(row)
                if j not in self._rows and v.is_finite()
            }
            best = max(sizes, key=lambda j: (sizes[j], -j), default=None)
            if best is None or not abs(row[best]).lower() > 0:
                return None
            self._rows[best] = row
            return best
