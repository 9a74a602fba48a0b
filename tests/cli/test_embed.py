"""`rankstrat embed`: evidence in every format, refusals with status 1, bad questions with status
2.
"""

from __future__ import annotations

import json

import pytest

from rankstrat.cli import main

NET = ["two_layer", "width=1", "inputs=1", "bias=true"]


def test_text_shows_the_rows_of_K(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["embed", *NET, "--split", "1,1"]) == 0
    out = capsys.readouterr().out
    assert "[PROVED]" in out
    assert "dB/dw2_1 = alpha*dA/dw1_1" in out


def test_json_names_the_composition(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(
            [
                "embed",
                "fully_connected",
                "widths=[1,1,1,1]",
                "--null",
                "2",
                "--split",
                "1,1",
                "--json",
            ]
        )
        == 0
    )
    data = json.loads(capsys.readouterr().out)
    assert data["everywhere"] is True
    assert data["symbols"] == ["alpha", "alpha_2"]
    assert data["values"]["W3_1_2"] == "0"


@pytest.mark.parametrize("form", ["--latex", "--markdown", "--html"])
def test_tables(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["embed", *NET, "--alpha", "1/3", form]) == 0
    assert "dA/da1" in capsys.readouterr().out


def test_a_refusal_is_an_answer_with_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["embed", *NET, "activation=sigmoid", "--null", "1"]) == 1
    assert "dF_B/da2 = 1/2 leaves the tangent span" in capsys.readouterr().out
    assert main(["embed", *NET, "activation=sigmoid", "--null", "1", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["critical"] is False


@pytest.mark.parametrize(
    "words",
    [["--split", "1"], ["--split", "1,9"], ["--null", "x"], ["--alpha", "0.5"], ["--null", "2"]],
)
def test_bad_questions(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = main(["embed", *NET, *words])
    except SystemExit as stop:
        status = int(stop.code or 0)
    assert status == 2
    assert "Traceback" not in capsys.readouterr().err


def test_units_are_counted_from_one_in_the_name_too(capsys):
    words = ("fully_connected", "widths=1,3,1", "--split", "1,2", "--alpha", "1/3")
    assert main(["embed", *words]) == 0
    assert "split(layer 1, unit 2)" in capsys.readouterr().out
