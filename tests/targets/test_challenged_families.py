"""Every family at three sizes against solutions that were found without its lists."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import pytest

import rankstrat as rs
from rankstrat.errors import TargetError
from rankstrat.families import (
    attention,
    convolutional,
    cp_factorization,
    deep_diagonal,
    deep_matrix_factorization,
    diagonal,
    fully_connected,
    linear,
    matrix_factorization,
    two_layer,
)
from rankstrat.targets.challenge import objections, witnesses

SIZES = {
    "attention": [attention(2, 1, 1), attention(3, 1, 1), attention(2, 1, 1, linear=True)],
    "convolutional": [convolutional(1, 3, 2), convolutional(1, 4, 2), convolutional(2, 2, 1)],
    "cp_factorization": [cp_factorization([2, 2], r) for r in (1, 2)]
    + [cp_factorization([2, 2, 2], 1)],
    "deep_diagonal": [deep_diagonal(1, 3), deep_diagonal(2, 2), deep_diagonal(2, 3)],
    "deep_matrix_factorization": [
        deep_matrix_factorization(widths) for widths in ([1, 1, 1], [2, 1, 2], [1, 2, 2, 1])
    ],
    "diagonal": [diagonal(n) for n in (1, 2, 3)],
    "fully_connected": [fully_connected(w, bias=False, output_bias=False) for w in ([1, 1, 1, 1], [1, 2, 1, 1], [1, 2, 1])],
    "linear": [linear(n) for n in (1, 2, 3)],
    "matrix_factorization": [matrix_factorization(*s) for s in ((1, 2, 1), (2, 1, 2), (2, 2, 2))],
    "two_layer": [two_layer(1, 1), two_layer(2, 2), two_layer(3, 1, bias=True)],
    "two_layer exp": [two_layer(m, 1, "exp", bias=True) for m in (1, 2, 3)],
    "two_layer relu": [two_layer(m, 1, "relu") for m in (1, 2, 3)],
}  # fmt: skip


def challenged(model, seed, budget):
    """The number of solutions, none of which refutes the list."""
    point = model.point([(3 * i + seed) % 4 - 1 for i in range(model.size)])
    try:
        q = rs.target_set(model, point, seed=seed)
    except TargetError:
        return 0
    found = witnesses(model, q.target, q.branches, budget=budget, starts=32, seed=seed)
    exact = [o for o in (found.outside,) if o is not None and o.exact]
    assert not (q.complete and exact), exact
    assert not [o for o in objections(model, q.target, q.branches, found, seed=seed) if o.exact]
    return found.count


@pytest.mark.parametrize("name", ["diagonal", "two_layer", "attention"])
def test_no_solution_is_missing_from_a_small_list(name):
    assert challenged(SIZES[name][0], 0, 2_000) > 0


@pytest.mark.slow
@pytest.mark.parametrize("size", range(3))
@pytest.mark.parametrize("name", SIZES)
def test_no_solution_is_missing(name, size):
    assert sum(challenged(SIZES[name][size], seed, 100_000) for seed in range(3)) > 0
