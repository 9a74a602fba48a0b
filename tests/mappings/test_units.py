"""Splitting and null units of convolutional nets, attention and KANs; what is not an embedding
there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rankstrat.errors import FamilyError, NotCriticalError, NotOutputPreservingError
from rankstrat.families import attention, convolutional, deep_diagonal, kan
from rankstrat.mappings import head_padding, null, splitting
from rankstrat.mappings.mapping import CriticalMapping
from rankstrat.model.model import Model
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.parsing import block_symbols


@pytest.mark.parametrize(
    "model",
    [
        convolutional(kernels=2, size=4, kernel_size=2),
        convolutional(kernels=1, size=3, kernel_size=2, dimension=2, bias=True, output_bias=True),
        convolutional(kernels=1, size=3, kernel_size=2, sharing=False, activation="sigmoid"),
        attention(tokens=2, model_dim=2, head_dim=1),
        attention(tokens=2, model_dim=2, head_dim=1, heads=2, linear=True),
        kan(width=1, inputs=2, degree=2),
        kan(width=2, inputs=1, degree=2, knots=[0]),
    ],
)
def test_a_unit_more_by_splitting(model: Model) -> None:
    mapping = splitting(model)
    assert mapping.target.size > model.size
    assert mapping.evidence.everywhere


def test_null_units() -> None:
    for model in (
        convolutional(kernels=1, size=3, kernel_size=2),
        attention(2, 2, 1),
        kan(1, 2, degree=2),
    ):
        assert null(model).evidence.everywhere
    with pytest.raises(NotCriticalError, match="= 1/2 leaves"):
        null(convolutional(kernels=1, size=3, kernel_size=2, activation="sigmoid")).check()


def padded(source: Model, target: Model) -> dict[str, Any]:
    values = {}
    for name, shape in source.blocks.items():
        block = np.full(target.blocks[name], 0, dtype=object)
        block[tuple(slice(0, n) for n in shape)] = block_symbols(name, shape)
        values[name] = block
    return values


@pytest.mark.parametrize("scale", [None, 1])
def test_the_head_dimension_grows_after_rescaling(scale: int | None) -> None:
    small, large = (attention(tokens=2, model_dim=2, head_dim=d, scale=scale) for d in (1, 2))
    assert head_padding(small, large).evidence.everywhere
    plain = CriticalMapping(small, large, padded(small, large))
    if scale is None:
        with pytest.raises(NotOutputPreservingError):
            plain.check()
    else:
        assert plain.evidence.everywhere


def test_adding_a_head_does_not_raise_the_rank() -> None:
    mapping = splitting(attention(tokens=2, model_dim=2, head_dim=1), alpha=3)
    start = mapping.source.generic()
    assert (
        int(model_rank(mapping.chart(start), evidence=(mapping.bound(start),)))
        == int(model_rank(start))
        == 6
    )


def test_refining_the_grid_of_a_kan_is_not_critical() -> None:
    coarse, fine = kan(1, 1, degree=2), kan(1, 1, degree=2, knots=[0])
    with pytest.raises(
        NotCriticalError, match=r"outer1_4 .* \(proved by exact values at a rational point\)"
    ):
        CriticalMapping(coarse, fine, padded(coarse, fine)).check()


def test_a_piecewise_output_that_changes_is_refused() -> None:
    fine = kan(1, 1, degree=1, knots=[0])
    values: dict[str, Any] = {
        name: block_symbols(name, shape) for name, shape in fine.blocks.items()
    }
    values["outer"] = values["outer"] * 2
    with pytest.raises(NotOutputPreservingError):
        CriticalMapping(fine, fine, values).check()


def test_bad_units_are_named() -> None:
    with pytest.raises(FamilyError, match=r"units are 0..0"):
        splitting(kan(1, 1, degree=1), unit=1)
    with pytest.raises(FamilyError, match="one more of its heads"):
        null(attention(2, 2, 1), attention(2, 2, 2))
    with pytest.raises(FamilyError, match="growing head_dim"):
        head_padding(attention(2, 2, 2), attention(2, 2, 1))
    with pytest.raises(FamilyError, match="no layers"):
        splitting(deep_diagonal(features=2, depth=2))
