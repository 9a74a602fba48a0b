"""The graph of branches up to symmetry: orbits, with the numbers of branches and pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import networkx as nx

from rankstrat.deadline import check
from rankstrat.model.model import Model
from rankstrat.targets.branch import Branch
from rankstrat.targets.meeting import Meeting
from rankstrat.targets.orbit_pairs import APART, UNDECIDED, OrbitPairs
from rankstrat.text.diagram import Diagram, Edge, Node


def quotient(
    model: Model, branches: Sequence[Branch], pairs: OrbitPairs | None
) -> nx.MultiGraph[int]:
    """Orbits of branches as nodes (by the number of their first branch), with `copies`; for each
    dimension in which members of two orbits meet an edge, with the number of `pairs`.

    Pairs that linear algebra does not decide are counted in ``graph.graph["undecided"]``, by their
    orbits. A symmetry carries the pairs of one branch to those of the others of its orbit, so that
    one row of each orbit is enough; a list of orbits alone comes with its own count.
    """
    if pairs is not None:
        return _counted(branches, pairs)
    first = {b.label: i for i, b in enumerate(branches) if b.representative is None}
    orbit = [first[(b.representative or b).label] for b in branches]
    size = Counter(orbit)
    meeting = Meeting(model, branches)
    graph = _nodes(branches, {i: size[i] for i in first.values()})
    for i in first.values():
        row = meeting.row(i)
        found = Counter((orbit[j], int(d)) for j, d in enumerate(row) if d != APART and j != i)
        for (j, dimension), count in sorted(found.items()):
            _add(graph, i, j, dimension, count * size[i])
    return graph


def _counted(branches: Sequence[Branch], pairs: OrbitPairs) -> nx.MultiGraph[int]:
    graph = _nodes(branches, {i: b.copies for i, b in enumerate(branches)})
    for i, first in enumerate(branches):
        for j, second in enumerate(branches[i:], start=i):
            check("the pairs of branches were listed")
            for dimension, count in sorted(pairs.meeting(first.label, second.label).items()):
                itself = first.copies if i == j and dimension in (first.dimension, UNDECIDED) else 0
                _add(graph, i, j, dimension, count - itself)
    return graph


def _nodes(branches: Sequence[Branch], copies: Mapping[int, int]) -> nx.MultiGraph[int]:
    graph: nx.MultiGraph[int] = nx.MultiGraph(undecided={})
    for i, many in copies.items():
        b = branches[i]
        graph.add_node(i, label=b.label, dimension=b.dimension, rank=b.certificate.lower,
                       verdict=str(b.certificate.verdict), copies=many)  # fmt: skip
    return graph


def _add(graph: nx.MultiGraph[int], i: int, j: int, dimension: int, ordered: int) -> None:
    """Enter pairs once; inside an orbit every pair was counted from both its ends."""
    if j < i or not ordered:
        return
    many = ordered // 2 if i == j else ordered
    if dimension == UNDECIDED:
        graph.graph["undecided"][i, j] = many
    else:
        graph.add_edge(i, j, dimension=dimension, pairs=many)


def orbits(
    model: Model, branches: Sequence[Branch], graph: nx.MultiGraph[int] | None, basis: str
) -> Diagram:
    """The quotient, a row for each number of neurons (for each dimension, where neurons are not
    counted), coloured by generic rank; without a graph the orbits alone.
    """
    leaders = [i for i, b in enumerate(branches) if b.representative is None]
    number = {i: k for k, i in enumerate(leaders)}
    copies = Counter((b.representative or b).label for b in branches for _ in range(b.copies))
    indexed = all(b.index for b in branches)
    nodes = tuple(_node(branches[i], copies[branches[i].label], indexed) for i in leaders)
    edges = []
    for i, j, data in () if graph is None else graph.edges(data=True):
        text = f"dimension {data['dimension']}, {data['pairs']} pairs"
        edges.append(
            Edge(
                number[i],
                number[j],
                text,
                rf"{data['dimension']}\,(\times {data['pairs']})",
                minor=data["dimension"] < min(branches[i].dimension, branches[j].dimension) - 1,
            )
        )
    title = f"Branches of the target set in {model}, up to symmetry"
    rows = "r =" if indexed else "dimension"
    return Diagram(title, rows, "generic rank", nodes, tuple(edges), note=f"{basis}.")


def _node(b: Branch, many: int, indexed: bool) -> Node:
    certificate = b.certificate
    facts = (
        ("dimension", str(b.dimension)),
        ("codimension", str(b.codimension)),
        ("generic rank", str(certificate.lower)),
        ("(r, l)", str(b.index)),
        ("branches in the orbit", str(many)),
        ("equations", ", ".join(f"{e} = 0" for e in b.equations[:12])),
        ("rank", str(certificate.verdict)),
    )
    label = b.label
    latex = r"\mathtt{" + label.replace("{", r"\{").replace("}", r"\}").replace("_", r"\_") + "}"
    row = b.dimension
    if indexed and b.index:
        row = b.index[0]
    return Node(label, latex, row, certificate.lower, str(certificate.verdict), many, facts)
