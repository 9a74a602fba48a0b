"""Target sets of softplus, silu, gelu, relu, leaky_relu and abs networks: brute force, oracles, closures, bad targets."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import oracles
import pytest
import sympy
from scipy.special import erf

from rankstrat import Verdict, activations, model_rank
from rankstrat.errors import TargetError
from rankstrat.families import two_layer
from rankstrat.target import optimistic_sample_size, target_set

X1, X2 = sympy.symbols("x1 x2")
ANALYTIC, RAYS = ("softplus", "silu", "gelu"), ("relu", "leaky_relu", "abs")
NUMPY = {
    "softplus": lambda z: np.logaddexp(0, z),
    "silu": lambda z: z / (1 + np.exp(-z)),
    "gelu": lambda z: z * (1 + erf(z / np.sqrt(2))) / 2,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.maximum(z, z / 100),
    "abs": np.abs,
}
LEFT_SLOPE = {"relu": Fraction(0), "leaky_relu": Fraction(1, 100), "abs": Fraction(-1)}
ORACLE = {"softplus": "softplus", "silu": "swish", "gelu": "gelu"}
SLOPE = {"leaky_relu": Fraction(101, 200), "abs": Fraction(0)}


def rank_of(activation, point):
    """The rank by the independent formulas."""
    a, w = list(point.arrays["a"]), point.arrays["w"].tolist()
    b = list(point.arrays["b"]) if "b" in point.arrays else None
    if activation in RAYS:
        if "c" in point.arrays:
            raise NotImplementedError
        return oracles.rank_leaky_relu(a, w, LEFT_SLOPE[activation], b)
    vectors = [[*u, v] for u, v in zip(w, b, strict=True)] if b is not None else w
    maps = oracles.free_maps(len(a), len(vectors[0]))
    kappa = [v for u in vectors for v in u]
    sigma = oracles.SIGMAS[ORACLE[activation]]
    return oracles.tied_rank(a, maps, kappa, sigma, bias=b is not None, output_bias="c" in point.arrays)


def draw_target(activation, k, d, bias, output_bias, rng):
    pool = list(itertools.product((-1, 0, 1, 2), repeat=d))
    blocks = {
        "a": [int(v) for v in rng.choice([-2, -1, 1, 2], size=k)] or [0],
        "w": [list(pool[i]) for i in rng.integers(len(pool), size=k)] or [[0] * d],
    }
    if bias:
        blocks["b"] = [int(v) for v in rng.integers(-1, 2, size=k)] or [0]
    if output_bias:
        blocks["c"] = int(rng.integers(-1, 2))
    return two_layer(max(k, 1), d, activation, bias=bias, output_bias=output_bias).point(**blocks)


def values(activation, vectors, inputs):
    d = len(inputs)
    return NUMPY[activation](vectors[:, :d] @ inputs + vectors[:, d:])


def times(factor, vector):
    return tuple(int(factor) * v for v in vector)


def brute_force(activation, m, target, rng, trials):
    """Small integer points and whether F = f* there, by floating-point values at generic inputs."""
    arrays = target.arrays
    d, bias, output_bias = arrays["w"].shape[1], "b" in arrays, "c" in arrays
    inputs = 2 * rng.normal(size=(d, 40))
    b = arrays["b"] if bias else [0] * len(arrays["a"])
    base = [(*map(int, w), int(s)) for w, s in zip(arrays["w"], b, strict=True)]
    star = np.array(arrays["a"], float) @ values(activation, np.array(base, float), inputs)
    star += float(arrays["c"][()]) if output_bias else 0
    scaled = {times(s, u) for u in base for s in (1, -1, 2, -2)}
    shifts = (-1, 0, 1) if bias else (0,)
    pool = sorted(scaled | {(*w, s) for w in itertools.product((-1, 0, 1, 2), repeat=d) for s in shifts})
    outputs = np.array(list(itertools.product(range(-2, 3), repeat=m)))
    for _ in range(trials):
        v = [pool[i] for i in rng.integers(len(pool), size=m)]
        if rng.integers(4) == 0:  # copies of the target's neurons
            v = [times(rng.choice([1, 1, -1]), base[rng.integers(len(base))]) for _ in range(m)]
        elif rng.integers(3):  # the target's own classes, with some sign, and a pair
            for j, u in enumerate(base[:m]):
                v[j] = times(rng.choice([1, -1]), u)
            if rng.integers(2) and m > len(base):
                v[-1] = times(-1, v[-2])
            v = [v[i] for i in rng.permutation(m)]
        if rng.integers(4) == 0:
            v = [times(int(rng.integers(4) == 0), u) for u in v]
        gap = outputs @ values(activation, np.array(v, float), inputs) - star
        c = -np.round(np.median(gap, axis=1)) if output_bias else np.zeros(len(outputs))
        error = np.abs(gap + c[:, None]).max(axis=1)
        solved, others = np.flatnonzero(error < 1e-9), np.flatnonzero(error > 1e-3)
        solved = solved[np.argsort(np.abs(outputs[solved]).sum(axis=1), kind="stable")]
        for i in (*solved[:2], *rng.permutation(solved)[:8], *rng.choice(others, size=min(2, len(others)))):
            blocks = {"a": [int(t) for t in outputs[i]], "w": [list(u[:d]) for u in v]}
            blocks |= {"b": [u[d] for u in v]} if bias else {}
            blocks |= {"c": int(c[i])} if output_bias else {}
            yield blocks, bool(error[i] < 1e-9)


def check_brute_force(activation, m, k, d, bias, output_bias, trials, seed=0):
    rng = np.random.default_rng([m, k, d, bias, output_bias, seed])
    target = draw_target(activation, k, d, bias, output_bias, rng)
    q = target_set(two_layer(m, d, activation, bias=bias, output_bias=output_bias), target)
    assert q.complete
    hits = 0
    for blocks, solves in brute_force(activation, m, target, rng, trials):
        assert bool(q.branches_of(q.model.point(**blocks))) == solves, blocks
        hits += solves
    assert hits >= 3
    for b in q.branches if len(q.branches) < 60 else q.branches[::17]:
        assert b.dimension == len(b.chart.coordinates)
        if not all(weight == 0 for weight in b.chart.arrays["w"].ravel()):  # w = 0 is met where signs mix
            assert [c.label for c in q.branches_of(b.sample(seed=11, size=999))] == [b.label]  # irredundant


@pytest.mark.parametrize("activation", ["softplus", "silu", "relu", "leaky_relu", "abs"])
@pytest.mark.parametrize(("m", "k", "d", "bias"), [(2, 0, 1, False), (2, 1, 2, True), (3, 1, 2, False)])
def test_no_solution_lies_outside(activation, m, k, d, bias):
    check_brute_force(activation, m, k, d, bias, False, 20)


def test_no_solution_lies_outside_for_gelu_and_an_output_bias():
    check_brute_force("gelu", 2, 1, 1, False, False, 20)
    check_brute_force("relu", 2, 1, 1, True, True, 20)


@pytest.mark.slow
@pytest.mark.parametrize("activation", (*ANALYTIC, *RAYS))
@pytest.mark.parametrize("output_bias", [False, True])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("m", "k", "d"), [(m, k, d) for m in range(1, 5) for k in range(m + 1) for d in (1, 2)])
def test_no_solution_lies_outside_everywhere(activation, m, k, d, bias, output_bias):
    if (m < 4 or k or not bias) and (m < 4 or activation not in RAYS or not bias):
        check_brute_force(activation, m, k, d, bias, output_bias, 60 if m < 4 else 25)


def codimension_of_equations(branch, sample):
    """The rank of the derivative of the equations at a point, in floats where sigma(b) enters."""
    at = dict(zip(branch.model.parameters, sample.values.values(), strict=True))
    rows = [[e.diff(p).xreplace(at) for p in branch.model.parameters] for e in branch.equations]
    if all(v.is_Rational for row in rows for v in row):
        return oracles.exact_rank([[Fraction(int(v.p), int(v.q)) for v in row] for row in rows])
    matrix = np.array([[float(v) for v in row] for row in rows])
    matrix /= np.abs(matrix).max(axis=1, keepdims=True)
    return int(np.linalg.matrix_rank(matrix, tol=1e-9))


def check_dimensions_and_ranks(activation, m, k, d, bias, seed):
    rng = np.random.default_rng([m, k, d, seed])
    target = draw_target(activation, k, d, bias, False, rng)
    q = target_set(two_layer(m, d, activation, bias=bias), target)
    for b in (b for b in q.branches if b.twin is None):
        sample = b.sample(seed=5, size=50)
        assert codimension_of_equations(b, sample) == b.codimension, b.label
        rational = all(isinstance(v, int | Fraction) for v in sample.raw)
        kink = activation in RAYS and has_kink(dict(sample.arrays))
        if (rational or activation in ANALYTIC) and not kink:
            assert b.rank == rank_of(activation, sample), b.label
        least = b.minimum
        assert b.contains(least.minimiser)
        assert least.lower <= rank_of(activation, least.minimiser) == least.upper
        assert least.minimal is Verdict.PROVED or (bias and activation in ("silu", "gelu"))


@pytest.mark.parametrize("activation", ["softplus", "silu", "relu", "leaky_relu", "abs"])
@pytest.mark.parametrize(("m", "k", "d", "bias"), [(3, 1, 2, False), (2, 1, 1, True), (3, 0, 2, False)])
def test_dimensions_and_ranks(activation, m, k, d, bias):
    check_dimensions_and_ranks(activation, m, k, d, bias, 0)


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["softplus", "silu", "relu", "leaky_relu", "abs"])
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("m", "k", "d"), [(m, k, d) for m in range(1, 4) for k in range(m + 1) for d in (1, 2)])
def test_dimensions_and_ranks_everywhere(activation, m, k, d, bias, seed):
    check_dimensions_and_ranks(activation, m, k, d, bias, seed)


def carried(linear, steps, span):
    """Whether linear - sum (+-) steps lies in the span, for some signs."""
    rank = oracles.exact_rank(span) if span else 0
    for signs in itertools.product((1, -1), repeat=len(steps)):
        rest = [v - sum(s * u[t] for s, u in zip(signs, steps, strict=True)) for t, v in enumerate(linear)]
        if oracles.exact_rank([*span, rest]) == rank:
            return True
    return False


def expected_size(activation, m, d, alphas, weights, linear):
    """k classes, signs, classes on both sides, one further class; None outside the function space (no biases)."""
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
    weights = [[i + 1] + [i] * (d - 1) for i in range(k)] if d > 1 or activation in ANALYTIC else [[1]] * k
    p = SLOPE.get(activation, Fraction(1, 2))
    linear = [Fraction(int(v)) for v in rng.integers(-1, 2, size=d)]
    if trial % 3 == 1:  # carried by signs
        signs = rng.choice([-1, 1], size=k)
        linear = [sum((int(s) * p * a * u[t] for s, a, u in zip(signs, alphas, weights)), Fraction(0)) for t in range(d)]
    if trial % 3 == 2 and k:  # carried by one class on both sides
        linear = [(3 * p * alphas[0] if p else 0) * v for v in weights[0]]
        linear = [x + sum(p * a * u[t] for a, u in zip(alphas[1:], weights[1:])) for t, x in enumerate(linear)]
    sigma = activations[activation]
    x = sympy.symbols(f"x1:{d + 1}")
    forms = [sympy.Add(*(v * y for v, y in zip(u, x, strict=True))) for u in weights]
    # N(z) = sigma(z) - p z, for rays q |z|
    rest = [v - sum(p * a * u[t] for a, u in zip(alphas, weights)) for t, v in enumerate(linear)]
    target = sympy.Add(*(a * sigma(z) for a, z in zip(alphas, forms)), *(sympy.Rational(v) * y for v, y in zip(rest, x)))
    expected = expected_size(activation, m, d, alphas, weights, linear)
    model = two_layer(m, d, activation)
    if expected is None:
        with pytest.raises(TargetError, match="not in the function space"):
            target_set(model, target)
        return
    size = optimistic_sample_size(target_set(model, target))
    assert (size.value, size.attained, size.minimal) == (expected, Verdict.PROVED, Verdict.PROVED)
    assert rank_of(activation, size.minimiser) == expected


SIZES = [(k, m, d, trial) for k in range(4) for m in range(max(k, 1), 5) for d in (1, 2, 3) for trial in range(6)]


@pytest.mark.parametrize("activation", ["softplus", "silu", "relu", "leaky_relu", "abs"])
@pytest.mark.parametrize(("k", "m", "d", "trial"), SIZES[::31])
def test_optimistic_sample_size(activation, k, m, d, trial):
    check_size(activation, k, m, d, trial)


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["softplus", "silu", "relu", "leaky_relu", "abs"])
@pytest.mark.parametrize(("k", "m", "d", "trial"), SIZES)
def test_optimistic_sample_size_everywhere(activation, k, m, d, trial):
    check_size(activation, k, m, d, trial)


def check_least_rank_of_solutions(activation, m, k, d, bias, trials, seed=0):
    """The least rank among many solutions found by brute force is never below, and mostly equal to, the answer."""
    rng = np.random.default_rng([m, k, d, bias, seed])
    target = draw_target(activation, k, d, bias, False, rng)
    size = optimistic_sample_size(target_set(two_layer(m, d, activation, bias=bias), target))
    model = two_layer(m, d, activation, bias=bias)
    ranks = [
        rank_of(activation, model.point(**blocks))
        for blocks, solves in brute_force(activation, m, target, rng, trials)
        if solves and not (activation in RAYS and has_kink(blocks))
    ]
    assert min(ranks) >= size.lower
    assert min(ranks) == size.upper
    return size


def has_kink(blocks):
    """Whether the model has no derivative: w = b = 0 and a != 0."""
    biases = blocks.get("b", [0] * len(blocks["a"]))
    return any(a and not any(w) and not b for a, w, b in zip(blocks["a"], blocks["w"], biases, strict=True))


@pytest.mark.parametrize("activation", ["softplus", "relu"])
@pytest.mark.parametrize(("m", "k", "d", "bias"), [(2, 2, 1, False), (3, 1, 2, False), (2, 1, 1, True)])
def test_no_solution_has_a_lower_rank(activation, m, k, d, bias):
    check_least_rank_of_solutions(activation, m, k, d, bias, 60)


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["softplus", "silu", "relu", "leaky_relu", "abs"])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("m", "k", "d"), [(m, k, d) for m in range(1, 4) for k in range(m + 1) for d in (1, 2)])
@pytest.mark.parametrize("bias", [False, True])
def test_no_solution_has_a_lower_rank_everywhere(activation, m, k, d, bias, seed):
    if k == 0 or not (bias and activation == "silu"):
        check_least_rank_of_solutions(activation, m, k, d, bias, 150, seed)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_linear_and_constant_targets(d):
    def size(target, m, activation, **biases):
        return optimistic_sample_size(target_set(two_layer(m, d, activation, **biases), target)).value

    assert [size(X1, 2, s) for s in ("softplus", "silu", "relu")] == [2 * d + 1, 2 * d + 1, 2 * d]
    assert [size(sympy.Integer(0), 2, s) for s in ("softplus", "silu", "relu", "abs")] == [1, 0, 0, 0]
    assert size(X1 + 5, 2, "softplus", output_bias=True) == 2 * d + 2  # x_t, the constant, one class
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
    size = optimistic_sample_size(target_set(two_layer(2, 2, "silu", bias=True), silu(X1) + silu(sympy.Integer(2))))
    assert (size.value, size.lower, size.upper, size.minimal) == (None, 5, 7, Verdict.OPEN)


def test_closure_of_mixed_blocks():
    """Where the signed sums vanish, only dependent weights are limits: a1 (w1 + w2 = 0)-like relations survive."""
    q = target_set(two_layer(4, 2, "softplus"), sympy.Integer(0))
    curved = next(b for b in q.branches if b.label == "- | {1,-2}{3,-4}")
    point = {"a": [0, 0, 0, 0], "w": [[1, 0], [-1, 0], [2, 0], [-2, 0]]}
    assert curved.contains(q.model.point(**point))
    apart = q.model.point(**point | {"w": [[1, 0], [-1, 0], [0, 2], [0, -2]]})
    assert not curved.contains(apart) and q.branches_of(apart)
    on = q.model.point(a=[2, -2, -1, 1], w=[[1, 0], [-1, 0], [2, 0], [-2, 0]])
    assert curved.contains(on)


def test_closure_of_rays_depends_on_signs():
    """Neurons of weight zero start on a line only if positive multiples of their output weights can cancel."""
    q = target_set(two_layer(2, 2, "relu"), sympy.Integer(0))
    zero = [[0, 0], [0, 0]]
    assert [b.label for b in q.branches_of(q.model.point(a=[1, 1], w=zero))] == ["- | - | 0{1,2}"]
    assert "- | {1,2}" in [b.label for b in q.branches_of(q.model.point(a=[1, -1], w=zero))]
    assert [b.dimension for b in q.branches] == [2, 4, 4]


def test_samples_of_rays_keep_the_signs():
    q = target_set(two_layer(3, 2, "relu"), abs(X1))
    for b in q.branches:
        for seed in range(5):
            assert b.contains(b.sample(seed=seed))


def test_targets_in_other_words():
    softplus, silu, gelu = (activations[s] for s in ANALYTIC)
    u = X1 - X2
    for activation, left, right in (
        ("softplus", softplus(u) - u, softplus(-u)),
        ("silu", u * sympy.tanh(u / 2), None),
        ("silu", silu(u) - silu(-u), u),
        ("gelu", gelu(u) - u, gelu(-u)),
        ("relu", sympy.Max(X1, X2) - X2, sympy.Max(0, u)),
        ("relu", (abs(u) + u) / 2, sympy.Max(0, u)),
        ("leaky_relu", sympy.Min(X1, X2) - X1, sympy.Min(0, -u)),
    ):
        model = two_layer(3, 2, activation)
        if right is None:
            with pytest.raises(TargetError, match="neither affine nor a multiple of silu"):
                target_set(model, left)
            continue
        found = [[(b.label, b.dimension) for b in target_set(model, t).branches] for t in (left, right)]
        assert found[0] == found[1]


@pytest.mark.parametrize(
    ("activation", "width", "target", "message"),
    [
        ("relu", 1, X1, "affine part"),
        ("abs", 4, X1, "affine part"),
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
    wide = two_layer(300, 1, "relu", bias=True)
    target = sum(sympy.Max(0, X1 + s) for s in (-7, 0, 7))
    size = optimistic_sample_size(target_set(wide, target))
    assert (size.value, size.attained, size.minimal) == (6, Verdict.PROVED, Verdict.PROVED)
    wide = two_layer(200, 2, "softplus")
    size = optimistic_sample_size(target_set(wide, activations["softplus"](X2) + X1))
    assert (size.value, size.minimal) == (8, Verdict.PROVED)


def test_irrational_constants_of_softplus():
    q = target_set(two_layer(2, 1, "softplus", bias=True), two_layer(1, 1, "softplus", bias=True).point([1, 0, 1]))
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
