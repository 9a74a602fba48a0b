"""Laurent normal forms and derivations on programs over tower generators."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import lcm, prod
from typing import Any, Protocol

from rankstrat.algebra.linear import Rational, solution
from rankstrat.algebra.powers import normal
from rankstrat.algebra.program import CONSTANT, FUNCTION, LEAF, LINEAR, Program
from rankstrat.deadline import check

Monomial = tuple[tuple[int, Rational], ...]
Terms = dict[Monomial, Rational]
BUDGET, MOST_ROOTS = 400, 24


def laurent(
    program: Program,
    node: int,
    budget: int = BUDGET,
    known: dict[int, Terms | None] | None = None,
    *,
    others: set[int] | None = None,
) -> Terms | None:
    """The Laurent polynomial {monomial: coefficient} of a node in its leaves, or None if it is not
    one or too long.

    With a memo `known`, functions and powers of sums that do not expand count as further free
    variables: two equal expansions still prove equality, but different ones prove nothing.
    Without one, `others` remembers the nodes that are no Laurent polynomials or too long ones.
    """
    if known is not None:
        return _expand(program, node, budget, known)
    kinds, args = program.kind, program.args[node]
    if kinds[node] == LINEAR:
        c0, *coefficients = program.data[node]
        if len(args) < budget and all(kinds[a] == LEAF for a in args):  # as most arguments are
            start: Terms = {(): c0} if c0 else {}
            return start | {((a, 1),): c for a, c in zip(args, coefficients, strict=True)}
        if len(args) == 1 and not c0:
            inner = laurent(program, args[0], budget, others=others)
            c = coefficients[0]
            return inner and {m: normal(c * k) for m, k in inner.items()}
    others = set() if others is None else others
    below = program.reachable((node,))
    if not others.isdisjoint(below):
        return None
    values: dict[int, Terms] = {}
    for n in below:
        check("an expression was expanded")
        kind, data = program.kind[n], program.data[n]
        if kind == CONSTANT:
            values[n] = {(): data} if data else {}
        elif kind == LEAF:
            values[n] = {((n, 1),): 1}
        elif kind == LINEAR:
            info: Any = data
            total: Terms = {(): info[0]} if info[0] else {}
            for c, child in zip(info[1:], program.args[n], strict=True):
                for monomial, k in values[child].items():
                    term = c if k == 1 else c * k
                    total[monomial] = total[monomial] + term if monomial in total else term
            values[n] = {m: normal(c) for m, c in total.items() if c}
        else:
            found = _product(program, n, values, budget)
            if found is None:
                others.add(n)
                return None
            values[n] = found
        if len(values[n]) > budget:
            others.add(n)
            return None
    return values[node]


def _expand(
    program: Program, node: int, budget: int, known: dict[int, Terms | None]
) -> Terms | None:
    def children(n: int) -> tuple[int, ...]:
        return () if program.kind[n] == FUNCTION else program.args[n]

    for n in program.unknown(node, known, children):
        check("an expression was expanded")
        known[n] = _expand_one(program, n, budget, known)
    return known[node]


def _expand_one(program: Program, n: int, budget: int, known: dict[int, Terms | None]) -> Terms:
    """The expansion of one node from those of its children; what exceeds the budget counts as a
    free variable.
    """
    kind, data = program.kind[n], program.data[n]
    alone: Terms = {((n, 1),): 1}
    if kind == CONSTANT:
        if data:
            return {(): data}
        return {}
    if kind in (LEAF, FUNCTION):
        return alone
    total: Terms
    if kind == LINEAR:
        total = {(): data[0]} if data[0] else {}
        for c, child in zip(data[1:], program.args[n], strict=True):
            for monomial, k in (known[child] or {}).items():
                total[monomial] = total.get(monomial, 0) + c * k
            if len(total) > 2 * budget:
                return alone
        total = {m: normal(c) for m, c in total.items() if c}
        if len(total) <= budget:
            return total
        return alone
    total = {(): 1}
    for child, e in zip(program.args[n], data, strict=True):
        factor = _power(program, child, e, known[child] or {}, budget)
        if len(total) * len(factor) > 4 * budget:
            return alone
        total = _multiply(program, total, factor)
    return total


def _power(program: Program, child: int, e: Rational, terms: Terms, budget: int) -> Terms:
    alone: Terms = {((child, e),): 1}
    if e % 1 != 0 and program.kind[child] != LEAF:
        return alone  # sqrt(x y) is not sqrt(x) sqrt(y) where both are negative
    if len(terms) == 1 and (isinstance(e, int) or next(iter(terms.values())) == 1):
        ((monomial, c),) = terms.items()
        return {
            tuple((leaf, normal(k * e)) for leaf, k in monomial): (
                normal(Fraction(c) ** int(e)) if c != 1 else 1
            )
        }
    if isinstance(e, int) and e < 0 and (inverse := _inverse(program, terms)) is not None:
        terms, e = inverse, -e
    if not isinstance(e, int) or not 0 < e <= 16:
        return alone
    factor = terms
    for _ in range(e - 1):
        if len(factor) * len(terms) > 4 * budget:
            return alone
        factor = _multiply(program, factor, terms)
    return factor


def _product(program: Program, node: int, values: dict[int, Terms], budget: int) -> Terms | None:
    total: Terms = {(): 1}
    info: Any = program.data[node]
    for child, e in zip(program.args[node], info, strict=True):
        factor = values[child]
        if e % 1 != 0 and program.kind[child] != LEAF:
            return None
        if len(factor) == 1:
            ((monomial, c),) = factor.items()
            if not isinstance(e, int) and c != 1:
                return None
            factor = {
                tuple((leaf, normal(k * e)) for leaf, k in monomial): (
                    normal(Fraction(c) ** e) if isinstance(e, int) else 1
                )
            }
            e = 1
        elif isinstance(e, int) and e < 0 and (inverse := _inverse(program, factor)) is not None:
            factor, e = inverse, -e
        if not isinstance(e, int) or e < 0 or e > 16:
            return None
        for _ in range(e):
            if len(total) * len(factor) > 4 * budget:
                return None
            total = _multiply(program, total, factor)
    return total


def _inverse(program: Program, terms: Terms) -> Terms | None:
    r"""$1/\alpha$ for a sum $\alpha \neq 0$ of roots of primes; None for other sums.

    The real roots $\prod q^{k_q/n_q}$, $0 \le k_q < n_q$, are a basis of a field (Besicovitch), so
    that $\alpha y = 1$ is a linear system with one solution.
    """
    degrees: dict[int, int] = {}
    for leaf, e in (pair for monomial in terms for pair in monomial):
        if program.kind[leaf] != LEAF or program.data[leaf][0] != "prime":
            return None
        degrees[leaf] = lcm(degrees.get(leaf, 1), Fraction(e).denominator)
    leaves = sorted(degrees)
    if not terms or prod(degrees.values()) > MOST_ROOTS:
        return None
    powers = [[(n, normal(Fraction(k, degrees[n]))) for k in range(degrees[n])] for n in leaves]
    basis = [tuple(pair for pair in chosen if pair[1]) for chosen in product(*powers)]
    columns = [_multiply(program, terms, {m: 1}) for m in basis]
    right = [int(not m) for m in basis]
    found, _ = solution([[c.get(m, 0) for c in columns] for m in basis], right)
    assert found is not None
    return {m: normal(v) for m, v in zip(basis, found, strict=True) if v}


def _multiply(program: Program, a: Terms, b: Terms) -> Terms:
    result: Terms = {}
    for m, c in a.items():
        for n, k in b.items():
            exponents = dict(m)
            for leaf, e in n:
                exponents[leaf] = exponents.get(leaf, 0) + e
            coefficient, items = program._reduce(c * k, exponents)
            key = tuple((leaf, normal(e)) for leaf, e in items)
            result[key] = result.get(key, 0) + coefficient
    return {m: normal(c) for m, c in result.items() if c}


class Differentiable(Protocol):
    """What a derivation asks of the tower: its generators, and the derivatives that need new
    ones.
    """

    program: Program
    kind: dict[int, str]

    def stage_of(self, node: int) -> int:
        """1 for a constant, 2 for a function of the inputs."""

    def new_leaf(self, key: Any, stage: int, kind: str) -> int:
        """A new generator."""

    def imaginary(self) -> int:
        """The node of the imaginary unit."""

    def gauss(self, h: int, kind: str) -> int:
        r"""The derivative of erf or erfi at h, a multiple of $\exp(\mp h^2)$."""

    def holonomic_derivative(self, leaf: int) -> int:
        """The derivative of a function with a linear differential equation."""

    def sigma_derivative(self, leaf: int) -> int:
        """The generator of the next derivative of an unspecified function."""


class Derivation:
    """A generic derivation of the tower that kills everything below its stage, with symbolic
    directions.

    At the function stage D = sum_k c_k d/dx_k with indeterminates c_k, at the coordinate stage the
    same over u: an identity for D holds for every partial derivative.
    """

    def __init__(self, tower: Differentiable, stage: int) -> None:
        self.tower, self.stage = tower, stage
        self._known: dict[int, int] = {}

    def of(self, node: int) -> int:
        """The node of D(node)."""
        program, known = self.tower.program, self._known
        if node in known:
            return known[node]
        for n in program.reachable((node,)):
            if n not in known:
                known[n] = self._step(program, n)
        return known[node]

    def _step(self, program: Program, n: int) -> int:
        kind, args = program.kind[n], program.args[n]
        info: Any = program.data[n]
        if kind == CONSTANT or self.tower.stage_of(n) < self.stage:
            return program.zero
        if kind == LEAF:
            return self._leaf(program, n)
        if kind == LINEAR:
            return program.linear(
                0, [(c, self._known[a]) for c, a in zip(info[1:], args, strict=True)]
            )
        terms = []
        for a, e in zip(args, info, strict=True):
            if self._known[a] != program.zero:
                terms.append((e, program.product(((n, 1), (a, -1), (self._known[a], 1)))))
        return program.linear(0, terms)

    def _leaf(self, program: Program, leaf: int) -> int:
        tower = self.tower
        kind, key = tower.kind[leaf], program.data[leaf]
        if kind in ("x", "u"):
            return tower.new_leaf(("d", leaf), self.stage, "d")
        if kind in ("mix", "d"):
            return program.zero
        info: Any = key
        argument = info[-1]
        d = self.of(argument)
        if kind == "exp":
            factors = [(leaf, 1), (d, 1)] + ([(tower.imaginary(), 1)] if info[1] else [])
            return program.product(factors)
        if kind == "log":
            below = program.linear(1, ((1, program.power(argument, 2)),)) if info[1] else argument
            return program.product(((d, 1), (below, -1)))
        if kind == "root":
            return program.product(((leaf, 1), (d, 1), (argument, -1)), Fraction(1, info[1]))
        if kind in ("erf", "erfi"):
            return program.product(((tower.gauss(argument, kind), 1), (d, 1)))
        if kind == "holonomic":
            return program.product(((tower.holonomic_derivative(leaf), 1), (d, 1)))
        return program.product(((tower.sigma_derivative(leaf), 1), (d, 1)))
