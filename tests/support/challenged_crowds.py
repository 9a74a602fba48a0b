r"""What lists of branches say of grids of points, model by model: one solution missing from a
complete list, or of lower rank than a bound allows, refutes it.

``python tests/support/challenged_crowds.py [NAME ...]`` prints the figures of docs/targets.md.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

from sizes_of_families import ACTIVATIONS, SIZES

import rankstrat as rs
from rankstrat.errors import RankstratError
from rankstrat.targets.challenge import Equation
from rankstrat.targets.challenge.crowds import crowds, grid, least_ranks, some, strangers

VALUES = (0, 1, -1, 2, -2, 3, -3, 4, -4, 6, -6, 12, -12)
LEAST_VALUES, MOST_ASKED = 5, 40


def values(size, most):
    """As many small values as a full grid allows, at least five."""
    count = len(VALUES)
    while count > LEAST_VALUES and count**size > most:
        count -= 2
    return VALUES[:count]


def challenge(model, most, count, seed=0, seconds=float("inf")):
    """The number of solutions by what was challenged: the completeness of a list, or a bound of its
    ranks alone; crowds without any list are counted as refused.

    Raises:
        AssertionError: a claim is refuted.
    """
    tried: Counter[str] = Counter()
    points = grid(model.size, values(model.size, most), most, seed)
    groups = crowds(model, points, seed=seed)
    start = time.process_time()
    for group in some(groups, count, seed):
        if time.process_time() - start > seconds:
            break
        target = model.point(group[seed % len(group)].tolist())
        try:
            found = rs.target_set(model, target, seed=seed, budget=20)
        except RankstratError:
            tried["refused"] += len(group)
            continue
        equation = Equation(model, found.target, seed)
        group = group[equation.solved(group.astype(float))]
        tried["targets"] += 1
        tried["bounds"] += _bounded(model, found, equation, group)
        if found.complete:
            tried["complete"] += _listed(model, found, equation, group)
    return tried


def _bounded(model, found, equation, group):
    """No solution has a lower rank than the optimistic sample size allows."""
    low = rs.optimistic_sample_size(found, budget=20).lower
    ranks = least_ranks(equation, group)
    for row in group[ranks < low][:MOST_ASKED]:
        point = model.point(row.tolist())
        if equation.holds(point):
            rank = rs.model_rank(point).upper
            assert rank >= low, f"{point} has rank {rank}, not {low} or more: {found}"
    return len(group)


def _listed(model, found, equation, group):
    """No solution is missing; lists by orbits are asked point by point."""
    if found.by_orbits:
        group = group[:MOST_ASKED]
        for row in group:
            point = model.point(row.tolist())
            assert found.branch_of(point) is not None or equation.holds(point) is not True, point
        return len(group)
    outside = strangers(found.branches, group)
    for row in outside:
        point = model.point(row.tolist())
        assert equation.holds(point) is not True, f"{point} is missing: {found}"
    return len(group) - len(outside)


def main(names):
    """One line for each family and activation."""
    total: Counter[str] = Counter()
    print("| family | models | targets | solutions of complete lists | solutions, ranks bounded |")
    print("|---|---|---|---|---|", flush=True)
    for name, models in (SIZES | ACTIVATIONS).items():
        if names and name not in names:
            continue
        start, found = time.process_time(), Counter()
        for model in models:
            try:
                one = challenge(model, 100_000, 500, seconds=4)
            except AssertionError as error:
                print(f"REFUTED: {error}", file=sys.stderr, flush=True)
                continue
            print(f"    {model}: {dict(one)}", file=sys.stderr, flush=True)
            found += one
        total += found
        print(
            f"| {name} | {len(models)} | {found['targets']} | {found['complete']} |"
            f" {found['bounds']} | {found['refused']} {time.process_time() - start:.0f} s",
            flush=True,
        )
    print(dict(total))


if __name__ == "__main__":
    main(sys.argv[1:])
