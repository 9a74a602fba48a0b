r"""Writes a certified rank as a proof object (format 2), which the referee checks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import sympy

from rankstrat.algebra.translate import translate
from rankstrat.errors import CertificateError
from rankstrat.model.model import Chart
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.lower_bounds import ball_minor, ball_points
from rankstrat.rank.patterns import PatternTangents
from rankstrat.rank.proof.generators import Proposal
from rankstrat.rank.proof.nodes import Nodes
from rankstrat.rank.proof.order import ordered
from rankstrat.rank.setting import setting
from rankstrat.rank.tangents import Tangents
from rankstrat.rank.verdict import Relation

FORMAT, BUNDLE = "rankstrat-proof/2", "rankstrat-proofs/2"
BITS = 128
BALL_ATTEMPT_SIZE = 40


def proof_object(certificate: RankCertificate, *, balls: bool = False) -> dict[str, Any]:
    """The proof object of a certificate: its model as a graph, and the evidence for both bounds.

    Args:
        certificate: the rank, with its minor and relations.
        balls: whether the lower bound is a minor in ball arithmetic, which needs no generators.
    """
    chart = certificate.chart
    nodes = Nodes(chart)
    model = chart.model
    regions = _regions(certificate)
    upper = _upper(certificate, nodes)
    use_balls = balls or (certificate.minor is not None and certificate.minor.prime <= 1)
    tower: dict[str, Any] = {"generators": [], "images": [], "decisions": [None, None, None]}
    places: dict[str, Any] = {"at": [], "inputs": [], "bits": BITS}
    lower: dict[str, Any] = {"kind": "none"}
    if not use_balls or upper["kind"] != "parameters":
        proposal = Proposal(nodes)
        tower = proposal.tower(certificate.seed)
    if regions:
        places["inputs"] = [_pairs(x) for x in regions]
    if certificate.lower and use_balls:
        lower = _ball_minor(certificate, places)
    elif certificate.lower and certificate.minor is not None:
        rows = _rows(certificate, len(regions))
        chosen = proposal.setting(certificate.seed)
        lower = {
            "kind": "minor",
            **chosen,
            "rows": rows,
            "columns": list(certificate.minor.parameters),
        }
    return ordered(
        {
            "format": FORMAT,
            "names": {
                "parameters": [str(p) for p in model.parameters],
                "inputs": [str(x) for x in model.inputs],
                "coordinates": [str(c) for c in chart.coordinates],
                "functions": nodes.functions,
            },
            "sizes": {
                "parameters": model.size,
                "inputs": len(model.inputs),
                "coordinates": len(chart.coordinates),
            },
            "functions": [nodes.parities.get(name, "") for name in nodes.functions],
            "graph": nodes.nodes,
            "outputs": nodes.outputs,
            "free": None if certificate.subset is None else list(certificate.subset),
            "region": None if certificate.region is None else 0,
            "places": places,
            "tower": tower,
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
    """Whether there are proof objects for the model: it has neither a domain nor constants."""
    return not (chart.model.domain or chart.model.constants)


def _regions(certificate: RankCertificate) -> list[Sequence[Fraction]]:
    """One point in each region; the region that is asked about comes first."""
    if not expressible(certificate.chart):
        raise CertificateError(
            "a model with a domain or constants was given; the referee reads models on all real"
            " inputs; keep the certificate, whose check knows the domain"
        )
    found = setting(certificate.chart, certificate.region, seed=certificate.seed)
    regions = found.regions
    if found.largest or isinstance(found.tangents, PatternTangents):
        raise CertificateError(
            "a rank that rests on many activation patterns was given; the referee reads regions one"
            " by one; keep the certificate, or ask for region_rank"
        )
    if regions is None:
        return []
    return [member.point for member in regions.members]


def _rows(certificate: RankCertificate, regions: int) -> list[list[int]]:
    """Samples, outputs and places: more than the columns, since the referee stops at full rank."""
    count, outputs = certificate.lower, certificate.model.output_count
    samples = count if certificate.model.inputs else 1
    rows, s = [], 0
    for _ in range(samples + 1):
        for place in range(regions) if regions else (-1,):
            rows += [[s, o, place] for o in range(outputs)]
            s += 1
    return rows


def _ball_minor(certificate: RankCertificate, places: dict[str, Any]) -> dict[str, Any]:
    tangents = Tangents(certificate.chart)
    minor = certificate.minor
    if minor is not None and minor.prime > 1:
        minor = ball_minor(tangents, minor.parameters, seed=certificate.seed)
    if minor is None:
        return {"kind": "none"}
    chart = certificate.chart
    points = ball_points(tangents, minor.key, len(minor.parameters), minor.prime)
    places["bits"] = min(5000, 2 * minor.bits + 64)
    places["at"] = _pairs([points[0].get(("u", str(c)), 0) for c in chart.coordinates])
    start = len(places["inputs"])
    rows = []
    for i, point in enumerate(points):
        places["inputs"].append(
            _pairs([point.get(("x", k), 0) for k in range(len(chart.model.inputs))])
        )
        mixed = [Fraction(point.get(("mix", k), 1)) for k in range(chart.model.output_count)]
        bottom = max(v.denominator for v in mixed)
        rows.append([start + i, [int(v * bottom) for v in mixed]])
    return {"kind": "balls", "rows": rows, "columns": list(minor.parameters)}


def _upper(certificate: RankCertificate, nodes: Nodes) -> dict[str, Any]:
    if certificate.upper == certificate.size:
        return {"kind": "parameters"}
    if not certificate.model.inputs and certificate.upper >= certificate.model.output_count:
        return {"kind": "outputs"}
    if certificate.relations and certificate.size - len(certificate.relations) <= certificate.upper:
        return {"kind": "relations", "relations": _relations(certificate, nodes)}
    return {"kind": "chance"}


def _relations(certificate: RankCertificate, nodes: Nodes) -> list[Any]:
    """Relations in an order in which no pivot occurs before its own relation."""
    special = nodes.special
    result = []
    for relation in _sorted(certificate.relations):
        terms = []
        for i, c in relation.coefficients:
            if isinstance(c, sympy.Expr):
                value = translate(special, [c], nodes.leaves)[0]
            else:
                value = special.constant(c)
            terms.append([i, nodes.constant(value)])
        result.append([relation.parameter, terms])
    return result


def _sorted(relations: Sequence[Relation]) -> list[Relation]:
    owner = {r.parameter: r for r in relations}
    done: set[int] = set()
    result: list[Relation] = []
    for first in relations:
        stack = [first]
        while stack:
            r = stack[-1]
            needed = [
                owner[i]
                for i, _ in r.coefficients
                if i != r.parameter and i in owner and i not in done
            ]
            if r.parameter in done or not needed or len(stack) > len(relations):
                stack.pop()
                if r.parameter not in done:
                    done.add(r.parameter)
                    result.append(r)
            else:
                stack.extend(needed)
    return result
