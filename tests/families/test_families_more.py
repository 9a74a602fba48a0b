"""Further families: generic ranks known from mathematics, argument checks, and two engines."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import FamilyError, InexactValueError


def rank(model):
    return int(rs.model_rank(model))


def somewhere(model, seed=0):
    """A point with random small integers."""
    source = np.random.default_rng(seed)
    return model.point(
        {name: source.integers(-5, 6, shape) for name, shape in model.blocks.items()}
    )


# ----------------------------------------------------------------------------------------------
# attention
def test_attention_ranks():
    """One generic head has 4*4*2 - 2*2^2 = 24: a gauge group GL(2) for Q, K and one for V, O."""
    one, two = (
        rs.families.attention(2, 4, 2, scale=1),
        rs.families.attention(2, 4, 2, heads=2, scale=1),
    )
    point = somewhere(one)
    assert rank(point) == 24
    assert rank(somewhere(two)) == 48
    head = point.numbers
    split = {name: np.concatenate([head[name], head[name]]) for name in "QKV"}
    assert rank(two.point({**split, "O": np.concatenate([3 * head["O"], 7 * head["O"]])})) == 24
    null = {name: np.concatenate([head[name], 0 * head[name]]) for name in head}
    assert rank(two.point(null)) == 24


def test_the_scale_of_attention_does_not_matter():
    for scale in (None, Fraction(2, 3)):
        assert rank(somewhere(rs.families.attention(2, 3, 2, scale=scale))) == 4 * 3 * 2 - 8
    model = rs.families.attention(2, 2, 2)
    assert model.structure.factor == 1 / sympy.sqrt(2)
    for head in (1, 2, 3, 6):  # sqrt(3) has no root modulo the primes of the usual pool
        exact, plain = (rs.families.attention(2, 2, head, scale=scale) for scale in (None, 1))
        values = [v or 1 for v in np.random.default_rng(head).integers(-3, 4, exact.size)]
        assert rank(exact.point(values)) == rank(plain.point(values)) == (8 if head > 1 else 6)


def test_attention_on_three_tokens():
    assert rank(somewhere(rs.families.attention(3, 4, 2, scale=1))) == 24


def test_linear_attention_has_one_more_gauge_dimension():
    """Without softmax a factor moves between Q K^T and V O."""
    assert rank(somewhere(rs.families.attention(2, 4, 2, linear=True, scale=1))) == 23
    assert rank(rs.families.attention(2, 2, 1, linear=True)) == 5


def test_attention_is_softmax_attention():
    model = rs.families.attention(2, 2, 1, scale=Fraction(1, 2))
    source = np.random.default_rng(3)
    values = {str(s): float(source.normal()) for s in (*model.parameters, *model.inputs)}
    given = {
        name: np.array([values[str(s)] for s in model.parameters if str(s)[0] == name])
        for name in "QKVO"
    }
    x = np.array([values[str(s)] for s in model.inputs]).reshape(2, 2)
    q, k, v = (x @ given[name].reshape(2, 1) for name in "QKV")
    weights = np.exp(q @ k.T / 2)
    weights /= weights.sum(axis=1, keepdims=True)
    expected = weights @ v @ given["O"].reshape(1, 2)
    found = [float(o.subs(values)) for o in model.outputs]
    np.testing.assert_allclose(found, expected.ravel(), rtol=1e-12)


# ---------------------------------------------------------------------------------------------- KAN
@pytest.mark.parametrize(
    ("width", "inputs", "degree", "expected"),
    [
        (1, 1, 2, 4),  # G + G - 2: an affine map between the two layers is free
        (1, 1, 3, 6),
        (1, 2, 2, 6),  # G + 2 G - 1 - 2
        (1, 2, 3, 9),
        (2, 1, 3, 10),  # all polynomials of degree 9, one less than 6 + 6 - 1
        pytest.param(2, 2, 3, 17, marks=pytest.mark.slow),  # 9 + 9 - 1: the constant is common
    ],
)
def test_polynomial_kan_ranks(width, inputs, degree, expected):
    assert rank(rs.families.kan(width, inputs, degree)) == expected


def test_kan_with_knots_is_a_spline():
    model = rs.families.kan(1, 1, 2, knots=[0, Fraction(1, 2)])
    assert model.structure.basis == 5
    spline = model.structure.spline([0, 0, 1, -1, 3], sympy.Rational(1))
    assert spline == 1 - 1 + 3 * sympy.Rational(1, 4)


def test_spline_kan_ranks():
    """G + d G - (d - 1) - ex, ex = 1 or 0 for one or two knots of Phi that are reached (cubic
    splines).
    """
    one = rs.families.kan(1, 1, 3, knots=[0]).point(
        outer=[[1, 2, 3, 1, 5]], inner=[[[1, 2, 1, 3, 4]]]
    )
    assert rs.model_rank(one).lower == rs.numerical_rank(one, digits=40).rank == 5 + 5 - 1
    two = rs.families.kan(1, 2, 3, knots=[0, 1])
    point = two.point(outer=[[1, 2, 3, 1, 5, 2]], inner=[[[1, 2, 1, 3, 4, 1], [2, 1, -1, 2, 1, 3]]])
    assert rs.numerical_rank(point, digits=40).rank == 6 + 2 * 6 - 1


# ----------------------------------------------------------------------------------------------
# polynomials
@pytest.mark.parametrize(
    ("widths", "degree", "expected"),
    [
        ([2, 2, 1], 2, 3),  # quadratic forms in two variables
        ([3, 2, 1], 2, 5),  # k d - k (k - 1) / 2: symmetric matrices of rank 2
        ([3, 3, 1], 2, 6),
        ([2, 2, 1], 3, 4),  # k d: sums of two cubes are all binary cubics
        ([3, 3, 1], 3, 9),  # k d
        ([2, 3, 2], 2, 6),  # pairs of binary quadratics
    ],
)
def test_polynomial_networks(widths, degree, expected):
    assert rank(somewhere(rs.families.polynomial_network(widths, degree))) == expected


def test_deep_polynomial_network_fills_its_space():
    assert rank(somewhere(rs.families.polynomial_network([2, 2, 2, 1], 2))) == 5  # binary quartics


def test_a_polynomial_network_is_a_fully_connected_one():
    own = rs.families.polynomial_network([2, 2, 1], 2, bias=True)
    other = rs.families.fully_connected([2, 2, 1], "square", bias=True, output_bias=False)
    assert own.outputs == other.outputs


# ----------------------------------------------------------------------------------------------
# tensors
@pytest.mark.parametrize(
    ("shape", "terms", "expected"),
    [
        ([2, 2, 2], 1, 4),  # sum of n_l - 1, plus 1
        ([2, 2, 2], 2, 8),  # all tensors
        ([2, 3, 4], 2, 14),
        ([3, 3], 2, 8),  # matrices of rank 2: 2 * 3 * 2 - 4
        ([2, 2, 2, 2], 2, 10),
    ],
)
def test_secant_varieties(shape, terms, expected):
    assert rank(somewhere(rs.families.cp_factorization(shape, terms))) == expected


@pytest.mark.parametrize(
    ("shape", "terms", "expected"), [([3, 3, 3], 4, 26), ([2, 2, 2, 2], 3, 14)]
)
def test_defective_secant_varieties(shape, terms, expected):
    """Strassen: four terms do not fill the 3 x 3 x 3 tensors.

    Three terms in (P^1)^4 are defective too.
    """
    assert rank(somewhere(rs.families.cp_factorization(shape, terms))) == expected


def test_cp_of_a_matrix_is_matrix_factorization():
    """A B^T: 9 - (3 - r_A)(3 - r_B)."""
    model = rs.families.cp_factorization([3, 3], 2)
    assert rank(model.point(A1=[[1, 0], [0, 1], [0, 0]], A2=[[1, 0], [0, 0], [0, 0]])) == 9 - 1 * 2


# ----------------------------------------------------------------------------------------------
# frameworks
DOUBLE_BANANA = [(i, j) for banana in ((3, 4, 5), (6, 7, 8)) for j in banana for i in (1, 2)] + [
    (i, j) for banana in ((3, 4, 5), (6, 7, 8)) for i in banana for j in banana if i < j
]


@pytest.mark.parametrize(
    ("vertices", "edges", "dimension", "expected"),
    [
        (4, None, 2, 5),  # K4 is rigid with one stress: 2 n - 3
        (4, [(1, 2), (2, 3), (3, 4), (4, 1)], 2, 4),  # a square flexes
        (6, [(i, j) for i in (1, 2, 3) for j in (4, 5, 6)], 2, 9),  # K_{3,3}: Laman
        (5, None, 3, 9),  # 3 n - 6
        (8, DOUBLE_BANANA, 3, 17),  # 18 = 3 n - 6 edges, but each banana turns about the axis
    ],
)
def test_generic_rigidity(vertices, edges, dimension, expected):
    assert rank(somewhere(rs.families.framework(vertices, edges, dimension))) == expected


def test_special_frameworks():
    line = rs.families.framework(3)
    assert rank(line.point(p=[[0, 0], [1, 0], [2, 0]])) == 2
    bipartite = rs.families.framework(6, [(i, j) for i in (1, 2, 3) for j in (4, 5, 6)])
    # Bolker-Roth: K_{3,3} is infinitesimally flexible exactly when its vertices lie on a conic
    on_circle = [
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
        [Fraction(3, 5), Fraction(4, 5)],
        [Fraction(-3, 5), Fraction(4, 5)],
    ]
    assert rank(bipartite.point(p=on_circle)) == 8


def test_the_example_of_opt():
    model = rs.families.opt_example()
    assert rank(model) == 3
    ranks = {(s, t): rank(model.point([1, 2, s, t])) for s in (0, 1) for t in (0, 3)}
    assert ranks == {(0, 0): 2, (0, 3): 3, (1, 0): 3, (1, 3): 3}


# ----------------------------------------------------------------------------------------------
# arguments
@pytest.mark.parametrize(
    ("family", "arguments"),
    [
        ("attention", {"tokens": 2, "model_dim": 2, "head_dim": 1, "scale": 0}),
        ("attention", {"tokens": 2, "model_dim": 2, "head_dim": 1, "scale": sympy.sqrt(2)}),
        ("attention", {"tokens": 0, "model_dim": 2, "head_dim": 1}),
        ("kan", {"width": 1, "inputs": 1, "knots": [1, 0]}),
        ("kan", {"width": 1, "inputs": 1, "knots": "01"}),
        ("kan", {"width": 1, "inputs": 1, "degree": 0}),
        ("framework", {"vertices": 3, "edges": [(1, 4)]}),
        ("framework", {"vertices": 3, "edges": [(1, 2), (2, 1)]}),
        ("framework", {"vertices": 3, "edges": [(1, 1)]}),
        ("framework", {"vertices": 3, "edges": []}),
        ("framework", {"vertices": 3, "edges": "12"}),
        ("framework", {"vertices": 3, "edges": [1]}),
        ("cp_factorization", {"shape": [2], "terms": 1}),
        ("cp_factorization", {"shape": [2, 2], "terms": 0}),
        ("polynomial_network", {"widths": [2, 1], "degree": 0}),
        ("polynomial_network", {"widths": [2, 1], "degree": "2"}),
    ],
)
def test_wrong_arguments_are_refused(family, arguments):
    with pytest.raises(FamilyError):
        rs.families.build(family, **arguments)


def test_a_float_scale_is_refused():
    with pytest.raises(InexactValueError):
        rs.families.attention(2, 2, 1, scale=0.5)


@pytest.mark.parametrize(
    "zero",
    [
        sympy.sin(1) ** 2 + sympy.cos(1) ** 2 - 1,
        (sympy.E - 1) * (sympy.E + 1) - sympy.E**2 + 1,
        sympy.sqrt(2) * sympy.sqrt(3 + 2 * sympy.sqrt(2)) - sympy.sqrt(2) - 2,
    ],
)
@pytest.mark.parametrize(
    "model",
    [
        rs.families.linear(features=2),
        rs.families.diagonal(features=2),
        rs.families.deep_diagonal(features=2, depth=2),
    ],
)
def test_a_target_with_a_disguised_zero_is_in_the_function_space(model, zero):
    x = model.inputs[0]
    found = [rs.target_set(model, t) for t in (x, x + zero * x**2)]
    plain, disguised = ([b.dimension for b in q.branches] for q in found)
    assert plain == disguised
