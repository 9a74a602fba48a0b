"""When a trained network has recovered a function: its test error falls with its loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rankstrat.dynamics.loss import Array
from rankstrat.dynamics.trajectory import Trajectory

SMALL, FALL, ROUNDING, LEAST_LOSS = 1e-8, 1e3, 1e-26, 1e-32
GOAL = 1e-18
"""The loss from which a run is judged.

Flows stop at 1e-20 or 1e-22, but near a branch of lower rank the loss falls only as $1/(64 c t^2)$,
with a constant c that may be small: those reach the end of their time first.
"""


@dataclass(frozen=True)
class Recovery:
    """How one run ended.

    Attributes:
        error: the last test error.
        finished: whether the loss reached 1e-18; if not, nothing is said of the run.
        found: whether the function is recovered; never without `finished`.
    """

    error: float
    finished: bool
    found: bool


def recovery(run: Trajectory, error: Callable[[Array], float]) -> Recovery:
    r"""Finished if $R \le 10^{-18}$; recovered if then the test error is small and falls with R.

    Near the target set loss and test error are comparable, so that the test error falls as R does
    (exponent 1); at any other function that fits the samples it stays where it is (exponent 0),
    however small that is by chance. Recovered is an exponent of at least 1/2 while the loss falls
    by its last factor of 1,000 or more, and a test error below 1e-8.

    Args:
        run: the trajectory.
        error: parameters -> test error.
    """
    last = error(run.final)
    loss = max(run.loss, LEAST_LOSS)
    earlier = np.flatnonzero(run.losses >= FALL * loss)
    if run.loss > GOAL or not len(earlier):
        return Recovery(last, finished=False, found=False)
    before = int(earlier[-1])
    bound = error(run.points[before]) * np.sqrt(loss / run.losses[before])
    falls = bool(last <= bound or last < ROUNDING)
    return Recovery(last, finished=True, found=falls and last < SMALL)


@dataclass(frozen=True)
class Tally:
    """The runs of one cell.

    Attributes:
        runs: how each ended.
    """

    runs: Sequence[Recovery]

    @property
    def finished(self) -> int:
        """How many runs reached the loss 1e-18."""
        return sum(run.finished for run in self.runs)

    @property
    def unfinished(self) -> int:
        """How many did not."""
        return len(self.runs) - self.finished

    @property
    def found(self) -> int:
        """How many recovered the function."""
        return sum(run.found for run in self.runs)

    @property
    def median(self) -> float:
        """The median test error of all runs, finished or not."""
        return float(np.median([run.error for run in self.runs]))

    @property
    def detail(self) -> str:
        """In words."""
        return f"median test error {self.median:.1e}"


__all__ = ["GOAL", "SMALL", "Recovery", "Tally", "recovery"]
