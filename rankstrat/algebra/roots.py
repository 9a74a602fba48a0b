r"""Roots of functions: $R^n = g$ is a generator of degree n where g is no power.

Over an algebraically closed field of constants, $K(g_1^{1/n_1}, \dots, g_s^{1/n_s})$ has the full
degree $\prod n_i$ over a field K of rational functions if and only if, for every prime l, those
g_i with $l \mid n_i$ are independent in $K^*/K^{*l}$ (Kummer). That is read off the multiplicities
of their factors on a random line modulo a random prime: a product of powers that is a constant
times an l-th power is one on every line. Exponentials have all their roots in K already. Other
roots are opaque.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from rankstrat.algebra.constants import Constants, Rational
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.fraction_ring import root_denominators
from rankstrat.algebra.generators import CONSTANT_STAGE
from rankstrat.algebra.modular import GF, Power
from rankstrat.algebra.multiplicities import LineRing, independent_multiplicities
from rankstrat.algebra.power_tables import BadReductionError
from rankstrat.algebra.powers import factor
from rankstrat.algebra.primes import SMALL, mix, random_prime
from rankstrat.algebra.program import LEAF, PRODUCT, UNITY
from rankstrat.algebra.rational import with_radicands
from rankstrat.algebra.relations import leaf_values, radicals
from rankstrat.errors import UndecidedError

ATTEMPTS, PRIMES = 3, 16


class Roots(Constants):
    r"""Generators with roots.

    Where g is positive on one region and negative on another, $(-g)^{1/n}$ is
    $e^{i \pi / n} g^{1/n}$: on the second region the generator is a complex root of g there, and
    the functions of the two regions never meet.
    """

    def root_power(self, g: int, e: Rational, degree: int = 1) -> int:
        """The node of g^e > 0 for a fraction e; the degree of the generator is a multiple of the
        given one.
        """
        program = self.program
        whole = self._whole_power(g, e)
        if whole is not None:
            return whole
        g = self.standard(g)
        outside, inside = self._split(g)
        numerator, n = Fraction(e).as_integer_ratio()
        numerator, n = numerator * (lcm(n, degree) // n), lcm(n, degree)
        factors: list[tuple[int, Rational]] = [(node, e * f) for node, f in outside]
        if inside != program.one:
            sign, radicand = self.representative("root", inside, signed=True)
            if sign < 0:
                factors.append((self.new_leaf(UNITY, CONSTANT_STAGE, "unity"), e))
            factors.append((self._root_leaf(radicand, n), numerator))
        return program.product(factors)

    def _whole_power(self, g: int, e: Rational) -> int | None:
        """(c h^f)^e = |c|^e |h|^(ef) for odd f and whole ef; c h is positive."""
        program = self.program
        c, core = program.content(g)
        if program.kind[core] != PRODUCT or len(program.args[core]) != 1:
            return None
        (h,), (f,) = program.args[core], program.data[core]
        power = Fraction(e * f)
        if f % 2 == 0 or power.denominator != 1:
            return None
        sign = 1 if c > 0 else -1
        size = program.constant(sign * c)
        return program.product(((program.scale(sign, h), int(power)), (size, e)))

    def _split(self, g: int) -> tuple[list[tuple[int, Rational]], int]:
        """g as a product of what has its roots already and a rest.

        Those are positive numbers, exponentials, and roots of numbers.
        """
        program = self.program
        terms = self.terms(g)
        outside: list[tuple[int, Rational]] = []
        if terms:
            monomials = [dict(m) for m in terms]
            leaves = [n for n in monomials[0] if self._has_roots(n)]
            shared = [(n, min(m.get(n, 0) for m in monomials)) for n in leaves]
            outside = [(n, f) for n, f in shared if f]
            g = program.product([(g, 1), *((n, -f) for n, f in outside)])
            g = self.standard(g)
        c, core = program.content(g)
        inner, core = program.content(core)  # of -(1 - 2 h) too, which is a sum of one term
        c = c * inner
        if c < 0:
            c, core = -c, program.scale(-1, core)
        if program.kind[core] == PRODUCT:
            pairs = list(zip(program.args[core], program.data[core], strict=True))
            outside += [(n, f) for n, f in pairs if self._has_roots(n)]
            core = program.product([(n, f) for n, f in pairs if not self._has_roots(n)])
        elif self._has_roots(core):
            outside, core = [*outside, (core, 1)], program.one
        if core != program.one and None in map(factor, Fraction(c).as_integer_ratio()):
            # stays inside: its root is one of no known primes
            return outside, program.scale(c, core)
        return [*outside, (program.constant(c), 1)], core

    def _has_roots(self, node: int) -> bool:
        return self.program.kind[node] == LEAF and self.kind[node] in ("exp", "prime", "pi")

    def _root_leaf(self, g: int, n: int) -> int:
        """The generator R with R^n = g, its hypothesis noted unless it has degree n."""
        key = ("root", n, g)
        if key not in self._special:
            stage = self.stage_of(g)
            leaf = self._special[key] = self.new_leaf(key, stage, "root")
            earlier = [m for m in self.roots_of_stage[stage] if m not in self.opaque]
            self.roots_of_stage[stage].append(leaf)
            if stage != CONSTANT_STAGE and not self._is_new(stage, [*earlier, leaf]):
                self._note(leaf, "root", g, "a root of something that may be a power")
        return self._special[key]

    def settle_numbers(self) -> None:
        """Note a hypothesis for every root of a number not proved new over the other numbers.

        The radicand is no q-th power in a number field if it is none modulo one prime with a map of
        the field to the residues.
        """
        program = self.program
        kinds = ("prime", "unity", "root")
        for n in range(len(program)):
            self.stage_of(n)
        numbers = [n for n, stage in self.stage.items() if stage == 0 and self.kind[n] in kinds]
        if not any(self.kind[n] == "root" for n in numbers):
            return
        nodes = range(len(program))
        degrees = root_denominators(program, nodes)
        known = [
            program.power(n, Fraction(1, degrees.get(n, 1)))
            for n in numbers
            if self.kind[n] != "root"
        ]
        for leaf in sorted(n for n in numbers if self.kind[n] == "root"):
            _, n, radicand = program.data[leaf]
            leaves = program.reachable(with_radicands(program, [radicand]))
            new = all(
                self.kind[m] in ("prime", "unity", "root", "i")
                for m in leaves
                if program.kind[m] == LEAF
            ) and all(
                self._is_no_power(known, radicand, q)
                for q in range(2, n + 1)
                if n % q == 0 and _is_prime(q)
            )
            if new:
                known.append(leaf)
            else:
                self._note(leaf, "root", radicand, "a root of a number that may be a power")

    def _is_no_power(self, nodes: Sequence[int], radicand: int, q: int) -> bool:
        wanted = (*radicals(self, [*nodes, radicand]), (-1, q), (0, q))
        for attempt in range(PRIMES):
            prime = random_prime(SMALL, self.seed, 85, attempt, radicals=wanted)
            field = GF(prime, 1)
            try:
                values = leaf_values(
                    self, field, [*nodes, radicand], mix(self.seed, 86, attempt), shared_below=3
                )
                value = _residue(evaluate(self.program, [radicand], field, values)[0])
            except BadReductionError:
                continue
            if value and pow(value, (prime - 1) // q, prime) != 1:
                return True
        return False

    def _is_new(self, stage: int, leaves: Sequence[int]) -> bool:
        """Whether the roots are proved to have their full degree over the rational functions."""
        program = self.program
        radicands = [program.data[leaf][2] for leaf in leaves]
        degrees = [program.data[leaf][1] for leaf in leaves]
        below = program.reachable(radicands)
        if any(self.kind.get(n) == "root" and self.stage[n] == stage for n in below):
            return False  # a root below a root
        moving = [n for n in below if program.kind[n] == LEAF and self.stage_of(n) == stage]
        primes = {q for n in degrees for q in range(2, n + 1) if n % q == 0 and _is_prime(q)}
        return all(
            any(
                self._on_a_line(
                    [g for g, n in zip(radicands, degrees, strict=True) if n % q == 0],
                    moving,
                    q,
                    attempt,
                )
                for attempt in range(ATTEMPTS)
            )
            for q in primes
        )

    def _on_a_line(
        self, radicands: Sequence[int], moving: Sequence[int], q: int, attempt: int
    ) -> bool:
        program = self.program
        key = mix(self.seed, 83, attempt)
        prime = random_prime(SMALL, self.seed, 84, attempt, radicals=radicals(self, radicands))
        field, ring = GF(prime, 1), LineRing(prime)
        try:
            fixed = leaf_values(self, field, radicands, key, shared_below=3)
            denominators = root_denominators(program, radicands)
            values = {n: ring.constant(_residue(v)) for n, v in fixed.items()}
            for n in moving:
                line = ring.line(mix(key, n, 1), mix(key, n, 2))
                if self._has_roots(n):  # a power of which all needed roots are polynomials
                    values[n] = ring.radical(line, q, denominators.get(n, 1))
                else:
                    values[n] = line
            functions = evaluate(program, radicands, ring, values)
        except (BadReductionError, UndecidedError):
            return False
        return independent_multiplicities(functions, prime, q)


def _residue(value: object) -> int:
    return int(value.value) if isinstance(value, Power) else int(value)  # type: ignore[call-overload]


def _is_prime(n: int) -> bool:
    return all(n % k for k in range(2, n))


__all__ = ["Roots"]
