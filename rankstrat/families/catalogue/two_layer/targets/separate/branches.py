r"""The branches $Q^r_{P,\pi}$ of the target set of a two-layer network.

Let $\sigma = q_0 + N$ and let the independence lemma hold for $N$. Neurons with $w_i \ne 0$ fall
into classes; in a class of the target their output weights sum to the target's, in any other class
to zero; neurons with $w_i = 0$ are constants. Comparing coefficients, $F(\theta) = f^*$ if and only
if this holds and the constants add up:

$$q_0 \sum_{w_i \ne 0} a_i + \sum_{w_i = 0} a_i \sigma(b_i) + c = \kappa.$$
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import Any

from rankstrat.deadline import check
from rankstrat.errors import OutsideError, TargetError
from rankstrat.families._shared.pattern_orbits import few_orbits
from rankstrat.families._shared.patterns import Pattern, about
from rankstrat.families.catalogue.two_layer.targets.separate.network import Network
from rankstrat.families.catalogue.two_layer.targets.separate.pairs import orbit_pairs
from rankstrat.targets import Branch, BranchList

MAX_BRANCHES, MAX_ORBITS = 4000, 4000
LARGEST = 10**18  # a longer count tells nobody anything
MAX_CONDENSED = 16


def separate_branches(network: Network) -> BranchList:
    """All branches of a target whose classes are described one by one.

    Raises:
        TargetError: the target is not in the function space.
    """
    k, m = len(network.target.weights), network.width
    if k > m:
        raise OutsideError(
            f"the target needs {k} neurons, the model has width {m}; it is not in the function"
            f" space; choose width >= {k}"
        )
    flips = network.law.signed and not network.law.offset
    if network.count_patterns() > MAX_BRANCHES:
        return _by_orbits(network, flips=flips)
    lemma = network.structure.activation.lemma
    found: dict[tuple[Any, ...], Branch] = {}
    result: list[Branch] = []
    for pattern in network.patterns():
        branch = network.branch(pattern)
        if branch is None:
            continue
        orbit = pattern.orbit(flips)
        result.append(replace(branch, representative=found.get(orbit)))
        found.setdefault(orbit, branch)
    if network.law.offset and not network.structure.output_bias:
        result = _irredundant(result)
    if not result:
        raise _unreachable(network)
    result.sort(key=lambda b: (b.index or (0, 0), -b.dimension))
    if network.output_bias is None and not network.law.tame:
        missing = (
            f"constant neurons w = 0, {network.structure.activation.name}(b) = 0, b != 0 are left"
            " out, if there are any"
        )
        return BranchList(tuple(result), False, missing)
    return BranchList(
        tuple(result), True, f"comparison of coefficients by the independence lemma: {lemma}"
    )


def _irredundant(branches: list[Branch]) -> list[Branch]:
    """The branches whose closures lie in no other: the equation for the constant can force output
    weights to vanish.

    Symmetries of the model carry containments along, so one branch of each orbit is tested.
    """
    redundant = set()
    for branch in branches:
        if branch.representative is None and branch.affine is not None:
            space = branch.affine
            point = space.section(
                {i: Fraction(10_007 + 10 * n * n, 97 + n) for n, i in enumerate(space.free)}
            )
            larger = (
                b.affine
                for b in branches
                if b.affine is not None and b.dimension > branch.dimension
            )
            if any(other.contains_point(point) and other.contains(space) for other in larger):
                redundant.add(branch.label)
    return [b for b in branches if (b.representative or b).label not in redundant]


def _by_orbits(network: Network, *, flips: bool) -> BranchList:
    """One branch of each orbit, with the number of its copies, where listing all would take too
    long; a few where even that does.
    """
    width, classes = network.width, len(network.target.weights)
    chosen = few_orbits(width, classes, MAX_ORBITS, signed=network.law.signed, flips=flips)
    tame = network.output_bias is not None or network.law.tame
    if chosen is None or not tame:
        return _condensed(network)
    found = [(_in_time(network, pattern), count) for pattern, count in chosen]
    result = [replace(b, copies=count) for b, count in found if b is not None]
    if not result:
        raise _unreachable(network)
    result.sort(key=lambda b: (b.index or (0, 0), -b.dimension))
    lemma = network.structure.activation.lemma
    # the equation for the constant may put a closure into another
    uncertain = network.law.offset and not network.structure.output_bias
    return BranchList(
        tuple(result),
        True,
        "one branch of each orbit under exchanges of neurons; comparison of coefficients by the"
        f" independence lemma: {lemma}",
        most=sum(b.copies for b in result) if uncertain else None,
        pairs=orbit_pairs(network, [p for p, _ in chosen]),
    )


def _in_time(network: Network, pattern: Pattern) -> Branch | None:
    check("the branches were listed")
    return network.branch(pattern)


def _unreachable(network: Network) -> TargetError:
    return TargetError(
        f"no parameters of {network.model} give the constant {network.target.constant} of the"
        " target; it is not in the function space; choose a wider model, or one with an output"
        " bias"
    )


def _condensed(network: Network) -> BranchList:
    """A few branches, where listing all of them would take too long: the spare neurons join the
    first class.

    Each class takes one sign; where the constant needs more, one spare neuron has the opposite sign
    or weight zero.
    """
    k, m = len(network.target.weights), network.width
    signs = (1, -1) if network.law.signed and network.law.offset else (1,)
    found: list[Branch] = []
    for chosen in itertools.islice(itertools.product(signs, repeat=k), MAX_CONDENSED):
        spare = range(k, m)
        for last in (*signs, 0):
            extra = (
                [(i, chosen[0] if i < m - 1 else last) for i in spare if last or i < m - 1]
                if k
                else []
            )
            blocks = [[(i, sign)] for i, sign in enumerate(chosen)]
            if blocks:
                blocks[0] += extra
            zeros = () if last and k else tuple(spare)[-1:] if k else tuple(spare)
            branch = network.branch(Pattern(tuple(map(tuple, blocks)), (), zeros))
            if branch is not None and branch.label not in [b.label for b in found]:
                found.append(branch)
    if not found:
        raise TargetError(
            f"no branch was found among a few of the patterns of a model of width {m}; choose a"
            " narrower model"
        )
    found.sort(key=lambda b: b.index or (0, 0))
    most = network.count_patterns()
    return BranchList(
        tuple(found),
        False,
        f"{len(found)} branches are listed, of at most {about(most)} (one for each pattern)",
        most=most if most < LARGEST else None,
    )
