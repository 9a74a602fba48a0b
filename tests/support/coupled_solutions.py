"""Small integer solutions of F = f* for coupled two-layer networks, and their ranks by independent
formulas.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import oracles
import sympy

from rankstrat.families import two_layer

X1, X2 = sympy.symbols("x1 x2")
ANALYTIC, RAYS = ("softplus", "silu", "gelu"), ("relu", "leaky_relu", "abs")
NUMPY = {
    "softplus": lambda z: np.logaddexp(0, z),
    "silu": lambda z: z / (1 + np.exp(-z)),
    "gelu": lambda z: z * (1 + np.vectorize(math.erf)(z / np.sqrt(2))) / 2,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.maximum(z, z / 100),
    "abs": np.abs,
}
LEFT_SLOPE = {"relu": Fraction(0), "leaky_relu": Fraction(1, 100), "abs": Fraction(-1)}
ORACLE = {"softplus": "softplus", "silu": "swish", "gelu": "gelu"}
SLOPE = {"leaky_relu": Fraction(101, 200), "abs": Fraction(0)}


def rank_of(activation, point):
    """The rank by the independent formulas."""
    a = [
        v if isinstance(v, int | Fraction) or v.is_Rational else 1 for v in point.arrays["a"]
    ]  # only a != 0 matters
    w = point.arrays["w"].tolist()
    b = list(point.arrays["b"]) if "b" in point.arrays else None
    if activation in RAYS:
        if "c" in point.arrays:
            raise NotImplementedError
        return oracles.rank_leaky_relu(a, w, LEFT_SLOPE[activation], b)
    vectors = [[*u, v] for u, v in zip(w, b, strict=True)] if b is not None else w
    maps = oracles.free_maps(len(a), len(vectors[0]))
    kappa = [v for u in vectors for v in u]
    sigma = oracles.SIGMAS[ORACLE[activation]]
    return oracles.tied_rank(
        a, maps, kappa, sigma, bias=b is not None, output_bias="c" in point.arrays
    )


def draw_target(activation, k, d, bias, output_bias, rng):
    pool = list(itertools.product((-1, 0, 1, 2), repeat=d))
    blocks = {
        "a": [int(v) for v in rng.choice([-2, -1, 1, 2], size=k)] or [0],
        "w": [list(pool[i]) for i in rng.integers(len(pool), size=k)] or [[0] * d],
    }
    if bias:
        blocks["b"] = [int(v) for v in rng.integers(-1, 2, size=k)] or [0]
    if output_bias:
        blocks["c"] = int(rng.integers(-1, 2))
    return two_layer(max(k, 1), d, activation, bias=bias, output_bias=output_bias).point(**blocks)


def values(activation, vectors, inputs):
    d = len(inputs)
    return NUMPY[activation](vectors[:, :d] @ inputs + vectors[:, d:])


def times(factor, vector):
    return tuple(int(factor) * v for v in vector)


def brute_force(activation, m, target, rng, trials):
    """Small integer points and whether F = f* there, by floating-point values at generic inputs."""
    arrays = target.arrays
    d, bias, output_bias = arrays["w"].shape[1], "b" in arrays, "c" in arrays
    inputs = 2 * rng.normal(size=(d, 40))
    b = arrays["b"] if bias else [0] * len(arrays["a"])
    base = [(*map(int, w), int(s)) for w, s in zip(arrays["w"], b, strict=True)]
    star = np.array(arrays["a"], float) @ values(activation, np.array(base, float), inputs)
    star += float(arrays["c"][()]) if output_bias else 0
    scaled = {times(s, u) for u in base for s in (1, -1, 2, -2)}
    shifts = (-1, 0, 1) if bias else (0,)
    pool = sorted(
        scaled | {(*w, s) for w in itertools.product((-1, 0, 1, 2), repeat=d) for s in shifts}
    )
    outputs = np.array(list(itertools.product(range(-2, 3), repeat=m)))
    for _ in range(trials):
        v = [pool[i] for i in rng.integers(len(pool), size=m)]
        if rng.integers(4) == 0:  # copies of the target's neurons
            v = [times(rng.choice([1, 1, -1]), base[rng.integers(len(base))]) for _ in range(m)]
        elif rng.integers(3):  # the target's own classes, with some sign, and a pair
            for j, u in enumerate(base[:m]):
                v[j] = times(rng.choice([1, -1]), u)
            if rng.integers(2) and m > len(base):
                v[-1] = times(-1, v[-2])
            v = [v[i] for i in rng.permutation(m)]
        if rng.integers(4) == 0:
            v = [times(int(rng.integers(4) == 0), u) for u in v]
        gap = outputs @ values(activation, np.array(v, float), inputs) - star
        c = -np.round(np.median(gap, axis=1)) if output_bias else np.zeros(len(outputs))
        error = np.abs(gap + c[:, None]).max(axis=1)
        solved, others = np.flatnonzero(error < 1e-9), np.flatnonzero(error > 1e-3)
        solved = solved[np.argsort(np.abs(outputs[solved]).sum(axis=1), kind="stable")]
        for i in (
            *solved[:2],
            *rng.permutation(solved)[:8],
            *rng.choice(others, size=min(2, len(others))),
        ):
            blocks = {"a": [int(t) for t in outputs[i]], "w": [list(u[:d]) for u in v]}
            blocks |= {"b": [u[d] for u in v]} if bias else {}
            blocks |= {"c": int(c[i])} if output_bias else {}
            yield blocks, bool(error[i] < 1e-9)


def has_kink(blocks):
    """Whether the model has no derivative: w = b = 0 and a != 0."""
    biases = blocks.get("b", [0] * len(blocks["a"]))
    return any(
        a and not any(w) and not b for a, w, b in zip(blocks["a"], blocks["w"], biases, strict=True)
    )
