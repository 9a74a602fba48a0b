r"""What the symmetries of the inputs force: a lower bound of the rank on a target set that depends
on $f^*$ alone.

Let $F(\theta)(Ax + s) = F(\theta')(x)$ with $\theta'$ smooth in $\theta$, A and s. For a network
$w \mapsto A^T w$ and $b \mapsto b + w \cdot s$ do this, and multiplying the output weights scales
$F - c$. The derivative at the identity is a combination of tangent functions at $\theta$, whichever
$\theta$ in $F^{-1}(f^*)$ it is:

$$x_t\,\partial_s f^* = \sum_i w_{is}\,\partial_{w_{it}} F, \qquad \partial_s f^* = \sum_i
w_{is}\,\partial_{b_i} F, \qquad f^* - c = \sum_i a_i\,\partial_{a_i} F.$$

So the functions on the left lie in the tangent span at every point of the target set. At a kink of
a piecewise activation (w = 0, b = 0) the coefficients vanish, whatever derivative is agreed on
there.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from rankstrat.model.model import Chart, Model
from rankstrat.targets import TargetFunction

MAX_INPUTS = (
    24  # beyond, only the inputs are rescaled one by one: the full matrix has too many entries
)


def equivariance(
    model: Model,
    target: TargetFunction,
    *,
    shifts: bool,
    constants: bool,
    degree: int | None = None,
) -> Chart:
    r"""The chart of $(B, A, s, c) \mapsto B f^*(Ax + s) + c$ at the identity: its rank bounds the
    target set's below.

    Args:
        model: a model that is closed under these changes of its inputs and outputs.
        target: a target in its function space.
        shifts: whether it is closed under shifts of the inputs (hidden biases).
        constants: whether its tangent functions contain the constants (an output bias).
        degree: the model consists of the forms of this degree in (x, 1); then A acts on (x, 1).

    Example:
        >>> from rankstrat import model_rank
        >>> from rankstrat.families import two_layer
        >>> from rankstrat.targets import as_target
        >>> F = two_layer(width=5, inputs=2, activation="cube")
        >>> narrow = two_layer(width=2, inputs=2, activation="cube")
        >>> f = as_target(F, narrow.point([1, 2, 1, 0, 1, 1]))
        >>> model_rank(equivariance(F, f, shifts=False, constants=False)).value
        4
    """
    outputs = list(target.expressions)
    xs: list[sympy.Expr] = list(model.inputs)
    old = list(model.inputs)
    if degree is not None:
        last = sympy.Dummy("x0")
        outputs = [_homogeneous(f, old, last, degree) for f in outputs]
        old, xs = [*old, last], [*xs, sympy.Integer(1)]
    start: dict[sympy.Symbol, int] = {}
    moved = []
    for t in range(len(xs)):
        sources = range(len(xs)) if len(xs) <= MAX_INPUTS else (t,)
        terms = [_symbol(start, f"A{t + 1}_{s + 1}", int(s == t)) * xs[s] for s in sources]
        moved.append(
            sympy.Add(
                *terms, *([_symbol(start, f"s{t + 1}", 0)] if shifts and degree is None else [])
            )
        )
    values = [f.xreplace(dict(zip(old, moved, strict=True))) for f in outputs]
    results = []
    for k in range(len(values)):
        mixed = [
            _symbol(start, f"B{k + 1}_{j + 1}", int(j == k)) * value
            for j, value in enumerate(values)
        ]
        results.append(sympy.Add(*mixed, *([_symbol(start, f"c{k + 1}", 0)] if constants else [])))
    return Model(
        results, list(start), model.inputs, name="changes of the inputs of the target"
    ).chart(start)


def _symbol(start: dict[sympy.Symbol, int], name: str, value: int) -> sympy.Symbol:
    symbol = sympy.Symbol(f"orbit_{name}")
    start[symbol] = value
    return symbol


def _homogeneous(
    f: sympy.Expr, inputs: Sequence[sympy.Symbol], last: sympy.Symbol, degree: int
) -> sympy.Expr:
    form = sympy.Poly(f, *inputs)
    return sympy.Add(
        *(
            c
            * sympy.Mul(*(x**e for x, e in zip(inputs, powers, strict=True)))
            * last ** (degree - sum(powers))
            for powers, c in form.terms()
        )
    )


__all__ = ["equivariance"]
