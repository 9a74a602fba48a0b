r"""Polynomial networks: fully connected networks of any depth with $\sigma(z) = z^r$."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, ClassVar

import sympy

from rankstrat.activation.lookup import as_activation
from rankstrat.activation.record import Activation
from rankstrat.algebra.program import Program
from rankstrat.families._shared.arguments import count, counts, flag
from rankstrat.families._shared.layered import LayeredStructure
from rankstrat.families._shared.record import FamilyRecord
from rankstrat.families.catalogue.fully_connected import FullyConnected
from rankstrat.frozen import converted
from rankstrat.model.model import Model
from rankstrat.model.structure import Layers
from rankstrat.model.values import Shape

FAMILY = "polynomial_network"


@dataclass(frozen=True)
class PolynomialNetwork(FamilyRecord, LayeredStructure):
    r"""The structure of a network with the activation $z \mapsto z^r$.

    Attributes:
        widths: inputs, hidden widths, outputs.
        degree: the exponent r.
        bias: hidden biases.
        output_bias: the output bias.
    """

    FAMILY: ClassVar[str] = FAMILY

    widths: tuple[int, ...] = converted(partial(counts, FAMILY, shortest=2, example="[2, 3, 3, 1]"))
    degree: int = converted(partial(count, FAMILY))
    bias: bool = converted(partial(flag, FAMILY), False)
    output_bias: bool = converted(partial(flag, FAMILY), False)

    @cached_property
    def activation(self) -> Activation:
        """The power."""
        return as_activation(lambda z: z**self.degree)

    @cached_property
    def network(self) -> FullyConnected:
        """The same network as a fully connected one."""
        return FullyConnected(self.widths, self.activation, self.bias, self.output_bias)

    @property
    def blocks(self) -> Mapping[str, Shape]:
        """W1, b1, W2, ..., as for fully connected networks."""
        return self.network.blocks

    @property
    def input_names(self) -> tuple[str, ...]:
        """x1, ..., xd."""
        return self.network.input_names

    @property
    def layers(self) -> Layers:
        """Those of the fully connected network."""
        return self.network.layers

    def with_widths(self, widths: Sequence[int]) -> Model:
        """The network with other widths."""
        return Model.of(replace(self, widths=tuple(widths)))

    @property
    def formula(self) -> str:
        r"""That of the fully connected network."""
        return self.network.formula

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        """The outputs."""
        return self.network.expressions(blocks, inputs)

    def nodes(
        self, program: Program, blocks: Mapping[str, Any], inputs: Sequence[int]
    ) -> list[int]:
        """The outputs as nodes of a program."""
        return self.network.nodes(program, blocks, inputs)


def polynomial_network(
    widths: Sequence[int], degree: int = 2, bias: bool = False, output_bias: bool = False
) -> Model:
    r"""$f = W_L \rho(W_{L-1} \cdots \rho(W_1 x + b_1) \cdots) + b_L$ with $\rho(z) = z^r$ in every
    entry.

    The functions are polynomials of degree $r^{L-1}$, so the rank is also bounded by the dimension
    of their space.

    Args:
        widths: $[m_0, m_1, \dots, m_L]$.
        degree: the exponent r.
        bias: hidden biases.
        output_bias: the output bias.

    Raises:
        FamilyError: widths or degree that are not positive whole numbers.

    References:
        docs/proofs.md#quadratic.

    Example:
        >>> polynomial_network(widths=[1, 1, 1], degree=3).outputs
        (W1_1_1**3*W2_1_1*x1**3,)
    """
    return Model.of(PolynomialNetwork(widths, degree, bias, output_bias))  # type: ignore[arg-type]
