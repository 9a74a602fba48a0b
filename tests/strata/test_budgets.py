"""A budget of seconds holds for models on which sympy works for minutes."""

from __future__ import annotations

import time

import pytest
import sympy

import rankstrat as rs
from rankstrat.families import attention, framework, polynomial_network, two_layer
from rankstrat.rank.certificate import Verdict

x = sympy.Symbol("x")
p = sympy.symbols("p0:12")


def written(family):
    return rs.Model(family.outputs, family.parameters, family.inputs)


def determinants():
    m = sympy.Matrix(3, 3, sympy.symbols("m0:9"))
    n = sympy.Matrix(3, 3, sympy.symbols("n0:9"))
    return rs.Model([(m * n * m).det() + (m + n).det() * x], [*m, *n], [x])


def nested():
    inner = p[1] * sympy.sin(p[2] * x + p[3]) + p[4] * sympy.exp(p[5] * x)
    outer = p[7] * sympy.tanh(p[0] * sympy.tanh(inner) + p[6])
    return rs.Model([outer + p[8] * sympy.cos(p[9] * x + p[10])], p[:11], [x])


def gram(rows, columns):
    u = sympy.Matrix(rows, columns, sympy.symbols(f"u0:{rows * columns}"))
    return rs.Model(u * u.T, [*u])


HEAVY = {
    "gram 3x2": lambda: gram(3, 2),
    "gram 4x2": lambda: gram(4, 2),
    "determinants": determinants,
    "nested": nested,
    "attention": lambda: written(attention(3, 2, 2)),
    "cubes": lambda: written(polynomial_network([2, 3, 3, 2], 3)),
    "framework": lambda: written(framework(5)),
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("verb", ["stratify", "target_set"])
@pytest.mark.parametrize("name", HEAVY)
def test_a_budget_holds(name, verb):
    model = HEAVY[name]()
    start = time.process_time()
    if verb == "stratify":
        assert rs.stratify(model, budget=2).coverage.verdict is not None
    else:
        point = model.point([i % 3 + 1 for i in range(model.size)])
        assert rs.target_set(model, point, budget=2).branches
    assert time.process_time() - start < 6  # seconds of this process: others may be busy


@pytest.mark.slow
def test_equal_coefficients_are_no_further_rows_of_minors():
    found = rs.target_set(gram(3, 2), gram(3, 2).point([1, 2, 3, 1, 2, 3]))
    assert found.complete and found.dimension == 1
    assert rs.optimistic_sample_size(found) == 5  # 6 less the dimension of O(2)


def test_levels_of_a_list_that_time_ended_are_bounds():
    model = two_layer(6, 2)
    whole = {v.rank: v for v in rs.stratify(model).levels}

    def late(done, known):
        if done == 150:
            time.sleep(0.6)

    part = rs.stratify(two_layer(6, 2), budget=0.5, progress=late)
    assert 0 < len(part.strata) < 493 and part.levels
    for level in part.levels:
        true = whole[level.rank]
        assert level.count.upper is None and level.count.lower <= true.count
        assert level.dimension.lower <= true.dimension
        assert level.dimension.upper in (None, true.dimension.value)
    assert any(v.dimension.lower < whole[v.rank].dimension for v in part.levels)


def test_no_time_at_all_is_said_in_plain_words():
    budget, model = 1e-6, two_layer(3, 1)
    strata = rs.stratify(model, budget=budget)
    assert strata.coverage.verdict is Verdict.OPEN
    assert "ended" in str(strata) and "before 0 of" not in str(strata)
    a, w, x = sympy.symbols("a w x")
    own = rs.Model(a * sympy.tanh(w * x) + sympy.exp(a * x), [a, w], [x])
    assert "Rows" not in str(rs.function_hierarchy(own, budget=budget))
    near = rs.nearest_strata(own, a=0.0, w=0.0, tolerance=1, budget=budget)
    assert "conditions may be missing: the budget of time ended" in str(near)
    found = rs.target_set(gram(3, 2), [2, 1, 1, 1, 2, 0, 1, 0, 1], budget=budget)
    least = rs.optimistic_sample_size(found, budget=budget)
    assert (least.lower, least.upper, least.minimal) == (0, 6, Verdict.OPEN)
    assert "no parameters of the target are known" in str(least)
    assert found.table().rows == () and found.dimension.upper is None
