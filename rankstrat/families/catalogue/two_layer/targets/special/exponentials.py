r"""The branches of $\sum_i a_i e^{w_i \cdot x + b_i} + c$: exponentials with different w are
independent, biases scale.

Since $a e^{w \cdot x + b} = (a e^b)\,e^{w \cdot x}$, $F(\theta) = f^*$ if and only if in every
class of equal weights the sum of $a_i e^{b_i}$ is the coefficient of $e^{w \cdot x}$ in $f^*$; the
output bias belongs to the class w = 0. A block of s neurons with the sum $\alpha$ is the graph of
$a_1 = (\alpha - \sum_{i>1} a_i e^{b_i}) e^{-b_1}$. A class contributes $e^{w \cdot x}$ to the
tangent span, and $x_t e^{w \cdot x}$ if one of its a is not zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import sympy

from rankstrat.activation.law import Vector
from rankstrat.errors import OutsideError, TargetError
from rankstrat.families._shared.patterns import Pattern
from rankstrat.families.catalogue.two_layer.targets.layout import Layout
from rankstrat.families.catalogue.two_layer.targets.special.partitions import partitions
from rankstrat.model.model import Chart, Model
from rankstrat.targets import Branch, BranchList, Candidate, Closure, RankBounds, TargetFunction

MAX_BRANCHES = 4000
BASIS = "exponentials with different weights are linearly independent"
Coefficient = Mapping[Fraction, Fraction]
r"""$\sum_q c_q e^q$ with rational q: zero exactly if no $c_q$ is left (Lindemann-Weierstrass)."""


@dataclass(frozen=True)
class Exponentials(Layout):
    """A network with hidden biases and a target: its coefficients for each weight, w = 0 among
    them.
    """

    classes: Mapping[Vector, sympy.Expr]
    constant: sympy.Expr

    def parameters(self, neuron: int) -> tuple[sympy.Symbol, list[sympy.Symbol], sympy.Symbol]:
        """a, w and b of a neuron."""
        *w, b = self.symbols(neuron)
        return self.model.parameters[neuron], w, b

    def branch(self, pattern: Pattern) -> Branch:
        """The branch of a pattern: weights of blocks equal, and one graph for each block."""
        values: dict[sympy.Symbol, sympy.Expr] = {}
        equations: list[sympy.Expr] = []
        goals = [*self.classes.items(), *((None, sympy.Integer(0)) for _ in pattern.extras)]
        for block, (u, alpha) in zip((*pattern.targets, *pattern.extras), goals, strict=True):
            first, *others = (self.parameters(i) for i, _ in block)
            if u is None:
                bound, fixed = others, first[1]
            else:
                bound, fixed = [first, *others], [sympy.Rational(v) for v in u]
            for _, w, _ in bound:
                values |= dict(zip(w, fixed, strict=True))
                equations += [v - f for v, f in zip(w, fixed, strict=True)]
            rest = sympy.Add(*(a * sympy.exp(b) for a, _, b in others))
            values[first[0]] = (
                (alpha - rest) * sympy.exp(-first[2]) if (alpha, rest) != (0, 0) else alpha
            )
            equations.append(
                first[0] * sympy.exp(first[2]) + rest - alpha if values[first[0]] != 0 else first[0]
            )
        if self.structure.output_bias:
            constants = [self.parameters(i) for i in pattern.zeros]
            carried = sympy.Add(*(a * sympy.exp(b) for a, _, b in constants))
            for _, w, _ in constants:
                values |= dict.fromkeys(w, sympy.Integer(0))
                equations += w
            c = self.model.parameters[-1]
            values[c] = self.constant - carried
            equations.append(c + carried - self.constant)
        chart = self.model.chart(values)
        several = bool(pattern.extras) and len(goals) + bool(pattern.zeros) > 1
        return Branch(
            label=pattern.label,
            chart=chart,
            closure=Closure(tuple(equations)),
            dimension=len(chart.coordinates),
            conditions=("the weights of different blocks are different",) if several else (),
            index=pattern.index,
            bounds=RankBounds(
                candidates=partial(self._candidates, pattern),
                exhaustive=BASIS,
                everywhere=self.forced,
            ),
        )

    def _candidates(self, pattern: Pattern) -> Iterator[Candidate]:
        """The least rank of a closure: further blocks join a class that is there anyway, with a
        = 0.
        """
        d = self.inputs
        home = next(iter(self.classes), (Fraction(0),) * d)
        blocks = [*zip(pattern.targets, self.classes.items(), strict=True)]
        values: dict[sympy.Symbol, Any] = dict.fromkeys(self.model.parameters, 0)
        for neuron in range(self.width * any(home)):
            values |= dict(zip(self.parameters(neuron)[1], home, strict=True))
        for block, (u, alpha) in blocks:
            for i, _ in block:
                values |= dict(zip(self.parameters(i)[1], u, strict=True))
            values[self.parameters(block[0][0])[0]] = alpha
        for i in pattern.zeros:
            values |= dict.fromkeys(self.parameters(i)[1], 0)
        if self.structure.output_bias:
            values[self.model.parameters[-1]] = self.constant
        yield Candidate(self.model.point(values), self._least)

    @property
    def _least(self) -> int:
        k, d = len(self.classes), self.inputs
        if self.structure.output_bias:
            return k * (d + 1) + 1
        return max(k * (d + 1), 1)

    @cached_property
    def forced(self) -> Chart:
        """One active neuron for each class of the target; for the zero function, some class is
        present.
        """
        d = self.inputs
        weights: list[list[Any]] = [list(u) for u in self.classes] or [[0] * d]
        small = replace(self.structure, width=len(weights))
        arrays: dict[str, Any] = {
            "a": [int(bool(self.classes))] * len(weights),
            "w": weights,
            "b": [0] * len(weights),
        }
        return Model.of(small).point(arrays | ({"c": 0} if self.structure.output_bias else {}))


def exponential_branches(structure: Any, model: Model, target: TargetFunction) -> BranchList:
    r"""All branches of a target in a two-layer network with the activation exp and hidden biases.

    Raises:
        TargetError: the target is not a sum of exponentials of affine forms, or needs more neurons
            or an output bias.
    """
    sums = coefficients(model.inputs, target.expressions[0])
    zero = (Fraction(0),) * len(model.inputs)
    classes = {u: _number(c) for u, c in sums.items()}
    constant = sympy.Integer(0)
    if structure.output_bias:
        constant = classes.pop(zero, constant)
    network = Exponentials(model, structure, classes, constant)
    k, m = len(classes), network.width
    if k > m:
        raise OutsideError(
            f"the target needs {k} neurons, the model has width {m}; it is not in the function"
            f" space; choose width >= {k}"
        )
    patterns, condensed = partitions(m, k, joker=structure.output_bias, limit=MAX_BRANCHES)
    found: dict[Any, Branch] = {}
    result = []
    for pattern in patterns:
        branch, orbit = network.branch(pattern), pattern.orbit(flips=False)
        result.append(replace(branch, representative=found.get(orbit)))
        found.setdefault(orbit, branch)
    if condensed:
        return BranchList(
            tuple(result),
            False,
            f"one branch is listed, of more than {MAX_BRANCHES} patterns of neurons",
        )
    result.sort(key=lambda b: (b.index or (0, 0), -b.dimension))
    return BranchList(tuple(result), True, f"comparison of coefficients: {BASIS}")


def coefficients(
    inputs: Sequence[sympy.Symbol], expression: sympy.Expr
) -> dict[Vector, Coefficient]:
    r"""$u \mapsto \alpha_u$ with the expression $\sum_u \alpha_u e^{u \cdot x}$, without zeros.

    Raises:
        TargetError: it is no such sum with rational numbers.
    """
    sums: dict[Vector, dict[Fraction, Fraction]] = {}
    for term in sympy.Add.make_args(sympy.expand(expression.rewrite(sympy.exp), power_exp=False)):
        number, exponent = Fraction(1), sympy.Integer(0)
        for factor in sympy.Mul.make_args(term):
            if factor.is_Rational:
                number *= Fraction(int(factor.p), int(factor.q))
            elif isinstance(factor, sympy.exp) or factor is sympy.E:
                exponent += factor.args[0] if factor.args else 1
            else:
                raise _unreadable(term)
        form = affine(exponent, inputs)
        if form is None:
            raise _unreadable(term)
        home = sums.setdefault(form[0], {})
        home[form[1]] = home.get(form[1], Fraction(0)) + number
    kept = {u: {q: c for q, c in home.items() if c} for u, home in sums.items()}
    return {u: home for u, home in kept.items() if home}


def affine(form: sympy.Expr, inputs: Sequence[sympy.Symbol]) -> tuple[Vector, Fraction] | None:
    """w and b with the expression w.x + b, if they are rational."""
    polynomial = sympy.Poly(form, *inputs) if form.is_polynomial(*inputs) else None
    if (
        polynomial is None
        or polynomial.total_degree() > 1
        or not all(c.is_Rational for c in polynomial.coeffs())
    ):
        return None
    *w, b = (polynomial.coeff_monomial(x) for x in (*inputs, 1))
    return tuple(Fraction(int(v.p), int(v.q)) for v in w), Fraction(int(b.p), int(b.q))


def _number(value: Coefficient) -> sympy.Expr:
    return sympy.Add(*(sympy.Rational(c) * sympy.exp(sympy.Rational(q)) for q, c in value.items()))


def _unreadable(term: sympy.Expr) -> TargetError:
    return TargetError(
        f"the term {term} of the target is not a multiple of exp(w.x + b) with rational numbers; a"
        " sum of such terms is needed; or pass charts=[...]"
    )


__all__ = ["affine", "coefficients", "exponential_branches"]
