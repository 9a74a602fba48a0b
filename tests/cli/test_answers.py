"""Every `--json` has the plain fields; documents with certificates hold, forged ones do not."""

from __future__ import annotations

import argparse
import json

import numpy as np
import pytest

from rankstrat.cli import COMMANDS, main

ONE, TWO = ["two_layer", "width=1", "inputs=1"], ["two_layer", "width=2", "inputs=1"]
QUESTIONS = [
    # words, (value, lower, upper), verdict: k(d+1) = 4 for width 2 and one input, 2 for one neuron;
    # a target of one neuron has the optimistic sample size d + 1 = 2
    (["rank", *TWO], (4, 4, 4), "PROVED"),
    (["rank", *TWO, "--where", "w2_1=w1_1"], (2, 2, 2), "PROVED"),
    (["tangent", *ONE], (2, 2, 2), "PROVED"),
    (["numeric", *TWO], (4, 4, 4), "PROVED"),
    (["stratify", *TWO], (4, 4, 4), "PROVED"),
    (["stratify", *TWO, "--functions"], (4, 4, 4), "PROVED"),
    (["stratify", "two_layer", "width=1", "inputs=2", "activation=relu"], (2, 2, 2), "OPEN"),
    (["branches", *TWO, "--target", "tanh(x1)"], (2, 2, 2), "PROVED"),
    (["embed", *ONE], (2, 2, 2), "PROVED"),
    (["embed", *ONE, "activation=sigmoid", "--null", "1"], (None, None, None), "REFUTED"),
    (["table", "two_layer", "width=1..2", "inputs=1"], (4, 4, 4), "PROVED"),
    # one neuron at a regular point: half the rank
    (["learning", *ONE, "--at", '{"a": [1], "w": [[1]]}'], ("1", "1", "1"), "PROVED"),
    (["identifiability", *ONE], (2, 2, 2), "PROVED"),
    (["read", "net.npz", "--activation", "tanh"], (2, 2, 2), "PROVED"),
    (["verify", "linear_rank"], None, "PROVED"),
    (["verify", "--list"], None, None),
    (["experiment", "--list"], None, None),
]


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("net.npz", W1=[[1.0], [1.0]], W2=[[1.0, 2.0]])  # two equal neurons


def document(capsys, *words):
    main([*words, "--json"])
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(("words", "bounds", "verdict"), QUESTIONS, ids=lambda v: str(v)[:60])
def test_the_plain_fields(capsys, words, bounds, verdict):
    data = document(capsys, *words)
    assert data["verdict"] == verdict
    found = tuple(data[name] for name in ("value", "lower", "upper"))
    if bounds is None:
        assert found[0] == found[1] == found[2] > 0
    else:
        assert found == bounds


def test_every_command_with_json_is_asked():
    asked = {words[0] for words, _, _ in QUESTIONS}
    for name, command in COMMANDS.items():
        parser = argparse.ArgumentParser()
        command.configure(parser)
        assert ("--json" in parser._option_string_actions) == (name in asked), name


DOCUMENTS = {
    "strata": ["stratify", *TWO],
    "kinks": ["stratify", "two_layer", "width=1", "inputs=2", "activation=relu"],
    "branches": ["branches", *TWO, "--target", "tanh(x1)"],
    "mapping": ["embed", *ONE, "bias=true"],
    "moves": ["embed", "fully_connected", "widths=[1,2,2,1]", "--split", "1,1", "--null", "2"],
}


def checked(capsys, tmp_path, data):
    path = tmp_path / "document.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    status = main(["check", str(path)])
    captured = capsys.readouterr()
    return status, captured.out + captured.err


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_checked(capsys, tmp_path, name):
    status, text = checked(capsys, tmp_path, document(capsys, *DOCUMENTS[name]))
    assert status == 0, text
    assert "holds: " in text


FORGERIES = {
    "a rank": ("strata", lambda d: d["strata"][3].update(rank=0), "the rank of row 3"),
    "a dimension": (
        "strata",
        lambda d: d["strata"][3].update(dimension=4, codimension=0),
        "the dimension of row 3",
    ),
    "a codimension": ("strata", lambda d: d["strata"][1].update(codimension=0), "codimension"),
    "the value": ("strata", lambda d: d.update(value=5, lower=5, upper=5), "the value"),
    "a missing row": ("strata", lambda d: d["certificates"].pop(), "12 of 13 rows"),
    "no certificate": (
        "strata",
        lambda d: d["certificates"][0].update(certificate=None, reason="lost"),
        "row 0 has no certificate: lost",
    ),
    "a bound": (
        "strata",
        lambda d: d["certificates"][-1]["certificate"].update(lower=3, upper=3, value=3),
        "row 12",
    ),
    "a stronger verdict": ("kinks", lambda d: d.update(verdict="PROVED"), "the verdict on top"),
    "another target": (
        "branches",
        lambda d: d.update(target_in_certificates=["2*tanh(x1)"]),
        "does not have the target",
    ),
    "a branch's rank": ("branches", lambda d: d["branches"][0].update(rank=9), "the rank of row 0"),
    "an entry of K": (
        "mapping",
        lambda d: d["in_certificates"]["entries"][0].__setitem__(2, "7"),
        "the matrix K",
    ),
    "a field": ("mapping", lambda d: d.pop("in_certificates"), "in_certificates"),
    "a kind": ("branches", lambda d: d.update(branches=[1]), "leads"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forgeries_are_refused(capsys, tmp_path, name):
    kind, forge, why = FORGERIES[name]
    data = document(capsys, *DOCUMENTS[kind])
    forge(data)
    status, text = checked(capsys, tmp_path, data)
    assert status in (1, 2), text
    assert why in text


def test_the_value_of_a_certificate_follows_from_its_bounds(capsys, tmp_path):
    data = document(capsys, "rank", *TWO)
    for value, status in ((3, 1), (None, 1), (True, 2), ("4", 2)):
        assert checked(capsys, tmp_path, data | {"value": value})[0] == status
    del data["value"]  # as older files are
    assert checked(capsys, tmp_path, data)[0] == 0
