"""Variants of attention layers, and layers in a row, as models for theorems of gauge groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy

from rankstrat.model.model import Model

Array = Any


@dataclass
class Symbols:
    """Blocks of new symbols, in order."""

    parameters: list[sympy.Symbol] = field(default_factory=list)
    inputs: list[sympy.Symbol] = field(default_factory=list)

    def block(self, name: str, rows: int, columns: int) -> Array:
        """A matrix of parameters."""
        return self._new(self.parameters, name, rows, columns)

    def tokens(self, name: str, rows: int, columns: int) -> Array:
        """A matrix of inputs."""
        return self._new(self.inputs, name, rows, columns)

    def _new(self, kept: list[sympy.Symbol], name: str, rows: int, columns: int) -> Array:
        found = [sympy.Symbol(f"{name}{i}_{j}") for i in range(rows) for j in range(columns)]
        kept += found
        return np.array(found, dtype=object).reshape(rows, columns)

    def model(self, outputs: Array, name: str) -> Model:
        """The model with these outputs."""
        return Model(list(outputs.ravel()), self.parameters, self.inputs, name)


def softmax(scores: Array) -> Array:
    """softmax of each row, shifted by its first score."""
    rows = []
    for row in scores:
        powers = [sympy.S.One, *(sympy.exp(s - row[0]) for s in row[1:])]
        whole = sympy.Add(*powers)
        rows.append([p / whole for p in powers])
    return np.array(rows, dtype=object)


def grouped(tokens: int, size: int, head: int, *, groups: int, queries: int, linear: bool) -> Model:
    """Heads of which `queries` share one key and one value, in `groups` groups."""
    s = Symbols()
    x = s.tokens("x", tokens, size)
    total: Array = 0
    for g in range(groups):
        key, value = s.block(f"K{g}_", size, head), s.block(f"V{g}_", size, head)
        for h in range(queries):
            query = s.block(f"Q{g}_{h}_", size, head)
            out = s.block(f"O{g}_{h}_", head, size)
            scores = x.dot(query).dot(x.dot(key).T)
            weights = scores if linear else softmax(scores)
            total = total + weights.dot(x.dot(value)).dot(out)
    return s.model(total, "attention with grouped queries")


def crossed(tokens: tuple[int, int], sizes: tuple[int, int, int], head: int, value: int) -> Model:
    """Queries from one sequence, keys and values from another."""
    s = Symbols()
    y, x = s.tokens("y", tokens[0], sizes[0]), s.tokens("x", tokens[1], sizes[1])
    query, key = s.block("Q", sizes[0], head), s.block("K", sizes[1], head)
    into, out = s.block("V", sizes[1], value), s.block("O", value, sizes[2])
    weights = softmax(y.dot(query).dot(x.dot(key).T))
    return s.model(weights.dot(x.dot(into)).dot(out), "cross attention")


ANGLES = ((3, 4, 5), (5, 12, 13), (8, 15, 17))
"""Rotations by different angles with rational entries."""


def rotated(tokens: int, size: int, blocks: int) -> Model:
    """Rotary positions: the score of tokens i and j is x_i Q R^(i-j) K^T x_j, R a sum of plane
    rotations.
    """
    s = Symbols()
    x = s.tokens("x", tokens, size)
    head = 2 * blocks
    query, key = s.block("Q", size, head), s.block("K", size, head)
    value, out = s.block("V", size, head), s.block("O", head, size)
    turn = sympy.zeros(head, head)
    for k, (c, h, z) in enumerate(ANGLES[:blocks]):
        cosine, sine = sympy.Rational(c, z), sympy.Rational(h, z)
        turn[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = sympy.Matrix([[cosine, -sine], [sine, cosine]])
    scores = np.empty((tokens, tokens), dtype=object)
    for i in range(tokens):
        for j in range(tokens):
            between = np.array((turn ** (i - j)).tolist(), dtype=object)
            scores[i, j] = x[i].dot(query).dot(between).dot(x[j].dot(key))
    return s.model(softmax(scores).dot(x.dot(value)).dot(out), "rotary attention")


def stacked(tokens: int, size: int, head: int, layers: int, *, linear: bool) -> Model:
    """Layers X -> weights(X Q K^T X^T) X V with full V, in a row."""
    s = Symbols()
    x = s.tokens("x", tokens, size)
    for layer in range(layers):
        query, key = (s.block(f"{n}{layer}_", size, head) for n in "QK")
        value = s.block(f"V{layer}_", size, size)
        scores = x.dot(query).dot(x.dot(key).T)
        weights = scores if linear else softmax(scores)
        x = weights.dot(x.dot(value))
    return s.model(x, f"{layers} layers of attention")


def products(size: int, head: int, layers: int) -> Model:
    r"""What the functions of `stacked` depend on, in its parameters: $W_i Q_i K_i^\top W_i^\top$
    with $W_i = V_1 \cdots V_{i-1}$, and $V_1 \cdots V_l$.
    """
    s = Symbols()
    before: Array = np.array(sympy.eye(size).tolist(), dtype=object)
    outputs = []
    for layer in range(layers):
        query, key = (s.block(f"{n}{layer}_", size, head) for n in "QK")
        value = s.block(f"V{layer}_", size, size)
        outputs += list(before.dot(query).dot(key.T).dot(before.T).ravel())
        before = before.dot(value)
    return s.model(np.array([*outputs, *before.ravel()], dtype=object), "products of attention")


def integers(rng: Any, model: Model, *, bound: int = 4) -> Sequence[int]:
    """A random nonzero point."""
    return [rng.choice((-1, 1)) * rng.randint(1, bound) for _ in range(model.size)]


__all__ = ["crossed", "grouped", "integers", "products", "rotated", "stacked"]
