r"""`equivalent`: whether two networks have one function, with a proof either way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from rankstrat.activation.law import law_of
from rankstrat.algebra.balls import sign
from rankstrat.algebra.program import Program
from rankstrat.algebra.translate import translate
from rankstrat.errors import PointError, demand
from rankstrat.model.model import Chart
from rankstrat.model.structure import Assembled
from rankstrat.networks.exact_layers import ExactLayers, canonical, expression, gain
from rankstrat.networks.reducing import Reduced, classes_of, reduce
from rankstrat.rank.joint import Joint, same_function
from rankstrat.rank.verdict import Verdict
from rankstrat.text.sources import proved
from rankstrat.text.spoken import Spoken

WITNESSES = 12


@dataclass(frozen=True)
class Matching(Spoken):
    """A symmetry of a hidden layer: unit k of the second network is unit `order[k]` of the first,
    its incoming weights multiplied by `factors[k]`.
    """

    layer: int
    order: tuple[int, ...]
    factors: tuple[Fraction, ...]

    def __str__(self) -> str:
        parts = [
            f"{k} <- {'' if c == 1 else '-' if c == -1 else f'{c} * '}{j}"
            for k, (j, c) in enumerate(zip(self.order, self.factors, strict=True))
        ]
        shown = ", ".join(parts[:12]) + (", ..." if len(parts) > 12 else "")
        return f"layer {self.layer}: {shown}"


@dataclass(frozen=True, eq=False)
class Equivalence(Spoken):
    r"""Whether two points have one function.

    Attributes:
        same: True, False, or None where it is not decided.
        verdict: PROVED (same), REFUTED (different) or OPEN.
        reason: why.
        symmetry: for each hidden layer, what carries the first reduced network to the second; empty
            unless they are the same.
        witness: an input at which the outputs were shown to differ.
        first, second: the reductions.

    Example:
        >>> from rankstrat.families import two_layer
        >>> F = two_layer(2, 1)
        >>> found = equivalent(F.point([1, 2, 3, 4]), F.point([-2, 1, -4, 3]))
        >>> found.same, str(found.symmetry[0])
        (True, 'layer 1: 0 <- -1, 1 <- 0')
    """

    same: bool | None
    verdict: Verdict
    reason: str
    symmetry: tuple[Matching, ...]
    witness: tuple[Fraction, ...] | None
    first: Reduced | None = field(repr=False)
    second: Reduced | None = field(repr=False)

    def __bool__(self) -> bool:
        if self.same is None:
            raise PointError(
                f"whether the functions are the same is not decided ({self.reason}); look at .same"
            )
        return self.same

    def __str__(self) -> str:
        words = {True: "the same function", False: "different functions", None: "not decided"}
        lines = [f"{words[self.same]}: {self.reason}  [{self.verdict}]"]
        return "\n".join([*lines, *(f"  {m}" for m in self.symmetry)])


def equivalent(first: Chart, second: Chart, *, seed: int = 0) -> Equivalence:
    r"""Whether $F(\theta_1) = G(\theta_2)$ as functions, with a proof either way.

    Both networks are reduced by exact moves. If the reduced ones agree up to order, signs and
    scales of units, the functions are the same. If they do not, an input at which the outputs
    differ is enclosed in ball arithmetic. Failing that, irreducible networks with one hidden layer
    have one function only if they agree so (Sussmann's theorem, the independence lemma).

    Args:
        first: an exact point with rational weights.
        second: one of a model with as many inputs and outputs.
        seed: names the inputs that are tried.

    Raises:
        PointError: charts, weights that are not rational, or other numbers of inputs and outputs.

    References:
        Sussmann1992; AlbertiniSontag1993; docs/proofs.md#counting.
    """
    for point in (first, second):
        demand(point, Chart, PointError, "an exact point", "write equivalent(F.point(...), ...)")
    ends = [_ends(point) for point in (first, second)]
    if ends[0] != ends[1]:
        raise PointError(
            f"the first network has {ends[0]} inputs and outputs, the second {ends[1]}; equal"
            " numbers are needed"
        )
    one, two = reduce(first), reduce(second)
    alike = one.layers.activation.formula == two.layers.activation.formula
    if alike and one.layers.depth == two.layers.depth:
        found = _matched(one.layers, two.layers)
        if found is not None:
            reason = (
                "the reduced networks agree up to symmetries of the activation, number by number"
            )
            return Equivalence(True, Verdict.PROVED, reason, found, None, one, two)
    witness = None
    if not any(r.layers.activation.is_unspecified for r in (one, two)):
        witness = _witness(one.reduced, two.reduced, seed)
    if witness is not None:
        shown = ", ".join(map(str, witness[:8])) + (", ..." if len(witness) > 8 else "")
        reason = f"the outputs at x = ({shown}) differ, enclosed in ball arithmetic"
        return Equivalence(False, Verdict.REFUTED, reason, (), witness, one, two)
    joint = _identity(one.reduced, two.reduced, seed)
    if joint:
        reason = "the difference of the outputs vanishes identically"
        return Equivalence(True, Verdict.PROVED, reason, (), None, one, two)
    if alike and _decides(one.layers, two.layers):
        reason = f"irreducible networks that do not agree differ ({proved('counting')})"
        return Equivalence(False, Verdict.REFUTED, reason, (), None, one, two)
    reason = "the reduced networks do not agree, and no input tells them apart"
    return Equivalence(None, Verdict.OPEN, reason, (), None, one, two)


MOST_PARAMETERS = 40


def _identity(one: Chart, two: Chart, seed: int) -> bool:
    """Whether the engine shows that the outputs of two small networks are the same."""
    if max(one.model.size, two.model.size) > MOST_PARAMETERS:
        return False
    joint = Joint([one, two])
    pairs = zip(*joint.output_lists, strict=True)
    return all(same_function(joint, f, g, seed=seed) for f, g in pairs)


def _decides(one: ExactLayers, two: ExactLayers) -> bool:
    """Whether networks that do not agree have different functions.

    Where opposite units differ by an affine function (sigmoid, softplus, ReLU) such functions may
    cancel in a sum, and irreducible networks may agree without looking alike.
    """
    if [b is None for b in one.biases] != [b is None for b in two.biases]:
        return False
    law = law_of(one.activation, bias=one.biases[0] is not None)
    clean = classes_of(one) is not None and classes_of(two) is not None
    return law is not None and clean and not law.sides and _differ(one, two)


def _differ(one: ExactLayers, two: ExactLayers) -> bool:
    r"""Whether a number of the canonical networks differs for certain.

    Constants that were folded are expressions, and equal ones may look different, as
    $\arctan(1/2) + \arctan(1/3)$ and $\pi/4$ do: they decide nothing.
    """
    first, second = (_numbers(_canonical(layers).layers) for layers in (one, two))
    if len(first) != len(second):
        return True
    return any(
        u != v
        for u, v in zip(first, second, strict=True)
        if isinstance(u, int | Fraction) and isinstance(v, int | Fraction)
    )


def _numbers(layers: ExactLayers) -> list[Any]:
    """The weights and biases, one after another."""
    present = [array for array in (*layers.weights, *layers.biases) if array is not None]
    return [value for array in present for value in array.ravel().tolist()]


def _ends(point: Chart) -> tuple[int, int]:
    widths = ExactLayers.of(point).layers.widths
    return widths[0], widths[-1]


@dataclass(frozen=True, eq=False)
class _Canonical:
    """A network whose units have canonical rows in canonical order."""

    layers: ExactLayers
    orders: tuple[tuple[int, ...], ...]
    factors: tuple[tuple[Fraction, ...], ...]


def _canonical(layers: ExactLayers) -> _Canonical:
    weights, biases = list(layers.weights), list(layers.biases)
    orders, factors = [], []
    for k in range(layers.depth - 1):
        symmetry = layers.symmetry(k + 1)
        rows = [
            (*weights[k][j], *(() if biases[k] is None else (biases[k][j],)))
            for j in range(len(weights[k]))
        ]
        found = [canonical(row, symmetry) for row in rows]
        order = sorted(range(len(rows)), key=lambda j: _place(found[j][0]))
        keys = np.empty((len(rows), len(rows[0])), dtype=object)
        for place, j in enumerate(order):
            keys[place] = found[j][0]
        gains = [gain(found[j][1], symmetry) for j in order]
        columns = weights[k + 1][:, order]
        if biases[k + 1] is not None and symmetry.shift:
            shifts = [s for _, s in gains]
            added = [
                sum((s * a for s, a in zip(shifts, row, strict=True)), Fraction(0))
                for row in columns
            ]
            biases[k + 1] = np.array(
                [_plus(b, a) for b, a in zip(biases[k + 1], added, strict=True)], dtype=object
            )
        weights[k + 1] = columns * np.array([g for g, _ in gains], dtype=object)
        if biases[k] is not None:
            weights[k], biases[k] = keys[:, :-1], keys[:, -1]
        else:
            weights[k] = keys
        orders.append(tuple(order))
        factors.append(tuple(found[j][1] for j in order))
    done = ExactLayers(layers.like, layers.layers, tuple(weights), tuple(biases))
    return _Canonical(done, tuple(orders), tuple(factors))


def _plus(bias: Any, added: Fraction) -> Any:
    if isinstance(bias, int | Fraction):
        return bias + added
    return bias + expression(added)


def _place(row: Sequence[Any]) -> tuple[Any, ...]:
    """Where a row stands: fractions first, then expressions by a decimal."""
    return tuple(
        v if isinstance(v, int | Fraction) else Fraction(str(expression(v).evalf(30))) for v in row
    )


def _matched(one: ExactLayers, two: ExactLayers) -> tuple[Matching, ...] | None:
    """The symmetry that carries one network to the other, if they agree."""
    a, b = _canonical(one), _canonical(two)
    present = [[bias is None for bias in layers.biases] for layers in (a.layers, b.layers)]
    if present[0] != present[1]:
        a, b = _with_biases(a, b)
    if not a.layers.equals(b.layers):
        return None
    found = []
    for k, (p, q, c, d) in enumerate(zip(a.orders, b.orders, a.factors, b.factors, strict=True), 1):
        order, factors = [0] * len(q), [Fraction(1)] * len(q)
        for j, i, own, other in zip(q, p, d, c, strict=True):
            order[j], factors[j] = i, own / other
        found.append(Matching(k, tuple(order), tuple(factors)))
    return tuple(found)


def _with_biases(a: _Canonical, b: _Canonical) -> tuple[_Canonical, _Canonical]:
    """Zero biases where only the other network has biases."""
    done = []
    for one, other in ((a, b), (b, a)):
        layers = one.layers
        biases = tuple(
            np.array([Fraction(0)] * len(w), dtype=object)
            if own is None and theirs is not None
            else own
            for own, theirs, w in zip(
                layers.biases, other.layers.biases, layers.weights, strict=True
            )
        )
        filled = ExactLayers(layers.like, layers.layers, layers.weights, biases)
        done.append(_Canonical(filled, one.orders, one.factors))
    return done[0], done[1]


def _witness(one: Chart, two: Chart, seed: int) -> tuple[Fraction, ...] | None:
    """An input at which an output differs, by balls."""
    count = len(one.model.inputs)
    rng = np.random.default_rng(seed)
    for attempt in range(WITNESSES):
        # a hyperplane of kinks or of zeros is avoided by odd denominators
        numbers = rng.integers(-(4 + 4 * attempt), 5 + 4 * attempt, count)
        place = tuple(Fraction(2 * int(n) + 1, 7) for n in numbers)
        program = Program()
        values = [_outputs(program, point, place) for point in (one, two)]
        for f, g in zip(*values, strict=True):
            difference = program.linear(0, ((1, f), (-1, g)))
            if sign(program, difference, {}):
                return place
    return None


def _outputs(program: Program, point: Chart, place: Sequence[Fraction]) -> list[int]:
    structure: object = point.model.structure
    assert isinstance(structure, Assembled)
    blocks = {}
    for name, array in point.arrays.items():
        nodes = [_node(program, v) for v in array.ravel().tolist()]
        blocks[name] = np.array(nodes, dtype=np.int64).reshape(array.shape)
    return list(structure.nodes(program, blocks, [program.constant(v) for v in place]))


def _node(program: Program, value: Any) -> int:
    if isinstance(value, int | Fraction):
        return program.constant(value)
    return translate(program, [value], {})[0]


__all__ = ["Equivalence", "Matching", "equivalent"]
