r"""Two-layer networks without bias: the rank at every parameter point, for activations of every
parity.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import Neurons, negative, representative, source
from rankstrat.theorems.theorem import Case, Theorem

_KINDS = {
    "tanh": "odd",
    "arctan": "odd",
    "z2tanh": "odd, flat",
    "ztanh": "even",
    "cosh": "even",
    "exp": "generic",
    "tanh(z + 1/2)": "generic",
    "sigmoid": "sigmoid",
}
_SIZES = ((2, 1), (3, 1), (4, 2), (6, 2), (14, 2), (30, 3))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Activations and sizes, each with random points whose entries are -1, 0 or 1."""
    for activation in _KINDS:
        for m, d in _SIZES:
            for sample in range(1, 31 if deep else 2):
                yield {"activation": activation, "m": m, "d": d, "sample": sample}


def _neurons(case: Case, seed: int) -> Neurons:
    rng = source(case, seed)
    entries = (-1, 0, 0, 1) if case["m"] < 14 else (-2, -1, 0, 0, 1, 2)
    v = tuple(tuple(rng.choice(entries) for _ in range(case["d"])) for _ in range(case["m"]))
    return Neurons(tuple(rng.choice((-1, 0, 0, 1)) for _ in v), v)


def predicted(case: Case, seed: int) -> int:
    """The formula of the activation's parity."""
    neurons, d, kind = _neurons(case, seed), case["d"], _KINDS[case["activation"]]
    nonzero = {v for v in neurons.v if any(v)}
    active = {v for a, v in zip(neurons.a, neurons.v, strict=True) if a and any(v)}
    zero = any(not any(v) for v in neurons.v)
    zero_active = any(a and not any(v) for a, v in zip(neurons.a, neurons.v, strict=True))
    classes, active_classes = (len({representative(v) for v in some}) for some in (nonzero, active))
    match kind:
        case "odd":
            return classes + d * (active_classes + zero_active)
        case "odd, flat":
            return classes + d * active_classes
        case "even":
            constant = case["activation"] == "cosh"
            return classes + (zero and constant) + d * active_classes
        case "generic":
            return len(nonzero) + zero + d * (len(active) + zero_active)
    antipodal = any(negative(v) in nonzero for v in nonzero)
    return classes + (zero or antipodal) + d * (active_classes + zero_active)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the random point."""
    neurons = _neurons(case, seed)
    model = two_layer(case["m"], case["d"], case["activation"])
    return model_rank(model.point(a=neurons.a, w=neurons.v), seed=seed)


THEOREM = Theorem(
    name="two_layer_points",
    title="Two-layer rank at every point",
    statement=(
        r"Let $C$ count the classes $\{v, -v\}$ of nonzero weights, $C_a$ those with some"
        r" $a_i \neq 0$, $S$ and $S_a$ distinct nonzero weights likewise, $Z, Z_a \in \{0, 1\}$"
        r" whether $w_i = 0$ occurs (with $a_i \neq 0$), and $A$ whether some $v$ and $-v$ both"
        r" occur. The rank is $C + d(C_a + Z_a)$ for odd $\sigma$ with $\sigma'(0) \neq 0$,"
        r" $C + d C_a$ for odd $\sigma$ with $\sigma'(0) = 0$, $C + Z[\sigma(0) \neq 0] + d C_a$"
        r" for even $\sigma$, $S + Z[\sigma(0) \neq 0] + d(S_a + Z_a[\sigma'(0) \neq 0])$ if odd"
        r" and even part are not polynomials, and $C + \max(Z, A) + d(C_a + Z_a)$ for the sigmoid."
    ),
    source=(
        "LSH Corollary 2, LLR Corollary 7 (tanh); derived in docs/proofs.md#counting for the others"
    ),
    keys=("LSH", "LLR"),
    assumptions=("no biases", r"$\sigma$ is analytic and not a polynomial"),
    formula=Math("formula of the parity", r"r(C, C_a, Z, Z_a, \ldots)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
