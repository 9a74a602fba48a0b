r"""How many subsets of finitely many samples recover a point: every subset is decided over the
rationals.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.algebra.elimination import rank_profile
from rankstrat.algebra.evaluate import evaluate
from rankstrat.errors import BudgetError, DataError, demand
from rankstrat.model.model import Chart
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.tangents import Tangents
from rankstrat.samples.local import batch, proviso, seen_at
from rankstrat.text.spoken import Spoken

MAX_SUBSETS, _CHUNK = 5_000_000, 20_000


@dataclass(frozen=True)
class RecoveryCount(Spoken):
    r"""How many $n$-subsets of finitely many samples satisfy
    $\operatorname{rank}_S(\theta) = r_\theta$.

    Attributes:
        recovering, total: the counts; their quotient is the probability for a uniformly random
            subset.
        size: n.
        rank: the model rank r.
        verdict: PROVED (the counts are exact).
        proviso: that slopes are 0 by convention, if the point lies on a kink.
    """

    recovering: int
    total: int
    size: int
    rank: int
    verdict: Verdict = field(default=Verdict.PROVED)
    proviso: str = ""

    @property
    def probability(self) -> Fraction:
        """recovering / total."""
        return Fraction(self.recovering, self.total)

    def __str__(self) -> str:
        counts = f"{self.recovering} of {self.total} subsets of {self.size} samples"
        return f"{counts} reach the model rank {self.rank}{self.proviso}  [{self.verdict}]"


def count_recovering_subsets(
    point: Chart, size: int, *, samples: Sequence[Any] | None = None
) -> RecoveryCount:
    r"""$\#\{S : |S| = n,\ \operatorname{rank}_S(\theta) = r_\theta\}$ over all subsets of finitely
    many samples.

    Every subset is decided over the rationals: the tangent matrix is scaled to integers, and a
    minor that vanishes modulo primes whose product exceeds its Hadamard bound is zero.

    Args:
        point: a rational point.
        size: n.
        samples: the finite sample set; by default every output of a model without inputs (the
            entries of a matrix).

    Raises:
        DataError: the tangent matrix is not rational, n is larger than the number of samples, or
            one is on a kink.
        BudgetError: more than five million subsets.

    References:
        docs/proofs.md#samples: "almost every sample" is false for discrete inputs.

    Example:
        >>> import sympy, rankstrat as rs
        >>> u, v, s, t = sympy.symbols("u v s t")
        >>> outer = rs.Model([u * s, u * t, v * s, v * t], [u, v, s, t])
        >>> print(count_recovering_subsets(outer.point([1, 2, 3, 5]), 3))
        4 of 4 subsets of 3 samples reach the model rank 3  [PROVED]
    """
    demand(point, Chart, DataError, "a point of a model", "try model.point(...)")
    seen = point.model if samples is None else batch(point.model, samples)
    if seen.inputs:
        raise DataError(
            "the model has inputs, so it has no finite sample set of its own; pass samples=[...]"
        )
    per_sample = point.model.output_count if samples is not None and point.model.inputs else 1
    matrix = _integer_tangents(seen_at(point, seen))
    count = len(matrix) // per_sample
    if not 1 <= size <= count:
        raise DataError(
            f"subsets of {size} among {count} samples were asked for; choose a size from 1 to"
            f" {count}"
        )
    total = math.comb(count, size)
    if total > MAX_SUBSETS:
        raise BudgetError(
            f"{total} subsets are too many; at most {MAX_SUBSETS} are counted, choose fewer samples"
        )
    rank = model_rank(point)
    if rank.value is None or rank.verdict is not Verdict.PROVED:
        raise BudgetError(
            f"the model rank at the point is not proved ({rank}); choose another point"
        )
    recovering = 0
    subsets = itertools.combinations(range(count), size)
    while chunk := list(itertools.islice(subsets, _CHUNK)):
        rows = (np.array(chunk)[:, :, None] * per_sample + np.arange(per_sample)).reshape(
            len(chunk), -1
        )
        recovering += _reaching(matrix, rows, int(rank))
    return RecoveryCount(recovering, total, size, int(rank), proviso=proviso(rank))


def _integer_tangents(point: Chart) -> list[list[int]]:
    """The tangent matrix of a model without inputs, each row scaled to integers."""
    tangents = Tangents(point)
    program, outputs = tangents.program, point.model.output_count
    rows = []
    for k in range(outputs):
        leaves = {}
        for node in program.reachable(tangents.nodes):
            key = program.data[node]
            if isinstance(key, tuple) and len(key) == 2 and key[0] == "mix":
                leaves[node] = Fraction(int(key[1] == k))
        values = evaluate(program, tangents.nodes, _Rationals(), _Leaves(leaves))
        scale = math.lcm(*(Fraction(v).denominator for v in values))
        rows.append([int(v * scale) for v in values])
    return rows


class _Leaves(dict[int, Fraction]):
    def __missing__(self, node: int) -> Fraction:
        raise DataError("the chart has coordinates; give a point (chart.at fixes coordinates)")


class _Rationals:
    """The field Q as a ring of values."""

    def constant(self, value: int | Fraction) -> Fraction:
        return Fraction(value)

    def linear(
        self, c0: int | Fraction, terms: Sequence[tuple[int | Fraction, Fraction]]
    ) -> Fraction:
        return sum((c * v for c, v in terms), Fraction(c0))

    def product(self, factors: Sequence[tuple[Fraction, int | Fraction]]) -> Fraction:
        result = Fraction(1)
        for value, exponent in factors:
            if Fraction(exponent).denominator != 1:
                self.function("root", value)
            result *= value ** int(exponent)
        return result

    def function(self, name: object, value: Fraction) -> Fraction:
        raise DataError(
            f"the tangent matrix is not rational (it contains {name}); use local_linear_recovery"
        )


def _reaching(matrix: list[list[int]], subsets: NDArray[Any], rank: int) -> int:
    """How many row subsets have at least the given rank over Q."""
    if rank == 0:
        return len(subsets)
    norms = sorted((sum(v * v for v in row) for row in matrix), reverse=True)[:rank]
    bound = math.isqrt(math.prod(norms)) + 1  # Hadamard: no minor of this size is larger
    pending, product, found = np.arange(len(subsets)), 1, 0
    for p in _primes():
        residues = np.array([[v % p for v in row] for row in matrix], dtype=np.int64)
        residues = residues[:, list(rank_profile(residues, p).columns)]
        good = _batched_rank(residues[subsets[pending]], p) >= rank
        found += int(good.sum())
        pending, product = pending[~good], product * p
        if not len(pending) or product > bound:
            return found
    raise BudgetError(
        "the entries of the tangent matrix are too large for the stored primes; choose smaller"
        " numbers"
    )


def _primes() -> Iterable[int]:
    p = 2**22  # products of residues fit float64 and int64
    while True:
        p = int(sympy.prevprime(p))
        yield p


def _batched_rank(blocks: NDArray[np.int64], p: int) -> NDArray[np.int64]:
    """Ranks modulo p of a stack of matrices, all eliminated at once."""
    work = blocks.copy() % p
    number, rows, columns = work.shape
    ranks = np.zeros(number, dtype=np.int64)
    which = np.arange(number)
    for column in range(columns):
        live = np.arange(rows)[None, :] >= ranks[:, None]
        candidates = (work[:, :, column] != 0) & live
        has = candidates.any(axis=1)
        pivot = np.argmax(candidates, axis=1)
        b, r, s = which[has], pivot[has], ranks[has]
        work[b, r], work[b, s] = work[b, s].copy(), work[b, r].copy()
        lead = work[b, s]
        if len(b):
            inverse = np.array([pow(int(v), -1, p) for v in lead[:, column]], dtype=np.int64)
        else:
            inverse = lead[:, column]
        lead = lead * inverse[:, None] % p
        below = np.arange(rows)[None, :] > s[:, None]
        factors = np.where(below, work[b, :, column], 0)
        work[b] = (work[b] - factors[:, :, None] * lead[:, None, :]) % p
        ranks[has] += 1
    return ranks
