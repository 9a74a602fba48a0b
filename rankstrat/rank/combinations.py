r"""Upper bounds by functions of which all tangent functions are combinations over the constants.

The tangent functions are expanded, where functions and powers of sums are further unknowns, and
each power of a sum takes in those that are higher by a whole number: $q^{1/2} = q\,q^{-1/2}$. Each
is then $\sum_c c\,v_c$ with different products c of constants, whatever relations there are
between them, and rational combinations $v_c$ of products of functions. The tangent functions lie in
the span of all $v_c$, whose dimension is the rank of a rational matrix. What holds for all signs at
kinks holds on every region.
"""

from __future__ import annotations

from collections.abc import Mapping

from rankstrat.algebra.differential import Monomial, Terms, laurent
from rankstrat.algebra.linear import Rational, extended
from rankstrat.algebra.program import FUNCTION, LINEAR, Program
from rankstrat.deadline import check
from rankstrat.rank.tangents import Tangents

MOST, LONGEST = 200, 400
"""Tangent functions that are expanded, and terms of an expansion."""
SPARE, WORK = 24, 2_000_000
"""How many more products of functions than tangent functions are looked at, and operations that
their rank may take: some seconds."""
KINKS = {"relu": "step", "abs": "sign"}
"""Continuous functions with a kink, and their derivatives."""

Parted = dict[tuple[Monomial, Monomial], Rational]
"""Coefficients of products of constants and functions."""


def function_bound(tangents: Tangents) -> int | None:
    """The dimension of a span over the constants in which all tangent functions lie; None where it
    is no smaller than their number, or the expansions are too long.
    """
    nodes = [tangents.nodes[i] for i in tangents.chosen]
    return None if len(nodes) > MOST else _Span(tangents).dimension(nodes)


class _Span:
    """Rational combinations of products of functions, with the expansions that are known."""

    def __init__(self, tangents: Tangents) -> None:
        self.tangents, self.program = tangents, tangents.program
        self.known: dict[int, Terms | None] = {}
        self.lowest: dict[tuple[int, Rational], Rational] = {}
        """The lowest power of a sum that occurs, by the sum and the fraction in the exponent."""

    def dimension(self, nodes: list[int]) -> int | None:
        """The dimension of their span, if it is less than their number."""
        parted = [self._parted(node) for node in nodes]
        varying = dict.fromkeys(m for terms in parted for _, m in terms)
        for n, e in (factor for monomial in varying for factor in monomial):
            if self.program.kind[n] == LINEAR:
                self.lowest[n, e % 1] = min(self.lowest.get((n, e % 1), e), e)
        spread: dict[Monomial, Parted] = {}
        place: dict[Monomial, int] = {}
        for monomial in varying:
            some = spread[monomial] = self._spread(monomial)
            for _, function in some:
                place.setdefault(function, len(place))
            if len(some) > LONGEST or len(place) >= len(nodes) + SPARE:
                return None
        rows = [row for terms in parted for row in _combined(self.program, terms, spread)]
        found = len(place)
        if len(rows) * found**2 <= WORK:
            found = _rank(rows, place)
        return found if found < len(nodes) else None

    def _parted(self, node: int) -> Parted:
        """An expansion, its monomials parted into constants and what varies."""
        terms = laurent(self.program, node, LONGEST, self.known) or {}
        result: Parted = {}
        for monomial, c in terms.items():
            parts: dict[bool, list[tuple[int, Rational]]] = {False: [], True: []}
            for n, e in monomial:
                parts[self._varies(n)].append((n, e))
            key = tuple(parts[False]), tuple(parts[True])
            result[key] = result.get(key, 0) + c
        return result

    def _varies(self, n: int) -> bool:
        """Whether a factor may depend on the inputs: the argument of a function where it is
        expanded, as (a + b x) - b x.
        """
        tangents, program = self.tangents, self.program
        if tangents.depends(n) and program.kind[n] == FUNCTION:
            terms = laurent(program, program.args[n][0], LONGEST, self.known) or {}
            return any(tangents.depends(k) for monomial in terms for k, _ in monomial)
        return tangents.depends(n)

    def _spread(self, monomial: Monomial) -> Parted:
        """A monomial with the lowest powers of sums; as long a combination as may be, not the whole
        of a longer one.
        """
        found: Parted = {((), ()): 1}
        for n, e in monomial:
            base, power, outside = self._opened(n, e)
            some = self._parted(self.program.power(base, power))
            product: Parted = {}
            for (a, b), c in found.items():
                for (d, f), k in some.items():
                    key = _times(self.program, a, d), _times(self.program, b, f, outside)
                    product[key] = product.get(key, 0) + c * k
            found = product
            if len(found) > LONGEST:
                break
        return found

    def _opened(self, n: int, e: Rational) -> tuple[int, Rational, Monomial]:
        r"""b, k and m with $n^e = b^k m$: the lowest power of a sum is m, and
        $\max(0, h)^e = h^e\,\mathrm{step}(h)$, $|h|^e = h^e\,\mathrm{sign}(h)$ for odd e, $h^e$
        for even e, also where h is 0.
        """
        program = self.program
        if program.kind[n] == FUNCTION and program.data[n] in KINKS and e % 1 == 0 and e > 0:
            (h,) = program.args[n]
            if program.data[n] == "abs" and e % 2 == 0:
                return h, e, ()
            return h, e, ((program.function(KINKS[program.data[n]], h), 1),)
        least = self.lowest.get((n, e % 1), e)
        return n, e - least, ((n, least),)


def _combined(
    program: Program, terms: Parted, spread: Mapping[Monomial, Parted]
) -> list[dict[Monomial, Rational]]:
    """The combinations of products of functions in a tangent function, one for each product of
    constants.
    """
    rows: dict[Monomial, dict[Monomial, Rational]] = {}
    for (constant, varying), c in terms.items():
        for (more, function), k in spread[varying].items():
            row = rows.setdefault(_times(program, constant, more), {})
            row[function] = row.get(function, 0) + c * k
    return list(rows.values())


def _rank(rows: list[dict[Monomial, Rational]], place: Mapping[Monomial, int]) -> int:
    echelon: tuple[tuple[Rational, ...], ...] = ()
    seen: set[tuple[Rational, ...]] = set()
    for row in rows:
        check("functions were counted")
        line: list[Rational] = [0] * len(place)
        for function, c in row.items():
            line[place[function]] = c
        if tuple(line) not in seen:
            seen.add(tuple(line))
            echelon = extended(echelon, [line])
        if len(echelon) == len(place):
            break
    return len(echelon)


def _times(program: Program, *monomials: Monomial) -> Monomial:
    """The product of monomials, where a step is 0 or 1, and a sign 1, -1 or, at a kink, 0."""
    total: dict[int, Rational] = {}
    for n, e in (factor for monomial in monomials for factor in monomial):
        total[n] = total.get(n, 0) + e
        if program.kind[n] == FUNCTION and program.data[n] == "step":
            total[n] = min(total[n], 1)
        if program.kind[n] == FUNCTION and program.data[n] == "sign":
            total[n] = 2 - total[n] % 2
    return tuple(sorted((n, e) for n, e in total.items() if e))


__all__ = ["function_bound"]
