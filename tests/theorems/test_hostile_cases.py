"""The theorems of learning coefficients, laws and manifolds read by somebody who wants them wrong:
sizes of one, zeros, equal and opposite weights, targets as wide as the network, linear models.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

import rankstrat as rs
from rankstrat.families import (
    deep_matrix_factorization,
    fully_connected,
    matrix_factorization,
    two_layer,
)
from rankstrat.theorems.learning import learning_coefficient_deep as deep
from rankstrat.theorems.learning import learning_coefficient_factorization as factorization
from rankstrat.theorems.learning import learning_coefficient_morse_bott as morse_bott

PROVED, OPEN = rs.Verdict.PROVED, rs.Verdict.OPEN
A, B, W, X = sympy.symbols("a b w x")


def coefficient(model, *values, **blocks):
    return rs.learning_coefficient(model.point(*values, **blocks))


@pytest.mark.parametrize(("rows", "inner", "columns"), [(1, 1, 1), (1, 3, 1), (3, 1, 1), (1, 1, 4)])
def test_factorizations_of_size_one(rows, inner, columns):
    """The inner product of vectors at zero, and a column times a row."""
    model = matrix_factorization(rows, inner, columns)
    case = {"d1": rows, "p": inner, "d2": columns, "rank A": 0, "rank B": 0, "rank AB": 0}
    found = coefficient(model, [0] * model.size)
    # a sum of products changes its sign; products of all a_i with one b vanish where b does
    assert found.value == Fraction(1, 2) == Fraction(factorization.predicted(case, 0), 2)
    double = inner == 1 and rows == columns == 1
    assert found.multiplicity == (2 if double else 1)


def test_full_ranks_leave_a_smooth_fibre():
    model = matrix_factorization(2, 3, 2)
    left, right = [[1, 0, 0], [0, 1, 0]], [[1, 0], [0, 1], [0, 0]]
    found = coefficient(model, A=left, B=right)
    assert (found.value, found.multiplicity) == (2, 1)


@pytest.mark.parametrize("widths", [[1, 1], [3, 2], [1, 1, 1, 1], [2, 1, 2]])
def test_deep_products_at_zero_and_at_full_rank(widths):
    model = deep_matrix_factorization(widths)
    zero = coefficient(model, [0] * model.size)
    if len(widths) == 2:
        assert (zero.value, zero.multiplicity) == (Fraction(model.size, 2), 1)
        return
    case = {"widths": widths, "r": 0}
    assert zero.value == Fraction(deep.predicted(case, 0), 2)
    ones = {name: [[1] * shape[1]] * shape[0] for name, shape in model.blocks.items()}
    full = coefficient(model, **ones)
    # the one unit of the narrow layer carries everything: a smooth fibre
    assert full.value == Fraction(widths[0] + widths[-1] - 1, 2)


@pytest.mark.parametrize("width", [1, 2])
def test_targets_as_wide_as_the_network_are_points(width):
    """m = m0: r = m, the branch is a point, of full rank."""
    model = two_layer(width, 1, "exp")
    target = model.point(a=[1] * width, w=[[i + 1] for i in range(width)])
    branches = rs.target_set(model, target).branches
    case = {"m": width, "m0": width, "d": 1, "r": width, "l": 0}
    for branch in branches:
        found = rs.learning_coefficient(branch)
        assert (found.value, found.verdict) == (Fraction(model.size, 2), PROVED)
        assert found.value == Fraction(morse_bott.predicted(case, 0), 2)


def test_opposite_output_weights_of_equal_exponentials():
    """The function 0: a_1 + a_2 = 0 and w_1 = w_2 have codimension 2 and rank 2."""
    found = coefficient(two_layer(2, 1, "exp"), a=[1, -1], w=[[2], [2]])
    assert (found.value, found.multiplicity, found.verdict) == (1, 1, PROVED)


def test_opposite_neurons_of_an_odd_activation_are_one():
    """(1, 2) and (1, -2) of tanh cancel: the rank is that of one neuron."""
    model = two_layer(2, 1, "tanh")
    same, opposite = ([[2], [2]], [1, 1]), ([[2], [-2]], [1, -1])
    values = [coefficient(model, a=a, w=w).value for w, a in (same, opposite)]
    assert values == [Fraction(5, 4), Fraction(5, 4)]  # 2/2 + (3 - 2)/4 for both


def test_linear_units_are_products_of_matrices():
    net = fully_connected([1, 2, 1], activation="identity", bias=False, output_bias=False)
    assert coefficient(net, [0] * net.size).value == Fraction(1, 2)
    linear = rs.families.linear(features=3)
    found = coefficient(linear, [0] * 3)
    assert (found.value, found.multiplicity) == (Fraction(3, 2), 1)


def test_a_model_that_does_not_move():
    found = rs.learning_coefficient(rs.Model(X + 0 * A, [A], [X]).point([1]))
    assert (found.value, found.multiplicity, found.verdict) == (0, 1, PROVED)


def test_a_smooth_branch_that_an_axis_crosses():
    """At the crossing of two lines the coefficient is that of the crossing, not of a branch."""
    model = rs.Model(A * B * X, [A, B], [X])
    crossing, beside = coefficient(model, [0, 0]), coefficient(model, [0, 1])
    assert (crossing.value, crossing.multiplicity) == (Fraction(1, 2), 2)
    assert (beside.value, beside.multiplicity) == (Fraction(1, 2), 1)


def test_laws_of_one_unit_of_every_kind():
    for activation, count in (("tanh", 0), ("exp", 0), ("identity", 1)):
        found = rs.conservation_laws(two_layer(1, 1, activation))
        assert found.independent == count
    # a neuron with two inputs has no more
    assert rs.conservation_laws(two_layer(1, 2, "identity")).independent == 1


def test_laws_at_a_singular_point_hold_too():
    """u^2 - v^2 is constant also where both are 0, and the orbit is the point."""
    model = rs.Model(A * B * X, [A, B], [X])
    assert rs.conservation_laws(model).expressions == (A**2 - B**2,)
    assert int(rs.orbit_dimension(model.point([0, 0])).upper) == 0


def test_one_neuron_has_its_signs_alone():
    lattice = rs.invariant_lattice(two_layer(1, 1, "tanh"))
    assert sorted(m.dimension for m in lattice.members) == [0, 2]


def test_zero_and_repeated_targets_of_deep_networks_are_not_called_complete():
    """Reducible networks: an idle unit, two equal ones, two opposite ones, zero."""
    model = fully_connected([1, 2, 2, 1], "tanh", False, False)
    second = [[1, 2], [3, 5]]
    reducible = [
        {"W1": [[1], [1]], "W2": second, "W3": [[1, 1]]},
        {"W1": [[1], [-1]], "W2": second, "W3": [[1, 1]]},
        {"W1": [[1], [0]], "W2": second, "W3": [[1, 1]]},
        {"W1": [[1], [2]], "W2": second, "W3": [[1, 0]]},
        {"W1": [[0], [0]], "W2": [[0, 0]] * 2, "W3": [[0, 0]]},
    ]
    for blocks in reducible:
        found = rs.target_set(model, model.point(**blocks), budget=20)
        assert not found.complete
    whole = model.point(W1=[[1], [2]], W2=second, W3=[[1, 1]])
    assert rs.target_set(model, whole).complete
