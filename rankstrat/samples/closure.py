r"""Which samples are determined by others: the closure in the matroid of rows of
$\partial_\theta F(\theta)(x)$.
"""

from __future__ import annotations

from collections.abc import Sequence, Sized
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from rankstrat.deadline import check, ended, within
from rankstrat.errors import DataError, OutOfTimeError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.samples.local import batch, proviso, seen_at
from rankstrat.text.spoken import Spoken


@dataclass(frozen=True)
class SampleClosure(Spoken):
    """What the values at some samples say about the values at others.

    Attributes:
        chart: the point or chart.
        observed: certificate of the rank on the samples.
        closed: those of the others whose rows are combinations of the rows of the samples.
        free: those whose rows are not.
        undecided: the rest.
        verdict: PROVED, PROBABLE if some rank is, OPEN if some are not decided.
        ended: where the budget of time ended, if it did.
        proviso: what is taken for granted: that each is said on an open set of the chart only, as
            the kinks of the model move with its coordinates, or that slopes at a kink are 0.
    """

    chart: Chart = field(repr=False)
    observed: RankCertificate = field(repr=False)
    closed: tuple[Any, ...]
    free: tuple[Any, ...]
    undecided: tuple[Any, ...]
    verdict: Verdict
    ended: str = ""
    proviso: str = ""

    def __str__(self) -> str:
        text = f"{len(self.closed)} determined, {len(self.free)} free"
        if self.undecided:
            text += f", {len(self.undecided)} not decided"
        reason = f": {self.ended}" if self.ended else ""
        lower, upper = self.observed.lower, self.observed.upper
        rank = str(lower) if lower == upper else f"in [{lower}, {upper}]"
        text += f", by samples of rank {rank}{self.proviso}"
        return f"{text}  [{self.verdict}{reason}]"


def sample_closure(
    point: Chart | Model,
    samples: Sequence[Any],
    others: Sequence[Any],
    *,
    shape: tuple[int, int] | None = None,
    seed: int = 0,
    budget: float | None = None,
) -> SampleClosure:
    r"""Decide for each of the others whether $\partial_\theta F(\theta)$ there is a combination of
    its rows at the samples.

    At a generic point that means: near almost every parameter the values at the samples determine
    the value there locally. For products of matrices and observed entries these are the entries
    with finitely many completions. Where kinks move with the coordinates, each answer holds on an
    open set of parameters, and the answer says so.

    Args:
        point: a point (or a chart or model: then its generic point).
        samples: exact inputs, or observed outputs of a model without inputs; see `batch`.
        others: more of the same kind.
        shape: rows and columns of the output matrix, for entries given as pairs.
        seed: names the random choices.
        budget: seconds after which the others are not decided.

    Raises:
        DataError: samples that do not fit the model, or none.

    References:
        KiralyTheranTomioka2015; docs/proofs.md#samples.

    Example:
        >>> from rankstrat.families import matrix_factorization
        >>> F = matrix_factorization(rows=2, inner=1, columns=3)
        >>> known = [(0, 0), (0, 1), (1, 1)]
        >>> found = sample_closure(F, known, [(1, 0), (0, 2)], shape=(2, 3))
        >>> found.closed, found.free
        (((1, 0),), ((0, 2),))
    """
    demand(point, (Chart, Model), DataError, "a point of a model", "try model.point(...)")
    for given in (samples, others):
        demand(given, Sized, DataError, "a list of inputs", "write [1, 2], or [(0, 1), (1, 1)]")
    theta = point.generic() if isinstance(point, Model) else point
    some, rest = list(samples), list(others)
    closed, free, undecided = list[Any](), list[Any](), list[Any]()
    verdicts, stopped = [Verdict.PROVED], ""
    with within(budget):
        ranks = [base := _rank(theta, some, shape, seed)]
        try:
            for other in rest:
                check("all samples were compared")
                ranks.append(more := _rank(theta, [*some, other], shape, seed))
                inside, verdict = _compared(base, more)
                {True: closed, False: free, None: undecided}[inside].append(other)
                verdicts.append(verdict)
        except OutOfTimeError as error:
            stopped = ended(error)
    done = len(closed) + len(free) + len(undecided)
    undecided += rest[done:]
    order = (Verdict.PROVED, Verdict.PROBABLE, Verdict.OPEN)
    verdict = max(verdicts, key=order.index) if done == len(rest) else Verdict.OPEN
    answers = tuple(closed), tuple(free), tuple(undecided)
    return SampleClosure(theta, base, *answers, verdict, stopped, proviso(*ranks))


def _rank(
    theta: Chart, samples: Sequence[Any], shape: tuple[int, int] | None, seed: int
) -> RankCertificate:
    model = batch(theta.model, samples, shape=shape)
    seen = Chart(model, theta.coordinates, theta.raw)
    with suppress(OutOfTimeError):  # then the rank is OPEN at once
        seen = seen_at(theta, model)
    return model_rank(seen, seed=seed)


def _compared(base: RankCertificate, more: RankCertificate) -> tuple[bool | None, Verdict]:
    """Whether a row more leaves the rank as it is; an upper bound by chance makes it PROBABLE."""
    # lower bounds are always proofs
    if more.upper <= base.lower:
        return True, _by(more)
    if base.upper < more.lower:
        return False, _by(base)
    return None, Verdict.OPEN


def _by(upper: RankCertificate) -> Verdict:
    if upper.verdict is Verdict.PROBABLE:
        return Verdict.PROBABLE
    return Verdict.PROVED


__all__ = ["SampleClosure", "sample_closure"]
