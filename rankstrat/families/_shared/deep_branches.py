r"""Branches of deep target sets by splitting: every unit of the wide network copies one of the
narrow network, or none.

In each hidden layer a map I sends units of the wide network to units of the narrow one (onto), or
to nothing. If unit i is a copy of I(i), its incoming weights from the copies of any unit s sum to
$W_{I(i),s}$, so by induction it has the output of I(i). A unit without image is *idle* (its
outgoing weights to all copies vanish, its incoming ones are free) or, where $\sigma(0) = 0$,
*silent* (its input is zero, its outgoing weights are free). All conditions are linear.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.activation.lookup import as_activation
from rankstrat.activation.record import Activation
from rankstrat.errors import TargetError
from rankstrat.families._shared.equivariance import equivariance
from rankstrat.model.model import Chart, Model
from rankstrat.targets import (
    CONSTANT,
    AffineSubspace,
    Branch,
    BranchList,
    Candidate,
    Closure,
    RankBounds,
    TargetFunction,
)

MAX_BRANCHES, MAX_SIZE = 400, 2000
IDLE, SILENT = -1, -2
Maps = tuple[tuple[int, ...], ...]
Array = NDArray[Any]


@dataclass(frozen=True)
class Layers:
    """Weights and biases of a network, layer by layer: W_l (m_l, m_{l-1}) and b_l (m_l,)."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """m_0, ..., m_L."""
        return (self.weights[0].shape[1], *(w.shape[0] for w in self.weights))

    def reduced(self, activation: Activation) -> Layers:
        """The same function with equal units of a layer merged and units without effect left out
        (one stays).
        """
        current = self
        while (smaller := current._step(activation)) is not None:
            current = smaller
        return current

    def _step(self, activation: Activation) -> Layers | None:
        signs = {"odd": ((1, 1), (-1, -1)), "even": ((1, 1), (-1, 1))}.get(
            activation.parity, ((1, 1),)
        )
        for number in range(len(self.weights) - 1):
            w, b, out = self.weights[number], self.biases[number], self.weights[number + 1]
            if len(w) == 1:
                if not out.any() and (w.any() or b.any()):
                    return self._silenced(number)
                continue
            for i in range(len(w)):
                flat = not w[i].any() and not b[i] and activation.value_at_zero == 0
                if flat or not out[:, i].any():
                    return self._without(number, i, out)
                for j, (turn, factor) in itertools.product(range(i), signs):
                    if (w[i] == turn * w[j]).all() and b[i] == turn * b[j]:
                        merged = out.copy()
                        merged[:, j] = out[:, j] + factor * out[:, i]
                        return self._without(number, i, merged)
        return None

    def _silenced(self, number: int) -> Layers:
        """The only unit of a layer, when nothing uses it, with weights zero."""
        weights, biases = list(self.weights), list(self.biases)
        weights[number], biases[number] = weights[number] * 0, biases[number] * 0
        return Layers(tuple(weights), tuple(biases))

    def _without(self, number: int, unit: int, out: Array) -> Layers:
        weights, biases = list(self.weights), list(self.biases)
        weights[number] = np.delete(weights[number], unit, axis=0)
        biases[number] = np.delete(biases[number], unit)
        weights[number + 1] = np.delete(out, unit, axis=1)
        return Layers(tuple(weights), tuple(biases))


@dataclass(frozen=True)
class Widening:
    """A wide network and a reduced narrow one with the function of the target."""

    model: Model
    structure: Any
    narrow: Layers
    forced: Chart

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Of the wide network."""
        return tuple(self.structure.widths)

    @cached_property
    def places(self) -> tuple[list[Array], list[Array | None]]:
        """Indices of the parameters: W_l and b_l (None where there is none)."""
        weights: list[Array] = []
        biases: list[Array | None] = []
        start = 0
        for layer in range(1, len(self.widths)):
            shape = (self.widths[layer], self.widths[layer - 1])
            weights.append(np.arange(start, start + math.prod(shape)).reshape(shape))
            start += math.prod(shape)
            has_bias = f"b{layer}" in self.structure.blocks
            biases.append(np.arange(start, start + shape[0]) if has_bias else None)
            start += shape[0] * has_bias
        return weights, biases

    def maps(self) -> tuple[list[Maps], bool]:
        """Maps of the hidden layers, and whether some are left out: one of each orbit, or copies of
        unit 0 alone.
        """
        kinds = (IDLE, SILENT) if self.structure.activation.value_at_zero == 0 else (IDLE,)
        pairs = list(zip(self.widths[1:-1], self.narrow.widths[1:-1], strict=True))
        if self.model.size <= MAX_SIZE:
            total = math.prod(_surjections(m, k, len(kinds)) for m, k in pairs)
            orbits = math.prod(math.comb(m + len(kinds) - 1, m - k) for m, k in pairs)
            if total <= MAX_BRANCHES:
                return (
                    list(itertools.product(*(_onto(m, k, kinds, every=True) for m, k in pairs))),
                    False,
                )
            if orbits <= MAX_BRANCHES:
                return (
                    list(itertools.product(*(_onto(m, k, kinds, every=False) for m, k in pairs))),
                    True,
                )
        return [tuple((*range(k), *[0] * (m - k)) for m, k in pairs)], True

    def whole(self, maps: Maps) -> Maps:
        """The maps with identities for inputs and outputs."""
        return (tuple(range(self.widths[0])), *maps, tuple(range(self.widths[-1])))

    def equations(self, maps: Maps) -> Iterator[dict[int, Fraction]]:
        """The linear conditions on the parameters."""
        weights, biases = self.places
        whole = self.whole(maps)
        for number, (before, after) in enumerate(itertools.pairwise(whole)):
            w, b = self.narrow.weights[number], self.narrow.biases[number]
            bias = biases[number]
            for i, image in enumerate(after):
                if image == IDLE:
                    continue
                for s in range(w.shape[1]):
                    row = {
                        int(weights[number][i, j]): Fraction(1)
                        for j, source in enumerate(before)
                        if source == s
                    }
                    yield row | {CONSTANT: -w[image, s] if image != SILENT else Fraction(0)}
                yield from (
                    {int(weights[number][i, j]): Fraction(1)}
                    for j, s in enumerate(before)
                    if s == IDLE
                )
                if bias is not None:
                    yield {
                        int(bias[i]): Fraction(1),
                        CONSTANT: -b[image] if image != SILENT else Fraction(0),
                    }

    def least(self, maps: Maps) -> Chart:
        """The first copy of each unit keeps its outgoing weights; idle units are further copies of
        unit 0.
        """
        values: list[Any] = [Fraction(0)] * self.model.size
        weights, biases = self.places
        for number, (before, after) in enumerate(itertools.pairwise(self.whole(maps))):
            first = {s: before.index(s) for s in range(self.narrow.widths[number])}
            bias = biases[number]
            for i, image in enumerate(after):
                if image == SILENT:
                    continue
                unit = max(image, 0)
                for s, j in first.items():
                    values[weights[number][i, j]] = self.narrow.weights[number][unit, s]
                if bias is not None:
                    values[bias[i]] = self.narrow.biases[number][unit]
        return self.model.point(values)

    def branch(self, maps: Maps) -> Branch:
        """The branch of some maps."""
        space = AffineSubspace.solve(self.model.size, list(self.equations(maps)))
        assert space is not None  # the equations of different units have different unknowns
        symbols = self.model.parameters

        def form(row: dict[int, Fraction]) -> sympy.Expr:
            return sympy.Add(
                *(sympy.Rational(c) * (symbols[i] if i != CONSTANT else 1) for i, c in row.items())
            )

        chart = self.model.chart(
            {symbols[i]: symbols[i] - form(row) for i, row in space.rows.items()}
        )
        if not self.carries(maps, chart):
            raise TargetError(
                f"the chart {_label(maps)} does not have the target as its function; report this"
            )
        return Branch(
            label=_label(maps),
            chart=chart,
            closure=Closure(tuple(form(row) for row in space.rows.values()), affine=space),
            dimension=space.dimension,
            is_component=len(self.widths) <= 2,
            bounds=RankBounds(
                candidates=partial(_one_point, self.least(maps)),
                exhaustive="" if space.dimension else "the branch is a single point",
                everywhere=self.forced,
            ),
        )

    def carries(self, maps: Maps, chart: Chart) -> bool:
        """Whether F = f* on a chart: by induction over the layers, units have the inputs of what
        they copy.

        The weights from the copies of any unit sum to that unit's weight, those from idle units
        vanish.
        """
        arrays = chart.arrays
        for number, (before, after) in enumerate(itertools.pairwise(self.whole(maps))):
            w, b = self.narrow.weights[number], self.narrow.biases[number]
            found, biases = arrays[f"W{number + 1}"], arrays.get(f"b{number + 1}")
            for i, image in enumerate(after):
                if image == IDLE:
                    continue
                sums: dict[int, list[Any]] = {s: [] for s in (*range(w.shape[1]), IDLE)}
                for j, source in enumerate(before):
                    if source != SILENT:
                        sums[source].append(sympy.sympify(found[i, j]))
                goals = {s: w[image, s] if image != SILENT and s != IDLE else 0 for s in sums}
                bias = 0 if biases is None else biases[i]
                goal = b[image] if image != SILENT else 0
                pairs = [
                    *((sympy.Add(*sums[s]), goals[s]) for s in sums),
                    (sympy.sympify(bias), goal),
                ]
                if any(sympy.expand(value - goal) != 0 for value, goal in pairs):
                    return False
        return True


def _one_point(point: Chart) -> Iterator[Candidate]:
    yield Candidate(point)


def _surjections(wide: int, narrow: int, kinds: int) -> int:
    """Maps of a set to another one and to some further elements, onto the former."""
    return sum(
        (-1) ** j * math.comb(narrow, j) * (narrow - j + kinds) ** wide for j in range(narrow + 1)
    )


def _onto(wide: int, narrow: int, kinds: Sequence[int], *, every: bool) -> list[tuple[int, ...]]:
    images = [*range(narrow), *kinds]
    found: Any = itertools.product(images, repeat=wide)
    if not every:
        found = itertools.combinations_with_replacement(images, wide)
    return [chosen for chosen in found if set(range(narrow)) <= set(chosen)]


def _label(maps: Maps) -> str:
    """The copies of each unit, counted from 1, then idle and silent units; layers are parted by
    bars.
    """
    layers = []
    for images in maps:
        groups = [
            [i + 1 for i, v in enumerate(images) if v == s]
            for s in (*range(max(images) + 1), IDLE, SILENT)
        ]
        names = [*[""] * (max(images) + 1), " idle", " silent"]
        layers.append(
            "".join(f"{n}{{{_listed(g)}}}" for n, g in zip(names, groups, strict=True) if g)
        )
    return " | ".join(layers) or "the only point"


def _listed(numbers: Sequence[int]) -> str:
    if len(numbers) > 9 and numbers[-1] - numbers[1] == len(numbers) - 2:
        return f"{numbers[0]},{numbers[1]}..{numbers[-1]}"
    return ",".join(map(str, numbers))


def splitting_branches(structure: Any, model: Model, target: TargetFunction) -> BranchList | None:
    r"""Branches of a target that is a narrower network of the same depth and activation: copies,
    idle and silent units.

    Raises:
        TargetError: the target is wider somewhere.

    References:
        EP2 Definition 4.3; LLR Theorem 4.
    """
    given = _narrow(structure, target)
    if given is None:
        return None
    narrow = given.reduced(structure.activation)
    if any(m < k for m, k in zip(structure.widths, narrow.widths, strict=True)):
        raise TargetError(
            f"the target has widths {list(narrow.widths)}, the model {list(structure.widths)};"
            " choose a model at least as wide in every layer, or pass charts=[...]"
        )
    shifts = structure.bias if structure.depth > 1 else structure.output_bias
    forced = equivariance(model, target, shifts=shifts, constants=structure.output_bias)
    widening = Widening(model, structure, narrow, forced)
    found: dict[Any, Branch] = {}
    result = []
    every, condensed = widening.maps()
    for maps in every:
        branch, orbit = widening.branch(maps), tuple(tuple(sorted(images)) for images in maps)
        result.append(replace(branch, representative=found.get(orbit)))
        found.setdefault(orbit, branch)
    result.sort(key=lambda b: -b.dimension)
    if structure.depth == 1:
        return BranchList(tuple(result), True, "an affine map determines its coefficients")
    basis = (
        "copies of the narrow network's units in every layer, each verified; other parameters may"
        " give the target"
    )
    return BranchList(tuple(result), False, f"some of the {basis}" if condensed else f"the {basis}")


def _narrow(structure: Any, target: TargetFunction) -> Layers | None:
    """The layers of a target that is a network of the same depth and activation."""
    point = target.point
    source = point.model.structure if point is not None else None
    family = source.family if source is not None else ""
    known = family in ("fully_connected", "two_layer")
    if (
        point is None
        or source is None
        or not known
        or not _same_kind(structure, source.arguments, family)
    ):
        return None
    arrays = dict(point.arrays)
    if family == "two_layer":
        arrays = {"W1": arrays["w"], "W2": arrays["a"][None, :]} | {
            new: arrays[old].reshape(-1) for old, new in (("b", "b1"), ("c", "b2")) if old in arrays
        }
    weights, biases = [], []
    for layer in range(1, structure.depth + 1):
        w = _rational(arrays[f"W{layer}"])
        if f"b{layer}" in arrays:
            b = _rational(arrays[f"b{layer}"])
        else:
            b = np.full(len(w), Fraction(0), dtype=object)
        if b.any() and f"b{layer}" not in structure.blocks:
            needed = "output_bias=True" if layer == structure.depth else "bias=True"
            raise TargetError(
                f"the target has biases in layer {layer}, the model has none; build it with"
                f" {needed}"
            )
        weights.append(w)
        biases.append(b)
    return Layers(tuple(weights), tuple(biases))


def _same_kind(structure: Any, arguments: Any, family: str) -> bool:
    depth = 2 if family == "two_layer" else len(arguments["widths"]) - 1
    same = as_activation(arguments["activation"]).formula == structure.activation.formula
    return depth == structure.depth and (same or depth == 1)


def _rational(values: Array) -> Array:
    result = np.empty(values.shape, dtype=object)
    for place, value in np.ndenumerate(values):
        if isinstance(value, sympy.Expr) and not value.is_Rational:
            raise TargetError(
                f"the weight {value} of the target is not rational; rational weights are needed; or"
                " pass charts=[...]"
            )
        result[place] = (
            Fraction(int(value.p), int(value.q))
            if isinstance(value, sympy.Expr)
            else Fraction(value)
        )
    return result


__all__ = ["splitting_branches"]
