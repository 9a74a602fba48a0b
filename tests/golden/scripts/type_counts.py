"""Write type_counts.json: combinatorial types of two-layer tanh networks without bias.

Definition. Neurons (a_i, w_i), i = 1..m. The type of a point records which w_i vanish (the zero
class), which w_i agree up to sign (the other classes), and which a_i vanish (active or not); up to
permuting the neurons and up to (a_i, w_i) -> (-a_i, -w_i), which removes every sign inside a class.
A type is therefore

    a pair (p, q) >= (0, 0): active and inactive neurons of the zero class, and
    a multiset of pairs (n, i) != (0, 0): active and inactive neurons of each other class,

with total m. Generating function: (1 - t)^-2 prod_{k>=1} (1 - t^k)^-(k+1). The input dimension does
not enter: for every d >= 1 there are infinitely many classes. The rank of a type is C + d (C_a +
Z_a).
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from functools import cache
from pathlib import Path

LARGEST = 12


def series(zero_block, kinds, largest: int) -> list[int]:
    """Coefficients of (sum_k zero_block(k) t^k) prod_k (1 - t^k)^-kinds(k)."""
    classes = [1] + [0] * largest
    for k in range(1, largest + 1):
        for _ in range(kinds(k)):
            for i in range(k, largest + 1):
                classes[i] += classes[i - k]
    return [sum(classes[n - k] * zero_block(k) for k in range(n + 1)) for n in range(largest + 1)]


def brute_force(m: int) -> int:
    """All assignments of (active, class, sign) to m neurons, counted modulo the symmetries, by
    canonical form.
    """
    seen = set()
    neurons = [(active, label) for active in (0, 1) for label in range(m + 1)]
    for point in itertools.product(neurons, repeat=m):
        groups: dict[int, list[int]] = {}
        for active, label in point:
            groups.setdefault(label, []).append(active)
        zero = tuple(sorted(groups.pop(0, [])))
        seen.add((zero, tuple(sorted(tuple(sorted(group)) for group in groups.values()))))
    return len(seen)


@cache
def multisets(total: int, largest: tuple[int, int]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Multisets of pairs (n, i) != (0, 0), non-increasing from `largest`, with sum of all entries
    `total`.
    """
    if total == 0:
        return ((),)
    found = []
    for size in range(1, total + 1):
        for n in range(size + 1):
            pair = (n, size - n)
            if (sum(pair), n) <= (sum(largest), largest[0]):
                found += [(pair, *rest) for rest in multisets(total - size, pair)]
    return tuple(found)


def by_rank(m: int, d: int) -> dict[str, int]:
    counts: Counter = Counter()
    for zero in range(m + 1):
        for classes in multisets(m - zero, (m - zero, 0)):
            active = sum(1 for n, _ in classes if n)
            for p in range(zero + 1):
                counts[len(classes) + d * (active + (p > 0))] += 1
    return {str(rank): counts[rank] for rank in sorted(counts)}


def main() -> None:
    counts = series(lambda k: k + 1, lambda k: k + 1, LARGEST)
    assert counts[:6] == [brute_force(m) for m in range(6)]
    assert counts[LARGEST] == 32926
    ranks = {
        f"m={m}, d={d}": by_rank(m, d)
        for m, d in [*itertools.product(range(1, 5), range(1, 4)), (12, 5)]
    }
    for key, table in ranks.items():
        m = int(key.split(",")[0].removeprefix("m="))
        assert sum(table.values()) == counts[m]
    data = {
        "provenance": {
            "system": "pure Python, exact integers",
            "version": (
                "generating function; confirmed by brute force over all assignments for m <= 5 and"
                " by listing all types for the tables by rank"
            ),
            "script": "tests/golden/scripts/type_counts.py",
            "definition": __doc__.split("Definition.")[1].strip(),
        },
        "counts": {str(m): counts[m] for m in range(1, LARGEST + 1)},
        "by_rank": ranks,
        "other_definitions": {
            "description": "what coarser definitions give for m = 1..12",
            "zero class recorded by its size only": series(lambda k: 1, lambda k: k + 1, LARGEST)[
                1:
            ],
            "no neuron of weight zero": series(lambda k: int(k == 0), lambda k: k + 1, LARGEST)[1:],
            "each class only active or not, with its size": series(
                lambda k: 1 if k == 0 else 2, lambda k: 2, LARGEST
            )[1:],
        },
    }
    target = Path(__file__).parent.parent / "type_counts.json"
    target.write_text(json.dumps(data, indent=1) + "\n")
    print(counts[1:])


if __name__ == "__main__":
    main()
