"""The model rank at a point, at the generic point of a chart, or generically, with its
certificate.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rankstrat.cli._progress import busy
from rankstrat.cli._proofs import save_proof
from rankstrat.cli._question import add_formats, add_model, chart_of, emit, list_of_families, say
from rankstrat.cli._status import HOLDS
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Table

SHOWN = 12  # relations; --json has them all

EXAMPLE = f"""examples:
  rankstrat rank two_layer width=3 inputs=2 activation=tanh
  rankstrat rank two_layer width=2 inputs=1 --at '{{"a": [1, "1/2"], "w": [[2], [-2]]}}'
  rankstrat rank two_layer width=2 inputs=1 --where w2_1=w1_1
  rankstrat rank model.toml --at point.toml --json > certificate.json
  rankstrat rank model.toml --proof proof.json

{list_of_families()}"""


def configure(parser: ArgumentParser) -> None:
    """A model, a point or chart, and a format; --json is the certificate."""
    add_model(parser)
    parser.add_argument(
        "--proof", metavar="FILE", help="write a proof object, which the referee checks"
    )
    add_formats(parser)


def run(options: Namespace) -> int:
    """Print the certificate; bounds that differ are an answer too."""
    chart = chart_of(options)
    with busy("model rank"):
        certificate = model_rank(chart, seed=options.seed)
    if options.format == "json":
        print(certificate.to_json())
    elif options.format == "text":
        say("\n".join([str(certificate), *relation_lines(certificate)]))
    else:
        emit(_table(certificate), options.format)
    if options.proof is not None:
        save_proof(options.proof, certificate)
    return HOLDS


def relation_lines(certificate: RankCertificate) -> list[str]:
    """The first relations, indented, and how many more there are."""
    lines = [f"    {relation}" for relation in certificate.relations[:SHOWN]]
    more = len(certificate.relations) - SHOWN
    return lines + (
        [f"    ... and {more} more relations (--json has them all)"] if more > 0 else []
    )


def _table(certificate: RankCertificate) -> Table:
    model, chart = certificate.model, certificate.chart
    place = "point" if chart.is_point else f"chart with {len(chart.coordinates)} coordinates"
    rank = (
        certificate.lower
        if certificate.value is not None
        else f"{certificate.lower}..{certificate.upper}"
    )
    head = ("model", "at", "parameters", "rank", "verdict")
    return Table(head, ((model.spoken, place, model.size, rank, certificate.verdict),))
