r"""Neurons of different classes are independent, even modulo all polynomials of a degree."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from math import comb, prod

import sympy

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.model.model import Model
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import distinct_classes, nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    ("tanh", 1, 2, 3),
    ("tanh", 2, 3, 2),
    ("exp", 2, 2, 4),
    ("ztanh", 2, 3, 3),
    ("sigmoid", 3, 2, 2),
    ("silu", 2, 3, 3),
    ("arctan", 1, 3, 5),
    ("tanh", 3, 6, 4),
    ("cosh", 2, 8, 5),
)
_DEEP = (
    ("tanh", 4, 8, 4),
    ("exp", 3, 9, 5),
    ("z2tanh", 2, 6, 6),
    ("softplus", 2, 4, 3),
    ("gaussian", 2, 3, 4),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Activation, inputs d, neurons k and the degree N of the polynomials."""
    for activation, d, k, degree in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"activation": activation, "d": d, "k": k, "N": degree}


def predicted(case: Case, seed: int) -> int:
    """k(d+1) + the number of monomials of degree at most N."""
    d = case["d"]
    return int(case["k"] * (d + 1) + comb(d + case["N"], d))


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank of a network plus a polynomial with free coefficients."""
    rng, k, d = source(case, seed), case["k"], case["d"]
    net = two_layer(k, d, case["activation"])
    exponents = [
        e for e in itertools.product(range(case["N"] + 1), repeat=d) if sum(e) <= case["N"]
    ]
    c = sympy.symbols(f"c1:{len(exponents) + 1}")
    monomials = [prod(x**p for x, p in zip(net.inputs, e, strict=True)) for e in exponents]
    total = net.outputs[0] + sympy.Add(
        *(s * monomial for s, monomial in zip(c, monomials, strict=True))
    )
    model = Model(total, [*net.parameters, *c], net.inputs)
    weights = [v for w in distinct_classes(rng, k, d) for v in w]
    return model_rank(
        model.point([*(nonzero(rng) for _ in range(k)), *weights, *(0 for _ in c)]), seed=seed
    )


THEOREM = Theorem(
    name="polynomial_independence",
    title="Independence of neurons modulo polynomials",
    statement=(
        r"For $w_1, \dots, w_k \in \mathbb{R}^d \setminus \{0\}$ with $w_i \neq \pm w_j$ the"
        r" $k(d+1)$ functions $\sigma(w_i \cdot x)$, $\sigma'(w_i \cdot x) x_t$ and all"
        r" $\binom{d+N}{d}$ monomials of degree at most $N$ are linearly independent."
    ),
    source=(
        "LSH Proposition 2, LLR Proposition 3 (JMLR); modulo polynomials: derived in"
        " docs/proofs.md#independence by the same proof"
    ),
    keys=("LSH", "LLR"),
    assumptions=(
        r"$\sigma$ is analytic and $\sigma^{(n)}(0) \neq 0$ for infinitely many $n$",
        "no bias: with one the lemma fails for exp",
    ),
    formula=Math("k(d+1) + C(d+N,d)", r"k(d+1) + \binom{d+N}{d}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
