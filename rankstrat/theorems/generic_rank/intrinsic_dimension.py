r"""The largest rank of a model: how many samples make it overparameterized, often fewer than it has
parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rankstrat.families import build
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems.theorem import Case, Theorem


@dataclass(frozen=True)
class Sizes:
    """A family: the names of its sizes, $M_I$ as their function, and the activation if it is
    given.
    """

    family: str
    names: tuple[str, ...]
    rank: Callable[..., int]
    activation: str = ""


def _product(rows: int, inner: int, columns: int) -> int:
    p = min(rows, inner, columns)
    return p * (rows + columns - p)


_FAMILIES = {
    "matrix_factorization": Sizes("matrix_factorization", ("rows", "inner", "columns"), _product),
    "diagonal": Sizes("diagonal", ("features",), lambda m: m),
    "deep_diagonal": Sizes("deep_diagonal", ("features", "depth"), lambda m, depth: m),
    "two_layer": Sizes("two_layer", ("width", "inputs"), lambda m, d: m * (d + 1)),
    "two_layer relu": Sizes("two_layer", ("width", "inputs"), lambda m, d: m * d, "relu"),
}
_DEFAULT: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("diagonal", (2,)),
    ("diagonal", (40,)),
    ("deep_diagonal", (3, 3)),
    ("deep_diagonal", (20, 4)),
    ("matrix_factorization", (2, 1, 2)),
    ("matrix_factorization", (3, 5, 2)),
    ("matrix_factorization", (6, 4, 7)),
    ("two_layer", (3, 2)),
    ("two_layer", (9, 4)),
    ("two_layer relu", (2, 2)),
    ("two_layer relu", (7, 4)),
)
_DEEP = (("matrix_factorization", (9, 5, 9)), ("two_layer", (30, 3)), ("deep_diagonal", (60, 5)))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Families and their sizes, in the order of their arguments."""
    for family, sizes in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"family": family, "sizes": " ".join(map(str, sizes))}


def predicted(case: Case, seed: int) -> int:
    """M_I of the family."""
    return _FAMILIES[case["family"]].rank(*map(int, case["sizes"].split()))


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the generic point."""
    family = _FAMILIES[case["family"]]
    arguments = dict(zip(family.names, map(int, case["sizes"].split()), strict=True))
    if not family.activation:
        return model_rank(build(family.family, **arguments).generic(), seed=seed)
    model = build(family.family, **arguments, activation=family.activation)
    # regions of a piecewise model need numbers
    width, inputs = arguments["width"], arguments["inputs"]
    rows = [[i**t + t for t in range(inputs)] for i in range(1, width + 1)]
    return model_rank(model.point(a=[1] * width, w=rows), seed=seed)


THEOREM = Theorem(
    name="intrinsic_dimension",
    title="The largest rank of a model",
    statement=(
        r"The intrinsic number of parameters $M_I = \max_\theta r_\theta$ is $m$ for diagonal"
        r" models of any depth, $p(d_1 + d_2 - p)$ for $d_1 \times p \times d_2$ matrix"
        r" factorization with $p \leq \min(d_1, d_2)$ and $d_1 d_2$ for larger $p$, $m(d+1)$ for"
        r" two-layer tanh networks and $md$ for ReLU. A model is overparameterized for $n < M_I$"
        r" samples, which is more than $n < M$ says."
    ),
    source=(
        "OPT (the definition); LSH Proposition 1, LLR Theorem 4 (JMLR); derived in"
        " docs/proofs.md#rays for ReLU and depth"
    ),
    keys=("OPT", "LSH", "LLR"),
    assumptions=("no bias", "ReLU: at a point with different rays, none antipodal to another"),
    formula=Math("M_I"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
