"""Rank strata of quotients of exponential sums, and of what acts on outputs alone: at every point
of a grid the rank of the stratum is that of the engine, and literature says what it is.
"""

from __future__ import annotations

import itertools

import pytest
import sympy
from sympy import cos, exp, sin, sinh, tan, tanh

import rankstrat as rs
from rankstrat.errors import PointError, RankstratError

a, b, c, k, s, u, v, w, x, y = sympy.symbols("a b c k s u v w x y")


def softmax(*logits):
    total = sum(map(exp, logits))
    return [exp(q) / total for q in logits]


MODELS = {
    "skip connection": rs.Model(a * tanh(w * x) + s * x, [a, w, s], [x]),
    "two units and a skip": rs.Model(
        a * tanh(w * x) + b * tanh(v * x) + s * x, [a, b, w, v, s], [x]
    ),
    "affine part": rs.Model(a * tanh(w * x) + s * x + c, [a, w, s, c], [x]),
    "saturation": rs.Model(v * x / (k + x), [v, k], [x]),
    "hill": rs.Model(v * x**2 / (k**2 + x**2), [v, k], [x]),
    "growth": rs.Model(k / (1 + a * exp(-w * x)), [k, a, w], [x]),
    "gaussian": rs.Model(a * exp(-((x - b) ** 2) / (2 * s**2)), [a, b, s], [x]),
    "decays": rs.Model(a * exp(-w * x) + b * exp(-v * x), [a, b, w, v], [x]),
    "softmax regression": rs.Model(
        softmax(u * x + a, v * x + b, w * x + c), [u, v, w, a, b, c], [x]
    ),
    "two classes": rs.Model(softmax(u * v * x, w * x**2)[:1], [u, v, w], [x]),
    "logistic": rs.Model(1 / (1 + exp(-(w * x + b))), [w, b], [x]),
    "outer sinh": rs.Model([sinh(a * b * x), tanh(b * x)], [a, b], [x]),
    "power law": rs.Model(a * x**b, [a, b], [x], domain={x: "x > 0"}),
    "hill with an exponent": rs.Model(v * x**s / (k + x**s), [v, k, s], [x], domain={x: "x > 0"}),
    "production": rs.Model(a * x**b * y**c, [a, b, c], [x, y], domain={x: "x > 0", y: "y > 0"}),
    "two powers and a logarithm": rs.Model(
        a * x**b + c * x**k + s * sympy.log(x), [a, b, c, k, s], [x]
    ),
    "wave": rs.Model(a * cos(w * x) + b * sin(w * x), [a, b, w], [x]),
    "two waves": rs.Model(
        a * cos(w * x) + b * sin(w * x) + c * cos(v * x) + k * sin(v * x), [a, b, c, k, w, v], [x]
    ),
    "damped oscillation": rs.Model(a * exp(-k * x) * cos(w * x) + b, [a, k, w, b], [x]),
    "tangent": rs.Model(a * tan(w * x) + s * x, [a, w, s], [x]),
    "gate": rs.Model(x * a / (1 + exp(-w * x)), [a, w], [x]),
    # e^b is a coordinate
    "bias and skip": rs.Model(a * tanh(w * x + b) + c * x, [a, w, b, c], [x]),
    "bias and trend": rs.Model(a * tanh(w * x + b) + c * x + k, [a, w, b, c, k], [x]),
    "logistic with a skip": rs.Model(a / (1 + exp(-w * x - b)) + c * x, [a, w, b, c], [x]),
    "phase and trend": rs.Model(a * sin(w * x + b) + c * x + k, [a, w, b, c, k], [x]),
    "damped oscillation with a phase": rs.Model(
        a * exp(-k * x) * cos(w * x + b), [a, k, w, b], [x]
    ),
    "bias and phase": rs.Model(sin(w * x + b) + tanh(v * x + c), [w, b, v, c], [x]),
    "rates with factors": rs.Model(exp(w * x + b) + exp(v * x + c) + x, [w, v, b, c], [x]),
    # numbers below the entries of a row are no common factor
    "shared frequencies": rs.Model(
        s**2 * cos(x * (2 * a + b + c)) + c * cos(x * (a + b)), [a, b, s, c], [x]
    ),
    "shared rates": rs.Model(
        s * tanh(x * (2 * a - c)) / 3 + exp(x * a / 2) / 2 + c * x, [a, s, c], [x]
    ),
}
VALUES = {2: (-2, -1, 0, 1, 2), 3: (-1, 0, 1, 2), 4: (-1, 0, 1), 5: (-1, 0, 1), 6: (0, 1)}


@pytest.mark.sampled(12)
@pytest.mark.parametrize("name", MODELS)
def test_every_point_has_the_rank_of_its_stratum(name):
    F = MODELS[name]
    H = rs.stratify(F)
    assert H.coverage.verdict is rs.Verdict.PROVED
    assert all(s.verdict is rs.Verdict.PROVED for s in H.strata)
    points = list(itertools.product(VALUES[F.size], repeat=F.size))
    step = max(1, len(points) // 90)
    seen = set()
    for values in points[::step]:
        point = F.point(list(values))
        try:
            rank = rs.model_rank(point).value
        except RankstratError:  # not defined there
            with pytest.raises(PointError, match="not defined"):
                H.source.label_of(point)
            continue
        stratum = next(q for q in H.strata if q.label == H.source.label_of(point))
        assert stratum.rank == rank, (name, values, rank, stratum.words.text)
        seen.add(rank)
    assert len(seen) > 1 or len(H.levels) == 1


def test_levels_are_those_of_the_literature():
    def levels(name):
        return [(v.rank, v.dimension) for v in rs.stratify(MODELS[name]).levels]

    # softmax regression is over-parametrized by one constant vector everywhere
    assert levels("softmax regression") == [(4, 6)]
    assert levels("logistic") == [(2, 2)]
    assert levels("saturation") == [(1, 1), (2, 2)]
    # tanh units beside a skip connection: a null unit costs one more than alone, the input is there
    assert levels("skip connection") == [(1, 2), (2, 2), (3, 3)]
    assert levels("two classes") == [(1, 1), (2, 3)]
    assert levels("power law") == [(1, 1), (2, 2)]
    # v = 0 leaves x^n/(k + x^n); k = 0 is a constant, n = 0 makes two derivatives constant
    assert levels("hill with an exponent") == [(1, 2), (2, 2), (3, 3)]
    assert levels("production") == [(1, 2), (3, 3)]
    # amplitude 0: cosine and sine; frequency 0: 1 and b x
    assert levels("wave") == [(1, 1), (2, 2), (3, 3)]


def test_a_point_without_a_value_has_no_stratum():
    growth = MODELS["growth"]
    with pytest.raises(RankstratError):
        rs.stratum_of(growth.point({k: 1, a: -1, w: 0}))
    with pytest.raises(RankstratError):
        rs.stratum_of(MODELS["gaussian"].point({a: 1, b: 0, s: 0}))


def test_constants_in_exponents_stay_open():
    # e^(b) and e^(c) would have to be compared where the exponents meet
    F = rs.Model(exp(w * x + b * c) + exp(v * x + c) + x, [w, v, b, c], [x])
    assert rs.stratify(F).coverage.verdict is rs.Verdict.OPEN


def test_a_bias_is_the_logarithm_of_a_coordinate():
    # dF/db = 2 (e^2b - 2 e^b) e^x
    F = rs.Model(exp(x + 2 * b) - 4 * exp(x + b) + c * x, [b, c], [x])
    H = rs.stratify(F)
    assert H.coverage.verdict is rs.Verdict.PROVED
    assert [(s.words.text, s.rank) for s in H.strata] == [("b = log(2)", 1), ("generic", 2)]
    for value, rank in ((sympy.log(2), 1), (0, 2), (sympy.log(4) / 2, 1), (sympy.log(3), 2)):
        point = F.point([value, 1])
        assert int(rs.model_rank(point)) == rank
        assert next(s for s in H.strata if s.label == H.source.label_of(point)).rank == rank
    assert int(rs.model_rank(H.source.point(H.source.label_of(F.point([sympy.log(2), 0]))))) == 1


def test_a_phase_is_a_point_of_the_circle():
    # at a = 0 and b = pi/2 the derivatives by a and c are opposite
    F = rs.Model(a * cos(x + b) + c * sin(x), [a, b, c], [x])
    H = rs.stratify(F)
    assert H.coverage.verdict is rs.Verdict.PROVED
    words = {"a = 0, sin(b) = 1": 1, "a = 0, sin(b) = -1": 1, "generic": 2}
    assert {s.words.text: s.rank for s in H.strata} == words
    assert [(v.rank, v.dimension) for v in H.levels] == [(1, 1), (2, 3)]
    for values, rank in (([0, sympy.pi / 2, 1], 1), ([0, -sympy.pi / 2, 0], 1), ([0, 1, 1], 2)):
        point = F.point(values)
        assert int(rs.model_rank(point)) == rank == H.source.rank(H.source.label_of(point))
    for s in H.strata:
        assert int(rs.model_rank(H.source.point(s.label))) == s.rank


def test_a_stratum_may_be_a_graph_over_biases():
    # (a e^b + c)^2 e^x
    F = rs.Model(a**2 * exp(x + 2 * b) + 2 * a * c * exp(x + b) + c**2 * exp(x), [a, b, c], [x])
    H = rs.stratify(F)
    assert H.coverage.verdict is rs.Verdict.PROVED
    assert [(v.rank, v.dimension) for v in H.levels] == [(0, 2), (1, 3)]
    for values, rank in (([1, 0, -1], 0), ([1, sympy.log(2), -2], 0), ([1, 0, 1], 1)):
        assert int(rs.model_rank(F.point(values))) == rank
        assert H.source.rank(H.source.label_of(F.point(values))) == rank
    # a e^b + 1 = 0 needs a negative amplitude, 2 + e^b = 0 has no real point
    G = rs.Model(exp(2 * x + 2 * b) / 2 + 2 * exp(2 * x + b) + c * x, [b, c], [x])
    assert [(v.rank, v.dimension) for v in rs.stratify(G).levels] == [(2, 2)]


def test_nothing_is_taken_off_that_changes_ranks():
    # of a softmax at most one output may be missing; adding a number to all exponents is a symmetry
    three = softmax(u * x, v * x, w * x)
    F = rs.Model(three[:1], [u, v, w], [x])
    (top,) = (s for s in rs.stratify(F).strata if not s.codimension)
    assert top.rank == rs.model_rank(F).value == 2
    assert rs.stratify(F).coverage.verdict is rs.Verdict.PROVED  # by exponents
    # x**2 and cosh have flat points
    G = rs.Model(sympy.cosh(w * x), [w], [x])
    assert [v.rank for v in rs.stratify(G).levels] == [0, 1]


def test_conditions_divide_the_pieces():
    H = rs.stratify(MODELS["skip connection"], conditions=[w - 1, s - a])
    assert H.coverage.verdict is rs.Verdict.PROVED
    assert any("w = 1" in t.words.text for t in H.strata)


def test_a_power_is_read_where_its_input_is_positive():
    F = rs.Model(a * x**b, [a, b], [x], domain={x: "x < 0"})
    assert rs.stratify(F).coverage.verdict is rs.Verdict.OPEN
    with pytest.raises(RankstratError):
        rs.target_set(F, F.point([1, 2]))


@pytest.mark.parametrize("function", [cos, tanh, tan])
def test_rewriting_leaves_arguments_alone(function):
    hidden = (u + 1) * (u - 1) - u**2 + 1
    F = rs.Model(function(w * x**2 + hidden) + a * x, [w, u, a], [x])
    H = rs.stratify(F)
    assert H.coverage.verdict is rs.Verdict.PROVED
    assert max(v.rank for v in H.levels) == 2


@pytest.mark.parametrize(
    "output", [sympy.cot(a * x), sympy.coth(a * x), 1 / sin(a * x), 1 / sinh(a * x)]
)
def test_a_flat_with_a_pole_is_no_stratum(output):
    for F in (rs.Model(output, [a], [x]), rs.Model(output + b**3, [a, b], [x])):
        H = rs.stratify(F)
        assert [s.rank for s in H.strata if "a = 0" in s.words.text] == []
        assert max(v.rank for v in H.levels) == F.size
        with pytest.raises(RankstratError):
            H.source.label_of(F.point(dict.fromkeys(F.parameters, 0)))
