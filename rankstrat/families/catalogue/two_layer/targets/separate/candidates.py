"""Points of a branch, one for every way in which its classes can coincide or become inactive."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import prod
from typing import Any

import sympy

from rankstrat.activation.law import Law
from rankstrat.rank.zero import is_zero
from rankstrat.targets import CONSTANT, AffineSubspace, Candidate

FREE, ZERO, FLAT = "free", "zero", "constant"


def candidates(network: Any, pattern: Any, space: AffineSubspace | None) -> Iterator[Candidate]:
    """Points of a branch, one of which has the least rank.

    The rank of a two-layer network depends only on which classes coincide, on which of them are
    active, and on the neurons with weight zero. So one point for each such choice that the branch
    allows is exhaustive.
    """
    for places in _placements(network, pattern):
        yield from _points(network, pattern, space, places)


def placement_count(network: Any, pattern: Any) -> int:
    """The number of choices among which the points of a branch are sought."""
    signs, more = len(network.law.signs), 2 + bool(network.bias)
    return prod((len(pattern.targets) + j) * signs + more for j in range(len(pattern.extras)))


def _placements(network: Any, pattern: Any) -> Iterator[list[Any]]:
    """Where the weight of each further block goes: a target class, an earlier block, zero, or
    nowhere special.
    """
    signs = network.law.signs
    choices: list[list[Any]] = []
    for j in range(len(pattern.extras)):
        options: list[Any] = [("target", t, s) for t in range(len(pattern.targets)) for s in signs]
        options += [("block", i, s) for i in range(j) for s in signs]
        options += [(ZERO, 0, 1), (FREE, 0, 1)]
        if network.bias:
            options.append((FLAT, 0, 1))
        choices.append(options)
    for places in itertools.product(*choices):
        # a block may only join an earlier one that stands for itself
        if all(p[0] != "block" or places[p[1]][0] == FREE for p in places):
            yield list(places)


def _points(
    network: Any, pattern: Any, space: AffineSubspace | None, places: Sequence[Any]
) -> Iterator[Candidate]:
    inputs = network.inputs
    weights: dict[int, tuple[Fraction, ...]] = {}
    length = inputs + network.bias
    for block, u in zip(pattern.targets, network.target.weights, strict=True):
        weights |= {i: tuple(s * v for v in u) for i, s in block}
    spots: list[tuple[Fraction, ...]] = []
    for j, (block, (kind, which, sign)) in enumerate(zip(pattern.extras, places, strict=True)):
        spot = _spot(network, kind, which, sign, j, spots, length)
        spots.append(spot)
        weights |= {i: tuple(s * v for v in spot) for i, s in block}
    needed = {i for block in pattern.targets for i, _ in block}
    groups = [g for g in _groups(network.law, weights, inputs) if not needed & set(g)]
    for biases in _zero_biases(network, pattern):
        full = {**weights, **{i: (Fraction(0),) * inputs + b for i, b in biases.items()}}
        kinds = [[i for i in pattern.zeros if any(biases[i]) == on] for on in (False, True)]
        for killed in itertools.product(
            (True, False), repeat=len(groups)
        ):  # the least rank, often forced, first
            chosen = {i for group, kill in zip(groups, killed, strict=True) if kill for i in group}
            yield from _with_zeros(network, pattern, space, full, chosen, kinds)


def _with_zeros(
    network: Any,
    pattern: Any,
    space: AffineSubspace | None,
    full: dict[int, tuple[Fraction, ...]],
    chosen: set[int],
    kinds: Sequence[Sequence[int]],
) -> Iterator[Candidate]:
    """The points for every number of inactive neurons of weight zero.

    Those of one kind are interchangeable.
    """
    width, inputs = network.width, network.inputs
    for counts in itertools.product(*(range(len(kind), -1, -1) for kind in kinds)):
        dead = chosen.union(*(kind[:count] for kind, count in zip(kinds, counts, strict=True)))
        outputs = _outputs(network, pattern, space, full, dead)
        if outputs is None:
            continue
        a, c = outputs
        neurons = [(a[i], full[i]) for i in range(width)]
        point = network.point_of(a, [full[i] for i in range(width)], c)
        yield Candidate(
            point,
            rank_by_lemma(
                network.law, neurons, inputs, network.bias, network.output_bias is not None
            ),
        )


def _spot(
    network: Any,
    kind: str,
    which: int,
    sign: int,
    j: int,
    spots: Sequence[tuple[Fraction, ...]],
    length: int,
) -> tuple[Fraction, ...]:
    if kind == "target":
        return tuple(sign * v for v in network.target.weights[which])
    if kind == "block":
        return tuple(sign * v for v in spots[which])
    if kind == ZERO:
        return (Fraction(0),) * length
    if kind == FLAT:
        return (Fraction(0),) * network.inputs + (Fraction(j + 1),)
    top = max((abs(v) for u in network.target.weights for v in u), default=Fraction(0))
    return (top + j + 1,) + tuple(Fraction(j + t + 1) for t in range(1, length))


def _groups(
    law: Law, weights: dict[int, tuple[Fraction, ...]], inputs: int
) -> list[tuple[int, ...]]:
    """Neurons that share a class, for every class (and the zero class neuron by neuron)."""
    classes: dict[Any, list[int]] = {}
    for i, u in weights.items():
        key = law.class_of(u)[1] if any(u[:inputs]) else ("zero", i)
        classes.setdefault(key, []).append(i)
    return [*map(tuple, classes.values())]


def _zero_biases(network: Any, pattern: Any) -> Iterator[dict[int, tuple[Fraction, ...]]]:
    if not network.bias:
        yield dict.fromkeys(pattern.zeros, ())
        return
    for count in range(
        len(pattern.zeros) + 1
    ):  # up to a permutation of these neurons, which are interchangeable
        yield {i: (Fraction(n + 1 if n < count else 0),) for n, i in enumerate(pattern.zeros)}


def _outputs(
    network: Any,
    pattern: Any,
    space: AffineSubspace | None,
    weights: dict[int, tuple[Fraction, ...]],
    dead: set[int],
) -> tuple[list[Any], Any] | None:
    """Output weights on the branch, zero for the dead neurons; None if impossible.

    If more of them happen to vanish, the point belongs to a cell of lower rank of the same branch,
    so the minimum is not missed.
    """
    width, c_index = network.width, network.output_bias
    if space is not None:
        fixed = [
            {j: Fraction(1), -1: -v}
            for i in range(width)
            for j, v in zip(network.incoming(i), weights[i], strict=True)
        ]
        cut = space.cut([*fixed, *({i: Fraction(1)} for i in dead)])
        if cut is None:
            return None
        full = cut.section({v: Fraction(3 * n + 2) for n, v in enumerate(cut.free)})
        values: list[Any] = full[:width]
        constant: Any = full[c_index] if c_index is not None else None
    else:
        rows = network.linear_equations(pattern)
        sums = [r for r in rows if all(i < width for i in r)]
        if (
            c_index is None
            and dead.issuperset(pattern.zeros)
            and network.target.constant.is_Rational
        ):
            kappa = network.target.constant  # no neuron with w = 0 is left to carry the constant
            sums.append(
                {**network.others(pattern), CONSTANT: -Fraction(int(kappa.p), int(kappa.q))}
            )
        cut = AffineSubspace.solve(width, [*sums, *({i: Fraction(1)} for i in dead)])
        if cut is None:
            return None
        values = cut.section({v: Fraction(3 * n + 2) for n, v in enumerate(cut.free)})
        solved = _solve_constant(network, pattern, weights, dead, values)
        if solved is None:
            return None
        values, constant = solved
    return values, constant


def _solve_constant(
    network: Any,
    pattern: Any,
    weights: dict[int, tuple[Fraction, ...]],
    dead: set[int],
    values: list[Any],
) -> tuple[list[Any], Any] | None:
    """Meet the equation for the constant through c, or through a neuron with weight zero."""
    law = network.law
    rest = network.target.constant - sympy.Rational(
        sum((c * values[i] for i, c in network.others(pattern).items()), Fraction(0))
    )
    carriers = {
        i: law.value(sympy.Rational(weights[i][-1])) for i in pattern.zeros if i not in dead
    }
    carried = sympy.Add(*(sympy.Rational(values[i]) * v for i, v in carriers.items()))
    if network.output_bias is not None:
        return values, rest - carried
    usable = [i for i, v in carriers.items() if not is_zero(v)]
    if not usable:
        if is_zero(rest):
            return (values, None)
        return None
    i = usable[0]
    needed = (rest - carried + sympy.Rational(values[i]) * carriers[i]) / carriers[i]
    if is_zero(needed):
        return None
    return [*values[:i], needed, *values[i + 1 :]], None


def rank_by_lemma(
    law: Law, neurons: Sequence[tuple[Any, Any]], inputs: int, bias: bool, output_bias: bool
) -> int:
    r"""The rank at a point by the independence lemma, in linear time.

    The tangent functions are combinations of $N(u \cdot)$, its derivatives, 1 and $x_t$, which are
    independent: $C + (d + [\text{bias}])\,C_a + [1] + d\,[x]$, with C classes, C_a active ones, and
    [1], [x] whether constants and linear functions occur.

    References:
        LSH Corollary 2; docs/proofs.md#counting.
    """
    classes: dict[Any, set[int]] = {}
    active = set()
    one, linear = output_bias, False
    for a, u in neurons:
        if any(u[:inputs]):
            sign, representative = law.class_of(tuple(u))
            classes.setdefault(representative, set()).add(sign)
            if not is_zero(a):
                active.add(representative)
            continue
        b = sympy.Rational(u[-1]) if bias else sympy.Integer(0)
        steep = not is_zero(a) and not is_zero(law.derivative(b))
        one = one or not is_zero(law.value(b)) or (bias and steep)
        linear = linear or steep
    if law.offset and law.parity == "odd":
        one = one or any(len(signs) == 2 for signs in classes.values())
    return len(classes) + (inputs + bias) * len(active) + one + inputs * linear
