"""The rank of a polynomial network at a random point modulo a prime, by forward and backward passes
in numpy: nothing of the engine is used.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

PRIME = 1_048_573


def rank_at_random(widths: tuple[int, ...], degree: int, rng: np.random.Generator) -> int:
    """A lower bound of the dimension of the neurovariety."""
    layers = len(widths) - 1
    inputs = sum(a * b for a, b in pairwise(widths)) + 10
    weights = [rng.integers(1, PRIME, (widths[i + 1], widths[i])) for i in range(layers)]
    before, arguments = [rng.integers(1, PRIME, (inputs, widths[0]))], []
    for i, matrix in enumerate(weights):
        arguments.append((before[-1][:, None, :] * matrix % PRIME).sum(2) % PRIME)
        if i < layers - 1:
            before.append(_power(arguments[-1], degree))
    outputs = widths[-1]
    slope = np.broadcast_to(np.eye(outputs, dtype=np.int64), (inputs, outputs, outputs))
    blocks = []
    for i in reversed(range(layers)):
        tangent = slope[:, :, :, None] * before[i][:, None, None, :] % PRIME
        blocks.append(tangent.reshape(inputs * outputs, -1))
        if i:
            back = sum(slope[:, :, k, None] * weights[i][k] % PRIME for k in range(widths[i + 1]))
            inner = degree * _power(arguments[i - 1], degree - 1) % PRIME
            slope = back % PRIME * inner[:, None, :] % PRIME
    return rank_modulo(np.hstack(blocks))


def _power(values: np.ndarray, exponent: int) -> np.ndarray:
    result = np.ones_like(values)
    for _ in range(exponent):
        result = result * values % PRIME
    return result


def rank_modulo(matrix: np.ndarray) -> int:
    """Gauss elimination."""
    matrix, rank = matrix.copy() % PRIME, 0
    for column in range(matrix.shape[1]):
        nonzero = np.flatnonzero(matrix[rank:, column])
        if nonzero.size == 0:
            continue
        pivot = rank + nonzero[0]
        matrix[[rank, pivot]] = matrix[[pivot, rank]]
        row = matrix[rank] * pow(int(matrix[rank, column]), -1, PRIME) % PRIME
        rest = np.flatnonzero(matrix[rank + 1 :, column]) + rank + 1
        matrix[rest] = (matrix[rest] - np.outer(matrix[rest, column], row)) % PRIME
        rank += 1
        if rank == matrix.shape[0]:
            break
    return rank
