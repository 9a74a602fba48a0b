"""Checks that images are identities: "Images" in docs/certificates.md."""

from __future__ import annotations

from .polynomials import Expander
from .question import ALGEBRA, Question
from .reading import Refused, Unchecked, printable
from .tower import Key, Tower

ALLOWED = {"exp": {"exp", "log"}, "log": {"exp", "log"}}
"""Generators in images of a kind; in others there are those of the same kind only."""


def verify_images(q: Question, tower: Tower) -> list[str]:
    """Check that images are identities; the result names those beyond the budget.

    Exact expansion uses those images only that were verified before.
    """
    expander = Expander(tower, q.fuel.part(ALGEBRA))
    present = {q.graph.nodes[k] for k in q.graph.closure(q.outputs)}
    positive = {g for g, a in enumerate(tower.arguments) if ("log", a) in present}
    dropped = []

    def last(key: Key) -> int:
        used = [tower.arguments[g] for g, _ in tower.images[key][1]]
        return max([0, *(key[-1:] if len(key) > 1 else ()), *used])

    for key in sorted(tower.images, key=last):
        try:
            for g, _ in tower.images[key][1]:
                if tower.kinds[g] == "log" and g not in positive:
                    check_positive(q, tower, g)
            if not _is_identity(expander, tower, key):
                raise Refused(f"images: {printable(key)} is not shown to be an identity")
        except Unchecked as reason:
            dropped.append(f"image of {printable(key)} not checked: {reason}")
            continue
        tower.verified.add(key)
    return dropped


def _is_identity(e: Expander, tower: Tower, key: Key) -> bool:
    kind, a = key[0], key[-1]
    numbers, recipe = tower.images[key]
    sign = recipe[0][1] if len(recipe) == 1 else 0
    if not {tower.kinds[g] for g, _ in recipe} <= ALLOWED.get(kind, {kind}):
        return False
    if kind == "pi":
        return sign == 1
    if kind in ("atan", "erf", "jet") and recipe and sign not in (1, -1):
        return False
    if kind == "jet" and (
        not recipe
        or tower.generators[recipe[0][0]][1] != key[1]
        or (sign < 0 and not tower.graph.reflection(key[1], 0))
    ):
        return False
    own = sign == 1 and (tower.kinds[recipe[0][0]], tower.arguments[recipe[0][0]]) == (kind, a)
    if own and numbers in ((), (1,)):
        return True
    if kind == "log":
        left, right = e.power(e.value(a), *numbers), e.monomial(recipe)
    elif kind == "root":
        p, q = (e.power(e.rational(c), key[1]) for c in numbers)
        left, right = e.times(q, e.value(a)), e.times(p, e.power(e.monomial(recipe), key[1]))
    else:
        left, right = e.value(a), e.exponents(recipe)
    return e.vanishes(e.plus([left, e.times(e.rational(-1), right)]))


def check_positive(q: Question, tower: Tower, g: int, other_than: int | None = None) -> None:
    """The argument of a generator is a positive number, other than the given one."""
    if tower.layers[g]:
        raise Refused(f"generators: number {g} is no logarithm of the model")
    low, high = q.numbers.value(tower.arguments[g])
    if low <= 0 or (other_than is not None and low <= other_than * q.numbers.unit <= high):
        raise Unchecked(f"generators: the argument of number {g} is not positive and not 1")
