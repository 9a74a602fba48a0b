r"""Deep tanh networks: the generic rank is the number of parameters."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.fully_connected import fully_connected
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    (2, 1, 1, 1),
    (3, 1, 1, 1, 1),
    (2, 2, 2, 1),
    (2, 3, 2, 1),
    (1, 2, 2, 1),
    (3, 2, 3, 2, 1),
    (2, 10, 10, 1),
)
_DEEP = (
    (2, 3, 3, 1),
    (4, 3, 2, 2),
    (1, 1, 1, 1, 1, 1),
    (3, 4, 4, 4, 2),
    (5, 20, 20, 1),
    (2, 5, 5, 5, 5, 1),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Widths, without any bias and with all biases."""
    for widths in (*_DEFAULT, *_DEEP) if deep else _DEFAULT:
        for bias in ("none", "all"):
            yield {"widths": " ".join(map(str, widths)), "biases": bias}


def predicted(case: Case, seed: int) -> int:
    """The number of parameters M."""
    widths = [int(width) for width in case["widths"].split()]
    weights = sum(m * n for m, n in zip(widths[1:], widths[:-1], strict=True))
    return weights + (sum(widths[1:]) if case["biases"] == "all" else 0)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the generic point."""
    biases = case["biases"] == "all"
    model = fully_connected(
        [int(width) for width in case["widths"].split()], "tanh", biases, biases
    )
    return model_rank(model.generic(), seed=seed)


THEOREM = Theorem(
    name="deep_tanh_rank",
    title="Deep tanh networks, generic rank",
    statement=(
        r"The generic rank of these fully connected tanh networks is the number $M$ of their"
        r" parameters."
    ),
    source="computed case by case; no general proof is claimed (docs/proofs.md#deep-networks)",
    keys=(),
    assumptions=("the architectures listed, without any bias or with all biases",),
    formula=Math("M"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
