"""Splitting and null units of convolutional nets, attention and KANs; what is not an embedding
there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
import sympy

from rankstrat.errors import FamilyError, NotCriticalError, NotOutputPreservingError
from rankstrat.families import (
    attention,
    convolutional,
    cp_factorization,
    deep_diagonal,
    kan,
    polynomial_network,
)
from rankstrat.mappings import embedding_graph, head_padding, identify, null, splitting, widening
from rankstrat.mappings.mapping import CriticalMapping
from rankstrat.model.model import Model
from rankstrat.model.structure import Units
from rankstrat.rank.model_rank import model_rank
from rankstrat.symmetry import invariant_manifolds
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
        polynomial_network(widths=[2, 1, 1], degree=3, bias=True),
        cp_factorization(shape=[2, 2, 2], terms=1),
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
    with pytest.raises(FamilyError, match="one more unit in layer 1"):
        null(attention(2, 2, 1), attention(2, 2, 2))
    with pytest.raises(FamilyError, match="growing head_dim"):
        head_padding(attention(2, 2, 2), attention(2, 2, 1))
    with pytest.raises(FamilyError, match="no layers"):
        splitting(deep_diagonal(features=2, depth=2))


@dataclass(frozen=True)
class Gated:
    r"""A guest's structure: $\sum_i a_i \tanh(w_i x) \exp(v_i x) + c$, a gate exp on every unit."""

    width: int
    family: str = "gated"

    @property
    def arguments(self) -> Mapping[str, Any]:
        return {"width": self.width}

    @property
    def blocks(self) -> Mapping[str, tuple[int, ...]]:
        return {"gate": (self.width,), "a": (1, self.width), "w": (self.width, 1), "c": ()}

    @property
    def input_names(self) -> tuple[str, ...]:
        return ("x",)

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        (x,), a, w = inputs, blocks["a"][0], blocks["w"][:, 0]
        gates = blocks["gate"]
        terms = (a[i] * sympy.tanh(w[i] * x) * sympy.exp(gates[i] * x) for i in range(self.width))
        return (sympy.Add(*terms, blocks["c"][()]),)

    @property
    def units(self) -> tuple[Units, ...]:
        return (Units(self.width, {"gate": 0, "w": 0}, {"a": 1}),)

    def with_units(self, counts: Sequence[int]) -> Model:
        return Model.of(replace(self, width=counts[0]))


def gated(width: int) -> Model:
    return Model.of(Gated(width))


def test_a_guest_with_gated_units_is_split() -> None:
    """a h(w, v) = (1 - alpha) a h(w, v) + alpha a h(w, v), whatever h is."""
    mapping = splitting(gated(2), unit=1)
    found = {str(p): v for p, v in mapping.values.items()}
    a, alpha = sympy.Symbol("a1_2"), sympy.Symbol("alpha")
    assert found["a1_2"].equals(a * (1 - alpha)) and found["a1_3"].equals(a * alpha)
    assert found["w3_1"] == found["w2_1"] and found["gate3"] == found["gate2"]
    assert found["c"] == sympy.Symbol("c")
    assert mapping.evidence.everywhere


def test_a_guest_has_null_units_and_a_graph() -> None:
    assert null(gated(1)).evidence.everywhere
    graph = embedding_graph([gated(m) for m in (1, 2, 4)])
    assert sorted(graph.edges) == [(0, 1), (0, 2), (1, 2)]
    assert nx.is_directed_acyclic_graph(graph)
    assert graph.edges[0, 1]["mapping"].name == "split(layer 1, unit 1)"
    assert graph.edges[1, 2]["mapping"].name == "split x 2"
    with pytest.raises(FamilyError, match="not a wider net"):
        widening(gated(2), gated(1))


def test_invariant_manifolds_of_a_guest_are_smaller_models() -> None:
    manifolds = invariant_manifolds(gated(2))
    names = [None if (m := identify(manifold)) is None else m.name for manifold in manifolds]
    assert "split(layer 1, unit 1)" in names


def test_a_wrong_word_about_units_is_refused() -> None:
    """Units are never trusted: here the gate is said to enter linearly."""

    class Liar(Gated):
        @property
        def units(self) -> tuple[Units, ...]:
            return (Units(self.width, {"a": 1, "w": 0}, {"gate": 0}),)

        def with_units(self, counts: Sequence[int]) -> Model:
            return Model.of(Liar(counts[0]))

    with pytest.raises(NotOutputPreservingError):
        splitting(Model.of(Liar(1))).check()


def test_graphs_of_unit_families() -> None:
    models = [convolutional(kernels=k, size=3, kernel_size=2) for k in (1, 2)]
    models += [attention(2, 1, 1, heads=h, linear=True) for h in (1, 2)]
    assert sorted(embedding_graph(models).edges) == [(0, 1), (2, 3)]
