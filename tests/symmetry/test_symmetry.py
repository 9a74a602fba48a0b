"""Symmetries, structural invariant manifolds and orbits, against sympy, gradient steps and the
table of two-neuron networks.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import factorial
from typing import Any

import numpy as np
import pytest
import sympy

from rankstrat.errors import ModelError
from rankstrat.families import (
    deep_diagonal,
    diagonal,
    fully_connected,
    matrix_factorization,
    two_layer,
)
from rankstrat.model.model import Model
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.symmetry import Symmetry, fixed_set, invariant_manifolds, orbit_dimension, symmetries


def kinds(model: Model) -> dict[str, int]:
    return {
        k: len(list(g)) for k, g in itertools.groupby(sorted(s.kind for s in symmetries(model)))
    }


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (two_layer(width=3, inputs=2, bias=True), {"permutation": 3, "sign": 3}),
        (two_layer(width=3, inputs=2, activation="sigmoid"), {"permutation": 3}),
        (two_layer(width=2, inputs=1, activation="cos", bias=True), {"permutation": 1, "sign": 2}),
        (two_layer(width=2, inputs=1, activation="relu", bias=True),
         {"permutation": 1, "scaling": 2}),
        (matrix_factorization(2, 2, 2), {"permutation": 1, "scaling": 2, "shear": 2, "sign": 2}),
        (matrix_factorization(2, 3, 2), {"permutation": 3, "scaling": 3, "shear": 6, "sign": 3}),
        (fully_connected([2, 2, 3, 1]), {"permutation": 4, "sign": 5}),
        (fully_connected([1, 2, 2, 1], "relu"), {"permutation": 2, "scaling": 4}),
        (diagonal(features=2), {"sign": 4}),
    ],
)  # fmt: skip
def test_number_of_generators(model: Model, expected: dict[str, int]) -> None:
    assert kinds(model) == expected


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "cos", "square"])
def test_every_symmetry_leaves_the_function_unchanged_by_sympy(activation: str) -> None:
    model = two_layer(width=2, inputs=1, activation=activation, bias=True)
    for g in symmetries(model):
        (f,) = model.outputs
        moved = f.xreplace({p: sympy.Dummy(str(p)) for p in ()}).subs(
            dict(g.values), simultaneous=True
        )
        assert sympy.simplify(moved - f) == 0


def permutation_group_order(model: Model) -> int:
    place = {p: i for i, p in enumerate(model.parameters)}
    generators = [
        sympy.combinatorics.Permutation([place[g.values.get(p, p)] for p in model.parameters])
        for g in symmetries(model)
        if g.kind == "permutation"
    ]
    return int(sympy.combinatorics.PermutationGroup(generators).order())


@pytest.mark.parametrize("widths", [[1, 3, 1], [2, 2, 3, 1], [1, 2, 2, 2, 1]])
def test_permutations_generate_the_product_of_symmetric_groups(widths: list[int]) -> None:
    expected = int(np.prod([factorial(m) for m in widths[1:-1]]))
    assert permutation_group_order(fully_connected(widths)) == expected


def test_deep_diagonal_permutes_the_factors_of_each_feature() -> None:
    assert permutation_group_order(deep_diagonal(features=2, depth=3)) == 6**2


def test_a_model_without_symmetry_has_none() -> None:
    a, b, x = sympy.symbols("a b x")
    assert symmetries(Model(a * x + sympy.exp(b * x**2), [a, b], [x])) == ()


def test_heads_of_attention_are_interchangeable() -> None:
    """Two heads, d_model = 2, head dimension 1, two tokens; equal heads are invariant."""
    model = attention(heads=2)
    permutations = [g for g in symmetries(model) if g.kind == "permutation"]
    assert len(permutations) == 1
    assert len(permutations[0].values) == 8 * 2
    manifold = fixed_set(permutations[0])
    assert manifold.verdict is Verdict.PROVED
    assert manifold.dimension == 8


def attention(heads: int, tokens: int = 2, width: int = 2) -> Model:
    x = sympy.Matrix(tokens, width, lambda i, j: sympy.Symbol(f"x{i + 1}_{j + 1}"))
    total, parameters = sympy.zeros(tokens, width), list[sympy.Symbol]()
    for h in range(heads):
        q, k, v, o = (
            sympy.Matrix([sympy.Symbol(f"{n}{h + 1}_{j + 1}") for j in range(width)])
            for n in "qkvo"
        )
        parameters += [*q, *k, *v, *o]
        scores = (x * q) * (x * k).T
        for i in range(tokens):
            weights = [
                1 / sum(sympy.exp(scores[i, t] - scores[i, s]) for t in range(tokens))
                for s in range(tokens)
            ]
            value = sum((w * (x[s, :] * v)[0] for s, w in enumerate(weights)), sympy.Integer(0))
            total[i, :] = total[i, :] + value * o.T
    return Model(list(total), parameters, list(x))


def test_units_of_a_kan_are_interchangeable() -> None:
    """f = sum_i Phi_i(sum_j phi_ij(x_j)) with quadratic one-dimensional functions, width 2."""
    x = sympy.symbols("x1:3")
    outputs, parameters = sympy.Integer(0), list[sympy.Symbol]()
    for i in (1, 2):
        outer = sympy.symbols(f"p{i}_1:3")
        inner = [sympy.symbols(f"q{i}{j}_1:3") for j in (1, 2)]
        parameters += [*outer, *inner[0], *inner[1]]
        u = sum(q[0] * t + q[1] * t**2 for q, t in zip(inner, x, strict=True))
        outputs += outer[0] * u + outer[1] * u**2
    model = Model(outputs, parameters, x)
    found = [m for m in invariant_manifolds(model, pairs=False) if m.symmetry.kind == "permutation"]
    assert [m.dimension for m in found] == [6]
    assert found[0].verdict is Verdict.PROVED
    assert int(found[0].rank()) <= 6


# Invariant manifolds


@pytest.mark.parametrize(
    "model",
    [
        two_layer(width=2, inputs=1),
        two_layer(width=2, inputs=2, activation="sigmoid", bias=True),
        fully_connected([1, 2, 2, 1]),
        diagonal(features=2),
    ],
)
def test_manifolds_are_proved_and_bound_the_rank(model: Model) -> None:
    found = invariant_manifolds(model)
    assert found
    for manifold in found:
        assert manifold.verdict is Verdict.PROVED
        assert manifold.rank().upper <= manifold.dimension


def gradient_leaves(
    model: Model, constraint: dict[sympy.Symbol, Any], start: dict[str, Fraction]
) -> bool:
    """Whether one gradient step on random data leaves {constraint}, numerically and without
    rankstrat.
    """
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=6), rng.normal(size=6)
    (f,) = model.outputs
    loss = sum((f.subs(model.inputs[0], a) - b) ** 2 for a, b in zip(x, y, strict=True))
    point = {p: float(sympy.sympify(constraint.get(p, p)).subs(start)) for p in model.parameters}
    after = {p: point[p] - 0.1 * float(sympy.diff(loss, p).subs(point)) for p in model.parameters}
    return any(
        abs(float(sympy.sympify(v).subs(after)) - after[p]) > 1e-9 for p, v in constraint.items()
    )


def test_gradient_steps_stay_on_the_manifolds_and_leave_other_sets() -> None:
    model = two_layer(width=2, inputs=1)
    start = {"a1": Fraction(1, 2), "w1_1": Fraction(2), "a2": Fraction(1, 3), "w2_1": Fraction(1)}
    for manifold in invariant_manifolds(model):
        constraint = {p: v for p, v in manifold.chart.values.items() if p != v}
        assert not gradient_leaves(model, constraint, start)
    _, a2, w1, w2 = model.parameters
    assert gradient_leaves(model, {w2: w1}, start)
    assert gradient_leaves(model, {a2: sympy.Integer(0)}, start)


def test_equal_neurons_are_the_smaller_network_with_doubled_output() -> None:
    found = invariant_manifolds(two_layer(width=2, inputs=1))
    manifold = next(m for m in found if m.symmetry.kind == "permutation")
    a, w = sympy.symbols("a1 w1_1")
    (x,) = manifold.chart.model.inputs
    assert sympy.simplify(manifold.restricted.outputs[0] - 2 * a * sympy.tanh(w * x)) == 0
    assert int(model_rank(manifold.restricted)) == int(manifold.rank()) == 2


def test_no_gradient_on_a_kink_proves_nothing() -> None:
    # a |w x + b| has no derivative by w and b at w = b = 0 unless a = 0; where two units coincide
    # it has
    found = invariant_manifolds(two_layer(width=1, inputs=1, activation="abs"))
    assert [(str(m.chart.values), m.verdict) for m in found] == [
        ("{a1: a1, w1_1: 0}", Verdict.OPEN)
    ]
    wide = invariant_manifolds(two_layer(width=2, inputs=1, activation="abs", bias=True))
    vanishing = [m for m in wide if 0 in m.chart.values.values()]
    assert len(vanishing) == 2 and all(m.verdict is Verdict.OPEN for m in vanishing)
    assert all(m.verdict is Verdict.PROVED for m in wide if m not in vanishing)


def test_a_false_symmetry_is_not_an_invariant_manifold() -> None:
    model = two_layer(width=2, inputs=1)
    _, _, w1, w2 = model.parameters
    assert fixed_set(Symmetry(model, "permutation", {w1: w2, w2: w1})).verdict is Verdict.OPEN


# Orbits: (orbit dimension by brackets of depth <= 2, model rank)

POINTS = {
    "generic": ([1, 2], [3, 5]), "w1 = w2": ([1, 2], [3, 3]), "equal": ([1, 1], [3, 3]),
    "opposite": ([1, -1], [3, -3]),
    "mirrored": ([1, 1], [3, -3]),
    "second zero": ([1, 0], [3, 0]), "a2 = 0": ([1, 0], [3, 5]), "w2 = 0": ([1, 2], [3, 0]),
}  # fmt: skip
ORBITS = {
    "generic": ((4, 4), (4, 4), (4, 4)),
    "w1 = w2": ((4, 2), (4, 2), (4, 2)),
    "equal": ((2, 2), (2, 2), (2, 2)),
    "opposite": ((4, 4), (2, 2), (3, 2)),
    "mirrored": ((4, 4), (3, 2), (2, 2)),
    "second zero": ((4, 3), (2, 2), (2, 2)),
    "a2 = 0": ((4, 3), (4, 3), (4, 3)),
    "w2 = 0": ((4, 4), (3, 3), (2, 2)),
}


@pytest.mark.parametrize("name", POINTS)
def test_orbit_dimensions_and_ranks_of_the_table(name: str) -> None:
    a, w = POINTS[name]
    for activation, expected in zip(("exp", "tanh", "ztanh"), ORBITS[name], strict=True):
        point = two_layer(width=2, inputs=1, activation=activation).point(a=a, w=[[v] for v in w])
        assert (orbit_dimension(point).lower, int(model_rank(point))) == expected
        assert orbit_dimension(point, depth=0).lower == expected[1]


def test_orbits_need_a_point() -> None:
    with pytest.raises(ModelError, match="a point or chart"):
        orbit_dimension(matrix_factorization(2, 1, 2))


A, B, V, W, X = sympy.symbols("a b v w x")
UP_TO_SIGNS = [
    (A * sympy.tanh(W * X) - B * sympy.tanh(V * X), [A, W, B, V], 4),
    (A * sympy.exp(W * X) - B * sympy.exp(V * X), [A, W, B, V], 1),
    (A * sympy.tanh(W * X + 1) - B * sympy.tanh(V * X - 1), [A, W, B, V], 1),
    (A * sympy.exp(-((X - W) ** 2)) - B * sympy.exp(-((X + V) ** 2)), [A, W, B, V], 1),
    (A * W - B * V, [A, W, B, V], 16),
]


@pytest.mark.parametrize(("output", "parameters", "count"), UP_TO_SIGNS)
def test_units_are_exchanged_up_to_signs(output, parameters, count):
    """All signed permutations by brute force; those that exchange something are generated."""
    model = Model(output, parameters, [X])
    place = [n / 7 for n in (2, 3, 5, 11)]
    at = sympy.lambdify([parameters, X], output, "numpy")
    inputs = np.array([1, 2, 5]) / 3

    every = set()
    for images in itertools.permutations(range(4)):
        for signs in itertools.product((1, -1), repeat=4):
            moved = [s * place[i] for i, s in zip(images, signs, strict=True)]
            if np.allclose(at(moved, inputs), at(place, inputs), rtol=1e-12, atol=1e-12):
                every.add((images, signs))
    found = {_as_signed(model, g) for g in symmetries(model) if g.orthogonal}
    assert found <= every
    group = {(tuple(range(4)), (1,) * 4)}
    while True:
        more = group | {_after(g, h) for g in group for h in found}
        if more == group:
            break
        group = more
    exchanging = {g for g in every if g[0] != tuple(range(4))}
    assert len(exchanging) >= count and group == every


def _as_signed(model, g):
    places = {p: i for i, p in enumerate(model.parameters)}
    values = [g.values.get(p, p) for p in model.parameters]
    return (
        tuple(places[v] if v in places else places[-v] for v in values),
        tuple(1 if v in places else -1 for v in values),
    )


def _after(g, h):
    return (
        tuple(h[0][i] for i in g[0]),
        tuple(s * h[1][i] for i, s in zip(*g, strict=True)),
    )
