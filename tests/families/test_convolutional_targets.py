"""Optimistic sample sizes of convolutional targets: the closed forms for tied weights, shifted
kernels, and bad targets.
"""

from __future__ import annotations

import itertools
import random

import numpy as np
import oracles
import pytest
import sympy

from rankstrat import Verdict, model_rank
from rankstrat.errors import TargetError
from rankstrat.families import convolutional, two_layer
from rankstrat.targets import optimistic_sample_size, target_set

ONE = {"a": [[1, 2, 0], [3, 0, 1]], "K": [[1, 2, 3], [2, -1, 1]]}
IMAGE = {"a": [[[1, 2], [0, 3]], [[0, 1], [0, 5]]], "K": [[[1, 2], [3, 1]], [[2, -1], [1, 4]]]}
CASES = {
    "d=5, s=3, k=2, two zeros": (convolutional(2, 5, 3).point(**ONE), 1, 5, 3, (12, 16, 24)),
    "with biases": (
        convolutional(2, 5, 3, bias=True).point(**ONE, b=[1, 2]),
        1,
        5,
        3,
        (14, 20, 28),
    ),
    "images, d=3, s=2, k=2, three zeros": (
        convolutional(2, 3, 2, 2).point(**IMAGE),
        2,
        3,
        2,
        (16, 25, 50),
    ),
}


def certain(size):
    return (size.attained, size.minimal) == (Verdict.PROVED, Verdict.PROVED)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "case", [pytest.param(c, marks=pytest.mark.slow) if "three zeros" in c else c for c in CASES]
)
@pytest.mark.parametrize("extra", [0, 1])
def test_table_of_the_specification(case, extra):
    target, dimension, size, kernel, expected = CASES[case]
    bias = target.model.structure.bias
    places = (size + 1 - kernel) ** dimension
    models = [
        convolutional(2 + extra, size, kernel, dimension, bias=bias),
        convolutional(2 + extra, size, kernel, dimension, sharing=False, bias=bias),
        two_layer((2 + extra) * places, size**dimension, bias=bias),
    ]
    for model, value in zip(models, expected, strict=True):
        q = target_set(model, target)
        least = optimistic_sample_size(q)
        assert least.value == value and certain(least)
        assert model_rank(least.minimiser).value == value
        assert q.branches[0].contains(least.minimiser)


def test_shifted_kernels_cost_less():
    target = convolutional(2, 3, 2).point(a=[[1, 2], [3, 5]], K=[[1, 0], [0, 1]])
    shared = (convolutional(2, 3, 2), 7), (convolutional(3, 3, 2), 7)  # not k(S + J) = 8
    for model, value in (
        *shared,
        (convolutional(2, 3, 2, sharing=False), 9),
        (two_layer(4, 3), 12),
    ):
        least = optimistic_sample_size(target_set(model, target))
        assert least.value == value and certain(least)


def test_more_shifted_kernels():
    wide = convolutional(2, 4, 2).point(a=[[1, 2, 4], [3, 5, 7]], K=[[1, 0], [0, 1]])
    assert optimistic_sample_size(target_set(wide.model, wide)).value == 8  # not 10
    image = convolutional(2, 3, 2, 2)
    places = [[[1, 2], [3, 4]], [[5, 6], [7, 9]]]
    target = image.point(a=places, K=[[[1, 0], [0, 0]], [[0, 1], [0, 0]]])
    assert optimistic_sample_size(target_set(image, target)).value == 14  # not 16


def solutions(kernels, size, kernel_size, biases, target, rng):
    """Output weights (kernel, place) with which these kernels give the target {class: coefficient};
    [] if none do.
    """
    places = oracles.windows(size, kernel_size)
    columns, dead = {}, []
    for index, kernel in enumerate(kernels):
        for p, window in enumerate(places):
            u = (*oracles.padded(kernel, window, size), *biases[index : index + 1])
            sign = next((1 if v > 0 else -1 for v in u[:size] if v), 0)
            if not sign:  # a kernel that is zero: a constant, which must cancel
                dead.append((index, p))
            else:
                columns.setdefault(tuple(sign * v for v in u), []).append((index, p, sign))
    if not columns.keys() >= target.keys():
        return []
    found = []
    for trial in range(6):
        a = [[0] * len(places) for _ in kernels]
        for key, members in columns.items():
            rest = target.get(key, 0)
            last = rng.randrange(len(members))
            for number, (index, p, sign) in enumerate(members):
                if number != last:
                    a[index][p] = rng.choice((0, 0, rest * sign, 1, -1)) if trial else 0
                    rest -= sign * a[index][p]
            index, p, sign = members[last]
            a[index][p] = sign * rest
        for index, p in dead:
            a[index][p] = 0 if biases else rng.choice((0, 0, 1)) if trial else 0
        found.append(a)
    return found


def check_least_rank_of_shared_kernels(size, kernel_size, count, bias, seed):
    """No point with kernels in {-1, 0, 1} that gives the target has a lower rank than the proved
    one.
    """
    rng = random.Random(seed)
    model = convolutional(count, size, kernel_size, bias=bias)
    every = list(itertools.product((-1, 0, 1), repeat=kernel_size))
    lines = [v for v in every if next((x for x in v if x), 1) > 0]
    for _ in range(12):
        own = [rng.choice(every) for _ in range(count)]
        a = [[rng.choice((0, 1, 1, 2)) for _ in range(size + 1 - kernel_size)] for _ in own]
        shifts = [rng.choice((0, 1)) for _ in own] if bias else []
        if any(not any(kernel) and b for kernel, b in zip(own, shifts)):
            continue  # a constant, which needs an output bias
        point = model.point(a=a, K=own, **({"b": shifts} if bias else {}))
        least = optimistic_sample_size(target_set(model, point))
        arrays = least.minimiser.arrays
        again = oracles.rank_cnn(
            arrays["K"].tolist(),
            arrays["a"].tolist(),
            size,
            kernel_size,
            biases=arrays["b"].tolist() if bias else None,
        )
        assert again == least.upper
        target = {}
        for kernel, row, b in zip(own, a, shifts or [0] * count):
            for value, window in zip(row, oracles.windows(size, kernel_size)):
                u = (*oracles.padded(kernel, window, size), *([b] if bias else []))
                sign = next((1 if v > 0 else -1 for v in u[:size] if v), 0)
                if sign:
                    key = tuple(sign * v for v in u)
                    target[key] = target.get(key, 0) + sign * value
        target = {key: value for key, value in target.items() if value}
        tails = [-1, 0, 1] if bias else [None]
        lowest = None
        for kernels in itertools.combinations_with_replacement(
            itertools.product(lines, tails), count
        ):
            tail = [b for _, b in kernels] if bias else []
            for weights in solutions([k for k, _ in kernels], size, kernel_size, tail, target, rng):
                rank = oracles.rank_cnn(
                    [k for k, _ in kernels], weights, size, kernel_size, biases=tail or None
                )
                lowest = rank if lowest is None else min(lowest, rank)
        assert least.lower <= lowest
        assert not certain(least) or lowest == least.value


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("size", "kernel_size", "count", "bias"), [(3, 2, 2, False), (4, 2, 2, False)]
)
def test_no_choice_of_shared_kernels_is_lower(size, kernel_size, count, bias):
    check_least_rank_of_shared_kernels(size, kernel_size, count, bias, seed=size)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("size", "kernel_size", "count", "bias"),
    [
        (3, 2, 3, False),
        (4, 2, 3, False),
        (4, 3, 2, False),
        (5, 3, 2, False),
        (5, 2, 2, False),
        (3, 2, 2, True),
    ],
)
def test_no_choice_of_shared_kernels_is_lower_everywhere(size, kernel_size, count, bias, seed):
    check_least_rank_of_shared_kernels(size, kernel_size, count, bias, seed)


def test_silent_kernels_are_free():
    q = target_set(convolutional(3, 5, 3), CASES["d=5, s=3, k=2, two zeros"][0])
    (branch,) = q.branches
    assert (
        branch.dimension == 3 and branch.rank == 15 and not q.complete
    )  # its translates are there, with a = 0


NUMPY = {"tanh": np.tanh, "ztanh": lambda z: z * np.tanh(z)}


def outputs(structure, arrays, inputs):
    """The network in floats, written again."""
    sigma, total = NUMPY[structure.activation.name], np.zeros(len(inputs))
    places = oracles.windows(structure.size, structure.kernel_size)
    for kernel, place in itertools.product(range(structure.kernels), range(len(places))):
        own = arrays["K"][kernel] if structure.sharing else arrays["K"][kernel][place]
        z = sum(inputs[:, t] * own[entry] for t, entry in places[place])
        total = total + arrays["a"][kernel][place] * sigma(z)
    return total


def check_branches(kernels, size, sharing, activation, trials, output_bias=False):
    rng = np.random.default_rng([kernels, size, sharing])
    model = convolutional(
        kernels, size, 2, sharing=sharing, activation=activation, output_bias=output_bias
    )
    structure, xs = model.structure, rng.normal(size=(15, size))
    target = convolutional(1, size, 2, activation=activation).point(
        a=[[2, 1, 1][: size - 1]], K=[[0, 1]]
    )
    q = target_set(model, target)
    assert q.complete
    star = outputs(
        target.model.structure, {k: v.astype(float) for k, v in target.arrays.items()}, xs
    )
    hits = 0
    for _ in range(trials):
        K = rng.choice([-1, 0, 0, 1], model.blocks["K"])
        if rng.integers(2):  # the target's kernel, or its mirror image
            K[0] = rng.choice([-1, 1]) * np.array([0, 1])
        choices = np.array(
            list(itertools.product((-1, 0, 1, 2), repeat=int(np.prod(model.blocks["a"]))))
        )
        some = choices[rng.choice(len(choices), min(400, len(choices)), replace=False)]
        gap = np.array(
            [
                abs(
                    outputs(structure, {"a": a.reshape(model.blocks["a"]), "K": K}, xs) - star
                ).max()
                for a in some
            ]
        )
        for a, solves in [
            *((a, True) for a in some[gap < 1e-9][:4]),
            *((a, False) for a in some[gap > 1e-3][:1]),
        ]:
            blocks = {"a": a.reshape(model.blocks["a"]).tolist(), "K": K.tolist()}
            assert (
                bool(q.branches_of(model.point(**blocks, **({"c": 0} if output_bias else {}))))
                == solves
            ), blocks
            hits += solves
    assert hits >= 2
    for b in q.branches[:: 1 + len(q.branches) // 60]:
        sample = b.sample(seed=3, size=9999)
        assert [c.label for c in q.branches_of(sample)] == [b.label]
        arrays = {key: v.astype(float) for key, v in sample.arrays.items()}
        assert outputs(structure, arrays, xs) == pytest.approx(star, abs=1e-5)
        jacobian = sympy.Matrix(b.equations).jacobian(model.parameters)
        assert jacobian.rank() == b.codimension
    return q


def test_branches_of_small_networks():
    assert (
        len(check_branches(1, 3, True, "tanh", 40).branches) == 2
    )  # only the kernels (0, 1) and (0, -1)
    check_branches(2, 3, True, "tanh", 40)
    check_branches(1, 3, False, "ztanh", 40)


@pytest.mark.slow
@pytest.mark.parametrize("activation", NUMPY)
@pytest.mark.parametrize(("kernels", "size"), [(1, 3), (2, 3), (1, 4), (2, 4), (3, 3)])
@pytest.mark.parametrize("sharing", [True, False])
def test_branches_of_small_networks_everywhere(kernels, size, sharing, activation):
    if sharing or kernels * (size - 1) < 6:
        check_branches(kernels, size, sharing, activation, 150)
        check_branches(kernels, size, sharing, activation, 50, output_bias=True)


@pytest.mark.parametrize(
    ("model", "target", "message"),
    [
        (
            convolutional(1, 3, 2),
            sympy.tanh(sympy.Symbol("x1") + sympy.Symbol("x3")),
            "do not fit the windows",
        ),
        (
            convolutional(1, 3, 2),
            two_layer(2, 3).point([1, 1, 1, 2, 0, 2, 1, 0]),
            "do not fit the windows",
        ),
        (
            convolutional(1, 3, 2),
            two_layer(1, 3, output_bias=True).point([1, 1, 2, 0, 5]),
            "output_bias=True",
        ),
    ],
)
def test_malformed_targets(model, target, message):
    with pytest.raises(TargetError, match=message):
        target_set(model, target)


def test_a_point_of_the_model_is_in_its_function_space_however_many_places_its_neurons_fit():
    """18 neurons with up to three places each: trying the places in order would not find the three
    kernels.
    """
    network = convolutional(kernels=3, size=8, kernel_size=3, dimension=1)
    target = network.point(a=[[1] * 6] * 3, K=[[1, 0, 0], [0, 2, 0], [0, 0, 3]])
    q = target_set(network, target)
    found = q.branches[0].sample()
    assert set(found.arrays["K"].sum(axis=1)) == {1, 2, 3}
    assert optimistic_sample_size(q).upper <= int(model_rank(target))


def test_a_constant_of_vanishing_kernels_is_not_called_impossible():
    network = convolutional(kernels=1, size=2, kernel_size=2, dimension=1, bias=True)
    point = network.point(a=[[1]], K=[[0, 0]], b=[1])
    q = target_set(network, point)
    assert not q.complete and q.branches_of(point)
