"""Panels of experiments: what is measured is coloured, what is predicted is black."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_hex

from rankstrat.errors import DataError
from rankstrat.pictures import Curve, Panel, plot_panels


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_colours_tell_predictions_from_measurements():
    curves = (Curve("run", [(1, 2), (2, 3)]), Curve("theory", [(1, 2), (2, 2)], predicted=True))
    figure = plot_panels([Panel("p", "x", "y", curves, levels=(("level", 2.0),))], "title")
    run, theory, level = figure.axes[0].lines
    assert to_hex(theory.get_color()) == "#000000"
    assert to_hex(level.get_color()) == "#000000"
    assert to_hex(run.get_color()) != "#000000"


def test_panels_without_points_are_left_out():
    empty, full = Panel("a", "x", "y", ()), Panel("b", "x", "y", (Curve("", [(1, 1)], "dots"),))
    assert len(plot_panels([empty, full]).axes) == 1
    with pytest.raises(DataError, match="nothing to draw"):
        plot_panels([empty])
