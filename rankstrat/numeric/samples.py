r"""The Jacobian $[\partial F_k/\partial\theta_i(\theta)(x_s)]$ over sampled inputs, as floats or
mpmath numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import count
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.floats import FloatRing, MpRing, leaf_number
from rankstrat.algebra.program import LEAF, Program
from rankstrat.errors import BudgetError, DataError, PointError, PoleError
from rankstrat.model.model import Chart
from rankstrat.model.values import Names
from rankstrat.rank.tangents import Tangents
from rankstrat.text.parsing import block_symbols

DOUBLE, GUARD = (
    15,
    10,
)  # digits of double precision; extra digits, so that rounding stays far below the threshold
MOST_ENTRIES, MOST_COLUMNS = 50_000_000, 600
ROUNDS = 8


class Jacobian:
    """Numbers for every leaf: coordinates by the seed, inputs sample by sample, one mixer for each
    output.
    """

    def __init__(
        self,
        chart: Chart,
        values: Mapping[Any, Any],
        seed: int,
        samples: int | Sequence[Any] | None,
    ) -> None:
        self.model, self.outputs = chart.model, chart.model.output_count
        self.rng = np.random.default_rng(seed)
        self.program: Program
        self.leaves: dict[Hashable, Any] = {}
        given = _numbers(chart, values)
        if (
            values
            and len(given) == self.model.size
            and all(v is s for v, s in zip(chart.raw, self.model.parameters, strict=True))
        ):
            compiled = (
                self.model.compiled
            )  # all parameters are numbers: no specialised program is needed
            self.program, self.nodes = compiled.program, list(compiled.gradient)
            self.leaves = {("p", i): given[p] for i, p in enumerate(self.model.parameters)}
        else:
            tangents = Tangents(chart)
            self.program, self.nodes = tangents.program, tangents.nodes
            self.leaves = {("u", c): given.get(c) for c in chart.coordinates}
        self.leaves |= {("u", c): given.get(c) for c in self.model.constants}
        self.random = [key for key, value in self.leaves.items() if value is None]
        self.below = [n for n in self.program.reachable(self.nodes) if self.program.kind[n] == LEAF]
        self.inputs = self._inputs(samples)
        self.wanted = (
            samples if isinstance(samples, int) else self.model.size + 8 + min(self.model.size, 100)
        )
        if not self.model.inputs:
            self.wanted = 1
        self.used = 0

    def _inputs(self, samples: int | Sequence[Any] | None) -> list[list[Any]] | None:
        width = len(self.model.inputs)
        if samples is None or isinstance(samples, int):
            if samples is not None and (isinstance(samples, bool) or samples < 1):
                raise DataError(
                    f"samples = {samples}; a positive number or a list of inputs is needed"
                )
            return None
        try:
            rows = [
                (
                    list(row)
                    if isinstance(row, Sequence | np.ndarray) and not isinstance(row, str)
                    else [row]
                )
                for row in samples
            ]
        except TypeError:
            raise DataError(
                f"samples = {samples!r}; a positive number or a list of inputs is needed"
            ) from None
        if not rows or any(len(row) != width for row in rows):
            raise DataError(
                f"every sample needs {width} numbers, one for each input of the model; give rows of"
                f" {width}"
            )
        return [[_number(f"sample {i + 1}", v) for v in row] for i, row in enumerate(rows)]

    def check_budget(self, *, precise: bool) -> None:
        """Refuse matrices that would not fit or not finish.

        Raises:
            BudgetError: too many parameters for this precision, or too many entries.
        """
        size = self.model.size
        rows = (len(self.inputs) if self.inputs is not None else self.wanted) * self.outputs
        if precise and size > MOST_COLUMNS:
            raise BudgetError(
                f"{size} parameters; at most {MOST_COLUMNS} are accepted beyond 15 digits; use"
                " digits=15, or model_rank"
            )
        if rows * size > MOST_ENTRIES:
            raise BudgetError(
                f"a matrix of {rows} x {size} numbers; at most {MOST_ENTRIES} fit; use fewer"
                " samples, or model_rank"
            )

    def floats(self, dtype: type) -> NDArray[Any]:
        """The matrix in single or double precision; what overflows there is evaluated again by
        mpmath.
        """
        return np.concatenate(
            list(self._collect(lambda rows: self._float_blocks(rows, FloatRing(dtype))))
        )

    def precise(self, ring: MpRing) -> list[list[list[Any]]]:
        """The matrix over mpmath, one block of rows for each sample."""
        return list(self._collect(lambda rows: (self._mp_block(row, ring) for row in rows)))

    def _collect(self, blocks: Callable[[list[list[Any]]], Iterator[Any]]) -> list[Any]:
        """Blocks of finite rows, one for each sample; samples at poles are replaced, coordinates
        too if all are.
        """
        if self.inputs is not None:
            self._draw_coordinates()
            result = list(blocks(self.inputs))
            for number, block in enumerate(result, start=1):
                if block is None:
                    raise PoleError(
                        f"the tangent functions have no finite real value at sample {number};"
                        " choose another one"
                    )
            self.used = len(result)
            return result
        result = []
        for attempt in count():
            if not result:
                self._draw_coordinates()
            result += [block for block in blocks(self._draw(self.wanted)) if block is not None]
            if len(result) >= self.wanted:
                break
            if attempt == ROUNDS * (1 + bool(result)):
                raise PoleError(
                    f"finite real tangent functions at only {len(result)} of"
                    f" {attempt * self.wanted} random samples; inputs inside the domain are needed;"
                    " give samples=[...], or more digits if the values overflow"
                )
        self.used = self.wanted
        return result[: self.wanted]

    def _draw_coordinates(self) -> None:
        draws = np.round(self.rng.normal(size=len(self.random)) * 1024)
        for key, value in zip(self.random, draws, strict=True):
            self.leaves[key] = Fraction(int(value) or 512, 1024)

    def _draw(self, number: int) -> list[list[Any]]:
        if self.model.domain:
            return [self._draw_inside() for _ in range(number)]
        # 16 binary places: single precision, double precision and mpmath see the same inputs
        draws = np.round(self.rng.normal(size=(number, len(self.model.inputs))) * 65536)
        return [[Fraction(int(v), 65536) for v in row] for row in draws]

    def _draw_inside(self) -> list[Any]:
        point = self.model.domain.draw(self.model.inputs, lambda: int(self.rng.integers(1 << 31)))
        if point is None:
            raise DataError(
                f"no random input met the domain {self.model.domain}; inputs inside it are needed;"
                " give samples=[...]"
            )
        return [_number("sample", v) for v in point]

    def _float_blocks(
        self, rows: list[list[Any]], ring: FloatRing
    ) -> Iterator[NDArray[Any] | None]:
        number, q = len(rows), self.outputs
        values: dict[int, Any] = {}
        for node in self.below:
            key: Any = self.program.data[node]
            if key[0] == "x":
                values[node] = np.repeat(np.array([ring.constant(row[key[1]]) for row in rows]), q)
            elif key[0] == "mix":
                values[node] = np.tile(
                    np.array([ring.scalar(k == key[1]) for k in range(q)]), number
                )
            else:
                values[node] = (
                    ring.constant(self.leaves[key])
                    if key in self.leaves
                    else leaf_number(ring, key)
                )
        with np.errstate(all="ignore"):
            columns = evaluate(self.program, self.nodes, ring, values)
        matrix = np.empty((number * q, len(columns)), dtype=ring.scalar)
        for j, column in enumerate(columns):
            matrix[:, j] = column
        blocks = matrix.reshape(number, q, len(columns))
        finite = [bool(np.isfinite(block).all()) for block in blocks]
        precise = MpRing(DOUBLE + GUARD)
        for row, block, fine in zip(rows, blocks, finite, strict=True):
            yield block if fine else self._rescued(row, ring, precise)

    def _rescued(self, row: list[Any], ring: FloatRing, precise: MpRing) -> NDArray[Any] | None:
        """A sample where an intermediate value overflowed, evaluated without limits and rounded."""
        block = self._mp_block(row, precise)
        if block is None:
            return None
        with np.errstate(all="ignore"):
            rounded = np.array([[ring.constant(v) for v in line] for line in block])
        if np.isfinite(rounded).all():
            return rounded
        return None

    def _mp_block(self, row: list[Any], ring: MpRing) -> list[list[Any]] | None:
        block = []
        for k in range(self.outputs):
            values: dict[int, Any] = {}
            for node in self.below:
                key: Any = self.program.data[node]
                if key[0] == "x":
                    values[node] = ring.constant(row[key[1]])
                elif key[0] == "mix":
                    values[node] = ring.constant(int(k == key[1]))
                else:
                    values[node] = (
                        ring.constant(self.leaves[key])
                        if key in self.leaves
                        else leaf_number(ring, key)
                    )
            try:
                block.append(evaluate(self.program, self.nodes, ring, values))
            except (PoleError, ZeroDivisionError):
                return None
        return block


def _numbers(chart: Chart, values: Mapping[Any, Any]) -> dict[sympy.Symbol, Any]:
    """Coordinate -> number, from values by symbol, name or block."""
    every = (*chart.coordinates, *chart.model.constants)
    known = {str(c): c for c in every}
    own = Names(every)
    result: dict[sympy.Symbol, Any] = {}
    for key, value in values.items():
        name = str(key)
        coordinate = own.find(key)
        if coordinate is not None:
            result[coordinate] = _number(name, value)
            continue
        shape = chart.model.blocks.get(name)
        if shape is None:
            symbols = []
        else:
            symbols = [str(s) for s in block_symbols(name, tuple(shape)).ravel()]
        if shape is None or not all(s in known for s in symbols):
            names = ", ".join(list(known)[:8]) or "none"
            raise PointError(
                f"{name} is not a coordinate here; coordinates are {names}; correct the name"
            )
        array = np.array(value, dtype=object)
        if array.shape != tuple(shape):
            raise PointError(
                f"{name} has shape {array.shape}, but this model needs {tuple(shape)}; give one row"
                " for each unit"
            )
        result |= {known[s]: _number(name, v) for s, v in zip(symbols, array.ravel(), strict=True)}
    return result


def _number(name: str, value: Any) -> Any:
    """A finite real number of any kind, as int, Fraction, float, mpf or sympy number."""
    if isinstance(value, bool | np.bool_):
        value = None
    if isinstance(value, np.integer | np.floating):
        value = value.item()
    if isinstance(value, int | Fraction | mpmath.mpf | float) and (
        isinstance(value, int | Fraction) or mpmath.isfinite(value)
    ):
        return value
    if isinstance(value, sympy.Expr) and value.is_number and value.is_real and value.is_finite:
        if value.is_Rational:
            return Fraction(int(value.p), int(value.q))
        return value
    raise PointError(
        f"{name} = {value!r} is not a finite real number; give an int, a float, a Fraction or a"
        " sympy number"
    )
