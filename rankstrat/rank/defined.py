"""Whether a model is defined on a chart: no pole all along it, and real at some input."""

from __future__ import annotations

from rankstrat.errors import PoleError, UndecidedError
from rankstrat.model.model import Chart
from rankstrat.rank.joint import Joint
from rankstrat.rank.setting import setting, sites_of


def is_defined(chart: Chart) -> bool | None:
    r"""Whether the model is real at almost every point of an open part of the chart, for some
    input; None if that is not decided.

    Example:
        >>> import sympy
        >>> from rankstrat.model.model import Model
        >>> a, b = sympy.symbols("a b")
        >>> model = Model(1 / (sympy.sin(a) ** 2 + sympy.cos(b) ** 2 - 1), [a, b])
        >>> is_defined(model.generic()), is_defined(model.chart({a: b}))
        (True, False)
    """
    # poles show where the functions are built, wherever in them that is
    try:
        Joint([chart])
        if any(site.is_restricted for site in sites_of(chart)):
            setting(chart, None)
    except PoleError:
        return False
    except UndecidedError:
        return None
    return True


__all__ = ["is_defined"]
