"""Anchor functions: the slide's labels, ranks by hand, and 20 steps of training where torch is."""

import numpy as np
import pytest

from rankstrat.experiments import EXPERIMENTS, anchor_functions
from rankstrat.experiments._anchor_training import torch_found, train
from rankstrat.experiments._anchors import ANCHORS, sequences, table
from rankstrat.experiments._report import check_cell


def test_composite_shifts_of_the_slide():
    found = table("composite").shifts
    assert found[1, 1] == 10 and found[1, 2] == 6 and found[3, 4] == -10 and found[4, 4] == -16
    assert 28 + found[1, 1] == 38 and 43 + found[3, 1] == 46 and 62 + found[3, 4] == 52


@pytest.mark.parametrize(("kind", "rank"), [("composite", 4), ("symmetric", 10), ("random", 16)])
def test_ranks_of_designs(kind, rank):
    # g(1..4); unordered pairs of 4 with repetition; all ordered pairs
    case = {"what": "pairs that determine a table", "kind": kind}
    assert anchor_functions.predicted(case, 3).value == rank
    row = check_cell(EXPERIMENTS["anchor_functions"], case, 3)
    assert row.outcome == "CONSISTENT" and row.value == rank


@pytest.mark.parametrize("kind", ["composite", "symmetric", "random"])
def test_labels_are_key_and_shift(kind):
    found = table(kind, 5)
    x, y = sequences(found, 300, 6)
    for tokens, label in zip(x.tolist(), y.tolist(), strict=True):
        (place,) = (
            i for i, t in enumerate(tokens[:-1]) if t in ANCHORS and tokens[i + 1] in ANCHORS
        )
        assert label == tokens[place - 1] + found.shifts[tokens[place], tokens[place + 1]]
        assert sum(t in ANCHORS for t in tokens) == 2 and tokens[0] not in ANCHORS
    again = sequences(found, 300, 6)
    np.testing.assert_array_equal(x, again[0])
    np.testing.assert_array_equal(sequences(found, 50, 1, ((4, 3),))[0].min(axis=1), 3)


def test_symmetric_tables_are_symmetric():
    found = table("symmetric", 4).shifts
    assert all(found[a, b] == found[b, a] for a in ANCHORS for b in ANCHORS)


@pytest.mark.skipif(torch_found(), reason="only where torch is missing")
def test_without_torch_the_cell_says_so():
    cell = {"what": "withheld pair", "gamma": 0.5}
    row = check_cell(EXPERIMENTS["anchor_functions"], cell)
    assert row.outcome == "NOT MEASURED" and "pip install rankstrat[torch]" in row.detail


@pytest.mark.skipif(not torch_found(), reason="needs torch")
def test_twenty_steps_of_training_lower_the_loss():
    x, y = sequences(table("composite"), 64, 0)
    answers, history = train(x, y, gamma=0.5, steps=20, seed=0)
    assert answers(x).shape == (64,) and history[-1][1] < history[0][1]
