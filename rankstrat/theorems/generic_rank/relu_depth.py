r"""Deeper ReLU networks: layers that keep nonnegative features leave the rank of a shallow function
as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rankstrat.families.catalogue.fully_connected import fully_connected
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import distinct_classes, multiply, nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = ((1, 1, 1), (2, 2, 1), (2, 1, 2), (1, 3, 1), (2, 3, 1), (3, 2, 3), (2, 4, 2))
_DEEP = ((3, 4, 1), (2, 3, 4), (4, 3, 2), (1, 6, 1))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Inputs d, hidden neurons k and inserted layers."""
    for d, k, layers in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"d": d, "k": k, "layers": layers}


def predicted(case: Case, seed: int) -> int:
    """k(d+1) + 1, the rank of the shallow network."""
    return int(case["k"] * (case["d"] + 1) + 1)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank of the deep network at the lifted point."""
    rng, d, k = source(case, seed), case["d"], case["k"]
    # rays (w, 1) with different w are different, and none is antipodal to another
    blocks: dict[str, Any] = {"W1": [list(w) for w in distinct_classes(rng, k, d)], "b1": [1] * k}
    out, bias = [[nonzero(rng) for _ in range(k)]], [nonzero(rng)]
    for layer in range(2, case["layers"] + 2):
        # nonnegative with an integer inverse, which the outgoing weights apply
        first = [[1 if i == j else rng.randint(0, 2) * (j > i) for j in range(k)] for i in range(k)]
        shift = [rng.randint(1, 5) for _ in range(k)]
        out = multiply(out, _inverse(first))
        bias = [
            b - sum(w * s for w, s in zip(row, shift, strict=True))
            for b, row in zip(bias, out, strict=True)
        ]
        blocks |= {f"W{layer}": first, f"b{layer}": shift}
    last = case["layers"] + 2
    model = fully_connected([d, *[k] * (last - 1), 1], "relu")
    return model_rank(model.point(**blocks, **{f"W{last}": out, f"b{last}": bias}), seed=seed)


def _inverse(upper: list[list[int]]) -> list[list[int]]:
    """The inverse of an upper triangular integer matrix with ones on the diagonal."""
    size = len(upper)
    result = [[int(i == j) for j in range(size)] for i in range(size)]
    for i in reversed(range(size)):
        for j in range(i + 1, size):
            result[i] = [u - upper[i][j] * v for u, v in zip(result[i], result[j], strict=True)]
    return result


THEOREM = Theorem(
    name="relu_depth",
    title="Depth and the rank of ReLU networks",
    statement=(
        r"Insert layers after the hidden layer of a ReLU network with biases whose weights are"
        r" $\geq 0$ and invertible and whose biases are positive, and undo them in the outgoing"
        r" weights. Outputs are the same on all of $\mathbb{R}^d$, and the rank at the lifted"
        r" point is that of the shallow network, $k(d+1) + 1$ for $k$ generic neurons: $O_{f^*}$"
        r" does not grow with depth. It needs a linear piece, which tanh does not have."
    ),
    source=(
        "derived in docs/proofs.md#lifting; compare EPD, which preserves outputs on the training"
        " inputs only"
    ),
    keys=("EPD",),
    assumptions=(
        "ReLU, biases in all layers",
        "no two of the k rays are equal or antipodal; scalar output",
    ),
    formula=Math("k(d+1) + 1"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
