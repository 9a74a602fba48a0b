"""Files of a few kilobytes whose work is a product of two lengths: the budget of steps ends it."""

from __future__ import annotations

import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from proofs import minor, relations, residues, written
from sympy import primerange

from rankstrat.referee.balls import Balls
from rankstrat.referee.graph import Graph
from rankstrat.referee.polynomials import Expander, is_empty
from rankstrat.referee.proof import check
from rankstrat.referee.reading import Fuel, Unchecked
from rankstrat.referee.tower import Tower

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


def tower_of(nodes: list[Any], inputs: int) -> Tower:
    sizes = {"parameters": 0, "inputs": inputs, "coordinates": 0}
    return Tower(Graph(nodes, sizes, ["", ""], Fuel(10**8)), [], [])


@pytest.mark.parametrize("entry", [["pow", 2], ["pow", -2], ["jet", 0, 0], ["root", 2]])
def test_a_long_monomial_is_paid_for_wherever_it_is_copied(entry: list[Any]) -> None:
    n, (op, *first, last) = 200, entry
    product = [*(["in", k] for k in range(n)), ["mul", *range(n)]]
    step = 1 if last >= 0 else -1
    tower = tower_of([*product, *([op, *first, last + step * k, n] for k in range(50))], n)
    expander = Expander(tower)
    expander.value(tower.graph.index[n])
    before = expander.fuel.left
    for k in tower.graph.index[n + 1 :]:
        expander.value(k)
    assert before - expander.fuel.left >= 50 * n


def test_a_denominator_of_long_monomials_takes_no_time_for_each_unknown() -> None:
    # 1/(x_1 ... x_n + y_1 ... y_n): the common monomial is found in one pass
    n = 1500
    nodes = [*(["in", k] for k in range(2 * n)), ["mul", *range(n)], ["mul", *range(n, 2 * n)],
             ["add", 2 * n, 2 * n + 1], ["pow", -1, 2 * n + 2]]  # fmt: skip
    tower = tower_of(nodes, 2 * n)
    expander, (*_, below, node) = Expander(tower), tower.graph.index
    expander.value(below)
    started = time.process_time()
    assert expander.value(node)
    assert time.process_time() - started < 0.5


def test_long_coefficients_of_inequalities_are_paid_for() -> None:
    def forms(bits: int) -> list[tuple[Fraction, Fraction]]:
        some = [Fraction((1 << bits) + 2 * k + 1, (1 << bits) + 4 * k + 3) for k in range(40)]
        return [(2 + c, -c) if k % 2 else (c, c) for k, c in enumerate(some)]

    assert not is_empty(forms(60), Fuel(50_000))
    with pytest.raises(Unchecked, match="budget"):
        is_empty(forms(5000), Fuel(50_000))


@pytest.mark.parametrize("op", ["cos", "atan", "erf"])
def test_the_size_of_a_tiny_number_is_not_written_out(op: str) -> None:
    # series in a number with 480,000 zeros behind the point
    tower = tower_of([["in", 0], [op, 0]], 1)
    x, node = tower.graph.index
    started = time.process_time()
    for _ in range(8):
        balls = Balls(tower, 64)
        balls.values[x] = Decimal("1e-480000"), Decimal("2e-480000")
        low, high = balls.value(node)
        assert low <= high
        assert abs(low - (op == "cos")) < Decimal("1e-15")
    assert time.process_time() - started < 1


def test_numbers_of_one_hash_have_names_of_different_hashes() -> None:
    # Python's hash of an integer is its residue modulo a Mersenne prime, and a table of names
    # with one hash takes the square of its length
    prime, n = sys.hash_info.modulus, 50
    nodes: list[Any] = [INPUT]
    for k in range(n):
        last = len(nodes)
        nodes += [["rat", 5 + k * prime, 7], ["mul", last, 0], ["exp", last + 1],
                  ["add", 0, last], ["pow", -1, last + 3]]  # fmt: skip
    tower = tower_of(nodes, 1)
    expander = Expander(tower)
    for k in tower.graph.index:
        expander.value(k)
    numbers = [name for name in tower.graph.known if name[0] == "rat"]
    for names in (numbers, list(expander.atoms)):
        assert len({hash(name) for name in names}) == len(names) >= n
    assert len(expander.atoms) == 1 + 2 * n
