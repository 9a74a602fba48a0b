r"""Branches of target sets of two-layer networks with $\sigma(z) = z^k$, $k \ge 3$: neurons on the
lines of the target.

Neurons on one line, $w_i = \lambda_i u$, add up to $(\sum_i a_i \lambda_i^k)\,(u \cdot x)^k$. So F
= f* wherever on each line of the target this sum is the target's coefficient and on every other
line it is 0; a block of s neurons is the graph of
$a_1 = (\alpha - \sum_{i>1} a_i \lambda_i^k) / \lambda_1^k$. A form may have other decompositions
into powers, so this list is not complete; a lower bound comes from changes of the inputs. With
hidden biases (and no output bias) the forms are those in (x, 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

import sympy

from rankstrat.activation.law import Vector
from rankstrat.errors import TargetError
from rankstrat.families._shared.effective_neurons import Neuron, given_neurons
from rankstrat.families._shared.equivariance import equivariance
from rankstrat.families._shared.patterns import Pattern
from rankstrat.families.catalogue.two_layer.targets.layout import Layout
from rankstrat.families.catalogue.two_layer.targets.special.exponentials import affine
from rankstrat.families.catalogue.two_layer.targets.special.partitions import partitions
from rankstrat.model.model import Chart, Model
from rankstrat.rank.zero import is_zero
from rankstrat.targets import Branch, BranchList, Candidate, Closure, RankBounds, TargetFunction

MAX_BRANCHES = 400


@dataclass(frozen=True)
class Powers(Layout):
    """A network of k-th powers and the lines of a target, each with its coefficient."""

    degree: int
    lines: tuple[tuple[Vector, Fraction], ...]
    constant: sympy.Expr
    forced: Chart

    def branch(self, pattern: Pattern) -> Branch:
        """The branch of a pattern, parametrised by ratios lambda on every line."""
        values: dict[sympy.Symbol, sympy.Expr] = {}
        equations: list[sympy.Expr] = []
        goals = [*self.lines, *((None, Fraction(0)) for _ in pattern.extras)]
        for block, (u, alpha) in zip((*pattern.targets, *pattern.extras), goals, strict=True):
            neurons = [i for i, _ in block]
            first, *others = neurons
            if u is None:
                scaled, direction = others, self.symbols(first)
            else:
                scaled, direction = neurons, [sympy.Rational(v) for v in u]
            ratios = {i: sympy.Symbol(f"ratio{i + 1}") for i in scaled}
            for i, ratio in ratios.items():
                values |= {w: ratio * v for w, v in zip(self.symbols(i), direction, strict=True)}
            rest = sympy.Add(*(self.model.parameters[i] * ratios[i] ** self.degree for i in others))
            scale = ratios.get(first, sympy.Integer(1)) ** self.degree
            values[self.model.parameters[first]] = (sympy.Rational(alpha) - rest) / scale
            equations += self._block_equations(neurons, u, alpha)
        if self.structure.output_bias:
            values[self.model.parameters[-1]] = self.constant
            equations.append(self.model.parameters[-1] - self.constant)
        chart = self.model.chart(values)
        return Branch(
            label=pattern.label,
            chart=chart,
            closure=Closure(
                tuple(equations), decide=partial(self._member, pattern, tuple(equations))
            ),
            dimension=len(chart.coordinates),
            conditions=("the lines of different blocks are different",) if pattern.extras else (),
            index=pattern.index,
            is_component=False,
            bounds=RankBounds(
                candidates=partial(self._candidates, pattern), everywhere=self.forced
            ),
        )

    def _block_equations(
        self, neurons: Sequence[int], u: Vector | None, alpha: Fraction
    ) -> Iterator[sympy.Expr]:
        """One line, and the sum of the powers on it."""
        rows = [self.symbols(i) for i in neurons]
        if u is not None:
            rows = [[sympy.Rational(v) for v in u], *rows]
        for n, one in enumerate(rows):
            # all lie on one line: each on that of the target, or each pair on a common one
            for two in rows[: n * (u is None) or min(n, 1)]:
                for s in range(len(one)):
                    yield from (
                        e for t in range(s) if (e := one[s] * two[t] - one[t] * two[s]) != 0
                    )
        if len(neurons) == 1 and u is None:
            yield self.model.parameters[neurons[0]]
            return
        a, k = self.model.parameters, self.degree
        if u is None:  # on one line the sum vanishes if its values at the unit vectors do
            yield from (
                sympy.Add(*(a[i] * self.symbols(i)[t] ** k for i in neurons))
                for t in range(len(rows[0]))
            )
            return
        t = next(t for t, v in enumerate(u) if v)  # lambda_i is read off at one entry
        values = (a[i] * (self.symbols(i)[t] / sympy.Rational(u[t])) ** k for i in neurons)
        yield sympy.Add(*values) - sympy.Rational(alpha)

    def _member(self, pattern: Pattern, equations: Sequence[sympy.Expr], point: Chart) -> bool:
        """The equations; and where all weights of a further block vanish, nearby sums of powers
        must vanish too.
        """
        values = point.values
        if not all(is_zero(equation.xreplace(values)) for equation in equations):
            return False
        if self.degree % 2:
            return True
        for block in pattern.extras:
            if not any(values[w] for i, _ in block for w in self.symbols(i)):
                signs = {sympy.sign(values[self.model.parameters[i]]) for i, _ in block}
                if signs in ({sympy.Integer(1)}, {sympy.Integer(-1)}):
                    return False
        return True

    def _candidates(self, pattern: Pattern) -> Iterator[Candidate]:
        """All neurons but one on each line of the target become zero, with a = 0."""
        outputs = [Fraction(0)] * self.width
        rows: list[Vector] = [(Fraction(0),) * len(self.symbols(0))] * self.width
        for block, (u, alpha) in zip(pattern.targets, self.lines, strict=True):
            outputs[block[0][0]], rows[block[0][0]] = alpha, u
        yield Candidate(self.point_of(outputs, rows, self.constant))


def power_branches(structure: Any, degree: int, model: Model, target: TargetFunction) -> BranchList:
    r"""Branches of a target in a network of k-th powers: the target's neurons on their lines,
    further lines with sum 0.

    Args:
        structure: the `TwoLayer` structure.
        degree: k.
        model: its model.
        target: a point of a network with the same activation, or a sum of multiples of k-th powers
            of affine forms.

    Raises:
        TargetError: the target is no such sum, or has too many lines.
    """
    neurons, constant = _neurons(structure, degree, model, target)
    lines: dict[Vector, Fraction] = {}
    for a, w, b in neurons:
        if a and b and not structure.bias:
            raise TargetError(
                f"the target has a neuron with bias {b}, the model has none; build it with"
                " bias=True"
            )
        if structure.output_bias and not any(w):
            constant += sympy.Rational(a * b**degree)
            continue
        row = (*w, *[b] * structure.bias)
        lead = next((v for v in row if v), None)
        if lead is None:
            continue
        line = tuple(v / lead for v in row)
        lines[line] = lines.get(line, Fraction(0)) + a * lead**degree
    kept = tuple((line, alpha) for line, alpha in lines.items() if alpha)
    k, m = len(kept), int(structure.width)
    if k > m:
        raise TargetError(
            f"the target was given by {k} powers, the model has width {m}; choose width >= {k}, or"
            " write the target with fewer powers"
        )
    if constant != 0 and not structure.output_bias:
        raise TargetError(
            f"the target has the constant {constant}; build the model with output_bias=True"
        )
    plain = structure.bias and not structure.output_bias
    forced = equivariance(
        model,
        target,
        shifts=structure.bias,
        constants=structure.output_bias,
        degree=degree if plain else None,
    )
    network = Powers(model, structure, degree, kept, constant, forced)
    found: dict[Any, Branch] = {}
    result = []
    patterns, condensed = partitions(m, k, joker=False, limit=MAX_BRANCHES)
    for pattern in patterns:
        branch, orbit = network.branch(pattern), pattern.orbit(flips=False)
        result.append(replace(branch, representative=found.get(orbit)))
        found.setdefault(orbit, branch)
    result.sort(key=lambda b: (b.index or (0, 0), -b.dimension))
    missing = "other sums of powers of such forms may give the target"
    if condensed:
        missing = f"one branch is listed, of more than {MAX_BRANCHES} patterns of neurons"
    return BranchList(tuple(result), False, missing)


def _neurons(
    structure: Any, degree: int, model: Model, target: TargetFunction
) -> tuple[list[Neuron], sympy.Expr]:
    found = given_neurons(target, structure.activation)
    if found is not None:
        return found
    neurons: list[Neuron] = []
    constant = sympy.Integer(0)
    for term in sympy.Add.make_args(target.expressions[0]):
        number, base = term.as_independent(*model.inputs, as_Add=False)
        if not term.has(*model.inputs):
            constant += term
            continue
        form = affine(base.base, model.inputs) if base.is_Pow and base.exp == degree else None
        if form is None or not number.is_Rational:
            raise TargetError(
                f"the term {term} of the target is not a rational multiple of (w.x + b)**{degree}"
                " with rational weights; a sum of such terms is needed; give a point of a"
                " two-layer network"
            )
        neurons.append((Fraction(int(number.p), int(number.q)), *form))
    if constant != 0 and structure.bias and not structure.output_bias and constant.is_Rational:
        neurons.append(
            (
                Fraction(int(constant.p), int(constant.q)),
                (Fraction(0),) * len(model.inputs),
                Fraction(1),
            )
        )
        constant = sympy.Integer(0)
    return neurons, constant


__all__ = ["power_branches"]
