r"""Fully connected networks $f^{[l]} = \sigma(W_l f^{[l-1]} + b_l)$, $f = W_L f^{[L-1]} + b_L$, of
any depth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np
import sympy

from rankstrat.activation.record import Activation
from rankstrat.algebra.program import Program
from rankstrat.errors import UndecidedError
from rankstrat.families._shared.arguments import activation_of, counts, flag, input_names
from rankstrat.families._shared.deep_branches import splitting_branches
from rankstrat.families._shared.deep_strata import DeepStrata, deep_strata
from rankstrat.families._shared.deep_words import deep_distances
from rankstrat.families._shared.formulas import applied, shape, where
from rankstrat.families._shared.layered import LayeredStructure
from rankstrat.families._shared.record import FamilyRecord
from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.frozen import converted
from rankstrat.lemma import Neurons
from rankstrat.model.isomorphism import Isomorphism
from rankstrat.model.model import Model
from rankstrat.model.structure import Layers
from rankstrat.model.values import Shape
from rankstrat.targets import MAX_PARAMETERS, BranchList, TargetFunction, polynomial_branches
from rankstrat.text.tables import Math

FAMILY, MOST_MINORS = "fully_connected", 24
DEEPEST = 3  # layers that a title writes out


@dataclass(frozen=True)
class FullyConnected(FamilyRecord, LayeredStructure):
    r"""The structure of a network with layer widths $(m_0, \dots, m_L)$; one layer (L = 1) is an
    affine map.

    Attributes:
        widths: m_0 (inputs), hidden widths, m_L (outputs).
        activation: sigma, in every hidden layer.
        bias: hidden biases b_1, ..., b_{L-1}.
        output_bias: the output bias b_L.
    """

    FAMILY: ClassVar[str] = FAMILY

    widths: tuple[int, ...] = converted(partial(counts, FAMILY, shortest=2, example="[2, 3, 3, 1]"))
    activation: Activation = converted(activation_of)
    bias: bool = converted(partial(flag, FAMILY), False)
    output_bias: bool = converted(partial(flag, FAMILY), False)

    @property
    def depth(self) -> int:
        """The number L of layers, the output layer included."""
        return len(self.widths) - 1

    @cached_property
    def blocks(self) -> Mapping[str, Shape]:
        """W1 (m_1, m_0), b1 (m_1,), W2, ..., WL, bL."""
        blocks: dict[str, Shape] = {}
        for layer in range(1, self.depth + 1):
            blocks[f"W{layer}"] = (self.widths[layer], self.widths[layer - 1])
            if self.output_bias if layer == self.depth else self.bias:
                blocks[f"b{layer}"] = (self.widths[layer],)
        return blocks

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """x1, ..., xd."""
        return input_names(self.widths[0])

    @property
    def formula(self) -> str:
        r"""The layers, nested; the inner ones as dots where they are many."""
        value = "x"
        for layer in range(1, self.depth + 1):
            last = layer == self.depth
            shift = f" + b_{{{layer}}}" * (self.output_bias if last else self.bias)
            value = rf"W_{{{layer}}} {value}{shift}"
            value = value if last else applied(self.activation, value)
        if self.depth > DEEPEST:
            first = applied(self.activation, "W_1 x" + " + b_1" * self.bias)
            shift = f" + b_{{{self.depth}}}" * self.output_bias
            outer = applied(self.activation, rf"\cdots {first} \cdots")
            value = rf"W_{{{self.depth}}} {outer}{shift}"
        return rf"F(\theta)(x) = {value}{shape('m', self.widths)}{where(self.activation)}"

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        """The m_L outputs."""
        layer: Sequence[sympy.Expr] = inputs
        for number in range(1, self.depth + 1):
            weights, biases = blocks[f"W{number}"], blocks.get(f"b{number}")
            sums = []
            for i, row in enumerate(weights):
                terms = [weight * value for weight, value in zip(row, layer, strict=True)]
                sums.append(sympy.Add(*terms, *([biases[i]] if biases is not None else [])))
            layer = sums if number == self.depth else [self.activation(z) for z in sums]
        return tuple(layer)

    @cached_property
    def layers(self) -> Layers:
        """W1, b1, ..., WL, bL."""
        names = [(f"W{layer}", f"b{layer}") for layer in range(1, self.depth + 1)]
        biases = tuple(bias * (bias in self.blocks) for _, bias in names)
        return Layers(self.widths, tuple(w for w, _ in names), biases, self.activation)

    def with_widths(self, widths: Sequence[int]) -> Model:
        """The network with other widths."""
        return Model.of(replace(self, widths=tuple(widths)))

    def nodes(
        self, program: Program, blocks: Mapping[str, Any], inputs: Sequence[int]
    ) -> list[int]:
        """The outputs as nodes of a program."""
        layer = list(inputs)
        for number in range(1, self.depth + 1):
            biases = blocks.get(f"b{number}")
            sums = []
            for i, row in enumerate(blocks[f"W{number}"].tolist()):
                products = [
                    (1, program.times(weight, value))
                    for weight, value in zip(row, layer, strict=True)
                ]
                bias = [] if biases is None else [(1, int(biases[i]))]
                sums.append(program.linear(0, [*products, *bias]))
            last = number == self.depth
            layer = sums if last else [self.activation.template.at(program, z) for z in sums]
        return layer

    def branches(self, model: Model, target: TargetFunction) -> BranchList | None:
        """Branches of a target set: those of a two-layer network, else by splitting; see
        `rankstrat.target_set`.
        """
        if self.is_two_layer:
            return None  # what is known of two-layer networks
        if model.size <= MAX_PARAMETERS and (self.depth == 1 or self.activation.is_polynomial):
            return polynomial_branches(model, target)
        return splitting_branches(self, model, target)

    def strata(self, model: Model) -> DeepStrata | None:
        """The strata by layers; None for two-layer networks, affine maps, units with kinks, and
        small polynomial networks, whose minors decide more.
        """
        polynomial = self.activation.is_polynomial and model.size <= MOST_MINORS
        if self.depth == 1 or self.is_two_layer or polynomial:
            return None
        return deep_strata(model, self.layers)

    def nearby(
        self, arrays: Mapping[str, Any], names: Mapping[str, Any] | None = None
    ) -> Iterable[tuple[Math, float]] | None:
        """Distances to merged, null and constant units of each layer; None where `strata` is."""
        if self.is_two_layer or self.activation.is_piecewise:
            return None
        return deep_distances(self.layers, self.activation.parity in ("odd", "even"), arrays, names)

    @property
    def is_two_layer(self) -> bool:
        """Whether there is one hidden layer and one output."""
        return self.depth == 2 and self.widths[2] == 1

    def isomorphism(self, model: Model) -> Isomorphism | None:
        """The two-layer network with the parameters a = W2, w = W1, b = b1, c = b2."""
        if not self.is_two_layer:
            return None
        d, m, _ = self.widths
        hidden = m * d + m * self.bias
        places = (
            *range(hidden, hidden + m),
            *range(m * d),
            *range(m * d, hidden),
            *range(hidden + m, model.size),
        )
        source = two_layer(m, d, self.activation, self.bias, self.output_bias)
        return Isomorphism(source, model, places, tuple(range(d)))

    def neurons(self, arrays: Mapping[str, Any]) -> Neurons:
        """The neurons at a point of a network with one hidden layer and one output, for
        `rank_by_lemma`.

        Raises:
            UndecidedError: other depths or several outputs.
        """
        if not self.is_two_layer:
            raise UndecidedError(
                f"the network has widths {list(self.widths)}; an independence lemma is known for"
                " one hidden layer and one output; use model_rank"
            )
        inputs = self.widths[0]
        return Neurons.of(
            arrays["W2"][0],
            arrays["W1"],
            np.arange(inputs, dtype=np.int64),
            inputs,
            biases=arrays.get("b1"),
            output_bias="b2" in arrays,
        )


def fully_connected(
    widths: Sequence[int], activation: Any = "tanh", bias: bool = True, output_bias: bool = True
) -> Model:
    r"""$f^{[l]} = \sigma(W_l f^{[l-1]} + b_l)$ for l < L, $f = W_L f^{[L-1]} + b_L$; parameters W1,
    b1, ..., WL, bL.

    Args:
        widths: $[m_0, m_1, \dots, m_L]$: inputs, hidden layers, outputs.
        activation: a name, formula, callable or `Activation`.
        bias: hidden biases b1, ..., b(L-1).
        output_bias: the output bias bL.

    Raises:
        FamilyError: fewer than two widths, a width that is not a positive whole number, ...

    References:
        EP2 Section 2.

    Example:
        >>> fully_connected(widths=[2, 3, 3, 1]).size
        25
    """
    return Model.of(FullyConnected(widths, activation, bias, output_bias))  # type: ignore[arg-type]
