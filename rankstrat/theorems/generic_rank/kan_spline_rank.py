r"""Spline Kolmogorov-Arnold networks: the rank from below, and what refining the grid does to
it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rankstrat.families.catalogue.kan import kan
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    (1, 1, 3, 0, 1),
    (1, 2, 3, 0, 1),
    (1, 2, 3, 2, 1),
    (1, 2, 3, 6, 1),
    (2, 2, 3, 0, 1),
    (1, 2, 3, 0, 3),
    (1, 1, 3, 1, 1),
    (2, 1, 3, 0, 2),
    (1, 3, 3, 1, 1),
)
_DEEP = (
    (1, 3, 3, 0, 1),
    (1, 2, 3, 1, 3),
    (2, 2, 3, 0, 2),
    (1, 1, 3, 4, 2),
    (2, 3, 3, 0, 1),
    (1, 1, 5, 0, 1),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Neurons, inputs, degree, knots at which Phi is smooth (added by refining the grid), and knots
    where it is not.
    """
    for k, d, degree, added, knots in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"k": k, "d": d, "degree": degree, "added knots": added, "knots": knots}


def predicted(case: Case, seed: int) -> int:
    """k(G + dG - (d-1) - max(0, 2 - e)) - (k-1), e the knots where Phi is not smooth."""
    k, d, basis = case["k"], case["d"], case["degree"] + 1 + case["added knots"] + case["knots"]
    return int(k * (basis * (1 + d) - (d - 1) - max(0, 2 - case["knots"])) - (k - 1))


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at a random point whose splines have no kink at the added knots."""
    rng, smooth = source(case, seed), case["added knots"]
    knots = list(range(-(smooth // 2), smooth - smooth // 2 + case["knots"]))
    model = kan(case["k"], case["d"], case["degree"], knots)
    values = {
        n: np.array([nonzero(rng, 3) for _ in range(int(np.prod(s)))])
        for n, s in model.blocks.items()
    }
    blocks = {name: v.reshape(model.blocks[name]) for name, v in values.items()}
    start = case["degree"] + 1
    blocks["inner"][..., start - 1 :] = abs(
        blocks["inner"][..., start - 1 :]
    )  # increasing at both ends: onto
    for block in blocks.values():
        block[..., start : start + smooth] = 0
    return model_rank(model.point(**blocks), seed=seed)


THEOREM = Theorem(
    name="kan_spline_rank",
    title="Rank of spline Kolmogorov-Arnold networks",
    statement=(
        r"Let $k$ neurons $\Phi_i(\sum_j \varphi_{ij}(x_j))$ have splines with $G$ basis"
        r" functions on their edges, and let $\Phi_i$ not be smooth at $e$ of the knots. The rank"
        r" is at least $k(G + dG - (d-1) - \max(0, 2-e)) - (k-1)$: 13 for one cubic neuron of two"
        r" inputs with one knot, 25 for two. Knots added to the grid raise the rank of the same"
        r" function, each by $d + 1$."
    ),
    source=(
        "derived in docs/proofs.md#attention and computed case by case; that it is no larger is"
        " shown by relations (derived, not computed)"
    ),
    keys=(),
    assumptions=(
        (
            r"odd degree; inputs are all of $\mathbb{R}^d$, inner functions are onto, so that every"
            r" knot is reached"
        ),
        r"not capped by the dimension of all polynomials; generic coefficients otherwise",
        r"upper bound: shifts of $\varphi_{ij}$ with sum 0, affine maps of the argument of"
        r" $\Phi_i$ that vanish at its kinks, and one common constant; the engine does not find"
        r" the second kind",
    ),
    formula=Math("k(G+dG-(d-1)-max(0,2-e)) - (k-1)", r"k(G+dG-(d-1)-\max(0,2-e)) - (k-1)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    relation=">=",
)
