r"""Local linear recovery: $\operatorname{rank}_S(\theta) = r_\theta$ for samples $S$, decided exactly.

Substituting samples for the inputs of a model gives a model without inputs, one output per sample: the *batch*.  Its
tangent functions are vectors of numbers, and its model rank is the empirical rank.  So `model_rank` answers both
halves of the question, and both come with a certificate.
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
from rankstrat.errors import BudgetError, DataError
from rankstrat.model import Chart, Model
from rankstrat.parsing import exact_value
from rankstrat.rank import RankCertificate, Verdict, model_rank
from rankstrat.tangent import Tangents

MAX_SUBSETS = 5_000_000
_CHUNK = 20_000


def batch(model: Model, samples: Sequence[Any], *, shape: tuple[int, int] | None = None) -> Model:
    r"""$\theta \mapsto (F(\theta)(x_1), \dots, F(\theta)(x_n))$: the model seen through $n$ samples, without inputs.

    Args:
        model: a model; with q outputs every sample gives q numbers.
        samples: exact input vectors (plain numbers for one input).  For a model without inputs: 0-based numbers of
            the observed outputs, or pairs (row, column) if the outputs form a matrix of the given shape.
        shape: rows and columns of the output matrix, for pairs.

    Raises:
        DataError: no samples, wrong lengths, an output that does not exist.

    Example:
        >>> a, w, x = sympy.symbols("a w x")
        >>> batch(Model(a * sympy.tanh(w * x), [a, w], [x]), [1, 2]).outputs
        (a*tanh(w), a*tanh(2*w))
    """
    samples = list(samples)
    if not samples:
        raise DataError("an empty sample set was given; give at least one input (or one observed output)")
    if not model.inputs:
        observed = [_output_number(model, s, shape) for s in samples]
        return Model([model.outputs[i] for i in observed], model.parameters, name=f"{len(observed)} outputs of {model}")
    outputs: list[sympy.Expr] = []
    for sample in samples:
        replace = dict(zip(model.inputs, _input_vector(model, sample), strict=True))
        outputs.extend(output.xreplace(replace) for output in model.outputs)
    return Model(outputs, model.parameters, name=f"{model} at {len(samples)} samples")


def _input_vector(model: Model, sample: Any) -> list[sympy.Expr]:
    scalar = not isinstance(sample, Sequence | np.ndarray | sympy.MatrixBase) or isinstance(sample, str)
    values = [sample] if scalar else list(sample)
    if len(values) != len(model.inputs):
        raise DataError(
            f"the sample {sample} has {len(values)} coordinates, but the model has {len(model.inputs)} inputs; "
            "give one exact number for each input"
        )
    exact = [exact_value(v, name=str(x)) for x, v in zip(model.inputs, values, strict=True)]
    for value in exact:
        if value.free_symbols:
            raise DataError(f"the sample coordinate {value} is not a number; give exact numbers")
    return exact


def _output_number(model: Model, sample: Any, shape: tuple[int, int] | None) -> int:
    count = len(model.outputs)
    if isinstance(sample, Sequence) and not isinstance(sample, str):
        if shape is None or shape[0] * shape[1] != count:
            raise DataError(
                f"the entry {sample} was given without a matrix shape of {count} entries; pass shape=(rows, columns)"
            )
        if len(sample) != 2 or not all(isinstance(s, int) and 0 <= s < n for s, n in zip(sample, shape, strict=False)):
            raise DataError(f"the entry {sample} is not in a matrix of shape {shape}; count rows and columns from 0")
        return int(sample[0]) * shape[1] + int(sample[1])
    if not isinstance(sample, int | np.integer) or isinstance(sample, bool) or not 0 <= sample < count:
        raise DataError(
            f"{sample!r} is not an output of a model without inputs; give numbers from 0 to {count - 1}, "
            "or pairs (row, column) with shape=(rows, columns)"
        )
    return int(sample)


@dataclass(frozen=True)
class LocalLinearRecovery:
    r"""$\operatorname{rank}_S(\theta) = r_\theta$, or not, with a certificate for each side.

    Attributes:
        empirical: certificate of the rank of the empirical tangent matrix.
        model: certificate of the model rank.
        samples: the number of samples n.
    """

    empirical: RankCertificate
    model: RankCertificate
    samples: int

    @property
    def verdict(self) -> Verdict:
        """PROVED (recovery is guaranteed), REFUTED (it fails), PROBABLE or OPEN."""
        low, high = self.empirical, self.model
        if low.upper < high.lower:  # a lower bound is always a proof, and so is an upper one that is not PROBABLE
            return Verdict.REFUTED if low.verdict is not Verdict.PROBABLE else Verdict.PROBABLE
        if low.lower >= high.upper:
            return Verdict.PROVED if high.verdict is not Verdict.PROBABLE else Verdict.PROBABLE
        return Verdict.OPEN

    @property
    def guaranteed(self) -> bool | None:
        """Whether the samples determine the target among the linearised functions; None if undecided."""
        return None if self.verdict is Verdict.OPEN else self.empirical.lower >= self.model.upper

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        low, high = self.empirical, self.model
        if self.guaranteed is None:
            return (
                f"local linear recovery not decided: rank on {self.samples} samples in [{low.lower}, {low.upper}], "
                f"model rank in [{high.lower}, {high.upper}]  [OPEN]"
            )
        word, rest = ("guaranteed", "") if self.guaranteed else ("not guaranteed", f" < {high.lower}")
        kind = "PROBABLE" if self.verdict is Verdict.PROBABLE else "PROVED"
        ranks = f"rank on {self.samples} samples = {low.lower}{rest} = model rank"
        return f"local linear recovery {word}: {ranks}  [{kind}]"


def local_linear_recovery(
    point: Chart | Model, samples: Sequence[Any], *, shape: tuple[int, int] | None = None, seed: int = 0
) -> LocalLinearRecovery:
    r"""Decide $\operatorname{rank}_S(\theta) = r_\theta$: do the samples single out F(theta) among its linearisations?

    Args:
        point: a point theta (or a chart or model: then its generic point).
        samples: exact inputs, or observed outputs of a model without inputs; see `batch`.
        shape: rows and columns of the output matrix, for observed entries given as pairs.
        seed: names the random choices.

    Raises:
        DataError: samples that do not fit the model.

    References:
        LLR Definition 2 and Lemma 7 (JMLR Lemma 1); SPEC 10.

    Example:
        >>> a, w, x = sympy.symbols("a w x")
        >>> theta = Model(a * sympy.tanh(w * x), [a, w], [x]).point({a: 1, w: 2})
        >>> print(local_linear_recovery(theta, [1]))
        local linear recovery not guaranteed: rank on 1 samples = 1 < 2 = model rank  [PROVED]
        >>> print(local_linear_recovery(theta, [1, 2]))
        local linear recovery guaranteed: rank on 2 samples = 2 = model rank  [PROVED]
    """
    point = point.generic() if isinstance(point, Model) else point
    seen = Chart(batch(point.model, samples, shape=shape), point.coordinates, point.raw)
    if Tangents.at_kink(seen) and not Tangents.at_kink(point):
        raise DataError("a sample lies on a kink of the model, which has no tangent there; move the sample")
    return LocalLinearRecovery(model_rank(seen, seed=seed), model_rank(point, seed=seed), len(samples))


def recovery_threshold(
    point: Chart, samples: Sequence[Any], *, shape: tuple[int, int] | None = None, seed: int = 0
) -> int | None:
    r"""$\min\{n : \operatorname{rank}_{\{x_1..x_n\}}(\theta) = r_\theta\}$ along a sequence; None if all are too few.

    Raises:
        BudgetError: some prefix is not decided.

    Example:
        >>> a, w, x = sympy.symbols("a w x")
        >>> recovery_threshold(Model(a * sympy.tanh(w * x), [a, w], [x]).point({a: 1, w: 2}), [1, -1, 3])
        3
    """
    samples, target = list(samples), model_rank(point, seed=seed)
    low, high = 0, len(samples) + 1  # the empirical rank grows with the prefix: bisect
    while high - low > 1:
        middle = (low + high) // 2
        seen = batch(point.model, samples[:middle], shape=shape)
        empirical = model_rank(Chart(seen, point.coordinates, point.raw), seed=seed)
        decided = LocalLinearRecovery(empirical, target, middle)
        if decided.guaranteed is None:
            raise BudgetError(f"the first {middle} samples are not decided ({decided}); use simpler exact values")
        low, high = (low, middle) if decided.guaranteed else (middle, high)
    return high if high <= len(samples) else None


@dataclass(frozen=True)
class RecoveryCount:
    r"""How many $n$-subsets of finitely many samples satisfy $\operatorname{rank}_S(\theta) = r_\theta$.

    Attributes:
        recovering, total: the counts; their quotient is the probability for a uniformly random subset.
        size: n.
        rank: the model rank r.
        verdict: PROVED (the counts are exact).
    """

    recovering: int
    total: int
    size: int
    rank: int
    verdict: Verdict = field(default=Verdict.PROVED)

    @property
    def probability(self) -> Fraction:
        """recovering / total."""
        return Fraction(self.recovering, self.total)

    def __str__(self) -> str:
        counts = f"{self.recovering} of {self.total} subsets of {self.size} samples"
        return f"{counts} reach the model rank {self.rank}  [{self.verdict}]"


def count_recovering_subsets(point: Chart, size: int, *, samples: Sequence[Any] | None = None) -> RecoveryCount:
    r"""$\#\{S : |S| = n,\ \operatorname{rank}_S(\theta) = r_\theta\}$ over all subsets of finitely many samples.

    Every subset is decided over the rationals: the tangent matrix is scaled to integers, and a minor that vanishes
    modulo primes whose product exceeds its Hadamard bound is zero.

    Args:
        point: a rational point.
        size: n.
        samples: the finite sample set; by default every output of a model without inputs (the entries of a matrix).

    Raises:
        DataError: the tangent matrix is not rational, or n is larger than the number of samples.
        BudgetError: more than five million subsets.

    References:
        SPEC 6.4: "almost every sample" is false for discrete inputs.

    Example:
        >>> u, v, s, t = sympy.symbols("u v s t")
        >>> outer = Model([u * s, u * t, v * s, v * t], [u, v, s, t])
        >>> print(count_recovering_subsets(outer.point([1, 2, 3, 5]), 3))
        4 of 4 subsets of 3 samples reach the model rank 3  [PROVED]
    """
    seen = point.model if samples is None else batch(point.model, samples)
    if seen.inputs:
        raise DataError("the model has inputs, so it has no finite sample set of its own; pass samples=[...]")
    per_sample = len(point.model.outputs) if samples is not None and point.model.inputs else 1
    matrix = _integer_tangents(Chart(seen, point.coordinates, point.raw))
    count = len(matrix) // per_sample
    if not 1 <= size <= count:
        raise DataError(f"subsets of {size} among {count} samples were asked for; choose a size from 1 to {count}")
    total = math.comb(count, size)
    if total > MAX_SUBSETS:
        raise BudgetError(f"{total} subsets are too many; at most {MAX_SUBSETS} are counted, choose fewer samples")
    rank = model_rank(point)
    if rank.value is None or rank.verdict is not Verdict.PROVED:
        raise BudgetError(f"the model rank at the point is not proved ({rank}); choose another point")
    recovering = 0
    subsets = itertools.combinations(range(count), size)
    while chunk := list(itertools.islice(subsets, _CHUNK)):
        rows = (np.array(chunk)[:, :, None] * per_sample + np.arange(per_sample)).reshape(len(chunk), -1)
        recovering += _reaching(matrix, rows, int(rank))
    return RecoveryCount(recovering, total, size, int(rank))


def _integer_tangents(point: Chart) -> list[list[int]]:
    """The tangent matrix of a model without inputs, each row scaled to integers."""
    tangents = Tangents(point)
    program, outputs = tangents.program, len(point.model.outputs)
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

    def linear(self, c0: int | Fraction, terms: Sequence[tuple[int | Fraction, Fraction]]) -> Fraction:
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
            f"the tangent matrix is not rational (it contains {name}); use local_linear_recovery for single sample sets"
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
    raise BudgetError("the entries of the tangent matrix are too large for the stored primes; choose smaller numbers")


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
        inverse = np.array([pow(int(v), -1, p) for v in lead[:, column]], dtype=np.int64) if len(b) else lead[:, column]
        lead = lead * inverse[:, None] % p
        below = np.arange(rows)[None, :] > s[:, None]
        factors = np.where(below, work[b, :, column], 0)
        work[b] = (work[b] - factors[:, :, None] * lead[:, None, :]) % p
        ranks[has] += 1
    return ranks


def linear_stability(point: Chart, samples: Sequence[Any], labels: Sequence[Any], *, seed: int = 0) -> Verdict:
    r"""Is $f_\theta$ the only minimiser of the linearised least-squares problem for the data $(x_i, y_i)$?

    It is one if and only if the residual is orthogonal to the empirical tangent space (theta is critical), and the
    only one if and only if moreover $\operatorname{rank}_S(\theta) = r_\theta$.

    Returns:
        PROVED (linearly stable), REFUTED, PROBABLE or OPEN.

    Raises:
        DataError: the numbers of samples and labels differ.

    References:
        LSH Definition 1; SPEC 10.

    Example:
        >>> a, w, x = sympy.symbols("a w x")
        >>> theta = Model(a * w * x, [a, w], [x]).point({a: 1, w: 2})
        >>> print(linear_stability(theta, [1, 2], [2, 4]), linear_stability(theta, [1, 2], [2, 5]))
        PROVED REFUTED
    """
    seen = batch(point.model, samples)
    values = [exact_value(y, name="label") for y in labels]
    if len(values) != len(seen.outputs):
        raise DataError(f"{len(values)} labels were given for {len(seen.outputs)} sampled outputs; give one for each")
    at = dict(point.values)
    residuals = [output.xreplace(at) - y for output, y in zip(seen.outputs, values, strict=True)]
    mixed = Model(sum(e * output for e, output in zip(residuals, seen.outputs, strict=True)), seen.parameters)
    gradient = model_rank(Chart(mixed, point.coordinates, point.raw), seed=seed)
    recovery = local_linear_recovery(point, samples, seed=seed)
    if gradient.lower > 0 or recovery.verdict is Verdict.REFUTED:
        return Verdict.REFUTED
    if gradient.upper == 0:
        guessed = gradient.verdict is Verdict.PROBABLE and recovery.verdict is Verdict.PROVED
        return Verdict.PROBABLE if guessed else recovery.verdict
    return Verdict.OPEN
