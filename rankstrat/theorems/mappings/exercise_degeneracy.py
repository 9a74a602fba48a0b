r"""The lecture's exercise: critical functions of narrow networks, and their degenerate directions
in wider ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

import sympy

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.mappings import null, splitting, transfer
from rankstrat.mappings.mapping import CriticalMapping, compose
from rankstrat.rank.verdict import Verdict
from rankstrat.samples import (
    EnclosedCriticalPoint,
    critical_data,
    enclose_critical_point,
    inertia,
)
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

# where Newton's method starts: a, w, b
_STARTS = {
    "width 1": (1, (3.8668, 0.0858069, 0.00139928)),
    "width 2, 0.0717": (2, (0.7870718, 2.3612751, 1.2914795, 0.1528575, -9.2779296, 0.410879)),
    "width 2, 0.0722": (2, (0.7888583, 2.3442396, 1.3005170, 0.1547980, 9.3288227, -0.4171496)),
    "width 2, saddle": (2, (1.6508002, 1.5902405, 0.2078969, 0.2142751, -1.1188288, 1.1962364)),
}
_DEFAULT = (
    ("zero", 3, "null"),
    ("width 1", 3, "split"),
    ("width 1", 3, "null"),
    ("width 2, 0.0717", 3, "split"),
    ("width 2, 0.0722", 3, "null"),
    ("width 2, saddle", 3, "split"),
    ("width 1", 11, "null"),
    ("width 2, 0.0717", 11, "split"),
)
_DEEP = (
    ("width 1", 11, "split"),
    ("width 2, 0.0722", 11, "split"),
    ("zero", 20, "null"),
    ("width 2, saddle", 7, "null"),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """The critical function, the width M it is embedded into, and how: splittings of the first
    neuron or null ones.
    """
    for function, width, how in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"function": function, "M": width, "by": how}


def predicted(case: Case, seed: int) -> int:
    """M - m, the width less that of the narrow network."""
    return int(case["M"] - {"zero": 0, "width 1": 1}.get(case["function"], 2))


@lru_cache(maxsize=8)
def _enclosed(function: str) -> EnclosedCriticalPoint:
    width, start = _STARTS[function]
    inputs = [[Fraction(-15) + Fraction(29 * i, 49)] for i in range(50)]
    labels = [sum(sympy.tanh(sympy.Rational(str(x)) + s) for s in (-7, 0, 7)) for (x,) in inputs]
    return enclose_critical_point(two_layer(width, 1, bias=True), inputs, labels, list(start))


def computed(case: Case, seed: int) -> Computed:
    """The zero eigenvalues of the Hessian at the image, if the inertia is proved."""
    rng, size = source(case, seed), 3 * case["M"]
    if case["function"] == "zero":
        found = inertia(
            critical_data(two_layer(case["M"], 1, bias=True).point([0] * size), [[1], [2], [5]])
        )
    else:
        point = _enclosed(case["function"])
        mapping: CriticalMapping | None = None
        while mapping is None or mapping.target.size < size:
            start = point.model if mapping is None else mapping.target
            step = splitting(start) if case["by"] == "split" else null(start)
            mapping = step if mapping is None else compose(step, mapping)
        shares = {str(symbol): Fraction(nonzero(rng), 20) for symbol in mapping.symbols}
        found = transfer(mapping, point, shares, seed=seed).after
    known = found.verdict is Verdict.PROVED
    return Computed(found.zero, found.zero if known else size, found.verdict, size, str(found))


THEOREM = Theorem(
    name="exercise_degeneracy",
    title="Degree of degeneracy in the lecture's exercise",
    statement=(
        r"Fit $\tanh(x-7) + \tanh(x) + \tanh(x+7)$ at 50 equally spaced points of $[-15, 14]$ by"
        r" $\sum_{j \leq M} a_j \tanh(w_j x + b_j)$. The critical functions of width $m$, embedded"
        r" by splitting or null neurons with bias 0, have $M - m$ zero eigenvalues of the Hessian:"
        r" in width 3 two for the minimum of width 1, one for those of width 2, three for the zero"
        r" function."
    ),
    source="EP1 Figure 4, EP2 Theorem 6.1 (at least $M - m$)",
    keys=("EP1", "EP2"),
    assumptions=(
        (
            "the critical points of width 1 and 2 are enclosed: proved to exist, and to be"
            " nondegenerate"
        ),
        (
            "random shares of the copies; the zero function with other samples, at which it is"
            " critical as well"
        ),
    ),
    formula=Math("M - m"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="zero eigenvalues of the Hessian",
)
