r"""What a family knows of its models: one protocol for each capability.

`Structure` is what every family gives. Every other capability is optional; a verb uses it where it
is there and the general algorithm otherwise. A capability that does not reach certain arguments
returns None. What an upper floor makes of an answer (strata, branches, neurons) stands in the words
of that floor, so the results are not typed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import sympy

from rankstrat.model.values import Shape


@runtime_checkable
class Structure(Protocol):
    """What rebuilds a model and its outputs.

    `family` and `arguments` rebuild the model; `blocks` gives names and shapes of the parameter
    blocks in order; `input_names` the inputs; `expressions(blocks, inputs)` the outputs from arrays
    of symbols. A structure is never trusted: the rank always comes from the expressions, unless a
    lemma is used and cited.
    """

    @property
    def family(self) -> str:
        """The name under which the family is built."""
        ...

    @property
    def arguments(self) -> Mapping[str, Any]:
        """The keyword arguments that rebuild the model."""
        ...

    @property
    def blocks(self) -> Mapping[str, Shape]:
        """Names and shapes of the parameter blocks, in order."""
        ...

    @property
    def input_names(self) -> Sequence[str]:
        """Names of the inputs."""
        ...

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> Sequence[sympy.Expr]:
        """The outputs from arrays of symbols."""
        ...


@runtime_checkable
class HasNeurons(Protocol):
    """A sum of neurons, open to the counting road of `rank_by_lemma`."""

    @property
    def activation(self) -> Any:
        """The `Activation` of every neuron."""
        ...

    def neurons(self, arrays: Mapping[str, Any]) -> Any:
        """The `lemma.Neurons` at a point, from arrays of exact values."""
        ...


@runtime_checkable
class HasStrata(Protocol):
    """A structure that knows all strata of its models."""

    def strata(self, model: Any) -> Any:
        """The complete `strata.Stratification`; None where it is not known for these arguments."""
        ...


@runtime_checkable
class HasFunctionLevels(Protocol):
    """A structure that knows the rank hierarchy of its function space."""

    def function_levels(self, model: Any) -> Sequence[Any] | None:
        """The `strata.FunctionLevel` rows, ascending in rank; None where they are not known for
        these arguments.
        """
        ...


@runtime_checkable
class HasConditions(Protocol):
    """A structure that names the conditions under which the rank of its models may drop."""

    def conditions(self, model: Any) -> Sequence[Sequence[Any]]:
        """Groups of linear expressions in the parameters that vanish together."""
        ...

    def generators(self, model: Any) -> Sequence[dict[Any, Any]]:
        """Symmetries: parameter -> plus or minus a parameter (those that are fixed may be left
        out).
        """
        ...


@runtime_checkable
class HasRankCoordinates(Protocol):
    """A structure that knows the rank on a flat in exact coordinates."""

    def rank_coordinates(self, chart: Any) -> tuple[int, list[list[Any]]] | None:
        """A number and a matrix of polynomials.

        The rank is the number plus the rank of the matrix at every point of the flat that lies on
        no smaller one.
        """
        ...


@runtime_checkable
class HasNearby(Protocol):
    """A structure that measures how far float values are from its strata."""

    def nearby(self, arrays: Mapping[str, Any]) -> Iterable[tuple[Any, float]]:
        """Conditions (`text.tables.Math`) with the Euclidean distance of the point from the set
        where they hold.
        """
        ...


@runtime_checkable
class HasBranches(Protocol):
    """A structure that lists the branches of a target."""

    def branches(self, model: Any, target: Any) -> Any:
        """The `targets.BranchList` of a `targets.TargetFunction` in the model of this structure."""
        ...


__all__ = [
    "HasBranches",
    "HasConditions",
    "HasFunctionLevels",
    "HasNearby",
    "HasNeurons",
    "HasRankCoordinates",
    "HasStrata",
    "Structure",
]
