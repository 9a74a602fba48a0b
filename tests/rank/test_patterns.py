"""Large piecewise models: programs without symbols, activation patterns, scalings, charts whose
regions move.
"""

from __future__ import annotations

import json
import random
from fractions import Fraction
from itertools import pairwise
from math import lcm, prod
from typing import Any

import flint
import numpy as np
import pytest
import sympy as sp

import rankstrat as rs
from rankstrat.algebra.arrangement import Hyperplane, cells
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.intervals import Intervals
from rankstrat.algebra.program import Program
from rankstrat.algebra.scaling import scalings
from rankstrat.algebra.translate import to_sympy, translate
from rankstrat.errors import CertificateError, OutOfTimeError, UnsupportedFunctionError
from rankstrat.rank import setting
from rankstrat.rank.cells import Enumeration
from rankstrat.rank.counting import symmetry_bound
from rankstrat.rank.lower_bounds import row_count, sampled_rank
from rankstrat.rank.patterns import pattern_tangents
from rankstrat.rank.regions import RegionTangents, region_at
from rankstrat.rank.search import Analysis
from rankstrat.rank.setting import sites_of

a, b, v, w, x = sp.symbols("a b v w x")
ACTIVATIONS = ["relu", "leaky_relu", "elu", "tanh", "silu", "gelu", "softplus"]


def network(widths: list[int], activation: str = "relu", **biases: bool) -> rs.Model:
    return rs.families.fully_connected(widths, activation, **biases)


def drawn(model: rs.Model, rng: random.Random, values: list[int]) -> rs.Chart:
    return model.point([rng.choice(values) for _ in range(model.size)])


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("family", ["deep", "two_layer"])
def test_program_without_symbols_is_that_of_the_expressions(activation: str, family: str) -> None:
    model = network([2, 3, 2], activation)
    if family == "two_layer":
        model = rs.families.two_layer(3, 2, activation, bias=True, output_bias=True)
    plain = rs.Model(model.outputs, model.parameters, model.inputs)
    point = {p: sp.Rational(k % 7 - 3, 3) for k, p in enumerate(model.parameters)}
    place = {x: sp.Rational(k + 1, 5) for k, x in enumerate(model.inputs)}
    for output, node in zip(plain.outputs, model.compiled.outputs, strict=True):
        program, compiled = Program(), model.compiled
        values = [*point.values(), *place.values()]
        leaves = (*compiled.parameters, *compiled.inputs)
        image = dict(zip(leaves, translate(program, values, {}), strict=True))
        found = compiled.program.rebuild((node,), program, image)[node]
        gap = to_sympy(program, [found], {})[0] - output.subs(point | place)
        assert abs(sp.N(gap, 50, maxn=400)) < sp.Float(10) ** -40


@pytest.mark.parametrize(
    ("model", "count"),
    [
        # one positive scaling for each hidden unit; none for tanh
        (network([1, 2, 2, 1]), 4),
        (network([1, 2, 2, 1], bias=False, output_bias=False), 4),
        (network([1, 2, 1], "leaky_relu"), 2),
        (network([1, 2, 2, 1], "tanh"), 0),
        (rs.families.two_layer(4, 2, "relu", bias=True, output_bias=True), 4),
        # A D, D^-1 B for diagonal D
        (rs.families.matrix_factorization(3, 2, 4), 2),
        (rs.families.matrix_factorization(3, 5, 4), 5),
        # (a / l^2, l w)
        (rs.Model(a * sp.Max(0, w * x) ** 2, [a, w], [x]), 1),
        (rs.Model(a * sp.Max(0, w * x - b) + v, [a, w, b, v], [x]), 1),
        (rs.Model(a * sp.Max(0, w * x - 1), [a, w], [x]), 0),
    ],
    ids=str,
)
def test_scalings(model: rs.Model, count: int) -> None:
    compiled = model.compiled
    found = scalings(compiled.program, compiled.outputs, compiled.parameters)
    assert len(found) == count
    rng = random.Random(0)
    values = [Fraction(rng.randint(1, 9), rng.randint(1, 5)) for _ in range(model.size)]
    plain = {s: sp.Rational(2, 3) for s in model.inputs}
    for degrees in found:
        whole = lcm(*(Fraction(d).denominator for d in degrees.values()))
        scaled = [
            val * Fraction(2) ** int(degrees.get(i, 0) * whole) for i, val in enumerate(values)
        ]
        for output in model.outputs:
            at = dict(zip(model.parameters, map(sp.Rational, values), strict=True))
            to = dict(zip(model.parameters, map(sp.Rational, scaled), strict=True))
            assert output.subs(at | plain) == output.subs(to | plain)


def test_cells_on_given_sides_are_those_of_the_whole_arrangement() -> None:
    rng = random.Random(1)
    for _ in range(30):
        d, n = rng.choice([1, 2, 3]), rng.randint(1, 5)
        numbers = [[Fraction(rng.randint(-2, 2)) for _ in range(d + 1)] for _ in range(n)]
        planes = [Hyperplane(tuple(row[1:]), row[0]) for row in numbers]
        whole, k = cells(planes, d), rng.randint(0, n)
        starts = {signs[:k]: point for signs, point in whole.items()}
        for sides, start in starts.items():
            wanted = {s for s in whole if s[:k] == sides}
            for given in (None, start):
                found = cells(planes, d, sides, given)
                assert set(found) == wanted
                for signs, point in found.items():
                    values = [plane.at(point) for plane in planes]
                    assert signs == tuple((v > 0) - (v < 0) for v in values)


def test_signs_by_intervals_are_exact() -> None:
    rng, decided = random.Random(2), 0
    program = Program()
    x_leaf = program.leaf(("x", 0))
    for _ in range(60):
        c = [Fraction(rng.randint(-(10**9), 10**9), rng.randint(1, 10**9)) for _ in range(4)]
        h = program.linear(c[0], ((c[1], x_leaf), (c[2], program.power(x_leaf, 3))))
        g = program.linear(c[3], ((1, program.function("relu", h)), (-1, h)))
        points = [Fraction(rng.randint(-4096, 4096), 1024) for _ in range(50)]
        ring = Intervals(len(points))
        value = evaluate(program, (g,), ring, {x_leaf: (np.array([float(p) for p in points]), 0.0)})
        signs = ring.sign(value[0])
        for p, sign, certain in zip(points, signs, ring.certain, strict=True):
            inner = c[0] + c[1] * p + c[2] * p**3
            exact = c[3] + max(inner, 0) - inner
            decided += bool(certain)
            assert not certain or sign == (exact > 0) - (exact < 0)
    assert decided > 2000  # of 3000
    # 1/3 - (1/3 - 1e-20) is not zero, but too small for double precision
    ring = Intervals(1)
    near = program.linear(Fraction(1, 10**20) - Fraction(1, 3), ((Fraction(1, 3), x_leaf),))
    ring.sign(evaluate(program, (near,), ring, {x_leaf: (np.ones(1), 0.0)})[0])
    assert not ring.certain[0]


def test_high_powers_in_intervals() -> None:
    """x**n + 1 for odd n; beyond double precision nothing is certain, and no step is long."""
    program = Program()
    x_leaf = program.leaf(("x", 0))
    for n in (7, 1001, 99999, 10**15 + 1):
        node = program.linear(1, ((1, program.power(x_leaf, n)),))
        points = [-2.0, -1.25, -0.5, 0.5, 1.0, 1.5]
        ring = Intervals(len(points))
        with np.errstate(all="ignore"):
            (value,) = evaluate(program, (node,), ring, {x_leaf: (np.array(points), 0.0)})
            signs = ring.sign(value)
        for p, sign, certain in zip(points, signs, ring.certain, strict=True):
            assert not certain or sign == (1 if p > -1 else -1)
        assert ring.certain[2:4].all()  # x**n is small


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "widths", [[1, 3, 1], [2, 3, 1], [1, 2, 2, 1], [2, 2, 2, 1], [1, 2, 1, 2, 1]]
)
def test_patterns_and_symmetries_bracket_the_rank_on_all_regions(widths: list[int]) -> None:
    # special points: zeros, equal and opposite neurons, dead units
    rng = random.Random(sum(widths))
    model = network(widths)
    for _ in range(6):
        point = drawn(model, rng, [-1, 0, 1, 2])
        site = sites_of(point)[0]
        if not site.piecewise():
            continue
        regions = Enumeration(site).regions()
        complete = RegionTangents([(site, region) for region in regions])
        live = [i for i, n in enumerate(complete.nodes) if n != complete.program.zero]
        tower = complete.tower(live)
        count = row_count(complete, len(live))
        rank = sampled_rank(tower, live, count, seed=0, attempt=0).rank() if live else 0
        patterns = pattern_tangents(site, 0)
        assert patterns is not None
        assert symmetry_bound(patterns, 0) >= rank
        some = [i for i, n in enumerate(patterns.nodes) if n != patterns.program.zero]
        if some:
            tower, count = patterns.tower(some), row_count(patterns, len(some))
            assert sampled_rank(tower, some, count, seed=0, attempt=0).rank() <= rank
        known = {tuple(int(s > 0) for _, s in region.signs) for region in regions}
        assert {tuple(row) for row in patterns.patterns.tolist()} <= known


@pytest.mark.parametrize("widths", [[1, 3, 1], [2, 3, 2, 1]])
def test_every_pattern_holds_at_its_point(widths: list[int]) -> None:
    rng = random.Random(str(widths))
    model = network(widths, bias=True)
    for _ in range(3):
        (site,) = sites_of(drawn(model, rng, [-3, -2, -1, 1, 2, 5]))
        patterns = pattern_tangents(site, 0)
        assert patterns is not None
        for row, point in zip(patterns.patterns.tolist(), patterns.points):
            signs = [sign for _, sign in region_at(site, point).signs]
            assert [int(sign > 0) for sign in signs] == row


@pytest.mark.parametrize("domain", [{x: "x > 0"}, {}])
def test_patterns_are_those_of_inputs_where_the_model_lives(domain: dict[sp.Symbol, str]) -> None:
    # max(0, x + k) = x + k where x > 0: no input there is on the other side of a kink
    units = range(1, 41)
    values = sp.symbols(f"a1:{len(units) + 1}")
    output = sum(c * sp.Max(0, x + k) for c, k in zip(values, units, strict=True))
    if not domain:  # where the model is real
        output += b * sp.log(x)
    parameters = values if domain else (*values, b)
    point = rs.Model(output, parameters, [x], domain=domain).point([1] * len(parameters))
    (site,) = sites_of(point)
    patterns = pattern_tangents(site, 0)
    assert patterns is None or set(patterns.patterns.ravel().tolist()) == {1}
    certificate = rs.model_rank(point)
    assert certificate.upper >= len(parameters) - 38 >= certificate.lower  # x, 1 and log x


def gaussian(model: rs.Model, seed: int) -> rs.Chart:
    rng = np.random.default_rng(seed)
    blocks = {n: rng.normal(size=s) / np.sqrt(s[-1]) for n, s in model.blocks.items()}
    return model.point(**rs.exact(blocks))


def test_rank_of_a_wide_network_needs_no_list_of_regions() -> None:
    # Theorem on generic two-layer ReLU networks with biases: m (d + 2) + 1 parameters, one scaling
    # for each unit, and nothing else
    model = network([2, 40, 1])
    certificate = rs.model_rank(gaussian(model, 0))
    assert (int(certificate), str(certificate.verdict)) == (40 * 4 + 1 - 40, "PROVED")
    certificate.check()
    rs.RankCertificate.from_json(certificate.to_json()).check()


def rank_of_backpropagation(widths: list[int], point: rs.Chart) -> int:
    """A lower bound without the engine: back-propagation modulo a prime, with the activity of the
    units at many inputs, at residues that stand for inputs of their regions.
    """
    p, rng, numbers = 2**31 - 1, np.random.default_rng(0), list(point.raw)
    exact, floats, at = [], [], 0
    for n, m in pairwise(widths):
        for shape in ((m, n), (m,)):
            part = [Fraction(v) for v in numbers[at : at + prod(shape)]]
            residues = [v.numerator * pow(v.denominator, -1, p) % p for v in part]
            exact.append(np.array(residues, dtype=object).reshape(shape))
            floats.append(np.array(part, dtype=float).reshape(shape))
            at += prod(shape)
    depth, seen = len(widths) - 1, dict[bytes, list[Any]]()
    for scale in (0.1, 1, 10, 100):
        h = rng.normal(size=(50_000, widths[0])) * scale
        activity = []
        for k in range(depth - 1):
            z = h @ floats[2 * k].T + floats[2 * k + 1]
            activity.append(z > 0)
            h = np.maximum(z, 0)
        for row in np.unique(np.concatenate(activity, 1), axis=0):
            seen[row.tobytes()] = np.split(row.astype(int).astype(object), np.cumsum(widths[1:-2]))
    rows = []
    for active in [some for some in seen.values() for _ in range(widths[0] + 1)]:
        hidden = [np.array(rng.integers(0, p, widths[0]).tolist(), dtype=object)]
        for k in range(depth - 1):
            hidden.append((exact[2 * k] @ hidden[-1] + exact[2 * k + 1]) * active[k] % p)
        g, row = np.array([1], dtype=object), list[int]()
        for k in reversed(range(depth)):
            row += [*(np.outer(g, hidden[k]) % p).ravel().tolist(), *g.tolist()]
            g = exact[2 * k].T @ g % p * (active[k - 1] if k else 1)
        rows.append(row)
    return int(flint.nmod_mat(len(rows), at, [v for row in rows for v in row], p).rank())


def test_rank_of_a_deep_network_on_all_its_regions() -> None:
    widths, rng = [2, 6, 6, 1], random.Random(1)
    model = network(widths)
    numbers = [rng.choice([-1, 1]) * rng.randint(1, 999) for _ in range(model.size)]
    point = model.point([Fraction(n, rng.randint(1, 30)) for n in numbers])
    certificate = rs.model_rank(point)
    assert str(certificate.verdict) == "PROVED"
    assert int(certificate) == rank_of_backpropagation(widths, point) < model.size - 12
    certificate.check()


def test_bounds_where_the_regions_take_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_long(*_: object) -> None:
        raise OutOfTimeError("the regions were not listed")

    point = drawn(network([2, 6, 6, 1]), random.Random(3), [-3, -2, -1, 1, 2, 5])
    complete = rs.model_rank(point)
    monkeypatch.setattr(setting, "all_regions", too_long)
    bounds = rs.model_rank(point)
    assert 0 < bounds.lower <= int(complete) <= bounds.upper < point.model.size
    bounds.check()


def test_rank_on_one_region_of_a_trained_size_network() -> None:
    # on a region the outputs are affine: tangent functions lie in the span of 1, x1..x5, three
    # times
    model = network([5, 32, 32, 32, 3])
    certificate = rs.region_rank(gaussian(model, 0), [1, 2, Fraction(1, 3), 0, 1])
    assert (int(certificate), str(certificate.verdict)) == (18, "PROVED")
    assert "_outputs" not in vars(model)


@pytest.mark.parametrize(
    ("output", "parameters", "rank"),
    [
        # a dF/da = w dF/dw
        (a * sp.Max(0, w * x), [a, w], 1),
        # two units on different sides of 0, which is the best they can do
        (a * sp.Max(0, w * x) + b * sp.Max(0, v * x), [a, b, w, v], 2),
        (a * sp.Max(0, w * x + b), [a, w, b], 2),
        (sp.Max(a * x, b * x), [a, b], 2),
        (sp.Abs(w * x - b), [w, b], 2),
        (a * sp.Max(0, sp.tanh(w * x)), [a, w], 2),
        (sp.Piecewise((a * x, x > w), (b * x**2, True)), [a, b, w], 2),
    ],
    ids=str,
)
def test_largest_rank_on_a_chart_whose_regions_move(
    output: Any, parameters: list[Any], rank: int
) -> None:
    certificate = rs.model_rank(rs.Model(output, parameters, [x]))
    assert (int(certificate), str(certificate.verdict)) == (rank, "PROVED")
    assert certificate.largest and "largest" in str(certificate)
    certificate.check()
    data = json.loads(certificate.to_json())
    rs.RankCertificate.from_json(json.dumps(data)).check()
    data["largest"] = False
    with pytest.raises(CertificateError, match="largest"):
        rs.RankCertificate.from_json(json.dumps(data)).check()
    with pytest.raises(UnsupportedFunctionError, match="give a point"):
        rs.region_rank(certificate.chart, [1])


def test_largest_rank_of_a_deep_network() -> None:
    certificate = rs.model_rank(network([2, 4, 4, 1]))
    assert (int(certificate), str(certificate.verdict)) == (37 - 8, "PROVED")


def test_claim_of_too_many_symmetries_is_refused() -> None:
    certificate = rs.model_rank(network([1, 2, 1]))
    data = json.loads(certificate.to_json())
    data |= {"upper": data["upper"] - 1, "lower": data["lower"] - 1}
    data["minor"]["rows"].pop()
    data["minor"]["parameters"].pop()
    with pytest.raises(CertificateError, match="only gives"):
        rs.RankCertificate.from_json(json.dumps(data)).check()
    assert Analysis(certificate.chart, 0).setting.largest


# by hand: cos(2x) + 1 = 2 cos(x)^2, 1 + sin x = (sin(x/2) + cos(x/2))^2, and a square root of a
# square is an absolute value; that the radicands are squares is not seen, so balls are asked
ROOTS_OF_SQUARES = [
    (sp.sqrt(1 + sp.cos(2 * x)), sp.Abs(sp.cos(x)), 1),
    (sp.sqrt(1 + sp.sin(x)), sp.Abs(sp.sin(x / 2) + sp.cos(x / 2)), 1),
    (sp.sqrt(1 + sp.sin(x)), sp.Abs(sp.cos(x)), 2),
    (sp.sqrt(1 + sp.cos(2 * x)), sp.Max(0, sp.cos(x)), 2),
]


@pytest.mark.parametrize(("f", "g", "rank"), ROOTS_OF_SQUARES)
def test_balls_are_taken_at_inputs_with_their_own_sides(f, g, rank):
    s, t = sp.symbols("s t")
    found = rs.model_rank(rs.Model(s * f + t * g, [s, t], [x]))
    assert 1 <= found.lower <= rank <= found.upper
    found.check()


def test_a_region_without_tangent_functions_takes_no_row_of_a_ball_minor():
    # by hand: for x < 0 both units are dead; for x > 0 the functions are e(2x), e'(2x) x and e(x)
    def e(z):
        return sp.erf(sp.tanh(z))

    model = rs.Model(a * sp.Max(0, e(w * x)) + b * sp.Max(0, e(x)), [a, b, w], [x])
    found = rs.model_rank(model.chart({w: 2}))
    assert (int(found), str(found.verdict)) == (3, "PROVED")
    found.check()
