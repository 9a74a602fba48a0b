"""The exact rank beside floating point at growing precision: why did numpy say 13?"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rankstrat.cli._answer import Answer
from rankstrat.cli._progress import busy
from rankstrat.cli._question import (
    add_columns,
    add_formats,
    add_model,
    chart_of,
    emit,
    list_of_families,
)
from rankstrat.cli._status import HOLDS
from rankstrat.errors import DataError
from rankstrat.numeric import rank_report
from rankstrat.text.parsing import shown

EXAMPLE = f"""example:
  rankstrat numeric two_layer width=8 inputs=1 bias=true --digits 15,30,60

{list_of_families()}"""


def configure(parser: ArgumentParser) -> None:
    """A model, a point or chart, precisions and a format."""
    add_model(parser)
    parser.add_argument(
        "--digits",
        metavar="N,N,...",
        help="precisions to try (default: 7, 15, 30, ... until it agrees)",
    )
    add_formats(parser)
    add_columns(parser)


def run(options: Namespace) -> int:
    """Print the comparison; the exact rank is the answer, whatever numerics says."""
    digits = None
    if options.digits is not None:
        parts = options.digits.split(",")
        if not all(p.strip().isdecimal() and len(p) < 8 for p in parts):
            raise DataError(
                f"--digits {shown(options.digits)}; whole numbers below 10^7 are needed; write"
                " --digits 15,30,60"
            )
        digits = [int(p) for p in parts]
    chart = chart_of(options)
    with busy("rank in floating point"):
        report = rank_report(chart, digits=digits, seed=options.seed)
    answer = Answer.of_rank(report.exact, "the exact model rank")
    emit(report.table(), options.format, answer, options.columns)
    return HOLDS
