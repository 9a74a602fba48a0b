r"""Strata near a point given by floats: the basis for reading a trained network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy

from rankstrat.deadline import check, ended, within
from rankstrat.errors import ModelError, OutOfTimeError, PointError, demand
from rankstrat.model.isomorphism import isomorphism_in_time
from rankstrat.model.model import Model
from rankstrat.model.structure import HasNearby
from rankstrat.model.values import listed
from rankstrat.rank.certificate import Verdict
from rankstrat.strata.defaults import conditions_of
from rankstrat.text.tables import Math, Phrase, Table
from rankstrat.waiting import waiting

LARGEST = 1e150
"""The values whose squares are floats."""
SHOWN = 30
"""The conditions that are printed."""
Names = Mapping[str, Any]
"""Block -> array of the symbols that its entries are elsewhere."""


@dataclass(frozen=True)
class Near:
    """A condition that nearly holds.

    Attributes:
        condition: the condition.
        distance: the Euclidean distance in parameter space to the points where it holds.
    """

    condition: Math
    distance: float

    def __str__(self) -> str:
        return f"{self.condition} (distance {self.distance:.3g})"


@dataclass(frozen=True)
class Neighbourhood:
    """The conditions near a point, the nearest first.

    Attributes:
        model: the model.
        near: the conditions within the tolerance.
        ended: where the budget of time ended, if it did; conditions may be missing then.
    """

    model: Model
    near: tuple[Near, ...]
    ended: str = field(default="", compare=False)

    verdict = Verdict.NUMERICAL

    def __iter__(self) -> Any:
        return iter(self.near)

    def __len__(self) -> int:
        return len(self.near)

    def table(self, *, most: int | None = None) -> Table:
        """Condition and distance.

        Args:
            most: the number of rows; by default all.
        """
        rows = tuple((n.condition, n.distance) for n in self.near[:most])
        more = len(self) - len(rows)
        notes = [f"and {more} more conditions within the tolerance"] if more else []
        if self.ended:
            notes.append(f"conditions may be missing: {self.ended}")
        caption = "; ".join(notes)
        return Table(("condition", "distance"), rows, Phrase("Near ", self.model.spoken), caption)

    def __str__(self) -> str:
        return self.table(most=SHOWN).text()

    def _repr_html_(self) -> str:
        return self.table(most=SHOWN).html()


def nearest_strata(
    model: Model,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    tolerance: float,
    budget: float | None = None,
    **blocks: Any,
) -> Neighbourhood:
    r"""The conditions $c$ with $\operatorname{dist}(\theta, \{c = 0\}) \le$ `tolerance`, sorted by
    distance.

    For networks: which neurons are nearly merged, null or inactive; for matrix factors: which
    singular values nearly vanish; for other models: the conditions of the default arrangement
    (equal units of a model that is written out are looked for up to 60 parameters). How many
    clusters the units of a wide network form is asked of `rankstrat.condensation`.

    Args:
        model: the model.
        values: floats for every block (family) or parameter, by name.
        tolerance: the largest distance reported.
        budget: seconds after which the conditions found so far come back.
        **blocks: the same as keywords.

    Raises:
        PointError: a missing block, a wrong shape, a value that is not finite, a tolerance that
            is no distance.

    Example:
        >>> from rankstrat.families import two_layer
        >>> floats = {"a": [1.0, 2.0], "w": [[0.5], [-0.501]]}
        >>> found = nearest_strata(two_layer(2, 1), floats, tolerance=0.01)
        >>> [n.condition.text for n in found]
        ['w1 = -w2']
    """
    demand(model, Model, ModelError, "a Model", "of a point, give point.model and the values")
    names = listed(model.blocks)
    demand(
        {} if values is None else values,
        Mapping,
        PointError,
        "a mapping",
        f"name the blocks: {names}",
    )
    demand(
        tolerance,
        int | float | np.integer | np.floating,
        PointError,
        "a distance",
        "write tolerance=0.01",
    )
    if isinstance(tolerance, bool) or not 0 <= tolerance < np.inf:
        raise PointError(
            f"tolerance = {tolerance!r}; a finite distance that is not negative is needed; write"
            " tolerance=0.01"
        )
    given = {**dict(values or {}), **blocks}
    arrays = {name: _array(name, shape, given) for name, shape in model.blocks.items()}
    structure: Any = model.structure
    theta = np.concatenate([a.ravel() for a in arrays.values()])
    near: list[Near] = []
    stopped = ""
    with waiting("conditions near a point"), within(budget):
        try:
            for condition, distance in _pairs(model, structure, arrays, theta):
                check("every condition was compared")
                if distance <= tolerance:
                    near.append(Near(condition, float(distance)))
        except OutOfTimeError as error:
            stopped = ended(error)
    return Neighbourhood(model, tuple(sorted(near, key=lambda n: n.distance)), stopped)


def _pairs(
    model: Model, structure: Any, arrays: Mapping[str, Any], theta: Any
) -> Iterable[tuple[Math, float]]:
    """Conditions with their distances, as the family says, or the one that the model is."""
    if isinstance(structure, HasNearby):
        found = structure.nearby(arrays)
        if found is not None:
            return found
    same = isomorphism_in_time(model)
    if same is not None and isinstance(same.structure, HasNearby):
        found = same.structure.nearby(same.blocks(theta), same.named)
        if found is not None:
            return found
    return _distances(model, theta)


def _array(name: str, shape: tuple[int, ...], given: Mapping[str, Any]) -> Any:
    if name not in given:
        raise PointError(f"no values for {name}; give {name}=... of shape {tuple(shape)}")
    try:
        array = np.asarray(given[name], dtype=float)
    except OverflowError:
        raise PointError(f"{name} has a value beyond floats; rescale the values") from None
    except (TypeError, ValueError):
        raise PointError(
            f"{name} = {given[name]!r}; an array of floats of shape {tuple(shape)} is needed"
        ) from None
    if array.shape != tuple(shape):
        raise PointError(f"{name} has shape {array.shape}, but this model needs {tuple(shape)}")
    if not np.isfinite(array).all():
        raise PointError(f"{name} has a value that is not finite; give finite floats")
    if array.size and np.abs(array).max() > LARGEST:
        raise PointError(
            f"{name} has a value of size {np.abs(array).max():.1e}; distances are known up to"
            f" {LARGEST:.0e}; rescale the values"
        )
    return array


def _distances(model: Model, theta: Any) -> Iterable[tuple[Math, float]]:
    for condition in conditions_of(model):
        rows = np.array([[float(v) for v in row] for row in condition.rows])
        yield condition.words, float(np.linalg.norm(np.linalg.pinv(rows) @ (rows @ theta)))


def neuron_distances(
    a: Any,
    vectors: Any,
    weights: int,
    *,
    signed: bool,
    rays: bool = False,
    names: Names | None = None,
) -> Iterable[tuple[Math, float]]:
    """Distances to a_i = 0, w_i = 0 and v_i = v_j, v_i = -v_j for neurons with output weights a and
    rows v = (w, b).

    With `rays` the vectors matter up to positive factors: v_i ~ v_j, or v_i ~ -v_j, at the distance
    of the second singular value of the two.
    """
    outputs, inputs = ([_name(block, i, names) for i in range(len(a))] for block in ("a", "w"))
    for i in range(len(a)):
        out, own = outputs[i], inputs[i]
        yield Math(f"{out.text} = 0", f"{out.latex} = 0"), abs(float(a[i]))
        yield (
            Math(f"{own.text} = 0", f"{own.latex} = 0"),
            float(np.linalg.norm(vectors[i][:weights])),
        )
        for j in range(i):
            if rays:
                sign = -1 if float(vectors[i] @ vectors[j]) < 0 else 1
                pairs = [(sign, float(np.linalg.svd(vectors[[j, i]], compute_uv=False)[1:].sum()))]
            else:
                signs = (1, -1) if signed else (1,)
                pairs = [
                    (s, float(np.linalg.norm(vectors[j] - s * vectors[i])) / np.sqrt(2))
                    for s in signs
                ]
            for sign, distance in pairs:
                minus = "-" if sign < 0 else ""
                text, latex = (" ~ ", r" \sim ") if rays else (" = ", " = ")
                yield (
                    Math(
                        f"{inputs[j].text}{text}{minus}{inputs[i].text}",
                        f"{inputs[j].latex}{latex}{minus}{inputs[i].latex}",
                    ),
                    distance,
                )


def _name(block: str, unit: int, names: Names | None) -> Math:
    """The printed name of a part of a unit: the block's with a number, or the names it has
    elsewhere.
    """
    if names is None:
        return Math(f"{block}{unit + 1}", f"{block}_{{{unit + 1}}}")
    own = np.ravel(names[block][unit]).tolist()
    if len(own) == 1:
        return Math(str(own[0]), sympy.latex(own[0]))
    return Math(f"({', '.join(map(str, own))})", f"({', '.join(map(sympy.latex, own))})")


def factor_distances(arrays: Mapping[str, Any]) -> Iterable[tuple[Math, float]]:
    """Distances to rank W < r: the r-th singular value (Eckart-Young: the first dropped one, with
    those after it).
    """
    for name, matrix in arrays.items():
        values = np.linalg.svd(matrix, compute_uv=False)
        for r in range(len(values)):
            yield (
                Math(f"rank {name} <= {r}", rf"\operatorname{{rank}} {name} \leq {r}"),
                float(np.linalg.norm(values[r:])),
            )


__all__ = [
    "Near",
    "Neighbourhood",
    "factor_distances",
    "nearest_strata",
    "neuron_distances",
]
