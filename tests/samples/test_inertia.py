"""Hessian inertia at exact critical points, against eigenvalues of finite differences; the inertia
theorem.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

from rankstrat.algebra.signature import precision, signature
from rankstrat.dynamics.rates import least_positive_eigenvalue
from rankstrat.errors import DataError, NotCriticalError
from rankstrat.families import (
    deep_matrix_factorization,
    fully_connected,
    matrix_factorization,
    two_layer,
)
from rankstrat.mappings import critical_dimension, null, rank_along, splitting, steps, transfer
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import Verdict
from rankstrat.samples import (
    CriticalData,
    Inertia,
    critical_data,
    enclose_critical_point,
    hessian,
    inertia,
)


def random_point(model: Model, seed: int, denominator: int = 8) -> Chart:
    draw = random.Random(seed)
    return model.point(
        [
            Fraction(draw.choice([*range(-12, 0), *range(1, 13)]), denominator)
            for _ in range(model.size)
        ]
    )


def numbers(found: Inertia) -> tuple[int, int, int]:
    return found.positive, found.zero, found.negative


def numeric_inertia(
    data: CriticalData, point: Chart, tolerance: float = 1e-6
) -> tuple[int, int, int]:
    """Eigenvalue signs of a Hessian by finite differences of the loss; sympy's lambdify evaluates
    the model.
    """
    model = point.model
    f = sympy.lambdify([*model.parameters, *model.inputs], list(model.outputs), "mpmath")
    with precision(200):
        residual = [
            v if isinstance(v, Fraction) else v.mid().str(55, radius=False) for v in data.residual()
        ]
    mp = mpmath.mp
    with mp.workdps(60):
        e = [
            mp.mpf(r.numerator) / r.denominator if isinstance(r, Fraction) else mp.mpf(r)
            for r in residual
        ]

        def values(theta: list[Any]) -> list[Any]:
            return [
                v
                for x in data.inputs
                for v in f(*theta, *(mp.mpf(c.numerator) / c.denominator for c in x))
            ]

        start = [mp.mpf(Fraction(v).numerator) / Fraction(v).denominator for v in point.raw]
        labels = [v - r for v, r in zip(values(start), e, strict=True)]
        step, size = mp.mpf(10) ** -12, model.size

        def loss(*moves: tuple[int, int]) -> Any:
            theta = list(start)
            for i, s in moves:
                theta[i] += s * step
            return sum((v - y) ** 2 for v, y in zip(values(theta), labels, strict=True)) / 2

        matrix = np.zeros((size, size))
        for i in range(size):
            for j in range(i, size):
                total = sum(s * t * loss((i, s), (j, t)) for s in (1, -1) for t in (1, -1))
                matrix[i, j] = matrix[j, i] = float(total / (4 * step**2))
        gradient = max(abs(float((loss((i, 1)) - loss((i, -1))) / (2 * step))) for i in range(size))
    assert gradient < 1e-9
    eigenvalues = np.linalg.eigvalsh(matrix)
    small = tolerance * np.abs(eigenvalues).max()
    return (
        int((eigenvalues > small).sum()),
        int((np.abs(eigenvalues) <= small).sum()),
        int((eigenvalues < -small).sum()),
    )


def triples() -> Iterator[tuple[list[int], str, int]]:
    for activation, widths, seed in itertools.product(
        ("tanh", "sigmoid", "softplus"),
        ([1, 1, 1], [2, 2, 1], [1, 2, 2, 1], [2, 2, 2, 1]),
        range(3),
    ):
        if (
            activation != "softplus" or len(widths) == 3
        ):  # exp(q softplus(h)) is algebraic for fractions q
            yield widths, activation, seed


TRIPLES = list(triples())


def check_triple(widths: list[int], activation: str, seed: int) -> list[Any]:
    net = fully_connected(widths, activation)
    point = random_point(net, seed)
    data = critical_data(point, scale=Fraction(1, 8**seed), seed=seed)
    found = []
    for mapping in (
        splitting(net),
        splitting(net, layer=len(widths) - 2, unit=widths[-2] - 1),
        null(net),
    ):
        step = transfer(mapping, data, {"alpha": [Fraction(3, 10), Fraction(-6, 5), 0][seed]})
        assert step.monotone
        assert step.before.verdict is step.after.verdict is Verdict.PROVED
        found.append(step)
    return found


@pytest.mark.parametrize(("widths", "activation", "seed"), TRIPLES[::4])
def test_inertia_theorem_is_proved_at_exact_critical_points(
    widths: list[int], activation: str, seed: int
) -> None:
    check_triple(widths, activation, seed)


@pytest.mark.slow
def test_inertia_theorem_on_all_triples() -> None:
    assert len(TRIPLES) == 30
    escaped = [step for triple in TRIPLES for step in check_triple(*triple) if step.escapes]
    assert escaped


@pytest.mark.parametrize(("activation", "seed"), [("tanh", 0), ("sigmoid", 1), ("softplus", 2)])
def test_inertia_agrees_with_eigenvalues_of_finite_differences(activation: str, seed: int) -> None:
    net = fully_connected([1, 1, 1], activation)
    data = critical_data(random_point(net, seed), scale=Fraction(1, 4), seed=seed)
    assert numbers(inertia(data)) == numeric_inertia(data, data.chart)
    mapping = splitting(net)
    image = mapping.chart(data.chart, {"alpha": Fraction(1, 3)})
    assert numbers(transfer(mapping, data, {"alpha": Fraction(1, 3)}).after) == numeric_inertia(
        data, image
    )


def test_a_strict_local_minimum_becomes_a_strict_saddle() -> None:
    net = fully_connected([1, 1, 1])
    data = critical_data(random_point(net, 1), scale=Fraction(1, 8), seed=1)
    step = transfer(splitting(net), data, {"alpha": Fraction(3, 10)})
    assert step.before.kind == "strict local minimum"
    assert step.after.kind == "strict saddle"
    assert step.escapes


def test_the_zero_network_of_the_lecture_has_inertia_3_3_3() -> None:
    """Width 3 with bias, all parameters zero."""
    net = two_layer(width=3, inputs=1, bias=True)
    data = critical_data(net.point([0] * 9), [[1], [2], [5]])
    found = inertia(data)
    assert numbers(found) == (3, 3, 3)
    assert found.exact


@pytest.mark.parametrize("alpha", [Fraction(1, 3), 0, 2])
def test_polynomial_models_are_exact(alpha: Any) -> None:
    model = matrix_factorization(2, 1, 2)
    data = critical_data(model.point(A=[[1], [2]], B=[[1, -1]]))
    step = transfer(splitting(model), data, {"alpha": alpha})
    assert step.before.exact
    assert step.after.exact
    assert step.monotone
    expected = sympy.Matrix(hessian(data, data.chart)).eigenvals()
    signs = [sum(k for v, k in expected.items() if sympy.sign(v) == s) for s in (1, 0, -1)]
    assert list(numbers(step.before)) == signs


def test_deep_linear_networks_have_nonstrict_points_at_zero() -> None:
    model = deep_matrix_factorization([2, 2, 2, 2])
    data = critical_data(model.point([0] * 12))
    assert numbers(inertia(data)) == (0, 12, 0)


def test_hessian_of_the_narrow_net_is_a_congruence_of_the_wide_one() -> None:
    net = two_layer(width=2, inputs=1, activation="square", bias=True)
    data = critical_data(net.point([1, 2, -1, 3, 1, 1]), scale=2)
    mapping = splitting(net, alpha=Fraction(1, 3))
    a = sympy.Matrix(list(mapping.values.values())).jacobian(list(net.parameters))
    narrow, wide = (sympy.Matrix(hessian(data, c)) for c in (data.chart, mapping.chart(data.chart)))
    assert a.T * wide * a == narrow
    assert wide * a == sympy.Matrix(mapping.K) * narrow


def test_signature_of_random_integer_matrices() -> None:
    draw = np.random.default_rng(0)
    for size, rank in itertools.product((1, 2, 4, 7), (0, 1, 3)):
        factor = draw.integers(-3, 4, size=(size, min(rank, size)))
        signs = draw.choice([-1, 1], size=min(rank, size))
        matrix = factor @ np.diag(signs) @ factor.T
        eigenvalues = np.linalg.eigvalsh(matrix)
        expected = int((eigenvalues > 1e-9).sum()), int((eigenvalues < -1e-9).sum())
        assert signature([[Fraction(int(v)) for v in row] for row in matrix]) == expected
    hollow = [[Fraction(0), Fraction(1)], [Fraction(1), Fraction(0)]]
    assert signature(hollow) == (1, 1)


def test_critical_subspaces_have_dimension_K() -> None:
    net = fully_connected([1, 2, 1])
    point = net.point([1, 2, 0, 1, 3, -1, 1])
    for count in (1, 2, 3):
        assert critical_dimension(steps(net, [(1, i % 2) for i in range(count)]), point) == count
    silent = net.point([1, 2, 0, 1, 0, -1, 1])
    assert critical_dimension(splitting(net), silent) == 0


def test_rank_along_a_mapping() -> None:
    net = two_layer(width=2, inputs=2, activation="sigmoid", bias=True, output_bias=True)
    assert [int(c) for c in rank_along(splitting(net), net.generic())] == [9, 9]
    zero = net.point([0] * 9)
    before, after = rank_along(null(net), zero, {"alpha": 0})
    assert int(after) <= int(before)


X, A, B = sympy.symbols("x a b")


@pytest.mark.parametrize(
    ("output", "domain"),
    [
        (A * sympy.tanh(sympy.Abs(X)) + B * sympy.tanh(X), {X: "x > 0"}),  # of rank 1 there alone
        (A * sympy.tanh(B * X), {X: [0, 1, 2]}),
        (A * B * sympy.log(X), None),
        (A * B * sympy.sqrt(X), None),
    ],
    ids=str,
)
def test_drawn_inputs_lie_where_functions_are_compared(output: Any, domain: Any) -> None:
    model = Model([output], [A, B], [X], domain=domain)
    data = critical_data(model.point([1, 1]))
    for x in data.inputs:
        assert sympy.sympify(output.subs({X: x[0], A: 1, B: 1})).is_real
        assert not domain or model.domain.contains({X: x[0]})
    residual = [float(e.mid()) for e in data.residual()]
    for parameter in (A, B):
        slope = sympy.lambdify(X, output.diff(parameter).subs({A: 1, B: 1}))
        slopes = [slope(float(x)) for (x,) in data.inputs]
        assert abs(np.dot(slopes, residual)) < 1e-9


def test_data_off_the_domain_poles_and_unknown_constants_are_refused() -> None:
    with pytest.raises(DataError, match="outside the domain"):
        critical_data(Model(A * X**B, [A, B], [X], domain={X: "x > 0"}).point([1, 1]), [[-1], [2]])
    with pytest.raises(DataError, match="not defined at the input 0"):
        critical_data(Model(A / X + B, [A, B], [X]).point([1, 1]), [[0], [1], [2]])
    constant = Model(A * B * sympy.exp(X), [A], [X], constants=[B])
    for ask in (
        lambda: critical_data(constant.point([1])),
        lambda: enclose_critical_point(constant, [[1]], [1], [1]),
        lambda: least_positive_eigenvalue(constant.point([1]), [[1]], 1),
    ):
        with pytest.raises(DataError, match="unknown constants"):
            ask()


def test_bad_data_are_named() -> None:
    net = two_layer(width=1, inputs=1)
    point = net.point([1, 2])
    with pytest.raises(DataError, match="do not exceed the rank 2"):
        critical_data(point, [[1], [2]])
    with pytest.raises(DataError, match="does not have 1 entries"):
        critical_data(point, [[1, 2], [2, 3], [3, 4]])
    with pytest.raises(DataError, match="do not reach the rank 2"):
        critical_data(point, [[1], [1], [-1]])
    with pytest.raises(DataError, match="give values"):
        critical_data(net.generic())
    with pytest.raises(DataError, match="no value for alpha"):
        transfer(splitting(net), critical_data(point))
    wrong = null(two_layer(width=1, inputs=1, bias=True), alpha=1)
    with pytest.raises(NotCriticalError):
        transfer(wrong, critical_data(wrong.source.point([1, 1, 1])))


def test_a_point_with_another_function_is_refused() -> None:
    """At (3, 7) the residual is another one: there the Hessian of this loss has a negative
    eigenvalue.
    """
    u, v, x = sympy.symbols("u v x")
    model = Model(u * v * x, [u, v], [x])
    data = critical_data(model.point({u: 1, v: 2}), [[1], [2]])
    assert numbers(inertia(data, model.point({u: -1, v: -2}))) == (1, 1, 0)
    with pytest.raises(DataError, match="another function"):
        inertia(data, model.point({u: 3, v: 7}))
