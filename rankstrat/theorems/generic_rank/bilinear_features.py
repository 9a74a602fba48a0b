r"""The nonlinear example of the optimistic estimate, with any number of features of both kinds."""

from __future__ import annotations

from collections.abc import Iterator

import sympy

from rankstrat.families.catalogue.opt_example import opt_example
from rankstrat.model.model import Model
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.targets import optimistic_sample_size, target_set
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import least, nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    (1, 1, "zero", "target"),
    (1, 1, "both", "target"),
    (1, 1, "zero", "point"),
    (1, 1, "one", "point"),
    (2, 5, "zero", "point"),
    (4, 9, "mixed", "point"),
    (0, 20, "mixed", "point"),
    (30, 40, "mixed", "point"),
)
_DEEP = ((7, 30, "one", "point"), (50, 100, "mixed", "point"), (3, 12, "both", "point"))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """p linear features, q products; the products are all zero, half zero, both factors nonzero, or
    mixed.
    """
    for p, q, kind, what in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"p": p, "q": q, "factors": kind, "of": what}


def _factors(case: Case, seed: int) -> list[tuple[int, int]]:
    rng, kinds = source(case, seed), {"zero": 0, "one": 1, "both": 2}
    draw = [kinds.get(case["factors"], j % 3) for j in range(case["q"])]
    return [(nonzero(rng) if kind else 0, nonzero(rng) if kind == 2 else 0) for kind in draw]


def predicted(case: Case, seed: int) -> int:
    """1 + p + the number of products with a factor that is not zero."""
    return int(1 + case["p"] + sum(pair != (0, 0) for pair in _factors(case, seed)))


def computed(case: Case, seed: int) -> Computed | RankCertificate:
    """The rank at the point, or both halves of the optimistic sample size of its function."""
    pairs, p = _factors(case, seed), case["p"]
    if case["of"] == "target":
        model = opt_example()
        point = model.point([3, 2, *pairs[0]])
        return least(optimistic_sample_size(target_set(model, point, seed=seed)))
    x = sympy.symbols(f"x1:{p + len(pairs) + 1}")
    theta = sympy.symbols(f"theta0:{p + 1}")
    u, v = sympy.symbols(f"u1:{len(pairs) + 1}"), sympy.symbols(f"v1:{len(pairs) + 1}")
    terms = [theta[0], *(t * z for t, z in zip(theta[1:], x, strict=False))]
    terms += [a * b * z for a, b, z in zip(u, v, x[p:], strict=True)]
    model = Model(sympy.Add(*terms), [*theta, *u, *v], x)
    values = [2] * (p + 1) + [a for a, _ in pairs] + [b for _, b in pairs]
    return model_rank(model.point(values), seed=seed)


THEOREM = Theorem(
    name="bilinear_features",
    title="Linear features and products of two parameters",
    statement=(
        r"The rank of $\theta_0 + \sum_{i=1}^p \theta_i x_i + \sum_{j=1}^q u_j v_j x_{p+j}$ is"
        r" $1 + p$ plus the number of $j$ with $(u_j, v_j) \neq (0, 0)$. For $p = q = 1$, the"
        r" example $\theta_0 + \theta_1 x_1 + \theta_2 \theta_3 x_2$, a function without $x_2$ has"
        r" $O_{f^*} = 2$ and any other one 3, as in the linear model."
    ),
    source="OPT (the example with p = q = 1); derived in docs/proofs.md#diagonal for all p, q",
    keys=("OPT",),
    assumptions=("any point; random nonzero factors in the cases",),
    formula=Math("1 + p + #{j : (u_j,v_j) != 0}", r"1 + p + \#\{j : (u_j, v_j) \neq 0\}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="model rank, or optimistic sample size",
)
