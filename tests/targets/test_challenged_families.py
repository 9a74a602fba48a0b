"""Every family at three sizes against solutions that were found without its lists."""

from __future__ import annotations

import pytest
from sizes_of_families import SIZES

import rankstrat as rs
from rankstrat.errors import TargetError
from rankstrat.targets.challenge import objections, witnesses


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
@pytest.mark.parametrize(
    ("name", "size"), [(name, k) for name, models in SIZES.items() for k in range(len(models))]
)
def test_no_solution_is_missing(name, size):
    assert sum(challenged(SIZES[name][size], seed, 100_000) for seed in range(3)) > 0
