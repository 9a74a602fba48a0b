r"""How large a fibre $\{\theta' : F(\theta') = F(\theta)\}$ is near a point, from above."""

from __future__ import annotations

from rankstrat.model.model import Chart
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.setting import has_tangents


def fibre_bound(chart: Chart, *, seed: int = 0) -> int:
    r"""$M - r_\theta$, an upper bound of the dimension of the fibre near $\theta$: $r_\theta$ of
    its equations have independent derivatives. M at a kink, where they have none, and on a chart
    with parts of other ranks.

    Args:
        chart: a point, or a chart (then it is meant at almost every point).
        seed: names the random choices.

    Example:
        >>> import sympy
        >>> from rankstrat.model.model import Model
        >>> a = sympy.Symbol("a")
        >>> [fibre_bound(Model(a - abs(a), [a]).point([v])) for v in (-1, 0)]
        [0, 1]
    """
    size = chart.model.size
    if not has_tangents(chart, seed=seed):
        return size
    certificate = model_rank(chart, seed=seed)
    return size if certificate.largest else size - certificate.lower


__all__ = ["fibre_bound"]
