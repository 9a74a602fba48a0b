"""Strata of convolutional networks: complete where they say so, of their dimension, with the ranks
of the papers.
"""

import itertools
import random

import numpy as np
import oracles
import pytest
import sympy
from covering import check_covered

from rankstrat import families
from rankstrat.rank.model_rank import model_rank
from rankstrat.strata import function_hierarchy, nearest_strata, stratify, stratum_of

SHARED = [
    (1, 3, 2, 1),
    (1, 3, 2, 2),
    (2, 2, 2, 1),
    (2, 3, 2, 1),
    (2, 4, 1, 1),
]  # kernels, size, kernel_size, dimension
UNSHARED = [(1, 3, 2, 1), (2, 2, 2, 1)]
LEMMAS = [
    ("tanh", True),
    ("ztanh", True),
    ("sigmoid", True),
    ("tanh", False),
    ("exp", False),
    ("cosh", False),
]
CONVOLUTIONAL = [(*sizes, True) for sizes in SHARED] + [(*sizes, False) for sizes in UNSHARED]


@pytest.mark.sampled(6)
@pytest.mark.parametrize("sizes", CONVOLUTIONAL, ids=str)
@pytest.mark.parametrize(("activation", "bias"), LEMMAS[:3])
def test_convolutional_strata(sizes, activation, bias):
    hierarchy = check_covered(
        families.convolutional(*sizes, activation=activation, bias=bias), 20, engine=10
    )
    assert hierarchy.complete
    for stratum in random.Random(0).sample(hierarchy.strata, min(5, len(hierarchy.strata))):
        point = stratum.point(seed=1)
        assert hierarchy.stratum_of(point).label == stratum.label
        assert model_rank(point).value == stratum.rank


@pytest.mark.slow
@pytest.mark.parametrize("sizes", CONVOLUTIONAL, ids=str)
@pytest.mark.parametrize(("activation", "bias"), LEMMAS)
@pytest.mark.parametrize("output_bias", [False, True])
def test_convolutional_strata_deep(sizes, activation, bias, output_bias):
    model = families.convolutional(
        *sizes, activation=activation, bias=bias, output_bias=output_bias
    )
    check_covered(model, 1000, engine=1000)


def test_convolutional_strata_against_the_papers():
    # docs/proofs.md, tied-weights: kernels that are shifts of each other have 7 < 8, 8 < 10;
    # k (S + J) else
    for size, generic, shifted in ((3, 8, 7), (4, 10, 8)):
        model = families.convolutional(kernels=2, size=size, kernel_size=2)
        outputs = [list(range(1, size)), [k * k + 1 for k in range(1, size)]]
        assert stratum_of(model.point(a=outputs, K=[[1, 2], [3, 1]])).rank == generic
        stratum = stratum_of(model.point(a=outputs, K=[[1, 0], [0, 1]]))
        assert stratum.rank == shifted
        assert stratum.conditions[0].text in ("K2 = K1 shifted by 1", "K2 = K1 shifted by -1")
        for kernels in itertools.product(itertools.product((-1, 0, 1), repeat=2), repeat=2):
            for one in (outputs[0], [0] * (size - 1)):
                a = [one, [-2 * v for v in outputs[0]]]
                known = oracles.rank_cnn([list(k) for k in kernels], a, size, 2)
                assert stratum_of(model.point(a=a, K=kernels)).rank == known


def test_convolutional_strata_have_their_dimension_and_closures():
    model = families.convolutional(kernels=2, size=5, kernel_size=2, bias=True)
    hierarchy = stratify(model)
    labels = {s.label for s in hierarchy.strata}
    rng = random.Random(0)
    for stratum in hierarchy.strata:
        assert {child for child, _ in stratum.source.children(stratum.label)} <= labels
        if (
            stratum.chart is None
        ):  # h u and h v: the scale of h is free, a root at 1 is one equation
            _, _, _, degree, balanced = stratum.label
            shift = sympy.symbols(f"h0:{degree + 1 - balanced}")
            u, v = (sympy.symbols(f"{name}0:{4 - degree}") for name in "uv")
            t = sympy.Symbol("t")
            h = sympy.Add(*(c * t**i for i, c in enumerate(shift))) * (t - 1) ** int(balanced)
            forms = [
                sympy.Poly(sympy.expand(h * sympy.Add(*(c * t**i for i, c in enumerate(w)))), t)
                for w in (u, v)
            ]
            entries = sympy.Matrix([f.coeff_monomial(t**i) for f in forms for i in range(4)])
            variables = [*shift, *u, *v]
            jacobian = entries.jacobian(variables).xreplace(
                {s: sympy.Integer(rng.randint(1, 99)) for s in variables}
            )
            own = sum(1 for kind in stratum.label[0] if kind == 1)  # the biases that do not vanish
            assert jacobian.rank() + own == stratum.dimension
        else:
            chart = stratum.chart
            values = sympy.Matrix([chart.values.get(p, p) for p in model.parameters])
            place = {c: sympy.Integer(rng.randint(1, 99)) for c in chart.coordinates}
            jacobian = values.jacobian(list(place)).xreplace(place) if place else sympy.zeros(0, 0)
            assert jacobian.rank() == stratum.dimension
    for upper, lower in hierarchy.graph.edges:
        assert upper.dimension > lower.dimension
        assert upper.rank >= lower.rank


def test_convolutional_strata_that_are_not_known():
    # with softplus, equal kernels and proportional a, which no linear condition says
    opened = stratify(
        families.convolutional(kernels=2, size=2, kernel_size=1, activation="softplus")
    )
    assert not opened.complete
    assert opened.uncovered


def test_rows_of_functions_do_not_repeat():
    # two kernels of the size of the image are two tanh neurons: k (d + 1)
    rows = function_hierarchy(families.convolutional(kernels=2, size=2, kernel_size=2)).levels
    assert [row.rank for row in rows] == [0, 3, 6]
    rows = function_hierarchy(families.convolutional(kernels=1, size=4, kernel_size=2)).levels
    assert [(row.rank, row.minimisers.text) for row in rows] == [
        (0, "K1 = 0, a1 = 0"),
        (5, "generic"),
    ]


def distance_to(rows, theta):
    """The Euclidean distance from a point to the null space of linear forms."""
    rows = np.array(rows, dtype=float)
    return float(np.linalg.norm(np.linalg.pinv(rows) @ (rows @ theta)))


@pytest.mark.parametrize("sharing", [True, False])
def test_nearest_strata_of_kernels(sharing):
    # against the distance to the subspace given by the linear equations of the condition
    model = families.convolutional(kernels=2, size=3, kernel_size=2, sharing=sharing, bias=True)
    rng = np.random.default_rng(0)
    values = {name: rng.normal(size=shape) for name, shape in model.blocks.items()}
    theta = np.concatenate([values[name].ravel() for name in model.blocks])
    found = {n.condition.text: n.distance for n in nearest_strata(model, values, tolerance=1e9)}
    place = {str(p): i for i, p in enumerate(model.parameters)}

    def form(**coefficients):
        row = np.zeros(model.size)
        for name, c in coefficients.items():
            row[place[name]] = c
        return row

    if sharing:
        same = [form(K2_1=1, K1_1=1), form(K2_2=1, K1_2=1), form(b2=1, b1=1)]
        assert found["K2 = -K1"] == pytest.approx(distance_to(same, theta))
        shifted = [form(K2_2=1, K1_1=-1), form(K2_1=1), form(K1_2=1), form(b2=1, b1=-1)]
        assert found["K2 = K1 shifted by 1"] == pytest.approx(distance_to(shifted, theta))
        assert found["a2 = 0"] == pytest.approx(distance_to([form(a2_1=1), form(a2_2=1)], theta))
    else:
        overlap = [form(K1_2_1=1, K1_1_2=-1), form(K1_2_2=1), form(K1_1_1=1), form(b1_2=1, b1_1=-1)]
        assert found["K1_2 = K1_1 on the image"] == pytest.approx(distance_to(overlap, theta))
        assert found["a2_1 = 0"] == pytest.approx(abs(values["a"][1, 0]))
