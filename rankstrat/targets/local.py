r"""The local dimension of a target set at a point, between proved bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy

from rankstrat.model.model import Chart
from rankstrat.rank.bounded import Bounded
from rankstrat.rank.fibres import fibre_bound
from rankstrat.rank.setting import has_tangents
from rankstrat.rank.zero import exact_rank
from rankstrat.symmetry import Symmetry, symmetries
from rankstrat.targets.branch import Branch

LARGEST = 60


def local_dimension(
    point: Chart, branches: Sequence[Branch], complete: bool, *, seed: int = 0
) -> Bounded:
    r"""$\dim_\theta F^{-1}(f^*)$, the dimension of the target set near one of its points.

    From above it is $M - r_\theta$, for $r_\theta$ of the equations have independent derivatives
    (M at a kink, where they have none), and in a complete list the dimension of the branches whose
    closures contain the point. From below it is the dimension of an affine branch through the
    point, or of the orbit of the point under the verified scalings and shears.

    Args:
        point: a point of the target set.
        branches: those whose closures contain it.
        complete: whether the branches of the list cover the target set.
        seed: names the random choices.
    """
    size = point.model.size
    upper = fibre_bound(point, seed=seed)
    why = f"the rank there is {size - upper}"
    if not has_tangents(point, seed=seed):
        why = "the point lies on a kink"
    if complete:
        largest = max((b.dimension for b in branches), default=0)
        if largest < upper:
            upper, why = largest, "no larger branch contains the point"
    lower = max((b.dimension for b in branches if b.affine is not None), default=0)
    below = "an affine branch"
    if lower < upper and size <= LARGEST:
        orbit = orbit_size(point, [g for g in symmetries(point.model) if not g.orthogonal])
        if orbit > lower:
            lower, below = orbit, "the orbit under scalings and shears"
    reason = f"{why}; {below} has dimension {lower}" if lower else why
    return Bounded(lower, upper, reason, of="the local dimension")


def orbit_size(point: Chart, group: Sequence[Symmetry]) -> int:
    """The rank at a point of the fields that generate one-parameter groups."""
    rows = [list(_field(point, g)) for g in group]
    return exact_rank(rows) if rows else 0


def _field(point: Chart, g: Symmetry) -> Iterator[sympy.Expr]:
    """The velocity at the identity: the scale is 1 there, the shear 0."""
    identity = 1 if g.kind == "scaling" else 0
    for parameter in point.model.parameters:
        moved = g.values.get(parameter)
        if moved is None:
            yield sympy.Integer(0)
        else:
            yield moved.diff(g.symbol).subs(g.symbol, identity).xreplace(point.values)


__all__ = ["local_dimension", "orbit_size"]
