r"""Powers of sums below roots: $\sqrt{x^2 + 2x + 1} = |x + 1|$, $\sqrt{1 - \tanh^2 x} = 1/\cosh x$.

The sum is written as a quotient of polynomials in free variables: its leaves, $E = e^m$ for every
monomial m of an exponent (cosh, sinh and tanh are quotients in it), $t = \tan(h/2)$ for every angle
h, with $\sin h = 2t/(1 + t^2)$, $\cos h = (1 - t^2)/(1 + t^2)$ and $1 + t^2 = \cos^{-2}(h/2)$, and
every other function. A repeated factor of the polynomials is a repeated factor of the sum, whatever
relations hold between the free variables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm

from rankstrat.algebra.differential import Monomial, laurent
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.fraction_ring import (
    FractionRing,
    Generator,
    factored,
    root_denominators,
)
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.nullvectors import polynomial_node
from rankstrat.algebra.program import FUNCTION, LEAF, LINEAR, Program
from rankstrat.errors import BudgetError, PoleError, UndecidedError

LONGEST, HIGHEST, LARGEST = 300, 40, 500
"""Nodes below a sum; degree and terms of its polynomials."""

EXPONENTIAL = frozenset({"exp", "sinh", "cosh", "tanh"})
ANGULAR = frozenset({"sin", "cos", "tan"})

Factors = list[tuple[int, Rational]]
Exponents = dict[int, int]


class Factoring(Program):
    """A program in which repeated factors of sums come out of roots.

    Example:
        >>> program = Factoring()
        >>> x = program.leaf(("x", 0))
        >>> square = program.linear(1, ((2, x), (1, program.power(x, 2))))
        >>> root = program.power(square, Fraction(1, 2))
        >>> root == program.function("abs", program.linear(1, ((1, x),)))
        True
    """

    def __init__(self) -> None:
        self._factors: dict[int, Factors | None] = {}
        super().__init__()

    def below_root(self, core: int) -> Factors:
        """As in `Program`, with every sum parted into factors if one of them is repeated."""
        return [pair for n, f in super().below_root(core) for pair in self._parted(n, f)]

    def _parted(self, node: int, f: Rational) -> Factors:
        if self.kind[node] != LINEAR or f % 1 != 0:
            return [(node, f)]
        if node not in self._factors:
            self._factors[node] = repeated_factors(self, node)
        found = self._factors[node]
        if found is None:
            return [(node, f)]
        return [(n, k * f) for n, k in found]


def repeated_factors(program: Program, node: int) -> Factors | None:
    """Factors of a sum with their exponents if one of them is repeated, else None."""
    below = program.reachable((node,))
    if len(below) > LONGEST:
        return None
    try:
        return _Variables(program, below).factors(node)
    except (BudgetError, UndecidedError, PoleError):
        return None


def exponential_factors(program: Program, node: int) -> Factors | None:
    r"""Factors of a sum of exponentials: $\cosh x - \sinh x = e^{-x}$; None if it has no others
    than itself.
    """
    below = program.reachable((node,))
    names = {program.data[n] for n in below if program.kind[n] == FUNCTION}
    if names.isdisjoint(EXPONENTIAL) or len(below) > LONGEST:
        return None
    try:
        found = _Variables(program, below).factors(node, repeated=False)
    except (BudgetError, UndecidedError, PoleError):
        return None
    core = program.content(node)[1]
    if found is None or any(program.content(n)[1] == core for n, _ in found):
        return None
    return found


class _Variables:
    """The free variables of a sum: leaves of a program of their own, and what they stand for."""

    def __init__(self, program: Program, below: Sequence[int]) -> None:
        self.program, self.free = program, Program()
        self.meaning: dict[int, int] = {}
        """Leaf of the free variables -> node of the program."""
        self.angles: dict[int, tuple[int, int, int]] = {}
        """Leaf of t = tan(h/2) -> nodes of sin h, cos h and, in the free variables, 1 + t^2."""
        self.circles: dict[int, int] = {}
        """1 + t^2 in the free variables -> node of cos(h/2)."""
        self.exponents: dict[int, Mapping[Monomial, Rational]] = {}
        self.units: dict[Monomial, Fraction] = {}
        for n in below:
            if program.kind[n] == FUNCTION and program.data[n] in EXPONENTIAL:
                self._take_exponent(program.args[n][0])

    def _take_exponent(self, h: int) -> None:
        terms = laurent(self.program, h, LARGEST, {})
        assert terms is not None  # with a memo, what is too long counts as free
        self.exponents[h] = terms
        for m, c in terms.items():
            self.units[m] = _common(self.units.get(m, Fraction(0)), Fraction(c))

    def _variable(self, node: int) -> int:
        leaf = self.free.leaf(("free", node))
        self.meaning[leaf] = node
        return leaf

    def _function(self, node: int, argument: int) -> int:
        """A function in the free variables, whatever its argument is in them."""
        program, free = self.program, self.free
        name, h = program.data[node], program.args[node][0]
        if name in EXPONENTIAL:
            e = self._exponential(h)
            inverse = free.power(e, -1)
            halves = Fraction(1, 2)
            cosh = free.linear(0, ((halves, e), (halves, inverse)))
            sinh = free.linear(0, ((halves, e), (-halves, inverse)))
            tanh = free.product(((sinh, 1), (cosh, -1)))
            return {"exp": e, "cosh": cosh, "sinh": sinh, "tanh": tanh}[name]
        if name in ANGULAR:
            half = program.scale(Fraction(1, 2), h)
            cosine = program.function("cos", half)
            sine = program.function("sin", half)
            t = self._variable(program.product(((sine, 1), (cosine, -1))))
            square = free.power(t, 2)
            circle = free.linear(1, ((1, square),))
            self.circles[circle] = cosine
            self.angles[t] = program.function("sin", h), program.function("cos", h), circle
            cos = free.product(((free.linear(1, ((-1, square),)), 1), (circle, -1)))
            sin = free.product(((t, 1), (circle, -1)), 2)
            return {"cos": cos, "sin": sin, "tan": free.product(((sin, 1), (cos, -1)))}[name]
        return self._variable(node)

    def _exponential(self, h: int) -> int:
        program = self.program
        powers = [int(c / self.units[m]) for m, c in self.exponents[h].items()]
        leaves: list[int] = []
        for m in self.exponents[h]:
            exponent = program.scale(self.units[m], program.product(m))
            leaves.append(self._variable(program.function("exp", exponent)))
        if sum(abs(k) for k in powers) > HIGHEST:
            raise BudgetError("an exponent is too high for its factors")
        return self.free.product(zip(leaves, powers, strict=True))

    def factors(self, node: int, *, repeated: bool = True) -> Factors | None:
        """The factors of a node with their exponents; None if one is to be repeated and none is."""
        program, free = self.program, self.free
        leaves = {n: self._variable(n) for n in program.reachable((node,)) if self._is_leaf(n)}
        image = program.rebuild((node,), free, leaves, function=self._function)[node]
        for n in free.reachable((image,)):
            if free.kind[n] == LEAF and n not in self.meaning:  # the roots of primes in numbers
                self.meaning[n] = program.leaf(free.data[n])
        exponents = self._exponents(image)
        if exponents is None:
            return None
        found = self._turned(exponents)
        circles = {n: k for n, k in exponents.items() if n in self.circles}
        factors = {n: k for n, k in exponents.items() if n not in circles}
        proper = [k for n, k in factors.items() if free.value(n) is None]
        if repeated and all(abs(k) == 1 for k in (*proper, *dict(found).values())):
            return None
        if any(k % 2 for k in circles.values()) and any(k % 2 for k in proper):
            return None  # cos(h/2) would come in without need
        found += [(self.circles[n], -2 * k) for n, k in circles.items()]
        back = free.rebuild(factors, program, self.meaning)
        return [*found, *((back[n], k) for n, k in factors.items())]

    def _turned(self, exponents: Exponents) -> Factors:
        """Take powers of sin h = 2t/(1 + t^2) and cos h = (1 - t)(1 + t)/(1 + t^2) out of the
        factors, where fewer powers of 1 + t^2 are left.
        """
        program, free = self.program, self.free
        found: Factors = []
        for t, (sine, cosine, circle) in self.angles.items():
            sides = [free.linear(c, ((1, t),)) for c in (-1, 1)]
            for nodes, images in (
                ([t], [(sine, 1), (program.constant(2), -1)]),
                (sides, [(cosine, 1), (program.constant(-1), 1)]),
            ):
                k, left = exponents.get(nodes[0], 0), exponents.get(circle, 0)
                if k and abs(left + k) < abs(left) and exponents.get(nodes[-1], 0) == k:
                    for n in nodes:
                        del exponents[n]
                    exponents[circle] = left + k
                    found += [(n, e * k) for n, e in images]
        return found

    def _exponents(self, image: int) -> Exponents | None:
        """Factors in the free variables, and constants, with exponents."""
        free, variables = self.free, list(self.meaning)
        denominators = root_denominators(free, (image,))
        ring = FractionRing([f"z{i}" for i in range(len(variables))], LARGEST)
        values = {
            leaf: Generator(ring, i, denominators.get(leaf, 1)) for i, leaf in enumerate(variables)
        }
        numerator, below = evaluate(free, (image,), ring, values)[0]
        exponents: Exponents = {}
        for polynomial, e in ((numerator, 1), *((ring.factors[k], -e) for k, e in below.items())):
            if max(polynomial.degrees(), default=0) > HIGHEST:
                return None
            c, parts = factored(polynomial)
            pairs = [(polynomial_node(free, p, variables, denominators), k) for p, k in parts]
            for n, k in (*pairs, (free.constant(c), 1)):
                exponents[n] = exponents.get(n, 0) + k * e
        return {n: k for n, k in exponents.items() if k and n != free.one}

    def _is_leaf(self, n: int) -> bool:
        return self.program.kind[n] == LEAF


def _common(a: Fraction, b: Fraction) -> Fraction:
    """The greatest number of which both are whole multiples."""
    return Fraction(gcd(a.numerator, b.numerator), lcm(a.denominator, b.denominator))


__all__ = ["Factoring", "exponential_factors", "repeated_factors"]
