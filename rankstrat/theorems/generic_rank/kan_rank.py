r"""Polynomial Kolmogorov-Arnold networks: generic rank."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.kan import kan
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = ((1, 1, 2), (1, 1, 3), (1, 2, 2), (1, 2, 3), (2, 2, 3), (1, 3, 3), (2, 3, 3), (1, 6, 4))
_DEEP = ((1, 4, 3), (1, 3, 4), (2, 2, 4), (3, 3, 3), (2, 4, 3), (1, 8, 3))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Neurons, inputs and the degree of the polynomials."""
    for k, d, degree in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"k": k, "d": d, "degree": degree}


def predicted(case: Case, seed: int) -> int:
    """k(G + dG - (d-1) - 2) - (k-1) with G = degree + 1."""
    k, d, basis = case["k"], case["d"], case["degree"] + 1
    return int(k * (basis + d * basis - (d - 1) - 2) - (k - 1))


def computed(case: Case, seed: int) -> RankCertificate:
    """The generic rank."""
    return model_rank(kan(case["k"], case["d"], case["degree"]).generic(), seed=seed)


THEOREM = Theorem(
    name="kan_rank",
    title="Generic rank of polynomial KANs",
    statement=(
        r"A KAN $\sum_{i=1}^k \Phi_i(\sum_{j=1}^d \varphi_{ij}(x_j))$ with polynomials of degree"
        r" $\leq r$ on its edges, $G = r+1$ coefficients each, has the generic rank"
        r" $k(G + dG - (d-1) - 2) - (k-1)$: each neuron loses $d-1$ to shifts between the"
        r" $\varphi_{ij}$ and $2$ to affine reparametrisations of $\Phi_i$, and all share the"
        r" constant."
    ),
    source=(
        "derived in docs/proofs.md#attention and computed case by case; no general proof is claimed"
    ),
    keys=(),
    assumptions=(
        r"no interior knots (with knots the loss to reparametrisations is smaller), $r \geq 2$",
        (
            "so few neurons that the degree does not cap the rank (it is 10, not 11, for d = 1, r ="
            " 3, k = 2)"
        ),
    ),
    formula=Math("k(G + dG - (d-1) - 2) - (k-1)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
