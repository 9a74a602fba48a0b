"""Samples modulo a prime: those that hit a pole are replaced, and each is named by its number."""

import numpy as np

from rankstrat.families import two_layer
from rankstrat.rank.lower_bounds import sample
from rankstrat.rank.search import Analysis


def test_samples_at_poles_are_replaced_by_later_ones():
    analysis = Analysis(two_layer(12, 1, "tanh", bias=True).generic(), 0)
    parameters, prime, key, count = analysis.parameters, 1009, 5, 300
    found = sample(analysis.tower, parameters, prime, key, count)
    assert found.rows[-1] >= count  # a pole at about one sample in a hundred
    assert len(found.rows) == len(found.matrix) >= count
    assert (np.diff(found.rows) > 0).all()
    longer = sample(analysis.tower, parameters, prime, key, 2 * count)
    again = {int(row): values for row, values in zip(longer.rows, longer.matrix, strict=True)}
    for row, values in zip(found.rows, found.matrix, strict=True):
        np.testing.assert_array_equal(values, again[int(row)])
