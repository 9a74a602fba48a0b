r"""Networks with two equal units: an invariant manifold of known dimension, on which the rank is
that of one less.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.fully_connected import fully_connected
from rankstrat.rank.verdict import Verdict
from rankstrat.symmetry import invariant_manifolds
from rankstrat.text.tables import Math
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ("1 2 1", "none", 1),
    ("2 3 1", "all", 1),
    ("2 2 2", "all", 1),
    ("1 2 2 1", "none", 2),
    ("2 3 2 1", "all", 1),
    ("2 3 2 1", "all", 2),
    ("3 2 3 2", "all", 2),
    ("5 4 2", "all", 1),
)
_DEEP = (("1 2 2 2 1", "all", 3), ("2 4 3 1", "all", 1), ("3 3 3 1", "none", 2))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Widths, biases, and the layer of the two units."""
    for widths, biases, layer in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"widths": widths, "biases": biases, "layer": layer}


def predicted(case: Case, seed: int) -> int:
    """M of the network with one unit less in that layer."""
    widths = [int(width) for width in case["widths"].split()]
    widths[case["layer"]] -= 1
    weights = sum(m * n for m, n in zip(widths[1:], widths[:-1], strict=True))
    return weights + (sum(widths[1:]) if case["biases"] == "all" else 0)


def computed(case: Case, seed: int) -> Computed:
    """From above the dimension of the verified fixed set of the exchange, from below the rank at
    its generic point.
    """
    widths, biases = [int(width) for width in case["widths"].split()], case["biases"] == "all"
    model = fully_connected(widths, "tanh", biases, biases)
    equal = {f"W{case['layer']}_1_1", f"W{case['layer']}_2_1"}
    for manifold in invariant_manifolds(model, pairs=False):
        g = manifold.symmetry
        moved = {str(p) for p in g.values}
        others = {str(p) for p in moved if p.startswith(f"W{case['layer']}_3")}
        if (
            g.kind == "permutation"
            and equal <= moved
            and not others
            and len(moved) == _moved(widths, biases, case)
        ):
            rank = manifold.rank(seed=seed)
            verdict = rank.verdict if manifold.verdict is Verdict.PROVED else Verdict.OPEN
            if verdict is Verdict.PROVED and rank.upper > manifold.dimension:
                verdict = Verdict.OPEN
            return Computed(
                rank.lower, manifold.dimension, verdict, model.size, f"{manifold}; {rank}"
            )
    return Computed(
        0, model.size, Verdict.OPEN, model.size, "the exchange was not among the symmetries found"
    )


def _moved(widths: list[int], biases: bool, case: Case) -> int:
    """Parameters of two units: incoming and outgoing weights, and biases."""
    layer = case["layer"]
    return 2 * (widths[layer - 1] + widths[layer + 1] + biases)


THEOREM = Theorem(
    name="permutation_manifolds",
    title="Equal units form an invariant manifold",
    statement=(
        r"In a deep network the set where two units of a layer have equal incoming weights, bias"
        r" and outgoing weights "
        r"is left by no gradient flow, whatever the loss and the data. Its dimension is the number"
        r" of parameters of "
        r"the network with one unit less in that layer, and so is the model rank at its generic"
        r" point."
    ),
    source=(
        "SIM Theorem 4.1 and the slides; the rank is derived in docs/proofs.md#invariant-manifolds"
    ),
    keys=("SIM",),
    assumptions=(
        "tanh, fully connected",
        "the generic rank of the smaller network is its number of parameters (deep_tanh_rank)",
    ),
    formula=Math("M of one unit less", r"M_{\text{one unit less}}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="dimension of the manifold, and rank on it",
)
