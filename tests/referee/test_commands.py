"""Proof objects on the command line: written, bundled, checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rankstrat.cli import main
from rankstrat.theorems import THEOREMS

POINT = '{"a": [1, 2], "w": [[1], [-1]]}'


def test_rank_writes_a_proof_that_check_accepts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "proof.json")
    assert main(["rank", "two_layer", "width=2", "inputs=1", "--at", POINT, "--proof", file]) == 0
    assert "the referee accepts it [PROVED]" in capsys.readouterr().err
    assert main(["check", file]) == 0
    assert "accepted: rank = 2 [PROVED]" in capsys.readouterr().out
    data = json.loads(Path(file).read_text())
    data["claim"]["lower"] = 3
    Path(file).write_text(json.dumps(data))
    assert main(["check", file]) == 1
    Path(file).write_text('{"format": "rankstrat-proof/2.1"}')
    assert main(["check", file]) == 1


def test_json_output_stays_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "proof.json")
    assert main(["rank", "two_layer", "width=2", "inputs=1", "--json", "--proof", file]) == 0
    json.loads(capsys.readouterr().out)


def test_a_proof_that_cannot_be_written_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["rank", "two_layer", "width=1", "inputs=1", "--proof", "/nowhere/proof.json"]
    assert main(command) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["stratify", "two_layer", "width=2", "inputs=1"],
        ["branches", "two_layer", "width=2", "inputs=1", "--target", "tanh(x1)"],
        ["verify", "linear_rank"],
    ],
)
def test_bundles(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "bundle.json")
    assert main([*command, "--proof", file]) == 0
    count = len(json.loads(Path(file).read_text())["proofs"])
    assert count > 2
    assert f"{count} proof objects" in (text := capsys.readouterr().err)
    assert f"accepts {count}" in text
    assert main(["check", file]) == 0
    assert capsys.readouterr().out.count("accepted: rank") == count


def test_an_empty_bundle_is_not_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bundle.json"
    file.write_text('{"format": "rankstrat-proofs/2", "proofs": []}')
    assert main(["check", str(file)]) == 2
    assert "the bundle is empty" in capsys.readouterr().err


def test_verify_sends_every_case_to_the_referee(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "linear_rank", "--referee"]) == 0
    cases = len(list(THEOREMS["linear_rank"].cases(0, False)))
    assert f"referee: {cases} accepted as PROVED" in capsys.readouterr().out
