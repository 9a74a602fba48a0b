r"""How little rank a coupled two-layer network can have on a target: what carries its affine
function (docs/proofs.md#levels).

Each class of the target is active, and brings 1 + D functions (D with rays). Where no class is
active on both sides, $\gamma_t = \pm \alpha_t$ and every $\beta$ is zero, so signs must carry the
affine function; otherwise some class active on both sides brings every linear function. If only
classes of the target are, their weights span what the others leave; else a further class is active,
and brings its own functions. Each of these is a condition of exact linear algebra, and each failure
a lower bound at every point.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy

from rankstrat.activation.law import Law, Vector
from rankstrat.families.catalogue.two_layer.targets.coupled.pieces import Coupled, Piece
from rankstrat.model.model import Chart, Model
from rankstrat.rank.zero import is_zero
from rankstrat.targets import AffineSubspace

MOST_CHOICES = 4096  # of signs and classes; beyond, only the classes themselves are counted


@dataclass(frozen=True)
class AffineCarrier:
    """What carries the affine function.

    Attributes:
        kind: "signs" (classes of the target, each on one side), "constant" (these, and a neuron
            with w = 0 or a block that has become constant), "classes" (some classes of the target
            on both sides), "further" (a further class), "unknown".
        signs: the side of each class that is active on one side.
        turned: pure target blocks that mixed further blocks join.
        vertical: whether a further block becomes constant.
    """

    kind: str
    signs: Mapping[int, int] = field(default_factory=dict)
    turned: tuple[int, ...] = ()
    vertical: bool = False


def _signs(
    network: Coupled, size: int, choices: Mapping[int, Sequence[int]], span: Sequence[Vector]
) -> dict[int, int] | None:
    r"""Signs with goal - p sum s alpha u in the span of some vectors, in the first coordinates."""
    space = AffineSubspace.solve(size, [dict(enumerate(u[:size])) for u in span])
    assert space is not None

    def reduced(vector: Sequence[Fraction]) -> Vector:
        row = space.reduce(dict(enumerate(vector[:size])))
        return tuple(row.get(j, Fraction(0)) for j in range(size))

    if network.irrational and size > network.inputs and any(reduced(_vertical(network))):
        return None
    states: dict[Vector, tuple[int, ...]] = {reduced(network.goal): ()}
    for t, signs in choices.items():
        factor = network.law.slope * network.target.coefficients[t]
        step = [factor * v for v in reduced(network.target.weights[t])]
        states = {
            tuple(x - s * y for x, y in zip(state, step, strict=True)): (*chosen, s)
            for state, chosen in states.items()
            for s in signs
        }
    found = states.get((Fraction(0),) * size)
    if found is None:
        return None
    return dict(zip(choices, found, strict=True))


def _vertical(network: Coupled) -> Vector:
    return _unit(network.inputs)


def _size(network: Coupled) -> int:
    """How many coordinates of the affine function have to be carried.

    The constant is free where there is an output bias, or no hidden bias (then w = 0 carries it, if
    it can).
    """
    if network.output_bias is not None:
        return network.inputs
    return network.length


def _with_vertical(network: Coupled, turned: Iterable[int], vertical: bool) -> list[Vector]:
    """The weights of classes on both sides, and the constant of a block that has become one."""
    span = [network.target.weights[t] for t in turned]
    return span + [_vertical(network)] * vertical


def carrier_of(piece: Piece) -> AffineCarrier:
    """What carries the affine function at the points of lowest rank in the closure of a branch."""
    network, blocks = piece.network, piece.pattern.targets
    spare, count = len(piece.mixed), len(blocks) - len(piece.turning)
    if 2 ** len(piece.turning) * math.comb(count, min(spare, count)) > MOST_CHOICES:
        return AffineCarrier("unknown")
    choices: dict[int, tuple[int, ...]] = {t: (block[0][1],) for t, block in enumerate(blocks)}
    choices |= dict.fromkeys(piece.turning, (1, -1))
    signs = _signs(network, _size(network), choices, ())
    if signs is not None:
        return AffineCarrier("signs", signs)
    if network.bias and network.output_bias is None and (piece.constant_neurons or spare):
        signs = _signs(network, network.inputs, choices, ())
        if signs is not None:
            return AffineCarrier("constant", signs, vertical=not piece.constant_neurons)
    pure = [t for t in choices if t not in piece.turning]
    upright = network.bias and spare > 0 and not piece.solved_apart
    for vertical in (False, True)[: 1 + upright]:
        for turned in itertools.combinations(pure, min(spare - vertical, len(pure))):
            span = _with_vertical(network, (*piece.turning, *turned), vertical)
            rest = {t: choices[t] for t in pure if t not in turned}
            signs = _signs(network, piece.size, rest, span)
            if signs is not None:
                return AffineCarrier("classes", signs, turned, vertical)
    return AffineCarrier("further")


def carrier_everywhere(network: Coupled) -> AffineCarrier | None:
    """The same over the whole target set; None if nothing carries it."""
    k, m = len(network.target.weights), network.width
    spare = m - k - needs_constant_neuron(network)
    if spare < 0:
        return None
    size = _size(network)
    if 2**k > MOST_CHOICES:
        guess = dict(enumerate(network.target.signs))
        if _signs(network, size, {t: (s,) for t, s in guess.items()}, ()) is None:
            return AffineCarrier("unknown", guess)
        return AffineCarrier("signs", guess)
    choices = dict.fromkeys(range(k), (1, -1))
    signs = _signs(network, size, choices, ())
    if signs is not None:
        return AffineCarrier("signs", signs)
    alone = network.bias and network.output_bias is None and spare > 0
    if alone:
        signs = _signs(network, network.inputs, choices, ())
        if signs is not None:
            return AffineCarrier("constant", signs)
    if not network.law.slope:
        return None
    for vertical in (False, True)[: 1 + alone]:
        for turned in itertools.combinations(choices, min(spare - vertical, k)):
            span = _with_vertical(network, turned, vertical)
            signs = _signs(network, size, {t: choices[t] for t in choices if t not in turned}, span)
            if signs is not None:
                return AffineCarrier("classes", signs, turned, vertical)
    if spare < 2:
        return None
    return AffineCarrier("further")


def needs_constant_neuron(network: Coupled) -> bool:
    """Whether only neurons with w = 0 make the constant, each with a and sigma(0)."""
    return not network.bias and network.output_bias is None and not is_zero(network.target.constant)


def floor_everywhere(network: Coupled, carrier: AffineCarrier) -> Chart | None:
    """A smaller network with as many independent tangent functions as every point of the target set
    has at least.
    """
    return _bound(network, carrier, _Present(network))


def floor_of(piece: Piece, carrier: AffineCarrier) -> Chart | None:
    """A smaller network with as many independent tangent functions as every point of a branch has
    at least.

    Without rays, both signs of a mixed block occur at every point of the branch, whether active or
    not: together they bring the linear function u.x.
    """
    network = piece.network
    loud = not network.law.rays and not network.silent and network.law.tame
    still = loud and bool(piece.pattern.zeros)
    if network.law.rays or carrier.kind not in ("signs", "constant"):
        return _bound(network, carrier, _Present(network, still))
    pairs = [network.target.weights[t] for t in piece.turning]
    # sigma(0) != 0: w = 0, a class of its own or both signs in a class of the target each bring one
    # function
    return _bound(
        network,
        carrier,
        _Present(network, still, pairs, more=loud and bool(piece.mixed) and not pairs),
    )


@dataclass(frozen=True)
class _Present:
    """What is in the tangent span for other reasons: a weight zero everywhere, pairs, one more
    function.
    """

    network: Coupled
    still: bool = False
    pairs: Sequence[Vector] = ()
    more: bool = False


def _bound(network: Coupled, carrier: AffineCarrier, present: _Present) -> Chart | None:
    law, d = network.law, network.inputs
    active = [True for alpha in network.target.coefficients if alpha or carrier.kind == "classes"]
    constant = network.output_bias is not None or needs_constant_neuron(network)
    linear = needs_constant_neuron(network)
    if carrier.kind in ("signs", "unknown"):
        constant = constant or present.still
        if not active and not constant and not law.rays and not network.silent and law.tame:
            active = [False]
        elif not constant:
            constant = present.more
    elif carrier.kind == "constant":
        constant, linear = True, law.steep
    else:
        constant, linear = constant or network.bias, True
        active += [True] * (carrier.kind == "further")
    if linear:
        forms = [tuple(Fraction(int(s == t)) for s in range(d + 1)) for t in range(d)]
    else:
        forms = [(*u, Fraction(0))[: d + 1] for u in present.pairs]
    forms += [_unit(d)] * constant
    return _chart(law, d, network.bias, tuple(active), tuple(forms))


def _unit(inputs: int) -> Vector:
    return (*[Fraction(0)] * inputs, Fraction(1))


@lru_cache(maxsize=200)
def _chart(
    law: Law, inputs: int, bias: bool, active: tuple[bool, ...], forms: tuple[Vector, ...]
) -> Chart | None:
    r"""sum a_t sigma(w_t.x + b_t) + sum c_j (g_j.x + h_j) at weights of distinct classes and c =
    0.
    """
    x = sympy.symbols(f"x1:{inputs + 1}")
    values: dict[Any, Any] = {}
    terms: list[sympy.Expr] = []
    for t, on in enumerate(active):
        a, *w = sympy.symbols(f"a{t + 1} w{t + 1}_1:{inputs + 1}")
        b = [sympy.Symbol(f"b{t + 1}")] * bias
        terms.append(a * law.activation(sympy.Add(*(v * y for v, y in zip(w, x, strict=True)), *b)))
        values |= (
            {a: int(on)} | {v: (t + 1) ** j for j, v in enumerate(w)} | dict.fromkeys(b, t + 2)
        )
        if inputs == 1 and not law.rays:
            values[w[0]] = t + 1
    for j, form in enumerate(forms):
        c = sympy.Symbol(f"c{j + 1}")
        terms.append(
            c * sympy.Add(*(sympy.Rational(g) * y for g, y in zip(form, (*x, 1), strict=True)))
        )
        values[c] = 0
    if not terms:
        return None
    return Model(sympy.Add(*terms), list(values), x).point(values)
