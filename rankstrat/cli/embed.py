"""Embed a model into wider ones by splitting and null units, and prove that critical points stay
critical.
"""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import Any

import sympy

from rankstrat.cli._answer import Answer
from rankstrat.cli._bundle import MAPPING, apart, certified, mapping_texts
from rankstrat.cli._progress import busy
from rankstrat.cli._question import add_formats, add_model, emit, list_of_families, model_of, say
from rankstrat.cli._status import FAILS, HOLDS
from rankstrat.errors import FamilyError, NotCriticalError, RankstratError
from rankstrat.mappings import null, splitting
from rankstrat.mappings.constructions.units import group_of
from rankstrat.mappings.mapping import CriticalMapping, MappingEvidence, compose
from rankstrat.model.model import Model
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.text.parsing import parse_number, shown
from rankstrat.text.tables import Math, Table

EXAMPLE = f"""examples:
  rankstrat embed two_layer width=1 inputs=2 bias=true --split 1,1
  rankstrat embed fully_connected widths=[2,2,2,1] --split 1,1 --null 2 --latex
  rankstrat embed two_layer width=1 inputs=1 activation=sigmoid bias=true --null 1

layers and units count from 1; moves are made in the order given; without a move unit 1 of layer 1
is split
exit status 1: the last move preserves the output but not criticality (it says which tangent
function leaves the span)

{list_of_families()}"""


def configure(parser: ArgumentParser) -> None:
    """A model, moves, and a format."""
    add_model(parser, chart=False)
    parser.add_argument(
        "--split",
        metavar="LAYER,UNIT",
        dest="moves",
        action="append",
        type=_split,
        help="split a unit (may be repeated)",
    )
    parser.add_argument(
        "--null", metavar="LAYER", dest="moves", action="append", type=_null, help="add a null unit"
    )
    parser.add_argument(
        "--alpha",
        metavar="VALUE",
        type=_number,
        help="the share or null bias, exact (default: a symbol)",
    )
    add_formats(parser)


def _split(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,6}),(\d{1,6})", text)
    if not found:
        raise ArgumentTypeError(
            f"{shown(repr(text))} is not LAYER,UNIT; two whole numbers are needed; write for"
            " example 1,1"
        )
    return int(found[1]), int(found[2]) - 1


def _null(text: str) -> tuple[int, None]:
    if not re.fullmatch(r"\d{1,6}", text):
        raise ArgumentTypeError(
            f"{shown(repr(text))} is no layer; a whole number is needed; write for example 1"
        )
    return int(text), None


def _number(text: str) -> sympy.Expr:
    try:
        return parse_number(text, name="alpha")
    except RankstratError as error:
        raise ArgumentTypeError(str(error).rstrip(".")) from None


def run(options: Namespace) -> int:
    """Print the evidence; a mapping that is not critical is an answer, with status 1."""
    mapping: CriticalMapping | None = None
    model = model_of(options).model
    for layer, unit in options.moves or [(1, 0)]:
        if unit is None:
            step = null(model, layer=layer, alpha=options.alpha)
        else:
            step = _splitting(model, layer, unit, options.alpha)
        mapping, model = step if mapping is None else compose(step, mapping), step.target
    assert mapping is not None
    try:
        with busy("critical mapping"):
            evidence = mapping.check(seed=options.seed)
    except NotCriticalError as error:
        say(_not_critical(mapping, error) if options.format == "json" else error)
        return FAILS
    if options.format == "json":
        print(_json(evidence, options.seed))
    elif options.format == "text":
        say(evidence)
        say(f"where {', '.join(f'{p} = {v}' for p, v in mapping.values.items())}")
    else:
        emit(_table(evidence), options.format)
    return HOLDS


def _splitting(model: Model, layer: int, unit: int, alpha: sympy.Expr | None) -> CriticalMapping:
    size = group_of(model, layer).count
    if not 0 <= unit < size:
        raise FamilyError(
            f"--split {layer},{unit + 1}: there is no such unit in layer {layer}; units are"
            f" 1..{size}"
        )
    return splitting(model, layer=layer, unit=unit, alpha=alpha)


def _table(evidence: MappingEvidence) -> Table:
    mapping = evidence.mapping
    rows = [
        (Math(str(p), sympy.latex(p)), Math(str(v), sympy.latex(v)), row.partition(" = ")[2])
        for (p, v), row in zip(mapping.values.items(), evidence.rows(), strict=True)
    ]
    return Table(("parameter", "value", "tangent function"), tuple(rows))


QUANTITY = "the model rank of the target on the image of the mapping"


def _not_critical(mapping: CriticalMapping, error: NotCriticalError) -> str:
    answer = Answer(QUANTITY, None, None, None, str(Verdict.REFUTED))
    data = {"mapping": mapping.label, "critical": False, "reason": str(error)}
    return answer.on_top_of(data)


def _json(evidence: MappingEvidence, seed: int) -> str:
    """The mapping, the ranks of its source and on its image with certificates."""
    mapping = evidence.mapping
    image, own = apart(mapping)
    source, target = mapping.source.parameters, mapping.target.parameters
    data: dict[str, Any] = {
        "format": MAPPING,
        "mapping": mapping.label,
        "critical": True if evidence.verdict is Verdict.PROVED else None,
        "everywhere": evidence.everywhere,
        "symbols": [str(s) for s in mapping.symbols],
        "values": {str(p): str(v) for p, v in mapping.values.items()},
        "K": [
            {"row": str(target[i]), "column": str(source[j]), "entry": str(k)}
            for (i, j), k in evidence.entries.items()
        ],
        "conditions": [str(c) for c in evidence.conditions],
        "in_certificates": mapping_texts(evidence, own),
    }
    ranks = [model_rank(chart, seed=seed) for chart in (mapping.source.generic(), image)]
    data["certificates"] = certified(ranks)
    return Answer.of_rank(ranks[1], QUANTITY, evidence.verdict).on_top_of(data)
