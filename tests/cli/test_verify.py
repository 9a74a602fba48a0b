"""`rankstrat verify`: selection, formats, exit status, resumption; the theorems themselves are
tested elsewhere.
"""

from __future__ import annotations

import csv
import json
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from rankstrat.cli import _sweep, main
from rankstrat.errors import UndecidedError
from rankstrat.theorems import THEOREMS


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def ask(capsys, *words):
    status = main(["verify", *words])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err + captured.out
    return status, captured.out, captured.err


def few(original, number=3, **changes):
    """The first cases of a theorem, changed."""
    theorem = THEOREMS[original]
    return replace(
        theorem, cases=lambda seed, deep: list(theorem.cases(seed, deep))[:number], **changes
    )


@pytest.fixture
def catalogue(monkeypatch):
    """A catalogue of quick theorems: one that holds, one that is false, one that the engine cannot
    decide.
    """

    def undecided(case, seed):
        raise UndecidedError("the independence of erf is not decided")

    def interrupted(case, seed):
        if case["m"] > 1:
            raise KeyboardInterrupt
        return THEOREMS["linear_rank"].computed(case, seed)

    theorems = {
        "holds": few("linear_rank", name="holds"),
        "false": few("linear_rank", name="false", predicted=lambda case, seed: case["m"] + 1),
        "open": few("linear_rank", name="open", computed=undecided),
        "stops": few("linear_rank", name="stops", computed=interrupted),
    }
    for name, theorem in theorems.items():
        monkeypatch.setitem(THEOREMS._found, name, theorem)
    return theorems


def test_a_theorem_that_holds(capsys, catalogue):
    status, out, err = ask(capsys, "holds")
    assert (status, err) == (0, "")
    assert "predicted dim span" in out
    assert "computed" in out
    assert "3 of 3 cases: 3 PROVED." in out
    assert "@article{LLR" in out


def test_a_false_theorem_shows_its_smallest_counterexample(capsys, catalogue):
    status, out, _ = ask(capsys, "false")
    assert status == 1
    assert "3 REFUTED" in out
    assert "smallest counterexample: m = 1, k = 1: predicted 2, computed 1" in out


def test_an_open_theorem_does_not_hold(capsys, catalogue):
    status, out, _ = ask(capsys, "open", "holds")
    assert status == 1
    assert "3 OPEN" in out
    assert "3 PROVED" in out


def test_an_interrupted_theorem_shows_what_is_done(capsys, catalogue):
    status, out, _ = ask(capsys, "stops", "--save", "reports")
    assert status == 130
    assert "interrupted: 2 cases not computed" in out
    rows = json.loads(Path("reports/stops.json").read_text())["rows"]
    assert [row["case"]["m"] for row in rows] == [1]


def test_saved_cases_are_not_computed_again(capsys, catalogue, monkeypatch):
    assert ask(capsys, "stops", "--save", "reports")[0] == 130
    asked = []

    def computed(case, seed):
        asked.append(case["m"])
        return catalogue["holds"].computed(case, seed)

    monkeypatch.setitem(THEOREMS._found, "stops", replace(catalogue["stops"], computed=computed))
    assert ask(capsys, "stops", "--save", "reports")[0] == 0
    assert asked == [3, 4]


@pytest.mark.parametrize("content", ["", "[]", '{"format": 1}', "null"])
def test_saved_reports_of_another_kind_error(capsys, catalogue, content):
    Path("holds.json").write_text(content)
    status, _, err = ask(capsys, "holds", "--save", ".")
    assert (status, err.count("\n")) == (2, 1)


def test_saved_reports_of_another_seed_error(capsys, catalogue):
    assert ask(capsys, "holds", "--save", ".")[0] == 0
    assert "seed 0" in ask(capsys, "holds", "--save", ".", "--seed", "1")[2]


def test_save_needs_a_folder_error(capsys, catalogue):
    Path("file").write_text("")
    assert "is no folder" in ask(capsys, "holds", "--save", "file")[2]
    Path("holds.json").mkdir()
    assert ask(capsys, "holds", "--save", ".")[0] == 2


def test_formats(capsys, catalogue):
    data = json.loads(ask(capsys, "holds", "--json")[1])
    assert data["ok"] is True
    assert [row["verdict"] for row in data["reports"][0]["rows"]] == ["PROVED"] * 3
    assert {"predicted", "lower", "upper"} <= set(data["reports"][0]["rows"][0])
    latex = ask(capsys, "holds", "--latex")[1]
    assert r"\begin{tabular}" in latex
    assert "% @article{LLR" in latex
    assert "\n@" not in latex
    assert "```bibtex" in ask(capsys, "holds", "--markdown")[1]
    assert "<table>" in ask(capsys, "holds", "--html")[1]


def test_selection(capsys, catalogue):
    assert ask(capsys, "holds", "--only", "hol*", "--list")[1].count("\n") == 3
    assert "linear_rank" in ask(capsys, "--list")[1]
    assert "did you mean linear_rank" in ask(capsys, "linaer_rank")[2]
    assert "--list" in ask(capsys, "--only", "zzz*")[2]


def test_summary_has_one_line_for_each_theorem(capsys, catalogue):
    out = ask(capsys, "holds", "open", "--summary")[1]
    assert "predicted" not in out
    assert "6 cases: 3 PROVED, 3 OPEN." in out


def test_processes_give_the_same_answer(capsys):
    one, two = (
        json.loads(ask(capsys, "linear_rank", "--json", "--jobs", jobs)[1])["reports"][0]["rows"]
        for jobs in ("1", "2")
    )
    assert [{**row, "seconds": 0} for row in one] == [{**row, "seconds": 0} for row in two]


@pytest.mark.parametrize("jobs", ["0", "-1", "many", "1000"])
def test_jobs_error(capsys, jobs):
    assert "number of processes" in ask(capsys, "--jobs", jobs)[2]


def test_cluster(capsys, catalogue, monkeypatch):
    monkeypatch.setattr(_sweep.importlib.util, "find_spec", lambda name: None)
    assert "pip install rankstrat[cluster]" in ask(capsys, "holds", "--dask", "tcp://nowhere:1")[2]


def test_cluster_executor_is_used(capsys, catalogue, monkeypatch):
    closed = []

    class Pool:
        def submit(self, function, *arguments):
            future = Future()
            future.set_result(function(*arguments))
            return future

    client = SimpleNamespace(get_executor=Pool, close=lambda: closed.append(True))
    fake = SimpleNamespace(
        util=SimpleNamespace(find_spec=lambda name: True),
        import_module=lambda name: SimpleNamespace(Client=lambda address: client),
    )
    monkeypatch.setattr(_sweep, "importlib", fake)
    assert ask(capsys, "holds", "--dask", "tcp://somewhere:1")[0] == 0
    assert closed == [True]


def test_cluster_that_does_not_answer(capsys, catalogue, monkeypatch):
    def refuse(address):
        raise OSError("Timed out")

    fake = SimpleNamespace(
        util=SimpleNamespace(find_spec=lambda name: True),
        import_module=lambda name: SimpleNamespace(Client=refuse),
    )
    monkeypatch.setattr(_sweep, "importlib", fake)
    status, _, err = ask(capsys, "holds", "--dask", "tcp://nowhere:1")
    assert status == 2
    assert "no dask scheduler answers at 'tcp://nowhere:1'" in err and "is needed; try" in err


def test_csv_is_one_table_of_all_cases(capsys):
    status, out, _ = ask(capsys, "linear_rank", "diagonal_rank", "--csv")
    rows = list(csv.DictReader(out.splitlines()))
    assert status == 0
    assert {row["theorem"] for row in rows} == {"linear_rank", "diagonal_rank"}
    assert all(
        row["predicted"] == row["lower"] == row["upper"] and json.loads(row["case"]) for row in rows
    )
