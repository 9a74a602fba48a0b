r"""Rational functions over Q through FLINT polynomials: exact zero tests, lowest terms, null
vectors over constants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.fraction_ring import (
    FractionRing,
    Generator,
    root_denominators,
)
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.nullvectors import polynomial_node
from rankstrat.algebra.numbers import is_special, vanishes
from rankstrat.algebra.program import LEAF, LINEAR, PRODUCT, Program
from rankstrat.algebra.separation import (
    Variable,
    is_zero_number,
    root_variable,
    special_variable,
)
from rankstrat.errors import BudgetError, PoleError, UndecidedError


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
        polynomial_node(program, polynomial / divisor, leaves, denominators)
        for polynomial in (top, bottom)
    ]
    return program.product(((parts[0], 1), (parts[1], -1)))
