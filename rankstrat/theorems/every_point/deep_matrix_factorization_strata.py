r"""Deep matrix factorization: the rank at every point from the ranks of the partial products."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rankstrat.algebra.linear import rank
from rankstrat.families.catalogue.deep_matrix_factorization import deep_matrix_factorization
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import Matrix, matrix_of_rank, multiply, source
from rankstrat.theorems.theorem import Case, Theorem

_SHAPES = (
    (2, 2, 2),
    (3, 3, 3, 3),
    (2, 4, 3, 2),
    (4, 3, 5, 4),
    (3, 3, 3, 3, 3),
    (6, 5, 6, 7),
    (9, 8, 9, 7),
    (4, 4, 4, 4, 4, 4),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Widths, each with random factors of random ranks."""
    for widths in _SHAPES:
        for sample in range(1, 31 if deep else 3):
            yield {"widths": " ".join(map(str, widths)), "sample": sample}


def _factors(case: Case, seed: int) -> list[Matrix]:
    rng = source(case, seed)
    widths = [int(width) for width in case["widths"].split()]
    shapes = list(zip(widths[1:], widths[:-1], strict=True))
    return [matrix_of_rank(rng, n, m, rng.randint(min(n, m) // 3, min(n, m))) for n, m in shapes]


def _partial_ranks(factors: Sequence[Matrix]) -> list[int]:
    """The ranks of W_1, W_2 W_1, W_3 W_2 W_1, ..."""
    product, ranks = factors[0], [rank(factors[0])]
    for factor in factors[1:]:
        product = multiply(factor, product)
        ranks.append(rank(product))
    return ranks


def _transposed(matrix: Matrix) -> Matrix:
    return [list(column) for column in zip(*matrix, strict=True)]


def predicted(case: Case, seed: int) -> int:
    """sum_l (c_l - c_{l-1}) r_l."""
    factors = _factors(case, seed)
    left = _partial_ranks(
        [_transposed(factor) for factor in reversed(factors)]
    )  # ranks of W_L, W_L W_{L-1}, ...
    c = [0, *reversed(left[:-1]), len(factors[-1])]
    r = [len(factors[0][0]), *_partial_ranks(factors)[:-1]]
    return sum(
        (after - before) * rank for before, after, rank in zip(c[:-1], c[1:], r, strict=True)
    )


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the random factors."""
    factors = _factors(case, seed)
    model = deep_matrix_factorization([len(factors[0][0]), *(len(factor) for factor in factors)])
    return model_rank(
        model.point(**{f"W{layer}": factor for layer, factor in enumerate(factors, start=1)}),
        seed=seed,
    )


THEOREM = Theorem(
    name="deep_matrix_factorization_strata",
    title="Deep matrix factorization, rank at every point",
    statement=(
        r"$W_L \cdots W_1$ has model rank $\sum_{l=1}^L (c_l - c_{l-1})\,r_l$ with"
        r" $c_l = \operatorname{rank}(W_L \cdots W_{l+1})$, $c_L = d_L$, $c_0 = 0$,"
        r" $r_l = \operatorname{rank}(W_{l-1} \cdots W_1)$, $r_1 = d_0$."
    ),
    source="derived in docs/proofs.md#products; LSH Proposition 1 is the case L = 2",
    keys=("LSH",),
    assumptions=("none",),
    formula=Math("sum_l (c_l - c_{l-1}) r_l", r"\sum_l (c_l - c_{l-1}) r_l"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
