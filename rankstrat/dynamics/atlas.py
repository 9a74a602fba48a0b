r"""Critical functions of a network on given data: searched in floats, certified in balls.

A critical function of width k is one of every larger width (embedding principle), so the atlas of
a network is that of all narrower ones. What is listed exists and is distinct by proof; that nothing
else exists is never claimed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy

from rankstrat.algebra.balls import BallRing
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.program import Program
from rankstrat.algebra.signature import precision
from rankstrat.algebra.translate import translate
from rankstrat.dynamics.checks import exact_number, real, rows_of, seed_of, whole
from rankstrat.dynamics.critical_search import zeros
from rankstrat.dynamics.infinity import limits
from rankstrat.dynamics.loss import Array, Loss
from rankstrat.errors import DataError, demand
from rankstrat.families import build
from rankstrat.model.model import Model
from rankstrat.model.values import exact_scalar
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.samples import (
    EnclosedCriticalPoint,
    Inertia,
    enclose_critical_point,
    inertia,
)
from rankstrat.text.spoken import Spoken
from rankstrat.text.tables import Phrase, Table

BITS, SAME, BLOCK = 192, 1e-6, 250


@dataclass(frozen=True)
class CriticalFunction(Spoken):
    r"""A function that is critical for the data, by proof.

    Attributes:
        width: of the narrowest network in which it was found; 0 for the zero function.
        loss: the mean squared error $\tfrac1n \sum (f(x_i) - y_i)^2$, a float in the enclosure.
        radius: the loss is within this of `loss`, by proof.
        point: the enclosed critical point; None for the zero function.
        inertia: of the Hessian there, in its own width.
        outputs: the values at the data, as balls.
        limit: for a critical point at infinity, what the network tends to; `inertia` is then that
            of the limit model.
    """

    width: int
    loss: float
    radius: float
    point: EnclosedCriticalPoint | None = field(repr=False)
    inertia: Inertia | None = None
    outputs: tuple[Any, ...] = field(default=(), repr=False, compare=False)
    limit: str = ""

    @property
    def verdict(self) -> Verdict:
        """PROVED, by Krawczyk's test; the zero function by its vanishing gradient."""
        return Verdict.PROVED

    @property
    def kind(self) -> str:
        """What the inertia says in its own width."""
        if self.inertia is None:
            return "zero function"
        return self.inertia.kind + (" of the limit model" if self.limit else "")

    def __str__(self) -> str:
        place = f" at infinity ({self.limit})" if self.limit else ""
        return f"width {self.width}{place}, mean squared error {self.loss:.12f}, {self.kind}"


@dataclass(frozen=True)
class CriticalAtlas:
    """Distinct certified critical functions of a network on data, by width and loss.

    Attributes:
        model: the widest network.
        functions: ascending in width, descending in loss.
        starts: how many starting points were tried.
        refused: candidates of the search that could not be certified.
    """

    model: Model
    functions: tuple[CriticalFunction, ...]
    starts: int
    refused: int

    def table(self) -> Table:
        """One row for each function."""
        rows = [
            (f.width, f.limit, f"{f.loss:.12f}", _signs(f.inertia), f.kind, str(f.verdict))
            for f in self.functions
        ]
        caption = (
            f"At least {len(self.functions)} distinct critical functions ({self.starts} starts,"
            f" {self.refused} candidates not certified); completeness is not claimed."
        )
        columns = (
            "width",
            "at infinity",
            "mean squared error",
            "inertia (+, 0, -)",
            "kind",
            "verdict",
        )
        return Table(
            columns, tuple(rows), Phrase("Critical functions of ", self.model.spoken), caption
        )

    def __str__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table().html()


def _signs(found: Inertia | None) -> str:
    return "" if found is None else f"({found.positive}, {found.zero}, {found.negative})"


def critical_functions(
    model: Model,
    inputs: Sequence[Any],
    labels: Sequence[Any],
    *,
    starts: int = 400,
    at_infinity: bool = False,
    seed: int = 0,
    budget: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CriticalAtlas:
    r"""Certified distinct critical functions of a two-layer network and of all narrower ones.

    Starts have kinks at random places among the inputs; the output weights are solved for, and the
    gradient in the others by Levenberg and Marquardt with the exact Hessian. Nondegenerate bounded
    candidates are enclosed by Krawczyk's test, and kept if their outputs differ from all others at
    some data point by proof.

    Args:
        model: `two_layer` of any width.
        inputs: n exact inputs.
        labels: n exact labels (sympy expressions without symbols).
        starts: for each width.
        at_infinity: also critical points at infinity, where neurons become steps or pairs of them
            meet with output weights that grow; their limits are enclosed instead.
        seed: names the starts.
        budget: seconds for the search and certification together; what is found so far is kept.
        progress: called with (starts done, starts in all).

    Raises:
        DataError: a model without a width, or data that do not fit.

    References:
        Zhang, Zhang, Luo, Xu, Embedding principle of loss landscape, NeurIPS 2021.
    """
    demand(model, Model, DataError, "a two-layer model", "try families.two_layer(3, 1, bias=True)")
    given, wanted = rows_of("inputs", inputs), rows_of("labels", labels)
    rows = [x if isinstance(x, Sequence | np.ndarray) else [x] for x in given]
    xs = [[exact_number("an input", exact_scalar("input", v)) for v in x] for x in rows]
    ys = [exact_number("a label", exact_scalar("label", v)) for v in wanted]
    starts = whole("the number of starts,", starts, 1, "try 400")
    if budget is not None:
        budget = real("the budget", budget, "try 60 seconds")
    width = len(model.inputs)
    if not xs or len(xs) != len(ys) or any(len(x) != width for x in xs):
        raise DataError(
            f"{len(xs)} inputs and {len(ys)} labels were given; the same positive number is needed,"
            f" inputs of {width} numbers each; check the data"
        )
    networks = _narrower(model)
    search = _Search(xs, ys, seed_of(seed), budget)
    zero = _zero(networks[0][1], ys)
    functions = [zero] if zero is not None else []
    refused, done = 0, 0
    for width, network in networks:
        loss = Loss(network, np.array(xs, dtype=float), [float(y) for y in ys], scale="sum")
        for theta, _ in search.candidates(loss, width, starts):
            if search.over:
                break
            found = search.certify(network, width, theta)
            if found is None:
                refused += 1
            elif all(_differ(found, other) for other in functions):
                functions.append(found)
        if at_infinity:
            refused += search.escapes(network, width, starts, functions)
        done += starts
        if progress is not None:
            progress(done, starts * len(networks))
    ordered = sorted(functions, key=lambda f: (f.width, -f.loss))
    return CriticalAtlas(model, tuple(ordered), done, refused)


def _narrower(model: Model) -> list[tuple[int, Model]]:
    structure = model.structure
    arguments = {} if structure is None else dict(structure.arguments)
    if structure is None or "width" not in arguments or "a" not in model.blocks:
        raise DataError(
            f"{model.name} has no width; a two-layer network is needed; try"
            " families.two_layer(3, 1, bias=True)"
        )
    widths = range(1, arguments["width"] + 1)
    return [(k, build(structure.family, **{**arguments, "width": k})) for k in widths]


class _Search:
    """Candidates in floats, then proofs in balls."""

    def __init__(
        self, xs: Sequence[Sequence[Any]], ys: Sequence[sympy.Expr], seed: int, budget: float | None
    ) -> None:
        self.xs, self.ys, self.seed = xs, ys, seed
        self.floats = np.array(xs, dtype=float)
        self.labels = [float(y) for y in ys]
        self.end = np.inf if budget is None else time.monotonic() + budget

    @property
    def over(self) -> bool:
        """Whether the budget is spent."""
        return time.monotonic() > self.end

    def starts(self, loss: Loss, width: int, count: int) -> Array:
        """Slopes log-uniform, kinks among the inputs, output weights by least squares."""
        rng = np.random.default_rng((self.seed, width))
        d = self.floats.shape[1]
        size = 10 ** rng.uniform(-1.5, 1.2, (count, width, 1))
        direction = rng.standard_normal((count, width, d))
        w = direction / np.linalg.norm(direction, axis=2, keepdims=True) * size
        low, high = self.floats.min(axis=0), self.floats.max(axis=0)
        centre = rng.uniform(low - 1, high + 1, (count, width, d))
        values = {"w": w, "b": -(w * centre).sum(axis=2)}
        return np.concatenate(
            [
                values.get(name, np.zeros((count, *shape))).reshape(count, -1)
                for name, shape in loss.model.blocks.items()
            ],
            axis=1,
        )

    def candidates(self, loss: Loss, width: int, count: int) -> list[tuple[Array, Array]]:
        """Nondegenerate bounded zeros of the gradient with their outputs, no two with the same."""
        found: list[tuple[Array, Array]] = []
        thetas = self.starts(loss, width, count)
        for block in np.array_split(thetas, max(1, count // BLOCK)):
            if self.over:
                break
            for theta in zeros(loss, width, block, self.end):
                outputs = loss.outputs(theta).ravel()
                if all(np.abs(outputs - other).max() > SAME for _, other in found):
                    found.append((theta, outputs))
        return sorted(found, key=lambda c: float(loss.value(c[0])))

    def escapes(
        self, network: Model, width: int, count: int, functions: list[CriticalFunction]
    ) -> int:
        """Adds critical points of the limit models; the number that could not be certified."""
        structure: Any = network.structure
        bias, refused = "b" in network.blocks, 0
        if "c" in network.blocks:
            raise DataError(
                f"{network.name} has an output bias; limits are built for networks without; leave"
                " at_infinity out"
            )
        for limit in limits(structure.activation, bias, width, self.xs, count, (self.seed, 7)):
            if self.over:
                break
            loss = Loss(limit.model, np.array(limit.rows, float), self.labels, scale="sum")
            known: list[Array] = []
            for theta in zeros(loss, limit.linear, limit.starts, self.end):
                outputs = loss.outputs(theta).ravel()
                if any(np.abs(outputs - other).max() <= SAME for other in known):
                    continue
                known.append(outputs)
                found = self.certify(limit.model, width, theta, limit.rows, limit.text)
                if found is None or found.point is None:
                    refused += 1
                    continue
                box = found.point.box
                # a height or a slope of a pair that may be 0: then nothing is at infinity
                if any(all(box[i].contains(0) for i in group) for group in limit.needed):
                    continue
                if all(_differ(found, other) for other in functions):
                    functions.append(found)
        return refused

    def certify(
        self,
        network: Model,
        width: int,
        theta: Array,
        rows: Sequence[Sequence[Any]] | None = None,
        limit: str = "",
    ) -> CriticalFunction | None:
        """Enclosure, inertia and loss; None where a proof fails."""
        try:
            inputs = self.xs if rows is None else rows
            point = enclose_critical_point(network, inputs, self.ys, [float(v) for v in theta])
        except DataError:
            return None
        with precision(BITS):
            residual = point.residual()
            loss = sum((e * e for e in residual), 0 * residual[0]) / len(residual)
            program = Program()
            wanted = evaluate(program, translate(program, list(self.ys), {}), BallRing(), {})
            outputs = tuple(e + y for e, y in zip(residual, wanted, strict=True))
        return CriticalFunction(
            width, float(loss.mid()), float(loss.rad()) + 1e-16, point, inertia(point), outputs,
            limit,
        )  # fmt: skip


def _differ(first: CriticalFunction, second: CriticalFunction) -> bool:
    """Whether outputs are disjoint balls at some data point."""
    return any(not a.overlaps(b) for a, b in zip(first.outputs, second.outputs, strict=True))


def _zero(network: Model, ys: Sequence[sympy.Expr]) -> CriticalFunction | None:
    """The zero function, critical at the origin where all tangent functions vanish."""
    origin = network.point([0] * network.size)
    if "c" in network.blocks or int(model_rank(origin)) != 0:
        return None
    program = Program()
    with precision(BITS):
        wanted = evaluate(program, translate(program, list(ys), {}), BallRing(), {})
        loss = sum((y * y for y in wanted), 0 * wanted[0]) / len(wanted)
        zeros = tuple(0 * y for y in wanted)
    return CriticalFunction(0, float(loss.mid()), float(loss.rad()) + 1e-16, None, None, zeros)


__all__ = ["CriticalAtlas", "CriticalFunction", "critical_functions"]
