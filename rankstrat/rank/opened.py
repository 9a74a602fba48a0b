"""A model whose inputs are restricted to a thin set, as one with free inputs."""

from __future__ import annotations

import sympy

from rankstrat.model.domain import Domain, combinations
from rankstrat.model.model import Model

MOST_OUTPUTS = 200


def opened(model: Model) -> Model | None:
    r"""The model with the same relations between tangent functions on an open set of inputs.

    On finitely many inputs a function is the vector of its values, and on a sphere one of
    stereographic coordinates. None where inputs are any integers, or there are many outputs.

    Example:
        >>> a, b, x = sympy.symbols("a b x")
        >>> opened(Model(a * x + b, [a, b], [x], domain={x: [0, 1]}))
        Model([b, a + b], parameters=[a, b])
    """
    domain = model.domain
    if domain.is_open:
        return model
    groups = domain.listed
    listed = {s for group in groups for s in group.symbols}
    mixed = any(listed & c.free_symbols and c.free_symbols - listed for c in domain.conditions)
    values = combinations(groups)
    if domain.endless or mixed or len(values) * len(model.outputs) > MOST_OUTPUTS:
        return None
    images: dict[sympy.Symbol, sympy.Expr] = {}
    for *free, last in domain.spheres:
        below = 1 + sympy.Add(*(t**2 for t in free))
        images |= {t: 2 * t / below for t in free} | {last: 1 - 2 / below}
    outputs = [
        output.xreplace({s: sympy.sympify(v, strict=True) for s, v in point.items()})
        for point in values
        for output in model.outputs
    ]
    outputs = [output.xreplace(images) for output in outputs]
    if any(output.has(sympy.zoo, sympy.nan, sympy.oo) for output in outputs):
        return None
    ends = {last for *_, last in domain.spheres}
    inputs = [x for x in model.inputs if x not in listed | ends]
    kept = Domain(tuple(c for c in domain.conditions if not c.free_symbols & listed))
    return Model(
        outputs,
        model.parameters,
        inputs,
        str(model),
        domain=kept,
        constants=model.constants,
    )


__all__ = ["opened"]
