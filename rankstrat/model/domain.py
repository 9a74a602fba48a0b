r"""The domain of a model: the set of inputs on which its functions are compared.

Functions are compared almost everywhere on the domain (everywhere on finite sets and integers), so
$t > 0$ and $t \ge 0$ are the same domain. Without a declaration every input is any real number at
which the model is real.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product

import sympy
from sympy.core.relational import Relational

from rankstrat.errors import ModelError
from rankstrat.model.conditions import Condition, is_small
from rankstrat.model.values import Exact

Symbols = tuple[sympy.Symbol, ...]
Random = Callable[[], int]
DRAWS, MOST_POINTS = 400, 4_000


@dataclass(frozen=True)
class Finite:
    """Inputs that take finitely many values together."""

    symbols: Symbols
    points: tuple[tuple[Exact, ...], ...]

    def __str__(self) -> str:
        if len(self.symbols) == 1:
            return f"{self.symbols[0]} in {{{', '.join(str(v) for (v,) in self.points)}}}"
        points = ", ".join("(" + ", ".join(map(str, point)) + ")" for point in self.points)
        return f"({', '.join(map(str, self.symbols))}) in {{{points}}}"


@dataclass(frozen=True)
class Domain:
    """Where the inputs of a model live.

    Attributes:
        conditions: inequalities between expressions in the inputs (or in the constants).
        integers: inputs that are integers.
        spheres: groups of inputs on a unit sphere.
        finite: inputs with finitely many values.
    """

    conditions: tuple[Relational, ...] = ()
    integers: Symbols = ()
    spheres: tuple[Symbols, ...] = ()
    finite: tuple[Finite, ...] = ()

    @property
    def statements(self) -> tuple[str, ...]:
        """The domain in words that `declared` reads."""
        return (
            *(sympy.sstr(condition) for condition in self.conditions),
            *(f"{symbol} in Z" for symbol in self.integers),
            *(f"({', '.join(map(str, group))}) in S" for group in self.spheres),
            *map(str, self.finite),
        )

    def __str__(self) -> str:
        return ", ".join(self.statements)

    def __bool__(self) -> bool:
        return bool(self.conditions or self.integers or self.spheres or self.finite)

    @property
    def is_open(self) -> bool:
        """Whether an analytic function that vanishes on the domain vanishes everywhere, so that
        coefficients may be compared.
        """
        return not (self.integers or self.spheres or self.finite)

    def renamed(self, names: Mapping[sympy.Symbol, str]) -> Domain:
        """The domain of inputs that are called otherwise, without assumptions."""
        new = {old: sympy.Symbol(name) for old, name in names.items()}
        return Domain(
            tuple(c.func(c.lhs.xreplace(new), c.rhs.xreplace(new)) for c in self.conditions),
            tuple(new[s] for s in self.integers),
            tuple(tuple(new[s] for s in group) for group in self.spheres),
            tuple(Finite(tuple(new[s] for s in g.symbols), g.points) for g in self.finite),
        )

    @cached_property
    def forms(self) -> tuple[sympy.Expr, ...]:
        """Expressions that are positive (almost everywhere) on the domain."""
        forms = (c.gts - c.lts for c in self.conditions)
        return tuple(sympy.expand(form) if is_small(form) else form for form in forms)

    def bounds(self, symbol: sympy.Symbol) -> tuple[Fraction | None, Fraction | None]:
        """The best lower and upper bounds that conditions on one input alone give."""
        known = self._known_bounds
        if symbol not in known:
            known[symbol] = self._bounds(symbol)
        return known[symbol]

    def positive(self, inputs: Iterable[sympy.Symbol]) -> frozenset[sympy.Symbol]:
        """The inputs that are positive on the whole domain; all of them where none is declared, as
        functions of positive numbers alone are then meant where they have a value.
        """
        if not self.conditions:
            return frozenset(inputs)
        lows = {x: self.bounds(x)[0] for x in inputs}
        return frozenset(x for x, low in lows.items() if low is not None and low >= 0)

    @cached_property
    def _known_bounds(self) -> dict[sympy.Symbol, tuple[Fraction | None, Fraction | None]]:
        return {}

    def _bounds(self, symbol: sympy.Symbol) -> tuple[Fraction | None, Fraction | None]:
        low: Fraction | None = None
        high: Fraction | None = None
        for form in self.forms:
            if form.free_symbols != {symbol} or not is_small(form):
                continue
            polynomial = form.as_poly(symbol)
            if polynomial is None or polynomial.degree() != 1:
                continue
            slope, offset = polynomial.all_coeffs()
            if not (slope.is_Rational and offset.is_Rational):
                continue
            value = Fraction(*(-offset / slope).as_numer_denom())
            if slope > 0:
                low = value if low is None else max(low, value)
            else:
                high = value if high is None else min(high, value)
        return low, high

    @cached_property
    def listed(self) -> tuple[Finite, ...]:
        """All groups of inputs with finitely many values, bounded integers among them."""
        ranges = []
        for symbol in self.integers:
            low, high = self.bounds(symbol)
            if low is None or high is None:
                continue
            if high - low > MOST_POINTS:
                raise ModelError(
                    f"{symbol} takes {high - low} values; at most {MOST_POINTS} are compared one by"
                    " one; declare it real, or leave out a bound"
                )
            values = range(-((-low).__floor__()), high.__floor__() + 1)
            kept = [v for v in values if self.admits({symbol: sympy.Integer(v)})]
            ranges.append(Finite((symbol,), tuple((v,) for v in kept)))
        return (*self.finite, *ranges)

    @cached_property
    def endless(self) -> Symbols:
        """The integer inputs without two bounds."""
        ranged = {s for group in self.listed for s in group.symbols}
        return tuple(s for s in self.integers if s not in ranged)

    def admits(self, point: Mapping[sympy.Symbol, Exact]) -> bool:
        """Whether the conditions (as written) hold at exact values of some symbols; unknown ones
        are not asked.
        """
        return all(test.holds(point) for test in self._tests)

    def contains(self, point: Mapping[sympy.Symbol, Exact]) -> bool:
        """Whether an exact input lies in the domain, its conditions as written."""
        whole = all(sympy.sympify(point[s], strict=True).is_integer for s in self.integers)
        spheres = (sympy.Add(*(point[s] ** 2 for s in sphere)) for sphere in self.spheres)
        listed = (
            any(
                all(_equal(point[s], v) for s, v in zip(g.symbols, p, strict=True))
                for p in g.points
            )
            for g in self.finite
        )
        return whole and all(_equal(r, 1) for r in spheres) and all(listed) and self.admits(point)

    @cached_property
    def _tests(self) -> tuple[Condition, ...]:
        return tuple(map(Condition, self.conditions))

    def draw(self, symbols: Sequence[sympy.Symbol], random: Random) -> tuple[Exact, ...] | None:
        """An exact random point of the domain in the given symbols, or None if none was met.

        Args:
            symbols: inputs (or constants) in order.
            random: gives integers below 2^31.
        """
        for attempt in range(DRAWS):
            values: dict[sympy.Symbol, Exact] = {}
            for group in self.listed:
                if group.points:
                    chosen = group.points[random() % len(group.points)]
                    values |= zip(group.symbols, chosen, strict=True)
            for sphere in self.spheres:
                values |= zip(sphere, _on_sphere(len(sphere), random), strict=True)
            for symbol in symbols:
                if symbol not in values:
                    values[symbol] = self._number(symbol, random, 1 << (attempt + random() % 4) % 8)
            if self.admits(values):
                return tuple(values[s] for s in symbols)
        return None

    def _number(self, symbol: sympy.Symbol, random: Random, scale: int) -> Exact:
        low, high = self.bounds(symbol)
        if symbol in self.integers:
            step = random() % (8 * scale) + 1
            if low is not None:
                return low.__floor__() + step - 1 + (low.denominator > 1)
            if high is not None:
                return high.__floor__() + 1 - step
            return step - 4 * scale
        fine = Fraction(random() % 65_535 + 1, 65_536)
        if low is not None and high is not None:
            return low + (high - low) * fine
        if low is not None:
            return low + 4 * scale * fine
        if high is not None:
            return high - 4 * scale * fine
        return 4 * scale * (2 * fine - 1)


def _equal(one: Exact, two: Exact) -> bool:
    gap = sympy.sympify(one, strict=True) - sympy.sympify(two, strict=True)
    return bool(sympy.expand(gap) == 0)


def _on_sphere(dimension: int, random: Random) -> tuple[Exact, ...]:
    """A rational point of the unit sphere, by stereographic projection."""
    if dimension == 1:
        return (1 - 2 * (random() % 2),)
    t = [Fraction(random() % 8193 - 4096, 2048) for _ in range(dimension - 1)]
    q = 1 + sum((v * v for v in t), Fraction(0))
    return (*(2 * v / q for v in t), 1 - 2 / q)


def combinations(groups: Sequence[Finite]) -> list[dict[sympy.Symbol, Exact]]:
    """Every choice of one value for each group."""
    return [
        {
            s: v
            for group, point in zip(groups, chosen, strict=True)
            for s, v in zip(group.symbols, point, strict=True)
        }
        for chosen in product(*(group.points for group in groups))
    ]
