r"""Two-layer networks: on every stratum the orbit of the gradients is a fixed set of symmetries."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import sympy

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.model.model import Chart
from rankstrat.rank.verdict import Verdict
from rankstrat.strata import stratify
from rankstrat.symmetry import least_invariant, orbit_dimension
from rankstrat.text.tables import Math
from rankstrat.theorems.theorem import Case, Computed, Theorem

_MODELS = (("exp", 2, 1), ("tanh", 2, 1), ("sigmoid", 2, 1))
_MORE = (("softplus", 2, 1), ("exp", 2, 2), ("tanh", 1, 3), ("exp", 3, 1))
_WIDE, _EVERYWHERE, _DEPTHS = ("tanh", 8, 3), "all", (2, 3, 4, 5)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Activations, sizes, and the conditions of a stratum."""
    for activation, m, d in (*_MODELS, *(_MORE if deep else ())):
        for conditions in _charts(activation, m, d):
            yield {"activation": activation, "m": m, "d": d, "stratum": conditions}
    activation, m, d = _WIDE
    yield {"activation": activation, "m": m, "d": d, "stratum": _EVERYWHERE}


@cache
def _charts(activation: str, m: int, d: int) -> dict[str, Chart]:
    """The strata by their conditions."""
    model = two_layer(m, d, activation)
    if (activation, m, d) == _WIDE:
        return {_EVERYWHERE: model.generic()}
    strata = [s for level in stratify(model).levels for s in level.strata]
    named = {", ".join(map(str, s.conditions)) or _EVERYWHERE: s.chart for s in strata}
    return {words: chart for words, chart in named.items() if chart is not None}


def _chart(case: Case) -> Chart:
    return _charts(case["activation"], case["m"], case["d"])[case["stratum"]]


def predicted(case: Case, seed: int) -> int:
    """(d+1) for each neuron that differs from those before, up to sign for tanh, where null neurons
    do not count.
    """
    chart, d = _chart(case), case["d"]
    values = [chart.values[p] for p in chart.model.parameters]
    seen = set[tuple[sympy.Expr, ...]]()
    for i in range(case["m"]):
        neuron = (values[i], *values[case["m"] + i * d : case["m"] + (i + 1) * d])
        if case["activation"] != "tanh":
            seen.add(neuron)
        elif any(neuron):
            seen.add(max(neuron, tuple(-v for v in neuron), key=str))
    return (d + 1) * len(seen)


def computed(case: Case, seed: int) -> Computed:
    """From below iterated brackets, from above the least fixed set that contains the stratum."""
    chart = _chart(case)
    size = chart.model.size
    upper = size if case["stratum"] == _EVERYWHERE else least_invariant(chart).dimension
    lower = depth = 0
    for depth in _DEPTHS:
        lower = orbit_dimension(chart, depth=depth, seed=seed).lower
        if lower == upper:
            break
    verdict = Verdict.PROVED if lower == upper else Verdict.OPEN
    statement = (
        f"brackets of depth at most {depth} span {lower} dimensions; the symmetries that fix the"
        f" stratum have a fixed set of {upper}"
    )
    return Computed(lower, upper, verdict, size, statement)


THEOREM = Theorem(
    name="invariant_strata",
    title="Invariant manifolds of two-layer networks are fixed sets",
    statement=(
        r"At the generic point of every rank stratum of $\sum_i a_i \sigma(w_i \cdot x)$, for"
        r" exp, tanh, sigmoid and softplus, the orbit of the fields"
        r" $\nabla_\theta F(\cdot)(x)$ has the dimension of the fixed set of those symmetries that"
        r" fix the point: $(d+1)c$ for $c$ different neurons, for tanh up to sign and without null"
        r" ones. So no smaller structural invariant manifold contains it. (For an even"
        r" $\sigma$ this is false where $w = 0$: differences of output weights do not change.)"
    ),
    source=(
        "SIM (every structural invariant manifold of a two-layer network is symmetry-induced);"
        " bounds from above and the exception in docs/proofs.md#invariant-manifolds"
    ),
    keys=("SIM", "DIAG"),
    assumptions=(
        "from below brackets of depth at most 5, from above the intersection of fixed sets",
        "generic points of strata; other points of a stratum may lie in smaller fixed sets",
    ),
    formula=Math("(d+1) c"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="dimension of the orbit",
)
