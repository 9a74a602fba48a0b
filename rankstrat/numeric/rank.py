r"""The number of singular values of a sampled Jacobian above a threshold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np

from rankstrat.algebra.floats import MpRing, pivoted_values, singular_values
from rankstrat.errors import DataError, ModelError, PointError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.numeric.samples import DOUBLE, GUARD, Jacobian
from rankstrat.rank.certificate import RankCertificate, Verdict
from rankstrat.text.spoken import Spoken

SINGLE = 7  # digits of single precision
SVD_COLUMNS, MOST_DIGITS = 48, 10_000


@dataclass(frozen=True)
class NumericalRank(Spoken):
    r"""The number of singular values above a threshold. No statement about the exact rank.

    Attributes:
        rank: how many singular values exceed the threshold.
        singular_values: of the sampled Jacobian, largest first (floats, or mpmath numbers beyond 15
            digits).
        threshold: what a singular value had to exceed.
        digits: decimal digits of the arithmetic (7: single, 15: double precision).
        samples: how many inputs were used.
        method: "svd", or "qlp" where the singular values are estimates by a pivoted QLP
            decomposition.
        parameters: the number M of parameters.
        exact: the exact answer it was compared with, if any.
    """

    rank: int
    singular_values: tuple[Any, ...] = field(repr=False)
    threshold: Any
    digits: int
    samples: int
    method: str
    parameters: int
    exact: RankCertificate | None = field(default=None, repr=False)

    @property
    def verdict(self) -> Verdict:
        """Always NUMERICAL."""
        return Verdict.NUMERICAL

    @property
    def gap(self) -> float:
        r"""$\sigma_r/\sigma_{r+1}$: how clearly the counted ones stand apart; the threshold
        replaces a missing one.
        """
        return _ratio(self.smallest, self.largest_dropped or self.threshold)

    @property
    def smallest(self) -> Any:
        """The smallest counted singular value (infinity if there is none)."""
        if self.rank:
            return self.singular_values[self.rank - 1]
        return math.inf

    @property
    def largest_dropped(self) -> Any:
        """The largest singular value that was not counted (0 if all were)."""
        if self.rank < len(self.singular_values):
            return self.singular_values[self.rank]
        return 0.0

    @property
    def agrees(self) -> bool | None:
        """Whether the rank lies within the exact bounds; None without an exact answer.

        None, too, if it is less than the largest rank on a chart whose kinks move: the coordinates
        may lie on another open set.
        """
        if self.exact is None or (self.exact.largest and self.rank < self.exact.lower):
            return None
        return self.exact.lower <= self.rank <= self.exact.upper

    def __int__(self) -> int:
        return self.rank

    __index__ = __int__

    def __str__(self) -> str:
        arithmetic = {SINGLE: "single precision", DOUBLE: "double precision"}.get(
            self.digits, f"{self.digits} digits"
        )
        text = f"numerical rank = {self.rank} of {self.parameters} parameters in {arithmetic}"
        text += f", gap {self.gap:.2g}  [{self.verdict}]"
        if self.exact is not None:
            words = {True: "agrees", False: "is wrong", None: "may speak of another open set"}
            text += f"\n  {exact_fact(self.exact)}: numerics {words[self.agrees]}"
        return text


def numerical_rank(
    chart: Chart | Model,
    values: Mapping[Any, Any] | None = None,
    /,
    *,
    digits: int = 15,
    seed: int = 0,
    samples: int | Sequence[Any] | None = None,
    tolerance: float | None = None,
    exact: RankCertificate | None = None,
) -> NumericalRank:
    r"""$\#\{i : \sigma_i(J) > \text{tolerance} \cdot \sigma_1(J)\}$ for the Jacobian J over sampled
    inputs.

    Up to 7 digits numpy works in single and up to 15 in double precision; beyond, mpmath works with
    `digits` and some guard digits. Coordinates of a chart without values take random ones, and so
    do inputs.

    Args:
        chart: a point or chart; a model stands for its generic chart.
        values: numbers, also floats, for the coordinates (for the parameters of a model: by symbol,
            name or block).
        digits: decimal digits of the arithmetic.
        seed: names the random inputs and coordinates.
        samples: how many inputs, or the inputs themselves, one row for each (as many columns as the
            model has inputs).
        tolerance: relative to the largest singular value; by default max(shape) times the unit of
            the arithmetic (numpy's default).
        exact: an exact answer to compare with.

    Raises:
        PoleError: the model has no finite real value at the samples.
        DataError: samples or numbers of the wrong kind.
        BudgetError: the matrix is too large for this arithmetic.

    Example:
        >>> import sympy
        >>> a, w, x = sympy.symbols("a w x")
        >>> numerical_rank(Model(a * sympy.tanh(w * x), [a, w], [x]), {"a": 1.5, "w": 0.5}).rank
        2
    """
    demand(
        chart,
        Chart | Model,
        ModelError,
        "a Model with values={...}, or a point of one,",
        "try model.point(...)",
    )
    demand(values, Mapping | None, PointError, "a mapping of values", "write {'a': 1.5, 'w': 0.5}")
    if type(digits) is not int or not 1 <= digits <= MOST_DIGITS:
        raise DataError(
            f"digits = {digits!r}; a whole number between 1 and {MOST_DIGITS} is needed, for"
            " example digits=30"
        )
    demand(tolerance, float | int | None, DataError, "a number", "write tolerance=1e-10")
    if tolerance is not None and not 0 <= tolerance < 1:
        raise DataError(
            f"tolerance = {tolerance!r} is relative to the largest singular value; give a number in"
            " [0, 1)"
        )
    digits = max(digits, SINGLE) if digits <= SINGLE else max(digits, DOUBLE)
    problem = Jacobian(
        chart.generic() if isinstance(chart, Model) else chart, dict(values or {}), seed, samples
    )
    size = problem.model.size
    problem.check_budget(precise=digits > DOUBLE)
    sigma: Sequence[Any]
    if digits <= DOUBLE:
        dtype = np.float32 if digits == SINGLE else np.float64
        matrix = problem.floats(dtype)
        sigma = [float(v) for v in np.linalg.svd(matrix, compute_uv=False)]
        method, shape, unit = "svd", matrix.shape, float(np.finfo(dtype).eps)
    else:
        ring = MpRing(digits + GUARD)
        rows = [row for block in problem.precise(ring) for row in block]
        method = "svd" if size <= SVD_COLUMNS else "qlp"
        sigma = (singular_values if method == "svd" else pivoted_values)(rows, ring.context)
        shape, unit = (len(rows), size), ring.context.mpf(10) ** -digits
    relative = unit * max(shape) if tolerance is None else tolerance
    threshold = relative * sigma[0]
    if digits > DOUBLE:
        sigma, threshold = [_global(v) for v in sigma], _global(threshold)
    return NumericalRank(
        sum(1 for v in sigma if v > threshold), tuple(sigma), threshold, digits, problem.used,
        method, size, exact
    )  # fmt: skip


def _global(value: Any) -> Any:
    """The same number in mpmath's usual context, all digits kept."""
    return mpmath.mp.make_mpf(value._mpf_)


def _ratio(numerator: Any, denominator: Any) -> float:
    if not denominator or numerator == math.inf:
        return math.inf
    try:
        return float(numerator / denominator)
    except OverflowError:
        return math.inf


def exact_fact(exact: RankCertificate) -> str:
    """The exact answer in a few words."""
    if exact.value is not None:
        fact = str(exact.lower)
    else:
        fact = f"between {exact.lower} and {exact.upper}"
    where = ", the largest one on the chart," if exact.largest else ""
    return f"the exact rank{where} is {fact} [{exact.verdict}]"
