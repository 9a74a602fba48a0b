r"""How far kernels given by floats are from vanishing, and from being equal, opposite or shifted
copies.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rankstrat.families.catalogue.two_layer.strata.words import MINUS
from rankstrat.text.tables import Math

ALL_PAIRS = 400


def nearby(structure: Any, arrays: Mapping[str, Any]) -> Iterator[tuple[Math, float]]:
    """Conditions on kernels (shared) or neurons (not shared), each with the distance in parameter
    space.
    """
    yield from _shared(structure, arrays) if structure.sharing else _unshared(structure, arrays)


def _shared(structure: Any, arrays: Mapping[str, Any]) -> Iterator[tuple[Math, float]]:
    kernels, biases = arrays["K"], arrays.get("b")
    reach = [min(s, j) - 1 for s, j in zip(structure.window, structure.places, strict=True)]
    for n, kernel in enumerate(kernels):
        yield _vanishes("a", n + 1), float(np.linalg.norm(arrays["a"][n]))
        yield _vanishes("K", n + 1), float(np.linalg.norm(kernel))
        for m in range(n):
            for shift in itertools.product(*(range(-r, r + 1) for r in reach)):
                for sign in (1, -1):
                    gap = _gap(
                        _padded(kernels[m], shift), _padded(sign * kernel, (0,) * len(shift))
                    )
                    if biases is not None:
                        gap += float(biases[m] - sign * biases[n]) ** 2 / 2
                    moved = f" shifted by {', '.join(map(str, shift))}" if any(shift) else ""
                    yield _equal(str(n + 1), str(m + 1), sign, moved), float(np.sqrt(gap))


def _unshared(structure: Any, arrays: Mapping[str, Any]) -> Iterator[tuple[Math, float]]:
    places = list(itertools.product(range(structure.kernels), *map(range, structure.places)))
    pixels = structure.size**structure.dimension
    kernels, outputs = arrays["K"].reshape(len(places), -1), arrays["a"].ravel()
    biases = arrays["b"].ravel() if "b" in arrays else np.zeros(len(places))
    windows = np.tile(structure.pixels, (structure.kernels, 1))
    full = np.full((len(places), pixels), np.nan)  # not a number: no weight
    np.put_along_axis(full, windows, kernels, axis=1)
    names = ["_".join(str(i + 1) for i in place) for place in places]
    for n, name in enumerate(names):
        yield _vanishes("a", name), abs(float(outputs[n]))
        yield _vanishes("K", name), float(np.linalg.norm(kernels[n]))
        for m in range(n):
            if len(places) <= ALL_PAIRS or places[n][1:] == places[m][1:]:
                for sign in (1, -1):
                    gap = (
                        _gap(full[m], sign * full[n]) + float(biases[m] - sign * biases[n]) ** 2 / 2
                    )
                    yield _equal(name, names[m], sign, " on the image"), float(np.sqrt(gap))


def _gap(one: Any, two: Any) -> float:
    """The squared distance to equality: half the difference where both have a weight, else the
    weight.
    """
    both = ~np.isnan(one) & ~np.isnan(two)
    alone = np.where(both, 0.0, np.where(np.isnan(one), two, one))
    return float(np.sum((one[both] - two[both]) ** 2) / 2 + np.nansum(alone**2))


def _padded(kernel: Any, shift: tuple[int, ...]) -> Any:
    """The kernel at its place in a frame three times as large."""
    frame = np.full(tuple(3 * s for s in kernel.shape), np.nan)
    frame[tuple(slice(s + d, 2 * s + d) for s, d in zip(kernel.shape, shift, strict=True))] = kernel
    return frame


def _vanishes(name: str, index: Any) -> Math:
    return Math(f"{name}{index} = 0", f"{name}_{{{str(index).replace('_', ',')}}} = 0")


def _equal(one: str, two: str, sign: int, moved: str) -> Math:
    minus = MINUS[sign]
    latex = rf"K_{{{one.replace('_', ',')}}} = {minus}K_{{{two.replace('_', ',')}}}"
    return Math(f"K{one} = {minus}K{two}{moved}", latex + (rf"\text{{{moved}}}" if moved else ""))
