"""The graph of verified critical mappings between given models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import networkx as nx

from rankstrat.errors import ModelError, demand
from rankstrat.mappings.constructions.layers import Layered, is_layered
from rankstrat.mappings.constructions.splitting import splitting, widening
from rankstrat.mappings.constructions.units import counts_of, widened
from rankstrat.mappings.mapping import CriticalMapping, compose
from rankstrat.model.model import Model
from rankstrat.rank.certificate import Verdict


def mapping_graph(
    models: Sequence[Model], mappings: Iterable[CriticalMapping], *, seed: int = 0
) -> nx.DiGraph:
    r"""Edges are the given critical mappings and their compositions, each of them proved.

    A mapping is proved by its own `check`, a composition that is too large for that by its parts: a
    composition of critical mappings is critical. A mapping whose evidence leaves something open
    gives no edge; its pair of nodes stands in ``graph.graph["undecided"]``.

    Nodes are the numbers of the models with attributes model, label, size and `bounds`: for every
    model j from which the node can be reached a bound $O(f) \le M$ of the optimistic sample size of
    every function f of model j, M being the fewest parameters of the models that reach j. Edges
    carry mapping, verdict, `generator` (False for compositions) and `basis` ("check", or "parts").

    Raises:
        NotCriticalError, NotOutputPreservingError: one of the mappings is not critical.
    """
    _checked(models, mappings)
    graph = nx.DiGraph(undecided=[])
    index = {model: i for i, model in enumerate(models)}
    for model, i in index.items():
        graph.add_node(i, model=model, label=_label(model), size=model.size)
    for mapping in mappings:
        edge = index[mapping.source], index[mapping.target]
        if edge[0] != edge[1] and not graph.has_edge(*edge):
            _add(graph, edge, mapping, generator=True, seed=seed)
    generators = graph.copy()
    for i in index.values():
        for j, path in sorted(nx.single_source_shortest_path(generators, i).items()):
            if len(path) > 2 and not graph.has_edge(i, j):
                composed = compose(
                    *(generators.edges[e]["mapping"] for e in reversed(list(pairwise(path))))
                )
                _add(graph, (i, j), composed, generator=False, seed=seed)
    for i in graph:
        graph.nodes[i]["bounds"] = {
            j: graph.nodes[j]["size"] for j in sorted({i, *graph.predecessors(i)})
        }
    return graph


def _add(
    graph: nx.DiGraph,
    edge: tuple[int, int],
    mapping: CriticalMapping,
    *,
    generator: bool,
    seed: int,
) -> None:
    """Add an edge if the mapping is proved to be critical at every parameter value.

    The parts of a composition are generators, hence proved.
    """
    evidence = mapping.check(seed=seed)
    if evidence.everywhere:
        known = {"verdict": evidence.verdict, "basis": "check"}
    elif not generator:
        known = {"verdict": Verdict.PROVED, "basis": "parts"}
    else:
        graph.graph["undecided"].append(edge)
        return
    graph.add_edge(*edge, mapping=mapping, generator=generator, **known)


def embedding_graph(
    models: Sequence[Model], *, mappings: Iterable[CriticalMapping] = (), seed: int = 0
) -> nx.DiGraph:
    r"""The critical mappings between the models that the constructions know, verified: a directed
    graph.

    One-step splittings are generators, and so are equal nets of two families and wider nets whose
    intermediate widths are not among the models. Compositions along paths are edges too, checked
    again as mappings of their own.

    Args:
        models: models with interchangeable units; others take part through `mappings`.
        mappings: further critical mappings between them.
        seed: as for `CriticalMapping.check`.

    Example:
        >>> from rankstrat.families import fully_connected
        >>> graph = embedding_graph([fully_connected([1, m, 1]) for m in (1, 2, 3)])
        >>> [(i, j, data["generator"]) for i, j, data in graph.edges(data=True)]
        [(0, 1, True), (0, 2, False), (1, 2, True)]
    """
    _checked(models, mappings)
    pairs = [(a, b) for a in models for b in models if a is not b and widened(a, b)]
    steps = [mapping for a, b in pairs for mapping in _one_step(a, b)]
    known = nx.DiGraph((m.source, m.target) for m in steps)
    known.add_nodes_from(models)
    for a, b in pairs:
        if counts_of(a) != counts_of(b) and not nx.has_path(known, a, b):
            steps.append(widening(a, b))
    return mapping_graph(models, [*mappings, *steps], seed=seed)


def _one_step(a: Model, b: Model) -> list[CriticalMapping]:
    """The identity of equal nets of two families, or one splitting inside a family."""
    gaps = [n - m for m, n in zip(counts_of(a), counts_of(b), strict=True)]
    if sum(gaps) == 0:
        return [widening(a, b)]
    if sum(gaps) == 1 and type(a.structure) is type(b.structure):
        return [splitting(a, b, layer=gaps.index(1) + 1)]
    return []


def _checked(models: object, mappings: object) -> None:
    """Refuse anything but lists of models and of critical mappings."""
    for given, kind, needed, attempt in (
        (models, Model, "a list of models", "write [narrow, wide]"),
        (mappings, CriticalMapping, "a list of critical mappings", "write [splitting(model)]"),
    ):
        demand(given, Iterable, ModelError, needed, attempt)
        for item in given if isinstance(given, Sequence) else ():
            demand(item, kind, ModelError, needed, attempt)


def _label(model: Model) -> str:
    if model.structure is None or not is_layered(model):
        return str(model)
    return f"{model.structure.family} {'-'.join(map(str, Layered(model).widths))}"


__all__ = ["embedding_graph", "mapping_graph"]
