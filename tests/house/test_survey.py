"""The stored table of models and verbs is that of its data, and nothing in it is wrong."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def loaded(name, monkeypatch):
    spec = importlib.util.spec_from_file_location(name, DOCS / "survey" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)  # where imports look
    spec.loader.exec_module(module)
    return module


def test_the_page_is_that_of_the_data(monkeypatch):
    models, run = loaded("models", monkeypatch), loaded("run", monkeypatch)
    stored = json.loads((DOCS / "survey" / "survey.json").read_text(encoding="utf-8"))
    found = stored["models"]
    assert list(found) == [m.name for m in models.brought()]
    assert all(list(rows) == list(run.VERBS) for rows in found.values())
    bad = [(name, verb) for name, rows in found.items() for verb in rows if not rows[verb]["right"]]
    assert not bad
    page = (DOCS / "survey.md").read_text(encoding="utf-8")
    assert page == run.page(found, stored["budget"])


def test_a_wrong_answer_is_seen(monkeypatch):
    """With a false generic rank of two tanh units, 3 in place of 4."""
    models, run = loaded("models", monkeypatch), loaded("run", monkeypatch)
    first = next(models.brought())
    assert first.rank == 4
    false = models.Brought(first.name, first.model, 3)
    for verb in ("model_rank", "model_rank at a point", "identifiability"):
        assert run.VERBS[verb](first, 1e6)["right"]
        assert not run.VERBS[verb](false, 1e6)["right"]
