r"""Which parameters the function determines: $\theta_i$ is locally identifiable at $\theta$ if it
is constant on the fibre $\{\theta' : F(\theta') = F(\theta)\}$ near $\theta$.

Where the rank is constant the fibre is a manifold, whose tangent space is the space N of relations
$\sum_i c_i\,\partial_i F = 0$. So $\theta_i$ is identifiable if and only if $c_i = 0$ on N, that
is, $\partial_i F$ is no combination of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import sympy

from rankstrat.algebra.elimination import solve_dependents
from rankstrat.algebra.program import Program
from rankstrat.deadline import within
from rankstrat.errors import ModelError, OutOfTimeError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.rank.affine_symmetries import VectorField, affine_symmetries
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.leaps import may_leap
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.search import Analysis, is_identically_zero
from rankstrat.rank.setting import has_tangents
from rankstrat.rank.tangents import Tangents
from rankstrat.rank.vanishing import needs_hypotheses, vanishes_at_primes
from rankstrat.rank.verdict import Verdict
from rankstrat.symmetry.invariants import invariants
from rankstrat.text.spoken import Spoken
from rankstrat.text.tables import Math, Phrase, Table

MOST_ASKED = 24
WORDS = {True: "yes", False: "no", None: "undecided"}


@dataclass(frozen=True)
class Identified(Spoken):
    """What is known of one parameter.

    Attributes:
        parameter: its symbol.
        identifiable: whether it is locally identifiable; None if that is not decided.
        verdict: PROVED, PROBABLE (see `error_bound`) or OPEN.
        reason: why, in one phrase.
        error_bound: of a PROBABLE answer.
    """

    parameter: sympy.Symbol
    identifiable: bool | None
    verdict: Verdict
    reason: str
    error_bound: float = 0.0

    def __str__(self) -> str:
        return f"{self.parameter}: {WORDS[self.identifiable]}  [{self.verdict}] {self.reason}"


@dataclass(frozen=True)
class Identifiability:
    """The parameters of a model, each with what the function says of it.

    Attributes:
        chart: the generic chart, or the point or chart that was asked about.
        rank: the certificate of the model rank there.
        parameters: one line for each parameter.
        functions: functionally independent identifiable functions of the parameters.
        complete: whether every identifiable function is locally a function of these (PROVED).
    """

    chart: Chart
    rank: RankCertificate = field(repr=False)
    parameters: tuple[Identified, ...]
    functions: tuple[sympy.Expr, ...] = ()
    complete: bool = False
    place: str = field(default="", repr=False)

    def __iter__(self) -> Iterator[Identified]:
        return iter(self.parameters)

    def __getitem__(self, parameter: sympy.Symbol | str) -> Identified:
        for line in self.parameters:
            if parameter in (line.parameter, str(line.parameter)):
                return line
        raise ModelError(
            f"{parameter!r} is no parameter of {self.chart.model}; one is needed; try"
            f" {self.parameters[0].parameter}"
        )

    @property
    def verdict(self) -> Verdict:
        """The weakest verdict of a line."""
        order = (Verdict.OPEN, Verdict.PROBABLE, Verdict.PROVED)
        return min((line.verdict for line in self.parameters), key=order.index)

    def table(self) -> Table:
        """Parameter, identifiable or not, verdict, reason; the identifiable functions below."""
        rows = tuple(
            (
                Math(str(p.parameter), sympy.latex(p.parameter)),
                WORDS[p.identifiable],
                p.verdict,
                p.reason,
            )
            for p in self.parameters
        )
        return Table(
            ("parameter", "identifiable", "verdict", "why"),
            rows,
            f"Local identifiability {self.place}",
            self._caption(),
        )

    def _caption(self) -> Phrase:
        if not self.functions:
            return Phrase()
        shown = Math(
            ", ".join(map(str, self.functions)), r",\ ".join(map(sympy.latex, self.functions))
        )
        if self.complete:
            rest = "; every other one is a function of these."
            return Phrase("Identifiable functions: ", shown, rest)
        return Phrase("Identifiable functions, perhaps not all: ", shown, ".")

    def __str__(self) -> str:
        return self.table().text()

    def _repr_html_(self) -> str:
        return self.table().html()

    def to_latex(self) -> str:
        """The table in LaTeX."""
        return self.table().latex()


def identifiability(
    model: Model | Chart, *, seed: int = 0, budget: float | None = None
) -> Identifiability:
    r"""Which $\theta_i$ are locally constant on $\{\theta' : F(\theta') = F(\theta)\}$, at almost
    every $\theta$ or at a point.

    Local means that finitely many values may remain, as the two orders of equal neurons. Global
    identifiability is not decided.

    Args:
        model: a model, for almost every parameter; or a point or chart. Where the rank at a point
            is below the generic one, only an injective tangent map and verified symmetries decide;
            at a kink the symmetries alone.
        seed: names the random choices.
        budget: seconds after which what is not decided is OPEN.

    Returns:
        One line for each parameter, and identifiable functions (complete where affine symmetries
        explain all relations).

    References:
        docs/certificates.md#identifiability.

    Example:
        >>> k, a, m, x = sympy.symbols("k a m x")
        >>> print(identifiability(Model(k * a * x / (m + x), [k, a, m], [x])))
        Local identifiability at almost every parameter
        <BLANKLINE>
        parameter  identifiable  verdict  why
        ---------  ------------  -------  -------------------------------------
        k          no            PROVED   dF/dk is a combination of the others
        a          no            PROVED   dF/da is a combination of the others
        m          yes           PROVED   dF/dm is no combination of the others
        <BLANKLINE>
        Identifiable functions: m, a*k; every other one is a function of these.
    """
    demand(model, Model | Chart, ModelError, "a Model, or a point or chart of one,", "try F")
    with within(budget):
        return _Question(model, seed).answer()


class _Question:
    """One call."""

    def __init__(self, model: Model | Chart, seed: int) -> None:
        self.chart = model.generic() if isinstance(model, Model) else model
        self.model, self.seed = self.chart.model, seed
        self.generic = self.chart.raw == self.model.generic().raw
        self.parameters = self.model.parameters

    @cached_property
    def leaps(self) -> bool:
        """Whether the functions may change although no derivative sees it."""
        return may_leap(self.model)

    def answer(self) -> Identifiability:
        """All lines."""
        certificate = model_rank(self.chart, seed=self.seed)
        place = self._place(certificate)
        try:
            lines = self._lines(certificate)
            functions, complete = self._functions(lines, certificate)
        except OutOfTimeError as error:
            reason = str(error).split(";", maxsplit=1)[0]
            lines = [Identified(p, None, Verdict.OPEN, reason) for p in self.parameters]
            functions, complete = (), False
        return Identifiability(self.chart, certificate, tuple(lines), functions, complete, place)

    def _place(self, certificate: RankCertificate) -> str:
        if not self.generic:
            return "at the point" if self.chart.is_point else "on the chart"
        if certificate.largest:
            return "on an open set of parameters"
        return "at almost every parameter"

    def _is_regular(self, certificate: RankCertificate) -> bool:
        """Whether the rank is proved to be constant near the chart."""
        if self.generic:
            return True
        if self.model.compiled.piecewise or certificate.verdict is not Verdict.PROVED:
            return False
        return model_rank(self.model, seed=self.seed).upper == certificate.lower

    def _lines(self, certificate: RankCertificate) -> list[Identified]:
        if not self.generic and not has_tangents(self.chart, seed=self.seed):
            return self._special("the point lies on a kink, which has no tangent map")
        if certificate.lower == self.model.size:
            reason = "the tangent functions are independent"
            return [Identified(p, True, Verdict.PROVED, reason) for p in self.parameters]
        if not self._is_regular(certificate):
            return self._special(
                "the rank is not known to be constant nearby, and first order does not decide"
            )
        analysis = Analysis(self.chart, self.seed)
        here = [*self._regular(certificate, _dependent(analysis), _shown_rank(analysis))]
        if self.leaps:
            here = self._without_leaps(here)
        if self.generic:
            return here
        everywhere = identifiability(self.model, seed=self.seed)
        return [self._nearby(i, line, everywhere.parameters[i]) for i, line in enumerate(here)]

    def _without_leaps(self, lines: Sequence[Identified]) -> list[Identified]:
        """Relations say nothing of jumps that move; a verified symmetry keeps those, too."""
        special = self._special("inputs at which the model may jump move with the parameters")
        return [s if p.identifiable is False else p for p, s in zip(lines, special, strict=True)]

    def _nearby(self, i: int, here: Identified, everywhere: Identified) -> Identified:
        """Independent at a point alone says nothing of the fibre: on a circle dy = 0 at its top."""
        if here.identifiable is False or everywhere.identifiable:
            return here if here.identifiable is False else everywhere
        return self._line(i, None, Verdict.OPEN)

    # where the rank is constant

    def _regular(
        self, certificate: RankCertificate, dependent: dict[int, bool], shown: int
    ) -> Iterator[Identified]:
        size, rank = self.model.size, certificate.lower
        own = [i for i in range(size) if i not in dependent]
        rest = [i for i in range(size) if i in dependent]
        # rank(rest) <= rank(all) - |own| makes every one of `own` independent of all the others
        without = model_rank(self.chart, seed=self.seed, subset=rest)
        proved = without.upper <= rank - len(own)
        for i in range(size):
            if i not in dependent:
                verdict = without.verdict if proved else Verdict.OPEN
                error = without.error_bound if proved else 0.0
                yield self._line(i, True if proved else None, verdict, error)
                continue
            if dependent[i]:
                yield self._line(i, False, Verdict.PROVED)
            elif certificate.value is not None and self._spanned(i, rank, shown):
                error = certificate.error_bound
                yield self._line(i, False, certificate.verdict, error)
            else:
                yield self._line(i, None, Verdict.OPEN)

    def _spanned(self, i: int, rank: int, shown: int) -> bool:
        """Whether there are as many independent tangent functions without i as altogether."""
        if shown == rank:
            return True
        if self.model.size > MOST_ASKED:
            return False
        rest = [j for j in range(self.model.size) if j != i]
        return model_rank(self.chart, seed=self.seed, subset=rest).lower == rank

    def _line(
        self, i: int, identifiable: bool | None, verdict: Verdict, error: float = 0.0
    ) -> Identified:
        name = self.parameters[i]
        reason = {
            True: f"dF/d{name} is no combination of the others",
            False: f"dF/d{name} is a combination of the others",
            None: f"whether dF/d{name} is a combination of the others nearby is not decided",
        }[identifiable]
        return Identified(name, identifiable, verdict, reason, error)

    # where it is not known to be

    def _special(self, low: str) -> list[Identified]:
        moved = self._moved()
        yes = "a symmetry of the model moves it"
        return [
            Identified(p, False, Verdict.PROVED, yes)
            if i in moved
            else Identified(p, None, Verdict.OPEN, low)
            for i, p in enumerate(self.parameters)
        ]

    def _moved(self) -> set[int]:
        """The parameters that the flow of a verified symmetry moves at the chart."""
        tangents = Tangents(self.chart)
        program: Program = tangents.program
        values = tangents.parameter_values()
        return {
            i
            for symmetry in affine_symmetries(self.model, self.seed)
            for i, n in symmetry.nodes(program, values).items()
            if not vanishes_at_primes(program, n, self.seed)
        }

    # identifiable functions

    def _functions(
        self, lines: Sequence[Identified], certificate: RankCertificate
    ) -> tuple[tuple[sympy.Expr, ...], bool]:
        """The identifiable parameters, and the invariants of the symmetries where these span all
        relations.
        """
        known = tuple(p.parameter for p in lines if p.identifiable and p.verdict is Verdict.PROVED)
        rank = certificate.value
        if not self.generic or rank is None or certificate.verdict is not Verdict.PROVED:
            return known, False
        if len(known) == rank:
            return known, not self.leaps
        fields: tuple[VectorField, ...] = affine_symmetries(self.model, self.seed)
        if len(fields) < self.model.size - rank:
            return known, False
        found = invariants(fields, self.parameters, rank)
        return found, len(found) == rank


def _shown_rank(analysis: Analysis) -> int:
    """The rank that residues alone prove; -1 where they prove nothing."""
    if analysis.best is None or needs_hypotheses(analysis.tower) or analysis.at_integers:
        return -1
    return analysis.best[1].rank


def _dependent(analysis: Analysis) -> dict[int, bool]:
    """The parameters whose tangent functions are combinations of the others modulo a prime.

    True marks those of which the form alone shows it: zero, or a multiple of another that is not.
    """
    tangents, seed = analysis.tangents, analysis.seed
    result = {i: True for i in tangents.chosen if tangents.columns[i] is None}
    for members in tangents.classes.values():
        if len(members) == 1:
            continue
        sure = [
            i
            for i in members
            if tangents.constant_is_monomial(i) or not is_identically_zero(tangents, i, seed)
        ]
        result |= {i: True for i in members if set(sure) - {i}}
    if analysis.parameters:
        analysis.search()
        assert analysis.best is not None
        sampled, profile = analysis.best
        table = solve_dependents(sampled.matrix, sampled.prime, profile)
        pivots = set(profile.columns)
        used = [profile.columns[r] for r in np.flatnonzero(table.any(axis=1))]
        others = [j for j in range(len(analysis.parameters)) if j not in pivots]
        for j in (*used, *others):
            result.setdefault(analysis.parameters[j], False)
    return result


__all__ = ["Identifiability", "Identified", "identifiability"]
