"""Which parameters the function determines, and identifiable functions of them."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

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
from rankstrat.symmetry.identifiable import Identifiability, identifiability

EXAMPLE = f"""examples:
  rankstrat identifiability matrix_factorization rows=2 inner=1 columns=2
  rankstrat identifiability model.toml --at point.toml --json

{list_of_families()}"""


def configure(parser: ArgumentParser) -> None:
    """A model, a point or chart, and a format."""
    add_model(parser)
    add_formats(parser)
    add_columns(parser)


def run(options: Namespace) -> int:
    """Print a line for each parameter; what is not decided is an answer too."""
    chart = chart_of(options)
    with busy("identifiability"):
        found = identifiability(chart, seed=options.seed)
    if options.format == "json":
        print(_json(found))
    else:
        emit(found.table(), options.format, columns=options.columns)
    return HOLDS


def _json(found: Identifiability) -> str:
    rank = found.rank
    result = {
        "value": rank.value,
        "lower": rank.lower,
        "upper": rank.upper,
        "verdict": str(found.verdict),
        "parameters": [
            {
                "parameter": str(line.parameter),
                "identifiable": line.identifiable,
                "verdict": str(line.verdict),
                "reason": line.reason,
                "error_bound": line.error_bound,
            }
            for line in found
        ],
        "functions": [str(f) for f in found.functions],
        "complete": found.complete,
    }
    return json.dumps(result, indent=1)
