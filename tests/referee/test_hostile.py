"""False proofs by a mathematician who knows the rules: one rule of inference after another."""

from __future__ import annotations

from typing import Any

import pytest
from proofs import PRIME, judge, minor, relations, residues, tower, written

ONE, MINUS, INPUT, COORDINATE = ["rat", 1, 1], ["rat", -1, 1], ["in", 0], ["coord", 0]
Graph = list[list[Any]]
ROOT = pow(2, 1 << 59, PRIME)
"""A square root of 2."""


def span(nodes: Graph, *functions: int) -> Graph:
    """The graph of sum a_i f_i, whose last node is the output."""
    graph, terms = [*nodes], []
    for i, f in enumerate(functions):
        graph += [["par", i, 0], ["mul", len(graph), f]]
        terms.append(len(graph) - 1)
    return [*graph, ["add", *terms]]


def lower(nodes: Graph, functions: list[int], some: dict[str, Any], **fields: Any) -> int:
    """What is shown of the rank of a span from below."""
    graph, count = span(nodes, *functions), len(functions)
    data = written(graph, outputs=[len(graph) - 1], sizes=(count, 1, 0), **some,
                   lower=minor(count))  # fmt: skip
    return judge(data | fields).lower


def upper(nodes: Graph, f: int, coefficient: int, some: dict[str, Any], **fields: Any) -> int:
    """What is shown of the rank of a f(x), if the coefficient times f(x) is claimed to be zero."""
    graph = span(nodes, f)
    evidence = relations([[0, coefficient]])
    data = written(graph, outputs=[len(graph) - 1], sizes=(1, 1, 1), **some, upper=evidence)
    return judge(data | fields).upper


# Relations: coefficients that are zero, beside generators that make them look different from zero


TWICE: dict[str, tuple[Graph, dict[str, Any]]] = {
    # e^u - e^(u + 1 - 1), with a generator for each
    "exp": ([["add", 1, 0, 3], ["exp", 1], ["exp", 4]],
            tower([["exp", 1], ["exp", 4]], [["exp", 1, [[0, 1]]], ["exp", 4, [[1, 1]]]])),
    # e^u - (e^(u/2))^2, where the second is called e^(u + 1 - 1)
    "halves": ([["rat", 1, 2], ["mul", 4, 1], ["exp", 5], ["add", 1, 0, 3], ["exp", 1], ["exp", 7]],
               tower([["exp", 1], ["exp", 5]],
                     [["exp", 1, [[0, 1]]], ["exp", 5, [[1, 1]]], ["exp", 7, [[1, 2]]]])),
    "log": ([["add", 1, 0, 3], ["log", 1], ["log", 4]],
            tower([["log", 1], ["log", 4]], [["log", 1, 1, [[0, 1]]], ["log", 4, 1, [[1, 1]]]])),
    "atan": ([["add", 1, 0, 3], ["atan", 1], ["atan", 4]],
             tower([["atan", 1], ["atan", 4]], [["atan", 1, [[0, 1]]], ["atan", 4, [[1, 1]]]])),
    "jet": ([["add", 1, 0, 3], ["jet", 0, 0, 1], ["jet", 0, 0, 4]],
            tower([["jet", 0, 1], ["jet", 0, 4]],
                  [["jet", 0, 1, [[0, 1]]], ["jet", 0, 4, [[1, 1]]]])),
}  # fmt: skip


@pytest.mark.parametrize("name", TWICE)
def test_one_function_with_two_generators_gives_no_coefficient(name: str) -> None:
    # a x has rank 1; S x = 0 is true for S = f(u) - f(u + 1 - 1) = 0, and proves nothing
    nodes, some = TWICE[name]
    graph = [ONE, COORDINATE, INPUT, MINUS, *nodes]
    graph += [["mul", 3, len(graph) - 1], ["add", len(graph) - 2, len(graph)]]
    for functions in ([""], ["odd"]):
        assert upper(graph, 2, len(graph) - 1, some, functions=functions) == 1
        used = minor(1)
        assert upper(graph, 2, len(graph) - 1, some, functions=functions, lower=used) == 1


def test_relations_in_two_rings_are_not_counted_together() -> None:
    # a x + b e^(2u) x: S dF/da = 0 holds with e^u, e^(u+1-1) as one unknown, but counts with two
    # only; dF/db = (e^u)^2 dF/da holds for generators only: the rank is 1
    nodes = [ONE, COORDINATE, INPUT, MINUS, ["add", 1, 0, 3], ["exp", 1], ["exp", 4], ["mul", 3, 6],
             ["add", 5, 7], ["add", 1, 1], ["exp", 9], ["mul", 3, 5, 5],
             ["mul", 10, 2]]  # fmt: skip
    graph = span(nodes, 2, 12)
    some = tower([["exp", 1], ["exp", 4]],
                 [["exp", 1, [[0, 1]]], ["exp", 4, [[1, 1]]], ["exp", 9, [[0, 2]]]])  # fmt: skip
    true, false = [[0, 11], [1, 0]], [[0, 8]]
    for some_relations, bound in (([true], 1), ([false], 2), ([true, false], 1)):
        evidence = relations(*some_relations)
        data = written(graph, outputs=[len(graph) - 1], sizes=(2, 1, 1), **some, upper=evidence)
        assert judge(data).upper >= bound
    data["upper"] = relations(true)
    assert judge(data).upper == 1


ZEROS: dict[str, tuple[Graph, dict[str, Any], dict[str, Any]]] = {
    # nodes 0..4 are 1, u, x, -1, 2; the last node is zero
    "sqrt 2": ([["root", 2, 4], ["mul", 5, 5], ["rat", -2, 1], ["add", 6, 7]],
               tower([["root", 2, 2]], []), {"residues": residues(roots=[ROOT])}),
    "e^u e^-u": ([["exp", 1], ["mul", 3, 1], ["exp", 6], ["mul", 5, 7], ["add", 8, 3]],
                 tower([["exp", 1]], [["exp", 1, [[0, 1]]], ["exp", 6, [[0, -1]]]]), {}),
    "sin^2 + cos^2": ([["sin", 1], ["cos", 1], ["mul", 5, 5], ["mul", 6, 6], ["add", 7, 8, 3]],
                      tower([["cis", 1]], [["cis", 1, [[0, 1]]]]), {}),
    "log 4": ([["rat", 4, 1], ["log", 4], ["log", 5], ["rat", -2, 1], ["mul", 8, 6],
               ["add", 7, 9]],
              tower([["log", 4]], [["log", 4, 1, [[0, 1]]], ["log", 5, 1, [[0, 2]]]]), {}),
    "pi": ([["isqrtpi"], ["pi"], ["mul", 5, 5, 6], ["add", 7, 3]],
           tower([["isqrtpi"]], []), {}),
    "1/(u + 1)": ([["add", 1, 0], ["pow", -1, 5], ["mul", 5, 6], ["add", 7, 3]], tower([], []), {}),
    "even": ([["mul", 3, 1], ["jet", 0, 0, 1], ["jet", 0, 0, 5], ["mul", 3, 7], ["add", 6, 8]],
             tower([["jet", 0, 1]], [["jet", 0, 1, [[0, 1]]], ["jet", 0, 5, [[0, -1]]]]),
             {"functions": ["even"]}),
    "|u| - |u|": ([["abs", 1], ["mul", 3, 5], ["add", 5, 6]], tower([], []), {}),
    "sqrt(u^2) - u": ([["mul", 1, 1], ["root", 2, 5], ["mul", 3, 1], ["add", 6, 7]],
                      tower([], []), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", ZEROS)
def test_a_coefficient_that_is_zero_counts_for_nothing(name: str) -> None:
    nodes, some, fields = ZEROS[name]
    graph = [ONE, COORDINATE, INPUT, MINUS, ["rat", 2, 1], *nodes]
    assert upper(graph, 2, len(graph) - 1, some, **fields) == 1
    assert upper(graph, 2, len(graph) - 1, some, **fields, lower=minor(1)) == 1
    # and divided by it, or added to a true coefficient of a function that is zero
    graph.append(["pow", -1, len(graph) - 1])
    assert upper(graph, 2, len(graph) - 1, some, **fields) == 1


# Kummer: roots of numbers


@pytest.mark.parametrize(
    "generator",
    [
        ["root", 4, 2],  # no prime
        ["root", 2, 2],  # sqrt 4 is not sqrt 2
        ["root", 2, 4],
    ],
)
def test_the_root_of_four_is_two(generator: list[Any]) -> None:
    # a sqrt(4) x + b x has rank 1
    nodes = [ONE, INPUT, ["rat", 4, 1], ["root", 2, 2], ["mul", 3, 1]]
    for value in (ROOT, 2, pow(4, 1 << 59, PRIME)):
        known = residues(roots=[value])
        assert lower(nodes, [4, 1], tower([generator], []), residues=known) <= 1


def test_residues_of_roots_satisfy_their_equations() -> None:
    # a sqrt(2) x + b x has rank 1 whatever residue stands for the root
    nodes = [ONE, INPUT, ["rat", 2, 1], ["root", 2, 2], ["mul", 3, 1]]
    some = tower([["root", 2, 2]], [])
    assert ROOT * ROOT % PRIME == 2
    for value in (ROOT, PRIME - ROOT, ROOT + 1, 0, 2):
        assert lower(nodes, [4, 1], some, residues=residues(roots=[value])) <= 1
    assert lower(nodes, [4], some, residues=residues(roots=[ROOT])) == 1
    assert lower(nodes, [4], some, residues=residues(roots=[ROOT + 1])) == 0
    two = residues(roots=[ROOT])
    two["choices"].append([0, [ROOT + 1]])  # not even where one choice is enough
    assert lower(nodes, [4], some, residues=two) == 0


# Numbers


@pytest.mark.parametrize(
    ("nodes", "kind"),
    [
        ([["rat", 1, 1]], "log"),  # log 1 = 0
        ([["rat", 2, 1], ["root", 2, 2], ["pow", 2, 3], ["rat", 1, 2], ["mul", 4, 5]], "log"),
        ([["rat", 0, 1]], "exp"),  # e^0 = 1
        ([["rat", 2, 1], ["rat", -2, 1], ["add", 2, 3]], "exp"),
        ([["rat", 0, 1]], "cis"),
    ],
)
def test_numbers_that_are_no_generators(nodes: Graph, kind: str) -> None:
    # x and f(x) = log 1, e^0, cos 0 times x: rank 1
    op = "cos" if kind == "cis" else kind
    graph = [ONE, INPUT, *nodes]
    a = len(graph) - 1
    graph += [[op, a], ["mul", a + 1, 1]]
    some = tower([[kind, a]], []) | {"residues": residues(count=3)}
    assert lower(graph, [a + 2], some) <= int(kind != "log")
    assert lower(graph, [1, a + 2], some) <= 1


# Logarithms, exponentials and moduli


ABSOLUTE = [ONE, MINUS, INPUT, ["abs", 2], ["log", 3], ["mul", 1, 4]]
"""1, -1, x, |x|, log|x|, -log|x|"""
BOTH = {"at": [], "inputs": [[[1, 1]], [[-1, 1]]], "bits": 64}


@pytest.mark.parametrize("places", [BOTH, BOTH | {"inputs": [[[-1, 1]], [[1, 1]]]}])
@pytest.mark.parametrize("op", ["cosh", "sinh"])
def test_powers_of_the_modulus_of_x(op: str, places: dict[str, Any]) -> None:
    # a cosh(log|x|) + b|x| + c/|x| has rank 2: |x| = e^log|x| on either side of 0
    nodes = [*ABSOLUTE, [op, 4], ["pow", -1, 3]]
    alone = tower([["log", 3]], [["log", 3, 1, [[0, 1]]], ["exp", 4, [[0, 1]]]])
    beside = tower([["log", 3], ["exp", 4]],
                   [["log", 3, 1, [[0, 1]]], ["exp", 4, [[1, 1]]]])  # fmt: skip
    without = tower([["exp", 4]], [["exp", 4, [[0, 1]]]])
    for some in (alone, beside, without):
        assert lower(nodes, [6, 3, 7], some, places=places) <= 2
    assert lower(nodes, [6, 3], alone, places=places) == 2
    balls = {"kind": "balls", "rows": [[0, [1]], [1, [1]], [0, [1]]], "columns": [0, 1, 2]}
    assert lower(nodes, [6, 3, 7], alone, lower=balls, places=places) == 0


def test_the_root_of_the_modulus_is_its_power() -> None:
    # a exp(log|x|/2) + b sqrt|x| has rank 1
    nodes = [*ABSOLUTE, ["rat", 1, 2], ["mul", 6, 4], ["exp", 7], ["root", 2, 3]]
    for generators, some in (
        ([["log", 3], ["exp", 7]], []),
        ([["log", 3]], [["exp", 7, [[0, 1]]]]),
    ):
        assert lower(nodes, [8, 9], tower(generators, some), places=BOTH) <= 1


def test_the_logarithm_of_a_square_is_twice_that_of_the_modulus() -> None:
    # a log(x^2) + b log|x| has rank 1, as two generators, as one, or with a wrong image
    nodes = [*ABSOLUTE, ["mul", 2, 2], ["log", 6]]
    own = ["log", 3, 1, [[0, 1]]]
    for generators, some in (
        ([["log", 3], ["log", 6]], [own, ["log", 6, 1, [[1, 1]]]]),
        ([["log", 3]], [own, ["log", 6, 1, [[0, 2]]]]),
        ([["log", 3]], [own, ["log", 6, 1, [[0, 1]]]]),
        ([["log", 6]], [["log", 3, 2, [[0, 1]]], ["log", 6, 1, [[0, 1]]]]),
    ):
        assert lower(nodes, [7, 4], tower(generators, some), places=BOTH) <= 1


def test_logarithms_of_x_and_of_its_modulus_are_one_where_both_are_defined() -> None:
    # a log x + b log|x| for x > 0 has rank 1
    nodes = [*ABSOLUTE, ["log", 2]]
    place = {"at": [], "inputs": [[[1, 1]]], "bits": 64}
    own = [["log", 3, 1, [[0, 1]]], ["log", 2, 1, [[1, 1]]]]
    some = tower([["log", 3], ["log", 2]], own)
    assert lower(nodes, [4, 6], some, places=place) <= 1
    assert lower(nodes, [4, 6], some, places=BOTH) == 0


def test_a_logarithm_outside_the_model_is_no_factor() -> None:
    # e^(log x) = x needs x > 0: no log x stands below the output a x + b |x| of rank 2
    nodes = [ONE, INPUT, ["mul", 1, 1], ["log", 2], ["log", 1]]
    some = tower([["log", 1]], [["log", 2, 1, [[0, 2]]]])
    assert lower(nodes, [1], some) == 0


# Layers and places


def test_symmetric_arguments_of_an_odd_exponent_are_one_generator() -> None:
    # e^(x^2) and e^((-x)^2); e^(u x) at one u
    nodes = [ONE, MINUS, INPUT, ["mul", 2, 2], ["mul", 1, 2], ["mul", 4, 4], ["exp", 3], ["exp", 5]]
    images = [["exp", 3, [[0, 1]]], ["exp", 5, [[1, 1]]]]
    some = tower([["exp", 3], ["exp", 5]], images)
    assert lower(nodes, [6, 7], some) <= 1


@pytest.mark.parametrize("region", [None, 0, 1])
def test_regions_that_are_not_shown(region: int | None) -> None:
    # a relu(x) + b relu(-x) + c x has rank 2; on each region 1
    nodes = [ONE, MINUS, INPUT, ["mul", 1, 2], ["relu", 2], ["relu", 3]]
    empty = tower([], [])
    bounds = {None: 2, 0: 1, 1: 1}
    for functions in ([4, 5, 2], [4, 5], [4, 2]):
        shown = lower(nodes, functions, empty, places=BOTH, region=region)
        assert shown <= bounds[region]
    graph = span(nodes, 4, 5, 2)
    # relu(x) - x = relu(-x), on x > 0 alone, and both
    for coefficients, least in (([[0, 0], [2, 1]], {None: 3, 0: 2, 1: 3}),
                                ([[1, 0]], {None: 3, 0: 2, 1: 3}),
                                ([[0, 0], [1, 1], [2, 1]], {None: 2, 0: 2, 1: 2})):  # fmt: skip
        evidence = relations(coefficients)
        for places in (BOTH, BOTH | {"inputs": BOTH["inputs"][:1]}):
            if region == 1 and places is not BOTH:
                continue
            data = written(graph, outputs=[len(graph) - 1], sizes=(3, 1, 0), upper=evidence,
                           places=places, region=region)  # fmt: skip
            assert judge(data).upper >= least[region]


@pytest.mark.parametrize(
    "undefined",
    [
        [["pow", -1, 3]],  # 1 / relu(x)
        [["step", 2], ["pow", -2, 4]],  # 1 / step(x)^2
        # tan(pi step(-x) / 2)
        [["mul", 1, 2], ["step", 4], ["pi"], ["rat", 1, 2], ["mul", 5, 6, 7], ["tan", 8]],
    ],
)
@pytest.mark.parametrize("kind", ["balls", "minor"])
def test_places_at_which_a_denominator_vanishes_show_nothing(kind: str, undefined: Graph) -> None:
    # a relu(-x) + g(x), where g is defined for positive x only: the rank is 0
    graph = [ONE, MINUS, INPUT, ["relu", 2], *undefined]
    g = len(graph) - 1
    graph += [["mul", 1, 2], ["relu", g + 1], ["par", 0, 0], ["mul", g + 3, g + 2]]
    graph.append(["add", g + 4, g])
    evidence = {"balls": {"kind": "balls", "rows": [[0, [1]]], "columns": [0]},
                "minor": minor(1)}[kind]  # fmt: skip
    for x in (-1, 1):
        places = {"at": [], "inputs": [[[x, 1]]], "bits": 64}
        data = written(graph, outputs=[len(graph) - 1], sizes=(1, 1, 0), lower=evidence,
                       places=places)  # fmt: skip
        assert judge(data).lower == 0


# Chance


def test_chance_is_not_asked_about_generators_that_are_given_away() -> None:
    # a e^x + b e^(2x) with one generator for both, or with e^(2x) = e^x: rank 2
    nodes = [ONE, INPUT, ["add", 1, 1], ["exp", 1], ["exp", 2]]
    graph = span(nodes, 3, 4)
    claim = {"lower": 0, "upper": 1, "verdict": "OPEN"}
    for images in ([["exp", 1, [[0, 1]]], ["exp", 2, [[0, 1]]]],
                   [["exp", 1, [[0, 1]]], ["exp", 2, [[0, 2]]]],
                   [["exp", 1, [[0, 0]]], ["exp", 2, [[0, 0]]]]):  # fmt: skip
        data = written(graph, outputs=[len(graph) - 1], sizes=(2, 1, 0),
                       **tower([["exp", 1]], images), upper={"kind": "chance"},
                       claim=claim)  # fmt: skip
        assert judge(data).upper == 2


@pytest.mark.parametrize("shift", range(5))
def test_the_root_of_a_node_is_no_root_of_a_prime(shift: int) -> None:
    # 2^(1/3) is a generator of three words, and so is the square root of the third node, x^2
    nodes = [ONE, INPUT, *([["rat", 5, k + 2] for k in range(shift)]), ["mul", 1, 1]]
    k = len(nodes) - 1
    nodes += [["root", 2, k], ["rat", -2, 1], ["mul", k + 1, k + 1, k + 1], ["add", k + 3, k + 2]]
    for order in range(2, 9):
        primes = (31, 43, 89, 101, 103, 113, 127)
        p, root = next((p, v) for p in primes for v in range(p) if pow(v, order, p) == 2)
        known = residues(p, roots=[root])
        some = tower([["root", 2, order]], []) | {"residues": known}
        assert upper(nodes, k + 4, 0, some) == 1
        assert lower(nodes, [k + 1], some) == 0


@pytest.mark.parametrize("kind", ["balls", "minor"])
def test_a_multiple_by_zero_still_has_a_domain(kind: str) -> None:
    # a max(0, -x) + 0 log(x) is defined for positive x only: rank 0
    graph = [ONE, MINUS, INPUT, ["mul", 1, 2], ["relu", 3], ["log", 2], ["rat", 0, 1],
             ["mul", 6, 5], ["par", 0, 0], ["mul", 8, 4], ["add", 9, 7]]  # fmt: skip
    evidence = {"balls": {"kind": "balls", "rows": [[0, [1]]], "columns": [0]},
                "minor": minor(1)}[kind]  # fmt: skip
    for x in (-1, 1):
        places = {"at": [], "inputs": [[[x, 1]]], "bits": 64}
        data = written(graph, outputs=[10], sizes=(1, 1, 0), lower=evidence, places=places)
        assert judge(data).lower == 0


def test_a_kink_whose_argument_is_a_quotient_that_vanishes_in_disguise() -> None:
    # h = (x + 1)/(x + 1) - 1 is 0, so its step is 0 by convention: a [h > 0] has rank 0, and
    # a [[h > 0] + x > 0] = a [x > 0] has rank 1
    nodes = [ONE, MINUS, INPUT, ["add", 2, 0], ["pow", -1, 3], ["mul", 3, 4], ["add", 5, 1],
             ["step", 6], ["add", 7, 2], ["step", 8]]  # fmt: skip
    assert upper(nodes, 7, 0, tower([], [])) == 0
    assert upper(nodes, 9, 0, tower([], [])) == 1
