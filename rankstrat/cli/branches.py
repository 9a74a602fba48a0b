"""The branches of the target set F(theta) = f*, and the optimistic sample size of f*."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rankstrat.cli._documents import branches_document
from rankstrat.cli._progress import busy
from rankstrat.cli._proofs import save_bundle
from rankstrat.cli._question import add_columns, add_formats, add_model, alone, emit, model_of, say
from rankstrat.cli._status import HOLDS
from rankstrat.cli._target import target_of
from rankstrat.errors import TargetError
from rankstrat.targets import optimistic_sample_size, target_set

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
    add_columns(parser)


def run(options: Namespace) -> int:
    """Print one row for each orbit of branches, then the least rank over all of them."""
    alone(options, dot=options.dot)
    model = model_of(options).model
    target = target_of(model, options.target)
    try:
        with busy("target set"):
            found = target_set(model, target, seed=options.seed)
            least, table = optimistic_sample_size(found), found.table()
    except TargetError as error:
        if "charts=" not in str(error):
            raise
        raise TargetError(f"{error}; that is possible in Python only") from None
    if options.dot:
        print(found.to_dot())
    elif options.format == "json":
        print(branches_document(found, least))
    else:
        emit(table, options.format, columns=options.columns)
        if options.format == "text":
            say(f"\noptimistic sample size: {least}")
    if options.proof is not None:
        leaders = [b for b in found.branches if b.representative is None]
        save_bundle(options.proof, [(b.label, b.certificate) for b in leaders])
    return HOLDS
