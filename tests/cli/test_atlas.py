"""The stored atlas against recomputation, theorems and hand counts, and the command that writes
it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rankstrat.cli import _atlas, atlas, main
from rankstrat.cli._bundle import check_document
from rankstrat.families import FAMILIES

STORED = Path(__file__).parents[2] / "docs" / "atlas"
STRENGTH = ("REFUTED", "OPEN", "NUMERICAL", "PROBABLE", "PROVED")


def stored(family):
    return json.loads((STORED / f"{family}.json").read_text(encoding="utf-8"))["models"]


def model(words):
    family = words.split()[0]
    return next(m for m in stored(family) if m["model"] == words)


SAMPLE = (
    "two_layer width=2 inputs=1",
    "diagonal features=2",
    "matrix_factorization rows=2 inner=2 columns=2",
    "attention tokens=1 model_dim=1 head_dim=1",
    "opt_example",
)
ENTRIES = [
    pytest.param(e, id=e.key, marks=[] if " ".join(e.words) in SAMPLE else [pytest.mark.slow])
    for e in _atlas.ENTRIES
]


def agree(fresh, kept):
    """The same rows, formulas aside; a stronger engine may prove what was open."""
    assert fresh["columns"] == kept["columns"]
    assert len(fresh["rows"]) == len(kept["rows"])
    for new, old in zip(fresh["rows"], kept["rows"], strict=True):
        for a, b in zip(new, old, strict=True):
            if b in STRENGTH:
                assert STRENGTH.index(a) >= STRENGTH.index(b)
            elif not isinstance(b, list):
                assert a == b, "if the stored row is the weaker one: make atlas"


@pytest.mark.parametrize("entry", ENTRIES)
def test_stored_tables_are_those_that_are_computed(entry):
    now, then = _atlas.compute(entry).tables, model(" ".join(entry.words))
    for kind in ("strata", "functions", "targets"):
        agree(now[kind], then[kind])
    assert len(then["branches"]) == len(entry.targets)
    for fresh, kept in zip(now["branches"], then["branches"], strict=True):
        agree(fresh, kept)


@pytest.mark.parametrize("entry", ENTRIES)
def test_stored_documents_hold(entry):
    documents = model(" ".join(entry.words))["documents"]
    assert len(documents) == 1 + len(entry.targets)
    for name in documents:
        assert check_document((STORED / name).read_text(encoding="utf-8"))


def test_every_family_has_models_and_every_stored_file_belongs_to_one():
    assert set(_atlas.SECTIONS) == set(FAMILIES)
    assert sum(map(len, _atlas.SECTIONS.values())) == len(_atlas.ENTRIES)
    files = {p.relative_to(STORED).as_posix() for p in STORED.rglob("*") if p.is_file()}
    expected = {atlas.JOURNAL}
    for family in FAMILIES:
        found = stored(family)
        assert len(found) == len(_atlas.SECTIONS[family])
        expected |= {name for m in found for name in m["documents"]}
        expected |= set(_atlas.family_files(family, found))
    assert files == expected
    assert sum((STORED / name).stat().st_size for name in files) < 1_500_000


@pytest.mark.parametrize(
    ("words", "ranks"),
    [
        # 0 < 1 + d < ...: k neurons of d inputs have rank k(d + 1); a = 0 or w = 0 leave k' of them
        ("two_layer width=1 inputs=2", {0, 1, 2, 3}),
        # at rank A = s, rank B = t the tangent space is col(A) (x) R^n + R^m (x) row(B)
        ("matrix_factorization rows=2 inner=2 columns=2", {0, 2, 3, 4}),
        ("matrix_factorization rows=2 inner=1 columns=2", {0, 2, 3}),
        ("linear features=3", {3}),
        ("diagonal features=2", {0, 1, 2}),
        # three points of the plane: rigid up to 3 motions, degenerate when two of them meet, or all
        ("framework vertices=3", {0, 2, 3}),
        ("cp_factorization shape=[2,2,2] terms=1", {0, 2, 4}),
    ],
)
def test_stored_ranks_are_those_of_the_hand(words, ranks):
    assert {row[0] for row in model(words)["strata"]["rows"]} == ranks


@pytest.mark.parametrize(
    ("words", "sizes"),
    [
        # k independent neurons need k(d + 1) samples
        ("two_layer width=3 inputs=2", [("tanh(x1)", "3")]),
        ("two_layer width=2 inputs=1", [("0", "0"), ("tanh(x1)", "2"),
                                        ("tanh(x1) + tanh(2*x1)", "4")]),
        # a matrix of rank r needs r(m + n - r)
        ("matrix_factorization rows=2 inner=2 columns=2",
         [("[[0,0],[0,0]]", "0"), ("[[1,2],[2,4]]", "3"), ("[[1,0],[0,1]]", "4")]),
    ],
)  # fmt: skip
def test_stored_optimistic_sample_sizes(words, sizes):
    rows = model(words)["targets"]["rows"]
    assert [tuple(row[:2]) for row in rows] == sizes
    assert {verdict for row in rows for verdict in row[2:4]} == {"PROVED"}


def run(capsys, *words):
    status = main(["atlas", *map(str, words)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def files(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_an_interrupted_run_goes_on(capsys, tmp_path, monkeypatch):
    words = ("--family", "linear", "--family", "opt_example")
    assert run(capsys, tmp_path / "whole", *words)[0] == 0
    compute, seen = atlas.compute, []

    def interrupted(entry):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(entry)
        return compute(entry)

    monkeypatch.setattr(atlas, "compute", interrupted)
    status, out, told = run(capsys, tmp_path / "part", *words)
    assert (status, out) == (130, "")
    assert "2 of 3 models" in told
    again = []
    monkeypatch.setattr(atlas, "compute", lambda entry: again.append(entry) or compute(entry))
    # a kill between the documents of a model and its line in the journal
    journal = tmp_path / "part" / atlas.JOURNAL
    journal.write_bytes(journal.read_bytes()[:-9])
    assert run(capsys, tmp_path / "part", *words)[0] == 0
    assert len(again) == 2
    assert files(tmp_path / "part") == files(tmp_path / "whole")
    again.clear()
    # a document that is gone comes back
    gone = next((tmp_path / "part" / "linear").iterdir())
    gone.unlink()
    assert run(capsys, tmp_path / "part", *words)[0] == 0
    assert len(again) == 1
    assert files(tmp_path / "part") == files(tmp_path / "whole")


@pytest.mark.parametrize(
    "name", ["atlas.jsonl", "linear.json", "linear-strata.csv", "linear/features-2.strata.json"]
)
def test_other_files_are_refused_and_stay(capsys, tmp_path, name):
    other = tmp_path / name
    other.parent.mkdir(exist_ok=True)
    other.write_text("my notes\n")
    status, _, told = run(capsys, tmp_path, "--family", "linear")
    assert status == 2
    assert Path(name).name in told
    assert other.read_text() == "my notes\n"


def test_a_changed_document_is_refused(capsys, tmp_path):
    assert run(capsys, tmp_path, "--family", "linear")[0] == 0
    path = next((tmp_path / "linear").iterdir())
    path.write_text("{}")
    status, _, told = run(capsys, tmp_path, "--family", "linear")
    assert status == 2
    assert path.name in told
    assert path.read_text() == "{}"


@pytest.mark.parametrize("words", [["--family", "two_layr"], ["--jobs", "0"], ["x" * 300]])
def test_a_wrong_question_is_refused(capsys, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    status, _, told = run(capsys, *words)
    assert status == 2
    assert told.startswith("rankstrat: error: ")
    assert "Traceback" not in told


def test_a_file_in_place_of_the_folder_is_refused(capsys, tmp_path):
    path = tmp_path / "linear"
    path.write_text("mine")
    assert run(capsys, path)[0] == 2
    assert run(capsys, tmp_path, "--family", "linear")[0] == 2
    assert path.read_text() == "mine"
