"""Fixed sets of groups of symmetries and their intersections, against linear algebra."""

from __future__ import annotations

import itertools

import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import BudgetError, ModelError
from rankstrat.families import attention, fully_connected, two_layer


def span(matrix):
    """A subspace in a normal form: the reduced basis of the kernel of g - 1 for some g."""
    rows = sympy.Matrix(matrix).rref()[0].tolist()
    return tuple(tuple(row) for row in rows if any(row))


def lattice_by_matrices(generators, size):
    """All elements, the equations (g - 1) theta = 0 of each, and all their unions."""
    one = sympy.eye(size)
    group, queue = {sympy.ImmutableMatrix(one)}, [sympy.ImmutableMatrix(one)]
    while queue:
        g = queue.pop()
        for h in generators:
            product = sympy.ImmutableMatrix(h * g)
            if product not in group:
                group.add(product)
                queue.append(product)
    atoms = {span(g - one) for g in group}
    found, queue = {()}, [()]
    while queue:
        equations = queue.pop()
        for atom in atoms:
            joined = span([*equations, *atom]) if equations or atom else ()
            if joined not in found:
                found.add(joined)
                queue.append(joined)
    return found


@pytest.mark.parametrize(
    "model",
    [
        two_layer(2, 1, "tanh"),
        two_layer(2, 1, "ztanh"),
        two_layer(3, 1, "exp"),
        two_layer(2, 1, "tanh", bias=True, output_bias=True),
        fully_connected([1, 2, 2], "tanh", bias=False, output_bias=False),
    ],
    ids=str,
)
def test_the_lattice_is_that_of_all_elements(model):
    generators = [g.matrix for g in rs.symmetries(model) if g.orthogonal]
    expected = lattice_by_matrices(generators, model.size)
    lattice = rs.invariant_lattice(model)
    found = {
        span([sympy.Matrix([p - v]).jacobian(list(model.parameters)).tolist()[0]
              for p, v in member.chart.values.items()])
        for member in lattice.members
    }  # fmt: skip
    assert found == expected
    assert lattice.complete
    assert all(member.verdict is rs.Verdict.PROVED for member in lattice.members)


def test_units_of_two_layers_may_be_exchanged_together():
    """Not only intersections of exchanges: W2 with equal diagonals and equal other entries."""
    net = fully_connected([1, 2, 2, 1], "exp", bias=False, output_bias=False)
    lattice = rs.invariant_lattice(net)
    # exchanges in layer 1, in layer 2, in both at once, and each of them separately
    assert lattice.counts == {8: 1, 5: 2, 4: 1, 3: 1}


def test_three_neurons_that_are_equal():
    net = two_layer(3, 2, "tanh")
    point = net.point(a=[1, 1, -1], w=[[2, 1], [2, 1], [-2, -1]])
    assert rs.least_invariant(point).dimension == 3
    # one exchange alone bounds the orbit by 6
    assert rs.orbit_dimension(point) == 3
    assert rs.least_invariant(net.point(a=[0] * 3, w=[[0, 0]] * 3)).dimension == 0
    assert rs.least_invariant(net.point(a=[1, 2, 3], w=[[1, 0]] * 3)).dimension == 9
    assert rs.least_invariant(net.generic()).dimension == 9


def test_gradient_flow_stays_on_every_member():
    """Gradients at a point of a set are tangent to it, by sympy."""
    net = two_layer(2, 1, "tanh")
    for member in rs.invariant_lattice(net).members:
        for f in net.outputs:
            gradient = [f.diff(p).xreplace(member.chart.values) for p in net.parameters]
            equations = [
                sympy.Matrix([p - v]).jacobian(list(net.parameters)).tolist()[0]
                for p, v in member.chart.values.items()
            ]
            for row in equations:
                assert sympy.simplify(sum(c * g for c, g in zip(row, gradient, strict=True))) == 0


def test_graph_is_the_order_of_inclusion():
    lattice = rs.invariant_lattice(two_layer(2, 1, "tanh"))
    assert [m.dimension for m in lattice.members] == [4, 2, 2, 2, 2, 0]
    edges = set(itertools.product([0], range(1, 5))) | set(itertools.product(range(1, 5), [5]))
    assert set(lattice.graph.edges) == edges


def test_two_equal_heads_of_attention():
    lattice = rs.invariant_lattice(attention(2, 1, 1, 2), most=200)
    model = lattice.model
    equal = {str(p) for p in model.parameters if "2_" in str(p)}
    assert any(
        {str(p) for p, v in m.chart.values.items() if p != v} == equal
        and all("1_" in str(v) for p, v in m.chart.values.items() if p != v)
        for m in lattice.members
    )


# sigma even: where w = 0 the fields are sigma(0) (1, ..., 1) in the output weights and 0 elsewhere
@pytest.mark.parametrize(("activation", "orbit"), [("gaussian", 1), ("ztanh", 0)])
def test_even_activations_have_invariant_sets_without_symmetry(activation, orbit):
    net = two_layer(2, 1, activation)
    point = net.point(a=[1, 3], w=[[0], [0]])
    assert rs.orbit_dimension(point, depth=5).lower == orbit
    assert rs.least_invariant(point).dimension == 2
    a1, a2 = net.parameters[:2]
    zero = dict.fromkeys(net.parameters[2:], 0)
    slopes = [net.outputs[0].diff(p).subs(zero) for p in net.parameters]
    assert [sympy.simplify(slopes[0] - slopes[1]), *map(sympy.simplify, slopes[2:])] == [0, 0, 0]
    assert {a1, a2}.isdisjoint(sympy.Tuple(*slopes).free_symbols)


def test_weights_zero_need_deep_brackets():
    """For tanh the orbit through w = 0 is full, which brackets of depth 5 show."""
    net = two_layer(2, 1, "tanh")
    point = net.point(a=[1, 2], w=[[0], [0]])
    assert [rs.orbit_dimension(point, depth=k).lower for k in (0, 3, 5)] == [1, 3, 4]
    # equal output weights: the neurons are equal
    assert rs.orbit_dimension(net.point(a=[1, 1], w=[[0], [0]]), depth=5) == 2


def test_kinks_leave_the_verdict_open():
    lattice = rs.invariant_lattice(two_layer(2, 1, "abs"))
    found = {m.dimension: m.verdict for m in lattice.members}
    assert found[4] is rs.Verdict.PROVED  # all parameters
    zero = [m for m in lattice.members if set(map(str, m.chart.coordinates)) == {"a1", "a2"}]
    assert [m.verdict for m in zero] == [rs.Verdict.OPEN]


def test_refused():
    with pytest.raises(BudgetError, match="more than 5 invariant sets"):
        rs.invariant_lattice(two_layer(2, 1), most=5)
    with pytest.raises(ModelError):
        rs.invariant_lattice(two_layer(2, 1).generic())
    for depth in (-1, 7, 1.5):
        with pytest.raises(ModelError, match="depth"):
            rs.orbit_dimension(two_layer(1, 1).point([1, 2]), depth=depth)
