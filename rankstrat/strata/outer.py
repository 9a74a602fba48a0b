r"""Functions that act on the outputs alone and keep every rank: $F = \varphi \circ G$ with an
injective differential of $\varphi$ on the differences that matter.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from rankstrat.model.model import Model

STEEP = (sympy.exp, sympy.sinh, sympy.tanh, sympy.asinh, sympy.atan, sympy.erf)
"""Real analytic functions whose derivative vanishes nowhere on the real line."""


def inside(model: Model) -> Model:
    r"""A model G of the same parameters and inputs that has the rank of F at every point; F itself
    where nothing acts on its outputs.

    Where every output is $\sigma_i(G_i)$ with $\sigma_i' \neq 0$ everywhere, the tangent functions
    of F are those of G, component by component times the function $\sigma_i'(G_i)$, which vanishes
    nowhere. Where the outputs are a softmax $e^{q_i} / \sum_j e^{q_j}$ of n terms, all of them or
    all but one, the differential of softmax has the kernel $(1, \dots, 1)$ at every point, so that
    the tangent functions have the relations of those of $q_i - q_n$.
    """
    if model.constants:
        return model
    logits = _logits(model.outputs)
    if logits is not None:
        last = logits[-1]
        outputs = [q - last for q in logits[:-1]]
    elif all(isinstance(o, STEEP) for o in model.outputs):
        outputs = [o.args[0] for o in model.outputs]
    else:
        return model
    return Model(outputs, model.parameters, model.inputs, domain=model.domain)


def _logits(outputs: Sequence[sympy.Expr]) -> list[sympy.Expr] | None:
    """The exponents of a softmax, in which the last one may be no output."""
    read = [_share(output) for output in outputs]
    totals = {total for _, total in filter(None, read)}
    if None in read or len(totals) != 1:
        return None
    (total,) = totals
    terms = list(total.args)
    tops = [top for top, _ in filter(None, read)]
    if len(set(tops)) != len(tops) or not set(tops) <= set(terms):
        return None
    rest = [term for term in terms if term not in tops]
    exponents = [_exponent(term) for term in (*tops, *rest)]
    if len(rest) > 1 or None in exponents:
        return None
    return [q for q in exponents if q is not None]


def _share(output: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr] | None:
    """Numerator and denominator, where the latter is a sum."""
    top, total = output.as_numer_denom()
    if isinstance(total, sympy.Add):
        return top, total
    return None


def _exponent(term: sympy.Expr) -> sympy.Expr | None:
    """q of e^q."""
    if term == 1:
        return sympy.S.Zero
    return term.args[0] if isinstance(term, sympy.exp) else None


__all__ = ["inside"]
