r"""The branches of the target set of a two-layer network with $\sigma(z) = p z + N(z)$, N even:
softplus, ReLU, ...
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from rankstrat.activation.law import Law
from rankstrat.deadline import check
from rankstrat.errors import OutsideError, TargetError
from rankstrat.families._shared.pattern_orbits import few_orbits
from rankstrat.families._shared.patterns import Pattern, Signed, about, count_patterns, patterns
from rankstrat.families.catalogue.two_layer.targets.coupled.carriers import (
    AffineCarrier,
    carrier_everywhere,
    carrier_of,
    floor_everywhere,
    floor_of,
    needs_constant_neuron,
)
from rankstrat.families.catalogue.two_layer.targets.coupled.charts import branch_of, null_branch
from rankstrat.families.catalogue.two_layer.targets.coupled.goals import coupled_target
from rankstrat.families.catalogue.two_layer.targets.coupled.pieces import Coupled, Piece
from rankstrat.families.catalogue.two_layer.targets.coupled.points import candidates
from rankstrat.model.model import Chart, Model
from rankstrat.rank.zero import is_zero
from rankstrat.targets import Branch, BranchList, RankBounds, TargetFunction

MAX_BRANCHES, MAX_ORBITS, LARGEST = 4000, 3000, 10**18
_MANY_SPARE = 7  # as many spare neurons make more branches than that


def coupled_branches(law: Law, structure: Any, model: Model, target: TargetFunction) -> BranchList:
    r"""All branches of a target where blocks are coupled by a linear function.

    Raises:
        TargetError: the target is not in the function space, or is malformed.
    """
    goal = coupled_target(law, model.inputs, structure.bias, target)
    if law.rays and len(goal.linear) + structure.bias == 1 and not goal.weights:
        goal = replace(
            goal, weights=((Fraction(1),),), coefficients=(Fraction(0),)
        )  # there is one line only
    network = Coupled(model, structure, law, goal)
    carrier = _check(network)
    floor = floor_everywhere(network, carrier)
    everything = count_patterns(
        network.width, len(network.target.weights), True, _zero_kinds(network)
    )
    listed = (
        network.width - len(network.target.weights) <= _MANY_SPARE and everything <= MAX_BRANCHES
    )
    pieces: Iterator[tuple[Piece, int]] = ((piece, 1) for piece in _pieces(network))
    if not listed:
        orbits = few_orbits(
            network.width, len(network.target.weights), MAX_ORBITS, signed=True, flips=False
        )
        listed = orbits is not None
        few = ((Piece(network, p), 1) for p in _condensed(network, carrier))
        pieces = few if orbits is None else _orbits(network, orbits)
    found: dict[tuple[Any, ...], Branch] = {}
    result: list[Branch] = []
    for piece, copies in pieces:
        check("the branches were listed")
        branch = branch_of(piece)
        if branch is None:
            continue
        orbit = piece.pattern.orbit(False)
        ranked = replace(_ranked(piece, branch, floor), copies=copies)
        result.append(replace(ranked, representative=found.get(orbit)))
        found.setdefault(orbit, result[-1])
    null = _null(network) if listed else None
    if null is not None:
        result.append(replace(null, bounds=replace(null.bounds, everywhere=floor)))
    if not result:
        raise TargetError(
            f"no branch was found among a few of the patterns of a model of width {network.width};"
            " choose a smaller one"
        )
    result.sort(key=lambda b: (b.index or (0, 0), -b.dimension))
    if not listed:
        return BranchList(
            tuple(result),
            False,
            f"{len(result)} branches are listed, of at most {about(everything)} (one for each"
            " pattern)",
            most=everything if everything < LARGEST else None,
        )
    if not law.tame:
        missing = (
            f"constant neurons w = 0, {structure.activation.name}(b) = 0, b != 0 are left out, if"
            " there are any"
        )
        return BranchList(tuple(result), False, missing)
    how = (
        "kinks along distinct hyperplanes"
        if law.rays
        else f"the independence lemma: {structure.activation.lemma}"
    )
    by_orbits = any(b.copies > 1 for b in result)
    what = "one branch of each orbit under exchanges of neurons; " if by_orbits else ""
    return BranchList(
        tuple(result), True, f"{what}comparison of coefficients modulo affine functions by {how}"
    )


def _check(network: Coupled) -> AffineCarrier:
    target, model = network.target, network.model
    k, m = len(target.weights), network.width
    if k > m:
        raise OutsideError(
            f"the target needs {k} neurons, the model has width {m}; it is not in the function"
            f" space; choose width >= {k}"
        )
    silent = network.law.rays or network.silent
    if needs_constant_neuron(network) and silent:
        raise OutsideError(
            f"no parameters of {model} give the constant {target.constant} of the target; it is not"
            " in the function space; build the model with bias=True or output_bias=True"
        )
    carrier = carrier_everywhere(network)
    if carrier is None:
        form = (
            " + ".join(f"{v} {x}" for v, x in zip(target.linear, model.inputs, strict=True) if v)
            or "0"
        )
        count = sum(map(bool, target.coefficients))
        most = count + 2 + needs_constant_neuron(network)
        widths = (w for w in range(m + 1, most) if _is_enough(network, w))
        wider = f"choose width >= {next(widths, most)}"
        raise OutsideError(
            f"no parameters of {model} give the affine part of the target ({form} +"
            f" {target.constant} beside the even parts of {count} neurons); it is not in the"
            " function space; "
            + (
                wider
                if network.law.slope or not any(target.linear)
                else "choose an activation that is not even"
            )
        )
    return carrier


def _is_enough(network: Coupled, width: int) -> bool:
    return (
        carrier_everywhere(replace(network, structure=replace(network.structure, width=width)))
        is not None
    )


def _zero_kinds(network: Coupled) -> int:
    if network.law.rays and network.bias:
        return 2
    return 1


def _pieces(network: Coupled) -> Iterator[Piece]:
    for pattern in patterns(network.width, len(network.target.weights), True):
        if _zero_kinds(network) == 1:
            yield Piece(network, pattern)
            continue
        for signs in itertools.product((1, -1), repeat=len(pattern.zeros)):
            below = tuple(i for i, sign in zip(pattern.zeros, signs, strict=True) if sign < 0)
            yield Piece(network, replace(pattern, below=below))


def _orbits(network: Coupled, orbits: Iterable[tuple[Pattern, int]]) -> Iterator[tuple[Piece, int]]:
    """One piece for each orbit under exchanges of neurons, and how many it has."""
    for pattern, copies in orbits:
        zeros = pattern.zeros
        if _zero_kinds(network) == 1:
            yield Piece(network, pattern), copies
            continue
        for count in range(len(zeros) + 1):
            below = replace(pattern, below=zeros[len(zeros) - count :])
            yield Piece(network, below), copies * math.comb(len(zeros), count)


def _ranked(piece: Piece, branch: Branch, floor: Chart | None) -> Branch:
    own = floor_of(piece, carrier_of(piece))
    if piece.network.law.rays:
        branch = replace(branch, generic_point=partial(_generic_point, piece, branch))
    bounds = RankBounds(floor, own, partial(candidates, piece, branch))
    return replace(branch, bounds=bounds)


def _generic_point(piece: Piece, branch: Branch) -> Chart:
    """A point with the generic rank: for rays it depends only on which lines coincide and which
    neurons are active.
    """
    network, values = piece.network, branch.chart.raw
    for seed in range(100):
        point = branch.sample(seed=seed, size=97)
        vectors = [tuple(point.raw[j] for j in network.incoming(i)) for i in range(network.width)]
        lines = {
            tuple(x / next(y for y in v if y) for x in v)
            for v in vectors
            if any(v[: network.inputs])
        }
        alive = all(point.raw[i] != 0 or values[i] == 0 for i in range(network.width))
        if alive and len(lines) == len(piece.pattern.targets) + len(piece.pattern.extras):
            return point
    raise TargetError(
        f"no generic point of {branch.label} was found among small integers; use branch.chart.at"
    )


def _null(network: Coupled) -> Branch | None:
    """The branch (w, b) = 0 of rays and a constant target, unless neurons with w = 0 come near all
    of it.
    """
    law, target = network.law, network.target
    if not law.rays or any(target.coefficients) or any(network.goal):
        return None
    if network.bias:
        above, below = law.side(1), law.side(-1)
        if network.output_bias is not None or not is_zero(target.constant) or above * below == 0:
            return None
        if above * below < 0 and network.width > 1:
            return None
    piece = Piece(network, Pattern((), (), tuple(range(network.width))))
    branch = null_branch(piece)
    if branch is None:
        return None
    return replace(branch, generic_point=partial(_generic_point, piece, branch))


def _condensed(network: Coupled, carrier: AffineCarrier) -> Iterator[Pattern]:
    """Patterns that contain a point of the least rank, where listing all would take too long."""
    k, m = len(network.target.weights), network.width
    blocks: list[list[tuple[int, int]]] = [[(t, carrier.signs.get(t, 1))] for t in range(k)]
    spare = list(range(k, m))
    zeros: list[int] = []
    extras: list[Signed] = []
    for t in carrier.turned:
        blocks[t].append((spare.pop(), -blocks[t][0][1]))
    if needs_constant_neuron(network) or carrier.kind == "constant" or carrier.vertical:
        zeros.append(spare.pop())
    if carrier.kind == "further":
        extras.append(((spare.pop(0), 1), (spare.pop(0), -1)))
    # the other neurons copy the first block, or each other
    if blocks:
        blocks[0] += [(i, blocks[0][0][1]) for i in spare]
    elif extras:
        extras[0] = (*extras[0], *((i, 1) for i in spare))
    elif spare:
        extras.append(tuple((i, 1) for i in spare))
    below: tuple[int, ...] = ()
    if network.law.rays and network.bias and not network.law.side(1):
        below = tuple(zeros)
    yield Pattern(tuple(map(tuple, blocks)), tuple(extras), tuple(zeros), below)
