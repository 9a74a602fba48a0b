"""Learning coefficients against hand computations, closed forms of others and volumes."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from itertools import pairwise, product

import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import ModelError, PointError
from rankstrat.families import deep_matrix_factorization, matrix_factorization, two_layer
from rankstrat.singular.ideal import local_ideal
from rankstrat.singular.newton import newton
from rankstrat.singular.products import Chain
from rankstrat.singular.quartic import second_order
from rankstrat.theorems._learning import chain_of, factors_of_ranks
from rankstrat.theorems.learning.learning_coefficient_factorization import triples
from rankstrat.theorems.learning.learning_multiplicity_points import hidden, merged, without

A, B, C, D, X = sympy.symbols("a b c d x")
ZERO, ONE, TWO = [[0, 0], [0, 0]], [[1, 0], [0, 0]], [[1, 0], [0, 1]]
OTHER = [[0, 0], [0, 1]]
PROVED = rs.Verdict.PROVED
HALVES = sympy.Rational(3, 2)


def at_origin(*outputs, inputs=()):
    symbols = sorted(set().union(*(o.free_symbols for o in outputs)) - set(inputs), key=str)
    model = rs.Model(list(outputs), symbols, list(inputs))
    return rs.learning_coefficient(model.point([0] * len(symbols)))


# by hand: the coefficient of a sum of squares of monomials, and what simple coordinates give
@pytest.mark.parametrize(
    ("outputs", "value", "multiplicity"),
    [
        ([A], Fraction(1, 2), 1),
        ([A * B], Fraction(1, 2), 2),
        ([A * B * C], Fraction(1, 2), 3),
        ([A**2 * B**3], Fraction(1, 6), 1),
        ([A**2 * B**2], Fraction(1, 4), 2),
        ([A, B**2], Fraction(3, 4), 1),
        ([A + B, A * B], Fraction(3, 4), 1),  # b^2 on a = -b
        ([A**2 + B**2], Fraction(1, 2), 1),
        ([A**2 + B**3], Fraction(5, 12), 1),  # the cusp: 1/2 + 1/3, halved
        ([A**2 - B**3], Fraction(5, 12), 1),
        ([A * B + C**2], Fraction(1, 2), 1),  # a cone that changes its sign
        ([A**2 + B**2 + C**2], Fraction(3, 4), 1),  # a point: no divisor with pole 1
        ([A * B, B * C, A * C], Fraction(3, 4), 1),
        ([A**3, A * B, B**4], Fraction(1, 2), 2),  # the diagonal meets the vertex ab
        ([A**2 * (1 + A)], Fraction(1, 4), 1),
        ([A * (1 + B) - B**2, A * C], Fraction(3, 4), 1),  # 1/2, and b^2 c of threshold 1/2
    ],
)
def test_small_ideals(outputs, value, multiplicity):
    found = at_origin(*outputs)
    assert (found.value, found.multiplicity, found.verdict) == (value, multiplicity, PROVED)


@pytest.mark.parametrize(
    "outputs",
    [
        [A**2 - B**2 + C**2, A * B * C],  # two equations with common zeros on a face
        [A**2 - B**2, (A - B) * C + A**5],
    ],
)
def test_degenerate_is_open(outputs):
    found = at_origin(*outputs)
    assert found.verdict is rs.Verdict.OPEN
    assert found.value is None
    assert found.multiplicity is None
    assert found.lower < found.upper
    assert "in [" in str(found)


def test_coefficients_of_functions_of_the_inputs():
    # a x + b^2 x^2 is 0 exactly if a = b^2 = 0
    assert at_origin(A * X + B**2 * X**2, inputs=[X]).value == Fraction(3, 4)
    # and (a + b^2) x only if a = -b^2
    assert at_origin((A + B**2) * X, inputs=[X]).value == Fraction(1, 2)


@pytest.mark.parametrize(
    ("left", "right", "value", "multiplicity"),
    [
        (ZERO, ZERO, Fraction(3, 2), 1),
        (ONE, OTHER, Fraction(3, 2), 1),
        (ONE, ONE, 2, 2),
        (TWO, TWO, 2, 1),
        (ZERO, ONE, Fraction(3, 2), 1),
        (ZERO, TWO, 2, 1),
        (TWO, ONE, 2, 1),
        (ONE, ZERO, Fraction(3, 2), 1),
        (TWO, ZERO, 2, 1),
    ],
)
def test_table_of_2_by_2_factorizations(left, right, value, multiplicity):
    found = rs.learning_coefficient(matrix_factorization(2, 2, 2).point(A=left, B=right))
    assert (found.value, found.multiplicity, found.verdict) == (value, multiplicity, PROVED)


def test_products_agree_with_newton_polyhedra():
    rng, tried = random.Random(3), 0
    places = [
        (n, p, q, t) for n, p, q in ((1, 2, 1), (2, 1, 2), (2, 2, 2)) for t in triples(n, p, q)
    ]
    for n, p, q, t in places:
        left, right = factors_of_ranks(rng, n, p, q, t)
        tried += agrees(matrix_factorization(n, p, q).point(A=left, B=right))
    strands = [
        {(0, 0): 1, (1, 1): 1, (2, 3): 1},
        {(0, 3): 1, (0, 1): 1, (2, 2): 1},
        {(0, 0): 1, (1, 2): 1, (3, 3): 1},
        {(0, 1): 1, (2, 2): 1, (3, 3): 1, (1, 1): 1},
    ]
    for s in strands:
        widths = [sum(n for (i, j), n in s.items() if i <= k <= j) for k in range(4)]
        if min(widths) and sum(a * b for a, b in pairwise(widths)) <= 8:
            factors = chain_of(rng, widths, s)
            values = {f"W{i}": f for i, f in enumerate(factors, 1)}
            tried += agrees(deep_matrix_factorization(widths).point(**values))
    assert tried >= 14


def strands_of(widths):
    """All ways to write a chain of these widths as a sum of strands."""
    last = len(widths) - 1
    kinds = [(i, j) for i in range(last + 1) for j in range(i, last + 1)]

    def choose(k, left):
        if k == len(kinds):
            if not any(left):
                yield {}
            return
        i, j = kinds[k]
        for n in range(min(left[i : j + 1]) + 1):
            rest = [v - (n if i <= t <= j else 0) for t, v in enumerate(left)]
            for found in choose(k + 1, rest):
                yield {(i, j): n, **found} if n else found

    yield from choose(0, list(widths))


@pytest.mark.parametrize(
    ("widths", "most"),
    [
        ((1, 1, 1, 1), 3),
        ((1, 2, 1, 1), 2),
        ((2, 1, 1, 1), 2),
        ((1, 1, 1, 1, 1), 4),
        ((1, 2, 2, 1), 1),
    ],
)
def test_multiplicities_of_three_factors_agree_with_newton_polyhedra(widths, most):
    rng, found = random.Random(4), set()
    for strands in strands_of(widths):
        factors = chain_of(rng, list(widths), strands)
        values = {f"W{i}": f for i, f in enumerate(factors, 1)}
        point = deep_matrix_factorization(list(widths)).point(**values)
        agrees(point)
        found.add(rs.learning_coefficient(point).multiplicity)
    assert found == set(range(1, most + 1))


def both_ways(widths, strands):
    last = len(widths) - 1
    turned = {(last - j, last - i): n for (i, j), n in strands.items()}
    for chain in (Chain(widths, strands), Chain(widths[::-1], turned)):
        value, minimisers = chain.least()
        yield value, chain.longest(minimisers)


def test_the_transposed_product_has_the_same_coefficient():
    tried = 0
    for widths in product((1, 2, 3), repeat=4):
        for strands in list(strands_of(widths))[::7]:
            if (0, 3) not in strands:
                one, other = both_ways(widths, strands)
                assert one == other
                tried += 1
    assert tried > 100


def test_chains_need_flags():
    """Five minimisers in a row, but the space of the third contains a vector that those after it
    leave out: node 2 carries [2, 2] and [1, 3], and z_2 = 1.
    """
    strands = {(0, 0): 1, (0, 1): 1, (1, 3): 1, (2, 2): 1, (3, 4): 1, (4, 4): 1}
    chain = Chain((2, 2, 2, 2, 2), strands)
    value, minimisers = chain.least()
    assert value == 3
    assert sorted(minimisers) == [
        (2, 1, 0, 0, 0), (2, 1, 1, 0, 0), (2, 1, 1, 1, 0), (2, 2, 1, 1, 0), (2, 2, 2, 1, 0)
    ]  # fmt: skip
    assert list(both_ways((2, 2, 2, 2, 2), strands)) == [(3, 4), (3, 4)]


@pytest.mark.parametrize(
    "widths", [(1, 1, 1), (1, 3, 1), (2, 2, 2), (1, 2, 2, 1), (2, 2, 1, 2), (1, 1, 2, 1, 1)]
)
def test_hidden_nodes_change_no_multiplicity(widths):
    """Every point whose chain becomes a deepest point without its hidden nodes."""
    tried = 0
    for strands in strands_of(widths):
        kept = strands
        while (node := hidden(kept)) is not None:
            kept = without(kept, node)
        last = max(j for _, j in kept)
        if last > 1 and all(i == j or (i, j) == (0, last) for i, j in kept):
            chain = Chain(widths, strands)
            case = {"strands": [[i, j, n] for (i, j), n in strands.items()]}
            assert chain.longest(chain.least()[1]) == merged(case, 0)
            tried += 1
    assert tried


def agrees(point):
    found, ideal = rs.learning_coefficient(point), local_ideal(point)
    if not ideal.generators:
        assert found.value == Fraction(ideal.smooth, 2)
        return True
    polyhedron = newton(ideal.generators, ideal.size)
    if polyhedron.value is None:
        assert found.value <= (ideal.smooth + polyhedron.threshold) / 2
        return False
    assert found.value == (ideal.smooth + polyhedron.value) / 2
    if None not in (found.multiplicity, polyhedron.multiplicity):
        assert found.multiplicity == polyhedron.multiplicity
    return True


def test_one_factor_and_linear_networks_with_inputs():
    one = deep_matrix_factorization([3, 2])
    assert rs.learning_coefficient(one.point([0] * 6)).value == 3
    net = rs.families.fully_connected(
        [2, 2, 2], activation="identity", bias=False, output_bias=False
    )
    assert rs.learning_coefficient(net.point([0] * net.size)).value == Fraction(3, 2)


def test_products_do_not_depend_on_the_names_of_rows_and_columns():
    wide, tall = deep_matrix_factorization([1, 3, 2]), deep_matrix_factorization([2, 3, 1])
    left = rs.learning_coefficient(wide.point([0] * wide.size))
    right = rs.learning_coefficient(tall.point([0] * tall.size))
    assert (left.value, left.multiplicity) == (right.value, right.multiplicity) == (1, 1)


def test_lecture_example_disagrees_with_the_rank_from_three_inputs_on():
    for d in (1, 2, 3):
        net, narrow = (two_layer(m, d, "exp") for m in (2, 1))
        both, alone, _ = rs.target_set(net, narrow.point([1, *range(1, d + 1)])).branches
        assert both.rank == 1 + d < alone.rank == 2 + d
        condensed, other = rs.learning_coefficient(both), rs.learning_coefficient(alone)
        assert condensed.value == Fraction(1 + d, 2) + Fraction(d, 4)
        assert other.value == Fraction(2 + d, 2)
        assert (condensed.value < other.value) == (d < 2)
        assert condensed.multiplicity == other.multiplicity == 1


def test_three_equal_neurons_depend_on_signs():
    net = two_layer(3, 1, "exp")
    same = rs.learning_coefficient(net.point(a=[1, 2, 3], w=[[1]] * 3))
    assert same.value == Fraction(2, 2) + Fraction(4 - 2, 4)
    # 3 u^2 - 2 v^2 - ...: on a1 u + a2 v + a3 w = 0 the form sum a_i u_i^2 has both signs
    mixed = rs.learning_coefficient(net.point(a=[3, 1, -1], w=[[1]] * 3))
    # x y and, on its two lines, cubes: (x y, x^3, y^3) has threshold 1
    assert (mixed.value, mixed.verdict) == (Fraction(3, 2), PROVED)
    assert mixed.multiplicity in (None, 2)
    narrow = two_layer(1, 1, "exp").point([6, 1])
    branch = next(b for b in rs.target_set(net, narrow).branches if b.index == (1, 0))
    assert rs.learning_coefficient(branch).verdict is rs.Verdict.OPEN


def test_hostile_points_of_networks():
    net = two_layer(2, 1)
    zero = rs.learning_coefficient(net.point([0] * 4))  # a1 w1 + a2 w2 and a1 w1^3 + a2 w2^3, ...
    assert zero.verdict is rs.Verdict.OPEN
    assert zero.lower == 0
    assert zero.upper <= 1
    # opposite neurons, a1 = a2: the function 0 with rank 2, on the Morse-Bott branch of such pairs
    pair = rs.learning_coefficient(net.point(a=[1, 1], w=[[2], [-2]]))
    assert (pair.value, pair.verdict) == (1, PROVED)
    full = rs.learning_coefficient(net.point(a=[1, 2], w=[[1], [3]]))
    assert (full.value, full.multiplicity) == (2, 1)
    one = rs.learning_coefficient(two_layer(1, 1).point([0, 0]))  # a w tanh(z)/z: two lines
    assert (one.value, one.multiplicity) == (Fraction(1, 2), 2)


def test_a_jump_that_moves_is_refused():
    """K(a) is pi^2 times the chance of inputs between 0 and a, of order |a|: half the rank is 0."""
    a, x = sympy.symbols("a x")
    model = rs.Model(sympy.atan(x - a) + sympy.atan(1 / (x - a)), [a], [x])
    with pytest.raises(ModelError, match="jump"):
        rs.learning_coefficient(model.point([0]))


def test_piecewise_and_charts_error():
    relu = two_layer(1, 1, "relu")
    with pytest.raises(ModelError, match="piecewise"):
        rs.learning_coefficient(relu.point([1, 1]))
    with pytest.raises(PointError, match="has coordinates"):
        rs.learning_coefficient(two_layer(1, 1).generic())
    with pytest.raises(PointError, match="a point or a branch"):
        rs.learning_coefficient(two_layer(1, 1))
    with pytest.raises(PointError, match="has coordinates"):
        rs.volume_slope(two_layer(1, 1).generic())


def test_irrational_points_keep_an_interval():
    point = rs.Model([A * B], [A, B]).point([sympy.sqrt(2), 0])
    found = rs.learning_coefficient(point)
    assert found.value is None or found.value == Fraction(1, 2)
    assert found.lower == Fraction(1, 2)


def test_other_points_that_no_list_reaches():
    root = two_layer(2, 1).point(a=[1, 0], w=[[sympy.sqrt(2)], [sympy.sqrt(2)]])
    found = rs.learning_coefficient(root)
    assert found.lower == 1
    assert found.upper == Fraction(3, 2)
    guest = rs.Model(A * sympy.exp(B * X) + C * sympy.exp(D * X) * X, [A, B, C, D], [X])
    found = rs.learning_coefficient(guest.point([1, 0, 0, 0]))  # exp, x exp and a null term
    assert found.verdict is rs.Verdict.OPEN
    assert found.lower == 1


def test_a_restricted_domain_is_not_mixed_up_with_all_inputs():
    # on the points 0 and 1 the functions x and x^2 are equal, so a x + b x^2 has one equation
    model = rs.Model(A * X + B**2 * X**2, [A, B], [X], domain={X: [0, 1]})
    found = rs.learning_coefficient(model.point([0, 0]))
    assert found.lower <= Fraction(1, 2) <= found.upper


def test_json_is_a_fixture():
    found = rs.learning_coefficient(matrix_factorization(1, 1, 1).point([0, 0]))
    record = json.loads(found.to_json())
    assert record["value"] == record["lower"] == record["upper"] == "1/2"
    assert record["multiplicity"] == 2
    assert record["outputs"] == ["A1_1*B1_1"]
    assert record["verdict"] == "PROVED"
    assert found._repr_latex_() == r"$\lambda = \tfrac{1}{2},\ m = 2$"


def test_volumes_have_these_slopes():
    # nothing but samples: the cusp, and the point of multiplicity 2
    cusp = rs.Model([A**2 + B**3], [A, B]).point([0, 0])
    assert rs.volume_slope(cusp, particles=400, runs=2).value == pytest.approx(5 / 12, abs=0.06)
    cross = rs.Model([A * B], [A, B]).point([0, 0])
    found = rs.volume_slope(cross, particles=400, runs=2, multiplicity=2)
    assert found.value == pytest.approx(1 / 2, abs=0.08)
    assert found.verdict is rs.Verdict.NUMERICAL


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "multiplicity"),
    [
        (matrix_factorization(2, 2, 2).point([0] * 8), 1),
        (matrix_factorization(2, 2, 2).point(A=ONE, B=ONE), 2),
        (matrix_factorization(2, 2, 2).point(A=ONE, B=OTHER), 1),
        (deep_matrix_factorization([2, 2, 2, 2]).point([0] * 12), 3),
        (two_layer(2, 1, "exp").point(a=[1, 2], w=[[1], [1]]), 1),
        (two_layer(2, 1, "exp").point(a=[3, 0], w=[[1], [2]]), 1),
        (two_layer(3, 1, "exp").point(a=[1, 2, 3], w=[[1]] * 3), 1),
    ],
)
def test_volumes_of_models(point, multiplicity):
    exact = rs.learning_coefficient(point).value
    found = rs.volume_slope(point, multiplicity=multiplicity)
    assert found.value == pytest.approx(float(exact), rel=0.06)


@pytest.mark.parametrize(
    "output",
    [
        A**HALVES,
        B + A**HALVES,
        B + (X * A) ** HALVES,
        B * (A - 2 * C) ** HALVES,
        B + (sympy.sin(C) ** 2 + sympy.cos(C) ** 2 - 1 + A) ** HALVES,
        B + (sympy.exp(C + X) - sympy.exp(C) * sympy.exp(X) + A) ** HALVES,
    ],
)
def test_a_fractional_power_of_zero_is_not_analytic(output):
    # |a^(3/2)|^2 = a^3 has the coefficient 1/3, which no bound for analytic functions allows
    symbols = sorted(output.free_symbols - {X}, key=str)
    model = rs.Model([output], symbols, [X])
    with pytest.raises(ModelError, match="analytic"):
        rs.learning_coefficient(model.point([0] * len(symbols)))


def test_a_fractional_power_of_zero_on_a_branch_is_not_analytic():
    model = rs.Model([A**HALVES * X], [A, B], [X])
    branch = rs.target_set(model, sympy.Integer(0), charts=[{A: 0}]).branches[0]
    with pytest.raises(ModelError, match="analytic"):
        rs.learning_coefficient(branch)
    smooth = rs.Model([(1 + A * B) ** HALVES * X], [A, B], [X])
    branch = rs.target_set(smooth, X, charts=[{A: 0}]).branches[0]
    assert rs.learning_coefficient(branch).value == Fraction(1, 2)


def test_a_fractional_power_away_from_zero_is_analytic():
    found = rs.learning_coefficient(rs.Model([A**HALVES], [A]).point([1]))
    assert (found.value, found.verdict) == (Fraction(1, 2), PROVED)


def test_volume_of_the_zero_model_does_not_shrink():
    found = rs.volume_slope(rs.Model([0 * A], [A]).point([0]), particles=50, runs=1)
    assert (found.value, found.levels) == (0.0, ())


def test_volume_slope_refuses_what_it_cannot_sample():
    # on x in {0, 1} the function a x + b^2 x^2 has one equation, for normal inputs two
    two = rs.Model([A * X + B**2 * X**2], [A, B], [X], domain={X: [0, 1]}).point([0, 0])
    with pytest.raises(ModelError, match="domain"):
        rs.volume_slope(two)
    root = rs.Model([A * sympy.sqrt(X)], [A], [X]).point([1])
    with pytest.raises(ModelError, match="finite"):
        rs.volume_slope(root)
    known = rs.Model([A * B], [A], constants=[B]).point([0])
    with pytest.raises(ModelError, match="constants"):
        rs.volume_slope(known)
    line = rs.Model([A], [A]).point([0])
    for wrong in ({"runs": 0}, {"particles": 3}, {"halvings": 2}, {"radius": 0}):
        with pytest.raises(PointError, match="given"):
            rs.volume_slope(line, **wrong)


@pytest.mark.parametrize("name", ["x", "c0", "c1", "e0_0", "s0", "x_0"])
def test_second_order_does_not_depend_on_the_name_of_the_input(name):
    # a + b^2 moves along a curve: the second derivative lies in the tangent span
    x = sympy.Symbol(name)
    point = rs.Model((A + B**2) * x, [A, B], [x]).point([0, 0])
    assert second_order(point, rs.model_rank(point), [], seed=0) is None
    apart = rs.Model(A * x + B**2 * x**2, [A, B], [x]).point([0, 0])
    assert second_order(apart, rs.model_rank(apart), [], seed=0) is not None


def test_an_unspecified_activation_is_bounded():
    """Two equal neurons, and everything 0: no second derivative of sigma is known."""
    network = two_layer(2, 1, activation="sigma")
    for values, least in (([1, 2, 3, 3], 1), ([0, 0, 0, 0], 0)):
        found = rs.learning_coefficient(network.point(values))
        assert found.value is None and least <= found.lower <= found.upper <= 2
