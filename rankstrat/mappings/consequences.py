r"""What a critical mapping implies at a critical point: inertia before and after, and critical
affine subspaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy

from rankstrat.errors import DataError, ModelError, NotCriticalError, demand
from rankstrat.mappings.mapping import CriticalMapping
from rankstrat.mappings.values import exact_map
from rankstrat.model.model import Chart
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.samples import CriticalData, EnclosedCriticalPoint, Inertia, inertia
from rankstrat.text.spoken import Spoken


@dataclass(frozen=True)
class Transfer(Spoken):
    """Inertia at a critical point and at its image, with the inequalities of the embedding
    principle.

    Attributes:
        mapping: the critical mapping.
        before, after: the inertia at the point and at its image.
        escapes: whether a strict local minimum has become a strict saddle.
    """

    mapping: CriticalMapping
    before: Inertia
    after: Inertia

    @property
    def escapes(self) -> bool:
        """Whether a strict local minimum has become a strict saddle."""
        return self.before.positive == self.before.size and self.after.negative > 0

    @property
    def monotone(self) -> bool:
        """Whether no number of eigenvalues has dropped (the inertia theorem)."""
        a, b = self.before, self.after
        return b.positive >= a.positive and b.zero >= a.zero and b.negative >= a.negative

    def __str__(self) -> str:
        return f"{self.mapping.name}: {self.before} -> {self.after}"


def transfer(
    mapping: CriticalMapping,
    data: CriticalData | EnclosedCriticalPoint,
    values: Mapping[Any, Any] | None = None,
    *,
    seed: int = 0,
) -> Transfer:
    r"""The Hessian inertia before and after a critical mapping, at a critical point and its image.

    Zero eigenvalues of the image are proved by exact identities; the tangents
    $\partial P/\partial s$ of the critical subspace in the mapping's own symbols s are tried as
    kernel vectors.

    Args:
        mapping: a critical mapping (it is checked).
        data: critical data at a point of its source, or an enclosed critical point of given data.
        values: exact values of the mapping's own symbols.
        seed: names random choices.

    Raises:
        NotCriticalError: the mapping is not critical everywhere.
        DataError: a symbol of the mapping without a value.

    References:
        EP2 Theorem 6.2; docs/proofs.md#inertia.

    Example:
        >>> from rankstrat.mappings import splitting
        >>> from rankstrat.families import matrix_factorization
        >>> from rankstrat.samples import critical_data
        >>> A = matrix_factorization(2, 1, 2)
        >>> data = critical_data(A.point(A=[[1], [2]], B=[[1, -1]]))
        >>> transfer(splitting(A), data, {"alpha": 2}).monotone
        True
    """
    demand(
        mapping, CriticalMapping, ModelError, "a critical mapping", "try mappings.splitting(model)"
    )
    if not mapping.evidence.everywhere:
        raise NotCriticalError(
            f"{mapping.label} is not known to be critical everywhere: {mapping.evidence}"
        )
    own = exact_map(values or {}, mapping.symbols)
    missing = [s for s in mapping.symbols if s not in own]
    if missing:
        raise DataError(
            f"no value for {missing[0]}; give exact values to all symbols of {mapping.label}"
        )
    before = inertia(data, seed=seed)
    image = mapping.chart(data.chart, values)
    replace = {**data.chart.values, **own}
    directions = [
        [sympy.diff(v, s).xreplace(replace) for v in mapping.values.values()]
        for s in mapping.symbols
    ]
    return Transfer(mapping, before, inertia(data, image, directions=directions, seed=seed))


def critical_dimension(mapping: CriticalMapping, point: Chart) -> int:
    r"""The dimension of the affine or curved set $\{P(\theta, s)\}_s$ of points with the same
    function, at generic s.

    All of them are critical whenever theta is, for every data set. K-step splittings give K where
    the outgoing weights of the split units are not zero (EP1 Theorem 2).

    Example:
        >>> from rankstrat.mappings import steps
        >>> from rankstrat.families import two_layer
        >>> net = two_layer(width=1, inputs=1)
        >>> critical_dimension(steps(net, [(1, 0), (1, 0)]), net.point(a=[1], w=[[1]]))
        2
    """
    demand(
        mapping, CriticalMapping, ModelError, "a critical mapping", "try mappings.splitting(model)"
    )
    demand(point, Chart, DataError, "a point of a model", "try model.point(...)")
    values = [v.xreplace(point.values) for v in mapping.values.values()]
    if mapping.symbols:
        jacobian = sympy.Matrix(values).jacobian(list(mapping.symbols))
    else:
        jacobian = sympy.zeros(len(values), 0)
    return int(jacobian.rank())


def rank_along(
    mapping: CriticalMapping,
    start: Chart,
    values: Mapping[Any, Any] | None = None,
    *,
    seed: int = 0,
) -> tuple[RankCertificate, RankCertificate]:
    """The model rank at a chart of the source and at its image; the second is bounded by the first,
    and says so.

    Example:
        >>> from rankstrat.mappings import null
        >>> from rankstrat.families import two_layer
        >>> net = two_layer(width=1, inputs=2, bias=True, output_bias=True)
        >>> [int(cert) for cert in rank_along(null(net), net.generic())]
        [5, 5]
    """
    demand(
        mapping, CriticalMapping, ModelError, "a critical mapping", "try mappings.splitting(model)"
    )
    demand(start, Chart, DataError, f"a point or chart of {mapping.source}", "try model.generic()")
    before = model_rank(start, seed=seed)
    return before, model_rank(
        mapping.chart(start, values), seed=seed, evidence=(mapping.bound(start, values, seed=seed),)
    )


__all__ = ["Transfer", "critical_dimension", "rank_along", "transfer"]
