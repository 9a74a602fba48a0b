r"""Two-layer networks $f(x) = \sum_{i=1}^m a_i\,\sigma(w_i \cdot x + b_i) + c$."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, cmp_to_key, partial
from typing import Any, ClassVar

import numpy as np
import sympy

from rankstrat.activation.addition import addition_law
from rankstrat.activation.law import law_of
from rankstrat.activation.record import Activation
from rankstrat.algebra.program import Program
from rankstrat.families._shared.arguments import activation_of, count, flag, input_names
from rankstrat.families._shared.formulas import applied, inside, total, where
from rankstrat.families._shared.layered import LayeredStructure
from rankstrat.families._shared.record import FamilyRecord
from rankstrat.families.catalogue.two_layer.neurons import neurons as neurons_at
from rankstrat.families.catalogue.two_layer.strata.dispatch import strata as strata_of
from rankstrat.families.catalogue.two_layer.strata.levels import function_levels
from rankstrat.families.catalogue.two_layer.targets.dispatch import branches
from rankstrat.frozen import converted
from rankstrat.lemma import Neurons
from rankstrat.model.model import Model
from rankstrat.model.structure import Layers
from rankstrat.model.values import Shape
from rankstrat.strata import FunctionLevel, Stratification, neuron_distances
from rankstrat.targets import BranchList, TargetFunction
from rankstrat.text.tables import Math

FAMILY = "two_layer"


@dataclass(frozen=True)
class TwoLayer(FamilyRecord, LayeredStructure):
    r"""The structure of $\sum_{i=1}^m a_i\,\sigma(w_i \cdot x + b_i) + c$, $x \in \mathbb{R}^d$.

    Attributes:
        width: the number m of neurons.
        inputs: the input dimension d.
        activation: sigma.
        bias: whether there are hidden biases b.
        output_bias: whether there is an output bias c.
    """

    FAMILY: ClassVar[str] = FAMILY

    width: int = converted(partial(count, FAMILY))
    inputs: int = converted(partial(count, FAMILY))
    activation: Activation = converted(activation_of)
    bias: bool = converted(partial(flag, FAMILY), False)
    output_bias: bool = converted(partial(flag, FAMILY), False)

    @cached_property
    def blocks(self) -> Mapping[str, Shape]:
        """a (m,), w (m, d), b (m,), c ()."""
        blocks: dict[str, Shape] = {"a": (self.width,), "w": (self.width, self.inputs)}
        if self.bias:
            blocks["b"] = (self.width,)
        if self.output_bias:
            blocks["c"] = ()
        return blocks

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """x1, ..., xd."""
        return input_names(self.inputs)

    @property
    def formula(self) -> str:
        r"""The sum of neurons."""
        between = " " if self.inputs == 1 else r" \cdot "

        def unit(i: str) -> str:
            argument = f"w_{i}{between}x" + f" + b_{i}" * self.bias
            return rf"a_{i}\,{applied(self.activation, argument)}"

        value = total("i", self.width, unit) + " + c" * self.output_bias
        return rf"F(\theta)(x) = {value}{inside('x', self.inputs)}{where(self.activation)}"

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        """The one output."""
        terms = []
        for i in range(self.width):
            z = [weight * x for weight, x in zip(blocks["w"][i], inputs, strict=True)]
            if self.bias:
                z.append(blocks["b"][i])
            terms.append(_scaled(blocks["a"][i], self.activation(sympy.Add(*z))))
        if self.output_bias:
            terms.append(blocks["c"][()])
        return (sympy.Add(*terms),)

    @cached_property
    def layers(self) -> Layers:
        """w and b, then a and c."""
        biases = ("b" if self.bias else "", "c" if self.output_bias else "")
        return Layers((self.inputs, self.width, 1), ("w", "a"), biases, self.activation)

    def with_widths(self, widths: Sequence[int]) -> Model:
        """The network with another width."""
        return Model.of(replace(self, inputs=widths[0], width=widths[1]))

    def nodes(
        self, program: Program, blocks: Mapping[str, Any], inputs: Sequence[int]
    ) -> list[int]:
        """The one output as a node of a program."""
        terms = []
        weights, biases = blocks["w"].tolist(), blocks["b"].tolist() if self.bias else []
        for i, a in enumerate(blocks["a"].tolist()):
            z = [
                (1, program.times(weight, x)) for weight, x in zip(weights[i], inputs, strict=True)
            ]
            argument = program.linear(0, [*z, *((1, b) for b in biases[i : i + 1])])
            value = self.activation.template.at(program, argument)
            terms.append((1, program.times(a, value)))
        if self.output_bias:
            terms.append((1, int(blocks["c"][()])))
        return [program.linear(0, terms)]

    def strata(self, model: Model) -> Stratification | None:
        """All strata of parameter space; see `rankstrat.stratify`."""
        return strata_of(self, model)

    def function_levels(self, model: Model) -> list[FunctionLevel] | None:
        """The rank hierarchy of function space; see `rankstrat.function_hierarchy`."""
        return function_levels(self)

    def nearby(
        self, arrays: Mapping[str, Any], names: Mapping[str, Any] | None = None
    ) -> Iterable[tuple[Math, float]]:
        """Which neurons are nearly merged, null or inactive; see `rankstrat.nearest_strata`."""
        addition = addition_law(self.activation)
        # an addition theorem takes biases away: classes are of the weights alone
        alone = addition is not None and (addition.exponential or addition.parity != "none")
        biased = self.bias and not alone
        vectors = np.hstack([arrays["w"], arrays["b"][:, None]]) if biased else arrays["w"]
        law = law_of(self.activation, bias=self.bias)
        rays = law is not None and law.rays and bool(law.slope)
        signed = self.activation.remainder_parity != "none"
        return neuron_distances(
            arrays["a"], vectors, self.inputs, signed=signed, rays=rays, names=names
        )

    def branches(self, model: Model, target: TargetFunction) -> BranchList | None:
        """The branches of a target set; see `rankstrat.target_set`."""
        return branches(self, model, target)

    def neurons(self, arrays: Mapping[str, Any]) -> Neurons:
        """The neurons at a point, for `rank_by_lemma`."""
        return neurons_at(arrays)


def _scaled(a: Any, value: sympy.Expr) -> sympy.Expr:
    """The product; beside a power such as 1/(1 + exp(-z)) sympy would ask every factor whether it
    is infinite.
    """
    if value.is_Pow and value.base.is_Add and isinstance(a, sympy.Symbol):
        return sympy.Mul(*sorted((a, value), key=cmp_to_key(sympy.Basic.compare)), evaluate=False)
    return a * value


def two_layer(
    width: int, inputs: int, activation: Any = "tanh", bias: bool = False, output_bias: bool = False
) -> Model:
    r"""$f(x) = \sum_{i=1}^m a_i\,\sigma(w_i \cdot x + b_i) + c$ with parameters a (m,), w (m, d), b
    (m,), c.

    Args:
        width: the number m of neurons.
        inputs: the input dimension d; the inputs are called x1, ..., xd.
        activation: a name, formula, callable or `Activation`.
        bias: hidden biases b (without, b = 0 and no parameter).
        output_bias: the output bias c.

    Raises:
        FamilyError: a width that is not a positive whole number, an unknown activation, ...

    References:
        LLR Theorem 4; docs/proofs.md#counting.

    Example:
        >>> two_layer(width=2, inputs=1, bias=True).outputs
        (a1*tanh(b1 + w1_1*x1) + a2*tanh(b2 + w2_1*x1),)
    """
    return Model.of(TwoLayer(width, inputs, activation, bias, output_bias))
