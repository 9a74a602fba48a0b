r"""Frameworks: $p \mapsto (|p_i - p_j|^2)_{ij \in E}$, the squared edge lengths of a graph drawn in
$\mathbb{R}^D$.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np
import sympy

from rankstrat.algebra.program import Program
from rankstrat.errors import FamilyError
from rankstrat.families._shared.arguments import count
from rankstrat.families._shared.assembly import summed
from rankstrat.families._shared.formulas import inside
from rankstrat.families._shared.record import FamilyRecord
from rankstrat.frozen import converted
from rankstrat.model.model import Model
from rankstrat.model.values import Shape
from rankstrat.text.parsing import shown

FAMILY = "framework"


def _no_edge(edge: Any, last: str) -> FamilyError:
    return FamilyError(
        f"{FAMILY}: the edge {shown(repr(edge))} does not join two of the vertices 1, ..., {last};"
        " write for example (1, 2)"
    )


def _pairs(name: str, given: Any) -> tuple[tuple[int, int], ...]:
    """Distinct pairs of different positive numbers, in ascending order."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise FamilyError(
            f"{FAMILY}: {name} = {shown(repr(given))}; pairs of vertices are needed; write"
            f" {name}=[(1, 2), (2, 3)]"
        )
    edges = []
    for edge in given:
        pair = edge if _is_pair(edge) else ()
        ends = [v for v in pair if isinstance(v, int | np.integer) and v >= 1]
        if len(set(ends)) != 2:
            raise _no_edge(edge, "n")
        edges.append((int(min(ends)), int(max(ends))))
    if not edges or len(set(edges)) < len(edges):
        problem = "an edge is listed twice" if edges else "no edges"
        raise FamilyError(
            f"{FAMILY}: {problem}; distinct pairs of vertices are needed; write"
            f" {name}=[(1, 2), (2, 3)]"
        )
    return tuple(sorted(edges))


@dataclass(frozen=True)
class Framework(FamilyRecord):
    r"""The structure of $p \mapsto (|p_i - p_j|^2)_{ij \in E}$.

    Attributes:
        vertices: how many; they are called 1, ..., n.
        edges: pairs (i, j) with i < j, in ascending order.
        dimension: D.
    """

    FAMILY: ClassVar[str] = FAMILY

    vertices: int = converted(partial(count, FAMILY, least=2))
    edges: tuple[tuple[int, int], ...] = converted(_pairs)
    dimension: int = converted(partial(count, FAMILY))

    def __post_init__(self) -> None:
        super().__post_init__()
        for edge in self.edges:
            if edge[1] > self.vertices:
                raise _no_edge(edge, str(self.vertices))

    @cached_property
    def blocks(self) -> Mapping[str, Shape]:
        """p (n, D)."""
        return {"p": (self.vertices, self.dimension)}

    @property
    def input_names(self) -> tuple[str, ...]:
        """None: the map is finite-dimensional."""
        return ()

    @property
    def formula(self) -> str:
        r"""The squared lengths."""
        graph = rf",\ |E| = {len(self.edges)}"
        place = rf"{inside('p_i', self.dimension)},\ i \leq {self.vertices}"
        return rf"F(p) = (|p_i - p_j|^2)_{{i j \in E}}{graph}{place}"

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        """The squared length of each edge."""
        p = blocks["p"]
        return tuple(
            sympy.Add(*((s - t) ** 2 for s, t in zip(p[i - 1], p[j - 1], strict=True)))
            for i, j in self.edges
        )

    def nodes(
        self, program: Program, blocks: Mapping[str, Any], inputs: Sequence[int]
    ) -> list[int]:
        """The squared lengths as nodes of a program."""
        p = blocks["p"].tolist()
        lengths = []
        for i, j in self.edges:
            gaps = [
                program.linear(0, ((1, s), (-1, t)))
                for s, t in zip(p[i - 1], p[j - 1], strict=True)
            ]
            lengths.append(summed(program, [program.power(gap, 2) for gap in gaps]))
        return lengths


def _is_pair(edge: Any) -> bool:
    return isinstance(edge, Sequence | np.ndarray) and not isinstance(edge, str) and len(edge) == 2


def framework(
    vertices: int, edges: Iterable[Sequence[int]] | None = None, dimension: int = 2
) -> Model:
    r"""$p \mapsto (|p_i - p_j|^2)_{ij \in E}$ with parameters p (n, D); its Jacobian is twice the
    rigidity matrix.

    A framework is infinitesimally rigid where the rank is $nD - \binom{D+1}{2}$ (n at least D).

    Args:
        vertices: the number n of vertices, called 1, ..., n.
        edges: pairs of vertices; None for the complete graph.
        dimension: D.

    Raises:
        FamilyError: an edge that does not join two of the vertices, or one listed twice.

    Example:
        >>> framework(vertices=2, dimension=1).outputs
        ((p1_1 - p2_1)**2,)
    """
    if edges is None:
        edges = itertools.combinations(
            range(1, count(FAMILY, "vertices", vertices, least=2) + 1), 2
        )
    return Model.of(Framework(vertices, edges, dimension))  # type: ignore[arg-type]
