"""Branches of two-layer target sets: the lecture's example, counts, brute force, ranks from
oracles, bad targets.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import oracles
import pytest
import sympy

from rankstrat import Activation, Verdict, activations, model_rank
from rankstrat.activation.record import Z
from rankstrat.errors import InexactValueError, PointError, TargetError
from rankstrat.families import matrix_factorization, two_layer
from rankstrat.targets import optimistic_sample_size, target_set

X1, X2 = sympy.symbols("x1 x2")
NUMPY = {
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "exp": np.exp,
    "ztanh": lambda z: z * np.tanh(z),
    "cosh": np.cosh,
}
AFFINE = ("tanh", "sigmoid", "exp", "ztanh", "cosh")


def target_point(activation, k, d):
    """k neurons with weights (1, 0..), (2, 1, ..), (3, 2, ..) and coefficients 1, 2, 3: no two in
    one class.
    """
    weights = [[i + 1] + [i] * (d - 1) for i in range(k)]
    return two_layer(k, d, activation).point(a=list(range(1, k + 1)), w=weights)


def stirling(m, r):
    return sum((-1) ** (r - j) * math.comb(r, j) * j**m for j in range(r + 1)) // math.factorial(r)


def test_lecture_example_is_exactly_three_branches():
    q = target_set(two_layer(2, 2, "exp"), two_layer(1, 2, "exp").point([3, 1, 2]))
    assert [(b.dimension, b.codimension, b.rank, b.index) for b in q.branches] == [
        (1, 5, 3, (1, 0)),
        (2, 4, 4, (2, 1)),
        (2, 4, 4, (2, 1)),
    ]
    assert [b.certificate.verdict for b in q.branches] == [Verdict.PROVED] * 3
    assert q.complete and [b.minimum_rank for b in q.branches] == [3, 3, 3]
    a1, a2 = q.model.parameters[:2]
    assert q.branches[0].chart.values[a2] == 3 - a1
    # Q1 meets the closures of Q2 and Q3 in one point each, and those do not meet: no closure
    # contains another branch
    assert sorted((i, j, data["dimension"]) for i, j, data in q.graph.edges(data=True)) == [
        (0, 1, 0),
        (0, 2, 0),
    ]
    assert len(q.components) == 1
    assert [b.is_morse_bott for b in q.branches] == [False, True, True]


@pytest.mark.parametrize(("m", "k"), [(m, k) for m in range(1, 5) for k in range(1, m + 1)])
def test_counts_dimensions_and_ranks_for_generic_activations(m, k):
    d = 2
    q = target_set(two_layer(m, d, "exp"), target_point("exp", k, d))
    for r in range(k, m + 1):
        found = [b for b in q.branches if b.index[0] == r]
        assert len(found) == stirling(m, r) * math.factorial(r) // math.factorial(r - k)
        for b in found:
            alone = b.index[1]
            assert b.dimension == (m - r) + (r - k) * d
            assert b.rank == r + (r - alone) * d
            assert b.is_morse_bott == (alone == 2 * r - m - k)


@pytest.mark.parametrize(("m", "k"), [(2, 1), (3, 1), (3, 2), (4, 2)])
def test_counts_of_symmetry_induced_global_minima(m, k):
    """Simsek et al. (2021): T(k, m) = G(k, m) + sum over zero-sum groups; G counts the fully
    condensed ones.
    """

    def compositions(total, parts):
        return [c for c in itertools.product(range(1, total + 1), repeat=parts) if sum(c) == total]

    def multinomial(parts):
        return math.factorial(sum(parts)) // math.prod(map(math.factorial, parts))

    condensed = sum(multinomial(c) for c in compositions(m, k))
    everything = condensed + sum(
        Fraction(multinomial(c), math.factorial(j))
        for j in range(1, m - k + 1)
        for c in compositions(m, k + j)
    )
    q = target_set(two_layer(m, 1, "exp"), target_point("exp", k, 1))
    assert sum(b.index[0] == k for b in q.branches) == condensed
    assert len(q.branches) == everything


def brute_force(activation, m, k, d, rng, trials):
    """Points with small integer entries, and whether F = f* there, by floating-point values at
    generic inputs.
    """
    target = target_point(activation, k, d)
    sigma, inputs = NUMPY[activation], rng.normal(size=(12, d))
    star = np.array(target.arrays["a"], float) @ sigma(
        np.array(target.arrays["w"], float) @ inputs.T
    )
    weights = [tuple(map(int, u)) for u in target.arrays["w"]]
    pool = [
        *weights,
        *(tuple(-v for v in u) for u in weights),
        (0,) * d,
        *itertools.product((-1, 0, 2), repeat=d),
    ]
    outputs = np.array(list(itertools.product(range(-4, 5), repeat=m)))
    for _ in range(trials):
        w = np.array([pool[i] for i in rng.integers(len(pool), size=m)]).reshape(m, d)
        if rng.integers(2):  # every class of the target, with some sign
            w[:k] = np.array(weights) * rng.choice([-1, 1], (k, 1))
            w = rng.permutation(w)
        gap = np.abs(outputs @ sigma(w @ inputs.T) - star).max(axis=1)
        for a in outputs[gap < 1e-9][:20]:
            yield a, w, True
        for a in outputs[gap > 1e-3][rng.integers(np.sum(gap > 1e-3), size=2)]:
            yield a, w, False


def check_brute_force(activation, m, k, d, trials):
    rng = np.random.default_rng([m, k, d, len(activation)])
    q = target_set(two_layer(m, d, activation), target_point(activation, k, d))
    hits = 0
    for a, w, solves in brute_force(activation, m, k, d, rng, trials):
        found = q.branches_of(
            q.model.point(a=[int(v) for v in a], w=[[int(v) for v in u] for u in w])
        )
        assert bool(found) == solves, (a, w)
        hits += solves
    assert hits >= 3
    for b in q.branches if len(q.branches) < 120 else q.branches[::17]:
        assert [c.label for c in q.branches_of(b.sample(seed=3, size=99))] == [
            b.label
        ]  # irredundant


@pytest.mark.parametrize("activation", AFFINE)
@pytest.mark.parametrize(("m", "k", "d"), [(1, 1, 1), (2, 1, 1), (2, 1, 2), (3, 2, 1)])
def test_no_solution_lies_outside(activation, m, k, d):
    check_brute_force(activation, m, k, d, 25)


@pytest.mark.slow
@pytest.mark.parametrize("activation", AFFINE)
@pytest.mark.parametrize(
    ("m", "k", "d"), [(m, k, d) for m in range(1, 5) for k in range(1, m + 1) for d in (1, 2)]
)
def test_no_solution_lies_outside_everywhere(activation, m, k, d):
    check_brute_force(activation, m, k, d, 150)


def test_no_solution_lies_outside_with_biases():
    rng, inputs = np.random.default_rng(5), np.linspace(-2, 3, 11)
    model = two_layer(3, 1, "tanh", bias=True)
    for constant in (0, 1):
        star = 2 * np.tanh(inputs + 1) + constant * np.tanh(1)
        q = target_set(model, 2 * sympy.tanh(X1 + 1) + constant * sympy.tanh(1))
        hits = 0
        for _ in range(120):
            w, b = rng.integers(-1, 2, 3), rng.integers(-1, 2, 3)
            outputs = np.array(list(itertools.product(range(-2, 3), repeat=3)))
            gap = np.abs(outputs @ np.tanh(np.outer(w, inputs) + b[:, None]) - star).max(axis=1)
            for a in [*outputs[gap < 1e-9][:5], outputs[np.argmax(gap)]]:
                solves = gap[np.all(outputs == a, axis=1)][0] < 1e-9
                point = model.point(
                    a=[int(v) for v in a], w=[[int(v)] for v in w], b=[int(v) for v in b]
                )
                assert bool(q.branches_of(point)) == solves
                hits += solves
        assert hits > 5


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "ztanh"])
@pytest.mark.parametrize(("bias", "output_bias"), [(True, False), (True, True), (False, True)])
def test_no_solution_lies_outside_with_any_biases(activation, bias, output_bias):
    rng, inputs, sigma = np.random.default_rng(7), np.linspace(-2, 3, 11), NUMPY[activation]
    model = two_layer(2, 1, activation, bias=bias, output_bias=output_bias)
    shift = {"b": [1]} if bias else {}
    target = two_layer(1, 1, activation, bias=bias).point(a=[2], w=[[1]], **shift)
    star = 2 * sigma(inputs + bias)
    q, hits = target_set(model, target), 0
    outputs = np.array(list(itertools.product(range(-3, 4), repeat=2)))
    for _ in range(150):
        w, b = rng.integers(-1, 2, 2), rng.integers(-1, 2, 2) * bias
        c = int(rng.integers(-2, 3)) * output_bias
        gap = np.abs(outputs @ sigma(np.outer(w, inputs) + b[:, None]) + c - star).max(axis=1)
        for a, error in [
            *zip(outputs[gap < 1e-9], gap[gap < 1e-9]),
            (outputs[np.argmax(gap)], gap.max()),
        ]:
            blocks = {"a": [int(v) for v in a], "w": [[int(v)] for v in w]}
            blocks |= {"b": [int(v) for v in b]} if bias else {}
            blocks |= {"c": c} if output_bias else {}
            assert bool(q.branches_of(model.point(**blocks))) == (error < 1e-9)
            hits += error < 1e-9
    assert hits > 3
    for b in q.branches:
        assert [f.label for f in q.branches_of(b.sample(seed=5, size=99))] == [b.label]


ORACLES = {
    "tanh": oracles.rank_odd,
    "sigmoid": oracles.rank_sigmoid,
    "exp": oracles.rank_generic,
    "ztanh": lambda a, w: oracles.rank_even(a, w, value_at_zero=False),
    "cosh": lambda a, w: oracles.rank_even(a, w, value_at_zero=True),
}


@pytest.mark.parametrize("activation", AFFINE)
def test_branch_ranks_and_minima_against_the_formulas(activation):
    q = target_set(two_layer(3, 2, activation), target_point(activation, 1, 2))
    rank = ORACLES[activation]
    for b in (b for b in q.branches if b.representative is None):
        sample = b.sample(seed=1, size=999)
        assert b.rank == rank(sample.arrays["a"], sample.arrays["w"].tolist())
        least = b.minimum
        assert b.contains(least.minimiser)
        arrays = least.minimiser.arrays
        assert (
            rank(arrays["a"], arrays["w"].tolist())
            == least.value
            == model_rank(least.minimiser).value
        )
        for seed in range(20):  # special points of the branch: coordinates from a small set
            special = b.sample(seed=seed, size=1)
            assert rank(special.arrays["a"], special.arrays["w"].tolist()) >= least.value


def sizes(quick):
    every = [(k, m, d) for k in range(4) for m in range(max(k, 1), 5) for d in (1, 2, 3)]
    return every[::5] if quick else every


def check_size(activation, k, m, d, bias):
    if k == 0:
        target = sympy.Integer(0)
        expected = int(
            activation in ("exp", "cosh", "sigmoid")
        )  # docs/proofs.md, levels: the constant sigma(0) remains
    elif bias:
        weights = [[i + 1] + [i] * (d - 1) for i in range(k)]
        target = two_layer(k, d, activation, bias=True).point(
            a=[1] * k, w=weights, b=list(range(k))
        )
        expected = k * (d + 2)
    else:
        target, expected = target_point(activation, k, d), k * (d + 1)
    size = optimistic_sample_size(target_set(two_layer(m, d, activation, bias=bias), target))
    assert (size.value, size.attained, size.minimal) == (expected, Verdict.PROVED, Verdict.PROVED)
    assert model_rank(size.minimiser).value == expected


@pytest.mark.parametrize("activation", ["tanh", "exp", "sigmoid"])
@pytest.mark.parametrize(("k", "m", "d"), sizes(quick=True))
def test_optimistic_sample_size_without_bias(activation, k, m, d):
    check_size(activation, k, m, d, bias=False)


@pytest.mark.slow
@pytest.mark.parametrize("activation", AFFINE)
@pytest.mark.parametrize(("k", "m", "d"), sizes(quick=False))
def test_optimistic_sample_size_without_bias_everywhere(activation, k, m, d):
    check_size(activation, k, m, d, bias=False)


@pytest.mark.slow
@pytest.mark.parametrize(("k", "m", "d"), sizes(quick=False))
def test_optimistic_sample_size_with_bias_everywhere(k, m, d):
    check_size("tanh", k, m, d, bias=True)


@pytest.mark.parametrize("d", [1, 2])
def test_constants_and_output_bias(d):
    biased = two_layer(3, d, "tanh", bias=True)
    constant = optimistic_sample_size(target_set(biased, sympy.tanh(1)))
    assert constant.value == d + 1 and constant.minimal is Verdict.PROVED
    one = sympy.tanh(X1) + 2 * sympy.tanh(1)
    assert optimistic_sample_size(target_set(biased, one)).value == 2 * (d + 2) - 1
    with_output = two_layer(3, d, "tanh", bias=True, output_bias=True)
    assert optimistic_sample_size(target_set(with_output, sympy.tanh(X1) + 5)).value == (d + 2) + 1


@pytest.mark.parametrize("d", [1, 2, 3])
def test_sigmoid_constants(d):
    def sigmoid(z):
        return 1 / (1 + sympy.exp(-z))

    def size(target, m):
        return optimistic_sample_size(target_set(two_layer(m, d, "sigmoid"), target)).value

    assert size(2 * sigmoid(X1), 2) == d + 1
    assert size(2 * sigmoid(-X1), 2) == d + 1  # = 2 - 2 sigmoid(x)
    assert size(2 * sigmoid(X1) + 1, 2) == d + 2  # an antipodal pair makes the constant
    assert size(sympy.Integer(1), 2) == d + 1
    assert size(sympy.Integer(0), 1) == 1
    with pytest.raises(TargetError, match="not in the function space"):
        target_set(two_layer(1, d, "sigmoid"), 2 * sigmoid(X1) + 1)


def test_irrational_constants_of_a_sigmoid():
    model = two_layer(2, 1, "sigmoid", bias=True)
    q = target_set(model, two_layer(1, 1, "sigmoid", bias=True).point(a=[1], w=[[0]], b=[1]))
    size = optimistic_sample_size(q)
    assert (
        q.complete and size.upper == 2 and size.lower >= 1
    )  # the constant sigma(1), from one neuron with w = 0
    value = 1 / (1 + sympy.exp(-1))
    pair = model.point(a=[value, value], w=[[3], [-3]], b=[2, -2])  # sigma(z) + sigma(-z) = 1
    assert [b.label for b in q.branches_of(pair)] == ["- | {1,-2}"]
    assert not q.branches_of(model.point(a=[1, 1], w=[[3], [-3]], b=[2, -2]))


def test_constant_neuron_of_a_generic_activation():
    q = target_set(two_layer(2, 2, "exp"), 3 + sympy.exp(X1))
    assert (
        optimistic_sample_size(q).value == 6
    )  # the neuron with w = 0 costs 1 + d as well, for exp'(0) != 0
    q = target_set(two_layer(2, 2, "cosh"), 3 + sympy.cosh(X1))
    assert optimistic_sample_size(q).value == 4  # and 1 for an even activation


def test_width_500_needs_nine_samples():
    target = sum(sympy.tanh(X1 + s) for s in (-7, 0, 7))
    size = optimistic_sample_size(target_set(two_layer(500, 1, "tanh", bias=True), target))
    assert (size.value, size.attained, size.minimal) == (9, Verdict.PROVED, Verdict.PROVED)


def test_branch_of_takes_the_least_refined():
    q = target_set(two_layer(2, 2, "exp"), two_layer(1, 2, "exp").point([3, 1, 2]))
    both = q.model.point(a=[3, 0], w=[[1, 2], [1, 2]])
    assert len(q.branches_of(both)) == 2 and q.branch_of(both).index == (1, 0)
    assert q.branch_of(q.model.point(a=[3, 0], w=[[1, 2], [5, 2]])).index == (2, 1)
    assert q.branch_of(q.model.point(a=[3, 1], w=[[1, 2], [5, 2]])) is None


def test_distance_is_that_of_the_nearest_point():
    q = target_set(two_layer(2, 1, "exp"), two_layer(1, 1, "exp").point([3, 1]))
    first = q.branches[0]  # a1 + a2 = 3, w = (1, 1)
    assert first.distance([1, 2, 1, 1]) == pytest.approx(0)
    assert first.distance([1, 4, 1, 1]) == pytest.approx(math.sqrt(2))
    assert first.distance([1, 2, 4, 5]) == pytest.approx(5)
    with pytest.raises(TargetError, match="3 numbers"):
        first.distance([1, 2, 3])


def test_distance_to_curved_branches():
    """Against minima over fine grids of the curves: (a, -a, 1/a, -1/a), and (a, 2 - a..) with
    exp(b).
    """
    (curve,) = target_set(two_layer(2, 1, "softplus"), X1).branches
    grid = np.concatenate([np.linspace(-6, -0.05, 400_001), np.linspace(0.05, 6, 400_001)])
    for theta in ([1, -1, 1, -1], [2, -1, 1, 0], [0.3, -0.2, 2, -3], [-1, 2, -3, 0.5]):
        a, b, w, v = theta
        best = np.sqrt(
            (grid - a) ** 2 + (-grid - b) ** 2 + (1 / grid - w) ** 2 + (-1 / grid - v) ** 2
        ).min()
        assert curve.distance(theta) == pytest.approx(best, abs=1e-4)
    (line,) = target_set(two_layer(1, 1, "exp", bias=True), 3 * sympy.exp(X1)).branches
    grid = np.linspace(-5, 5, 1_000_001)  # a = 3 exp(-b), w = 1
    for a, w, b in ([3, 1, 0], [1, 2, 1], [-1, 0, 0]):
        best = np.sqrt((3 * np.exp(-grid) - a) ** 2 + (1 - w) ** 2 + (grid - b) ** 2).min()
        assert line.distance([a, w, b]) == pytest.approx(best, abs=1e-6)
    matrices = target_set(matrix_factorization(2, 2, 2), [1, 0, 0, 0]).branches[0]
    with pytest.raises(TargetError, match="orbit"):
        matrices.distance([1.0] * 8)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (sympy.tanh(X1) + sympy.tanh(2 * X1) + sympy.tanh(3 * X1), "needs 3 neurons"),
        (sympy.tanh(X1) + 1, "constant 1"),
        (sympy.sin(X1), "not a multiple of tanh"),
        (sympy.tanh(X1) ** 2, "not a multiple of tanh"),
        (sympy.tanh(X1 + 1), "build it with bias=True"),
        (sympy.tanh(sympy.Symbol("y")), "uses y"),
        (sympy.Matrix([sympy.tanh(X1), sympy.tanh(X2)]), "2 outputs"),
        (sympy.tanh(sympy.sqrt(2) * X1), "rational"),
        (sympy.tanh(X1 * X2), "rational weights"),
        ("tanh(x1)", "is a str"),
        (None, "NoneType"),
        (two_layer(1, 3, "tanh").point([1, 1, 1, 1]), "3 inputs"),
        (two_layer(1, 2, "tanh").generic(), "chart with coordinates"),
        (two_layer(1, 2, "tanh", bias=True).point([1, 1, 1, 1]), "bias=True"),
        (two_layer(2, 2, "exp").point([1, 0, 1, 1, 2, 2]), "not a multiple of tanh"),
        (sympy.nan, "exact"),
    ],
)
def test_malformed_targets(target, message):
    with pytest.raises((TargetError, PointError), match=message):
        target_set(two_layer(2, 2, "tanh"), target)


def test_repeated_neurons_and_zero_weights_are_reduced():
    model = two_layer(2, 1, "tanh")
    same = two_layer(3, 1, "tanh").point(
        a=[1, 1, 7], w=[[1], [-1], [0]]
    )  # 1 - 1 = 0: the zero function
    assert optimistic_sample_size(target_set(model, same)).value == 0
    again = two_layer(3, 1, "tanh").point(a=[1, 2, 0], w=[[1], [1], [5]])
    assert optimistic_sample_size(target_set(model, again)).value == 2


def test_floats_are_refused():
    with pytest.raises(InexactValueError):
        target_set(two_layer(2, 2, "tanh"), 0.5)
    with pytest.raises(InexactValueError):
        target_set(two_layer(2, 2, "tanh"), 0.5 * sympy.tanh(X1))


@pytest.mark.parametrize(("activation", "rank"), [("elu", 3), ("hardtanh", 3)])
def test_activations_without_a_lemma_get_copies(activation, rank):
    """The copies of one neuron prove the upper bound d + 1, changes of the inputs the lower one."""
    q = target_set(two_layer(4, 2, activation), two_layer(1, 2, activation).point([1, 1, 2]))
    size = optimistic_sample_size(q)
    assert (size.value, size.minimal) == (rank, Verdict.PROVED)
    assert not q.complete and q.branches[0].dimension == 3
    assert q.branches[0].contains(q.model.point(a=[1, 2, 3, -5], w=[[1, 2]] * 4))


def test_activations_without_a_lemma_need_a_network():
    with pytest.raises(TargetError, match="charts="):
        target_set(two_layer(4, 2, "elu"), X1)
    with pytest.raises(TargetError, match="2 different neurons"):
        target_set(two_layer(1, 1, "elu", bias=True), two_layer(2, 1, "elu").point([1, 1, 1, -1]))
    zero = target_set(two_layer(2, 1, "elu"), two_layer(2, 1, "elu").point([1, -1, 3, 3]))
    assert optimistic_sample_size(zero).value == 0


def test_table_json_and_dot():
    q = target_set(two_layer(2, 1, "tanh"), two_layer(1, 1, "tanh").point([1, 1]))
    assert len(q.table().rows) == len({(b.representative or b).label for b in q.branches})
    assert '"complete": true' in q.to_json()
    assert q.to_dot().count("--") == q.graph.number_of_edges()


@pytest.mark.parametrize(
    "zero",
    [(sympy.sqrt(2) - 1) * (sympy.sqrt(2) + 1) - 1, sympy.log(6) - sympy.log(2) - sympy.log(3)],
)
def test_a_rational_constant_in_disguise(zero):
    # sigmoid(x) - 1 = -sigmoid(-x), and sigmoid(x) itself: one neuron, rank d + 1 = 2
    F, sigmoid = two_layer(2, 1, "sigmoid"), 1 / (1 + sympy.exp(-X1))
    for constant in (0, -1):
        assert int(optimistic_sample_size(target_set(F, sigmoid + constant + zero))) == 2


def test_a_name_does_not_make_a_network():
    even = activations["ztanh"]
    F = two_layer(1, 1, Activation("tanh", even.formula, "even", (), "even", even.lemma))
    with pytest.raises(TargetError):
        target_set(F, two_layer(1, 1, "tanh").point(a=[1], w=[[1]]))


def test_a_zero_of_the_activation_elsewhere_is_not_overlooked():
    # sigma(z) = tanh(z) + 1/3 vanishes at one b < 0: w = 0, a = 0 has rank 0 there
    third = sympy.Rational(1, 3)
    sigma = Activation(
        "third", sympy.tanh(Z) + third, "none", (Fraction(1, 3),), "odd", activations["tanh"].lemma
    )
    Q = target_set(two_layer(1, 1, sigma, bias=True), sympy.Integer(0))
    assert not Q.complete
    assert optimistic_sample_size(Q).lower == 0
