"""One prediction, one measurement, and when they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rankstrat.rank.verdict import Verdict

Curves = Mapping[str, Sequence[Sequence[float]]]
"""Name -> (x, y) pairs: what a picture draws; small, since it is stored with the cell."""


@dataclass(frozen=True)
class Prediction:
    """What the theory says, from exact objects.

    Attributes:
        value: the predicted number (or word).
        verdict: how the exact objects behind it are known; it is not a verdict on training.
        statement: in words.
        text: how the value is shown; by default the value itself.
    """

    value: float | str
    verdict: Verdict
    statement: str
    text: str = ""

    def __str__(self) -> str:
        return self.text or (
            f"{self.value:.6g}" if isinstance(self.value, float) else str(self.value)
        )


@dataclass(frozen=True)
class Measurement:
    """What was measured, always NUMERICAL.

    Attributes:
        value: the number (or word).
        detail: seeds, trials, how the run ended.
        trials: for a count or a rate, of how many (those that finished).
        curves: what a picture shows.
        unfinished: runs that did not reach their goal and are neither successes nor failures.
    """

    value: float | str
    detail: str = ""
    trials: int | None = None
    curves: Curves = field(default_factory=dict, compare=False, repr=False)
    unfinished: int = 0

    def __str__(self) -> str:
        shown = _number(self.value) + ("" if self.trials is None else f" of {self.trials}")
        return shown + (f", {self.unfinished} not finished" if self.unfinished else "")


def _number(value: float | str) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


class Tolerance(Protocol):
    """When a measurement agrees with a prediction; decided before the run."""

    def holds(self, predicted: Prediction, measured: Measurement) -> bool:
        """Whether they agree."""

    def __str__(self) -> str: ...


@dataclass(frozen=True)
class Within:
    """|measured - predicted| <= absolute + relative |predicted|."""

    absolute: float = 0.0
    relative: float = 0.0

    def holds(self, predicted: Prediction, measured: Measurement) -> bool:
        """Whether the measured number is that close."""
        a, b = float(predicted.value), float(measured.value)
        return abs(a - b) <= self.absolute + self.relative * abs(a)

    def __str__(self) -> str:
        parts = [f"{self.absolute:g}"] if self.absolute else []
        parts += [f"{100 * self.relative:g} %"] if self.relative else []
        return "within " + " + ".join(parts or ["0"])


@dataclass(frozen=True)
class Equal:
    """The same number or word."""

    def holds(self, predicted: Prediction, measured: Measurement) -> bool:
        """Whether they are equal."""
        return predicted.value == measured.value

    def __str__(self) -> str:
        return "equal"


@dataclass(frozen=True)
class AtLeast:
    """measured >= predicted."""

    def holds(self, predicted: Prediction, measured: Measurement) -> bool:
        """Whether the measured number is not smaller."""
        return float(measured.value) >= float(predicted.value)

    def __str__(self) -> str:
        return "at least"


NEVER, SOMETIMES, ALWAYS = "never", "sometimes", "always"


@dataclass(frozen=True)
class Frequency:
    """A count of trials: never is 0, always is all (but for `failures`), sometimes is between.

    Most trials must have finished: a count of few says nothing.

    Attributes:
        failures: trials that may fail or not finish for reasons outside the theory.
    """

    failures: int = 0

    def holds(self, predicted: Prediction, measured: Measurement) -> bool:
        """Whether the count is what the word says."""
        count, trials = int(float(measured.value)), measured.trials or 0
        if trials <= measured.unfinished:
            return False
        if predicted.value == NEVER:
            return count == 0
        if predicted.value == ALWAYS:
            return count >= trials + measured.unfinished - self.failures
        return 0 < count < trials

    def __str__(self) -> str:
        return "the count" + (f", {self.failures} failures allowed" if self.failures else "")


__all__ = [
    "ALWAYS", "NEVER", "SOMETIMES", "AtLeast", "Curves", "Equal", "Frequency",
    "Measurement", "Prediction", "Tolerance", "Within",
]  # fmt: skip
