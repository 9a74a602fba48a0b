"""Levels of wide networks, counted without a list, against the list where there is one."""

from __future__ import annotations

import pytest

from rankstrat import Verdict, families, stratify
from rankstrat.errors import BudgetError
from rankstrat.strata.hierarchy import stratification_of
from rankstrat.strata.levels import HasLevelSizes


@pytest.mark.parametrize("activation", ["tanh", "ztanh", "cosh", "exp", "relu", "softplus"])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("output_bias", [False, True])
@pytest.mark.parametrize("width", [1, 3])
def test_levels_are_those_of_the_list(activation, bias, output_bias, width):
    model = families.two_layer(width, 2, activation, bias, output_bias)
    source = stratification_of(model)
    sizes = source.level_sizes() if isinstance(source, HasLevelSizes) else None
    if sizes is None:
        assert activation not in ("tanh", "ztanh")
        return
    found = stratify(model)
    listed = [(v.rank, int(v.dimension), int(v.count)) for v in found.levels]
    assert [(v.rank, v.dimension, v.count) for v in sizes] == listed
    for size in sizes:
        assert found.source.rank(size.largest) == size.rank
        assert found.source.dimension(size.largest) == size.dimension


def test_levels_of_width_fifty():
    found = stratify(families.two_layer(50, 3))
    assert found.complete and not found.strata
    top = found.levels[-1]
    assert (top.rank, int(top.dimension), int(top.count)) == (200, 200, 1)
    # one class less: two neurons agree up to sign, or one has w = 0 or a = 0
    below = found.level(196)
    assert below is not None and below.dimension.verdict is Verdict.PROVED
    assert int(below.dimension) == 50 * 4 - 3
    assert "others" in str(found.table())
    with pytest.raises(BudgetError, match="levels"):
        _ = found.graph
