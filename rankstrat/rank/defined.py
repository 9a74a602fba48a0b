"""Whether a model is defined on a chart: no pole all along it, and real at some input."""

from __future__ import annotations

import sympy

from rankstrat.errors import PoleError, UndecidedError
from rankstrat.model.model import Chart, Model
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


def require_inputs(model: Model) -> None:
    r"""Refuse a domain without interior, as $1 \le x \le 1$: functions are compared almost
    everywhere on it.

    Raises:
        PoleError: it has none.
        UndecidedError: no input was found inside.
    """
    if not model.domain.conditions:
        return
    scale = sympy.Dummy("scale")
    total = scale * sympy.Add(*model.inputs)
    probe = Model(total, [scale], model.inputs, domain=model.domain, constants=model.constants)
    setting(probe.generic(), None)


__all__ = ["is_defined", "require_inputs"]
