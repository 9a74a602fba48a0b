r"""Local linear recovery: $\operatorname{rank}_S(\theta) = r_\theta$ for samples $S$, decided
exactly.

Substituting samples for the inputs of a model gives a model without inputs, one output per sample:
the *batch*. Its tangent functions are vectors of numbers, and its model rank is the empirical rank.
So `model_rank` answers both halves of the question, and both come with a certificate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Sized
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import sympy

from rankstrat.algebra.needs import Need
from rankstrat.algebra.program import Program
from rankstrat.algebra.translate import translate
from rankstrat.deadline import within
from rankstrat.errors import BudgetError, DataError, OutOfTimeError, demand
from rankstrat.model.domain import Domain
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import RankCertificate, Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.setting import at_kink
from rankstrat.text.parsing import exact_value
from rankstrat.text.spoken import Spoken
from rankstrat.waiting import waiting


def batch(model: Model, samples: Sequence[Any], *, shape: tuple[int, int] | None = None) -> Model:
    r"""$\theta \mapsto (F(\theta)(x_1), \dots, F(\theta)(x_n))$: the model seen through $n$
    samples, without inputs.

    Args:
        model: a model; with q outputs every sample gives q numbers.
        samples: exact input vectors (plain numbers for one input). For a model without inputs:
            0-based numbers of the observed outputs, or pairs (row, column) if the outputs form a
            matrix of the given shape.
        shape: rows and columns of the output matrix, for pairs.

    Raises:
        DataError: no samples, wrong lengths, one outside the domain, an output that does not exist.

    Example:
        >>> a, w, x = sympy.symbols("a w x")
        >>> batch(Model(a * sympy.tanh(w * x), [a, w], [x]), [1, 2]).outputs
        (a*tanh(w), a*tanh(2*w))
    """
    demand(
        samples,
        Iterable,
        DataError,
        "a list of inputs",
        "write [1, 2], or [[1, 2], [3, 4]] for two inputs",
    )
    samples = list(samples)
    if not samples:
        raise DataError(
            "an empty sample set was given; give at least one input (or one observed output)"
        )
    if not model.inputs:
        observed = [_output_number(model, s, shape) for s in samples]
        return Model(
            [model.outputs[i] for i in observed],
            model.parameters,
            name=f"{len(observed)} outputs of {model}",
        )
    return Batch(model, [_input_vector(model, sample) for sample in samples])


class Batch(Model):
    """A model at samples, whose program is that of the model once for each sample.

    Its outputs are written as expressions only where they are asked for.
    """

    def __init__(self, model: Model, samples: Sequence[Sequence[sympy.Expr]]) -> None:
        self.name = f"{model} at {len(samples)} samples"
        self.structure, self.constants, self.domain = None, model.constants, Domain()
        self.__dict__["_symbols"] = (model.parameters, ())
        self._source, self._samples = model, samples

    @cached_property
    def _outputs(self) -> tuple[sympy.Expr, ...]:
        inputs = self._source.inputs
        places = [dict(zip(inputs, sample, strict=True)) for sample in self._samples]
        return tuple(o.xreplace(place) for place in places for o in self._source.outputs)

    @cached_property
    def output_count(self) -> int:
        """The number of outputs, one for each sample and output of the model."""
        return len(self._samples) * self._source.output_count

    def _nodes(
        self,
        program: Program,
        p_leaves: Sequence[int],
        x_leaves: Sequence[int],
        needed: list[Need],
    ) -> Sequence[int]:
        compiled = self._source.compiled
        known = dict(zip(compiled.parameters, p_leaves, strict=True))
        nodes: list[int] = []
        for sample in self._samples:
            values = translate(program, list(sample), {})
            image = known | dict(zip(compiled.inputs, values, strict=True))
            done = compiled.program.rebuild((*compiled.outputs, *compiled.needed), program, image)
            nodes += [done[n] for n in compiled.outputs]
            needed += [Need(done[n.guard], done[n.node], n.strict) for n in compiled.needs]
        return nodes


def _input_vector(model: Model, sample: Any) -> list[sympy.Expr]:
    scalar = not isinstance(sample, Sequence | np.ndarray | sympy.MatrixBase) or isinstance(
        sample, str
    )
    values = [sample] if scalar else list(sample)
    if len(values) != len(model.inputs):
        raise DataError(
            f"the sample {sample} has {len(values)} coordinates, but the model has"
            f" {len(model.inputs)} inputs; give one exact number for each input"
        )
    exact = [exact_value(v, name=str(x)) for x, v in zip(model.inputs, values, strict=True)]
    for value in exact:
        if value.free_symbols:
            raise DataError(f"the sample coordinate {value} is not a number; give exact numbers")
    if model.domain and not model.domain.contains(dict(zip(model.inputs, exact, strict=True))):
        raise DataError(
            f"the sample {sample} lies outside the domain {model.domain}, on which functions are"
            " compared; one inside is needed; move it, or declare a larger domain"
        )
    return exact


def _output_number(model: Model, sample: Any, shape: tuple[int, int] | None) -> int:
    count = model.output_count
    if isinstance(sample, Sequence) and not isinstance(sample, str):
        if shape is None or shape[0] * shape[1] != count:
            raise DataError(
                f"the entry {sample} was given without a matrix shape of {count} entries; pass"
                " shape=(rows, columns)"
            )
        if len(sample) != 2 or not all(
            isinstance(s, int) and 0 <= s < n for s, n in zip(sample, shape, strict=False)
        ):
            raise DataError(
                f"the entry {sample} is not in a matrix of shape {shape}; count rows and columns"
                " from 0"
            )
        return int(sample[0]) * shape[1] + int(sample[1])
    if (
        not isinstance(sample, int | np.integer)
        or isinstance(sample, bool)
        or not 0 <= sample < count
    ):
        raise DataError(
            f"{sample!r} is not an output of a model without inputs; give numbers from 0 to"
            f" {count - 1}, or pairs (row, column) with shape=(rows, columns)"
        )
    return int(sample)


@dataclass(frozen=True)
class LocalLinearRecovery(Spoken):
    r"""$\operatorname{rank}_S(\theta) = r_\theta$, or not, with a certificate for each side.

    Attributes:
        empirical: certificate of the rank of the empirical tangent matrix.
        model: certificate of the model rank.
        samples: the number of samples n.
        first: the certificate of the rank on the first k samples, by k.
    """

    empirical: RankCertificate
    model: RankCertificate
    samples: int
    first: Callable[[int], RankCertificate] = field(repr=False, compare=False)

    @cached_property
    def threshold(self) -> int | None:
        """The least k for which the first k samples recover; None if all are too few.

        Raises:
            BudgetError: some prefix is not decided.
        """
        low, high = 0, self.samples + 1  # the empirical rank grows with the prefix: bisect
        while high - low > 1:
            middle = (low + high) // 2
            some = LocalLinearRecovery(self.first(middle), self.model, middle, self.first)
            if some.guaranteed is None:
                raise BudgetError(
                    f"the first {middle} samples are not decided ({some}); use simpler exact values"
                )
            low, high = (low, middle) if some.guaranteed else (middle, high)
        if high <= self.samples:
            return high
        return None

    @property
    def verdict(self) -> Verdict:
        """PROVED (recovery is guaranteed), REFUTED (it fails), PROBABLE or OPEN."""
        low, high = self.empirical, self.model
        if (
            low.upper < high.lower
        ):  # a lower bound is always a proof, and so is an upper one that is not PROBABLE
            if low.verdict is not Verdict.PROBABLE:
                return Verdict.REFUTED
            return Verdict.PROBABLE
        if low.lower >= high.upper:
            if high.verdict is not Verdict.PROBABLE:
                return Verdict.PROVED
            return Verdict.PROBABLE
        return Verdict.OPEN

    @property
    def guaranteed(self) -> bool | None:
        """Whether the samples determine the target among the linearised functions; None if
        undecided.
        """
        if self.verdict is Verdict.OPEN:
            return None
        return self.empirical.lower >= self.model.upper

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        low, high = self.empirical, self.model
        if self.guaranteed is None:
            return (
                f"local linear recovery not decided: rank on {self.samples} samples in"
                f" [{low.lower}, {low.upper}], model rank in [{high.lower}, {high.upper}]  [OPEN]"
            )
        word, rest = (
            ("guaranteed", "") if self.guaranteed else ("not guaranteed", f" < {high.lower}")
        )
        kind = "PROBABLE" if self.verdict is Verdict.PROBABLE else "PROVED"
        ranks = f"rank on {self.samples} samples = {low.lower}{rest} = model rank"
        return f"local linear recovery {word}: {ranks}{proviso(low, high)}  [{kind}]"


def proviso(*certificates: RankCertificate) -> str:
    """What a comparison of ranks takes for granted, in the words of its sentence.

    Where the kinks move with the coordinates both ranks are the largest ones. A lower bound that
    reaches an upper one does so on an open set, and may not on another.
    """
    text = ""
    if any(certificate.largest for certificate in certificates):
        text += ", on an open set of the chart"
    if any(certificate.differentiable is False for certificate in certificates):
        text += ", at a kink (slope 0 there by convention)"
    return text


@dataclass(frozen=True)
class _First:
    """The rank on the first samples, by their number."""

    theta: Chart
    samples: Sequence[Any]
    shape: tuple[int, int] | None
    seed: int

    def __call__(self, count: int) -> RankCertificate:
        model = batch(self.theta.model, self.samples[:count], shape=self.shape)
        seen = Chart(model, self.theta.coordinates, self.theta.raw)
        with suppress(OutOfTimeError):  # then the rank is OPEN at once
            seen = seen_at(self.theta, model)
        return model_rank(seen, seed=self.seed)


def local_linear_recovery(
    point: Chart | Model,
    samples: Sequence[Any],
    *,
    shape: tuple[int, int] | None = None,
    seed: int = 0,
    budget: float | None = None,
) -> LocalLinearRecovery:
    r"""Decide $\operatorname{rank}_S(\theta) = r_\theta$: do the samples single out F(theta) among
    its linearisations?

    Args:
        point: a point theta (or a chart or model: then its generic point).
        samples: exact inputs, or observed outputs of a model without inputs; see `batch`.
        shape: rows and columns of the output matrix, for observed entries given as pairs.
        seed: names the random choices.
        budget: seconds after which what is not decided is OPEN.

    Raises:
        DataError: samples that do not fit the model.

    References:
        LLR Definition 2 and Lemma 7 (JMLR Lemma 1).

    Example:
        >>> a, w, x = sympy.symbols("a w x")
        >>> theta = Model(a * sympy.tanh(w * x), [a, w], [x]).point({a: 1, w: 2})
        >>> print(local_linear_recovery(theta, [1]))
        local linear recovery not guaranteed: rank on 1 samples = 1 < 2 = model rank  [PROVED]
        >>> print(local_linear_recovery(theta, [1, 2]))
        local linear recovery guaranteed: rank on 2 samples = 2 = model rank  [PROVED]
        >>> local_linear_recovery(theta, [1, -1, 3]).threshold
        3
    """
    demand(point, (Chart, Model), DataError, "a point of a model", "try model.point(...)")
    demand(
        samples,
        Sized,
        DataError,
        "a list of inputs",
        "write [1, 2], or [[1, 2], [3, 4]] for two inputs",
    )
    theta = point.generic() if isinstance(point, Model) else point
    first = _First(theta, list(samples), shape, seed)
    size = len(samples)
    with waiting("local linear recovery"), within(budget):
        return LocalLinearRecovery(first(size), model_rank(theta, seed=seed), size, first)


def seen_at(point: Chart, model: Model) -> Chart:
    """The point in the batch model, where it must have a tangent."""
    seen = Chart(model, point.coordinates, point.raw)
    if model is point.model or not point.model.compiled.piecewise:
        return seen
    if at_kink(seen) and not at_kink(point):
        raise DataError(
            "a sample lies on a kink of the model, which has no tangent there; move the sample"
        )
    return seen


def linear_stability(
    point: Chart, samples: Sequence[Any], labels: Sequence[Any], *, seed: int = 0
) -> Verdict:
    r"""Is $f_\theta$ the only minimiser of the linearised least-squares problem for the data
    $(x_i, y_i)$?

    It is one if and only if the residual is orthogonal to the empirical tangent space (theta is
    critical), and the only one if and only if moreover $\operatorname{rank}_S(\theta) = r_\theta$.

    Returns:
        PROVED (linearly stable), REFUTED, PROBABLE or OPEN.

    Raises:
        DataError: the numbers of samples and labels differ, or the model has no tangent at the
            point.

    References:
        LSH Definition 1.

    Example:
        >>> a, w, x = sympy.symbols("a w x")
        >>> theta = Model(a * w * x, [a, w], [x]).point({a: 1, w: 2})
        >>> print(linear_stability(theta, [1, 2], [2, 4]), linear_stability(theta, [1, 2], [2, 5]))
        PROVED REFUTED
    """
    demand(point, Chart, DataError, "a point of a model", "try model.point(...)")
    demand(labels, Iterable, DataError, "a list of labels", "give one exact number for each sample")
    seen, values = batch(point.model, samples), [exact_value(y, name="label") for y in labels]
    if len(values) != len(seen.outputs):
        raise DataError(
            f"{len(values)} labels were given for {len(seen.outputs)} sampled outputs; give one for"
            " each"
        )
    errors = (output - y for output, y in zip(seen.outputs, values, strict=True))
    loss = Model(sympy.Add(*(e**2 for e in errors)), seen.parameters, constants=seen.constants)
    recovery = local_linear_recovery(point, samples, seed=seed)
    if recovery.model.differentiable is False:
        raise DataError(
            "the point lies on a kink of the model, which has no tangent there; move the point"
        )
    gradient = model_rank(Chart(loss, point.coordinates, point.raw), seed=seed)
    if any(rank.largest for rank in (gradient, recovery.empirical, recovery.model)):
        return Verdict.OPEN  # it holds on one open set of the chart, and may not on another
    if gradient.lower > 0 or recovery.verdict is Verdict.REFUTED:
        return Verdict.REFUTED
    if gradient.upper == 0:
        guessed = gradient.verdict is Verdict.PROBABLE and recovery.verdict is Verdict.PROVED
        if guessed:
            return Verdict.PROBABLE
        return recovery.verdict
    return Verdict.OPEN
