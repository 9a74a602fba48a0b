r"""Whether the signs of kinks at given places are all that occur: exact linear inequalities."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from .polynomials import Expander
from .reading import Fuel, Unchecked
from .tower import Tower

Form = tuple[Fraction, ...]
"""(c_0, c_1, ..., c_d) for c_0 + c_1 x_1 + ... + c_d x_d."""


def affine(e: Expander, node: int, inputs: int) -> Form:
    """The affine form of a node with rational coefficients."""
    terms = {tuple((e.atoms[v], n) for v, n in m): c for m, c in e.value(node).items()}
    names = [(), *(((("in", k), 1),) for k in range(inputs))]
    form = tuple(terms.pop(name, Fraction(0)) for name in names)
    if terms:
        raise Unchecked("the argument of a kink is not affine")
    return form


def is_empty(forms: Sequence[Form], fuel: Fuel) -> bool:
    """Whether no point makes all forms positive: elimination of Fourier and Motzkin."""
    rows = set(forms)
    for k in range(1, len(forms[0])):
        kept = {r for r in rows if r[k] == 0}
        for p, q in [(p, q) for p in rows if p[k] > 0 for q in rows if q[k] < 0]:
            fuel.burn(20 * len(p))
            kept.add(tuple(a / p[k] - b / q[k] for a, b in zip(p, q, strict=True)))
        rows = kept
    return any(r[0] <= 0 for r in rows)


def check_cover(tower: Tower, kinks: Sequence[int], signs: Sequence[dict[int, int]]) -> None:
    """The places lie in all regions: a side on which there is no place is empty.

    Arguments of kinks are decided one after another; given the signs of those before, each is an
    affine function of the inputs.
    """
    groups: list[tuple[Sequence[dict[int, int]], list[Form]]] = [(signs, [])]
    for a in kinks:
        before, groups = groups, []
        for group, forms in before:
            form = affine(Expander(tower, group[0]), a, tower.graph.sizes["inputs"])
            if not any(form[1:]):
                groups.append((group, forms))
                continue
            for sign in (1, -1):
                side = [*forms, tuple(sign * c for c in form)]
                members = [s for s in group if s[a] == sign]
                if members:
                    groups.append((members, side))
                elif not is_empty(side, tower.fuel):
                    raise Unchecked("the places do not show all regions")
