r"""Levels of wide two-layer networks: their dimensions and numbers of strata, without a list of
the strata.

Where signs play no role in the rank, it depends on how many classes are active and inactive and on
which kinds of neurons of weight zero occur. Neurons are dealt to classes as labelled elements to
unlabelled blocks, so numbers of strata follow by recurrence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import comb
from typing import Any

from rankstrat.families.catalogue.two_layer.strata.types import Kind
from rankstrat.strata import LevelSize

Table = list[list[int]]


def level_sizes(strata: Any) -> list[LevelSize]:
    """The levels of a stratification by combinatorial types in which signs play no role.

    Args:
        strata: the `TwoLayerStrata`.
    """
    width, signs = strata.width, 2 if strata.law.signed else 1
    active = _blocks(width, [signs ** (t - 1) * (2**t - 1) for t in range(1, width + 1)])
    inactive = _blocks(width, [signs ** (t - 1) for t in range(1, width + 1)])
    counts: dict[int, int] = {}
    best: dict[int, tuple[int, tuple[Sequence[int], int, int]]] = {}
    for present in product((0, 1), repeat=strata.zero_kinds):
        constant = int(strata._constant(present, ()))
        linear = strata.inputs if strata._all_linear(present, ()) else 0
        for zeros in range(sum(present), width + 1):
            if not sum(present) and zeros:
                break
            dealt = comb(width, zeros) * _onto(zeros, sum(present))
            kinds = _most(strata, present, zeros)
            fixed = int(strata.output_bias) + sum(
                n * sum(strata._zero(kind)) for kind, n in enumerate(kinds)
            )
            left = width - zeros
            for a, b in _classes(left):
                ways = sum(
                    comb(left, s) * active[a][s] * inactive[b][left - s] for s in range(left + 1)
                )
                if not ways:
                    continue
                rank = a + b + strata.extended * a + constant + linear
                counts[rank] = counts.get(rank, 0) + dealt * ways
                size = fixed + strata.extended * (a + b) + (left - b if a else 0)
                if rank not in best or size > best[rank][0]:
                    best[rank] = size, (kinds, a, b)
    return [
        LevelSize(rank, size, counts[rank], _label(width, *chosen))
        for rank, (size, chosen) in sorted(best.items())
    ]


def _blocks(width: int, weights: Sequence[int]) -> Table:
    """[k][s]: s labelled elements in k unlabelled blocks, a block of size t in weights[t - 1]
    ways.
    """
    table = [[int(s == 0) for s in range(width + 1)]]
    for _ in range(width):
        last = table[-1]
        table.append(
            [
                sum(comb(s - 1, t - 1) * weights[t - 1] * last[s - t] for t in range(1, s + 1))
                for s in range(width + 1)
            ]
        )
    return table


def _onto(elements: int, boxes: int) -> int:
    """The number of maps onto so many boxes."""
    return sum((-1) ** j * comb(boxes, j) * (boxes - j) ** elements for j in range(boxes + 1))


def _classes(neurons: int) -> Iterator[tuple[int, int]]:
    """Numbers of active and inactive classes."""
    for a in range(neurons + 1):
        yield from ((a, b) for b in range(neurons - a + 1) if a or b or not neurons)


def _most(strata: Any, present: Sequence[int], zeros: int) -> list[int]:
    """Numbers of neurons of weight zero of each kind that give the largest dimension."""
    kinds = list(present)
    if any(present):
        first = max((k for k, on in enumerate(present) if on), key=lambda k: sum(strata._zero(k)))
        kinds[first] += zeros - sum(present)
    return kinds


def _label(
    width: int, zero: Sequence[int], active: int, inactive: int
) -> tuple[tuple[int, ...], tuple[Kind, ...], int]:
    """The type of the largest stratum: the spare neurons are active in the first class."""
    spare = width - sum(zero) - active - inactive
    one, two = ((1, 0),), ((0, 1),)
    kinds: list[Kind] = [*[one] * active, *[two] * inactive]
    if kinds:
        kinds[0] = ((1 + spare, 0),) if active else ((0, 1 + spare),)
    return tuple(zero), tuple(sorted(kinds, reverse=True)), 0


__all__ = ["level_sizes"]
