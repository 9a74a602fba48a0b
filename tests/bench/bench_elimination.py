"""Times of elimination mod p against python-flint, in one run on one machine.

    python tests/bench/bench_elimination.py [--quick] [primes]

The ratio is FLINT's total (building the `nmod_mat` from Python integers, and its rank) over ours.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TypeVar

import flint
import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.elimination import rank_profile, solve_dependents

T = TypeVar("T")


def timed(action: Callable[[], T], turns: int = 1) -> tuple[float, T]:
    best = float("inf")
    for _ in range(turns):
        start = time.perf_counter()
        value = action()
        best = min(best, time.perf_counter() - start)
    return best, value


def of_rank(size: int, rank: int, p: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(size)
    if rank == size:
        return rng.integers(0, p, (size, size))
    left, right = (
        rng.integers(0, p, shape).astype(np.float64) for shape in ((size, rank), (rank, size))
    )
    total = np.zeros((size, size))
    for start in range(0, rank, 64):
        total = (total + left[:, start : start + 64] @ right[start : start + 64]) % p
    return total.astype(np.int64)


def line(size: int, rank: int, p: int) -> str:
    matrix = of_rank(size, rank, p)
    ours, profile = timed(lambda: rank_profile(matrix, p), 3)
    kernel, _ = timed(lambda: solve_dependents(matrix, p, profile), 2)
    entries = matrix.ravel().tolist()
    build, other = timed(lambda: flint.nmod_mat(size, size, entries, p))
    theirs, found = timed(other.rank)
    assert profile.rank == found == rank
    ratio = (theirs + build) / ours
    return (
        f"{size:4d}  {rank:4d}  {ours:8.3f}  {kernel:8.3f}  {theirs:7.3f}  {build:7.3f} "
        f" {ratio:5.1f}"
    )


def main(arguments: list[str]) -> None:
    cases = [(500, 500), (1500, 1500), (1500, 750), (4000, 4000), (4000, 2000), (5000, 5000)]
    for p in [int(text) for text in arguments if text.isdigit()] or [1048573, 8388593]:
        print(f"p = {p}")
        print("size  rank    ours s  kernel s  flint s  build s  ratio")
        for size, rank in cases[:3] if "--quick" in arguments else cases:
            print(line(size, rank, p), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
