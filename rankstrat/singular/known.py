"""A rank with the bounds that it gives of a learning coefficient."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from rankstrat.model.model import Chart
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.verdict import Verdict
from rankstrat.singular.coefficient import LearningCoefficient


@dataclass(frozen=True)
class Known:
    """A rank with the bounds it gives."""

    chart: Chart
    certificate: RankCertificate

    @property
    def lower(self) -> Fraction:
        """Half the rank."""
        return Fraction(self.certificate.lower, 2)

    def upper(self, codimension: int) -> Fraction:
        """Where a manifold of constant rank is in the target set: K' is of order 4 across it."""
        half = Fraction(codimension, 2)
        if self.certificate.verdict is Verdict.PROBABLE:
            return half
        return min(half, Fraction(codimension + self.certificate.upper, 4))

    def answer(
        self,
        lower: Fraction,
        upper: Fraction,
        multiplicity: int | None,
        reason: str,
        verdict: Verdict = Verdict.PROVED,
        error: float = 0.0,
    ) -> LearningCoefficient:
        """The bounds with their verdict."""
        return LearningCoefficient(
            self.chart,
            lower,
            upper,
            multiplicity,
            verdict if lower == upper else Verdict.OPEN,
            reason,
            self.certificate.lower,
            error,
        )

    def decided(
        self, value: Fraction, multiplicity: int | None, reason: str, *, by_rank: bool
    ) -> LearningCoefficient:
        """A value, which rests on the upper bound of the rank or not."""
        verdict = self.certificate.verdict if by_rank else Verdict.PROVED
        error = self.certificate.error_bound if by_rank else 0.0
        return self.answer(value, value, multiplicity, reason, verdict, error)

    def morse_bott(self, label: str, value: Fraction) -> LearningCoefficient:
        """The value on a branch of which the rank is the codimension."""
        reason = f"{label} is Morse-Bott (docs/singular.md#morse-bott)"
        return self.decided(value, 1, reason, by_rank=False)

    def quartic(
        self, label: str, codimension: int, verdict: Verdict, error: float
    ) -> LearningCoefficient:
        """The value where K is of exact order 4 across a branch, with what that rests on besides
        the rank.
        """
        certificate = self.certificate
        value = self.lower + Fraction(codimension - certificate.lower, 4)
        reason = f"exact order 4 across {label} (docs/singular.md#quartic)"
        sure = weaker(certificate.verdict, verdict)
        return self.answer(value, value, 1, reason, sure, certificate.error_bound + error)


def weaker(*verdicts: Verdict) -> Verdict:
    """The weakest of them."""
    order = (Verdict.PROVED, Verdict.PROBABLE, Verdict.NUMERICAL, Verdict.OPEN, Verdict.REFUTED)
    return max(verdicts, key=order.index)


__all__ = ["Known", "weaker"]
