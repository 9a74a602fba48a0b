"""Conservation laws: against hand derivations, along trajectories, and where there are none."""

from __future__ import annotations

import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import BudgetError, ModelError
from rankstrat.families import (
    attention,
    deep_diagonal,
    deep_matrix_factorization,
    matrix_factorization,
    two_layer,
)
from rankstrat.theorems._attention import rotated
from rankstrat.theorems._gated import routed

U, V, W, X = sympy.symbols("u v w x")
PROVED = rs.Verdict.PROVED


def test_one_product_by_hand():
    found = rs.conservation_laws(rs.Model(U * V * X, [U, V], [X]))
    assert found.expressions == (U**2 - V**2,)
    assert (found.independent, int(found.orbit), found.verdict) == (1, 1, PROVED)


def test_three_factors_by_hand():
    found = rs.conservation_laws(rs.Model(U * V * W, [U, V, W]))
    assert set(found.expressions) == {U**2 - V**2, U**2 - W**2}
    assert found.verdict is PROVED


def test_a_parameter_that_does_nothing_is_conserved_with_all_its_products():
    found = rs.conservation_laws(rs.Model(U * X + 0 * V, [U, V], [X]))
    assert V**2 in found.expressions
    assert found.independent == 1
    nothing = rs.conservation_laws(rs.Model(sympy.Integer(3) + 0 * U, [U]))
    assert (nothing.independent, nothing.verdict) == (1, PROVED)


def test_linear_model_moves_in_every_direction():
    found = rs.conservation_laws(rs.Model(U * X + V, [U, V], [X]))
    assert (len(found), found.most, found.verdict) == (0, 0, PROVED)


def test_laws_that_are_not_quadratic_leave_the_count_open():
    # u v^2 has 2 u^2 - v^2; u^2 + v^2 has u / v
    assert rs.conservation_laws(rs.Model(U * V**2, [U, V])).expressions == (2 * U**2 - V**2,)
    found = rs.conservation_laws(rs.Model(U**2 + V**2, [U, V]))
    assert (found.independent, found.most, found.verdict) == (0, 1, rs.Verdict.OPEN)


@pytest.mark.parametrize(
    ("output", "law"),
    [
        (sympy.exp(U) * V, V**2 - 2 * U),
        (U * (V + 1) * X, U**2 - V**2 - 2 * V),
        (U * (sympy.sqrt(2) * V + 1) * X, U**2 - V**2 - sympy.sqrt(2) * V),
    ],
)
def test_quadratic_laws_may_have_linear_terms(output, law):
    model = rs.Model(output, [U, V], [X])
    found = rs.conservation_laws(model)
    assert (found.independent, found.most, found.verdict) == (1, 1, PROVED)
    assert found.expressions == (law,) and _is_conserved(model, law)


def test_logarithms_at_the_random_point_leave_the_orbit_open():
    found = rs.conservation_laws(rs.Model(sympy.log(U) * V * X, [U, V], [X]))
    assert (len(found), found.most, found.verdict) == (0, 2, rs.Verdict.OPEN)


@pytest.mark.parametrize(
    ("model", "count"),
    [
        (matrix_factorization(2, 2, 2), 3),
        (matrix_factorization(1, 2, 1), 3),
        (matrix_factorization(1, 3, 1), 5),
        (deep_matrix_factorization([2, 2, 1, 1]), 4),
        (deep_diagonal(2, 3), 4),
        (two_layer(2, 1), 0),
        (two_layer(2, 1, "exp"), 0),
        (attention(2, 1, 1, 1), 2),
    ],
)
def test_counts(model, count):
    found = rs.conservation_laws(model)
    assert found.independent == found.most == count
    assert found.verdict is PROVED


def test_laws_are_constant_along_steps_of_gradient_flow():
    model = deep_matrix_factorization([2, 2, 2])
    laws = rs.conservation_laws(model).expressions
    assert len(laws) == 3  # the entries of W1 W1^T - W2^T W2
    theta = sympy.Matrix(model.parameters)
    residual = sympy.symbols(f"e0:{len(model.outputs)}")
    loss = sum(e * o for e, o in zip(residual, model.outputs, strict=True))
    velocity = sympy.Matrix([loss.diff(p) for p in theta])
    for law in laws:
        change = sum(law.diff(p) * v for p, v in zip(theta, velocity, strict=True))
        assert sympy.expand(change) == 0
    assert sympy.Matrix(laws).jacobian(theta).rank() == 3


def test_orbits_of_models_with_several_outputs():
    point = matrix_factorization(2, 1, 2).point([1, 2, 3, 4])
    assert rs.orbit_dimension(point).lower == 3
    zero = matrix_factorization(2, 1, 2).point([0] * 4)
    assert rs.orbit_dimension(zero).lower == 0


def test_refusals():
    with pytest.raises(ModelError, match="piecewise"):
        rs.conservation_laws(two_layer(1, 1, "relu"))
    with pytest.raises(BudgetError, match="smaller"):
        rs.conservation_laws(two_layer(20, 1))
    with pytest.raises(ModelError, match="a model"):
        rs.conservation_laws(U)
    with pytest.raises(ModelError, match="restricted"):
        rs.conservation_laws(rs.Model(U * X, [U], [X], domain={X: [0, 1]}))
    with pytest.raises(ModelError, match="constants"):
        rs.conservation_laws(rs.Model(U * V * W, [U, V], constants=[W]))


def _is_conserved(model, law):
    """Whether the derivative of a law along the gradient of every output vanishes."""
    return all(
        sympy.expand(sum(law.diff(p) * o.diff(p) for p in model.parameters)) == 0
        for o in model.outputs
    )


@pytest.mark.parametrize(
    ("output", "square"),
    [
        (U + V, (U - V) ** 2),
        (U + 2 * V, (2 * U - V) ** 2),
        (U - 3 * V, (3 * U + V) ** 2),
        (2 * U + V, (U - 2 * V) ** 2),
        (U + sympy.sqrt(2) * V, (sympy.sqrt(2) * U - V) ** 2),
        (sympy.sqrt(2) * U + sympy.pi * V, (sympy.pi * U - sympy.sqrt(2) * V) ** 2),
        ((U + V) ** 3, (U - V) ** 2),
    ],
)
def test_the_square_of_a_linear_law_by_hand(output, square):
    # U + c V moves along (1, c) alone, so c U - V is constant, and with it its square only
    model = rs.Model(output * X, [U, V], [X])
    found = rs.conservation_laws(model)
    (law,) = found.expressions
    assert _is_conserved(model, law)
    ratio = sympy.Poly(law, U, V).coeff_monomial(U**2) / sympy.Poly(square, U, V).coeff_monomial(
        U**2
    )
    assert sympy.expand(law - ratio * square) == 0
    assert (found.independent, found.most, found.verdict) == (1, 1, PROVED)


def test_two_linear_laws_give_three_quadratic_ones():
    model = rs.Model((U + V + W) * X, [U, V, W], [X])
    found = rs.conservation_laws(model)
    assert len(found) == 3
    assert all(_is_conserved(model, law) for law in found.expressions)
    assert (found.independent, found.verdict) == (2, PROVED)


def test_every_law_of_rotated_weights_is_conserved():
    # u v in rotated coordinates: squares and products mix in one law
    turned = {U: U + 2 * V, V: 2 * U - V}
    model = rs.Model((U * V).xreplace(turned) * X, [U, V], [X])
    found = rs.conservation_laws(model)
    (law,) = found.expressions
    assert _is_conserved(model, law)
    assert sympy.expand(3 * U**2 - 8 * U * V - 3 * V**2 - law) == 0
    assert found.verdict is PROVED


def test_names_of_symbols_do_not_matter():
    names = sympy.symbols("s_0_0 s_0_1 s_1_1 t_0 t_1 x_0")
    for p, q, x in [(4, 3, 1), (0, 1, 2), (1, 0, 5), (5, 4, 0), (2, 5, 3)]:
        u, v = names[p], names[q]
        found = rs.conservation_laws(rs.Model(u * v**2 * names[x], [u, v], [names[x]]))
        assert found.expressions == (2 * u**2 - v**2,)
        assert found.verdict is PROVED


@pytest.mark.parametrize(
    ("output", "law"),
    [
        (V / U, U**2 + V**2),  # -v/u^2 u + v/u = 0
        (W * U * V / (U + V + 1), None),
        (1 / (U - V) + 1 / (V - U), None),
        (sympy.sqrt(U) * V * X, 2 * U**2 - V**2),
    ],
)
def test_poles_on_fixed_sets_are_no_manifolds(output, law):
    # turning the sign of both leaves v / u, which has no value where both are 0
    model = rs.Model(output, [U, V, W], [X])
    found = rs.conservation_laws(model)
    assert law is None or law in found.expressions
    assert all(_is_conserved_or_simplified(model, e) for e in found.expressions)
    for manifold in rs.invariant_manifolds(model):
        assert int(manifold.rank()) <= manifold.dimension


@pytest.mark.parametrize(
    "output",
    [
        X / ((U + 1) * (U - 1) - V**2 + 1 + (V + 1) * (V - 1) - U**2 + 1 + (U - V) ** 2),
        X / (sympy.cos(U) ** 2 + sympy.sin(V) ** 2 - 1) ** 2,
        X / (sympy.exp(U - V) + sympy.exp(V - U) - 2),
        sympy.log((U - V) ** 2 - 1) * X,  # real where the difference is greater than 1 alone
        sympy.log((U - V) ** 2 - 1 - U**2 * V**2) * X,
        sympy.log((U - V) ** 2 * X**2),
        sympy.sqrt((U - V) ** 2 - 1 - X**2),
        sympy.Ei((U - V) ** 2) * X,
        sympy.coth((U - V) ** 2) * X,
    ],
)
def test_where_a_model_is_not_defined_there_is_no_manifold(output):
    # the model has no value, or no gradient, where u = v
    for manifold in rs.invariant_manifolds(rs.Model(output, [U, V], [X])):
        values = manifold.chart.values
        assert values[U] != values[V]


def test_at_a_kink_in_disguise_a_manifold_is_open():
    # acosh(1 + z^2) = |z| times a smooth function has no gradient at z = 0
    model = rs.Model(sympy.acosh(1 + (U - V) ** 2) * X, [U, V], [X])
    assert all(m.verdict is rs.Verdict.OPEN for m in rs.invariant_manifolds(model))


def test_a_disguised_square_is_no_pole():
    # the denominator is 1 + (u - v)^2, and the manifold u = v of the permutation remains
    output = X / ((U + V) ** 2 - 4 * U * V + 1)
    found = rs.invariant_manifolds(rs.Model(output, [U, V], [X]))
    assert any(m.chart.values[U] == m.chart.values[V] and m.dimension == 1 for m in found)


def _is_conserved_or_simplified(model, law):
    return all(
        sympy.simplify(sum(law.diff(p) * o.diff(p) for p in model.parameters)) == 0
        for o in model.outputs
    )


@pytest.mark.parametrize(
    ("output", "inputs", "domain", "dimension"),
    [
        (U * X + V * X**2, [X], {X: [1]}, 1),  # one gradient, (1, 1), and no bracket
        (U * X + V * X**2, [X], {X: [0, 1]}, 1),
        (U * X + V * X**2, [X], {X: [1, 2]}, 2),
        (U * (X**2 + W**2) + V, [X, W], {(X, W): "sphere"}, 1),
        (U * X + V, [X, W], {(X, W): "sphere"}, 2),
        (U * X + V * X**2, [X], {X: "0 < x < 1"}, 2),
    ],
)
def test_orbits_are_those_of_the_gradients_on_the_domain(output, inputs, domain, dimension):
    model = rs.Model(output, [U, V], inputs, domain=domain)
    found = rs.orbit_dimension(model.point([2, 3]))
    assert found.lower == dimension
    assert found.upper is None or found.upper >= dimension


def test_rotary_heads_keep_the_size_of_a_plane_but_not_its_angle():
    """Q R^(i-j) K^T: only multiples of 1 and of J commute with R, and J is not symmetric."""
    model = rotated(2, 1, 1)
    found = rs.conservation_laws(model)
    assert (found.independent, found.most, found.verdict) == (4, 4, PROVED)
    q, k, v, o = (model.parameters[i : i + 2] for i in (0, 2, 4, 6))
    plane = q[0] ** 2 + q[1] ** 2 - k[0] ** 2 - k[1] ** 2
    pair = [v[i] * v[j] - o[i] * o[j] for i, j in ((0, 0), (0, 1), (1, 1))]
    # v' = e o, o' = e v along the flow of v.o: the area of v and o is constant, too, and by
    # Lagrange's identity a function of the others
    area = v[0] * o[1] - v[1] * o[0]
    assert _same_span(found.expressions, [plane, *pair, area])


def test_a_router_keeps_the_sums_of_its_columns():
    model = routed(1, 2, 1)
    found = rs.conservation_laws(model)
    assert (found.independent, found.most, found.verdict) == (3, 3, PROVED)
    r0, r1, u0, _, w0, u1, _, w1 = model.parameters
    assert _same_span(found.expressions, [(r0 + r1) ** 2, u0**2 - w0**2, u1**2 - w1**2])


def test_one_expert_needs_no_router():
    found = rs.conservation_laws(routed(1, 1, 1))
    r, u, _, w = found.model.parameters
    assert _same_span(found.expressions, [r**2, u**2 - w**2])
    assert (found.independent, found.verdict) == (2, PROVED)


def _same_span(one, other):
    theta = sorted(set().union(*(e.free_symbols for e in [*one, *other])), key=str)
    polys = [[sympy.Poly(e, *theta) for e in side] for side in (one, other)]
    monomials = sorted({m for side in polys for p in side for m in p.monoms()})
    rows = [
        sympy.Matrix([[p.coeff_monomial(m) for m in monomials] for p in side]) for side in polys
    ]
    ranks = {rows[0].rank(), rows[1].rank(), sympy.Matrix.vstack(*rows).rank()}
    return ranks == {len(other)}


@pytest.mark.parametrize(
    ("activation", "a", "w", "rank", "orbit"),
    [
        # independent functions sigma, sigma', x sigma' of each neuron, but for a zero weight
        ("tanh", (1, 2, 3), (1, 2, 4), 9, 9),
        ("tanh", (1, 2, 0), (1, 2, 4), 7, 9),  # the weight moves away from 0
        ("tanh", (1, 2, 2), (1, 2, 2), 6, 6),  # equal neurons stay equal
        ("tanh", (1, 2, -2), (1, 2, -2), 6, 6),  # opposite ones stay opposite
        ("exp", (1, 2, 3), (1, 2, 4), 6, 6),  # a^2 - 2 b is constant
    ],
)
def test_orbits_of_three_neurons_with_biases(activation, a, w, rank, orbit):
    model = two_layer(3, 1, activation, bias=True)
    bias = [v if abs(v) == 2 else 1 for v in w]
    point = model.point(a=a, w=[[v] for v in w], b=bias)
    assert rs.model_rank(point).lower == rank
    assert rs.orbit_dimension(point).lower == orbit


def test_an_ended_budget_leaves_bounds_of_laws():
    model = rs.families.matrix_factorization(3, 3, 3)
    found = rs.conservation_laws(model, budget=1e-4)
    assert found.verdict is rs.Verdict.OPEN
    assert "the budget of time ended" in str(found)
    assert 0 <= found.independent <= 6 <= found.most <= model.size
    with pytest.raises(rs.errors.DataError, match="budget"):
        rs.conservation_laws(model, budget=-1)


def test_a_sufficient_budget_changes_nothing():
    model = rs.families.matrix_factorization(1, 2, 1)
    within, without = rs.conservation_laws(model, budget=600), rs.conservation_laws(model)
    assert within == without
    assert within.verdict is PROVED
    assert not within.ended
