"""Several charts in one program, so that their functions can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import sympy

from rankstrat.algebra.differential import Terms
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.expanding import Expanding
from rankstrat.algebra.primes import mix
from rankstrat.algebra.program import LEAF, Program
from rankstrat.algebra.rational import is_zero
from rankstrat.algebra.signature import Rationals
from rankstrat.algebra.tower import Tower
from rankstrat.algebra.translate import to_sympy, translate
from rankstrat.errors import BudgetError, UndecidedError, UnsupportedFunctionError
from rankstrat.model.model import Chart
from rankstrat.rank.gradient import divisors, gradient_at
from rankstrat.rank.tangents import Built, Tangents, leaf_names
from rankstrat.rank.upper_bounds import ZERO_TEST
from rankstrat.rank.vanishing import needs_hypotheses, require_nonzero

Split = dict[tuple[tuple[int, int | Fraction], ...], Terms]


def _images(chart: Chart, program: Program) -> dict[int, int]:
    """The nodes of the parameters of a chart, whose coordinates are leaves."""
    leaves = {c: program.leaf(("u", c)) for c in chart.coordinates}
    translated = iter(
        translate(program, [v for v in chart.raw if isinstance(v, sympy.Expr)], leaves)
    )
    return {
        leaf: next(translated) if isinstance(value, sympy.Expr) else program.constant(value)
        for leaf, value in zip(chart.model.compiled.parameters, chart.raw, strict=True)
    }


class Joint(Tangents):
    """The tangent functions and outputs of several charts in one program; a symbol that is a
    coordinate of several charts is the same coordinate.
    """

    def __init__(self, charts: Sequence[Chart], program: Expanding | None = None) -> None:
        self.charts = tuple(charts)
        shared = Expanding() if program is None else program
        nodes, outside = list[int](), list[int]()
        self.ranges: list[range] = []
        self.output_lists: list[list[int]] = []
        for chart in self.charts:
            compiled = chart.model.compiled
            roots, start = (*compiled.outputs, compiled.mixed), len(nodes)
            done = compiled.program.rebuild(roots, shared, _images(chart, shared))
            nodes += gradient_at(compiled, shared, done)
            values = [done[leaf] for leaf in compiled.parameters]
            outside += divisors(compiled, done, shared, values)
            self.ranges.append(range(start, len(nodes)))
            self.output_lists.append([done[n] for n in compiled.outputs])
        built = Built(shared, nodes, self.output_lists[0], outside)
        super().__init__(self.charts[0], built=built)
        require_nonzero(self.program, self.divisors, 0)

    def values(self, chart: Chart) -> list[int]:
        """The nodes of the parameters at a chart, in order."""
        image = _images(chart, self.program)
        return [image[leaf] for leaf in chart.model.compiled.parameters]

    def expressions(self, nodes: Sequence[int]) -> list[sympy.Expr]:
        """Nodes as sympy expressions."""
        names: dict[object, sympy.Expr] = {}
        for chart in self.charts:
            names = leaf_names(chart) | names
        return to_sympy(self.program, list(nodes), names)

    def expand(self, node: int) -> Split | None:
        """{monomial in varying factors: polynomial in constant factors}, or None over budget."""
        program = self.program
        assert isinstance(program, Expanding)
        terms = program.terms(node)
        if terms is None:
            return None
        result: Split = {}
        for monomial, c in terms.items():
            varying = tuple((n, e) for n, e in monomial if self.depends(n))
            constant = tuple((n, e) for n, e in monomial if not self.depends(n))
            part = result.setdefault(varying, {})
            part[constant] = part.get(constant, 0) + c
        return result


def same_function(joint: Joint, first: int, second: int, *, seed: int = 0) -> bool | None:
    """Whether two nodes are the same function of inputs and coordinates; None when that exceeds the
    budget.
    """
    program = joint.program
    assert isinstance(program, Expanding)
    difference = program.linear(0, ((1, first), (-1, second)))
    if difference == program.zero or program.terms(difference) == {}:
        return True
    try:
        tower = Tower(program, [difference], seed=seed)
        if is_zero(tower.program, tower.roots[0], ZERO_TEST):
            return True
        return (
            None if needs_hypotheses(tower) else False
        )  # exp(log 2) and 2 are different only to the eye
    except (BudgetError, UndecidedError, UnsupportedFunctionError):
        values = rational_values(joint, [difference], 8, seed)
        if values is not None and any(v for row in values for v in row):
            return False
        return None


def rational_values(
    joint: Joint, nodes: Sequence[int], count: int, seed: int
) -> list[list[Fraction]] | None:
    """The nodes at random rational inputs, coordinates alike in all rows; None for transcendental
    nodes.
    """
    program = joint.program
    leaves = [n for n in program.reachable(nodes) if program.kind[n] == LEAF]
    rows = []
    for row in range(8 * count):
        values = {}
        for number, n in enumerate(leaves):
            varying = joint.depends(n)
            values[n] = Fraction(
                int(mix(seed, 51, number, row if varying else -1)) % 4001 - 2000, 500
            )
        try:
            rows.append(evaluate(program, nodes, Rationals(), values))
        except (UndecidedError, ZeroDivisionError):
            if row == 7 and not rows:
                return None
            continue
        if len(rows) == count:
            break
    return rows or None


__all__ = ["Joint", "Split", "rational_values", "same_function"]
