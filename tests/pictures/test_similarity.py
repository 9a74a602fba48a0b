"""The matrix of cosines of units."""

from __future__ import annotations

import numpy as np
import pytest

from rankstrat.pictures.condensation import plot_similarity

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("count", [1, 2, 20])
def test_units_are_counted_in_whole_numbers(count):
    axes = plot_similarity(np.random.default_rng(0).normal(size=(count, 2)))
    for ticks in (axes.get_xticks(), axes.get_yticks()):
        assert len(ticks) and all(tick == int(tick) for tick in ticks)
