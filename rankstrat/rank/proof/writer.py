r"""Writes a certified rank as a proof object (format 2), which the referee checks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from rankstrat.algebra.program import LEAF
from rankstrat.algebra.translate import translate
from rankstrat.errors import CertificateError
from rankstrat.model.model import Chart
from rankstrat.rank.affine_symmetries import VectorField, symmetries_at
from rankstrat.rank.ball_minors import ball_minor, points_of
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.counting import relation_rows
from rankstrat.rank.patterns import PatternTangents
from rankstrat.rank.proof.generators import LARGEST, Proposal
from rankstrat.rank.proof.nodes import Nodes
from rankstrat.rank.proof.order import ordered
from rankstrat.rank.regions import Site
from rankstrat.rank.setting import Setting, setting
from rankstrat.rank.tangents import Tangents

FORMAT, BUNDLE = "rankstrat-proof/2.1", "rankstrat-proofs/2"
BITS = 128
EXTRA_PLACES = 8


def proof_object(certificate: RankCertificate, *, balls: bool = False) -> dict[str, Any]:
    """The proof object of a certificate: its model as a graph, and the evidence for both bounds.

    Args:
        certificate: the rank, with its minor and relations.
        balls: whether the lower bound is a minor in ball arithmetic, which needs no generators.
    """
    chart = certificate.chart
    nodes = Nodes(chart)
    model = chart.model
    inputs = any(node[0] == "in" for node in nodes.nodes)
    found = _setting(certificate)
    upper = _upper(certificate, nodes, inputs, found)
    use_balls = balls or (certificate.minor is not None and certificate.minor.prime <= 1)
    residues = {"prime": LARGEST, "seed": certificate.seed, "choices": [[0, []]]}
    tower: dict[str, Any] = {"generators": [], "images": [], "residues": residues}
    places: dict[str, Any] = {"at": [], "inputs": [], "bits": BITS}
    if found.regions is not None:
        places["inputs"] = [_pairs(x) for x in _points(certificate, found)]
        places["at"] = _pairs(found.at or [0] * len(nodes.coordinates))
    lower: dict[str, Any] = {"kind": "none"}
    if not use_balls or upper["kind"] != "parameters":
        tower = Proposal(nodes).tower(certificate.seed)
    if certificate.lower and use_balls:
        lower = _ball_minor(certificate, places, found)
    elif certificate.lower and certificate.minor is not None:
        lower = {"kind": "minor", "columns": list(certificate.minor.parameters)}
    if not inputs:  # none occurs in the outputs, so places have none
        places["inputs"] = [[] for _ in places["inputs"]]
    return ordered(
        {
            "format": FORMAT,
            "names": {
                "parameters": [str(p) for p in model.parameters],
                "inputs": [str(x) for x in model.inputs],
                "coordinates": [str(c) for c in nodes.coordinates],
                "domain": list(model.domain.statements),
                "functions": nodes.functions,
            },
            "sizes": {
                "parameters": model.size,
                "inputs": len(model.inputs) if inputs else 0,
                "coordinates": len(nodes.coordinates),
            },
            "functions": [nodes.parities.get(name, "") for name in nodes.functions],
            "graph": nodes.nodes,
            "outputs": nodes.outputs,
            "free": None if certificate.subset is None else list(certificate.subset),
            "region": None if certificate.region is None else 0,
            "places": places,
            **tower,
            "lower": lower,
            "upper": upper,
            "claim": {
                "lower": certificate.lower,
                "upper": certificate.upper,
                "verdict": certificate.verdict.value,
            },
        }
    )


def proof_text(data: dict[str, Any]) -> str:
    """A proof object or a bundle as compact JSON."""
    return json.dumps(data, separators=(",", ":"))


def bundle(proofs: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """Several proof objects with titles."""
    return {"format": BUNDLE, "proofs": [{"title": t, "proof": p} for t, p in proofs]}


def _pairs(values: Sequence[int | Fraction]) -> list[list[int]]:
    return [list(Fraction(v).as_integer_ratio()) for v in values]


def expressible(chart: Chart) -> bool:
    """Whether there are proof objects for the model.

    Finitely many values of inputs and spheres are written out, and inequalities only make the open
    set smaller on which functions without kinks are compared. Integers are no open set.
    """
    model = chart.model
    return not (model.domain.endless or (model.domain and model.compiled.piecewise))


def _setting(certificate: RankCertificate) -> Setting:
    if not expressible(certificate.chart):
        raise CertificateError(
            "a model with integer inputs, or with kinks and a domain, was given; the referee reads"
            " models on open sets; keep the certificate, whose check knows the domain"
        )
    return setting(certificate.chart, certificate.region, seed=certificate.seed)


def _points(certificate: RankCertificate, found: Setting) -> list[Sequence[Fraction]]:
    """One point in each region that is needed; the region that is asked about comes first."""
    tangents, minor = found.tangents, certificate.minor
    if isinstance(tangents, PatternTangents) and minor is not None and minor.prime > 1:
        count = certificate.lower + EXTRA_PLACES
        samples = np.array([*minor.rows, *range(max(minor.rows, default=0), count)], dtype=np.int64)
        rows = dict.fromkeys(int(r) for r in tangents.row_of(minor.key, samples))
        return [tangents.points[r] for r in rows]
    assert found.regions is not None
    return [member.point for member in found.regions.members]


def _ball_minor(
    certificate: RankCertificate, places: dict[str, Any], found: Setting
) -> dict[str, Any]:
    chart = certificate.chart
    tangents = found.written if found.regions is None else Site.of(Tangents(chart))
    count = len(getattr(tangents, "parts", ((tangents, None),)))
    if count > 1 and chart.model.output_count > 1:
        return {"kind": "none"}
    minor = certificate.minor
    if minor is not None and minor.prime > 1:
        minor = ball_minor(tangents, minor.parameters, seed=certificate.seed)
    if minor is None:
        return {"kind": "none"}
    points = points_of(tangents, minor)
    if points is None:
        return {"kind": "none"}
    places["bits"] = min(5000, 2 * minor.bits + 64)
    coordinates = (*chart.coordinates, *chart.model.constants)
    places["at"] = _pairs([points[0].get(("u", c), 0) for c in coordinates])
    start = len(places["inputs"])
    rows = []
    for i, point in enumerate(points):
        places["inputs"].append(
            _pairs([point.get(("x", k), 0) for k in range(len(chart.model.inputs))])
        )
        mixed = [Fraction(point.get(("mix", k), 1)) for k in range(chart.model.output_count)]
        if count > 1:
            mixed = [Fraction(int(place == i % count)) for place in range(count)]
        bottom = max(v.denominator for v in mixed)
        rows.append([start + i, [int(v * bottom) for v in mixed]])
    return {"kind": "balls", "rows": rows, "columns": list(minor.parameters)}


def _upper(
    certificate: RankCertificate, nodes: Nodes, inputs: bool, found: Setting
) -> dict[str, Any]:
    if certificate.upper == certificate.size:
        return {"kind": "parameters"}
    if not inputs and certificate.upper >= len(nodes.outputs):
        return {"kind": "outputs"}
    if certificate.relations and certificate.size - len(certificate.relations) <= certificate.upper:
        return {"kind": "relations", "relations": _relations(certificate, nodes)}
    for fields in ((), symmetries_at(found.sites, certificate.seed)):
        counted = _counted(certificate, nodes, found.written, fields)
        if certificate.size - len(counted) <= certificate.upper:
            return {"kind": "relations", "relations": counted}
    return {"kind": "chance"}


def _counted(
    certificate: RankCertificate,
    nodes: Nodes,
    written: Tangents,
    fields: Sequence[VectorField],
) -> list[Any]:
    """Relations that scalings, proportional columns and the given vector fields give; the short
    ones, as far as each has a parameter that does not occur before, if there are no fields.
    """
    program = written.program
    free = set(range(certificate.model.size))
    if certificate.subset is not None:
        free = set(certificate.subset)
    rows = [row for row in relation_rows(written, fields) if row.keys() <= free]
    rows.sort(key=lambda row: (len(row), sorted(row)))
    roots = [n for row in rows for n in row.values()]
    image = {
        n: nodes.leaves[program.data[n][1]]
        for n in program.reachable(roots)
        if program.kind[n] == LEAF and program.data[n][0] == "u"
    }
    moved = program.rebuild(roots, nodes.special, image)
    seen: set[int] = set()
    result = []
    for row in rows:
        fresh = sorted(row.keys() - seen)
        if fresh or fields:
            terms = [[i, nodes.constant(moved[n])] for i, n in sorted(row.items())]
            result.append(terms)
            seen |= row.keys()
    return result


def _relations(certificate: RankCertificate, nodes: Nodes) -> list[Any]:
    """The coefficients of every relation, as nodes."""
    special = nodes.special
    result = []
    for relation in certificate.relations:
        terms = []
        for i, c in relation.coefficients:
            if isinstance(c, sympy.Expr):
                value = translate(special, [c], nodes.leaves)[0]
            else:
                value = special.constant(c)
            terms.append([i, nodes.constant(value)])
        result.append(terms)
    return result
