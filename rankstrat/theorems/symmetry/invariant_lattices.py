r"""How many fixed sets a two-layer network has: partitions of its neurons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import comb

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.verdict import Verdict
from rankstrat.symmetry import invariant_lattice
from rankstrat.text.tables import Math
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ("exp", 1, 2),
    ("exp", 2, 1),
    ("exp", 4, 1),
    ("tanh", 1, 1),
    ("tanh", 2, 2),
    ("tanh", 3, 1),
    ("tanh", 4, 7),
    ("ztanh", 1, 1),
    ("ztanh", 2, 1),
    ("ztanh", 3, 1),
)
_DEEP = (("exp", 6, 1), ("tanh", 5, 1), ("ztanh", 4, 2))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Activation, width and inputs."""
    for activation, m, d in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"activation": activation, "m": m, "d": d}


def stirling(n: int, k: int) -> int:
    """Partitions of n things into k blocks."""
    if n == 0 or k == 0:
        return int(n == k)
    return k * stirling(n - 1, k) + stirling(n - 1, k - 1)


def _bell(n: int) -> int:
    return sum(stirling(n, k) for k in range(n + 1))


def _signed(n: int) -> int:
    return sum(stirling(n, k) * 2 ** (n - k) for k in range(n + 1))


_COUNTS: Mapping[str, Callable[[int], int]] = {
    "exp": _bell,
    "tanh": lambda m: sum(comb(m, k) * _signed(m - k) for k in range(m + 1)),
    "ztanh": lambda m: sum(comb(m, k) * _bell(k) * _signed(m - k) for k in range(m + 1)),
}


def predicted(case: Case, seed: int) -> int:
    """Partitions; with signs and null neurons for odd, with neurons of weight 0 for even."""
    return _COUNTS[case["activation"]](case["m"])


def computed(case: Case, seed: int) -> Computed:
    """Fixed sets of the group that the verified symmetries generate, closed under intersection."""
    lattice = invariant_lattice(two_layer(case["m"], case["d"], case["activation"]))
    proved = lattice.complete and all(s.verdict is Verdict.PROVED for s in lattice.members)
    verdict = Verdict.PROVED if proved else Verdict.OPEN
    count = len(lattice)
    statement = f"{count} intersections of fixed sets, each left by no gradient flow"
    return Computed(count, count, verdict, lattice.model.size, statement)


THEOREM = Theorem(
    name="invariant_lattices",
    title="The lattice of invariant sets of a two-layer network",
    statement=(
        r"The sets that permutation and sign symmetries of $\sum_{i \leq m} a_i \sigma(w_i \cdot"
        r" x)$ fix are the partitions of the neurons for a $\sigma$ without parity (Bell numbers);"
        r" partitions with signs and a block of null neurons for an odd one (Dowling numbers);"
        r" and for an even one partitions with signs of the neurons with $w \neq 0$ and partitions"
        r" of those with $w = 0$."
    ),
    source=(
        "SIM Theorem 4.1 (fixed sets are invariant); counted in docs/proofs.md#invariant-manifolds"
    ),
    keys=("SIM",),
    assumptions=("one output, no biases", "the group that `symmetries` finds and verifies"),
    formula=Math(
        "sum_k C(m, k) B(k) sum_j S(m - k, j) 2^(m - k - j)",
        r"\sum_k \binom{m}{k} B_k \sum_j S(m - k, j)\,2^{m - k - j}",
    ),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="invariant sets",
)
