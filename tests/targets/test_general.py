"""Target sets of models that no family describes: what is given is right, the rest is open."""

from __future__ import annotations

import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import TargetError
from rankstrat.families import attention, convolutional, fully_connected, two_layer
from rankstrat.rank.defined import has_function
from rankstrat.rank.zero import same_functions
from rankstrat.targets.challenge import objections, witnesses

a, b, c, d, x = sympy.symbols("a b c d x")


def answered(model, target):
    """The target set, after every branch was seen to have the target as its function."""
    q = rs.target_set(model, target)
    for branch in q.branches[:3]:
        outputs = [o.xreplace(branch.chart.values) for o in model.outputs]
        coordinates = branch.chart.coordinates
        assert same_functions(
            outputs, q.target.expressions, model.inputs, coordinates, domain=model.domain
        )
    return q


@pytest.mark.parametrize("activation", ["square", "relu", "softplus"])
def test_a_kernel_with_any_activation(activation):
    F = convolutional(kernels=1, size=3, kernel_size=2, activation=activation)
    q = answered(F, F.point(a=[[1, 2]], K=[[1, 3]]))
    size = rs.optimistic_sample_size(q)
    if activation == "square":  # the same outputs as a plain model
        plain = rs.Model(F.outputs, F.parameters, F.inputs)
        other = rs.optimistic_sample_size(rs.target_set(plain, q.target.expressions[0]))
        assert int(size) == int(other) == 3
        assert size.minimal is other.minimal is rs.Verdict.PROVED
    else:
        assert not q.complete and 1 <= size.lower <= size.upper
        assert "other" in q.basis


def test_the_orbit_of_a_point_is_a_component_where_dimensions_meet():
    """a c tanh(b x) + d x: (a, c) -> (t a, c / t); rank 3 of 4 at a point with a c != 0."""
    F = rs.Model(a * sympy.atan(b * x) * c + x * d, [a, b, c, d], [x])
    q = answered(F, F.point([1, 2, 3, 0]))
    assert all(branch.dimension == 1 and branch.is_component for branch in q.branches)
    assert q.branches[0].contains(F.point([3, 2, 1, 0]))
    assert "the target set has dimension 1" in q.basis


def test_the_dimension_at_a_point_lies_between_proved_bounds():
    """The zero function a c tanh(b x) = 0: three hyperplanes; at the origin the rank is 0."""
    F = rs.Model(a * sympy.tanh(b * x) * c, [a, b, c], [x])
    q = answered(F, F.point([0, 0, 0]))
    for point in ([0, 0, 0], [0, 2, 3], [1, 0, 0]):
        assert q.local_dimension(F.point(point)) == 2
    q = answered(F, F.point([1, 2, 3]))
    assert q.local_dimension(F.point([3, 2, 1])) == 1
    G = rs.Model(a * sympy.atan(b * x) * c, [a, b, c], [x])  # the orbit and the rank agree
    found = answered(G, G.point([1, 2, 3])).local_dimension(G.point([1, 2, 3]))
    assert found == 1 and "orbit" in found.reason
    with pytest.raises(TargetError, match="no branch"):
        q.local_dimension(F.point([1, 1, 1]))


def test_a_kink_bounds_no_dimension():
    """a - |a| = 0 and b = 1 is a half line, with its end at the kink, where the slope is 1 or 2."""
    F = rs.Model([a - abs(a), b], [a, b], [x])
    q = answered(F, F.point([0, 1]))
    found = q.local_dimension(F.point([0, 1]))
    assert found.lower <= 1 <= found.upper
    assert not any(branch.is_component for branch in q.branches)
    assert "has dimension 0" not in q.basis
    q = answered(F, F.point([-1, 1]))
    assert q.local_dimension(F.point([-1, 1])) == 0


@pytest.mark.parametrize(
    ("output", "at"),
    [
        (-2 * a * b * x**2, [1, 2, -1]),
        (sympy.sinh(a + x * (a + 2 * c)), [0, 1, 0]),
        (a / (1 + b * x) + c * sympy.sin(d * x), [2, 3, 0, 1]),
    ],
)
def test_a_minimiser_is_a_point(output, at):
    """Also where orbits are charts: it has the target as its function, and the rank that is said"""
    F = rs.Model(output, sorted(output.free_symbols - {x}, key=str), [x], domain={x: "x > 0"})
    q = answered(F, F.point(at[: F.size]))
    size = rs.optimistic_sample_size(q)
    assert size.minimiser.is_point and rs.model_rank(size.minimiser).value == size.upper
    assert same_functions(
        [output.xreplace(size.minimiser.values)], q.target.expressions, F.inputs, []
    )


@pytest.mark.parametrize(
    ("domain", "target"),
    [({x: [0, 1]}, x**2), ({x: "x > 0"}, abs(x)), ({x: "x > 0"}, sympy.sqrt(x**2))],
)
def test_functions_are_compared_on_the_domain(domain, target):
    """All of these are x there: the chart holds, and a = 1, b = 0 is found."""
    F = rs.Model(a * x + b, [a, b], [x], domain=domain)
    q = rs.target_set(F, target, charts=[{a: 1, b: 0}])
    assert q.branches[0].dimension == 0
    assert rs.target_set(F, target).branches[0].contains(F.point([1, 0]))
    with pytest.raises(TargetError, match="does not have the target"):
        rs.target_set(F, target + 1, charts=[{a: 1, b: 0}])


def test_a_head_has_the_orbit_of_its_gauge_group():
    F = attention(tokens=2, model_dim=1, head_dim=1)
    point = F.point(list(range(1, F.size + 1)))
    branch = answered(F, point).branches[0]
    assert branch.dimension == F.size - rs.model_rank(point).lower


def test_the_interval_holds_the_least_rank():
    """The target 0: the rank is 1 at (0, 5, 0), and 0 where all parameters vanish."""
    F = rs.Model(a * sympy.tanh(b * x) + c**2, [a, b, c], [x])
    size = rs.optimistic_sample_size(answered(F, F.point([0, 5, 0])))
    assert (size.lower, size.upper) == (0, 0) and size.minimal is rs.Verdict.PROVED


def test_euler_forces_the_target_itself():
    """F(c a) = c F(a) has F among its tangent functions."""
    F = rs.Model(a * sympy.sin(b * x) / (1 + sympy.exp(x)), [a, b], [x])
    size = rs.optimistic_sample_size(answered(F, F.point([2, 3])))
    assert size.lower >= 1
    G = rs.Model(a**2 + sympy.cos(b + x), [a, b], [x])
    assert rs.optimistic_sample_size(rs.target_set(G, G.point([2, 3]))).lower == 0


@pytest.mark.parametrize(
    ("output", "inputs", "domain"),
    [
        (a * sympy.sin(b * x) / (1 + sympy.exp(x)), [x], {x: [0]}),
        (a * b * (x**2 + c**2 - 1), [x, c], {(x, c): "sphere"}),
        (a * b * (abs(x) - x), [x], {x: "x > 0"}),
    ],
)
def test_a_target_that_vanishes_on_the_domain_forces_nothing(output, inputs, domain):
    F = rs.Model(output, [a, b], inputs, domain=domain)
    size = rs.optimistic_sample_size(answered(F, F.point([2, 3])))
    assert (size.lower, size.upper) == (0, 0)


def test_constants_are_no_unknowns():
    """a b c x = 6 c x: the hyperbola a b = 6."""
    scale = sympy.Symbol("scale")  # the name of the group parameter of a scaling
    F = rs.Model(a * b * scale * x, [a, b], [x], constants=[scale])
    for target in (F.point([2, 3]), 6 * scale * x):
        q = rs.target_set(F, target)
        assert q.branches[0].dimension == 1 and q.branches[0].contains(F.point([1, 6]))
        assert rs.optimistic_sample_size(q).upper == 1
    assert [g.kind for g in rs.symmetries(F)].count("scaling") == 1
    H = rs.stratify(F)
    assert [level.rank for level in H.levels] == [0, 1]
    other = rs.Model(d * x, [a], [x], constants=[d])
    with pytest.raises(TargetError, match="unknown constant"):
        rs.target_set(F, other.point([1]))
    with pytest.raises(TargetError, match="does not have the target"):
        rs.target_set(F, 6 * x, charts=[{a: 2, b: 3}])


def test_parameters_are_found_among_small_numbers():
    F = rs.Model(a * x / (b + x), [a, b], [x])  # with a pole
    q = answered(F, 3 * x / (2 + x))
    assert q.branches[0].contains(F.point([3, 2]))
    with pytest.raises(TargetError, match="charts="):
        rs.target_set(F, sympy.exp(x))


def test_a_network_of_one_hidden_layer_is_a_two_layer_network():
    F, G = fully_connected([1, 3, 1]), two_layer(3, 1, bias=True, output_bias=True)
    H, K = rs.stratify(F), rs.stratify(G)
    rows = [[(v.rank, v.dimension, v.count, v.verdict) for v in h.levels] for h in (H, K)]
    assert rows[0] == rows[1] and [r[1] for r in rows[0]][:3] == [4, 7, 7]
    assert H.complete and "two_layer" in H.coverage.reason
    assert next(s.words.text for s in H.strata if s.orbit == 1).startswith("W1_1_1")
    names = {str(p) for p in F.parameters}
    for stratum in H.strata[::7]:
        assert stratum.chart is not None and {str(p) for p in stratum.chart.coordinates} <= names
        assert rs.stratum_of(stratum.point()) == stratum
        assert rs.model_rank(stratum.point()).value == stratum.rank
    levels = [[v.rank for v in rs.function_hierarchy(m).levels] for m in (F, G)]
    assert levels[0] == levels[1]
    floats = {"W1": [[1.0], [-1.01], [3.0]], "b1": [0.0] * 3, "W2": [[1.0, 2.0, 1e-3]], "b2": [0]}
    near = rs.nearest_strata(F, floats, tolerance=0.1)
    assert [n.condition.text for n in near] == ["W2_1_3 = 0", "W1_1_1 = -W1_2_1"]


@pytest.mark.parametrize("name", ["cubic", "framework"])
def test_equations_that_do_not_come_apart_are_given_up_early(name):
    """Elimination explodes and no small basis exists; the orbit of the point is given."""
    if name == "cubic":
        symbols = sympy.symbols("a1:3 w1:3 b1:3")
        units = [w * x + b for w, b in zip(symbols[2:4], symbols[4:6], strict=True)]
        output = sum(a * (z + z**3) for a, z in zip(symbols[:2], units, strict=True))
        F, values = rs.Model(output, symbols, [x]), [1, 2, 1, -1, 1, 0]
    else:
        F, values = rs.families.framework(4), [-2, 3, 1, -1, 4, 0, 2, 5]
    point = F.point(values)
    q = answered(F, point)
    size = rs.optimistic_sample_size(q)
    assert q.branches_of(point) and 0 <= size.lower <= size.upper <= rs.model_rank(point).upper


# what is not defined at c = 0: sympy replaces a / (1 + zoo) by 0
POLES = {
    "a quotient of a quotient": ([a / (1 + b / c)], [a, b, c], (), 0),
    "an infinite rate": ([a * sympy.tanh(b / c) * x], [a, b, c], [x], 0),
    "a ratio in an exponent": ([d + (a - d) / (1 + sympy.exp(b / c)) * x], [a, b, c, d], [x], 1),
}


@pytest.mark.parametrize("name", POLES)
def test_a_point_at_a_pole_is_no_solution(name):
    outputs, parameters, inputs, target = POLES[name]
    F = rs.Model(outputs, parameters, inputs)
    T = rs.target_set(F, target)
    found = witnesses(F, T.target, T.branches, budget=2_000)
    assert not list(objections(F, T.target, T.branches, found))
    assert all(p.values[c] != 0 for p in found.points)
    assert not has_function(F.chart({c: 0, a: target}), T.target.expressions)


def test_a_dose_response_curve_has_a_target_set():
    F = rs.Model(d + (a - d) / (1 + (x / c) ** b), [a, b, c, d], [x], domain={x: "x > 0"})
    T = rs.target_set(F, F.point([1, 2, 3, 1]))
    assert T.branches_of(F.point([1, 2, 3, 1]))


def test_a_derivative_that_is_not_carried_out_is_no_target():
    a, c = sympy.symbols("a c")
    model = rs.Model([a * sympy.Function("s")(c).diff(c)], [a, c], [])
    with pytest.raises(TargetError, match="derivative"):
        rs.target_set(model, model.point([1, 2]))
