r"""The target set $F^{-1}(f^*) = \{\theta : F(\theta) = f^*\}$ as branches, and the least rank over
it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import networkx as nx

from rankstrat.errors import (
    BudgetError,
    TargetError,
    demand,
)
from rankstrat.model.model import Chart, Model
from rankstrat.rank.bounded import Bounded
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.defined import is_total
from rankstrat.targets.branch import Branch, TargetFunction
from rankstrat.targets.challenge import Equation
from rankstrat.targets.joining import branch_graph
from rankstrat.targets.local import local_dimension
from rankstrat.targets.orbit_pairs import OrbitPairs
from rankstrat.targets.quotient import orbits, quotient
from rankstrat.text.diagram import Diagram, graphml, page, tikz
from rankstrat.text.spoken import Spoken
from rankstrat.text.tables import Math, Phrase, Table

_DRAWN = 40  # a picture of more orbits shows no edge that can be told from another


@dataclass(frozen=True)
class TargetSet:
    r"""$F^{-1}(f^*)$, described by branches.

    Attributes:
        model: F.
        target: f*.
        branches: pieces whose closures cover the target set if `complete`.
        complete: whether they provably do.
        basis: why they do, or what is missing.
        source: who claims this, where it is not proved by this package (a guest's family).
        witnesses: points of the target set that were found without the list.
        most: an upper bound of the number of branches, where that is not certain.
        ended: where the budget of time ended, if it did.
        pairs: the pairs of branches that meet, counted by orbits, where orbits are listed.
    """

    model: Model
    target: TargetFunction = field(repr=False)
    branches: tuple[Branch, ...]
    complete: bool
    basis: str
    source: str = ""
    witnesses: tuple[Chart, ...] = field(default=(), repr=False, compare=False)
    most: int | None = None
    ended: str = field(default="", compare=False)
    pairs: OrbitPairs | None = field(default=None, repr=False, compare=False)

    @property
    def by_orbits(self) -> bool:
        """Whether a branch of the list stands for its copies as well."""
        return any(branch.copies > 1 for branch in self.branches)

    @property
    def count(self) -> Bounded:
        """The number of branches, copies included."""
        listed = sum(branch.copies for branch in self.branches)
        known = listed if self.complete and self.most is None else self.most
        lower = listed if self.most is None or not self.complete else 1
        return Bounded(lower, known, self.basis, of="the number of branches")

    @cached_property
    def graph(self) -> nx.Graph[int]:
        """Branches as nodes; an edge where two closures meet, with the dimension of their
        intersection.

        Pairs with a curved member that cannot be decided by linear algebra are listed in
        ``graph.graph["undecided"]``.
        """
        self._refuse_orbits("graphs")
        return branch_graph(self.model, self.branches)

    @cached_property
    def components(self) -> Components:
        """The connected components of the target set, as far as the graph of closures decides
        them.
        """
        return components_of(self)

    @cached_property
    def dimension(self) -> Bounded:
        """The dimension of the target set: that of the largest branch, if the branches cover it."""
        largest = max((branch.dimension for branch in self.branches), default=0)
        return Bounded(largest, largest if self.complete else None, self.basis, of="the dimension")

    def local_dimension(self, point: Chart, *, seed: int = 0) -> Bounded:
        r"""$\dim_\theta F^{-1}(f^*)$ at a point of the target set, between proved bounds.

        Raises:
            TargetError: the point is none of the target set, or that is not decided.

        Example:
            >>> import rankstrat as rs
            >>> narrow = rs.families.two_layer(1, 1)
            >>> Q = rs.target_set(rs.families.two_layer(2, 1), narrow.point([1, 2]))
            >>> Q.local_dimension(Q.model.point([1, 0, 2, 5]))
            1
        """
        found = self.branches_of(point)
        if not found and Equation(self.model, self.target).holds(point) is not True:
            raise TargetError(
                f"{point} lies on no branch, and its function is not known to be the target; a"
                " point of the target set is needed; try branch.sample()"
            )
        return local_dimension(point, found, self.complete, seed=seed)

    def branches_of(self, point: Chart) -> tuple[Branch, ...]:
        """The branches whose closures contain a point.

        Raises:
            TargetError: a chart or a point of another model was given.
        """
        demand(point, Chart, TargetError, f"a point of {self.model}", "use model.point(...)")
        if not point.is_point or point.model != self.model:
            raise TargetError(
                f"{point} was given; a point of {self.model} is needed; use model.point(...)"
            )
        self._refuse_orbits("the branches of a point")
        return tuple(branch for branch in self.branches if branch.contains(point))

    def _refuse_orbits(self, what: str) -> None:
        if self.by_orbits:
            raise BudgetError(
                f"{self.count} branches are listed by orbits, {len(self.branches)} of them;"
                f" {what} need all of them; choose a narrower model, or see the quotient, their"
                " graph by orbits"
            )

    def branch_of(self, point: Chart) -> Branch | None:
        """The branch with the fewest distinct neurons whose closure contains the point; None
        outside all closures.
        """
        found = self.branches_of(point)
        return min(found, key=lambda b: (b.index or (0, 0), b.dimension), default=None)

    def table(self) -> Table:
        """One row for each orbit of branches under the symmetries of the model."""
        counts: dict[str, int] = {}
        rows = []
        leaders = [b for b in self.branches if b.representative is None]
        for branch in self.branches:
            key = (branch.representative or branch).label
            counts[key] = counts.get(key, 0) + branch.copies
        for b in leaders:
            least, rank = b.minimum_in_time, b.certificate
            bounds = least.value if least.value is not None else f"[{least.lower}, {least.upper}]"
            rows.append(
                (
                    b.label,
                    counts[b.label],
                    b.index,
                    b.dimension,
                    b.codimension,
                    rank.lower if rank.value is not None else f">= {rank.lower}",
                    bounds,
                    least.minimal,
                )
            )
        heads = (
            "branch", "copies", Math("(r, l)"), "dim", "codim", "generic rank", "least rank",
            "least rank is"
        )  # fmt: skip
        return Table(
            heads,
            tuple(rows),
            title=Phrase("Branches of the target set in ", self.model.spoken),
            caption=f"Evidence: {self._evidence}",
        )

    def to_json(self) -> str:
        """Branches, equations and intersections as JSON."""
        return json.dumps(
            {
                "model": str(self.model),
                "target": [str(e) for e in self.target.expressions],
                "complete": self.complete,
                "basis": self.basis,
                "source": self.source,
                "count": _bounds(self.count),
                "dimension": _bounds(self.dimension),
                "branches": [
                    {
                        "label": b.label,
                        "dimension": b.dimension,
                        "codimension": b.codimension,
                        "index": b.index,
                        "equations": [str(e) for e in b.equations],
                        "conditions": list(b.conditions),
                        "copies": b.copies,
                    }
                    for b in self.branches
                ],
                **({} if self.by_orbits else self._edges()),
            }
        )

    def _graph_in_time(self) -> nx.Graph[int]:
        """The graph, or what is known of it when the budget of time ends."""
        if "graph" in self.__dict__:
            return self.graph
        self._refuse_orbits("graphs")
        return branch_graph(self.model, self.branches, partial=True)

    def _edges(self) -> dict[str, Any]:
        graph = self._graph_in_time()
        return {
            "intersections": [list(edge) for edge in graph.edges(data="dimension")],
            "undecided": graph.graph["undecided"],
            **({"ended": graph.graph["ended"]} if graph.graph["ended"] else {}),
        }

    def to_dot(self) -> str:
        """The graph of branches in the DOT language."""
        graph = self._graph_in_time()
        lines = ["graph target_set {"]
        if graph.graph["ended"]:
            lines.append(f"  // {graph.graph['ended']}; other closures may meet as well")
        for i, data in graph.nodes(data=True):
            lines.append(f'  {i} [label="{data["label"]}\\ndim {data["dimension"]}"];')
        lines += [
            f"  {i} -- {j} [label={data['dimension']}];" for i, j, data in graph.edges(data=True)
        ]
        return "\n".join([*lines, "}"])

    @cached_property
    def quotient(self) -> nx.MultiGraph[int]:
        """The graph up to symmetry: orbits with their `copies`, edges with `dimension` and the
        number of `pairs` that meet in it.

        Pairs that cannot be decided by linear algebra are counted, by their orbits, in
        ``quotient.graph["undecided"]``.

        Raises:
            BudgetError: orbits are listed, and their pairs are not counted.

        Example:
            >>> import rankstrat as rs
            >>> narrow = rs.families.two_layer(1, 1)
            >>> Q = rs.target_set(rs.families.two_layer(6, 1), narrow.point([1, 2]))
            >>> print(Q.count, Q.components)
            20464 1 components  [PROVED: closures that meet]
            >>> sum(pairs for _, _, pairs in Q.quotient.edges(data="pairs"))
            17396200
        """
        if self.by_orbits and self.pairs is None:
            raise BudgetError(
                f"{self.count} branches are listed by orbits, {len(self.branches)} of them, whose"
                " pairs are counted only where no constant couples blocks; all branches are"
                " needed; choose a narrower model"
            )
        return quotient(self.model, self.branches, self.pairs)

    @cached_property
    def diagram(self) -> Diagram:
        """Orbits as nodes in rows, for pictures."""
        crowded = self.by_orbits and (self.pairs is None or len(self.branches) > _DRAWN)
        graph = None if crowded else self.quotient
        return orbits(self.model, self.branches, graph, self.basis)

    def to_html(self) -> str:
        """The quotient as one file: zoom, tooltips with equations and rank, search."""
        return page(self.diagram)

    def to_tikz(self) -> str:
        """The quotient for TikZ."""
        return tikz(self.diagram)

    def to_graphml(self) -> str:
        """The graph of branches as GraphML."""
        return graphml(self.graph)

    def __repr__(self) -> str:
        return f"<{str(self).partition(chr(10))[0]}>"

    def __str__(self) -> str:
        how = "complete" if self.complete else "not proved complete"
        many = "1 branch" if self.count == 1 else f"{self.count} branches"
        size = f"dimension {self.dimension} [{self.dimension.verdict}]"
        return f"target set of {self.model}: {many}, {how}, {size}\n  {self._evidence}"

    @property
    def _evidence(self) -> str:
        return "; ".join(filter(None, (self.basis, self.model.remark)))

    def _repr_html_(self) -> str:
        return self.table().html()


def _bounds(number: Bounded) -> dict[str, Any]:
    return {
        "value": number.value,
        "lower": number.lower,
        "upper": number.upper,
        "verdict": str(number.verdict),
    }


@dataclass(frozen=True)
class Components(Spoken):
    """The connected components of a target set.

    Attributes:
        parts: the branches (by number) of each component of the graph of closures that meet.
        count: how many components the target set has.
    """

    parts: tuple[frozenset[int], ...]
    count: Bounded

    @property
    def verdict(self) -> Verdict:
        """Of the number."""
        return self.count.verdict

    def __iter__(self) -> Iterator[frozenset[int]]:
        return iter(self.parts)

    def __len__(self) -> int:
        return int(self.count)

    def __str__(self) -> str:
        return f"{self.count} components  [{self.verdict}: {self.count.reason}]"


def components_of(target: TargetSet) -> Components:
    """Components from the graph of closures.

    Closures that do not meet are apart, since all are closed and finitely many; affine ones are
    connected, so the graph decides where it is complete. A curved one may fall into parts, and so
    may one in which the model is not defined at all points.
    """
    what = "the number of components"
    if target.by_orbits:
        return Components((), _components_of_orbits(target, what))
    if not target.complete:
        parts = tuple(frozenset(c) for c in nx.connected_components(target.graph))
        return Components(parts, Bounded(1, None, target.basis, of=what))
    graph = target.graph
    parts = tuple(frozenset(c) for c in nx.connected_components(graph))
    loose = graph.copy()
    loose.add_edges_from(graph.graph["undecided"])
    apart = nx.number_connected_components(loose)
    connected = all(b.affine is not None for b in target.branches)
    reason = "closures that meet" if connected else "curved closures may fall into parts"
    if connected and not is_total(target.model):
        connected, reason = False, "poles of the model may cut closures into parts"
    return Components(parts, Bounded(apart, len(parts) if connected else None, reason, of=what))


def _components_of_orbits(target: TargetSet, what: str) -> Bounded:
    """Components from the graph of orbits.

    A symmetry carries components to components. So if the quotient is connected, each component
    meets every orbit, and there is one if the branches of some orbit lie in one.
    """
    connected = all(b.affine is not None for b in target.branches) and is_total(target.model)
    if target.pairs is None or not target.complete or target.most is not None or not connected:
        return Bounded(1, None, target.basis, of=what)
    graph = target.quotient
    if not graph.number_of_edges() and not graph.graph["undecided"]:
        total = sum(b.copies for b in target.branches)
        return Bounded(total, total, "no two closures meet", of=what)
    linked = any(b.label in target.pairs.linked for b in target.branches)
    if linked and nx.is_connected(graph):
        return Bounded(1, 1, "closures that meet", of=what)
    return Bounded(1, None, target.basis, of=what)
