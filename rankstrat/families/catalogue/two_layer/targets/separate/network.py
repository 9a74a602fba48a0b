"""A two-layer model and a target whose classes are compared one by one: the branch of a pattern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import sympy

from rankstrat.activation.law import Law
from rankstrat.algebra.affine import expression
from rankstrat.families._shared.effective_neurons import Effective
from rankstrat.families._shared.patterns import (
    Pattern,
    Signed,
    conditions,
    count_patterns,
    patterns,
)
from rankstrat.families.catalogue.two_layer.targets.layout import Layout
from rankstrat.families.catalogue.two_layer.targets.separate.candidates import (
    candidates,
    placement_count,
)
from rankstrat.model.model import Chart, Model
from rankstrat.rank.zero import is_zero
from rankstrat.targets import CONSTANT, AffineSubspace, Branch, Closure, RankBounds

MOST_PLACEMENTS = 1_000_000
"""Choices among which points of a branch are sought."""


@dataclass(frozen=True)
class Network(Layout):
    """A two-layer model and a target, ready for enumeration: indices of parameters, law, effective
    neurons.
    """

    law: Law
    target: Effective

    @cached_property
    def zero(self) -> Fraction:
        """sigma(0)."""
        zero = self.law.zero
        return Fraction(int(zero.p), int(zero.q))

    def patterns(self) -> Iterator[Pattern]:
        """Every pattern with all target classes present, the signs of further blocks up to a common
        one.
        """
        return patterns(self.width, len(self.target.weights), self.law.signed)

    def count_patterns(self) -> int:
        """How many patterns there are."""
        return count_patterns(self.width, len(self.target.weights), self.law.signed)

    def linear_equations(self, pattern: Pattern) -> list[dict[int, Fraction]]:
        """Equal weights inside blocks, zero weights, and the sums of the output weights."""
        rows: list[dict[int, Fraction]] = []
        one = Fraction(1)
        for block, u, alpha in zip(
            pattern.targets, self.target.weights, self.target.coefficients, strict=True
        ):
            for i, sign in block:
                rows += [
                    {j: one, CONSTANT: -sign * v} for j, v in zip(self.incoming(i), u, strict=True)
                ]
            rows.append({**self._sum(block), CONSTANT: -alpha})
        for block in pattern.extras:
            first = self.incoming(block[0][0])
            for i, sign in block[1:]:
                rows += [
                    {j: one, f: Fraction(-sign)}
                    for j, f in zip(self.incoming(i), first, strict=True)
                ]
            rows.append(self._sum(block))
        for i in pattern.zeros:
            rows += [{j: one} for j in self.incoming(i)[: self.inputs]]
        return rows

    def _sum(self, block: Signed) -> dict[int, Fraction]:
        return {i: Fraction(self.law.factor(sign)) for i, sign in block}

    def others(self, pattern: Pattern) -> dict[int, Fraction]:
        r"""$q_0 \sum_{w_i \ne 0} a_i$ as a row."""
        blocks = (*pattern.targets, *pattern.extras)
        return {i: self.law.offset for block in blocks for i, _ in block} if self.law.offset else {}

    def branch(self, pattern: Pattern) -> Branch | None:
        """The branch of a pattern; None if it is empty or lies in the closure of another one."""
        space = AffineSubspace.solve(self.model.size, self.linear_equations(pattern))
        if space is None:
            return None
        if self.bias and pattern.zeros:
            return self._curved(pattern, space)
        return self._affine(pattern, space)

    def _affine(self, pattern: Pattern, space: AffineSubspace) -> Branch | None:
        row = self.others(pattern)
        row |= {i: self.zero for i in pattern.zeros if self.zero}
        if self.output_bias is not None:
            row[self.output_bias] = Fraction(1)
        constant = self.target.constant
        if not constant.is_Rational:
            return self._irrational(pattern, space, row)
        kappa = Fraction(int(constant.p), int(constant.q))
        if pattern.zeros and self.zero and self.output_bias is None:
            reduced = space.cut([{**self.others(pattern), CONSTANT: -kappa}])
            if reduced is not None and reduced.dimension == space.dimension:
                # the weights w = 0 carry no constant: in the closure of a block of their own
                return None
        space_or_none = space.cut([{**row, CONSTANT: -kappa}])
        if space_or_none is None:
            return None
        space = space_or_none
        values = {
            p: self._value(space, i) for i, p in enumerate(self.model.parameters) if i in space.rows
        }
        equations = tuple(self._form(row) for row in space.rows.values())
        return self._finish(pattern, self.model.chart(values), equations, space.dimension, space)

    def _irrational(
        self, pattern: Pattern, space: AffineSubspace, row: dict[int, Fraction]
    ) -> Branch | None:
        """The affine branch whose constant is irrational: solved by hand, for the linear algebra is
        rational.
        """
        reduced = space.reduce(row)
        pivot = max(reduced, default=CONSTANT)
        if pivot == CONSTANT:
            return None  # a rational number is not the constant
        symbols = self.model.parameters
        rest = self._form({i: c for i, c in reduced.items() if i != pivot})
        solved = {symbols[pivot]: (self.target.constant - rest) / sympy.Rational(reduced[pivot])}
        values = {
            p: self._value(space, i).xreplace(solved)
            for i, p in enumerate(symbols)
            if i in space.rows
        } | solved
        equations = (
            *(self._form(r) for r in space.rows.values()),
            self._form(row) - self.target.constant,
        )
        return self._finish(pattern, self.model.chart(values), equations, space.dimension - 1, None)

    def _curved(self, pattern: Pattern, space: AffineSubspace) -> Branch | None:
        symbols = self.model.parameters
        biases = {i: symbols[self.incoming(i)[-1]] for i in pattern.zeros}
        rest = self.target.constant - self._form(self.others(pattern))
        reduced = rest.xreplace(
            {p: self._value(space, i) for i, p in enumerate(symbols) if i in space.rows}
        )
        values = {p: self._value(space, i) for i, p in enumerate(symbols) if i in space.rows}
        equations = tuple(self._form(row) for row in space.rows.values())
        carried = sympy.Add(*(symbols[i] * self.law.value(b) for i, b in biases.items()))
        if self.output_bias is not None:
            c = symbols[self.output_bias]
            values[c] = reduced - carried
            equations += (c + carried - rest,)
            return self._finish(
                pattern, self.model.chart(values), equations, space.dimension - 1, None, space
            )
        first, bias = next(iter(biases.items()))
        if len(biases) == 1 and not reduced.free_symbols and is_zero(reduced):
            if self.zero:
                return None  # sigma has no zero, so a = 0: in the closure of a block of its own
            values[bias] = sympy.Integer(0)
            row = {self.incoming(first)[-1]: Fraction(1)}
            flat = space.cut([row])
            assert flat is not None
            return self._finish(
                pattern, self.model.chart(values), (*equations, bias), flat.dimension, flat
            )
        values[symbols[first]] = (
            reduced - carried + symbols[first] * self.law.value(bias)
        ) / self.law.value(bias)
        equations += (carried - rest,)
        return self._finish(
            pattern, self.model.chart(values), equations, space.dimension - 1, None, space
        )

    def _finish(
        self,
        pattern: Pattern,
        chart: Chart,
        equations: tuple[sympy.Expr, ...],
        dimension: int,
        space: Any,
        ambient: Any = None,
    ) -> Branch:
        few = placement_count(self, pattern) <= MOST_PLACEMENTS
        return Branch(
            label=pattern.label,
            chart=chart,
            closure=Closure(equations, affine=space, ambient=ambient),
            dimension=dimension,
            conditions=conditions(pattern),
            index=pattern.index,
            bounds=RankBounds(
                candidates=partial(candidates, self, pattern, space) if few else None,
                exhaustive=self._why_exhaustive if few else "",
                everywhere=self.forced,
            ),
        )

    @property
    def _why_exhaustive(self) -> str:
        """Why one of the candidates has the least rank; empty if some may be missing."""
        # an irrational constant that blocks of both signs can carry is beyond the candidates
        carried = bool(self.law.offset) and not self.target.constant.is_Rational
        if carried or not (self.law.tame and self.law.steep):
            return ""
        lemma = self.law.activation.lemma
        return f"the rank depends only on which classes coincide and are active: {lemma}"

    def _value(self, space: AffineSubspace, index: int) -> sympy.Expr:
        row = space.rows[index]
        return -self._form({i: c for i, c in row.items() if i != index})

    def _form(self, row: dict[int, Fraction]) -> sympy.Expr:
        return expression(row, self.model.parameters)

    @cached_property
    def forced(self) -> Chart | None:
        """A narrower network at the target's effective neurons: as many tangent functions occur at
        every point.

        Each class of the target contains a neuron with a != 0, so its value and derivatives are in
        the tangent span. A constant that only neurons with w = 0 or an output bias can make is
        there as well. If the classes alone, each with one sign, cannot make the constant, some
        further function is present, which counts as one.
        """
        k = len(self.target.weights)
        rows = [tuple(u[: self.inputs]) for u in self.target.weights]
        biases = [u[-1] for u in self.target.weights] if self.bias else []
        coefficients = [*self.target.coefficients]
        one_more = self.structure.output_bias
        plain = not self.law.offset
        if (
            plain
            and self.target.constant != 0
            and (self.bias or not self.target.constant.is_Rational)
        ):
            if self.bias and not one_more and self.law.steep and not self.zero:
                # sigma(b) != 0 with a != 0 for some w = 0: then b != 0, and sigma'(b) != 0 brings
                # all linear functions
                coefficients.append(Fraction(1))
                rows.append((Fraction(0),) * self.inputs)
                biases.append(Fraction(1))
            else:
                one_more = True
        if not one_more and plain and self.target.constant != 0 and not self.bias:
            constant = self.target.constant
            coefficients.append(Fraction(int(constant.p), int(constant.q)) / self.zero)
            rows.append((Fraction(0),) * self.inputs)
        if not one_more and not plain and not self._reachable():
            one_more = True
        if k == 0 and not coefficients and not one_more:
            if not (self.zero and self.law.tame):
                return None
            coefficients, rows, biases = (
                [Fraction(0)],
                [(Fraction(0),) * self.inputs],
                [Fraction(0)] * self.bias,
            )
        if not coefficients:  # the constant alone
            coefficients, rows, biases = (
                [Fraction(0)],
                [(Fraction(0),) * self.inputs],
                [Fraction(0)] * self.bias,
            )
        small = replace(self.structure, width=len(coefficients), output_bias=bool(one_more))
        arrays: dict[str, Any] = {"a": coefficients, "w": [list(row) for row in rows]}
        if self.bias:
            arrays["b"] = biases
        if one_more:
            arrays["c"] = 0
        return Model.of(small).point(arrays)

    def _reachable(self) -> bool:
        r"""Whether $\kappa / q_0 \in \{\sum_t \pm\alpha_t\}$."""
        sums = {Fraction(0)}
        for alpha in self.target.coefficients:
            sums = {s + e * alpha for s in sums for e in (1, -1)}
        constant = self.target.constant
        if not constant.is_Rational:
            return False
        return Fraction(int(constant.p), int(constant.q)) / self.law.offset in sums
