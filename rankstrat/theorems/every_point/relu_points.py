r"""Two-layer ReLU networks: the rank at every point, from the rays of the neurons and their
antipodal pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import Integers, Neurons, negative, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    (2, 1, "no"),
    (3, 2, "no"),
    (3, 1, "yes"),
    (4, 2, "yes"),
    (6, 2, "no"),
    (6, 2, "yes"),
    (9, 3, "no"),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes; several draws of each."""
    for m, d, bias in _DEFAULT:
        for draw in (1, 2):
            yield {"m": m, "d": d, "bias": bias, "draw": draw}
    if deep:
        for m in range(2, 9):
            for d in (1, 2, 3):
                for draw in range(3, 7):
                    yield {"m": m, "d": d, "bias": "yes" if draw % 2 else "no", "draw": draw}


def _neurons(case: Case, seed: int) -> Neurons:
    """Small entries, so that rays coincide and are antipodal; a neuron with w = 0 has a bias other
    than 0.
    """
    rng = source(case, seed)
    bias = case["bias"] == "yes"
    v: list[Integers] = []
    while len(v) < case["m"]:
        w = tuple(rng.choice((-1, 0, 1)) for _ in range(case["d"] + bias))
        if any(w):
            scale = rng.choice((1, 1, 2))
            v.append(tuple(scale * c for c in w))
    return Neurons(tuple(rng.choice((-1, 0, 1, 2)) for _ in v), tuple(v))


def predicted(case: Case, seed: int) -> int:
    """The sum of dim U over rays, each pair of antipodal ones reduced to its common globally linear
    functions.
    """
    neurons, d = _neurons(case, seed), case["d"]
    size = d + (case["bias"] == "yes")
    unit = sympy.eye(size)
    active: dict[Integers, bool] = {}
    whole: list[Any] = []
    for a, v in zip(neurons.a, neurons.v, strict=True):
        if not any(v[:d]):
            if v[d] > 0:
                whole += list(unit.tolist()) if a else [unit.row(d).tolist()[0]]
            continue
        scale = max(abs(c) for c in v)
        ray = tuple(sympy.Rational(c, scale) for c in v)
        active[ray] = active.get(ray, False) or a != 0
    total = sum(size if on else 1 for on in active.values())
    for ray, on in active.items():
        opposite = negative(ray)
        if opposite in active and ray < opposite:
            both = on and active[opposite]
            total -= size if both else 1
            whole += unit.tolist() if both else [list(ray)]
    return int(total + (sympy.Matrix(whole).rank() if whole else 0))


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank on all regions at the random point."""
    neurons, d, bias = _neurons(case, seed), case["d"], case["bias"] == "yes"
    blocks: dict[str, Any] = {"a": neurons.a, "w": [v[:d] for v in neurons.v]}
    if bias:
        blocks["b"] = [v[d] for v in neurons.v]
    return model_rank(two_layer(case["m"], d, "relu", bias=bias).point(**blocks), seed=seed)


THEOREM = Theorem(
    name="relu_points",
    title="Two-layer ReLU rank at every point",
    statement=(
        r"Let $D = d$ (with bias $D = d+1$, $\tilde w = (w, b)$). For each ray"
        r" $\rho = \mathbb{R}_{>0} \tilde w$ of neurons with $w \neq 0$ let"
        r" $U_\rho = \mathbb{R}^D$ if one of them has $a \neq 0$, else"
        r" $U_\rho = \operatorname{span}(\tilde w)$; for antipodal rays both present"
        r" $\Lambda_\rho = U_\rho \cap U_{-\rho}$; and let the neurons with $w = 0 < b$ span $G$"
        r" ($\mathbb{R}^D$ if $a \neq 0$, else the constants). Then $r_\theta = \sum_\rho \dim"
        r" U_\rho - \sum_{\pm\rho} \dim \Lambda_\rho + \dim(\sum_{\pm\rho} \Lambda_\rho + G)$."
    ),
    source="derived in docs/proofs.md#rays",
    keys=("LLR",),
    assumptions=(
        r"no neuron with $\tilde w = 0$ (the derivative does not exist there)",
        r"functions on all of $\mathbb{R}^d$, almost everywhere (all regions)",
    ),
    formula=Math(
        "formula of the rays",
        r"\sum \dim U_\rho - \sum \dim \Lambda_\rho + \dim(\sum \Lambda_\rho + G)",
    ),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
