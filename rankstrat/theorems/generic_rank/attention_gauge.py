r"""Attention layers: the rank is the number of parameters less the dimension of the gauge group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from rankstrat.model.model import Model
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._attention import crossed, grouped, integers, rotated, stacked
from rankstrat.theorems._sampling import source
from rankstrat.theorems.theorem import Case, Theorem

# tokens, model dimension D, head dimension d, heads or layers, queries for one key
_DEFAULT = (
    ("softmax heads", 2, 3, 1, 2, 1),
    ("softmax heads", 2, 3, 3, 1, 1),
    ("linear heads", 2, 3, 1, 2, 1),
    ("linear heads", 2, 4, 2, 1, 1),
    ("grouped queries", 2, 3, 1, 1, 2),
    ("grouped queries", 2, 3, 1, 2, 2),
    ("cross attention", 2, 3, 2, 1, 1),
    ("rotary positions", 2, 2, 2, 1, 1),
    ("rotary positions", 2, 3, 2, 1, 1),
    ("rotary positions", 2, 4, 4, 1, 1),
    ("lightning layers", 2, 2, 1, 1, 1),
    ("lightning layers", 2, 3, 1, 1, 1),
    ("lightning layers", 2, 3, 2, 1, 1),
    ("lightning layers", 2, 2, 1, 2, 1),
    ("softmax layers", 2, 2, 1, 2, 1),
)
_DEEP = (
    ("softmax heads", 2, 4, 2, 1, 1),
    ("grouped queries", 2, 4, 2, 1, 2),
    ("cross attention", 2, 5, 3, 1, 1),
    ("rotary positions", 3, 3, 2, 1, 1),
    ("softmax heads", 3, 4, 2, 2, 1),
    ("linear heads", 2, 5, 2, 2, 1),
    ("grouped queries", 2, 4, 1, 2, 3),
    ("rotary positions", 3, 4, 4, 1, 1),
    ("lightning layers", 2, 3, 1, 2, 1),
    ("softmax layers", 2, 3, 1, 2, 1),
    ("lightning layers", 2, 3, 2, 2, 1),
    ("softmax layers", 2, 3, 2, 2, 1),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """What kind of layer, and its sizes."""
    for kind, tokens, size, head, count, queries in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {
            "kind": kind,
            "tokens": tokens,
            "D": size,
            "d": head,
            "count": count,
            "queries": queries,
        }


def predicted(case: Case, seed: int) -> int:
    """Parameters less the gauge group, written out for each kind."""
    size, d, count, queries = case["D"], case["d"], case["count"], case["queries"]
    pair = d * (2 * size - d)  # matrices of rank at most d
    gauge: Mapping[str, int] = {
        "softmax heads": count * 2 * pair,
        "linear heads": count * (2 * pair - 1),
        "grouped queries": count * 2 * (size * d * (queries + 1) - d * d),
        "cross attention": d * (2 * size + 1 - d) + pair,
        "rotary positions": 2 * size * d - d + pair,
        "lightning layers": count * (pair - 1) + size * size,
        "softmax layers": count * pair + size * size,
    }
    return gauge[case["kind"]]


def _heads(case: Case) -> Model:
    linear = case["kind"] == "linear heads"
    sizes = {"groups": case["count"], "queries": case["queries"]}
    return grouped(case["tokens"], case["D"], case["d"], linear=linear, **sizes)


def _crossed(case: Case) -> Model:
    size = case["D"]
    return crossed((case["tokens"], case["tokens"]), (size + 1, size, size), case["d"], case["d"])


def _rotated(case: Case) -> Model:
    return rotated(case["tokens"], case["D"], case["d"] // 2)


def _layers(case: Case) -> Model:
    linear = case["kind"] == "lightning layers"
    return stacked(case["tokens"], case["D"], case["d"], case["count"], linear=linear)


_MODELS: Mapping[str, Callable[[Case], Model]] = {
    "softmax heads": _heads,
    "linear heads": _heads,
    "grouped queries": _heads,
    "cross attention": _crossed,
    "rotary positions": _rotated,
    "lightning layers": _layers,
    "softmax layers": _layers,
}


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at a random point."""
    model = _MODELS[case["kind"]](case)
    return model_rank(model.point(integers(source(case, seed), model)), seed=seed)


THEOREM = Theorem(
    name="attention_gauge",
    title="Rank of attention and its gauge group",
    statement=(
        r"At a generic point the rank is the number of parameters less the dimension of the gauge"
        r" group: $2d^2$ for each softmax head, one more for a linear one; $2d^2$ for all queries"
        r" that share one key; $d + d^2$ with rotary positions, where only the commutant of the"
        r" rotations is left to $Q$ and $K$; and for $l$ layers in a row with full $V$ another"
        r" $(l-1)D^2$."
    ),
    source=(
        "HenryMarchettiKohn2025 (lightning attention); the groups are derived in"
        " docs/proofs.md#attention, and equality is computed case by case"
    ),
    keys=("HenryMarchettiKohn2025",),
    assumptions=(
        r"$d \leq D$, at least two tokens; no normalisation, mask or MLP; factor 1 of the scores",
        "rotary: one plane for two dimensions, different angles; cross: queries in dimension D + 1",
        r"linear heads: one query for one key; several only if $d < D$ (full ones mix by $GL(h)$)"
        r" and their dimensions do not exceed that of all such functions, $D^3(D+1)/2$",
    ),
    formula=Math("parameters - dim G", r"M - \dim G"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
