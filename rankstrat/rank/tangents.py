r"""Tangent functions $\partial F/\partial\theta_i(\theta)(\cdot)$ at a chart, and which of them
coincide at sight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sympy

from rankstrat.algebra.elementary import is_elementary
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.perfect_powers import Factoring
from rankstrat.algebra.program import FUNCTION, LEAF, PIECEWISE, PRODUCT, Program
from rankstrat.algebra.tower import Tower
from rankstrat.algebra.translate import to_sympy, translate
from rankstrat.errors import ModelError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import distinct_names
from rankstrat.rank.gradient import divisors, gradient_at
from rankstrat.rank.pieces import PERIODIC, Piece, without_turns


@dataclass(frozen=True)
class Column:
    r"""The tangent function of one parameter, factored as (rational) * (constant) * core.

    `constant` is a node free of inputs (1 where there is none), `core` a node; equal cores are
    proportional functions.
    """

    coefficient: Rational
    constant: int
    core: int


@dataclass(frozen=True)
class Built:
    """A program with the nodes of the tangent functions, the outputs and what is divided by.

    Without `nodes` they are made when they are asked for. `images` are the nodes of a compiled
    model in it.
    """

    program: Program
    nodes: Sequence[int] | None = None
    outputs: Sequence[int] = ()
    divisors: Sequence[int] = ()
    images: Mapping[int, int] = field(default_factory=dict)


class Tangents:
    r"""The tangent functions of a model at a chart, as nodes of one program specialised to the
    chart.

    With several outputs each node is the tangent function of $\sum_k c_k F_k$, c_k indeterminates:
    its span over the constants has the same dimension as the span of the vector-valued tangent
    functions.
    """

    def __init__(
        self, chart: Chart, piece: Piece | None = None, built: Built | None = None
    ) -> None:
        demand(
            chart, Chart, ModelError, "a Model, or a point or chart of one,", "try model.generic()"
        )
        self.chart = chart
        self.piece = Piece() if piece is None else piece
        self.program = Factoring() if built is None else built.program
        built = self._built() if built is None else built
        self.images: dict[int, int] = dict(built.images)
        """Node of the compiled model -> node at the chart."""
        if built.nodes is not None:
            self.nodes = list(built.nodes)
        self.outputs, self.divisors = list(built.outputs), list(built.divisors)
        self._depends: dict[int, bool] = {}
        count = chart.model.size if built.nodes is None else len(built.nodes)
        self.chosen: tuple[int, ...] = tuple(range(count))

    def _built(self) -> Built:
        """The program of the model, specialised to the chart and the piece."""
        compiled, program = self.chart.model.compiled, self.program
        image = self.leaf_images(program)
        function = self._reduced if self.integers else None
        done = compiled.program.rebuild(compiled.roots, program, image, function=function)
        values = [image[leaf] for leaf in compiled.parameters]
        outputs = [done[n] for n in compiled.outputs]
        return Built(program, None, outputs, divisors(compiled, done, program, values), done)

    @cached_property
    def nodes(self) -> list[int]:
        """The tangent functions."""
        return gradient_at(self.chart.model.compiled, self.program, self.images, self._argument)

    @cached_property
    def integers(self) -> frozenset[int]:
        """Indices of the free variables that are integers."""
        model = self.chart.model
        index = {x: k for k, x in enumerate(model.inputs)}
        return frozenset(index[s] for s in model.domain.endless) - self.piece.values.keys()

    def _reduced(self, node: int, argument: int) -> int:
        name = self.chart.model.compiled.program.data[node]
        return self.program.function(name, self._argument(name, argument))

    def _argument(self, name: Any, argument: int) -> int:
        """The argument of a function, without turns of integer inputs."""
        if self.integers and name in PERIODIC:
            return without_turns(self.program, argument, self.integers)
        return argument

    def leaf_images(self, program: Program) -> dict[int, int]:
        """Leaf of the compiled model -> node of a program at the chart and on the piece."""
        image = parameter_images(self.chart, program)
        inputs = self.chart.model.compiled.inputs
        leaves = [program.leaf(("x", k)) for k in range(len(inputs))]
        nodes = self.piece.images(program, leaves)
        return image | {leaf: nodes[k] for k, leaf in enumerate(inputs)}

    def depends(self, node: int) -> bool:
        """Whether a node depends on the inputs (or on the mixing of outputs)."""
        known, program = self._depends, self.program
        for n in program.unknown(node, known):
            if program.kind[n] == LEAF:
                known[n] = program.data[n][0] in ("x", "mix", "side")
            else:
                known[n] = any(known[a] for a in program.args[n])
        return known[node]

    @cached_property
    def columns(self) -> list[Column | None]:
        """One factored column for each parameter; None where the tangent function is zero."""
        return [self._factor(node) for node in self.nodes]

    def _factor(self, node: int) -> Column | None:
        program = self.program
        if node == program.zero:
            return None
        coefficient, core = program.content(node)
        if not self.depends(core):
            return Column(coefficient, core, program.one)
        if program.kind[core] != PRODUCT:
            return Column(coefficient, program.one, core)
        pairs: list[tuple[int, Rational]] = list(
            zip(program.args[core], program.data[core], strict=True)
        )
        constant = [(n, e) for n, e in pairs if not self.depends(n)]
        if not constant:
            return Column(coefficient, program.one, core)
        varying = [(n, e) for n, e in pairs if self.depends(n)]
        c, k = program.content(program.product(constant))
        d, v = program.content(program.product(varying))
        return Column(coefficient * c * d, k, v)

    @cached_property
    def classes(self) -> dict[int, list[int]]:
        """Core -> parameters whose tangent functions are constant multiples of it, in order."""
        result: dict[int, list[int]] = {}
        for i in self.chosen:
            column = self.columns[i]
            if column is not None:
                result.setdefault(column.core, []).append(i)
        return result

    def constant_is_monomial(self, parameter: int) -> bool:
        """Whether the constant factor of a column is a product of coordinates and rationals (so
        certainly not zero).
        """
        column, program = self.columns[parameter], self.program
        if column is None:
            return False
        if program.kind[column.constant] == PRODUCT:
            factors = program.args[column.constant]
        else:
            factors = (column.constant,)
        return all(n == program.one or program.kind[n] == LEAF for n in factors)

    @cached_property
    def is_elementary(self) -> bool:
        """Whether the model has neither kinks nor roots of functions nor special functions, as it
        is written and at the chart, so that its tangent functions have none.
        """
        compiled = self.chart.model.compiled
        if not self.images:
            return False
        here = [self.images[n] for n in compiled.roots]
        return compiled.is_elementary and is_elementary(self.program, here)

    def piecewise(self) -> list[int]:
        """The nodes of piecewise functions below the tangent functions and the outputs."""
        if self.is_elementary:
            return []
        program = self.program
        return [
            n
            for n in program.reachable(self.below())
            if program.kind[n] == FUNCTION and program.data[n] in PIECEWISE
        ]

    def below(self) -> tuple[int, ...]:
        """The nodes whose piecewise functions count."""
        return (*self.nodes, *self.outputs)

    def parameter_values(self) -> list[int]:
        """Nodes of the parameter values."""
        image = parameter_images(self.chart, self.program)
        return [image[leaf] for leaf in self.chart.model.compiled.parameters]

    def tower(self, parameters: Sequence[int], *, seed: int = 0) -> Tower:
        """The tangent functions of the given parameters over independent generators."""
        return Tower(self.program, [self.nodes[i] for i in parameters], seed=seed)

    def expressions(self, nodes: Sequence[int]) -> list[sympy.Expr]:
        """Nodes as sympy expressions in inputs and coordinates, of a model with one output."""
        return to_sympy(self.program, list(nodes), self._names)

    @cached_property
    def _names(self) -> dict[object, sympy.Expr]:
        return leaf_names(self.chart)

    def functions(self, parameters: Sequence[int]) -> tuple[Any, ...]:
        """The tangent functions of the parameters, as column matrices for several outputs."""
        nodes = [self.nodes[i] for i in parameters]
        count = self.chart.model.output_count
        if count == 1:
            return tuple(self.expressions(nodes))
        names = self._names
        mixers = [names["mix", k] for k in range(count)]
        return tuple(
            sympy.Matrix([sympy.diff(e, c) for c in mixers])
            for e in to_sympy(self.program, nodes, names)
        )


def leaf_names(chart: Chart) -> dict[object, sympy.Expr]:
    """Leaf key -> sympy symbol, for printing; mixing weights take names that nobody has."""
    model = chart.model
    names: dict[object, sympy.Expr] = {("x", k): x for k, x in enumerate(model.inputs)}
    names |= {("u", c): c for c in (*chart.coordinates, *model.constants)}
    mixers = [sympy.Symbol(f"c_{k + 1}") for k in range(model.output_count)]
    every = (*model.parameters, *model.inputs, *model.constants, *chart.coordinates)
    taken = [str(s) for s in every]
    free = distinct_names(mixers, taken)
    return names | {("mix", k): sympy.Symbol(free[c]) for k, c in enumerate(mixers)}


def parameter_images(chart: Chart, program: Program) -> dict[int, int]:
    """Leaf of a parameter in the compiled model -> node of its value at the chart."""
    compiled = chart.model.compiled
    coordinates = {c: program.leaf(("u", c)) for c in chart.coordinates}
    expressions = [v for v in chart.raw if isinstance(v, sympy.Expr)]
    translated = iter(translate(program, expressions, coordinates))
    image = {}
    for leaf, value in zip(compiled.parameters, chart.raw, strict=True):
        image[leaf] = next(translated) if isinstance(value, sympy.Expr) else program.constant(value)
    return image


def tangent_functions(model: Model | Chart) -> tuple[sympy.Expr, ...]:
    r"""$(\partial F/\partial\theta_1, \dots, \partial F/\partial\theta_M)$ as sympy expressions
    (small models).

    A vector-valued model with outputs F_1..F_q gives column matrices.

    Example:
        >>> import sympy
        >>> a, w, x = sympy.symbols("a w x")
        >>> tangent_functions(Model(a * sympy.tanh(w * x), [a, w], [x]))
        (tanh(w*x), -a*x*(tanh(w*x)**2 - 1))
    """
    tangents = Tangents(model.generic() if isinstance(model, Model) else model)
    return tangents.functions(range(len(tangents.nodes)))
