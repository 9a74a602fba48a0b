"""The conditions of units of a layer in words, and how far floats are from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from rankstrat.model.structure import Layers
from rankstrat.text.tables import Math

Unit = tuple[int, bool, int]
"""The leader of a unit (-1 where it is constant), whether it is null, and its number."""


@dataclass(frozen=True)
class Words:
    """The conditions on units of one layer.

    Attributes:
        weights: the block of the incoming weights.
        bias: that of the biases; empty where there are none.
        after: the block of the outgoing weights.
        names: block -> array of the symbols that its entries are elsewhere.
    """

    weights: str
    bias: str
    after: str
    names: Mapping[str, Any] | None = None

    def merged(self, units: Iterable[tuple[int, int]]) -> Math:
        """Incoming weights and biases of units with signs, which are equal."""
        found = [(self._incoming(unit), "-" * (sign < 0)) for unit, sign in units]
        return Math(
            " = ".join(minus + name.text for name, minus in found),
            " = ".join(minus + name.latex for name, minus in found),
        )

    def null(self, unit: int) -> Math:
        """The outgoing weights of a unit vanish: a column of the next layer."""
        if self.names is not None:
            block = np.asarray(self.names[self.after])
            return _zero(_listed(block.reshape(-1, block.shape[-1])[:, unit].tolist()))
        latex = rf"{_latex(self.after)}_{{\cdot {unit + 1}}}"
        return _zero(Math(f"{self.after}_*_{unit + 1}", latex))

    def constant(self, unit: int) -> Math:
        """The incoming weights of a unit vanish: a row of the layer."""
        return _zero(self._row(unit))

    def _row(self, unit: int) -> Math:
        if self.names is not None:
            return _listed(np.ravel(self.names[self.weights][unit]).tolist())
        latex = rf"{_latex(self.weights)}_{{{unit + 1}}}"
        return Math(f"{self.weights}_{unit + 1}", latex)

    def _incoming(self, unit: int) -> Math:
        if self.names is not None:
            own = np.ravel(self.names[self.weights][unit]).tolist()
            return _listed([*own, *([self.names[self.bias][unit]] if self.bias else [])])
        row = self._row(unit)
        if not self.bias:
            return row
        text, latex = f"{self.bias}_{unit + 1}", rf"{_latex(self.bias)}_{{{unit + 1}}}"
        return Math(f"({row.text}, {text})", rf"({row.latex}, {latex})")


def _zero(name: Math) -> Math:
    return Math(f"{name.text} = 0", f"{name.latex} = 0")


def _listed(symbols: Sequence[sympy.Symbol]) -> Math:
    if len(symbols) == 1:
        return Math(str(symbols[0]), sympy.latex(symbols[0]))
    return Math(f"({', '.join(map(str, symbols))})", f"({', '.join(map(sympy.latex, symbols))})")


def _latex(block: str) -> str:
    letter = block.rstrip("0123456789")
    return rf"{letter}^{{[{block[len(letter) :]}]}}"


def condition_words(
    units: Sequence[Unit], words: Words, signs: Mapping[int, int]
) -> Iterator[Math]:
    """The conditions of one layer, whose units have signs (+1 where none is given)."""
    sets: dict[int, list[int]] = {}
    for leader, _, unit in units:
        sets.setdefault(leader, []).append(unit)
    for leader, members in sets.items():
        if leader >= 0 and len(members) > 1:
            first, *others = sorted(members)
            turn = signs.get(first, 1)
            yield words.merged([(first, 1), *((i, turn * signs.get(i, 1)) for i in others)])
    yield from (words.null(unit) for unit in sorted(unit for _, null, unit in units if null))
    yield from (words.constant(i) for i in sorted(i for leader, _, i in units if leader < 0))


def deep_distances(
    layers: Layers, signed: bool, arrays: Mapping[str, Any], names: Mapping[str, Any] | None
) -> Iterator[tuple[Math, float]]:
    """The distance to each condition on one unit or two of a layer."""
    for layer in range(1, len(layers.widths) - 1):
        weights, bias = layers.weights[layer - 1], layers.biases[layer - 1]
        words = Words(weights, bias, layers.weights[layer], names)
        rows = np.asarray(arrays[weights], dtype=float)
        outgoing = np.asarray(arrays[words.after], dtype=float).reshape(-1, len(rows))
        vectors = np.column_stack([rows, arrays[bias]]) if bias else rows
        for i in range(len(rows)):
            yield words.null(i), float(np.linalg.norm(outgoing[:, i]))
            yield words.constant(i), float(np.linalg.norm(rows[i]))
            for j in range(i):
                for sign in (1, -1) if signed else (1,):
                    gap = float(np.linalg.norm(vectors[j] - sign * vectors[i])) / np.sqrt(2)
                    yield words.merged(((j, 1), (i, sign))), float(gap)


__all__ = ["Words", "condition_words", "deep_distances"]
