"""The branch of one pattern of a coupled two-layer network: chart, equations, dimension."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import sympy

from rankstrat.algebra.affine import expression
from rankstrat.families._shared.patterns import conditions
from rankstrat.families.catalogue.two_layer.targets.coupled.closure import lies_in_closure
from rankstrat.families.catalogue.two_layer.targets.coupled.equations import Equations
from rankstrat.families.catalogue.two_layer.targets.coupled.parametrisation import (
    Parametrisation,
)
from rankstrat.families.catalogue.two_layer.targets.coupled.pieces import Piece
from rankstrat.model.model import Chart
from rankstrat.rank.zero import is_zero
from rankstrat.targets import AffineSubspace, Branch, Candidate, Closure, RankBounds


def branch_of(piece: Piece) -> Branch | None:
    """The branch of a pattern; None if it is empty or lies in the closure of another one."""
    network = piece.network
    if network.law.rays and not network.bias and piece.pattern.zeros:
        return None  # a neuron of weight zero is a limit of neurons on any line; see null_branch
    if piece.empty or piece.space is None or (not piece.mixed and piece.forced) or piece.redundant:
        return None
    if (
        not network.bias
        and network.output_bias is None
        and not piece.constant_neurons
        and not is_zero(network.target.constant)
    ):
        return None
    charts = Parametrisation(piece)
    values = charts.values
    if values is None:
        return None
    return _finish(piece, network.model.chart(values), charts)


def null_branch(piece: Piece) -> Branch | None:
    """All weights zero, the output weights free (rays): where they have one sign, no other branch
    comes near.
    """
    network = piece.network
    symbols = network.model.parameters
    values: dict[sympy.Symbol, sympy.Expr] = {
        symbols[j]: sympy.Integer(0) for i in range(network.width) for j in network.incoming(i)
    }
    if network.output_bias is not None:
        values[symbols[network.output_bias]] = network.target.constant
    elif not is_zero(network.target.constant):
        return None
    chart = network.model.chart(values)
    equations = tuple(p - v for p, v in values.items())
    return Branch(
        label=piece.pattern.label,
        chart=chart,
        closure=Closure(equations, affine=AffineSubspace.of(equations, symbols)),
        dimension=len(chart.coordinates),
        conditions=("the model has no derivative where an output weight is not zero",),
        index=(0, 0),
        bounds=RankBounds(candidates=partial(_still, chart)),
    )


def _still(chart: Chart) -> Iterator[Candidate]:
    yield Candidate(chart.at(dict.fromkeys(chart.coordinates, 0)))


def _finish(piece: Piece, chart: Chart, charts: Parametrisation) -> Branch:
    network, pattern, affine = piece.network, piece.pattern, charts.affine
    extra: list[str] = []
    if network.law.rays:
        extra.append("the weights of a block are positive multiples of one vector, up to the signs")
    if piece.mixed:
        extra.append("not all sums of the signed output weights of further blocks vanish")
    equations = (
        Equations(piece).all
        if affine is None
        else tuple(expression(r, network.model.parameters) for r in affine.rows.values())
    )
    return Branch(
        label=pattern.label,
        chart=chart,
        closure=Closure(
            equations,
            affine=affine,
            ambient=charts.ambient if affine is None else None,
            decide=None if affine is not None else partial(lies_in_closure, piece, equations),
        ),
        dimension=len(chart.coordinates),
        conditions=(*conditions(pattern), *extra),
        index=pattern.index,
    )
