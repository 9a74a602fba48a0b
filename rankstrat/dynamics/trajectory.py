"""A trajectory of training.

Times, parameters, losses, why it stopped, and its own error estimate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rankstrat.dynamics.loss import Array
from rankstrat.model.model import Model
from rankstrat.pictures.dynamics import plot_trajectory
from rankstrat.text.spoken import Spoken

DRIFT = 1e-6
FLAT, LONG = 0.05, 0.3


@dataclass(frozen=True)
class Plateau:
    """An interval of times on which |d log L / d log t| < 0.05, longer than 0.3 decades.

    Attributes:
        start, stop: its times.
        level: the median loss.
        point: the parameters in its middle (of log time), shape (M,).
    """

    start: float
    stop: float
    level: float
    point: Array = field(repr=False)

    def __str__(self) -> str:
        return f"loss {self.level:.6g} for t from {self.start:.3g} to {self.stop:.3g}"


@dataclass(frozen=True)
class Trajectory(Spoken):
    r"""$\theta(t)$ at finitely many times; everything here is NUMERICAL.

    Attributes:
        model: the model.
        method: the integrator or optimiser with its tolerances.
        times: shape (T,), ascending; steps for descent.
        points: shape (T, M).
        losses: shape (T,).
        reason: why it stopped.
        evaluations: of the gradient.
        drift: the largest relative change of a conserved quantity, where the model has one.
    """

    model: Model
    method: str
    times: Array = field(repr=False)
    points: Array = field(repr=False)
    losses: Array = field(repr=False)
    reason: str
    evaluations: int
    drift: float | None = None

    @property
    def final(self) -> Array:
        """The last point, shape (M,)."""
        return np.asarray(self.points[-1])

    @property
    def loss(self) -> float:
        """The last loss."""
        return float(self.losses[-1])

    @property
    def accurate(self) -> bool | None:
        """Whether conserved quantities drift by less than 1e-6; None where there are none."""
        return None if self.drift is None else self.drift < DRIFT

    def plateaus(self) -> tuple[Plateau, ...]:
        """The plateaus of the loss in logarithmic time."""
        keep = (self.times > 0) & (self.losses > 0)
        times, losses, points = self.times[keep], self.losses[keep], self.points[keep]
        if len(times) < 3:
            return ()
        x = np.log10(times)
        flat = np.abs(np.gradient(np.log10(losses), x)) < FLAT
        found, begin = [], None
        for i, still in enumerate([*flat, False]):
            if still and begin is None:
                begin = i
            elif not still and begin is not None:
                if x[i - 1] - x[begin] > LONG:
                    middle = int(np.argmin(np.abs(x - (x[begin] + x[i - 1]) / 2)))
                    level = float(np.median(losses[begin:i]))
                    found.append(Plateau(times[begin], times[i - 1], level, points[middle]))
                begin = None
        return tuple(found)

    def plot(self, *, axes: Any = None) -> Any:
        """The loss against time, both logarithmic, with the plateaus.

        Raises:
            ModuleNotFoundError: matplotlib is not installed.
        """
        return plot_trajectory(
            self.times,
            self.losses,
            [(p.start, p.stop, p.level) for p in self.plateaus()],
            axes=axes,
        )

    def __str__(self) -> str:
        size = "no conserved quantity is known"
        if self.drift is not None:
            size = f"conserved quantities drift by {self.drift:.1e}"
            if not self.accurate:
                size += f", more than {DRIFT:.0e}: tighten the tolerances"
        return (
            f"{self.method}: loss {self.losses[0]:.4g} -> {self.loss:.4g} at t ="
            f" {self.times[-1]:.4g} ({self.reason}; {self.evaluations} gradients; {size})"
            "  [NUMERICAL]"
        )


__all__ = ["Plateau", "Trajectory"]
