r"""`reduce`: the smallest network of a family with the same function that verified moves reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import sympy

from rankstrat.activation.law import law_of, sign_theorem
from rankstrat.algebra.linear import solution
from rankstrat.errors import CertificateError, PointError, demand
from rankstrat.mappings import splitting
from rankstrat.mappings.mapping import CriticalMapping
from rankstrat.model.model import Chart, Model
from rankstrat.networks import mirrored
from rankstrat.networks.exact_layers import (
    ExactLayers,
    Move,
    canonical,
    expression,
    gain,
    parallel,
    same,
)
from rankstrat.networks.network import Network
from rankstrat.rank.verdict import Verdict
from rankstrat.text.sources import proved
from rankstrat.text.spoken import Spoken

SHOWN = 8


@dataclass(frozen=True, eq=False)
class Reduced(Spoken):
    r"""A narrower network with the same function, and why it is the same and how small.

    Attributes:
        point: where it started.
        reduced: the point of the narrow network.
        moves: what was done, in order; undoing them gives `point` exactly.
        minimal: PROVED if no network of the family with fewer units in the hidden layer has this
            function; OPEN where no theorem decides it.
        reason: the theorem, or what is missing.

    Example:
        >>> from rankstrat.families import two_layer
        >>> point = two_layer(width=3, inputs=1).point(a=[1, 2, 0], w=[[5], [-5], [7]])
        >>> found = reduce(point)
        >>> print(found.reduced, found.minimal)
        point of two_layer(width=1, inputs=1, activation='tanh') at a1 = -1, w1_1 = 5 PROVED
    """

    point: Chart
    reduced: Chart
    moves: tuple[Move, ...]
    minimal: Verdict
    reason: str
    layers: ExactLayers = field(repr=False)

    @property
    def widths(self) -> tuple[int, ...]:
        """Of the hidden layers."""
        return tuple(w.shape[0] for w in self.layers.weights[:-1])

    @property
    def critical(self) -> bool:
        """Whether the way back is made of splittings and null units only, so that a critical point
        comes from a critical point for every data set and loss (EP2 Theorem 4.2).
        """
        return all(move.critical for move in self.moves)

    @cached_property
    def mappings(self) -> tuple[CriticalMapping, ...]:
        """The splittings of the merges on the way back, narrowest first, as critical mappings whose
        `verdict` checks them symbolically.
        """
        found = []
        layers = self.layers
        for move in reversed(self.moves):
            if move.kind == "merge" and move.critical:
                ((other, _),) = move.onto
                unit = other - (other > move.unit)
                found.append(splitting(layers.point.model, layer=move.layer, unit=unit))
            layers = layers.before(move)
        return tuple(found)

    def check(self) -> None:
        """Check every move as an identity between units, and undo them all: the result must be the
        point where it started, number by number.

        Raises:
            CertificateError: a move is no identity, or another point comes out.
        """
        layers = self.layers
        for move in reversed(self.moves):
            layers = layers.before(move)
            if not _is_identity(layers, move):
                raise CertificateError(
                    f"the move '{move}' is no identity between units; the reduction does not hold;"
                    " reduce the point again"
                )
        if not layers.equals(ExactLayers.of(self.point)):
            raise CertificateError(
                "undoing the moves gives another point; the reduction does not hold; reduce the"
                " point again"
            )

    def __str__(self) -> str:
        words = [str(move) for move in self.moves[:SHOWN]] or ["nothing to reduce"]
        if len(self.moves) > SHOWN:
            words.append(f"... ({len(self.moves)} moves in all)")
        return (
            f"{self.point.model} -> {self.reduced.model}, the same function"
            f"  [{Verdict.PROVED}; minimal: {self.minimal}]\n  {'; '.join(words)}\n  {self.reason}"
        )


def reduce(model: Model | Chart | Network, point: Any = None) -> Reduced:
    r"""The smallest network of the family with the same function that these moves reach: units that
    are copies of another one up to the symmetries of the activation are merged, units without
    outgoing weights dropped, constant units folded into the next bias, and combinations of others
    folded: of any units where the activation is the identity, of opposite ones where they differ by
    an affine function, as $\mathrm{relu}(h) - \mathrm{relu}(-h) = h$.

    Every move is an identity between units in exact arithmetic, so that the function is the same,
    PROVED. For one hidden layer whose units are then of distinct classes, active and not constant,
    no narrower network has the function: for tanh this is Sussmann's theorem (irreducible networks
    are minimal), in general the independence lemma of the activation. Opposite units whose affine
    part no narrower network has are needed, too: a linear function needs two ReLU units for each
    dimension of its image. Irreducible tanh networks
    with several hidden layers are minimal by the theorem of Vlacic and Boelcskei.

    Args:
        model: the model of the point; or the point itself, or a network that was read, whose floats
            are exact numbers.
        point: an exact point with rational weights, or a mapping of exact block values.

    Raises:
        PointError: a chart, or weights that are not rational.
        FamilyError: a model without layers.

    References:
        Sussmann1992; AlbertiniSontag1993; VlacicBoelcskei2021; EP2 Theorem 4.2;
        docs/proofs.md#counting.
    """
    given = _point(model, point)
    start = layers = ExactLayers.of(given)
    moves: list[Move] = []
    changed = True
    while changed:
        changed = False
        for layer in range(1, layers.depth):
            for move in _moves(layers, layer):
                layers = layers.after(move)
                moves.append(move)
                changed = True
    minimal, reason = _minimality(layers)
    reduced = layers.point if moves else given
    assert start.depth == layers.depth
    return Reduced(given, reduced, tuple(moves), minimal, reason, layers)


def _point(model: Any, point: Any) -> Chart:
    if isinstance(model, Network) and point is None:
        return model.point
    if isinstance(model, Chart) and point is None:
        return model
    demand(model, Model, PointError, "a Model, or a point of one,", "write rs.reduce(point)")
    if isinstance(point, Mapping):
        return model.point(point)
    demand(point, Chart, PointError, "an exact point", "write rs.reduce(F.point(a=..., w=...))")
    if point.model != model:
        raise PointError(
            f"a point of {point.model} was given with {model}; a point of that model is needed;"
            " write rs.reduce(point)"
        )
    return point


def _moves(layers: ExactLayers, layer: int) -> Iterator[Move]:
    """The moves that narrow one layer, each for the network after the one before; from the last
    unit, so that numbers of those before it stay.
    """
    symmetry = layers.symmetry(layer)
    keys = [canonical(layers.row(layer, j), symmetry) for j in range(_width(layers, layer))]
    first: dict[Any, int] = {}
    for j, (key, _) in enumerate(keys):
        first.setdefault(_hashable(key), j)
    for j in reversed(range(len(keys))):
        if _width(layers, layer) == 1:
            return
        move = _alone(layers, layer, j)
        i = first[_hashable(keys[j][0])]
        if move is None and i < j:
            (g, s), (h, t) = (gain(keys[k][1], symmetry) for k in (j, i))
            factor = g / h
            move = _merge(layers, layer, (j, i), factor, s - factor * t)
        if move is None and layers.activation.power == 1:
            move = _combination(layers, layer, j)
        elif move is None:
            move = mirrored.combination(layers, layer, j)
        if move is not None:
            yield move
            layers = layers.after(move)


def _width(layers: ExactLayers, layer: int) -> int:
    return int(layers.weights[layer - 1].shape[0])


def _hashable(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """Fractions and sympy rationals of one value have one key."""
    return tuple(expression(v) if not isinstance(v, int | Fraction) else Fraction(v) for v in key)


def _alone(layers: ExactLayers, layer: int, j: int) -> Move | None:
    """A unit that is dropped or folded by itself."""
    row, column = layers.row(layer, j), tuple(layers.weights[layer][:, j])
    biased = layers.biases[layer] is not None
    constant = not any(layers.weights[layer - 1][j])
    silent = constant and same(_value(layers, row, layer), 0)
    if not any(column):
        return Move("drop", layer, j, (), row, column, 0, constant and (biased or silent))
    if constant and (biased or silent):
        return Move("constant", layer, j, (), row, column, _value(layers, row, layer))
    return None


def _value(layers: ExactLayers, row: tuple[Any, ...], layer: int) -> Any:
    """The value of a unit without incoming weights."""
    bias = row[-1] if layers.biases[layer - 1] is not None else 0
    value = sympy.expand(layers.activation(expression(bias)))
    if value.is_Rational:
        return Fraction(int(value.p), int(value.q))
    return value


def _merge(
    layers: ExactLayers, layer: int, units: tuple[int, int], factor: Fraction, constant: Fraction
) -> Move:
    j, i = units
    column = layers.weights[layer][:, j]
    joint = layers.weights[layer][:, i] + factor * column
    critical = any(joint) and parallel(column, joint)
    return Move(
        "merge",
        layer,
        j,
        ((i, factor),),
        layers.row(layer, j),
        tuple(column),
        constant,
        bool(critical),
    )


def _combination(layers: ExactLayers, layer: int, j: int) -> Move | None:
    """A unit of a linear layer whose incoming weights are a combination of those of others."""
    others = [k for k in range(_width(layers, layer)) if k != j]
    rows = [layers.row(layer, k) for k in range(_width(layers, layer))]
    if not all(isinstance(v, int | Fraction) for row in rows for v in row):
        return None
    matrix = [[Fraction(rows[k][t]) for k in others] for t in range(len(rows[j]))]
    found, _ = solution(matrix, [Fraction(v) for v in rows[j]])
    if found is None:
        return None
    onto = tuple((k, c) for k, c in zip(others, found, strict=True) if c)
    return Move("combination", layer, j, onto, rows[j], tuple(layers.weights[layer][:, j]))


def _is_identity(layers: ExactLayers, move: Move) -> bool:
    """Whether the unit that a move takes away is what the move says."""
    j, layer = move.unit, move.layer
    if move.kind == "drop":
        return not any(layers.weights[layer][:, j])
    if move.kind == "constant":
        own = _value(layers, layers.row(layer, j), layer)
        return not any(layers.weights[layer - 1][j]) and same(own, move.constant)
    if move.kind == "combination" and layers.activation.power != 1:
        return mirrored.is_combination(layers, move)
    if move.kind == "combination":
        rows = [[c * Fraction(v) for v in layers.row(layer, k)] for k, c in move.onto]
        sums = [sum(column, Fraction(0)) for column in zip(*rows, strict=True)]
        return all(same(u, v) for u, v in zip(sums, layers.row(layer, j), strict=True))
    ((i, factor),) = move.onto
    symmetry = layers.symmetry(layer)
    (key, c), (other, d) = (canonical(layers.row(layer, k), symmetry) for k in (j, i))
    (g, s), (h, t) = gain(c, symmetry), gain(d, symmetry)
    equal = all(same(u, v) for u, v in zip(key, other, strict=True))
    return equal and g == factor * h and same(move.constant, s - factor * t)


def _minimality(layers: ExactLayers) -> tuple[Verdict, str]:
    """Whether no narrower network of the family has the function, and why."""
    if layers.depth == 1:
        return Verdict.PROVED, "an affine map has no hidden unit (docs/proofs.md#counting)"
    if all(_width(layers, layer) == 1 for layer in range(1, layers.depth)):
        return Verdict.PROVED, "every hidden layer of the family has at least one unit"
    if layers.depth > 2:
        return _deep_minimality(layers)
    law = law_of(layers.activation, bias=layers.biases[0] is not None)
    if law is None:
        name = layers.activation.name
        return Verdict.OPEN, f"no independence lemma is known for {name} in this model"
    source = f"{law.citation}; {proved('counting')}"
    if classes_of(layers) is not None:
        return Verdict.PROVED, f"irreducible networks are minimal ({source})"
    needed = mirrored.needed(layers)
    if needed is None:
        return Verdict.OPEN, "units that are constant or on one line with others are left"
    if needed < _width(layers, 1):
        return Verdict.OPEN, f"at least {needed} units are needed, and opposite ones are left"
    return Verdict.PROVED, f"opposite units make an affine part that needs them ({source})"


def _deep_minimality(layers: ExactLayers) -> tuple[Verdict, str]:
    """Whether a network with several hidden layers is minimal: every network with the function of
    an irreducible one reduces to it up to permutations and signs, so that it is no narrower.
    """
    theorem = sign_theorem(layers.activation)
    if theorem is None:
        name = layers.activation.name
        return Verdict.OPEN, f"no completeness theorem is known here for deep {name} networks"
    if not all(_is_irreducible(layers, k) for k in range(1, layers.depth)):
        return Verdict.OPEN, "units that are constant, idle or equal up to sign are left"
    if not all(row.any() for row in layers.weights[-1]):
        return Verdict.OPEN, "an output is constant, which the theorem does not allow"
    return Verdict.PROVED, f"irreducible networks are minimal ({theorem})"


def _is_irreducible(layers: ExactLayers, layer: int) -> bool:
    """Whether no unit of a hidden layer is constant, idle, or another one up to sign."""
    seen: set[tuple[Fraction, ...]] = set()
    for j in range(_width(layers, layer)):
        row = layers.row(layer, j)
        if not any(layers.weights[layer - 1][j]) or not any(layers.weights[layer][:, j]):
            return False
        if not all(isinstance(v, int | Fraction) for v in row):
            return False
        key = tuple(map(Fraction, row))
        seen |= {key, tuple(-v for v in key)}
    return len(seen) == 2 * _width(layers, layer)


def classes_of(layers: ExactLayers) -> int | None:
    """How many classes of units every network with this function has; None where a unit of the
    network is constant or silent, or two are of one class.
    """
    law = law_of(layers.activation, bias=layers.biases[0] is not None)
    if law is None or layers.depth != 2:
        return None
    keys = set()
    for j in range(_width(layers, 1)):
        row = layers.row(1, j)
        if not any(layers.weights[0][j]) or not any(layers.weights[1][:, j]):
            return None
        if not all(isinstance(v, int | Fraction) for v in row):
            return None
        fractions = tuple(Fraction(v) for v in row)
        keys.add(law.line(fractions)[1] if law.rays else law.class_of(fractions)[1])
    width = _width(layers, 1)
    return width if len(keys) == width else None


__all__ = ["Reduced", "classes_of", "reduce"]
