r"""How many quantities gradient flow conserves, whatever the loss and data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from rankstrat.families.catalogue.attention import attention
from rankstrat.families.catalogue.deep_matrix_factorization import deep_matrix_factorization
from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.model.model import Model
from rankstrat.rank.verdict import Verdict
from rankstrat.symmetry import conservation_laws
from rankstrat.text.tables import Math
from rankstrat.theorems._attention import grouped, rotated
from rankstrat.theorems._gated import gated, routed
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("linear", (1, 1, 1)),
    ("linear", (2, 1, 2)),
    ("linear", (1, 2, 1)),
    ("linear", (1, 3, 1)),
    ("linear", (2, 3, 3)),
    ("linear", (2, 2, 1, 1)),
    ("linear", (1, 1, 1, 1, 1)),
    ("relu", (1, 1, 1)),
    ("relu", (2, 3, 2)),
    ("relu", (3, 8, 1)),
    ("tanh", (1, 2, 1)),
    ("swiglu", (1, 1, 1)),
    ("swiglu", (2, 2, 1)),
    ("attention", (1, 1)),
    ("heads", (1, 1, 2)),
    ("grouped queries", (1, 1, 2)),
    ("lightning", (1, 1)),
    ("rotary", (1, 2)),
    ("experts", (1, 1, 2)),
    ("experts", (2, 1, 2)),
)
_DEEP: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("linear", (3, 4, 3)),
    ("linear", (4, 4, 4)),
    ("attention", (2, 1)),
    ("attention", (1, 2)),
    ("swiglu", (2, 2, 2)),
    ("heads", (2, 1, 2)),
    ("grouped queries", (2, 1, 2)),
    ("lightning", (2, 1)),
    ("rotary", (2, 2)),
    ("experts", (1, 2, 2)),
    ("experts", (1, 1, 3)),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """A kind of network and its widths; of attention the dimensions of the model and the head, and
    heads or queries; of experts inputs, units of one and their number.
    """
    for kind, widths in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"kind": kind, "widths": list(widths)}


def _linear(widths: Sequence[int]) -> int:
    total = 0
    for before, inner, after in zip(widths, widths[1:], widths[2:], strict=False):
        seen = before + after
        full = inner * (inner + 1) // 2
        total += full if seen >= inner else seen * (2 * inner + 1 - seen) // 2
    return total


_COUNTS: Mapping[str, Callable[[Sequence[int]], int]] = {
    "linear": _linear,
    "relu": lambda widths: widths[1],
    "tanh": lambda widths: 0,
    "swiglu": lambda widths: widths[1],
    # Q, K and V, O are two linear pairs of inner size d
    "attention": lambda sizes: 2 * _linear((sizes[0], sizes[1], sizes[0])),
    "heads": lambda sizes: 2 * sizes[2] * _linear((sizes[0], sizes[1], sizes[0])),
    # all queries of a key, one above the other, are one matrix
    "grouped queries": lambda sizes: 2 * _linear((sizes[0], sizes[1], sizes[2] * sizes[0])),
    # a factor may pass from Q, K to V, O
    "lightning": lambda sizes: 2 * _linear((sizes[0], sizes[1], sizes[0])) + 1,
    # only scalings of planes commute with the rotations and are symmetric
    "rotary": lambda sizes: sizes[1] // 2 + _linear((sizes[0], sizes[1], sizes[0])),
    # one vector added to every row of the router changes nothing
    "experts": lambda sizes: sizes[0] + sizes[1] * sizes[2],
}


def predicted(case: Case, seed: int) -> int:
    """The published count."""
    return _COUNTS[case["kind"]](case["widths"])


_MODELS: Mapping[str, Callable[[Sequence[int]], Model]] = {
    "linear": lambda widths: deep_matrix_factorization(list(widths)),
    "relu": lambda widths: gated(widths, smooth=False),
    "tanh": lambda widths: two_layer(widths[1], widths[0], "tanh"),
    "swiglu": lambda widths: gated(widths, smooth=True),
    "attention": lambda sizes: attention(2, sizes[0], sizes[1]),
    "heads": lambda sizes: attention(2, sizes[0], sizes[1], sizes[2]),
    "grouped queries": lambda sizes: grouped(
        2, sizes[0], sizes[1], groups=1, queries=sizes[2], linear=False
    ),
    "lightning": lambda sizes: attention(2, sizes[0], sizes[1], linear=True),
    "rotary": lambda sizes: rotated(2, sizes[0], sizes[1] // 2),
    "experts": lambda sizes: routed(sizes[0], sizes[2], sizes[1]),
}


def computed(case: Case, seed: int) -> Computed:
    """Independent laws, each verified identically; at most the codimension of an orbit."""
    model = _MODELS[case["kind"]](case["widths"])
    found = conservation_laws(model, seed=seed)
    low, high = found.independent, found.most
    verdict = Verdict.PROVED if low == high else Verdict.OPEN
    return Computed(low, high, verdict, model.size, str(found))


THEOREM = Theorem(
    name="conservation_counts",
    title="Conservation laws of gradient flow",
    statement=(
        r"Near almost every parameter gradient flow conserves, for every loss and data set,"
        r" $\sum_l \tfrac12 m_l(m_l + 1)$ independent quantities in a linear network with hidden"
        r" widths $m_l$ (and $\tfrac12 s(2m_l + 1 - s)$ where $s = m_{l-1} + m_{l+1} < m_l$), one"
        r" for each hidden unit with ReLU or SwiGLU, none with tanh, and for each attention head"
        r" those of the pairs $Q, K$ and $V, O$: one more without softmax, and with rotary"
        r" positions one for each plane in place of those of $Q, K$. A softmax router adds one for"
        r" each input to those of the experts."
    ),
    source="MarcotteGribonvalPeyre2023 (linear and ReLU), the others counted with their method",
    keys=("MarcotteGribonvalPeyre2023",),
    assumptions=(
        "linear, several hidden layers: not one input and one output, where orbits are curves",
        "ReLU is written with one input for each gate, which is constant on a region",
        "a random point; laws and orbit as in docs/proofs.md#conservation-laws",
        "SwiGLU: SiLU of other weights as gate; experts of SwiGLU units, all of them routed to",
    ),
    formula=Math("sum m_l (m_l + 1)/2, or one for each unit"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="independent conserved quantities",
)
