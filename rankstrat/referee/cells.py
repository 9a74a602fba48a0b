r"""Whether the signs of kinks at given places are all that occur: exact linear inequalities."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from .polynomials import Expander
from .reading import Fuel, Unchecked
from .tower import Tower

Form = tuple[Fraction, ...]
"""(c_0, c_1, ..., c_d) for c_0 + c_1 x_1 + ... + c_d x_d."""


def affine(expander: Expander, node: int, inputs: int) -> Form:
    """The affine form of a node with rational coefficients."""
    form = [Fraction(0)] * (inputs + 1)
    for monomial, c in expander.value(node).items():
        match [(expander.atoms[v], n) for v, n in monomial]:
            case []:
                form[0] = c
            case [(("in", k), 1)]:
                form[k + 1] = c
            case _:
                raise Unchecked("the argument of a kink is not affine")
    return tuple(form)


def is_empty(forms: Sequence[Form], fuel: Fuel) -> bool:
    """Whether no point makes all forms positive: elimination of Fourier and Motzkin."""
    rows = set(forms)
    for k in range(1, len(forms[0])):
        kept = {r for r in rows if r[k] == 0}
        for p in rows:
            for q in rows:
                if p[k] > 0 > q[k]:
                    fuel.burn(20 * len(p))
                    kept.add(tuple(a / p[k] - b / q[k] for a, b in zip(p, q, strict=True)))
        rows = kept
    return any(r[0] <= 0 for r in rows)


def check_cover(tower: Tower, kinks: Sequence[int], signs: Sequence[dict[int, int]]) -> None:
    """The places lie in all regions: a side on which there is no place is empty.

    Arguments of kinks are decided one after another; given the signs of those before, each is an
    affine function of the inputs.
    """
    inputs, fuel = tower.graph.sizes["inputs"], tower.fuel
    stack: list[tuple[int, Sequence[dict[int, int]], list[Form]]] = [(0, signs, [])]
    while stack:
        i, group, forms = stack.pop()
        if i == len(kinks):
            continue
        expander = Expander(tower, fuel)
        expander.signs = group[0]
        form = affine(expander, kinks[i], inputs)
        if not any(form[1:]):
            stack.append((i + 1, group, forms))
            continue
        for sign in (1, -1):
            side = [*forms, tuple(sign * c for c in form)]
            members = [s for s in group if s[kinks[i]] == sign]
            if members:
                stack.append((i + 1, members, side))
            elif not is_empty(side, fuel):
                raise Unchecked("the places do not show all regions")
