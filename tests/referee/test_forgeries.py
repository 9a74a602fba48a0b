"""False claims made by hand against single rules; the true ranks stand beside them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from proofs import PRIME, judge, minor, proof, relations, residues, tower, written

from rankstrat.referee.proof import check
from rankstrat.referee.reading import Refused

ONE, MINUS, INPUT = ["rat", 1, 1], ["rat", -1, 1], ["in", 0]
NOTHING = relations([[0, 0]])
"""The claim that the derivative by the only parameter is zero."""
SMALL = (1, 1, 0)


def place(x: int) -> dict[str, Any]:
    return {"at": [], "inputs": [[[x, 1]]], "bits": 64}


BALL = {"kind": "balls", "rows": [[0, [1]]], "columns": [0]}


@pytest.mark.parametrize(
    ("graph", "places"),
    [
        # a x (step(h) + step(-h) - 1) with h = sin^2 + cos^2 - 1 = 0: by convention -a x
        ([ONE, MINUS, INPUT, ["sin", 2], ["cos", 2], ["mul", 3, 3], ["mul", 4, 4], ["add", 5, 6, 1],
          ["mul", 1, 7], ["step", 7], ["step", 8], ["par", 0, 0], ["add", 9, 10, 1],
          ["mul", 11, 2, 12]], None),
        # a x (sign(h)^2 - 1) with the same h
        ([ONE, MINUS, INPUT, ["sin", 2], ["cos", 2], ["mul", 3, 3], ["mul", 4, 4], ["add", 5, 6, 1],
          ["sign", 7], ["mul", 8, 8], ["par", 0, 0], ["add", 9, 1], ["mul", 10, 2, 11]], None),
        # a x (step(h) + step(-h) - 1) with h = max(0, x): -a x for negative x
        ([ONE, MINUS, INPUT, ["relu", 2], ["mul", 1, 3], ["step", 3], ["step", 4],
          ["add", 5, 6, 1], ["par", 0, 0], ["mul", 8, 2, 7]], 1),
    ],
)  # fmt: skip
def test_a_kink_may_vanish_on_an_open_set(graph: list[Any], places: int | None) -> None:
    data = written(graph, outputs=[len(graph) - 1], sizes=SMALL, upper=NOTHING)
    if places is not None:
        data["places"] = place(places)
    assert judge(data).upper == 1


def test_opposite_sides_of_a_kink_in_the_inputs_are_the_whole_line() -> None:
    # step(x) + step(-x) = 1 almost everywhere: the rank is 0
    graph = [ONE, MINUS, INPUT, ["mul", 1, 2], ["step", 2], ["step", 3], ["add", 4, 5, 1],
             ["par", 0, 0], ["mul", 7, 2, 6]]  # fmt: skip
    found = judge(written(graph, outputs=[8], sizes=SMALL, upper=NOTHING))
    assert (found.upper, found.verdict) == (0, "PROVED")


@pytest.mark.parametrize(
    ("graph", "x"),
    [
        # a max(0, x) + log(-x) is defined for negative x only, where a does nothing
        ([ONE, MINUS, INPUT, ["relu", 2], ["par", 0, 0], ["mul", 4, 3], ["mul", 1, 2], ["log", 6],
          ["add", 5, 7]], 1),
        # a (sqrt(x^2) - x) + log(x) is defined for positive x only, where a does nothing
        ([ONE, MINUS, INPUT, ["mul", 2, 2], ["root", 2, 3], ["mul", 1, 2], ["add", 4, 5],
          ["par", 0, 0], ["mul", 7, 6], ["log", 2], ["add", 8, 9]], -1),
    ],
)  # fmt: skip
def test_places_outside_the_domain_show_nothing(graph: list[Any], x: int) -> None:
    data = written(graph, outputs=[len(graph) - 1], sizes=SMALL, places=place(x), lower=BALL)
    assert judge(data).lower == 0


def test_two_roots_of_one_prime_are_refused() -> None:
    # sqrt 2 = (2^(1/4))^2: as two generators their difference would be a coefficient that is not 0
    graph = [ONE, ["rat", 2, 1], ["root", 2, 1], ["root", 4, 1], MINUS, ["mul", 3, 3],
             ["mul", 4, 5], ["add", 2, 6], ["add", 2, 5], ["par", 0, 0], INPUT,
             ["mul", 9, 10, 8]]  # fmt: skip
    upper = relations([[0, 7]])
    generators = [["root", 2, 2], ["root", 2, 4]]
    found = judge(written(graph, outputs=[11], sizes=SMALL, generators=generators, upper=upper))
    assert found.upper == 1
    assert found.fails


def test_a_coefficient_that_is_zero_after_expansion_is_refused() -> None:
    # a x + b x with (u + 1)^2 - u^2 - 2 u - 1 times the derivative by a: the rank is 1
    graph = [ONE, ["coord", 0], ["add", 1, 0], ["mul", 2, 2], MINUS, ["mul", 4, 1, 1],
             ["rat", -2, 1], ["mul", 6, 1], ["add", 3, 5, 7, 4], ["par", 0, 0], INPUT,
             ["mul", 9, 10]]  # fmt: skip
    upper = relations([[0, 8]])
    assert judge(written(graph, outputs=[11], sizes=(1, 1, 1), upper=upper)).upper == 1


@pytest.mark.parametrize("depth", [800, 950, 970, 980, 985, 990, 10_000])
@pytest.mark.parametrize("key", ["upper", "graph", "names", "claim"])
def test_deep_nesting_gives_a_finding_or_a_refusal(depth: int, key: str) -> None:
    data = proof("matrices") | {key: "HERE"}
    text = json.dumps(data).replace('"HERE"', "[" * depth + "]" * depth)
    found = _checked(text)
    assert found is None or key == "names" or not found.holds


def _checked(text: str) -> Any:
    try:
        return check(text)[0]
    except Refused:
        return None


LARGE = 999_999_999


def _product() -> dict[str, Any]:
    graph = [ONE, *(["in", k] for k in range(8000)), ["par", 0, 0]]
    graph.append(["mul", *range(1, 8002)])
    return written(graph, outputs=[8002], sizes=(1, 8000, 0), upper=NOTHING)


def _long_coefficients() -> dict[str, Any]:
    graph: list[Any] = [ONE, INPUT, ["par", 0, 0]]
    terms = []
    for k in range(60):
        number = ["rat", (1 << 13_990) + 2 * k + 1, (1 << 13_990) + 4 * k + 3]
        graph += [number, ["pow", k + 1, 1]]
        graph.append(["mul", len(graph) - 2, len(graph) - 1])
        terms.append(len(graph) - 1)
    graph.append(["add", *terms])
    graph.append(["mul", len(graph) - 1, len(graph) - 1, 2])
    return written(graph, outputs=[len(graph) - 1], sizes=SMALL, upper=NOTHING)


def _powers(upper: dict[str, Any]) -> dict[str, Any]:
    graph: list[Any] = [ONE, INPUT, ["par", 0, 0], ["pow", LARGE, 1]]
    graph += [["pow", LARGE, k] for k in range(3, 3000)]
    graph.append(["mul", len(graph) - 1, 2])
    claim = {"lower": 0, "upper": 0, "verdict": "OPEN"}
    return written(graph, outputs=[len(graph) - 1], sizes=SMALL, upper=upper, claim=claim)


def _many_entries() -> dict[str, Any]:
    graph = [ONE, INPUT, ["par", 0, 0], ["mul", 1, 2]]
    claim = {"lower": 0, "upper": 0, "verdict": "OPEN"}
    return written(
        graph, outputs=[3] * 2000, sizes=(10**6, 1, 0), upper={"kind": "chance"}, claim=claim
    )


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_product, "not shown"), (_long_coefficients, "budget"), (_many_entries, "budget"),
        (lambda: _powers(NOTHING), "too long"), (lambda: _powers({"kind": "chance"}), "not small"),
    ],
)  # fmt: skip
def test_large_work_is_left_undone(make: Any, reason: str) -> None:
    found = judge(make())
    assert found.lower == 0
    assert found.upper == make()["sizes"]["parameters"]
    assert any(reason in line for line in found.lines), found.lines


def test_relations_count_by_their_rank() -> None:
    # a x + b x + c x^2 has rank 2, however often dF/da = dF/db is said
    graph = [ONE, MINUS, INPUT, ["par", 0, 0], ["par", 1, 0], ["par", 2, 0], ["mul", 3, 2],
             ["mul", 4, 2], ["mul", 5, 2, 2], ["add", 6, 7, 8], ["rat", 2, 1],
             ["rat", -2, 1], ["rat", 0, 1]]  # fmt: skip
    same, twice, none = [[0, 0], [1, 1]], [[0, 10], [1, 11]], [[0, 12]]
    for pairs, upper in (([same], 2), ([same, same], 2), ([same, twice, none], 2), ([none], 3)):
        evidence = relations(*pairs)
        assert judge(written(graph, outputs=[9], sizes=(3, 1, 0), upper=evidence)).upper == upper


def test_a_multiple_by_zero_in_disguise_is_no_further_relation() -> None:
    # a x: no relation; S times anything is one, with S = (u + 1)^2 - u^2 - 2 u - 1
    graph = [ONE, ["coord", 0], ["add", 1, 0], ["mul", 2, 2], MINUS, ["mul", 4, 1, 1],
             ["rat", -2, 1], ["mul", 6, 1], ["add", 3, 5, 7, 4], ["par", 0, 0], ["par", 1, 0],
             INPUT, ["mul", 9, 11], ["mul", 10, 11], ["add", 12, 13]]  # fmt: skip
    pairs = [[[0, 0], [1, 4]], [[0, 8], [1, 0]], [[0, 8]]]
    for some, upper in ((pairs[:1], 1), (pairs[1:2], 2), (pairs[2:], 2), (pairs[::2], 1)):
        evidence = relations(*some)
        assert judge(written(graph, outputs=[14], sizes=(2, 1, 1), upper=evidence)).upper == upper


@pytest.mark.parametrize(("power", "upper"), [(1, 1), (2, 2)])
def test_chance_takes_roots_for_unknowns(power: int, upper: int) -> None:
    # a r x + b r^2 x has rank 1 whatever r is, and a r x + b r^2 y has rank 2
    graph = [["rat", 2, 1], ["root", 2, 0], ["in", 0], ["in", 1], ["par", 0, 0], ["par", 1, 0],
             ["mul", 4, 1, 2], ["mul", 5, 1, 1, 2 if power == 1 else 3], ["add", 6, 7]]  # fmt: skip
    claim = {"lower": 0, "upper": 1, "verdict": "OPEN"}
    data = written(graph, outputs=[8], sizes=(2, 2, 0), generators=[["root", 2, 2]],
                   residues=residues(roots=[ROOT]), upper={"kind": "chance"})  # fmt: skip
    found = judge(data | {"claim": claim})
    assert found.upper == upper
    assert (found.error > 0) == (power == 1)


ROOT = pow(2, 1 << 59, PRIME)
"""A square root of 2."""


def two(f: list[Any], g: list[Any], *between: list[Any]) -> list[Any]:
    """The graph of a f + b g: node 0 is 1, node 1 is x; f and g come after the nodes between."""
    graph = [ONE, INPUT, *between, f, g, ["par", 0, 0], ["par", 1, 0]]
    n = len(graph)
    return [*graph, ["mul", n - 2, n - 4], ["mul", n - 1, n - 3], ["add", n, n + 1]]


def claimed(graph: list[Any], some: dict[str, Any], *, count: int = 2, **fields: Any) -> Any:
    """What is shown of a f + b g with a minor of some columns."""
    data = written(graph, outputs=[len(graph) - 1], sizes=(2, 1, 0), lower=minor(count), **some)
    return judge(data | fields)


def test_a_composite_modulus_is_refused() -> None:
    # x and 2^31 + 11 times x: a minor modulo a strong pseudoprime, and modulo squares
    graph = two(["mul", 1, 1], ["pow", 3, 1])
    empty = tower([], [])
    assert claimed(graph, empty).lower == 2
    for modulus in (3215031751, 9, 2, 1, 0, 3825123056546413051, PRIME - 2):
        found = claimed(graph, empty, residues=residues(modulus))
        assert found.lower == 0


def test_columns_are_different_and_free() -> None:
    graph = two(["mul", 1, 1], ["pow", 3, 1])
    empty = tower([], [])
    for columns, free in (([0, 0], None), ([0, 1], [0]), ([1], [0]), ([0], [0, 0])):
        found = claimed(graph, empty, lower={"kind": "minor", "columns": columns}, free=free)
        assert found.lower == 0


@pytest.mark.parametrize("entry", [["root", 4, 2], ["root", 6, 2], ["root", 9, 2]])
def test_roots_are_those_of_primes(entry: list[Any]) -> None:
    # sqrt 4 = 2: a 2 x + b sqrt(4) x has rank 1
    graph = two(["mul", 2, 1], ["mul", 3, 1], ["rat", entry[1], 1], ["root", 2, 2])
    known = residues(roots=[pow(entry[1], 1 << 59, PRIME)])
    found = claimed(graph, tower([entry], []), residues=known)
    assert found.lower == 0


@pytest.mark.parametrize(("parity", "sign"), [("", 1), ("even", -1), ("odd", -1)])
def test_jets_at_equal_arguments_are_one(parity: str, sign: int) -> None:
    # sigma(x) and sigma(x + 1 - 1), or sigma(-x) of an even or odd function
    graph = two(["jet", 0, 0, 1], ["jet", 0, 0, 5], ["rat", sign, 1], ["mul", 2, 1], MINUS,
                ["add", 3, 0, 4])  # fmt: skip
    found = claimed(graph, tower([["jet", 0, 1], ["jet", 0, 5]], []), functions=[parity])
    assert (found.lower, found.fails) == (0, False)


def test_error_functions_of_opposite_arguments_are_one() -> None:
    # the error function of x and that of -x
    between = [MINUS, ["pow", 2, 1], ["mul", 2, 3], ["exp", 4], ["mul", 2, 1]]
    graph = two(["erf", 1], ["erf", 6], *between)
    images = [["exp", 4, [[0, 1]]], ["erf", 1, [[1, 1]]], ["erf", 6, [[2, 1]]]]
    some = tower([["exp", 4], ["erf", 1], ["erf", 6]], images)  # fmt: skip
    assert claimed(graph, some).lower == 0
    some = tower([["exp", 4], ["erf", 1]], [*images[:2], ["erf", 6, [[1, -1]]]])
    assert claimed(graph, some, count=1).lower == 1
    for upper in ({"kind": "chance"}, relations([[0, 0], [1, 0]])):
        claim = {"lower": 0, "upper": 1, "verdict": "OPEN"}
        found = claimed(graph, some, lower={"kind": "none"}, upper=upper, claim=claim)
        assert found.upper == 1


def test_error_functions_beside_what_their_theorem_does_not_name() -> None:
    # erf(x) beside exp(-x^2) is in the theorem; erf(exp(x)) and erf(x^2) are not
    cases: list[tuple[list[Any], list[Any], list[Any]]] = [
        (["exp", 1], [["exp", 1]], [["exp", 1, [[0, 1]]]]),
        (["pow", 2, 1], [], []),
        (["add", 1], [], []),
    ]
    for argument, generators, images in cases:
        k = len(generators)
        between = [MINUS, argument, ["pow", 2, 3], ["mul", 2, 4], ["exp", 5]]
        graph = two(["erf", 3], ["mul", 1, 1], *between)
        images = [*images, ["exp", 5, [[k, 1]]], ["erf", 3, [[k + 1, 1]]]]
        some = tower([*generators, ["exp", 5], ["erf", 3]], images)
        assert claimed(graph, some).lower == (2 if argument == ["add", 1] else 0)


def test_nodes_and_images_do_not_go_in_circles() -> None:
    graph = two(["exp", 1], ["exp", 2], ["mul", 1, 1])
    some = tower([["exp", 1], ["exp", 2]], [])
    assert claimed(graph, some).lower == 2
    for place, node in ((2, ["mul", 1, 2]), (2, ["mul", 1, 3]), (1, ["exp", 1]), (3, ["exp", 8])):
        circle = [*graph]
        circle[place] = node
        assert claimed(circle, some).fails
    # an image by a generator whose argument comes later, or that contains the function itself
    generators = [["exp", 1], ["exp", 2]]
    later = tower(generators, [["exp", 1, [[1, 1]]], ["exp", 2, [[0, 1]]]])
    assert claimed(graph, later).fails
    inside = two(["exp", 1], ["exp", 2], ["exp", 1])
    again = tower([["exp", 2], ["exp", 1]], [])
    assert claimed(inside, again).fails


@pytest.mark.parametrize(
    ("f", "g"),
    [
        (["exp", 2], ["exp", 3]),  # e^2 = (e^1)^2
        (["exp", 2], ["isqrtpi"]),  # e and pi: no theorem
        (["log", 2], ["log", 3]),  # log 2 and log 3
        (["exp", 2], ["log", 3]),
    ],
)
def test_numbers_need_a_theorem(f: list[Any], g: list[Any]) -> None:
    # one column would be enough for a minor of size 1, if the numbers were known to be independent
    graph = two(f, g, ["rat", 2, 1], ["rat", 4, 1])
    found = claimed(graph, tower([f, g], []), count=1, residues=residues(count=3))
    assert (found.lower, found.fails) == (0, False)


def test_outputs_bound_models_without_inputs_only() -> None:
    graph = two(["mul", 1, 1], ["pow", 3, 1])
    empty = tower([], [])
    assert claimed(graph, empty, upper={"kind": "outputs"}).upper == 2


def test_a_minor_of_one_region_is_not_one_of_another() -> None:
    # a max(0, x) + b on x < 0 has rank 1
    graph = two(["relu", 1], ["rat", 1, 1])
    empty = tower([], [])
    places = {"at": [], "inputs": [[[-1, 1]], [[1, 1]]], "bits": 64}
    ball = {"kind": "balls", "rows": [[0, [1]], [1, [1]]], "columns": [0, 1]}
    for lower in (minor(2), ball):
        assert claimed(graph, empty, lower=lower, places=places).lower == 2
        assert claimed(graph, empty, lower=lower, places=places, region=0).lower == 0


@pytest.mark.parametrize(
    ("op", "factor"),
    [("tanh", -1), ("sinh", -1), ("sin", -1), ("tan", -1), ("atan", -1), ("cosh", 1), ("cos", 1)],
)
def test_parity_is_a_relation_and_a_multiple_is_not(op: str, factor: int) -> None:
    # f(-x) = s f(x), and neither -s f(x) nor f(2 x)
    empty = tower([], [])
    for argument, sign, upper in ((1, factor, 1), (1, -factor, 2), (4, factor, 2), (4, -factor, 2)):
        between = [MINUS, ["mul", 2, 1], ["add", 1, 1], ["rat", -sign, 1]]
        graph = two([op, 3], [op, argument], *between)
        evidence = relations([[0, 0], [1, 5]])
        assert claimed(graph, empty, lower={"kind": "none"}, upper=evidence).upper == upper


def test_the_exponential_of_the_opposite_is_the_inverse() -> None:
    # e^x e^-x = 1, and neither e^x e^-2x nor e^-x e^-x
    empty = tower([], [])
    for factors, upper in (([6, 7], 1), ([6, 8], 2), ([7, 7], 2), ([6, 7, 7], 2)):
        between = [MINUS, ["mul", 2, 1], ["rat", -2, 1], ["mul", 4, 1], ["exp", 1], ["exp", 3],
                   ["exp", 5]]  # fmt: skip
        graph = two(["mul", *factors], ["mul", 0, 0], *between)
        evidence = relations([[0, 0], [1, 2]])
        assert claimed(graph, empty, lower={"kind": "none"}, upper=evidence).upper == upper


@pytest.mark.parametrize("recipe", [[], [[0, 2]], [[0, 0]], [[0, 1], [0, 1]], [[1, 1]], [[2, 1]]])
@pytest.mark.parametrize("image", [["jet", 0, 4], ["atan", 4], ["erf", 4]])
def test_images_of_single_functions_have_one_generator(image: list[Any], recipe: list[Any]) -> None:
    # f(x + x - x) is f(x), and neither 0 nor 2 f(x), nor another function
    f, g = [image[0], 0, 0] if image[0] == "jet" else [image[0]], [*image[:-1], 1]
    graph = [ONE, INPUT, MINUS, ["mul", 2, 1], ["add", 1, 1, 3], [*f, 1], [*f, 4], ["par", 0, 0],
             ["par", 1, 0], ["mul", 7, 5], ["mul", 8, 6], ["add", 9, 10]]  # fmt: skip
    some = tower([g, ["exp", 1], ["isqrtpi"]], [[*image[:-1], 4, recipe]])
    assert claimed(graph, some, functions=[""], count=1).fails
    right = tower([g], [[*image[:-1], 4, [[0, 1]]]])
    assert not claimed(graph, right, functions=[""], count=1, lower={"kind": "none"}).fails
