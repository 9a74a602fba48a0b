"""A graph as text and JSON: the certified rank of its rounded point, and its dense parts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rankstrat.errors import CertificateError, RankstratError
from rankstrat.networks.certified import CertifiedRank
from rankstrat.networks.graph.base import BITS, Floats
from rankstrat.networks.parts import DensePart, GraphNetwork
from rankstrat.networks.profile import Condensation
from rankstrat.networks.report import check_report, to_json
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.verdict import Verdict
from rankstrat.text.objects import each_once
from rankstrat.text.parsing import shown

FORMAT = "rankstrat graph"
VERSION = 1
PROBES = 64
MOST_PARTS = 100


@dataclass(frozen=True, eq=False)
class GraphReport:
    """What is said of a graph.

    Attributes:
        graph: the graph.
        rank: at its rounded point.
        error: by how much the outputs of the rounded weights differ, at most, on some inputs.
        where: these inputs.
        parts: its dense layers, each with how condensed they are.
    """

    graph: GraphNetwork
    rank: CertifiedRank
    error: float
    where: str
    parts: tuple[tuple[DensePart, Condensation], ...]

    @classmethod
    def of(cls, graph: GraphNetwork, data: Any = None, *, seed: int = 0) -> GraphReport:
        """The report; without data the inputs are standard normal ones.

        Raises:
            DataError: data that do not fit.
        """
        where = f"on {PROBES} standard normal inputs"
        if data is None:
            inputs: Floats = np.random.default_rng(seed).normal(size=(PROBES, graph.inputs))
        else:
            inputs = graph.checked(data)
            where = f"on {len(inputs)} given inputs"
        gap = graph.rounded().outputs(inputs) - graph.outputs(inputs)
        parts = tuple((p, p.condensation(data, seed=seed)) for p in graph.dense)
        return cls(graph, graph.rank(seed=seed), float(np.abs(gap).max()), where, parts)

    @property
    def summary(self) -> str:
        """The rank with its verdict and the error of the rounded point."""
        return (
            f"model rank = {self.rank.words} of {self.graph.size} parameters at the point rounded"
            f" to {BITS} binary digits  [{self.rank.verdict}], sup error {self.error:.2g}"
            f" {self.where}  [{Verdict.NUMERICAL}]"
        )

    def __str__(self) -> str:
        lines = [str(self.graph), "", self.summary]
        if self.rank.verdict is Verdict.OPEN:
            lines.append(f"  {self.rank.reason}")
        for number, (part, found) in enumerate(self.parts, 1):
            lines += ["", f"part {number} of {len(self.parts)}: {part}", str(found)]
        if not self.parts:
            lines += ["", "there is no chain of dense layers to condense"]
        return "\n".join(lines)

    def to_json(self, *, seed: int = 0) -> str:
        """The report; `value`, `lower`, `upper` and `verdict` are those of the rounded point."""
        certificate = self.rank.certificate
        data = {
            FORMAT: VERSION,
            "value": self.rank.value,
            "lower": self.rank.lower,
            "upper": self.rank.upper,
            "verdict": str(self.rank.verdict),
            "summary": self.summary,
            "parameters": self.graph.size,
            "reason": self.rank.reason,
            "digits": BITS,
            "sup_error": self.error,
            "measured": self.where,
            "errors": str(Verdict.NUMERICAL),
            "notes": list(self.graph.notes),
            "certificate": None if certificate is None else json.loads(certificate.to_json()),
            "parts": [_part(p, c, seed) for p, c in self.parts],
        }  # fmt: skip
        return json.dumps(data, indent=1, allow_nan=False)


def _part(part: DensePart, found: Condensation, seed: int) -> dict[str, Any]:
    report = json.loads(to_json(found, seed=seed))
    return {"from": part.chain.entry, "to": part.chain.exit, "report": report}


def is_graph_report(text: str) -> bool:
    """Whether a text claims to be the report of a graph."""
    return f'"{FORMAT}"' in text[:200]


def check_graph_report(text: str) -> str:
    """Check the certificate and the reports of all parts; what holds, in one sentence.

    Raises:
        CertificateError: malformed, or something does not hold; the message says what.
    """
    data = _parsed(text)
    parts = data.get("parts")
    if data.get(FORMAT) != VERSION or not isinstance(parts, list) or len(parts) > MOST_PARTS:
        raise _wrong(f"no report of version {VERSION} with parts")
    claim = _checked(data)
    for number, part in enumerate(parts, 1):
        if not isinstance(part, dict):
            raise _wrong(f"part {number} is no object")
        try:
            check_report(json.dumps(part.get("report")))
        except RankstratError as error:
            raise CertificateError(f"part {number}: {error}") from error
    words = f"the reports of {len(parts)} dense parts were checked"
    return f"{claim}; {words}; errors are {Verdict.NUMERICAL} and were not"


def _checked(data: Mapping[str, Any]) -> str:
    """The claim on the rank, which the certificate must make."""
    claimed = data.get("lower"), data.get("upper"), data.get("verdict")
    given = data.get("certificate")
    if given is None:
        open_claim = (0, data.get("parameters"), str(Verdict.OPEN))
        if claimed != open_claim or data.get("value") is not None:
            raise _wrong("a rank is claimed, and there is no certificate")
        return "no rank is claimed"
    try:
        certificate = RankCertificate.from_json(json.dumps(given))
        certificate.check()
    except RankstratError as error:
        raise CertificateError(f"the certificate does not hold: {error}") from error
    found = certificate.lower, certificate.upper, str(certificate.verdict)
    value = certificate.lower if certificate.lower == certificate.upper else None
    if claimed != found or data.get("value") != value:
        raise CertificateError(
            f"the certificate proves {found[0]}..{found[1]} [{found[2]}], and the report claims"
            f" {shown(str(claimed))}; write the report again"
        )
    if data.get("parameters") != certificate.model.size:
        raise _wrong(f"the certificate is of {certificate.model.size} parameters")
    return str(certificate).splitlines()[0]


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text, object_pairs_hook=each_once)
    except (ValueError, RecursionError) as error:
        raise _wrong(f"no JSON ({shown(str(error))})") from error
    if not isinstance(data, dict):
        raise _wrong("no object")
    return data


def _wrong(what: str) -> CertificateError:
    return CertificateError(
        f"the report is malformed: {what}; one written by `rankstrat read FILE --json` is needed"
    )


__all__ = ["GraphReport", "check_graph_report", "is_graph_report"]
