"""The oracles agree with each other: closed formula, exact coordinates, and digits.

By default a small sample runs; `pytest -m slow` runs every formula on hundreds of degenerate
points.
"""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import oracles
import pytest

SAMPLE, MANY = 10, 250

NO_BIAS = {
    "tanh": oracles.rank_odd,
    "arctan": oracles.rank_odd,
    "erf": oracles.rank_odd,
    "sin": oracles.rank_odd,
    "z^2 tanh z": oracles.rank_odd_flat,
    "z tanh z": lambda a, w: oracles.rank_even(a, w, value_at_zero=False),
    "cosh": lambda a, w: oracles.rank_even(a, w, value_at_zero=True),
    "exp": oracles.rank_generic,
    "tanh(z+1/2)": oracles.rank_generic,
    "sigmoid": oracles.rank_sigmoid,
    "softplus": lambda a, w: oracles.coordinate_rank(a, w, oracles.SIGMAS["softplus"]),
    "swish": lambda a, w: oracles.coordinate_rank(a, w, oracles.SIGMAS["swish"]),
    "gelu": lambda a, w: oracles.coordinate_rank(a, w, oracles.SIGMAS["gelu"]),
}

WITH_BIAS = {
    "tanh": oracles.rank_tanh_bias,
    "sigmoid": oracles.rank_sigmoid_bias,
    "z tanh z": oracles.rank_z_tanh_bias,
    "exp": oracles.rank_exp_bias,
    "swish": lambda a, w, b, **k: oracles.coordinate_rank(a, w, oracles.SIGMAS["swish"], b, **k),
    "softplus": lambda a, w, b, **k: oracles.coordinate_rank(
        a, w, oracles.SIGMAS["softplus"], b, **k
    ),
}


def degenerate(
    source: random.Random, width: int, dimension: int
) -> tuple[list[int], list[list[int]], list[int]]:
    """Small weights full of coincidences: zeros, equal neurons, opposite neurons, dead outputs."""
    a, w, b = [], [], []
    for _ in range(width):
        row = [source.choice([-2, -1, 0, 0, 1, 2]) for _ in range(dimension)]
        shift = source.choice([-1, 0, 0, 1])
        mode = source.random()
        if w and mode < 0.45:
            other = source.randrange(len(w))
            sign = source.choice([1, -1])
            row = [sign * c for c in w[other]]
            if source.random() < 0.6:
                shift = sign * b[other]
        elif mode < 0.6:
            row = [0] * dimension
        a.append(source.choice([0, 0, 1, -1, 2]))
        w.append(row)
        b.append(shift)
    return a, w, b


def cases(label: str, count: int):
    source = random.Random(label)
    for _ in range(count):
        width, dimension = source.choice(
            [(1, 1), (2, 1), (3, 1), (4, 1), (2, 2), (3, 2), (4, 2), (3, 3)]
        )
        yield width, dimension, *degenerate(source, width, dimension)


def flat(a, w, b=(), c=()) -> list:
    return [*a, *itertools.chain.from_iterable(w), *b, *c]


def check_no_bias(activation: str, count: int) -> None:
    for width, dimension, a, w, _ in cases(f"no bias {activation}", count):
        number = oracles.independent_rank(
            oracles.two_layer(activation, width, dimension), flat(a, w), dimension
        )
        assert NO_BIAS[activation](a, w) == number, (activation, a, w)
        if activation in oracles.SIGMAS:
            assert oracles.coordinate_rank(a, w, oracles.SIGMAS[activation]) == number, (
                activation,
                a,
                w,
            )


def check_with_bias(activation: str, count: int) -> None:
    for index, (width, dimension, a, w, b) in enumerate(cases(f"bias {activation}", count)):
        out = index % 3 == 0
        f = oracles.two_layer(activation, width, dimension, bias=True, output_bias=out)
        number = oracles.independent_rank(f, flat(a, w, b, [1] if out else []), dimension)
        assert WITH_BIAS[activation](a, w, b, output_bias=out) == number, (activation, a, w, b, out)
        if activation in oracles.SIGMAS and activation != "exp":
            exact = oracles.coordinate_rank(a, w, oracles.SIGMAS[activation], b, output_bias=out)
            assert exact == number, (activation, a, w, b, out)


@pytest.mark.parametrize("activation", NO_BIAS)
def test_two_layer_without_bias(activation):
    check_no_bias(activation, SAMPLE)


@pytest.mark.slow
@pytest.mark.parametrize("activation", NO_BIAS)
def test_two_layer_without_bias_at_length(activation):
    check_no_bias(activation, MANY)


@pytest.mark.parametrize("activation", WITH_BIAS)
def test_two_layer_with_bias(activation):
    check_with_bias(activation, SAMPLE)


@pytest.mark.slow
@pytest.mark.parametrize("activation", WITH_BIAS)
def test_two_layer_with_bias_at_length(activation):
    check_with_bias(activation, MANY)


def monomial(width: int, dimension: int, degree: int, bias: bool):
    def f(theta, x):
        total = 0
        for i in range(width):
            z = sum(theta[width + i * dimension + t] * x[t] for t in range(dimension))
            total += theta[i] * (z + (theta[width * (1 + dimension) + i] if bias else 0)) ** degree
        return total

    return f


def check_monomials(count: int) -> None:
    for degree, bias in itertools.product((2, 3, 4), (False, True)):
        for width, dimension, a, w, b in cases(f"monomial {degree} {bias}", count):
            theta = flat(a, w, b if bias else ())
            number = oracles.independent_rank(
                monomial(width, dimension, degree, bias), theta, dimension
            )
            assert oracles.rank_monomial(a, w, degree, b if bias else None) == number, (
                degree,
                a,
                w,
                b,
                bias,
            )


def test_monomial_activations():
    check_monomials(4)


@pytest.mark.slow
def test_monomial_activations_at_length():
    check_monomials(100)


def check_relu(count: int, points: int) -> None:
    for index, (_, _, a, w, b) in enumerate(cases("relu", count)):
        shift = b if index % 2 else None
        number = oracles.piecewise_linear_rank(a, w, shift, Fraction(0), points=points)
        assert oracles.rank_relu(a, w, shift) == number, (a, w, shift)
        assert oracles.rank_leaky_relu(a, w, Fraction(0), shift) == number, (a, w, shift)
        for slope in (Fraction(1, 10), Fraction(-1)):
            number = oracles.piecewise_linear_rank(a, w, shift, slope, points=points)
            assert oracles.rank_leaky_relu(a, w, slope, shift) == number, (a, w, shift, slope)


def test_relu():
    check_relu(8, 300)


@pytest.mark.slow
def test_relu_at_length():
    check_relu(400, 600)


def random_kernels(source: random.Random, kernels: int, entries: int) -> list[list[int]]:
    chosen: list[list[int]] = []
    for _ in range(kernels):
        mode = source.random()
        if chosen and mode < 0.35:
            sign = source.choice([1, -1])
            chosen.append([sign * c for c in source.choice(chosen)])
        elif chosen and mode < 0.6:
            other = source.choice(chosen)
            chosen.append([*other[1:], 0] if source.random() < 0.5 else [0, *other[:-1]])
        else:
            chosen.append([source.choice([-1, 0, 0, 1, 2]) for _ in range(entries)])
    return chosen


def shift_free(kernels, a, size, kernel_size, dimension) -> bool:
    """The hypotheses of the point formula m_a S + m_K J."""
    seen: dict = {}
    for index, kernel in enumerate(kernels):
        if not any(kernel):
            if any(a[index]):
                return False
            continue
        key = max(tuple(kernel), tuple(-c for c in kernel))
        for place, window in enumerate(oracles.windows(size, kernel_size, dimension)):
            u = oracles.padded(kernel, window, size**dimension)
            u = max(u, tuple(-c for c in u))
            if seen.setdefault(u, (key, place)) != (key, place):
                return False
    return True


def check_convolutions(count: int) -> None:
    source = random.Random("convolutions")
    for index in range(count):
        size, kernel_size, dimension = source.choice(
            [(3, 2, 1), (4, 2, 1), (4, 3, 1), (5, 3, 1), (3, 2, 2)]
        )
        kernels = source.choice([1, 2, 3]) if dimension == 1 else 2
        k = random_kernels(source, kernels, kernel_size**dimension)
        places, inputs = (size + 1 - kernel_size) ** dimension, size**dimension
        a = [[source.choice([0, 1, -1, 2]) for _ in range(places)] for _ in k]
        bias = [source.choice([0, 1]) for _ in k] if index % 3 == 0 else None
        activation = source.choice(["tanh", "tanh", "z tanh z", "swish", "sigmoid"])
        f = oracles.convolution(
            activation, kernels, size, kernel_size, dimension, bias=bias is not None
        )
        theta = list(itertools.chain.from_iterable(a))
        for position, kernel in enumerate(k):
            theta += kernel + ([bias[position]] if bias else [])
        number = oracles.independent_rank(f, theta, inputs)
        exact = oracles.rank_cnn(k, a, size, kernel_size, dimension, bias, activation=activation)
        assert exact == number, (activation, k, a, size, kernel_size, dimension, bias)
        if activation == "tanh" and bias is None and shift_free(k, a, size, kernel_size, dimension):
            assert oracles.rank_cnn_formula(k, a, size, kernel_size, dimension) == number, (k, a)


def test_convolutions():
    check_convolutions(10)


@pytest.mark.slow
def test_convolutions_at_length():
    check_convolutions(300)


def check_unshared(count: int) -> None:
    source = random.Random("unshared")
    for _ in range(count):
        size, kernel_size = source.choice([(3, 2), (4, 2), (4, 3)])
        places, kernels = oracles.windows(size, kernel_size), source.choice([1, 2])
        k = [
            [source.choice([(0, 0), (1, 0), (0, 1), (1, 1), (-1, 0)]) for _ in places]
            for _ in range(kernels)
        ]
        if kernel_size == 3:
            k = [[(*kernel, source.choice([0, 0, 1])) for kernel in row] for row in k]
        a = [[source.choice([0, 1, -1, 2]) for _ in places] for _ in k]

        def f(theta, x, places=places, kernels=kernels, kernel_size=kernel_size):
            total, units = 0, kernels * len(places)
            for unit in range(units):
                window = places[unit % len(places)]
                z = sum(theta[units + unit * kernel_size + entry] * x[t] for t, entry in window)
                total += theta[unit] * oracles.ACTIVATIONS["tanh"](z)
            return total

        theta = [out for row in a for out in row] + [
            c for row in k for kernel in row for c in kernel
        ]
        number = oracles.independent_rank(f, theta, size)
        assert oracles.rank_cnn_unshared(k, a, size, kernel_size) == number, (k, a)


def test_convolutions_without_sharing():
    check_unshared(6)


@pytest.mark.slow
def test_convolutions_without_sharing_at_length():
    check_unshared(250)


def low_rank(source: random.Random, rows: int, columns: int) -> list[list[int]]:
    rank = source.randint(0, min(rows, columns))
    left = [[source.randint(-2, 2) for _ in range(rank)] for _ in range(rows)]
    right = [[source.randint(-2, 2) for _ in range(columns)] for _ in range(rank)]
    return oracles.matrix_product(left, right) if rank else [[0] * columns for _ in range(rows)]


def check_factorizations(count: int) -> None:
    source = random.Random("factorizations")
    for index in range(count):
        depth = 2 if index % 2 else source.choice([1, 3, 4])
        dims = [source.randint(1, 4) for _ in range(depth + 1)]
        factors = [low_rank(source, dims[i + 1], dims[i]) for i in range(depth)]

        def product(theta, dims=dims, depth=depth):
            total, start = None, 0
            for i in range(depth):
                matrix = [theta[start + r * dims[i] :][: dims[i]] for r in range(dims[i + 1])]
                start += dims[i] * dims[i + 1]
                total = matrix if total is None else oracles.matrix_product(matrix, total)
            return [c for row in total for c in row]

        theta = [c for matrix in factors for row in matrix for c in row]
        exact = oracles.multilinear_jacobian_rank(product, theta)
        assert oracles.rank_deep_matrix_factorization(factors) == exact, factors
        if depth == 2:
            ranks = [oracles.exact_rank(factor) for factor in factors]
            assert (
                oracles.rank_matrix_factorization(dims[2], dims[0], ranks[1], ranks[0]) == exact
            ), factors


def test_matrix_factorization():
    check_factorizations(40)


@pytest.mark.slow
def test_matrix_factorization_at_length():
    check_factorizations(1000)


def test_diagonal_models():
    for a in itertools.product((0, 1, -2), repeat=2):
        for b in itertools.product((0, 1), repeat=2):

            def quadratic(theta):
                return [theta[j] ** 2 - theta[2 + j] ** 2 for j in range(2)]

            assert oracles.rank_diagonal(a, b) == oracles.multilinear_jacobian_rank(
                quadratic, [*a, *b]
            )
    for depth in (2, 3):
        for theta in itertools.product((0, 1, 2), repeat=2 * depth):

            def deep(values, depth=depth):
                total = [1, 1]
                for layer in range(depth):
                    total = [total[j] * values[2 * layer + j] for j in range(2)]
                return total

            layers = [theta[2 * layer : 2 * layer + 2] for layer in range(depth)]
            assert oracles.rank_deep_diagonal(layers) == oracles.multilinear_jacobian_rank(
                deep, theta
            )


def test_values_of_the_theory():
    """Numbers that the papers or their corrections print."""
    pairs = {  # neurons (a_i, w_i), one input, tanh
        ((1, 1), (2, 3)): 4,
        ((1, 1), (2, -1)): 2,
        ((1, 1), (2, 0)): 3,
        ((1, 1), (0, 0)): 2,
        ((0, 1), (0, 3)): 2,
        ((1, 0), (0, 0)): 1,
        ((0, 0),): 0,
    }
    for neurons, rank in pairs.items():
        assert oracles.rank_odd([a for a, _ in neurons], [w for _, w in neurons]) == rank, neurons
    bias = oracles.rank_tanh_bias
    assert bias([1, 2], [(1, 0), (1, 1)], [0, 3]) == 8
    assert bias([1, 2, 1], [(1, 0), (1, 1), (0, 0)], [0, 3, 1]) == 11
    assert bias([1], [(0, 0)], [1]) == 3
    assert bias([1, 2], [(1, 0), (1, 1)], [0, 3], output_bias=True) == 9
    assert oracles.rank_sigmoid([0], [(0, 0)]) == 1
    assert oracles.rank_sigmoid([1, 1], [(1, 2), (-1, -2)]) == 4
    swish = oracles.SIGMAS["swish"]
    assert oracles.coordinate_rank([1, 1], [(1, 2), (-1, -2)], swish) == 5
    assert oracles.coordinate_rank([1, 1, 1, 1], [(1, 2), (-1, -2), (3, 1), (-3, -1)], swish) == 8
    three = [(1, 2), (1, 2), (2, -1)], [1, 2, 1]
    assert oracles.rank_exp_bias([1, 1, 1], *three) == 6
    assert bias([1, 1, 1], *three) == 12
    assert oracles.rank_relu([1, 1, 1], [(1, 0), (0, 1), (1, 1)]) == 6
    assert oracles.rank_relu([1, 1, 1], [(1, 0), (0, 1), (1, 1)], [1, 2, 5]) == 9
    assert oracles.rank_monomial([1, 1], [(1, 0, 0), (0, 1, 0)], 2) == 5
    assert oracles.rank_monomial([1, 1, 1], [(1, 0, 0), (0, 1, 0), (0, 0, 1)], 2) == 6
    assert [oracles.rank_matrix_factorization(4, 4, r, r) for r in range(5)] == [0, 7, 12, 15, 16]
    assert [oracles.optimistic_matrix_factorization(4, 4, r) for r in range(5)] == [
        0,
        7,
        12,
        15,
        16,
    ]
    assert oracles.optimistic_cnn_table(2, 5, 3, 1, 2) == (12, 16, 24)
    assert oracles.optimistic_cnn_table(2, 3, 2, 2, 3) == (16, 25, 50)
    assert oracles.optimistic_cnn_table(2, 5, 3, 1, 2, bias=True) == (14, 20, 28)
    assert oracles.optimistic_cnn_table(1, 28, 3, 2, 0) == (685, 6760, 530660)
    shifted = [(1, 0), (0, 1)], [(1, 1), (1, 1)]
    assert oracles.rank_cnn(*shifted, 3, 2) == 7
    assert oracles.rank_cnn([(1, 0), (0, 1)], [(1, 1, 1)] * 2, 4, 2) == 8
    assert oracles.rank_cnn([(1, 0, 0, 0), (0, 1, 0, 0)], [(1, 2, 1, 1)] * 2, 3, 2, 2) == 14
    assert oracles.optimistic_unshared_and_full(*shifted, 3, 2) == (9, 12)
    assert oracles.rank_cnn_unshared([[(0, 1, 0), (1, 0, 0), (2, 1, 1)]], [[1, 1, 1]], 5, 3) == 9
