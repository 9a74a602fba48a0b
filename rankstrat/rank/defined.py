"""Whether a model is defined on a chart (no pole all along it, and real at some input), and which
function it has there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import sympy

from rankstrat.errors import PoleError, UndecidedError
from rankstrat.model.model import Chart, Model
from rankstrat.rank.joint import Joint
from rankstrat.rank.setting import setting, sites_of
from rankstrat.rank.vanishing import above, denominators, is_positive, may_have_poles, turned
from rankstrat.rank.zero import same_functions


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


def has_function(chart: Chart, expressions: Sequence[sympy.Expr]) -> bool:
    r"""Whether $F(\theta) = f$ on the domain of the model, for all values of the coordinates of a
    chart; False where the model is not defined.

    Raises:
        BudgetError: it is not decided.
        UndecidedError: likewise.

    Example:
        >>> import sympy
        >>> from rankstrat.model.model import Model
        >>> a, b, c, x = sympy.symbols("a b c x")
        >>> model = Model(a * x / (1 + b / c), [a, b, c], [x])
        >>> has_function(model.chart({a: 0}), [0]), has_function(model.chart({c: 0}), [0])
        (True, False)
    """
    model = chart.model
    if _is_partial(model) and is_defined(chart) is False:
        return False  # where a denominator is infinite, sympy would find the value 0
    return same_functions(
        [output.xreplace(chart.values) for output in model.outputs],
        [sympy.sympify(e, strict=True) for e in expressions],
        model.inputs,
        chart.coordinates,
        domain=model.domain,
        constants=model.constants,
    )


@lru_cache(maxsize=64)
def _is_partial(model: Model) -> bool:
    """Whether there may be parameters at which a model is not defined."""
    compiled = model.compiled
    return bool(compiled.needs) or may_have_poles(compiled.program, compiled.outputs)


def is_total(model: Model) -> bool:
    """Whether its form shows that a model is defined at all parameters, for almost every input.

    Example:
        >>> import sympy
        >>> from rankstrat.model.model import Model
        >>> a, b, x = sympy.symbols("a b x")
        >>> [is_total(Model(f, [a, b], [x])) for f in (a / x, a / (1 + b**2), a / b)]
        [True, True, False]
    """
    compiled = model.compiled
    program = compiled.program
    every = program.reachable((*compiled.outputs, *compiled.gradient, *compiled.needed))
    moving = above(program, every, compiled.parameters)
    cuts = {*denominators(program, every), *compiled.needed}
    return not turned(program, moving) and all(is_positive(program, n) for n in cuts & moving)


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


__all__ = ["has_function", "is_defined", "is_total", "require_inputs"]
