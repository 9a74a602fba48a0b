"""A graph with its dense layers: each chain of them is a network of its own, which can be condensed
and put back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from rankstrat.errors import DataError, ModelError, PoleError, UndecidedError, demand
from rankstrat.networks.building import built
from rankstrat.networks.certified import ELIMINATED, CertifiedRank
from rankstrat.networks.condensing import condensation
from rankstrat.networks.graph.base import BITS, Floats, Graph
from rankstrat.networks.graph.dense import Chain, Wiring
from rankstrat.networks.network import Network
from rankstrat.networks.profile import Condensation
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.text.spoken import Spoken


class GraphNetwork(Graph):
    r"""A network of floats that is no chain of dense layers: convolutions, residual sums,
    normalisations, attention, ..., as `rankstrat.read` takes them from ONNX.

    Attributes:
        shape: that of one input.
        source: where it comes from.
        notes: what was left out or assumed.
        weights, blocks: name in the file -> array of floats, and the name of its parameter block.

    Raises:
        DataError: an operation that is not read, or shapes that do not fit.
    """

    @cached_property
    def dense(self) -> tuple[DensePart, ...]:
        """The chains of dense layers with one activation, in order; empty where there is none."""
        return tuple(DensePart(self, chain) for chain in Wiring(self).chains())

    def rank(self, *, bits: int = BITS, budget: float | None = 60, seed: int = 0) -> CertifiedRank:
        """The certified rank at the exact point whose weights are rounded, `rounded(bits).point`;
        OPEN where the graph is too large or the engine does not decide it.

        Args:
            bits: binary digits of the largest weight of each block that are kept.
            budget: seconds after which the bounds found so far are the answer.
            seed: names the random choices.
        """
        if self.size > ELIMINATED:
            reason = f"the graph has {self.size} parameters, more than {ELIMINATED}"
            return CertifiedRank(0, self.size, Verdict.OPEN, reason)
        try:
            found = model_rank(self.rounded(bits).point, budget=budget, seed=seed)
        except (ModelError, PoleError, UndecidedError) as error:
            return CertifiedRank(0, self.size, Verdict.OPEN, str(error))
        return CertifiedRank(found.lower, found.upper, found.verdict, "model_rank", found)


@dataclass(frozen=True, eq=False, repr=False)
class DensePart(Spoken):
    """A chain of dense layers in a graph.

    Attributes:
        graph: the graph.
        chain: the layers.
    """

    graph: GraphNetwork = field(repr=False)
    chain: Chain = field(repr=False)

    @cached_property
    def network(self) -> Network:
        """The layers as a network of their own."""
        layers = [d.layer for d in self.chain.layers]
        where = f"{self.graph.source}, {self.chain.entry} to {self.chain.exit}"
        return built(layers, self.chain.activation, where, ())

    def inputs(self, data: Any) -> Floats:
        """What the layers get where the graph gets these inputs, one row for each place at which
        they are used.
        """
        width = self.network.layers.widths[0]
        return self.graph.value(self.chain.entry, data).reshape(-1, width)

    def condensation(self, data: Any = None, *, seed: int = 0) -> Condensation:
        """How condensed these layers are; with data (inputs of the graph) on what they get there.
        See `rankstrat.condensation`.
        """
        rows = None if data is None else self.inputs(data)
        return condensation(self.network, data=rows, seed=seed)

    def with_layers(self, network: Network) -> GraphNetwork:
        """The graph with other layers in this place, such as `elbow.snapped.network`.

        Raises:
            DataError: other numbers of layers, inputs or outputs, or a tensor that has a second
                place in the graph.
        """
        demand(network, Network, DataError, "a network", "give candidate.snapped.network")
        old, new = self.network.layers, network.layers
        if len(old.widths) != len(new.widths) or (old.widths[0], old.widths[-1]) != (
            new.widths[0], new.widths[-1],
        ):  # fmt: skip
            raise DataError(
                f"layers of widths {new.widths} were given for those of widths {old.widths}; the"
                " same number of layers, inputs and outputs is needed; give"
                " candidate.snapped.network"
            )
        names = [n for d in self.chain.layers for n in (d.weight, d.bias) if n]
        twice = Wiring(self.graph).shared() & set(names)
        if twice:
            raise DataError(
                f"the tensor {min(twice)} has several places in the graph; layers of their own are"
                " needed to change them; export the network without shared tensors"
            )
        weights = dict(self.graph.weights)
        for d, matrix, bias in zip(self.chain.layers, network.weights, network.biases, strict=True):
            weights[d.weight] = matrix.T if d.turned else matrix
            if d.bias and bias is not None:
                weights[d.bias] = bias
        return replace(self.graph, weights=weights, known=None)

    def __repr__(self) -> str:
        ends = f"{self.chain.entry!r} to {self.chain.exit!r}"
        return f"<DensePart from {ends} of {self.graph!r}>"

    def __str__(self) -> str:
        return f"dense layers from {self.chain.entry} to {self.chain.exit}: {self.network.model}"


__all__ = ["DensePart", "GraphNetwork"]
