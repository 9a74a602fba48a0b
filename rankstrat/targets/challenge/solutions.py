r"""Solutions of $F(\theta) = f^*$ that nobody listed: small integers, changed coordinates, and
Newton's method.

This room knows no family and no branch. Values are floats here; whether $F(\theta) = f^*$ holds as
functions at an exact point is decided by the engine.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.floats import FloatRing, leaf_number
from rankstrat.algebra.program import LEAF, Program
from rankstrat.algebra.translate import translate
from rankstrat.errors import BudgetError, UndecidedError, UnsupportedFunctionError
from rankstrat.model.model import Chart, Model
from rankstrat.rank.defined import has_function
from rankstrat.targets.branch import TargetFunction

Floats = NDArray[np.float64]
CLOSE, EXACT, FAR = 1e-8, 1e-12, 20.0
SMALL = (0, 1, -1, 2)
MOST_VALUES, CHUNK = 9, 4096


@dataclass(frozen=True)
class Equation:
    r"""$F(\theta)(x_s) = f^*(x_s)$ at some inputs, as numbers.

    Attributes:
        model: F.
        target: f*.
        seed: names the inputs.
    """

    model: Model
    target: TargetFunction = field(repr=False)
    seed: int = 0

    @cached_property
    def _inputs(self) -> Floats:
        """Random inputs of the domain, in [-2, 2] without one, where f* is finite; some more than
        twice the parameters.
        """
        count = 2 * self.model.size + 6 if self.model.inputs else 1
        source = np.random.default_rng(self.seed)
        drawn = self._drawn(source, 3 * count)
        finite = np.isfinite(self._values(drawn)).all(axis=1)
        return drawn[finite][:count] if finite.any() else drawn[:count]

    def _drawn(self, source: np.random.Generator, count: int) -> Floats:
        inputs, domain = self.model.inputs, self.model.domain
        if not domain:
            return source.uniform(-2, 2, (count, len(inputs)))
        points = (domain.draw(inputs, lambda: int(source.integers(1 << 31))) for _ in range(count))
        return np.array([[float(v) for v in p] for p in points if p is not None], dtype=float)

    @cached_property
    def _goals(self) -> Floats:
        """The values of f*, shape (samples, outputs)."""
        return self._values(self._inputs)

    def _values(self, inputs: Floats) -> Floats:
        program = Program()
        leaves = {x: program.leaf(("x", k)) for k, x in enumerate(self.model.inputs)}
        fixed = {c: program.leaf(("u", c)) for c in self.model.constants}
        nodes = translate(program, list(self.target.expressions), leaves | fixed)
        values = {leaf: inputs[:, k] for k, leaf in enumerate(leaves.values())}
        return self._evaluated(program, nodes, values, (len(inputs),))

    @cached_property
    def _constants(self) -> dict[Any, float]:
        """Numbers for the constants, by leaf key; what holds at them is verified for all."""
        source = np.random.default_rng(self.seed + 1)
        return {("u", c): float(source.uniform(0.5, 2)) for c in self.model.constants}

    def _evaluated(
        self, program: Program, nodes: Sequence[int], given: dict[int, Any], shape: tuple[int, ...]
    ) -> Floats:
        """Values of the nodes, stacked last."""
        ring, values = FloatRing(), dict(given)
        for n in program.reachable(nodes):
            if program.kind[n] == LEAF and n not in values:
                key = program.data[n]
                values[n] = (
                    self._constants[key] if key in self._constants else leaf_number(ring, key)
                )
        with np.errstate(all="ignore"):
            found = evaluate(program, nodes, ring, values)
        return np.stack([np.broadcast_to(v, shape) for v in found], axis=-1)

    def gaps(self, points: Floats, count: int | None = None) -> Floats:
        """F - f*, shape (points, samples times outputs), at all or the first few inputs."""
        compiled, inputs = self.model.compiled, self._inputs[:count]
        values: dict[int, Any] = {n: points[:, i, None] for i, n in enumerate(compiled.parameters)}
        values |= {n: inputs[None, :, k] for k, n in enumerate(compiled.inputs)}
        shape = (len(points), len(inputs))
        found = self._evaluated(compiled.program, compiled.outputs, values, shape)
        with np.errstate(all="ignore"):
            gaps = found - self._goals[None, :count]
            return gaps.reshape(len(points), gaps.shape[1] * gaps.shape[2])

    def slopes(self, points: Floats) -> Floats:
        """The derivatives of the gaps, shape (points, samples times outputs, parameters)."""
        compiled, inputs = self.model.compiled, self._inputs
        shape = (len(points), len(inputs))
        values: dict[int, Any] = {n: points[:, i, None] for i, n in enumerate(compiled.parameters)}
        values |= {n: inputs[None, :, k] for k, n in enumerate(compiled.inputs)}
        rows = []
        for k in range(len(compiled.outputs)):
            mixed = {n: float(k == j) for j, n in enumerate(compiled.mixers)}
            rows.append(self._evaluated(compiled.program, compiled.gradient, values | mixed, shape))
        return np.stack(rows, axis=2).reshape(len(points), -1, self.model.size)

    @cached_property
    def scale(self) -> float:
        """1 and the largest value of f*."""
        return 1.0 + float(np.max(np.abs(self._goals), initial=0.0))

    def solved(self, points: Floats, tolerance: float = CLOSE) -> NDArray[np.bool_]:
        """Which points have all gaps near 0; a few inputs sort most of them out."""
        result = np.zeros(len(points), dtype=bool)
        for start in range(0, len(points), CHUNK):
            part = points[start : start + CHUNK]
            near = np.flatnonzero(self._near(part, tolerance, 4))
            if len(near):
                near = near[self._near(part[near], tolerance, None)]
            result[start + near] = True
        return result

    def _near(self, points: Floats, tolerance: float, count: int | None) -> NDArray[np.bool_]:
        with np.errstate(all="ignore"):
            small = np.abs(self.gaps(points, count)) <= tolerance * self.scale
        return np.asarray(small.all(axis=1))

    def holds(self, point: Chart) -> bool | None:
        """Whether F = f* as functions at an exact point, by the engine; None where it is not
        decided.
        """
        try:
            return has_function(point, self.target.expressions)
        except (BudgetError, UndecidedError, UnsupportedFunctionError, ZeroDivisionError):
            return None


def small_values(target: TargetFunction, model: Model) -> list[Fraction]:
    """0, 1, -1, 2, the numbers of the target with both signs, and what is left of them beside 1."""
    given: dict[Fraction, None] = {}
    numbers: Iterable[Any] = target.point.raw if target.point is not None else ()
    if target.point is None:
        numbers = (n for e in target.expressions for n in e.atoms(sympy.Rational))
    for value in numbers:
        exact = sympy.sympify(value, strict=True)
        if exact.is_Rational:
            given[Fraction(int(exact.p), int(exact.q))] = None
    nearest = sorted(given, key=lambda v: (abs(v), v < 0))[:6]
    signed = [s * v for v in nearest for s in (1, -1)]
    return list(dict.fromkeys([*map(Fraction, SMALL), *signed, *(v - 1 for v in nearest)]))


def integer_solutions(
    equation: Equation, start: Sequence[Sequence[Fraction]], *, budget: int
) -> Iterator[Chart]:
    """Exact points of F = f* among small values: all of them if they are few, else by changing
    known ones.

    Args:
        equation: of the target.
        start: known solutions.
        budget: the most points that are evaluated.
    """
    model, values = equation.model, small_values(equation.target, equation.model)
    seen: set[tuple[Fraction, ...]] = set()
    for points in itertools.chain(
        _grid(model.size, values, budget // 2), _changed(model, start, values, budget)
    ):
        for index in np.flatnonzero(equation.solved(np.array(points, dtype=float))):
            key = tuple(points[int(index)])
            if key in seen:
                continue
            seen.add(key)
            found = model.point(list(key))
            if equation.holds(found):
                yield found


Points = list[tuple[Fraction, ...]]


def _grid(size: int, values: Sequence[Fraction], budget: int) -> Iterator[Points]:
    """All points with as many of the values as the budget allows; nothing if that is fewer than
    two.
    """
    count = min(len(values), MOST_VALUES)
    while count > 1 and count**size > budget:
        count -= 1
    if count < 2:
        return
    every = itertools.product(values[:count], repeat=size)
    while chunk := list(itertools.islice(every, CHUNK)):
        yield chunk


def _changed(
    model: Model, start: Sequence[Sequence[Fraction]], values: Sequence[Fraction], budget: int
) -> Iterator[Points]:
    """Known solutions with one to three coordinates changed, or with equal parts of blocks
    exchanged or turned.
    """
    left = budget
    for known in start:
        yield list(_exchanged(model, tuple(known)))
    for changes in (1, 2, 3):
        for known in start:
            moved = _with_changes(tuple(known), values, changes)
            while left > 0 and (chunk := list(itertools.islice(moved, min(left, CHUNK)))):
                left -= len(chunk)
                yield chunk


def _with_changes(
    known: tuple[Fraction, ...], values: Sequence[Fraction], changes: int
) -> Iterator[tuple[Fraction, ...]]:
    for places in itertools.combinations(range(len(known)), min(changes, len(known))):
        for new in itertools.product(values, repeat=len(places)):
            point = list(known)
            for place, value in zip(places, new, strict=True):
                point[place] = value
            yield tuple(point)


def _exchanged(model: Model, known: tuple[Fraction, ...]) -> Iterator[tuple[Fraction, ...]]:
    """Rows i and j of all blocks of one length exchanged, and row i of them turned."""
    yield known
    places, start = [], 0
    for shape in model.blocks.values():
        size = int(np.prod(shape))
        places.append(np.arange(start, start + size).reshape(shape))
        start += size
    lengths = {p.shape[0] for p in places if p.ndim}
    for length in lengths:
        rows = [p for p in places if p.ndim and p.shape[0] == length]
        for i, j in itertools.combinations_with_replacement(range(length), 2):
            point = list(known)
            for block in rows:
                one, two = block[i].ravel(), block[j].ravel()
                for a, b in zip(one.tolist(), two.tolist(), strict=True):
                    point[a], point[b] = (known[b], known[a]) if i != j else (-known[a], -known[b])
            yield tuple(point)


def newton_solutions(equation: Equation, *, starts: int, steps: int = 120) -> Floats:
    """Float points of F = f*, from random starts by damped Gauss-Newton steps, all starts at
    once.
    """
    size = equation.model.size
    source = np.random.default_rng(equation.seed + 1)
    theta = source.normal(size=(starts, size)) * source.choice([0.5, 1.0, 2.0], (starts, 1))
    damping = np.full(starts, 1e-2)
    now = _norms(equation.gaps(theta))
    for _ in range(steps):
        alive = np.isfinite(now) & (now > 1e-15 * equation.scale) & (damping < 1e12)
        if not alive.any():
            break
        here = theta[alive]
        step = _steps(equation.gaps(here), equation.slopes(here), damping[alive])
        there = here + step
        after = _norms(equation.gaps(there))
        better = after < now[alive]
        places = np.flatnonzero(alive)
        theta[places[better]] = there[better]
        now[places[better]] = after[better]
        damping[places[better]] /= 5
        damping[places[~better]] *= 4
    inside = np.abs(theta).max(axis=1, initial=0.0) < FAR
    kept: Floats = theta[(now <= EXACT * equation.scale) & inside]
    return kept


def _norms(gaps: Floats) -> Floats:
    with np.errstate(all="ignore"):
        norms = np.sqrt(np.sum(gaps * gaps, axis=1))
    return np.where(np.isfinite(norms), norms, np.inf)


def _steps(gaps: Floats, slopes: Floats, damping: Floats) -> Floats:
    with np.errstate(all="ignore"):
        square = np.einsum("bsi,bsj->bij", slopes, slopes)
        right = -np.einsum("bsi,bs->bi", slopes, gaps)
    sound = np.isfinite(square).all(axis=(1, 2)) & np.isfinite(right).all(axis=1)
    square[~sound], right[~sound] = 0.0, 0.0
    size = np.maximum(np.einsum("bii->bi", square).max(axis=1), 1.0)  # rounding must not win
    square += np.maximum(damping, 1e-13 * size)[:, None, None] * np.eye(square.shape[1])
    solved: Floats = np.linalg.solve(square, right[:, :, None])[:, :, 0]
    return solved


__all__ = ["Equation", "integer_solutions", "newton_solutions", "small_values"]
