r"""Branches of a target set $F^{-1}(f^*)$.

Charts with equations, dimensions, ranks, and the least rank on each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy

from rankstrat.algebra.affine import CONSTANT, AffineSubspace
from rankstrat.errors import BudgetError, TargetError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import RankCertificate, Verdict, model_rank
from rankstrat.targets.distance import distance_to_image


@dataclass(frozen=True)
class Cell:
    r"""One point of a piece of a branch on which the rank is constant.

    Attributes:
        point: the point.
        predicted: the rank by a closed formula (a lemma with a citation), where the family has one.
    """

    point: Chart
    predicted: int | None = None


@dataclass(frozen=True)
class LeastRank:
    r"""$\min r_\theta$ over a set of parameters: a bound from each side, and how each is known.

    Attributes:
        lower, upper: the bounds.
        minimiser: a point whose rank is `upper`.
        attained: how the rank of the minimiser is known.
        minimal: PROVED if no point of the set has a lower rank, else OPEN.
        reason: why nothing lower occurs.
        certificate: the rank certificate of the minimiser.
    """

    lower: int
    upper: int
    minimiser: Chart
    attained: Verdict
    minimal: Verdict
    reason: str
    certificate: RankCertificate = field(repr=False, compare=False)

    @property
    def value(self) -> int | None:
        """The minimum, or None when only bounds are known."""
        return self.lower if self.lower == self.upper else None

    def __int__(self) -> int:
        if self.value is None:
            raise BudgetError(
                f"the minimum is only known to lie in [{self.lower}, {self.upper}]; use .lower and"
                " .upper"
            )
        return self.value

    __index__ = __int__

    def __str__(self) -> str:
        bounds = f"= {self.upper}" if self.value is not None else f"in [{self.lower}, {self.upper}]"
        return (
            f"least rank {bounds}  [attained: {self.attained}; minimal: {self.minimal}]\n "
            f" {self.reason}"
        )


@dataclass(frozen=True)
class Branch:
    r"""A piece $Q \subset F^{-1}(f^*)$ of constant type: the image of a chart.

    Attributes:
        label: its name in graphs and tables.
        chart: the parametrised piece; where a branch is an orbit of a symmetry group, a point of
            the orbit.
        equations: expressions in the parameters of the model whose common zeros are the closure of
            the branch, up to inequalities among its conditions.
        dimension: of the branch.
        conditions: what a point of the branch itself, not only of its closure, satisfies besides.
        index: the representation index (r, l): the number of distinct neurons, and of those with
            output weight zero that share their input weight with no other; None for families
            without neurons.
        affine: the closure as an affine subspace, where it is one.
        cells: a point for every piece of constant rank; exhaustive if `basis` says why.
        basis: the statement that makes `cells` exhaustive; empty if they are only candidates.
        forced: a chart, often of a smaller model, whose rank no point of the target set falls
            below.
        member: decides whether a point lies in the closure, where equations would be too many.
        partial: whether it may be only a part of the target set near its points (a chart that
            somebody gave).
        twin: an earlier branch that a symmetry of the model maps to this one; ranks are computed
            there.
        hull: an affine subspace that contains the closure of a curved branch; two that do not meet
            settle an edge.
        floor: a chart of a smaller model whose rank bounds the rank at every point of the closure
            of this branch.
        specimen: a point with the generic rank, where the engine takes no charts (piecewise
            activations).
        source: who claims this, where it is not proved by this package.
    """

    label: str
    chart: Chart
    equations: tuple[sympy.Expr, ...]
    dimension: int
    conditions: tuple[str, ...] = ()
    index: tuple[int, int] | None = None
    affine: AffineSubspace | None = field(default=None, repr=False)
    cells: Callable[[], Iterable[Cell]] | None = field(default=None, repr=False, compare=False)
    basis: str = field(default="", repr=False)
    forced: Chart | None = field(default=None, repr=False, compare=False)
    hull: AffineSubspace | None = field(default=None, repr=False, compare=False)
    floor: Chart | None = field(default=None, repr=False, compare=False)
    specimen: Callable[[], Chart] | None = field(default=None, repr=False, compare=False)
    twin: Branch | None = field(default=None, repr=False, compare=False)
    member: Callable[[Chart], bool] | None = field(default=None, repr=False, compare=False)
    partial: bool = field(default=False, repr=False, compare=False)
    source: str = field(default="", repr=False, compare=False)

    @property
    def model(self) -> Model:
        """The model."""
        return self.chart.model

    @property
    def codimension(self) -> int:
        r"""$M - \dim Q$."""
        return self.model.size - self.dimension

    @property
    def typical(self) -> Chart:
        """The chart, or the specimen in its place."""
        return self.chart if self.specimen is None else self.specimen()

    @cached_property
    def certificate(self) -> RankCertificate:
        """The certificate of the generic rank (on the twin, if there is one)."""
        return self.twin.certificate if self.twin is not None else model_rank(self.typical)

    @cached_property
    def forced_rank(self) -> int:
        """The rank of the forced functions.

        A proved lower bound at every point of the target set.
        """
        return model_rank(self.forced).lower if self.forced is not None else 0

    @property
    def rank(self) -> int:
        """The rank at the generic point."""
        return int(self.certificate)

    @cached_property
    def minimum(self) -> LeastRank:
        """The least rank over the closure, with a minimiser (on the twin, if there is one)."""
        if self.twin is not None:
            return self.twin.minimum
        found = least_rank(self)
        if not self.source:
            return found
        return replace(found, reason=f"{found.reason} (as {self.source} claims)")

    @property
    def minimum_rank(self) -> int:
        """The least rank over the closure; see `minimum` when it is not decided."""
        return int(self.minimum)

    @property
    def is_morse_bott(self) -> bool:
        """Whether the generic rank equals the codimension."""
        return self.rank == self.codimension

    def contains(self, point: Chart) -> bool:
        """Whether a point lies in the closure of the branch.

        Raises:
            TargetError: an irrational point, where inequalities decide.
        """
        demand(point, Chart, TargetError, "a point of the model", "try model.point(...)")
        if self.member is not None:
            return self.member(point)
        if self.affine is not None and all(isinstance(v, int | Fraction) for v in point.raw):
            return self.affine.contains_point([Fraction(v) for v in point.raw])
        values = dict(zip(self.model.parameters, point.values.values(), strict=True))
        return all(is_zero(equation.xreplace(values)) for equation in self.equations)

    def sample(self, *, seed: int = 0, size: int = 9) -> Chart:
        """An exact point on the branch with small integer (or rational) coordinates."""
        rng = np.random.default_rng(seed)
        for _ in range(100):
            drawn = rng.choice(
                [v for v in range(-size, size + 1) if v], len(self.chart.coordinates)
            )
            values = {u: int(v) for u, v in zip(self.chart.coordinates, drawn, strict=True)}
            try:
                return self.chart.at(values) if values else self.chart
            except ZeroDivisionError:
                continue
        raise TargetError(
            f"no point of {self.label} with small integer coordinates was found; use"
            " branch.chart.at"
        )

    def distance(self, theta: Sequence[float]) -> float:
        """The Euclidean distance from a float parameter vector to the closure of a branch.

        For an affine branch by linear algebra; for a curved one the least distance that a numerical
        search finds, which is an upper bound.

        Raises:
            TargetError: the chart does not parametrise the branch (an orbit), or the vector has the
                wrong length.
        """
        try:
            values = np.asarray(theta, dtype=float).ravel()
        except (TypeError, ValueError):
            raise TargetError(
                f"{theta!r} was given; {self.model.size} floats are needed; list them in order"
            ) from None
        if values.size != self.model.size:
            raise TargetError(
                f"{values.size} numbers were given for {self.model.size} parameters; give one for"
                " each"
            )
        if self.affine is None:
            if len(self.chart.coordinates) != self.dimension:
                raise TargetError(
                    f"the chart of {self.label} is one of many of its orbit; a branch with a chart"
                    " of its dimension is needed; compare the function with the target instead"
                )
            return distance_to_image(self.chart, values)
        rows = list(self.affine.rows.values())
        if not rows:
            return 0.0
        matrix = np.zeros((len(rows), self.model.size))
        right = np.zeros(len(rows))
        for j, row in enumerate(rows):
            for i, c in row.items():
                if i == CONSTANT:
                    right[j] = -float(c)
                else:
                    matrix[j, i] = float(c)
        return float(
            np.linalg.norm(np.linalg.lstsq(matrix, right - matrix @ values, rcond=None)[0])
        )

    def __str__(self) -> str:
        index = f", (r, l) = {self.index}" if self.index else ""
        rank = (
            f"{self.certificate.lower}"
            if self.certificate.value is not None
            else f">= {self.certificate.lower}"
        )
        return (
            f"{self.label}: dimension {self.dimension}, codimension {self.codimension}, generic"
            f" rank {rank}{index}"
        )


@dataclass(frozen=True)
class BranchList:
    """What a family knows of a target set.

    Attributes:
        branches: their closures cover the target set if `complete`.
        complete: whether that is proved.
        basis: the statement that proves it, or what is missing.
    """

    branches: tuple[Branch, ...]
    complete: bool
    basis: str


@dataclass(frozen=True)
class TargetFunction:
    """A target: its expressions in the inputs of the model, and the point it came from, if any."""

    expressions: tuple[sympy.Expr, ...]
    point: Chart | None = None


def is_zero(value: Any) -> bool:
    """Whether a number is zero, decided by the engine: the rank of t -> value * t is 0 or 1."""
    value = sympy.sympify(value, strict=True)
    return bool(value == 0) if value.is_Rational else _vanishes(value)


@lru_cache(maxsize=10_000)
def _vanishes(value: sympy.Expr) -> bool:
    return same_functions((value,), (sympy.Integer(0),), (), ())


def same_functions(
    left: Sequence[sympy.Expr],
    right: Sequence[sympy.Expr],
    inputs: Sequence[sympy.Symbol],
    coordinates: Sequence[sympy.Symbol],
) -> bool:
    r"""Whether $g_k = h_k$ as functions of the inputs, for all values of the coordinates.

    The model $t \mapsto t\,(g - h)$ has rank 0 at t = 0 exactly then, so the rank engine decides
    it.

    Raises:
        BudgetError: it is not decided.
    """
    differences = [g - h for g, h in zip(left, right, strict=True)]
    if all(difference == 0 for difference in differences):
        return True
    t = sympy.Dummy("t")
    scale = sympy.Symbol(str(t) + "_scale")
    model = Model([scale * d for d in differences], [scale, *coordinates], inputs)
    certificate = model_rank(model.chart({scale: 0}))
    if certificate.lower > 0:
        return False
    if certificate.upper == 0 and certificate.verdict is not Verdict.PROBABLE:
        return True
    raise BudgetError(
        f"whether {differences} vanishes is not decided ({certificate}); use simpler exact values"
    )


def least_rank(branch: Branch) -> LeastRank:
    """The least rank over the closure of a branch, from its cells and from the tangent functions that are forced."""
    bottom = max(
        (model_rank(b).lower for b in (branch.forced, branch.floor) if b is not None), default=0
    )
    cells = []
    for cell in branch.cells() if branch.cells is not None else ():
        if cell.predicted is not None and cell.predicted <= bottom:
            cells = [cell]
            break
        cells.append(cell)
    cells.sort(key=lambda cell: cell.predicted if cell.predicted is not None else -1)
    best: tuple[RankCertificate, Chart] | None = None
    settled = False
    for cell in cells:
        if best is not None and settled and cell.predicted is not None:
            break  # ordered by a proved formula, so the rest is not lower
        certificate = model_rank(cell.point)
        if (
            cell.predicted is not None
            and certificate.value is not None
            and certificate.value != cell.predicted
        ):
            raise TargetError(
                f"the rank formula gives {cell.predicted} at a point where the rank is"
                f" {certificate.value}; report this"
            )
        if best is None or certificate.upper < best[0].upper:
            best = (certificate, cell.point)
        settled = cell.predicted is not None
        if best[0].upper <= bottom:
            break
    if best is None:
        best = (branch.certificate, branch.chart)
    certificate, point = best
    if certificate.upper < bottom:
        raise TargetError(
            f"the target forces a rank of {bottom}, but a point has {certificate.upper}; report"
            " this"
        )
    if certificate.upper == bottom:
        forced = f"the target forces {bottom} independent tangent functions at every point"
        reason = forced if bottom else "every rank is at least 0"
        return LeastRank(
            bottom, bottom, point, certificate.verdict, Verdict.PROVED, reason, certificate
        )
    if branch.basis and cells and certificate.value is not None:
        return LeastRank(
            int(certificate),
            int(certificate),
            point,
            certificate.verdict,
            Verdict.PROVED,
            branch.basis,
            certificate,
        )
    reason = "candidates were searched; nothing excludes a lower rank between the bounds"
    return LeastRank(
        min(bottom, certificate.lower),
        certificate.upper,
        point,
        certificate.verdict,
        Verdict.OPEN,
        reason,
        certificate,
    )
