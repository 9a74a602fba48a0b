r"""Two-layer tanh networks with bias: the rank at every parameter point."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import Neurons, representative, source
from rankstrat.theorems.theorem import Case, Theorem

_SIZES = ((2, 1), (4, 1), (5, 2), (8, 2), (20, 2), (40, 3))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes with and without output bias, each with random points whose entries are -1, 0 or 1."""
    for m, d in _SIZES:
        for output in ("no", "yes"):
            for sample in range(1, 61 if deep else 3):
                yield {"m": m, "d": d, "output bias": output, "sample": sample}


def _neurons(case: Case, seed: int) -> Neurons:
    rng = source(case, seed)
    v = tuple(
        tuple(rng.choice((-1, 0, 0, 1)) for _ in range(case["d"] + 1)) for _ in range(case["m"])
    )
    return Neurons(tuple(rng.choice((-1, 0, 0, 1)) for _ in v), v)


def predicted(case: Case, seed: int) -> int:
    """C + (d+1) C_a + const + d lin."""
    neurons, d = _neurons(case, seed), case["d"]
    live = [(a, v) for a, v in zip(neurons.a, neurons.v, strict=True) if any(v[:d])]
    dead = [(a, v[d]) for a, v in zip(neurons.a, neurons.v, strict=True) if not any(v[:d])]
    classes = len({representative(v) for _, v in live})
    active = len({representative(v) for a, v in live if a})
    constant = case["output bias"] == "yes" or any(a or b for a, b in dead)
    return classes + (d + 1) * active + constant + d * any(a for a, _ in dead)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the random point."""
    neurons, d, output_bias = _neurons(case, seed), case["d"], case["output bias"] == "yes"
    blocks: dict[str, object] = {
        "a": neurons.a,
        "w": [v[:d] for v in neurons.v],
        "b": [v[d] for v in neurons.v],
    }
    if output_bias:
        blocks["c"] = 1
    return model_rank(
        two_layer(case["m"], d, bias=True, output_bias=output_bias).point(**blocks), seed=seed
    )


THEOREM = Theorem(
    name="two_layer_points_bias",
    title="Two-layer tanh rank with bias at every point",
    statement=(
        r"$r(\theta) = C + (d+1) C_a + c + d\,\ell$, where $C$ counts the classes $\pm(w_i, b_i)$"
        r" with $w_i \neq 0$, $C_a$ those with some $a_i \neq 0$, $c = 1$ if there is an output"
        r" bias or some $w_i = 0$ with $b_i \neq 0$ or $a_i \neq 0$, and $\ell = 1$ if some"
        r" $w_i = 0$ with $a_i \neq 0$ (else 0)."
    ),
    source="derived in docs/proofs.md#counting; LSH Corollary 2 is the case without bias",
    keys=("LSH",),
    assumptions=("tanh activation", "hidden biases"),
    formula=Math("C + (d+1)C_a + c + d l", r"C + (d+1)C_a + c + d\,\ell"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
