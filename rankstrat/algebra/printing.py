"""Constants of a tower written with functions again, for printing and for certificates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.generators import Generators
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.program import IMAGINARY, LEAF, PI, UNITY, Program
from rankstrat.errors import UndecidedError


def untranslate(tower: Generators, nodes: Sequence[int], target: Program) -> list[tuple[int, int]]:
    """Constants of the tower as pairs (real part, imaginary part) of nodes of a program with
    functions (exp, log, cos, sin), for printing.

    The real parts of the coefficients of a relation between real functions are a relation again,
    and so are the imaginary parts.
    """
    program = tower.program
    ring = _ComplexNodes(target)
    values: dict[int, Any] = {}
    for n in program.reachable(nodes):
        if program.kind[n] == LEAF:
            values[n] = _untranslated_leaf(tower, n, target)
    return [ring.plain(v) for v in evaluate(program, nodes, ring, values)]


def _untranslated_leaf(tower: Generators, leaf: int, target: Program) -> Any:
    key: Any = tower.program.data[leaf]
    if key == IMAGINARY:
        return target.zero, target.one
    if key == UNITY:
        return _Rotation(target.leaf(PI))
    if key[0] == "logprime":
        return target.function("log", target.constant(key[1])), target.zero
    if key[0] in ("exp", "log"):
        argument = untranslate(tower, [key[2]], target)[0][0]
        if key[1] and key[0] == "exp":
            return _Rotation(argument)
        name = "atan" if key[1] else key[0]
        return target.function(name, argument), target.zero
    if key[0] == "root":
        radicand = untranslate(tower, [key[2]], target)[0][0]
        return target.power(radicand, Fraction(1, key[1])), target.zero
    if key[0] == "holonomic":
        argument = untranslate(tower, [key[2]], target)[0][0]
        return target.function(key[1], argument), target.zero
    if key[0] in ("erf", "erfi", "sigma"):
        argument = untranslate(tower, [key[-1]], target)[0][0]
        return target.function(key[:-1] if key[0] == "sigma" else key[0], argument), target.zero
    return target.leaf(key), target.zero


@dataclass(frozen=True)
class _Rotation:
    """exp(i h), whose rational powers are exp(i e h)."""

    argument: int


class _ComplexNodes:
    """Evaluation in pairs (real node, imaginary node)."""

    def __init__(self, target: Program) -> None:
        self.target = target

    def plain(self, value: Any, e: Rational = 1) -> tuple[int, int]:
        """A value, or a power of a rotation, as a pair."""
        if not isinstance(value, _Rotation):
            return value
        angle = self.target.scale(e, value.argument)
        return self.target.function("cos", angle), self.target.function("sin", angle)

    def constant(self, value: Rational) -> tuple[int, int]:
        """A rational number."""
        return self.target.constant(value), self.target.zero

    def linear(self, c0: Rational, terms: Sequence[tuple[Rational, Any]]) -> tuple[int, int]:
        """c0 + sum c_i v_i."""
        pairs = [(c, self.plain(v)) for c, v in terms]
        return self.target.linear(c0, [(c, v[0]) for c, v in pairs]), self.target.linear(
            0, [(c, v[1]) for c, v in pairs]
        )

    def product(self, factors: Sequence[tuple[Any, Rational]]) -> tuple[int, int]:
        """prod v_i^{e_i}."""
        target = self.target
        total = (target.one, target.zero)
        for v, e in factors:
            if isinstance(v, _Rotation):
                total = self._times(total, self.plain(v, e))
            elif v[1] == target.zero:
                power = target.power(v[0], e)
                total = (
                    target.product(((total[0], 1), (power, 1))),
                    target.product(((total[1], 1), (power, 1))),
                )
            else:
                if e < 0:
                    norm = target.power(
                        target.linear(0, ((1, target.power(v[0], 2)), (1, target.power(v[1], 2)))),
                        -1,
                    )
                    v = (
                        target.product(((v[0], 1), (norm, 1))),
                        target.product(((v[1], 1), (norm, 1)), -1),
                    )
                for _ in range(abs(int(e))):
                    total = self._times(total, v)
        return total

    def _times(self, a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
        target = self.target
        real = target.linear(
            0,
            (
                (1, target.product(((a[0], 1), (b[0], 1)))),
                (-1, target.product(((a[1], 1), (b[1], 1)))),
            ),
        )
        imaginary = target.linear(
            0,
            (
                (1, target.product(((a[0], 1), (b[1], 1)))),
                (1, target.product(((a[1], 1), (b[0], 1)))),
            ),
        )
        return real, imaginary

    def function(self, name: Any, value: Any) -> Any:
        """The tower has no functions."""
        raise UndecidedError(f"{name} has no generator")
