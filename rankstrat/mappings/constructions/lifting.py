r"""Depth: inserting a layer that acts linearly on a given finite set of inputs (activations with a
linear piece).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from rankstrat.activation.pieces import Piece, affine_pieces
from rankstrat.algebra.linear import independent_columns
from rankstrat.errors import DataError, FamilyError, demand
from rankstrat.mappings.constructions.layers import Array, Layered
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import exact_array, exact_scalar
from rankstrat.rank.setting import at_kink, has_tangents
from rankstrat.rank.verdict import Verdict
from rankstrat.rank.zero import is_zero
from rankstrat.samples.local import batch
from rankstrat.samples.second_order.second import SecondOrder, values_at

_INF, _ONE, _ZERO = sympy.oo, sympy.Integer(1), sympy.Integer(0)


@dataclass(frozen=True)
class Lifting:
    r"""A point of a deeper net with the same outputs on the data, critical there whenever the
    source is.

    Attributes:
        source: the point of the shallow net.
        image: the point of the net with one more layer.
        inputs: the data inputs; nothing is claimed elsewhere.
        slopes, offsets: lambda and mu of the linear piece each new unit works in.
        verdict: PROVED when conditions (1) and (2) of docs/proofs.md#lifting, equal outputs on the
            data and the inclusion of the empirical tangent spaces were verified exactly (the last
            two are implied, and verified where the nets are rational).
    """

    source: Chart
    image: Chart
    inputs: tuple[tuple[Fraction, ...], ...]
    slopes: tuple[sympy.Expr, ...]
    offsets: tuple[sympy.Expr, ...]
    verdict: Verdict

    def __str__(self) -> str:
        where = f"on {len(self.inputs)} inputs, slopes {list(self.slopes)}"
        return f"lifting {self.source.model} -> {self.image.model} {where}  [{self.verdict}]"


def lifting(
    point: Chart,
    target: Model,
    inputs: Sequence[Sequence[Any]],
    *,
    layer: int,
    weights: Any = None,
    bias: Any = None,
) -> Lifting:
    r"""One-layer lifting: a layer inserted after layer q, linear on the data, with
    $W'_{q+1}\Lambda\hat W = W_{q+1}$.

    Conditions (docs/proofs.md#lifting), checked exactly on the data: every pre-activation of the
    new layer lies in a linear piece of the activation, and the outgoing weights and bias undo it.
    Outputs are preserved on the data only, so this is not a critical mapping of models.

    Args:
        point: an exact point of a fully connected net with all biases.
        target: the net with one more hidden layer after layer q.
        inputs: exact inputs.
        layer: q, from 0 (the inputs) to L - 1.
        weights: $\hat W$ of the new layer; an identity block, shifted or scaled into a linear
            piece, when omitted, which needs a new width of at least that of layer q.
        bias: $\hat b$ of the new layer (zero when only the weights are given).

    Raises:
        FamilyError: the shapes do not fit, or the activation has no linear piece (tanh, sigmoid,
            softplus, ...).
        DataError: a pre-activation leaves the linear piece; the outgoing equation cannot be solved.

    Example:
        >>> from rankstrat.families import fully_connected
        >>> net = fully_connected([1, 1, 1], "relu").point([1, 0, 2, 1])
        >>> step = lifting(net, fully_connected([1, 1, 1, 1], "relu"), [[1], [-2], [3]], layer=1)
        >>> step.verdict, step.image.raw
        (<Verdict.PROVED: 'PROVED'>, (1, 0, 1, 1, 2, -1))
    """
    demand(point, Chart, DataError, "a point", "try model.point(...)")
    demand(inputs, Iterable, DataError, "a list of inputs", "write [[1], [2]]")
    a, b = Layered(point.model), Layered(target)
    pieces = _checked(a, b, layer)
    data = tuple(tuple(Fraction(exact_scalar("input", v)) for v in x) for x in inputs)
    if not point.is_point or not data or any(len(x) != a.widths[0] for x in data):
        raise DataError(
            f"a point and inputs with {a.widths[0]} entries each are needed; give values and data"
        )
    ws, bs = _exact_layers(a, point)
    hidden = _features(a, ws, bs, data, layer)
    new = b.widths[layer + 1]
    if weights is None:
        first, shift = _placed(new, a.widths[layer], hidden, pieces)
    else:
        first = np.array(
            [
                sympy.sympify(v, strict=True)
                for v in exact_array("weights", (new, a.widths[layer]), {"weights": weights})
            ],
            dtype=object,
        )
        first = first.reshape(new, a.widths[layer])
        shift = np.array(
            [
                sympy.sympify(v, strict=True)
                for v in exact_array("bias", (new,), {"bias": [0] * new if bias is None else bias})
            ],
            dtype=object,
        )
    slopes, offsets = _linear_on(a, first, shift, hidden, pieces)
    scaled = np.array(
        [[s * v for v in row] for s, row in zip(slopes, first, strict=True)], dtype=object
    )
    second = _outgoing(ws[layer], scaled)
    inner = [s * v + m for s, v, m in zip(slopes, shift, offsets, strict=True)]
    last = np.array(
        [
            v - sum(w * i for w, i in zip(row, inner, strict=True))
            for v, row in zip(bs[layer], second, strict=True)
        ],
        dtype=object,
    )
    ws2 = [*ws[:layer], first, second, *ws[layer + 1 :]]
    bs2 = [*bs[:layer], shift, last, *bs[layer + 1 :]]
    image = target.point(**b.values(ws2, bs2))
    verdict = _verified(point, image, data)
    return Lifting(point, image, data, tuple(slopes), tuple(offsets), verdict)


def _checked(a: Layered, b: Layered, layer: int) -> tuple[Piece, ...]:
    if not (a.has_all_biases and b.has_all_biases):
        raise FamilyError(
            "lifting needs two layered nets with all biases; use mappings.insertion for matrix"
            " products"
        )
    if (
        not 0 <= layer < a.depth
        or b.widths[: layer + 1] + b.widths[layer + 2 :] != a.widths
        or b.depth != a.depth + 1
    ):
        raise FamilyError(
            f"the widths {list(b.widths)} are not {list(a.widths)} with one more layer after layer"
            f" {layer}"
        )
    if a.activation.formula != b.activation.formula:
        raise FamilyError(
            f"the activations {a.activation.name} and {b.activation.name} differ; they must agree"
        )
    pieces = affine_pieces(a.activation)
    if not pieces:
        raise FamilyError(
            f"{a.activation.name} has no linear piece; lifting needs one, as relu, leaky_relu, abs,"
            " elu, hardtanh have"
        )
    return pieces


def _exact_layers(view: Layered, point: Chart) -> tuple[list[Array], list[Array]]:
    lookup = {str(p): v for p, v in point.values.items()}
    pick = np.vectorize(lambda s: lookup[str(s)], otypes=[object])
    biases = [view.biases(k) for k in range(1, view.depth + 1)]
    return [pick(view.weights(k)) for k in range(1, view.depth + 1)], [
        pick(b) for b in biases if b is not None
    ]


def _features(
    view: Layered, ws: list[Array], bs: list[Array], data: Sequence[Sequence[Fraction]], layer: int
) -> list[list[Any]]:
    """f^[q](x) for the data."""
    result = []
    for x in data:
        values = [sympy.Rational(v.numerator, v.denominator) for v in x]
        for w, b in zip(ws[:layer], bs[:layer], strict=True):
            values = [
                view.activation(sum((u * v for u, v in zip(row, values, strict=True)), c))
                for row, c in zip(w, b, strict=True)
            ]
        result.append(values)
    return result


def _placed(
    new: int, old: int, hidden: Sequence[Sequence[Any]], pieces: Sequence[Piece]
) -> tuple[Array, Array]:
    """A scaled identity block with biases that put the data into the first piece."""
    if new < old:
        raise FamilyError(
            f"the new layer has {new} units for the {old} of the layer below; give weights, or"
            f" widen it to {old}"
        )
    low, high, _, _ = pieces[0]
    first, shift = np.full((new, old), _ZERO, dtype=object), np.full(new, _ZERO, dtype=object)
    for j in range(new):
        values = [h[j] for h in hidden] if j < old else [_ZERO]
        smallest, largest = min(values), max(values)
        if low == -_INF or high == _INF:
            scale = _ONE
        else:
            scale = (high - low) / (2 * (largest - smallest + 1))
        if j < old:
            first[j, j] = scale
        if low == -_INF and high == _INF:
            shift[j] = _ZERO
        elif high == _INF:
            shift[j] = low + 1 - scale * smallest if scale * smallest <= low else _ZERO
        elif low == -_INF:
            shift[j] = high - 1 - scale * largest
        else:
            shift[j] = (low + high) / 2 - scale * (smallest + largest) / 2
    return first, shift


def _linear_on(
    view: Layered,
    first: Array,
    shift: Array,
    hidden: Sequence[Sequence[Any]],
    pieces: Sequence[Piece],
) -> tuple[list[sympy.Expr], list[sympy.Expr]]:
    """Condition 1: for every new unit a piece that contains all its pre-activations on the data."""
    slopes, offsets = [], []
    for j, (row, c) in enumerate(zip(first, shift, strict=True)):
        values = [sum((u * v for u, v in zip(row, h, strict=True)), c) for h in hidden]
        piece = next(
            (
                p
                for p in pieces
                if all(
                    p[0] < z < p[1] and is_zero(view.activation(z) - p[2] * z - p[3])
                    for z in values
                )
            ),
            None,
        )
        if piece is None:
            raise DataError(
                f"new unit {j} has pre-activations from {min(values)} to {max(values)} on the data,"
                f" outside every linear piece of {view.activation.name}; scale its weights down or"
                " shift its bias"
            )
        slopes.append(piece[2])
        offsets.append(piece[3])
    return slopes, offsets


def _outgoing(wanted: Array, scaled: Array) -> Array:
    """Condition 2: W' with W' diag(lambda) W_hat = W."""
    matrix = sympy.Matrix(scaled.tolist())
    if matrix.rank() < matrix.cols:
        solutions = []
        for row in wanted:
            unknown = sympy.symbols(f"s0:{matrix.rows}")
            found = sympy.linsolve((matrix.T, sympy.Matrix(list(row))), *unknown)
            if not found:
                raise DataError(
                    "W' diag(lambda) W_hat = W has no solution; the rows of W_hat must span those"
                    " of the next weight matrix"
                )
            solutions.append([v.subs(dict.fromkeys(unknown, 0)) for v in next(iter(found))])
        return np.array(solutions, dtype=object)
    left = (matrix.T * matrix).inv() * matrix.T
    return np.array((sympy.Matrix(wanted.tolist()) * left).tolist(), dtype=object)


def _verified(point: Chart, image: Chart, data: Sequence[tuple[Fraction, ...]]) -> Verdict:
    """Equal outputs and the inclusion of the empirical tangent spaces on the data, exactly, for
    rational nets.
    """
    a, b = SecondOrder(point), SecondOrder(image)
    if not (a.rational and b.rational):
        # the image is differentiable on the data if the source is: its other units are in a piece
        seen = Chart(batch(point.model, data), (), point.raw)
        if at_kink(seen):
            raise DataError(
                "a sample lies on a kink of the source, which has no tangent there; move the sample"
            )
        return Verdict.PROVED if has_tangents(seen) else Verdict.OPEN
    rows = [(x, k) for x in data for k in range(a.outputs)]
    plain = [(x, 0) for x in data]
    if values_at(a, a.values, plain, exact=True) != values_at(b, b.values, plain, exact=True):
        raise DataError("the outputs on the data differ; please report this")
    narrow, wide = (values_at(s, s.gradient, rows, exact=True) for s in (a, b))
    both = [[*u, *v] for u, v in zip(narrow, wide, strict=True)]
    if len(independent_columns(both)) > len(independent_columns(narrow)):
        raise DataError("the empirical tangent space grows on the data; please report this")
    return Verdict.PROVED


__all__ = ["Lifting", "lifting"]
