"""How lists of branches, graphs by orbits and levels grow with the width of a network.

Seconds are those of the processor.

Run: python tests/bench/bench_target_sets.py [largest width]
"""

from __future__ import annotations

import sys
import time

from rankstrat import families, optimistic_sample_size, stratify, target_set

SIZES = ((4, 1), (4, 2), (6, 1), (6, 2), (8, 1), (8, 2), (10, 1), (10, 2))


def main(largest: int) -> None:
    """Print a table for tanh, then single figures."""
    print("| width, neurons of the target | branches | orbits | list | graph by orbits | pairs |")
    for width, neurons in SIZES:
        if width > largest:
            continue
        start = time.process_time()
        found = _set(width, neurons, "tanh")
        listed = time.process_time() - start
        start = time.process_time()
        graph = found.quotient
        drawn = time.process_time() - start
        pairs = sum(many for _, _, many in graph.edges(data="pairs"))
        row = (f"{width}, {neurons}", found.count, len(graph), f"{listed:.1f} s", f"{drawn:.1f} s")
        print("|", *(f"{cell} |" for cell in (*row, pairs)), flush=True)
    for width, activation in ((6, "softplus"), (8, "softplus"), (300, "elu")):
        start = time.process_time()
        found = _set(width, 1, activation)
        size = optimistic_sample_size(found)
        seconds = time.process_time() - start
        print(f"{activation}, width {width}: {found.count} branches, {size}, {seconds:.1f} s")
    for width in (10, 50):
        start = time.process_time()
        levels = stratify(families.two_layer(width, 1)).levels
        strata = sum(int(level.count) for level in levels)
        seconds = time.process_time() - start
        print(f"levels, width {width}: {len(levels)} levels, {strata} strata, {seconds:.1f} s")


def _set(width: int, neurons: int, activation: str):  # type: ignore[no-untyped-def]
    target = families.two_layer(neurons, 1, activation)
    point = target.point([*range(1, neurons + 1), *range(2, neurons + 2)])
    return target_set(families.two_layer(width, 1, activation), point)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
