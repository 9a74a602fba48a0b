r"""General compatible embeddings: every target unit is a copy of a source unit or a null unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy

from rankstrat.errors import FamilyError
from rankstrat.mappings.constructions.layers import Array, Layered
from rankstrat.mappings.mapping import CriticalMapping
from rankstrat.model.model import Model

Index = tuple[int | None, ...]


@dataclass
class _Symbols:
    """Fresh symbols beta, B, delta in the order in which they are asked for."""

    count: dict[str, int] = field(default_factory=dict)

    def __call__(self, name: str) -> sympy.Symbol:
        self.count[name] = self.count.get(name, 0) + 1
        return sympy.Symbol(f"{name}{self.count[name]}")


def compatible(
    source: Model, target: Model, indices: Sequence[Sequence[int | None]]
) -> CriticalMapping:
    r"""All $W'_{ij} = \alpha_{ij} W_{I_l(i), I_{l-1}(j)}$ that satisfy the forward and backward
    conditions.

    `indices[l-1][i]` is $I_l(i)$: the source unit (from 0) that unit i of hidden layer l copies, or
    None for a null unit. The free symbols are $\beta$ (shares of the copies), $B$ (effective biases
    of null units) and $\delta$: $\alpha_{ij} = \beta_j + \gamma_{ij}$ with
    $\sum_j \gamma_{ij} = 0$, $\sum_i \beta_i\gamma_{ij} = 0$ solved by
    $\gamma_{ij} = \beta_1\delta_{ij}$, $\gamma_{1j} = -\sum_{i \ge 2}\beta_i\delta_{ij}$,
    polynomial in the symbols. Their number is $K + \sum_l K_l K_{l-1}$, $K_l$ the units added to
    layer l.

    Raises:
        FamilyError: indices that do not fit, a source unit without a copy, null units where a bias
            is needed.

    References:
        EP2 Definition 5.2, Theorem 5.1.

    Example:
        >>> from rankstrat.families import fully_connected
        >>> P = compatible(fully_connected([1, 1, 1]), fully_connected([1, 3, 1]), [[0, 0, None]])
        >>> P.symbols, P.verdict
        ((B1, beta1), <Verdict.PROVED: 'PROVED'>)
    """
    a, b = Layered(source), Layered(target)
    if not a.same_kind(b):
        raise FamilyError(
            f"{target} is not of the kind of {source}; depth, ends, activation and biases must"
            " agree"
        )
    maps = _indices(a, b, indices)
    fresh = _Symbols()
    beta = [_shares(maps[0], fresh)]
    constants: list[list[Any]] = [[None] * len(maps[0])]
    weights: list[Array] = []
    biases: list[Array | None] = []
    for layer in range(1, a.depth + 1):
        rows, columns = maps[layer], maps[layer - 1]
        beta.append(_shares(rows, fresh))
        constants.append(
            [fresh("B") if i is None and a.has_bias(layer) else sympy.Integer(0) for i in rows]
        )
        alpha = _alpha(rows, columns, beta[layer], beta[layer - 1], fresh)
        weights.append(_weights(a, layer, rows, columns, alpha))
        biases.append(_biases(a, layer, rows, columns, alpha, constants))
    return CriticalMapping(source, target, b.values(weights, biases), "compatible")


def _indices(a: Layered, b: Layered, indices: Sequence[Sequence[int | None]]) -> list[Index]:
    if len(indices) != a.depth - 1:
        raise FamilyError(
            f"{len(indices)} index lists were given for {a.depth - 1} hidden layers; give one for"
            " each"
        )
    maps: list[Index] = [
        tuple(range(a.widths[0])),
        *(tuple(i) for i in indices),
        tuple(range(a.widths[-1])),
    ]
    for layer in range(1, a.depth):
        found = maps[layer]
        if len(found) != b.widths[layer]:
            raise FamilyError(
                f"{len(found)} indices were given for the {b.widths[layer]} units of layer {layer};"
                " give one for each unit of the target"
            )
        lost = set(range(a.widths[layer])) - set(found)
        wrong = [i for i in found if i is not None and not 0 <= i < a.widths[layer]]
        if lost or wrong:
            raise FamilyError(
                f"in layer {layer} unit {min(lost or set(wrong))} of the source "
                f"{'has no copy' if lost else 'does not exist'}; every unit needs one"
            )
        if None in found and a.activation.value_at_zero != 0 and not (a.has_bias(layer + 1)):
            raise FamilyError(
                f"a null unit in layer {layer} needs a bias in layer {layer + 1} (or sigma(0) = 0);"
                " add the bias or use copies only"
            )
        if None in found and a.has_bias(layer) and not a.has_bias(layer + 1):
            raise FamilyError(
                f"a null unit with a bias in layer {layer} needs a bias in layer {layer + 1}; use"
                " mappings.null with alpha=0"
            )
    return maps


def _copies(index: Index) -> dict[int, list[int]]:
    result: dict[int, list[int]] = {}
    for i, s in enumerate(index):
        if s is not None:
            result.setdefault(s, []).append(i)
    return result


def _shares(index: Index, fresh: _Symbols) -> list[Any]:
    """beta with sum 1 over the copies of each unit (0 at null units)."""
    beta: list[Any] = [sympy.Integer(0)] * len(index)
    for units in _copies(index).values():
        rest = [fresh("beta") for _ in units[1:]]
        beta[units[0]] = 1 - sum(rest, sympy.Integer(0))
        for unit, share in zip(units[1:], rest, strict=True):
            beta[unit] = share
    return beta


def _alpha(
    rows: Index, columns: Index, beta: Sequence[Any], before: Sequence[Any], fresh: _Symbols
) -> Array:
    zero = sympy.Integer(0)
    alpha = np.full((len(rows), len(columns)), zero, dtype=object)
    blocks = [(units, True) for units in _copies(columns).values()] + [
        ([j], False) for j, s in enumerate(columns) if s is None
    ]
    for units, effective in blocks:
        free = units[1:] if effective else units
        for group in _copies(rows).values():
            delta = {(i, j): fresh("delta") for i in group[1:] for j in free}
            gamma: dict[tuple[int, int], Any] = {
                (i, j): beta[group[0]] * d for (i, j), d in delta.items()
            }
            gamma |= {
                (group[0], j): -sum((beta[i] * delta[i, j] for i in group[1:]), zero) for j in free
            }
            for i in group:
                for j in free:
                    alpha[i, j] = (before[j] if effective else zero) + gamma[i, j]
                if effective:
                    alpha[i, units[0]] = before[units[0]] - sum((gamma[i, j] for j in free), zero)
        for i in (i for i, s in enumerate(rows) if s is None):
            for j in free:
                alpha[i, j] = fresh("delta")
            if effective:
                alpha[i, units[0]] = -sum((alpha[i, j] for j in free), zero)
    return alpha


def _weights(a: Layered, layer: int, rows: Index, columns: Index, alpha: Array) -> Array:
    inner = a.weights(layer)
    result = alpha.copy()
    for i, s in enumerate(rows):
        for j, t in enumerate(columns):
            if s is not None and t is not None:
                result[i, j] = alpha[i, j] * inner[s, t]
    return result


def _biases(
    a: Layered,
    layer: int,
    rows: Index,
    columns: Index,
    alpha: Array,
    constants: Sequence[Sequence[Any]],
) -> Array | None:
    inner = a.biases(layer)
    if inner is None:
        return None
    shift = [
        sum(
            (
                alpha[i, j] * a.activation(constants[layer - 1][j])
                for j, t in enumerate(columns)
                if t is None
            ),
            sympy.Integer(0),
        )
        for i in range(len(rows))
    ]
    values = [
        (constants[layer][i] if s is None else inner[s]) - shift[i] for i, s in enumerate(rows)
    ]
    return np.array(values, dtype=object)


__all__ = ["compatible"]
