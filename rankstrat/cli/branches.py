"""The branches of the target set F(theta) = f*, and the optimistic sample size of f*."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import Any

import sympy

from rankstrat.cli._answer import Answer
from rankstrat.cli._bundle import BRANCHES, MOST_CERTIFICATES, certified, target_texts
from rankstrat.cli._proofs import save_bundle
from rankstrat.cli._question import add_formats, add_model, alone, emit, model_of, say
from rankstrat.cli._status import HOLDS
from rankstrat.errors import TargetError
from rankstrat.model.model import Model
from rankstrat.targets import LeastRank, TargetSet, optimistic_sample_size, target_set
from rankstrat.text.parsing import parse_expression

EXAMPLE = r"""examples:
  rankstrat branches two_layer width=2 inputs=1 --target "tanh(x1)"
  rankstrat branches two_layer width=3 inputs=2 bias=true \
    --target "tanh(x1 + 1) - 2*tanh(x2)" --latex
  rankstrat branches matrix_factorization rows=2 inner=2 columns=2 --target "[[1, 2], [2, 4]]"
  rankstrat branches two_layer width=2 inputs=1 activation=exp \
    --target "exp(x1)" --dot > branches.dot"""


def configure(parser: ArgumentParser) -> None:
    """A model, a target, and a format."""
    add_model(parser, chart=False)
    parser.add_argument(
        "--target",
        metavar="EXPR",
        required=True,
        help=(
            "the target function as an expression in the inputs; a JSON list of expressions for"
            " several outputs"
        ),
    )
    parser.add_argument(
        "--dot", action="store_true", help="print the graph of branches in the DOT language"
    )
    parser.add_argument(
        "--proof", metavar="FILE", help="write proof objects of the generic ranks of all branches"
    )
    add_formats(parser)


def run(options: Namespace) -> int:
    """Print one row for each orbit of branches, then the least rank over all of them."""
    alone(options, dot=options.dot)
    model = model_of(options).model
    try:
        found = target_set(model, _target(model, options.target), seed=options.seed)
    except TargetError as error:
        if "charts=" not in str(error):
            raise
        raise TargetError(f"{error}; that is possible in Python only") from None
    least = optimistic_sample_size(found)
    if options.dot:
        print(found.to_dot())
    elif options.format == "json":
        print(_json(found, least))
    else:
        emit(found.table(), options.format)
        if options.format == "text":
            say(f"\noptimistic sample size: {least}")
    if options.proof is not None:
        leaders = [b for b in found.branches if b.representative is None]
        save_bundle(options.proof, [(b.label, b.certificate) for b in leaders])
    return HOLDS


def _json(found: TargetSet, least: LeastRank) -> str:
    """The target set with a certificate for each orbit of branches, and the optimistic sample size
    on top.
    """
    verdicts = {"attained": str(least.attained), "minimal": str(least.minimal)}
    document = {"format": BRANCHES, **json.loads(found.to_json())}
    leaders = [b for b in found.branches if b.representative is None]
    for row, branch in zip(document["branches"], found.branches, strict=True):
        row["leads"] = branch.representative is None
        row["rank"] = (branch.representative or branch).certificate.lower
    target = found.target.expressions
    document["target_in_certificates"] = target_texts(found.model.generic(), target)
    document["optimistic_sample_size"] = {
        "lower": least.lower, "upper": least.upper, **verdicts
    }  # fmt: skip
    document["certificates"] = certified(b.certificate for b in leaders[:MOST_CERTIFICATES])
    known = [*verdicts.values(), *([] if found.complete else ["OPEN"])]
    answer = Answer.between("the optimistic sample size", least.lower, least.upper, known)
    return answer.on_top_of(document)


def _target(model: Model, text: str) -> Any:
    symbols = {str(x): x for x in model.inputs}
    if not text.lstrip().startswith("["):
        return parse_expression(text, symbols)
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TargetError(
            f'the target is not a JSON list ({error}); write for example "[[1, 2], [2, 4]]"'
        ) from None
    rows = [row if isinstance(row, list) else [row] for row in entries]
    return [_entry(value, symbols) for row in rows for value in row]


def _entry(value: Any, symbols: dict[str, sympy.Symbol]) -> sympy.Expr:
    if isinstance(value, int) and not isinstance(value, bool):
        return sympy.Integer(value)
    if not isinstance(value, str):
        raise TargetError(
            f'the entry {value!r} of the target is not exact; write 1, or a string such as "1/2"'
        )
    return parse_expression(value, symbols)
