r"""The model rank $r(\theta) = \dim \operatorname{span}\{\partial_{\theta_i} F(\theta)(\cdot)\}$,
certified.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from html import escape

from rankstrat.errors import CertificateError, RankstratError, UndecidedError
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import counted, listed
from rankstrat.rank.checker import (
    CheckedRelation,
    check_hypotheses,
    check_lower,
    check_relations,
)
from rankstrat.rank.decided import DecidedInteger
from rankstrat.rank.lower_bounds import Minor
from rankstrat.rank.reader import FORMAT, CertificateReader
from rankstrat.rank.search import Analysis, UpperBound
from rankstrat.rank.verdict import Relation, Verdict
from rankstrat.rank.writer import CertificateWriter
from rankstrat.text.lines import escaped
from rankstrat.text.spoken import SHOWN
from rankstrat.text.tables import Table

REASONS = {
    "parameters": "there are {M} parameters",
    "outputs": "there are {q} outputs",
    "symmetries": "scalings of the parameters and equal columns",
    "affine symmetries": "affine symmetries of the model, each verified as an identity",
    "functions": "the tangent functions are combinations of {functions}",
    "monomials": "the tangent functions are polynomials of a space of this dimension",
    "relations": "{n} independent {relations} among the {M} tangent functions",
    "schwartz-zippel": "no larger minor at random large primes",
}


@dataclass(frozen=True, eq=False)
class RankCertificate(DecidedInteger):
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
        label: what a text that was read calls its model; kept for `to_json`, never printed.
        differentiable: False if the model is not differentiable at the chart for inputs of positive
            measure (or at all, without inputs), where slopes are those of the branch that holds, 0
            at the kink of relu and abs, or if its derivatives are not the ones with these slopes;
            None if that is not decided.
        largest: whether this is the largest rank on a chart of a piecewise model, or of one with
            roots that may be related on a part of it, taken on an open set; on other open sets it
            may be less.
        ended: where the budget of time ended, or what was not decided, if that left bounds open.
        misstated: how the plain value in a text that was read differs from the bounds.

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
    label: str = field(default="", repr=False, compare=False)
    differentiable: bool | None = True
    largest: bool = False
    ended: str = field(default="", repr=False, compare=False)
    misstated: str = field(default="", repr=False, compare=False)

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
        if not self.lower and self.minor is not None:
            raise CertificateError(
                "the lower bound 0 has a minor; every rank is at least 0; leave the minor out"
            )
        if self.error_bound and self.reason != "schwartz-zippel":
            raise CertificateError(
                f"the error bound {self.error_bound:.1e} goes with no random evidence; 0 is needed"
            )

    @property
    def value(self) -> int | None:
        """The rank, or None when the bounds differ."""
        if self.lower == self.upper:
            return self.lower
        return None

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
        if self.subset is None:
            return self.model.size
        return len(self.subset)

    @property
    def model(self) -> Model:
        """The model."""
        return self.chart.model

    def __str__(self) -> str:
        place = "point" if self.chart.is_point else "generic point of the chart"
        if self.model.structure is not None or self.model.name:
            where = f"at the {place} of {self.model}"
        else:
            where = f"at the {place}"
        if self.value is not None:
            rank = f"model rank = {self.lower}"
        else:
            rank = f"{self.lower} <= model rank <= {self.upper}"
        names = ", ".join(self.model.generic_functions)
        if names:
            where += f", for a generic smooth {names}"
        if self.model.constants:
            where += f", for generic {listed(self.model.constants)}"
        if self.model.domain:
            where += f", on {self.model.domain}"
        if self.largest:
            where += ", the largest one, taken on an open set"
        if self.differentiable is False:
            where += ", at a kink (slope 0 there by convention)"
        error = f", error < {self.error_bound:.1e}" if self.verdict is Verdict.PROBABLE else ""
        if self.region is not None:
            where += f", on the region around x = ({', '.join(map(str, self.region))})"
        text = f"{rank} of {self.size} parameters {where}  [{self.verdict}{error}]"
        why = "; ".join(f"{side} bound: {reason}" for side, reason in self._reasons)
        lines = [text, f"  {why}", *([f"  {self.ended}"] if self.ended else [])]
        return "\n".join(map(escaped, lines))

    @property
    def _reasons(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Why the rank is no smaller and no larger."""
        if self.reason in REASONS:
            upper = REASONS[self.reason].format(
                M=self.size,
                functions=counted(self.upper, "function"),
                q=self.model.output_count,
                n=len(self.relations),
                relations="relation" if len(self.relations) == 1 else "relations",
            )
        elif any(bound.reason == self.reason for bound in self.evidence):
            upper = self.reason
        else:  # a text cannot carry evidence, and what it says of it is no evidence
            upper = "evidence that the certificate does not contain"
        if self.minor is None:
            lower = "every rank is at least 0"
        elif self.minor.prime:
            lower = f"a {self.lower} x {self.lower} minor is nonzero mod {self.minor.prime}"
        else:
            lower = (
                f"a {self.lower} x {self.lower} minor is enclosed away from 0 by"
                f" {self.minor.bits}-bit balls"
            )
        if self.hypotheses:
            lower += f" (undecided: {', '.join(self.hypotheses[:3])})"
        return ("lower", lower), ("upper", upper)

    def _repr_html_(self) -> str:
        sentence = str(self).partition("\n")[0]
        numbers = {"lower": self.lower, "upper": self.upper}
        rows: list[tuple[str, int | str, str]] = [
            (side, numbers[side], reason) for side, reason in self._reasons
        ]
        rows += [("relation", "", str(r)) for r in self.relations[:SHOWN]]
        rows += [("budget", "", self.ended)] if self.ended else []
        table = Table(("bound", "rank", "how it is known"), tuple(rows))
        return f"<p>{escape(sentence)}</p>\n{table.html()}"

    def check(self) -> None:
        """Recompute every bound from the model alone.

        Raises:
            CertificateError: a bound, witness or verdict does not hold; the message says which.
        """
        self._recompute()
        if self.misstated:
            raise CertificateError(self.misstated)

    def _recompute(self) -> None:
        try:
            analysis = self._analysed()
            if analysis is None:
                return
            check_lower(analysis, self.lower, self.minor)
            check_hypotheses(analysis, self.hypotheses)
            given = [CheckedRelation(r.parameter, dict(r.coefficients)) for r in self.relations]
            check_relations(analysis, given)
            self._check_upper(analysis, len(given))
            largest = analysis.is_largest(self.minor)
            # on a chart with parts it claims less, as where there was no time to ask
            less = self.largest and analysis.is_local(self.minor)
            if self.lower and self.largest is not largest and not less:
                raise CertificateError(
                    f"largest = {self.largest} is claimed; it says whether the regions move with"
                    " the coordinates of the chart, or functions of them jump, and here they do"
                    " otherwise"
                )
            # None claims nothing; what was undecided may be decided as the text writes it.
            if self.differentiable not in (None, analysis.setting.differentiable):
                raise CertificateError(
                    f"differentiable = {self.differentiable} is claimed, but"
                    f" {analysis.setting.differentiable} is found"
                )
        except CertificateError:
            raise
        except RankstratError as error:
            raise CertificateError(f"the certificate could not be recomputed: {error}") from None

    def _analysed(self) -> Analysis | None:
        """The analysis of a model that is defined on the chart; None where that is not decided, and
        nothing is claimed either.
        """
        try:
            analysis = Analysis(self.chart, self.seed, self.region, self.subset)
            analysis.require_defined()
        except UndecidedError:
            if self._claims or self.largest:
                raise
            return None
        if self._claims and analysis.setting.cancelling:
            raise CertificateError(analysis.setting.cancelling)
        return analysis

    @property
    def _claims(self) -> bool:
        """Whether anything is said that is not true of every model."""
        bounded = self.lower > 0 or self.upper < self.size or self.reason != "parameters"
        return bounded or bool(self.relations or self.hypotheses)

    def _check_upper(self, analysis: Analysis, relations: int) -> None:
        size, error = self.size, 0.0
        match self.reason:
            case "parameters":
                bound = size
            case "symmetries" | "monomials":
                bound = next((b for b, r in analysis.counted if r == self.reason), size)
            case "affine symmetries":
                bound = analysis.affine_bound
            case "functions":
                bound = analysis.function_bound
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
        if self.lower < self.upper:
            expected = Verdict.OPEN
        elif probable:
            expected = Verdict.PROBABLE
        else:
            expected = Verdict.PROVED
        if self.verdict is not expected:
            raise CertificateError(
                f"the verdict {self.verdict} is claimed, but the evidence gives {expected}"
            )

    def _check_evidence(self) -> int:
        for bound in self.evidence:
            if bound.reason == self.reason and bound.proves(self.chart):
                return bound.value
        raise CertificateError(
            f"the upper bound rests on '{self.reason}', which this certificate does not contain;"
            " recompute it with model_rank(..., evidence=...)"
        )

    def to_json(self) -> str:
        """A self-contained JSON text: the model as strings, the chart, bounds and witnesses.

        Raises:
            CertificateError: something that the reader would refuse.
        """
        model, chart, minor = self.model, self.chart, self.minor
        write = CertificateWriter(chart)
        names = write.of(model.parameters)
        own = dict(zip(names, model.parameters, strict=True))
        values = zip(names, chart.raw, strict=True)
        spec = {
            "name": self.label or model.name,
            "outputs": [write.text(o, output=True) for o in model.outputs],
            "functions": sorted(write.functions.values()),
            "parameters": names,
            "inputs": write.of(model.inputs),
        }
        if model.constants:
            spec["constants"] = write.of(model.constants)
        if model.domain:
            spec["domain"] = write.domain(model.domain)
        assumed = write.assumptions()
        data = {
            "format": FORMAT,
            "model": spec | ({"assumptions": assumed} if assumed else {}),
            "coordinates": write.of(chart.coordinates),
            "values": {n: write.text(v) for n, v in values if v != own[n]},
            "value": self.value,
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
                "points": minor.points,
                "chained": minor.chained,
                "rows": list(minor.rows),
                "parameters": [names[i] for i in minor.parameters],
            },
            "relations": [
                {
                    "parameter": names[r.parameter],
                    "coefficients": {names[i]: write.text(c) for i, c in r.coefficients},
                }
                for r in self.relations
            ],
            "hypotheses": list(self.hypotheses),
            "seed": self.seed,
            "differentiable": self.differentiable,
            "largest": self.largest,
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


__all__ = ["RankCertificate", "Relation", "UpperBound", "Verdict"]
