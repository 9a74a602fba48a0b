r"""Two-layer networks with softplus, swish or GELU: z/2 plus an even function, and the rank in
exact coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rankstrat.algebra.linear import rank as rational_rank
from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import Neurons, negative, representative, source
from rankstrat.theorems.theorem import Case, Theorem

_VALUE_AT_ZERO = {"silu": 0, "softplus": 1, "gelu": 0}  # whether sigma(0) is nonzero
_SIZES = ((2, 1), (3, 1), (4, 2), (6, 2), (14, 2))
_PAIRS = (("silu", 2, 1), ("silu", 2, 2), ("softplus", 2, 2), ("gelu", 3, 2), ("silu", 10, 5))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Random points with entries -1, 0 and 1; then antipodal pairs v, -v of different directions
    alone.
    """
    for activation in _VALUE_AT_ZERO:
        for m, d in _SIZES:
            for sample in range(1, 21 if deep else 2):
                yield {"activation": activation, "m": m, "d": d, "pairs": 0, "sample": sample}
    for activation, d, pairs in _PAIRS:
        yield {"activation": activation, "m": 2 * pairs, "d": d, "pairs": pairs, "sample": 1}


def _neurons(case: Case, seed: int) -> Neurons:
    rng, m, d = source(case, seed), case["m"], case["d"]
    if not case["pairs"]:
        v = [tuple(rng.choice((-1, 0, 0, 1)) for _ in range(d)) for _ in range(m)]
        return Neurons(tuple(rng.choice((-1, 0, 0, 1)) for _ in v), tuple(v))
    half = [
        (1, *(rng.randint(-9, 9) for _ in range(d - 2)), 3 * i)[:d]
        for i in range(1, case["pairs"] + 1)
    ]
    return Neurons(tuple(range(1, m + 1)), tuple(w for v in half for w in (v, negative(v))))


def predicted(case: Case, seed: int) -> int:
    """The rank of the tangent functions in the basis N(v.x), N'(v.x) x_t, 1, x_t, v one vector of
    each class.
    """
    neurons, d = _neurons(case, seed), case["d"]
    classes = list(dict.fromkeys(representative(v) for v in neurons.v if any(v)))
    size, one = len(classes), len(classes) * (d + 1)
    rows = []
    for a, v in zip(neurons.a, neurons.v, strict=True):
        first = [Fraction(0)] * (one + 1 + d)
        first[one + 1 :] = [Fraction(c, 2) for c in v]
        if any(v):
            first[classes.index(representative(v))] = Fraction(1)
        else:
            first[one] = Fraction(_VALUE_AT_ZERO[case["activation"]])
        rows.append(first)
        for t in range(d):
            row = [Fraction(0)] * (one + 1 + d)
            row[one + 1 + t] = Fraction(a, 2)
            if any(v):  # N' is odd: its sign is that of v
                place = classes.index(representative(v))
                row[size + place * d + t] = Fraction(a if v == representative(v) else -a)
            rows.append(row)
    return rational_rank(rows)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the random point."""
    neurons = _neurons(case, seed)
    return model_rank(
        two_layer(case["m"], case["d"], case["activation"]).point(a=neurons.a, w=neurons.v),
        seed=seed,
    )


THEOREM = Theorem(
    name="two_layer_points_linear",
    title="Two-layer rank for softplus, swish and GELU",
    statement=(
        r"Let $\sigma(z) = z/2 + N(z)$ with $N$ even and not a polynomial. The rank of"
        r" $\sum_i a_i \sigma(w_i \cdot x)$ at any point is that of the vectors"
        r" $\sigma(w_i \cdot x)$, $a_i \sigma'(w_i \cdot x) x_t$ in the basis"
        r" $\{N(v \cdot x), N'(v \cdot x) x_t, 1, x_t\}$, $v$ one member of each class $\{w, -w\}$"
        r" of nonzero weights. One antipodal pair in two dimensions has the rank 5, two of them 8."
    ),
    source="derived in docs/proofs.md#counting (extends LSH Corollary 2)",
    keys=("LSH",),
    assumptions=("no biases", "the activation is softplus, swish (silu) or GELU"),
    formula=Math("rank in the basis N, N', 1, x", r"\operatorname{rank}\{N, N', 1, x\}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
