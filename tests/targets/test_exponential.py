"""Target sets of exponential sums and their quotients, derived by hand and challenged."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import pytest
import sympy
from sympy import cos, cosh, exp, sin, tan, tanh

import rankstrat as rs
from rankstrat.model.isomorphism import isomorphism_of
from rankstrat.targets.challenge import objections, witnesses

a, b, c, d, k, m, n, s, u, v, w, x, y = sympy.symbols("a b c d k m n s u v w x y")
PROVED = rs.Verdict.PROVED


def swish(z):
    return z / (1 + exp(-z))


def sigmoid(z):
    return 1 / (1 + exp(-z))


def gauss(a, m, s):
    return a * exp(-s * (x - m) ** 2)


# model, target point -> dimensions of the branches and the least rank, derived by hand
CASES = {
    # exponents determine s and m, these determine a: two orders
    "Gaussians": (gauss(a, m, s) + gauss(b, n, u), [a, m, s, b, n, u], [1, 0, 1, 2, 1, 2], [0, 0], 6),
    # one Gaussian of two: merged, or one unit with weight 0 and (n, u) free
    "one of two Gaussians": (gauss(a, m, s) + gauss(b, n, u), [a, m, s, b, n, u], [3, 0, 1, 0, 1, 2], [2, 2, 1], 3),
    "rational width": (a * exp(-((x - m) ** 2) / s**2), [a, m, s], [2, 1, 3], [0, 0], 3),
    # k = d is a pole; (k, d) may be exchanged with a k / (k - d) kept
    "Bateman": (a * k / (k - d) * (exp(-d * x) - exp(-k * x)), [a, k, d], [1, 2, 1], [0, 0], 3),
    "Hill": (a * x**2 / (b**2 + x**2), [a, b], [3, 2], [0, 0], 2),
    # swish(z) + swish(-z) is no multiple, but swish(z) - swish(-z) = z: w2 = -1 needs its weight 0
    "swish": (a * swish(w * x) + b * swish(v * x), [a, b, w, v], [1, 2, 1, 1], [1, 1, 1, 1, 1], 2),
    # a w = 2 and v = 1: one scaling
    "gated unit": (a * w * x * sigmoid(v * x), [a, w, v], [1, 2, 1], [1], 2),
    # sigma(w x) (f - g) + g, and the experts exchanged with w -> -w
    "experts": (sigmoid(w * x) * (a * x + b) + (1 - sigmoid(w * x)) * (c * x + d), [w, a, b, c, d], [1, 1, 0, 2, 0], [0, 0], 5),
    "tied": (w * tanh(w * x), [w], [2], [0, 0], 1),
    "residual": (x + a * tanh(w * x), [a, w], [1, 2], [0, 0], 2),
    "hyperbolic": (a * cosh(w * x) + b, [a, w, b], [1, 2, 1], [0, 0], 3),
    # the zero function: a w = 0 or v = 0 ... a w x sigma(v x) = 0 iff a w = 0
    "zero": (a * w * x * sigmoid(v * x), [a, w, v], [0, 0, 1], [2, 2], 0),
    # tanh x + 1 = 2 sigma(2 x)
    "in disguise": (a * tanh(w * x) + b, [a, w, b], [1, 1, 1], [0, 0], 3),
    # the frequency and the sine amplitude up to a common sign
    "wave": (a * cos(w * x) + b * sin(w * x), [a, b, w], [2, 1, 3], [0, 0], 3),
    # w = +-3; then c = 0 with v free, or v = +-3 and a + c = 2; they meet where three functions are left
    "one of two waves": (a * cos(w * x) + b * sin(w * x) + c * cos(v * x), [a, b, w, c, v], [2, 1, 3, 0, 2], [1, 1, 1, 1, 1, 1], 3),
    "family without a lemma": (a * tan(w * x) + b, [a, w, b], [1, 2, 3], [0, 0], 3),
    # eight signs and orders of the frequencies; the slopes 2 and 1 below a common half tell them apart
    "two frequencies": (cos((2 * a + b) * x) + cos((a + b) * x), [a, b], [1, 1], [0] * 8, 2),
    "damped": (a * exp(-k * x) * cos(w * x), [a, k, w], [1, 2, 3], [0, 0], 3),
}  # fmt: skip
# on x > 0
POWERS = {
    "power law": (a * x**b, [a, b], [2, 3], [0], 2),
    "no power law": (a * x**b, [a, b], [0, 3], [1], 1),
    "two powers": (a * x**b + c * x**k, [a, b, c, k], [1, 2, 3, 4], [0, 0], 4),
    # a + c = 4 at b = k = 2, or one amplitude is 0 and its exponent free
    "equal powers": (a * x**b + c * x**k, [a, b, c, k], [1, 2, 3, 2], [1, 1, 1], 2),
    "Hill exponent": (a * x**n / (k + x**n), [a, k, n], [2, 1, 3], [0], 3),
    # b = 1 and a + c = 3, or a = 0 with b free; they meet where x is the only tangent function
    "power beside a line": (a * x**b + c * x, [a, b, c], [1, 1, 2], [1, 1], 1),
}  # fmt: skip


@pytest.mark.parametrize("name", [*CASES, *POWERS])
def test_branches_are_those_derived_by_hand(name):
    output, parameters, values, dimensions, least = (CASES | POWERS)[name]
    domain = {x: "x > 0"} if name in POWERS else None
    model = rs.Model(output, parameters, [x], domain=domain)
    point = model.point(values)
    q = rs.target_set(model, point)
    assert q.complete and [z.dimension for z in q.branches] == dimensions
    assert q.branches_of(point)
    size = rs.optimistic_sample_size(q)
    assert int(size) == least and size.minimal is PROVED
    # a narrow Gaussian far away is 0 in floats
    starts = 0 if "Gaussian" in name else 12
    found = witnesses(model, q.target, q.branches, budget=3_000, starts=starts)
    assert found.outside is None
    assert not list(objections(model, q.target, q.branches, found))


def test_a_target_may_be_an_expression():
    model = rs.Model(a * tanh(w * x) + b, [a, w, b], [x])
    q = rs.target_set(model, 2 * sigmoid(2 * x))
    assert q.complete and {tuple(z.sample().values.values()) for z in q.branches} == {
        (1, 1, 1),
        (-1, -1, 1),
    }


@pytest.mark.slow
def test_a_uniform_head_and_two_opposite_ones():
    """For two tokens the weights of a head with the score z and of one with -z add up to 1.

    So V1 O1 softmax(z) is a uniform head of weight 2 V1 O1 less a head with -z and this weight.
    """
    model = rs.families.attention(tokens=2, model_dim=1, head_dim=1, heads=2)
    point = model.point([1, 1, 2, 2, 1, 1, 3, 3])  # z = 2 and V O = 3 twice
    q = rs.target_set(model, point)
    assert q.complete and sorted(z.dimension for z in q.branches) == [4] * 4 + [5] * 5
    # Q1 = 0: a uniform head with V1 O1 = 12, and a head with z = -2, V2 O2 = -6
    other = model.point([0, 1, 5, -2, 3, 2, 4, -3])
    assert [z.dimension for z in q.branches_of(other)] == [4]
    assert int(rs.optimistic_sample_size(q)) == 2


def test_a_pole_is_no_point():
    """a (e^(-d x) - e^(-k x)) / (k - d) = 0: a = 0; k = d is no point of the model."""
    model = rs.Model(a * (exp(-d * x) - exp(-k * x)) / (k - d), [a, k, d], [x])
    q = rs.target_set(model, model.point([0, 1, 2]))
    assert q.complete and [z.equations for z in q.branches] == [(a,)]


def test_the_least_rank_is_not_sought_at_poles():
    """a sinh(b x) / (c sinh(d x)) = 1: (a, b) = +-(c, d), and c d = 0 is a pole on these pieces.

    The derivatives by a and b are multiples of those by c and d, of which one is constant and the
    other one is not: rank 2. For the function 0 with a = b = 0 all derivatives vanish.
    """
    model = rs.Model(a * sympy.sinh(b * x) / (c * sympy.sinh(d * x)), [a, b, c, d], [x])
    one, zero = rs.target_set(model, 1), rs.target_set(model, 0)
    assert [found.dimension for found in one.branches] == [2, 2]
    assert [found.dimension for found in zero.branches] == [3, 3]
    for target, rank in ((one, 2), (zero, 0)):
        least = rs.optimistic_sample_size(target)
        assert (least.value, least.minimal) == (rank, PROVED)


def test_samples_are_no_poles():
    """b = c, a line with the pole b = c = -1."""
    model = rs.Model((b * exp(x) + c**2 * exp(x)) / (b * c * exp(x) + b * exp(x)), [b, c], [x])
    for branch in rs.target_set(model, model.point([2, 2])).branches:
        for size in (1, 2):
            for seed in range(12):
                values = branch.sample(seed=seed, size=size).values
                assert values[b] * (values[c] + 1) != 0


def test_constants_in_exponents_are_not_compared():
    """a exp(w x + c) = 2 exp(x) holds on a curve that no polynomial describes."""
    model = rs.Model(a * exp(w * x**2 + c), [a, w, c], [x])
    q = rs.target_set(model, model.point([2, 1, 0]))
    assert not q.complete
    # e^(x^2) and x^2 e^(x^2) are tangent functions at each of its points
    least = rs.optimistic_sample_size(q)
    assert (least.lower, least.upper) == (2, 2)


def test_functions_on_few_inputs_are_not_compared_by_coefficients():
    """On the circle a x^2 + b y^2 + c = 1 for a = b = 1 - c, though no coefficient agrees."""
    model = rs.Model(a * x**2 + b * y**2 + c, [a, b, c], [x, y], domain={(x, y): "sphere"})
    q = rs.target_set(model, model.point([1, 1, 0]))
    assert not q.complete
    assert [v.rank for v in rs.stratify(model).levels] == [2]
    model = rs.Model(a * exp(b * x), [a, b], [x], domain={x: [0]})
    q = rs.target_set(model, model.point([2, 1]))
    assert not q.complete
    model = rs.Model(a * x + b * x**2, [a, b], [x], domain={x: [0, 1]})  # a + b at x = 1
    assert [v.rank for v in rs.stratify(model).levels] == [1]
    model = rs.Model(a * tanh(b * x), [a, b], [x], domain={x: [1]})
    assert max(v.rank for v in rs.stratify(model).levels) == 1


def test_units_with_kinks_on_half_a_line_are_no_family():
    """For x > 0, a relu(w x) is 0 or a w x, so two opposite units are never independent."""
    output = a * sympy.Max(0, w * x)
    assert isomorphism_of(rs.Model(output, [a, w], [x])) is not None
    assert isomorphism_of(rs.Model(output, [a, w], [x], domain={x: "x > 0"})) is None
    assert isomorphism_of(rs.Model(a * tanh(w * x), [a, w], [x], domain={x: "x > 0"})) is not None
