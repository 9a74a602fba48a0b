"""The pairs of branches that meet, counted by orbits, where no constant couples the blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rankstrat.families._shared.pattern_pairs import PatternPairs, kind
from rankstrat.families._shared.patterns import Pattern
from rankstrat.families.catalogue.two_layer.targets.separate.network import Network
from rankstrat.targets import Branch
from rankstrat.targets.orbit_pairs import UNDECIDED, OrbitPairs


def orbit_pairs(network: Network, patterns: Sequence[Pattern]) -> OrbitPairs | None:
    """The pairs of the orbits of patterns; None where constants couple blocks."""
    law = network.law
    carried = bool(network.zero) and not network.bias  # neurons with w = 0 share the constant
    if law.offset or carried or not network.target.constant.is_Rational:
        return None
    length = network.inputs + network.bias
    classes = len(network.target.weights)
    pairs = PatternPairs(network.width, classes, length, law.parity)
    kinds = {p.label: kind(p) for p in patterns}
    curved = {p.label for p in patterns if _is_curved(network, p)}

    def meeting(first: str, second: str) -> Mapping[int, int]:
        found = pairs.meeting(kinds[first], kinds[second])
        if first in curved or second in curved:
            return {UNDECIDED: sum(found.values())}
        return found

    return OrbitPairs(meeting, _linked(network))


def _is_curved(network: Network, pattern: Pattern) -> bool:
    """Whether the constant is carried by biases of neurons with w = 0."""
    if not network.bias or not pattern.zeros:
        return False
    # a single such neuron that carries no constant has b = 0
    flat = network.output_bias is None and not network.target.constant and not network.zero
    return not flat or len(pattern.zeros) > 1


def _linked(network: Network) -> frozenset[str]:
    """The orbit of one neuron for each class and the others each for itself, if it is connected.

    Exchanges of these others, and changes of their signs, keep the branch. The exchange of the
    neuron of a class t with the spare one e, and the change of its sign, lead to a branch in the
    same component along {t,e} and {e} | {t}, if consecutive ones of these meet; and these moves
    generate the others.
    """
    k, m = len(network.target.weights), network.width
    if k == m:
        return frozenset()
    start = _alone(k, m, {})
    for t in range(k):
        path = [start, _joined(k, m, t, 1), _alone(k, m, {t: m - 1})]
        if network.law.signed:
            path += [_joined(k, m, t, -1), _alone(k, m, {}, {t: -1})]
        branches = [network.branch(pattern) for pattern in path]
        if not all(map(_meet, branches, branches[1:])):
            return frozenset()
    return frozenset([start.label])


def _meet(first: Branch | None, second: Branch | None) -> bool:
    if first is None or second is None or first.affine is None or second.affine is None:
        return False
    return first.affine.intersect(second.affine) is not None


def _alone(
    classes: int, width: int, carriers: Mapping[int, int], signs: Mapping[int, int] = {}
) -> Pattern:
    """Each class has one neuron: its own, or the one given for it."""
    chosen = [carriers.get(t, t) for t in range(classes)]
    rest = [i for i in range(width) if i not in chosen]
    targets = tuple(((i, signs.get(t, 1)),) for t, i in enumerate(chosen))
    return Pattern(targets, tuple(((i, 1),) for i in rest), ())


def _joined(classes: int, width: int, t: int, sign: int) -> Pattern:
    """The last neuron joins class t, whose own neuron has a sign."""
    blocks = [((i, 1),) for i in range(classes)]
    joined = ((t, sign), (width - 1, 1))
    return Pattern(
        tuple(joined if i == t else block for i, block in enumerate(blocks)),
        tuple(((i, 1),) for i in range(classes, width - 1)),
        (),
    )


__all__ = ["orbit_pairs"]
