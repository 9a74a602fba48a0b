r"""Kernels, attention heads and KAN neurons: copies and null units leave the rank as it is."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.attention import attention
from rankstrat.families.catalogue.convolutional import convolutional
from rankstrat.families.catalogue.kan import kan
from rankstrat.mappings import null, splitting
from rankstrat.mappings.mapping import compose
from rankstrat.model.model import Model
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, random_values, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    ("kernels", 1, 3, 2, "split"),
    ("kernels", 2, 6, 3, "split null"),
    ("heads", 1, 2, 1, "split"),
    ("heads", 1, 2, 1, "null"),
    ("heads", 1, 4, 2, "split"),
    ("KAN", 1, 2, 3, "split"),
    ("KAN", 1, 2, 3, "null"),
    ("KAN", 2, 2, 3, "null split"),
)
_DEEP = (
    ("kernels", 3, 9, 4, "split split null"),
    ("heads", 2, 3, 1, "null split"),
    ("KAN", 1, 3, 4, "split null"),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Units k; image and kernel size, model and head dimension, or inputs and degree; units that
    are added.
    """
    for kind, k, one, two, added in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"units": kind, "k": k, "size": one, "inner size": two, "added": added}


def predicted(case: Case, seed: int) -> int:
    """k(s + d+1-s), k(4Dd - 2d^2), or k(G + dG - (d-1) - 2) - (k-1), of the model before units are
    added.
    """
    k, one, two = case["k"], case["size"], case["inner size"]
    match case["units"]:
        case "kernels":
            return int(k * (one + 1))
        case "heads":
            return int(k * (4 * one * two - 2 * two**2))
    return int(k * ((two + 1) * (1 + one) - (one - 1) - 2) - (k - 1))


def _model(case: Case) -> Model:
    k, one, two = case["k"], case["size"], case["inner size"]
    match case["units"]:
        case "kernels":
            return convolutional(k, one, two)
        case "heads":
            return attention(2, one, two, k, scale=1)
    return kan(k, one, two)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the image of a random point; each step is verified as a critical mapping."""
    rng, model = source(case, seed), _model(case)
    mapping = None
    for move in case["added"].split():
        start = model if mapping is None else mapping.target
        step = splitting(start) if move == "split" else null(start)
        step.check()
        mapping = step if mapping is None else compose(step, mapping)
    assert mapping is not None
    shares = {str(symbol): nonzero(rng) for symbol in mapping.symbols}
    return model_rank(
        mapping.chart(model.point(**random_values(rng, model, bound=3)), shares), seed=seed
    )


THEOREM = Theorem(
    name="unit_embeddings",
    title="More kernels, heads or KAN neurons",
    statement=(
        r"In a sum over units (kernels of a CNN, heads of softmax attention, neurons of a"
        r" Kolmogorov-Arnold network) a copy of a unit that shares its outgoing weights, and a"
        r" unit whose parameters are all zero, are critical mappings, and the rank is that before:"
        r" $O_{f^*}$ does not grow with the number of units."
    ),
    source=(
        "derived in docs/proofs.md#deep-networks and computed case by case (EP2 Theorem 4.1 is"
        " for fully connected networks)"
    ),
    keys=("EP2",),
    assumptions=(
        (
            "tanh CNN of one axis; one attention layer without normalisation, two tokens;"
            " polynomial splines"
        ),
        "generic points, whose ranks are those of cnn_points, attention_heads and kan_rank",
    ),
    formula=Math("rank before", r"r_{\text{before}}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
