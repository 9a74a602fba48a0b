r"""Functions of two charts on the domain of their models, where an identity on all inputs fails."""

from __future__ import annotations

import sympy

from rankstrat.errors import BudgetError, UndecidedError, UnsupportedFunctionError
from rankstrat.model.model import Chart, Model
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.tangents import tangent_functions
from rankstrat.rank.verdict import Verdict
from rankstrat.rank.zero import same_functions


def one_domain(source: Model, target: Model) -> bool:
    """Whether two models live on the same inputs, in order."""
    places = [{x: f"x{k}" for k, x in enumerate(m.inputs)} for m in (source, target)]
    one, two = (m.domain.renamed(p) for m, p in zip((source, target), places, strict=True))
    return set(one.statements) == set(two.statements)


def same_on_domain(source: Chart, image: Chart, output: int) -> bool | None:
    """Whether an output is the same function on the domain; None where that is not decided."""
    model = source.model
    left = model.outputs[output].xreplace(source.values)
    right = image.model.outputs[output].xreplace(image.values | _renamed(source, image))
    try:
        return same_functions(
            [left],
            [right],
            model.inputs,
            _coordinates(source, image),
            domain=model.domain,
            constants=model.constants,
        )
    except (BudgetError, UndecidedError, UnsupportedFunctionError):
        return None


def leaves_span(source: Chart, image: Chart, parameter: int, seed: int) -> bool:
    """Whether a tangent function of the image is proved to lie outside the tangent span of the
    source, as functions on the domain.
    """
    model, names = source.model, _renamed(source, image)
    functions = [sympy.Matrix([f]) for f in tangent_functions(source)]
    functions.append(sympy.Matrix([tangent_functions(image)[parameter]]).xreplace(names))
    unknowns = [sympy.Dummy(f"s{j}") for j in range(len(functions))]
    total = sum(
        (s * f for s, f in zip(unknowns, functions, strict=True)),
        functions[0].zeros(*functions[0].shape),
    )
    constants = (*_coordinates(source, image), *model.constants)
    try:
        spans = Model(list(total), unknowns, model.inputs, domain=model.domain, constants=constants)
        inner = model_rank(spans, seed=seed, subset=range(len(unknowns) - 1))
        outer = model_rank(spans, seed=seed)
    except (BudgetError, UndecidedError, UnsupportedFunctionError):
        return False
    return inner.verdict is not Verdict.PROBABLE and outer.lower > inner.upper


def _renamed(source: Chart, image: Chart) -> dict[sympy.Symbol, sympy.Expr]:
    return dict(zip(image.model.inputs, source.model.inputs, strict=True))


def _coordinates(source: Chart, image: Chart) -> list[sympy.Symbol]:
    return list(dict.fromkeys((*source.coordinates, *image.coordinates)))


__all__ = ["leaves_span", "one_domain", "same_on_domain"]
