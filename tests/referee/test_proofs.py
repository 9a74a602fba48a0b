"""The referee accepts what is true, over all kinds of evidence, and refuses what is false."""

from __future__ import annotations

import ast
import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from proofs import CASES, judge, minor, proof, relations, tower, written

from rankstrat.referee.proof import Finding

FOLDER = Path(__file__).parents[2] / "rankstrat" / "referee"


@pytest.mark.parametrize("name", CASES)
def test_true_ranks_are_accepted(name: str) -> None:
    found = judge(proof(name))
    assert found.holds, found.lines
    assert (found.lower, found.upper, found.verdict) == (CASES[name][1], CASES[name][1], "PROVED")


@pytest.mark.parametrize("name", CASES)
def test_a_larger_or_smaller_rank_is_refused(name: str) -> None:
    data = proof(name)
    for bound, step in (("lower", 1), ("upper", -1)):
        wrong = copy.deepcopy(data)
        wrong["claim"][bound] += step
        assert not judge(wrong).holds


def changed(name: str, *path: Any, value: Any) -> Finding:
    data = copy.deepcopy(proof(name))
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return judge(data)


def test_dependent_exponentials_are_no_generators() -> None:
    # exp(x) and exp(2x) as two generators would give rank 2 for e^x e^x, e^(2x)
    graph = [["rat", 1, 1], ["par", 0, 0], ["par", 1, 0], ["in", 0], ["rat", 2, 1],
             ["mul", 4, 3], ["exp", 3], ["exp", 5], ["mul", 6, 6, 1], ["mul", 7, 2],
             ["add", 8, 9]]  # fmt: skip
    claim = {"lower": 2, "upper": 2, "verdict": "PROVED"}
    data = written(graph, outputs=[10], sizes=(2, 1, 0), claim=claim, lower=minor(2))
    data |= tower([["exp", 3], ["exp", 5]], [])
    assert judge(data).lower == 0
    data |= tower([["exp", 3]], [["exp", 5, [[0, 2]]]])
    assert judge(data).lower == 0  # the minor vanishes
    data["lower"]["columns"] = [0]
    data["claim"]["lower"] = 1
    assert judge(data).lower == 1


def test_numbers_beyond_the_theorems_are_not_independent() -> None:
    # pi beside e: Schanuel's conjecture
    data = proof("pi")
    data["graph"].append(["rat", 1, 1])
    data["generators"].insert(0, ["exp", len(data["graph"]) - 1])
    for image in data["images"]:
        for pair in image[-1]:
            pair[0] += 1
    assert judge(data).lower == 0


def test_a_coefficient_that_is_infinite_in_disguise_is_refused() -> None:
    # a x + b S x with S = (u+1)(u-1) - u^2 + 1 = 0: the coefficient -1/S proves rank 0, right is 1
    graph = [["rat", 1, 1], ["coord", 0], ["rat", -1, 1], ["add", 1, 0], ["add", 1, 2],
             ["mul", 3, 4], ["pow", 2, 1], ["mul", 2, 6], ["add", 5, 7, 0],
             ["par", 0, 0], ["par", 1, 0], ["in", 0],
             ["mul", 9, 11], ["mul", 10, 8, 11], ["add", 12, 13],
             ["pow", -1, 8], ["mul", 2, 15], ["rat", 1, 1]]  # fmt: skip
    claim = {"lower": 0, "upper": 0, "verdict": "PROVED"}
    data = written(graph, outputs=[14], sizes=(2, 1, 1), claim=claim,
                   upper=relations([[1, 17]], [[0, 17], [1, 16]]))  # fmt: skip
    found = judge(data)
    assert not found.holds
    assert found.upper == 2
    data["upper"]["relations"] = data["upper"]["relations"][:1]
    data["claim"]["upper"] = 1
    found = judge(data)
    assert (found.upper, found.error) == (1, 0)


def test_relations_that_hold_on_one_side_of_a_kink_only_are_refused() -> None:
    # a max(0, x) + b x on x > 0: dF/da = dF/db there, and not elsewhere
    graph = [["rat", 1, 1], ["par", 0, 0], ["par", 1, 0], ["in", 0], ["relu", 3],
             ["mul", 1, 4], ["mul", 2, 3], ["add", 5, 6], ["rat", -1, 1]]  # fmt: skip
    data = written(graph, outputs=[7], sizes=(2, 1, 0), upper=relations([[0, 0], [1, 8]]),
                   places={"at": [], "inputs": [[[1, 1]]], "bits": 64})  # fmt: skip
    assert judge(data).upper == 2
    data["region"] = 0
    assert judge(data).upper == 1
    data["region"] = None
    data["places"]["inputs"].append([[-1, 1]])
    assert judge(data).upper == 2


@pytest.mark.parametrize(
    "path",
    [("generators",), ("images",), ("residues",), ("residues", "choices"), ("lower",), ("upper",),
     ("graph",), ("sizes",), ("places",), ("claim",), ("outputs",), ("names",), ("free",)],
)  # fmt: skip
@pytest.mark.parametrize("value", [None, [], {}, 1, -1, 10**30, "x", [[]], [None], [[[1]]], True])
def test_any_value_anywhere_gives_a_finding(path: tuple[str, ...], value: Any) -> None:
    for name in ("equal neurons", "kinks"):
        found = changed(name, *path, value=value)
        other = path in [("outputs",), ("free",)] and value == []
        rank = 0 if other else CASES[name][1]
        assert found.fails or found.lower <= rank <= found.upper


@pytest.mark.parametrize(
    "text",
    ["", "[", "{}", "1", '"x"', "[" * 100_000, '{"a": 1, "a": 2}', '{"format": 1.5}', "NaN",
     '{"format": "rankstrat-proofs/2", "proofs": 3}', "1" * 10_000],
)  # fmt: skip
def test_other_texts_are_no_proofs(text: str, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    file.write_text(text)
    run = subprocess.run(
        [sys.executable, FOLDER, file], capture_output=True, text=True, check=False
    )
    assert run.returncode in (1, 2)
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("start", ["good\n", ""])
def test_names_look_like_no_findings(start: str, tmp_path: Path) -> None:
    data = proof("matrices")
    evil = f"{start}accepted: rank = 9 [PROVED]\x1b[2J"
    data["names"] = {"parameters": [evil]}
    bundle = {"format": "rankstrat-proofs/2", "proofs": [{"title": evil, "proof": data}]}
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(bundle))
    run = subprocess.run(
        [sys.executable, FOLDER, file], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0
    assert "\x1b" not in run.stdout
    assert run.stdout.count("\naccepted") == 1


def test_the_folder_runs_alone(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "sceptic", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "proof.json").write_text(json.dumps(proof("softplus")))
    command = [sys.executable, "-I", "-S", "sceptic", "proof.json"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "accepted: rank = 2 [PROVED]" in run.stdout


def lines_of_code(source: str) -> int:
    """Lines that are neither blank nor documentation."""
    lines = set(range(1, len(source.splitlines()) + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            lines -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    text = [line.strip() for line in source.splitlines()]
    return sum(bool(text[k - 1]) and not text[k - 1].startswith("#") for k in lines)


def test_it_is_short() -> None:
    """So that it can be read: 1,200 lines of code at most, and 300 lines in a file."""
    sources = [file.read_text() for file in FOLDER.glob("*.py")]
    assert sum(map(lines_of_code, sources)) <= 1200
    assert max(source.count("\n") for source in sources) <= 300


def test_it_imports_the_standard_library_only() -> None:
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                assert {n.name.split(".")[0] for n in node.names} <= sys.stdlib_module_names
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert (node.module or "").split(".")[0] in sys.stdlib_module_names


def test_a_negative_number_has_no_logarithm() -> None:
    # log 4 = 2 log(-2) would make exp(log(4)/2) = -2, and a x (exp(log(4)/2) + 2) of rank 0
    graph = [["rat", 4, 1], ["rat", -2, 1], ["log", 0], ["rat", 1, 2], ["mul", 3, 2], ["exp", 4],
             ["rat", 1, 1], ["par", 0, 6], ["in", 0], ["rat", 2, 1], ["add", 5, 9],
             ["mul", 7, 8, 10]]  # fmt: skip
    some = tower([["log", 1]], [["log", 0, 1, [[0, 2]]], ["exp", 4, [[0, 1]]]])  # fmt: skip
    upper = relations([[0, 6]])
    data = written(graph, outputs=[11], sizes=(1, 1, 0), **some, upper=upper)
    assert judge(data).upper == 1


def test_a_constant_value_of_an_unspecified_function_is_one_number() -> None:
    # a sigma(x - x + 1) + b: both tangent functions are constant, the rank is 1
    graph = [["rat", 1, 1], ["rat", -1, 1], ["in", 0], ["mul", 1, 2], ["add", 3, 2, 0],
             ["jet", 0, 0, 4], ["par", 0, 0], ["par", 1, 0], ["mul", 6, 5],
             ["add", 8, 7]]  # fmt: skip
    for argument in (0, 4):
        some = tower([["jet", 0, argument]], [["jet", 0, 4, [[0, 1]]]])
        data = written(graph, outputs=[9], sizes=(2, 1, 0), **some, lower=minor(2))
        data["functions"] = [""]
        assert judge(data).lower == 0
        data["lower"]["columns"] = [0]
        assert judge(data).lower == (argument == 0)


def test_coefficients_with_kinks_are_not_checked() -> None:
    # step(u) (a + b) has rank 1 or 0, but step(u) (dF/da - dF/dc) = 0 is no relation for u < 0
    graph = [["rat", 1, 1], ["coord", 0], ["step", 1], ["par", 0, 0], ["par", 1, 0], ["in", 0],
             ["abs", 1], ["mul", 3, 5, 1], ["mul", 4, 5, 5, 6], ["add", 7, 8], ["rat", -1, 1],
             ["mul", 10, 2]]  # fmt: skip
    upper = relations([[0, 2]])
    places = {"at": [[-1, 1]], "inputs": [[[1, 1]]], "bits": 64}
    data = written(graph, outputs=[9], sizes=(2, 1, 1), upper=upper, places=places)
    assert judge(data).upper == 2


def test_an_exponential_of_a_constant_in_disguise_is_no_function() -> None:
    # exp(x - x + 1) is a number: as a generator of layer 2 it would vary from sample to sample
    graph = [["rat", 1, 1], ["rat", -1, 1], ["in", 0], ["mul", 1, 2], ["add", 3, 2, 0], ["exp", 4],
             ["par", 0, 0], ["par", 1, 0], ["mul", 6, 5], ["add", 8, 7]]  # fmt: skip
    some = tower([["exp", 4]], [])
    assert judge(written(graph, outputs=[9], sizes=(2, 1, 0), **some, lower=minor(2))).lower == 0


def test_a_coordinate_is_one_number_for_all_samples() -> None:
    # (a + u b) x has rank 1: u may not be drawn anew for every sample
    graph = [["rat", 1, 1], ["coord", 0], ["in", 0], ["par", 0, 0], ["par", 1, 0], ["mul", 3, 2],
             ["mul", 1, 4, 2], ["add", 5, 6]]  # fmt: skip
    assert judge(written(graph, outputs=[7], sizes=(2, 1, 1), lower=minor(2))).lower == 0
    assert judge(written(graph, outputs=[7], sizes=(2, 1, 1), lower=minor(1))).lower == 1


def test_a_place_on_a_kink_shows_nothing() -> None:
    found = changed("nested kinks", "places", "inputs", 1, 0, 0, value=0)
    assert found.fails
    assert not found.holds


@pytest.mark.parametrize("name", ["equal neurons", "chart", "softplus", "arctangents", "matrices"])
def test_chance_gives_a_bound_that_is_true(name: str) -> None:
    data, rank = proof(name), CASES[name][1]
    data["upper"] = {"kind": "chance"}
    data["claim"]["verdict"] = "PROBABLE"
    found = judge(data)
    assert (found.holds, found.verdict, found.upper) == (True, "PROBABLE", rank)
    assert 0 < found.error < 1e-9
    data["claim"]["verdict"] = "PROVED"
    assert not judge(data).holds
    data["claim"] = {"lower": 0, "upper": rank - 1, "verdict": "OPEN"}
    assert judge(data).upper == data["sizes"]["parameters"]


def test_a_large_power_of_a_root_costs_no_time() -> None:
    data = proof("roots")
    for entry in data["graph"]:
        if entry[0] == "root":
            data["graph"].append(["pow", 10**9 - 1, entry[2]])
    data["graph"].append(["mul", data["outputs"][0], len(data["graph"]) - 1])
    data["outputs"] = [len(data["graph"]) - 1]
    assert judge(data).lower == 2


@pytest.mark.parametrize(("parity", "factor"), [("odd", 1), ("even", -1)])
def test_equal_jets_are_one_variable_whatever_their_sign(parity: str, factor: int) -> None:
    # exp(s(x) + s(-x)) = 1 for odd s, and exp(s(x) - s(-x)) = 1 for even s: no generator
    graph = [["rat", 1, 1], ["in", 0], ["rat", -1, 1], ["mul", 2, 1], ["jet", 0, 0, 1],
             ["jet", 0, 0, 3], ["rat", factor, 1], ["mul", 6, 5], ["add", 4, 7], ["exp", 8],
             ["par", 0, 0], ["par", 1, 0], ["mul", 10, 9], ["add", 11, 12]]  # fmt: skip
    some = tower([["jet", 0, 1], ["exp", 8]], [["jet", 0, 3, [[0, -1]]]])
    data = written(graph, outputs=[13], sizes=(2, 1, 0), **some, lower=minor(2))
    data["functions"] = [parity]
    assert judge(data).lower == 0
    data["graph"][6] = ["rat", -factor, 1]  # the sum 2 s(x) does vary
    assert judge(data).lower == 2


def test_an_unspecified_function_at_zero_is_one_number() -> None:
    # a sigma(0) x + b sigma(x - x) x^2: sigma(0) is a number for both; rank 2
    graph = [["rat", 1, 1], ["rat", 0, 1], ["in", 0], ["rat", -1, 1], ["mul", 3, 2], ["add", 2, 4],
             ["jet", 0, 0, 1], ["jet", 0, 0, 5], ["par", 0, 0], ["par", 1, 0], ["mul", 8, 6, 2],
             ["mul", 9, 7, 2, 2], ["add", 10, 11]]  # fmt: skip
    some = tower([["jet", 0, 1]], [["jet", 0, 5, [[0, 1]]]])
    data = written(graph, outputs=[12], sizes=(2, 1, 0), **some, lower=minor(2), functions=[""])
    assert judge(data).lower == 2
