r"""The rank stratification of parameter space $\{r(\theta) = k\}_k$."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

import networkx as nx
import sympy

from rankstrat.deadline import ended, left, within
from rankstrat.errors import (
    BudgetError,
    ModelError,
    OutOfTimeError,
    PointError,
    UndecidedError,
    demand,
)
from rankstrat.model.isomorphism import isomorphism_in_time
from rankstrat.model.model import Chart, Model
from rankstrat.model.source import guest
from rankstrat.model.structure import HasStrata
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.defined import require_inputs
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import weakest
from rankstrat.strata.alike import written_alike
from rankstrat.strata.arrangement import ArrangementStrata
from rankstrat.strata.claimed import ClaimedStrata
from rankstrat.strata.defaults import general_strata
from rankstrat.strata.diagrams import dot, hasse, mermaid
from rankstrat.strata.findings import Finding
from rankstrat.strata.levels import (
    HasCertificates,
    HasLevelSizes,
    Level,
    levels_by_size,
    levels_of,
    words,
)
from rankstrat.strata.renamed import RenamedStrata
from rankstrat.strata.stratum import Knowledge, Stratification, Stratum, in_units_of
from rankstrat.text.diagram import Diagram, graphml, page, tikz
from rankstrat.text.tables import Phrase, Table
from rankstrat.waiting import waiting

Progress = Callable[[int, int], None]
MAX_STRATA = 50_000  # up to symmetry
HASTE = 0.4  # of the time that was left


@dataclass(frozen=True)
class RankHierarchy:
    r"""The rank stratification of a model.

    Attributes:
        source: the stratification, with its strata up to symmetry.
        strata: the strata, by rank, then downwards in dimension.
        sized: the levels, where the strata are too many to be listed.
        ended: where the budget of time ended, if it did; strata are missing then.

    Example:
        >>> from rankstrat.families import two_layer
        >>> H = stratify(two_layer(width=1, inputs=1))
        >>> [(level.rank, level.dimension, level.count) for level in H.levels]
        [(0, 0, 1), (1, 1, 2), (2, 2, 1)]
        >>> H.complete
        True
    """

    source: Stratification = field(repr=False)
    strata: tuple[Stratum, ...] = field(repr=False)
    sized: tuple[Level, ...] = field(default=(), repr=False)
    ended: str = field(default="", repr=False)

    def __repr__(self) -> str:
        ranks = f"{self.levels[0].rank} to {self.levels[-1].rank}" if self.levels else "none"
        many = "levels only" if self.sized else f"{len(self.strata)} strata up to symmetry"
        return f"<RankHierarchy of {self.model}: ranks {ranks}, {many}>"

    @property
    def model(self) -> Model:
        """The model."""
        return self.source.model

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The levels, ascending in rank."""
        if self.sized:
            return self.sized
        found: dict[int, list[Stratum]] = {}
        for stratum in self.strata:
            found.setdefault(stratum.rank, []).append(stratum)
        return levels_of(self.source, found, self.ended)

    def level(self, rank: int) -> Level | None:
        """The level of a rank; None if no stratum has it."""
        return next((level for level in self.levels if level.rank == rank), None)

    @cached_property
    def coverage(self) -> Knowledge:
        """How it is known that every point has the rank of its stratum; PROVED only if that holds
        everywhere, on every stratum.
        """
        if self.ended:
            return Knowledge(Verdict.OPEN, self.ended)
        known = self.source.coverage
        if known.verdict is not Verdict.PROVED:
            return known
        left = [s for s in self.strata if s.verdict is not Verdict.PROVED]
        if not left:
            return known
        return Knowledge(
            weakest(s.verdict for s in left),
            f"{known.reason}; but {len(left)} of {len(self.strata)} strata have no proved rank at"
            f" every point: {left[0].constancy.reason}",
        )

    @property
    def complete(self) -> bool:
        """Whether the ranks are proved at every point of parameter space."""
        return self.coverage.verdict is Verdict.PROVED

    @property
    def uncovered(self) -> tuple[Finding, ...]:
        """Points found whose rank is not that of the stratum they lie in."""
        return tuple(getattr(self.source, "findings", ()))

    def stratum_of(self, point: Chart) -> Stratum:
        """The stratum in which an exact point lies, in the units of the point; see the function
        `stratum_of`.
        """
        return _located(self.source, point)

    @cached_property
    def graph(self) -> nx.DiGraph:
        """The closure order: an edge from a stratum to each of the largest strata in its closure
        (`condition`), the Zariski closure for pieces of polynomials.
        """
        if self.sized:
            raise BudgetError(
                f"the strata of {self.model} are more than {MAX_STRATA} up to symmetry and are not"
                " listed, only their levels; a list is needed for their graph; choose a smaller"
                " model"
            )
        known = {s.label: s for s in self.strata}
        graph = nx.DiGraph()
        for stratum in self.strata:
            graph.add_node(
                stratum, rank=stratum.rank, dimension=stratum.dimension, orbit=stratum.orbit
            )
        for stratum in self.strata:
            for label, condition in self.source.children(stratum.label):
                if label in known and known[label] is not stratum:
                    graph.add_edge(stratum, known[label], condition=condition)
        if len(graph) <= 2000:
            for edge in set(graph.edges) - set(nx.transitive_reduction(graph).edges):
                graph.remove_edge(*edge)
        return graph

    @cached_property
    def skeleton(self) -> nx.DiGraph:
        """The closure order of the maximal strata of the levels: strata of one rank are merged into
        the largest.
        """
        maximal = {s for level in self.levels for s in level.maximal}
        closure = nx.transitive_closure_dag(self.graph).subgraph(maximal)
        skeleton = nx.transitive_reduction(closure)
        skeleton.add_nodes_from((s, self.graph.nodes[s]) for s in maximal)
        for upper, lower in skeleton.edges:
            skeleton.edges[upper, lower]["condition"] = lower.words
        return skeleton

    def table(self, *, by: str = "level") -> Table:
        """Rank, dimension, codimension, number of strata, conditions and verdict, by level or for
        each stratum.

        Args:
            by: "level" (one row for each rank, the maximal strata named) or "stratum".
        """
        title = Phrase("Rank strata of ", self.model.spoken)
        columns: tuple[str, ...]
        columns = ("rank", "dimension", "codimension", "strata", "conditions", "verdict")
        rows: list[tuple[object, ...]]
        if by == "stratum":
            rows = [
                (s.rank, s.dimension, s.codimension, s.orbit, s.words, str(s.verdict))
                for s in self.strata
            ]
        else:
            columns = (*columns[:2], "dimension is", *columns[2:])
            rows = [
                (
                    v.rank,
                    v.dimension.cell,
                    str(v.dimension.verdict),
                    v.codimension.cell,
                    v.count.cell,
                    words(v),
                    str(v.verdict),
                )
                for v in self.levels
            ]
        caption = f"Coverage: {self.coverage}."
        if any(s.verdict is Verdict.OPEN for s in self.strata):
            caption += (
                " OPEN in a row: the rank holds at generic points of its strata, not proved at"
                " every point"
            )
            bounds = any(not _is_decided(s) for s in self.strata)
            caption += "; where that is not decided, it is a lower bound." if bounds else "."
        if self.model.remark:
            caption += f" {self.model.remark}."
        return Table(columns, tuple(rows), title=title, caption=caption)

    def __str__(self) -> str:
        return self.table().text()

    def _repr_html_(self) -> str:
        return self.table().html()

    def _repr_latex_(self) -> str:
        return self.table().latex()

    def to_json(self) -> str:
        """Strata and the edges of the Hasse diagram (by position) as JSON."""
        position = {s: i for i, s in enumerate(self.strata)}
        return json.dumps(
            {
                "model": str(self.model),
                "parameters": self.model.size,
                "coverage": {"verdict": str(self.coverage.verdict), "reason": self.coverage.reason},
                "strata": [
                    {
                        "rank": s.rank,
                        "dimension": s.dimension,
                        "codimension": s.codimension,
                        "orbit": s.orbit,
                        "conditions": [c.text for c in s.conditions],
                        "verdict": str(s.verdict),
                        "reason": s.constancy.reason,
                    }
                    for s in self.strata
                ],
                "levels": [
                    {
                        "rank": v.rank,
                        "dimension": v.dimension.cell,
                        "lower": v.dimension.lower,
                        "upper": v.dimension.upper,
                        "verdict": str(v.dimension.verdict),
                        "strata": v.count.cell,
                    }
                    for v in self.levels
                ],
                "edges": []
                if self.sized
                else sorted(
                    [position[u], position[v], str(c)]
                    for u, v, c in self.graph.edges(data="condition")
                ),
                "uncovered": [str(f) for f in self.uncovered],
            },
            indent=1,
        )

    def to_dot(self) -> str:
        """The Hasse diagram for Graphviz."""
        return dot(self.graph)

    @cached_property
    def diagram(self) -> Diagram:
        """Orbits as nodes in rows, for pictures."""
        return hasse(self.model, self.graph, str(self.coverage))

    def to_html(self) -> str:
        """The Hasse diagram as one file: zoom, tooltips with rank and verdict, search."""
        return page(self.diagram)

    def to_tikz(self) -> str:
        """The Hasse diagram for TikZ."""
        return tikz(self.diagram)

    def to_graphml(self) -> str:
        """The Hasse diagram as GraphML."""
        return graphml(self.graph)

    def to_mermaid(self) -> str:
        """The Hasse diagram for Mermaid."""
        return mermaid(self.graph)


def stratification_of(
    model: Model, *, conditions: Sequence[Any] = (), seed: int = 0
) -> Stratification:
    """The stratification a family knows, else the general one from an arrangement of conditions."""
    demand(model, Model, ModelError, "a Model", "of a point or chart, take its .model")
    demand(
        conditions, list | tuple, ModelError, "a list of conditions", "write [model.parameters[0]]"
    )
    require_inputs(model)
    structure: Any = model.structure
    if not conditions and isinstance(structure, HasStrata):
        known: Stratification | None = structure.strata(model)
        source = guest(structure)
        if known is not None:
            if source:
                return ClaimedStrata(known, source, seed)
            return known
    same = None if conditions else isomorphism_in_time(model)
    if same is not None and isinstance(same.structure, HasStrata):
        known = same.structure.strata(same.source)
        if known is not None:
            return RenamedStrata(known, same)
    return general_strata(model, conditions=conditions, seed=seed)


def stratify(
    model: Model,
    *,
    conditions: Sequence[Any] = (),
    seed: int = 0,
    progress: Progress | None = None,
    budget: float | None = None,
) -> RankHierarchy:
    r"""The rank stratification $\{\theta : r(\theta) = k\}$ as strata up to symmetry, each with
    what is known of it.

    A family that knows all its strata is asked; for any other model the flats of an arrangement are
    enumerated: parameter (or block) = 0, block_i = ±block_j for interchangeable blocks, and the
    conditions given. The rank of a flat is that of its generic point. `H.coverage` says whether the
    rank is proved at every point, and `H.uncovered` lists points found where it differs.

    Args:
        model: the model.
        conditions: further equations (expressions that vanish) in the parameters; they replace the
            family's strata.
        seed: names the random choices.
        progress: called with the number of strata done and the number known.
        budget: seconds after which the strata found so far come back, and the coverage is OPEN;
            verdicts that are asked for later take as many seconds together at most.

    Raises:
        BudgetError: a family has too many strata, and does not know their levels.

    References:
        LSH Section 3.

    Example:
        >>> from rankstrat.families import matrix_factorization
        >>> [(v.rank, v.dimension) for v in stratify(matrix_factorization(2, 2, 2)).levels]
        [(0, 0), (2, 3), (3, 6), (4, 8)]
    """
    with waiting("rank strata") as step, within(budget):
        return _stratified(model, conditions, seed, progress or step)


def _stratified(
    model: Model, conditions: Sequence[Any], seed: int, progress: Progress | None
) -> RankHierarchy:
    try:
        source = stratification_of(model, conditions=conditions, seed=seed)
        labels = list(islice(source.labels(), MAX_STRATA + 1))
    except OutOfTimeError as error:
        return RankHierarchy(ArrangementStrata(model, ()), (), ended=ended(error))
    if len(labels) > MAX_STRATA:
        sizes = source.level_sizes() if isinstance(source, HasLevelSizes) else None
        if sizes is not None:
            return RankHierarchy(source, (), levels_by_size(source, sizes))
        raise BudgetError(
            f"{model} has more than {MAX_STRATA} strata up to symmetry; choose a smaller model"
        )
    strata = []
    stopped = False
    try:
        for done, label in enumerate(labels, start=1):
            before = left()
            stratum = Stratum(source, label)
            rank, dimension = stratum.rank, stratum.dimension
            stopped = before <= 0 or _is_hasty(stratum, before)
            if stopped:
                break
            strata.append((rank, -dimension, repr(label), stratum))
            if progress is not None:
                progress(done, len(labels))
    except OutOfTimeError:
        stopped = True
    except BudgetError:
        if left() > 0:
            raise
        stopped = True
    ordered = tuple(s for *_, s in sorted(strata, key=lambda t: t[:3]))
    return RankHierarchy(source, ordered, ended=_told(len(strata), len(labels)) if stopped else "")


def _is_hasty(stratum: Stratum, before: float) -> bool:
    """Whether the rank of a stratum is not decided since most of the time that was left went by."""
    if left() > before * HASTE or before == math.inf:
        return False
    return not _is_decided(stratum)


def _is_decided(stratum: Stratum) -> bool:
    """Whether the rank at the generic point of a stratum is known, and not only bounds."""
    source = stratum.source
    if not isinstance(source, HasCertificates):
        return True
    return source.certificate(stratum.label).value is not None


def _told(done: int, known: int) -> str:
    if not done:
        return "the budget of time ended before any stratum had a rank"
    return f"the budget of time ended when {done} of {known} strata had a rank"


def stratum_of(
    point: Chart, *, conditions: Sequence[Any] = (), seed: int = 0, budget: float | None = None
) -> Stratum:
    r"""The stratum in which an exact point lies, with the conditions that hold there.

    They are stated for the units of the point: of the orbit of strata the one that holds the point
    is the representative, unless the list of strata comes from a guest that does not tell units
    apart.

    Args:
        point: the point.
        conditions: as for `stratify`.
        seed: names the random choices.
        budget: seconds for the search.

    Raises:
        PointError: a chart with coordinates.
        OutOfTimeError: the budget ended before the stratum was found.
        UndecidedError: irrational values at which the engine does not confirm a rank that is proved
            on the stratum.

    Example:
        >>> from rankstrat.families import two_layer
        >>> print(stratum_of(two_layer(2, 1).point(a=[1, 2], w=[[1], [-1]])).words)
        w1 = -w2
    """
    demand(point, Chart, PointError, "an exact point", "give model.point(...)")
    with waiting("stratum of a point"), within(budget):
        source = stratification_of(point.model, conditions=conditions, seed=seed)
        return _located(source, point)


def _located(source: Stratification, point: Chart) -> Stratum:
    """The stratum of a point; numbers that are equal in disguise, as tanh(log 2) and 3/5, must not
    mislead it.
    """
    demand(point, Chart, PointError, "an exact point", "give model.point(...)")
    odd = [
        v
        for v in (point.raw if point.is_point else ())
        if isinstance(v, sympy.Expr) and not v.is_Rational
    ]
    if not odd:
        return Stratum(in_units_of(source, point), source.label_of(point))
    plain = written_alike(odd)
    point = Chart(point.model, (), tuple(plain.get(v, v) for v in point.raw))
    found = Stratum(in_units_of(source, point), source.label_of(point))
    # equal numbers that are not seen to be equal make the rank smaller than the stratum says
    if found.verdict is Verdict.PROVED and model_rank(point).lower != found.rank:
        raise UndecidedError(
            f"the rank of the stratum {found.words} is not confirmed at {point}: some of its"
            " irrational values may be equal in disguise; write them alike, or use model_rank"
        )
    return found
