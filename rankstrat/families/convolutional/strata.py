r"""When the rank of a convolutional network may drop, and its rank in exact coordinates (SPEC 1.4)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import sympy

from rankstrat.model import Chart, Model

Weights = list[Any]


def neuron_weights(structure: Any, arrays: Any) -> list[tuple[Any, Weights, Any]]:
    """For each neuron its output weight, its weights on the whole image (zeros outside the window), and its bias."""
    places = list(itertools.product(*map(range, structure.places)))
    found = []
    for kernel in range(structure.kernels):
        for number, place in enumerate(places):
            own = (kernel,) if structure.sharing else (kernel, *place)
            weights: Weights = [sympy.Integer(0)] * structure.size**structure.dimension
            for entry, pixel in zip(arrays["K"][own].ravel(), structure.pixels[number], strict=True):
                weights[pixel] = sympy.sympify(entry, strict=True)
            found.append((arrays["a"][(kernel, *place)], weights, arrays["b"][own] if structure.bias else None))
    return found


def conditions(structure: Any, model: Model) -> Iterator[list[Any]]:
    """a = 0; the weights of a neuron vanish; those of two neurons are equal or opposite as functions on the image."""
    neurons = neuron_weights(structure, model.generic().arrays)
    for a, _, _ in neurons:
        yield [a]
    groups = [[w for w in weights if w != 0] for _, weights, _ in neurons]
    groups += [[*g, b] for g, (_, _, b) in zip(groups, neurons, strict=True) if b is not None]
    for (_, one, b), (_, two, c) in itertools.combinations(neurons, 2):
        for sign in (1, -1):
            difference = [u - sign * v for u, v in zip(one, two, strict=True)]
            groups.append([e for e in [*difference, *([b - sign * c] if b is not None else [])] if e != 0])
    seen = set()
    for group in groups:
        key = frozenset(group)
        if group and key not in seen:
            seen.add(key)
            yield group


def generators(structure: Any, model: Model) -> Iterator[dict[Any, Any]]:
    """Exchanges of kernels, and the sign of a kernel with its output weights for an odd or even activation."""
    arrays = model.generic().arrays
    parts = [name for name in ("a", "K", "b") if name in arrays]
    for one in range(structure.kernels - 1):
        images: dict[Any, Any] = {}
        for name in parts:
            first, second = ([*arrays[name][k : k + 1].ravel()] for k in (one, one + 1))
            images |= dict(zip((*first, *second), (*second, *first), strict=True))
        yield images
    parity = structure.activation.parity
    if parity not in ("odd", "even"):
        return
    places = [()] if structure.sharing else list(itertools.product(*map(range, structure.places)))
    for kernel in range(structure.kernels):
        for place in places:
            own = (kernel, *place)
            changed = [*arrays["K"][own].ravel(), *([arrays["b"][own]] if structure.bias else [])]
            if parity == "odd":
                part = arrays["a"][own]
                changed += [*part.ravel()] if structure.sharing else [part]
            yield {p: -p for p in changed}


def rank_coordinates(structure: Any, chart: Chart) -> tuple[int, list[list[Any]]] | None:
    """On the open stratum of a flat the rank is this number plus the rank of this matrix; None without a lemma.

    Classes of neurons with equal or opposite weights are the same at every point of the open stratum, since all
    coincidences are conditions; the matrix is linear in the output weights.
    """
    activation = structure.activation
    odd = activation.parity == "odd" and activation.lemma is not None and activation.slope_at_zero not in (None, 0)
    if not odd or structure.bias or structure.output_bias:
        return None
    generic = neuron_weights(structure, chart.model.generic().arrays)
    kappa = list(chart.model.generic().arrays["K"].ravel())
    place = {symbol: s for s, symbol in enumerate(kappa)}
    classes: dict[tuple[Any, ...], int] = {}
    pixels = structure.size**structure.dimension
    rows: list[list[Any]] = [[] for _ in kappa]
    blocks: dict[tuple[int, int], list[Any]] = {}
    for (a, weights, _), (_, symbols, _) in zip(neuron_weights(structure, chart.arrays), generic, strict=True):
        key = tuple(map(sympy.expand, weights))
        number = _class_of(key, classes)
        for pixel, symbol in enumerate(symbols):
            if symbol != 0:
                block = blocks.setdefault((number, pixel), [sympy.Integer(0)] * len(kappa))
                block[place[symbol]] += sympy.sympify(a, strict=True)
    for number, pixel in itertools.product(range(len(classes) + 1), range(pixels)):
        block = blocks.get((number, pixel), [sympy.Integer(0)] * len(kappa))
        for s, row in enumerate(rows):
            row.append(block[s])
    return len(classes), rows


def _class_of(key: Sequence[Any], classes: dict[tuple[Any, ...], int]) -> int:
    """The number of a class of weights, 0 for weights that vanish."""
    if all(v == 0 for v in key):
        return 0
    mirrored = tuple(sympy.expand(-v) for v in key)
    if mirrored in classes:
        return classes[mirrored]
    return classes.setdefault(tuple(key), len(classes) + 1)
