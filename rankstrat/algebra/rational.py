r"""Rational functions over Q through FLINT polynomials: exact zero tests, lowest terms, null
vectors over constants.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

import flint

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.numbers import is_special, vanishes
from rankstrat.algebra.program import LEAF, LINEAR, PRODUCT, Program
from rankstrat.algebra.separation import (
    Variable,
    is_zero_number,
    root_variable,
    special_variable,
)
from rankstrat.deadline import check
from rankstrat.errors import BudgetError, PoleError, UndecidedError

MAX_ROOT = 20_000
"""The largest D for which the value of exp(h/D) is chosen as an integer b, and exp(h) is then b^D.
"""
MAX_BITS = 50_000
"""The longest number with which relations over the constants are looked for."""


class FractionRing:
    """Rational functions over Q with denominators kept factored, so that no gcd is ever taken.

    A value is `(numerator, denominator)`; the denominator maps an index of a known polynomial to
    its exponent. Every polynomial with more than `budget` terms raises BudgetError.
    """

    def __init__(self, names: Sequence[str], budget: int = 20_000) -> None:
        self.context = flint.fmpz_mpoly_ctx.get(tuple(names) or ("z",), flint.Ordering.degrevlex)
        self.generators = self.context.gens()
        self.budget = budget
        self.factors: list[Any] = []
        self._known: dict[Any, int] = {}

    def variable(self, index: int, exponent: int = 1) -> tuple[Any, dict[int, int]]:
        """The monomial generator**exponent."""
        one = self.context.constant(1)
        if exponent >= 0:
            return self.generators[index] ** exponent, {}
        return one, {self._factor(self.generators[index]): -exponent}

    def _factor(self, polynomial: Any) -> int:
        key = str(polynomial)
        if key not in self._known:
            self._known[key] = len(self.factors)
            self.factors.append(polynomial)
        return self._known[key]

    def _multiply(self, a: Any, b: Any) -> Any:
        if len(a) * len(b) > 50 * self.budget:
            raise BudgetError(
                f"an exact zero test would need products of {len(a)} by {len(b)} terms; the budget"
                f" is {self.budget}"
            )
        check("polynomials were multiplied", 1e-7 * len(a) * len(b))
        result = a * b
        if len(result) > self.budget:
            raise BudgetError(
                f"an exact zero test would need {len(result)} terms; the budget is {self.budget}"
            )
        return result

    def _power(self, a: Any, e: int) -> Any:
        if len(a) <= 1:
            return a**e
        if e > 64:
            raise BudgetError(
                f"an exact zero test would need the power {e} of a polynomial with {len(a)} terms"
            )
        result = self.context.constant(1)
        for _ in range(e):
            result = self._multiply(result, a)
        return result

    def constant(self, value: Rational) -> tuple[Any, dict[int, int]]:
        """The image of a rational number."""
        numerator, denominator = Fraction(value).as_integer_ratio()
        below = {} if denominator == 1 else {self._factor(self.context.constant(denominator)): 1}
        return self.context.constant(numerator), below

    def linear(
        self, c0: Rational, terms: Sequence[tuple[Rational, Any]]
    ) -> tuple[Any, dict[int, int]]:
        """c0 + sum c_i v_i over the least common denominator."""
        scale = lcm(*(Fraction(c).denominator for c in (c0, *(c for c, _ in terms))))
        parts = [(int(c * scale), v) for c, v in terms if c]
        common: dict[int, int] = {}
        for _, (_, below) in parts:
            for k, e in below.items():
                common[k] = max(common.get(k, 0), e)
        if c0:
            total = self._lift(int(c0 * scale) * self.context.constant(1), {}, common)
        else:
            total = self.context.constant(0)
        for c, (top, below) in parts:
            total = total + c * self._lift(top, below, common)
        if len(total) > self.budget:
            raise BudgetError(
                f"an exact zero test would need {len(total)} terms; the budget is {self.budget}"
            )
        if scale != 1:
            common = dict(common)
            k = self._factor(self.context.constant(scale))
            common[k] = common.get(k, 0) + 1
        return total, common

    def _lift(self, top: Any, below: Mapping[int, int], common: Mapping[int, int]) -> Any:
        for k, e in common.items():
            missing = e - below.get(k, 0)
            if missing:
                top = self._multiply(top, self._power(self.factors[k], missing))
        return top

    def product(self, factors: Sequence[tuple[Any, Rational]]) -> tuple[Any, dict[int, int]]:
        """prod v_i^{e_i}; generators arrive as `Generator` values, whose exponents may be
        rational.
        """
        top = self.context.constant(1)
        below: dict[int, int] = {}
        for v, e in factors:
            if isinstance(v, Generator):
                v, e = self.variable(v.index, _integer(e * v.denominator)), 1
            numerator, denominator = v
            e = _integer(e)
            if e < 0:
                if not len(numerator):
                    raise PoleError(
                        "a denominator vanishes identically; choose values away from the pole"
                    )
                k = self._factor(numerator)
                below[k] = below.get(k, 0) - e
                for j, f in denominator.items():
                    top = self._multiply(top, self._power(self.factors[j], -e * f))
                continue
            top = self._multiply(top, self._power(numerator, e))
            for j, f in denominator.items():
                below[j] = below.get(j, 0) + e * f
        return top, below

    def function(self, name: Hashable, value: Any) -> Any:
        """Functions are replaced by generators before they get here."""
        raise UndecidedError(f"{name} has no generator; this is a defect, please report it")


class Generator:
    """A generator whose `denominator`-th root is the ring variable `index`."""

    def __init__(self, ring: FractionRing, index: int, denominator: int) -> None:
        self.ring, self.index, self.denominator = ring, index, denominator

    def __iter__(self) -> Any:  # as a plain value: (numerator, denominator)
        return iter(self.ring.variable(self.index, self.denominator))


def _integer(e: Rational) -> int:
    if e.denominator != 1:
        raise UndecidedError(f"the exponent {e} is not whole over the chosen roots")
    return e.numerator


def root_denominators(program: Program, roots: Sequence[int]) -> dict[int, int]:
    """Leaf -> common denominator of the rational exponents with which it occurs below the roots."""
    result: dict[int, int] = {}
    for node in program.reachable(roots):
        if program.kind[node] == PRODUCT:
            for child, e in zip(program.args[node], program.data[node], strict=True):
                if program.kind[child] == LEAF:
                    result[child] = lcm(result.get(child, 1), e.denominator)
    return result


def is_zero(program: Program, node: int, budget: int = 20_000) -> bool:
    """Whether a node is zero as a rational function of its leaves (i^2 = -1 and radicals reduced):
    an exact decision.

    Raises:
        BudgetError: the expansion would be too large.
    """
    if program.value(node) is not None:
        return program.value(node) == 0
    below = with_radicands(program, [node])
    order = program.reachable(below)
    leaves = [n for n in order if program.kind[n] == LEAF]
    free = [n for n in order if program.kind[n] not in (LEAF, LINEAR, PRODUCT) and program.args[n]]
    if not any(is_special(program.data[n]) for n in leaves) and _cancels(program, node):
        return True
    denominators = root_denominators(program, below)
    ring = FractionRing([f"z{i}" for i in range(len(leaves) + len(free))], budget)
    values = {n: Generator(ring, i, denominators.get(n, 1)) for i, n in enumerate(leaves)}
    if free:
        raise UndecidedError("a function without a generator reached an exact zero test")
    numerator, _ = evaluate(program, (node,), ring, values)[0]
    special = [
        (i, program.data[n], denominators.get(n, 1))
        for i, n in enumerate(leaves)
        if is_special(program.data[n])
    ]
    roots = [
        (i, program.data[n][1], tuple(evaluate(program, (program.data[n][2],), ring, values)[0]))
        for i, n in enumerate(leaves)
        if program.data[n][0] == "root"
    ]
    test = ZeroTest(ring, special, roots)
    if (special or roots) and any(test.vanishes(factor) for factor in ring.factors):
        raise PoleError("a denominator vanishes identically; choose values away from the pole")
    return test.vanishes(numerator)


class ZeroTest:
    """Whether polynomials vanish where some variables are algebraic.

    Args:
        ring: the polynomials.
        special: index, key and degree of the variables that are numbers.
        roots: index and degree n of a root, and its radicand as numerator and denominators.
    """

    def __init__(
        self,
        ring: FractionRing,
        special: Sequence[tuple[int, Any, int]],
        roots: Sequence[tuple[int, int, tuple[Any, Mapping[int, int]]]],
    ) -> None:
        self.ring, self.special, self.roots = ring, special, roots

    def vanishes(self, polynomial: Any) -> bool:
        """Whether every coefficient of the products of roots and other variables is 0."""
        for i, n, radicand in reversed(self.roots):
            polynomial = self._reduced(polynomial, i, n, radicand)
        if _vanishes(polynomial, self.special):
            return True
        numbers = self._numbers
        if not any(i in numbers for i, _, _ in self.roots):
            return False
        # roots of numbers may be dependent: every coefficient of the other variables is a number
        variables = [numbers.get(i) for i in range(len(self.ring.generators))]
        groups: dict[tuple[int, ...], dict[tuple[int, ...], int]] = {}
        for monomial, c in polynomial.to_dict().items():
            other = tuple(0 if i in numbers else int(e) for i, e in enumerate(monomial))
            number = tuple(int(e) if i in numbers else 0 for i, e in enumerate(monomial))
            groups.setdefault(other, {})[number] = int(c)
        return all(is_zero_number(terms, variables) for terms in groups.values())

    @cached_property
    def _numbers(self) -> dict[int, Variable]:
        """The variables that are numbers: roots of unity, of primes, and of such numbers."""
        found = {i: special_variable(key, degree) for i, key, degree in self.special}
        ring = self.ring
        for i, n, (top, below) in self.roots:
            bottom = ring._lift(ring.context.constant(1), {}, below)
            terms = {tuple(map(int, m)): int(c) for m, c in top.to_dict().items()}
            used = {k for m in terms for k, e in enumerate(m) if e}
            if used <= found.keys() and bottom.is_constant():
                known = [found.get(k) for k in range(len(ring.generators))]
                found[i] = root_variable(n, terms, int(bottom.leading_coefficient()), known)
        return found

    def _reduced(
        self, polynomial: Any, i: int, n: int, radicand: tuple[Any, Mapping[int, int]]
    ) -> Any:
        """A multiple of the polynomial with R^n replaced by its radicand."""
        ring = self.ring
        parts: dict[int, dict[tuple[int, ...], Any]] = {}
        for monomial, c in polynomial.to_dict().items():
            exponents = list(monomial)
            whole, exponents[i] = divmod(exponents[i], n)
            parts.setdefault(whole, {})[tuple(exponents)] = c
        most = max(parts, default=0)
        if most == 0:
            return polynomial
        top, below = radicand
        bottom = ring._lift(ring.context.constant(1), {}, below)
        total = ring.context.constant(0)
        for whole, terms in parts.items():
            part = ring.context.from_dict(terms)
            factor = ring._multiply(ring._power(top, whole), ring._power(bottom, most - whole))
            total = total + ring._multiply(part, factor)
        return total


def with_radicands(program: Program, nodes: Sequence[int]) -> list[int]:
    """The nodes, and the radicands of the roots below them."""
    result = list(nodes)
    seen: set[int] = set()
    while True:
        leaves = (n for n in program.reachable(result) if program.kind[n] == LEAF)
        fresh = [n for n in leaves if program.data[n][0] == "root" and n not in seen]
        if not fresh:
            return result
        seen |= set(fresh)
        result += [program.data[n][2] for n in fresh]


def _cancels(program: Program, node: int) -> bool:
    """Whether nested sums cancel with every other node taken for a variable: a proof of zero
    without any expansion.
    """
    total: dict[int, Rational] = {node: 1}
    constant: Rational = 0
    for n in reversed(program.reachable((node,))):  # sums before their terms
        if program.kind[n] == LINEAR and total.get(n):
            factor, (c0, *coefficients) = total.pop(n), program.data[n]
            constant += factor * c0
            for c, argument in zip(coefficients, program.args[n], strict=True):
                total[argument] = total.get(argument, 0) + factor * c
    return not constant and not any(total.values())


def _vanishes(polynomial: Any, special: Sequence[tuple[int, Any, int]]) -> bool:
    if not special or not len(polynomial):
        return not len(polynomial)
    known = [(key, denominator) for _, key, denominator in special]
    groups: dict[tuple[int, ...], dict[tuple[int, ...], int]] = {}
    for monomial, coefficient in polynomial.to_dict().items():
        exponents = list(monomial)
        number = tuple(exponents[i] for i, _, _ in special)
        for i, _, _ in special:
            exponents[i] = 0
        groups.setdefault(tuple(exponents), {})[number] = int(coefficient)
    return all(vanishes(terms, known) for terms in groups.values())


def reduced(program: Program, node: int, budget: int = 500) -> int:
    """The node as a fraction in lowest terms (the same node when that would be too large)."""
    leaves = [n for n in program.reachable((node,)) if program.kind[n] == LEAF]
    if not leaves or any(is_special(program.data[n]) for n in leaves):
        return node
    denominators = root_denominators(program, (node,))
    ring = FractionRing([f"z{i}" for i in range(len(leaves))], budget)
    values = {n: Generator(ring, i, denominators.get(n, 1)) for i, n in enumerate(leaves)}
    try:
        top, below = evaluate(program, (node,), ring, values)[0]
        bottom = ring._lift(ring.context.constant(1), {}, below)
    except BudgetError:
        return node
    divisor = top.gcd(bottom)
    parts = [
        _polynomial_node(program, polynomial / divisor, leaves, denominators)
        for polynomial in (top, bottom)
    ]
    return program.product(((parts[0], 1), (parts[1], -1)))


def nullvector(
    program: Program, nodes: Sequence[int], varying: Mapping[int, bool]
) -> list[int] | None:
    """The vector (c_j), up to scale, with sum c_j node_j = 0 at integers for the varying leaves;
    None if not unique.

    The coefficients are polynomials (with trivial common factor) in the other leaves, returned as
    nodes. `varying` maps a leaf to whether it is an exponential, whose rational powers must stay
    rational.

    Raises:
        BudgetError: the elimination grows too large.
        PoleError: every choice of integers meets a pole.
    """
    size = len(nodes)
    constants = [
        n for n in program.reachable(nodes) if program.kind[n] == LEAF and n not in varying
    ]
    denominators = root_denominators(program, nodes)
    deepest = max(denominators.values(), default=1)
    if deepest > MAX_ROOT:
        raise BudgetError(
            f"a root of order {deepest} occurs; its powers are too large to find a relation exactly"
        )
    ring = FractionRing([f"z{i}" for i in range(len(constants))], 4_000)
    leaves = {n: Generator(ring, i, denominators.get(n, 1)) for i, n in enumerate(constants)}
    rows: list[list[Any]] = []
    attempt = 0
    while len(rows) < size + 2 and attempt < 4 * size + 20:
        attempt += 1
        values = {}
        for i, (leaf, exponential) in enumerate(varying.items()):
            base = 2 + (attempt * (2 * i + 3) + i * i) % (7 + 2 * size)
            values[leaf] = program.constant(
                base ** denominators.get(leaf, 1) if exponential else base
            )
        try:
            images = program.rebuild(nodes, program, values)
            entries = evaluate(program, [images[n] for n in nodes], ring, leaves)
        except ZeroDivisionError:
            continue
        common: dict[int, int] = {}
        for _, below in (tuple(e) for e in entries):
            for k, e in below.items():
                common[k] = max(common.get(k, 0), e)
        rows.append([ring._lift(top, below, common) for top, below in (tuple(e) for e in entries)])
        # exponents of 10^6 give numbers of millions of digits, which elimination multiplies with
        # each other
        if any(int(c).bit_length() > MAX_BITS for entry in rows[-1] for c in entry.coeffs()):
            raise BudgetError(
                f"numbers of more than {MAX_BITS} bits occur in the coefficients of a relation"
            )
    solution = _fraction_free_nullvector(rows, size)
    if solution is None:
        return None
    divisor = solution[0]
    for c in solution[1:]:
        divisor = divisor.gcd(c)
    return [_polynomial_node(program, c / divisor, constants, denominators) for c in solution]


def _fraction_free_nullvector(rows: list[list[Any]], size: int) -> list[Any] | None:
    previous: Any = 1
    pivots: list[int] = []
    r = 0
    for column in range(size):
        pivot = next((i for i in range(r, len(rows)) if len(rows[i][column])), None)
        if pivot is None:
            continue
        rows[r], rows[pivot] = rows[pivot], rows[r]
        head = rows[r][column]
        for i in range(len(rows)):
            check("a relation over the coordinates was found")
            if i != r:
                factor = rows[i][column]
                work = max(
                    len(head) * len(a) + len(factor) * len(b)
                    for a, b in zip(rows[i], rows[r], strict=True)
                )
                if work > 100_000:
                    raise BudgetError(
                        "the coefficients of a relation over the constants grow too large"
                    )
                check("a relation over the coordinates was found", 1e-7 * work * size)
                rows[i] = [
                    (head * rows[i][j] - factor * rows[r][j]) / previous for j in range(size)
                ]
        previous = head
        pivots.append(column)
        r += 1
    if len(pivots) != size - 1:
        return None
    free = next(j for j in range(size) if j not in pivots)
    solution: list[Any] = [None] * size
    solution[free] = rows[0][pivots[0]] if pivots else 1
    for i, column in enumerate(pivots):
        solution[column] = -rows[i][free]
    if pivots:
        return solution
    return None


def _polynomial_node(
    program: Program, polynomial: Any, constants: Sequence[int], denominators: Mapping[int, int]
) -> int:
    terms = []
    for monomial, coefficient in polynomial.to_dict().items():
        factors = [
            (leaf, Fraction(int(e), denominators.get(leaf, 1)))
            for leaf, e in zip(constants, monomial, strict=False)
            if e
        ]
        terms.append(
            (
                int(coefficient),
                program.product(
                    [(leaf, e.numerator if e.denominator == 1 else e) for leaf, e in factors]
                ),
            )
        )
    return program.linear(0, terms)
