r"""A null neuron keeps the rank if its constant is a tangent function already, and raises it by one
if not.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.fully_connected import fully_connected
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import random_values, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    ("tanh", "1 2 1", "none", 1, 0),
    ("tanh", "2 2 1", "all", 2, 3),
    ("sigmoid", "2 2 1", "none", 1, 0),
    ("sigmoid", "2 2 1", "hidden", 1, 0),
    ("sigmoid", "2 3 1", "all", 3, 1),
    ("tanh", "2 2 1", "hidden", 1, 0),
    ("tanh", "2 2 1", "hidden", 1, 2),
    ("tanh", "3 4 1", "hidden", 3, 1),
    ("sigmoid", "2 2 2 1", "all", 2, 1),
    ("exp", "4 5 1", "none", 2, 0),
)
_DEEP = (
    ("sigmoid", "3 6 1", "hidden", 4, 0),
    ("exp", "2 3 1", "none", 3, 0),
    ("tanh", "2 3 2 1", "all", 2, 2),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Activation, widths, biases (hidden: not at the output), null neurons in the first layer and
    their bias.
    """
    for activation, widths, biases, number, bias in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {
            "activation": activation,
            "widths": widths,
            "biases": biases,
            "null": number,
            "bias": bias,
        }


def predicted(case: Case, seed: int) -> int:
    """M of the network without the null neurons, + 1 for a constant that is no tangent function of
    it.
    """
    widths = [int(width) for width in case["widths"].split()]
    weights = sum(m * n for m, n in zip(widths[1:], widths[:-1], strict=True))
    biases = {"none": 0, "hidden": sum(widths[1:-1]), "all": sum(widths[1:])}[case["biases"]]
    constant = case["activation"] != "tanh" or case["bias"] != 0  # sigma(bias) is not 0
    return weights + biases + int(constant and case["biases"] != "all")


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank with null neurons beside random ones."""
    rng, number, layer = (
        source(case, seed),
        case["null"],
        [int(width) for width in case["widths"].split()],
    )
    layer[1] += number
    model = fully_connected(
        layer, case["activation"], case["biases"] != "none", case["biases"] == "all"
    )
    values = random_values(rng, model)
    values["W1"][-number:] = 0
    values["W2"][:, -number:] = 0
    if case["biases"] != "none":
        values["b1"][-number:] = case["bias"]
    return model_rank(model.point(**values), seed=seed)


THEOREM = Theorem(
    name="null_neuron_rank",
    title="Null neurons and the rank",
    statement=(
        r"Neurons with zero weights in and out and bias $\beta$ leave the rank as it is if"
        r" $\sigma(\beta) = 0$ or the next layer has biases. In a two-layer network without output"
        r" bias they raise it by one if $\sigma(\beta) \neq 0$: the constant is a new tangent"
        r" function, and the null embedding does not keep critical points critical."
    ),
    source=(
        "EP2 Definition 4.4 and Theorem 4.1 (all layers with bias); the exception is derived in"
        " docs/proofs.md#deep-networks"
    ),
    keys=("EP2",),
    assumptions=(
        "generic weights elsewhere, whose rank is the number of parameters",
        "null neurons in the first layer",
    ),
    formula=Math(
        "M + [sigma(beta) != 0, no output bias]",
        r"M + [\sigma(\beta) \neq 0,\ \text{no output bias}]",
    ),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
