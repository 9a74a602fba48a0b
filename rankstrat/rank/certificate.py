r"""The model rank $r(\theta) = \dim \operatorname{span}\{\partial_{\theta_i} F(\theta)(\cdot)\}$,
certified.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from html import escape
from typing import Any

from rankstrat.errors import CertificateError, RankstratError
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import listed
from rankstrat.rank.checker import CheckedRelation, check_lower, check_relations
from rankstrat.rank.lower_bounds import Minor
from rankstrat.rank.reader import FORMAT, CertificateReader
from rankstrat.rank.search import Analysis, UpperBound
from rankstrat.rank.verdict import Relation, Verdict

REASONS = {
    "parameters": "there are {M} parameters",
    "outputs": "there are {q} outputs",
    "relations": "{n} independent {relations} among the {M} tangent functions",
    "schwartz-zippel": "no larger minor at random large primes",
}


@dataclass(frozen=True)
class RankCertificate:
    """lower <= model rank of the chart <= upper, with witnesses; an int when the bounds meet.

    Attributes:
        chart: the point or chart.
        lower, upper: the bounds.
        verdict: PROVED (both bounds deterministic and equal), PROBABLE (upper bound by
            Schwartz-Zippel, see error_bound) or OPEN.
        minor: witness of the lower bound.
        reason: why the upper bound holds.
        relations: verified relations among tangent functions.
        error_bound: a bound for the probability that a PROBABLE value is too small.
        hypotheses: what the modular lower bound would need beyond known theorems (then it was not
            used).
        seed: names every random choice.
        region: an input of a piecewise model, when the rank is that on the linear region around it.
        subset: indices of the parameters that are free, when the others are frozen.
        differentiable: False if the model is not differentiable at the chart for inputs of positive
            measure (or at all, without inputs), where slopes are those of the branch that holds, 0
            at the kink of relu and abs; None if that is not decided.

    Example:
        >>> from rankstrat.families import two_layer
        >>> from rankstrat.rank.model_rank import model_rank
        >>> rank = model_rank(two_layer(width=2, inputs=1).point(a=[1, 3], w=[[2], [-2]]))
        >>> int(rank), rank.lower, rank.upper, str(rank.verdict)
        (2, 2, 2, 'PROVED')
        >>> RankCertificate.from_json(rank.to_json()).check()
    """

    chart: Chart
    lower: int
    upper: int
    verdict: Verdict
    minor: Minor | None
    reason: str
    relations: tuple[Relation, ...] = field(default=(), repr=False)
    error_bound: float = 0.0
    hypotheses: tuple[str, ...] = ()
    seed: int = 0
    region: tuple[Fraction, ...] | None = None
    subset: tuple[int, ...] | None = None
    evidence: tuple[UpperBound, ...] = field(default=(), repr=False, compare=False)
    differentiable: bool | None = True

    def __post_init__(self) -> None:
        if not 0 <= self.lower <= self.upper <= self.size:
            raise CertificateError(
                f"the bounds {self.lower} <= rank <= {self.upper} do not fit {self.size}"
                " parameters; bounds are ordered and at most the number of parameters"
            )
        if (self.lower < self.upper) != (self.verdict is Verdict.OPEN):
            raise CertificateError(
                f"the verdict {self.verdict} does not go with the bounds {self.lower},"
                f" {self.upper}; equal bounds are decided, others OPEN"
            )

    @property
    def value(self) -> int | None:
        """The rank, or None when the bounds differ."""
        return self.lower if self.lower == self.upper else None

    def __int__(self) -> int:
        if self.value is None:
            raise CertificateError(
                f"the rank is only known to lie in [{self.lower}, {self.upper}]; use .lower and"
                " .upper"
            )
        return self.value

    __index__ = __int__

    @property
    def size(self) -> int:
        """The number of free parameters."""
        return self.model.size if self.subset is None else len(self.subset)

    @property
    def model(self) -> Model:
        """The model."""
        return self.chart.model

    def __str__(self) -> str:
        place = "point" if self.chart.is_point else "generic point of the chart"
        where = (
            f"at the {place} of {self.model}"
            if self.model.structure is not None or self.model.name
            else f"at the {place}"
        )
        rank = (
            f"model rank = {self.lower}"
            if self.value is not None
            else f"{self.lower} <= model rank <= {self.upper}"
        )
        names = ", ".join(self.model.generic_functions)
        if names:
            where += f", for a generic smooth {names}"
        if self.model.constants:
            where += f", for generic {listed(self.model.constants)}"
        if self.model.domain:
            where += f", on {self.model.domain}"
        if self.differentiable is False:
            where += ", at a kink (slope 0 there by convention)"
        error = f", error < {self.error_bound:.1e}" if self.verdict is Verdict.PROBABLE else ""
        if self.region is not None:
            where += f", on the region around x = ({', '.join(map(str, self.region))})"
        return f"{rank} of {self.size} parameters {where}  [{self.verdict}{error}]\n{self._why()}"

    def _why(self) -> str:
        upper = REASONS.get(self.reason, self.reason).format(
            M=self.size,
            q=len(self.model.outputs),
            n=len(self.relations),
            relations="relation" if len(self.relations) == 1 else "relations",
        )
        if self.minor is None:
            lower = "every rank is at least 0"
        elif self.minor.prime > 1:
            lower = f"a {self.lower} x {self.lower} minor is nonzero mod {self.minor.prime}"
        else:
            lower = (
                f"a {self.lower} x {self.lower} minor is enclosed away from 0 by"
                f" {self.minor.bits}-bit balls"
            )
        if self.hypotheses:
            lower += f" (undecided: {', '.join(self.hypotheses[:3])})"
        return f"  lower bound: {lower}; upper bound: {upper}"

    def _repr_html_(self) -> str:
        return f'<pre style="white-space: pre-wrap">{escape(str(self))}</pre>'

    def check(self) -> None:
        """Recompute every bound from the model alone.

        Raises:
            CertificateError: a bound, witness or verdict does not hold; the message says which.
        """
        try:
            analysis = Analysis(self.chart, self.seed, self.region, self.subset)
            check_lower(analysis, self.lower, self.minor)
            given = [CheckedRelation(r.parameter, dict(r.coefficients)) for r in self.relations]
            check_relations(analysis, given)
            self._check_upper(analysis, len(given))
            if self.differentiable is not analysis.setting.differentiable:
                raise CertificateError(
                    f"differentiable = {self.differentiable} is claimed, but"
                    f" {analysis.setting.differentiable} is found"
                )
        except CertificateError:
            raise
        except RankstratError as error:
            raise CertificateError(f"the certificate could not be recomputed: {error}") from None

    def _check_upper(self, analysis: Analysis, relations: int) -> None:
        size, error = self.size, 0.0
        match self.reason:
            case "parameters":
                bound = size
            case "outputs":
                if analysis.ceiling is None:
                    raise CertificateError(
                        "the upper bound cites the number of outputs, which bounds only models"
                        " without inputs; cite relations"
                    )
                bound = analysis.ceiling
            case "relations":
                bound = size - relations
            case "schwartz-zippel":
                error = analysis.schwartz_zippel(self.upper)
                if error > self.error_bound:
                    raise CertificateError(
                        f"the error bound {self.error_bound:.1e} is claimed, but only {error:.1e}"
                        " can be shown"
                    )
                bound = self.upper
            case _:
                bound = self._check_evidence()
        if bound > self.upper:
            raise CertificateError(
                f"the upper bound {self.upper} is claimed, but its evidence ({self.reason}) only"
                f" gives {bound}"
            )
        probable = self.reason == "schwartz-zippel"
        expected = (
            Verdict.OPEN
            if self.lower < self.upper
            else Verdict.PROBABLE
            if probable
            else Verdict.PROVED
        )
        if self.verdict is not expected:
            raise CertificateError(
                f"the verdict {self.verdict} is claimed, but the evidence gives {expected}"
            )

    def _check_evidence(self) -> int:
        for bound in self.evidence:
            if bound.reason == self.reason and bound.holds(self.chart):
                return bound.value
        raise CertificateError(
            f"the upper bound rests on '{self.reason}', which this certificate does not contain;"
            " recompute it with model_rank(..., evidence=...)"
        )

    def to_json(self) -> str:
        """A self-contained JSON text: the model as strings, the chart, bounds and witnesses."""
        model, chart = self.model, self.chart
        names = [str(p) for p in model.parameters]
        minor = self.minor
        data = {
            "format": FORMAT,
            "model": {
                "name": model.name,
                "outputs": [_text(o) for o in model.outputs],
                "functions": list(model.generic_functions),
                "parameters": names,
                "inputs": [str(x) for x in model.inputs],
                "constants": [str(c) for c in model.constants],
                "domain": list(model.domain.statements),
            },
            "coordinates": [str(c) for c in chart.coordinates],
            "values": {n: str(v) for n, v in zip(names, chart.raw, strict=True) if str(v) != n},
            "lower": self.lower,
            "upper": self.upper,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "error_bound": self.error_bound,
            "minor": minor
            and {
                "prime": minor.prime,
                "key": minor.key,
                "bits": minor.bits,
                "rows": list(minor.rows),
                "parameters": [names[i] for i in minor.parameters],
            },
            "relations": [
                {
                    "parameter": names[r.parameter],
                    "coefficients": {names[i]: _text(c) for i, c in r.coefficients},
                }
                for r in self.relations
            ],
            "hypotheses": list(self.hypotheses),
            "seed": self.seed,
            "differentiable": self.differentiable,
            "region": self.region and [str(v) for v in self.region],
            "subset": None if self.subset is None else [names[i] for i in self.subset],
        }
        return json.dumps(data, indent=1)

    @classmethod
    def from_json(cls, text: str) -> RankCertificate:
        """The certificate in a JSON text (untrusted: strings are parsed by a whitelist); call
        `check` to verify it.

        Raises:
            CertificateError: malformed, with the field that is wrong.
        """
        return cls(**CertificateReader(text).fields())


def _text(value: Any) -> str:
    text = str(value)
    if "'" in text or "Derivative(" in text:
        raise CertificateError(
            f"{text[:60]} cannot be written in a certificate; keep the certificate in memory when"
            " relations contain derivatives of an unspecified function"
        )
    return text


__all__ = ["RankCertificate", "Relation", "UpperBound", "Verdict"]
