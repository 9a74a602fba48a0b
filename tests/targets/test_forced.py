"""What a target forces lies in the tangent span at every parameter with its function."""

from __future__ import annotations

import pytest
import sympy
from sympy import exp, sin, tanh

from rankstrat import Model, model_rank, optimistic_sample_size, target_set
from rankstrat.targets import TargetFunction
from rankstrat.targets.forced import forced_functions

a, b, c, u, w, k, m, x, y = sympy.symbols("a b c u w k m x y")
head = (x * exp(k * x) + y * exp(k * y)) / (exp(k * x) + exp(k * y))

# model, parameters, inputs, the dimension by hand
MODELS = [
    (a * sin(w * x), [a, w], [x], 2),  # f, x f'
    (a * tanh(w * x) + b * tanh(u * x) + c * x, [a, b, c, u, w], [x], 3),  # f, x f', x
    (a * tanh(w * x) + c, [a, c, w], [x], 3),  # f, x f', 1
    (x + a * tanh(w * x), [a, w], [x], 1),  # f - x f'
    (a * head, [a, k], [x, y], 2),  # f, x f_x + y f_y
    (a * exp(-b * exp(-c * x)), [a, b, c], [x], 2),  # f, x f'; a shift of x is no scaling
    (exp(a * x) + exp(b * x), [a, b], [x], 1),  # x f'
    (tanh(a) + sin(a * b) + 0 * x, [a, b], [x], 0),
    (a * x * w, [a, w], [x], 1),  # f = x f'
]


def target_at(model, values):
    point = model.point(values)
    return point, TargetFunction(tuple(o.xreplace(dict(point.values)) for o in model.outputs))


@pytest.mark.parametrize(("output", "parameters", "inputs", "dimension"), MODELS)
@pytest.mark.parametrize("values", [(2, 3, 5, 7, 11), (1, -1, 2, 1, -1)])
def test_they_lie_in_the_tangent_span(output, parameters, inputs, dimension, values):
    model = Model(output, parameters, inputs)
    point, target = target_at(model, values[: model.size])
    chart = forced_functions(model, target)
    if chart is None:
        assert dimension == 0
        return
    rank = model_rank(chart).value
    assert rank is not None
    if values[0] == 2:
        assert rank == dimension
    more = Model([output + chart.model.outputs[0]], [*parameters, *chart.model.parameters], inputs)
    zero = dict.fromkeys(chart.model.parameters, 0)
    assert model_rank(more.point({**point.values, **zero})).value == model_rank(point).value


def test_the_interval_of_a_skip_term_has_a_lower_end():
    model = Model(a * tanh(w * x) + b * tanh(u * x) + c * x, [a, b, c, u, w], [x])
    point = model.point({a: 1, w: 2, b: 0, u: 0, c: 3})
    size = optimistic_sample_size(target_set(model, point))
    assert 3 <= size.lower <= size.upper <= model_rank(point).upper == 3
    assert size.value == 3 and str(size.minimal) == "PROVED"


def test_off_the_domain_the_target_has_no_derivative():
    """On the circle a b (x^2 + y^2) is the constant 6, and nothing but constants is forced."""
    model = Model(a * b * (x**2 + y**2), [a, b], [x, y], domain={(x, y): "sphere"})
    for form in (6 * sympy.Integer(1), 6 * (x**2 + y**2), 6 * (x**2 + y**2) ** 2):
        chart = forced_functions(model, TargetFunction((form,)))
        assert chart is not None and model_rank(chart) == 1


def test_names_of_parameters_do_not_matter():
    t, factor = sympy.symbols("t1 factor1")
    model = Model(t * sin(factor * x), [t, factor], [x])
    _, target = target_at(model, (2, 3))
    chart = forced_functions(model, target)
    assert chart is not None and model_rank(chart) == 2
