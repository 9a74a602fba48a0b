"""The pictures of a condensation report, from its arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from rankstrat.errors import DataError, demand
from rankstrat.networks.partition import layer_of
from rankstrat.networks.profile import Candidate, Condensation
from rankstrat.pictures.canvas import pyplot
from rankstrat.pictures.condensation import (
    plot_dendrogram,
    plot_orientations,
    plot_profile,
    plot_similarity,
)

MOST_LEAVES = 3_000


def plot_condensation(found: Condensation, *, layer: int = 1) -> Any:
    """Four pictures of a report in one figure: the profile, the dendrogram, the cosine matrix, and
    the orientations (for one input with bias) or the contributions of the units.

    Args:
        found: the report.
        layer: the hidden layer whose units are shown, from 1.

    Returns:
        The figure.

    Raises:
        DataError: no such layer.
        ModuleNotFoundError: matplotlib is not installed.
    """
    demand(found, Condensation, DataError, "a report", "write plot_condensation(condensation(...))")
    hidden = len(found.units)
    if not 1 <= layer <= hidden:
        raise DataError(f"layer {layer} is no hidden layer; hidden layers are 1..{hidden}")
    network = found.network
    units = layer_of(list(network.weights), list(network.biases), layer - 1)
    chosen = found.elbow or found.knee or found.candidates[0]
    labels = chosen.partition.steps[layer - 1].labels
    symmetry = found.partitions.symmetries[layer - 1]
    figure, axes = pyplot("plot_condensation").subplots(
        2, 2, figsize=(11.0, 7.8), layout="constrained"
    )
    figure.suptitle(f"{network.model}, layer {layer}" if hidden > 1 else str(network.model))
    _profile(found, axes[0, 0])
    _tree(found, layer, chosen, axes[0, 1])
    plot_similarity(units.rows, labels.tolist(), signed=symmetry.signed, axes=axes[1, 0])
    amplitudes = units.masses * np.linalg.norm(units.rows, axis=1)
    if units.rows.shape[1] == 2 and units.biased:
        plot_orientations(units.rows, amplitudes, labels.tolist(), axes=axes[1, 1])
    else:
        _contributions(found.units[layer - 1].contributions, axes[1, 1])
    return figure


def _profile(found: Condensation, axes: Any) -> None:
    parts = (
        ("merged", [c for c in found.candidates if c.low is not None]),
        ("left out", [c for c in found.candidates if c.low is None]),
    )
    named = {id(found.knee): "knee", id(found.elbow): "elbow"}
    for name, chosen in parts:
        if chosen:
            chosen = sorted(chosen, key=lambda c: (c.rank.upper, c.relative))
            marked = [
                (k, f"{named[id(c)]}: {c.rank.words}")
                for k, c in enumerate(chosen)
                if id(c) in named
            ]
            ranks, errors = [c.rank.upper for c in chosen], [c.relative for c in chosen]
            plot_profile(ranks, errors, marked, label=name, axes=axes)
    if parts[1][1]:
        axes.lines[0].set_linestyle(":")
        axes.legend(frameon=False, fontsize=9)
    if found.elbow is None and found.knee is None:
        axes.set_title("no plateau", fontsize=10)


def _tree(found: Condensation, layer: int, chosen: Candidate, axes: Any) -> None:
    tree, _, scale = found.partitions.tree(layer - 1)
    if tree.count > MOST_LEAVES or tree.count < 2:
        axes.text(0.5, 0.5, f"units: {tree.count}", ha="center", transform=axes.transAxes)
        axes.set_axis_off()
        return
    cut = None
    if chosen.low is not None and chosen.high is not None and chosen is found.elbow:
        cut = float(np.sqrt(chosen.low * chosen.high))
    plot_dendrogram(tree.count, tree.edges, tree.heights / scale, cut, axes=axes)


def _contributions(contributions: Any, axes: Any) -> None:
    ordered = np.sort(contributions)[::-1]
    axes.semilogy(np.arange(1, len(ordered) + 1), np.maximum(ordered, 1e-16), color="0.3")
    axes.set_xlabel("unit, by its contribution")
    axes.set_ylabel("part of all contributions")
    axes.spines[["top", "right"]].set_visible(False)


__all__ = ["plot_condensation"]
