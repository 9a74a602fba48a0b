r"""The second order beyond the tangent span: $\|F - f^*\|^2 = \sum y_i^2 + K'(z)$ with a quartic
$K'$.

For v in the kernel of $DF(\theta)$ let $q(v) = D^2F(\theta)(v, v)$ modulo the tangent span. It
descends to the kernel modulo the tangent space of a manifold in $F^{-1}(f^*)$ on which the rank is
constant; if it has no real zero there but 0, $K'$ is of exact order 4 across the manifold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Literal

import numpy as np
import sympy

from rankstrat.algebra.linear import Echelon, Rational, Row, reduced
from rankstrat.algebra.polynomials import squares
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Relation, Verdict

Matrix = list[list[Fraction]]
Kind = Literal["injective", "no complex zero", "positive"]
MOST_NORMALS = 8
MOST_PARAMETERS = 64
MOST_ROWS = 600


@dataclass(frozen=True)
class SecondOrder:
    """Why the quadratic map q has no zero.

    Attributes:
        normals: the dimension of the space it is on.
        kind: it is injective on symmetric tensors; it has no complex zero; a functional of it is
            positive definite. The first two hold on a Zariski open set.
        verdict, error_bound: of the rank it rests on.
    """

    normals: int
    kind: Kind
    verdict: Verdict
    error_bound: float


def second_order(
    point: Chart, certificate: RankCertificate, tangent: Sequence[Sequence[Rational]], *, seed: int
) -> SecondOrder | None:
    """Whether q is definite at a rational point across a manifold; None if that is not seen.

    Args:
        point: the point.
        certificate: its rank.
        tangent: vectors that span the tangent space of the manifold.
        seed: names the random choices of the engine.
    """
    model = point.model
    kernel = kernel_of(certificate)
    if kernel is None or model.size > MOST_PARAMETERS or model.domain or model.constants:
        return None
    if model.generic_functions:
        return None  # their second derivatives are no expressions
    normals = _complement(kernel, tangent)
    if normals is None or not 0 < len(normals) <= MOST_NORMALS:
        return None
    pairs = list(combinations_with_replacement(range(len(normals)), 2))
    found = model_rank(_linear_model(point, normals, pairs).generic(), seed=seed)
    full = certificate.lower + len(pairs)
    if found.lower == full:
        return SecondOrder(len(normals), "injective", Verdict.PROVED, 0.0)
    if found.value is None or len(found.relations) != model.size + len(pairs) - found.lower:
        return None
    relations = _rows(found.relations)
    if relations is None:
        return None
    forms = _forms(relations, model.size, pairs, len(normals))
    if _has_no_complex_zero(forms, len(normals)):
        return SecondOrder(len(normals), "no complex zero", found.verdict, found.error_bound)
    if _positive(forms, len(normals)):
        return SecondOrder(len(normals), "positive", found.verdict, found.error_bound)
    return None


def kernel_of(certificate: RankCertificate) -> list[Row] | None:
    """The kernel of DF from the relations of a certificate; None unless they are all of it, and
    rational.
    """
    if certificate.value is None:
        return None
    missing = certificate.model.size - certificate.lower
    if len(certificate.relations) != missing:
        return None
    return _rows(certificate.relations)


def _rows(relations: Sequence[Relation]) -> list[Row] | None:
    rows = []
    for relation in relations:
        if not all(isinstance(c, int | Fraction) for _, c in relation.coefficients):
            return None
        rows.append({i: Fraction(c) for i, c in relation.coefficients})
    return rows


def _complement(kernel: Sequence[Row], tangent: Sequence[Sequence[Rational]]) -> list[Row] | None:
    """Vectors of the kernel that complete the tangent space to it; None if that leaves it."""
    echelon = Echelon()
    for row in kernel:
        echelon.add(row)
    if any(echelon.rest(dict(enumerate(v))) for v in tangent):
        return None
    inner = Echelon()
    for v in tangent:
        inner.add(dict(enumerate(v)))
    return [row for row in kernel if inner.add(row) is not None]


def _linear_model(point: Chart, normals: Sequence[Row], pairs: Sequence[tuple[int, int]]) -> Model:
    """The model whose tangent functions are those of F at the point and D^2 F of all pairs."""
    model = point.model
    values, parameters = point.values, model.parameters
    steps = [sympy.Dummy(f"s{i}") for i in range(len(normals))]
    moved = {
        p: values[p] + sympy.Add(*(s * n[i] for s, n in zip(steps, normals, strict=True) if i in n))
        for i, p in enumerate(parameters)
    }
    coefficients = [sympy.Symbol(f"c{i}") for i in range(model.size)]
    squares_ = [sympy.Symbol(f"e{i}_{j}") for i, j in pairs]
    zero = dict.fromkeys(steps, 0)
    inputs = {x: sympy.Symbol(f"x_{k}", **x.assumptions0) for k, x in enumerate(model.inputs)}
    outputs = []
    for output in model.outputs:
        # inputs are renamed before coefficients come in, which may have their names
        first = [
            c * output.diff(p).subs(values).xreplace(inputs)
            for c, p in zip(coefficients, parameters, strict=True)
        ]
        along = output.xreplace(moved)
        second = [
            e * along.diff(steps[i], steps[j]).subs(zero).xreplace(inputs)
            for e, (i, j) in zip(squares_, pairs, strict=True)
        ]
        outputs.append(sympy.Add(*first, *second))
    return Model(outputs, [*coefficients, *squares_], list(inputs.values()))


def _forms(
    relations: Sequence[Row], size: int, pairs: Sequence[tuple[int, int]], normals: int
) -> list[Matrix]:
    """The symmetric matrices of the quadratic forms that vanish together exactly where q does."""
    echelon = Echelon()
    for row in relations:
        echelon.add({i - size: c for i, c in row.items() if i >= size})
    forms = []
    for functional in echelon.kernel(len(pairs)):
        # sum_i s_i^2 H_ii + 2 sum_{i<j} s_i s_j H_ij
        matrix = [[Fraction(0)] * normals for _ in range(normals)]
        for number, c in functional.items():
            i, j = pairs[number]
            matrix[i][j] = matrix[j][i] = c
        forms.append(matrix)
    return forms


def _has_no_complex_zero(forms: Sequence[Matrix], size: int) -> bool:
    """Whether multiples of the forms give all forms of degree n + 1 (Macaulay's bound)."""
    degree = size + 1
    place = {m: i for i, m in enumerate(_monomials(size, degree))}
    echelon = Echelon()
    for matrix in forms:
        terms = {
            (i, j): matrix[i][j] * (1 if i == j else 2)
            for i in range(size)
            for j in range(i, size)
            if matrix[i][j]
        }
        for extra in _monomials(size, degree - 2):
            if len(echelon.rows) == len(place):
                return True
            if len(place) > MOST_ROWS:
                return False
            echelon.add({place[tuple(sorted(m + extra))]: c for m, c in terms.items()})
    return len(echelon.rows) == len(place)


def _monomials(size: int, degree: int) -> Iterator[tuple[int, ...]]:
    return combinations_with_replacement(range(size), degree)


def _positive(forms: Sequence[Matrix], size: int) -> bool:
    """Whether a combination of the forms is positive definite: sought in floats, tried exactly."""
    if not forms:
        return False
    basis = np.array([[[float(c) for c in row] for row in form] for form in forms])
    flat = basis.reshape(len(forms), -1).T
    target = np.eye(size)
    for _ in range(60):
        weights = np.linalg.lstsq(flat, target.ravel(), rcond=None)[0]
        candidate = np.tensordot(weights, basis, axes=1)
        values, vectors = np.linalg.eigh(candidate)
        if values[0] > 1e-9 * max(1.0, values[-1]) and _is_definite(forms, weights, size):
            return True
        target = (vectors * np.maximum(values, 0.1)) @ vectors.T
    return False


def _is_definite(
    forms: Sequence[Matrix], weights: np.typing.NDArray[np.float64], size: int
) -> bool:
    exact = [Fraction(float(w)).limit_denominator(10**6) for w in weights]
    total = [
        [
            sum((w * f[i][j] for w, f in zip(exact, forms, strict=True)), Fraction(0))
            for j in range(size)
        ]
        for i in range(size)
    ]
    found = squares(total)
    return found is not None and found[1] == {1} and len(reduced(found[0])) == size


__all__ = ["SecondOrder", "kernel_of", "second_order"]
