r"""Polynomial models: tangent functions as a matrix of polynomials in the parameters, and where its
minors vanish.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy

from rankstrat.algebra.expressions import is_expandable
from rankstrat.algebra.linear import Form, reduced
from rankstrat.deadline import check, interruptible
from rankstrat.model.model import Chart, Model
from rankstrat.rank.zero import exact_rank

LARGEST, ATTEMPTS, MOST_PARAMETERS, MOST_OUTPUTS = 8, 40, 24, 16


@dataclass(frozen=True)
class TangentMatrix:
    """The coefficients of the tangent functions in the monomials of the inputs: one row for each
    parameter.
    """

    model: Model
    rows: tuple[tuple[sympy.Expr, ...], ...]

    def rank_at(self, point: Chart) -> int:
        """The rank at an exact point."""
        return exact_rank([[v.xreplace(point.values) for v in row] for row in self.rows])

    def generic_rank(self, values: Mapping[sympy.Symbol, sympy.Expr], *, seed: int = 0) -> int:
        """The rank at a random point of a chart: at most that at the generic point, and almost
        surely equal.
        """
        rng = random.Random(seed)
        matrix = sympy.Matrix(self.rows).xreplace(dict(values))
        symbols = sorted(matrix.free_symbols, key=str)
        return int(
            matrix.xreplace({s: sympy.Integer(rng.randint(2, 10**6)) for s in symbols}).rank()
        )

    def never_drops(
        self,
        values: Mapping[sympy.Symbol, sympy.Expr],
        rank: int,
        excluded: Sequence[tuple[Form, ...]],
        flat: tuple[Form, ...],
        polynomials: Sequence[sympy.Expr] = (),
        *,
        seed: int = 0,
    ) -> bool:
        """Whether minors of size `rank` show that the rank is constant on a flat outside the
        excluded smaller flats.

        A factor is dropped that vanishes only on an excluded hyperplane of the flat or where a
        polynomial does. What is left must be a constant for one minor, or powers of linear forms
        whose common zeros lie in an excluded subspace.
        """
        if rank > LARGEST:
            return False
        matrix = sympy.Matrix(self.rows).xreplace(dict(values)).applyfunc(sympy.expand)
        rng = random.Random(seed)
        nonzero = {g for q in polynomials for g in _factors(sympy.expand(q.xreplace(dict(values))))}
        remaining: set[Form] = set()
        for _ in range(ATTEMPTS):
            start = time.monotonic()
            minor = _random_minor(matrix, rank, rng)
            check("the minors were compared", time.monotonic() - start)
            if minor is None:
                continue
            left = [
                f
                for f in _factors(minor)
                if f not in nonzero and not self._excludes(f, flat, excluded)
            ]
            if not left:
                return True
            forms = [self._form(f) for f in left]
            if len(forms) == 1 and forms[0] is not None:
                remaining.add(forms[0])
                together = reduced([*flat, *remaining])
                if any(set(reduced([*together, *e])) == set(together) for e in excluded):
                    return True
        return False

    def _form(self, factor: sympy.Expr) -> Form | None:
        poly = sympy.Poly(factor, *self.model.parameters)
        if poly.total_degree() != 1 or poly.nth(*[0] * len(self.model.parameters)) != 0:
            return None
        return tuple(
            Fraction(int(c.p), int(c.q))
            for c in (poly.coeff_monomial(p) for p in self.model.parameters)
        )

    def _excludes(
        self, factor: sympy.Expr, flat: tuple[Form, ...], excluded: Sequence[tuple[Form, ...]]
    ) -> bool:
        form = self._form(factor)
        return form is not None and reduced([*flat, form]) in excluded


@interruptible("the minors were known")
def _factors(expression: sympy.Expr) -> list[sympy.Expr]:
    """The irreducible factors of the numerator."""
    return [f for f, _ in sympy.factor_list(sympy.numer(sympy.together(expression)))[1]]


@interruptible("the minors were known")
def _random_minor(matrix: sympy.Matrix, rank: int, rng: random.Random) -> sympy.Expr | None:
    """A minor of the given size that is not zero, by random orders of rows and columns."""
    rows, columns = list(range(matrix.rows)), list(range(matrix.cols))
    rng.shuffle(rows)
    rng.shuffle(columns)
    symbols = sorted(matrix.free_symbols, key=str)
    sample = matrix.extract(rows, columns).xreplace(
        {s: sympy.Integer(rng.randint(2, 10**6)) for s in symbols}
    )
    pivots = sample.T.rref()[1][:rank]
    chosen = sample.extract(list(pivots), list(range(sample.cols))).rref()[1][:rank]
    if len(pivots) < rank or len(chosen) < rank:
        return None
    square = matrix.extract([rows[i] for i in pivots], [columns[j] for j in chosen])
    minor = sympy.expand(square.det(method="berkowitz"))
    if minor == 0:
        return None
    return minor


@interruptible("the minors were known")
def tangent_matrix(model: Model) -> TangentMatrix | None:
    """The matrix of a model that is polynomial over Q in parameters and inputs; None for any other
    (or a large) one, and where the inputs fill no open set.
    """
    if (
        not model.domain.is_open
        or model.size > MOST_PARAMETERS
        or len(model.outputs) > MOST_OUTPUTS
    ):
        return None
    symbols = (*model.parameters, *model.inputs)
    if not is_expandable(model.outputs):
        return None
    if not all(o.is_polynomial(*symbols) for o in model.outputs):
        return None
    # whether a minor with other numbers is zero is not for sympy to say
    if not all(c.is_Rational for o in model.outputs for c in sympy.Poly(o, *symbols).coeffs()):
        return None
    rows = []
    keys: dict[tuple[int, tuple[int, ...]], None] = {}
    entries = []
    for parameter in model.parameters:
        row: dict[tuple[int, tuple[int, ...]], sympy.Expr] = {}
        for k, output in enumerate(model.outputs):
            tangent = sympy.diff(output, parameter)
            if model.inputs:
                row |= {(k, m): c for m, c in sympy.Poly(tangent, *model.inputs).terms() if c != 0}
            elif tangent != 0:
                row[k, ()] = tangent
        entries.append(row)
        keys |= dict.fromkeys(row)
    rows = [tuple(row.get(key, sympy.Integer(0)) for key in keys) for row in entries]
    return TangentMatrix(model, tuple(rows))
