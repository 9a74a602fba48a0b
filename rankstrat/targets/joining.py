"""The graph of branches: which closures meet, and in which dimension."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx

from rankstrat.deadline import check, ended
from rankstrat.errors import OutOfTimeError
from rankstrat.model.model import Model
from rankstrat.targets.branch import Branch
from rankstrat.targets.meeting import Meeting
from rankstrat.targets.orbit_pairs import APART, UNDECIDED


def branch_graph(
    model: Model, branches: Sequence[Branch], *, partial: bool = False
) -> nx.Graph[int]:
    """Branches as nodes; an edge where two closures meet, with the dimension of their intersection.

    Pairs that linear algebra does not decide are listed in ``graph.graph["undecided"]``.

    Args:
        model: the model.
        branches: one for each node.
        partial: whether the pairs compared so far come back when the budget of time ends;
            ``graph.graph["ended"]`` says so, and other pairs may meet as well.

    Raises:
        OutOfTimeError: the budget ended, and not `partial`.
    """
    graph: nx.Graph[int] = nx.Graph(undecided=[], ended="")
    for i, branch in enumerate(branches):
        graph.add_node(
            i,
            label=branch.label,
            dimension=branch.dimension,
            codimension=branch.codimension,
            index=branch.index,
        )
    undecided: list[tuple[int, int]] = []
    try:
        for i, row in Meeting(model, branches).rows():
            check("every pair of branches was compared")
            for j, dimension in enumerate(row.tolist()):
                if j <= i or dimension == APART:
                    continue
                if dimension == UNDECIDED:
                    undecided.append((i, j))
                else:
                    graph.add_edge(i, j, dimension=dimension)
    except OutOfTimeError as error:
        if not partial:
            raise
        graph.graph["ended"] = ended(error)
    graph.graph["undecided"] = sorted(undecided)
    return graph


__all__ = ["branch_graph"]
