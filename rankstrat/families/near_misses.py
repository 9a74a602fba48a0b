r"""What a model of no family is nearest to: a network with weights that are tied, fixed or missing,
or with terms beside it. Every sentence is verified as an identity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy

from rankstrat.algebra.expressions import expanded
from rankstrat.errors import BudgetError, UndecidedError, UnsupportedFunctionError
from rankstrat.families.reading import Reading, few
from rankstrat.model.isomorphism import Isomorphism
from rankstrat.model.model import Model
from rankstrat.rank.zero import same_functions

Recognised = Callable[[Model], Isomorphism | None]


def near_miss(model: Model, recognised: Recognised) -> str:
    """A sentence that names a family and what is different; empty if there is none.

    Args:
        model: of no family.
        recognised: tells whether another model is of one.
    """
    return _beside(model, recognised) or _restricted(model)


def _beside(model: Model, recognised: Recognised) -> str:
    """A family and terms of degree at most 1 in the inputs beside it."""
    kept, left = [], []
    for output in model.outputs:
        terms = sympy.Add.make_args(output)
        aside = [term for term in terms if _is_affine(term, model)]
        left += aside
        kept.append(sympy.Add(*(term for term in terms if term not in aside)))
    if not left or not all(kept):
        return ""
    used = set().union(*(output.free_symbols for output in kept))
    parameters = [p for p in model.parameters if p in used]
    inputs = [x for x in model.inputs if x in used]
    if not parameters or len(inputs) < len(model.inputs):
        return ""
    found = recognised(Model(kept, parameters, inputs, constants=model.constants))
    if found is None:
        return ""
    what = "term" if len(left) == 1 else "terms"
    kind = ", a skip connection" if any(t.has(*model.inputs) for t in left if inputs) else ""
    shared = [p for p in parameters if any(term.has(p) for term in left)]
    words = f", whose weights {few(shared)} it shares" if shared else ""
    return f"it is {found.source} and the {what} {few(left)} beside it{kind}{words}"


def _is_affine(term: sympy.Expr, model: Model) -> bool:
    """Whether a term is of degree 1 in the inputs, or free of parameters in a model without
    inputs.
    """
    if not model.inputs:
        return not term.has(*model.parameters)
    if not term.is_polynomial(*model.inputs) or not term.has(*model.inputs):
        return False
    return bool(sympy.Poly(term, *model.inputs).total_degree() == 1)


def _restricted(model: Model) -> str:
    """A network some of whose weights are tied or numbers."""
    reading = Reading(model, lenient=True)
    reading.network()
    if reading.found is None:
        return ""
    source, own = reading.found
    values = dict(zip((*source.parameters, *source.inputs), (*own, *model.inputs), strict=True))
    if not equal_outputs([output.xreplace(values) for output in source.outputs], model):
        return ""
    words = [*_tied(source, own), *_fixed(source, own)]
    unused = [p for p in model.parameters if p not in own]
    if unused:
        words.append(f"the parameters {few(unused)} have no place in it")
    return f"it is {source}, but {'; '.join(words)}" if words else ""


def _tied(source: Model, own: Sequence[sympy.Expr]) -> list[str]:
    places: dict[sympy.Expr, list[sympy.Symbol]] = {}
    for place, value in zip(source.parameters, own, strict=True):
        if value.is_Symbol:
            places.setdefault(value, []).append(place)
    tied = [
        f"{' = '.join(map(str, found))} (your {value})"
        for value, found in places.items()
        if len(found) > 1
    ]
    return [f"with tied weights: {few(tied)}"] if tied else []


def _fixed(source: Model, own: Sequence[sympy.Expr]) -> list[str]:
    fixed = [
        f"{place} = {value}"
        for place, value in zip(source.parameters, own, strict=True)
        if value.is_number
    ]
    return [f"with fixed weights: {few(fixed)}"] if fixed else []


def equal_outputs(outputs: Sequence[sympy.Expr], model: Model) -> bool:
    """Whether these are the outputs of the model, identically in parameters and inputs."""
    pairs = [
        (_with_sizes(one), _with_sizes(two))
        for one, two in zip(outputs, model.outputs, strict=True)
    ]
    if all(expanded(ours - theirs) == 0 for ours, theirs in pairs):
        return True
    try:
        return same_functions(outputs, model.outputs, model.inputs, model.parameters)
    except (BudgetError, UndecidedError, UnsupportedFunctionError):
        return False


def _with_sizes(e: sympy.Expr) -> sympy.Expr:
    """max(u, v) of real numbers as (u + v + |u - v|)/2."""
    return e.replace(
        lambda part: isinstance(part, sympy.Max) and len(part.args) == 2,
        lambda part: (part.args[0] + part.args[1] + abs(part.args[0] - part.args[1])) / 2,
    )


__all__ = ["equal_outputs", "near_miss"]
