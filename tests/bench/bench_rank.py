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
from fractions import Fraction
from functools import partial

import flint

import rankstrat as rs
from rankstrat.rank.lower_bounds import row_count, sampled_rank
from rankstrat.rank.search import Analysis


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


def run(name: str) -> None:
    """One case in this process: times, ratio and peak memory."""
    rs.model_rank(
        two_layer(2, 1, True).point(a=[1, 2], w=[[1], [2]], b=[1, 2])
    )  # imports and tables are warm
    start = time.perf_counter()
    model = CASES[name]()
    rng = random.Random(1)
    point = model.point([weight(rng) for _ in range(model.size)])
    certificate = rs.model_rank(point)
    ours = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    analysis = Analysis(point, 0)
    count = row_count(analysis.tangents, len(analysis.parameters))
    sampled = sampled_rank(analysis.tower, analysis.parameters, count, seed=0, attempt=0)
    entries = sampled.matrix.ravel().tolist()
    start = time.perf_counter()
    matrix = flint.nmod_mat(*sampled.matrix.shape, entries, sampled.prime)
    built = time.perf_counter() - start
    rank = matrix.rank()
    theirs = time.perf_counter() - start
    assert rank == certificate.lower
    print(
        f"{name:36s} rank {certificate.lower:5d} {certificate.verdict!s:8s} ours {ours:6.2f} s  "
        f" flint {theirs:6.2f} s (build {built:.2f})   ratio {ours / theirs:5.2f}   peak"
        f" {memory:.2f} GiB",
        flush=True,
    )


def main() -> None:
    """Every case in a process of its own."""
    for name in CASES:
        subprocess.run([sys.executable, __file__, name], check=True)


if __name__ == "__main__":
    run(sys.argv[1]) if sys.argv[1:] else main()
