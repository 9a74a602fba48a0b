r"""The branches $Q^r_{P,\pi}$ of the target set of a two-layer network.

Let $\sigma = q_0 + N$ and let the independence lemma hold for $N$. Neurons with $w_i \ne 0$ fall
into classes; in a class of the target their output weights sum to the target's, in any other class
to zero; neurons with $w_i = 0$ are constants. Comparing coefficients, $F(\theta) = f^*$ if and only
if this holds and the constants add up:

$$q_0 \sum_{w_i \ne 0} a_i + \sum_{w_i = 0} a_i \sigma(b_i) + c = \kappa.$$
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import sympy

from rankstrat.activation.law import Law
from rankstrat.errors import TargetError
from rankstrat.families._shared.effective_neurons import Effective
from rankstrat.families._shared.pattern_orbits import pattern_orbits
from rankstrat.families._shared.patterns import (
    Pattern,
    Signed,
    about,
    conditions,
    count_patterns,
    patterns,
)
from rankstrat.families.catalogue.two_layer.targets.layout import Layout
from rankstrat.families.catalogue.two_layer.targets.separate.candidates import candidates
from rankstrat.model.model import Chart, Model
from rankstrat.rank.zero import is_zero
from rankstrat.targets import CONSTANT, AffineSubspace, Branch, BranchList, Closure, RankBounds

MAX_BRANCHES, MAX_ORBITS = 4000, 1200
LARGEST = 10**18  # a longer count tells nobody anything
MAX_CONDENSED = 16


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
        if self.law.offset:
            return {i: self.law.offset for block in blocks for i, _ in block}
        return {}

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
        equations = tuple(self._equation(row) for row in space.rows.values())
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
            *(self._equation(r) for r in space.rows.values()),
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
        equations = tuple(self._equation(row) for row in space.rows.values())
        carried = sympy.Add(*(symbols[i] * self.law.value(b) for i, b in biases.items()))
        if self.output_bias is not None:
            c = symbols[self.output_bias]
            values[c] = reduced - carried
            equations += (c + carried - rest,)
            return self._finish(
                pattern, self.model.chart(values), equations, space.dimension - 1, None
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
        return self._finish(pattern, self.model.chart(values), equations, space.dimension - 1, None)

    def _finish(
        self,
        pattern: Pattern,
        chart: Chart,
        equations: tuple[sympy.Expr, ...],
        dimension: int,
        space: Any,
    ) -> Branch:
        law = self.law.activation.lemma
        # an irrational constant that blocks of both signs can carry is beyond the candidates
        some_missing = not (self.law.tame and self.law.steep) or (
            bool(self.law.offset) and not self.target.constant.is_Rational
        )
        return Branch(
            label=pattern.label,
            chart=chart,
            closure=Closure(equations, affine=space),
            dimension=dimension,
            conditions=conditions(pattern),
            index=pattern.index,
            bounds=RankBounds(
                candidates=partial(candidates, self, pattern, space),
                exhaustive=""
                if some_missing
                else f"the rank depends only on which classes coincide and are active: {law}",
                everywhere=self.forced,
            ),
        )

    def _value(self, space: AffineSubspace, index: int) -> sympy.Expr:
        row = space.rows[index]
        return -self._form({i: c for i, c in row.items() if i != index})

    def _form(self, row: dict[int, Fraction]) -> sympy.Expr:
        symbols = self.model.parameters
        return sympy.Add(
            *(sympy.Rational(c) * (symbols[i] if i != CONSTANT else 1) for i, c in row.items())
        )

    def _equation(self, row: dict[int, Fraction]) -> sympy.Expr:
        return self._form(row)

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


def separate_branches(network: Network) -> BranchList:
    """All branches of a target whose classes are described one by one.

    Raises:
        TargetError: the target is not in the function space.
    """
    k, m = len(network.target.weights), network.width
    if k > m:
        raise TargetError(
            f"the target needs {k} neurons, the model has width {m}; it is not in the function"
            f" space; choose width >= {k}"
        )
    flips = network.law.signed and not network.law.offset
    if network.count_patterns() > MAX_BRANCHES:
        return _by_orbits(network, flips=flips)
    lemma = network.structure.activation.lemma
    found: dict[tuple[Any, ...], Branch] = {}
    result: list[Branch] = []
    for pattern in network.patterns():
        branch = network.branch(pattern)
        if branch is None:
            continue
        orbit = pattern.orbit(flips)
        result.append(replace(branch, representative=found.get(orbit)))
        found.setdefault(orbit, branch)
    if network.law.offset and not network.structure.output_bias:
        result = _irredundant(result)
    if not result:
        raise _unreachable(network)
    result.sort(key=lambda b: (b.index or (0, 0), -b.dimension))
    if network.output_bias is None and not network.law.tame:
        missing = (
            f"constant neurons w = 0, {network.structure.activation.name}(b) = 0, b != 0 are left"
            " out, if there are any"
        )
        return BranchList(tuple(result), False, missing)
    return BranchList(
        tuple(result), True, f"comparison of coefficients by the independence lemma: {lemma}"
    )


def _irredundant(branches: list[Branch]) -> list[Branch]:
    """The branches whose closures lie in no other: the equation for the constant can force output
    weights to vanish.

    Symmetries of the model carry containments along, so one branch of each orbit is tested.
    """
    redundant = set()
    for branch in branches:
        if branch.representative is None and branch.affine is not None:
            space = branch.affine
            point = space.section(
                {i: Fraction(10_007 + 10 * n * n, 97 + n) for n, i in enumerate(space.free)}
            )
            larger = (
                b.affine
                for b in branches
                if b.affine is not None and b.dimension > branch.dimension
            )
            if any(other.contains_point(point) and other.contains(space) for other in larger):
                redundant.add(branch.label)
    return [b for b in branches if (b.representative or b).label not in redundant]


def _by_orbits(network: Network, *, flips: bool) -> BranchList:
    """One branch of each orbit, with the number of its copies, where listing all would take too
    long; a few where even that does.
    """
    width, classes = network.width, len(network.target.weights)
    orbits = pattern_orbits(width, classes, signed=network.law.signed, flips=flips)
    chosen = list(itertools.islice(orbits, MAX_ORBITS + 1))
    tame = network.output_bias is not None or network.law.tame
    if len(chosen) > MAX_ORBITS or not tame:
        return _condensed(network)
    found = [(network.branch(pattern), count) for pattern, count in chosen]
    result = [replace(b, copies=count) for b, count in found if b is not None]
    if not result:
        raise _unreachable(network)
    result.sort(key=lambda b: (b.index or (0, 0), -b.dimension))
    lemma = network.structure.activation.lemma
    # the equation for the constant may put a closure into another
    uncertain = network.law.offset and not network.structure.output_bias
    return BranchList(
        tuple(result),
        True,
        "one branch of each orbit under exchanges of neurons; comparison of coefficients by the"
        f" independence lemma: {lemma}",
        most=sum(b.copies for b in result) if uncertain else None,
    )


def _unreachable(network: Network) -> TargetError:
    return TargetError(
        f"no parameters of {network.model} give the constant {network.target.constant} of the"
        " target; it is not in the function space; choose a wider model, or one with an output"
        " bias"
    )


def _condensed(network: Network) -> BranchList:
    """A few branches, where listing all of them would take too long: the spare neurons join the
    first class.

    Each class takes one sign; where the constant needs more, one spare neuron has the opposite sign
    or weight zero.
    """
    k, m = len(network.target.weights), network.width
    signs = (1, -1) if network.law.signed and network.law.offset else (1,)
    found: list[Branch] = []
    for chosen in itertools.islice(itertools.product(signs, repeat=k), MAX_CONDENSED):
        spare = range(k, m)
        for last in (*signs, 0):
            extra = (
                [(i, chosen[0] if i < m - 1 else last) for i in spare if last or i < m - 1]
                if k
                else []
            )
            blocks = [[(i, sign)] for i, sign in enumerate(chosen)]
            if blocks:
                blocks[0] += extra
            zeros = () if last and k else tuple(spare)[-1:] if k else tuple(spare)
            branch = network.branch(Pattern(tuple(map(tuple, blocks)), (), zeros))
            if branch is not None and branch.label not in [b.label for b in found]:
                found.append(branch)
    if not found:
        raise TargetError(
            f"no branch was found among a few of the patterns of a model of width {m}; choose a"
            " narrower model"
        )
    found.sort(key=lambda b: b.index or (0, 0))
    most = network.count_patterns()
    return BranchList(
        tuple(found),
        False,
        f"{len(found)} branches are listed, of at most {about(most)} (one for each pattern)",
        most=most if most < LARGEST else None,
    )
