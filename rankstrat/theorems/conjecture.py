r"""Closed forms from rank tables: $r = P(v_1, \dots, v_n)$, P a polynomial over $\mathbb{Q}$."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, combinations_with_replacement

import numpy as np
import sympy

from rankstrat.algebra.linear import solution
from rankstrat.errors import DataError, demand
from rankstrat.rank.certificate import Verdict
from rankstrat.text.tables import Table

Exponents = tuple[int, ...]
Monomial = tuple[int, ...]
_MOST_SUPPORTS = 6_000
_SPARSE_TERMS = 4


@dataclass(frozen=True)
class Conjecture:
    r"""What a rank table suggests: a formula that was fitted on some rows and holds on the others,
    or nothing.

    Attributes:
        variables: the names of the columns the rank may depend on.
        formula: the formula in these names; None when nothing survived.
        fitted: rows (values of the variables, rank) the formula was fitted on.
        held_out: rows it was tried on afterwards.
        counterexamples: rows at which `candidate` fails.
        candidate: the simplest formula that fits the fitted rows, also when it was then refuted.
        reason: why there is no formula, or how strongly the one found is overdetermined.
        undecided: rows left out because their rank is not decided.
    """

    variables: tuple[str, ...]
    formula: sympy.Expr | None
    fitted: tuple[Exponents, ...] = field(repr=False)
    held_out: tuple[Exponents, ...] = field(repr=False)
    counterexamples: tuple[Exponents, ...]
    candidate: sympy.Expr | None
    reason: str
    undecided: int = 0

    @property
    def verdict(self) -> Verdict:
        """OPEN: a formula that fits is a conjecture, never a theorem; REFUTED where a candidate has
        counterexamples.
        """
        if self.formula is None and self.counterexamples:
            return Verdict.REFUTED
        return Verdict.OPEN

    def __call__(self, *values: int, **named: int) -> int | Fraction:
        """The value the formula predicts.

        Raises:
            DataError: there is no formula, or a variable has no value.
        """
        if self.formula is None:
            raise DataError(f"there is no formula to evaluate ({self.reason}); give more rows")
        given = {**dict(zip(self.variables, values, strict=False)), **named}
        if set(given) != set(self.variables):
            raise DataError(
                f"values were given for {sorted(given)}; the formula needs"
                f" {', '.join(self.variables)}"
            )
        value = self.formula.subs({sympy.Symbol(name): value for name, value in given.items()})
        fraction = Fraction(int(value.p), int(value.q))
        if fraction.denominator == 1:
            return fraction.numerator
        return fraction

    def __str__(self) -> str:
        if self.formula is not None:
            return f"rank = {self.formula} (conjectured): {self.reason}"
        if self.counterexamples:
            tried = f"; {self.candidate} fails at {len(self.counterexamples)} rows"
        else:
            tried = ""
        return f"no formula: {self.reason}{tried}"

    def _repr_latex_(self) -> str | None:
        if self.formula is not None:
            return rf"$r = {sympy.latex(self.formula)}$"
        return None

    def table(self) -> Table:
        """Every row: variables, rank, what the candidate says, and what the row was used for."""
        rows = []
        for use, part in (("fitted", self.fitted), ("held out", self.held_out)):
            for row in part:
                if self.candidate is None:
                    formula = ""
                else:
                    formula = str(_at(self.candidate, self.variables, row))
                rows.append((*row, formula, use))
        return Table(
            (*self.variables, "rank", "formula", "use"), tuple(sorted(rows)), title=str(self)
        )


def conjecture(
    table: Table | Iterable[Mapping[str, object]], *, rank: str = "rank", degree: int = 4
) -> Conjecture:
    r"""The polynomial of least degree over $\mathbb{Q}$ that fits two thirds of a rank table and
    holds on the rest.

    Rows are split by a hash of the variables, so that the same table gives the same answer in any
    order. Polynomials come first, then polynomials in the variables and one minimum of two or three
    of them. A formula is announced only when it is strongly overdetermined: at least three rows
    held out, all of them right, and more rows than terms.

    Args:
        table: a `Table`, or rows as mappings from column to value; values are whole numbers, ranks
            may be certificates.
        rank: the column that holds the rank.
        degree: the largest total degree tried.

    Raises:
        DataError: no such column, a value that is not a whole number, rows with different columns.

    Example:
        >>> rows = [{"k": k, "d": d, "rank": k * (d + 1)} for k in range(1, 5) for d in range(1, 5)]
        >>> conjecture(rows).formula
        k*(d + 1)
    """
    names, rows, undecided = _read(table, rank)
    values: dict[Exponents, set[int]] = {}
    for row in rows:
        values.setdefault(row[:-1], set()).add(row[-1])
    clashing = tuple(
        sorted((*key, r) for key, ranks in values.items() if len(ranks) > 1 for r in ranks)
    )
    fitted, held_out = _split([(*key, min(ranks)) for key, ranks in values.items()])

    def nothing(
        reason: str, counterexamples: Sequence[Exponents] = (), candidate: sympy.Expr | None = None
    ) -> Conjecture:
        return Conjecture(
            names, None, fitted, held_out, tuple(counterexamples), candidate, reason, undecided
        )

    if clashing:
        return nothing(f"equal values of {', '.join(names)} come with several ranks", clashing)
    if len(held_out) < 3:
        return nothing(
            f"{len(fitted) + len(held_out)} rows are too few; at least 9 with different values are"
            " needed"
        )
    refuted: list[tuple[sympy.Expr, list[Exponents]]] = []
    for candidate, terms in _candidates(names, fitted, degree):
        failures = [row for row in held_out if _at(candidate, names, row) != row[-1]]
        surplus = len(fitted) + len(held_out) - terms
        if not failures and surplus >= max(4, terms):
            why = f"fitted on {len(fitted)} rows, holds on all {len(held_out)} rows held out"
            return Conjecture(names, candidate, fitted, held_out, (), candidate, why, undecided)
        if failures:
            refuted.append((candidate, failures))
    if not refuted and _is_undetermined(names, fitted, degree):
        return nothing(
            f"{len(fitted)} fitted rows do not determine a polynomial of degree {degree} in"
            f" {', '.join(names)}, and none with up to {_SPARSE_TERMS} terms fits; give more rows,"
            " or a smaller degree"
        )
    if not refuted:
        return nothing(
            f"no polynomial of degree at most {degree} fits the rows, with or without a minimum"
        )
    best = min(refuted, key=lambda pair: len(pair[1]))
    return nothing("every formula that fits fails on rows held out", best[1], best[0])


def _read(
    table: Table | Iterable[Mapping[str, object]], rank: str
) -> tuple[tuple[str, ...], list[Exponents], int]:
    demand(
        table,
        Iterable | Table,
        DataError,
        "a table",
        "give rows like [{'d': 1, 'k': 2, 'rank': 4}]",
    )
    records = list(table.records() if isinstance(table, Table) else table)
    if not records:
        raise DataError("an empty table was given; give at least nine rows")
    for record in records:
        demand(record, Mapping, DataError, "a mapping for each row", "give rows like {'rank': 4}")
    columns = tuple(str(c) for c in records[0])
    if rank not in columns:
        raise DataError(
            f"the table has no column {rank!r}; it has {', '.join(columns)}; name one with rank=..."
        )
    names = tuple(c for c in columns if c != rank)
    rows, undecided = [], 0
    for record in records:
        if set(map(str, record)) != set(columns):
            raise DataError(
                f"a row has the columns {sorted(map(str, record))}; every row needs"
                f" {', '.join(columns)}"
            )
        value = getattr(record[rank], "value", record[rank])
        if value is None:
            undecided += 1
            continue
        cells = [record[n] for n in names] + [value]
        if not all(isinstance(c, int) and not isinstance(c, bool) for c in cells):
            raise DataError(
                f"the row {cells} has a cell that is not a whole number; drop such columns first"
            )
        rows.append(tuple(int(c) for c in cells))  # type: ignore[call-overload]
    return names, rows, undecided


def _split(rows: Sequence[Exponents]) -> tuple[tuple[Exponents, ...], tuple[Exponents, ...]]:
    """Two thirds and one third, by the hash of the variables (a fixed stride can hold out all of
    one value).
    """
    ranked = sorted(rows, key=lambda row: hashlib.sha256(repr(row[:-1]).encode()).digest())
    held = len(ranked) // 3
    return tuple(sorted(ranked[held:])), tuple(sorted(ranked[:held]))


def _at(formula: sympy.Expr, names: Sequence[str], row: Exponents) -> sympy.Expr:
    return formula.subs(dict(zip(map(sympy.Symbol, names), row[:-1], strict=True)))


def _candidates(
    names: Sequence[str], rows: Sequence[Exponents], degree: int
) -> Iterator[tuple[sympy.Expr, int]]:
    """Formulas that fit every row, simplest first, each with its number of free coefficients."""
    ranks = [row[-1] for row in rows]
    varying = [i for i in range(len(names)) if len({row[i] for row in rows}) > 1]
    symbols = [sympy.Symbol(names[i]) for i in varying]
    columns = [[row[i] for i in varying] for row in rows]
    yield from _polynomials(symbols, columns, ranks, degree)
    for size in (2, 3):
        for chosen in combinations(range(len(varying)), size):
            smallest = [min(values[i] for i in chosen) for values in columns]
            if any(smallest == [values[i] for values in columns] for i in chosen):
                continue
            atom = sympy.Min(*(symbols[i] for i in chosen))
            longer = [[*values, s] for values, s in zip(columns, smallest, strict=True)]
            yield from _polynomials([*symbols, atom], longer, ranks, min(degree, 3))


def _is_undetermined(names: Sequence[str], rows: Sequence[Exponents], degree: int) -> bool:
    """Whether some polynomial of this degree fits, but too few rows are left to tell it from
    others.
    """
    columns = [row[:-1] for row in rows]
    monomials = [
        m for d in range(degree + 1) for m in combinations_with_replacement(range(len(names)), d)
    ]
    matrix = [[math.prod(values[i] for i in m) for m in monomials] for values in columns]
    return solution(matrix, [row[-1] for row in rows])[0] is not None


def _polynomials(
    symbols: Sequence[sympy.Expr],
    columns: Sequence[Sequence[int]],
    ranks: Sequence[int],
    degree: int,
) -> Iterator[tuple[sympy.Expr, int]]:
    """Polynomials that fit: for each degree a sparse one where the rows leave a choice, else the
    only one.
    """
    distinct = max(2, len(set(ranks)))
    for total in range(degree + 1):
        monomials = [
            m
            for d in range(total + 1)
            for m in combinations_with_replacement(range(len(symbols)), d)
        ]
        matrix = [[math.prod(values[i] for i in m) for m in monomials] for values in columns]
        found, pivots = solution(matrix, ranks)
        if found is None:
            continue
        if len(ranks) - pivots >= 2:
            yield _formula(symbols, monomials, found), pivots
            return
        for terms in range(1, _SPARSE_TERMS + 1):
            choices = math.comb(len(monomials), terms)
            # choosing among the supports uses up rows as free coefficients do
            used = terms + math.ceil(math.log(choices) / math.log(distinct))
            if choices > _MOST_SUPPORTS or len(ranks) - used < 2:
                break
            for support in _supports(matrix, ranks, terms):
                sparse, _ = solution([[line[j] for j in support] for line in matrix], ranks)
                if sparse is not None and all(sparse):
                    yield _formula(symbols, [monomials[j] for j in support], sparse), terms
                    return


def _supports(
    matrix: Sequence[Sequence[int]], ranks: Sequence[int], terms: int
) -> Iterator[Sequence[int]]:
    """The sets of columns that fit as far as floats can tell; exact arithmetic decides
    afterwards.
    """
    supports = np.array(list(combinations(range(len(matrix[0])), terms)))
    right = np.array(ranks, dtype=float)
    left = np.array(matrix, dtype=float).T[supports].swapaxes(1, 2)
    basis, _ = np.linalg.qr(left)
    rest = right - np.einsum("srt,st->sr", basis, np.einsum("srt,r->st", basis, right))
    yield from supports[np.linalg.norm(rest, axis=1) < 1e-6 * (1 + np.linalg.norm(right))].tolist()


def _formula(
    symbols: Sequence[sympy.Expr], monomials: Sequence[Monomial], coefficients: Sequence[Fraction]
) -> sympy.Expr:
    terms = [
        sympy.Mul(sympy.Rational(c.numerator, c.denominator), *(symbols[i] for i in m))
        for c, m in zip(coefficients, monomials, strict=True) if c
    ]  # fmt: skip
    expanded = sympy.Add(*terms)
    if not expanded.free_symbols:
        return expanded
    return min((_positive(sympy.factor(expanded)), expanded), key=sympy.count_ops)


def _positive(product: sympy.Expr) -> sympy.Expr:
    """-r (r - 2 d) as r (2 d - r)."""
    coefficient, factors = product.as_coeff_mul()
    sums = [f for f in factors if f.is_Add]
    if coefficient >= 0 or not sums:
        return product
    rest = [f for f in factors if f is not sums[0]]
    return sympy.Mul(-coefficient, *rest, sympy.expand(-sums[0]))


__all__ = ["Conjecture", "conjecture"]
