r"""Attention: equal heads and equal columns are invariant manifolds."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.attention import attention
from rankstrat.rank.verdict import Verdict
from rankstrat.symmetry import invariant_manifolds
from rankstrat.text.tables import Math
from rankstrat.theorems.theorem import Case, Computed, Theorem

_BLOCKS = {"heads": "QKVO", "query-key columns": "QK", "value-output columns": "VO"}
_DEFAULT = (
    (2, 2, 1, 2, "heads"),
    (2, 2, 1, 3, "heads"),
    (2, 2, 2, 2, "heads"),
    (2, 2, 2, 1, "query-key columns"),
    (2, 2, 2, 1, "value-output columns"),
    (2, 3, 3, 1, "query-key columns"),
    (2, 3, 2, 1, "value-output columns"),
    (3, 2, 1, 2, "heads"),
)
_DEEP = ((2, 4, 2, 2, "heads"), (2, 4, 3, 1, "value-output columns"), (2, 3, 1, 4, "heads"))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Tokens, dimensions of the model and of a head, heads, and what is exchanged."""
    for tokens, model, head, heads, kind in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"tokens": tokens, "D": model, "d": head, "heads": heads, "equal": kind}


def predicted(case: Case, seed: int) -> int:
    """4Ddh less 4Dd for equal heads, less 2D for equal columns."""
    size = 4 * case["D"] * case["d"]
    return int(size * case["heads"] - (size if case["equal"] == "heads" else 2 * case["D"]))


def computed(case: Case, seed: int) -> Computed:
    """The dimension of the verified fixed set of the exchange."""
    model = attention(case["tokens"], case["D"], case["d"], case["heads"], scale=1)
    wanted = _moved(case)
    for manifold in invariant_manifolds(model, pairs=False):
        if (
            manifold.symmetry.kind == "permutation"
            and {str(p) for p in manifold.symmetry.values} == wanted
        ):
            verdict = Verdict.PROVED if manifold.verdict is Verdict.PROVED else Verdict.OPEN
            return Computed(
                manifold.dimension, manifold.dimension, verdict, model.size, str(manifold)
            )
    return Computed(
        0, model.size, Verdict.OPEN, model.size, "the exchange was not among the symmetries found"
    )


def _moved(case: Case) -> set[str]:
    """The parameters of the first two heads, or of the first two columns of the first head."""
    sizes, found = {"D": range(1, case["D"] + 1), "d": range(1, case["d"] + 1)}, set[str]()
    for block in _BLOCKS[case["equal"]]:
        for i in sizes["D"]:
            for j in sizes["d"]:
                for head in (1, 2) if case["equal"] == "heads" else (1,):
                    if case["equal"] == "heads" or j <= 2:
                        found.add(
                            f"{block}{head}_{i}_{j}" if block != "O" else f"{block}{head}_{j}_{i}"
                        )
    return found


THEOREM = Theorem(
    name="attention_manifolds",
    title="Equal heads and columns are invariant",
    statement=(
        r"In softmax attention with $h$ heads of dimension $d$ in model dimension $D$ the set"
        r" where two heads are equal is left by no gradient flow and has the dimension $4Dd(h-1)$;"
        r" so is the set where two columns of $Q$ and of $K$ in a head are equal, and that where"
        r" two columns of $V$ and rows of $O$ are, of dimension $4Ddh - 2D$."
    ),
    source="SIM Theorem 4.1 and the slides; counted here",
    keys=("SIM",),
    assumptions=(
        "one layer without normalisation, mask or MLP",
        "any loss and data, from the first parameters on",
    ),
    formula=Math("4Dd(h-1), 4Ddh - 2D"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="dimension of the manifold",
)
