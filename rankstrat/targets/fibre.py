r"""The target set $F^{-1}(f^*) = \{\theta : F(\theta) = f^*\}$ as branches, and the least rank over
it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
import sympy

from rankstrat.deadline import ended, half, within
from rankstrat.errors import (
    BudgetError,
    InexactValueError,
    OutOfTimeError,
    OutsideError,
    RankstratError,
    TargetError,
    demand,
)
from rankstrat.model.isomorphism import isomorphism_in_time
from rankstrat.model.model import Chart, Model
from rankstrat.model.source import guest
from rankstrat.model.structure import HasBranches
from rankstrat.rank.bounded import Bounded
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.defined import is_total, require_inputs
from rankstrat.targets.branch import Branch, BranchList, TargetFunction
from rankstrat.targets.challenge import Equation, challenged
from rankstrat.targets.exponential import exponential_branches
from rankstrat.targets.general import general_branches
from rankstrat.targets.given import given_branches
from rankstrat.targets.joining import branch_graph
from rankstrat.targets.local import local_dimension
from rankstrat.targets.orbit_pairs import OrbitPairs
from rankstrat.targets.polynomial import solved_branches
from rankstrat.targets.quotient import orbits, quotient
from rankstrat.targets.renamed import RenamedBranches, source_target
from rankstrat.text.diagram import Diagram, graphml, page, tikz
from rankstrat.text.parsing import exact_value
from rankstrat.text.spoken import Spoken
from rankstrat.text.tables import Math, Phrase, Table
from rankstrat.waiting import waiting

_DRAWN = 40  # a picture of more orbits shows no edge that can be told from another

FEW_PARAMETERS = 5
"""Models with more are not read as exponential sums where a family knows some branches."""


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


def target_set(
    model: Model,
    target: Any,
    *,
    charts: Sequence[Chart | Mapping[Any, Any]] = (),
    seed: int = 0,
    budget: float | None = None,
) -> TargetSet:
    r"""Describe $F^{-1}(f^*) = \{\theta : F(\theta) = f^*\}$ by branches.

    Args:
        model: F, of a family that lists its branches (two-layer and deep networks, linear, diagonal
            and factorization models), or a polynomial model with at most twelve parameters.
        target: a point of any model with as many inputs and outputs; or an expression (or Matrix)
            in the inputs.
        charts: charts of the model on which F = f*, for any other model; each is verified, and
            the description is marked incomplete.
        seed: names the random choices.
        budget: seconds after which what is known comes back, not complete: no branch, or the
            point that was given as the target.

    Raises:
        TargetError: f* is not in the function space of F, or is malformed.

    References:
        STR Definitions 3.2-3.4; docs/proofs.md#branches.

    Example:
        >>> import rankstrat as rs
        >>> F = rs.families.two_layer(width=2, inputs=2, activation="exp")
        >>> narrow = rs.families.two_layer(width=1, inputs=2, activation="exp")
        >>> Q = rs.target_set(F, narrow.point([1, 1, 2]))
        >>> [(b.dimension, b.codimension, b.rank) for b in Q.branches]
        [(1, 5, 3), (2, 4, 4), (2, 4, 4)]
    """
    demand(
        model,
        Model,
        TargetError,
        "a Model",
        "give the model first, then the target; of a point, take its .model",
    )
    demand(charts, Sequence, TargetError, "a list of charts", "write [model.chart(...)]")
    for chart in charts:
        demand(chart, Chart | Mapping, TargetError, "a list of charts", "write [model.chart(...)]")
    with waiting("target set"), within(budget):
        function = as_target(model, target)
        try:
            return _described(model, function, charts, seed)
        except OutOfTimeError as error:
            stopped = ended(error)
    return TargetSet(model, function, _own_point(model, function), False, stopped, ended=stopped)


def _own_point(model: Model, function: TargetFunction) -> tuple[Branch, ...]:
    """The target itself where it is a point of the model, as the only branch known."""
    if function.point is None or function.point.model != model:
        return ()
    return given_branches(model, function, [function.point]).branches


def _described(
    model: Model, function: TargetFunction, charts: Sequence[Any], seed: int
) -> TargetSet:
    require_inputs(model)
    structure: object = model.structure
    if charts:
        found = given_branches(model, function, charts)
        return TargetSet(model, function, found.branches, found.complete, found.basis)
    source = guest(structure)
    seen: tuple[Chart, ...] = ()
    try:
        known, refusal = _known(model, function), None
    except TargetError as error:
        if isinstance(error, OutsideError) and not source:
            raise
        # a family that cannot read the target, or a guest: the equations are asked before that is
        # believed
        known, refusal = None, error
    source = source if known is not None else ""
    if known is not None and not source and not known.complete:
        known = _completed(model, function, known)
    if known is not None and source:
        known, seen = challenged(model, function, known, source, seed=seed)
    try:
        found = known if known is not None else _by_equations(model, function, seed)
    except TargetError as error:
        raise (refusal or error) from None
    return TargetSet(
        model, function, found.branches, found.complete, found.basis, source, seen, found.most,
        pairs=found.pairs,
    )  # fmt: skip


def _completed(model: Model, target: TargetFunction, known: BranchList) -> BranchList:
    """What a family knows of the target, or all branches where exponents decide at once."""
    if model.size > FEW_PARAMETERS:
        return known
    try:
        with half():
            solved = exponential_branches(model, target)
    except OutOfTimeError:
        return known
    return solved if solved is not None and solved.complete else known


def _by_equations(model: Model, target: TargetFunction, seed: int) -> BranchList:
    """The branches of any model, from its expressions alone."""
    solved = solved_branches(model, target)
    if solved is None:
        solved = exponential_branches(model, target)
    return general_branches(model, target, seed=seed) if solved is None else solved


def _known(model: Model, target: TargetFunction) -> BranchList | None:
    """What a family says of the target, that of the model or one that it is up to names."""
    structure: object = model.structure
    if isinstance(structure, HasBranches):
        found: BranchList | None = structure.branches(model, target)
        if found is not None:
            return found
    same = isomorphism_in_time(model)
    if same is None or not isinstance(same.structure, HasBranches):
        return None
    found = same.structure.branches(same.source, source_target(same, target))
    if found is None:
        return None
    moved = RenamedBranches(same).branches(found)
    return replace(moved, basis=f"{moved.basis}; {same}")


def as_target(model: Model, target: Any) -> TargetFunction:
    """The target in the inputs of the model.

    Raises:
        TargetError: wrong numbers of inputs or outputs, unknown symbols, a chart that is not a
            point, a wrong type.
    """
    if isinstance(target, Chart):
        return _from_point(model, target)
    if isinstance(target, float | np.floating):
        raise InexactValueError(
            f"the target {target} is a float; give an exact number or a sympy expression"
        )
    if isinstance(target, str | Model | TargetSet) or target is None:
        kind = type(target).__name__
        raise TargetError(
            f"the target is a {kind}; give a point of a model (model.point(...)) or a sympy"
            " expression"
        )
    items = (
        list(np.asarray(target).ravel())
        if isinstance(target, sympy.MatrixBase | np.ndarray)
        else target
    )
    if not isinstance(items, Sequence):
        items = [items]
    items = [
        v for item in items for v in (item if isinstance(item, Sequence | np.ndarray) else [item])
    ]
    try:
        outputs = tuple(exact_value(item, name="the target") for item in items)
    except InexactValueError:
        raise
    except RankstratError as error:
        raise TargetError(
            f"the target {target!r} is not exact ({error}); give a sympy expression in the inputs"
        ) from None
    known = {str(x): x for x in (*model.inputs, *model.constants)}
    renamed = []
    for output in outputs:
        unknown = sorted(str(s) for s in output.free_symbols if str(s) not in known)
        if unknown:
            names = ", ".join(known) or "none"
            raise TargetError(
                f"the target uses {unknown[0]}, but the inputs of the model are {names}; write it"
                " in these"
            )
        if len({str(s) for s in output.free_symbols}) < len(output.free_symbols):
            raise TargetError(
                f"the target {output} uses two different symbols of one name; one is needed;"
                " make each symbol once"
            )
        renamed.append(output.xreplace({s: known[str(s)] for s in output.free_symbols}))
    if len(renamed) != len(model.outputs):
        raise TargetError(
            f"the target has {len(renamed)} outputs, the model {len(model.outputs)}; give one"
            " expression for each"
        )
    return TargetFunction(tuple(renamed))


def _from_point(model: Model, point: Chart) -> TargetFunction:
    source = point.model
    if not point.is_point:
        raise TargetError(
            f"the target is a chart with coordinates {point.coordinates}; give a point (chart.at"
            " fixes them)"
        )
    for what, ours, theirs in (
        ("inputs", model.inputs, source.inputs),
        ("outputs", model.outputs, source.outputs),
    ):
        if len(ours) != len(theirs):
            raise TargetError(
                f"the target has {len(theirs)} {what}, the model {len(ours)}; choose a point of a"
                " model with as many"
            )
    foreign = [str(c) for c in source.constants if c not in model.constants]
    if foreign:
        raise TargetError(
            f"the target has the unknown constant {foreign[0]}, the model has none of that name;"
            " one function is needed; declare it for both"
        )
    replace = {**point.values, **dict(zip(source.inputs, model.inputs, strict=True))}
    return TargetFunction(tuple(output.xreplace(replace) for output in source.outputs), point)
