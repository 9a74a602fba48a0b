r"""Least ranks for cosh, sinh, cos and sin with hidden biases, whose neurons are dependent: a class
is a plane.

Put $v(b) = (\cosh b, \sinh b)$ for cosh: $\cosh(w \cdot x + b) = v_1(b) \cosh(w \cdot x) + v_2(b)
\sinh(w \cdot x)$. Likewise for the others; v and v' are independent at every b. The functions
$\cosh(w \cdot x)$, $\sinh(w \cdot x)$ and their products with the $x_t$ are independent over the
classes $\pm w \ne 0$, also modulo affine functions. At a point of the target set every class of the
target has an active neuron, so v(b) and v'(b) bring both functions of the class, and v'(b) the
products of the $x_t$ with one combination: d more. They bring only one combination if v'(b) has one
direction for all active neurons; then the part of the target in the class is a multiple of one
v(b), a neuron. If it is none, there are 2d. A constant needs an active neuron with w = 0 (or an
output bias).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

import sympy

from rankstrat.activation.addition import Addition
from rankstrat.activation.law import Law, Vector
from rankstrat.errors import TargetError
from rankstrat.families._shared.effective_neurons import effective
from rankstrat.families.catalogue.two_layer.targets.layout import Layout
from rankstrat.model.model import Chart, Model
from rankstrat.rank.zero import is_zero, same_functions
from rankstrat.targets import Branch, BranchList, Candidate, Closure, RankBounds, TargetFunction

Part = dict[Fraction, Any]
"""Output weight by bias, for the neurons of one class."""

_DIGITS = (30, 300, 3000)


@dataclass(frozen=True)
class Waves(Layout):
    """A network and the classes of a target: the neurons of each by their biases, never zero in
    total.
    """

    addition: Addition
    parts: Mapping[Vector, Part]
    constant: sympy.Expr

    @property
    def even(self) -> bool:
        """Whether the activation is cosh or cos."""
        return self.addition.parity == "even"

    @property
    def flat(self) -> sympy.Expr | None:
        """A bias where the slope vanishes: a constant neuron there brings the constant alone."""
        if self.even:
            return sympy.Integer(0)
        if self.addition.periodic:
            return sympy.pi / 2
        return None

    def is_neuron(self, part: Part) -> bool:
        r"""Whether $\sum_i a_i v(b_i)$ is a multiple of one v(b): a question of signs for cosh and
        sinh.
        """
        if len(part) == 1 or self.addition.periodic:
            return True
        sums = [
            sympy.Add(
                *(sympy.Rational(a) * sympy.exp(s * sympy.Rational(b)) for b, a in part.items())
            )
            for s in (1, -1)
        ]
        return _sign(sums[0]) == _sign(sums[1])  # the coefficients of exp(w.x) and +-exp(-w.x)

    def small(self) -> Chart | None:
        """A network whose rank no point of the target set falls below; None where that is 0."""
        neurons: list[tuple[Any, list[Any], Any]] = []
        for u, part in self.parts.items():
            neurons.append((1, list(u), 0))
            if not self.is_neuron(part):
                neurons.append((1, list(u), 1))
        zero = [0] * self.inputs
        output = bool(self.structure.output_bias)
        if not output and not is_zero(self.constant):
            acting = int(self.flat is None)
            neurons.append((acting, zero, int(not self.even)))
        if not neurons:
            if not output and not self.addition.positive:
                return None
            neurons.append((0, zero, 0))
        small = Model.of(replace(self.structure, width=len(neurons)))
        arrays: dict[str, Any] = dict(
            zip("awb", map(list, zip(*neurons, strict=True)), strict=True)
        )
        return small.point(arrays | ({"c": 0} if output else {}))

    def neurons(self) -> list[tuple[Any, list[Any], Any]]:
        """Neurons of the target: one or two for each class, and one for a constant without output
        bias.
        """
        result: list[tuple[Any, list[Any], Any]] = []
        for u, part in self.parts.items():
            result += [(a, list(u), b) for b, a in self._at_most_two(part).items()]
        if not self.structure.output_bias and not is_zero(self.constant):
            b = sympy.Integer(1) if self.flat is None else self.flat
            value = self.structure.activation(b)
            result.append((self.constant / value, [0] * self.inputs, b))
        return result

    def _at_most_two(self, part: Part) -> Part:
        r"""The same part of the target with two of its biases:
        $a_1 v(b_1) + a_2 v(b_2) = \sum_i a_i v(b_i)$.
        """
        if len(part) <= 2:
            return part
        one, two, *_ = (sympy.Rational(b) for b in part)
        area = self._odd(two - one)  # det(v(b_1), v(b_2)) up to a sign
        first = sympy.Add(
            *(sympy.Rational(a) * self._odd(two - sympy.Rational(b)) for b, a in part.items())
        )
        second = sympy.Add(
            *(sympy.Rational(a) * self._odd(sympy.Rational(b) - one) for b, a in part.items())
        )
        keys = list(part)
        return {keys[0]: first / area, keys[1]: second / area}

    def _odd(self, z: sympy.Expr) -> sympy.Expr:
        if self.addition.periodic:
            return sympy.sin(z)
        return sympy.sinh(z)

    def branch(self) -> Branch:
        """The target's neurons, and copies of the first one that share its output weight."""
        neurons = self.neurons()
        m, n = self.width, len(neurons)
        if n > m:
            raise TargetError(
                f"the target was written with {n} neurons of rational biases, the model has width"
                f" {m}; choose width >= {n}, or pass charts=[...]"
            )
        symbols = self.model.parameters
        spare = symbols[n:m]
        silent_bias = sympy.pi / 2 * int(self.addition.periodic and self.even)
        still = (0, [0] * self.inputs, silent_bias)
        neurons += [*neurons[:1], still][:1] * (m - n)
        outputs = [a for a, _, _ in neurons]
        if n:
            outputs = [
                sympy.sympify(outputs[0], strict=True) - sympy.Add(*spare),
                *outputs[1:n],
                *spare,
            ]
        values: dict[sympy.Symbol, Any] = dict(zip(symbols, outputs, strict=False))
        for i, (_, w, b) in enumerate(neurons):
            values |= dict(zip(self.symbols(i), (*w, b), strict=True))
        if self.output_bias is not None:
            values[symbols[self.output_bias]] = self.constant
        pairs = {p: sympy.sympify(v, strict=True) for p, v in values.items() if p != v}
        chart = self.model.chart(pairs)
        return Branch(
            label="copies of the target's neurons",
            chart=chart,
            closure=Closure(tuple(p - v for p, v in pairs.items())),
            dimension=len(chart.coordinates),
            is_component=False,
            bounds=RankBounds(
                candidates=partial(
                    _one_point,
                    chart.at(dict.fromkeys(chart.coordinates, 0)) if chart.coordinates else chart,
                ),
                everywhere=self.small(),
            ),
        )


def _one_point(point: Chart) -> Iterator[Candidate]:
    yield Candidate(point)


def _sign(value: sympy.Expr) -> int:
    """The sign of a number that is not zero."""
    for digits in _DIGITS:
        close = value.evalf(digits, maxn=10 * digits)
        if abs(close) > sympy.Float(10, digits) ** (-digits // 2):
            if close > 0:
                return 1
            return -1
    raise TargetError(f"the sign of {value} is not found; use smaller biases")


def wave_branches(
    addition: Addition, structure: Any, model: Model, target: TargetFunction
) -> BranchList:
    r"""One branch of a target in a network of cosh, sinh, cos or sin neurons with biases.

    Its bound holds at all points of the target set.

    Distinct rational biases give independent numbers $e^b$ (or $e^{ib}$), so no class of the target
    vanishes.

    Raises:
        TargetError: the target is no sum of such neurons, or has too many.
    """
    law = Law(structure.activation, True, addition.parity)
    found = effective(law, model.inputs, True, target)
    parts: dict[Vector, Part] = {}
    for u, alpha in zip(found.weights, found.coefficients, strict=True):
        parts.setdefault(u[:-1], {})[u[-1]] = alpha
    waves = Waves(model, structure, addition, parts, found.constant)
    branch = waves.branch()
    outputs = [output.xreplace(branch.chart.values) for output in model.outputs]
    if not same_functions(outputs, target.expressions, model.inputs, branch.chart.coordinates):
        raise TargetError(
            "the copies of the target's neurons do not have its function; report this"
        )
    basis = (
        "only the copies of the target's own neurons; neurons of one class with different biases"
        " can share it"
    )
    return BranchList((branch,), False, basis)


__all__ = ["wave_branches"]
