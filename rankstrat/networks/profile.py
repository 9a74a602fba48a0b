r"""How condensed a network is: candidates at all tolerances, rank against error, the elbow."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from itertools import pairwise

import numpy as np

from rankstrat.model.model import Chart, Model
from rankstrat.networks.certified import CertifiedRank, sample_size
from rankstrat.networks.network import Floats, Network
from rankstrat.networks.partition import Partition, Partitions
from rankstrat.networks.snapped import Snapped, widened
from rankstrat.rank.bounded import Bounded
from rankstrat.rank.verdict import Verdict
from rankstrat.text.spoken import Spoken
from rankstrat.text.tables import Phrase, Table


@dataclass(frozen=True, eq=False)
class Candidate(Spoken):
    r"""A stratum near the network, and the exact point on it.

    Attributes:
        low, high: the tolerances, as parts of the scale, at which it is found; the widths change at
            `high`. Both are None for networks from which units were left out one after another.
        partition: which units are merged and dropped.
        snapped: the exact narrow point.
        rank: its certified rank, which is that of the wide point too.
        supremum, mean: the largest and the root mean square difference of the functions on the
            data.
        relative: `mean` as a part of the root mean square of the function.
    """

    low: float | None
    high: float | None
    partition: Partition = field(repr=False)
    snapped: Snapped = field(repr=False)
    rank: CertifiedRank
    supremum: float
    mean: float
    relative: float
    network: Network = field(repr=False)

    def __str__(self) -> str:
        return self.words

    @property
    def widths(self) -> tuple[int, ...]:
        """Of the hidden layers."""
        return self.partition.widths

    @property
    def reduced(self) -> Chart:
        """The exact point of the narrow network."""
        return self.snapped.point

    @property
    def parameters(self) -> int:
        """Of the narrow network."""
        return self.snapped.model.size

    @property
    def sample_size(self) -> Bounded:
        """Bounds for the optimistic sample size of its function."""
        return sample_size(self.rank)

    @cached_property
    def wide(self) -> Chart:
        """The exact point of the given model on the stratum: the image of `reduced` under
        splittings.
        """
        return widened(self.snapped, self.network, self.partition.steps)

    @property
    def lasting(self) -> float:
        """By what factor the tolerance grows; 1 where there is none."""
        if self.low is None or self.high is None:
            return 1.0
        return self.high / self.low

    @property
    def words(self) -> str:
        """One line: the rank with its verdict, the tolerance and the error."""
        how = "units left out in function space"
        if self.low is not None:
            how = f"within tolerance {self.low:.2g}..{self.high:.2g}"
        return (
            f"effective parameters = {self.rank.words}{self.rank.proviso}  [rank of the snapped"
            f" point: {self.rank.verdict}], {spoken_widths(self.widths)}, {how}, relative"
            f" error {self.relative:.2g} (sup {self.supremum:.2g})  [{Verdict.NUMERICAL}]"
        )


@dataclass(frozen=True, eq=False, repr=False)
class LayerUnits(Spoken):
    """What the units of a hidden layer nearly are; all numbers are NUMERICAL.

    Attributes:
        contributions: norm of the outgoing weights times the root mean square of the unit, as a
            part of the sum: nearly null where small.
        nonlinearity: the distance of the unit from the nearest affine function of its argument, as
            a part of its deviation: nearly linear where small.
        variation: its deviation as a part of its root mean square: nearly constant where small.
    """

    contributions: Floats = field(repr=False)
    nonlinearity: Floats = field(repr=False)
    variation: Floats = field(repr=False)

    def counts(self, tolerance: float) -> tuple[int, int, int]:
        """How many are nearly null, linear, constant."""
        null = self.contributions * len(self.contributions) <= tolerance
        constant = (self.variation <= tolerance) & ~null
        linear = (self.nonlinearity <= tolerance) & ~null & ~constant
        return int(null.sum()), int(linear.sum()), int(constant.sum())

    def __repr__(self) -> str:
        return f"<LayerUnits: {self}>"

    def __str__(self) -> str:
        null, linear, constant = self.counts(NEAR)
        return (
            f"{len(self.contributions)} units; within {NEAR:g} of null {null}, of linear {linear},"
            f" of constant {constant}  [{Verdict.NUMERICAL}]"
        )


@dataclass(frozen=True, eq=False)
class Condensation:
    r"""The profile of a network: certified rank against error, from fine to coarse.

    Attributes:
        network: what was looked at.
        candidates: by growing tolerance.
        plateaus: those that last; empty where there is no plateau.
        units: for each hidden layer, what its units nearly are.
        where: the inputs on which errors were measured.
        inputs: these inputs.

    Example:
        >>> from rankstrat.families import two_layer
        >>> from rankstrat.networks.condensing import condensation
        >>> floats = {"a": [1.0, 1.0, 0.5], "w": [[2.0], [2.0001], [-1.0]]}
        >>> found = condensation(two_layer(3, 1), floats)
        >>> found.elbow.widths, found.elbow.rank.value, str(found.elbow.rank.verdict)
        ((2,), 4, 'PROVED')
    """

    network: Network
    candidates: tuple[Candidate, ...] = field(repr=False)
    plateaus: tuple[Candidate, ...] = field(repr=False)
    units: tuple[LayerUnits, ...] = field(repr=False)
    where: str
    inputs: Floats = field(repr=False)
    partitions: Partitions = field(repr=False)

    verdict = Verdict.NUMERICAL

    @property
    def model(self) -> Model:
        """The given model."""
        return self.network.model

    @property
    def elbow(self) -> Candidate | None:
        """The plateau that lasts longest; None where there is none."""
        return max(self.plateaus, key=lambda c: c.lasting, default=None)

    @cached_property
    def knee(self) -> Candidate | None:
        """Where inputs were given: the network of least rank after which the least error within a
        rank jumps when the rank gets smaller, by a factor of at least 5; None where it does not
        jump. Only widths count from which units were left out one after another, for between
        others no network was looked for.
        """
        widest = max((c.widths for c in self.candidates if c.low is None), default=())
        looked = [c for c in self.candidates if widest and c.widths <= (widest[0] + 1,)]
        front: list[Candidate] = []
        for candidate in sorted(looked, key=lambda c: (c.rank.upper, c.relative)):
            if not front or candidate.relative < front[-1].relative:
                front.append(candidate)
        jumps = [
            (narrow.relative / max(wide.relative, ROUNDING), wide)
            for narrow, wide in pairwise(front)
            if wide.relative < LARGEST and wide.parameters < self.model.size
        ]
        # of several jumps the one at the least rank: finer ones are among rounding errors
        found = [wide for jump, wide in jumps if jump >= JUMP]
        return found[0] if found else None

    def within(self, error: float) -> Candidate | None:
        """The candidate of the least rank whose relative error is at most this; None if none is."""
        close = [c for c in self.candidates if c.relative <= error]
        return min(close, key=lambda c: (c.rank.upper, c.relative), default=None)

    def table(self) -> Table:
        """One row for each candidate."""
        rows = tuple(
            (
                _power(c.low), _power(c.high), "-".join(map(str, c.widths)) or "-", c.parameters,
                c.rank.words, c.rank.verdict, str(c.sample_size), f"{c.relative:.2e}",
                f"{c.supremum:.2e}", "elbow" if c is self.elbow else self._mark(c),
            )
            for c in self.candidates
        )  # fmt: skip
        head = (
            "from", "to", "widths", "parameters", "rank", "verdict", "sample size",
            "relative error", "sup error", "",
        )  # fmt: skip
        caption = (
            f"Tolerances are parts of the scale; errors are NUMERICAL, {self.where}; ranks are"
            " those of the snapped exact points."
        )
        return Table(head, rows, Phrase("How condensed is ", self.model.spoken, "?"), caption)

    def _mark(self, candidate: Candidate) -> str:
        if candidate is self.knee:
            return "knee"
        return "plateau" if candidate in self.plateaus else ""

    @property
    def summary(self) -> str:
        """The elbow in one line, or that there is none."""
        if self.elbow is None:
            return (
                f"no plateau: no narrower network lasts over tolerances, {self.where}"
                f"  [{Verdict.NUMERICAL}]"
            )
        return self.elbow.words

    @property
    def lines(self) -> tuple[str, ...]:
        """What is said below the table: the elbow, the knee, the least rank within a percent, and
        what the units nearly are.
        """
        lines = [self.summary]
        if self.knee is not None and self.knee is not self.elbow:
            lines.append(f"knee in function space: {self.knee.words}")
        close = self.within(NEAR)
        if close is not None and close not in (self.elbow, self.knee):
            lines.append(f"least rank within relative error {NEAR:g}: {close.words}")
        lines += [f"layer {number}: {layer}" for number, layer in enumerate(self.units, 1)]
        return (*lines, *self.network.notes)

    def __str__(self) -> str:
        return "\n".join([self.table().text(), "", *self.lines])

    def _repr_html_(self) -> str:
        said = escape("\n".join(self.lines))
        return f'{self.table().html()}\n<pre style="white-space: pre-wrap">{said}</pre>'


JUMP, LARGEST, ROUNDING = 5, 0.1, 1e-9
NEAR = 0.01
"""The error and the tolerance of a summary."""


def spoken_widths(widths: tuple[int, ...]) -> str:
    """The widths of the hidden layers in words."""
    return f"width {'-'.join(map(str, widths))}" if widths else "no hidden layer"


def _power(tolerance: float | None) -> str:
    return "left out" if tolerance is None else f"{tolerance:.1e}"


def near_units(columns: Floats, arguments: Floats, values: Floats) -> LayerUnits:
    """What the units of a layer nearly are, from their arguments and values (n, m)."""
    masses = np.linalg.norm(columns, axis=0)
    root = np.sqrt((values**2).mean(axis=0))
    contributions = masses * root
    total = contributions.sum()
    deviation = values.std(axis=0)
    z = arguments - arguments.mean(axis=0)
    square = (z**2).mean(axis=0)
    slope = (z * values).mean(axis=0) / np.where(square > 0, square, 1.0)
    rest = (values - values.mean(axis=0) - slope * z).std(axis=0)
    return LayerUnits(
        contributions / total if total > 0 else contributions,
        rest / np.where(deviation > 0, deviation, 1.0),
        deviation / np.where(root > 0, root, 1.0),
    )


__all__ = ["NEAR", "Candidate", "Condensation", "LayerUnits", "near_units"]
