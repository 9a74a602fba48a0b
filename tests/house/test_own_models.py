"""A user's script: seven models of one's own get no row OPEN that a family gets PROVED."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sympy as sp

import rankstrat as rs
from rankstrat.rank.verdict import Verdict

x, s = sp.symbols("x s")
a1, a2, w1, w2, c, V, K = sp.symbols("a1 a2 w1 w2 c V K")
A, B = sp.Matrix(2, 1, sp.symbols("A:2")), sp.Matrix(1, 2, sp.symbols("B:2"))
Q, R = sp.Matrix(1, 2, sp.symbols("q:2")), sp.Matrix(1, 2, sp.symbols("r:2"))
X, Y = sp.Matrix(2, 1, sp.symbols("x:2")), sp.Matrix(2, 1, sp.symbols("y:2"))
f = sp.symbols("f:3")
u1, u2, v1, v2 = sp.symbols("u1 u2 v1 v2")
UNITS = a1 * sp.tanh(w1 * x) + a2 * sp.tanh(w2 * x)
LOGITS = [sp.exp(u1 * x + v1), sp.exp(u2 * x + v2)]
FACTORS = rs.families.matrix_factorization(2, 1, 2)

OWN = {
    "two layers": rs.Model(UNITS, [a1, a2, w1, w2], [x]),
    "skip term": rs.Model(UNITS + c * x, [a1, a2, w1, w2, c], [x]),
    "Michaelis-Menten": rs.Model(V * s / (K + s), [V, K], [s], domain={s: "s > 0"}),
    "LoRA": rs.Model(list(sp.Matrix([[1, 2], [3, 4]]) + A * B), [*A, *B], ()),
    "Fourier": rs.Model(f[0] * sp.cos(x) + f[1] * sp.sin(x) + f[2] * sp.cos(2 * x), f, [x]),
    "softmax": rs.Model([e / sum(LOGITS) for e in LOGITS], [u1, u2, v1, v2], [x]),
    "bilinear attention": rs.Model([(X.T * Q.T * R * Y)[0, 0]], [*Q, *R], [*X, *Y]),
}
# By hand. Softmax of two logits sees u1 - u2 and v1 - v2, so its rank is 2 everywhere;
# V s/(K + s) has rank 1 where V = 0; W + A B and q x r y are products: 0 at 0, 2 where one factor
# is 0, else 3. A skip term adds its tangent function x to those of the network.
RANKS = {
    "two layers": [0, 1, 2, 3, 4],
    "skip term": [1, 2, 3, 4, 5],
    "Michaelis-Menten": [1, 2],
    "LoRA": [0, 2, 3],
    "Fourier": [3],
    "softmax": [2],
    "bilinear attention": [0, 2, 3],
}
FAMILIES: dict[str, Callable[[], rs.Model]] = {
    "two layers": lambda: rs.families.two_layer(2, 1),
    "LoRA": lambda: FACTORS,
    "Fourier": lambda: rs.families.linear(3),
    "bilinear attention": lambda: FACTORS,
}
"""Families that are the same up to names, or up to a constant that no derivative sees."""


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", OWN)
def test_the_ranks_are_those_by_hand(name):
    hierarchy = rs.stratify(OWN[name])
    assert [level.rank for level in hierarchy.levels] == RANKS[name]
    assert rs.model_rank(OWN[name]) == RANKS[name][-1]
    assert rs.model_rank(OWN[name]).verdict is Verdict.PROVED


@pytest.mark.parametrize("name", FAMILIES)
def test_no_row_is_open_that_a_family_gets_proved(name):
    own, family = rs.stratify(OWN[name]), rs.stratify(FAMILIES[name]())
    rows = [[(v.rank, v.dimension, str(v.verdict)) for v in h.levels] for h in (own, family)]
    assert rows[0] == rows[1]
    assert all(verdict == "PROVED" for *_, verdict in rows[0])
    assert own.complete and family.complete


def test_their_target_sets_are_complete_too():
    own = rs.target_set(OWN["two layers"], sp.tanh(2 * x))
    family = rs.target_set(rs.families.two_layer(2, 1), sp.tanh(2 * sp.Symbol("x1")))
    assert own.complete and own.count == family.count
    assert [int(rs.optimistic_sample_size(found)) for found in (own, family)] == [2, 2]
    lora = rs.target_set(OWN["LoRA"], sp.Matrix([2, 4, 5, 8]))  # W + (1, 2)^T (1, 2)
    plain = rs.target_set(FACTORS, sp.Matrix([1, 2, 2, 4]))
    fourier = rs.target_set(OWN["Fourier"], 2 * sp.cos(x) - sp.cos(2 * x))
    assert fourier.complete and int(rs.optimistic_sample_size(fourier)) == 3
    assert lora.complete and lora.dimension == plain.dimension == 1
    assert [int(rs.optimistic_sample_size(found)) for found in (lora, plain)] == [3, 3]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("two layers", "this model is two_layer(width=2, inputs=1"),
        ("skip term", "and the term c*x beside it, a skip connection"),
        ("Michaelis-Menten", "is no activation of a sum"),
        ("softmax", "is no weight times a unit"),
    ],
)
def test_recognition_says_what_a_model_is_or_what_differs(name, words):
    assert words in str(rs.recognise(OWN[name]))


def test_assumptions_of_parameters_are_said_to_be_unused():
    a, x = sp.Symbol("a", positive=True), sp.Symbol("x")
    w, n = sp.Symbol("w"), sp.Symbol("n", integer=True)
    F = rs.Model(a * sp.tanh(w * x) + n, [a, w, n], [x])
    words = "that a is positive, n is an integer is not used"
    for answer in (rs.stratify(F), rs.target_set(F, F.point([1, 2, 0])), rs.function_hierarchy(F)):
        assert words in str(answer)
    plain = rs.Model(w * sp.tanh(w * x), [w], [x])
    assert not plain.remark and "not used" not in str(rs.stratify(plain))


def test_a_model_that_does_not_depend_on_its_parameters_is_of_no_family():
    p, y = sp.symbols("p y")
    for output, inputs in ((x, [x]), (x + y, [x, y])):  # products of no parameter and an input
        F = rs.Model(output, [p], inputs)
        assert not rs.recognise(F)
        assert [(v.rank, v.dimension) for v in rs.stratify(F).levels] == [(0, 1)]
        assert rs.target_set(F, output).dimension == 1
