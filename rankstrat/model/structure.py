r"""What a family knows of its models: one protocol for each capability.

`Structure` is what every family gives. Every other capability is optional; a verb uses it where it
is there and the general algorithm otherwise. A capability that does not reach certain arguments
returns None. What an upper floor makes of an answer (strata, branches, neurons) stands in the words
of that floor, so the results are not typed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import sympy

from rankstrat.algebra.program import Program
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
class Assembled(Protocol):
    """Outputs as nodes of a program, with no symbol on the way; the same functions as
    `expressions`.
    """

    def nodes(
        self, program: Program, blocks: Mapping[str, Any], inputs: Sequence[int]
    ) -> Sequence[int]:
        """The nodes of the outputs from arrays of nodes."""
        ...


@runtime_checkable
class HasFormula(Protocol):
    """A structure that writes its model on one line."""

    @property
    def formula(self) -> str:
        r"""LaTeX such as $F(A, B) = A B$, for the titles of tables."""
        ...


@dataclass(frozen=True)
class Units:
    r"""A group of interchangeable units: which part of each block belongs to one of them.

    With the parameters $v_i$ of unit i in the blocks of `own` and $a_i$ in those of `shares`, the
    outputs are $g\bigl(\sum_i a_i\,h(v_i)\bigr)$ with the same g and h for every unit, linear in
    $a_i$: a unit may be repeated if its copies share $a_i$, and one with $a_i = 0$ adds nothing.

    Attributes:
        count: how many units there are.
        own: block -> the axis that counts units.
        shares: the same for the blocks in which a unit enters linearly.
        bias: the block of `own` that holds the biases of the units; empty if they have none.
        constant: whether the sum has a constant of its own, so that a null unit may have any bias.
    """

    count: int
    own: Mapping[str, int]
    shares: Mapping[str, int]
    bias: str = ""
    constant: bool = False


@runtime_checkable
class HasUnits(Protocol):
    """A structure with interchangeable units: splitting, null units and their graph are open to
    it.
    """

    @property
    def units(self) -> tuple[Units, ...]:
        """One group for each hidden layer, or one in all."""
        ...

    def with_units(self, counts: Sequence[int]) -> Any:
        """The `Model` that has these numbers of units in its groups, and is the same otherwise."""
        ...


@dataclass(frozen=True)
class Layers:
    r"""The layers of $f^{[l]} = \sigma(W_l f^{[l-1]} + b_l)$, $l = 1, \dots, L$, the last without
    $\sigma$.

    Attributes:
        widths: $(m_0, \dots, m_L)$.
        weights: the block of each W_l.
        biases: the block of each b_l, empty where the layer has none.
        activation: the `Activation` $\sigma$; the identity for products of matrices.
    """

    widths: tuple[int, ...]
    weights: tuple[str, ...]
    biases: tuple[str, ...]
    activation: Any

    @property
    def units(self) -> tuple[Units, ...]:
        """The units of the hidden layers."""
        return tuple(self._group(layer) for layer in range(1, len(self.widths) - 1))

    def _group(self, layer: int) -> Units:
        own, bias = {self.weights[layer - 1]: 0}, self.biases[layer - 1]
        if bias:
            own[bias] = 0
        shares = {self.weights[layer]: -1}  # a vector where there is one output
        return Units(self.widths[layer], own, shares, bias, bool(self.biases[layer]))


@runtime_checkable
class HasLayers(HasUnits, Protocol):
    """A layered network, or a product of matrices."""

    @property
    def layers(self) -> Layers:
        """Widths, blocks and activation, layer by layer."""
        ...

    def with_widths(self, widths: Sequence[int]) -> Any:
        """The `Model` of the same family with other widths."""
        ...


@runtime_checkable
class HasEnlargements(Protocol):
    """A structure that knows how its models lie in larger ones of the family, besides by more
    units.
    """

    def enlarged(self, other: Any) -> Mapping[str, Any] | None:
        """Values for the blocks of a larger structure, in the symbols of this one; None where it
        is none.
        """
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
class HasIsomorphism(Protocol):
    """A structure whose model is one of another family with other names."""

    def isomorphism(self, model: Any) -> Any:
        """The `model.isomorphism.Isomorphism` to that model; None where it is none."""
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

    def nearby(
        self, arrays: Mapping[str, Any], names: Mapping[str, Any] | None = None
    ) -> Iterable[tuple[Any, float]] | None:
        """Conditions (`text.tables.Math`) with the Euclidean distance of the point from the set
        where they hold; in arrays of other names, where they are given. None where it does not
        know them for these arguments.
        """
        ...


@runtime_checkable
class HasBranches(Protocol):
    """A structure that lists the branches of a target."""

    def branches(self, model: Any, target: Any) -> Any:
        """The `targets.BranchList` of a `targets.TargetFunction` in the model of this structure;
        None where it does not know them for these arguments.
        """
        ...


__all__ = [
    "HasBranches",
    "HasConditions",
    "HasEnlargements",
    "HasFormula",
    "HasFunctionLevels",
    "HasIsomorphism",
    "HasLayers",
    "HasNearby",
    "HasNeurons",
    "HasRankCoordinates",
    "HasStrata",
    "HasUnits",
    "Layers",
    "Structure",
    "Units",
]
