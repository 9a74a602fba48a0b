"""Optimistic sample sizes of coupled targets against the theory, special targets, other words,
errors.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import oracles
import pytest
import sympy
from coupled_solutions import ANALYTIC, RAYS, SLOPE, X1, X2, rank_of

from rankstrat import Verdict, activations, model_rank
from rankstrat.errors import TargetError
from rankstrat.families import two_layer
from rankstrat.targets import optimistic_sample_size, target_set


def carried(linear, steps, span):
    """Whether linear - sum (+-) steps lies in the span, for some signs."""
    rank = oracles.exact_rank(span) if span else 0
    for signs in itertools.product((1, -1), repeat=len(steps)):
        rest = [
            v - sum(s * u[t] for s, u in zip(signs, steps, strict=True))
            for t, v in enumerate(linear)
        ]
        if oracles.exact_rank([*span, rest]) == rank:
            return True
    return False


def expected_size(activation, m, d, alphas, weights, linear):
    """k classes, signs, classes on both sides, one further class; None outside the function space
    (no biases).
    """
    p = SLOPE.get(activation, Fraction(1, 2))
    k, each = len(alphas), d + (activation in ANALYTIC)
    steps = [[p * alpha * v for v in u] for alpha, u in zip(alphas, weights, strict=True)]
    if k == 0 and not any(linear):
        return int(activation == "softplus")
    for size in range(min(k, m - k) + 1 if p else 1):
        for chosen in itertools.combinations(range(k), size):
            rest = [step for t, step in enumerate(steps) if t not in chosen]
            if carried(linear, rest, [list(weights[t]) for t in chosen]):
                return k * each + (d if size else 0)
    return (k + 1) * each + d if p and m >= k + 2 else None


def check_size(activation, k, m, d, trial):
    rng = np.random.default_rng([k, m, d, trial])
    if d == 1 and activation in RAYS:
        k = min(k, 1)
    alphas = [int(v) for v in rng.choice([-2, -1, 1, 2, 3], size=k)]
    weights = (
        [[i + 1] + [i] * (d - 1) for i in range(k)]
        if d > 1 or activation in ANALYTIC
        else [[1]] * k
    )
    p = SLOPE.get(activation, Fraction(1, 2))
    linear = [Fraction(int(v)) for v in rng.integers(-1, 2, size=d)]
    if trial % 3 == 1:  # carried by signs
        signs = rng.choice([-1, 1], size=k)
        linear = [
            sum((int(s) * p * a * u[t] for s, a, u in zip(signs, alphas, weights)), Fraction(0))
            for t in range(d)
        ]
    if trial % 3 == 2 and k:  # carried by one class on both sides
        linear = [(3 * p * alphas[0] if p else 0) * v for v in weights[0]]
        linear = [
            x + sum(p * a * u[t] for a, u in zip(alphas[1:], weights[1:]))
            for t, x in enumerate(linear)
        ]
    sigma = activations[activation]
    x = sympy.symbols(f"x1:{d + 1}")
    forms = [sympy.Add(*(v * y for v, y in zip(u, x, strict=True))) for u in weights]
    # N(z) = sigma(z) - p z, for rays q |z|
    rest = [v - sum(p * a * u[t] for a, u in zip(alphas, weights)) for t, v in enumerate(linear)]
    target = sympy.Add(
        *(a * sigma(z) for a, z in zip(alphas, forms)),
        *(sympy.Rational(v) * y for v, y in zip(rest, x)),
    )
    expected = expected_size(activation, m, d, alphas, weights, linear)
    model = two_layer(m, d, activation)
    if expected is None:
        with pytest.raises(TargetError, match="not in the function space"):
            target_set(model, target)
        return
    size = optimistic_sample_size(target_set(model, target))
    assert (size.value, size.attained, size.minimal) == (expected, Verdict.PROVED, Verdict.PROVED)
    assert rank_of(activation, size.minimiser) == expected


SIZES = [
    (k, m, d, trial)
    for k in range(4)
    for m in range(max(k, 1), 5)
    for d in (1, 2, 3)
    for trial in range(6)
]


@pytest.mark.sampled(6)
@pytest.mark.parametrize("activation", ["softplus", "silu", "relu", "leaky_relu", "abs"])
@pytest.mark.parametrize(("k", "m", "d", "trial"), SIZES[::59])
def test_optimistic_sample_size(activation, k, m, d, trial):
    check_size(activation, k, m, d, trial)


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["softplus", "silu", "relu", "leaky_relu", "abs"])
@pytest.mark.parametrize(("k", "m", "d", "trial"), SIZES)
def test_optimistic_sample_size_everywhere(activation, k, m, d, trial):
    check_size(activation, k, m, d, trial)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("d", [1, 2, 3])
def test_linear_and_constant_targets(d):
    def size(target, m, activation, **biases):
        return optimistic_sample_size(
            target_set(two_layer(m, d, activation, **biases), target)
        ).value

    assert [size(X1, 2, s) for s in ("softplus", "silu", "relu")] == [2 * d + 1, 2 * d + 1, 2 * d]
    assert [size(sympy.Integer(0), 2, s) for s in ("softplus", "silu", "relu", "abs")] == [
        1,
        0,
        0,
        0,
    ]
    assert (
        size(X1 + 5, 2, "softplus", output_bias=True) == 2 * d + 2
    )  # x_t, the constant, one class
    assert size(X1 + 5, 2, "relu", bias=True) == 2 * (d + 1)
    assert size(X1 + 5, 2, "softplus", bias=True) == (d + 2) + (d + 1)
    assert size(sympy.Integer(5), 1, "relu", bias=True) == d + 1
    assert size(3 * sympy.log(2), 2, "softplus") == d + 1
    assert size(sympy.Integer(1), 2, "softplus") == d + 1  # a = 1 / log 2
    assert size(abs(X1) + 2, 2, "abs", bias=True) == 2 * (d + 1)


def test_a_class_on_both_sides_brings_the_linear_functions():
    softplus = activations["softplus"]
    model = two_layer(3, 2, "softplus")
    u = X1 + 2 * X2
    one_side = target_set(model, 2 * softplus(-u))  # = 2 softplus(u) - 2 u
    assert int(optimistic_sample_size(one_side)) == 3
    both = target_set(model, 2 * softplus(u) - u)  # = softplus(u) + softplus(-u)
    assert int(optimistic_sample_size(both)) == 5
    further = target_set(model, 2 * softplus(u) + X1)
    assert int(optimistic_sample_size(further)) == 8
    with pytest.raises(TargetError, match="affine part"):
        target_set(two_layer(2, 2, "softplus"), 2 * softplus(u) + X1)


def test_a_slope_that_vanishes_elsewhere_keeps_the_interval_open():
    """silu'(b) = 0 at one irrational b: there a constant neuron would bring 1 but no x_t."""
    silu = activations["silu"]
    size = optimistic_sample_size(
        target_set(two_layer(2, 2, "silu", bias=True), silu(X1) + silu(sympy.Integer(2)))
    )
    assert (size.value, size.lower, size.upper, size.minimal) == (None, 5, 7, Verdict.OPEN)


@pytest.mark.slow
def test_a_target_that_cannot_be_read_is_searched_and_refused():
    u = X1 - X2
    with pytest.raises(TargetError, match="neither affine nor a multiple of silu"):
        target_set(two_layer(3, 2, "silu"), u * sympy.tanh(u / 2))


def test_targets_in_other_words():
    softplus, silu, gelu = (activations[s] for s in ANALYTIC)
    u = X1 - X2
    for activation, left, right in (
        ("softplus", softplus(u) - u, softplus(-u)),
        ("silu", silu(u) - silu(-u), u),
        ("gelu", gelu(u) - u, gelu(-u)),
        ("relu", sympy.Max(X1, X2) - X2, sympy.Max(0, u)),
        ("relu", (abs(u) + u) / 2, sympy.Max(0, u)),
        ("leaky_relu", sympy.Min(X1, X2) - X1, sympy.Min(0, -u)),
    ):
        model = two_layer(3, 2, activation)
        found = [
            [(b.label, b.dimension) for b in target_set(model, t).branches] for t in (left, right)
        ]
        assert found[0] == found[1]


@pytest.mark.parametrize(
    ("activation", "width", "target", "message"),
    [
        ("relu", 1, X1, "affine part"),
        ("abs", 4, X1, "not even"),
        ("softplus", 1, X1, "affine part"),
        ("silu", 4, sympy.Integer(1), "constant 1"),
        ("relu", 4, abs(X1) + 1, "constant 1"),
        ("relu", 1, abs(X1) + abs(X2), "needs 2 neurons"),
        ("relu", 4, abs(X1 + 1), "bias=True"),
        ("relu", 4, sympy.tanh(X1), "neither affine nor a multiple of relu"),
        ("softplus", 4, X1**2, "neither affine nor a multiple of softplus"),
        ("softplus", 4, sympy.sqrt(2) * X1, "not rational"),
        ("relu", 4, abs(X1 * X2), "neither affine"),
        ("relu", 4, sympy.Max(X1, X2, 0), "neither affine"),
    ],
)
def test_targets_outside_the_function_space(activation, width, target, message):
    with pytest.raises(TargetError, match=message):
        target_set(two_layer(width, 2, activation), target)


def test_wide_networks_have_a_proved_size():
    wide = two_layer(100, 1, "relu", bias=True)
    target = sum(sympy.Max(0, X1 + s) for s in (-7, 0, 7))
    size = optimistic_sample_size(target_set(wide, target))
    assert (size.value, size.attained, size.minimal) == (6, Verdict.PROVED, Verdict.PROVED)
    wide = two_layer(60, 2, "softplus")
    size = optimistic_sample_size(target_set(wide, activations["softplus"](X2) + X1))
    assert (size.value, size.minimal) == (8, Verdict.PROVED)


def test_many_classes_keep_their_own_signs():
    """Too many signs to try: those of the target itself carry its linear part."""
    weights = [[(-1) ** i * (i + 1)] for i in range(15)]
    target = two_layer(15, 1, "softplus").point(a=[1, 2, 3] * 5, w=weights)
    size = optimistic_sample_size(target_set(two_layer(16, 1, "softplus"), target))
    assert (size.value, size.minimal) == (30, Verdict.PROVED)


def test_irrational_constants_with_hidden_biases():
    root = sympy.sqrt(2)
    q = target_set(two_layer(2, 1, "softplus", bias=True), X1 + root)
    assert q.branches_of(q.model.point(a=[1, -1], w=[[1], [-1]], b=[root, -root]))
    assert not q.branches_of(q.model.point(a=[1, -1], w=[[1], [-1]], b=[root, root]))
    # two classes on both sides: gamma_1 + gamma_2 = 0, gamma_1 + 2 gamma_2 = 2 sqrt 2
    softplus = activations["softplus"]
    u, v = X1 + 1, X1 + 2
    target = softplus(u) - u / 2 + softplus(v) - v / 2 + root
    q = target_set(two_layer(4, 1, "softplus", bias=True), target)
    straight = next(b for b in q.branches if b.label == "{1,-2}{3,-4} | -")
    assert straight.dimension == 0 and q.branches_of(straight.chart) == (straight,)
    value = sum(
        a * softplus(w * X1 + b)
        for a, w, b in zip(*(straight.chart.arrays[n].ravel() for n in "awb"))
    )
    assert abs((value - target).subs(X1, sympy.Rational(1, 3)).evalf()) < 1e-12


def test_irrational_constants_of_softplus():
    q = target_set(
        two_layer(2, 1, "softplus", bias=True),
        two_layer(1, 1, "softplus", bias=True).point([1, 0, 1]),
    )
    one = sympy.log(1 + sympy.E)  # the constant softplus(1)
    assert q.branches_of(q.model.point(a=[1, 0], w=[[0], [3]], b=[1, 0]))
    pair = q.model.point(a=[one, -one], w=[[0], [0]], b=[1, -1])  # softplus(1) - softplus(-1) = 1
    assert [b.label for b in q.branches_of(pair)] == ["- | - | 0{1,2}"]
    assert not q.branches_of(q.model.point(a=[1, 1], w=[[0], [3]], b=[1, 0]))


def test_certificates_hold_and_twins_share_them():
    q = target_set(two_layer(3, 2, "relu"), sympy.Max(0, X1) - X2)
    assert q.complete
    for b in q.branches:
        b.certificate.check()
        assert b.certificate.chart.model == q.model
    assert model_rank(optimistic_sample_size(q).minimiser).value == int(optimistic_sample_size(q))


def test_the_width_that_is_asked_for_is_the_least() -> None:
    """|x| + 2 in a network of abs neurons with biases needs one neuron for the kink and one for the
    constant.
    """
    x = sympy.Symbol("x1")
    with pytest.raises(TargetError, match="choose width >= 2"):
        target_set(two_layer(width=1, inputs=1, activation="abs", bias=True), sympy.Abs(x) + 2)
    assert target_set(
        two_layer(width=2, inputs=1, activation="abs", bias=True), sympy.Abs(x) + 2
    ).complete


@pytest.mark.parametrize("activation", ["relu", "softplus", "silu"])
@pytest.mark.parametrize("d", [1, 2])
def test_an_output_bias_always_counts(activation, d):
    size = optimistic_sample_size(
        target_set(two_layer(2, d, activation, output_bias=True), sympy.Integer(3))
    )
    assert (size.value, size.minimal) == (1, Verdict.PROVED)
