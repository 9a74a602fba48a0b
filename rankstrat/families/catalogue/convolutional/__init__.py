r"""Convolutional networks
$f(I) = \sum_{l,p} a_{l,p}\,\sigma(\langle K_l, I|_{\text{window } p}\rangle + b_l) + c$.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np
import sympy

from rankstrat.activation.lookup import as_activation
from rankstrat.activation.record import Activation
from rankstrat.algebra.program import Program
from rankstrat.errors import FamilyError
from rankstrat.families._shared.arguments import activation_of, count, flag, input_names
from rankstrat.families._shared.assembly import dot, summed
from rankstrat.families._shared.formulas import applied, inside, total, where
from rankstrat.families._shared.record import FamilyRecord
from rankstrat.families.catalogue.convolutional.branches import branches as branches_of
from rankstrat.families.catalogue.convolutional.nearby import nearby as conditions_near
from rankstrat.families.catalogue.convolutional.neurons import neurons as neurons_at
from rankstrat.families.catalogue.convolutional.strata import (
    conditions,
    generators,
    rank_coordinates,
    shared_strata,
)
from rankstrat.frozen import converted
from rankstrat.lemma import Neurons
from rankstrat.model.model import Chart, Model
from rankstrat.model.structure import Units
from rankstrat.model.values import Shape
from rankstrat.strata import Stratification
from rankstrat.targets import BranchList, TargetFunction
from rankstrat.text.tables import Math

FAMILY = "convolutional"


@dataclass(frozen=True)
class Convolutional(FamilyRecord):
    r"""The structure of a two-layer network whose neurons see windows of an image (stride 1, no
    padding).

    Attributes:
        kernels: the number k of kernels.
        size: the image has `size` pixels (dimension 1) or size x size (dimension 2).
        kernel_size: the same for a kernel.
        dimension: 1 or 2.
        sharing: whether all places share a kernel; otherwise each place has its own.
        bias: hidden biases, one for each kernel (without sharing, one for each neuron).
        output_bias: whether there is an output bias c.
        activation: sigma.
    """

    FAMILY: ClassVar[str] = FAMILY

    kernels: int = converted(partial(count, FAMILY))
    size: int = converted(partial(count, FAMILY))
    kernel_size: int = converted(partial(count, FAMILY))
    dimension: int = converted(partial(count, FAMILY))
    sharing: bool = converted(partial(flag, FAMILY))
    bias: bool = converted(partial(flag, FAMILY))
    output_bias: bool = converted(partial(flag, FAMILY))
    activation: Activation = converted(activation_of)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.dimension > 2:
            raise FamilyError(
                f"{FAMILY}: dimension = {self.dimension}; images of dimension 1 or 2 are needed"
            )
        if self.kernel_size > self.size:
            raise FamilyError(
                f"{FAMILY}: kernel_size = {self.kernel_size} is larger than size = {self.size}; a"
                " kernel must fit into the image; make size larger"
            )

    @property
    def places(self) -> Shape:
        r"""Where a window can stand: $d + 1 - s$ places along each axis."""
        return (self.size + 1 - self.kernel_size,) * self.dimension

    @property
    def window(self) -> Shape:
        """The shape of a kernel."""
        return (self.kernel_size,) * self.dimension

    @cached_property
    def blocks(self) -> Mapping[str, Shape]:
        """a (k, places), K (k, window) or (k, places, window), b (k,) or (k, places), c ()."""
        own: Shape = () if self.sharing else self.places
        blocks: dict[str, Shape] = {
            "a": (self.kernels, *self.places),
            "K": (self.kernels, *own, *self.window),
        }
        if self.bias:
            blocks["b"] = (self.kernels, *own)
        if self.output_bias:
            blocks["c"] = ()
        return blocks

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """x1, ..., xd; in two dimensions the pixels row by row."""
        return input_names(self.size**self.dimension)

    @cached_property
    def pixels(self) -> Any:
        """For each place (row by row) the input indices of its window, in the order of the kernel's
        entries.
        """
        image = np.arange(self.size**self.dimension).reshape((self.size,) * self.dimension)
        windows = np.lib.stride_tricks.sliding_window_view(image, self.window)
        return windows.reshape(int(np.prod(self.places)), int(np.prod(self.window)))

    @property
    def formula(self) -> str:
        r"""The sum over kernels and windows."""
        place = "" if self.sharing else " p"

        def kernel(k: str) -> str:
            shift = f" + b_{{{k}{place}}}" * self.bias
            window = rf"\langle K_{{{k}{place}}}, I_p \rangle{shift}"
            return rf"\sum_p a_{{{k} p}}\,{applied(self.activation, window)}"

        value = total("l", self.kernels, kernel) + " + c" * self.output_bias
        image = inside("I", *[self.size] * self.dimension)
        window = inside("I_p", *[self.kernel_size] * self.dimension)
        return rf"F(\theta)(I) = {value}{image}{window}{where(self.activation)}"

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        """The one output."""
        terms = []
        for kernel in range(self.kernels):
            for number, place in enumerate(itertools.product(*map(range, self.places))):
                own = (kernel,) if self.sharing else (kernel, *place)
                z = [
                    w * inputs[t]
                    for w, t in zip(blocks["K"][own].ravel(), self.pixels[number], strict=True)
                ]
                if self.bias:
                    z.append(blocks["b"][own])
                terms.append(blocks["a"][(kernel, *place)] * self.activation(sympy.Add(*z)))
        if self.output_bias:
            terms.append(blocks["c"][()])
        return (sympy.Add(*terms),)

    def nodes(
        self, program: Program, blocks: Mapping[str, Any], inputs: Sequence[int]
    ) -> list[int]:
        """The one output as a node of a program."""
        weights, size = blocks["a"].reshape(self.kernels, -1).tolist(), len(self.pixels)
        own = 1 if self.sharing else size
        kernels = blocks["K"].reshape(self.kernels, own, -1).tolist()
        biases = blocks["b"].reshape(self.kernels, own, 1).tolist() if self.bias else None
        windows = [[inputs[t] for t in window] for window in self.pixels.tolist()]
        terms = []
        for kernel in range(self.kernels):
            for place, window in enumerate(windows):
                seen = place % own
                bias = biases[kernel][seen] if biases else ()
                z = dot(program, kernels[kernel][seen], window, *bias)
                value = self.activation.template.at(program, z)
                terms.append(program.product(((weights[kernel][place], 1), (value, 1))))
        if self.output_bias:
            terms.append(int(blocks["c"][()]))
        return [summed(program, terms)]

    @cached_property
    def units(self) -> tuple[Units, ...]:
        """The kernels."""
        own = {"K": 0, "b": 0} if self.bias else {"K": 0}
        return (Units(self.kernels, own, {"a": 0}, "b" * self.bias, self.output_bias),)

    def with_units(self, counts: Sequence[int]) -> Model:
        """The network with another number of kernels."""
        return Model.of(replace(self, kernels=counts[0]))

    def branches(self, model: Model, target: TargetFunction) -> BranchList | None:
        """A branch of least rank of a target set; see `rankstrat.target_set`."""
        return branches_of(self, model, target)

    def neurons(self, arrays: Mapping[str, Any]) -> Neurons:
        """The neurons at a point, for `rank_by_lemma`."""
        return neurons_at(arrays, self.pixels, self.size**self.dimension, sharing=self.sharing)

    def strata(self, model: Model) -> Stratification | None:
        """All strata, for one shared kernel, or two in one dimension; None sends `stratify` to an
        arrangement.
        """
        return shared_strata(self, model)

    def nearby(
        self, arrays: Mapping[str, Any], names: Mapping[str, Any] | None = None
    ) -> Iterable[tuple[Math, float]]:
        """Which kernels nearly vanish or are nearly copies of each other; see
        `rankstrat.nearest_strata`.
        """
        return conditions_near(self, arrays)

    def conditions(self, model: Model) -> tuple[list[Any], ...]:
        """Groups of linear forms under which the rank may drop; see `rankstrat.stratify`."""
        return tuple(conditions(self, model))

    def generators(self, model: Model) -> tuple[dict[Any, Any], ...]:
        """Symmetries of the model."""
        return tuple(generators(self, model))

    def rank_coordinates(self, chart: Chart) -> tuple[int, list[list[Any]]] | None:
        """The rank in exact coordinates on the flat of a chart."""
        return rank_coordinates(self, chart)


def convolutional(
    kernels: int,
    size: int,
    kernel_size: int,
    dimension: int = 1,
    sharing: bool = True,
    bias: bool = False,
    output_bias: bool = False,
    activation: Any = "tanh",
) -> Model:
    r"""$f(I) = \sum_{l,p} a_{l,p}\,\sigma(\sum_\alpha K_{l,\alpha} I_{p+\alpha} + b_l) + c$, stride
    1, no padding.

    Entry alpha of a kernel meets pixel p + alpha (alpha counted from 0), the order of every
    deep-learning library; the papers write the convolution $I_{p+s-\alpha} K_\alpha$ (alpha from
    1), which is this model with every kernel reversed along each axis. The fully connected network
    of the same images is ``two_layer(width=kernels * places, inputs=size**dimension)``.

    Args:
        kernels: the number k of kernels.
        size: pixels along an axis, d.
        kernel_size: entries of a kernel along an axis, s.
        dimension: 1 or 2.
        sharing: False gives each place its own kernel (and bias): K has the shape (k, places,
            window).
        bias: hidden biases.
        output_bias: the output bias c.
        activation: a name, formula, callable or `Activation`.

    Raises:
        FamilyError: a kernel larger than the image, a dimension other than 1 and 2, ...

    References:
        LLR Theorems 5 and 6; docs/proofs.md#tied-weights.

    Example:
        >>> convolutional(kernels=1, size=3, kernel_size=2).outputs
        (a1_1*tanh(K1_1*x1 + K1_2*x2) + a1_2*tanh(K1_1*x2 + K1_2*x3),)
    """
    return Model.of(
        Convolutional(
            kernels,
            size,
            kernel_size,
            dimension,
            sharing,
            bias,
            output_bias,
            as_activation(activation),
        )
    )
