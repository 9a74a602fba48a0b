"""Every example runs without a warning; it is short, and says in its docstring what it shows."""

from __future__ import annotations

import ast
import runpy
import warnings
from importlib import import_module
from pathlib import Path

import pytest
from matplotlib import pyplot as plt

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("[0-9]*.py"))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(path, tmp_path, monkeypatch):
    """In this process; the gallery of the documentation runs each in a process of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        runpy.run_path(str(path), run_name="__main__")
    plt.close("all")
    assert [picture.stem for picture in tmp_path.iterdir()] == [path.stem[3:]], "its one picture"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_states_and_asserts_a_claim(path):
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert ast.get_docstring(tree), "the docstring states the claim"
    assert isinstance(tree.body[-1], ast.Assert), "the last line asserts it"
    assert len(source.splitlines()) <= 45


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_notebook_of_the_gallery_is_the_script(path, monkeypatch):
    """Its cells, one after the other, are the statements of the script, each one once."""
    pytest.importorskip("nbclient")
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    cells = import_module("gallery_pages").notebook_of(path).cells
    assert [cell.cell_type for cell in cells] == ["markdown", *["code"] * (len(cells) - 1)]
    script = ast.parse(
        path.read_text(encoding="utf-8").replace("Path(__file__).with_name(", "Path(")
    )
    written = [ast.dump(s) for cell in cells[1:] for s in ast.parse(cell.source).body]
    assert written == [ast.dump(statement) for statement in script.body[1:]]
    assert len(cells) > 3, "imports, work, claim"
