r"""A theorem and its cases: predicted by the closed form, computed by the engine, and judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rankstrat.errors import RankstratError
from rankstrat.rank.certificate import RankCertificate, Verdict
from rankstrat.text.spoken import Spoken
from rankstrat.text.tables import Math

Case = Mapping[str, Any]
"""The parameters of one case.

Plain numbers and strings, so that a report can be written and resumed.
"""
HOLDING = (Verdict.PROVED, Verdict.PROBABLE)
RELATIONS = {"=": "", "<=": "at most ", ">=": "at least "}


@dataclass(frozen=True)
class Computed(Spoken):
    """What the engine found: lower <= value <= upper, and how it is known.

    Attributes:
        lower, upper: the bounds; equal when the value is decided.
        verdict: how it is known.
        size: the number of parameters of the model, by which counterexamples are compared.
        statement: the fact in words, with its evidence.
        error_bound: for PROBABLE, a bound for the probability of an error.
    """

    lower: int
    upper: int
    verdict: Verdict
    size: int
    statement: str
    error_bound: float = 0.0

    def __str__(self) -> str:
        between = self.lower if self.lower == self.upper else f"{self.lower}..{self.upper}"
        return f"{between}  [{self.verdict}]: {self.statement}"

    @classmethod
    def of(cls, certificate: RankCertificate) -> Computed:
        """The bounds of a rank certificate."""
        return cls(
            certificate.lower,
            certificate.upper,
            certificate.verdict,
            certificate.model.size,
            str(certificate),
            certificate.error_bound,
        )


@dataclass(frozen=True)
class Theorem(Spoken):
    r"""A closed form with its source, assumptions and cases.

    Attributes:
        name: how the command line calls it.
        title: a few words.
        statement: the claim, LaTeX between dollars.
        source: where it stands, with its number.
        keys: bib keys of the source.
        assumptions: what the statement needs, one clause each.
        formula: the closed form, as plain text and LaTeX.
        cases: (seed, deep) -> the cases.
        predicted: (case, seed) -> the value of the closed form; never sees the engine.
        computed: (case, seed) -> what the engine finds; never sees the closed form.
        relation: how the computed value must stand to the predicted one.
        quantity: what is computed.
        column: the heading of the computed values; it says so where arithmetic is part of them.
    """

    name: str
    title: str
    statement: str
    source: str
    keys: tuple[str, ...]
    assumptions: tuple[str, ...]
    formula: Math
    cases: Callable[[int, bool], Iterable[Case]] = field(repr=False)
    predicted: Callable[[Case, int], int] = field(repr=False)
    computed: Callable[[Case, int], RankCertificate | Computed] = field(repr=False)
    relation: Literal["=", "<=", ">="] = "="
    quantity: str = "model rank"
    column: str = "computed"

    def _facts(self) -> Iterable[tuple[str, object]]:
        return (
            ("claim", self.statement), ("formula", self.formula), ("source", self.source),
            *(("assumes", clause) for clause in self.assumptions),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.title} ({self.source}): {self.statement}"


@dataclass(frozen=True)
class Row:
    """One case of a theorem.

    Attributes:
        case: its parameters.
        predicted: the value of the closed form.
        lower, upper: the bounds the engine found; no upper bound (None) where it refused to answer.
        verdict: of the claim in this case: that of the computation if predicted and computed agree,
            else REFUTED or OPEN.
        size: the number of parameters of the model.
        statement: the computed fact with its evidence.
        error_bound: for PROBABLE.
        seconds: the time it took.
    """

    case: Case
    predicted: int
    lower: int
    upper: int | None
    verdict: Verdict
    size: int
    statement: str
    error_bound: float = 0.0
    seconds: float = field(default=0.0, compare=False)

    @property
    def ok(self) -> bool:
        """Whether the claim holds in this case, proved or up to the error bound."""
        return self.verdict in HOLDING

    @property
    def computed(self) -> int | str:
        """The computed value, or the interval it is known to lie in."""
        if self.upper is None:
            return f"{self.lower}..?"
        if self.lower == self.upper:
            return self.lower
        return f"{self.lower}..{self.upper}"


def _judge(relation: str, predicted: int, found: Computed) -> Verdict:
    """The verdict of "computed `relation` predicted" from the bounds."""
    above = relation != "<=" and found.upper < predicted
    below = relation != ">=" and found.lower > predicted
    if above or below:
        if found.verdict in (*HOLDING, Verdict.OPEN):
            return Verdict.REFUTED
        return found.verdict
    certain = (relation == ">=" or found.upper <= predicted) and (
        relation == "<=" or found.lower >= predicted
    )
    if not certain:
        return Verdict.OPEN
    # Lower bounds are always deterministic, and so are both bounds of an OPEN certificate.
    settled = found.verdict is Verdict.OPEN or (
        relation == ">=" and found.verdict is Verdict.PROBABLE
    )
    if settled:
        return Verdict.PROVED
    return found.verdict


def check_case(theorem: Theorem, case: Case, seed: int = 0) -> Row:
    """One case: predicted, then computed, then compared; an honest refusal of the engine is an OPEN
    row.
    """
    start = time.perf_counter()
    predicted = theorem.predicted(case, seed)
    try:
        result = theorem.computed(case, seed)
    except RankstratError as error:
        message = f"{type(error).__name__}: {error}"
        return Row(
            case, predicted, 0, None, Verdict.OPEN, 0, message, 0.0, time.perf_counter() - start
        )
    found = Computed.of(result) if isinstance(result, RankCertificate) else result
    verdict = _judge(theorem.relation, predicted, found)
    seconds = time.perf_counter() - start
    return Row(
        case,
        predicted,
        found.lower,
        found.upper,
        verdict,
        found.size,
        found.statement,
        found.error_bound,
        seconds,
    )


__all__ = ["HOLDING", "Case", "Computed", "Row", "Theorem", "check_case"]
