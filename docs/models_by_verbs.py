"""Rebuild the page of models by verbs: what is answered for models as users bring them.

Run `python docs/models_by_verbs.py` in the root of the repository; it writes
``docs/models_by_verbs.md``. Every call has a budget of seconds, so the table takes some minutes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rankstrat as rs
from rankstrat import families
from rankstrat.model.files import parse_model

PAGE = Path(__file__).with_suffix(".md")
BUDGET = 2.0

# name: outputs | parameters | inputs | values of the target's parameters
WRITTEN = """
two exponentials: a*exp(b*t) + c*exp(d*t) | a b c d | t | 1 -1 2 -3
exponential and offset: a*exp(b*t) + c | a b c | t | 2 -1 1
two Gaussians of one width: a*exp(-(x-m)**2) + b*exp(-(x-n)**2) | a m b n | x | 1 0 2 1
two Gaussians: a*exp(-s*(x-m)**2) + b*exp(-u*(x-n)**2) | a s m b u n | x | 1 1 0 2 2 1
Bateman: a*k/(k-e)*(exp(-e*t) - exp(-k*t)) | a k e | t | 1 2 1
Michaelis-Menten: a*x/(b+x) | a b | x | 3 2
Hill: a*x**2/(b**2+x**2) | a b | x | 3 2
logistic growth: a/(1+b*exp(-c*t)) | a b c | t | 2 1 1
damped oscillation: a*exp(-b*t)*cos(c*t+d) | a b c d | t | 1 1 2 0
two sines: a*sin(b*t) + c*sin(d*t) | a b c d | t | 1 1 1 2
linear ODE: c*exp(a*t) + b/a*(exp(a*t)-1) | a b c | t | 1 2 3
cubic units: a*(w*x+w**3*x**3) + b*(v*x+v**3*x**3) | a b w v | x | 1 2 1 -1
square units: a*(w*x)**2 + b*(v*x)**2 | a b w v | x | 1 2 1 1
tanh units: a*tanh(w*x+c) + b*tanh(v*x+d) | a b w v c d | x | 1 0 1 2 1 0
swish units: a*w*x/(1+exp(-w*x)) + b*v*x/(1+exp(-v*x)) | a b w v | x | 1 2 1 1
softplus units: a*log(1+exp(w*x)) + b*log(1+exp(v*x)) | a b w v | x | 1 2 1 1
relu units: a*Max(0, w*x) + b*Max(0, v*x) | a b w v | x | 1 2 1 1
gated unit: a*w*x/(1+exp(-v*x)) | a w v | x | 1 2 1
two gated units: a*w*x/(1+exp(-v*x)) + b*u*x/(1+exp(-c*x)) | a w v b u c | x | 1 2 1 1 1 3
polynomial gate: a*w*x*(v*x+b) | a w v b | x | 1 2 1 1
two experts: (a*x+b)/(1+exp(-w*x)) + (c*x+d)/(1+exp(w*x)) | w a b c d | x | 1 1 0 2 0
residual block: x + a*tanh(w*x) | a w | x | 1 2
tied weights: w*tanh(w*x) | w | x | 2
tied, deep: w*tanh(w*tanh(w*x)) | w | x | 2
normalised: (a*x+b*y)/sqrt(a**2+b**2) | a b | x y | 3 4
low rank and diagonal: a*c, a*d, b*c, b*d+e | a b c d e | | 1 2 1 3 0
cone: (a**2+b**2-c**2)*x | a b c | x | 3 4 5
"""

Maker = Callable[[], rs.Model]
FAMILIES: dict[str, tuple[Maker, list[int]]] = {
    "one head": (lambda: families.attention(2, 1, 1), [1, 2, 1, 3]),
    "two equal heads": (lambda: families.attention(2, 1, 1, 2), [1, 1, 2, 2, 1, 1, 3, 3]),
    "linear head": (lambda: families.attention(2, 1, 1, linear=True), [1, 2, 1, 3]),
    "depth 3": (lambda: families.fully_connected([1, 2, 2, 1]), list(range(1, 14))),
    "depth 3, wide": (lambda: families.fully_connected([2, 16, 16, 1]), list(range(1, 338))),
    "kernel, relu": (lambda: families.convolutional(1, 3, 2, activation="relu"), [1, 2, 1, 3]),
    "framework": (lambda: families.framework(4), [-2, 3, 1, -1, 4, 0, 2, 5]),
    "tensor of rank 2": (lambda: families.cp_factorization([2, 2, 2], 2), list(range(1, 13))),
}


def models() -> dict[str, tuple[rs.Model, list[int]]]:
    """Name -> model and the parameters of the target."""
    found: dict[str, tuple[rs.Model, list[int]]] = {}
    for line in WRITTEN.strip().splitlines():
        name, _, rest = line.partition(":")
        outputs, parameters, inputs, values = (part.strip() for part in rest.split("|"))
        toml = [
            f"outputs = {[o.strip() for o in _split(outputs)]}",
            f"parameters = {parameters.split()}",
            f"inputs = {inputs.split()}",
        ]
        found[name] = parse_model("\n".join(toml)).model, [int(v) for v in values.split()]
    return found | {name: (make(), values) for name, (make, values) in FAMILIES.items()}


def _split(outputs: str) -> list[str]:
    """At commas outside brackets."""
    parts, depth = [""], 0
    for letter in outputs:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _rank(model: rs.Model, point: rs.Chart) -> str:
    certificate = rs.model_rank(point)
    return f"{certificate.lower} {certificate.verdict}"


def _strata(model: rs.Model, point: rs.Chart) -> str:
    hierarchy = rs.stratify(model, budget=BUDGET)
    return f"{len(hierarchy.levels)} levels {hierarchy.coverage.verdict}"


def _target(model: rs.Model, point: rs.Chart) -> str:
    found = rs.target_set(model, point, budget=BUDGET)
    return f"{found.count} branches {'complete' if found.complete else 'OPEN'}"


def _size(model: rs.Model, point: rs.Chart) -> str:
    found = rs.optimistic_sample_size(rs.target_set(model, point, budget=BUDGET), budget=BUDGET)
    if found.value is None:
        return f"[{found.lower}, {found.upper}] OPEN"
    return f"{found.value} {found.minimal}"


def _symmetries(model: rs.Model, point: rs.Chart) -> str:
    return f"{len(rs.symmetries(model, budget=BUDGET))} PROVED"


def _local(model: rs.Model, point: rs.Chart) -> str:
    found = rs.target_set(model, point, budget=BUDGET).local_dimension(point)
    return f"{found} {found.verdict}"


VERBS: dict[str, Callable[[rs.Model, rs.Chart], str]] = {
    "model_rank": _rank,
    "stratify": _strata,
    "target_set": _target,
    "local_dimension": _local,
    "optimistic_sample_size": _size,
    "symmetries": _symmetries,
}


def cell(verb: Callable[[rs.Model, rs.Chart], str], model: rs.Model, point: rs.Chart) -> str:
    """The answer with its verdict and seconds, or the refusal."""
    start = time.perf_counter()
    try:
        answer = verb(model, point)
    except rs.errors.RankstratError as error:
        answer = f"refused ({type(error).__name__})"
    return f"{answer}, {time.perf_counter() - start:.1f} s"


def page() -> str:
    """The whole page."""
    heads = ["model", *VERBS]
    rows: list[list[Any]] = []
    for name, (model, values) in models().items():
        point = model.point(values)
        rows.append([name, *(cell(verb, model, point) for verb in VERBS.values())])
    refused = sum("refused" in c for row in rows for c in row)
    total = len(rows) * len(VERBS)
    lines = [
        "# Models by verbs",
        "",
        f"What {len(VERBS)} verbs answer for {len(rows)} models as users bring them, with verdicts"
        f" and seconds: {total - refused} of {total} questions are answered, {refused} refused.",
        f"Calls that take one have a budget of {BUDGET:g} seconds; what they know then comes back."
        " The point is that of the target; `python docs/models_by_verbs.py` rebuilds the table.",
        "",
        "| " + " | ".join(f"`{h}`" if h in VERBS else h for h in heads) + " |",
        "|" + " --- |" * len(heads),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
