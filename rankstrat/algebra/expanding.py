"""Programs that expand the arguments of functions, so that equal functions become equal nodes across models.

The hash-consed form of `Program` does not expand: (1 - t) w h + t w h and w h are different nodes.  Composing one
model with a map into another one produces exactly such sums, below functions and below fraction bars.  Expanding them
there (functions count as free variables) makes the function nodes of both models coincide; what stands outside of
functions stays factored.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from rankstrat.algebra.differential import Terms, laurent
from rankstrat.algebra.program import LINEAR, PRODUCT, Program, Rational

BUDGET = 3000


class Expanding(Program):
    """A program whose function arguments and denominators are Laurent polynomials in normal form where "
    "the budget allows."""

    def __init__(self) -> None:
        self._expansions: dict[int, Terms | None] = {}
        super().__init__()

    def terms(self, node: int) -> Terms | None:
        """The node as {monomial: coefficient}, functions and powers of sums counting as free variables; "
        "None over budget."""
        return laurent(self, node, BUDGET, self._expansions)

    def expanded(self, node: int) -> int:
        """The node of the same value in normal form (the node itself when that is over budget)."""
        terms = self.terms(node)
        if terms is None:
            return node
        return self.linear(0, [(c, super(Expanding, self).product(m)) for m, c in terms.items()])

    def product(self, factors: Iterable[tuple[int, Rational]], coefficient: Rational = 1) -> int:
        """As in `Program`, with sums below the fraction bar expanded."""
        stack, ready = list(factors), []
        while stack:
            node, e = stack.pop()
            if self.kind[node] == PRODUCT:
                stack.extend((n, e * f) for n, f in zip(self.args[node], self.data[node], strict=True))
            elif self.kind[node] == LINEAR and (e < 0 or not isinstance(e, int)):
                ready.append((self.expanded(node), e))
            else:
                ready.append((node, e))
        return super().product(ready, coefficient)

    def function(self, name: Hashable, arg: int) -> int:
        """As in `Program`, with the argument expanded."""
        return super().function(name, self.expanded(arg) if self.kind[arg] in (LINEAR, PRODUCT) else arg)


__all__ = ["Expanding"]
