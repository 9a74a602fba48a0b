"""A condensation report as JSON, and its check: what is certified in it is computed again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from rankstrat.errors import CertificateError, RankstratError
from rankstrat.families import build
from rankstrat.model.model import Chart
from rankstrat.model.values import exact_array
from rankstrat.networks.certified import ELIMINATED, CertifiedRank, certified_rank, sample_size
from rankstrat.networks.profile import NEAR, Candidate, Condensation
from rankstrat.networks.snapped import Snapped
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.verdict import Verdict
from rankstrat.text.objects import each_once
from rankstrat.text.parsing import shown

FORMAT = "rankstrat condensation"
VERSION = 1
WRITTEN = 2_000
"""Parameters up to which a snapped point stands in the report."""
MAX_PARAMETERS = 5_000


def to_json(found: Condensation, *, seed: int = 0) -> str:
    """The report; `value`, `lower`, `upper` and `verdict` are the certified rank at the elbow."""
    elbow = found.elbow
    size = found.model.size
    rank = CertifiedRank(0, size, Verdict.OPEN, "there is no plateau")
    certificate = None
    if elbow is not None:
        rank = elbow.rank
        if elbow.parameters <= ELIMINATED:
            certificate = certified_rank(elbow.snapped, seed=seed, certificate=True).certificate
    data = {
        FORMAT: VERSION,
        "value": rank.value,
        "lower": rank.lower,
        "upper": rank.upper,
        "verdict": str(rank.verdict),
        "summary": found.summary,
        "model": str(found.model),
        "parameters": size,
        "measured": found.where,
        "tolerance": None if elbow is None else [elbow.low, elbow.high],
        "relative_error": None if elbow is None else elbow.relative,
        "sup_error": None if elbow is None else elbow.supremum,
        "errors": str(Verdict.NUMERICAL),
        "elbow": None if elbow is None else found.candidates.index(elbow),
        "candidates": [_row(c, c in found.plateaus) for c in found.candidates],
        "layers": [
            dict(
                zip(
                    ("units", "null", "linear", "constant", "within"),
                    (len(layer.contributions), *layer.counts(NEAR), NEAR),
                    strict=True,
                )
            )
            for layer in found.units
        ],
        "notes": list(found.network.notes),
        "certificate": None if certificate is None else json.loads(certificate.to_json()),
    }
    return json.dumps(data, indent=1, allow_nan=False)


def _row(candidate: Candidate, plateau: bool) -> dict[str, Any]:
    rank, size = candidate.rank, candidate.sample_size
    return {
        "from": candidate.low,
        "to": candidate.high,
        "widths": list(candidate.widths),
        "parameters": candidate.parameters,
        "lower": rank.lower,
        "upper": rank.upper,
        "verdict": str(rank.verdict),
        "reason": rank.reason,
        "sample_size": {"lower": size.lower, "upper": size.upper, "verdict": str(size.verdict)},
        "relative_error": candidate.relative,
        "sup_error": candidate.supremum,
        "plateau": plateau,
        "reduced": _written(candidate.snapped) if candidate.parameters <= WRITTEN else None,
    }


def _written(snapped: Snapped) -> dict[str, Any]:
    """The exact narrow point: a family, its arguments and its values as text."""
    structure: Any = snapped.model.structure
    arguments = {k: _plain(v) for k, v in structure.arguments.items()}
    values = {
        name: np.vectorize(str, otypes=[object])(snapped.exact(name)).tolist()
        for name in snapped.model.blocks
    }
    return {"family": structure.family, "arguments": arguments, "values": values}


def _plain(value: Any) -> Any:
    """A JSON value: an activation by its formula."""
    if hasattr(value, "formula"):
        return str(value.formula)
    return value


@dataclass(frozen=True)
class Checked:
    """What a check of a report found.

    Attributes:
        rows: how many candidates were computed again.
        total: how many there are.
        summary: what the report says of its elbow, from numbers that hold.
    """

    rows: int
    total: int
    summary: str

    def __str__(self) -> str:
        return (
            f"{self.summary}; {self.rows} of {self.total} ranks were computed again from their"
            f" exact points, errors and tolerances are {Verdict.NUMERICAL} and were not"
        )


def is_report(text: str) -> bool:
    """Whether a text claims to be a condensation report."""
    return f'"{FORMAT}"' in text[:200]


def check_report(text: str, *, seed: int = 0) -> Checked:
    """Compute again every rank and sample size whose exact point stands in the report, and check
    its certificate.

    Raises:
        CertificateError: malformed, or something does not hold; the message says what.
    """
    data = _parsed(text)
    rows = data.get("candidates")
    if data.get(FORMAT) != VERSION or not isinstance(rows, list) or not rows:
        raise _wrong(f"no report of version {VERSION} with candidates")
    checked = 0
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise _wrong(f"candidate {number} is no object")
        if row.get("reduced") is not None:
            _check_row(row, number, seed)
            checked += 1
    elbow = data.get("elbow")
    if elbow is None:
        if data.get("value") is not None or data.get("verdict") != str(Verdict.OPEN):
            raise _wrong("a value is claimed, and there is no elbow")
        return Checked(checked, len(rows), "no plateau is claimed")
    if not isinstance(elbow, int) or not 0 <= elbow < len(rows):
        raise _wrong(f"the elbow {shown(str(elbow))} is no candidate")
    row = rows[elbow]
    for key in ("lower", "upper", "verdict"):
        if data.get(key) != row.get(key):
            raise _wrong(f"{key} = {shown(str(data.get(key)))} is not that of the elbow")
    value = row["lower"] if row.get("lower") == row.get("upper") else None
    if data.get("value") != value:
        raise _wrong(f"the value {shown(str(data.get('value')))} is not the rank at the elbow")
    if row.get("reduced") is None:
        raise _wrong("the exact point of the elbow is not in the report")
    _check_certificate(data.get("certificate"), row)
    words = f"effective parameters = {row['lower']}"
    if value is None:
        words = f"effective parameters in {row['lower']}..{row['upper']}"
    return Checked(checked, len(rows), f"{words} [rank of the snapped point: {row['verdict']}]")


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text, object_pairs_hook=each_once)
    except (ValueError, RecursionError) as error:
        raise _wrong(f"no JSON ({shown(str(error))})") from error
    if not isinstance(data, dict):
        raise _wrong("no object")
    return data


def _check_row(row: Mapping[str, Any], number: int, seed: int) -> None:
    point = _point(row["reduced"], number)
    snapped = Snapped.at(point)
    if snapped is None:
        raise _wrong(f"candidate {number} has values that are no dyadic numbers of moderate size")
    rank = certified_rank(snapped, seed=seed)
    size = sample_size(rank)
    again = {
        "parameters": point.model.size,
        "lower": rank.lower,
        "upper": rank.upper,
        "verdict": str(rank.verdict),
        "sample_size": {"lower": size.lower, "upper": size.upper, "verdict": str(size.verdict)},
    }
    for key, value in again.items():
        if row.get(key) != value:
            raise CertificateError(
                f"candidate {number} claims {key} = {shown(str(row.get(key)))}, but computing it"
                f" again gives {value}; the report does not hold; write it again"
            )


def _point(given: Any, number: int) -> Chart:
    try:
        model = build(given["family"], **given["arguments"])
        if model.size > MAX_PARAMETERS:
            raise _wrong(f"candidate {number} has {model.size} parameters")
        values = {}
        for name, shape in model.blocks.items():
            texts = np.array(given["values"][name], dtype=object)
            numbers = [_fraction(str(t)) for t in texts.ravel().tolist()]
            array = np.empty(len(numbers), dtype=object)
            array[:] = numbers
            values[name] = array.reshape(texts.shape)
            exact_array(name, shape, values)
        return model.point(values)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, CertificateError):
            raise
        raise _wrong(f"candidate {number} has no exact point ({shown(str(error))})") from error


def _fraction(text: str) -> Fraction:
    """An exact number such as -3/4.

    Raises:
        ValueError: another text.
    """
    if not re.fullmatch(r"-?\d{1,1500}(/\d{1,1500})?", text):
        raise ValueError(f"{shown(text)} is no fraction")
    if re.search(r"/0+$", text):
        raise ValueError(f"{shown(text)} divides by zero")
    return Fraction(text)


def _check_certificate(given: Any, row: Mapping[str, Any]) -> None:
    if given is None:
        return
    try:
        certificate = RankCertificate.from_json(json.dumps(given))
        certificate.check()
    except RankstratError as error:
        raise CertificateError(f"the certificate of the elbow does not hold: {error}") from error
    point = _point(row["reduced"], -1)
    same = certificate.model == point.model and tuple(certificate.chart.raw) == tuple(point.raw)
    if not same:
        raise CertificateError(
            "the certificate is of another point than that of the elbow; write the report again"
        )
    if (certificate.lower, certificate.upper) != (row["lower"], row["upper"]):
        raise CertificateError(
            f"the certificate proves {certificate.lower}..{certificate.upper}, and the elbow claims"
            f" {row['lower']}..{row['upper']}; write the report again"
        )


def _wrong(what: str) -> CertificateError:
    return CertificateError(
        f"the report is malformed: {what}; one written by `rankstrat read FILE --json` is needed"
    )


__all__ = ["FORMAT", "Checked", "check_report", "is_report", "to_json"]
