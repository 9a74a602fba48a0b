r"""Constants of a tower: exponentials, logarithms and arctangents of numbers.

Numbers come in by factorisation: $\log q$ is an integral combination of the logarithms of primes,
$e^{c \log q} = q^c$, and $e^{i \arctan g} = (1 + i g)/\sqrt{1 + g^2}$ for rational g. What
transcendence theory does not decide becomes an opaque generator with a hypothesis.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import Any

from rankstrat.algebra.differential import laurent
from rankstrat.algebra.generators import CONSTANT_STAGE
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.meaning import Meaning
from rankstrat.algebra.powers import factor, shown
from rankstrat.algebra.program import IMAGINARY, LEAF, PI, PRODUCT, UNITY
from rankstrat.algebra.relations import decide
from rankstrat.errors import PoleError, UndecidedError

Monomial = tuple[tuple[int, Rational], ...]
MAX_TURN = 360
r"""The largest q for which $e^{i \pi p/q}$ is computed with as an algebraic number."""


class Constants(Meaning):
    """Generators with what is known of constants."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._opaque: dict[bool, dict[int, int]] = {False: {}, True: {}}
        """imaginary -> argument -> the generator that is its exponential."""

    def _constant_exp(
        self, imaginary: bool, monomial: Monomial, c: Rational
    ) -> tuple[int, Rational]:
        """exp(c m) or exp(i c m) for a monomial m in constants, as (base, exponent)."""
        program = self.program
        node = program.product(monomial)
        data = program.data[node]
        if imaginary and data == PI and (2 * c) % 1 == 0:
            return self.imaginary(), int(2 * c)  # e^(i pi / 2) = i
        if imaginary and data == PI and Fraction(c).denominator <= MAX_TURN:
            return self.new_leaf(UNITY, CONSTANT_STAGE, "unity"), c
        if not imaginary and program.kind[node] == LEAF and data[0] == "logprime":
            return program.constant(data[1]), c
        if imaginary and program.kind[node] == LEAF and data[0] == "log" and data[1]:
            slope = program.value(data[2])
            if slope is not None and Fraction(c).denominator == 1:
                return self._direction(slope), c
        key = ("cis" if imaginary else "tau", monomial)
        if key not in self._special:
            leaf = self._special[key] = self.new_leaf(
                ("exp", imaginary, node), CONSTANT_STAGE, "exp"
            )
            if not all(self.kind[n] == "prime" for n, _ in monomial):
                text = f"exp({'i*' * imaginary}c), c a transcendental constant"
                self._note(leaf, "cis" if imaginary else "exp", node, text)
        return self._special[key], c

    def _direction(self, slope: Rational) -> int:
        """The node of (1 + i g)/sqrt(1 + g^2) = exp(i atan g)."""
        program = self.program
        norm = program.power(program.constant(1 + Fraction(slope) ** 2), Fraction(-1, 2))
        return program.product(((program.linear(1, ((slope, self.imaginary()),)), 1), (norm, 1)))

    def _number_exp(self, imaginary: bool, h: int) -> int:
        """exp(h) or exp(i h) of any number: a product over its terms, of which those with roots,
        related as they may be to each other, stay together.
        """
        program = self.program
        factors, rest = list[tuple[int, Rational]](), list[tuple[Rational, int]]()
        for monomial, c in (laurent(program, h, known={}) or {}).items():
            if any(program.data[n] == IMAGINARY or self._is_dependent(n) for n, _ in monomial):
                rest.append((c, program.product(monomial)))
            elif all(program.kind[n] == LEAF for n, _ in monomial):
                factors.append(self._constant_exp(imaginary, monomial, c))
            else:
                term = program.scale(c, program.product(monomial))
                factors.append((self._opaque_exp(imaginary, term), 1))
        if rest:
            factors.append((self._opaque_exp(imaginary, program.linear(0, rest)), 1))
        return program.product(factors)

    def _opaque_exp(self, imaginary: bool, h: int) -> int:
        c, core = self.program.content(h)
        sign, core = self.representative(f"constant exp {imaginary}", core, signed=True)
        key = ("opaque", imaginary, core)
        if key not in self._special:
            self._special[key] = self._combined_exp(imaginary, core)
        return self.program.power(self._special[key], sign * c)

    def _combined_exp(self, imaginary: bool, h: int) -> int:
        r"""exp(h) as $\prod e^{q_j h_j}$ where $h = \sum q_j h_j$ for earlier numbers, as in
        $e^{\tan 1}$ and $e^{\sin 2/(1 + \cos 2)}$; else a new generator.
        """
        program, known = self.program, self._opaque[imaginary]
        found = None
        if known and self.terms(h) is None:
            with suppress(UndecidedError):  # a generator with a hypothesis claims nothing
                (found,) = decide(self, list(known), [h], seed=self.seed)
        if found is not None:
            basis = list(known.items())
            return program.product([(basis[j][1], q) for j, q in found.items() if q])
        leaf = known[h] = self.new_leaf(("exp", imaginary, h), CONSTANT_STAGE, "exp")
        text = "exp of a transcendental constant, as exp(tanh(1))"
        self._note(leaf, "cis" if imaginary else "exp", h, text)
        return leaf

    def _constant_log(self, imaginary: bool, g: int) -> int:
        g = self.standard(g)
        value = self.program.value(g)
        if value is None:
            if imaginary:
                return self._opaque_log(True, g)
            return self._log_of_product(g)
        if imaginary:
            if value in (-1, 0, 1):  # by Niven the only rational slopes of rational angles
                return self.program.scale(Fraction(value) / 4, self.source_leaf(PI))
            return self._opaque_log(True, g)
        if value <= 0:
            raise PoleError(
                f"log({shown(value)}) is not real; choose values where the argument of log is"
                " positive"
            )
        return self.program.linear(0, self._prime_logs(value))

    def _log_of_product(self, g: int) -> int:
        """log of a constant c prod T_i^{e_i} prod g_j^{f_j}: exponentials come out, the rest
        stays opaque.
        """
        program = self.program
        c, core = program.content(g)
        if c < 0:
            c, core = -c, program.scale(-1, core)
        pairs: Any = (
            zip(program.args[core], program.data[core], strict=True)
            if program.kind[core] == PRODUCT
            else ((core, 1),)
        )
        terms: list[tuple[Rational, int]] = self._prime_logs(c)
        rest: list[tuple[int, Rational]] = []
        for n, e in pairs:
            key: Any = program.data[n] if program.kind[n] == LEAF else (None,)
            if self.kind.get(n) == "exp" and key[0] == "exp" and not key[1]:
                terms.append((e, key[2]))
            elif key[0] == "prime":
                terms.extend((e * k, leaf) for k, leaf in self._prime_logs(key[1]))
            else:
                rest.append((n, e))
        if rest:
            sign = -1 if all(e < 0 for _, e in rest) else 1  # log(1/g) = -log g
            inner = program.product([(n, sign * e) for n, e in rest])
            terms.append((sign, self._opaque_log(False, inner)))
        return program.linear(0, terms)

    def _opaque_log(self, imaginary: bool, g: int) -> int:
        sign, g = self.representative(f"constant log {imaginary}", g, signed=imaginary)
        key = ("log", imaginary, g)
        if key not in self._special:
            leaf = self._special[key] = self.new_leaf(key, CONSTANT_STAGE, "log")
            self._note(leaf, "atan" if imaginary else "log", g, "atan or log of a constant")
        return self.program.scale(sign, self._special[key])

    def _prime_logs(self, value: Rational) -> list[tuple[Rational, int]]:
        """log of a positive rational number as an integral combination of logarithms of primes."""
        terms: list[tuple[Rational, int]] = []
        for integer, sign in zip(Fraction(value).as_integer_ratio(), (1, -1), strict=True):
            # a number that is not factored stands for itself: its logarithm is transcendental, and
            # beside another logarithm nothing is claimed anyway
            factors = factor(integer)
            for q, e in ((integer, 1),) if factors is None else factors:
                key = ("logprime", q)
                if key not in self._special:
                    leaf = self._special[key] = self.new_leaf(key, CONSTANT_STAGE, "log")
                    self._note(leaf, "log", self.program.constant(q), f"log({shown(q)})")
                terms.append((sign * e, self._special[key]))
        return terms


__all__ = ["Constants", "Monomial", "Rational"]
