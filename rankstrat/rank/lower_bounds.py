"""Lower bounds: a nonzero minor modulo a prime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.chain import Chain
from rankstrat.algebra.elimination import RankProfile, rank_profile
from rankstrat.algebra.fields import matrix_rank
from rankstrat.algebra.generators import FUNCTION_STAGE
from rankstrat.algebra.modular import GF, LARGE
from rankstrat.algebra.power_tables import BadReductionError
from rankstrat.algebra.primes import SMALL, mix, random_prime
from rankstrat.algebra.relations import dropped, leaf_values, radicals
from rankstrat.algebra.residue_levels import columns as columns_of
from rankstrat.algebra.residue_levels import rows as rows_of
from rankstrat.algebra.residue_levels import samples_together
from rankstrat.algebra.tower import Tower
from rankstrat.errors import PoleError
from rankstrat.rank.patterns import PatternTangents
from rankstrat.rank.tangents import Tangents

EXTRA_ROWS, PATTERN_ROWS, CHUNK, LEAST = 8, 40, 1024, 64
MANY_COLUMNS = 4_000
MOST_DRAWN = 2
"""Samples are drawn anew for those that hit a pole, up to so many times their number."""


@dataclass(frozen=True)
class Minor:
    """The witness of a lower bound.

    Attributes:
        prime: the prime, or 0 for a minor in ball arithmetic.
        key: names the random residues (or the sample points).
        rows: the samples used.
        parameters: the tangent functions used, by parameter index.
        bits: working precision of a ball minor.
        points: which set of sample points a ball minor is taken at.
        chained: whether the residues are those of the values of the model's parts, from which the
            tangent functions follow by the chain rule (`rankstrat.rank.chained`).
    """

    prime: int
    key: int
    rows: tuple[int, ...]
    parameters: tuple[int, ...]
    bits: int = 0
    points: int = 0
    chained: bool = False

    def __repr__(self) -> str:
        arithmetic = f"prime={self.prime}" if self.prime else f"bits={self.bits}"
        return f"<Minor of size {len(self.rows)}, {arithmetic}>"


@dataclass(frozen=True)
class Sampled:
    """A rank matrix mod p (samples x parameters); `rows` numbers the samples that met no pole."""

    prime: int
    key: int
    parameters: tuple[int, ...]
    rows: NDArray[np.int64]
    matrix: NDArray[np.int32]

    def rank(self) -> int:
        """Rank mod p, for a prime of any size."""
        return matrix_rank(self.matrix.astype(np.int64), self.prime)

    def profile(self) -> RankProfile:
        """Rank and pivots mod p."""
        return rank_profile(self.matrix, self.prime)


def sample(
    tower: Tower,
    parameters: Sequence[int],
    prime: int,
    key: int,
    count: int,
    *,
    columns: Sequence[int] | None = None,
    chain: Chain | None = None,
) -> Sampled:
    """Evaluate the tangent functions at `count` samples mod p, in chunks; others are drawn for
    samples that hit a pole.

    With a `chain` the roots of the tower are the values and partial derivatives it asks for.

    Raises:
        BadReductionError: the prime or the shared constants hit a pole.
    """
    nodes = tower.roots if columns is None else [tower.roots[j] for j in columns]
    total = count * dropped(tower, nodes)
    size = len(tower.program.reachable(nodes))
    together = samples_together(size if chain is None else max(size, chain.size))
    # a longer program is evaluated node by node, for which samples are best taken together
    chunk = max(LEAST, min(CHUNK, total, together if together >= LEAST else CHUNK))
    blocks: list[NDArray[np.int32]] = []
    kept: list[NDArray[np.int64]] = []
    start = found = 0
    while start < total or (found < count and start < MOST_DRAWN * total):
        missing = total - start if start < total else count - found
        stop = start + min(chunk, missing)
        field = GF(prime, stop - start)
        leaves = leaf_values(tower, field, nodes, key, shared_below=FUNCTION_STAGE, start=start)
        if chain is None:
            block = columns_of(tower.program, nodes, field, leaves)
        else:
            block = chain.derivatives(field, rows_of(tower.program, nodes, field, leaves))
        blocks.append(block if not field.poles.any() else block[~field.poles])
        kept.append(np.flatnonzero(~field.poles) + start)
        start, found = stop, found + len(kept[-1])
    rows = np.concatenate(kept)
    if rows.size < min(count, len(parameters)) and rows.size < count // 2:
        raise BadReductionError
    return Sampled(prime, key, tuple(parameters), rows, np.concatenate(blocks))


def row_count(tangents: Tangents, columns: int) -> int:
    """Samples needed: more than the rank can be, and more where patterns share functions."""
    model = tangents.chart.model
    if isinstance(tangents, PatternTangents):
        if columns >= MANY_COLUMNS:
            return columns + PATTERN_ROWS
        return 2 * columns + PATTERN_ROWS
    if not model.inputs:
        columns = min(columns, model.output_count)
    return columns + EXTRA_ROWS


def sampled_rank(
    tower: Tower,
    parameters: Sequence[int],
    count: int,
    *,
    seed: int,
    attempt: int,
    columns: Sequence[int] | None = None,
    large: bool = False,
    chain: Chain | None = None,
) -> Sampled:
    """A rank matrix at a random good prime (the `attempt`-th stream of the seed).

    Raises:
        PoleError: every prime hits a pole, so a denominator vanishes identically.
        UndecidedError: no prime has the roots of numbers that occur.
    """
    roots = (
        ()
        if large
        else radicals(tower, tower.roots if columns is None else [tower.roots[j] for j in columns])
    )
    for retry in range(40):
        prime = random_prime(LARGE if large else SMALL, seed, attempt, retry, radicals=roots)
        key = mix(seed, attempt, retry, 1)
        try:
            return sample(tower, parameters, prime, key, count, columns=columns, chain=chain)
        except BadReductionError:
            continue
    raise PoleError(
        "a denominator of the model vanishes identically here; choose values away from the pole"
    )


def check_minor(
    tower: Tower, parameters: Sequence[int], minor: Minor, chain: Chain | None = None
) -> bool:
    """Recompute a modular minor from the model alone: nonzero mod p? `parameters` are those of the
    tower's roots, or of the leaves of a chain.
    """
    position = {parameter: j for j, parameter in enumerate(parameters)}
    columns = [position[i] for i in minor.parameters]
    count = max(minor.rows) + 1
    try:
        if chain is None:
            sampled = sample(
                tower, minor.parameters, minor.prime, minor.key, count, columns=columns
            )
            matrix = sampled.matrix
        else:
            sampled = sample(tower, parameters, minor.prime, minor.key, count, chain=chain)
            matrix = sampled.matrix[:, columns]
    except BadReductionError:
        return False
    numbers = {int(row): i for i, row in enumerate(sampled.rows)}
    if any(row not in numbers for row in minor.rows):
        return False
    square = matrix[[numbers[row] for row in minor.rows]]
    return rank_profile(square, minor.prime).rank == len(minor.rows)
