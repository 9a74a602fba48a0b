r"""The tangent functions dF/dtheta_i and the linear relations among them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

import sympy

from rankstrat.cli._answer import Answer
from rankstrat.cli._progress import busy
from rankstrat.cli._question import add_formats, add_model, chart_of, emit, list_of_families, say
from rankstrat.cli._status import HOLDS
from rankstrat.cli.rank import relation_lines
from rankstrat.errors import BudgetError
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.tangents import tangent_functions
from rankstrat.text.tables import Math, Table

MOST = 200

EXAMPLE = f"""examples:
  rankstrat tangent two_layer width=2 inputs=1
  rankstrat tangent two_layer width=2 inputs=1 --where w2_1=w1_1 --latex

{list_of_families()}"""


def configure(parser: ArgumentParser) -> None:
    """A model, a point or chart, and a format."""
    add_model(parser)
    add_formats(parser)


def run(options: Namespace) -> int:
    """Print one tangent function for each parameter, then rank and relations."""
    chart = chart_of(options)
    if chart.model.size > MOST:
        raise BudgetError(
            f"{chart.model.size} tangent functions; at most {MOST} are printed; use"
            " `rankstrat rank` for the rank alone"
        )
    functions = tangent_functions(chart)
    with busy("model rank"):
        certificate = model_rank(chart, seed=options.seed)
    names = [str(p) for p in chart.model.parameters]
    if options.format == "json":
        print(_json(certificate, names, functions))
        return HOLDS
    rows = tuple(
        (Math(name, sympy.latex(p)), Math(str(f), sympy.latex(f)))
        for name, p, f in zip(names, chart.model.parameters, functions, strict=True)
    )
    emit(Table(("parameter", "tangent function"), rows), options.format)
    print()
    if options.format == "text":
        say("\n".join([str(certificate), *relation_lines(certificate)]))
    elif certificate.relations:
        relations = tuple(
            (Math(str(r), r._repr_latex_().strip("$")),) for r in certificate.relations
        )
        emit(Table(("relation",), relations), options.format)
    return HOLDS


def _json(certificate: RankCertificate, names: list[str], functions: tuple[sympy.Expr, ...]) -> str:
    result = {
        "tangent_functions": {name: str(f) for name, f in zip(names, functions, strict=True)},
        "relations": [
            {names[i]: str(c) for i, c in relation.coefficients}
            for relation in certificate.relations
        ],
    }
    return Answer.of_rank(certificate, "the dimension of the tangent span").on_top_of(result)
