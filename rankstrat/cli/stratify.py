"""The rank strata of parameter space: rank, dimension, conditions, and how the ranks are known."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rankstrat.cli._answer import Answer
from rankstrat.cli._documents import ranks, strata_document
from rankstrat.cli._progress import progress
from rankstrat.cli._proofs import save_bundle
from rankstrat.cli._question import (
    add_columns,
    add_formats,
    add_model,
    alone,
    emit,
    list_of_families,
    model_of,
    say,
)
from rankstrat.cli._status import HOLDS
from rankstrat.errors import ParseError
from rankstrat.strata import FunctionHierarchy, function_hierarchy, stratify
from rankstrat.text.parsing import parse_expression, shown

SHOWN = 5  # points that are not covered; --json has them all

EXAMPLE = f"""examples:
  rankstrat stratify two_layer width=3 inputs=2
  rankstrat stratify matrix_factorization rows=3 inner=3 columns=3 --each --latex
  rankstrat stratify two_layer width=2 inputs=1 activation=sigmoid --functions
  rankstrat stratify model.toml --condition a11*a22-a12*a21
  rankstrat stratify two_layer width=2 inputs=1 --dot > strata.dot

{list_of_families()}"""


def configure(parser: ArgumentParser) -> None:
    """A model, further conditions, what to show, and a format."""
    add_model(parser, chart=False)
    parser.add_argument(
        "--condition",
        metavar="EXPR",
        action="append",
        default=[],
        help=(
            "a polynomial in the parameters that may vanish (may be repeated); replaces what a"
            " family knows"
        ),
    )
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument(
        "--each", action="store_true", help="one row for each stratum instead of each rank"
    )
    shown.add_argument(
        "--functions", action="store_true", help="the rank hierarchy of function space instead"
    )
    shown.add_argument(
        "--dot", action="store_true", help="print the Hasse diagram in the DOT language"
    )
    shown.add_argument("--mermaid", action="store_true", help="print the Hasse diagram for Mermaid")
    parser.add_argument(
        "--proof", metavar="FILE", help="write proof objects of the ranks of all strata"
    )
    add_formats(parser)
    add_columns(parser)


def run(options: Namespace) -> int:
    """Print one row for each rank (or stratum), and whether the ranks are proved at every point."""
    alone(options, dot=options.dot, mermaid=options.mermaid)
    model = model_of(options).model
    symbols = {str(p): p for p in model.parameters} if options.condition else {}
    conditions = [parse_expression(text, symbols) for text in options.condition]
    for text, condition in zip(options.condition, conditions, strict=True):
        if condition.is_number:
            raise ParseError(
                f"the condition {shown(text)} = 0 is {'always' if condition == 0 else 'never'}"
                " true; a polynomial in the parameters is needed; write for example w1-w2"
            )
    with progress() as step:

        def shown_step(done: int, total: int) -> None:
            step(f"strata of {model}", done, total)

        if options.functions:
            functions = function_hierarchy(
                model, conditions=conditions, seed=options.seed, progress=shown_step
            )
        else:
            hierarchy = stratify(
                model, conditions=conditions, seed=options.seed, progress=shown_step
            )
            if not (options.dot or options.mermaid):
                for done, stratum in enumerate(
                    hierarchy.strata
                ):  # the longer part, where no formula is known
                    step("constancy of their ranks", done, len(hierarchy.strata))
                    _ = stratum.constancy
    if options.functions:
        emit(functions.table(), options.format, _of_functions(functions), options.columns)
        return HOLDS
    if options.dot:
        print(hierarchy.to_dot())
    elif options.mermaid:
        print(hierarchy.to_mermaid())
    elif options.format == "json":
        print(strata_document(hierarchy, options.seed))
    else:
        table = hierarchy.table(by="stratum" if options.each else "level")
        emit(table, options.format, columns=options.columns)
        if options.format == "text" and hierarchy.uncovered:
            say("".join(f"\nnot covered: {finding}" for finding in hierarchy.uncovered[:SHOWN]))
    if options.proof is not None:
        save_bundle(options.proof, ranks(hierarchy.strata, options.seed))
    return HOLDS


def _of_functions(functions: FunctionHierarchy) -> Answer:
    """The largest optimistic sample size, if the rows hold every function."""
    top = functions.levels[-1].rank if functions.levels else None
    verdicts = [functions.coverage.verdict, *(v.known.verdict for v in functions.levels)]
    quantity = "the largest optimistic sample size"
    return Answer.between(quantity, top, top if functions.complete else None, verdicts)
