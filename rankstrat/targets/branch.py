r"""Branches of a target set $F^{-1}(f^*)$: charts with equations, dimensions and ranks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import sympy

from rankstrat.algebra.affine import CONSTANT, AffineSubspace
from rankstrat.deadline import ended
from rankstrat.errors import OutOfTimeError, PointError, TargetError, UndecidedError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.setting import sites_of
from rankstrat.rank.vanishing import may_have_poles, require_nonzero
from rankstrat.targets.closure import Closure
from rankstrat.targets.distance import distance_to_image
from rankstrat.targets.least_rank import LeastRank, RankBounds, least_rank
from rankstrat.targets.orbit_pairs import OrbitPairs
from rankstrat.text.cells import Math
from rankstrat.text.spoken import SHOWN, Spoken


@dataclass(frozen=True)
class Branch(Spoken):
    r"""A piece $Q \subset F^{-1}(f^*)$ of constant type: the image of a chart.

    Attributes:
        label: its name in graphs and tables.
        chart: the parametrised piece; where a branch is an orbit of a symmetry group, a point of
            the orbit.
        closure: its closure, by equations.
        dimension: of the branch.
        conditions: what a point of the branch itself, not only of its closure, satisfies besides.
        index: the representation index (r, l): the number of distinct neurons, and of those with
            output weight zero that share their input weight with no other; None for families
            without neurons.
        bounds: what bounds the rank on the closure.
        generic_point: a point with the generic rank, where the engine takes no charts (piecewise
            activations).
        copies: how many branches it stands for, itself included, where a list holds one of each
            orbit only.
        representative: an earlier branch that a symmetry of the model maps to this one; ranks are
            computed there. None where this branch represents its orbit.
        is_component: False where it may be only a part of the target set near its points (a chart
            that somebody gave).
        irreducible: False where it may consist of parts with different generic ranks.
        source: who claims this, where it is not proved by this package.
    """

    label: str
    chart: Chart
    closure: Closure
    dimension: int
    conditions: tuple[str, ...] = ()
    index: tuple[int, int] | None = None
    bounds: RankBounds = field(default=RankBounds(), repr=False, compare=False)
    generic_point: Callable[[], Chart] | None = field(default=None, repr=False, compare=False)
    representative: Branch | None = field(default=None, repr=False, compare=False)
    copies: int = 1
    is_component: bool = field(default=True, repr=False, compare=False)
    irreducible: bool = field(default=True, repr=False, compare=False)
    source: str = field(default="", repr=False, compare=False)

    @property
    def model(self) -> Model:
        """The model."""
        return self.chart.model

    @property
    def equations(self) -> tuple[sympy.Expr, ...]:
        """The equations of the closure."""
        return self.closure.equations

    @property
    def affine(self) -> AffineSubspace | None:
        """The closure as an affine subspace, where it is one."""
        return self.closure.affine

    @property
    def codimension(self) -> int:
        r"""$M - \dim Q$."""
        return self.model.size - self.dimension

    @property
    def typical(self) -> Chart:
        """The chart, or the generic point in its place."""
        if self.generic_point is None:
            return self.chart
        return self.generic_point()

    @property
    def certificate(self) -> RankCertificate:
        """The certificate of the generic rank (on the representative of the orbit)."""
        if self.representative is not None:
            return self.representative.certificate
        if not self._certificates:
            found = model_rank(self.typical)
            if found.ended:  # another budget may do better
                return found
            self._certificates.append(found)
        return self._certificates[0]

    @cached_property
    def _certificates(self) -> list[RankCertificate]:
        return []

    @cached_property
    def forced_rank(self) -> int:
        """A proved lower bound of the rank at every point of the target set."""
        everywhere = self.bounds.everywhere
        if everywhere is None:
            return 0
        return model_rank(everywhere).lower

    @property
    def rank(self) -> int:
        """The rank at the generic point."""
        return int(self.certificate)

    @cached_property
    def minimum(self) -> LeastRank:
        """The least rank over the closure, with a minimiser (on the representative of the
        orbit).
        """
        if self.representative is not None:
            return self.representative.minimum
        found = least_rank(self.bounds, self._some_point)
        if not self.source:
            return found
        return replace(found, reason=f"{found.reason} (as {self.source} claims)")

    @property
    def minimum_in_time(self) -> LeastRank:
        """The least rank, or what holds of any where the budget of time ends before."""
        try:
            return self.minimum
        except OutOfTimeError as error:
            return LeastRank.unknown(self.model.size, ended(error))

    @property
    def minimum_rank(self) -> int:
        """The least rank over the closure; see `minimum` when it is not decided."""
        return int(self.minimum)

    @property
    def is_morse_bott(self) -> bool:
        """Whether the generic rank is known to equal the codimension on the whole branch."""
        return self.irreducible and self.rank == self.codimension

    def contains(self, point: Chart) -> bool:
        """Whether a point lies in the closure of the branch.

        Raises:
            TargetError: an irrational point, where inequalities decide.
        """
        demand(point, Chart, TargetError, "a point of the model", "try model.point(...)")
        return self.closure.contains(point)

    def _some_point(self) -> tuple[RankCertificate, Chart]:
        """A point with its rank, or the chart where no point is found."""
        point = self.typical
        if not point.is_point:
            point = self._drawn(0, 9) or point
        if point.is_point:
            return model_rank(point), point
        return self.certificate, point

    def sample(self, *, seed: int = 0, size: int = 9) -> Chart:
        """An exact point on the branch with small integer (or rational) coordinates, at which the
        model is defined.

        Raises:
            TargetError: none was found.
        """
        point = self._drawn(seed, size)
        if point is None:
            raise TargetError(
                f"no point of {self.label} with small integer coordinates was found; use"
                " branch.chart.at"
            )
        return point

    def _drawn(self, seed: int, size: int) -> Chart | None:
        rng = np.random.default_rng(seed)
        for _ in range(100):
            drawn = rng.choice(
                [v for v in range(-size, size + 1) if v], len(self.chart.coordinates)
            )
            values = {u: int(v) for u, v in zip(self.chart.coordinates, drawn, strict=True)}
            try:
                point = self.chart.at(values) if values else self.chart
                if self._may_have_poles:
                    for site in sites_of(point):
                        require_nonzero(site.program, site.divisors, seed)
                return point
            # poles of the chart, or of the model there; what is not decided is left out
            except (ZeroDivisionError, PointError, UndecidedError):
                continue
        return None

    @cached_property
    def _may_have_poles(self) -> bool:
        compiled = self.model.compiled
        return may_have_poles(compiled.program, compiled.outputs)

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

    def _facts(self) -> Iterable[tuple[str, object]]:
        equations = [Math(f"{e} = 0", f"{sympy.latex(e)} = 0") for e in self.equations[:SHOWN]]
        return (
            ("branch", self.label), ("dimension", self.dimension),
            ("codimension", self.codimension), ("generic rank", self.certificate.lower),
            ("verdict of the rank", self.certificate.verdict), ("copies", self.copies),
            *(("equation", e) for e in equations), *(("condition", c) for c in self.conditions),
        )  # fmt: skip

    def __str__(self) -> str:
        index = f", (r, l) = {self.index}" if self.index else ""
        if self.certificate.value is not None:
            rank = f"{self.certificate.lower}"
        else:
            rank = f">= {self.certificate.lower}"
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
        most: an upper bound of the number of branches, where not all are listed.
        pairs: the pairs that meet, where orbits of branches are listed.
    """

    branches: tuple[Branch, ...]
    complete: bool
    basis: str
    most: int | None = None
    pairs: OrbitPairs | None = None


@dataclass(frozen=True)
class TargetFunction:
    """A target: its expressions in the inputs of the model, and the point it came from, if any."""

    expressions: tuple[sympy.Expr, ...]
    point: Chart | None = None
