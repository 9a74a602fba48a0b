"""The Hasse diagram: height is the rank, a band for each, every stratum drawn once."""

import pytest

from rankstrat import families
from rankstrat.pictures.strata import plot_strata
from rankstrat.strata import stratify

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")


@pytest.mark.parametrize("width", [3, 4])
def test_plot_strata(width):
    hierarchy = stratify(families.two_layer(width, 1))
    axes = plot_strata(hierarchy)
    places = axes.collections[0].get_offsets()
    assert len(places) == len(hierarchy.strata)
    for stratum, (_, height) in zip(hierarchy.strata, places, strict=True):
        assert abs(height - stratum.rank) < 0.5
    assert len({tuple(place) for place in places.tolist()}) == len(places)
    matplotlib.pyplot.close(axes.figure)
