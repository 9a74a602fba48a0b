"""Experiments: an exact prediction beside a measurement, with a tolerance stated before the run.

A row is CONSISTENT or INCONSISTENT, never PROVED: nothing that an integrator prints is a proof. The
exact objects behind a prediction (ranks, enclosures, counts) have a verdict of their own; it is not
one on training.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from textwrap import fill
from typing import Any, Literal

from rankstrat.dynamics._scipy import one_thread
from rankstrat.errors import RankstratError
from rankstrat.experiments._agreement import (
    ALWAYS,
    NEVER,
    Curves,
    Measurement,
    Prediction,
    Tolerance,
)
from rankstrat.pictures.panels import Pairs, Panel, plot_panels
from rankstrat.rank.verdict import Verdict
from rankstrat.text.objects import checksum
from rankstrat.text.tables import Table
from rankstrat.text.version import version

Case = Mapping[str, Any]
"""The parameters of one cell: plain numbers and strings, so that it can be written and resumed."""
Outcome = Literal["CONSISTENT", "INCONSISTENT", "NOT MEASURED"]
Progress = Callable[["Row", int, int], None]
DIGITS = 5
"""Of curves, when they are stored."""
FORMAT = "rankstrat-experiment/1"
COLUMNS = (
    "exact prediction", "its exact objects are", "training, measured (NUMERICAL)", "tolerance",
    "prediction and training are",
)  # fmt: skip
NOT_TRAINING = (
    "PROVED is said of the exact objects behind a prediction, never of training: what training"
    " does is measured."
)


@dataclass(frozen=True)
class Experiment:
    r"""One experiment of the lectures.

    Attributes:
        name: how the command line calls it.
        title: a few words.
        statement: what is predicted and what is measured, LaTeX between dollars.
        keys: bib keys of the source.
        cases: (seed, deep) -> the cells.
        predicted: (case, seed) -> the prediction; it never sees a measurement, and of a run at most
            the point it ends at, where a constant depends on it.
        measured: (case, seed) -> the measurement; it never sees the prediction. A count of neurons
            is of those that do what the exact objects say of each.
        tolerance: case -> when they agree.
        picture: report -> the panels of its picture, from the curves of its rows.
    """

    name: str
    title: str
    statement: str
    keys: tuple[str, ...]
    cases: Callable[[int, bool], Iterable[Case]] = field(repr=False)
    predicted: Callable[[Case, int], Prediction] = field(repr=False)
    measured: Callable[[Case, int], Measurement] = field(repr=False)
    tolerance: Callable[[Case], Tolerance] = field(repr=False)
    picture: Callable[[ExperimentReport], Sequence[Panel]] = field(repr=False)


@dataclass(frozen=True)
class Row:
    """One cell.

    Attributes:
        case: its parameters.
        predicted: as shown.
        verdict: of the exact objects behind the prediction; it says nothing of training.
        measured: as shown, NUMERICAL.
        tolerance: in words.
        outcome: CONSISTENT, INCONSISTENT, or NOT MEASURED with the reason in `detail`.
        detail: of the measurement.
        value: the measured number, for pictures.
        expected: the predicted number, for pictures (trials for always, 0 for never).
        statement: of the prediction, in words.
        curves: what was measured, for pictures.
        seconds: the time it took.
    """

    case: Case
    predicted: str
    verdict: Verdict
    measured: str
    tolerance: str
    outcome: Outcome
    detail: str = ""
    value: float | str | None = None
    expected: float | str | None = None
    statement: str = ""
    curves: Curves = field(default_factory=dict, compare=False, repr=False)
    seconds: float = field(default=0.0, compare=False)


def row_to_data(row: Row) -> dict[str, Any]:
    """A row as plain data."""
    curves = {
        name: [[float(f"{v:.{DIGITS}g}") for v in point] for point in points]
        for name, points in row.curves.items()
    }
    data = {f.name: getattr(row, f.name) for f in fields(Row)}
    return data | {"case": dict(row.case), "verdict": row.verdict.value, "curves": curves}


def row_from_data(data: Mapping[str, Any]) -> Row:
    """The row that `row_to_data` wrote."""
    return Row(**{**data, "verdict": Verdict(data["verdict"])})


def check_cell(experiment: Experiment, case: Case, seed: int = 0) -> Row:
    """Predict, then measure, then compare; a refusal of the toolkit is NOT MEASURED."""
    start = time.perf_counter()
    tolerance = experiment.tolerance(case)
    try:
        # matrices are small: a second thread of BLAS waits for the first, and cells run in parallel
        with one_thread():
            predicted = experiment.predicted(case, seed)
            measured = experiment.measured(case, seed)
    except RankstratError as error:
        detail = f"{type(error).__name__}: {error}"
        return Row(
            case, "", Verdict.OPEN, "", str(tolerance), "NOT MEASURED", detail,
            seconds=time.perf_counter() - start,
        )  # fmt: skip
    outcome: Outcome = "INCONSISTENT"
    if tolerance.holds(predicted, measured):
        outcome = "CONSISTENT"
    return Row(
        case, str(predicted), predicted.verdict, str(measured), str(tolerance), outcome,
        measured.detail, measured.value, _expected(predicted, measured), predicted.statement,
        measured.curves, time.perf_counter() - start,
    )  # fmt: skip


def _expected(predicted: Prediction, measured: Measurement) -> float | str:
    words: dict[Any, float] = {NEVER: 0.0, ALWAYS: float(measured.trials or 0)}
    return words.get(predicted.value, predicted.value)


@dataclass(frozen=True)
class ExperimentReport:
    """The cells of one experiment.

    Attributes:
        experiment: the experiment.
        rows: one for each cell that was run, in order.
        total: the number of cells there are.
        seed: names every draw.
    """

    experiment: Experiment
    rows: tuple[Row, ...]
    total: int
    seed: int = 0

    @property
    def complete(self) -> bool:
        """Whether no cell is missing (Ctrl-C leaves the rest out)."""
        return len(self.rows) == self.total

    @property
    def ok(self) -> bool:
        """Whether every cell was run and is CONSISTENT."""
        return self.complete and all(row.outcome == "CONSISTENT" for row in self.rows)

    @property
    def seconds(self) -> float:
        """The time all cells took together."""
        return sum(row.seconds for row in self.rows)

    @property
    def summary(self) -> str:
        """How many cells came out how."""
        counts = {
            word: sum(row.outcome == word for row in self.rows)
            for word in ("CONSISTENT", "INCONSISTENT", "NOT MEASURED")
        }
        known = ", ".join(f"{n} {word}" for word, n in counts.items() if n) or "none"
        missing = "" if self.complete else f" (interrupted: {self.total - len(self.rows)} not run)"
        return (
            f"{len(self.rows)} of {self.total} cells: {known}{missing}; seed {self.seed}."
            f" {NOT_TRAINING}"
        )

    def table(self) -> Table:
        """Case, prediction with its verdict, measurement, tolerance, outcome."""
        names = list(dict.fromkeys(key for row in self.rows for key in row.case))
        rows = [
            (
                *(row.case.get(name, "") for name in names), row.predicted, str(row.verdict),
                row.measured, row.tolerance, row.outcome,
            )
            for row in self.rows
        ]  # fmt: skip
        return Table((*names, *COLUMNS), tuple(rows), self.experiment.title, self.summary)

    def curves(self, name: str, **values: Any) -> Iterator[tuple[Row, Pairs]]:
        """The rows whose case has these values and whose measurement kept a curve of that name."""
        for row in self.rows:
            if name in row.curves and all(row.case.get(k) == v for k, v in values.items()):
                yield row, row.curves[name]

    def plot(self) -> Any:
        """The picture of the experiment: measured in colour, predicted in black; a figure.

        Raises:
            DataError: no cell was run.
            ModuleNotFoundError: matplotlib is not installed.
        """
        return plot_panels(self.experiment.picture(self), self.experiment.title)

    def __repr__(self) -> str:
        return f"<ExperimentReport on {self.experiment.name}: {self.summary}>"

    def __str__(self) -> str:
        refusals = [row.detail for row in self.rows if row.outcome == "NOT MEASURED"]
        statement = fill(self.experiment.statement, 100, break_long_words=False)
        parts = [statement, str(self.table())]
        if refusals:
            parts.append(f"first cell not measured: {refusals[0]}")
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        return self.table().html()

    def record(self) -> dict[str, Any]:
        """The report as plain data."""
        rows = [row_to_data(row) for row in self.rows]
        return {
            "format": FORMAT, "version": version(), "experiment": self.experiment.name,
            "seed": self.seed, "ok": self.ok, "total": self.total, "rows": rows,
            "sum": checksum(rows),
        }  # fmt: skip

    def to_json(self) -> str:
        """Everything, so that an interrupted run can be resumed."""
        return json.dumps(self.record(), indent=1)


__all__ = [
    "FORMAT", "Case", "Experiment", "ExperimentReport", "Outcome", "Progress", "Row", "check_cell",
    "row_from_data", "row_to_data",
]  # fmt: skip
