r"""Parametric models $F(\theta)(x)$ and charts: pieces of parameter space given by exact
expressions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from sympy.core.function import AppliedUndef

from rankstrat.algebra.needs import Need
from rankstrat.algebra.program import FUNCTION, Program
from rankstrat.algebra.translate import translate
from rankstrat.deadline import overtime
from rankstrat.errors import (
    ModelError,
    PointError,
    UndecidedError,
    UnsupportedFunctionError,
    demand,
)
from rankstrat.model.compiled import Compiled
from rankstrat.model.declared import declared
from rankstrat.model.domain import Domain
from rankstrat.model.parts import check_parts, expressions, symbols
from rankstrat.model.structure import Assembled, HasFormula, Structure
from rankstrat.model.values import (
    Entries,
    Exact,
    Names,
    Shape,
    assigned,
    assumption,
    exact_array,
    exact_scalar,
    in_order,
    listed,
)
from rankstrat.text.cells import Math
from rankstrat.text.lines import escaped
from rankstrat.text.parsing import block_symbols

SHORT, LINE = 12, 300  # parameters and signs of a formula in a title
SHOWN = 40  # models with more parameters are named, not written out


class Model:
    r"""$F : \mathbb{R}^M \to C(\mathbb{R}^d, \mathbb{R}^q)$, $\theta \mapsto F(\theta)(\cdot)$,
    given symbolically.

    Args:
        outputs: a sympy expression, a sequence of them (length q) or a Matrix.
        parameters: the M symbols theta.
        inputs: the d symbols x; none for a finite-dimensional map such as A, B -> AB.
        name: shown in reports.
        domain: where the inputs live, as ``{t: "t > 0", n: "integer", (x, y): "sphere"}``, or a
            list of statements; assumptions of the input symbols count too. All real inputs at which
            the model is real, if nothing is said.
        constants: symbols that are neither parameters nor inputs: fixed numbers, of which results
            hold for generic values.

    Raises:
        ModelError: no outputs or parameters, repeated symbols, a parameter used as an input,
            unknown symbols.

    Example:
        >>> import sympy
        >>> a, w, x = sympy.symbols("a w x")
        >>> Model(a * sympy.tanh(w * x), [a, w], [x])
        Model([a*tanh(w*x)], parameters=[a, w], inputs=[x])
    """

    def __init__(
        self,
        outputs: Any,
        parameters: Any,
        inputs: Any = (),
        name: str = "",
        *,
        domain: Any = None,
        constants: Any = (),
    ) -> None:
        demand(name, str, ModelError, "a name", "write it in quotes")
        self.name = name
        self.structure: Structure | None = None
        self.constants = symbols(constants, "the constant")
        parts = (
            expressions(outputs),
            symbols(parameters, "the parameter"),
            symbols(inputs, "the input"),
        )
        self.__dict__["_outputs"], self.__dict__["_symbols"] = parts[0], parts[1:]
        check_parts(*parts, self.constants)
        self.domain = declared(domain, parts[2], self.constants)

    @classmethod
    def of(cls, structure: Structure, name: str = "") -> Model:
        """The model of a family; outputs and parameters are built on first use."""
        model = cls.__new__(cls)
        shown = ", ".join(f"{k}={v!r}" for k, v in structure.arguments.items() if v is not False)
        model.name = name or f"{structure.family}({shown})"
        model.structure = structure
        model.constants, model.domain = (), Domain()
        return model

    @cached_property
    def _symbols(self) -> tuple[tuple[sympy.Symbol, ...], tuple[sympy.Symbol, ...]]:
        assert self.structure is not None
        blocks = self.structure.blocks.items()
        inputs = tuple(sympy.Symbol(name) for name in self.structure.input_names)
        return tuple(
            s for name, shape in blocks for s in block_symbols(name, shape).ravel()
        ), inputs

    @cached_property
    def _outputs(self) -> tuple[sympy.Expr, ...]:
        assert self.structure is not None
        blocks = {name: block_symbols(name, shape) for name, shape in self.structure.blocks.items()}
        return tuple(self.structure.expressions(blocks, self.inputs))

    @property
    def _parts(self) -> tuple[Any, ...]:
        return (self.outputs, *self._symbols, self.constants, self.domain)

    @property
    def outputs(self) -> tuple[sympy.Expr, ...]:
        """The q output expressions."""
        return self._outputs

    @cached_property
    def output_count(self) -> int:
        """The number q of outputs, known without writing them out."""
        structure: Any = self.structure
        return len(self.compiled.outputs if isinstance(structure, Assembled) else self.outputs)

    @property
    def parameters(self) -> tuple[sympy.Symbol, ...]:
        """The M parameter symbols, blocks in order."""
        return self._symbols[0]

    @property
    def inputs(self) -> tuple[sympy.Symbol, ...]:
        """The d input symbols."""
        return self._symbols[1]

    @cached_property
    def blocks(self) -> Mapping[str, Shape]:
        """Names and shapes of the parameter blocks (every parameter by itself where no family names
        them).
        """
        if self.structure is not None:
            return self.structure.blocks
        return {str(p): () for p in self.parameters}

    @cached_property
    def size(self) -> int:
        """The number M of parameters."""
        return sum(int(np.prod(shape)) for shape in self.blocks.values())

    @cached_property
    def compiled(self) -> Compiled:
        """The model as a program with its gradient (built once)."""
        return Compiled.of(self.size, len(self.inputs), self._nodes)

    def _nodes(
        self,
        program: Program,
        p_leaves: Sequence[int],
        x_leaves: Sequence[int],
        needed: list[Need],
    ) -> Sequence[int]:
        structure: Any = self.structure
        if isinstance(structure, Assembled):
            blocks, start = {}, 0
            for name, shape in self.blocks.items():
                stop = start + int(np.prod(shape))
                blocks[name] = np.array(p_leaves[start:stop], dtype=np.int64).reshape(shape)
                start = stop
            return structure.nodes(program, blocks, x_leaves)
        if self.domain.integers and any(e.has(sympy.sinc) for e in self.outputs):
            raise UnsupportedFunctionError(
                "sinc was given at integers, where its value at 0 alone is one more function; write"
                " sin(h)/h, which leaves 0 out"
            )
        k_leaves = [program.leaf(("u", c)) for c in self.constants]
        symbols = (*self.parameters, *self.inputs, *self.constants)
        leaves = dict(zip(symbols, (*p_leaves, *x_leaves, *k_leaves), strict=True))
        return translate(program, list(self.outputs), leaves, needed=needed)

    @property
    def generic_functions(self) -> tuple[str, ...]:
        """Names of unspecified functions such as `sympy.Function("sigma")`; ranks hold for generic
        smooth ones.
        """
        try:
            with overtime():  # what is known is told, also when the time is over
                program = self.compiled.program
        except UndecidedError:  # no program has the root of what is negative
            found = (f for output in self.outputs for f in output.atoms(AppliedUndef))
            return tuple(sorted({f.func.__name__.rstrip("'") for f in found}))
        functions = (
            data for kind, data in zip(program.kind, program.data, strict=True) if kind == FUNCTION
        )
        return tuple(sorted({name[1] for name in functions if isinstance(name, tuple)}))

    def point(
        self, values: Mapping[Any, Any] | Sequence[Any] | None = None, /, **blocks: Any
    ) -> Chart:
        """An exact point: a mapping from symbols or names, a sequence in parameter order, or one
        array per block.

        Raises:
            InexactValueError: a float.
            PointError: unknown names, missing parameters, wrong shapes.
        """
        if values is not None and not isinstance(values, Mapping):
            if isinstance(values, str | set | frozenset) or not isinstance(values, Iterable):
                raise PointError(
                    f"{values!r} is no point; give a mapping, a list as long as F.parameters, or"
                    " blocks"
                )
            given = list(values)
            if len(given) != self.size:
                raise PointError(
                    f"{len(given)} values were given for {self.size} parameters; list them in the"
                    " order of F.parameters"
                )
            values = dict(zip(self.parameters, given, strict=True))
        both = {**dict(values or {}), **blocks}
        if self._names_blocks(both):
            kept = Entries.of(self.blocks, both)
            if kept is not None:  # millions of integers stay in their arrays
                return Chart(self, (), kept)
            raw = tuple(v for n, shape in self.blocks.items() for v in exact_array(n, shape, both))
        else:
            raw = tuple(self.chart(both).raw)
        free = sorted({str(s) for v in raw if isinstance(v, sympy.Expr) for s in v.free_symbols})
        unknown = sorted(set(free) - {str(p) for p in self.parameters}) if free else []
        if unknown:
            raise PointError(
                f"the values contain {listed(unknown)}, which is no number; a point has exact"
                f" numbers; use F.chart, or give {unknown[0]} a value"
            )
        if free:
            raise PointError(
                f"no value for {listed(free)}; a point needs all {self.size}; or use F.chart"
            )
        return Chart(self, (), raw)

    def _names_blocks(self, given: Mapping[Any, Any]) -> bool:
        return (
            self.structure is not None
            and bool(given)
            and all(isinstance(k, str) and k in self.blocks for k in given)
        )

    def generic(self) -> Chart:
        """The whole parameter space: every parameter is a coordinate."""
        return Chart(self, self.parameters, tuple(self.parameters))

    def chart(self, values: Mapping[Any, Any] | None = None, /, **names: Any) -> Chart:
        """Some parameters as exact expressions; the others, and every new symbol in the
        expressions, are coordinates.

        Keys may be symbols, names of symbols, or (in a family) names of blocks with arrays of
        values.
        """
        if isinstance(values, str):
            raise PointError(
                f"the text {values[:60]!r} was given; names with values are needed; write"
                " {'w': 0}"
            )
        given = assigned(
            self.parameters, self.blocks, {**dict(values or {}), **names}, "this model"
        )
        for p, value in given.items():
            if isinstance(value, sympy.Expr):
                circular = value.free_symbols & (given.keys() - {p})
            else:
                circular = set()
            if circular:
                q = min(circular, key=str)
                raise PointError(
                    f"the value of {p} uses {q}, which is given a value too; use free parameters"
                    " only"
                )
        raw = tuple(given.get(p, p) for p in self.parameters)
        used: dict[sympy.Symbol, None] = {}
        for value in raw:
            if isinstance(value, sympy.Expr):
                used |= dict.fromkeys(in_order(value.free_symbols))
        order = {p: i for i, p in enumerate(self.parameters)}
        coordinates = sorted(in_order(used), key=lambda s: order.get(s, len(order)))
        return Chart(self, tuple(coordinates), raw)

    def __repr__(self) -> str:
        if self.structure is not None:
            return f"families.{self.name}"
        inputs = f", inputs={list(self.inputs)}" if self.inputs else ""
        inputs += f", domain={list(self.domain.statements)}" if self.domain else ""
        inputs += f", constants={list(self.constants)}" if self.constants else ""
        if self.size > SHOWN or len(self.outputs) > SHOWN:
            return (
                f"<Model of {len(self.outputs)} outputs, {self.size} parameters:"
                f" {listed(self.parameters)}{inputs}>"
            )
        return f"Model({list(self.outputs)}, parameters={list(self.parameters)}{inputs})"

    def __str__(self) -> str:
        return escaped(self.name) or repr(self)

    @cached_property
    def remark(self) -> str:
        """A sentence about assumptions of parameter symbols, which nothing uses but sympy when it
        simplifies; empty where there are none.
        """
        if self.structure is not None:
            return ""
        told = [f"{p} is {word}" for p in self.parameters if (word := assumption(p))]
        if not told:
            return ""
        return f"Parameters range over all real numbers: that {listed(told)} is not used"

    @cached_property
    def spoken(self) -> str | Math:
        """The model in the title of a table: in LaTeX a formula, where there is a short one."""
        structure: Any = self.structure
        own = structure is None and not self.name
        formula = structure.formula if isinstance(structure, HasFormula) else ""
        if own and self.size <= SHORT:
            formula = (self._repr_latex_() or "").strip("$")
        if formula and len(formula) <= LINE:
            return Math(str(self), formula)
        if own:
            return Math(str(self), rf"F(\theta),\ \theta \in \mathbb{{R}}^{{{self.size}}}")
        return str(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model):
            return NotImplemented
        if self.structure is not None and other.structure is not None:
            return self.name == other.name and dict(self.structure.arguments) == dict(
                other.structure.arguments
            )
        return self._parts == other._parts

    def __hash__(self) -> int:
        return hash(self.name if self.structure is not None else self._parts)

    def _repr_latex_(self) -> str | None:
        if self.size > SHOWN:
            return None
        latex = ",\\ ".join(map(sympy.latex, self.outputs))
        inputs = f"({', '.join(map(sympy.latex, self.inputs))})" if self.inputs else ""
        return (
            rf"$F(\theta){inputs} = "
            + (latex if len(self.outputs) == 1 else rf"\left({latex}\right)")
            + "$"
        )


@dataclass(frozen=True)
class Chart:
    r"""A piece of parameter space $u \mapsto \theta(u)$; a point when there are no coordinates.

    Attributes:
        model: the model.
        coordinates: symbols u_1..u_n; the rank on a chart is that at its generic point.
        raw: one exact value (int, Fraction or sympy expression in the coordinates) for each
            parameter.
    """

    model: Model
    coordinates: tuple[sympy.Symbol, ...]
    raw: Sequence[Exact] = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.raw) != self.model.size:
            raise PointError(
                f"{len(self.raw)} values were given for {self.model.size} parameters; give one for"
                " each"
            )
        if self.coordinates:
            names = {str(s) for s in self.coordinates}
            for role, symbols in (
                ("an input", self.model.inputs),
                ("a constant", self.model.constants),
            ):
                clash = names & {str(s) for s in symbols}
                if clash:
                    raise PointError(
                        f"{min(clash)}, which is {role} of the model, stands in a value; values"
                        " contain numbers, parameters and new coordinates; rename it, or"
                        f" make {min(clash)} a parameter of the model"
                    )

    @property
    def is_point(self) -> bool:
        """Whether there are no coordinates."""
        return not self.coordinates

    @cached_property
    def values(self) -> dict[sympy.Symbol, sympy.Expr]:
        """Parameter -> exact sympy expression."""
        return {
            p: v if isinstance(v, sympy.Expr) else sympy.Rational(v)
            for p, v in zip(self.model.parameters, self.raw, strict=True)
        }

    @cached_property
    def arrays(self) -> dict[str, Any]:
        """Block -> numpy object array of exact values (int, Fraction or sympy expression)."""
        result, start = {}, 0
        for name, shape in self.model.blocks.items():
            count = int(np.prod(shape))
            array = np.empty(count, dtype=object)
            array[:] = self.raw[start : start + count]
            result[name] = array.reshape(shape)
            start += count
        return result

    @property
    def numbers(self) -> Mapping[str, Any]:
        """Block -> array of exact values; integer arrays where the point was given as such
        (`arrays` copies them).
        """
        if isinstance(self.raw, Entries):
            return self.raw.arrays
        return self.arrays

    def at(self, values: Mapping[Any, Any]) -> Chart:
        """The chart with some coordinates replaced by exact values or expressions."""
        demand(values, Mapping, PointError, "a mapping", "write {'w': 0}")
        known, replace = Names(self.coordinates), {}
        for key, value in values.items():
            coordinate = known.find(key)
            if coordinate is None:
                raise PointError(
                    f"{key} is not a coordinate of this chart; its coordinates are"
                    f" {listed(self.coordinates)}"
                )
            exact = exact_scalar(str(key), value)
            replace[coordinate] = exact if isinstance(exact, sympy.Expr) else sympy.Rational(exact)
        raw = tuple(
            exact_scalar("value", v.xreplace(replace)) if isinstance(v, sympy.Expr) else v
            for v in self.raw
        )
        used = {s for v in raw if isinstance(v, sympy.Expr) for s in v.free_symbols}
        kept = [c for c in self.coordinates if c in used]
        return Chart(self.model, (*kept, *in_order(used - set(kept))), raw)

    def __repr__(self) -> str:
        return f"Chart(model={self.model!r}, coordinates=({listed(self.coordinates)}))"

    def __str__(self) -> str:
        kind = "point" if self.is_point else f"chart with {len(self.coordinates)} coordinates"
        if self.is_point or self.raw != self.model.parameters:
            at = f"{self.model.size} values"
        else:
            at = ""
        if self.model.size <= SHOWN:
            at = ", ".join(f"{p} = {v}" for p, v in self.values.items() if p != v)
        return f"{kind} of {self.model}" + (f" at {at}" if at else "")

    def _repr_latex_(self) -> str | None:
        if self.model.size > SHOWN:
            given = []
        else:
            given = [(p, v) for p, v in self.values.items() if p != v]
        if given:
            return f"${', '.join(f'{sympy.latex(p)} = {sympy.latex(v)}' for p, v in given)}$"
        return None
