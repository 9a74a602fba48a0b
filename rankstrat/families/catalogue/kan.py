r"""Kolmogorov-Arnold networks
$f(x) = \sum_{i=1}^m \Phi_i\bigl(\sum_{j=1}^d \varphi_{ij}(x_j)\bigr)$.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any, ClassVar

import sympy

from rankstrat.algebra.program import LINEAR, Program
from rankstrat.errors import FamilyError
from rankstrat.families._shared.arguments import count, input_names
from rankstrat.families._shared.assembly import dot
from rankstrat.families._shared.formulas import total
from rankstrat.families._shared.record import FamilyRecord
from rankstrat.frozen import converted
from rankstrat.model.model import Model
from rankstrat.model.structure import Units
from rankstrat.model.values import Shape, exact_scalar
from rankstrat.text.parsing import shown

FAMILY = "kan"


def _ascending(name: str, given: Any) -> tuple[int | Fraction, ...]:
    """Rational numbers in ascending order."""
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise FamilyError(
            f"{FAMILY}: {name} = {shown(repr(given))}; a list of rational numbers is needed; write"
            f" {name}=[0, 1]"
        )
    knots = [exact_scalar(f"{name}[{i}]", knot) for i, knot in enumerate(given)]
    rational = [k for k in knots if isinstance(k, int | Fraction)]
    if len(rational) < len(knots) or sorted(set(rational)) != knots:
        raise FamilyError(
            f"{FAMILY}: {name} = {shown(str(list(given)))}; ascending rational numbers are needed;"
            f" write {name}=[0, 1]"
        )
    return tuple(rational)


@dataclass(frozen=True)
class KAN(FamilyRecord):
    r"""The structure of a two-layer Kolmogorov-Arnold network with splines $\sum_g c_g B_g$ on its
    edges.

    Attributes:
        width: the number m of neurons.
        inputs: the input dimension d.
        degree: of the splines.
        knots: interior knots; none for polynomials.
    """

    FAMILY: ClassVar[str] = FAMILY

    width: int = converted(partial(count, FAMILY))
    inputs: int = converted(partial(count, FAMILY))
    degree: int = converted(partial(count, FAMILY))
    knots: tuple[int | Fraction, ...] = converted(_ascending, ())

    @property
    def basis(self) -> int:
        """The number G of basis functions of an edge."""
        return self.degree + 1 + len(self.knots)

    @cached_property
    def blocks(self) -> Mapping[str, Shape]:
        """outer (m, G), inner (m, d, G): the coefficients of Phi_i and phi_ij."""
        return {"outer": (self.width, self.basis), "inner": (self.width, self.inputs, self.basis)}

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """x1, ..., xd."""
        return input_names(self.inputs)

    @property
    def units(self) -> tuple[Units, ...]:
        """The neurons."""
        return (Units(self.width, {"inner": 0}, {"outer": 0}),)

    def with_units(self, counts: Sequence[int]) -> Model:
        """The network with another width."""
        return Model.of(replace(self, width=counts[0]))

    def spline(self, coefficients: Sequence[Any], z: sympy.Expr) -> sympy.Expr:
        """The spline with these coefficients at z."""
        powers = [z**k for k in range(self.degree + 1)]
        bends = [
            sympy.Max(0, z - sympy.Rational(k.numerator, k.denominator)) ** self.degree
            for k in self.knots
        ]
        return sympy.Add(*(c * b for c, b in zip(coefficients, (*powers, *bends), strict=True)))

    @property
    def formula(self) -> str:
        r"""The sum of splines of sums of splines."""

        def unit(i: str) -> str:
            inner = total("j", self.inputs, lambda j: rf"\varphi_{{{i}{j}}}(x_{j})")
            return rf"\Phi_{i}\bigl({inner}\bigr)"

        value = total("i", self.width, unit)
        knots = rf",\ \text{{knots }} {', '.join(map(str, self.knots))}" if self.knots else ""
        splines = rf",\ \Phi_i, \varphi_{{ij}} \text{{ of degree }} {self.degree}{knots}"
        return rf"F(\theta)(x) = {value}{splines}"

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        """The one output."""
        terms = []
        for outer, inner in zip(blocks["outer"], blocks["inner"], strict=True):
            edges = [self.spline(edge, x) for edge, x in zip(inner, inputs, strict=True)]
            terms.append(self.spline(outer, sympy.Add(*edges)))
        return (sympy.Add(*terms),)

    def nodes(
        self, program: Program, blocks: Mapping[str, Any], inputs: Sequence[int]
    ) -> list[int]:
        """The one output as a node of a program."""
        at_inputs = [node for x in inputs for node in self._basis_at(program, x)]
        coefficients, values = [], []
        for outer, inner in zip(blocks["outer"], blocks["inner"], strict=True):
            argument = dot(program, inner.ravel(), at_inputs)
            coefficients += outer.tolist()
            values += self._basis_at(program, argument)
        return [dot(program, coefficients, values)]

    def _basis_at(self, program: Program, z: int) -> list[int]:
        """The basis functions at a node."""
        powers = [program.power(z, k) for k in range(self.degree + 1)]
        bends = [
            program.power(program.function("relu", _shifted(program, z, -knot)), self.degree)
            for knot in self.knots
        ]
        return [*powers, *bends]


def _shifted(program: Program, node: int, constant: int | Fraction) -> int:
    """The node of n + c, the constant inside the sum."""
    if program.kind[node] != LINEAR:
        return program.linear(constant, ((1, node),))
    c0, *coefficients = program.data[node]
    return program.linear(c0 + constant, zip(coefficients, program.args[node], strict=True))


def kan(width: int, inputs: int, degree: int = 3, knots: Sequence[Any] = ()) -> Model:
    r"""$f(x) = \sum_{i=1}^m \Phi_i\bigl(\sum_{j=1}^d \varphi_{ij}(x_j)\bigr)$ with splines
    $\Phi_i, \varphi_{ij}$.

    A spline is written in the basis $1, z, \dots, z^r, (z - t_1)_+^r, (z - t_2)_+^r, \dots$ with
    the knots t, which spans what the B-splines of degree r with these interior knots span: ranks
    are the same, coefficients are not.

    Args:
        width: the number m of neurons.
        inputs: the input dimension d.
        degree: the degree r of the splines.
        knots: interior knots, ascending; none (the default) for polynomials. With knots the model
            is piecewise, and `region_rank` answers on one region (`model_rank` bounds the rank on
            all inputs from below).

    Raises:
        FamilyError: sizes that are not positive whole numbers, knots that are not ascending
            rational numbers.

    References:
        docs/proofs.md#attention.

    Example:
        >>> kan(width=1, inputs=1, degree=1).outputs
        (outer1_1 + outer1_2*(inner1_1_1 + inner1_1_2*x1),)
    """
    return Model.of(KAN(width, inputs, degree, tuple(knots) if isinstance(knots, list) else knots))  # type: ignore[arg-type]
