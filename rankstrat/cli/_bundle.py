"""Documents whose rows carry certificates: what `--json` of stratify, branches and embed prints,
and how `rankstrat check` recomputes it.

A checked row says that the rank at the generic point of its chart (or at its point) is the one it
claims; that it is the rank at every point of a stratum, or that branches cover a target set, are
theorems that the document cites and this check does not repeat.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import sympy

from rankstrat.cli._answer import weakest_word
from rankstrat.deadline import ended
from rankstrat.errors import CertificateError, OutOfTimeError, RankstratError
from rankstrat.mappings.mapping import CriticalMapping, MappingEvidence
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.rank.writer import CertificateWriter
from rankstrat.rank.zero import same_functions
from rankstrat.text.objects import each_once
from rankstrat.text.parsing import parse_expression

STRATA, BRANCHES, MAPPING = "rankstrat-strata/1", "rankstrat-branches/1", "rankstrat-mapping/1"
MOST_CERTIFICATES = 500
"""Rows beyond these get none, and the check says so."""

Document = Mapping[str, Any]


def certified(certificates: Iterable[RankCertificate]) -> list[dict[str, Any]]:
    """The certificates of rows, or why a row has none."""
    found: list[dict[str, Any]] = []
    try:
        for number, certificate in enumerate(certificates):
            try:
                text = certificate.to_json()
            except CertificateError as error:
                found.append({"row": number, "certificate": None, "reason": str(error)})
            else:
                found.append({"row": number, "certificate": json.loads(text)})
    except OutOfTimeError as error:  # the rows after this one have none either
        found.append({"row": len(found), "certificate": None, "reason": ended(error)})
    return found


def target_texts(chart: Chart, target: Sequence[sympy.Expr]) -> list[str] | None:
    """A target in the names of the certificates of a chart; None where they have no words for
    it.
    """
    write = CertificateWriter(chart)
    try:
        return [write.text(f) for f in target]
    except CertificateError:
        return None


def apart(mapping: CriticalMapping) -> tuple[Chart, dict[sympy.Symbol, sympy.Symbol]]:
    """The image of a mapping as a chart whose coordinates have names of their own, and how they are
    called: a source and a target may both have a parameter a1.
    """
    image = mapping.image
    taken = {str(s) for m in (mapping.source, mapping.target) for s in (*m.parameters, *m.inputs)}
    own: dict[sympy.Symbol, sympy.Symbol] = {}
    for coordinate in image.coordinates:
        name = f"u{len(own) + 1}"
        while name in taken:
            name += "_"
        own[coordinate] = sympy.Symbol(name, **coordinate.assumptions0)
    raw = [v.xreplace(own) if isinstance(v, sympy.Expr) else v for v in image.raw]
    return Chart(image.model, tuple(own.values()), tuple(raw)), own


def mapping_texts(
    evidence: MappingEvidence, own: Mapping[sympy.Symbol, sympy.Symbol]
) -> dict[str, Any]:
    """The source parameters and the matrix K in the names of the chart apart."""
    source = evidence.mapping.source.parameters
    entries = sorted(evidence.entries.items())
    return {
        "source": [str(own[p]) if p in own else None for p in source],
        "entries": [
            [i, j, str(sympy.sympify(k, strict=True).xreplace(own))] for (i, j), k in entries
        ],
    }


def is_document(text: str) -> bool:
    """Whether a text claims to be such a document."""
    return any(f'"{kind}"' in text[:2000] for kind in CHECKS)


def check_document(text: str) -> str:
    """Recompute the certificates of a document and compare its rows with them; what was found.

    Raises:
        CertificateError: a row without a certificate, one that does not hold, or one that says
            something else.
    """
    try:
        data = json.loads(text, object_pairs_hook=each_once)
    except (ValueError, RecursionError) as error:
        raise CertificateError(f"this is not JSON ({error}); give what --json printed") from None
    if not isinstance(data, dict) or data.get("format") not in CHECKS:
        raise CertificateError(
            f"the format is none of {', '.join(CHECKS)}; give what --json printed"
        )
    return CHECKS[data["format"]](data)


def _field(data: Any, name: str | int, kind: type | tuple[type, ...]) -> Any:
    """A field of the right type; booleans are no integers."""
    value = None
    if isinstance(data, dict):
        value = data.get(name)
    elif isinstance(data, list) and isinstance(name, int) and name < len(data):
        value = data[name]
    wrong_bool = isinstance(value, bool) and kind is int
    if not isinstance(value, kind) or wrong_bool:
        raise CertificateError(
            f"the field {name!r} is missing or of the wrong type ({type(value).__name__}); give"
            " what --json printed"
        )
    return value


def _recomputed(data: Document, rows: int) -> Iterator[tuple[int, RankCertificate]]:
    """Each row's certificate, after its check.

    Raises:
        CertificateError: there is none, or it does not hold.
    """
    entries = _field(data, "certificates", list)
    if [_field(entry, "row", int) for entry in entries] != list(range(rows)):
        raise CertificateError(
            f"{len(entries)} of {rows} rows carry certificates; one for each row in order is"
            " needed; write the document again with --json, of a smaller model"
        )
    for number, entry in enumerate(entries):
        if entry.get("certificate") is None:
            raise CertificateError(
                f"row {number} has no certificate: {_field(entry, 'reason', str)}"
            )
        certificate = RankCertificate.from_json(json.dumps(entry["certificate"]))
        try:
            certificate.check()
        except RankstratError as error:
            raise CertificateError(f"row {number}: {error}") from None
        yield number, certificate


def _one_model(number: int, certificate: RankCertificate, first: Model | None) -> Model:
    if first is not None and certificate.model != first:
        raise CertificateError(f"the certificate of row {number} is of another model than row 0's")
    return certificate.model


def _agree(what: str, claimed: object, found: object) -> None:
    if claimed != found:
        raise CertificateError(
            f"{what} is claimed to be {claimed!r}, and the certificates show {found!r}"
        )


def _honest(data: Document, verdicts: Iterable[str]) -> None:
    """The verdict on top is the weakest of those below."""
    known = Verdict.__members__
    below = list(verdicts)
    unknown = next((v for v in below if v not in known), None)
    if unknown is not None:
        raise CertificateError(f"{unknown!r} is no verdict; one of {', '.join(known)} is needed")
    _agree("the verdict on top", data.get("verdict"), weakest_word(below))


def _strata(data: Document) -> str:
    rows = _field(data, "strata", list)
    first: Model | None = None
    highest = -1
    for number, certificate in _recomputed(data, len(rows)):
        first = _one_model(number, certificate, first)
        rank, dimension = (_field(rows[number], name, int) for name in ("rank", "dimension"))
        _agree(f"the rank of row {number}", rank, certificate.value)
        _agree(
            f"the codimension of row {number}",
            _field(rows[number], "codimension", int),
            first.size - dimension,
        )
        if not certificate.chart.is_point:
            _agree(f"the dimension of row {number}", dimension, _dimension(certificate.chart))
        highest = max(highest, rank)
    verdicts = [_field(row, "verdict", str) for row in rows]
    _honest(data, [*verdicts, _field(_field(data, "coverage", dict), "verdict", str)])
    if first is not None:
        top = model_rank(first.generic())
        _agree("the value", (data.get("value"), data.get("lower"), data.get("upper")),
               (top.value, top.lower, top.upper))  # fmt: skip
        if highest > top.upper:
            raise CertificateError(f"a row has rank {highest}, above the bound {top.upper}")
    left = sum(verdict != "PROVED" for verdict in verdicts)
    return (
        f"{len(rows)} strata have the ranks and dimensions they claim, at generic points; that the"
        f" ranks are constant on strata rests on the reasons in the rows ({left} not proved)"
    )


def _dimension(chart: Chart) -> int | None:
    """The dimension of the image of a chart."""
    if chart == chart.model.generic():
        return chart.model.size
    return model_rank(Model(list(chart.values.values()), chart.coordinates)).value


def _branches(data: Document) -> str:
    rows = [row for row in _field(data, "branches", list) if _field(row, "leads", bool)]
    texts = _field(data, "target_in_certificates", list)
    first: Model | None = None
    for number, certificate in _recomputed(data, len(rows)):
        first = _one_model(number, certificate, first)
        _agree(f"the rank of row {number}", _field(rows[number], "rank", int), certificate.lower)
        symbols = {str(x): x for x in first.inputs}
        target = [parse_expression(str(text), symbols) for text in texts]
        chart = certificate.chart
        outputs = [f.xreplace(chart.values) for f in first.outputs]
        _agree("the number of outputs", len(target), len(outputs))
        if not same_functions(outputs, target, first.inputs, chart.coordinates):
            raise CertificateError(f"the chart of row {number} does not have the target")
    size = _field(data, "optimistic_sample_size", dict)
    verdicts = [_field(size, name, str) for name in ("attained", "minimal")]
    _honest(data, [*verdicts, *([] if _field(data, "complete", bool) else ["OPEN"])])
    return (
        f"{len(rows)} branches up to symmetry have the target as their function and the generic"
        " ranks they claim; that they cover the target set rests on the reason in the document"
    )


def _mapping(data: Document) -> str:
    (_, source), (_, image) = _recomputed(data, 2)
    if source.chart != source.model.generic():
        raise CertificateError("row 0 is not at the generic point of the source; it must be")
    chart = image.chart
    known = {str(c): c for c in chart.coordinates}
    inner = _field(data, "in_certificates", dict)
    names = _field(inner, "source", list)
    _agree("the number of source parameters", len(names), source.model.size)
    if not {name for name in names if name is not None} <= known.keys():
        raise CertificateError("a source parameter is no coordinate of the image; it must be")
    back = {known[n]: p for n, p in zip(names, source.model.parameters, strict=True) if n}
    swap = {c: back.get(c, sympy.Dummy(c.name)) for c in chart.coordinates}
    values = {p: v.xreplace(swap) for p, v in chart.values.items()}
    evidence = CriticalMapping(source.model, image.model, values).check(seed=image.seed)
    claimed: dict[tuple[int, int], sympy.Expr] = {}
    for entry in _field(inner, "entries", list):
        place = (_field(entry, 0, int), _field(entry, 1, int))
        claimed[place] = parse_expression(_field(entry, 2, str), known).xreplace(swap)
    places = sorted(claimed.keys() | evidence.entries.keys())
    zero = sympy.Integer(0)
    left, right = ([k.get(place, zero) for place in places] for k in (claimed, evidence.entries))
    symbols = tuple({s for k in (*left, *right) for s in k.free_symbols})
    if not same_functions(left, right, (), symbols):
        raise CertificateError("the matrix K is not the one that is recomputed")
    _agree("the value", data.get("value"), image.value)
    _honest(data, [str(evidence.verdict), str(image.verdict)])
    return f"the mapping is critical, with the matrix K it claims [{evidence.verdict}]"


CHECKS: Mapping[str, Callable[[Document], str]] = {
    STRATA: _strata,
    BRANCHES: _branches,
    MAPPING: _mapping,
}
