"""A guest package, announced by entry points alone, is seen by the library and the command line.

The package is the one that docs/extending.md shows: its module and its metadata are read from that
page.
"""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")


def module() -> str:
    return re.search(r"^`guest\.py`:\n\n```python\n(.*?)^```$", PAGE, re.M | re.S)[1]


def announced() -> dict[str, list[str]]:
    parser = configparser.ConfigParser()
    parser.read_string(
        re.search(r"^```text\n(\[options\.entry_points\]\n.*?)^```$", PAGE, re.M | re.S)[1]
    )
    return {group: lines.split("\n")[1:] for group, lines in parser["options.entry_points"].items()}


@pytest.fixture(scope="module")
def guest(tmp_path_factory):
    """A folder as pip would leave it: the module and a dist-info with its entry points."""
    site = tmp_path_factory.mktemp("site")
    (site / "guest.py").write_text(module(), encoding="utf-8")
    info = site / "guest-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: guest\nVersion: 1.0\n", encoding="utf-8"
    )
    text = "\n".join(
        line for group, lines in announced().items() for line in (f"[{group}]", *lines)
    )
    (info / "entry_points.txt").write_text(text + "\n", encoding="utf-8")
    return site


def run(site, *words):
    done = subprocess.run(
        [sys.executable, *words],
        cwd=site,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(site)])},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


LIBRARY = """
import rankstrat as rs
from rankstrat.activation.lookup import is_registered
from rankstrat.theorems import THEOREMS
F = rs.families.exponential_sum(terms=3)
assert "exponential_sum" in rs.families.FAMILIES and "exponential_sum" in dir(rs.families)
assert int(rs.model_rank(F)) == 6
sigma = rs.activations["cubed_tanh"]
assert is_registered(sigma) and sigma.parity == "odd"
G = rs.families.two_layer(width=2, inputs=1, activation="cubed_tanh")
assert int(rs.model_rank(G)) == 4
assert int(rs.model_rank(G.point(a=[1, 1], w=[[1], [-1]]))) == 2
H = rs.families.two_layer(width=2, inputs=1, activation="sech", bias=True)
assert rs.stratify(H).complete
assert rs.target_set(H, rs.families.two_layer(1, 1, "sech", bias=True).point([1, 2, 3])).complete
assert list(THEOREMS)[-1] == "exponential_rank" and len(THEOREMS) > 1
report = rs.verify("exponential_rank")
assert report.ok and [row.computed for row in report.rows] == [2, 4, 6, 8]
"""


def test_library_sees_the_guest(guest):
    run(guest, "-W", "error", "-c", LIBRARY)


def test_command_line_sees_the_guest(guest):
    assert "model rank = 6 of 6" in run(
        guest, "-m", "rankstrat", "rank", "exponential_sum", "terms=3"
    )
    shown = run(guest, "-m", "rankstrat", "verify", "exponential_rank")
    assert "4 of 4 cases: 4 PROVED" in shown
    assert "exponential_rank" in run(guest, "-m", "rankstrat", "verify", "--list")


def test_guest_replaces_nothing(tmp_path):
    """A name that is built in keeps its meaning."""
    (tmp_path / "rude.py").write_text("def two_layer():\n    raise RuntimeError\n")
    info = tmp_path / "rude-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rude\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[rankstrat.families]\ntwo_layer = rude:two_layer\n")
    run(
        tmp_path,
        "-c",
        "import rankstrat as rs; assert rs.families.FAMILIES['two_layer'](2, 1).size == 4",
    )
