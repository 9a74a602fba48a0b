r"""A lower bound of the rank over all kernels that give a target, for convolutional networks with shared kernels.

By the independence lemma the rank at a point is the number of classes of its neurons plus the rank of the derivatives
by the kernels.  Put neurons into *patterns*: weights that agree up to a shift (and the sign of the class).  All
translates of a kernel have one pattern, so the rank is a sum over patterns.  In one pattern a kernel is given by its
offset o, the place of the pattern in the window; at place p it makes the neuron at position q = o + p.  With $A_o(q)$
the net output weight of the kernels of offset o there,

- the target's coefficients are $\alpha = \sum_o A_o$, and $A_o = 0$ outside o + {places};
- the neurons present include all positions in the union of the o + {places};
- the derivative by the entry s of the kernels is $\sum_q A_o(q)\, e_q \otimes e_{q + r}$ with r = s - o; different r
  use different coordinates, so the rank is $\sum_r \dim \operatorname{span}\{A_o : r + o \in \text{window}\}$.

If O is the set of offsets with $A_o \ne 0$, such a span has at least dimension 1, and at least the number of its
offsets that reach a point of the support of $\alpha$ which no other one in O reaches.  The bound is the minimum over
all O.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from rankstrat.families.two_layer.effective import Effective, Law, Vector

MAX_SETS = 5000
Index = tuple[int, ...]
BASIS = "every choice of kernels that can carry the target's neurons has at least this rank, by the independence lemma"


def least_over_kernels(structure: Any, law: Law, target: Effective) -> int:
    """The lower bound for a target given by its effective neurons.

    Args:
        structure: the `Convolutional` structure, with shared kernels.
        law: of the activation; sigma(0) = 0.
        target: the effective neurons, each of which fits some window.
    """
    groups: dict[Vector, dict[Index, Fraction]] = {}
    extents: dict[Vector, Index] = {}
    for u, alpha in zip(target.weights, target.coefficients, strict=True):
        pattern, corner, extent = _pattern(structure, law, u)
        groups.setdefault(pattern, {})[corner] = alpha
        extents[pattern] = extent
    rest = len(groups)
    bound = int(structure.output_bias)
    for pattern, support in groups.items():
        bound += _least(structure, set(support), extents[pattern], int(structure.kernels) - rest + 1)
    return bound


def _pattern(structure: Any, law: Law, u: Vector) -> tuple[Vector, Index, Index]:
    """The weights in their bounding box with the bias, up to the sign of the class; its corner; its extent."""
    size, dimension = int(structure.size), int(structure.dimension)
    places = list(itertools.product(range(size), repeat=dimension))
    used = [place for place, v in zip(places, u[: len(places)], strict=True) if v]
    corner = tuple(min(axis) for axis in zip(*used, strict=True))
    extent = tuple(max(axis) - low + 1 for axis, low in zip(zip(*used, strict=True), corner, strict=True))
    values = dict(zip(places, u[: len(places)], strict=True))
    box = itertools.product(*(range(low, low + e) for low, e in zip(corner, extent, strict=True)))
    inner = (*(values[place] for place in box), *u[len(places) :])
    return (*map(Fraction, extent), *law.class_of(inner)[1]), corner, extent


def _least(structure: Any, support: set[Index], extent: Index, kernels: int) -> int:
    """The least bound over sets of at most so many offsets that reach the support."""
    window = list(itertools.product(range(structure.kernel_size), repeat=structure.dimension))
    places = list(itertools.product(range(structure.size + 1 - structure.kernel_size), repeat=structure.dimension))
    offsets = list(itertools.product(*(range(structure.kernel_size - e + 1) for e in extent)))
    simple = len(window) + len(places) + int(structure.bias)  # one offset alone
    reach = {o: frozenset(_sum(o, p) for p in places) for o in offsets}
    sets = itertools.chain.from_iterable(itertools.combinations(offsets, n) for n in range(1, kernels + 1))
    found = []
    for number, chosen in enumerate(sets):
        if number >= MAX_SETS:
            return simple
        if support <= frozenset().union(*(reach[o] for o in chosen)):
            found.append(_bound(chosen, reach, support, window, bool(structure.bias)))
    return min(found, default=simple)


def _bound(
    chosen: Sequence[Index],
    reach: dict[Index, frozenset[Index]],
    support: set[Index],
    window: Iterable[Index],
    bias: bool,
) -> int:
    private = {o: bool(support & (reach[o] - frozenset().union(*(reach[v] for v in chosen if v != o)))) for o in chosen}
    spans: dict[Index, list[bool]] = {}
    for o in chosen:
        for s in window:
            spans.setdefault(tuple(a - b for a, b in zip(s, o, strict=True)), []).append(private[o])
    total = len(frozenset().union(*(reach[o] for o in chosen))) + sum(max(1, sum(flags)) for flags in spans.values())
    return total + (max(1, sum(private.values())) if bias else 0)


def _sum(a: Index, b: Index) -> Index:
    return tuple(x + y for x, y in zip(a, b, strict=True))


__all__ = ["BASIS", "least_over_kernels"]
