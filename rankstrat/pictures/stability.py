"""Recovery stability as a matrix of marks, as on the slide: samples against branches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from rankstrat.errors import DataError, demand
from rankstrat.pictures.canvas import pyplot

MOST = 60
_MARKS = {"stable": ("o", "#21908d"), "unstable": ("x", "#440154"), "OPEN": ("$?$", "0.45")}
_WORDS = {"stable": "stable at almost every point", "unstable": "not stable", "OPEN": "OPEN"}


class HasThresholds(Protocol):
    """What `rankstrat.recovery_thresholds` gives for a branch."""

    @property
    def unstable_up_to(self) -> int:
        """The largest number of samples from which no point is recovered stably."""
        ...

    @property
    def stable_from(self) -> int:
        """The least number of samples from which almost every point is."""
        ...


def plot_stability(
    thresholds: Mapping[str, HasThresholds],
    samples: Iterable[int] | None = None,
    *,
    axes: Any = None,
) -> Any:
    r"""The recovery table: which branches of a target set are stable from n generic samples.

    A disc is stable at almost every point of the branch, a cross is not stable, a question mark
    is OPEN: between the thresholds nothing is proved for a whole branch.

    Args:
        thresholds: label of a branch -> what `rankstrat.recovery_thresholds` says of it, as in
            ``{b.label: rs.recovery_thresholds(b) for b in Q.branches}``.
        samples: the numbers n of samples; by default from 1 to one past the last threshold.
        axes: matplotlib axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
        DataError: no branch, no number of samples, or too many for a picture.

    References:
        STR Theorem 5.4 with the corrections of docs/proofs.md#stability.
    """
    example = "try {b.label: rs.recovery_thresholds(b) for b in Q.branches}"
    demand(thresholds, Mapping, DataError, "a mapping of labels to thresholds", example)
    if not thresholds:
        raise DataError(f"no branch was given; a mapping of labels is needed; {example}")
    last = max(found.stable_from for found in thresholds.values())
    counts = list(range(1, last + 2)) if samples is None else list(samples)
    if not counts or min(counts) < 1 or max(len(counts), len(thresholds)) > MOST:
        raise DataError(
            f"{len(thresholds)} branches and {len(counts)} numbers of samples were given; 1 to"
            f" {MOST} of each are needed, all positive; choose fewer, or samples=range(1, 9)"
        )
    if axes is None:
        size = (2.6 + 0.42 * len(counts), 1.7 + 0.34 * len(thresholds))
        axes = pyplot("plot_stability").subplots(figsize=size, layout="constrained")[1]
    cells: dict[str, list[tuple[int, int]]] = {kind: [] for kind in _MARKS}
    for row, found in enumerate(thresholds.values()):
        for n in counts:
            cells[mark(found, n)].append((n, row))
    for kind, places in cells.items():
        if places:
            marker, colour = _MARKS[kind]
            axes.scatter(*zip(*places, strict=True), marker=marker, color=colour, s=70,
                         label=_WORDS[kind])  # fmt: skip
    axes.set_yticks(range(len(thresholds)), list(thresholds))
    axes.set_xticks(counts)
    axes.set_ylim(len(thresholds) - 0.5, -0.5)
    axes.set_xlim(min(counts) - 0.6, max(counts) + 0.6)
    axes.set_xlabel("$n$ generic samples")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.figure.legend(loc="outside lower center", frameon=False, fontsize=9, ncols=3)
    return axes


def mark(found: HasThresholds, n: int) -> str:
    """What is proved of n generic samples: "stable", "unstable", or "OPEN" in the gap."""
    if n >= found.stable_from:
        return "stable"
    return "unstable" if n <= found.unstable_up_to else "OPEN"


__all__ = ["HasThresholds", "mark", "plot_stability"]
