"""The learning coefficient at a point: how fast the volume around it vanishes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rankstrat.cli._progress import busy
from rankstrat.cli._question import add_formats, add_model, chart_of, emit, list_of_families, say
from rankstrat.cli._status import HOLDS
from rankstrat.singular import LearningCoefficient, learning_coefficient
from rankstrat.text.lines import escaped
from rankstrat.text.tables import Table

EXAMPLE = f"""examples:
  rankstrat learning matrix_factorization rows=2 inner=2 columns=2 --at '{{"A": [[1, 0], [0, 0]], \
"B": [[1, 0], [0, 0]]}}'
  rankstrat learning model.toml --at point.toml --json > fixture.json

{list_of_families()}"""


def configure(parser: ArgumentParser) -> None:
    """A model, a point, and a format; --json is a fixture."""
    add_model(parser)
    add_formats(parser)


def run(options: Namespace) -> int:
    """Print the coefficient, or its bounds."""
    chart = chart_of(options)
    with busy("learning coefficient"):
        found = learning_coefficient(chart, seed=options.seed)
    if options.format == "json":
        print(found.to_json())
    elif options.format == "text":
        say(str(found))
    else:
        emit(_table(found), options.format)
    return HOLDS


def _table(found: LearningCoefficient) -> Table:
    model = found.chart.model
    value = str(found.value) if found.value is not None else f"{found.lower}..{found.upper}"
    head = ("model", "parameters", "rank", "learning coefficient", "multiplicity", "verdict")
    many = "" if found.multiplicity is None else found.multiplicity
    row = (escaped(model.name) or "model", model.size, found.rank, value, many, found.verdict)
    return Table(head, (row,))
