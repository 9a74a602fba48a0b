r"""Functions that are tangent functions at every point of a target set, whatever the parameters.

Where a scaling leaves the model as it is, $F(c^k\theta)(c^l x) = c^e F(\theta)(x)$ identically, its
derivative at c = 1 is

$$\sum_i k_i \theta_i\, \partial_{\theta_i} F = e F - \sum_j l_j x_j\, \partial_{x_j} F,$$

so the right hand side lies in the tangent span, and where F = f* it is the same function at every
point. So are tangent functions that hold no parameter.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy

from rankstrat.algebra.expressions import derivative
from rankstrat.model.model import Chart, Model
from rankstrat.rank.verdict import Verdict
from rankstrat.symmetry import symmetries
from rankstrat.targets.branch import TargetFunction

LARGEST = 24


def forced_functions(model: Model, target: TargetFunction) -> Chart | None:
    """A chart whose rank is the dimension of the span of these functions; None without any.

    Example:
        >>> a, w, x = sympy.symbols("a w x")
        >>> model = Model(a * sympy.sin(w * x), [a, w], [x])
        >>> chart = forced_functions(model, TargetFunction((sympy.sin(2 * x),)))
        >>> chart.model.size  # sin(2 x), and the product of x and its derivative
        2
    """
    if model.size > LARGEST:
        return None
    functions = [*_scaled(model, target), *_fixed(model)]
    if not functions:
        return None
    taken = {str(s) for s in (*model.parameters, *model.inputs, *model.constants)}
    symbols = _new("t", len(functions), taken)
    outputs = [
        sympy.Add(*(t * f[k] for t, f in zip(symbols, functions, strict=True)))
        for k in range(len(model.outputs))
    ]
    line = Model(outputs, symbols, model.inputs, domain=model.domain, constants=model.constants)
    return line.point(dict.fromkeys(symbols, 1))


def _scaled(model: Model, target: TargetFunction) -> Iterator[list[sympy.Expr]]:
    taken = {str(s) for s in (*model.parameters, *model.inputs, *model.constants)}
    # elsewhere F = f* says nothing of their derivatives
    inputs = model.inputs if model.domain.is_open and not model.compiled.piecewise else ()
    factor, *scales = _new("factor", 1 + len(inputs), taken)
    moved = {x: s * x for x, s in zip(inputs, scales, strict=True)}
    more = Model(
        [factor * o.xreplace(moved) for o in model.outputs],
        [factor, *scales, *model.parameters],
        model.inputs,
        constants=model.constants,
    )
    for g in symmetries(more):
        if g.kind != "scaling" or g.symbol is None or g.verdict is not Verdict.PROVED:
            continue
        weights = [
            sympy.diff(g.values.get(s, s), g.symbol).xreplace(
                {g.symbol: sympy.Integer(1), s: sympy.Integer(1)}
            )
            for s in (factor, *scales)
        ]
        if any(weight.free_symbols for weight in weights):
            continue
        own, *others = weights
        function = [
            own * f
            + sympy.Add(*(w * x * sympy.diff(f, x) for w, x in zip(others, inputs, strict=True)))
            for f in target.expressions
        ]
        if any(f != 0 for f in function):
            yield function


def _fixed(model: Model) -> Iterator[list[sympy.Expr]]:
    """Tangent functions without parameters."""
    for p in model.parameters:
        tangent = [derivative(o, p) for o in model.outputs]
        if not any(t.free_symbols & set(model.parameters) for t in tangent):
            yield tangent


def _new(name: str, count: int, taken: set[str]) -> list[sympy.Symbol]:
    """Symbols with names that nothing else has."""
    names = [f"{name}{i + 1}" for i in range(count)]
    while taken & set(names):
        names = [f"{n}_" for n in names]
    return [sympy.Symbol(n) for n in names]


__all__ = ["forced_functions"]
