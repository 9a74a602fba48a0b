r"""Recovery stability of branches: from how many generic samples a neighbourhood of a point knows
only the target.

A point $\theta^*$ of the target set $Q^* = F^{-1}(f^*)$ is *recovery stable* for samples S if near
it every zero of the loss is in $Q^*$. Let its branch have codimension c, and let no other branch
pass through it.

- If the empirical rank equals n < c, the zeros near it form a manifold of dimension
  $M - n > M - c$: not stable.
- If the empirical rank equals c, they form a manifold of dimension $M - c$ which contains the
  branch: stable.
- In between, one left null vector decides if its quadratic form across the branch is definite or
  indefinite.
- For $n \ge c$ generic samples of an analytic model almost every point is stable: every component
  of the zeros outside the target set loses a dimension with each sample, so it has at most
  dimension $M - n$ and meets the branch in less.

The first two are proved for given samples by exact ranks. A chart may be only a part of the target
set near its points (not `Branch.is_component`); then the target set has a codimension between the
rank r at the point and that of the chart. The last argument still holds, since it compares with the
chart alone, but only $n < r$ samples are surely too few.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.algebra.program import FUNCTION, PIECEWISE
from rankstrat.errors import BudgetError, DataError, UndecidedError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.leaps import may_part
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.setting import has_tangents
from rankstrat.samples.distinct import telling
from rankstrat.samples.local import batch
from rankstrat.targets import Branch, TargetSet
from rankstrat.text.spoken import Spoken
from rankstrat.text.tables import Math, Phrase, Table

_TINY = mpmath.mpf(10) ** -18


@dataclass(frozen=True)
class Thresholds(Spoken):
    r"""Sample sizes for almost every point of a branch and generic samples.

    Attributes:
        rank: the rank r at the generic point.
        codimension: c.
        partial: whether the branch may be only a part of the target set near its points, whose
            codimension is then known to lie between r and c only.

    References:
        STR Theorem 5.4 with the corrections of docs/proofs.md#stability.
    """

    rank: int
    codimension: int
    partial: bool = False

    def __str__(self) -> str:
        part = ", of a part of the target set" if self.partial else ""
        return f"thresholds of a branch of codimension {self.codimension}, rank {self.rank}{part}"

    @property
    def unstable_up_to(self) -> int:
        """The largest n for which no such point is stable: the rank, or one less if the rank may be
        the codimension.
        """
        if self.partial:
            return self.rank - 1
        return min(self.rank, self.codimension - 1)

    @property
    def stable_from(self) -> int:
        """An n from which almost every point is stable; the least one if the gap is empty."""
        return self.codimension

    @property
    def gap(self) -> range:
        """The sample sizes that neither statement covers."""
        return range(self.unstable_up_to + 1, self.stable_from)

    @property
    def is_morse_bott(self) -> bool:
        """Whether the rank is the codimension."""
        return self.rank == self.codimension

    @property
    def convergence(self) -> str:
        """The convergence class of gradient flow to a generic point, from `stable_from` samples
        on.
        """
        if self.is_morse_bott:
            return "linear"
        return "may be sublinear"


def recovery_thresholds(branch: Branch) -> Thresholds:
    r"""From how many generic samples almost every point of a branch is recovery stable.

    Raises:
        BudgetError: the generic rank of the branch is not decided.
        UndecidedError: samples are not generic inputs of an analytic scalar model, which the
            theorem is about.

    References:
        STR Theorem 5.4 with the corrections of docs/proofs.md#stability.

    Example:
        >>> import rankstrat as rs
        >>> F = rs.families.two_layer(width=2, inputs=2, activation="exp")
        >>> narrow = rs.families.two_layer(width=1, inputs=2, activation="exp")
        >>> Q = rs.target_set(F, narrow.point([1, 1, 2]))
        >>> found = map(recovery_thresholds, Q.branches)
        >>> [(t.unstable_up_to, t.stable_from, t.convergence) for t in found]
        [(3, 5, 'may be sublinear'), (3, 4, 'linear'), (3, 4, 'linear')]
    """
    demand(branch, Branch, DataError, "a branch of a target set", "try Q.branches[0]")
    missing = _no_theorem(branch.model)
    if missing:
        raise UndecidedError(f"{branch.model} {missing}; use recovery_stability for given samples")
    certificate = branch.certificate
    if not branch.irreducible:
        raise UndecidedError(
            f"{branch.label} may consist of parts with different ranks; an irreducible branch is"
            " needed; pass charts=[...] of its parts to target_set"
        )
    if certificate.value is None:
        raise BudgetError(
            f"the generic rank of {branch.label} is not decided; choose simpler exact values"
        )
    return Thresholds(int(certificate), branch.codimension, not branch.is_component)


def _is_piecewise(model: Model) -> bool:
    program = model.compiled.program
    reached = program.reachable(model.compiled.outputs)
    return any(program.kind[n] == FUNCTION and program.data[n] in PIECEWISE for n in reached)


def _no_theorem(model: Model) -> str:
    """Why the theorem on generic samples says nothing of a model; empty if it does."""
    if not model.inputs:
        return "has no inputs, so there are no generic samples"
    if model.output_count > 1:
        return f"has {model.output_count} outputs, and the theorem on generic samples is about one"
    if model.domain.finite or model.domain.integers:
        return f"is compared on {model.domain}, where no samples are generic"
    if _is_piecewise(model) or may_part(model):
        return "may jump or have kinks, and generic samples may all lie on one side of them"
    return ""


def stability_table(target: TargetSet) -> Table:
    """The thresholds of every kind of branch (one row for each orbit), with the gap shown as
    OPEN.
    """
    demand(target, TargetSet, DataError, "a target set", "try target_set(model, target)")
    rows: list[tuple[object, ...]] = []
    for branch in target.branches:
        if branch.representative is not None:
            continue
        if not branch.irreducible:
            unknown = (None,) * 3
            rows.append(
                (
                    branch.label,
                    branch.index,
                    branch.dimension,
                    branch.codimension,
                    *unknown,
                    None,
                    "OPEN",
                )
            )
            continue
        t = recovery_thresholds(branch)
        gap = f"{t.gap.start}..{t.gap.stop - 1} OPEN" if len(t.gap) else None
        sizes = (branch.dimension, t.codimension, t.rank, t.unstable_up_to)
        rows.append((branch.label, branch.index, *sizes, gap, t.stable_from, t.convergence))
    heads = (
        "branch", Math("(r, l)"), "dim", "codim", "rank",
        Math("unstable for n <=", r"\text{unstable for } n \le"),
        "undecided", Math("stable a.e. for n >=", r"\text{stable a.e. for } n \ge"), "convergence",
    )  # fmt: skip
    caption = (
        "Generic samples, almost every point of the branch; STR Theorem 5.4, corrected where both"
        " bounds meet."
    )
    if any(not branch.is_component for branch in target.branches):
        caption += (
            " Charts that may be a part of the target set only: its own codimension may be smaller."
        )
    return Table(
        heads,
        tuple(rows),
        title=Phrase("Recovery stability in ", target.model.spoken),
        caption=caption,
    )


@dataclass(frozen=True)
class RecoveryStability:
    """Whether a point of a branch is recovery stable for given samples.

    Attributes:
        stable: the answer; None if it is open.
        verdict: PROVED (by an exact rank), NUMERICAL (by a quadratic form) or OPEN.
        reason: what decided.
        empirical: the empirical rank.
    """

    stable: bool | None
    verdict: Verdict
    reason: str
    empirical: int

    def __str__(self) -> str:
        word = {True: "stable", False: "not stable", None: "undecided"}[self.stable]
        return f"{word}  [{self.verdict}]: {self.reason}"


def recovery_stability(
    branch: Branch, point: Chart, samples: Sequence[Any], *, seed: int = 0
) -> RecoveryStability:
    r"""Is a point, through which no other branch passes, recovery stable for these samples?

    Args:
        branch: the branch.
        point: a point of it, on no other branch.
        samples: exact inputs.
        seed: names the random choices.

    Raises:
        DataError: the point is not on the branch, or a sample lies on a kink.

    References:
        docs/proofs.md#stability.

    Example:
        >>> import rankstrat as rs
        >>> F = rs.families.two_layer(width=2, inputs=1, activation="exp")
        >>> narrow = rs.families.two_layer(width=1, inputs=1, activation="exp")
        >>> Q = rs.target_set(F, narrow.point([1, 1]))
        >>> Q2 = Q.branches[1]
        >>> [recovery_stability(Q2, Q2.sample(), range(n)).stable for n in (1, 2, 3)]
        [False, False, True]
    """
    seen = _seen(branch, point, samples)
    certificate = model_rank(Chart(seen, (), point.raw), seed=seed)
    count, codimension, rank = len(seen.outputs), branch.codimension, certificate.lower
    outputs, repeated = seen.outputs, ""
    if rank < count and rank < codimension:
        kept = telling(seen, analytic=not _is_piecewise(seen), seed=seed)
        outputs = tuple(outputs[k] for k in kept)
        if len(outputs) < count:
            repeated = f" ({count - len(outputs)} of {count} numbers follow from the others)"
        count = len(outputs)
    if rank == count < codimension:
        # the target set has dimension at most M - r near the point, so fewer samples than r would
        # settle it
        if not branch.is_component and count >= model_rank(point, seed=seed).lower:
            part = f"{branch.label} may be a part of the target set only, so its codimension proves"
            return RecoveryStability(None, Verdict.OPEN, f"{part} nothing", rank)
        reason = (
            f"the {count} samples have independent gradients, fewer than the codimension"
            f" {codimension}{repeated}"
        )
        return RecoveryStability(False, Verdict.PROVED, reason, rank)
    if rank == codimension:
        reason = f"the empirical rank reaches the codimension {codimension}"
        return RecoveryStability(True, Verdict.PROVED, reason, rank)
    exact = certificate.value is not None and certificate.verdict is Verdict.PROVED
    if exact and count - rank == 1 and not _is_piecewise(seen):
        return _by_second_order(branch, point, outputs, rank)
    reason = (
        f"{count} samples, empirical rank {rank}, codimension {codimension}: neither argument"
        f" applies{repeated}"
    )
    if count >= codimension and not _no_theorem(point.model):
        almost = "almost all such samples are stable (STR Theorem 5.3)"
        reason += f"; {almost}, which says nothing about these"
    return RecoveryStability(None, Verdict.OPEN, reason, rank)


def _seen(branch: Branch, point: Chart, samples: Sequence[Any]) -> Model:
    """The model at the samples.

    Raises:
        DataError: the point is not on the branch, or a sample lies on a kink.
    """
    demand(branch, Branch, DataError, "a branch of a target set", "try Q.branches[0]")
    demand(point, Chart, DataError, "a point of the branch", "try branch.sample()")
    hint = "write [1, 2], or [[1, 2], [3, 4]] for two inputs"
    demand(samples, Iterable, DataError, "a list of inputs", hint)
    if not point.is_point or not branch.contains(point):
        raise DataError(
            f"{point} is not a point of {branch.label}; use branch.sample() or branch.chart.at(...)"
        )
    seen = batch(point.model, list(samples))
    if not has_tangents(Chart(seen, (), point.raw)):
        raise DataError(
            "a sample, or the point, lies on a kink of the model, which has no tangent there;"
            " move it"
        )
    return seen


def _by_second_order(
    branch: Branch, point: Chart, outputs: Sequence[sympy.Expr], rank: int
) -> RecoveryStability:
    """What the quadratic form across the branch says where one number is missing."""
    values = _decided_form(branch, point, outputs)
    if values is None:
        reason = "the quadratic form across the branch is degenerate"
        return RecoveryStability(None, Verdict.OPEN, reason, rank)
    definite = all(v > 0 for v in values) or all(v < 0 for v in values)
    if not branch.is_component and not definite:
        reason = (
            f"the quadratic form is indefinite across {branch.label}, which may be a part of the"
            " target set only"
        )
        return RecoveryStability(None, Verdict.OPEN, reason, rank)
    kind = "definite" if definite else "indefinite"
    reason = f"the quadratic form across the branch is {kind}"
    return RecoveryStability(definite, Verdict.NUMERICAL, reason, rank)


def _decided_form(branch: Branch, point: Chart, outputs: Sequence[sympy.Expr]) -> list[Any] | None:
    """The eigenvalues at 40 digits, if 60 digits give the same.

    None if some of them is rounding: it changes with the digits, however large it is beside others.
    """
    once, again = (_quadratic_form(branch, point, outputs, digits) for digits in (40, 60))
    if once is None or again is None or len(once) != len(again):
        return None
    agree = all(abs(u - v) <= _TINY * abs(v) for u, v in zip(once, again, strict=True))
    if agree and all(once):
        return once
    return None


def _quadratic_form(
    branch: Branch, point: Chart, outputs: Sequence[sympy.Expr], digits: int
) -> list[Any] | None:
    r"""Eigenvalues of $\sum_i c_i D^2 F(x_i)$ on $\ker J$ modulo the tangent space of the branch,
    $c^T J = 0$.
    """
    parameters = point.model.parameters
    with mpmath.workdps(digits):
        values = [mpmath.mpmathify(sympy.N(v, digits)) for v in point.values.values()]
        jacobian = _numbers(sympy.Matrix(outputs).jacobian(parameters), parameters, values)
        left = _kernel(jacobian.T)
        if left.cols != 1:
            return None
        left = left / _signed_norm(left)
        mixed = sum(sympy.Float(str(c), digits) * f for c, f in zip(left, outputs, strict=True))
        form = sympy.hessian(mixed, parameters)
        hessian = _numbers(form, parameters, values)
        tangent = _tangent(branch, parameters, values)
        across = _kernel(_stack(jacobian, tangent.T))
        if across.cols != branch.codimension - (len(outputs) - 1):
            return None
        return list(mpmath.eigsy(across.T * hessian * across, eigvals_only=True))


def _signed_norm(vector: Any) -> Any:
    """The norm with the sign of the largest entry, which fixes the sign of the unit vector."""
    return mpmath.sign(max(vector, key=abs)) * mpmath.norm(vector)


def _numbers(
    matrix: sympy.Matrix, parameters: Sequence[sympy.Symbol], values: Sequence[Any]
) -> Any:
    evaluate = sympy.lambdify(parameters, matrix.tolist(), modules="mpmath")
    return mpmath.matrix(evaluate(*values))


def _tangent(branch: Branch, parameters: Sequence[sympy.Symbol], values: Sequence[Any]) -> Any:
    """A basis (columns) of the tangent space: the kernel of the derivative of the equations."""
    derivative = _numbers(sympy.Matrix(branch.equations).jacobian(parameters), parameters, values)
    return _kernel(derivative)


def _stack(upper: Any, lower: Any) -> Any:
    result = mpmath.matrix(upper.rows + lower.rows, upper.cols)
    for i in range(upper.rows):
        result[i, :] = upper[i, :]
    for i in range(lower.rows):
        result[upper.rows + i, :] = lower[i, :]
    return result


def _kernel(matrix: Any) -> Any:
    """An orthonormal basis (columns) of the numerical kernel."""
    size = matrix.cols
    square = matrix.T * matrix
    eigenvalues, vectors = mpmath.eigsy(square)
    scale = max((abs(v) for v in eigenvalues), default=mpmath.mpf(1)) or mpmath.mpf(1)
    chosen = [i for i in range(size) if abs(eigenvalues[i]) < _TINY * scale]
    result = mpmath.matrix(size, len(chosen))
    for j, i in enumerate(chosen):
        result[:, j] = vectors[:, i]
    return result


def perturbation_test(
    point: Chart,
    samples: Sequence[Any],
    fresh: Sequence[Any],
    *,
    radius: float = 1e-3,
    trials: int = 10,
    seed: int = 0,
) -> float:
    r"""The largest error on fresh inputs of nearby zeros of the loss, divided by the radius
    (NUMERICAL evidence only).

    Each trial perturbs the point, goes back to zero loss by minimum-norm Gauss-Newton steps, and
    compares with the target on fresh inputs. A stable point gives values near rounding; an unstable
    one values near 1.

    Args:
        point: a point of the target set.
        samples: the inputs of the loss.
        fresh: other inputs.
        radius: of the perturbation.
        trials: how many.
        seed: names the random perturbations.
    """
    parameters = point.model.parameters
    at_samples, at_fresh = (batch(point.model, xs).outputs for xs in (samples, fresh))
    values = sympy.lambdify(parameters, list(at_samples), modules="numpy")
    slopes = sympy.lambdify(
        parameters, sympy.Matrix(at_samples).jacobian(parameters).tolist(), modules="numpy"
    )
    others = sympy.lambdify(parameters, list(at_fresh), modules="numpy")
    start = np.array([float(v) for v in point.values.values()])
    goal, expected = np.array(values(*start), float), np.array(others(*start), float)
    rng, worst = np.random.default_rng(seed), 0.0
    for _ in range(trials):
        direction = rng.normal(size=start.size)
        theta: NDArray[np.float64] = start + radius * direction / np.linalg.norm(direction)
        for _ in range(60):
            residual = np.array(values(*theta), float) - goal
            if np.max(np.abs(residual)) < 1e-14:
                break
            theta = (
                theta - np.linalg.lstsq(np.array(slopes(*theta), float), residual, rcond=1e-12)[0]
            )
        worst = max(worst, float(np.max(np.abs(np.array(others(*theta), float) - expected))))
    return worst / radius


__all__ = [
    "RecoveryStability",
    "Thresholds",
    "perturbation_test",
    "recovery_stability",
    "recovery_thresholds",
    "stability_table",
]
