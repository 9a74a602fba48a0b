"""`rankstrat stratify` and `rankstrat table`."""

import json

import pytest

from rankstrat.cli import main, table


def run(capsys, *words):
    status = main(list(words))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_stratify_prints_one_row_for_each_rank(capsys):
    status, out, _ = run(
        capsys, "stratify", "matrix_factorization", "rows=2", "inner=2", "columns=2"
    )
    assert status == 0
    assert "rank A = 1, rank B = 1" in out
    assert "Coverage: PROVED" in out


def test_stratify_formats(capsys):
    words = ("stratify", "two_layer", "width=2", "inputs=1")
    assert len(json.loads(run(capsys, *words, "--json")[1])["strata"]) == 13
    assert r"\begin{tabular}" in run(capsys, *words, "--latex")[1]
    assert run(capsys, *words, "--each", "--markdown")[1].count("PROVED") == 13 + 1
    assert run(capsys, *words, "--dot")[1].startswith("digraph")
    assert run(capsys, *words, "--mermaid")[1].startswith("flowchart")
    assert "sum of 2 a_i tanh(w_i x)" in run(capsys, *words, "--functions")[1]


def test_stratify_says_what_is_not_covered(capsys):
    status, out, _ = run(
        capsys, "stratify", "two_layer", "width=2", "inputs=1", "activation=sin(2*z)", "bias=true"
    )
    assert status == 0
    assert "Coverage: OPEN: " in out and "not proved at every point" in out
    assert "not covered: rank" in out


def test_stratify_with_conditions(capsys):
    words = ("stratify", "opt_example", "--condition", "theta2 - 2*theta3")
    assert "Coverage: PROVED" in run(capsys, *words)[1]


def test_table_finds_the_closed_form(capsys):
    status, out, _ = run(
        capsys, "table", "two_layer", "width=1..3", "inputs=1..4", "--top", "--conjecture"
    )
    assert status == 0
    assert "rank = width*(inputs + 1) (conjectured)" in out


def test_table_resumes_after_an_interruption(capsys, tmp_path, monkeypatch):
    path = tmp_path / "ranks.jsonl"
    words = (
        "table",
        "two_layer",
        "width=1..4",
        "inputs=2",
        "--top",
        "--markdown",
        "--save",
        str(path),
    )
    whole = run(capsys, *words[:-2])[1]
    computed, seen = table._computed, []

    def interrupted(options, case):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(case)
        return computed(options, case)

    monkeypatch.setattr(table, "_computed", interrupted)
    status, out, told = run(capsys, *words)
    assert status == 130
    assert (
        told
        == "rankstrat: interrupted: 2 of 4 models are in the table; the same command goes on from"
        " here\n"
    )
    assert out.splitlines()[:6] == whole.splitlines()[:6]
    path.write_text(path.read_text() + '{"format": "rankstrat-ta')  # a line that was cut off
    again = []
    monkeypatch.setattr(
        table, "_computed", lambda options, case: again.append(case) or computed(options, case)
    )
    assert run(capsys, *words)[:2] == (0, whole)
    assert len(again) == 2
    again.clear()
    assert run(capsys, *words)[:2] == (0, whole)
    assert not again


def test_table_leaves_out_models_that_are_refused(capsys):
    # a kernel of two or three pixels does not fit into an image of one or two
    status, out, error = run(
        capsys, "table", "convolutional", "kernels=1", "size=1..2", "kernel_size=1..3", "--top"
    )
    assert status == 2
    assert len([line for line in out.splitlines() if "generic" in line]) == 3
    assert error.count("left out: ") == 3
    assert "size=1 kernel_size=2" in error


@pytest.mark.parametrize(
    "text", ["no table\n{}\n", '{"format": "rankstrat-table/2", "key": "", "rows": [[1]]}\n{}\n']
)
def test_table_refuses_other_files(capsys, tmp_path, text):
    path = tmp_path / "other"
    path.write_text(text)
    status, _, error = run(
        capsys, "table", "two_layer", "width=1..2", "inputs=1", "--save", str(path)
    )
    assert status == 2
    assert "line 1" in error
    assert path.read_text() == text


@pytest.mark.parametrize("word", ["width=3..1", "width", "width=1..999999"])
def test_table_error(capsys, word):
    status, _, error = run(capsys, "table", "two_layer", word, "inputs=1")
    assert status == 2
    assert error.startswith("rankstrat: ")
