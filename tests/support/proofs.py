"""Proof objects of every kind of evidence, with the right ranks from mathematics."""

# ruff: noqa: E501 (one case a line)

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import sympy as sp

import rankstrat as rs
from rankstrat.cli._proofs import refereed
from rankstrat.rank.proof.writer import proof_text
from rankstrat.referee.proof import Finding, check

x, y = sp.symbols("x y")
a, b, c, u, v, w = sp.symbols("a b c u v w")
sigma = sp.Function("sigma")


def span(*functions: sp.Expr) -> rs.Model:
    """A model whose tangent functions are the given ones."""
    theta = sp.symbols(f"t1:{len(functions) + 1}")
    return rs.Model(sum(t * f for t, f in zip(theta, functions)), theta, [x])


def chart(model: rs.Model, **values: Any) -> rs.Chart:
    return model.point(**values)


tanh3 = rs.families.two_layer(width=3, inputs=2, bias=True)
hidden = rs.families.fully_connected(widths=[1, 2, 2, 1], activation="tanh")
matrices = rs.families.matrix_factorization(rows=2, inner=2, columns=2)
relu = rs.families.two_layer(width=2, inputs=1, activation="relu", bias=True)
EQUAL = {"w2_1": "w1_1", "w2_2": "w1_2", "b2": "b1"}
kinks = rs.Model(a * sp.Max(0, w * sp.Max(0, x) + b), [a, w, b], [x])

CASES: dict[str, tuple[Callable[[], Any], int]] = {
    "equal neurons": (
        lambda: chart(tanh3, a=[1, 2, -1], w=[[1, 0], [0, 1], [0, 1]], b=[1, 2, 2]), 8),
    "zero weights": (lambda: chart(tanh3, a=[1, 2, -1], w=[[1, 0], [0, 0], [0, 1]], b=[1, 0, 2]), 11),
    "generic": (tanh3.generic, 12),
    "chart": (lambda: tanh3.chart({k: sp.Symbol(v) for k, v in EQUAL.items()}), 8),
    "double angle": (lambda: span(sp.tanh(2 * x), sp.tanh(x) / (1 + sp.tanh(x) ** 2)).generic(), 1),
    "constant factor": (lambda: span(sp.exp(x), sp.exp(x + 1), sp.exp(2 * x)).generic(), 2),
    "softplus": (lambda: span(sp.log(1 + sp.exp(x)), sp.log(1 + sp.exp(-x)), x).generic(), 2),
    # log(1 + e^-z) with a z that is not normalised: the neurons 2 - x and x - 2 differ by x - 2
    "softplus units": (lambda: span(sp.log(1 + sp.exp(2 - x)), sp.log(1 + sp.exp(x - 2)), sp.log(1 + sp.exp(-x - 1)), x - 2).generic(), 3),
    "tower": (lambda: span(sp.exp(2 * sp.exp(x)), sp.exp(sp.exp(x)), sp.exp(x)).generic(), 3),
    "cosines": (lambda: span(sp.sin(x) ** 2, sp.cos(2 * x), sp.S.One).generic(), 2),
    "roots": (lambda: span(sp.sqrt(2) * sp.exp(sp.sqrt(2) * x), sp.exp(x + sp.sqrt(3))).generic(), 2),
    "real and imaginary": (lambda: span(sp.exp(x), sp.cos(x), sp.sin(x), 1 + x).generic(), 4),
    "arctangents": (lambda: span(sp.atan(x), sp.atan(2 * x), sp.atan(-x)).generic(), 2),
    "error functions": (lambda: span(sp.erf(x), sp.erf(-x), sp.exp(-(x**2)), sp.erf(2 * x)).generic(), 3),
    "logarithms": (lambda: span(sp.log(x), sp.log(2 * x), sp.S.One, sp.log(x + 1)).generic(), 3),
    "pi": (lambda: span(sp.pi * x, x, sp.exp(x)).generic(), 2),
    "unspecified": (
        lambda: rs.Model(a * sigma(u * x) + b * sigma(v * x), [a, b, u, v], [x]).point([1, 2, 3, 3]), 2),
    "deep": (lambda: hidden.point([1, 2, 1, 2, 1, 1, 2, -1, 1, 3, 1, 1, 1]), 13),
    "balls": (lambda: hidden.point([0, 1, 1, 2, 1, 1, 2, -1, 1, 3, 1, 1, 1]), 10),
    "matrices": (lambda: matrices.point(A=[[1, 0], [0, 0]], B=[[1, 0], [0, 0]]), 3),
    "kinks": (lambda: chart(relu, a=[1, 2], w=[[1], [-2]], b=[1, 1]), 4),
    "nested kinks": (lambda: kinks.point([1, 2, 1]), 2),
    # |x| = e^log|x| on either side of 0, but not x: relations hold region by region
    "powers of |x|": (lambda: span(sp.cosh(sp.log(sp.Abs(x))), sp.Abs(x), 1 / sp.Abs(x)).generic(), 2),
    "polynomial": (lambda: span(x, x**2 - x, x**2, (x - 1) ** 2).generic(), 3),
}  # fmt: skip


ACTIVATIONS = [
    "tanh",
    "sigmoid",
    "softplus",
    "silu",
    "gelu",
    "sin",
    "exp",
    "relu",
    "leaky_relu",
    "erf",
    "cosh",
    "atan",
]
POINTS: list[Callable[[rs.Model], Any]] = [
    lambda net: net.generic(),
    lambda net: net.point(a=[1, 2], w=[[1], [1]], b=[2, 2]),
    lambda net: net.point(a=[1, 2], w=[[1], [-1]], b=[2, -2]),
    lambda net: net.point(a=[0, 2], w=[[1], [3]], b=[2, 1]),
    lambda net: net.point(a=[1, 2], w=[[2], [1]], b=[0, 0]),
]


def _network(activation: str, point: int) -> Callable[[], Any]:
    return lambda: POINTS[point](
        rs.families.two_layer(width=2, inputs=1, activation=activation, bias=True)
    )


def _product(rows: int, inner: int, columns: int) -> Callable[[], Any]:
    return lambda: rs.families.matrix_factorization(rows=rows, inner=inner, columns=columns).point(
        A=[[1] * inner for _ in range(rows)], B=[[j] * columns for j in range(inner)]
    )


DOMAINS: dict[str, Callable[[], Any]] = {
    "positive input": lambda: rs.Model(
        a * sp.sqrt(x) + b * sp.log(x) + c * x, [a, b, c], [x], domain={x: "x > 0"}
    ).generic(),
    "two inputs": lambda: rs.Model(
        a * sp.tanh(w * x) + b, [a, w, b], [x], domain={x: "x in {0, 1}"}
    ).point([1, 1, 1]),
    "circle": lambda: rs.Model(
        a * x**2 + b * y**2 + c, [a, b, c], [x, y], domain={(x, y): "sphere"}
    ).generic(),
    "roots of |x|": lambda: span(sp.exp(sp.log(sp.Abs(x)) / 2), sp.sqrt(sp.Abs(x)), x).generic(),
    "constant": lambda: rs.Model(a * sp.exp(u * x) + b * x, [a, b], [x], constants=[u]).generic(),
    "moving kinks": lambda: rs.families.two_layer(
        width=2, inputs=2, activation="relu", bias=True
    ).generic(),
}
VARIED: dict[str, Callable[[], Any]] = (
    {f"{f} at point {i}": _network(f, i) for f in ACTIVATIONS for i in range(len(POINTS))}
    | {
        f"matrices {n}": _product(*n)
        for n in ((1, 1, 1), (2, 1, 2), (2, 2, 1), (3, 2, 2), (1, 3, 2), (2, 3, 3), (3, 1, 3))
    }
    | DOMAINS
)
"""More questions, whose ranks the oracle of `graph_rank` finds."""
ALL = [
    *CASES,
    *VARIED,
    *(
        f"chance: {name}"
        for name in ("equal neurons", "chart", "softplus", "arctangents", "matrices")
    ),
]


@cache
def _text(name: str) -> str:
    if name.startswith("chance: "):
        data = json.loads(_text(name.removeprefix("chance: ")))
        data["upper"] = {"kind": "chance"}
        data["claim"]["verdict"] = "PROBABLE"
        return proof_text(data)
    if name in VARIED:
        return proof_text(refereed(rs.model_rank(VARIED[name]()))[0])
    make, rank = CASES[name]
    certificate = rs.model_rank(make())
    assert int(certificate) == rank
    return proof_text(refereed(certificate)[0])


def proof(name: str) -> dict[str, Any]:
    """The proof object of a case."""
    return dict(json.loads(_text(name)))


def judge(data: dict[str, Any]) -> Finding:
    (found,) = check(json.dumps(data))
    return found


PRIME = (1 << 61) - 1


def residues(
    prime: int = PRIME, *, iota: int = 0, roots: list[int] | None = None, count: int = 1
) -> dict[str, Any]:
    """A prime, and the same choice of residues of algebraic numbers several times."""
    return {"prime": prime, "seed": 0, "choices": [[iota, roots or []]] * count}


def tower(generators: list[Any], images: list[Any]) -> dict[str, Any]:
    """Generators, and images [kind, ..., recipe] as a mathematician writes them: N = 1 is not said
    but for logarithms, and a generator may be said to be its own image.
    """
    entries = [e if e[0] == "log" else [*e[:-1], 1, e[-1]] for e in images]
    return {
        "generators": generators,
        "images": [e for e in entries if e[:-2] not in [generators[g] for g, n in e[-1] if n == 1]],
    }


def minor(count: int) -> dict[str, Any]:
    """The claim that the derivatives by the first parameters are independent."""
    return {"kind": "minor", "columns": list(range(count))}


def relations(*some: list[Any]) -> dict[str, Any]:
    """The claim of relations, lists of pairs of a parameter and a node."""
    return {"kind": "relations", "relations": list(some)}


def written(
    graph: list[Any], *, outputs: list[int], sizes: tuple[int, int, int], **fields: Any
) -> dict[str, Any]:
    """A proof object by hand."""
    return {
        "format": "rankstrat-proof/2.1", "names": None,
        "sizes": dict(zip(("parameters", "inputs", "coordinates"), sizes, strict=True)),
        "functions": [], "graph": graph, "outputs": outputs, "free": None, "region": None,
        "places": {"at": [], "inputs": [], "bits": 64},
        "generators": [], "images": [], "residues": residues(),
        "lower": {"kind": "none"}, "upper": {"kind": "parameters"},
        "claim": {"lower": 0, "upper": sizes[0], "verdict": "OPEN"},
    } | fields  # fmt: skip
