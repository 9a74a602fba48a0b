r"""Proximate rank: how few units have the function of some parameter that is near.

A group of units can be made one unit within the radius $\varepsilon$ if their incoming weights fit,
up to sign, into a box of side $2\varepsilon$; and can be made to vanish if moreover their outgoing
weights sum to at most $\varepsilon$ for each unit. Everything is scaled to whole numbers.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from rankstrat.activation.law import Law, law_of
from rankstrat.errors import FamilyError, PointError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import exact_scalar
from rankstrat.networks.exact_layers import ExactLayers
from rankstrat.networks.groups import Group, Units, clusters, fewest, first_fit
from rankstrat.networks.network import Network
from rankstrat.rank.bounded import Bounded
from rankstrat.text.sources import proved
from rankstrat.text.spoken import Spoken

MOST_EXACT = 9
"""The units of a cluster, up to which all ways to group them are tried."""


@dataclass(frozen=True, eq=False)
class ProximateRank(Spoken, Bounded):
    r"""The least number of units of a network whose parameters differ by at most the radius.

    Attributes:
        point: a parameter within the radius whose function `upper` units have.
        radius: in every entry.
        groups: units that `point` makes equal up to sign, or constant, or lets cancel.
    """

    point: Chart | None = None
    radius: Fraction = Fraction(0)
    groups: tuple[tuple[int, ...], ...] = field(default=(), repr=False)


def proximate_rank(
    point: Chart | Model | Network,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    radius: Any,
    most: int = MOST_EXACT,
) -> ProximateRank:
    r"""$\min\{\text{units that } F(\theta') \text{ needs} : \|\theta' - \theta\|_\infty \leq
    \varepsilon\}$ for a network with one hidden layer, between bounds.

    Units that can be brought together form clusters. In a cluster of up to `most` units all ways to
    group them are tried. In a larger one groups are formed greedily, in the order of the units,
    which gives an upper bound: the problem is NP-complete. The witness is an exact parameter, whose
    units are counted by the independence lemma.

    Args:
        point: an exact point, a network that was read, or a model with `values`.
        values: block -> numbers; floats are taken as the fractions that they are.
        radius: a number that is not negative, how far each parameter may move.
        most: the largest cluster that is searched wholly.

    Raises:
        FamilyError: a network with more than one hidden layer, units whose independence is not
            known, or constants that no output bias can take.
        PointError: a chart, numbers that are not rational, or a negative radius.

    References:
        FarrugiaRoberts2023Proximity; docs/proofs.md#proximate-rank.

    Example:
        >>> from rankstrat.families import two_layer
        >>> net = two_layer(width=3, inputs=1)
        >>> near = {"a": [1, 2, 0.01], "w": [[1.0], [-1.05], [3]]}
        >>> found = proximate_rank(net, near, radius=0.03)
        >>> found == 1, found.groups
        (True, ((0, 1), (2,)))
        >>> int(proximate_rank(net, near, radius=0.001))
        3
    """
    start = _point(point, values)
    layers = ExactLayers.of(start)
    law = _law(layers)
    bound = _radius(radius)
    demand(most, int, PointError, "a number of units", f"write most={MOST_EXACT}")
    units = _units(layers, law, bound)
    chosen: list[Group] = []
    lower, exact = 0, True
    for cluster in clusters(units):
        if len(cluster) <= most:
            groups = fewest(units, cluster)
            lower += sum(not g.vanishes for g in groups)
        else:
            groups, exact = first_fit(units, cluster), False
            lower += _at_least(units, cluster)
        chosen += groups
    witness = _witness(layers, law, bound, chosen)
    upper = needed(witness, law)
    assert lower <= upper
    reason = "all groups were tried" if exact else "some groups were formed greedily"
    return ProximateRank(
        lower,
        upper,
        f"{reason}; the units of the witness are counted by {proved('counting')}",
        of="the proximate rank",
        point=witness.point,
        radius=bound,
        groups=tuple(sorted(g.members for g in chosen)),
    )


def _point(given: Any, values: Mapping[str, Any] | None) -> Chart:
    if isinstance(given, Network) and values is None:
        return given.point
    if isinstance(given, Chart) and values is None:
        return given
    demand(given, Model, PointError, "a point, or a Model with values,", "write F.point(...)")
    demand(values, Mapping, PointError, "a mapping of block values", "write {'a': ..., 'w': ...}")
    assert values is not None
    exact = {}
    for name, block in values.items():
        array = np.asarray(block, dtype=object)
        if not all(
            (isinstance(v, float | np.floating) and np.isfinite(v)) or _is_exact(v)
            for v in array.ravel()
        ):
            raise PointError(f"{name} has an entry that is no finite number; give numbers")
        flat = [
            Fraction(float(v)) if isinstance(v, float | np.floating) else v for v in array.ravel()
        ]
        exact[name] = np.array(flat, dtype=object).reshape(array.shape)
    found: Chart = given.point(exact)
    return found


def _is_exact(value: object) -> bool:
    return not isinstance(value, float | np.floating | complex)


def _radius(radius: Any) -> Fraction:
    if isinstance(radius, float | np.floating) and np.isfinite(radius):
        radius = Fraction(float(radius))
    found = exact_scalar("radius", radius)
    if not isinstance(found, int | Fraction) or found < 0:
        raise PointError(f"radius = {radius}; a rational number that is not negative is needed")
    return Fraction(found)


def _law(layers: ExactLayers) -> Law:
    if layers.depth != 2:
        raise FamilyError(
            f"{layers.like} has {layers.depth - 1} hidden layers; one is needed, for no lemma"
            " counts the units that deep networks need; use rs.condensation"
        )
    inner, outer = (b is not None for b in layers.biases)
    law = law_of(layers.activation, bias=inner)
    if law is None or law.rays or law.slope or (law.offset and not outer):
        raise FamilyError(
            f"the units of {layers.like} are not known to be independent over classes of equal or"
            " opposite ones; an activation such as tanh is needed, and for sigmoid an output bias"
        )
    if not outer and (inner or not law.silent):
        raise FamilyError(
            f"{layers.like} has units that may be constant, and no output bias that could be the"
            " constant; write output_bias=True, or tanh without biases"
        )
    return law


def _units(layers: ExactLayers, law: Law, radius: Fraction) -> Units:
    rows = [layers.row(1, j) for j in range(layers.weights[0].shape[0])]
    columns = [tuple(layers.weights[1][:, j]) for j in range(len(rows))]
    numbers = [Fraction(v) for v in itertools.chain(*rows, *columns)]
    scale = lcm(radius.denominator, *(v.denominator for v in numbers))

    def whole(vectors: Sequence[Sequence[Any]]) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(int(Fraction(v) * scale) for v in vector) for vector in vectors)

    weights = layers.weights[0].shape[1]
    return Units(whole(rows), whole(columns), weights, int(radius * scale), law.signs, law.factor)


def _at_least(units: Units, cluster: Sequence[int]) -> int:
    """Units of a large cluster that cannot all be made to vanish or to be one."""
    packed: list[int] = []
    for i in cluster:
        friends = [j for j in cluster if j != i and units.signs_between(i, j)]
        if not set(packed) & set(friends) and units.stays(i, friends):
            packed.append(i)
    return max(len(packed), int(_cannot_vanish(units, cluster)))


def _cannot_vanish(units: Units, cluster: Sequence[int]) -> bool:
    """Whether the units have one orientation, none can be made constant, and their outgoing weights
    sum to more than all of them can be moved.
    """
    if any(units.may_be_constant(i) for i in cluster):
        return False
    sign, queue = {cluster[0]: 1}, [cluster[0]]
    while queue:
        i = queue.pop()
        for j in cluster:
            between = units.signs_between(i, j) if j != i else ()
            if len(between) > 1 or (
                between and sign.get(j, sign[i] * between[0]) != (sign[i] * between[0])
            ):
                return False
            if between and j not in sign:
                sign[j] = sign[i] * between[0]
                queue.append(j)
    return not units.cancels(tuple(cluster), tuple(sign[i] for i in cluster))


def _witness(
    layers: ExactLayers, law: Law, radius: Fraction, groups: Sequence[Group]
) -> ExactLayers:
    weights, biases = [w.copy() for w in layers.weights], list(layers.biases)
    if biases[0] is not None:
        biases[0] = biases[0].copy()
    for group in groups:
        if group.constant:
            weights[0][list(group.members)] = Fraction(0)
            continue
        _meet(layers, group, weights[0], biases[0])
        if group.vanishes:
            _cancel(law, group, weights[1])
    found = ExactLayers(layers.like, layers.layers, tuple(weights), tuple(biases))
    assert all(
        abs(Fraction(u) - Fraction(v)) <= radius
        for one, two in zip(_arrays(found), _arrays(layers), strict=True)
        for u, v in zip(one.ravel(), two.ravel(), strict=True)
    )
    return found


def _arrays(layers: ExactLayers) -> Iterator[Any]:
    yield from layers.weights
    if layers.biases[0] is not None:
        yield layers.biases[0]


def _meet(layers: ExactLayers, group: Group, rows: Any, bias: Any) -> None:
    """Incoming weights to the centre of their box."""
    turned = [
        [s * Fraction(v) for v in layers.row(1, i)]
        for i, s in zip(group.members, group.signs, strict=True)
    ]
    centre = [(min(column) + max(column)) / 2 for column in zip(*turned, strict=True)]
    for i, s in zip(group.members, group.signs, strict=True):
        rows[i] = [s * c for c in centre[: rows.shape[1]]]
        if bias is not None:
            bias[i] = s * centre[-1]


def _cancel(law: Law, group: Group, columns: Any) -> None:
    """Outgoing weights so that they sum to 0, each moved as far as the others."""
    factors = [law.factor(s) for s in group.signs]
    pairs = list(zip(group.members, factors, strict=True))
    for out in columns:
        total = sum((c * out[i] for i, c in pairs), Fraction(0))
        for i, c in pairs:
            out[i] -= c * total / len(pairs)


def needed(layers: ExactLayers, law: Law) -> int:
    """How many units the function of a network with one hidden layer needs: classes of units that
    are not constant and whose outgoing weights do not cancel.
    """
    totals: dict[Any, list[Fraction]] = {}
    for j in range(layers.weights[0].shape[0]):
        if any(layers.weights[0][j]):
            sign, key = law.class_of(tuple(Fraction(v) for v in layers.row(1, j)))
            before = totals.get(key, [Fraction(0)] * layers.weights[1].shape[0])
            column = layers.weights[1][:, j]
            totals[key] = [t + law.factor(sign) * a for t, a in zip(before, column, strict=True)]
    return sum(any(total) for total in totals.values())


__all__ = ["ProximateRank", "needed", "proximate_rank"]
