r"""The target set $F^{-1}(f^*) = \{\theta : F(\theta) = f^*\}$ as branches, and the least rank over
it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
import sympy

from rankstrat.errors import InexactValueError, RankstratError, TargetError, demand
from rankstrat.model.isomorphism import isomorphism_of
from rankstrat.model.model import Chart, Model
from rankstrat.model.source import guest
from rankstrat.model.structure import HasBranches
from rankstrat.targets.branch import Branch, BranchList, TargetFunction
from rankstrat.targets.challenge import challenged
from rankstrat.targets.general import general_branches
from rankstrat.targets.given import given_branches
from rankstrat.targets.polynomial import is_decomposable, polynomial_branches
from rankstrat.targets.renamed import RenamedBranches, source_target
from rankstrat.text.parsing import exact_value
from rankstrat.text.tables import Math, Table


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
    """

    model: Model
    target: TargetFunction = field(repr=False)
    branches: tuple[Branch, ...]
    complete: bool
    basis: str
    source: str = ""
    witnesses: tuple[Chart, ...] = field(default=(), repr=False, compare=False)

    @cached_property
    def graph(self) -> nx.Graph[int]:
        """Branches as nodes; an edge where two closures meet, with the dimension of their
        intersection.

        Pairs with a curved member that cannot be decided by linear algebra are listed in
        ``graph.graph["undecided"]``.
        """
        graph: nx.Graph[int] = nx.Graph()
        undecided = []
        for i, branch in enumerate(self.branches):
            graph.add_node(
                i,
                label=branch.label,
                dimension=branch.dimension,
                codimension=branch.codimension,
                index=branch.index,
            )
        for i, first in enumerate(self.branches):
            for j in range(i + 1, len(self.branches)):
                second = self.branches[j]
                one, two = first.closure.hull, second.closure.hull
                common = one.intersect(two) if one is not None and two is not None else None
                if one is not None and two is not None and common is None:
                    continue
                if common is None or first.affine is None or second.affine is None:
                    undecided.append((i, j))
                else:
                    graph.add_edge(i, j, dimension=common.dimension)
        graph.graph["undecided"] = undecided
        return graph

    @property
    def components(self) -> tuple[frozenset[int], ...]:
        """The branches (by number) of each connected component of the target set; exact where all
        are affine.
        """
        return tuple(frozenset(c) for c in nx.connected_components(self.graph))

    @cached_property
    def dimension(self) -> int:
        """The largest dimension of a branch."""
        return max(branch.dimension for branch in self.branches)

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
        return tuple(branch for branch in self.branches if branch.contains(point))

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
            counts[key] = counts.get(key, 0) + 1
        for b in leaders:
            least = b.minimum
            bounds = least.value if least.value is not None else f"[{least.lower}, {least.upper}]"
            rows.append(
                (
                    b.label,
                    counts[b.label],
                    b.index,
                    b.dimension,
                    b.codimension,
                    b.certificate.lower,
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
            title=f"Branches of the target set in {self.model}",
            caption=self.basis,
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
                "branches": [
                    {
                        "label": b.label,
                        "dimension": b.dimension,
                        "codimension": b.codimension,
                        "index": b.index,
                        "equations": [str(e) for e in b.equations],
                        "conditions": list(b.conditions),
                    }
                    for b in self.branches
                ],
                "intersections": [
                    [i, j, data["dimension"]] for i, j, data in self.graph.edges(data=True)
                ],
                "undecided": self.graph.graph["undecided"],
            }
        )

    def to_dot(self) -> str:
        """The graph of branches in the DOT language."""
        lines = ["graph target_set {"]
        for i, data in self.graph.nodes(data=True):
            lines.append(f'  {i} [label="{data["label"]}\\ndim {data["dimension"]}"];')
        lines += [
            f"  {i} -- {j} [label={data['dimension']}];"
            for i, j, data in self.graph.edges(data=True)
        ]
        return "\n".join([*lines, "}"])

    def __repr__(self) -> str:
        return f"<{str(self).partition(chr(10))[0]}>"

    def __str__(self) -> str:
        how = "complete" if self.complete else "not proved complete"
        many = "1 branch" if len(self.branches) == 1 else f"{len(self.branches)} branches"
        return f"target set of {self.model}: {many}, {how}\n  {self.basis}"

    def _repr_html_(self) -> str:
        return self.table().html()


def target_set(
    model: Model, target: Any, *, charts: Sequence[Chart | Mapping[Any, Any]] = (), seed: int = 0
) -> TargetSet:
    r"""Describe $F^{-1}(f^*) = \{\theta : F(\theta) = f^*\}$ by branches.

    Args:
        model: F, of a family that lists its branches (two-layer and deep networks, linear, diagonal
            and factorization models), or a polynomial model with at most six parameters.
        target: a point of any model with as many inputs and outputs; or an expression (or Matrix)
            in the inputs.
        charts: charts of the model on which F = f*, for any other model; each is verified, and
            the description is marked incomplete.
        seed: names the random choices.

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
    function = as_target(model, target)
    structure: object = model.structure
    if charts:
        found = given_branches(model, function, charts)
        return TargetSet(model, function, found.branches, found.complete, found.basis)
    source = guest(structure)
    seen: tuple[Chart, ...] = ()
    known = _known(model, function)
    if known is not None and source:
        known, seen = challenged(model, function, known, source, seed=seed)
    if known is not None:
        found = known
    elif is_decomposable(model, function):
        found = polynomial_branches(model, function)
    else:
        found = general_branches(model, function, seed=seed)
    return TargetSet(model, function, found.branches, found.complete, found.basis, source, seen)


def _known(model: Model, target: TargetFunction) -> BranchList | None:
    """What a family says of the target, that of the model or one that it is up to names."""
    structure: object = model.structure
    if isinstance(structure, HasBranches):
        found: BranchList | None = structure.branches(model, target)
        if found is not None:
            return found
    same = isomorphism_of(model)
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
    known = {str(x): x for x in model.inputs}
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
    replace = {**point.values, **dict(zip(source.inputs, model.inputs, strict=True))}
    return TargetFunction(tuple(output.xreplace(replace) for output in source.outputs), point)
