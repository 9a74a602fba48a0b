r"""Slices of a loss landscape: the loss on a plane through a point of a branch of global minima."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.errors import DataError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.pictures.canvas import pyplot
from rankstrat.targets import Branch

Floats = NDArray[np.float64]
DEPTH = 6
"""How many powers of ten are shown: a valley floor at 0 has no logarithm."""


class Landscape(Protocol):
    """What `rankstrat.Loss` offers."""

    @property
    def model(self) -> Model:
        """The model."""
        ...

    def value(self, theta: Any) -> Any:
        """The loss at each row of an array of parameters."""
        ...

    def hessian(self, theta: Any) -> Any:
        """The second derivatives at a parameter."""
        ...


def plot_slice(
    loss: Landscape,
    branch: Branch | Chart,
    *,
    along: Sequence[str] | None = None,
    reach: float = 2.0,
    steps: int = 81,
    axes: Any = None,
) -> Any:
    r"""The logarithm of a loss on a plane through a point of a branch.

    By default one axis runs along the branch and the other in the direction in which the loss
    is steepest there; on samples of the target the branch is the valley through the middle. All
    numbers of this picture are floats, and six powers of ten below the largest loss are shown.

    Args:
        loss: of the model of the branch, on samples of its target.
        branch: a branch of a target set, or a point.
        along: names of two parameters that vary instead, while the others stay.
        reach: how far the axes run on both sides of the point.
        steps: grid points on an axis.
        axes: matplotlib axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
        DataError: another model, unknown parameters, no reach, or a chart that is no point.
        TargetError: no point of the branch was found.
    """
    demand(branch, (Branch, Chart), DataError, "a branch or a point", "try Q.branches[0]")
    if branch.model != loss.model:
        raise DataError(
            f"the branch is of {branch.model} and the loss of {loss.model}; one model is needed;"
            " build the loss with branch.model"
        )
    if not (np.isfinite(reach) and reach > 0 and steps >= 2):
        raise DataError(
            f"reach = {reach} and steps = {steps} were given; a positive reach and at least two"
            " steps are needed; try reach=2.0, steps=81"
        )
    point, tangent = _place(branch)
    centre = _floats([point.values[p] for p in loss.model.parameters])
    if along is None:
        first, second = _directions(loss, centre, tangent)
        names = ("along the branch" if tangent is not None else "flattest", "steepest")
    else:
        first, second = _units(loss.model, along)
        names = tuple(f"${sympy.latex(sympy.Symbol(name))}$" for name in along)  # type: ignore[assignment]
    grid = np.linspace(-reach, reach, steps)
    plane = centre + grid[None, :, None] * first + grid[:, None, None] * second
    values = np.asarray(loss.value(plane.reshape(-1, len(centre))), dtype=float)
    floor = max(float(values.max()) * 10.0**-DEPTH, np.finfo(float).tiny)
    heights = np.log10(np.maximum(values.reshape(steps, steps), floor))
    if axes is None:
        axes = pyplot("plot_slice").subplots(figsize=(5.6, 4.4), layout="constrained")[1]
    shift = (0.0, 0.0) if along is None else (centre @ first, centre @ second)
    across, up = grid + shift[0], grid + shift[1]
    shown = axes.contourf(across, up, heights, levels=24, cmap="viridis")
    axes.contour(across, up, heights, levels=8, colors="white", linewidths=0.4, alpha=0.5)
    axes.plot(*shift, marker="o", color="black", markeredgecolor="white", markersize=7)
    axes.set(xlabel=names[0], ylabel=names[1])
    label = branch.label if isinstance(branch, Branch) else "the point"
    axes.set_title(f"loss around {label}", fontsize=10)
    axes.figure.colorbar(shown, ax=axes, label=r"$\log_{10}$ loss")
    return axes


def _floats(values: Sequence[Any]) -> Floats:
    return np.array([float(sympy.sympify(v, strict=True)) for v in values])


def _place(branch: Branch | Chart) -> tuple[Chart, Floats | None]:
    """A point, and the direction in which the first coordinate of the chart leads there."""
    chart = branch if isinstance(branch, Chart) else branch.chart
    point = branch if isinstance(branch, Chart) else branch.typical
    if not point.is_point and isinstance(branch, Branch):
        point = branch.sample(size=2)
    if not point.is_point:
        raise DataError(
            "the chart has coordinates; a point is needed; give them values with chart.at({...})"
        )
    if isinstance(branch, Chart) or not chart.coordinates:
        return point, None
    u, *_ = chart.coordinates
    values = [chart.values[p] for p in chart.model.parameters]
    place = {v: point.values[v] for v in chart.coordinates if v in point.values}
    rates = [sympy.diff(value, u).xreplace(place) for value in values]
    if any(rate.free_symbols for rate in rates):
        return point, None
    return point, _floats(rates)


def _directions(loss: Landscape, centre: Floats, tangent: Floats | None) -> tuple[Floats, Floats]:
    """Unit vectors: the tangent (or the flattest direction), and the steepest one across it."""
    curvatures, vectors = np.linalg.eigh(np.asarray(loss.hessian(centre), dtype=float))
    order = np.argsort(np.abs(curvatures))
    flat = vectors[:, order[0]] if tangent is None else tangent / np.linalg.norm(tangent)
    steep = vectors[:, order[-1]] - (vectors[:, order[-1]] @ flat) * flat
    return flat, steep / np.linalg.norm(steep)


def _units(model: Model, along: Sequence[str]) -> tuple[Floats, Floats]:
    names = [str(p) for p in model.parameters]
    if isinstance(along, str) or len(set(along)) != 2 or not set(along) <= set(names):
        raise DataError(
            f"along = {along!r}; two different parameters of the model are needed; choose among"
            f" {', '.join(names[:12])}"
        )
    first, second = (np.eye(len(names))[names.index(name)] for name in along)
    return first, second


__all__ = ["Landscape", "plot_slice"]
