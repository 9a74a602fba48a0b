r"""The model rank $r(\theta) = \dim \operatorname{span}\{\partial F/\partial\theta_i(\theta)(\cdot)\}$ and its certificate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from typing import Any

import sympy

from rankstrat.analysis import Analysis, Evidence, UpperBound
from rankstrat.checking import CheckedRelation, check_lower, check_relations
from rankstrat.errors import CertificateError, RankstratError
from rankstrat.lower import Minor
from rankstrat.model import Chart, Exact, Model
from rankstrat.parsing import parse_expression
from rankstrat.upper import Nodes

FORMAT = "rankstrat-certificate/1"
REASONS = {
    "parameters": "there are {M} parameters",
    "outputs": "there are {q} outputs",
    "relations": "{n} independent {relations} among the {M} tangent functions",
    "schwartz-zippel": "no larger minor at random large primes",
}
MAX_TEXT = 50_000_000


class Verdict(Enum):
    """How a statement is known."""

    PROVED = "PROVED"
    PROBABLE = "PROBABLE"
    NUMERICAL = "NUMERICAL"
    OPEN = "OPEN"
    REFUTED = "REFUTED"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Relation:
    r"""A linear relation $\sum_i c_i\,\partial F/\partial\theta_i = 0$, solved for one parameter.

    Attributes:
        parameter: index of the parameter whose tangent function depends on the others.
        coefficients: pairs (parameter index, exact coefficient); numbers or expressions in the coordinates.
        names: the parameter names.

    The relation is polynomial in the coordinates and holds on the whole chart; it expresses dF/d(parameter) where the
    coefficient `condition` is not zero.
    """

    parameter: int
    coefficients: tuple[tuple[int, Exact], ...]
    names: tuple[str, ...] = field(repr=False)

    @property
    def condition(self) -> Exact:
        """The coefficient of the dependent tangent function."""
        return dict(self.coefficients)[self.parameter]

    def __str__(self) -> str:
        terms = sorted(self.coefficients, key=lambda t: (t[0] != self.parameter, t[0]))
        text = ""
        for i, c in terms:
            negative = (c if not isinstance(c, sympy.Expr) else (-1 if c.could_extract_minus_sign() else 1)) < 0  # type: ignore[operator]
            size = -c if negative else c
            factor = "" if size == 1 else f"({size})*" if isinstance(size, sympy.Add | Fraction) else f"{size}*"
            sign = (" - " if text else "-") if negative else (" + " if text else "")
            text += f"{sign}{factor}dF/d{self.names[i]}"
        return f"{text} = 0"

    def _repr_latex_(self) -> str:
        terms = [
            sympy.Mul(sympy.sympify(c), sympy.Symbol(r"\partial_{" + sympy.latex(sympy.Symbol(self.names[i])) + "}F"), evaluate=False)
            for i, c in self.coefficients
        ]
        return f"${' + '.join(map(sympy.latex, terms))} = 0$".replace("+ -", "- ")


@dataclass(frozen=True)
class RankCertificate:
    """lower <= model rank of the chart <= upper, with witnesses; an int when the bounds meet.

    Attributes:
        chart: the point or chart.
        lower, upper: the bounds.
        verdict: PROVED (both bounds deterministic and equal), PROBABLE (upper bound by Schwartz-Zippel, see
            error_bound) or OPEN.
        minor: witness of the lower bound.
        reason: why the upper bound holds.
        relations: verified relations among tangent functions.
        error_bound: a bound for the probability that a PROBABLE value is too small.
        hypotheses: what the modular lower bound would need beyond known theorems (then it was not used).
        seed: names every random choice.
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
    evidence: tuple[UpperBound, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 <= self.lower <= self.upper <= self.chart.model.size:
            raise CertificateError(
                f"the bounds {self.lower} <= rank <= {self.upper} do not fit {self.chart.model.size} parameters; "
                "bounds are ordered and at most the number of parameters"
            )
        if (self.lower < self.upper) != (self.verdict is Verdict.OPEN):
            raise CertificateError(f"the verdict {self.verdict} does not go with the bounds {self.lower}, {self.upper}; equal bounds are decided, others OPEN")

    @property
    def value(self) -> int | None:
        """The rank, or None when the bounds differ."""
        return self.lower if self.lower == self.upper else None

    def __int__(self) -> int:
        if self.value is None:
            raise CertificateError(f"the rank is only known to lie in [{self.lower}, {self.upper}]; use .lower and .upper")
        return self.value

    __index__ = __int__

    @property
    def model(self) -> Model:
        """The model."""
        return self.chart.model

    def __str__(self) -> str:
        place = "point" if self.chart.is_point else "generic point of the chart"
        where = f"at the {place} of {self.model}" if self.model.structure is not None or self.model.name else f"at the {place}"
        rank = f"model rank = {self.lower}" if self.value is not None else f"{self.lower} <= model rank <= {self.upper}"
        error = f", error < {self.error_bound:.1e}" if self.verdict is Verdict.PROBABLE else ""
        return f"{rank} of {self.model.size} parameters {where}  [{self.verdict}{error}]\n{self._why()}"

    def _why(self) -> str:
        upper = REASONS.get(self.reason, self.reason).format(M=self.model.size, q=len(self.model.outputs), n=len(self.relations), relations="relation" if len(self.relations) == 1 else "relations")
        if self.minor is None:
            lower = "every rank is at least 0"
        elif self.minor.prime > 1:
            lower = f"a {self.lower} x {self.lower} minor is nonzero mod {self.minor.prime}"
        else:
            lower = f"a {self.lower} x {self.lower} minor is enclosed away from 0 by {self.minor.bits}-bit balls"
        if self.hypotheses:
            lower += f" (undecided: {', '.join(self.hypotheses[:3])})"
        return f"  lower bound: {lower}; upper bound: {upper}"

    def _repr_html_(self) -> str:
        return f"<pre>{sympy.Symbol(str(self))}</pre>"

    def check(self) -> None:
        """Recompute every bound from the model alone.

        Raises:
            CertificateError: a bound, witness or verdict does not hold; the message says which.
        """
        analysis = Analysis(self.chart, self.seed)
        check_lower(analysis, self.lower, self.minor)
        given = [CheckedRelation(r.parameter, dict(r.coefficients)) for r in self.relations]
        check_relations(analysis, given)
        self._check_upper(analysis, len(given))

    def _check_upper(self, analysis: Analysis, relations: int) -> None:
        size, error = self.model.size, 0.0
        match self.reason:
            case "parameters":
                bound = size
            case "outputs":
                if analysis.ceiling is None:
                    raise CertificateError("the upper bound cites the number of outputs, which bounds only models without inputs; cite relations")
                bound = analysis.ceiling
            case "relations":
                bound = size - relations
            case "schwartz-zippel":
                error = analysis.schwartz_zippel(self.upper)
                if error > self.error_bound:
                    raise CertificateError(f"the error bound {self.error_bound:.1e} is claimed, but only {error:.1e} can be shown")
                bound = self.upper
            case _:
                bound = self._check_evidence()
        if bound > self.upper:
            raise CertificateError(f"the upper bound {self.upper} is claimed, but its evidence ({self.reason}) only gives {bound}")
        probable = self.reason == "schwartz-zippel"
        expected = Verdict.OPEN if self.lower < self.upper else Verdict.PROBABLE if probable else Verdict.PROVED
        if self.verdict is not expected:
            raise CertificateError(f"the verdict {self.verdict} is claimed, but the evidence gives {expected}")

    def _check_evidence(self) -> int:
        for bound in self.evidence:
            if bound.reason == self.reason and bound.holds(self.chart):
                return bound.value
        raise CertificateError(f"the upper bound rests on '{self.reason}', which this certificate does not contain; recompute it with model_rank(..., evidence=...)")

    def to_json(self) -> str:
        """A self-contained JSON text: the model as strings, the chart, bounds and witnesses."""
        model, chart = self.model, self.chart
        names = [str(p) for p in model.parameters]
        minor = self.minor
        data = {
            "format": FORMAT,
            "model": {
                "name": model.name,
                "outputs": [str(o) for o in model.outputs],
                "parameters": names,
                "inputs": [str(x) for x in model.inputs],
            },
            "coordinates": [str(c) for c in chart.coordinates],
            "values": {n: str(v) for n, v in zip(names, chart.raw, strict=True) if str(v) != n},
            "lower": self.lower,
            "upper": self.upper,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "error_bound": self.error_bound,
            "minor": minor and {
                "prime": minor.prime, "key": minor.key, "bits": minor.bits,
                "rows": list(minor.rows), "parameters": [names[i] for i in minor.parameters],
            },
            "relations": [{"parameter": names[r.parameter], "coefficients": {names[i]: str(c) for i, c in r.coefficients}} for r in self.relations],
            "hypotheses": list(self.hypotheses),
            "seed": self.seed,
        }  # fmt: skip
        return json.dumps(data, indent=1)

    @classmethod
    def from_json(cls, text: str) -> RankCertificate:
        """The certificate in a JSON text (untrusted: strings are parsed by a whitelist); call `check` to verify it.

        Raises:
            CertificateError: malformed, with the field that is wrong.
        """
        return _Reader(text).certificate()


class _Reader:
    """Reads an untrusted certificate field by field."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_TEXT:
            raise CertificateError(f"the certificate has {len(text)} characters; at most {MAX_TEXT} are read")
        try:
            self.data = json.loads(text, parse_constant=lambda c: self._fail("a number", f"is {c}"))
        except (ValueError, RecursionError) as error:
            if isinstance(error, CertificateError):
                raise
            raise CertificateError(f"this is not JSON ({error}); give the text written by to_json") from None
        if not isinstance(self.data, dict) or self.data.get("format") != FORMAT:
            raise CertificateError(f'the field "format" is not "{FORMAT}"; give the text written by to_json')

    @staticmethod
    def _fail(name: str, problem: str) -> Any:
        raise CertificateError(f'the field "{name}" {problem}; give the text written by to_json')

    def get(self, data: Mapping[str, Any], name: str, kind: type | tuple[type, ...]) -> Any:
        value = data.get(name)
        if not isinstance(value, kind) or isinstance(value, bool):
            self._fail(name, f"is missing or of the wrong type ({type(value).__name__})")
        return value

    def strings(self, data: Mapping[str, Any], name: str) -> list[str]:
        value = self.get(data, name, list)
        if not all(isinstance(v, str) for v in value):
            self._fail(name, "is not a list of strings")
        return list(value)

    def certificate(self) -> RankCertificate:
        data = self.data
        try:
            chart = self._chart()
        except CertificateError:
            raise
        except RankstratError as error:
            raise CertificateError(f"the model or chart in the certificate is malformed: {error}") from None
        index = {str(p): i for i, p in enumerate(chart.model.parameters)}
        coordinates = {str(c): c for c in chart.coordinates}
        verdict = self.get(data, "verdict", str)
        if verdict not in Verdict.__members__:
            self._fail("verdict", f"is {verdict!r}, not one of {', '.join(Verdict.__members__)}")
        error = float(self.get(data, "error_bound", (int, float)))
        if not 0 <= error < 1:
            self._fail("error_bound", "is not a probability")
        relations = tuple(self._relation(r, index, coordinates) for r in self.get(data, "relations", list))
        return RankCertificate(
            chart, self.get(data, "lower", int), self.get(data, "upper", int), Verdict[verdict], self._minor(index),
            self.get(data, "reason", str), relations, error, tuple(self.strings(data, "hypotheses")), self.get(data, "seed", int),
        )  # fmt: skip

    def _chart(self) -> Chart:
        spec = self.get(self.data, "model", dict)
        parameters = [sympy.Symbol(n) for n in self.strings(spec, "parameters")]
        inputs = [sympy.Symbol(n) for n in self.strings(spec, "inputs")]
        symbols = {str(s): s for s in (*parameters, *inputs)}
        outputs = [parse_expression(o, symbols, max_length=MAX_TEXT) for o in self.strings(spec, "outputs")]
        model = Model(outputs, parameters, inputs, self.get(spec, "name", str))
        coordinates = {n: sympy.Symbol(n) for n in self.strings(self.data, "coordinates")}
        values = self.get(self.data, "values", dict)
        chart = model.chart({n: parse_expression(v if isinstance(v, str) else self._fail("values", "has a value that is not a string"), coordinates) for n, v in values.items()})
        if [str(c) for c in chart.coordinates] != list(coordinates):
            self._fail("coordinates", "does not list the symbols the values leave free")
        return chart

    def _minor(self, index: Mapping[str, int]) -> Minor | None:
        spec = self.data.get("minor")
        if spec is None:
            return None
        if not isinstance(spec, dict):
            self._fail("minor", "is not an object")
        rows = self.get(spec, "rows", list)
        if not all(isinstance(r, int) and 0 <= r < 10**6 for r in rows):
            self._fail("rows", "is not a list of sample numbers")
        parameters = self.strings(spec, "parameters")
        unknown = [n for n in parameters if n not in index]
        if unknown:
            self._fail("minor", f"uses {unknown[0]}, which is not a parameter of the model")
        return Minor(self.get(spec, "prime", int), self.get(spec, "key", int), tuple(rows), tuple(index[n] for n in parameters), self.get(spec, "bits", int))

    def _relation(self, spec: Any, index: Mapping[str, int], coordinates: Mapping[str, sympy.Symbol]) -> Relation:
        if not isinstance(spec, dict):
            self._fail("relations", "has an entry that is not an object")
        parameter, coefficients = self.get(spec, "parameter", str), self.get(spec, "coefficients", dict)
        for name in (parameter, *coefficients):
            if name not in index:
                self._fail("relations", f"uses {name}, which is not a parameter of the model")
        pairs = []
        for name, text in coefficients.items():
            value = parse_expression(text if isinstance(text, str) else self._fail("relations", "has a coefficient that is not a string"), coordinates)
            pairs.append((index[name], Fraction(int(value.p), int(value.q)) if value.is_Rational else value))
        if parameter not in coefficients:
            self._fail("relations", f"has no coefficient for its own parameter {parameter}")
        return Relation(index[parameter], tuple((i, int(c) if isinstance(c, Fraction) and c.denominator == 1 else c) for i, c in sorted(pairs)), tuple(index))


def model_rank(chart: Chart | Model, *, seed: int = 0, evidence: Sequence[UpperBound] = ()) -> RankCertificate:
    r"""$\dim \operatorname{span}\{\partial F/\partial\theta_i(\theta)(\cdot)\}$ over the constants, with a certificate.

    On a chart this is the rank at its generic point.  The lower bound is a minor that is nonzero modulo a prime (or
    enclosed away from zero by balls), the upper bound a set of verified relations, the number of parameters or outputs,
    or the given evidence; failing these, a Schwartz-Zippel bound with an explicit error.

    Args:
        chart: a point or chart; a model stands for its generic chart.
        seed: names the random primes and samples; the same seed gives the same certificate everywhere.
        evidence: upper bounds proved elsewhere.

    Raises:
        PoleError: the model is not defined on the chart.
        UndecidedError: the independence of two functions cannot be decided.

    References:
        LLR Definition 4; SPEC 1.1.

    Example:
        >>> import sympy
        >>> a, w, x = sympy.symbols("a w x")
        >>> int(model_rank(Model(a * sympy.tanh(w * x), [a, w], [x]).point({a: 1, w: 2})))
        2
    """
    chart = chart.generic() if isinstance(chart, Model) else chart
    analysis = Analysis(chart, seed)
    found: Evidence = analysis.evidence(evidence)
    verdict = Verdict.PROVED
    if found.lower < found.upper:
        verdict = Verdict.OPEN
    elif found.reason == "schwartz-zippel":
        verdict = Verdict.PROBABLE
    relations = _relations(analysis, found.relations)
    return RankCertificate(
        chart, found.lower, found.upper, verdict, found.minor, found.reason, relations, found.error, found.hypotheses, seed, tuple(evidence)
    )


def _relations(analysis: Analysis, nodes: Mapping[int, Nodes]) -> tuple[Relation, ...]:
    tangents = analysis.tangents
    names = tuple(str(p) for p in analysis.chart.model.parameters)
    result = []
    for parameter, relation in sorted(nodes.items()):
        pairs = sorted(relation.coefficients.items())
        values = [tangents.program.value(c) for _, c in pairs]
        symbolic = iter(tangents.expressions([c for (_, c), v in zip(pairs, values, strict=True) if v is None]))
        result.append(Relation(parameter, tuple((i, next(symbolic) if v is None else v) for (i, _), v in zip(pairs, values, strict=True)), names))
    return tuple(result)


__all__ = ["RankCertificate", "Relation", "UpperBound", "Verdict", "model_rank", "replace"]
