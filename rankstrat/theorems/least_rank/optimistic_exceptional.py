r"""Two-layer networks without bias: optimistic sample sizes of targets with a constant, and of the
zero function.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.targets import optimistic_sample_size, target_set
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import distinct_classes, least, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ("tanh", 2, 2, 0, "no"),
    ("exp", 2, 3, 0, "no"),
    ("cosh", 2, 3, 0, "no"),
    ("sigmoid", 3, 2, 0, "no"),
    ("sigmoid", 3, 2, 0, "yes"),
    ("sigmoid", 3, 4, 1, "no"),
    ("sigmoid", 3, 4, 1, "yes"),
    ("sigmoid", 4, 3, 2, "yes"),
    ("sigmoid", 5, 6, 2, "yes"),
    ("cosh", 3, 2, 1, "yes"),
    ("cosh", 4, 7, 2, "yes"),
    ("exp", 3, 2, 1, "yes"),
    ("exp", 4, 7, 2, "yes"),
)
_DEEP = tuple(
    (activation, m, d, k, constant)
    for activation in ("exp", "cosh", "sigmoid")
    for m, k in ((2, 1), (3, 2), (4, 3))
    for d in (1, 4)
    for constant in ("no", "yes")
    if activation != "sigmoid" or m > k + (constant == "yes")
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Activation, width m, inputs d, k neurons in the target, and whether it has a constant
    besides.
    """
    for activation, m, d, k, constant in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"activation": activation, "m": m, "d": d, "k": k, "constant": constant}


def predicted(case: Case, seed: int) -> int:
    """k(d+1), and what the constant costs."""
    k, d, constant, activation = case["k"], case["d"], case["constant"] == "yes", case["activation"]
    if not k and not constant:
        return int(activation != "tanh")
    if activation == "exp" or (
        activation == "sigmoid" and not k
    ):  # the constant neuron moves: sigma'(0) is not 0
        return int((k + constant) * (d + 1))
    return int(k * (d + 1) + constant)


def computed(case: Case, seed: int) -> Computed:
    """Both halves, at a random target whose constant is no sum of the +-alpha of the neurons."""
    rng, k, d, constant = source(case, seed), case["k"], case["d"], case["constant"] == "yes"
    width = max(1, k + constant)
    # sigmoid: alpha_i = a_i/2 are multiples of 4, the constant neuron adds 1, 2 or 3 to their sum
    a = [8 * rng.randint(1, 9) for _ in range(k)] + [2 * rng.randint(1, 3)] * constant
    w = [*distinct_classes(rng, k, d), *([(0,) * d] * constant)]
    if not w:
        a, w = [0], [(0,) * d]
    target = two_layer(width, d, case["activation"]).point(a=a, w=w)
    return least(
        optimistic_sample_size(
            target_set(two_layer(case["m"], d, case["activation"]), target, seed=seed)
        )
    )


THEOREM = Theorem(
    name="optimistic_exceptional",
    title="Optimistic sample sizes of targets with a constant",
    statement=(
        r"In $\sum_{i=1}^m a_i \sigma(w_i \cdot x)$ the zero function has $O = 0$ if"
        r" $\sigma(0) = 0$, and $O = 1$ for exp, cosh and the sigmoid. A target of $k$ neurons"
        r" plus a constant that they do not supply has $O_{f^*} = k(d+1) + 1$ for cosh (a neuron"
        r" with $w = 0$, $\sigma'(0) = 0$) and, if $k \geq 1$, for the sigmoid (a pair $u, -u$"
        r" inside a class), $(k+1)(d+1)$ for exp, and a constant $\neq 0$ alone has $1 + d$ for"
        r" sigmoid and exp."
    ),
    source="derived in docs/proofs.md#levels (LLR Theorem 4 (JMLR) is for tanh)",
    keys=("LLR",),
    assumptions=(
        r"sigmoid: with $f^* = c + \sum_C \alpha_C \tanh(u_C \cdot x/2)$ the constant $c$ is no"
        r" sum $\sum_C \pm \alpha_C$; wide enough ($m \geq k + 1$)",
        "the input weights are pairwise different up to sign",
    ),
    formula=Math("k(d+1) + [constant]", "k(d+1) + [c]"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="optimistic sample size",
)
