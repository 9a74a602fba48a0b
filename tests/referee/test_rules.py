"""One false proof for each condition of a rule; the true ranks are derived beside them."""

from __future__ import annotations

import time
from typing import Any

import pytest
from proofs import judge, minor, relations, residues, tower, written

ONE, MINUS, INPUT, COORDINATE = ["rat", 1, 1], ["rat", -1, 1], ["in", 0], ["coord", 0]
BOTH = {"at": [], "inputs": [[[1, 1]], [[-1, 1]]], "bits": 64}


def span(nodes: list[Any], *functions: int) -> list[Any]:
    """The graph of sum a_i f_i, whose last node is the output; node 0 is 1."""
    graph, terms = [*nodes], []
    for i, f in enumerate(functions):
        graph += [["par", i, 0], ["mul", len(graph), f]]
        terms.append(len(graph) - 1)
    return [*graph, ["add", *terms]]


def shown(nodes: list[Any], functions: list[int], /, *, coordinates: int = 0, **fields: Any) -> Any:
    graph, count = span(nodes, *functions), len(functions)
    data = written(graph, outputs=[len(graph) - 1], sizes=(count, 1, coordinates))
    return judge(data | fields)


def test_a_number_for_all_samples_is_no_quotient_of_functions() -> None:
    # a e^(x + u) + b e^u e^x has rank 1; e^u = e^(x + u) / e^x would be drawn once for all samples
    nodes = [ONE, INPUT, COORDINATE, ["add", 1, 2], ["exp", 1], ["exp", 2], ["exp", 3],
             ["mul", 5, 4]]  # fmt: skip
    some = tower([["exp", 3], ["exp", 1]], [["exp", 2, [[0, 1], [1, -1]]]])
    assert shown(nodes, [6, 7], coordinates=1, lower=minor(2), **some).lower == 0


def test_two_roots_of_one_prime_are_no_generators() -> None:
    # 2^(1/2) - (2^(1/4))^2 = 0 is no coefficient; 2 is a fourth power modulo 73
    nodes = [ONE, INPUT, ["rat", 2, 1], ["root", 2, 2], ["root", 4, 2], MINUS, ["mul", 5, 4, 4],
             ["add", 3, 6]]  # fmt: skip
    fourth = next(v for v in range(73) if pow(v, 4, 73) == 2)
    known = residues(73, roots=[fourth * fourth % 73, fourth])
    found = shown(nodes, [1], generators=[["root", 2, 2], ["root", 2, 4]], residues=known,
                  upper=relations([[0, 7]]))  # fmt: skip
    assert found.upper == 1


def test_an_image_beyond_the_budget_is_none() -> None:
    # a (log x - 999999999 log(x + 1)) has rank 1
    nodes = [ONE, INPUT, ["add", 1, 0], ["log", 1], ["log", 2], ["rat", -999999999, 1],
             ["mul", 5, 4], ["add", 3, 6]]  # fmt: skip
    some = tower([["log", 2]], [["log", 1, 1, [[0, 999999999]]]])
    found = shown(nodes, [7], upper=relations([[0, 0]]), **some)
    assert (found.upper, found.fails) == (1, False)
    assert any("image" in line for line in found.lines)


def test_an_image_beyond_the_budget_gives_no_residues() -> None:
    # a log x + b log(x + 1 - 1) + c log(x + 1) has rank 2; the second is no power of the third
    nodes = [ONE, INPUT, ["add", 1, 0], ["log", 1], ["log", 2], MINUS, ["add", 1, 0, 5], ["log", 6]]
    wrong = tower([["log", 1], ["log", 2]], [["log", 6, 1, [[1, 999999999]]]])
    assert shown(nodes, [3, 7, 4], lower=minor(2), **wrong).lower == 0
    right = tower([["log", 1], ["log", 2]], [["log", 6, 1, [[0, 1]]]])
    both = {"kind": "minor", "columns": [0, 2]}
    assert shown(nodes, [3, 7, 4], lower=both, **right).lower == 2
    assert shown(nodes, [3, 7, 4], lower=minor(2), **right).lower == 0


def test_a_function_is_not_on_both_sides_of_a_kink() -> None:
    # a sign(sin x) has rank 1
    nodes = [ONE, INPUT, ["sin", 1], ["sign", 2]]
    assert shown(nodes, [3], upper=relations([[0, 0]])).upper == 1


@pytest.mark.parametrize(("parity", "upper"), [("", 1), ("odd", 1), ("even", 1)])
def test_an_unspecified_function_is_neither_odd_nor_even(parity: str, upper: int) -> None:
    # a s(-x) has rank 1; so has a (s(-x) -+ 2 s(x)), where one of the signs could be wrong
    nodes = [ONE, INPUT, MINUS, ["mul", 2, 1], ["jet", 0, 0, 1], ["jet", 0, 0, 3]]
    some = tower([["jet", 0, 1]], [["jet", 0, 3, [[0, -1]]]])
    found = shown(nodes, [5], functions=[parity], upper=relations([[0, 0]]), **some)
    assert found.upper == upper
    assert found.fails == (parity == "")


# beside error functions arguments are affine or polynomial: Liouville's theorem says no more here
@pytest.mark.parametrize(
    ("nodes", "generators", "fine"),
    [
        ([["add", 1, 0]], [["erf", 2]], True),
        ([["add", 1, 1]], [["erf", 2]], True),
        ([["mul", 1, 1]], [["erf", 2]], False),
        ([["pow", 2, 1]], [["erf", 2]], False),
        ([["pow", -1, 1]], [["erf", 2]], False),
        ([["pow", -1, 1]], [["exp", 2], ["erf", 1]], False),
        ([["mul", 1, 1, 1]], [["exp", 2], ["erf", 1]], True),
        ([["pow", 3, 1]], [["exp", 2], ["erf", 1]], True),
        ([["exp", 1]], [["exp", 1], ["exp", 2], ["erf", 1]], False),
        ([["pow", -1, 1]], [["log", 2], ["erf", 1]], True),
        ([["add", 1, 0], ["log", 1]], [["log", 1], ["log", 2], ["erf", 1]], True),
        ([["log", 1]], [["log", 1], ["log", 2], ["erf", 1]], False),
        ([["exp", 1], ["add", 0, 2]], [["exp", 1], ["log", 3], ["erf", 1]], True),
        ([["exp", 1], ["add", 0, 2]], [["exp", 1], ["exp", 3], ["erf", 1]], False),
    ],
)
def test_neighbours_of_error_functions(nodes: Any, generators: Any, fine: bool) -> None:
    graph = [ONE, INPUT, *nodes]
    functions = []
    for name, a in generators:
        graph.append([name, a])
        functions.append(len(graph) - 1)
    lower = {"kind": "minor", "columns": [len(functions) - 1]}
    found = shown(graph, functions, lower=lower, generators=generators)
    assert (found.lower, found.fails) == (int(fine), False)


INSIDE = [ONE, INPUT, ["relu", 1], ["exp", 2], ["step", 1], MINUS, ["add", 3, 5], ["mul", 4, 6],
          ["add", 0, 7]]  # fmt: skip
"""1, x, max(0, x), e^max(0, x), [x > 0], -1, e^max(0, x) - 1, and 1 + [x > 0] (e^max(0, x) - 1)"""


@pytest.mark.parametrize("swapped", [False, True])
def test_generators_with_kinks_belong_to_one_place(swapped: bool) -> None:
    # e^max(0, x) is 1 for negative x; a e^max(0, x) + b (1 + [x > 0] (e^max(0, x) - 1)) has rank 1
    some = {"generators": [["exp", 2]]}
    places = BOTH | {"inputs": BOTH["inputs"][:: -1 if swapped else 1]}
    assert shown(INSIDE, [3, 8], lower=minor(2), places=places, **some).lower < 2
    assert shown(INSIDE, [3, 8], lower=minor(1), places=places, **some).lower == int(not swapped)
    negative = int(not swapped)
    found = shown(INSIDE, [3, 0], lower=minor(2), places=places, region=negative, **some)
    assert found.lower < 2


def test_coefficients_are_numbers() -> None:
    # x dF/da - dF/db = 0 for a x + b x^2 of rank 2
    nodes = [ONE, INPUT, MINUS, ["mul", 1, 1]]
    assert shown(nodes, [1, 3], upper=relations([[0, 1], [1, 2]])).upper == 2
    # and the same with a coefficient that was a parameter
    graph = [*span(nodes, 1, 3), ["mul", 4, 1]]
    data = written(graph, outputs=[len(graph) - 2], sizes=(2, 1, 0))
    assert judge(data | {"upper": relations([[0, len(graph) - 1], [1, 2]])}).upper == 2


def test_a_side_of_a_kink_is_no_coefficient() -> None:
    # [u > 0] dF/da = 0 for a (1 - [u > 0]) x of rank 1, where [u > 0] is neither 0 nor 1
    nodes = [
        ONE,
        INPUT,
        COORDINATE,
        MINUS,
        ["step", 2],
        ["mul", 3, 4],
        ["add", 0, 5],
        ["mul", 6, 1],
    ]
    found = shown(nodes, [7], coordinates=1, upper=relations([[0, 4]]))
    assert found.upper == 1


def test_a_value_on_the_chart_contains_no_input() -> None:
    # theta = x is no point of the chart
    graph = [ONE, INPUT, ["par", 0, 1], ["mul", 2, 1]]
    assert judge(written(graph, outputs=[3], sizes=(1, 1, 0))).fails
    graph = [ONE, INPUT, ["par", 0, 0], ["par", 1, 2], ["mul", 2, 3, 1]]
    assert judge(written(graph, outputs=[4], sizes=(2, 1, 0))).fails
    graph = [ONE, INPUT, ["par", 0, 0], ["rat", 2, 1], ["par", 0, 3], ["mul", 2, 4, 1]]
    assert judge(written(graph, outputs=[5], sizes=(1, 1, 0))).fails


@pytest.mark.parametrize(
    ("parity", "vanishing"),
    [("", ()), ("0", (0,)), ("odd", (0, 2)), ("odd0", (0, 2)), ("even", (1, 3)),
     ("even0", (0, 1, 3))],
)  # fmt: skip
@pytest.mark.parametrize("order", range(4))
def test_derivatives_of_an_unspecified_function_at_zero(
    parity: str, vanishing: tuple[int, ...], order: int
) -> None:
    # a s^(n)(0) x has rank 0 if the derivative at 0 is known to vanish, and 1 if it is any number
    nodes = [ONE, INPUT, COORDINATE, MINUS, ["rat", 0, 1], ["mul", 3, 2], ["add", 2, 5],
             ["jet", 0, order, 4], ["mul", 7, 1], ["jet", 0, order, 6], ["mul", 9, 1]]  # fmt: skip
    zero = order in vanishing
    for argument, function in ((4, 8), (6, 10)):
        fields: dict[str, Any] = {"functions": [parity], "coordinates": 1}
        found = shown(nodes, [function], upper=relations([[0, 0]]), **fields)
        assert found.upper == int(not zero)
        found = shown(
            nodes, [function], lower=minor(1), generators=[["jet", 0, argument]], **fields
        )
        assert (found.lower, found.fails) == (int(parity == ""), False)


@pytest.mark.parametrize("region", [0, 1])
@pytest.mark.parametrize("order", [1, -1])
def test_a_minor_of_a_region_has_its_signs(region: int, order: int) -> None:
    # a max(0, x) + b has rank 2 where x is positive and rank 1 where it is negative
    places = BOTH | {"inputs": BOTH["inputs"][::order]}
    positive = (region == 0) == (order == 1)
    nodes = [ONE, INPUT, ["relu", 1]]
    found = shown(nodes, [2, 0], lower=minor(2), places=places, region=region)
    assert found.lower == (2 if positive else 0)


@pytest.mark.parametrize(("place", "weights"), [(2, [1]), (10**8, [1]), (0, []), (0, [1, 1])])
def test_rows_of_a_ball_minor_name_places_and_outputs(place: int, weights: list[int]) -> None:
    lower = {"kind": "balls", "rows": [[place, weights]], "columns": [0]}
    found = shown([ONE, INPUT], [1], lower=lower, places=BOTH)
    assert (found.lower, found.fails) == (0, True)


def test_numbers_may_be_values_of_parameters() -> None:
    # a e^b x at a = b = 1: both derivatives are e x
    graph = [ONE, INPUT, ["par", 0, 0], ["par", 1, 0], ["exp", 3], ["mul", 2, 4, 1]]
    some = tower([["exp", 3]], [])
    for count, lower in ((1, 1), (2, 0)):
        data = written(graph, outputs=[5], sizes=(2, 1, 0), lower=minor(count), **some)
        assert judge(data).lower == lower


@pytest.mark.parametrize("kind", ["exp", "cis", "atan", "erf", "log"])
def test_the_logarithm_alone_is_a_part_of_a_sum(kind: str) -> None:
    # f(x + 1 - 1) is f(x); with N = 2 a logarithm would be half of that
    nodes = [ONE, INPUT, MINUS, ["add", 1, 0, 2], [kind if kind != "cis" else "sin", 3]]
    for n in (1, 2):
        some = {"generators": [[kind, 1]], "images": [[kind, 3, n, [[0, 1]]]]}
        nodes_and_log = [*nodes, ["log", 1]] if kind == "log" else nodes
        assert shown(nodes_and_log, [4, len(nodes_and_log) - 1], **some).fails == (n == 2)


def test_a_kink_that_no_output_contains_has_no_sign() -> None:
    # e^max(0, x) is a generator, and a x the model
    nodes = [ONE, INPUT, ["relu", 1], ["exp", 2]]
    for places in (BOTH, BOTH | {"inputs": []}):
        found = shown(nodes, [1], lower=minor(1), generators=[["exp", 2]], places=places)
        assert (found.lower, found.fails) == (0, False)


@pytest.mark.parametrize("argument", [["pow", -1, 2], ["mul", 3, 4, 4]])
def test_a_positive_numerator_is_no_sign(argument: list[Any]) -> None:
    # a (1 - [h > 0]) x with h = 1/(x + 1), or x/(x + 1)^2, has rank 1
    nodes = [ONE, INPUT, ["add", 1, 0], MINUS, ["pow", -1, 2], argument, ["step", 5],
             ["mul", 3, 6], ["add", 0, 7], ["mul", 8, 1]]  # fmt: skip
    assert shown(nodes, [9], upper=relations([[0, 0]])).upper == 1


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_the_residue_of_i_is_a_root_of_minus_one(shift: int) -> None:
    # sin^2 + cos^2 = 1, whatever stands for e^ix if i^2 = -1: a x + b (sin^2 x + cos^2 x) x
    prime = 1009
    iota = next(v for v in range(prime) if v * v % prime == prime - 1) + shift
    nodes = [ONE, INPUT, ["sin", 1], ["cos", 1], ["mul", 2, 2], ["mul", 3, 3], ["add", 4, 5],
             ["mul", 6, 1]]  # fmt: skip
    known = {"generators": [["cis", 1]], "residues": residues(prime, iota=iota)}
    for count in (1, 2):
        found = shown(nodes, [1, 7], lower=minor(count), **known)
        assert found.fails == (shift > 0 or count == 2)
        assert found.lower == int(not found.fails)


def test_pi_is_a_generator() -> None:
    # beside others it would need a theorem
    nodes = [ONE, INPUT, ["isqrtpi"], ["mul", 2, 1]]
    for generators, lower in (([], 0), ([["isqrtpi"]], 1), ([["exp", 0], ["isqrtpi"]], 0)):
        found = shown(nodes, [3], lower=minor(1), generators=generators)
        assert (found.lower, found.fails) == (lower, False)


def test_an_error_function_of_a_number_in_disguise_is_none() -> None:
    # erf(u - u + 1) is a number
    nodes = [ONE, INPUT, COORDINATE, MINUS, ["mul", 3, 2], ["add", 2, 4, 0], ["erf", 5],
             ["mul", 6, 1], ["erf", 2], ["mul", 8, 1]]  # fmt: skip
    for argument, function, lower in ((5, 7, 0), (2, 9, 1)):
        found = shown(nodes, [function], coordinates=1, lower=minor(1),
                      generators=[["erf", argument]])  # fmt: skip
        assert (found.lower, found.fails) == (lower, False)


@pytest.mark.parametrize(("kinks", "lower"), [(False, 1), (True, 0)])
def test_a_place_at_a_pole(kinks: bool, lower: int) -> None:
    # a (x + 1) + 1/x is defined near x = 0, where its derivative is 1; with 1/max(0, x) it may not
    graph = [ONE, INPUT, ["add", 1, 0], ["relu", 1], ["pow", -1, 3 if kinks else 1],
             ["par", 0, 0], ["mul", 5, 2], ["add", 6, 4]]  # fmt: skip
    places = {"at": [], "inputs": [[[-1 if kinks else 0, 1]]], "bits": 64}
    ball = {"kind": "balls", "rows": [[0, [1]]], "columns": [0]}
    data = written(graph, outputs=[7], sizes=(1, 1, 0), lower=ball, places=places)
    assert judge(data).lower == lower


def test_a_large_negative_power_of_a_root_costs_no_time() -> None:
    # a 2^(-999999999/2) x
    root = next(v for v in range(73) if v * v % 73 == 2)
    nodes = [ONE, INPUT, ["rat", 2, 1], ["root", 2, 2], ["pow", -999999999, 3], ["mul", 4, 1]]
    known = {"generators": [["root", 2, 2]], "residues": residues(73, roots=[root])}
    started = time.process_time()
    found = shown(nodes, [5], lower=minor(1), upper=relations([[0, 0]]), **known)
    assert (found.lower, found.upper) == (1, 1)
    assert any("too long" in line for line in found.lines)
    assert time.process_time() - started < 1
