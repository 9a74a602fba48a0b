r"""Deep networks in their own architecture: permutations of units and changes of sign, and nothing
else.

If no unit of a deep tanh network is constant or idle, and no two units of a layer have inputs equal
up to sign, every network with the same function reduces to it up to permutations and signs (Vlacic
and Boelcskei). One of the same widths then has no unit to lose.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from rankstrat.activation.law import sign_theorem
from rankstrat.families._shared.narrow_networks import Network
from rankstrat.model.model import Chart, Model
from rankstrat.targets import (
    CONSTANT,
    AffineSubspace,
    Branch,
    BranchList,
    Candidate,
    Closure,
    RankBounds,
)

MOST_LISTED = 400
Change = tuple[tuple[int, ...], tuple[int, ...]]
"""Of one layer: which unit stands where, and its sign."""


def is_irreducible(network: Network) -> bool:
    """Whether no unit is constant, idle, or a copy of another up to sign; no output constant."""
    for number, (w, b) in enumerate(zip(network.weights, network.biases, strict=True)):
        if not all(row.any() for row in w):
            return False
        if number + 1 == len(network.weights):
            continue
        if not all(column.any() for column in network.weights[number + 1].T):
            return False
        seen = set()
        for row, shift in zip(w.tolist(), b.tolist(), strict=True):
            key = tuple(map(Fraction, (*row, shift)))
            seen |= {key, tuple(-v for v in key)}
        if len(seen) < 2 * len(w):
            return False
    return True


def irreducible_branches(
    structure: Any, model: Model, given: Network, forced: Chart
) -> BranchList | None:
    """The whole target set of an irreducible network of the model's widths; None if the theorem
    does not reach it.
    """
    theorem = sign_theorem(structure.activation)
    if theorem is None or given.widths != tuple(structure.widths) or not is_irreducible(given):
        return None
    hidden = given.widths[1:-1]
    total = math.prod(math.factorial(m) * 2**m for m in hidden)
    result: list[Branch] = []
    for changes in itertools.product(*(_changes(m) for m in hidden)):
        branch = _branch(structure, model, given, changes, forced)
        if total > MOST_LISTED:
            result = [replace(branch, copies=total)]
            break
        result.append(replace(branch, representative=result[0]) if result else branch)
    return BranchList(
        tuple(result),
        True,
        f"an irreducible network is determined up to permutations and signs: {theorem}",
    )


def _changes(units: int) -> Iterator[Change]:
    """Permutations with signs, the identity first."""
    for order in itertools.permutations(range(units)):
        for signs in itertools.product((1, -1), repeat=units):
            yield order, signs


def _branch(
    structure: Any, model: Model, given: Network, changes: Sequence[Change], forced: Chart
) -> Branch:
    inputs, outputs = given.widths[0], given.widths[-1]
    whole = [(tuple(range(inputs)), (1,) * inputs), *changes]
    whole.append((tuple(range(outputs)), (1,) * outputs))
    values = list[Fraction]()
    for number, w in enumerate(given.weights):
        (before, left), (after, right) = whole[number], whole[number + 1]
        values += [
            right[i] * left[j] * w[after[i], before[j]]
            for i in range(w.shape[0])
            for j in range(w.shape[1])
        ]
        if f"b{number + 1}" in structure.blocks:
            values += [right[i] * given.biases[number][after[i]] for i in range(w.shape[0])]
    point = model.point(values)
    rows = [{i: Fraction(1), CONSTANT: -Fraction(v)} for i, v in enumerate(values)]
    place = AffineSubspace.solve(model.size, rows)
    assert place is not None
    equations = tuple(p - v for p, v in point.values.items())
    return Branch(
        label=_label(changes),
        chart=point,
        closure=Closure(equations, affine=place),
        dimension=0,
        bounds=RankBounds(
            candidates=partial(_one_point, point),
            exhaustive="the branch is a single point",
            everywhere=forced,
        ),
    )


def _one_point(point: Chart) -> Iterator[Candidate]:
    yield Candidate(point)


def _label(changes: Sequence[Change]) -> str:
    """The units that stand in each place, counted from 1, with their signs; layers are parted by
    bars.
    """
    return " | ".join(
        ",".join(f"{'-' if s < 0 else ''}{k + 1}" for k, s in zip(order, signs, strict=True))
        for order, signs in changes
    )


__all__ = ["irreducible_branches", "is_irreducible"]
