r"""Two layers of softmax attention: the published conjecture, case by case."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.algebra.tower import Tower
from rankstrat.rank.lower_bounds import sampled_rank
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.tangents import Tangents
from rankstrat.rank.verdict import Verdict
from rankstrat.text.tables import Math
from rankstrat.theorems._attention import integers, products, stacked
from rankstrat.theorems._sampling import source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_EXTRA_ROWS = 8


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Layers, tokens, dimensions of heads and of the model."""
    for size in range(3, 11 if deep else 7):
        yield {"l": 2, "t": 3, "a": 2, "delta": size}
    yield {"l": 2, "t": 2, "a": 1, "delta": 2}
    yield {"l": 2, "t": 2, "a": 2, "delta": 2}
    yield {"l": 3, "t": 2, "a": 1, "delta": 3}


def predicted(case: Case, seed: int) -> int:
    """The formula of the paper, as its program has it."""
    layers, a, size = case["l"], case["a"], case["delta"]
    return int(layers * (a * (2 * size - a) + size * size) - (layers - 1) * size * size)


def computed(case: Case, seed: int) -> Computed:
    """A minor of the model at a random point; above it the rank of the products of matrices there,
    of which the model is a function.
    """
    layers, tokens, a, size = case["l"], case["t"], case["a"], case["delta"]
    model = stacked(tokens, size, a, layers, linear=False)
    values = integers(source(case, seed), model, bound=9)
    tangents = Tangents(model.point(values))
    tower = Tower(tangents.program, tangents.nodes, seed=seed)
    if tower.hypotheses:
        lower = 0
    else:
        rows = model.size + _EXTRA_ROWS
        minor = sampled_rank(tower, range(model.size), rows, seed=seed, attempt=0)
        lower = minor.profile().rank
    above = model_rank(products(size, a, layers).point(values), seed=seed)
    sure = lower == above.upper and above.verdict is Verdict.PROVED
    statement = (
        f"a {lower} x {lower} minor is nonzero; the products of matrices have rank at most"
        f" {above.upper}"
    )
    verdict = Verdict.PROVED if sure else Verdict.OPEN
    return Computed(lower, above.upper, verdict, model.size, statement)


THEOREM = Theorem(
    name="softmax_layers",
    title="Layers of softmax attention",
    statement=(
        r"The functions of $l$ layers of softmax attention with heads of dimension $a$ in dimension"
        r" $\delta$ and full $V_i$ have the dimension"
        r" $l(a(2\delta - a) + \delta^2) - (l-1)\delta^2$: a published conjecture, which was tried"
        r" in floating point for $l = 2$, $t = 3$ tokens, $a = 2$, $3 \leq \delta \leq 10$. In each"
        r" case the rank at a random point is that, and it is nowhere larger."
    ),
    source=(
        "HenryMarchettiKohn2025 (Conjecture 3.10; proved there for one layer); the upper bound is"
        " proved in docs/proofs.md#attention, the lower one is computed case by case"
    ),
    keys=("HenryMarchettiKohn2025",),
    assumptions=(
        r"$a \leq \delta$, at least two tokens; a random point",
        "no normalisation, mask or MLP; factor 1 of the scores",
    ),
    formula=Math("l(a(2D-a) + D^2) - (l-1)D^2", r"l(a(2\delta-a) + \delta^2) - (l-1)\delta^2"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
