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

from rankstrat.algebra.affine import expression
from rankstrat.errors import TargetError
from rankstrat.families._shared.equivariance import equivariance
from rankstrat.families._shared.irreducible import irreducible_branches
from rankstrat.families._shared.narrow_networks import Array, Network, narrow_network
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


@dataclass(frozen=True)
class Widening:
    """A wide network and a reduced narrow one with the function of the target."""

    model: Model
    structure: Any
    narrow: Network
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
            w, bias = self.narrow.weights[number], biases[number]
            for i, image in enumerate(after):
                if image == IDLE:
                    continue
                for s in range(w.shape[1]):
                    row = {
                        int(weights[number][i, j]): Fraction(1)
                        for j, source in enumerate(before)
                        if source == s
                    }
                    yield row | {CONSTANT: -self.narrow.weight(number, image, s)}
                yield from (
                    {int(weights[number][i, j]): Fraction(1)}
                    for j, s in enumerate(before)
                    if s == IDLE
                )
                if bias is not None:
                    yield {
                        int(bias[i]): Fraction(1),
                        CONSTANT: -self.narrow.bias(number, image),
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

        chart = self.model.chart(
            {symbols[i]: symbols[i] - expression(row, symbols) for i, row in space.rows.items()}
        )
        if not self.carries(maps, chart):
            raise TargetError(
                f"the chart {_label(maps)} does not have the target as its function; report this"
            )
        equations = tuple(expression(row, symbols) for row in space.rows.values())
        return Branch(
            label=_label(maps),
            chart=chart,
            closure=Closure(equations, affine=space),
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
            w = self.narrow.weights[number]
            found, biases = arrays[f"W{number + 1}"], arrays.get(f"b{number + 1}")
            for i, image in enumerate(after):
                if image == IDLE:
                    continue
                sums: dict[int, list[Any]] = {s: [] for s in (*range(w.shape[1]), IDLE)}
                for j, source in enumerate(before):
                    if source != SILENT:
                        sums[source].append(sympy.sympify(found[i, j], strict=True))
                narrow = self.narrow
                pairs = [(sympy.Add(*sums[s]), narrow.weight(number, image, s)) for s in sums]
                if biases is not None:
                    pairs.append(
                        (sympy.sympify(biases[i], strict=True), narrow.bias(number, image))
                    )
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
        EP2 Definition 4.3; LLR Theorem 4; VlacicBoelcskei2021 (own architecture, tanh).
    """
    given = narrow_network(structure, target)
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
    own = irreducible_branches(structure, model, given, forced) if structure.depth > 1 else None
    if own is not None:
        return own
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


__all__ = ["splitting_branches"]
