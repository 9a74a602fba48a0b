"""Derivations of residues against derivatives by sympy, and functions that stand for others."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
import sympy

from rankstrat.referee.balls import Balls
from rankstrat.referee.graph import Graph
from rankstrat.referee.reading import Fuel
from rankstrat.referee.residues import Derivation, Residues
from rankstrat.referee.tower import Tower

PRIME = 2147483629
IOTA = next(i for i in (pow(a, PRIME // 4, PRIME) for a in range(2, 99)) if i * i % PRIME != 1)
SIZES = {"parameters": 0, "inputs": 3, "coordinates": 1}
X, U = sympy.symbols("x0:3"), sympy.symbols("u")


def modulo(value: Any) -> int:
    top, bottom = sympy.fraction(sympy.together(value))
    return int(top) * pow(int(bottom), -1, PRIME) % PRIME


def expressions(seed: int) -> tuple[list[list[Any]], list[sympy.Expr]]:
    """Random nodes in inputs and a coordinate, and the same functions for sympy."""
    rng = random.Random(seed)
    nodes: list[list[Any]] = [*(["in", k] for k in range(3)), ["coord", 0], ["rat", 3, 7]]
    values = [*X, U, sympy.Rational(3, 7)]
    for _ in range(7):
        some = [rng.randrange(len(nodes)) for _ in range(rng.randint(1, 3))]
        op, n = rng.choice(["add", "mul", "pow"]), rng.choice([-2, -1, 2, 3])
        nodes.append(["pow", n, some[0]] if op == "pow" else [op, *some])
        factors = [values[k] for k in some]
        whole = sympy.Add(*factors) if op == "add" else sympy.Mul(*factors)
        values.append(factors[0] ** n if op == "pow" else whole)
    return nodes, values


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("seed", range(12))
def test_derivations_are_derivatives(seed: int, layer: int) -> None:
    nodes, values = expressions(seed)
    tower = Tower(Graph(nodes, SIZES, [], Fuel(10**6)), [], [])
    base = Residues(tower, PRIME, {}, "seed")
    variables = X if layer == 2 else [U]
    names = [("in", k) for k in range(3)] if layer == 2 else [("coord", 0)]
    at = {x: base.leaf("in", k) for k, x in enumerate(X)} | {U: base.leaf("coord", 0)}
    slopes = [base.drawn("D", *name) for name in names]
    derivation = Derivation(base, layer)
    for k, f in zip(tower.graph.index, values, strict=True):
        v, d = derivation.value(k)
        assert v == modulo(f.subs(at))
        parts = [modulo(sympy.diff(f, x).subs(at)) for x in variables]
        assert d == sum(c * s for c, s in zip(parts, slopes, strict=True)) % PRIME


@pytest.mark.parametrize("op", ["exp", "log", "atan", "sin", "cos", "tanh", "sinh", "tan"])
def test_derivations_of_functions(op: str) -> None:
    # f(h) for h = x^2 + 1, where D f(h) = f'(h) D h and f' is known from f
    kind = {"sin": "cis", "cos": "cis", "tan": "cis", "log": "log", "atan": "atan"}.get(op, "exp")
    graph = [["in", 0], ["mul", 0, 0], ["rat", 1, 1], ["add", 1, 2], [op, 3]]
    pairs = {"sin": "cos", "cos": "sin", "sinh": "cosh"}
    graph.append([pairs.get(op, op), 3])
    tower = Tower(Graph(graph, SIZES, [], Fuel(10**6)), [[kind, 3]], [])
    derivation = Derivation(Residues(tower, PRIME, {("iota",): IOTA}, 5), 2)
    (h, dh), (v, dv), (w, _) = (derivation.value(tower.graph.index[k]) for k in (3, 4, 5))
    slope = {
        "exp": v, "log": pow(h, -1, PRIME), "atan": pow(1 + h * h, -1, PRIME), "sin": w,
        "cos": -w, "sinh": w, "tanh": 1 - v * v, "tan": 1 + v * v,
    }[op]  # fmt: skip
    assert dv == slope * dh % PRIME


def test_functions_that_stand_for_others() -> None:
    for x in (Fraction(-3, 2), Fraction(5, 7)):
        graph = [["in", 0], ["relu", 0], ["abs", 0], ["sign", 0], ["step", 0], ["pi"]]
        tower = Tower(Graph(graph, SIZES, [], Fuel(10**6)), [], [])
        balls = Balls(tower, 100, {("in", 0): x})
        _, relu, absolute, sign, step, pi = (balls.value(k) for k in tower.graph.index)
        expected = (max(x, 0), abs(x), 1 if x > 0 else -1, int(x > 0))
        for (low, high), value in zip((relu, absolute, sign, step), expected, strict=True):
            assert Fraction(low) <= value <= Fraction(high) < value + Fraction(1, 10**20)
        assert f"{pi[0]:.20f}" == f"{pi[1]:.20f}" == "3.14159265358979323846"
