r"""When the rank of a convolutional network may drop, and its rank in exact coordinates."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy

from rankstrat.activation.law import Law, law_of
from rankstrat.families.catalogue.convolutional.shared_kernels import SharedStrata
from rankstrat.model.model import Chart, Model

Weights = list[Any]


def neuron_weights(structure: Any, arrays: Any) -> list[tuple[Any, Weights, Any]]:
    """For each neuron its output weight, its weights on the whole image (zeros outside the window),
    and its bias.
    """
    places = list(itertools.product(*map(range, structure.places)))
    found = []
    for kernel in range(structure.kernels):
        for number, place in enumerate(places):
            own = (kernel,) if structure.sharing else (kernel, *place)
            weights: Weights = [sympy.Integer(0)] * structure.size**structure.dimension
            for entry, pixel in zip(
                arrays["K"][own].ravel(), structure.pixels[number], strict=True
            ):
                weights[pixel] = sympy.sympify(entry, strict=True)
            found.append(
                (
                    arrays["a"][(kernel, *place)],
                    weights,
                    arrays["b"][own] if structure.bias else None,
                )
            )
    return found


def _proved(structure: Any) -> Law | None:
    """The law, where neurons with w = 0 meet no zero of sigma or sigma' but 0."""
    law = law_of(structure.activation, bias=structure.bias)
    if law is None or law.rays or law.activation.is_unspecified:
        return None
    if not (law.tame and law.steep):
        return None
    return law


def shared_strata(structure: Any, model: Model) -> SharedStrata | None:
    """The complete strata of one shared kernel, or two in one dimension, where the lemma makes no
    linear functions.
    """
    activation = structure.activation
    law = _proved(structure)
    if law is None or law.slope or not structure.sharing:
        return None
    if structure.kernels > 2 or (structure.kernels == 2 and structure.dimension > 1):
        return None
    places, size = (math.prod(shape) for shape in (structure.places, structure.window))
    return SharedStrata(
        model,
        structure.kernels,
        places,
        size,
        structure.bias,
        structure.output_bias,
        law,
        symmetric=activation.parity in ("odd", "even"),
    )


def conditions(structure: Any, model: Model) -> Iterator[list[Any]]:
    """a = 0; the weights of a neuron vanish; those of two neurons are equal or opposite as
    functions on the image.
    """
    neurons = neuron_weights(structure, model.generic().arrays)
    for a, _, _ in neurons:
        yield [a]
    groups = [[w for w in weights if w != 0] for _, weights, _ in neurons]
    groups += [[*g, b] for g, (_, _, b) in zip(groups, neurons, strict=True) if b is not None]
    for (_, one, b), (_, two, c) in itertools.combinations(neurons, 2):
        for sign in (1, -1):
            difference = [u - sign * v for u, v in zip(one, two, strict=True)]
            if b is not None:
                difference.append(b - sign * c)
            groups.append([e for e in difference if e != 0])
    seen = set()
    for group in groups:
        key = frozenset(group)
        if group and key not in seen:
            seen.add(key)
            yield group


def generators(structure: Any, model: Model) -> Iterator[dict[Any, Any]]:
    """Exchanges of kernels, and the sign of a kernel with its output weights for an odd or even
    activation.
    """
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
            changed = [*arrays["K"][own].ravel()]
            if structure.bias:
                changed.append(arrays["b"][own])
            if parity == "odd":
                changed += [*np.ravel(arrays["a"][own])]
            yield {p: -p for p in changed}


def rank_coordinates(structure: Any, chart: Chart) -> tuple[int, list[list[Any]]] | None:
    r"""On the open stratum of a flat the rank is this number plus the rank of this matrix; None
    without a lemma.

    Classes of neurons with equal (or opposite) weights are the same at every point of the open
    stratum, since all coincidences are conditions. Each class gives one $N(rep \cdot x)$; the
    columns are $x_t$ and 1, then $N'(rep \cdot x)\,x_t$ class by class; the rows are the tangents
    of kernels and biases, and the polynomials that opposite neurons and neurons without weights
    leave.
    """
    law = _proved(structure)
    if law is None:
        return None
    generic = neuron_weights(structure, chart.model.generic().arrays)
    pixels = structure.size**structure.dimension
    width = pixels + 1
    rows: dict[sympy.Symbol, dict[int, Any]] = {}
    classes: dict[tuple[Any, ...], int] = {}
    signs: dict[int, set[int]] = {}
    extra: list[dict[int, Any]] = [{pixels: 1}] * structure.output_bias
    q1 = sympy.Rational(law.slope.numerator, law.slope.denominator)
    for (a, weights, bias), (_, symbols, own) in zip(
        neuron_weights(structure, chart.arrays), generic, strict=True
    ):
        vector = tuple(sympy.cancel(v) for v in (*weights, bias or 0))
        slots = [(t, symbol) for t, symbol in enumerate((*symbols, own or 0)) if symbol != 0]
        if not any(vector[:pixels]):
            if not law.silent or vector[-1] != 0:
                extra.append({pixels: 1})
            if not law.still or vector[-1] != 0:
                for t, symbol in slots:
                    _add(rows.setdefault(symbol, {}), t, a)
            continue
        number, sign = _class_of(vector, classes, signed=law.signed)
        if -sign in signs.setdefault(number, set()):
            extra += [{pixels: 1}] * bool(law.offset) + [dict(enumerate(vector))] * bool(law.slope)
        signs[number].add(sign)
        for t, symbol in slots:
            row = rows.setdefault(symbol, {})
            _add(row, number * width + t, a * law.factor(sign) * sign)
            _add(row, t, q1 * a)
    every = [*rows.values(), *extra]
    columns = sorted({c for row in every for c in row})
    return len(classes), [[row.get(c, sympy.Integer(0)) for c in columns] for row in every]


def _add(row: dict[int, Any], column: int, value: Any) -> None:
    if value != 0:
        row[column] = row.get(column, sympy.Integer(0)) + sympy.sympify(value, strict=True)


def _class_of(
    key: tuple[Any, ...], classes: dict[tuple[Any, ...], int], *, signed: bool
) -> tuple[int, int]:
    """The number of a class of weights, from 1, and the sign relative to its representative."""
    mirrored = tuple(sympy.expand(-v) for v in key)
    if signed and mirrored in classes:
        return classes[mirrored], -1
    return classes.setdefault(key, len(classes) + 1), 1
