r"""Whether the images of function nodes in generators are identities."""

from __future__ import annotations

from typing import Any

from .balls import Balls
from .polynomials import Expander
from .reading import Refused, Unchecked, printable
from .tower import Recipe, Tower


class Images:
    """Checks the images of a tower; those that hold are its `verified` ones."""

    def __init__(self, tower: Tower) -> None:
        self.tower, self.graph, self.fuel, self.algebra = (
            tower, tower.graph, tower.fuel, tower.algebra
        )  # fmt: skip
        self.kinds, self.arguments, self.generators = (
            tower.kinds, tower.arguments, tower.generators
        )  # fmt: skip

    def check(self) -> list[str]:
        """Every image is an identity; those beyond the budget are dropped, and are named.

        Exact expansion uses those images only that were checked before.
        """
        expander = Expander(self.tower, True, self.algebra)
        dropped = []
        present = {self.graph.nodes[k] for k in self.graph.closure(self.tower.outputs)}
        last = {}
        for key, value in self.tower.images.items():
            nodes = [*self._inner(key), *(self.arguments[g] for g in self.tower.used(key, value))]
            last[key] = max((self.tower.position[a] for a in nodes if a >= 0), default=-1)
        for key in sorted(last, key=lambda key: last[key]):
            try:
                holds = self._identity(expander, key, self.tower.images[key], present)
            except Unchecked as reason:
                dropped.append(f"{printable(key)}: {reason}")
                continue
            if not holds:
                raise Refused(f"images: {printable(key)} is not shown to be an identity")
            self.tower.verified.add(key)
        self.tower.images = {
            key: value for key, value in self.tower.images.items() if key in self.tower.verified
        }
        return dropped

    @staticmethod
    def _inner(key: tuple[Any, ...]) -> tuple[int, ...]:
        return key[2:] if key[0] == "jet" else key[1:2]

    def _identity(self, e: Expander, key: Any, value: Any, present: set[Any]) -> bool:
        kind, kinds = key[0], {self.kinds[g] for g in self.tower.used(key, value)}
        allowed = {"exp": {"exp", "log"}, "log": {"exp", "log"}, "root": {"root"}}
        if not kinds <= allowed.get(kind, {kind}):
            raise Refused(f"images: {printable(key)} uses generators of another kind")
        for g in self.tower.used(key, value):
            if self.kinds[g] == "log":
                self._check_logarithm(g, present)
        if kind == "pi":
            return True
        a = key[2] if kind == "jet" else key[1]
        if kind == "jet":
            ((g, sign),) = value
            f = self.generators[g][1]
            if f != key[1] or (sign != 1 and (sign != -1 or not self.graph.reflection(f, 0))):
                raise Refused(f"images: {printable(key)} is another function")
            return self._equal(e, a, value)
        if kind in ("exp", "cis"):
            return self._equal(e, a, value)
        if kind in ("atan", "erf"):
            root, recipe = value
            if root != 1 or len(recipe) > 1 or any(abs(n) != 1 for _, n in recipe):
                raise Refused(f"images: {printable(key)} is not 0 or plus or minus a generator")
            return self._equal(e, a, recipe)
        if kind == "root":
            p, q, recipe = value
            power = e.scaled(p ** key[2], e.power(e.monomial(recipe), key[2]))
            return not e.plus([e.scaled(q ** key[2], e.quotient(a)), e.scaled(-1, power)])[0]
        root, recipe = value
        if (
            root == 1
            and len(recipe) == 1
            and recipe[0][1] == 1
            and self.generators[recipe[0][0]] == key
        ):
            return True
        power = e.power(e.quotient(a), root)
        return not e.plus([power, e.scaled(-1, e.monomial(recipe))])[0]

    def _check_logarithm(self, g: int, present: set[Any]) -> None:
        """The logarithm of a positive number, or one that the model needs, is real."""
        a = self.arguments[g]
        if self.tower.layer(g):
            if ("log", a) not in present:
                raise Refused(f"images: generator {g} is no logarithm of the model")
            return
        balls = Balls(256, self.fuel)
        low, _ = balls.evaluate(self.graph, self.graph.closure([a]), [], [], set())[a]
        if low <= 0:
            raise Unchecked(f"the argument of generator {g} is not shown to be positive")

    def _equal(self, e: Expander, a: int, recipe: Recipe) -> bool:
        """Whether a = sum of n times the argument of an exponential, or n log."""
        if len(recipe) == 1 and recipe[0][1] == 1:
            g = recipe[0][0]
            if self.kinds[g] != "log" and self.arguments[g] == a:
                return True
        terms = [e.scaled(-1, e.quotient(a))]
        for g, n in recipe:
            log = self.kinds[g] == "log"
            terms.append(e.scaled(n, e.atom("t", g) if log else e.quotient(self.arguments[g])))
        return not e.plus(terms)[0]
