"""What an editor offers: families, names and arguments, read by jedi without running anything."""

from __future__ import annotations

from pathlib import Path

import pytest

import rankstrat as rs

jedi = pytest.importorskip("jedi")
ROOT = Path(rs.__file__).parents[1]


def script(text: str):
    return jedi.Script(text, project=jedi.Project(ROOT, load_unsafe_extensions=False))


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("import rankstrat as rs\nrs.strat", {"stratify"}),
        ("import rankstrat as rs\nrs.families.two", {"two_layer"}),
        ("from rankstrat.families import fully", {"fully_connected"}),
        ("import rankstrat as rs\nrs.families.linear(2).gen", {"generic"}),
        ("import rankstrat as rs\nrs.stratify(rs.families.linear(2)).lev", {"levels"}),
    ],
)
def test_names_are_completed(text, offered):
    assert offered <= {c.name for c in script(text).complete()}


def test_arguments_are_shown():
    (shown,) = script("import rankstrat as rs\nrs.families.two_layer(").get_signatures()
    assert [p.name for p in shown.params][:3] == ["width", "inputs", "activation"]
    offered = script("import rankstrat as rs\nrs.families.two_layer(wid").complete()
    assert "width=" in {c.name for c in offered}


def test_a_family_is_a_function_and_documented():
    (found,) = script("from rankstrat.families import two_layer\ntwo_layer").infer(2, 3)
    assert found.type == "function" and "width" in found.docstring()
