"""Units behind gates, and experts behind a router, as models for counts of conservation laws."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from rankstrat.model.model import Model


def _lines(
    weights: Sequence[sympy.Symbol], x: Sequence[sympy.Symbol], rows: int
) -> list[sympy.Expr]:
    """The entries of W x, W row by row."""
    d = len(x)
    return [sympy.Add(*(weights[i * d + j] * x[j] for j in range(d))) for i in range(rows)]


def _silu(z: sympy.Expr) -> sympy.Expr:
    return z / (1 + sympy.exp(-z))


def gated(widths: Sequence[int], *, smooth: bool) -> Model:
    """One hidden layer whose units are multiplied by a gate: an input (ReLU on a region), or SiLU
    of other weights.
    """
    d, h, o = widths
    x = sympy.symbols(f"x0:{d}")
    u, w = sympy.symbols(f"u0:{h * d}"), sympy.symbols(f"w0:{o * h}")
    inputs, parameters = list(x), [*u, *w]
    lines = _lines(u, x, h)
    if smooth:
        v = sympy.symbols(f"v0:{h * d}")
        parameters += v
        gates = [_silu(z) for z in _lines(v, x, h)]
    else:
        gates = list(sympy.symbols(f"s0:{h}"))
        inputs += gates
    outputs = [sympy.Add(*(w[k * h + i] * gates[i] * lines[i] for i in range(h))) for k in range(o)]
    return Model(outputs, parameters, inputs, "gated units")


def routed(d: int, experts: int, h: int) -> Model:
    """Experts of h SwiGLU units each and one output, mixed by the softmax of R x."""
    x = sympy.symbols(f"x0:{d}")
    router = sympy.symbols(f"r0:{experts * d}")
    parameters = list(router)
    scores = _lines(router, x, experts)
    powers = [sympy.exp(s - scores[0]) for s in scores]
    terms = []
    for e, power in enumerate(powers):
        u, v = sympy.symbols(f"u{e}_0:{h * d}"), sympy.symbols(f"v{e}_0:{h * d}")
        w = sympy.symbols(f"w{e}_0:{h}")
        parameters += [*u, *v, *w]
        gates = [_silu(z) for z in _lines(v, x, h)]
        lines = _lines(u, x, h)
        terms += [power * w[i] * gates[i] * lines[i] for i in range(h)]
    output = sympy.Add(*terms) / sympy.Add(*powers)
    return Model([output], parameters, list(x), "a mixture of experts")


__all__ = ["gated", "routed"]
