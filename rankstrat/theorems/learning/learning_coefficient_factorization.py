r"""Matrix factorization: the learning coefficient at every point depends on three ranks only."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rankstrat.families.catalogue.matrix_factorization import matrix_factorization
from rankstrat.text.tables import Math
from rankstrat.theorems._learning import coefficient, factors_of_ranks
from rankstrat.theorems._sampling import source
from rankstrat.theorems.theorem import Case, Computed, Theorem

# rows, inner, columns, rank A, rank B, rank AB
_DEFAULT = (
    (2, 2, 2, 0, 0, 0),
    (2, 2, 2, 1, 1, 0),
    (2, 2, 2, 1, 1, 1),
    (2, 2, 2, 2, 2, 2),
    (1, 1, 1, 0, 0, 0),
    (3, 1, 3, 0, 0, 0),
    (1, 5, 2, 1, 0, 0),
    (4, 4, 4, 2, 3, 1),
    (5, 4, 6, 2, 3, 2),
    (8, 8, 8, 3, 4, 2),
    (9, 3, 12, 1, 2, 1),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes and ranks."""
    sizes = list(_DEFAULT)
    if deep:
        for n, p, q in ((2, 2, 2), (3, 3, 3), (2, 3, 4), (4, 2, 3), (3, 5, 3)):
            sizes += [(n, p, q, a, b, r) for a, b, r in triples(n, p, q)]
    for n, p, q, a, b, r in dict.fromkeys(sizes):
        yield {"d1": n, "p": p, "d2": q, "rank A": a, "rank B": b, "rank AB": r}


def triples(n: int, p: int, q: int) -> Iterator[tuple[int, int, int]]:
    """The ranks (A, B, AB) that occur."""
    for a in range(min(n, p) + 1):
        for b in range(min(p, q) + 1):
            for r in range(max(0, a + b - p), min(a, b) + 1):
                yield a, b, r


def reduced_rank_regression(rows: int, columns: int, inner: int) -> Fraction:
    """The learning coefficient at zero factors, in the four cases of the source (true rank 0)."""
    m, n, h = rows, columns, inner
    if n > m + h:
        return Fraction(h * m, 2)
    if m > n + h:
        return Fraction(h * n, 2)
    if h > m + n:
        return Fraction(m * n, 2)
    even = (-(h**2) - m**2 - n**2) + 2 * (h * m + h * n + m * n)
    return Fraction(even + (m + n + h) % 2, 8)


def predicted(case: Case, seed: int) -> int:
    """The model rank and twice the coefficient of what is left."""
    n, q = case["d1"] - case["rank A"], case["d2"] - case["rank B"]
    inner = case["p"] - case["rank A"] - case["rank B"] + case["rank AB"]
    return int(case["d1"] * case["d2"] - n * q + 2 * reduced_rank_regression(n, q, inner))


def computed(case: Case, seed: int) -> Computed:
    """Twice the coefficient at random factors with these ranks."""
    model = matrix_factorization(case["d1"], case["p"], case["d2"])
    ranks = (case["rank A"], case["rank B"], case["rank AB"])
    left, right = factors_of_ranks(source(case, seed), case["d1"], case["p"], case["d2"], ranks)
    return coefficient(model.point(A=left, B=right), 2, seed=seed)


THEOREM = Theorem(
    name="learning_coefficient_factorization",
    title="Matrix factorization, learning coefficient at every point",
    statement=(
        r"At $(A, B)$ of ranks $a$, $b$ with $\operatorname{rank} AB = r$ the learning coefficient"
        r" of $\|AB - C\|^2$ is half the model rank plus $\lambda_0(d_1 - a, d_2 - b, p - a - b"
        r" + r)$, where $\lambda_0$ is that of reduced rank regression at zero."
    ),
    source=(
        "AoyagiWatanabe2005 ($\\lambda_0$); the reduction at every point is proved in"
        " docs/singular.md#products-of-matrices"
    ),
    keys=("AoyagiWatanabe2005",),
    assumptions=("none",),
    formula=Math(
        "d1 d2 - (d1-a)(d2-b) + 2 lambda0(d1-a, d2-b, p-a-b+r)",
        r"d_1 d_2 - (d_1-a)(d_2-b) + 2\lambda_0(d_1-a, d_2-b, p-a-b+r)",
    ),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="twice the learning coefficient",
)
