"""Experiments: an exact prediction beside a measurement, with a tolerance stated before the run.

A row is CONSISTENT or INCONSISTENT, never PROVED: nothing that an integrator prints is a proof. The
prediction has a verdict of its own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Protocol

from rankstrat.errors import FamilyError, ParseError, RankstratError, demand
from rankstrat.rank.verdict import Verdict
from rankstrat.text.tables import Table

Case = Mapping[str, Any]
"""The parameters of one cell: plain numbers and strings, so that it can be written and resumed."""
Outcome = Literal["CONSISTENT", "INCONSISTENT", "NOT MEASURED"]
Progress = Callable[["Row", int, int], None]
FORMAT = "rankstrat-experiment/1"


@dataclass(frozen=True)
class Prediction:
    """What the theory says, from exact objects.

    Attributes:
        value: the predicted number (or word).
        verdict: how the prediction is known.
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
        trials: for a count or a rate, of how many.
    """

    value: float | str
    detail: str = ""
    trials: int | None = None

    def __str__(self) -> str:
        shown = _number(self.value)
        return shown if self.trials is None else f"{shown} of {self.trials}"


def _word(key: str, value: Any) -> str:
    """A parameter of a cell: a word speaks for itself, a number needs its name."""
    return value if isinstance(value, str) else f"{key} {value}"


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


@dataclass(frozen=True)
class AtMost:
    """measured <= predicted."""

    def holds(self, predicted: Prediction, measured: Measurement) -> bool:
        """Whether the measured number is not larger."""
        return float(measured.value) <= float(predicted.value)

    def __str__(self) -> str:
        return "at most"


NEVER, SOMETIMES, ALWAYS = "never", "sometimes", "always"


@dataclass(frozen=True)
class Frequency:
    """A count of trials: never is 0, always is all (but for `failures`), sometimes is between.

    Attributes:
        failures: trials that may fail for reasons outside the theory (an integrator that stops).
    """

    failures: int = 0

    def holds(self, predicted: Prediction, measured: Measurement) -> bool:
        """Whether the count is what the word says."""
        count, trials = int(float(measured.value)), measured.trials or 0
        if predicted.value == NEVER:
            return count == 0
        if predicted.value == ALWAYS:
            return trials > 0 and count >= trials - self.failures
        return 0 < count < trials

    def __str__(self) -> str:
        return "the count" + (f", {self.failures} failures allowed" if self.failures else "")


@dataclass(frozen=True)
class Experiment:
    r"""One experiment of the lectures.

    Attributes:
        name: how the command line calls it.
        title: a few words.
        statement: what is predicted and what is measured, LaTeX between dollars.
        keys: bib keys of the source.
        cases: (seed, deep) -> the cells.
        predicted: (case, seed) -> the prediction; it never sees a measurement.
        measured: (case, seed) -> the measurement; it never sees the prediction.
        tolerance: case -> when they agree.
        picture: (report, axes or None) -> axes; the picture of the lecture.
    """

    name: str
    title: str
    statement: str
    keys: tuple[str, ...]
    cases: Callable[[int, bool], Iterable[Case]] = field(repr=False)
    predicted: Callable[[Case, int], Prediction] = field(repr=False)
    measured: Callable[[Case, int], Measurement] = field(repr=False)
    tolerance: Callable[[Case], Tolerance] = field(repr=False)
    picture: Callable[[ExperimentReport], Any] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Row:
    """One cell.

    Attributes:
        case: its parameters.
        predicted: as shown.
        verdict: of the prediction.
        measured: as shown, NUMERICAL.
        tolerance: in words.
        outcome: CONSISTENT, INCONSISTENT, or NOT MEASURED with the reason in `detail`.
        detail: of the measurement.
        value: the measured number, for pictures.
        expected: the predicted number, for pictures (trials for always, 0 for never).
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
    seconds: float = field(default=0.0, compare=False)


def check_cell(experiment: Experiment, case: Case, seed: int = 0) -> Row:
    """Predict, then measure, then compare; a refusal of the toolkit is NOT MEASURED."""
    start = time.perf_counter()
    tolerance = experiment.tolerance(case)
    try:
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
        measured.detail, measured.value, _expected(predicted, measured),
        time.perf_counter() - start,
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
        return f"{len(self.rows)} of {self.total} cells: {known}{missing}; seed {self.seed}."

    def table(self) -> Table:
        """Case, prediction with its verdict, measurement, tolerance, outcome."""
        names = list(dict.fromkeys(key for row in self.rows for key in row.case))
        rows = [
            (
                *(row.case.get(name) for name in names), row.predicted, str(row.verdict),
                row.measured, row.tolerance, row.outcome,
            )
            for row in self.rows
        ]  # fmt: skip
        columns = (*names, "predicted", "known", "measured (NUMERICAL)", "tolerance", "outcome")
        return Table(columns, tuple(rows), self.experiment.title, self.summary)

    def points(self) -> tuple[tuple[str, float, float, bool], ...]:
        """(cell, predicted, measured, consistent) where both are numbers, for a picture."""
        found = []
        for row in self.rows:
            if isinstance(row.expected, int | float) and isinstance(row.value, int | float):
                name = ", ".join(_word(k, v) for k, v in row.case.items() if v not in ("", 0.0))
                point = (name, float(row.expected), float(row.value), row.outcome == "CONSISTENT")
                found.append(point)
        return tuple(found)

    def __repr__(self) -> str:
        return f"<ExperimentReport on {self.experiment.name}: {self.summary}>"

    def __str__(self) -> str:
        refusals = [row.detail for row in self.rows if row.outcome == "NOT MEASURED"]
        parts = [self.experiment.statement, str(self.table())]
        if refusals:
            parts.append(f"first cell not measured: {refusals[0]}")
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        return self.table().html()

    def record(self) -> dict[str, Any]:
        """The report as plain data."""
        rows = [{f.name: getattr(row, f.name) for f in fields(Row)} for row in self.rows]
        for data in rows:
            data["case"], data["verdict"] = dict(data["case"]), data["verdict"].value
        return {
            "format": FORMAT, "experiment": self.experiment.name, "seed": self.seed, "ok": self.ok,
            "total": self.total, "rows": rows,
        }  # fmt: skip

    def to_json(self) -> str:
        """Everything, so that an interrupted run can be resumed."""
        return json.dumps(self.record(), indent=1)


def rows_from_json(text: str, experiment: Experiment, seed: int) -> tuple[Row, ...]:
    """The cells of an interrupted run, to be resumed.

    Raises:
        ParseError: not a report of this experiment with this seed.
    """
    try:
        data = json.loads(text)
        if (data["format"], data["experiment"], data["seed"]) != (FORMAT, experiment.name, seed):
            raise ParseError(
                f"the report is of {data['experiment']} with seed {data['seed']}; one of"
                f" {experiment.name} with seed {seed} is needed; start anew"
            )
        return tuple(Row(**{**row, "verdict": Verdict(row["verdict"])}) for row in data["rows"])
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, ParseError):
            raise
        raise ParseError(
            f"this is not a report of an experiment ({error}); give the text written by to_json"
        ) from None


def run(
    experiment: Experiment,
    *,
    seed: int = 0,
    deep: bool = False,
    executor: Executor | None = None,
    progress: Progress | None = None,
    done: Sequence[Row] = (),
) -> ExperimentReport:
    """The report of an experiment; Ctrl-C keeps the cells that are finished.

    Args:
        experiment: the experiment.
        seed: names every draw.
        deep: the large cells too.
        executor: any `concurrent.futures.Executor`; the rows come in the same order.
        progress: called after each cell.
        done: cells of an earlier run with the same seed, which are not run again.
    """
    cases = list(experiment.cases(seed, deep))
    known = {_key(row.case): row for row in done}
    rows: list[Row] = []
    futures: dict[str, Future[Row]] = {}
    if executor is not None:
        futures = {
            _key(case): executor.submit(check_cell, experiment, case, seed)
            for case in cases
            if _key(case) not in known
        }

    def cell(case: Case) -> Row:
        key = _key(case)
        if key in known:
            return known[key]
        return futures[key].result() if key in futures else check_cell(experiment, case, seed)

    try:
        for row in _each(cell, cases):
            rows.append(row)
            if progress is not None:
                progress(row, len(rows), len(cases))
    except KeyboardInterrupt:
        for future in futures.values():
            future.cancel()
    return ExperimentReport(experiment, tuple(rows), len(cases), seed)


def _each(cell: Callable[[Case], Row], cases: Iterable[Case]) -> Iterator[Row]:
    for case in cases:
        yield cell(case)


def _key(case: Case) -> str:
    return json.dumps(dict(case), sort_keys=True)


def named(experiment: str | Experiment, known: Mapping[str, Experiment]) -> Experiment:
    """The experiment of that name.

    Raises:
        FamilyError: no such experiment.
    """
    if isinstance(experiment, Experiment):
        return experiment
    demand(experiment, str, FamilyError, "the name of an experiment", "try 'plateaus'")
    if experiment not in known:
        raise FamilyError(
            f"the experiment {experiment!r} is unknown; known are {', '.join(known)}; or pass an"
            " Experiment"
        )
    return known[experiment]


__all__ = [
    "ALWAYS", "NEVER", "SOMETIMES", "AtLeast", "AtMost", "Case", "Equal", "Experiment",
    "ExperimentReport", "Frequency", "Measurement", "Prediction", "Row", "Tolerance", "Within",
    "check_cell", "named", "rows_from_json", "run",
]  # fmt: skip
