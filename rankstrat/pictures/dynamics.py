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


__all__ = ["plot_trajectory"]
