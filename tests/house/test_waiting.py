"""The clock of long questions: on a terminal, after a while, for the outermost question alone."""

from __future__ import annotations

import importlib
import time
from types import SimpleNamespace

import pytest

import rankstrat as rs
from rankstrat import waiting as module
from rankstrat.deadline import within
from rankstrat.pictures import plot_branches
from rankstrat.waiting import silent, waiting


@pytest.fixture
def terminal(monkeypatch):
    written = []
    stream = SimpleNamespace(isatty=lambda: True, write=written.append, flush=lambda: None)
    monkeypatch.setattr(module, "sys", SimpleNamespace(stderr=stream))  # not that of pytest
    monkeypatch.setattr(module, "AFTER", 0.02)
    monkeypatch.setattr(module, "EVERY", 0.02)
    return written


def test_a_clock_is_shown_and_goes_away(terminal):
    with waiting("a sum") as step:
        step(3, 7)
        time.sleep(0.15)
    assert any("a sum 3/7 ... 0 s" in text for text in terminal)
    assert terminal[-1] == "\r\x1b[K"


def test_a_short_question_writes_nothing(terminal, monkeypatch):
    monkeypatch.setattr(module, "AFTER", 60)
    with waiting("a sum"):
        pass
    assert terminal == []


def test_only_the_outermost_question_writes(terminal):
    with waiting("outside"), waiting("inside") as step:
        step(1, 2)
        time.sleep(0.1)
    assert "outside" in "".join(terminal) and "inside" not in "".join(terminal)
    terminal.clear()
    with silent(), waiting("under a bar"):
        time.sleep(0.1)
    assert terminal == []


def test_an_error_leaves_the_clock_free(terminal):
    def fail():
        with waiting("a quotient"):
            time.sleep(0.1)
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            fail()
    assert sum("a quotient" in text for text in terminal) >= 2


def test_nobody_looks(capsys, monkeypatch):
    monkeypatch.setattr(module, "AFTER", 0.01)
    with waiting("a sum"):
        time.sleep(0.05)
    assert capsys.readouterr().err == ""


F = rs.families.two_layer(2, 1)
SLOW = {
    "model rank": ("rankstrat.rank.model_rank", lambda: rs.model_rank(F)),
    "rank strata": ("rankstrat.strata.hierarchy", lambda: rs.stratify(F)),
    "target set": ("rankstrat.targets.verb", lambda: rs.target_set(F, F.point([1, 2, 1, 2]))),
    "local linear recovery": (
        "rankstrat.samples.local",
        lambda: rs.local_linear_recovery(F, [1, 2]),
    ),
    "conditions near a point": (
        "rankstrat.strata.nearby",
        lambda: rs.nearest_strata(F, a=[1.0, 2.0], w=[[1.0], [2.0]], tolerance=0.1),
    ),
}


@pytest.mark.parametrize("name", SLOW)
def test_verbs_say_what_they_do(terminal, monkeypatch, name):
    owner, ask = SLOW[name]

    def slow(budget):
        time.sleep(0.1)
        return within(budget)

    monkeypatch.setattr(importlib.import_module(owner), "within", slow)
    ask()
    assert name in "".join(terminal)


def test_a_graph_of_branches_ends_in_time():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    Q = rs.target_set(F, rs.families.two_layer(1, 1).point([1, 2]))
    axes = plot_branches(Q, budget=1e-9)
    assert "edges OPEN: the budget of time ended" in axes.get_title() and not axes.lines
    axes = plot_branches(Q, budget=60)
    assert "OPEN" not in axes.get_title() and len(axes.lines) == Q.graph.number_of_edges()
    matplotlib.pyplot.close("all")
