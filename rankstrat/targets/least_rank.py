r"""The least rank $\min r_\theta$ over the closure of a branch: candidates, and what bounds it
from below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rankstrat.errors import BudgetError, TargetError
from rankstrat.model.model import Chart
from rankstrat.rank.certificate import RankCertificate, Verdict
from rankstrat.rank.decided import DecidedInteger
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.spoken import Spoken


@dataclass(frozen=True)
class Candidate:
    r"""A point where the rank on a branch may be least.

    Attributes:
        point: the point.
        predicted: the rank by a closed formula (a lemma with a citation), where the family has one.
    """

    point: Chart
    predicted: int | None = None


@dataclass(frozen=True)
class RankBounds:
    r"""What bounds the rank on the closure of a branch.

    Attributes:
        everywhere: a chart, often of a smaller model, whose rank no point of the target set falls
            below.
        here: the same for the points of this closure.
        candidates: points of low rank, such as one for each piece of constant rank.
        exhaustive: why one of the candidates has the least rank; empty if none may have it.
    """

    everywhere: Chart | None = None
    here: Chart | None = None
    candidates: Callable[[], Iterable[Candidate]] | None = None
    exhaustive: str = ""

    @property
    def least(self) -> int:
        """A proved lower bound at every point of the closure."""
        charts = (self.everywhere, self.here)
        return max((model_rank(c).lower for c in charts if c is not None), default=0)

    def chosen(self, bottom: int) -> list[Candidate]:
        """The candidates in the order of their predicted ranks, or one that reaches the bottom."""
        found: list[Candidate] = []
        for candidate in self.candidates() if self.candidates is not None else ():
            if candidate.predicted is not None and candidate.predicted <= bottom:
                return [candidate]
            found.append(candidate)
        return sorted(found, key=lambda c: -1 if c.predicted is None else c.predicted)


@dataclass(frozen=True, eq=False)
class LeastRank(DecidedInteger, Spoken):
    r"""$\min r_\theta$ over a set of parameters: a bound from each side, and how each is known.

    Attributes:
        lower, upper: the bounds.
        minimiser: a point whose rank is `upper`; None where there was no time to find one.
        attained: how the rank of the minimiser is known.
        minimal: PROVED if no point of the set has a lower rank, else OPEN.
        reason: why nothing lower occurs.
        certificate: the rank certificate of the minimiser, if there is one.
    """

    lower: int
    upper: int
    minimiser: Chart | None
    attained: Verdict
    minimal: Verdict
    reason: str
    certificate: RankCertificate | None = field(repr=False, compare=False)

    @classmethod
    def unknown(cls, size: int, reason: str, lower: int = 0) -> LeastRank:
        """What holds of any set of parameters.

        Args:
            size: the number of parameters.
            reason: why no more is known.
            lower: a proved bound.
        """
        return cls(lower, size, None, Verdict.OPEN, Verdict.OPEN, reason, None)

    @property
    def value(self) -> int | None:
        """The minimum, or None when only bounds are known."""
        if self.lower == self.upper:
            return self.lower
        return None

    def __int__(self) -> int:
        if self.value is None:
            raise BudgetError(
                f"the minimum is only known to lie in [{self.lower}, {self.upper}]; use .lower and"
                " .upper"
            )
        return self.value

    __index__ = __int__

    def _facts(self) -> Iterable[tuple[str, object]]:
        return (
            ("lower", self.lower), ("upper", self.upper), ("attained", self.attained),
            ("at", self.minimiser), ("nothing lower", self.minimal), ("reason", self.reason),
        )  # fmt: skip

    def __str__(self) -> str:
        bounds = f"= {self.upper}" if self.value is not None else f"in [{self.lower}, {self.upper}]"
        return (
            f"least rank {bounds}  [attained: {self.attained}; minimal: {self.minimal}]\n "
            f" {self.reason}"
        )


def least_rank(
    bounds: RankBounds, some_point: Callable[[], tuple[RankCertificate, Chart]]
) -> LeastRank:
    """The least rank over the closure of a branch.

    Args:
        bounds: what is known of the rank on the closure.
        some_point: a point of the branch with its rank, asked for only where there is no
            candidate.

    Raises:
        TargetError: what is known contradicts itself.
    """
    bottom = bounds.least
    candidates = bounds.chosen(bottom)
    best: tuple[RankCertificate, Chart] | None = None
    settled = False
    for candidate in candidates:
        if best is not None and settled and candidate.predicted is not None:
            break  # ordered by a proved formula, so the rest is not lower
        certificate = model_rank(candidate.point)
        if (
            candidate.predicted is not None
            and certificate.value is not None
            and certificate.value != candidate.predicted
        ):
            raise TargetError(
                f"the rank formula gives {candidate.predicted} at a point where the rank is"
                f" {certificate.value}; report this"
            )
        if best is None or certificate.upper < best[0].upper:
            best = (certificate, candidate.point)
        settled = candidate.predicted is not None
        if best[0].upper <= bottom:
            break
    if best is None:
        best = some_point()
    certificate, point = best
    if certificate.upper < bottom:
        raise TargetError(
            f"the target forces a rank of {bottom}, but a point has {certificate.upper}; report"
            " this"
        )
    if certificate.upper == bottom:
        forced = f"the target forces {bottom} independent tangent functions at every point"
        reason = forced if bottom else "every rank is at least 0"
        return LeastRank(
            bottom, bottom, point, certificate.verdict, Verdict.PROVED, reason, certificate
        )
    if bounds.exhaustive and candidates and certificate.value is not None:
        return LeastRank(
            int(certificate),
            int(certificate),
            point,
            certificate.verdict,
            Verdict.PROVED,
            bounds.exhaustive,
            certificate,
        )
    reason = "candidates were searched; nothing excludes a lower rank between the bounds"
    return LeastRank(
        min(bottom, certificate.lower),
        certificate.upper,
        point,
        certificate.verdict,
        Verdict.OPEN,
        reason,
        certificate,
    )


__all__ = ["Candidate", "LeastRank", "RankBounds", "least_rank"]
