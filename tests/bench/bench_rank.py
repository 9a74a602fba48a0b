"""Model rank against bare FLINT: everything from building the model to the certificate, over
building and ranking the same matrix with python-flint alone, in one run.

    python tests/bench/bench_rank.py [--full]
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from functools import partial
from typing import TypeVar

import flint

import rankstrat as rs
from rankstrat.errors import UndecidedError
from rankstrat.model.model import Chart
from rankstrat.rank.lower_bounds import row_count, sampled_rank
from rankstrat.rank.search import Analysis

T = TypeVar("T")


def weight(rng: random.Random) -> Fraction:
    return Fraction(rng.choice([-1, 1]) * rng.randint(1, 999), rng.randint(1, 30))


def two_layer(width: int, inputs: int, bias: bool) -> rs.Model:
    return rs.families.two_layer(width=width, inputs=inputs, activation="tanh", bias=bias)


def deep(widths: list[int], activation: str) -> rs.Model:
    return rs.families.fully_connected(widths=widths, activation=activation)


def convolution(size: int, kernels: int) -> rs.Model:
    return rs.families.convolutional(
        kernels=kernels, size=size, kernel_size=3, dimension=2, activation="tanh"
    )


CASES: dict[str, Callable[[], rs.Model]] = {
    "two-layer, d=1, bias, M=1500": lambda: two_layer(500, 1, True),
    "two-layer, d=8, M=5004": lambda: two_layer(556, 8, False),
    **{
        f"deep {widths}": partial(deep, widths, "tanh")
        for widths in ([2, 14, 14, 1], [4, 24, 24, 1], [5, 32, 32, 1])
    },
    **{
        f"ReLU {widths}": partial(deep, widths, "relu")
        for widths in ([2, 12, 12, 1], [3, 20, 20, 1], [5, 32, 32, 1])
    },
    **{
        f"convolution {size}x{size}, {kernels} kernels": partial(convolution, size, kernels)
        for size, kernels in ((6, 2), (9, 3), (12, 4))
    },
    **{
        f"attention, {tokens} tokens of {width}, head {head}": partial(
            rs.families.attention, tokens=tokens, model_dim=width, head_dim=head
        )
        for tokens, width, head in ((2, 2, 1), (2, 3, 2), (3, 4, 2))
    },
}


SMALLEST = {name.split()[0]: name for name in reversed(CASES)}
"""The first case of each kind, which loads what its family needs."""

REPEATS = 5
LONG = 2.0
"""Seconds from which on one measurement is enough."""


def seconds(action: Callable[[], T]) -> tuple[float, T]:
    """The best of a few measurements, and the last value."""
    best = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        value = action()
        best = min(best, time.perf_counter() - start)
        if best > LONG:
            break
    return best, value


def at_random(name: str) -> Chart:
    model, rng = CASES[name](), random.Random(1)
    return model.point([weight(rng) for _ in range(model.size)])


def run(name: str) -> None:
    """One case in this process: times, ratio and peak memory; modules and tables are loaded."""
    warm = two_layer(2, 1, True).point(a=[1, 2], w=[[1], [2]], b=[1, 2])
    rs.model_rank(warm)
    rs.rank_by_lemma(warm)
    rs.model_rank(CASES[SMALLEST[name.split()[0]]]().generic())
    point = at_random(name)
    ours, certificate = seconds(lambda: rs.model_rank(at_random(name)))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    analysis = Analysis(point, 0)
    count = row_count(analysis.tangents, len(analysis.parameters))
    sampled = sampled_rank(analysis.tower, analysis.parameters, count, seed=0, attempt=0)
    entries = sampled.matrix.ravel().tolist()
    shape, prime = sampled.matrix.shape, sampled.prime
    build, _ = seconds(lambda: flint.nmod_mat(*shape, entries, prime))
    theirs, rank = seconds(lambda: flint.nmod_mat(*shape, entries, prime).rank())
    assert rank == certificate.lower
    line = (
        f"{name:36s} rank {certificate.lower:5d} {certificate.verdict!s:8s} ours {ours:7.3f} s  "
        f" flint {theirs:6.3f} s (build {build:.3f})   ratio {ours / theirs:5.2f}   peak"
        f" {memory:.2f} GiB"
    )
    with suppress(UndecidedError):
        lemma, value = seconds(lambda: rs.rank_by_lemma(at_random(name)))
        assert int(value) == rank
        line += f"   lemma {lemma:.4f} s, ratio {lemma / theirs:.2f}"
    print(line, flush=True)


def main() -> None:
    """Every case in a process of its own."""
    for name in CASES:
        subprocess.run([sys.executable, __file__, name], check=True)


if __name__ == "__main__":
    run(sys.argv[1]) if sys.argv[1:] else main()
