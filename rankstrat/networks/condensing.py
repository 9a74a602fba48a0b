r"""`condensation`: from floats to a profile of rank against error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from rankstrat.dynamics._scipy import one_thread
from rankstrat.errors import DataError, PointError, demand
from rankstrat.model.model import Model
from rankstrat.networks.certified import certified_rank
from rankstrat.networks.elimination import FEW, WIDEST, eliminated
from rankstrat.networks.fitting import refitted
from rankstrat.networks.network import Floats, Network, checked_inputs, in_floats
from rankstrat.networks.partition import MANY, Partition, Partitions, runs, tolerances
from rankstrat.networks.profile import Candidate, Condensation, LayerUnits, near_units
from rankstrat.networks.snapped import Snapped

PROBES = 256
MOST, OF_LARGE = 24, 10
"""The most candidates that are evaluated; fewer of large networks."""
LASTING = 4
"""How much the tolerance must grow over a plateau."""
LARGEST_WEIGHT = 1e150
LARGEST, VISIBLE = 0.1, 0.01
"""A plateau starts below the first of these parts of the scale, and lasts to the second at
least."""


def condensation(
    model: Model | Network,
    floats: Mapping[str, Any] | None = None,
    data: Any = None,
    *,
    seed: int = 0,
) -> Condensation:
    r"""How condensed a network of floats is: which narrower networks it nearly equals, with the
    certified rank of each and its error.

    Units of a hidden layer are compared up to the symmetries of the activation: sign for odd and
    even ones, positive factors for homogeneous ones. Units closer than a tolerance are merged
    (single linkage), those whose contributions add up to less are dropped; both are parts of the
    scale of the layer. What lasts over tolerances is a candidate: its exact *snapped* point gets a
    certified rank, and the difference of the functions is measured. A plateau grows by a factor of
    at least 4 in the tolerance, begins below 0.1 and lasts to 0.01; the longest one is the elbow.

    With data and one hidden layer, units are also left out one after another, each time the one
    that the function misses least, and the others fitted: `Condensation.within` then gives the
    network of least rank within an error.

    Args:
        model: a layered family model, or what `rankstrat.read` gives.
        floats: block -> array; left out after a `Network`.
        data: inputs (n, d) on which functions are compared; the snapped point is then fitted to the
            function on them. Without data, 256 standard normal inputs measure the error and weights
            are compared as they are.
        seed: names these inputs.

    Raises:
        PointError: values that do not fit the model, or are not finite.
        DataError: data of another shape.
        MissingPackageError: scipy is not installed.

    References:
        EP2 Theorem 4.2, LLR Theorem 1; docs/proofs.md#counting.
    """
    demand(seed, int, PointError, "a whole number as seed", "write seed=0")
    with one_thread():  # thousands of small products, in which threads wait for each other
        return _profile(_network(model, floats), data, seed)


def _profile(network: Network, data: Any, seed: int) -> Condensation:
    rng = np.random.default_rng(seed)
    if data is None:
        width = max(network.layers.widths)
        count = max(32, min(PROBES, (1 << 22) // width))
        inputs = rng.normal(size=(count, network.layers.widths[0]))
        where = f"on {count} standard normal inputs"
    else:
        inputs = checked_inputs(network, data)
        where = f"on {len(inputs)} given inputs"
    outputs = _finite_outputs(network, inputs)
    parts = Partitions(network, inputs, plain=data is None, seed=seed)
    found = [parts.at(float(t)) for t in tolerances(network.model.size)]
    spans = list(runs(found))
    chosen = _chosen(spans, MOST if network.model.size <= MANY else OF_LARGE)
    size = float(np.sqrt((outputs**2).mean()))
    candidates = []
    for start, stop in chosen:
        high = found[stop].tolerance if stop < len(found) else 1.0
        fit = data is not None
        candidates.append(_candidate(network, found[start], high, inputs, outputs, size, fit, seed))
    if data is not None:
        candidates = _best(
            [*candidates, *_left_out(network, candidates, inputs, outputs, size, seed)]
        )
    plateaus = tuple(c for c in candidates if _is_plateau(c))
    return Condensation(
        network, tuple(candidates), plateaus, tuple(_near(network, inputs)), where, inputs, parts
    )


def _finite_outputs(network: Network, inputs: Floats) -> Floats:
    """The outputs.

    Raises:
        PointError: weights whose squares leave the range of floats.
        DataError: outputs that are not finite.
    """
    largest = max(float(np.abs(v).max(initial=0.0)) for v in network.values.values())
    if largest > LARGEST_WEIGHT:
        raise PointError(
            f"a weight of size {largest:.1e} was given; at most {LARGEST_WEIGHT:.0e} can be"
            " compared in floats; rescale the weights"
        )
    outputs = network.outputs(inputs)
    bad = int((~np.isfinite(outputs)).any(axis=1).sum())
    if bad:
        raise DataError(
            f"{bad} of {len(inputs)} inputs have outputs"
            " that are not finite; finite ones are needed; give data=... of the size of those the"
            " network was trained on"
        )
    return outputs


def _network(model: Model | Network, floats: Mapping[str, Any] | None) -> Network:
    if isinstance(model, Network):
        if floats is not None:
            raise PointError(
                "a network that was read and floats were given; one of them is needed; leave the"
                " floats out"
            )
        return model
    hint = "try rankstrat.read; the dense layers of a graph have graph.dense[0].condensation()"
    demand(model, Model, PointError, "a Model or a network that was read", hint)
    if floats is None:
        raise PointError(
            f"no floats were given for {model}; one array for each block is needed; write"
            f" condensation(model, {{{', '.join(map(repr, model.blocks))}: ...}})"
        )
    return Network(model, floats)


def _chosen(spans: Sequence[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """The first run and the longest ones, of several the coarser, in order."""
    longest = sorted(spans, key=lambda span: (span[0] - span[1], -span[0]))[: most - 1]
    return sorted({spans[0], *longest})


def _candidate(
    network: Network,
    partition: Partition,
    high: float,
    inputs: Floats,
    outputs: Floats,
    size: float,
    fit: bool,
    seed: int,
) -> Candidate:
    narrow = Network.of(network, partition.weights, partition.biases)
    if fit:
        narrow = refitted(partition, network, inputs)
    return _evaluated(network, narrow, (partition, high), inputs, outputs, size, seed)


def _best(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those merged, and of those left out the ones that come closer than all of smaller rank."""
    kept: list[Candidate] = []
    closest = np.inf
    for candidate in sorted(candidates, key=lambda c: (c.rank.upper, c.relative)):
        if candidate.low is not None or candidate.relative < closest:
            kept.append(candidate)
        closest = min(closest, candidate.relative)
    merged = [c for c in candidates if c.low is not None]
    return [*merged, *(c for c in reversed(kept) if c.low is None)]


def _left_out(
    network: Network,
    candidates: Sequence[Candidate],
    inputs: Floats,
    outputs: Floats,
    size: float,
    seed: int,
) -> Iterator[Candidate]:
    """Narrower networks in function space, from the widest candidate of moderate width that is
    close, and from all with few units.
    """
    if len(network.weights) != 2:
        return
    close = [c for c in candidates if c.widths[0] <= WIDEST and c.relative < LARGEST]
    close.sort(key=lambda c: (c.widths, -c.relative))
    few = [c for c in close if c.widths[0] <= FEW]
    for start in {id(c): c for c in (*close[-1:], *close[:1], *few)}.values():
        way = eliminated(start.snapped.network, start.partition, outputs, inputs)
        for narrow, partition in way:
            yield _evaluated(network, narrow, (partition, None), inputs, outputs, size, seed)


def _evaluated(
    network: Network,
    narrow: Network,
    found: tuple[Partition, float | None],
    inputs: Floats,
    outputs: Floats,
    size: float,
    seed: int,
) -> Candidate:
    """The candidate of a narrow network, found up to a tolerance (or None)."""
    partition, high = found
    snapped = Snapped.of(narrow)
    gap = snapped.network.outputs(inputs) - outputs
    mean = float(np.sqrt((gap**2).mean()))
    return Candidate(
        None if high is None else partition.tolerance,
        high,
        partition,
        snapped,
        certified_rank(snapped, seed=seed),
        float(np.abs(gap).max()),
        mean,
        mean / size if size > 0 else mean,
        network,
    )


def _is_plateau(candidate: Candidate) -> bool:
    """Whether a narrower network lasts over tolerances and is close."""
    return (
        candidate.low is not None
        and candidate.high is not None
        and candidate.parameters < candidate.network.model.size
        and candidate.low < LARGEST
        and candidate.high >= max(VISIBLE, LASTING * candidate.low)
        and candidate.partition.radius < LARGEST
        and candidate.relative < LARGEST
    )


def _near(network: Network, inputs: Floats) -> list[LayerUnits]:
    """What the units of each hidden layer nearly are."""
    sigma = in_floats(network.activation)
    widest = max(network.layers.widths)
    values = inputs[: max(8, (1 << 22) // widest)]
    found = []
    for k, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        if k + 1 == len(network.weights):
            break
        z = values @ weight.T
        if bias is not None:
            z = z + bias
        values = sigma(z)
        found.append(near_units(network.weights[k + 1], z, values))
    return found


__all__ = ["condensation"]
