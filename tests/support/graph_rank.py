"""The rank of the model in a proof object by floating point with 120 digits, from the specification
alone: an oracle that shares no code with the referee.
"""

from __future__ import annotations

import random
from typing import Any

import mpmath
from mpmath import mp, mpf

DIGITS, SMALL = 120, 60


class NoValueError(Exception):
    """A node has no real value at this point."""


def jet(f: int, parity: str, order: int, z: Any) -> Any:
    """A derivative of a fixed function that nobody would call special: a sum of exponentials."""
    source = random.Random(f)
    total = mpf(0)
    for _ in range(7):
        c, k = mpf(source.randrange(1, 999)) / 500, mpf(source.randrange(-999, 999)) / 700
        plus = k**order * mpmath.exp(k * z)
        minus = (-k) ** order * mpmath.exp(-k * z)
        total += c * (plus + {"odd": -minus, "even": minus}.get(parity.rstrip("0"), 0))
        if parity == "0" and order == 0:
            total -= c
    return total


SLOPES: dict[str, Any] = {
    "exp": (mpmath.exp, mpmath.exp),
    "log": (mpmath.log, lambda a: 1 / a),
    "tanh": (mpmath.tanh, lambda a: 1 - mpmath.tanh(a) ** 2),
    "sinh": (mpmath.sinh, mpmath.cosh),
    "cosh": (mpmath.cosh, mpmath.sinh),
    "sin": (mpmath.sin, mpmath.cos),
    "cos": (mpmath.cos, lambda a: -mpmath.sin(a)),
    "tan": (mpmath.tan, lambda a: 1 + mpmath.tan(a) ** 2),
    "atan": (mpmath.atan, lambda a: 1 / (1 + a * a)),
    "erf": (mpmath.erf, lambda a: 2 / mpmath.sqrt(mp.pi) * mpmath.exp(-a * a)),
    "relu": (lambda a: max(a, mpf(0)), lambda a: mpf(a > 0)),
    "abs": (abs, lambda a: mpf((a > 0) - (a < 0))),
    "step": (lambda a: mpf(a > 0), lambda a: mpf(0)),
    "sign": (lambda a: mpf((a > 0) - (a < 0)), lambda a: mpf(0)),
}


def gradients(data: dict[str, Any], u: list[Any], x: list[Any], signs: list[bool]) -> list[Any]:
    """For every output its gradient by the free parameters."""
    size = data["sizes"]["parameters"]
    values: list[tuple[Any, dict[int, Any]]] = []
    for node in data["graph"]:
        op = node[0]
        if op == "rat":
            v, g = mpf(node[1]) / node[2], {}
        elif op in ("in", "coord"):
            v, g = (x if op == "in" else u)[node[1]], {}
        elif op in ("pi", "isqrtpi"):
            v, g = +mp.pi if op == "pi" else 1 / mpmath.sqrt(mp.pi), {}
        elif op == "par":
            v, g = values[node[2]][0], {node[1]: mpf(1)}
        elif op == "add":
            v, g = sum((values[a][0] for a in node[1:]), mpf(0)), {}
            for a in node[1:]:
                for i, d in values[a][1].items():
                    g[i] = g.get(i, 0) + d
        elif op == "mul":
            v, g = mpf(1), {}
            for a in node[1:]:
                w, h = values[a]
                g = {i: g.get(i, 0) * w + v * h.get(i, 0) for i in g.keys() | h.keys()}
                v *= w
        else:
            a, h = values[node[-1]]
            if op == "pow":
                if a == 0 and node[1] < 0:
                    raise NoValueError
                v = a ** node[1]
                slope = node[1] * a ** (node[1] - 1) if node[1] and a else mpf(node[1] == 1)
            elif op == "root":
                if a <= 0:
                    raise NoValueError
                v = mpmath.root(a, node[1])
                slope = v / (a * node[1])
            elif op == "jet":
                parity = data["functions"][node[1]]
                v, slope = (jet(node[1], parity, node[2] + k, a) for k in (0, 1))
            else:
                if op == "log" and a <= 0:
                    raise NoValueError
                if op in ("relu", "abs", "step", "sign"):
                    signs.append(a > 0)
                v, slope = (f(a) for f in SLOPES[op])
            g = {i: slope * d for i, d in h.items()}
        if not mpmath.isfinite(v):
            raise NoValueError
        values.append((v, g))
    free = range(size) if data["free"] is None else data["free"]
    return [[values[o][1].get(i, mpf(0)) for i in free] for o in data["outputs"]]


def rank(matrix: list[list[Any]]) -> int:
    """Elimination with full pivoting; what is below 10^-60 of the largest entry counts as zero."""
    rows = [r for r in matrix if any(r)]
    rows = [[v / max(map(abs, r)) for v in r] for r in rows]
    count = 0
    while rows:
        size, i, j = max((abs(v), i, j) for i, r in enumerate(rows) for j, v in enumerate(r))
        if size < mpf(10) ** -SMALL:
            break
        pivot = rows.pop(i)
        rows = [[v - r[j] / pivot[j] * p for v, p in zip(r, pivot)] for r in rows]
        count += 1
    return count


def model_rank_of(data: dict[str, Any], seed: int = 0) -> int | None:
    """The rank of the model at a random point of its chart, or None where no value is found, or
    where 120 digits are too few.
    """
    if any(abs(v) > 999 for node in data["graph"] if node[0] in ("rat", "pow") for v in node[1:]):
        return None
    source = random.Random(seed)
    free = data["sizes"]["parameters"] if data["free"] is None else len(data["free"])
    best = None
    with mp.workdps(DIGITS):
        for attempt in range(3):
            u = [
                mpf(source.randrange(-3000, 3000)) / 1024
                for _ in range(data["sizes"]["coordinates"])
            ]
            rows: list[Any] = []
            tries, target = 0, None
            if data["region"] is not None:
                places, target = data["places"], []
                at, x = (
                    [mpf(p) / q for p, q in v]
                    for v in (places["at"], places["inputs"][data["region"]])
                )
                try:
                    gradients(data, at, x, target)
                except NoValueError:
                    return None
            count = 0
            while count < free + 6 and tries < 80:
                tries += 1
                scale = 2 ** source.randrange(-2, 6)
                x = [mpf(source.randrange(-999, 999)) / 999 * scale
                     for _ in range(data["sizes"]["inputs"])]  # fmt: skip
                signs: list[bool] = []
                try:
                    found = gradients(data, u, x, signs)
                except (NoValueError, ZeroDivisionError, OverflowError):
                    continue
                if target is None or signs == target:
                    rows += found
                    count += 1
            if rows:
                best = max(best or 0, rank(rows))
            del attempt
    return best
