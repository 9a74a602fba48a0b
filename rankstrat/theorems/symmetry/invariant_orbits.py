r"""Orbits of the vector fields of two-layer networks: as large as the neurons that differ allow."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.verdict import Verdict
from rankstrat.symmetry import invariant_manifolds, orbit_dimension
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_KINDS = (
    "generic",
    "equal input weights",
    "equal neurons",
    "symmetric neurons",
    "null neuron",
    "zero output weight",
)
# exp has no sign symmetry; the null neuron of z tanh(z) is on no fixed set of the right dimension
_LEFT_OUT = (("exp", "symmetric neurons"), ("ztanh", "null neuron"))
_DEFAULT = tuple(
    (activation, 2, 1, kind) for activation in ("exp", "tanh", "ztanh") for kind in _KINDS
) + (
    ("tanh", 8, 3, "generic"),
    ("tanh", 3, 2, "equal neurons"),
    ("tanh", 4, 4, "equal neurons"),
)
_DEEP = tuple(
    (activation, 3, d, kind)
    for activation in ("exp", "tanh", "ztanh")
    for d in (1, 2)
    for kind in _KINDS
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Activations, sizes, and how the last neuron is related to the first."""
    for activation, m, d, kind in (*_DEFAULT, *(_DEEP if deep else ())):
        if (activation, kind) not in _LEFT_OUT:
            yield {"activation": activation, "m": m, "d": d, "point": kind}


def predicted(case: Case, seed: int) -> int:
    """(d+1) for each neuron, but for one that is equal to another up to a symmetry, or null where
    it stays null.
    """
    lost = case["point"] in ("equal neurons", "symmetric neurons")
    lost = lost or (case["point"] == "null neuron" and case["activation"] != "exp")
    return int((case["m"] - lost) * (case["d"] + 1))


def computed(case: Case, seed: int) -> Computed:
    """From below: iterated brackets up to depth 2.

    From above: invariant manifolds through the point.
    """
    rng, m, d, kind = source(case, seed), case["m"], case["d"], case["point"]
    w = [[nonzero(rng) + 20 * i for _ in range(d)] for i in range(1, m + 1)]
    a = [nonzero(rng) + 20 * i for i in range(1, m + 1)]
    match kind:
        case "equal input weights":
            w[-1] = w[0]
        case "equal neurons":
            a[-1], w[-1] = a[0], w[0]
        case "symmetric neurons":
            a[-1], w[-1] = a[0] if case["activation"] == "ztanh" else -a[0], [-v for v in w[0]]
        case "null neuron":
            a[-1], w[-1] = 0, [0] * d
        case "zero output weight":
            a[-1] = 0
    model = two_layer(m, d, case["activation"])
    point = model.point(a=a, w=w)
    lower = orbit_dimension(point, seed=seed).lower
    upper = model.size
    for manifold in invariant_manifolds(model) if lower < upper else ():
        place = {p: point.values[p] for p in manifold.chart.coordinates}
        if manifold.verdict is Verdict.PROVED and manifold.dimension < upper:
            if all(v.xreplace(place) == point.values[p] for p, v in manifold.chart.values.items()):
                upper = manifold.dimension
    statement = (
        f"brackets of depth at most 2 span {lower} dimensions; an invariant manifold has {upper}"
    )
    return Computed(
        lower, upper, Verdict.PROVED if lower == upper else Verdict.OPEN, model.size, statement
    )


THEOREM = Theorem(
    name="invariant_orbits",
    title="Orbits of the gradient fields of two-layer networks",
    statement=(
        r"The orbit of the fields $\nabla_\theta F(\cdot)(x)$ through a point of"
        r" $\sum_i a_i \sigma(w_i \cdot x)$ has the dimension $(d+1)c$, $c$ the number of"
        r" different neurons $(a_i, w_i)$, up to $(a,w) \to (-a,-w)$ for odd and $(a, -w)$ for"
        r" even $\sigma$, null ones not counted for odd $\sigma$. Equal input weights alone"
        r" ($w_1 = w_2$, $a_1 \neq a_2$) are not invariant, nor is $a_2 = 0$ alone: the orbit is"
        r" full."
    ),
    source="DIAG Section 3, SIM Theorem 4.1; derived in docs/proofs.md#invariant-manifolds",
    keys=("DIAG", "SIM"),
    assumptions=(
        (
            "from below by brackets of depth at most 2, from above by an invariant manifold that"
            " contains the point"
        ),
        r"no neuron with $w_i = 0$, $a_i \neq 0$, no mirrored pair that is not symmetric, no null"
        r" neuron if $\sigma$ is even: these are only bounded",
    ),
    formula=Math("(d+1) c"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="dimension of the orbit",
)
