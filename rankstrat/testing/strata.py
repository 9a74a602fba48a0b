r"""What a family says of its strata, held against points with special values, charts and their
images.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import sympy

from rankstrat.algebra.affine import AffineSubspace
from rankstrat.model.model import Chart, Model
from rankstrat.model.structure import HasStrata
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.strata import HasOwnUnits, Stratification
from rankstrat.symmetry import symmetries
from rankstrat.testing.laws import SPECIAL, hold, some_point

POINTS, LABELS, LARGEST_ORBIT = 6, 40, 400
Move = Callable[[Sequence[Any]], list[Any]]


def check_strata(place: str, model: Model, seed: int = 0) -> int:
    """The number of points whose strata were compared with the rank, 0 if the family gives no
    strata.

    Labels are distinct. A point with special values has one of them, and its rank where that is
    claimed to be constant (elsewhere a lower one at most); so have its images under the signed
    permutations. The stratum of a label's own points is that label and no other; its dimension is
    that of its chart, and its orbit the number of images of its chart; all but open strata have
    conditions; in its closure dimensions drop and ranks do not rise, and what lies in it is
    reached.

    Raises:
        FamilyError: a law does not hold.
    """
    structure: object = model.structure
    strata = structure.strata(model) if isinstance(structure, HasStrata) else None
    if strata is None:
        return 0
    labels = list(strata.labels())
    hold(place, "names every stratum once", len(set(labels)) == len(labels))
    known, count = set(labels), 0
    points = [model.point([v] * model.size) for v in (0, 1)]
    for point in (*points, *(some_point(model, SPECIAL, seed + k) for k in range(POINTS))):
        label = strata.label_of(point)
        hold(place, f"has a stratum that contains {point}", label in known)
        _right_rank(place, strata, label, point, seed)
        _own_units(place, strata, label, point)
        for g in symmetries(model):
            if g.orthogonal:
                image = model.point(
                    [g.values.get(p, p).xreplace(point.values) for p in model.parameters]
                )
                hold(
                    place,
                    f"has one stratum for {point} and its image under '{g}'",
                    strata.label_of(image) == label,
                )
        count += 1
    chosen = _spread(labels)
    for label in chosen:
        _check_label(place, strata, label, seed)
        count += 1
    moves = [*_moves(strata, chosen, seed), *_found(model)]
    orbits = {label: _flats(strata, label, moves) for label in chosen}
    for label in chosen:
        _check_orbit(place, strata, label, orbits[label])
        _check_closure(place, strata, label, orbits)
    return count


def _right_rank(place: str, strata: Stratification, label: Any, point: Chart, seed: int) -> None:
    """The rank of the stratum, which may drop at a point only where the family does not claim
    that it is constant.
    """
    given, found = strata.rank(label), model_rank(point, seed=seed)
    constant = strata.constancy(label).verdict is Verdict.PROVED
    law = (
        f"has the rank {given} on the stratum {label}: at {point} it is {found.lower} to"
        f" {found.upper}; this"
    )
    hold(place, law, found.lower <= given and (given <= found.upper or not constant))


def _own_units(place: str, strata: Stratification, label: Any, point: Chart) -> None:
    """In its own units a point lies in the chart of its stratum, if that is the graph of
    polynomials in its coordinates, which is closed.
    """
    if not isinstance(strata, HasOwnUnits):
        return
    chart = strata.in_units_of(point).chart(label)
    if chart is None or not set(chart.coordinates) <= set(point.model.parameters):
        return
    if not all(v.is_polynomial() for v in chart.values.values()):
        return
    at = {p: sympy.sympify(v, strict=True) for p, v in point.values.items()}
    gaps = (at[p] - v.xreplace(at) for p, v in chart.values.items())
    words = ", ".join(c.text for c in strata.in_units_of(point).conditions(label))
    law = f"states the stratum of {point} in its own units, not as {words}; this"
    hold(place, law, all(sympy.expand(gap) == 0 for gap in gaps))


def _spread(labels: Sequence[Any]) -> list[Any]:
    """At most 40 of the labels, from all parts of the list."""
    step = -(-len(labels) // LABELS)
    return list(labels[:: max(1, step)])


def _check_label(place: str, strata: Stratification, label: Any, seed: int) -> None:
    own = strata.point(label, seed)
    hold(
        place,
        f"has disjoint strata: {own} of {label} has no other label; this",
        strata.label_of(own) == label,
    )
    _right_rank(place, strata, label, own, seed)
    chart = strata.chart(label)
    if chart is not None:
        size = 0
        if chart.coordinates:
            size = model_rank(
                Model(list(chart.values.values()), chart.coordinates), seed=seed
            ).lower
        hold(
            place,
            f"has the dimension of its chart, {size}, on the stratum {label},",
            size == strata.dimension(label),
        )
    named = bool(strata.conditions(label)) or strata.dimension(label) == strata.model.size
    hold(place, f"has conditions that cut out the stratum {label},", named)
    for child, _ in itertools.islice(strata.children(label), LABELS):
        law = (
            f"has, in the closure of {label}, the stratum {child} of a smaller dimension and no"
            " larger rank; this"
        )
        smaller = strata.dimension(child) < strata.dimension(label)
        hold(place, law, smaller and strata.rank(child) <= strata.rank(label))


# Orbits: images of the linear closures under the signed permutations of units that keep every label


def _moves(strata: Stratification, labels: Sequence[Any], seed: int) -> list[Move]:
    """Exchanges of two rows in all blocks of one length, and changes of sign, that carry strata
    to strata of one label.

    Whether they do is seen at two points of each label.
    """
    points = [strata.point(label, seed + k) for label in labels for k in range(2)]
    return [
        move
        for move in _candidates(strata.model)
        if all(strata.label_of(_image(move, p)) == strata.label_of(p) for p in points)
    ]


def _found(model: Model) -> Iterator[Move]:
    """The signed permutations that are symmetries of the model."""
    place = {p: i for i, p in enumerate(model.parameters)}
    for g in symmetries(model):
        if g.orthogonal:
            images = [g.values.get(p, p) for p in model.parameters]
            signs = [-1 if v.could_extract_minus_sign() else 1 for v in images]
            order = [place[s * v] for s, v in zip(signs, images, strict=True)]
            yield _signed(order, signs)


def _image(move: Move, point: Chart) -> Chart:
    return point.model.point(move([sympy.sympify(v, strict=True) for v in point.raw]))


def _candidates(model: Model) -> Iterator[Move]:
    """Slices of all blocks with an axis of one length, exchanged with the next or turned."""
    places, start = [], 0
    for shape in model.blocks.values():
        size = int(np.prod(shape))
        places.append(np.arange(start, start + size).reshape(shape))
        start += size
    for axis in range(max(p.ndim for p in places)):
        turned = [np.moveaxis(p, axis, 0) for p in places if p.ndim > axis]
        for length in sorted({p.shape[0] for p in turned}):
            yield from _of_slices([p for p in turned if p.shape[0] == length], model.size)


def _of_slices(blocks: Sequence[Any], size: int) -> Iterator[Move]:
    for i in range(len(blocks[0]) - 1):
        order = list(range(size))
        for block in blocks:
            for a, b in zip(block[i].ravel().tolist(), block[i + 1].ravel().tolist(), strict=True):
                order[a], order[b] = b, a
        yield _signed(order, [1] * size)
    for chosen in itertools.product((False, True), repeat=len(blocks)):
        signs = [1] * size
        for block in itertools.compress(blocks, chosen):
            for a in block[0].ravel().tolist():
                signs[a] = -1
        if any(chosen):
            yield _signed(range(size), signs)


def _signed(order: Sequence[int], signs: Sequence[int]) -> Move:
    return lambda values: [s * values[k] for k, s in zip(order, signs, strict=True)]


Flat = frozenset[tuple[int, Any]]


def _flats(
    strata: Stratification, label: Any, moves: Sequence[Move]
) -> dict[Flat, AffineSubspace] | None:
    """The images of the closure of a stratum; None if it is not linear, or there are too many."""
    chart, model = strata.chart(label), strata.model
    if chart is None or not set(chart.coordinates) <= set(model.parameters):
        return None
    first = AffineSubspace.of([p - v for p, v in chart.values.items() if p != v], model.parameters)
    if first is None:
        return None
    found, queue = {_key(first): first}, [first]
    while queue:
        flat = queue.pop()
        for move in moves:
            image = _moved(flat, move)
            if _key(image) not in found:
                found[_key(image)] = image
                queue.append(image)
            if len(found) > LARGEST_ORBIT:
                return None
    return found


def _key(flat: AffineSubspace) -> Flat:
    return frozenset((k, frozenset(row.items())) for k, row in flat.rows.items())


def _moved(flat: AffineSubspace, move: Move) -> AffineSubspace:
    """The image: coefficients move as values do, since a signed permutation is orthogonal."""
    rows = []
    for row in flat.rows.values():
        values = move([row.get(k, 0) for k in range(flat.size)])
        rows.append({k: v for k, v in enumerate(values) if v} | {-1: row.get(-1, 0)})
    solved = AffineSubspace.solve(flat.size, rows)
    assert solved is not None
    return solved


def _check_orbit(
    place: str, strata: Stratification, label: Any, flats: dict[Flat, AffineSubspace] | None
) -> None:
    if flats is None:
        return
    given = strata.orbit(label)
    hold(
        place,
        f"has {given} copies of the stratum {label}: its chart has {len(flats)} images; this",
        given == len(flats),
    )


def _check_closure(
    place: str,
    strata: Stratification,
    label: Any,
    orbits: dict[Any, dict[Flat, AffineSubspace] | None],
) -> None:
    """What lies in the closure of a stratum, by its linear equations, is reached by the edges."""
    own = orbits[label]
    if own is None:
        return
    (flat, *_), reached = own.values(), _reached(strata, label)
    for other, flats in orbits.items():
        if other == label or flats is None or strata.dimension(other) >= strata.dimension(label):
            continue
        inside = any(flat.contains(f) for f in itertools.islice(flats.values(), LARGEST_ORBIT))
        law = f"has edges from {label} to the stratum {other} in its closure; this"
        hold(place, law, not inside or other in reached)


def _reached(strata: Stratification, label: Any) -> set[Any]:
    found, queue = {label}, [label]
    while queue:
        for child, _ in strata.children(queue.pop()):
            if child not in found:
                found.add(child)
                queue.append(child)
    return found


__all__ = ["check_strata"]
