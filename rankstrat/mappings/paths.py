r"""Paths between parameters of one function in a network with one hidden layer: at most seven
straight segments, if half of the units are enough.

On each segment either incoming weights of units without outgoing ones move, or outgoing weights
pass between units that are equal up to sign; so every segment is a chart of the target set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import sympy

from rankstrat.activation.law import law_of
from rankstrat.errors import FamilyError, PointError, TargetError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.model.structure import HasNeurons, HasUnits, Units
from rankstrat.rank.zero import same_functions
from rankstrat.text.spoken import Spoken

T = sympy.Symbol("t")
Values = tuple[Fraction, ...]


@dataclass(frozen=True)
class EquivalencePath(Spoken):
    r"""A path inside $F^{-1}(f^*)$ from one parameter to another.

    Attributes:
        corners: the points where it turns, first and last included.
        units: how many units the function needs, by the independence lemma of the activation.
    """

    corners: tuple[Chart, ...]
    units: int

    @property
    def segments(self) -> tuple[Chart, ...]:
        """Each as a chart in t, from t = 0 to t = 1."""
        return tuple(_segment(p, q) for p, q in pairwise(self.corners))

    def check(self) -> bool:
        """Whether the function is the same on every segment, by exact zero tests of the outputs.

        Raises:
            BudgetError: that is not decided.
        """
        start = self.corners[0]
        model = start.model
        goal = [o.xreplace(start.values) for o in model.outputs]
        return all(
            same_functions(
                [o.xreplace(chart.values) for o in model.outputs],
                goal,
                model.inputs,
                chart.coordinates,
            )
            for chart in self.segments
        )

    def __len__(self) -> int:
        return len(self.corners) - 1

    def __str__(self) -> str:
        return f"{len(self)} straight segments with one function, which {self.units} units have"


def equivalence_path(start: Chart, end: Chart) -> EquivalencePath:
    r"""At most seven straight segments in the target set between two parameters of one function.

    The function needs r units; $2r \leq m$ of the m units of the network are enough for the path.

    Args:
        start: a rational point of a network with one hidden layer and no constant unit.
        end: another point of the same model.

    Raises:
        TargetError: the functions differ, or need more than half of the units.
        FamilyError: a model without neurons, or whose independent neurons are not known.
        PointError: irrational weights, or a unit that is constant and not zero.

    References:
        FarrugiaRoberts2023 (path connectivity); docs/proofs.md#paths.

    Example:
        >>> from rankstrat.families import two_layer
        >>> net = two_layer(width=2, inputs=1)
        >>> path = equivalence_path(net.point(a=[1, 0], w=[[2], [5]]), net.point([0, -1, 7, -2]))
        >>> len(path), path.units, path.check()
        (3, 1, True)
    """
    layout = _Layout.of(start)
    demand(end, Chart, PointError, "another point", "try model.point(...)")
    if end.model != start.model:
        raise TargetError(
            f"{end} is a point of another model than {start}; points of one model are needed"
        )
    first, last = layout.concentrated(start), layout.concentrated(end)
    goal, held = layout.active(first), layout.active(last)
    if layout.others(first) != layout.others(last) or {layout.net(first, i) for i in goal} != {
        layout.net(last, i) for i in held
    }:
        raise TargetError(
            f"{end} has another function than {start}; give two parameters of one function"
        )
    if 2 * len(goal) > layout.units.count:
        raise TargetError(
            f"the function needs {len(goal)} of {layout.units.count} units; at most half of them"
            " leave room for this path; use a wider network"
        )
    there = layout.crossed(first, last, goal, held)
    corners = _without_repeats([tuple(start.raw), first, *there, last, tuple(end.raw)])
    points = tuple(start.model.point(list(v)) for v in corners)
    path = EquivalencePath(points, len(goal))
    if not path.check():
        raise TargetError(f"a segment between {start} and {end} leaves the target; report this")
    return path


@dataclass(frozen=True)
class _Layout:
    """Where the weights of each unit stand."""

    model: Model
    units: Units
    own: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[int, ...], ...]
    parity: str

    @classmethod
    def of(cls, point: Chart) -> _Layout:
        demand(point, Chart, PointError, "a point", "try model.point(...)")
        model = point.model
        structure: object = model.structure
        if (
            not isinstance(structure, HasNeurons)
            or not isinstance(structure, HasUnits)
            or len(structure.units) != 1
        ):
            raise FamilyError(
                f"{model} is no network with one hidden layer of its own neurons; use two_layer"
            )
        units = structure.units[0]
        law = law_of(structure.activation, bias=bool(units.bias))
        if law is None or law.rays or law.sides:
            raise FamilyError(
                f"equal neurons of {model} are not known to be equal up to sign only; use tanh"
            )
        places, start = dict[str, Any](), 0
        for name, shape in model.blocks.items():
            places[name] = np.arange(start, start + int(np.prod(shape))).reshape(shape)
            start += int(np.prod(shape))
        own, shares = (
            tuple(
                tuple(
                    int(k)
                    for name, axis in blocks.items()
                    for k in np.atleast_1d(places[name].take(i, axis=axis)).ravel()
                )
                for i in range(units.count)
            )
            for blocks in (units.own, units.shares)
        )
        return cls(model, units, own, shares, law.parity)

    def read(self, values: Values, places: Iterable[int]) -> Values:
        return tuple(values[k] for k in places)

    def sign(self, v: Values) -> int:
        """What turns v into the representative of its class."""
        lead = next((c for c in v if c), Fraction(1))
        return -1 if lead < 0 and self.parity in ("odd", "even") else 1

    def concentrated(self, point: Chart) -> Values:
        """All outgoing weights of a class on its first unit."""
        if not point.is_point or not all(isinstance(v, int | Fraction) for v in point.raw):
            raise PointError(f"{point} is no rational point; give rational weights")
        values = [Fraction(v) for v in point.raw]
        weights = [self.read(tuple(values), places) for places in self.own]
        inputs = len(self.own[0]) - (1 if self.units.bias else 0)
        first: dict[Values, int] = {}
        for i, v in enumerate(weights):
            if not any(self._incoming(i, values)) and any(values[k] for k in self.shares[i]):
                raise PointError(
                    f"unit {i + 1} of {point} has no incoming weights and adds a constant; fold it"
                    f" into an output bias first ({inputs} inputs)"
                )
            s = self.sign(v)
            j = first.setdefault(tuple(s * c for c in v), i)
            if j != i:
                factor = s * self.sign(weights[j]) if self.parity == "odd" else 1
                for k, m in zip(self.shares[i], self.shares[j], strict=True):
                    values[m] += factor * values[k]
                    values[k] = Fraction(0)
        return tuple(values)

    def _incoming(self, unit: int, values: Sequence[Fraction]) -> list[Fraction]:
        biases = set()
        if self.units.bias:
            start = 0
            for name, shape in self.model.blocks.items():
                size = int(np.prod(shape))
                if name == self.units.bias:
                    biases = set(range(start, start + size))
                start += size
        return [values[k] for k in self.own[unit] if k not in biases]

    def others(self, values: Values) -> Values:
        """The parameters of no unit, as an output bias: no constant unit is there to replace it."""
        inside = {k for places in (*self.own, *self.shares) for k in places}
        return tuple(v for k, v in enumerate(values) if k not in inside)

    def active(self, values: Values) -> list[int]:
        """The units with outgoing weights."""
        return [i for i, places in enumerate(self.shares) if any(values[k] for k in places)]

    def net(self, values: Values, unit: int) -> tuple[Values, Values]:
        """The representative of a unit with its outgoing weights."""
        v, a = self.read(values, self.own[unit]), self.read(values, self.shares[unit])
        s = self.sign(v)
        factor = s if self.parity == "odd" else 1
        return tuple(s * c for c in v), tuple(factor * c for c in a)

    def crossed(
        self, first: Values, last: Values, goal: Sequence[int], held: Sequence[int]
    ) -> Iterator[Values]:
        """Corners from first to last: through units that first leaves idle."""
        owner = {self.net(last, j)[0]: j for j in held}
        target = {i: owner[self.net(first, i)[0]] for i in goal}  # of each unit, where it ends
        free = [i for i in range(self.units.count) if i not in goal]
        ready = [j for j in held if j in free]
        spare = iter([i for i in free if i not in ready])
        through = {i: j if j in ready else next(spare) for i, j in target.items()}
        values = list(first)
        for i in goal:
            self._place(values, through[i], last, target[i])
        yield tuple(values)
        for i in goal:
            self._pass(values, i, through[i])
        yield tuple(values)
        for i in range(self.units.count):
            if i not in through.values():
                self._place(values, i, last, i)
        yield tuple(values)
        for i in goal:
            if through[i] != target[i]:
                self._pass(values, through[i], target[i])
        yield tuple(values)

    def _place(self, values: list[Fraction], unit: int, last: Values, like: int) -> None:
        """Give an idle unit the incoming weights of a unit of the last parameter."""
        for k, m in zip(self.own[unit], self.own[like], strict=True):
            values[k] = last[m]

    def _pass(self, values: list[Fraction], unit: int, other: int) -> None:
        """Let the outgoing weights pass to a unit that is equal up to sign."""
        now = tuple(values)
        signs = (self.sign(self.read(now, self.own[u])) for u in (unit, other))
        factor = int(np.prod(list(signs))) if self.parity == "odd" else 1
        for k, m in zip(self.shares[unit], self.shares[other], strict=True):
            values[m] = factor * values[k]
            values[k] = Fraction(0)


def _without_repeats(corners: Iterable[Sequence[Any]]) -> list[Values]:
    found: list[Values] = []
    for corner in corners:
        values = tuple(Fraction(v) for v in corner)
        if not found or values != found[-1]:
            found.append(values)
    return found


def _segment(start: Chart, end: Chart) -> Chart:
    values = {p: v + T * (end.values[p] - v) for p, v in start.values.items()}
    return start.model.chart(values)


__all__ = ["EquivalencePath", "equivalence_path"]
