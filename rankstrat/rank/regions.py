r"""Piecewise models (ReLU, leaky ReLU, abs, max, ELU): the regions on which they are analytic.

On one region every piecewise function is one of its two branches. A tangent function is then the
family of its restrictions, and linear relations must hold on every region: restricting to the
regions i and forming $\sum_i c_i g|_i$ with indeterminates $c_i$ keeps the dimension of the span.
Leaving regions out can only lose rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rankstrat.algebra.arrangement import Hyperplane, Vector, cells
from rankstrat.algebra.balls import sign as ball_sign
from rankstrat.algebra.differential import laurent
from rankstrat.algebra.modular import mix
from rankstrat.algebra.program import Program
from rankstrat.errors import BudgetError, DataError, UndecidedError, UnsupportedFunctionError
from rankstrat.model.model import Chart
from rankstrat.rank.tangents import Built, Tangents

MAX_REGIONS, SAMPLES, SAMPLED_REGIONS = 1_500, 400, 48


@dataclass(frozen=True)
class Region:
    """An open region: the sign of every argument of a piecewise function, and a rational point
    inside.
    """

    signs: tuple[tuple[int, int], ...]
    point: Vector


@dataclass(frozen=True)
class Regions:
    """Some regions of a piecewise model; `complete` when their closures cover the input space."""

    members: tuple[Region, ...]
    complete: bool


class RegionTangents(Tangents):
    """The tangent functions on given regions, mixed with one indeterminate for each region."""

    def __init__(self, base: Tangents, regions: Sequence[Region]) -> None:
        program = Program()
        restricted = [_restrict(base, region, program) for region in regions]
        super().__init__(base.chart, Built(program, _mixed(program, restricted)))


def _mixed(program: Program, restricted: Sequence[list[int]]) -> list[int]:
    """The sums over the regions, with an indeterminate for each if there are several."""
    if len(restricted) == 1:
        return restricted[0]
    mixers = [program.leaf(("mix", ("region", i))) for i in range(len(restricted))]
    return [
        program.linear(
            0, [(1, program.product(((m, 1), (n, 1)))) for m, n in zip(mixers, nodes, strict=True)]
        )
        for nodes in zip(*restricted, strict=True)
    ]


def _restrict(base: Tangents, region: Region, target: Program) -> list[int]:
    signs = dict(region.signs)
    images: dict[int, int] = {}
    for node in base.piecewise():
        argument = base.program.args[node][0]
        value = base.program.rebuild((argument,), target, images)[argument]
        images[node] = branch(target, base.program.data[node], value, signs[argument])
    done = base.program.rebuild(base.nodes, target, images)
    return [done[n] for n in base.nodes]


def branch(program: Program, name: Any, argument: int, sign: int) -> int:
    """The branch of relu, abs, sign or step that holds where the argument has the given sign (the
    lower one at 0).
    """
    match name:
        case "relu":
            return argument if sign > 0 else program.zero
        case "abs":
            return program.scale(1 if sign > 0 else -1, argument)
        case "step":
            return program.one if sign > 0 else program.zero
        case _:
            return program.constant(sign)


def find_regions(base: Tangents, *, seed: int = 0) -> Regions:
    """All regions where the arguments are piecewise affine with rational coefficients, otherwise a
    sample of them.

    Raises:
        UnsupportedFunctionError: the chart has coordinates, on which the regions depend.
    """
    if base.chart.coordinates:
        raise UnsupportedFunctionError(
            "the regions of a piecewise model change with its parameters, so a chart with"
            " coordinates has no single rank; give a point"
        )
    try:
        return Regions(tuple(_enumerate(base)), True)
    except BudgetError:
        return Regions(tuple(_sample(base, seed)), False)


@dataclass
class _State:
    """Planes met so far with their signs, the signs of resolved arguments, and a point inside."""

    planes: list[Hyperplane]
    sides: tuple[int, ...]
    signs: dict[int, int]
    point: Vector


def _enumerate(base: Tangents) -> list[Region]:
    dimension = len(base.chart.model.inputs)
    start = _State([], (), {}, (Fraction(0),) * dimension)
    layers = _layers(base)
    states = [start]
    for layer in layers:
        states = [new for state in states for new in _refine(base, state, layer, dimension)]
        if len(states) > MAX_REGIONS:
            raise BudgetError(f"the model has more than {MAX_REGIONS} regions")
    return [Region(tuple(sorted(s.signs.items())), s.point) for s in states]


def _layers(base: Tangents) -> list[list[int]]:
    """Arguments of piecewise functions by nesting depth."""
    program, depth = base.program, dict[int, int]()
    inside = set(base.piecewise())
    for node in program.reachable(base.nodes):
        depth[node] = max((depth[a] for a in program.args[node]), default=0) + (node in inside)
    result: dict[int, list[int]] = {}
    for node in sorted(inside):
        argument = program.args[node][0]
        layer = result.setdefault(depth[node], [])
        if argument not in layer:
            layer.append(argument)
    return [result[k] for k in sorted(result)]


def _refine(base: Tangents, state: _State, layer: Sequence[int], dimension: int) -> list[_State]:
    scratch = Program()
    images = _resolved(base, state.signs, scratch)
    values = base.program.rebuild(layer, scratch, images)
    planes, owners, signs = list(state.planes), list[int](), dict(state.signs)
    for argument in layer:
        if argument in signs:
            continue
        plane = _affine(scratch, values[argument], dimension)
        if isinstance(plane, int):
            signs[argument] = plane
        else:
            planes.append(plane)
            owners.append(argument)
    if not owners:
        return [_State(state.planes, state.sides, signs, state.point)]
    known = len(state.sides)
    return [
        _State(planes, sides, signs | dict(zip(owners, sides[known:], strict=True)), point)
        for sides, point in cells(planes, dimension).items()
        if sides[:known] == state.sides
    ]


def _resolved(base: Tangents, signs: Mapping[int, int], scratch: Program) -> dict[int, int]:
    images: dict[int, int] = {}
    for node in base.piecewise():
        argument = base.program.args[node][0]
        if argument in signs:
            value = base.program.rebuild((argument,), scratch, images)[argument]
            images[node] = branch(scratch, base.program.data[node], value, signs[argument])
    return images


def _affine(program: Program, node: int, dimension: int) -> Hyperplane | int:
    """The affine form of a node, or the sign of a constant one."""
    terms = laurent(program, node, 400, {})
    normal, offset = [Fraction(0)] * dimension, Fraction(0)
    for monomial, c in (terms or {}).items():
        key = program.data[monomial[0][0]] if len(monomial) == 1 and monomial[0][1] == 1 else None
        if not monomial:
            offset = Fraction(c)
        elif isinstance(key, tuple) and key[0] == "x":
            normal[key[1]] = Fraction(c)
        else:
            terms = None
            break
    if terms is None:
        inputs = [
            n
            for n in program.reachable((node,))
            if isinstance(program.data[n], tuple) and program.data[n][0] == "x"
        ]
        sign = 0 if inputs else ball_sign(program, node, {})
        if not sign:
            raise BudgetError("an argument of a piecewise function is not affine in the inputs")
        return sign
    if not any(normal):
        return (offset > 0) - (offset < 0)
    return Hyperplane(tuple(normal), offset)


def _sample(base: Tangents, seed: int) -> list[Region]:
    found: dict[tuple[tuple[int, int], ...], Region] = {}
    dimension = len(base.chart.model.inputs)
    for i in range(SAMPLES):
        scale = 16 << (i % 8)
        point = tuple(Fraction(mix(seed, 41, i, k) % 4097 - 2048, scale) for k in range(dimension))
        try:
            region = region_at(base, point)
        except (UndecidedError, DataError):
            continue
        found.setdefault(region.signs, region)
        if len(found) >= SAMPLED_REGIONS:
            break
    return list(found.values())


def region_at(base: Tangents, point: Sequence[Fraction]) -> Region:
    """The open region that contains a rational input.

    Raises:
        DataError: the input lies on the boundary of regions.
        UndecidedError: a sign cannot be decided at 2048 bits.
    """
    scratch = Program()
    images = {base.program.leaf(("x", k)): scratch.constant(v) for k, v in enumerate(point)}
    signs: dict[int, int] = {}
    for node in base.piecewise():
        argument = base.program.args[node][0]
        value = base.program.rebuild((argument,), scratch, images)[argument]
        if argument not in signs:
            signs[argument] = _sign_at(base, argument, scratch, value)
        images[node] = branch(scratch, base.program.data[node], value, signs[argument])
    return Region(tuple(sorted(signs.items())), tuple(point))


def _sign_at(base: Tangents, argument: int, scratch: Program, value: int) -> int:
    exact = scratch.value(value)
    if exact is None:
        result = ball_sign(scratch, value, {})
        if not result:
            raise UndecidedError(
                "the sign of an argument of a piecewise function is too close to 0; choose another"
                " input"
            )
        return result
    if exact == 0 and base.depends(argument):
        raise DataError(
            "the input lies on the boundary between two regions; choose an input off the kinks"
        )
    return (exact > 0) - (exact < 0)


def tangents_of(
    chart: Chart, region: Sequence[Fraction] | None, *, seed: int = 0
) -> tuple[Tangents, Tangents, Regions | None]:
    """The tangent functions the rank is about, those as written, and the regions of a piecewise
    model.

    Args:
        chart: a point or chart.
        region: an input; then only the region that contains it counts.
        seed: names the sampled inputs where the regions cannot be enumerated.
    """
    base = Tangents(chart)
    if not base.piecewise():
        return base, base, None
    regions = (
        find_regions(base, seed=seed)
        if region is None
        else Regions((region_at(base, region),), True)
    )
    if not regions.members:
        raise UndecidedError(
            "no region of the piecewise model could be certified; change the parameters slightly"
        )
    return RegionTangents(base, regions.members), base, regions
