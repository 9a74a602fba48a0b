"""Rank strata: disjoint, covering, with the rank that the independent formulas and the exact engine
give.
"""

import itertools
import json
import math
import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import networkx as nx
import numpy as np
import oracles
import pytest
import sympy
from covering import check_covered, special_points

from rankstrat import Activation, activations, families
from rankstrat.activation.record import Z
from rankstrat.errors import FamilyError, ModelError, PointError, UndecidedError
from rankstrat.model.model import Model
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.strata import function_hierarchy, nearest_strata, stratify, stratum_of

GOLDEN = Path(__file__).parents[1] / "golden"
TYPES = json.loads((GOLDEN / "type_counts.json").read_text())
LOCI = json.loads((GOLDEN / "determinantal.json").read_text())["rows"]

PLAIN = ["tanh", "z2tanh", "ztanh", "cosh", "exp", "sigmoid", "softplus", "silu", "gelu"]
PLAIN += ["relu", "leaky_relu", "square"]
BIASED = [
    "tanh",
    "sigmoid",
    "ztanh",
    "exp",
    "sinh",
    "cosh",
    "sin",
    "cos",
    "softplus",
    "silu",
    "gelu",
    "relu",
]
BIASED += ["leaky_relu"]
TWO_LAYER = [(s, False) for s in PLAIN] + [(s, True) for s in BIASED]
MATRICES = [
    families.matrix_factorization(2, 2, 2),
    families.matrix_factorization(2, 3, 4),
    families.deep_matrix_factorization([2, 3, 2, 3]),
    families.diagonal(3),
    families.deep_diagonal(2, 3),
    families.linear(3),
    families.opt_example(),
]


@pytest.mark.sampled(10)
@pytest.mark.parametrize(("activation", "bias"), TWO_LAYER)
def test_two_layer_strata_cover_special_points(activation, bias):
    check_covered(families.two_layer(3, 2, activation=activation, bias=bias), 40, engine=6)


@pytest.mark.slow
@pytest.mark.parametrize(("activation", "bias"), TWO_LAYER)
@pytest.mark.parametrize(("width", "inputs"), list(itertools.product(range(1, 5), range(1, 4))))
def test_two_layer_strata_cover_special_points_deep(activation, bias, width, inputs):
    check_covered(
        families.two_layer(width, inputs, activation=activation, bias=bias), 1000, engine=1000
    )


@pytest.mark.parametrize("model", MATRICES, ids=str)
def test_strata_cover_special_points(model):
    check_covered(model, 25, engine=12)


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [families.matrix_factorization(*shape) for shape in itertools.product(range(1, 5), repeat=3)]
    + [
        families.deep_matrix_factorization(list(widths))
        for widths in itertools.product(range(1, 4), repeat=4)
    ]
    + [families.diagonal(m) for m in range(1, 5)]
    + [families.deep_diagonal(m, depth) for m in range(1, 5) for depth in range(1, 4)],
    ids=str,
)
def test_strata_cover_special_points_deep(model):
    check_covered(model, 1000, engine=1000)


@pytest.mark.sampled(10)
@pytest.mark.parametrize(("activation", "bias"), TWO_LAYER)
def test_strata_of_two_layer_networks_have_points_of_their_rank_and_dimension(activation, bias):
    model = families.two_layer(3, 2, activation=activation, bias=bias)
    hierarchy = stratify(model)
    for stratum in random.Random(0).sample(hierarchy.strata, 4 if activation == "gelu" else 10):
        point = stratum.point(seed=1)
        assert hierarchy.stratum_of(point).label == stratum.label
        assert model_rank(point).value == stratum.rank
        if stratum.chart is not None:
            assert len(stratum.chart.coordinates) == stratum.dimension


@pytest.mark.parametrize("model", MATRICES, ids=str)
def test_strata_have_points_of_their_rank_and_dimension(model):
    hierarchy = stratify(model)
    for stratum in random.Random(0).sample(hierarchy.strata, min(12, len(hierarchy.strata))):
        point = stratum.point(seed=1)
        assert hierarchy.stratum_of(point).label == stratum.label
        assert model_rank(point).value == stratum.rank
        if stratum.chart is not None:
            assert len(stratum.chart.coordinates) == stratum.dimension


@pytest.mark.parametrize(
    "model",
    [families.two_layer(3, 2)]
    + [families.two_layer(2, 2, name, True) for name in ("softplus", "sinh", "exp", "relu")]
    + MATRICES[:5],
    ids=str,
)
def test_closure_order(model):
    graph = stratify(model).graph
    assert nx.is_directed_acyclic_graph(graph)
    assert [s for s in graph if graph.in_degree(s) == 0] == [max(graph, key=lambda s: s.dimension)]
    for upper, lower, data in graph.edges(data=True):
        assert upper.dimension > lower.dimension
        assert upper.rank >= lower.rank  # the rank is lower semicontinuous
        assert data["condition"].text


def test_type_counts_of_tanh_networks():
    for width in range(1, 7):
        assert len(stratify(families.two_layer(width, 1)).strata) == TYPES["counts"][str(width)]
    for key, table in TYPES["by_rank"].items():
        width, inputs = (int(part.split("=")[1]) for part in key.split(","))
        if width < 12:
            found = Counter(s.rank for s in stratify(families.two_layer(width, inputs)).strata)
            assert {str(rank): count for rank, count in found.items()} == table


def test_all_types_of_width_twelve():
    model = families.two_layer(12, 5)
    hierarchy = stratify(model)
    found = Counter(s.rank for s in hierarchy.strata)
    assert {str(rank): count for rank, count in found.items()} == TYPES["by_rank"]["m=12, d=5"]
    assert len(hierarchy.strata) == 32926
    for stratum in random.Random(0).sample(hierarchy.strata, 12):
        assert model_rank(stratum.point()).value == stratum.rank


@pytest.mark.slow
def test_all_types_of_width_twelve_by_the_engine():
    hierarchy = stratify(families.two_layer(12, 5))
    for stratum in random.Random(1).sample(hierarchy.strata, 300):
        assert model_rank(stratum.chart).value == stratum.rank
        assert model_rank(stratum.point()).value == stratum.rank


def test_orbits_count_signed_partitions():
    # Each neuron is active or not; flats of the arrangement w_i = 0, w_i = ±w_j are signed
    # partitions (Dowling, B_m).
    for width, dowling in ((1, 2), (2, 6), (3, 24), (4, 116)):
        total = sum(s.orbit for s in stratify(families.two_layer(width, 1)).strata)
        assert total == dowling * 2**width


@pytest.mark.parametrize("activation", ["sin", "cos"])
def test_biases_count_modulo_pi(activation):
    model = families.two_layer(3, 1, activation, bias=True)
    hierarchy = stratify(model)
    assert hierarchy.complete
    biases = [
        0,
        1,
        -1,
        *(sympy.pi * k / 2 for k in (1, 2, 3, -4)),
        1 + sympy.pi,
        1 - 2 * sympy.pi,
        sympy.pi / 3,
    ]
    rng = random.Random(0)
    for _ in range(60):
        a, w, b = (
            [rng.choice(values) for _ in range(3)]
            for values in ((0, 1, 2), (0, 0, 1, -1, 2), biases)
        )
        point = model.point(a=a, w=[[v] for v in w], b=b)
        assert hierarchy.stratum_of(point).rank == model_rank(point).value
    with pytest.raises(UndecidedError):
        hierarchy.stratum_of(model.point(a=[1, 1, 1], w=[[1], [1], [1]], b=[0, 1, sympy.exp(1)]))


@pytest.mark.parametrize("activation", ["sinh", "cosh"])
def test_orbits_of_hyperbolic_networks_by_brute_force(activation):
    # permutations of the neurons and (a, w, b) -> (∓a, -w, -b): how many patterns of coincidences
    # arise
    flip = -1 if activation == "sinh" else 1

    def pattern(a, w, b):
        n = range(len(a))
        relation = [
            [0 if not w[i] or not w[j] else 1 if w[i] == w[j] else -(w[i] == -w[j]) for j in n]
            for i in n
        ]
        phases = [[bool(relation[i][j]) and b[i] == relation[i][j] * b[j] for j in n] for i in n]
        zeros = [(x != 0, u != 0, u != 0 or v != 0) for x, u, v in zip(a, w, b, strict=True)]
        return str((zeros, relation, phases))

    for width in (2, 3):
        hierarchy = stratify(families.two_layer(width, 1, activation, bias=True))
        for stratum in hierarchy.strata:
            arrays = stratum.point(seed=2).arrays
            neurons = list(zip(arrays["a"], arrays["w"][:, 0], arrays["b"], strict=True))
            found = {
                pattern(
                    *zip(
                        *((x * s if flip < 0 else x, u * s, v * s) for (x, u, v), s in moved),
                        strict=True,
                    )
                )
                for order in itertools.permutations(neurons)
                for signs in itertools.product((1, -1), repeat=width)
                for moved in [list(zip(order, signs, strict=True))]
            }
            assert len(found) == stratum.orbit


def test_dependent_pairs_of_swish_neurons():
    # docs/proofs.md, counting: two inactive antipodal pairs have rank 3 if collinear, 4 if not
    model = families.two_layer(4, 2, "swish")
    a = [0, 0, 0, 0]
    assert stratum_of(model.point(a=a, w=[[1, 0], [-1, 0], [2, 0], [-2, 0]])).rank == 3
    assert stratum_of(model.point(a=a, w=[[1, 0], [-1, 0], [0, 1], [0, -1]])).rank == 4


def test_dependent_weights_of_square_neurons():
    model = families.two_layer(3, 3, "square")
    assert stratum_of(model.point(a=[1, 1, 1], w=[[1, 0, 0], [0, 1, 0], [0, 0, 1]])).rank == 6
    assert stratum_of(model.point(a=[1, 1, 1], w=[[1, 0, 0], [0, 1, 0], [1, 1, 0]])).rank == 5


def test_matrix_factorization_table():
    # {rank k} of AB, 3x3: the nonlinear loci that an arrangement cannot see
    levels = {
        v.rank: (v.dimension, len(v.strata))
        for v in stratify(families.matrix_factorization(3, 3, 3)).levels
    }
    expected: dict = {}
    for a, b in itertools.product(range(4), repeat=2):
        rank = oracles.rank_matrix_factorization(3, 3, a, b)
        dimension, count = expected.get(rank, (0, 0))
        expected[rank] = (max(dimension, a * (6 - a) + b * (6 - b)), count + 1)
    assert levels == expected


def models_of(row):
    names = {n: sympy.Symbol(n) for n in (*row["parameters"], *row["inputs"])}
    outputs = [sympy.sympify(o, locals=names) for o in row["outputs"]]
    return Model(outputs, [names[p] for p in row["parameters"]], [names[x] for x in row["inputs"]])


QUICK = {
    "three affine coefficients, one a product", "1x2 times 2x1", "2x1 times 1x2",
    "scalar chain of three",
    "diagonal, two coordinates", "quadratic network, two units, one input",
    "cubic network, two units, one input",
    "quadratic network with bias, one unit, one input", "roots to coefficients of a cubic", "cusp",
    "circle",
    "squares of two linear forms in two inputs",
}  # fmt: skip


def test_a_nonlinear_condition_divides_the_strata():
    row = next(r for r in LOCI if r["name"] == "2x2 times 2x1")
    model = models_of(row)
    a11, a12, a21, a22 = model.parameters[:4]
    true = {s["rank"]: s["dimension"] for s in row["strata"]}
    plain = stratify(model)
    found = stratify(model, conditions=[a11 * a22 - a12 * a21])
    for hierarchy in (plain, found):
        assert {v.rank: v.dimension for v in hierarchy.levels} == true
        assert hierarchy.complete
    assert any(len(s.conditions) == 1 and "a11*a22" in s.words.text for s in found.strata)
    for point in special_points(model, 60):
        assert model_rank(point).value == found.stratum_of(point).rank


def test_points_off_every_flat_are_reported():
    # erf((a^2 - b) x) vanishes on a parabola, which no linear condition meets
    a, b, c, x = sympy.symbols("a b c x")
    hierarchy = stratify(Model(sympy.erf((a**2 - b) * x) + c * x, [a, b, c], [x]))
    assert not hierarchy.complete
    for finding in hierarchy.uncovered:
        assert model_rank(finding.point).value == finding.rank != finding.expected


def test_ranks_that_are_not_decided_are_said_to_be_bounds():
    # at p q < 0 the model is not real: its rank is no 0 that differs from the generic 1
    p, q, x, y = sympy.symbols("p q x y")
    hierarchy = stratify(Model(x * sympy.sqrt(p * q), [p, q], [x]))
    assert not hierarchy.uncovered
    assert "it is a lower bound" in str(hierarchy)
    # by Machin's formula both tangent functions are x + pi/4 y, which is not known here
    machin = 4 * sympy.atan(sympy.Rational(1, 5)) - sympy.atan(sympy.Rational(1, 239))
    model = Model(p * (x + machin * y) + q * (x + sympy.pi / 4 * y), [p, q], [x, y])
    assert "it is a lower bound" in str(stratify(model))
    decided = stratify(Model(sympy.erf((p**2 - q) * x) + y * x, [p, q, y], [x]))
    assert "not proved at every point." in str(decided)


def test_activation_without_a_lemma_is_not_called_complete():
    hierarchy = stratify(
        families.two_layer(2, 1, Activation("mine", sympy.sin(Z), "odd"), bias=True)
    )
    assert hierarchy.coverage.verdict is Verdict.OPEN
    assert hierarchy.uncovered  # equal w with different biases span sin(w x) and cos(w x) only


def test_stratum_of_names_the_conditions():
    model = families.two_layer(3, 2)
    stratum = stratum_of(model.point(a=[1, 0, 2], w=[[1, 2], [-1, -2], [0, 0]]))
    assert stratum.rank == 1 + 2 * 2
    assert [c.text for c in stratum.conditions] == ["w1 = -w2", "w3 = 0", "a2 = 0"]


def test_nearest_strata_sorted():
    model = families.two_layer(3, 1, bias=True)
    found = nearest_strata(
        model, a=[1.0, 0.01, 1.0], w=[[1.0], [3.0], [-1.0]], b=[0.5, 2.0, -0.502], tolerance=0.1
    )
    assert [n.condition.text for n in found] == ["w1 = -w3", "a2 = 0"]
    assert [n.distance for n in found] == sorted(n.distance for n in found)
    product = families.matrix_factorization(2, 2, 2)
    factors = nearest_strata(product, A=[[1, 0], [0, 1e-3]], B=[[1, 2], [3, 4]], tolerance=0.1)
    assert [(n.condition.text, n.distance) for n in factors] == [
        ("rank A <= 1", pytest.approx(1e-3))
    ]
    x, p, q = sympy.symbols("x p q")
    plain = nearest_strata(
        Model(sympy.tanh(p * x) + sympy.tanh(q * x), [p, q], [x]), p=1.0, q=1.01, tolerance=0.1
    )
    assert [n.condition.text for n in plain] == ["p = q"]


def test_many_conditions_are_not_all_printed():
    F = families.two_layer(60, 1)
    found = nearest_strata(F, a=np.zeros(60), w=np.ones((60, 1)), tolerance=0.1)
    assert len(found) == 60 + 60 * 59 // 2 and len(found.table()) == len(found)
    assert len(str(found).splitlines()) < 40 and "1800 more conditions" in str(found)


def test_nearest_strata_of_relu_are_rays():
    found = nearest_strata(
        families.two_layer(3, 2, "relu"),
        a=[1, 1, 1],
        w=[[1, 0], [2, 0.02], [-3, 0.03]],
        tolerance=0.1,
    )
    assert [n.condition.text for n in found] == ["w1 ~ w2", "w1 ~ -w3", "w2 ~ -w3"]
    # the smallest change of the first two that makes them parallel, by brute force over the
    # direction
    angles = [k * 1e-6 for k in range(30_000)]
    least = min(math.hypot(math.sin(t), 2 * math.sin(t) - 0.02 * math.cos(t)) for t in angles)
    assert found.near[0].distance == pytest.approx(least, rel=1e-4)


@pytest.mark.parametrize("activation", ["exp", "sin", "cosh"])
def test_nearest_strata_do_not_ask_biases_that_an_addition_theorem_takes_away(activation):
    net = families.two_layer(2, 1, activation, bias=True)
    found = nearest_strata(net, a=[1, 2], w=[[1], [1.02]], b=[0, 3], tolerance=0.1)
    assert [n.condition.text for n in found] == ["w1 = w2"]
    assert found.near[0].distance == pytest.approx(0.02 / math.sqrt(2))
    there = stratum_of(net.point(a=[1, 2], w=[[1], [1]], b=[0, 3]))
    assert [c.text for c in there.conditions] == ["w1 = w2"]


def test_conditions_of_the_tenth_neuron():
    strata = stratify(families.two_layer(1, 2, activation="relu", bias=True)).strata[0].source
    wide = replace(strata, model=families.two_layer(10, 2, "relu", bias=True), width=10)
    one_line = ((0,) * 6, (((10, 0), (0, 0)),), 0)
    (words,) = wide.conditions(one_line)
    assert words.text == " ~ ".join(f"w{i}" for i in range(1, 11))
    assert words.latex == r" \sim ".join(f"w_{{{i}}}" for i in range(1, 11))
    null = wide.conditions(((0, 0, 0, 0, 0, 10), (), 0))
    assert [w.text.split(" = ")[-2:] for w in null] == [[f"{name}10", "0"] for name in "wba"]


def test_function_hierarchy_of_the_theory():
    rank = {
        v.functions.text: v.rank
        for v in function_hierarchy(families.matrix_factorization(4, 4, 4)).levels
    }
    assert list(rank.values()) == [0, 7, 12, 15, 16]
    assert [v.rank for v in function_hierarchy(families.two_layer(3, 2)).levels] == [0, 3, 6, 9]
    biased = [v.rank for v in function_hierarchy(families.two_layer(2, 2, bias=True)).levels]
    assert biased == [
        0,
        3,
        4,
        7,
        8,
    ]  # docs/proofs.md, levels: d + 1, k (d + 2), k (d + 2) - 1 with a constant neuron
    assert [v.rank for v in function_hierarchy(families.diagonal(3)).levels] == [0, 1, 2, 3]
    example = function_hierarchy(families.opt_example())
    assert [(v.rank, v.functions.text, v.minimisers.text) for v in example.levels] == [
        (2, "theta0 + theta1*x1", "theta2 = theta3 = 0"),
        (3, "theta0 + theta1*x1 + theta2*theta3*x2", "generic"),
    ]


def test_exports():
    hierarchy = stratify(families.two_layer(2, 1))
    data = json.loads(hierarchy.to_json())
    assert len(data["strata"]) == 13
    assert len(data["edges"]) == hierarchy.graph.number_of_edges()
    assert hierarchy.to_dot().startswith("digraph")
    assert hierarchy.to_mermaid().count("-->") == len(data["edges"])
    assert hierarchy.table().latex() and hierarchy.table(by="stratum").markdown()


def test_stratify_error():
    x, p = sympy.symbols("x p")
    with pytest.raises(ModelError):
        stratify(Model(p * x, [p], [x]), conditions=[x - p])
    with pytest.raises(PointError):
        nearest_strata(families.two_layer(1, 1), a=[1.0], tolerance=0.1)


def test_an_intersection_in_a_curve_without_a_linear_parameter():
    # a = b and ab = c^3 meet in the cuspidal curve a^2 = c^3, where with t = 0 the rank is 0
    a, b, c, t = sympy.symbols("a b c t")
    F = Model([(a * b - c**3) * t], [a, b, c, t])
    H = stratify(F, conditions=[a * b - c**3])
    point = F.point([1, 1, 1, 0])
    assert int(model_rank(point)) == 0 == H.stratum_of(point).rank
    assert H.complete and H.level(0).dimension == 2


def test_no_stratum_without_points_of_its_own():
    a, b, c, d = sympy.symbols("a b c d")
    q = a * b - c
    H = stratify(Model([q], [a, b, c, d]), conditions=[q, q * d])
    curved = [s for s in H.strata if any("a*b" in condition.text for condition in s.conditions)]
    for s in curved:  # where q = 0, dq = 0 as well
        assert H.stratum_of(s.source.point(s.label)) == s


def test_irrational_condition_error():
    a, b = sympy.symbols("a b")
    with pytest.raises(ModelError, match="irrational"):
        stratify(Model([a * b], [a, b]), conditions=[sympy.sqrt(2) * a - b])


def test_derivatives_of_unspecified_functions_need_no_values():
    # (w**2, s(c), exp(c) + b): rank 3 where w != 0, 2 elsewhere: e^c and s'(c) beside the b
    w, b, c = sympy.symbols("w b c")
    found = stratify(Model([w**2, sympy.Function("s")(c), sympy.exp(c) + b], [w, b, c], []))
    assert max(level.rank for level in found.levels) == 3


def test_an_undeclared_parity_and_a_borrowed_name_prove_nothing():
    lemma = activations["tanh"].lemma
    F = families.two_layer(2, 1, Activation("mine", sympy.tanh(Z), lemma=lemma))
    point = F.point(a=[1, 1], w=[[1], [-1]])
    assert int(model_rank(point)) == 2
    assert not stratify(F).complete or stratum_of(point).rank == 2
    shifted = Activation("tanh", sympy.tanh(Z) + 1, "none", (Fraction(1),), "odd", lemma)
    assert not stratify(families.two_layer(1, 1, shifted, bias=True)).complete


@pytest.mark.parametrize(
    ("formula", "parity"),
    [(sympy.exp(Z), "odd"), (sympy.exp(Z), "even"), (sympy.tanh(Z), "none"), (Z**3 + Z, "odd")],
)
def test_a_wrong_record_of_an_activation_proves_nothing(formula, parity):
    wrong = Activation("mine", formula, parity, (), parity, activations["tanh"].lemma)
    with pytest.raises(FamilyError):
        stratify(families.two_layer(2, 1, wrong))


def test_every_component_of_a_condition_is_met():
    # a^2 = 1: the rank of (a - 1)^2 is 0 at a = 1 and 1 at a = -1
    a, t = sympy.symbols("a t")
    for F in (Model([(a - 1) ** 2], [a]), Model([(a - 1) ** 2 * t], [a, t])):
        H = stratify(F, conditions=[a**2 - 1])
        assert H.complete
        for value in (-1, 1, 0):
            point = F.point([value, 5][: F.size])
            assert H.stratum_of(point).rank == int(model_rank(point))


DISGUISED = [
    (sympy.sqrt(2) - 1) * (sympy.sqrt(2) + 1) - 1,
    sympy.log(4) - 2 * sympy.log(2),
    sympy.tanh(sympy.log(2)) - sympy.Rational(3, 5),
    sympy.sin(1) ** 2 + sympy.cos(1) ** 2 - 1,
]


@pytest.mark.parametrize("zero", DISGUISED)
def test_a_zero_in_disguise_does_not_mislead(zero):
    points = [
        (families.two_layer(2, 1).point(a=[zero, 1], w=[[1], [2]]), 3),
        (families.two_layer(2, 1).point(a=[1, 1], w=[[1], [1 + zero]]), 2),
        (families.diagonal(1).point(a=[zero], b=[0]), 0),
        (families.opt_example().point(theta0=1, theta1=1, theta2=zero, theta3=zero), 2),
        (
            families.matrix_factorization(2, 2, 2).point(
                A=[[1, 0], [0, zero]], B=[[1, 0], [0, zero]]
            ),
            3,
        ),
    ]
    for point, rank in points:
        with suppress(UndecidedError):  # the engine may not see it either
            assert stratum_of(point).rank == rank
            assert stratify(point.model).stratum_of(point).rank == rank


def test_irrational_points_have_their_strata():
    root = sympy.sqrt(2)
    tanh = families.two_layer(2, 1)
    assert stratum_of(tanh.point(a=[root, 1], w=[[root], [-2 / root]])).rank == 2
    assert stratum_of(tanh.point(a=[1, 1], w=[[1], [sympy.pi]])).rank == 4


@pytest.mark.parametrize(
    "given", ["a - b", [None], ["a - b"], [True], [sympy.Symbol("a") > 0], sympy.Symbol("a")]
)
def test_condition_error(given):
    a, b, x, y = sympy.symbols("a b x y")
    with pytest.raises(ModelError):
        stratify(Model(a * x + b * y * a, [a, b], [x, y]), conditions=given)


def test_constant_condition_error():
    a, x = sympy.symbols("a x")
    with pytest.raises(ModelError, match="everywhere"):
        stratify(Model(a * x, [a], [x]), conditions=[(a + 1) ** 2 - a**2 - 2 * a - 1])
    with pytest.raises(ModelError, match="nowhere"):
        stratify(Model(a * x, [a], [x]), conditions=[sympy.Integer(1)])


@pytest.mark.parametrize("number", [sympy.sqrt(2), sympy.E, sympy.pi])
def test_irrational_coefficients_prove_nothing(number):
    a, b, x, y = sympy.symbols("a b x y")
    hierarchy = stratify(Model((number * a - b) ** 2 * x + b * y, [a, b], [x, y]))
    assert not hierarchy.complete  # on b = number * a the rank is 1
    assert stratify(Model(number * a * x + a * b * y, [a, b], [x, y])).level(2).dimension == 2


def test_flats_on_which_a_model_is_not_defined_are_left_out():
    """Real where |a - b| > 1, and so neither for a = b nor for a = b = 0."""
    a, b, c, x = sympy.symbols("a b c x")
    hierarchy = stratify(Model(c * sympy.log((a - b) ** 2 - 1) * x, [a, b, c], [x]))
    assert [level.rank for level in hierarchy.levels] == [1]
    for stratum in hierarchy.strata:
        assert stratum.chart is not None
        gap = stratum.chart.values[a] - stratum.chart.values[b]
        assert gap.free_symbols or abs(gap) > 1
