r"""Limiting directions of initial condensation: critical points of a form on the sphere.

The form is $T(u) = \tfrac1n \sum_i y_i (u \cdot \tilde x_i)^p$.

For small weights and $\sigma(z) = k z^p + \dots$ (p the multiplicity) the flow of one neuron is, to
leading order, $\dot a = k T(w)$, $\dot w = k a \nabla T(w)$; the direction u of w follows
$\dot u = \operatorname{sign}(ka) (\nabla T(u) - p T(u) u)$. With bias $\tilde x = (x, 1)$. The page
on the laboratory derives it; the number of complex critical lines of a generic T is
$((p-1)^D - 1)/(p-2)$, D for p = 2 (Cartwright and Sturmfels 2013, Theorem 1.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, prod
from typing import Any

import numpy as np
import sympy

from rankstrat.activation.lookup import as_activation
from rankstrat.activation.record import Activation, Z
from rankstrat.dynamics.checks import rational, rows_of, seed_of
from rankstrat.dynamics.critical_lines import Direction, Form, binary_lines, linear_ends
from rankstrat.dynamics.eigenvectors import tensor_lines
from rankstrat.errors import DataError, FamilyError
from rankstrat.rank.verdict import Verdict
from rankstrat.text.spoken import Spoken

HIGHEST = 12
"""The highest multiplicity that is looked for."""


@dataclass(frozen=True)
class LimitingDirections(Spoken):
    r"""The directions that small neurons can turn to.

    Attributes:
        multiplicity: p, the order of the first derivative of sigma at 0 that is not 0.
        coefficient: k = sigma^(p)(0)/p!, exact.
        directions: both ends of every line that was found.
        expected: the number of complex lines of a generic T.
        complete: whether these are all real ones, by proof.
        one_sided: sigma(0) != 0: all neurons turn to the same one of the two ends, the first.
    """

    multiplicity: int
    coefficient: sympy.Expr
    directions: tuple[Direction, ...]
    expected: int
    complete: bool
    one_sided: bool = False

    @property
    def verdict(self) -> Verdict:
        """PROVED where the list is complete (each direction is proved in any case), else OPEN."""
        return Verdict.PROVED if self.complete else Verdict.OPEN

    @property
    def attracting(self) -> tuple[Direction, ...]:
        """Those that attract neurons with k a > 0."""
        return tuple(u for u in self.directions if u.kind == "attracting")

    def __str__(self) -> str:
        sides = ", one side only" if self.one_sided else ""
        head = (
            f"{len(self.directions)} limiting directions of multiplicity {self.multiplicity}{sides}"
            f"  [{self.verdict}]"
        )
        return "\n".join([head, *(f"  {u}" for u in self.directions)])


def limiting_directions(
    activation: Any,
    inputs: Sequence[Any],
    labels: Sequence[Any],
    *,
    bias: bool = True,
    seed: int = 0,
) -> LimitingDirections:
    r"""The critical directions of initial condensation for given data, enclosed or exact.

    Where $\sigma(0) \ne 0$ and p = 1 the output weights first drift to
    $\bar y/(m \sigma(0))$, which fits the mean; then v = $\tfrac1n \sum (y_i - \bar y) \tilde x_i$
    replaces $\tfrac1n \sum y_i \tilde x_i$, and all neurons take one side.

    Args:
        activation: a name, formula or `Activation`, analytic at 0.
        inputs: exact inputs, shape (n, d), or (n,) for one input.
        labels: n exact labels.
        bias: whether neurons have a bias.
        seed: names the starting points of the search (D >= 3, p >= 3).

    Raises:
        DataError: no data, shapes that do not fit, or T = 0.
        FamilyError: an activation that is not analytic at 0, is a constant, or has sigma(0) != 0
            with multiplicity above 1.

    Example:
        >>> print(limiting_directions("tanh", [0, 1], [0, 3], bias=True))
        2 limiting directions of multiplicity 1  [PROVED]
          (0.707107, 0.707107), T = 2.12132, attracting
          (-0.707107, -0.707107), T = -2.12132, repelling
    """
    record, seed = as_activation(activation), seed_of(seed)
    xs, ys = _data(inputs, labels, bias)
    p, k, offset = _multiplicity(record)
    if offset != 0:
        if p != 1:
            raise FamilyError(
                f"sigma(0) = {offset} and multiplicity {p} were given; sigma(0) = 0 or sigma'(0) !="
                " 0 is needed; subtract the value at 0"
            )
        mean = sum(ys, Fraction(0)) / len(ys)
        side = 1 if (mean > 0) == bool(offset / k > 0) else -1
        ys = [side * (y - mean) for y in ys]
    form = _form(xs, ys, p)
    if not any(form.values()):
        raise DataError(
            "T vanishes identically on these data; it has no directions; change the labels"
        )
    size = len(xs[0])
    expected = size if p == 2 else 1 if p == 1 else ((p - 1) ** size - 1) // (p - 2)
    if p == 1:
        found, complete = linear_ends(form, size), True
    elif size == 1:
        found, complete = linear_ends(form, size, p), True
    elif size == 2:
        found, complete = binary_lines(form, p)
    else:
        found, complete = tensor_lines(form, p, size, expected, seed)
    return LimitingDirections(p, k, tuple(found), expected, complete, bool(offset != 0))


def _data(
    inputs: Sequence[Any], labels: Sequence[Any], bias: bool
) -> tuple[list[tuple[Fraction, ...]], list[Fraction]]:
    given, wanted = rows_of("inputs", inputs), rows_of("labels", labels)
    rows = [x if isinstance(x, Sequence | np.ndarray | sympy.MatrixBase) else [x] for x in given]
    xs = [tuple(rational("input", v) for v in x) for x in rows]
    ys = [rational("label", v) for v in wanted]
    if not xs or len(xs) != len(ys) or len({len(x) for x in xs}) != 1:
        raise DataError(
            f"{len(xs)} inputs and {len(ys)} labels were given; the same positive number of rows of"
            " one length is needed; check the data"
        )
    return [(*x, Fraction(1)) if bias else x for x in xs], ys


def _multiplicity(record: Activation) -> tuple[int, sympy.Expr, sympy.Expr]:
    formula = record.formula
    if (
        formula.has(sympy.Max, sympy.Min, sympy.Abs, sympy.Piecewise, sympy.sign)
        or record.is_unspecified
    ):
        raise FamilyError(
            f"{record.name} has no Taylor series at 0; an activation that is analytic at 0 is"
            " needed; ReLU networks have no multiplicity"
        )
    derivative, offset = formula, formula.subs(Z, 0)
    for p in range(1, HIGHEST + 1):
        derivative = sympy.diff(derivative, Z)
        value = sympy.nsimplify(derivative.subs(Z, 0))
        if value != 0:
            return p, value / factorial(p), offset
    raise FamilyError(
        f"the first {HIGHEST} derivatives of {record.name} vanish at 0; a multiplicity up to"
        f" {HIGHEST} is needed; choose another activation"
    )


def _form(xs: Sequence[Sequence[Fraction]], ys: Sequence[Fraction], p: int) -> Form:
    """T as exponents -> coefficient."""
    size = len(xs[0])
    form: Form = {}
    for exponents in _exponents(size, p):
        many = factorial(p) // prod(factorial(e) for e in exponents)
        total = sum(
            (y * prod((v**e for v, e in zip(x, exponents, strict=True)), start=Fraction(1))
             for x, y in zip(xs, ys, strict=True)),
            Fraction(0),
        )  # fmt: skip
        form[exponents] = many * total / len(ys)
    return form


def _exponents(size: int, degree: int) -> Iterator[tuple[int, ...]]:
    if size == 1:
        yield (degree,)
        return
    for first in range(degree, -1, -1):
        for rest in _exponents(size - 1, degree - first):
            yield (first, *rest)


__all__ = ["Direction", "LimitingDirections", "limiting_directions"]
