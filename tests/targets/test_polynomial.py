"""Target sets of small polynomial models: rational points, one parameter, real against complex
solutions.
"""

from __future__ import annotations

import pytest
import sympy

from rankstrat import Model, Verdict
from rankstrat.errors import TargetError
from rankstrat.families import two_layer
from rankstrat.targets import optimistic_sample_size, target_set

A, B, C, X = sympy.symbols("a b c x")
HALF = sympy.Rational(1, 2)


def test_a_solution_that_is_not_an_integer_is_found():
    (point,) = target_set(Model(A * X + B, [A, B], [X]), X / 2 + sympy.Rational(1, 3)).branches
    assert point.chart.values == {A: HALF, B: sympy.Rational(1, 3)} and point.dimension == 0


def test_a_branch_that_is_not_integral_can_be_the_least_one():
    """On a = 1/2 the derivative vanishes, on (a - 1/2) b = 1 nowhere."""
    model = Model((A - HALF) ** 2 * ((A - HALF) * B - 1), [A, B])
    q = target_set(model, [0])
    assert q.complete and q.branches_of(model.point([HALF, 7]))
    assert int(optimistic_sample_size(q)) == 0


@pytest.mark.parametrize(
    ("output", "target", "solutions"),
    [
        (A**3 - A, 0, [-1, 0, 1]),
        (A**2, 4, [-2, 2]),
        (A**2, 0, [0]),
        (8 * A**3, 1, [HALF]),
        (A**2 * (A - 1), 4, [2]),
    ],
)
def test_one_parameter(output, target, solutions):
    q = target_set(Model(output, [A]), [target])
    assert q.complete and sorted(b.chart.values[A] for b in q.branches) == solutions


@pytest.mark.parametrize("target", [-1, -HALF])
def test_no_real_solution(target):
    with pytest.raises(TargetError, match="not in the function space"):
        target_set(Model(A**2 + B**2, [A, B]), [target])


def test_an_irrational_solution_is_left_to_the_user():
    with pytest.raises(TargetError, match="no rational parameters"):
        target_set(Model(A**2, [A]), [2])
    # two irrational lines in the plane c = 0, conjugate to each other: no rational point has the
    # rank of the others there, so they are left out
    q = target_set(Model([A**2 - 2 * B**2, C * (A - B)], [A, B, C]), [0, 0])
    assert [(b.dimension, b.rank, b.minimum_rank) for b in q.branches] == [(1, 1, 0)]
    assert not q.complete and q.dimension.verdict is Verdict.OPEN
    # rank 0 is the least there is
    assert optimistic_sample_size(q).minimal is Verdict.PROVED


@pytest.mark.parametrize(
    ("output", "at"),
    [
        ((A * B - 1) ** 2 + (C - 1) ** 2, [1, 1, 1]),  # a curve of singular points
        (A**2 * B**2 + (A - B) ** 2, [0, 0, 0]),
        (A**2 * (A - 1) ** 2 + B**2, [1, 0, 5]),  # two lines
        (A**2 - 2 * B**2, [0, 0, 1]),
    ],
)
def test_a_singular_point_of_its_own_is_a_point_of_the_target_set(output, at):
    model = Model(output, [A, B, C])
    q = target_set(model, model.point(at))
    assert not q.complete and q.branches[0].contains(model.point(at))


def test_samples_avoid_the_poles_of_a_chart():
    """b is a quotient by 2a + c, and a = 1, c = -2 are small integers."""
    model = Model(-A + C + (-2 * A - C) * (2 * A - B), [A, B, C])
    q = target_set(model, model.point([2, 1, 2]))
    for branch in q.branches:
        for seed in range(60):
            values = branch.sample(seed=seed, size=2).values
            assert model.outputs[0].xreplace(values) == -18


def test_a_cube_of_a_linear_form_has_one_real_root():
    parameters, inputs = sympy.symbols("a:f"), sympy.symbols("x:z u v")
    cubic = sum(p * x for p, x in zip(parameters, (*inputs, 1), strict=True)) ** 3
    q = target_set(Model(cubic, parameters, inputs), (inputs[0] + 1) ** 3)
    assert q.complete and q.count == 1 and q.dimension == 0
    assert list(q.branches[0].chart.values.values()) == [1, 0, 0, 0, 0, 1]


def test_a_circle_without_rational_points():
    parameters = sympy.symbols("a:f")
    with pytest.raises(TargetError, match="no rational parameters"):
        target_set(Model([parameters[4] ** 2 + parameters[5] ** 2], parameters), [3])


def test_rational_points_are_found_by_solving_for_the_parameter_of_least_degree() -> None:
    """a w^3 = 9 has the rational points (9/w^3, w); no small a makes w rational."""
    x = sympy.Symbol("x1")
    target = target_set(two_layer(width=1, inputs=1, activation="cube"), 9 * x**3)
    assert target.complete
    assert [(b.dimension, b.rank) for b in target.branches] == [(1, 1)]
    assert optimistic_sample_size(target).value == 1


@pytest.mark.parametrize(
    ("output", "rest", "solution"),
    [
        (A * X + B, sympy.erf(X), (2, 0)),
        (A * X + B, 1 / X**2, (2, 0)),
        (A * X + B, sympy.sqrt(2) * abs(X), (2, 0)),
        (sympy.Integer(0), 30 / X**2, None),
    ],
    ids=str,
)
def test_what_no_parameter_moves_need_be_no_polynomial(output, rest, solution):
    model = Model(output + rest, [A, B], [X])
    goal = rest if solution is None else 2 * X + rest
    q = target_set(model, goal)
    (branch,) = q.branches
    assert q.complete and branch.dimension == (2 if solution is None else 0)
    if solution is not None:
        assert branch.chart.raw == solution
        assert int(optimistic_sample_size(q)) == 2


def test_pieces_are_compared_by_polynomials_with_rational_coefficients():
    """The goals are those at (2, 0) and (-2, 0); pieces over Q and over Z are compared."""
    one = -(A**3) * B / 2 + 2 * A**2 - 2 * A * B**2 - 7 * B**2 / 2 + 9 * B / 2
    two = -2 * A**3 * B - 2 * A**2 * B**2 + 2 * A**2 / 5
    model = Model([one, two], [A, B])
    q = target_set(model, [8, sympy.Rational(8, 5)])
    for point in ((2, 0), (-2, 0)):
        assert q.branches_of(model.point(point))


def test_equations_with_coefficients_beyond_machine_words():
    big = 3 * 10**9
    model = Model((A + big * B) * (A - big * B + 1) * X, [A, B], [X])
    q = target_set(model, 0)
    assert q.complete and sorted(b.dimension for b in q.branches) == [1, 1]
    assert q.branches_of(model.point([-big, 1])) and q.branches_of(model.point([big - 1, 1]))
