r"""Back from a wide net: merge equal units, fold constant ones, drop silent ones; the critical
strata $C^{r,l}$.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from rankstrat.errors import FamilyError, NotOutputPreservingError, PointError, demand
from rankstrat.mappings.constructions.layers import Array, Layered
from rankstrat.mappings.values import target_chart
from rankstrat.model.model import Chart
from rankstrat.rank.inclusion import include
from rankstrat.rank.joint import Joint, same_function
from rankstrat.rank.verdict import Verdict
from rankstrat.rank.zero import vanishes
from rankstrat.text.spoken import Spoken


@dataclass(frozen=True)
class Reduction(Spoken):
    r"""A narrower net with the same function, reached by merging and dropping units.

    Attributes:
        point: where it started.
        reduced: the point of the narrower net.
        moves: what was done, one phrase for each unit, by its number (from 0) in the net that was
            given.
        critical: whether $T(\text{reduced}) \subseteq T(\text{point})$ was proved, so that a
            critical point reduces to a critical point for every data set and loss.
    """

    point: Chart
    reduced: Chart
    moves: tuple[str, ...]
    critical: Verdict

    def __str__(self) -> str:
        moves = "; ".join(self.moves) or "nothing to reduce"
        return f"{self.point.model} -> {self.reduced.model}: {moves}  [{self.critical}]"


def reduction(point: Chart, *, seed: int = 0) -> Reduction:
    r"""Undo splittings and null units: the narrowest net these moves reach, with proof that the
    function is the same.

    Units of one hidden layer with equal incoming weights and bias are merged (equal up to sign for
    odd and even activations); units without incoming weights are folded into the next bias; silent
    units are dropped.

    Args:
        point: a point or chart of a layered family.
        seed: for the exact checks.

    References:
        CRIT Definition 4.4.

    Example:
        >>> from rankstrat.families import two_layer
        >>> point = two_layer(width=3, inputs=1).point(a=[1, 2, 0], w=[[5], [-5], [7]])
        >>> print(reduction(point).reduced)
        point of two_layer(width=1, inputs=1, activation='tanh') at a1 = -1, w1_1 = 5
    """
    demand(point, Chart, PointError, "a point or chart", "try model.point(...)")
    view = Layered(point.model)
    work = _Weights(view, point)
    moves: list[str] = []
    changed = True
    while changed:
        found = next(
            (m for layer in range(1, view.depth) if (m := work.step(layer)) is not None), None
        )
        changed = found is not None
        if found is not None:
            moves.append(found)
    widths = [view.widths[0], *(w.shape[0] for w in work.weights)]
    narrow = Layered(view.with_widths(widths))
    values = narrow.values(work.weights, work.biases)
    flat = [
        v for block in narrow.model.blocks for v in np.asarray(values[block], dtype=object).ravel()
    ]
    reduced = target_chart(point.model, narrow.model, flat)
    return Reduction(point, reduced, tuple(moves), _critical(point, reduced, seed))


def _critical(point: Chart, reduced: Chart, seed: int) -> Verdict:
    joint = Joint([point, reduced])
    for f, g in zip(*joint.output_lists, strict=True):
        if not same_function(joint, f, g, seed=seed):
            raise NotOutputPreservingError(
                f"the reduced net {reduced} could not be shown to have the same output; please"
                " report this"
            )
    found = include(joint, seed=seed)
    if found.outside:
        return Verdict.REFUTED
    if found.unproved:
        return Verdict.OPEN
    return Verdict.PROVED


class _Weights:
    """Weights and biases of a layered net, narrowed one unit at a time."""

    def __init__(self, view: Layered, point: Chart) -> None:
        self.view = view
        lookup = dict(zip((str(p) for p in point.model.parameters), point.raw, strict=True))
        pick = np.vectorize(lambda s: lookup[str(s)], otypes=[object])
        self.weights: list[Array] = [pick(view.weights(k)) for k in range(1, view.depth + 1)]
        # the numbers of the units in the net that was given, whatever has been removed since
        self.units = [list(range(w.shape[0])) for w in self.weights]
        biases = [view.biases(k) for k in range(1, view.depth + 1)]
        self.biases: list[Array | None] = [None if b is None else pick(b) for b in biases]

    def step(self, layer: int) -> str | None:
        """Narrow a layer by one unit, if possible; the phrase for it."""
        rows, out = self.weights[layer - 1], self.weights[layer]
        if rows.shape[0] == 1:
            return None
        parity = self.view.activation.parity
        signs = {"odd": (1, -1), "even": (1, -1)}.get(parity, (1,))
        own = self.units[layer - 1]
        for j in range(rows.shape[0]):
            name = f"unit {own[j]} of layer {layer}"
            if all(_zero(v) for v in out[:, j]):
                self._drop(layer, j)
                return f"{name} has no outgoing weight"
            if all(_zero(v) for v in rows[j]) and self._fold(layer, j):
                self._drop(layer, j)
                return f"{name} is constant"
        for j in range(rows.shape[0]):
            for i in range(j):
                for sign in signs:
                    if self._equal(layer, i, j, sign):
                        factor = sign if parity == "odd" else 1
                        out[:, i] = [
                            _sum(u, factor * v) for u, v in zip(out[:, i], out[:, j], strict=True)
                        ]
                        told = (
                            f"unit {own[j]} of layer {layer} is"
                            f" {'a copy' if sign == 1 else 'a mirror image'} of unit {own[i]}"
                        )
                        self._drop(layer, j)
                        return told
        return None

    def _equal(self, layer: int, i: int, j: int, sign: int) -> bool:
        rows, bias = self.weights[layer - 1], self.biases[layer - 1]
        pairs = [
            *zip(rows[i], rows[j], strict=True),
            *([] if bias is None else [(bias[i], bias[j])]),
        ]
        return all(_zero(_sum(u, -sign * v)) for u, v in pairs)

    def _fold(self, layer: int, j: int) -> bool:
        own, following = self.biases[layer - 1], self.biases[layer]
        value = self.view.activation(sympy.sympify(0 if own is None else own[j], strict=True))
        if following is None:
            return _zero(value)
        following[:] = [
            _sum(b, v * value) for b, v in zip(following, self.weights[layer][:, j], strict=True)
        ]
        return True

    def _drop(self, layer: int, j: int) -> None:
        del self.units[layer - 1][j]
        self.weights[layer - 1] = np.delete(self.weights[layer - 1], j, axis=0)
        bias = self.biases[layer - 1]
        self.biases[layer - 1] = None if bias is None else np.delete(bias, j)
        self.weights[layer] = np.delete(self.weights[layer], j, axis=1)


def _sum(u: Any, v: Any) -> Any:
    return sympy.expand(sympy.sympify(u, strict=True) + sympy.sympify(v, strict=True))


def _zero(value: Any) -> bool:
    return vanishes(value)


@dataclass(frozen=True)
class CriticalStratum(Spoken):
    r"""The stratum $C^{r,l}$ of a point of a two-layer net without bias: l units with a = 0, the
    others in r groups.

    Attributes:
        groups: units with dependent $\sigma(w \cdot x)$ and a != 0 in total or in part.
        ineffective: units with a = 0.
        width, inputs: of the net.
    """

    groups: tuple[tuple[int, ...], ...]
    ineffective: tuple[int, ...]
    width: int
    inputs: int

    @property
    def r(self) -> int:
        """The number of groups."""
        return len(self.groups)

    @property
    def l(self) -> int:  # noqa: E743 (the letter of the theorem)
        """The number of ineffective units."""
        return len(self.ineffective)

    def dimension_bound(self, narrow: int = 0) -> int:
        r"""$\dim C^{r,l} \le (m - l - r) + N + l(d - 1)$, N the dimension of the width-r critical
        set.
        """
        return self.width - self.l - self.r + narrow + self.l * (self.inputs - 1)

    def __str__(self) -> str:
        narrow = f"dim of the width-{self.r} critical set"
        return (
            f"C^({self.r},{self.l}) of width {self.width}: dimension <= {self.dimension_bound()} +"
            f" {narrow}"
        )


def critical_stratum(point: Chart) -> CriticalStratum:
    """The stratum of critical points a point of a two-layer net without bias would lie in.

    Raises:
        FamilyError: another kind of model, a net with bias, or an activation without an
            independence lemma.

    References:
        CRIT Definitions 4.2-4.4, Theorem 5.1.

    Example:
        >>> from rankstrat.families import two_layer
        >>> net = two_layer(width=4, inputs=2)
        >>> print(critical_stratum(net.point(a=[1, 2, 0, 1], w=[[1, 0], [-1, 0], [5, 5], [0, 1]])))
        C^(2,1) of width 4: dimension <= 2 + dim of the width-2 critical set
    """
    demand(point, Chart, PointError, "a point or chart", "try model.point(...)")
    view = Layered(point.model)
    if view.depth != 2 or view.widths[2] != 1 or view.has_bias(1) or view.has_bias(2):
        raise FamilyError(
            f"{point.model} is not a two-layer net without bias; the strata C^(r,l) are defined for"
            " those only"
        )
    if view.activation.lemma is None:
        raise FamilyError(
            f"the activation {view.activation.name} has no independence lemma; the strata C^(r,l)"
            " need one, so that equal and opposite weights are the only dependent ones"
        )
    work = _Weights(view, point)
    signs: Sequence[int] = (1, -1) if view.activation.parity in ("odd", "even") else (1,)
    silent = tuple(j for j in range(view.widths[1]) if _zero(work.weights[1][0, j]))
    groups: list[list[int]] = []
    for j in range(view.widths[1]):
        if j in silent:
            continue
        group = next((g for g in groups if any(work._equal(1, g[0], j, s) for s in signs)), None)
        if group is None:
            groups.append([j])
        else:
            group.append(j)
    return CriticalStratum(tuple(map(tuple, groups)), silent, view.widths[1], view.widths[0])


__all__ = ["CriticalStratum", "Reduction", "critical_stratum", "reduction"]
