r"""Matrix factorization: the 4 x 4 table 0, 7, 12, 15, 16 at the target matrices of the
experiments.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import sympy

from rankstrat.families.catalogue.matrix_factorization import matrix_factorization
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems.theorem import Case, Theorem

_TABLE = (0, 7, 12, 15, 16)
_TARGETS = {
    "0": (0, "0 0 0 0; 0 0 0 0; 0 0 0 0; 0 0 0 0"),
    "M1": (1, "1 .3 .7 -.4; 2 .6 1.4 -.8; 4 1.2 2.8 -1.6; 7 2.1 4.9 -2.8"),
    "M2": (1, "4 .6 1.8 .8; 6 .9 2.7 1.2; 8 1.2 3.6 1.6; 18 2.7 8.1 3.6"),
    "M3": (2, "-1.8 2.4 7.7 -5.3; .4 1.8 5.4 -3.6; 3.2 1.8 4.8 -3; 6.6 2.4 5.9 -3.5"),
    "M4": (2, "7.6 3.3 19.8 -7.3; 7.6 2.1 10.7 -2.4; 8.8 1.8 7.6 -.2; 19.2 3.6 14.1 .9"),
    "M6": (3, "8.5 9.3 22.5 -6.1; 8.2 6.1 12.5 -1.6; 11.5 19.8 15.7 3.4; 20.4 11.6 17.7 2.5"),
    "M7": (4, "3.6 -1.2 8.1 -3.5; 8.1 -3.5 3.6 -1.2; 9.1 -1.7 11.4 -.6; 11.4 -.6 9.1 -1.7"),
    "M8": (4, "12.1 17.3 24.1 -4.9; 16.3 24.1 16.1 1.1; 14.2 25.8 16.9 4.3; 22.2 15.6 18.5 3.1"),
}


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """The target matrices (M5 of the paper is a misprint of M3)."""
    for name, (rank, _) in _TARGETS.items():
        yield {"target": name, "rank": rank}


def predicted(case: Case, seed: int) -> int:
    """The table, by the announced rank of the target."""
    return _TABLE[case["rank"]]


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at A = independent columns of the target, B = its reduced row echelon form, both
    padded by zeros.
    """
    rows = [
        [Fraction(entry) for entry in row.split()] for row in _TARGETS[case["target"]][1].split(";")
    ]
    target = sympy.Matrix(
        [[sympy.Rational(c.numerator, c.denominator) for c in row] for row in rows]
    )
    echelon, pivots = target.rref()
    left = sympy.zeros(4, 4)
    for k, pivot in enumerate(pivots):
        left[:, k] = target[:, pivot]
    return model_rank(matrix_factorization(4, 4, 4).point(A=left, B=echelon), seed=seed)


THEOREM = Theorem(
    name="matrix_factorization_table",
    title="Matrix factorization, the 4 x 4 table",
    statement=(
        r"For $4 \times 4$ factors a target of rank $0, 1, 2, 3, 4$ has optimistic sample size"
        r" $0, 7, 12, 15, 16$; here at a balanced factorization of each target matrix of the"
        r" experiments."
    ),
    source="LSH Proposition 1, with the target matrices of its appendix",
    keys=("LSH",),
    assumptions=("the matrix printed as M5 repeats M3 and is left out",),
    formula=Math("table", r"\{0, 7, 12, 15, 16\}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
