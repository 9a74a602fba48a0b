"""Columns of the profile that `rankstrat read` prints."""

from __future__ import annotations

import numpy as np
import pytest

from rankstrat.cli import main


@pytest.fixture(name="words")
def _words(tmp_path):
    path = tmp_path / "net.npz"
    np.savez(path, W1=np.array([[0.7], [-1.3]]), W2=np.array([[1.1, 0.4]]))
    return ["read", str(path), "--activation", "tanh", "--columns"]


def test_columns_are_chosen_in_text_too(capsys, words):
    assert main([*words, "rank,from"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["rank", "from"] in lines


def test_an_unknown_column_and_a_document_are_refused(capsys, words):
    assert main([*words, "foo"]) == 2
    assert "there is no column 'foo'" in capsys.readouterr().err
    assert main([*words, "rank", "--json"]) == 2
    assert "--columns was given for a document" in capsys.readouterr().err
