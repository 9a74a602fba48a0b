r"""A program at many samples modulo a small prime, by levels: all nodes of one depth and one form
in a few array operations.

The values are those of `evaluate` in `GF`, residue for residue. They are kept as symmetric residues
in float64 (`float_field` has the proof that their products and sums are exact), discrete
logarithms likewise modulo p - 1. Inverses cost three products each: those of a level come from the
inverse of the product of all (Montgomery).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.float_field import MAX_PRIME, Field, Floats
from rankstrat.algebra.levels import Level, levels
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.modular import GF, Power, whole
from rankstrat.algebra.power_tables import BadReductionError
from rankstrat.algebra.program import CONSTANT, LEAF, LINEAR, PRODUCT, Program
from rankstrat.deadline import check
from rankstrat.errors import UndecidedError

FEW_NODES = 200
"""Programs with fewer nodes are evaluated node by node."""
TABLE = 1 << 24
"""Entries of the table of all values; longer programs are evaluated node by node, or in chunks."""
MOST_ADDED = 64
"""Logarithms that are added before they are reduced: their sum stays below 2^50."""
BLOCK = 1 << 18
"""Entries that one array operation makes, so that they stay in cache."""

Index = NDArray[np.intp]


def columns(
    program: Program, roots: Sequence[int], field: GF, leaves: Mapping[int, Any]
) -> NDArray[np.int32]:
    """The values of the roots, shape (samples, roots), entries 0 .. p - 1; poles are marked in the
    field.
    """
    if _fits(program, roots, field):
        return unsigned(_Table(program, roots, field, leaves).rows(roots), field.p)
    return _one_by_one(program, roots, field, leaves)


def rows(program: Program, roots: Sequence[int], field: GF, leaves: Mapping[int, Any]) -> Floats:
    """The same values as symmetric residues, one row for each root."""
    if _fits(program, roots, field):
        return _Table(program, roots, field, leaves).rows(roots)
    found: Floats = _one_by_one(program, roots, field, leaves).T.astype(np.float64)
    return found - (found > field.p // 2) * float(field.p)


def unsigned(rows: Floats, p: int) -> NDArray[np.int32]:
    """Rows of symmetric residues as columns of residues 0 .. p - 1."""
    found = rows.astype(np.int32).T
    return np.where(found < 0, found + np.int32(p), found)


def _fits(program: Program, roots: Sequence[int], field: GF) -> bool:
    size = len(program.reachable(roots))
    return field.p < MAX_PRIME and FEW_NODES <= size and size * field.count <= TABLE


def _one_by_one(
    program: Program, roots: Sequence[int], field: GF, leaves: Mapping[int, Any]
) -> NDArray[np.int32]:
    block = np.empty((field.count, len(roots)), dtype=np.int32)
    for j, value in enumerate(evaluate(program, roots, field, leaves)):
        block[:, j] = value.value if isinstance(value, Power) else value
    return block


def samples_together(nodes: int) -> int:
    """How many samples of a program with so many nodes fit into one table."""
    return TABLE // max(nodes, 1)


class _Table:
    """The values of all nodes below some roots, one row for each."""

    def __init__(
        self, program: Program, roots: Sequence[int], field: GF, leaves: Mapping[int, Any]
    ) -> None:
        self.program, self.field, self.leaves = program, field, leaves
        self.floats = Field(field.p)
        self.powers = {n: v for n, v in leaves.items() if isinstance(v, Power)}
        self.steps = _Logarithms(field)
        order = program.reachable(roots)
        self.row = np.zeros(len(program), dtype=np.intp)
        self.row[list(order)] = np.arange(len(order))
        self.values: Floats = np.empty((len(order), field.count))
        self.images: dict[Any, int] = {}
        for node in order:
            if program.kind[node] == CONSTANT:
                self.values[self.row[node]] = self._symmetric(field.constant(program.data[node]))
            elif program.kind[node] == LEAF and node not in self.powers:
                self.values[self.row[node]] = self._symmetric(leaves[node])
        self._evaluate_powers(roots, order)
        for level in levels(program, order, self._signature):
            check("a program was evaluated")
            self._run(level)

    def _evaluate_powers(self, roots: Sequence[int], order: Sequence[int]) -> None:
        """The values of generators that are roots or terms of sums."""
        program, powers = self.program, self.powers
        used = powers.keys() & set(roots)
        for node in order if powers else ():
            if program.kind[node] == LINEAR:
                used |= powers.keys() & program.args[node]
        if used:
            nodes = sorted(used)
            self.values[self.row[nodes]] = self.steps.powers(self._logs(nodes, [1] * len(nodes)))

    def rows(self, roots: Sequence[int]) -> Floats:
        """The rows of some nodes."""
        return self.values[self.row[list(roots)]]

    def _symmetric(self, value: Any) -> Any:
        p = self.field.p
        return np.where(np.asarray(value) > p // 2, value - p, value)

    def _signature(self, node: int) -> Hashable:
        """Products by their exponents, where those of generators may differ; sums by length."""
        program, powers = self.program, self.powers
        kind, args, data = program.kind[node], program.args[node], program.data[node]
        if kind == LINEAR:
            return len(args)
        if kind != PRODUCT:
            raise UndecidedError(f"{data} has no generator; this is a defect, please report it")
        if not powers.keys().isdisjoint(args):
            return tuple([None if a in powers else e for a, e in zip(args, data, strict=True)])
        return data

    def _run(self, level: Level) -> None:
        count = max(1, self.field.count)
        for start in range(0, len(level.nodes), step := max(1, BLOCK // count)):
            nodes = level.nodes[start : start + step]
            run = self._sum if level.kind == LINEAR else self._product
            self.values[self.row[nodes]] = run(nodes, level.signature)

    def _image(self, value: Any) -> int:
        """The symmetric residue of a rational number."""
        key = value if type(value) is int else value.as_integer_ratio()
        found = self.images.get(key)
        if found is None:
            image = self.field.constant(value)
            p = self.field.p
            found = self.images[key] = image - p if image > p // 2 else image
        return found

    def _sum(self, nodes: Sequence[int], length: Any) -> Floats:
        program, image = self.program, self._image
        table = np.array([[image(c) for c in program.data[n]] for n in nodes], dtype=np.float64)
        arguments = self.row[np.array([program.args[n] for n in nodes], dtype=np.intp)]
        total = np.repeat(table[:, :1], self.field.count, axis=1)
        room = min(self.floats.room - 1, max(1, 4 * BLOCK // total.size))
        for start in range(0, length, room):
            part = slice(start, start + room)
            terms = self.values[arguments[:, part]]
            total += np.matmul(table[:, None, 1:][:, :, part], terms)[:, 0]
            self.floats.reduce(total)
        return total

    def _product(self, nodes: Sequence[int], exponents: Any) -> Floats:
        program = self.program
        arguments = np.array([program.args[n] for n in nodes], dtype=np.intp)
        total: Floats | None = None
        for column, e in enumerate(exponents):
            if e is None:
                continue
            rows = arguments[:, column]
            power = self._power(rows, whole(e))
            total = power if total is None else self._times(total, power)
        if None not in exponents:
            assert total is not None
            return total
        logs: Floats = np.zeros((len(nodes), self.field.count))
        generators = [column for column, e in enumerate(exponents) if e is None]
        for added, column in enumerate(generators, 1):
            scales = [program.data[n][column] for n in nodes]
            logs += self._logs(arguments[:, column].tolist(), scales)
            if added % MOST_ADDED == 0:
                logs = self.steps.reduced(logs)
        power = self.steps.powers(logs)
        return power if total is None else self._times(total, power)

    def _logs(self, generators: Sequence[int], exponents: Sequence[Any]) -> Floats:
        """Discrete logarithms of powers of generators, less than 2^44 in size."""
        order = self.field.p - 1
        scales = [
            _over(e, self.powers[n].denominator) % order
            for n, e in zip(generators, exponents, strict=True)
        ]
        logs: Floats = self.generators[[self.generator[n] for n in generators]]
        return logs * np.array(scales, dtype=np.float64)[:, None]

    @cached_property
    def generator(self) -> dict[int, int]:
        """The rows of `generators`."""
        return {n: i for i, n in enumerate(self.powers)}

    @cached_property
    def generators(self) -> Floats:
        """The discrete logarithms of generators, less than 2^22."""
        logs = np.empty((len(self.powers), self.field.count))
        for i, v in enumerate(self.powers.values()):
            logs[i] = v.log
        return logs

    def _times(self, a: Floats, b: Floats) -> Floats:
        product = a * b
        self.floats.reduce(product)
        return product

    def _power(self, nodes: Index, e: int) -> Floats:
        base: Floats = self.values[self.row[nodes]]
        if e < 0:
            base, e = self._inverse(nodes, base), -e
        result: Floats | None = None
        while e:
            if e & 1:
                result = base if result is None else self._times(result, base)
            e >>= 1
            if e:
                base = self._times(base, base)
        return np.ones_like(base) if result is None else result

    def _inverse(self, nodes: Index, base: Floats) -> Floats:
        zero = base == 0
        if zero.any():
            for node in nodes[zero.all(axis=1)].tolist():
                if self._is_shared(node):
                    raise BadReductionError
            np.logical_or(self.field.poles, zero.any(axis=0), out=self.field.poles)
            base[zero] = 1
        return self._inverses(base)

    def _inverses(self, base: Floats) -> Floats:
        """Inverses of residues that are not zero, those of a column together."""
        if len(base) == 1:
            return self._raised(base, self.field.p - 2)
        half = len(base) // 2
        a, b = base[:half], base[half : 2 * half]
        inverse = self._inverses(np.concatenate([self._times(a, b), base[2 * half :]]))
        both = inverse[:half]
        return np.concatenate([self._times(both, b), self._times(both, a), inverse[half:]])

    def _raised(self, base: Floats, e: int) -> Floats:
        result = np.ones_like(base)
        while e:
            if e & 1:
                result = self._times(result, base)
            e >>= 1
            base = self._times(base, base)
        return result

    def _is_shared(self, node: int) -> bool:
        """Whether a value is the same in every sample whatever is drawn."""
        below = (n for n in self.program.reachable((node,)) if n in self.leaves)
        values = [self.leaves[n] for n in below]
        return all(isinstance(v.log if isinstance(v, Power) else v, int) for v in values)


def _over(e: Rational, denominator: int) -> int:
    """e times a denominator, over which it is whole."""
    quotient, rest = divmod(denominator, e.denominator)
    return whole(e * denominator) if rest else e.numerator * quotient


class _Logarithms:
    """Powers of the primitive root by two short tables: g^k = g^(2^h i) g^j."""

    def __init__(self, field: GF) -> None:
        self.p, self.order = field.p, field.p - 1
        self.bits = (self.p.bit_length() + 1) // 2
        g = field.generator
        self.low = self._table(g, 1 << self.bits)
        self.high = self._table(pow(g, 1 << self.bits, self.p), (self.p >> self.bits) + 1)

    def _table(self, g: int, count: int) -> Floats:
        entries, power = np.empty(count), 1
        for k in range(count):
            entries[k] = power
            power = power * g % self.p
        return entries

    def reduced(self, logs: Floats) -> Floats:
        """Whole numbers below 2^51 modulo p - 1, symmetric."""
        return logs - np.rint(logs * (1.0 / self.order)) * self.order

    def powers(self, logs: Floats) -> Floats:
        """g^log, symmetric."""
        k = self.reduced(logs).astype(np.int64)
        k += np.where(k < 0, self.order, 0)
        found = self.high[k >> self.bits] * self.low[k & ((1 << self.bits) - 1)]
        return found - np.rint(found * (1.0 / self.p)) * self.p


__all__ = ["columns", "rows", "samples_together", "unsigned"]
