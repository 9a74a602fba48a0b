r"""Dimensions of neurovarieties from above: what counting, cutting and flattening prove."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise, product
from math import comb

Widths = tuple[int, ...]


def forms(variables: int, degree: int) -> int:
    r"""The dimension $\binom{n - 1 + k}{n - 1}$ of the forms of degree k in n variables."""
    return comb(variables - 1 + degree, variables - 1)


def expected_dimension(widths: Widths, degree: int) -> int:
    r"""$\min\{\sum_l m_l m_{l-1} - \sum_{0<l<L} m_l,\ m_L \binom{m_0 - 1 + r^{L-1}}{m_0 - 1}\}$:
    parameters less the scalings of hidden units, or all forms.
    """
    free = sum(m * n for m, n in pairwise(widths)) - sum(widths[1:-1])
    return min(free, widths[-1] * forms(widths[0], degree ** (len(widths) - 2)))


@cache
def dimension_bound(widths: Widths, degree: int) -> int:
    r"""The least of the upper bounds of the dimension that are proved in
    docs/proofs.md#neurovarieties, for networks without biases and $\sigma(z) = z^r$, $r \geq 2$.

    Args:
        widths: $(m_0, \dots, m_L)$.
        degree: r.

    Example:
        >>> dimension_bound((2, 3, 2, 3, 4), 2), expected_dimension((2, 3, 2, 3, 4), 2)
        (16, 22)
    """
    return min(_bounds(widths, degree))


def _bounds(widths: Widths, degree: int) -> Iterator[int]:
    yield expected_dimension(widths, degree)
    if len(widths) == 2:
        return
    first, second, *_, before, last = (*widths[:2], *widths[-2:])
    if first > second:  # functions of a quotient of the inputs
        yield second * (first - second) + dimension_bound((second, *widths[1:]), degree)
    if last > before:  # outputs in a subspace
        yield before * (last - before) + dimension_bound((*widths[:-1], before), degree)
    if len(widths) == 3 and _flattened(*widths, degree):
        yield last * forms(first, degree) - 1
    for place in range(1, len(widths) - 1):
        parts = widths[: place + 1], widths[place:]
        yield sum(dimension_bound(part, degree) for part in parts) - widths[place]
    if degree == 2 and last == 1 and before <= min(_strands(widths[:-1])):
        yield dimension_bound(widths[:-1], degree) - before * (before - 1) // 2


def _strands(widths: Widths) -> Iterator[int]:
    """The outputs are independent functions somewhere if they are no more than any of these."""
    yield from widths[1:]
    yield forms(widths[0], 2 ** (len(widths) - 2))


def _flattened(inputs: int, units: int, outputs: int, degree: int) -> bool:
    """Whether the units are fewer than the rank of a flattening of general outputs."""
    sides = ((forms(inputs, k), outputs * forms(inputs, degree - k)) for k in range(1, degree))
    if any(units < min(pair) for pair in sides):
        return True
    return outputs == 3 and degree == 2 and inputs % 2 == 0 and 2 * units < 3 * inputs


def architectures(layers: int, most: int) -> Iterator[Widths]:
    """All widths from 1 to most, with so many layers of weights."""
    yield from product(range(1, most + 1), repeat=layers + 1)


def defective(layers: int, most: int, degree: int) -> Iterator[Widths]:
    """The architectures whose neurovariety is smaller than expected, by the bounds."""
    for widths in architectures(layers, most):
        if dimension_bound(widths, degree) < expected_dimension(widths, degree):
            yield widths


__all__ = ["architectures", "defective", "dimension_bound", "expected_dimension", "forms"]
