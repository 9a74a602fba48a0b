r"""Signs of expressions by structure: $e^h > 0$, $\tanh h$ has the sign of $h$, $xy$ that of $x$
times that of $y$.

A sign here is the sign almost everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from rankstrat.algebra.differential import laurent
from rankstrat.algebra.holonomic import HOLONOMIC
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.perfect_powers import exponential_factors
from rankstrat.algebra.program import CONSTANT, FUNCTION, LEAF, LINEAR, PI, PRODUCT, Program

POSITIVE = frozenset({"exp", "cosh"})
MONOTONE = frozenset({"tanh", "sinh", "atan", "erf", "sign"})
BOUNDED = frozenset({"tanh", "erf", "sin", "cos", "sign"})
"""|f| <= 1 for real arguments."""
SHORT = 60


class Signs:
    """What the structure of a program says about signs.

    Args:
        program: the program.
        leaves: signs of leaves by key, where they are known.
    """

    def __init__(self, program: Program, leaves: Mapping[Any, int] | None = None) -> None:
        self.program = program
        self.leaves = dict(leaves or {})
        self._sure: dict[int, int | None] = {}

    def sure(self, node: int) -> int | None:
        """The sign that a node has almost everywhere, where its structure shows it."""
        for n in self.program.unknown(node, self._sure):
            self._sure[n] = self._sure_one(n)
        return self._sure[node]

    def _sure_one(self, n: int) -> int | None:
        program, known = self.program, self._sure
        kind, args, data = program.kind[n], program.args[n], program.data[n]
        if kind == CONSTANT:
            return (data > 0) - (data < 0)
        if kind == LEAF:
            positive = data == PI or (isinstance(data, tuple) and data[0] == "prime")
            if positive:
                return 1
            return self.leaves.get(data)
        if kind == LINEAR:
            return self._sure_sum(n)
        if kind == PRODUCT:
            total = 1
            for a, e in zip(args, data, strict=True):
                if isinstance(e, int) and e % 2:
                    s = known[a]
                    if s is None:
                        return None
                    total *= s
                elif isinstance(e, int) and not self.nonzero(a):
                    return None
            return total
        if data in POSITIVE:
            return 1
        if data in MONOTONE:
            return known[args[0]]
        if data == "abs":
            if self.nonzero(args[0]):
                return 1
            return None
        return None

    def _sure_sum(self, n: int) -> int | None:
        """The sign of a sum whose terms have one sign, up to bounded ones that the constant term
        outweighs.
        """
        program = self.program
        c0, *coefficients = program.data[n]
        signs = {(c > 0) - (c < 0) for c in (c0,) if c}
        weak = set[int]()
        against: list[tuple[Rational, int]] = []
        for c, a in zip(coefficients, program.args[n], strict=True):
            s = self._sure[a]
            if s is None and program.nonnegative(a):
                s = 1
                found = weak
            else:
                found = signs
            if s is None or (c0 and s * c * c0 < 0):
                against.append((c, a))
            else:
                found.add(s if c > 0 else -s)
        signs.discard(0)
        if against and not self._outweighs(c0, against):
            return None
        return signs.pop() if len(signs) == 1 and weak <= signs else None

    def _outweighs(self, constant: Rational, terms: Sequence[tuple[Rational, int]]) -> bool:
        """Whether |constant| > |sum of the terms| almost everywhere."""
        total, strict = Fraction(0), False
        for c, a in terms:
            bound = self._bound(a)
            if bound is None:
                return False
            total += abs(Fraction(c)) * bound[0]
            strict |= bound[1]
        size = abs(Fraction(constant))
        return total < size or (strict and total == size)

    def _bound(self, node: int) -> tuple[int, bool] | None:
        """A bound of |node|, and whether it is never attained; None without one."""
        program = self.program
        kind, data = program.kind[node], program.data[node]
        if kind == FUNCTION and data in BOUNDED:
            return 1, data in ("tanh", "erf")
        if kind == PRODUCT and all(isinstance(e, int) and e > 0 for e in data):
            bounds = [self._bound(a) for a in program.args[node]]
            if None not in bounds:
                return 1, any(b is not None and b[1] for b in bounds)
        return None

    def nonzero(self, node: int) -> bool:
        """Whether a node is certainly not the zero function."""
        if self.program.kind[node] == LEAF or self.sure(node) in (1, -1):
            return True
        program = self.program
        # an expansion in which functions count as free variables proves nothing when it is not
        # empty
        functions = any(program.kind[n] == FUNCTION for n in program.reachable((node,)))
        return not functions and bool(laurent(program, node, SHORT))

    def pattern(self, node: int) -> tuple[int, tuple[int, ...]]:
        """(s, atoms) such that the sign of the node is s times the signs of the atoms, almost
        everywhere.
        """
        program = self.program
        sign, atoms, stack, parted = 1, list[int](), [node], set[int]()
        while stack:
            n = stack.pop()
            sure = self.sure(n)
            if sure is not None:
                sign *= sure
                continue
            kind, args, data = program.kind[n], program.args[n], program.data[n]
            c, core = program.content(n)
            exponents = _difference_of_exponentials(program, n)
            if exponents is not None:
                stack.append(exponents)
            elif kind == LINEAR and n not in parted and (factors := self._exponential_factors(n)):
                stack += factors
                parted.update(factors)
            elif kind == LINEAR and core != n:
                sign *= 1 if c > 0 else -1
                stack.append(core)
            elif kind == PRODUCT and self._splits(n):
                stack.extend(
                    a for a, e in zip(args, data, strict=True) if isinstance(e, int) and e % 2
                )
            elif kind == FUNCTION and data in MONOTONE:
                stack.append(args[0])
            elif kind == FUNCTION and data == "log":
                stack.append(program.linear(-1, ((1, args[0]),)))
            else:
                atoms.append(n)
        return sign, tuple(atoms)

    def _exponential_factors(self, n: int) -> list[int]:
        """Factors whose signs make that of a sum of exponentials, if there are any."""
        factors = exponential_factors(self.program, n) or []
        if all(e % 2 or self.nonzero(a) for a, e in factors):
            return [a for a, e in factors if e % 2]
        return []

    def _splits(self, n: int) -> bool:
        pairs = zip(self.program.args[n], self.program.data[n], strict=True)
        return all(not isinstance(e, int) or e % 2 or self.nonzero(a) for a, e in pairs)


def _difference_of_exponentials(program: Program, n: int) -> int | None:
    """g - h for c exp(g) - c exp(h) with c > 0, which has the same sign; 1 is exp(0)."""
    if program.kind[n] != LINEAR:
        return None
    c0, *coefficients = program.data[n]
    terms = list(zip(coefficients, program.args[n], strict=True))
    exponents: list[tuple[Rational, int]] = []
    for c, a in terms:
        if program.kind[a] != FUNCTION or program.data[a] != "exp":
            return None
        exponents.append((c, program.args[a][0]))
    if c0:
        exponents.append((c0, program.zero))
    if len(exponents) != 2 or exponents[0][0] != -exponents[1][0]:
        return None
    return program.linear(0, [(1 if c > 0 else -1, h) for c, h in exponents])


def requirements(program: Program, nodes: list[int]) -> list[int]:
    """The nodes that must be positive where the given ones are real: arguments of log, bases of
    roots.
    """
    found: dict[int, None] = {}
    for n in program.reachable(nodes):
        name = program.data[n] if program.kind[n] == FUNCTION else ""
        if name == "log" or (name in HOLONOMIC and HOLONOMIC[str(name)].positive):
            found[program.args[n][0]] = None
        elif program.kind[n] == PRODUCT:
            for a, e in zip(program.args[n], program.data[n], strict=True):
                if not isinstance(e, int):
                    found[a] = None
    return list(found)
