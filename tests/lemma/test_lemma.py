"""The linear-time road: agreement with the exact engine and with independent formulas, and real
sizes.
"""

from __future__ import annotations

import random
import time
from fractions import Fraction

import numpy as np
import oracles
import pytest
import sympy

import rankstrat as rs
from rankstrat.activation.checks import check_lemma
from rankstrat.activation.record import Activation, Lemma, Z
from rankstrat.errors import (
    CertificateError,
    FamilyError,
    InexactValueError,
    PointError,
    UndecidedError,
)
from rankstrat.lemma import arrays, sparse
from rankstrat.lemma.rank import LemmaRank, rank_by_lemma

WITHOUT_BIAS = [
    "tanh", "arctan", "erf", "sin", "sinh", "z2tanh", "cos", "cosh", "gaussian", "ztanh", "exp",
    "sigmoid",
    "softplus", "silu", "gelu", "sigma", "relu", "leaky_relu", "abs",
]  # fmt: skip
WITH_BIAS = [
    "tanh", "arctan", "erf", "z2tanh", "gaussian", "ztanh", "sigmoid", "softplus", "silu", "gelu",
    "sigma", "relu",
    "leaky_relu", "abs",
]  # fmt: skip
PIECEWISE = ("relu", "leaky_relu", "abs")
HARD_FOR_ENGINE = ("gelu", "relu", "leaky_relu", "abs")
ORACLES = {
    "tanh": "tanh", "z2tanh": "z^2 tanh z", "ztanh": "z tanh z", "cosh": "cosh", "exp": "exp",
    "sigmoid": "sigmoid",
    "softplus": "softplus", "silu": "swish", "gelu": "gelu",
}  # fmt: skip


def degenerate(source, activation, width, inputs, bias):
    """Few distinct values, so that classes, antipodal pairs, zero and inactive neurons abound."""
    while True:
        a = [source.choice([0, 0, 1, -1, 2]) for _ in range(width)]
        w = [[source.choice([0, 0, 1, -1, 2]) for _ in range(inputs)] for _ in range(width)]
        b = [source.choice([0, 1, -1]) for _ in range(width)]
        for i in range(1, width):
            if source.random() < 0.5:
                j, sign = source.randrange(i), source.choice([1, -1])
                w[i], b[i] = [sign * c for c in w[j]], sign * b[j]
        kink = any(
            out and not any(row) and not (bias and shift)
            for out, row, shift in zip(a, w, b, strict=True)
        )
        if not (kink and activation in PIECEWISE):
            return {"a": a, "w": w, "b": b} if bias else {"a": a, "w": w}


def compare(activation, bias, seed, width=None):
    source = random.Random(f"{activation} {bias} {seed}")
    inputs, width = source.choice([1, 2]), width or source.choice([2, 3])
    model = rs.families.two_layer(width, inputs, activation, bias, source.random() < 0.3)
    values = degenerate(source, activation, width, inputs, bias)
    if "c" in model.blocks:
        values["c"] = 1
    point = model.point(values)
    first, second = rs.model_rank(point), rank_by_lemma(point)
    assert first.lower <= int(second) <= first.upper, (str(first), str(second), values)
    return first.value is not None


@pytest.mark.parametrize("activation", WITHOUT_BIAS)
def test_both_roads_agree_without_bias(activation):
    assert (
        sum(
            compare(activation, False, seed)
            for seed in range(2 if activation in HARD_FOR_ENGINE else 5)
        )
        > 0
    )


@pytest.mark.parametrize("activation", WITH_BIAS)
def test_both_roads_agree_with_bias(activation):
    assert (
        sum(
            compare(activation, True, seed)
            for seed in range(2 if activation in HARD_FOR_ENGINE else 5)
        )
        > 0
    )


@pytest.mark.slow
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("activation", WITHOUT_BIAS)
def test_both_roads_agree_at_many_points(activation, bias):
    if bias and activation not in WITH_BIAS:
        pytest.skip("the lemma does not hold with biases")
    for seed in range(100, 112 if activation in HARD_FOR_ENGINE else 220):
        compare(activation, bias, seed, width=2 + seed % 3)


@pytest.mark.parametrize("activation", ORACLES)
@pytest.mark.parametrize("bias", [False, True])
def test_agrees_with_the_coordinates(activation, bias):
    if bias and activation not in WITH_BIAS:
        return
    source = random.Random(f"{activation} {bias}")
    for _ in range(40):
        inputs, width = source.choice([1, 2, 3]), source.choice([2, 4, 6])
        values = degenerate(source, activation, width, inputs, bias)
        point = rs.families.two_layer(width, inputs, activation, bias).point(values)
        sigma = oracles.SIGMAS[ORACLES[activation]]
        assert int(rank_by_lemma(point)) == oracles.coordinate_rank(
            values["a"], values["w"], sigma, values.get("b")
        )


@pytest.mark.parametrize(
    ("activation", "slope"), [("relu", 0), ("leaky_relu", Fraction(1, 100)), ("abs", -1)]
)
@pytest.mark.parametrize("bias", [False, True])
def test_agrees_with_the_piecewise_formula(activation, slope, bias):
    source = random.Random(f"{activation} {bias}")
    for _ in range(60):
        inputs, width = source.choice([1, 2, 3]), source.choice([2, 4, 6])
        v = degenerate(source, activation, width, inputs, bias)
        point = rs.families.two_layer(width, inputs, activation, bias).point(v)
        assert int(rank_by_lemma(point)) == oracles.rank_leaky_relu(
            v["a"], v["w"], slope, v.get("b")
        )


# -----------------------------------------------------------------------------------------------
# convolutions
def random_cnn(source, dimension, sharing, activation, bias):
    size, s, k = (
        (3, 2, source.choice([1, 2]))
        if dimension == 2
        else (source.choice([3, 4]), 2, source.choice([2, 3]))
    )
    model = rs.families.convolutional(
        k, size, s, dimension, sharing, bias=bias, activation=activation
    )
    while True:
        values = {
            name: np.array(source.choices([0, 0, 1, -1, 2], k=int(np.prod(shape)))).reshape(shape)
            for name, shape in model.blocks.items()
        }
        if source.random() < 0.4:
            values["K"][-1] = -values["K"][0]
        flat = values["K"].reshape(
            *(values["b"].shape if bias else values["K"].shape[: 1 if sharing else -dimension]), -1
        )
        quiet = ~flat.any(axis=-1) & (values["b"] == 0 if bias else True)
        outputs = values["a"].reshape(k, -1).any(axis=1) if sharing else values["a"] != 0
        if activation not in PIECEWISE or not (quiet & outputs).any():
            return model, values


@pytest.mark.parametrize("activation", ["tanh", "ztanh", "softplus", "sigmoid", "sigma", "relu"])
@pytest.mark.parametrize("sharing", [True, False])
def test_convolutions_agree_with_the_engine(sharing, activation):
    source = random.Random(f"{sharing} {activation}")
    for number in range(4 if activation != "relu" else 1):
        model, values = random_cnn(source, 1, sharing, activation, number % 2 == 1)
        point = model.point(values)
        first, second = rs.model_rank(point), rank_by_lemma(point)
        assert first.lower <= int(second) <= first.upper, (values, str(first), str(second))


@pytest.mark.slow
@pytest.mark.parametrize(
    "activation", ["tanh", "ztanh", "softplus", "silu", "sigmoid", "sigma", "relu", "leaky_relu"]
)
@pytest.mark.parametrize("sharing", [True, False])
@pytest.mark.parametrize("dimension", [1, 2])
def test_convolutions_agree_with_the_engine_at_many_points(dimension, sharing, activation):
    source = random.Random(f"{dimension} {sharing} {activation}")
    for number in range(30 if activation not in PIECEWISE else 4):
        model, values = random_cnn(
            source,
            1 if activation in PIECEWISE else dimension,
            sharing,
            activation,
            number % 2 == 1,
        )
        point = model.point(values)
        first, second = rs.model_rank(point), rank_by_lemma(point)
        assert first.lower <= int(second) <= first.upper, (values, str(first), str(second))


@pytest.mark.parametrize(
    "activation", ["tanh", "z2tanh", "ztanh", "cosh", "exp", "softplus", "silu", "sigmoid"]
)
def test_convolutions_agree_with_the_coordinates(activation):
    source = random.Random(activation)
    for number in range(16):
        model, values = random_cnn(source, 1 + number % 2, True, activation, False)
        k = model.structure.kernels
        expected = oracles.rank_cnn(
            values["K"].reshape(k, -1).tolist(), values["a"].reshape(k, -1).tolist(),
            model.structure.size, 2,
            model.structure.dimension, activation=ORACLES[activation],
        )  # fmt: skip
        assert int(rank_by_lemma(model.point(values))) == expected


def test_unshared_convolutions_agree_with_the_union_of_windows():
    source = random.Random(4)
    for number in range(40):
        model, values = random_cnn(source, 1 + number % 2, False, "tanh", False)
        s = model.structure
        own = values["K"].reshape(s.kernels, len(s.pixels), -1).tolist()
        a = values["a"].reshape(s.kernels, -1).tolist()
        assert int(rank_by_lemma(model.point(values))) == oracles.rank_cnn_unshared(
            own, a, s.size, 2, s.dimension
        )


# -----------------------------------------------------------------------------------------------
# real sizes
@pytest.mark.parametrize("k", [1, 2, 3])
def test_image_networks_at_their_real_size(k):
    source = np.random.default_rng(k)
    kernels, a = source.integers(-9, 10, (k, 3, 3)), source.integers(1, 9, (k, 26, 26))
    shared = rs.families.convolutional(k, 28, 3, 2)
    assert int(rank_by_lemma(shared.point(a=a, K=kernels))) == 685 * k
    own = rs.families.convolutional(k, 28, 3, 2, sharing=False)
    everywhere = np.broadcast_to(kernels[:, None, None], (k, 26, 26, 3, 3))
    assert int(rank_by_lemma(own.point(a=a, K=everywhere))) == 6760 * k
    weights = np.zeros((k, 26, 26, 28, 28), dtype=np.int64)
    for i in range(26):
        for j in range(26):
            weights[:, i, j, i : i + 3, j : j + 3] = kernels
    full = rs.families.two_layer(676 * k, 784)
    assert int(rank_by_lemma(full.point(a=a.ravel(), w=weights.reshape(-1, 784)))) == 530660 * k


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["tanh", "softplus", "relu"])
def test_a_million_neurons_in_twenty_seconds(activation):
    source = np.random.default_rng(0)
    model = rs.families.two_layer(10**6, 8, activation, bias=True)
    a, b = source.integers(-1, 2, 10**6), source.integers(1, 3, 10**6)
    w = source.integers(-1, 2, (10**6, 8))
    start = time.perf_counter()
    rank = rank_by_lemma(model.point(a=a, w=w, b=b))
    assert time.perf_counter() - start < 20
    assert "_parts" not in model.__dict__  # no symbol was created
    rows = {(*u, s) for u, s in zip(w.tolist(), b.tolist(), strict=True) if any(u)}
    acting = {
        (*u, s)
        for u, s, out in zip(w.tolist(), b.tolist(), a.tolist(), strict=True)
        if any(u) and out
    }
    if activation == "tanh":  # all biases are positive: no antipodal pairs
        assert int(rank) == len(rows) + 9 * len(acting) + 9


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "arguments", "rank"),
    [
        ("convolutional", {"kernels": 1, "size": 28, "kernel_size": 3, "dimension": 2}, 685),
        ("convolutional", {"kernels": 3, "size": 28, "kernel_size": 3, "dimension": 2}, 2055),
        (
            "convolutional",
            {"kernels": 3, "size": 12, "kernel_size": 3, "dimension": 2, "sharing": False},
            3000,
        ),
        ("two_layer", {"width": 80, "inputs": 36}, 2960),  # 5 kernels of 3 x 3 on 6 x 6 images
    ],
)
def test_the_engine_confirms_the_table_up_to_3000_parameters(family, arguments, rank):
    source = np.random.default_rng(1)
    model = rs.families.build(family, **arguments)
    point = model.point(
        {n: source.integers(1, 5, s) * source.choice([-1, 1], s) for n, s in model.blocks.items()}
    )
    assert int(rank_by_lemma(point)) == int(rs.model_rank(point)) == rank


def test_the_lemma_is_evidence_for_the_engine():
    point = rs.families.two_layer(3, 2).point(a=[1, 1, 0], w=[[1, 0], [-1, 0], [0, 1]])
    certificate = rs.model_rank(point, evidence=[rank_by_lemma(point).as_upper_bound()])
    assert certificate.value == 1 + 2 + 1 and certificate.verdict is rs.Verdict.PROVED
    certificate.check()


# -----------------------------------------------------------------------------------------------
# exactness
def test_large_and_rational_weights():
    model = rs.families.two_layer(3, 2)
    big = 10**30
    assert int(rank_by_lemma(model.point(a=[1, 1, 1], w=[[big, 1], [-big, -1], [big + 1, 1]]))) == 6
    third = Fraction(1, 3)
    assert (
        int(rank_by_lemma(model.point(a=[1, third, 1], w=[[third, 1], [-third, -1], [0, 0]]))) == 5
    )
    with_bias = rs.families.two_layer(2, 1, bias=True)
    assert int(rank_by_lemma(with_bias.point(a=[1, 1], w=[[third], [1]], b=[1, 3]))) == 6


def test_extreme_integer_arrays():
    low = np.iinfo(np.int64).min
    model = rs.families.two_layer(2, 1)
    assert int(rank_by_lemma(model.point(a=np.array([1, 1]), w=np.array([[low], [low]])))) == 2
    assert int(rank_by_lemma(model.point(a=np.array([1, 1]), w=np.array([[low], [low + 1]])))) == 4


def test_colliding_hashes_are_seen(monkeypatch):
    monkeypatch.setattr(arrays, "_hashed", lambda columns, key: columns[0][:, 0].astype(np.uint64))
    found = arrays.classes([np.array([[1, 2], [1, 3], [1, 2]])])
    assert found.number == 2 and found.of.tolist() == [0, 1, 0]


@pytest.mark.parametrize("seed", range(20))
def test_sparse_rank_is_the_rank(seed):
    source = np.random.default_rng(seed)
    rows, columns, inner = source.integers(1, 9, 3)
    matrix = source.integers(-2, 3, (rows, inner)) @ source.integers(-2, 3, (inner, columns))
    where = np.argwhere(matrix != 0)
    entries = sparse.Entries(where[:, 0], where[:, 1], matrix[matrix != 0])
    assert sparse.exact_rank(entries) == oracles.exact_rank(matrix.tolist())


def test_sparse_rank_does_not_trust_a_prime():
    """A determinant that is divisible by every prime the first attempts use."""
    primes = [sparse.random_prime(sparse.SMALL, 17, attempt) for attempt in range(3)]
    p = int(np.prod(np.array(primes, dtype=object)))
    matrix = np.array([[1, 1, 1], [1, 1 + p, 1], [1, 1, 1 + p]], dtype=object)
    rows, columns = np.indices((3, 3))
    assert sparse.exact_rank(sparse.Entries(rows.ravel(), columns.ravel(), matrix.ravel())) == 3


def test_points_keep_integer_arrays():
    model = rs.families.two_layer(2, 1)
    a, w = np.array([1, 2]), np.array([[3], [4]])
    kept, listed = model.point(a=a, w=w), model.point(a=[1, 2], w=[[3], [4]])
    a[0] = 7
    assert kept == listed and hash(kept) == hash(listed) and kept.values == listed.values
    assert kept.numbers["a"].dtype == np.int64 and kept.arrays["a"].tolist() == [1, 2]
    assert str(rs.model_rank(kept)) == str(rs.model_rank(listed))
    with pytest.raises(InexactValueError):
        model.point(a=np.array([0.5, 1]), w=w)
    with pytest.raises(PointError):
        model.point(a=np.array([1]), w=w)


# -----------------------------------------------------------------------------------------------
# honesty
@pytest.mark.parametrize("activation", ["exp", "sin", "cosh"])
def test_lemmas_that_fail_with_bias_are_not_used(activation):
    point = rs.families.two_layer(1, 1, activation, bias=True).point(a=[1], w=[[1]], b=[0])
    with pytest.raises(UndecidedError, match="bias"):
        rank_by_lemma(point)


@pytest.mark.parametrize("activation", ["square", "hardtanh", "elu", "z**3+tanh(z)"])
def test_activations_without_a_lemma_are_refused(activation):
    with pytest.raises(UndecidedError):
        rank_by_lemma(rs.families.two_layer(1, 1, activation).point(a=[1], w=[[1]]))


def test_fully_connected_networks_with_one_hidden_layer():
    values = {"a": [1, 2, 0], "w": [[1, 0], [-1, 0], [0, 0]], "b": [1, -1, 3]}
    expected = rank_by_lemma(
        rs.families.two_layer(3, 2, bias=True, output_bias=True).point(**values, c=1)
    )
    model = rs.families.fully_connected([2, 3, 1])
    point = model.point(W1=values["w"], b1=values["b"], W2=[values["a"]], b2=[1])
    assert int(rank_by_lemma(point)) == int(expected) == int(rs.model_rank(point))
    deep = rs.families.fully_connected([1, 1, 1, 1], bias=False, output_bias=False)
    with pytest.raises(UndecidedError, match="one hidden layer"):
        rank_by_lemma(deep.point([1, 1, 1]))


def test_other_questions_are_refused():
    with pytest.raises(UndecidedError):
        rank_by_lemma(rs.families.linear(2).point(a=[1, 2]))
    model = rs.families.two_layer(1, 1)
    with pytest.raises(PointError):
        rank_by_lemma(model.generic())
    with pytest.raises(PointError):
        rank_by_lemma(model.point({"a1": 1, "w1_1": sympy.sqrt(2)}))
    with pytest.raises(PointError, match="kink"):
        rank_by_lemma(rs.families.two_layer(1, 1, "relu").point(a=[1], w=[[0]]))


def test_a_wrongly_declared_parity_is_refused():
    lemma = Lemma("nobody", ("none",), True)
    wrong = Activation("shifted", sympy.tanh(Z + 1), "odd", (), "odd", lemma)
    with pytest.raises(FamilyError, match="odd"):
        rank_by_lemma(rs.families.two_layer(1, 1, wrong).point(a=[1], w=[[1]]))


@pytest.mark.parametrize(
    ("formula", "parity", "part", "bias"),
    [
        (Z**2, "even", (), False),
        (Z**3 + Z, "odd", (), False),
        (sympy.exp(Z), "none", (), True),
        (sympy.cos(Z), "even", (), True),
        (sympy.sinh(Z), "odd", (), True),
        (sympy.tanh(Z), "none", (), False),
        (sympy.exp(Z), "odd", (), False),
        (sympy.tanh(Z) + 1, "odd", (Fraction(1, 2),), False),
    ],
)
def test_a_wrongly_declared_lemma_is_refused_on_every_road(formula, parity, part, bias):
    wrong = Activation("wrong", formula, "unknown", part, parity, Lemma("nobody", ("none",), True))
    values = {"a": [1, 2, 0, 0], "w": [[1], [1], [2], [3]]} | ({"b": [0, 1, 0, 0]} if bias else {})

    def model():
        return rs.families.two_layer(4, 1, wrong, bias=bias)

    roads = [
        lambda: rank_by_lemma(model().point(**values)),
        lambda: rs.target_set(model(), model().point(**values)),
    ]
    for road in roads if bias else [*roads, lambda: rs.stratify(model())]:
        with pytest.raises(FamilyError, match="wrong"):
            road()


@pytest.mark.parametrize("bias", [False, True])
def test_every_record_with_a_lemma_passes_the_same_trial(bias):
    for record in rs.activations.values():
        if record.lemma is not None and (record.lemma.with_bias or not bias):
            check_lemma(record, bias=bias)


def test_the_result_says_why_and_checks():
    point = rs.families.two_layer(2, 1).point(a=[1, 0], w=[[1], [2]])
    found = rank_by_lemma(point)
    assert (found.lower, found.upper, found.verdict, found.road) == (
        3,
        3,
        rs.Verdict.PROVED,
        "lemma",
    )
    assert "LSH" in str(found) and "odd" in str(found)
    found.check()
    with pytest.raises(CertificateError):
        LemmaRank(point, (("classes of neurons", 9),), found.citation, found.assumptions).check()
