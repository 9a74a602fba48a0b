r"""Two models that are one function up to the names of parameters and inputs.

What a family knows of one of them (strata, levels, branches, neurons) then holds of the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy

from rankstrat.algebra.expressions import expanded
from rankstrat.deadline import check, half, interruptible
from rankstrat.errors import OutOfTimeError
from rankstrat.late import hear
from rankstrat.model.model import Chart, Model
from rankstrat.model.source import guest
from rankstrat.model.structure import HasIsomorphism
from rankstrat.model.values import Exact


@dataclass(frozen=True)
class Isomorphism:
    r"""$F(\theta)(x) = G(\pi\theta)(\rho x)$ for a permutation of parameters and one of inputs.

    Attributes:
        source: G, a model of a family.
        target: F.
        places: for each parameter of the source its number in the target.
        inputs: for each input of the source its number in the target.
    """

    source: Model
    target: Model
    places: tuple[int, ...] = field(repr=False)
    inputs: tuple[int, ...] = field(repr=False)

    @property
    def structure(self) -> Any:
        """What the family knows."""
        return self.source.structure

    @cached_property
    def names(self) -> Mapping[sympy.Symbol, sympy.Symbol]:
        """Parameters and inputs of the source -> those of the target."""
        old = (*self.source.parameters, *self.source.inputs)
        new = [self.target.parameters[k] for k in self.places]
        new += [self.target.inputs[k] for k in self.inputs]
        return dict(zip(old, new, strict=True))

    @property
    def is_plain(self) -> bool:
        """Whether the outputs are equal once they are expanded."""
        pairs = zip(self.source.outputs, self.target.outputs, strict=True)
        return all(expanded(self.renamed(o) - t) == 0 for o, t in pairs)

    def renamed(self, value: sympy.Expr) -> sympy.Expr:
        """An expression of the source as one of the target."""
        return value.xreplace(self.names)

    def returned(self, value: sympy.Expr) -> sympy.Expr:
        """An expression of the target as one of the source."""
        return value.xreplace({new: old for old, new in self.names.items()})

    def chart(self, chart: Chart) -> Chart:
        """A chart of the source as one of the target."""
        raw: list[Exact] = [0] * self.target.size
        for value, place in zip(chart.raw, self.places, strict=True):
            raw[place] = self.renamed(value) if isinstance(value, sympy.Expr) else value
        coordinates = tuple(self.names.get(u, u) for u in chart.coordinates)
        return Chart(self.target, coordinates, tuple(raw))

    def back(self, point: Chart) -> Chart:
        """A point of the target as one of the source."""
        return Chart(self.source, (), tuple(point.raw[place] for place in self.places))

    @cached_property
    def named(self) -> dict[str, Any]:
        """The parameters of the target in the arrays of the source."""
        return self.blocks(np.array(self.target.parameters, dtype=object))

    def blocks(self, values: Any) -> dict[str, Any]:
        """A vector of floats of the target as the arrays of the source."""
        arrays, start = {}, 0
        for name, shape in self.source.blocks.items():
            size = math.prod(shape)
            arrays[name] = values[list(self.places[start : start + size])].reshape(shape)
            start += size
        return arrays

    def __str__(self) -> str:
        moved = [f"{old} = {new}" for old, new in self.names.items() if str(old) != str(new)]
        shown = ", ".join(moved[:8]) + (", ..." if len(moved) > 8 else "")
        own = self.target.name if self.target.structure is None else str(self.target)
        return f"{own or 'this model'} is {self.source}" + (f" with {shown}" if shown else "")


_RECOGNISERS: list[Callable[[Model], Isomorphism | None]] = []


def recogniser(function: Callable[[Model], Isomorphism | None]) -> Callable[[Model], Any]:
    """Ask this function about models of no family."""
    _RECOGNISERS.append(function)
    return function


@lru_cache(maxsize=256)
def isomorphism_of(model: Model) -> Isomorphism | None:
    """The model of a family that a model is, as its structure says or a recogniser finds.

    None if it is none, or if its inputs are declared to live where what the family knows need not
    hold.
    """
    if not _has_all_inputs(model):
        return None
    structure: object = model.structure
    if structure is not None:
        known = structure.isomorphism(model) if isinstance(structure, HasIsomorphism) else None
        if not isinstance(known, Isomorphism):
            return None
        # a guest is not believed: the outputs must agree, and its families are asked by themselves
        doubted = guest(structure) and not known.is_plain
        return None if doubted or guest(known.structure) else known
    hear()
    what = "it was known whether the model is one of a family"
    with interruptible(what):
        candidates = (recognise(model) for recognise in _RECOGNISERS)
        found = next((f for f in candidates if f is not None), None)
    check(what)  # an answer in haste is not kept
    return found


def isomorphism_in_time(model: Model) -> Isomorphism | None:
    """The same with half of the time that is left; None where it does not suffice, so that what
    needs no family is answered.
    """
    try:
        with half():
            return isomorphism_of(model)
    except OutOfTimeError:
        return None


def _has_all_inputs(model: Model) -> bool:
    """Whether functions of the model are compared on their domain as on all of R^d: analytic ones
    on an open set are; ones with kinks only without a declaration.
    """
    return model.domain.is_open and not (model.domain and model.compiled.piecewise)


__all__ = ["Isomorphism", "isomorphism_in_time", "isomorphism_of", "recogniser"]
