"""Files of a few kilobytes whose work is a product of two lengths: the budget of steps ends it."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from proofs import minor, relations, residues, written
from sympy import primerange

from rankstrat.referee.proof import check

ONE, INPUT = ["rat", 1, 1], ["in", 0]
LINE = [ONE, INPUT, ["par", 0, 0], ["mul", 1, 2]]
NOTHING = relations([[0, 0]])
BUDGET = 200_000
Proof = dict[str, Any]


def numbers(n: int) -> list[list[int | str]]:
    return [["rat", 1, k + 2] for k in range(n)]


def line(**fields: Any) -> Proof:
    """a x, of which the other parameters are not a part."""
    return written(LINE, outputs=[3], sizes=(1000, 1, 0), **fields)


def wide(n: int) -> list[int | str]:
    """A long sum of 31 nodes."""
    return ["add", *(k**3 % 1009 % 31 for k in range(9 * n))]


def sum_below_parameters(n: int) -> Proof:
    graph = [ONE, *numbers(30), wide(n), *(["par", i, 31] for i in range(n))]
    return written(graph, outputs=[32], sizes=(n, 0, 0))


def sum_of_outputs(n: int) -> Proof:
    graph = [ONE, ["par", 0, 0], *numbers(29), wide(n)]
    return written(graph, outputs=[31] * n, sizes=(1, 0, 0))


def recipe_of_jets(n: int) -> Proof:
    graph = [*LINE, ["mul", 1, 1], *(["jet", 0, j, 4] for j in range(n))]
    return written(graph, outputs=[3], sizes=(1, 1, 0), functions=[""], generators=[["jet", 0, 1]],
                   images=[["jet", 0, 4, 1, [[0, 1]] * n]])  # fmt: skip


def recipe_at_samples(n: int) -> Proof:
    graph = [ONE, INPUT, ["rat", -1, 1], ["mul", 2, 1], ["add", 1, 1, 3], ["exp", 4]]
    for i in range(n // 8):
        graph += [["par", i, 0], ["pow", i + 2, 1], ["mul", len(graph), len(graph) + 1, 5]]
    graph.append(["add", *range(8, len(graph), 3)])
    count, recipe = n // 8, [[0, 1], *([[0, 1], [0, -1]] * n)]
    return written(graph, outputs=[len(graph) - 1], sizes=(count, 1, 0), lower=minor(count),
                   generators=[["exp", 1]], images=[["exp", 4, 1, recipe]])  # fmt: skip


def inverse_of_a_sum(n: int) -> Proof:
    graph = [ONE, *(["in", k] for k in range(n)), ["add", *range(1, n + 1)], ["pow", -1, n + 1],
             ["par", 0, 0], ["mul", n + 2, n + 3]]  # fmt: skip
    return written(graph, outputs=[n + 4], sizes=(1, n, 0), upper=NOTHING)


def many_steps(n: int) -> Proof:
    graph = [ONE, *(["in", k] for k in range(n)), *(["step", k + 1] for k in range(n))]
    graph += [["add", *range(n + 1, 2 * n + 1)], ["par", 0, 0], ["mul", 2 * n + 1, 2 * n + 2]]
    return written(graph, outputs=[2 * n + 3], sizes=(1, n, 0), upper=NOTHING)


def regions_of_many_inputs(n: int) -> Proof:
    graph = [ONE, ["rat", -1, 1], INPUT, *numbers(n), *(["add", 2, k + 3] for k in range(n))]
    graph += [["step", n + k + 3] for k in range(n)]
    last = len(graph)
    graph += [["add", *range(2 * n + 3, last)], ["par", 0, 0], ["par", 1, 0],
              ["mul", last, last + 1], ["mul", last, last + 2],
              ["add", last + 3, last + 4]]  # fmt: skip
    places = {"at": [], "inputs": [[[1, 1]] * n, [[-1, 1]] * n], "bits": 64}
    return written(graph, outputs=[last + 5], sizes=(2, n, 0), places=places,
                   upper=relations([[0, 0], [1, 1]]))  # fmt: skip


def signs_at_places(n: int) -> Proof:
    graph = [ONE, *numbers(n), *(["step", k + 1] for k in range(n)), ["par", 0, 0]]
    graph += [["add", *range(n + 1, 2 * n + 1)], ["mul", 2 * n + 1, 2 * n + 2]]
    places = {"at": [], "inputs": [[]] * (n // 20), "bits": 64}
    return written(graph, outputs=[len(graph) - 1], sizes=(1, 0, 0), places=places)


def ball_rows(n: int) -> Proof:
    lower = {"kind": "balls", "rows": [[0, [1]]] * n, "columns": list(range(1, n + 1))}
    return line(lower=lower, places={"at": [], "inputs": [[[1, 1]]], "bits": 64})


SHAPES: list[Callable[[int], Proof]] = [
    sum_below_parameters, sum_of_outputs, recipe_of_jets, recipe_at_samples,
    inverse_of_a_sum, many_steps, regions_of_many_inputs, signs_at_places, ball_rows,
    lambda n: line(lower=minor(n)), lambda n: line(upper=relations(*[[]] * n)),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_products_of_lengths_are_paid_for(shape: Callable[[int], Proof]) -> None:
    (found,) = check(json.dumps(shape(900)), BUDGET)
    assert any("the budget of steps" in line for line in found.lines), found.lines
    assert not any("the budget of steps" in line for line in check(json.dumps(shape(20)))[0].lines)


def test_places_share_their_coordinates() -> None:
    places = {"at": [[1, 1]] * 1000, "inputs": [[]] * 1000, "bits": 64}
    graph = [ONE, ["par", 0, 0]]
    text = json.dumps(written(graph, outputs=[1], sizes=(1, 0, 1000), places=places))
    tracemalloc.start()
    check(text, BUDGET)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_roots_of_many_primes_are_paid_for() -> None:
    primes = list(primerange(20_000))
    known = residues(roots=[1] * len(primes))
    (found,) = check(json.dumps(line(generators=[["root", p, 2] for p in primes], residues=known)),
                     BUDGET)  # fmt: skip
    assert "not checked: the budget of steps is spent" in found.lines
