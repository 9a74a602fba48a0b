"""Models of somebody's own: recognised where they are of a family, and what differs where not."""

from __future__ import annotations

import pytest
import sympy
from sympy import Max, cos, exp, log, sin, tanh

import rankstrat as rs
from rankstrat.errors import ModelError, TargetError
from rankstrat.families import build, fully_connected, matrix_factorization, two_layer

a, b, c, d, p, q, r, s, t, u, v, w, x, y = sympy.symbols("a b c d p q r s t u v w x y")
sigma = sympy.Function("sigma")

KNOWN = [
    (a * tanh(b * x) + c * tanh(d * x), [a, b, c, d], [x], "two_layer", {"activation": "tanh"}),
    (tanh(b * x) * a + d * tanh(c * x), [d, c, b, a], [x], "two_layer", {"width": 2}),
    (a / (1 + exp(-b * x - c)) + d, [a, b, c, d], [x], "two_layer", {"activation": "sigmoid"}),
    (a * (b * x + c) / (1 + exp(-b * x - c)), [a, b, c], [x], "two_layer", {"activation": "silu"}),
    (a * Max(0, b * x + c), [a, b, c], [x], "two_layer", {"activation": "relu", "bias": True}),
    (a * log(1 + exp(b * x)), [a, b], [x], "two_layer", {"activation": "softplus"}),
    (a * sigma(b * x + c * y), [a, b, c], [x, y], "two_layer", {"inputs": 2}),
    (a * (b * x + c * y) ** 3, [a, b, c], [x, y], "two_layer", {"activation": "cube"}),
    (a * exp(b * x + c), [a, b, c], [x], "two_layer", {"activation": "exp", "bias": True}),
    (a * tanh(b * tanh(c * x)), [a, b, c], [x], "fully_connected", {"widths": [1, 1, 1, 1]}),
    ([a * sin(b * x), c * sin(b * x)], [a, b, c], [x], "fully_connected", {"widths": [1, 1, 2]}),
    ([a * x + b * y, c * x + d * y], [a, b, c, d], [y, x], "fully_connected", {"widths": [2, 2]}),
    ([a * c, a * d, b * c, b * d], [a, b, c, d], [], "matrix_factorization", {"inner": 1}),
    ([c * a + d * b, p * a + q * b], [a, b, c, d, p, q], [], "matrix_factorization", {"inner": 2}),
    (a * b * x + c * d * y, [a, b, c, d], [x, y], "deep_diagonal", {"features": 2}),
    (a + b * x + c * x**2, [a, b, c], [x], "linear", {"features": ["1", "x1", "x1**2"]}),
    (a * sin(y) + b * x / (1 + x**2), [a, b], [x, y], "linear", {}),
    ((a + b) * x + (a - b) * exp(x), [a, b], [x], "linear", {}),
    ((a**2 - b**2) * x + (c**2 - d**2) * y, [a, b, c, d], [x, y], "diagonal", {"features": 2}),
]


def _sums(unit):
    """a unit(b x) + c unit(d x), and with biases and one in another."""
    return (
        (a * unit(b * x) + c * unit(d * x), [a, b, c, d], "two_layer"),
        (a * unit(b * x + r) + c * unit(d * x + s) + t, [a, b, c, d, r, s, t], "two_layer"),
        (a * unit(b * unit(c * x)), [a, b, c], "fully_connected"),
    )


IN_OTHER_WORDS = {
    "exponentials": ("tanh", lambda z: (exp(2 * z) - 1) / (exp(2 * z) + 1)),
    "both signs": ("tanh", lambda z: (exp(z) - exp(-z)) / (exp(z) + exp(-z))),
    "sigmoid": ("tanh", lambda z: 2 / (1 + exp(-2 * z)) - 1),
    "one less": ("tanh", lambda z: 1 - 2 / (1 + exp(2 * z))),
    "quotient": ("tanh", lambda z: sympy.sinh(z) / sympy.cosh(z)),
    "half of tanh": ("sigmoid", lambda z: (1 + tanh(z / 2)) / 2),
    "e^z over": ("sigmoid", lambda z: exp(z) / (1 + exp(z))),
    "logarithm": ("softplus", lambda z: log(1 + exp(z))),
    "logarithm and z": ("softplus", lambda z: z + log(1 + exp(-z))),
    "difference": ("sinh", lambda z: (exp(z) - exp(-z)) / 2),
    "sum": ("cosh", lambda z: (exp(z) + exp(-z)) / 2),
    "shifted": ("sin", lambda z: cos(z - sympy.pi / 2)),
    "shifted back": ("cos", lambda z: sin(z + sympy.pi / 2)),
    "absolute value": ("relu", lambda z: (z + abs(z)) / 2),
    "other slope": ("tanh(z/2)", lambda z: 2 / (1 + exp(-z)) - 1),
}


@pytest.mark.sampled(15)
@pytest.mark.parametrize("kind", range(3))
@pytest.mark.parametrize("name", IN_OTHER_WORDS)
def test_activations_in_other_words(name, kind):
    activation, unit = IN_OTHER_WORDS[name]
    output, parameters, family = _sums(unit)[kind]
    found = rs.recognise(rs.Model(output, parameters, [x]))
    assert found.same is not None, found
    structure = found.known_as.structure
    assert structure.family == family
    assert str(structure.arguments["activation"]) == activation or (
        structure.arguments["activation"].name == activation
    )
    values = {p: sympy.Rational(2 * k + 3, 7 + k) for k, p in enumerate((*parameters, x))}
    gap = found.same.renamed(found.known_as.outputs[0]) - output
    assert abs(sympy.N(gap.xreplace(values), 30)) < 1e-25


@pytest.mark.parametrize(
    "unit",
    [
        lambda z: (exp(2 * z) - 2) / (exp(2 * z) + 1),
        lambda z: (exp(2 * z) - 1) / (exp(2 * z) + 2),
        lambda z: log(2 + exp(z)),
        lambda z: z + log(1 + exp(z)),
        lambda z: (z + 2 * abs(z)) / 2,
        lambda z: (exp(z) + 2 * exp(-z)) / 2,
        lambda z: (exp(2 * z) - 1) / (exp(3 * z) + 1),
        lambda z: tanh(z) ** sympy.Rational(2, 7) * exp(z),
        lambda z: sympy.sqrt(1 + tanh(z) ** 2),
    ],
)
def test_what_is_nearly_an_activation_is_not_taken_for_it(unit):
    found = rs.recognise(rs.Model(a * unit(b * x) + c * unit(d * x), [a, b, c, d], [x]))
    assert found.same is None
    assert found.difference


@pytest.mark.parametrize("unit", [exp, tanh, lambda h: 1 / (1 + exp(h)), lambda h: log(1 + exp(h))])
def test_an_argument_that_is_zero_in_disguise_is_no_unit(unit):
    a, b, w, x = sympy.symbols("a b w x")
    zero = (x + w) ** 2 - x**2 - 2 * w * x - w**2
    model = rs.Model(a * unit(zero) + b * unit(w * x), [a, b, w], [x])
    rank = rs.model_rank(model)
    assert (rank.value, rank.verdict) == (2 if unit is tanh else 3, rs.Verdict.PROVED)
    assert max(level.rank for level in rs.stratify(model).levels) == rank.value


def test_what_is_proved_of_an_activation_holds_of_its_multiples():
    one, two = (2 / (1 + exp(-p * x)) - 1 for p in (b, d))
    model = rs.Model(a * one + c * two, [a, b, c, d], [x])
    found = rs.target_set(model, model.point([1, 2, 0, 3]))
    plain = rs.target_set(two_layer(2, 1), two_layer(2, 1).point([1, 0, 2, 3]))
    assert found.complete and plain.complete
    assert sorted(b.dimension for b in found.branches) == sorted(
        b.dimension for b in plain.branches
    )
    assert [(v.rank, v.dimension) for v in rs.stratify(model).levels] == [
        (v.rank, v.dimension) for v in rs.stratify(two_layer(2, 1)).levels
    ]


@pytest.mark.parametrize("row", KNOWN)
def test_known_models(row):
    outputs, parameters, inputs, family, some = row
    found = rs.recognise(rs.Model(outputs, parameters, inputs))
    structure = found.known_as.structure
    assert structure.family == family and some.items() <= structure.arguments.items()
    assert structure.arguments == build(family, **structure.arguments).structure.arguments
    for one, two in zip(found.known_as.outputs, found.model.outputs, strict=True):
        values = {p: sympy.Rational(k + 2, 3) for k, p in enumerate((*parameters, *inputs))}
        gap = (found.same.renamed(one) - two).subs(sigma, tanh).doit().xreplace(values)
        assert abs(sympy.N(gap)) < 1e-12


@pytest.mark.parametrize(
    ("outputs", "parameters", "inputs", "difference"),
    [
        (a * tanh(b * x) + c * x, [a, b, c], [x], "'tanh') and the term c*x beside it, a skip"),
        (a * tanh(b * x) + a * x, [a, b], [x], "the term a*x beside it, a skip connection, whose"),
        ([a * tanh(b * x) + c * x, d * tanh(b * x) + x], [a, b, c, d], [x], "terms c*x and x"),
        (
            [a * c + 1, a * d + 2],
            [a, c, d],
            [],
            "matrix_factorization(rows=1, inner=1, columns=2) and the terms 1 and 2 beside it",
        ),
        (a * tanh(b * x) + a * tanh(c * x), [a, b, c], [x], "tied weights: a1 = a2 (your a)"),
        (a * tanh(b * x + b * y), [a, b], [x, y], "tied weights: w1_1 = w1_2 (your b)"),
        (a * tanh(a * x), [a], [x], "tied weights: a1 = w1_1 (your a)"),
        (
            a * tanh(b * x) + c * tanh(b * x + d),
            [a, b, c, d],
            [x],
            "w1_1 = w2_1 (your b); with fixed weights: b1 = 0",
        ),
        (a * tanh(b * x) + c * sin(d * x), [a, b, c, d], [x], "no activation in common"),
        (
            a * tanh(b * x) + c * tanh(d * y),
            [a, b, c, d],
            [x, y],
            "fixed weights: w1_2 = 0 and w2_1",
        ),
        (a * tanh(b * x) + tanh(c * x), [a, b, c], [x], "fixed weights: a2 = 1"),
        (a * tanh(b * x) - tanh(x) / 2, [a, b], [x], "fixed weights: a1 = -1/2 and w1_1 = 1"),
        (a * tanh(b * x), [a, b, c], [x], "the parameters c have no place"),
        (a * tanh(b * sin(c * x)), [a, b, c], [x], "the activations tanh and sin"),
        (a * tanh(b * x) + c + d, [a, b, c, d], [x], "are biases of one unit"),
        (a * tanh(b * x), [a, b], [x, y], "does not use all inputs"),
        (a * x / (b + x), [a, b], [x], "is no activation of a sum"),
        (sympy.Piecewise((a * x, x > b), (b * x, True)), [a, b], [x], "is no weight times a unit"),
        ([a * b, c * d], [a, b, c, d], [], ""),
        (cos(a) + b, [a, b], [], ""),
        (a * b**2, [a, b], [], "no inputs"),  # of the form of a unit, but a number
        (c * sympy.exp(b) + d, [b, c, d], [x], "no inputs"),
        (a, [a], [], "no inputs"),
        (a * x + b * sigma(x), [a, b], [x], "no activation in common"),  # no formula of ours
        (a * sin(x) + b * x**w, [a, b, w], [x], "no activation in common"),
        (a * sin(x) + cos(x), [a], [x], "no weight times a unit"),
    ],
)
def test_near_misses_say_what_is_different(outputs, parameters, inputs, difference):
    found = rs.recognise(rs.Model(outputs, parameters, inputs))
    assert not found and found.known_as is None and difference in str(found)


def test_a_network_of_ones_own_gets_what_the_family_gets():
    F = rs.Model(a * tanh(w * x) + b * tanh(u * x), [a, b, w, u], [x])
    G = two_layer(2, 1)
    H, K = rs.stratify(F), rs.stratify(G)
    rows = [[(v.rank, v.dimension, v.count, v.verdict) for v in h.levels] for h in (H, K)]
    assert rows[0] == rows[1] and H.complete
    assert "this model is two_layer(width=2, inputs=1" in str(H)
    zero = next(s for s in H.strata if s.dimension == 0)
    assert set(zero.words.text.split(" = ")) == {"a", "b", "w", "u", "0"}
    Q = rs.target_set(F, F.point([1, 2, 3, 3]))
    assert Q.complete and len(Q.branches) == len(rs.target_set(G, G.point([1, 2, 3, 3])).branches)
    assert all(branch.model == F for branch in Q.branches)
    least = rs.optimistic_sample_size(Q)
    assert (int(least), least.minimal) == (2, rs.Verdict.PROVED)
    assert [v.rank for v in rs.function_hierarchy(F).levels] == [0, 2, 4]
    assert int(rs.rank_by_lemma(F.point([1, 2, 3, -3]))) == 2
    near = rs.nearest_strata(F, {"a": 1.0, "b": 2.0, "w": 1.0, "u": -1.01}, tolerance=0.1)
    assert [n.condition.text for n in near] == ["w = -u"]


def test_a_product_of_ones_own_gets_what_the_family_gets():
    F = rs.Model([a * c, a * d, b * c, b * d], [a, b, c, d])
    G = matrix_factorization(2, 1, 2)
    rows = [[(v.rank, v.dimension) for v in rs.stratify(m).levels] for m in (F, G)]
    assert rows[0] == rows[1]
    sizes = [rs.optimistic_sample_size(rs.target_set(m, sympy.zeros(2, 2))).value for m in (F, G)]
    assert sizes[0] == sizes[1] == 0


def test_models_of_a_family_are_themselves():
    F = fully_connected([1, 2, 2, 1])
    assert rs.recognise(F).known_as == F
    with pytest.raises(ModelError):
        rs.recognise(3)


def test_a_linear_model_of_ones_own_gets_what_the_family_gets():
    F = rs.Model(a * cos(x) + b * sin(x), [a, b], [x])
    H = rs.stratify(F)
    assert [(v.rank, v.count) for v in H.levels] == [(2, 1)] and H.complete
    Q = rs.target_set(F, 2 * cos(x) - sin(x) / 3)
    assert Q.complete and int(rs.optimistic_sample_size(Q)) == 2
    with pytest.raises(TargetError, match="not in the span of the features"):
        rs.target_set(F, cos(2 * x))


def test_the_domain_of_a_model_is_said():
    """A family lives on all inputs: on one alone two neurons have rank 1."""
    a, w, b, v, x = sympy.symbols("a w b v x")
    F = rs.Model(a * tanh(w * x) + b * tanh(v * x), [a, w, b, v], [x], domain=["x in {1}"])
    assert str(rs.recognise(F)).endswith("x1 = x, on x in {1} alone")
    assert int(rs.model_rank(F)) == 1 and int(rs.model_rank(rs.recognise(F).known_as)) == 4
