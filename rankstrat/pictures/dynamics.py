"""Training: the loss against time with its plateaus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.errors import DataError
from rankstrat.pictures.canvas import colours, pyplot


def plot_trajectory(
    times: NDArray[np.float64],
    losses: NDArray[np.float64],
    plateaus: Sequence[tuple[float, float, float]] = (),
    *,
    label: str = "",
    axes: Any = None,
) -> Any:
    r"""$\log L$ against $\log t$, with a shaded band and the level for each plateau.

    Args:
        times: shape (T,); those that are not positive are left out.
        losses: shape (T,).
        plateaus: (start, stop, level) of each.
        label: of the curve.
        axes: matplotlib axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        DataError: nothing is positive.
        ModuleNotFoundError: matplotlib is not installed.
    """
    keep = (times > 0) & (losses > 0)
    if not keep.any():
        raise DataError("no time with a positive loss was given; train longer to draw a curve")
    if axes is None:
        axes = pyplot("plot_trajectory").subplots(figsize=(6.4, 4.0), layout="constrained")[1]
    axes.loglog(
        times[keep], losses[keep], color=colours()(0.25), linewidth=1.8, label=label or None
    )
    for start, stop, level in plateaus:
        axes.axvspan(start, stop, color="0.92", zorder=0)
        axes.annotate(
            f"{level:.4g}", (float(np.sqrt(start * stop)), level), textcoords="offset points",
            xytext=(0, 5), ha="center", fontsize=9,
        )  # fmt: skip
    axes.set_xlabel("time $t$")
    axes.set_ylabel("loss $L$")
    axes.spines[["top", "right"]].set_visible(False)
    return axes


CONSISTENT, INCONSISTENT = "#0072b2", "#d55e00"  # a pair for every kind of colour vision


def plot_experiment(
    title: str, points: Sequence[tuple[str, float, float, bool]], *, axes: Any = None
) -> Any:
    """Predicted and measured numbers of an experiment, cell by cell, on one scale.

    Args:
        title: of the experiment.
        points: (cell, predicted, measured, consistent), numbers only.
        axes: matplotlib axes to draw on; by default new ones, sized to the number of cells.

    Returns:
        The axes.

    Raises:
        DataError: no cell has two numbers.
        ModuleNotFoundError: matplotlib is not installed.
    """
    if not points:
        raise DataError("no cell has a predicted and a measured number; there is nothing to draw")
    if axes is None:
        size = (7.0, 1.4 + 0.42 * len(points))
        axes = pyplot("plot_experiment").subplots(figsize=size, layout="constrained")[1]
    for row, (_, predicted, measured, consistent) in enumerate(points):
        axes.plot([predicted, measured], [row, row], color="0.75", linewidth=1.2, zorder=1)
        axes.scatter(
            [predicted], [row], marker="|", s=260, color="black", linewidth=2, zorder=2,
            label="predicted" if not row else None,
        )  # fmt: skip
        axes.scatter(
            [measured], [row], marker="o" if consistent else "X", s=46, zorder=3,
            color=CONSISTENT if consistent else INCONSISTENT,
            label="measured" if not row else None,
        )  # fmt: skip
    axes.set_yticks(range(len(points)), [name for name, *_ in points], fontsize=8)
    axes.invert_yaxis()
    axes.set_title(title, fontsize=11, loc="left")
    axes.legend(frameon=False, fontsize=8, loc="best")
    axes.spines[["top", "right"]].set_visible(False)
    return axes


__all__ = ["plot_experiment", "plot_trajectory"]
