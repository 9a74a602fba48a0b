"""Reads untrusted certificates: every field is checked, every string goes through the whitelist
parser.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy

from rankstrat.errors import CertificateError, RankstratError
from rankstrat.model.model import Chart, Model
from rankstrat.rank.lower_bounds import Minor
from rankstrat.rank.verdict import Relation, Verdict
from rankstrat.rank.words import MAX_TEXT, functions_of, read_output
from rankstrat.rank.writer import ASSUMPTIONS
from rankstrat.text.lines import escaped
from rankstrat.text.parsing import check_function, check_name, parse_expression

FORMAT = "rankstrat-certificate/1"
FIELDS = ("format", "model", "coordinates", "values", "value", "lower", "upper", "verdict",
          "reason", "error_bound", "minor", "relations", "hypotheses", "seed", "region",
          "subset", "differentiable", "largest")  # fmt: skip
MODEL_FIELDS = ("name", "outputs", "functions", "parameters", "inputs", "assumptions",
                "constants", "domain")  # fmt: skip
MINOR_FIELDS = ("prime", "key", "bits", "points", "chained", "rows", "parameters")
RELATION_FIELDS = ("parameter", "coefficients")


class CertificateReader:
    """Reads an untrusted certificate field by field."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_TEXT:
            raise CertificateError(
                f"the certificate has {len(text)} characters; at most {MAX_TEXT} are read"
            )
        try:
            self.data = json.loads(
                text,
                parse_constant=lambda c: self._fail("a number", f"is {c}"),
                object_pairs_hook=self._once,
            )
        except CertificateError:
            raise
        except (ValueError, RecursionError) as error:
            raise CertificateError(
                f"this is not JSON ({error}); give the text written by to_json"
            ) from None
        if not isinstance(self.data, dict) or self.data.get("format") != FORMAT:
            raise CertificateError(
                f'the field "format" is not "{FORMAT}"; give the text written by to_json'
            )

        self._only(self.data, FIELDS)

    @staticmethod
    def _fail(name: str, problem: str) -> Any:
        raise CertificateError(
            escaped(f'the field "{name}" {problem}; give the text written by to_json', most=500)
        )

    @classmethod
    def _once(cls, pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) < len(pairs):
            count = Counter(name for name, _ in pairs)
            cls._fail(max(count, key=count.__getitem__), "is given twice")
        return table

    @classmethod
    def _only(cls, table: Mapping[str, Any], known: Collection[str]) -> None:
        for name in table:
            if name not in known:
                cls._fail(name, "is unknown")

    def get(self, data: Mapping[str, Any], name: str, kind: type | tuple[type, ...]) -> Any:
        """A field of the right type."""
        value = data.get(name)
        if not isinstance(value, kind) or isinstance(value, bool):
            self._fail(name, f"is missing or of the wrong type ({type(value).__name__})")
        return value

    def strings(self, data: Mapping[str, Any], name: str) -> list[str]:
        """A field that is a list of strings."""
        value = self.get(data, name, list)
        if not all(isinstance(v, str) for v in value):
            self._fail(name, "is not a list of strings")
        return list(value)

    def optional(self, data: Mapping[str, Any], name: str) -> list[str]:
        """A field that is a list of strings, or absent."""
        if name in data:
            return self.strings(data, name)
        return []

    def _differentiable(self) -> bool | None:
        value = self.data.get("differentiable", True)
        if value is not None and not isinstance(value, bool):
            self._fail("differentiable", "is not true, false or null")
        return value

    def fields(self) -> dict[str, Any]:
        """The arguments of `RankCertificate`."""
        data = self.data
        try:
            chart = self._chart()
        except CertificateError:
            raise
        except RankstratError as error:
            raise CertificateError(
                f"the model or chart in the certificate is malformed: {error}"
            ) from None
        index = {str(p): i for i, p in enumerate(chart.model.parameters)}
        coordinates = {str(c): c for c in (*chart.coordinates, *chart.model.constants)}
        verdict = self.get(data, "verdict", str)
        if verdict not in Verdict.__members__:
            self._fail("verdict", f"is {verdict!r}, not one of {', '.join(Verdict.__members__)}")
        lower, upper = self.get(data, "lower", int), self.get(data, "upper", int)
        misstated = self._misstated(lower if lower == upper else None)
        error_bound = self.get(data, "error_bound", (int, float))
        if not 0 <= error_bound < 1:
            self._fail("error_bound", "is not a probability")
        return {
            "chart": chart,
            "lower": lower,
            "upper": upper,
            "verdict": Verdict[verdict],
            "minor": self._minor(index),
            "reason": self.get(data, "reason", str),
            "relations": tuple(
                self._relation(r, index, coordinates) for r in self.get(data, "relations", list)
            ),
            "error_bound": float(error_bound),
            "hypotheses": tuple(self.strings(data, "hypotheses")),
            "seed": self.get(data, "seed", int),
            "region": self._region(chart),
            "subset": self._subset(index),
            "differentiable": self._differentiable(),
            "largest": self._largest(),
            "label": self.get(data["model"], "name", str),
            "misstated": misstated,
        }

    def _largest(self) -> bool:
        value = self.data.get("largest", False)
        if not isinstance(value, bool):
            self._fail("largest", "is neither true nor false")
        return bool(value)

    def _misstated(self, value: int | None) -> str:
        """What is wrong with the plain field, which is there for scripts and follows from the
        bounds.
        """
        given = self.data.get("value", value)
        if given is not None and type(given) is not int:
            self._fail("value", "is neither a whole number nor null")
        if given == value:
            return ""
        return f"the value {given} is claimed, and the bounds give {value}"

    def _chart(self) -> Chart:
        spec = self.get(self.data, "model", dict)
        self._only(spec, MODEL_FIELDS)
        assumed = self._assumptions(spec)
        parameters = [self._symbol(n, assumed) for n in self.strings(spec, "parameters")]
        inputs = [self._symbol(n, assumed) for n in self.strings(spec, "inputs")]
        constants = [self._symbol(n, assumed) for n in self.optional(spec, "constants")]
        symbols = {s.name: s for s in (*parameters, *inputs, *constants)}
        declared = [check_function(n) for n in self.strings(spec, "functions")]
        self.functions = functions_of(declared)
        texts = self.strings(spec, "outputs")
        outputs = [read_output(o, symbols, self.functions) for o in texts]
        domain = self.optional(spec, "domain")
        model = Model(outputs, parameters, inputs, domain=domain, constants=constants)
        names = self.strings(self.data, "coordinates")
        coordinates = {n: self._symbol(n, assumed) for n in names}
        values = self.get(self.data, "values", dict)
        chart = model.chart(
            {
                n: parse_expression(
                    (
                        v
                        if isinstance(v, str)
                        else self._fail("values", "has a value that is not a string")
                    ),
                    coordinates,
                    functions=self.functions,
                )
                for n, v in values.items()
            }
        )
        if len(coordinates) < len(names) or set(coordinates.values()) != set(chart.coordinates):
            self._fail("coordinates", "does not list the symbols the values leave free")
        # the order numbers the random residues, so it is that of the certificate
        return Chart(model, tuple(coordinates.values()), chart.raw)

    def _assumptions(self, spec: Mapping[str, Any]) -> dict[str, dict[str, bool]]:
        if "assumptions" not in spec:
            return {}
        table = self.get(spec, "assumptions", dict)
        for name, known in table.items():
            if not isinstance(known, dict) or not all(
                k in ASSUMPTIONS and isinstance(v, bool) for k, v in known.items()
            ):
                self._fail("assumptions", f"says of {name} what no symbol can be")
        return table

    def _symbol(self, name: str, assumed: Mapping[str, dict[str, bool]]) -> sympy.Symbol:
        try:
            return sympy.Symbol(check_name(name), **assumed.get(name, {}))
        except sympy.core.facts.InconsistentAssumptions:
            return self._fail("assumptions", f"contradicts itself on {name}")

    def _region(self, chart: Chart) -> tuple[Fraction, ...] | None:
        if self.data.get("region") is None:
            return None
        values = [parse_expression(v, {}) for v in self.strings(self.data, "region")]
        if len(values) != len(chart.model.inputs) or not all(v.is_Rational for v in values):
            self._fail("region", "is not a rational input of the model")
        return tuple(Fraction(int(v.p), int(v.q)) for v in values)

    def _subset(self, index: Mapping[str, int]) -> tuple[int, ...] | None:
        if self.data.get("subset") is None:
            return None
        names = self.strings(self.data, "subset")
        if len(set(names)) < len(names) or any(n not in index for n in names):
            self._fail("subset", "is not a list of distinct parameters of the model")
        return tuple(sorted(index[n] for n in names))

    def _minor(self, index: Mapping[str, int]) -> Minor | None:
        spec = self.data.get("minor")
        if spec is None:
            return None
        if not isinstance(spec, dict):
            self._fail("minor", "is not an object")
        self._only(spec, MINOR_FIELDS)
        rows = self.get(spec, "rows", list)
        if not all(isinstance(r, int) and 0 <= r < 10**6 for r in rows):
            self._fail("rows", "is not a list of sample numbers")
        parameters = self.strings(spec, "parameters")
        unknown = [n for n in parameters if n not in index]
        if unknown:
            self._fail("minor", f"uses {unknown[0]}, which is not a parameter of the model")
        chained = spec.get("chained", False)
        if not isinstance(chained, bool):
            self._fail("chained", "is not true or false")
        prime, points = self.get(spec, "prime", int), 0
        if "points" in spec:
            points = self.get(spec, "points", int)
        elif prime in (0, 1):  # certificates without the field keep the number of the points there
            prime, points = 0, prime
        return Minor(
            prime,
            self.get(spec, "key", int),
            tuple(rows),
            tuple(index[n] for n in parameters),
            self.get(spec, "bits", int),
            points,
            chained,
        )

    def _relation(
        self, spec: Any, index: Mapping[str, int], coordinates: Mapping[str, sympy.Symbol]
    ) -> Relation:
        if not isinstance(spec, dict):
            self._fail("relations", "has an entry that is not an object")
        self._only(spec, RELATION_FIELDS)
        parameter, coefficients = (
            self.get(spec, "parameter", str),
            self.get(spec, "coefficients", dict),
        )
        for name in (parameter, *coefficients):
            if name not in index:
                self._fail("relations", f"uses {name}, which is not a parameter of the model")
        pairs = []
        for name, text in coefficients.items():
            value = parse_expression(
                (
                    text
                    if isinstance(text, str)
                    else self._fail("relations", "has a coefficient that is not a string")
                ),
                coordinates,
                functions=self.functions,
            )
            pairs.append(
                (index[name], Fraction(int(value.p), int(value.q)) if value.is_Rational else value)
            )
        if parameter not in coefficients:
            self._fail("relations", f"has no coefficient for its own parameter {parameter}")
        return Relation(
            index[parameter],
            tuple(
                (i, int(c) if isinstance(c, Fraction) and c.denominator == 1 else c)
                for i, c in sorted(pairs)
            ),
            tuple(index),
        )
