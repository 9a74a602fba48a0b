r"""The rank hierarchy of function space: functions by optimistic sample size, and where it is
attained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy

from rankstrat.deadline import ended, within
from rankstrat.errors import ModelError, OutOfTimeError, demand
from rankstrat.model.isomorphism import isomorphism_in_time
from rankstrat.model.model import Model
from rankstrat.model.source import guest
from rankstrat.model.structure import HasFunctionLevels
from rankstrat.rank.certificate import Verdict
from rankstrat.strata.hierarchy import Progress, RankHierarchy, stratify
from rankstrat.strata.levels import Level, words
from rankstrat.strata.stratum import Knowledge
from rankstrat.text.spoken import Spoken
from rankstrat.text.tables import Math, Phrase, Table
from rankstrat.waiting import waiting


@dataclass(frozen=True)
class FunctionLevel(Spoken):
    """One row of the rank hierarchy of function space.

    Attributes:
        rank: the optimistic sample size of the functions.
        functions: the functions of this rank.
        minimisers: the parameters that represent them with this rank.
        known: how that is known.
    """

    rank: int
    functions: Math
    minimisers: Math
    known: Knowledge


@dataclass(frozen=True)
class FunctionHierarchy:
    """The rank hierarchy of function space: the least rank over all parameters of a function,
    function by function.

    Attributes:
        model: the model.
        levels: the rows, ascending in rank.
        coverage: how it is known that every function stands in a row, and with its least rank.
    """

    model: Model
    levels: tuple[FunctionLevel, ...] = field(repr=False)
    coverage: Knowledge

    @property
    def complete(self) -> bool:
        """Whether the rows are proved to hold every function, with its least rank."""
        return self.coverage.verdict is Verdict.PROVED

    def table(self) -> Table:
        """Rank, functions, minimisers, verdict."""
        rows = [(v.rank, v.functions, v.minimisers, str(v.known.verdict)) for v in self.levels]
        reasons = "; ".join(dict.fromkeys(v.known.reason for v in self.levels))
        columns = ("rank", "functions", "minimisers", "verdict")
        caption = f"Coverage: {self.coverage}."
        if reasons:
            caption += f" Rows: {reasons}."
        if self.model.remark:
            caption += f" {self.model.remark}."
        return Table(columns, tuple(rows), Phrase("Rank hierarchy of ", self.model.spoken), caption)

    def __str__(self) -> str:
        return self.table().text()

    def _repr_html_(self) -> str:
        return self.table().html()

    def _repr_latex_(self) -> str:
        return self.table().latex()


def function_hierarchy(
    model: Model,
    *,
    conditions: Sequence[Any] = (),
    seed: int = 0,
    progress: Progress | None = None,
    budget: float | None = None,
) -> FunctionHierarchy:
    r"""The table rank | functions | minimisers: $\{f : \min_{F(\theta) = f} r(\theta) = k\}$ for
    every k.

    A family that knows its hierarchy is asked. For any other model, row k describes the functions
    of the largest strata of rank k; a function that also stands in a row above has the smaller
    rank.

    Args:
        model: the model.
        conditions: as for `stratify`.
        seed: names the random choices.
        progress: as for `stratify`.
        budget: seconds after which the rows found so far come back, and the coverage is OPEN.

    Raises:
        OutOfTimeError: the budget ended before there was a list of strata to begin with.

    Example:
        >>> from rankstrat.families import matrix_factorization
        >>> [v.rank for v in function_hierarchy(matrix_factorization(4, 4, 4)).levels]
        [0, 7, 12, 15, 16]
    """
    demand(model, Model, ModelError, "a Model", "of a point or chart, take its .model")
    with waiting("function hierarchy") as step, within(budget):
        levels = None if conditions else _known_levels(model)
        if levels is not None:
            weakest = min((v.known for v in levels), key=lambda k: k.verdict is Verdict.PROVED)
            return FunctionHierarchy(model, tuple(levels), weakest)
        hierarchy = stratify(model, conditions=conditions, seed=seed, progress=progress or step)
        return _by_levels(hierarchy)


def _by_levels(hierarchy: RankHierarchy) -> FunctionHierarchy:
    """A row for each level, as far as the time allows."""
    above: set[str] = set()
    rows: list[FunctionLevel] = []
    coverage = hierarchy.coverage
    try:
        for level in hierarchy.levels:
            row = _described(level, hierarchy, above)
            if row is not None:
                rows.append(row)
    except OutOfTimeError as error:
        coverage = Knowledge(Verdict.OPEN, ended(error))
    return FunctionHierarchy(hierarchy.model, tuple(rows), coverage)


def _known_levels(model: Model) -> Sequence[FunctionLevel] | None:
    """What a family says, that of the model or one that it is up to names."""
    structure: Any = model.structure
    if isinstance(structure, HasFunctionLevels):
        levels = structure.function_levels(model)
        source = guest(structure)
        if levels is not None:
            return [_noted(v, f" (as {source} claims)") for v in levels] if source else levels
    same = isomorphism_in_time(model)
    if same is None or not isinstance(same.structure, HasFunctionLevels):
        return None
    levels = same.structure.function_levels(same.source)
    return None if levels is None else [_noted(v, f"; {same}") for v in levels]


def _noted(level: FunctionLevel, note: str) -> FunctionLevel:
    return replace(level, known=Knowledge(level.known.verdict, f"{level.known.reason}{note}"))


def _renamed(outputs: Sequence[sympy.Expr], model: Model) -> str:
    """The outputs with coordinates named in the order in which they occur: equal texts are equal
    sets of functions.
    """
    found: dict[sympy.Symbol, sympy.Symbol] = {}
    for output in outputs:
        for node in sympy.preorder_traversal(output):
            if node.is_Symbol and node not in model.inputs:
                found.setdefault(node, sympy.Symbol(f"_{len(found)}"))
    return ", ".join(str(o.xreplace(found)) for o in outputs)


def _described(level: Level, hierarchy: RankHierarchy, above: set[str]) -> FunctionLevel | None:
    """A row without the functions of rows above; None if there are no others."""
    functions: dict[str, Math] = {}
    for stratum in level.maximal[:3]:
        if stratum.chart is not None:
            outputs = [
                sympy.factor_terms(o.xreplace(stratum.chart.values))
                for o in hierarchy.model.outputs
            ]
            text = Math(", ".join(map(str, outputs)), ",\\ ".join(map(sympy.latex, outputs)))
            functions.setdefault(_renamed(outputs, hierarchy.model), text)
    functions = {key: text for key, text in functions.items() if key not in above}
    above.update(functions)
    every = (
        hierarchy.complete
        and len(level.maximal) <= 3
        and all(s.chart is not None for s in level.maximal)
    )
    if every and not functions:
        return None
    alike = " or alike" if any(s.orbit > 1 for s in level.maximal) or not every else ""
    texts = functions.values() or (Math("those of rows above", r"\text{those of rows above}"),)
    latex = r";\ ".join(f.latex for f in texts) + (rf"\ \text{{{alike}}}" if alike else "")
    known = Knowledge(
        Verdict.PROVED if every else Verdict.OPEN,
        "a row holds the functions of its maximal strata and their symmetric copies, unless they"
        " stand in a row above",
    )
    return FunctionLevel(
        level.rank, Math("; ".join(f.text for f in texts) + alike, latex), words(level), known
    )
