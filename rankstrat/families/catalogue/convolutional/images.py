"""A convolutional model and the effective neurons of a target: which kernels carry which."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import networkx as nx
import numpy as np

from rankstrat.activation.law import Law, Vector
from rankstrat.families._shared.effective_neurons import Effective
from rankstrat.families.catalogue.convolutional.covers import Kernel, best_cover, shapes
from rankstrat.families.catalogue.convolutional.listing import Listing
from rankstrat.model.model import Chart, Model
from rankstrat.targets import (
    AffineSubspace,
    Branch,
    Candidate,
    Closure,
    RankBounds,
)


@dataclass(frozen=True)
class Images:
    """A convolutional model and the effective neurons of a target."""

    model: Model
    structure: Any
    law: Law
    target: Effective

    @cached_property
    def windows(self) -> list[tuple[int, ...]]:
        """The pixels of each place."""
        return [tuple(int(v) for v in row) for row in self.structure.pixels]

    @property
    def kernels(self) -> int:
        """How many kernels there are."""
        return int(self.structure.kernels)

    @property
    def entries(self) -> int:
        """The entries of a kernel, with its bias."""
        return len(self.windows[0]) + int(self.structure.bias)

    def placements(self, u: Vector) -> list[tuple[int, Kernel]]:
        """Places whose window holds the support of u, each with the kernel there (bias last)."""
        pixels = self.structure.size**self.structure.dimension
        support = {t for t in range(pixels) if u[t]}
        tail = u[pixels:]
        return [
            (p, (*(u[t] for t in w), *tail))
            for p, w in enumerate(self.windows)
            if support <= set(w)
        ]

    def point(self, outputs: dict[tuple[int, int], Fraction], kernels: dict[Any, Kernel]) -> Chart:
        """The point with the given output weights (kernel, place) and kernels; all else is zero."""
        places, shared, bias = len(self.windows), self.structure.sharing, self.structure.bias
        a = np.full((self.kernels, places), Fraction(0), dtype=object)
        for key, value in outputs.items():
            a[key] = value
        own = self.kernels if shared else self.kernels * places
        table = np.full((own, self.entries), Fraction(0), dtype=object)
        for key, kernel in kernels.items():
            table[key if shared else key[0] * places + key[1]] = kernel
        blocks = self.structure.blocks
        arrays: dict[str, Any] = {"a": a.reshape(blocks["a"])}
        arrays["K"] = table[:, : len(self.windows[0])].reshape(blocks["K"])
        if bias:
            arrays["b"] = table[:, -1].reshape(blocks["b"])
        if self.structure.output_bias:
            arrays["c"] = self.target.constant
        return self.model.point(arrays)

    def unshared(self) -> Chart | None:
        """Every effective neuron on a place of its own, by a maximum matching; None if there are
        too few.
        """
        graph: nx.Graph[Any] = nx.Graph()
        found = {("u", i): dict(self.placements(u)) for i, u in enumerate(self.target.weights)}
        for node, options in found.items():
            graph.add_node(node)
            graph.add_edges_from(
                (node, (kernel, p)) for kernel in range(self.kernels) for p in options
            )
        matching = (
            nx.bipartite.maximum_matching(graph, top_nodes=list(found))
            if graph.number_of_edges()
            else {}
        )
        if any(node not in matching for node in found):
            return None
        alpha = self.target.coefficients
        return self.point(
            {matching[node]: alpha[node[1]] for node in found},
            {matching[node]: found[node][matching[node][1]] for node in found},
        )

    def shared(self) -> tuple[Chart, int | None] | None:
        """A point with shared kernels, and a lower bound of the rank on the target set; None if
        there are too few.
        """
        s = self.structure
        groups = shapes(self.law, self.target.weights, self.windows, s.places, s.kernel_size)
        if groups is None:
            return None
        cover = best_cover(groups, self.kernels, self.entries)
        if cover is None:
            return None
        outputs: dict[tuple[int, int], Fraction] = {}
        kernels: dict[Any, Kernel] = {}
        for group, chosen in zip(groups, cover.chosen, strict=True):
            carried: set[int] = set()
            for q in chosen:
                number = len(kernels)
                kernels[number] = group.kernels[q]
                for member, place in group.carries[q].items():
                    if member not in carried:
                        carried.add(member)
                        outputs[number, place] = self._coefficient(member, group.kernels[q], place)
        return self.point(outputs, kernels), cover.bound + int(s.output_bias)

    def _coefficient(self, member: int, kernel: Kernel, place: int) -> Fraction:
        """The output weight with which a kernel at a place is an effective neuron."""
        pixels = self.structure.size**self.structure.dimension
        u = [Fraction(0)] * pixels
        for t, value in zip(self.windows[place], kernel, strict=False):
            u[t] = value
        sign, _ = self.law.class_of((*u, *kernel[len(self.windows[0]) :]))
        return self.law.factor(sign) * self.target.coefficients[member]

    def branch(self, point: Chart, forced: Chart | None) -> Branch:
        """The affine branch of a point: kernels without any output weight are free, output weights
        are not.
        """
        names = {str(p): p for p in self.model.parameters}
        values = dict(point.values)
        shared, arrays = self.structure.sharing, point.arrays
        silent = arrays["a"].reshape(self.kernels, len(self.windows))
        kernels = self._incoming()
        for key, symbols in kernels.items():
            quiet = not any(silent[key]) if shared else not silent[key]
            if quiet:
                for symbol in symbols:
                    values.pop(names[symbol])
        equations = tuple(p - v for p, v in values.items())
        chart = self.model.chart(values)
        return Branch(
            label="one neuron for each class" if not shared else "one kernel for each class",
            chart=chart,
            closure=Closure(equations, affine=AffineSubspace.of(equations, self.model.parameters)),
            dimension=len(chart.coordinates),
            # neurons of two kernels may carry the same padded weights and share their output weight
            is_component=False,
            bounds=RankBounds(candidates=partial(_one_point, point), everywhere=forced),
        )

    def listing(self) -> Listing:
        """The neurons with the parameters that make them, for a list of all branches."""
        count, length, shared = len(self.windows), len(self.windows[0]), self.structure.sharing
        neurons = list(itertools.product(range(self.kernels), range(count)))
        weights = []
        for number, (kernel, place) in enumerate(neurons):
            start = len(neurons) + (kernel if shared else number) * length
            own: list[int | None] = [None] * self.structure.size**self.structure.dimension
            for entry, t in enumerate(self.windows[place]):
                own[t] = start + entry
            weights.append(tuple(own))
        names = tuple(f"{kernel + 1}.{place + 1}" for kernel, place in neurons)
        return Listing(
            self.model, self.law, self.target, tuple(weights), tuple(self._symmetries()), names
        )

    def _symmetries(self) -> Iterator[tuple[tuple[int, int], ...]]:
        """Permutations of the kernels (without sharing, at each place), and their signs."""
        count = len(self.windows)
        free = 1 if self.structure.sharing else count
        orders = list(itertools.permutations(range(self.kernels)))
        flips = list(itertools.product(self.law.signs, repeat=self.kernels))
        for chosen in itertools.product(itertools.product(orders, flips), repeat=free):
            moved = []
            for kernel, place in itertools.product(range(self.kernels), range(count)):
                order, signs = chosen[place if free > 1 else 0]
                moved.append((order[kernel] * count + place, signs[kernel]))
            yield tuple(moved)

    def _incoming(self) -> dict[Any, list[str]]:
        """Names of the weights (and bias) of each kernel, or of each neuron without sharing."""
        symbols = [str(p) for p in self.model.parameters]
        start, names = 0, {}
        for block, shape in self.structure.blocks.items():
            count = int(np.prod(shape, dtype=int))
            names[block] = symbols[start : start + count]
            start += count
        places, length = len(self.windows), len(self.windows[0])
        keys: list[Any] = list(range(self.kernels))
        if not self.structure.sharing:
            keys = [(kernel, place) for kernel in range(self.kernels) for place in range(places)]
        result = {key: names["K"][i * length : (i + 1) * length] for i, key in enumerate(keys)}
        if self.structure.bias:
            result = {
                key: [*weights, names["b"][i]] for i, (key, weights) in enumerate(result.items())
            }
        return result


def _one_point(point: Chart) -> Iterator[Candidate]:
    yield Candidate(point)
