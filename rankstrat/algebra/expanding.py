"""Programs that expand the arguments of functions, so that equal functions become equal nodes
across models.

The hash-consed form of `Program` does not expand: (1 - t) w h + t w h and w h are different nodes.
Composing one model with a map into another one produces exactly such sums, below functions and
below fraction bars. Expanding them there (functions count as free variables) makes the function
nodes of both models coincide; what stands outside of functions stays factored.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from rankstrat.algebra.differential import Terms, laurent
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.program import LEAF, LINEAR, PRODUCT, Program

BUDGET = 3000


class Expanding(Program):
    """A program whose function arguments and bases of powers are Laurent polynomials in normal form
    where " "the budget allows.
    """

    def __init__(self) -> None:
        self._expansions: dict[int, Terms | None] = {}
        self._constants: dict[int, bool] = {}
        super().__init__()

    def terms(self, node: int) -> Terms | None:
        """The node as {monomial: coefficient}, functions and powers of sums counting as free
        variables; " "None over budget.
        """
        return laurent(self, node, BUDGET, self._expansions)

    def expanded(self, node: int) -> int:
        """The node of the same value in normal form (the node itself when that is over budget)."""
        terms = self.terms(node)
        if terms is None:
            return node
        return self.linear(0, [(c, super(Expanding, self).product(m)) for m, c in terms.items()])

    def linear(self, c0: Rational, terms: Iterable[tuple[Rational, int]]) -> int:
        """As in `Program`, with constant factors that all terms share pulled out: sum_k t w_k h_k =
        t sum_k w_k h_k.
        """
        items = list(terms)
        if c0 or len(items) < 2:
            return super().linear(c0, items)
        items = [(c * k, core) for c, n in items for k, core in (self.content(n),)]
        common: dict[int, Rational] | None = None
        for _, n in items:
            if self.kind[n] != PRODUCT:
                return super().linear(c0, items)
            pairs: dict[int, Rational] = dict(zip(self.args[n], self.data[n], strict=True))
            if common is None:
                common = {f: e for f, e in pairs.items() if self._constant(f)}
            else:
                common = {f: e for f, e in common.items() if pairs.get(f) == e}
            if not common:
                return super().linear(c0, items)
        assert common is not None
        shared = list(common.items())
        inverse = [(f, -e) for f, e in shared]
        rest = super().linear(
            0, [(c, super(Expanding, self).product([(n, 1), *inverse])) for c, n in items]
        )
        return super().product([(rest, 1), *shared])

    def _constant(self, node: int) -> bool:
        """Whether a node is a polynomial in coordinates."""
        known = self._constants.get(node)
        if known is None:
            if self.kind[node] == LEAF:
                known = self.data[node][0] == "u"
            else:
                known = self.kind[node] in (LINEAR, PRODUCT) and all(
                    self._constant(a) for a in self.args[node]
                )
            self._constants[node] = known
        return known

    def product(self, factors: Iterable[tuple[int, Rational]], coefficient: Rational = 1) -> int:
        """As in `Program`, with sums below the fraction bar expanded."""
        stack, ready = list(factors), []
        while stack:
            node, e = stack.pop()
            if self.kind[node] == PRODUCT and e % 1 == 0:
                stack.extend(
                    (n, e * f) for n, f in zip(self.args[node], self.data[node], strict=True)
                )
            elif self.kind[node] == LINEAR and e != 1:
                ready.append((self.expanded(node), e))
            else:
                ready.append((node, e))
        return super().product(ready, coefficient)

    def function(self, name: Hashable, arg: int) -> int:
        """As in `Program`, with the argument expanded."""
        return super().function(
            name, self.expanded(arg) if self.kind[arg] in (LINEAR, PRODUCT) else arg
        )


__all__ = ["Expanding"]
