"""Recovery stability: the table of the specification, exact ranks at the thresholds, the quadratic
form in the gap.
"""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
import sympy

from rankstrat import Model, Verdict
from rankstrat.errors import DataError, UndecidedError
from rankstrat.families import convolutional, matrix_factorization, two_layer
from rankstrat.samples.distinct import telling
from rankstrat.samples.stability import (
    perturbation_test,
    recovery_stability,
    recovery_thresholds,
    stability_table,
)
from rankstrat.targets import target_set


def example(m, k, d):
    weights = [[i + 1] + [2 * i - 1] * (d - 1) for i in range(k)]
    return target_set(
        two_layer(m, d, "exp"), two_layer(k, d, "exp").point(a=list(range(1, k + 1)), w=weights)
    )


def inputs(n, d, seed):
    rnd = random.Random(seed)
    return [[Fraction(rnd.randint(-30, 30), 20) for _ in range(d)] for _ in range(n)]


CASES = [(m, k, d) for m in range(1, 6) for k in (1, 2) if k <= m for d in (1, 2, 3)]


@pytest.mark.parametrize(
    ("m", "k", "d"),
    [
        pytest.param(*c, marks=[] if c in [(2, 1, 2), (4, 2, 3)] else pytest.mark.slow)
        for c in CASES
    ],
)
def test_table_of_the_specification(m, k, d):
    q = example(m, k, d)
    for b in q.branches:
        r, alone = b.index
        t = recovery_thresholds(b)
        low, high = r + (r - alone) * d, r + (m + k - r) * d
        assert (t.rank, t.codimension, t.stable_from) == (low, high, high)
        assert t.is_morse_bott == (alone == 2 * r - m - k)
        assert t.unstable_up_to == (low - 1 if low == high else low)
        assert list(t.gap) == list(range(t.unstable_up_to + 1, high))
        assert t.convergence == ("linear" if t.is_morse_bott else "may be sublinear")
    leaders = [b for b in q.branches if b.representative is None]
    assert len(stability_table(q).rows) == len(leaders)
    assert (
        max(recovery_thresholds(b).stable_from for b in q.branches) == k + m * d
    )  # the condensed branch is last
    assert min(recovery_thresholds(b).stable_from for b in q.branches) == m + k * d


@pytest.mark.parametrize(
    ("m", "k", "d", "sizes", "unstable", "stable"),
    [
        (2, 1, 2, "{1} | {2}", 3, 4),
        (3, 1, 2, "{1} | {2,3}", 5, 6),
        (3, 1, 2, "{1} | {2}{3}", 4, 5),
        (2, 2, 2, "{1}{2} | -", 5, 6),
        (4, 2, 3, "{1}{2} | {3,4}", 11, 12),
    ],
)
def test_morse_bott_branches_are_decided_by_exact_ranks(m, k, d, sizes, unstable, stable):
    (branch,) = (b for b in example(m, k, d).branches if b.label == sizes)
    point = branch.sample(seed=2, size=3)
    below, at = (
        recovery_stability(branch, point, inputs(n, d, seed=n)) for n in (unstable, stable)
    )
    assert (below.stable, below.verdict) == (False, Verdict.PROVED)
    assert (at.stable, at.verdict) == (True, Verdict.PROVED)


def test_lower_threshold_of_the_condensed_branch():
    branch = example(2, 1, 2).branches[0]
    for n in (1, 2, 3):
        answer = recovery_stability(branch, branch.sample(), inputs(n, 2, seed=n))
        assert (answer.stable, answer.verdict, answer.empirical) == (False, Verdict.PROVED, n)
    answer = recovery_stability(branch, branch.sample(), inputs(5, 2, seed=5))
    assert (answer.stable, answer.verdict) == (None, Verdict.OPEN) and "STR" in answer.reason


def curvature(samples, weight):
    """The form of docs/proofs.md#stability: sum_i c_i sigma''(w.x_i) x_i x_i^T with c the left
    null vector of [sigma, sigma' x].
    """
    x = np.array(samples, float)
    e = np.exp(x @ np.array(weight, float))
    c = np.linalg.svd(np.column_stack([e, e[:, None] * x]).T)[2][-1]
    return np.linalg.eigvalsh((x * (c * e)[:, None]).T @ x)


def test_quadratic_form_in_the_gap():
    branch = example(2, 1, 2).branches[0]
    point, weight, seen = branch.sample(seed=0, size=3), (1, -1), set()
    for seed in range(60):
        samples = inputs(4, 2, seed)
        low, high = curvature(samples, weight)
        definite = low * high > 0
        if definite in seen or abs(low * high) < 1e-4:
            continue
        seen.add(definite)
        answer = recovery_stability(branch, point, samples)
        assert (answer.stable, answer.verdict) == (definite, Verdict.NUMERICAL)
    assert seen == {True, False}


def test_perturbation_sees_what_is_proved():
    branch = next(b for b in example(2, 1, 2).branches if b.label == "{1} | {2}")
    point, fresh = branch.sample(seed=1, size=2), inputs(5, 2, seed=99)
    unstable, stable = (perturbation_test(point, inputs(n, 2, seed=n), fresh) for n in (3, 4))
    assert stable < 1e-6 < 1e-3 < unstable


def test_points_off_the_branch_are_refused():
    q = example(2, 1, 2)
    with pytest.raises(DataError, match="not a point of"):
        recovery_stability(q.branches[0], q.branches[1].sample(seed=1), [[1, 1]])
    with pytest.raises(DataError, match="not a point of"):
        recovery_stability(q.branches[0], q.branches[0].chart, [[1, 1]])


def test_table_prints_the_gap_as_open():
    text = str(stability_table(example(2, 1, 2)))
    assert "4..4 OPEN" in text and "may be sublinear" in text
    assert "\\toprule" in stability_table(example(2, 1, 2)).latex()


def test_a_part_of_a_branch_proves_no_instability():
    F = two_layer(2, 1, "exp")
    point = F.point(
        a=[1, 0], w=[[1], [2]]
    )  # on a curve of the target set: codimension 3, stable from n = 3
    (part,) = target_set(F, point, charts=[point]).branches
    (whole,) = (b for b in target_set(F, point).branches if b.contains(point))
    assert recovery_stability(whole, point, [0, 1, 2]).stable is True
    assert recovery_stability(part, point, [0, 1, 2]).verdict is Verdict.OPEN
    assert (
        recovery_stability(part, point, [0, 1]).stable is False
    )  # fewer samples than the model rank


def test_thresholds_of_a_part_of_a_branch():
    """A chart inside a Morse-Bott branch: almost all its points are stable from n = rank on, one
    less is unstable.
    """
    F, s = two_layer(2, 1, "exp"), sympy.Symbol("s")
    target = two_layer(1, 1, "exp").point([1, 1])
    whole, part, point = (
        target_set(F, target, charts=[c]).branches[0]
        for c in (
            dict(zip(F.parameters, [1, 0, 1, s])),
            dict(zip(F.parameters, [1, 0, 1, 5])),
            F.point([1, 0, 1, 5]),
        )
    )
    found = recovery_thresholds(whole)  # the chart is a branch: rank = codimension proves it
    assert (found.rank, found.codimension, found.unstable_up_to, found.stable_from) == (3, 3, 2, 3)
    for branch in (part, point):
        t = recovery_thresholds(branch)
        assert (t.rank, t.codimension, t.unstable_up_to, t.stable_from, list(t.gap)) == (
            3,
            4,
            2,
            4,
            [3],
        )
    assert "a part of the target set" in str(
        stability_table(target_set(F, target, charts=[F.point([1, 0, 1, 5])]))
    )


def test_an_indefinite_form_across_a_part_is_open():
    """The condensed branch {1,2}, cut down to a point: what the form sees may be the branch
    itself.
    """
    q = example(2, 1, 2)
    point = q.branches[0].sample(seed=0, size=3)
    (part,) = target_set(q.model, q.target.point, charts=[point]).branches
    for seed in range(3):
        assert recovery_stability(part, point, inputs(4, 2, seed)).stable is not False


def test_squares_are_parts_of_their_target_set():
    """+{1,2} -{3} of rank 2 is open in the target set of x1^2 (rank = codimension), the others may
    lie in closures.
    """
    q = target_set(two_layer(3, 3, "square"), sympy.Symbol("x1") ** 2)
    for b in (b for b in q.branches if b.representative is None):
        t = recovery_thresholds(b)
        assert t.unstable_up_to == t.rank - 1 and t.stable_from == t.codimension
        point = b.sample(seed=1)
        answer = recovery_stability(b, point, inputs(t.stable_from, 3, seed=7))
        assert answer.stable is (True if t.is_morse_bott else None)


def test_shifted_kernels_share_an_output_weight_along_a_line():
    """(a12, a21) = (2 + t, 3 - t) gives one function: the branch is this line, and seven gradients
    leave no more.
    """
    network = convolutional(kernels=2, size=3, kernel_size=2, dimension=1)
    q = target_set(network, network.point(a=[[1, 2], [3, 5]], K=[[1, 0], [0, 1]]))
    branch = q.branches[0]
    samples = [
        [1, 2, 3],
        [2, -1, 1],
        [0, 1, 3],
        [1, 1, -2],
        [3, 1, 1],
        [-1, 2, 2],
        [1, -3, 1],
        [2, 2, 5],
    ]
    seven, eight = (recovery_stability(branch, branch.sample(), samples[:n]) for n in (7, 8))
    assert branch.dimension == 1 and branch.is_component
    assert seven.empirical == eight.empirical == 7
    assert (seven.stable, eight.stable) == (True, True) and eight.verdict is Verdict.PROVED
    assert recovery_thresholds(branch).unstable_up_to == 6


@pytest.mark.parametrize("power", [3, 5])
def test_a_quadratic_form_that_is_zero_decides_nothing(power):
    """a^3 = 0 only at a = 0, so the point is stable although both derivatives vanish there."""
    a = sympy.Symbol("a")
    branch = target_set(Model(a**power, [a]), [0]).branches[0]
    assert recovery_stability(branch, branch.sample(), [0]).stable is None


def test_generic_samples_are_inputs_of_an_analytic_scalar_model():
    """All samples may lie beyond the kinks; entries of a matrix are not generic; two outputs count
    twice.
    """
    relu = two_layer(2, 1, "relu", bias=True)
    point = relu.point(a=[1, 2], w=[[1], [1]], b=[0, -1])
    branch = target_set(relu, point).branches[0]
    matrices = target_set(matrix_factorization(2, 1, 2), [1, 0, 0, 0]).branches[0]
    a, b, x = sympy.symbols("a b x")
    two = target_set(Model([a * x, b * x], [a, b], [x]), [x, x]).branches[0]
    for given in (branch, matrices, two):
        with pytest.raises(UndecidedError):
            recovery_thresholds(given)
    assert recovery_stability(two, two.sample(), [1]).stable is True  # one sample, two numbers
    found = recovery_stability(branch, point, [3, 4, 5, 6, 7, 8])
    assert found.stable is None and "almost all" not in found.reason
    with pytest.raises(DataError, match="kink"):
        recovery_stability(branch, point, [0, 1, 2])


@pytest.mark.parametrize("values", [[0, 1, 2], "integer"], ids=str)
def test_few_inputs_are_not_generic(values):
    """Two samples of which one is 0 determine nothing of a tanh(b x)."""
    a, b, x = sympy.symbols("a b x")
    model = Model(a * sympy.tanh(b * x), [a, b], [x], domain={x: values})
    with pytest.raises(UndecidedError, match="no samples are generic"):
        recovery_thresholds(target_set(model, model.point([1, 1])).branches[0])


def test_samples_may_all_lie_on_one_side_of_a_jump_without_a_kink():
    a, b, x = sympy.symbols("a b x")
    model = Model(a * (sympy.atan(x) + sympy.atan(1 / x)) + b, [a, b], [x])
    branch = target_set(model, model.point([1, 1])).branches[0]
    with pytest.raises(UndecidedError, match="one side"):
        recovery_thresholds(branch)
    assert "almost all" not in recovery_stability(branch, branch.sample(), [1, 2]).reason
    assert recovery_stability(branch, branch.sample(), [1, -1]).stable is True


@pytest.mark.sampled(1)
@pytest.mark.parametrize("activation", ["exp", "tanh"])
def test_a_repeated_sample_changes_nothing(activation):
    """The zeros of the loss are those of the distinct samples; -x repeats x for an odd
    activation.
    """
    F = two_layer(2, 2, activation)
    q = target_set(F, two_layer(1, 2, activation).point(a=[1], w=[[1, -1]]))
    for branch in q.branches[:2]:
        n = branch.codimension - 1
        for trial in range(2):
            point, samples = branch.sample(seed=trial, size=3), inputs(n, 2, trial)
            once = recovery_stability(branch, point, samples)
            again = [*samples, samples[trial]]
            opposite = [*samples, [-v for v in samples[0]]]
            for more in (again,) + ((opposite,) if activation == "tanh" else ()):
                twice = recovery_stability(branch, point, more)
                assert (twice.stable, twice.verdict) == (once.stable, once.verdict)
                assert once.verdict is not Verdict.PROVED or "1 of" in twice.reason


def test_samples_that_follow_from_others_change_nothing():
    """a x + b x^2 is zero at 3 if it is at 1 and 2, whatever a and b; so is 0 at 0."""
    a, b, c, x = sympy.symbols("a b c x")
    F = Model(a * x + b * x**2 + c**2 * x**3, [a, b, c], [x])
    branch = target_set(F, x).branches[0]
    point = branch.sample()
    three = recovery_stability(branch, point, [1, 2])
    assert (three.stable, three.verdict) == (False, Verdict.PROVED)
    for more in ([1, 2, 0], [1, 2, 1, 2, 0]):
        found = recovery_stability(branch, point, more)
        assert (found.stable, found.verdict) == (False, Verdict.PROVED)
    # at c = 0 the third power has no tangent: three samples leave c^2 = 0, which is definite
    found = recovery_stability(branch, point, [1, 2, 3])
    assert (found.stable, found.verdict) == (True, Verdict.NUMERICAL)


def test_telling_numbers():
    a, w = sympy.symbols("a w")
    e = sympy.exp(w)
    for outputs, kept in (
        ([a, a + 1, 2 * a - 3], (0,)),
        ([sympy.Integer(5), a], (1,)),
        ([sympy.sinh(w), e, sympy.exp(-w)], (0, 1)),
        ([sympy.tanh(w), -sympy.tanh(w), sympy.tanh(2 * w)], (0, 2)),
        ([a * e, a * sympy.exp(w + 1), a * sympy.exp(2 * w)], (0, 2)),
    ):
        assert telling(Model(outputs, [a, w]), analytic=True) == kept
    relu = sympy.Max(0, w)
    assert telling(Model([relu, relu, -relu], [w]), analytic=False) == (0,)
