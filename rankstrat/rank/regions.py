r"""Piecewise models (ReLU, leaky ReLU, abs, max, ELU): the regions on which they are analytic.

On one region every piecewise function is one of its two branches. A tangent function is then the
family of its restrictions, and linear relations must hold on every region: restricting to the
regions i and forming $\sum_i c_i g|_i$ with indeterminates $c_i$ keeps the dimension of the span.
Leaving regions out can only lose rank. Points where the model is not real belong to no region.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any

import sympy

from rankstrat.algebra.balls import Enclosures
from rankstrat.algebra.differential import laurent
from rankstrat.algebra.needs import Need
from rankstrat.algebra.primes import mix
from rankstrat.algebra.program import FUNCTION, LEAF, PIECEWISE, Program
from rankstrat.algebra.signs import Signs, requirements
from rankstrat.algebra.translate import translate
from rankstrat.errors import DataError, PoleError, UndecidedError
from rankstrat.rank.pieces import Piece
from rankstrat.rank.tangents import Built, Tangents

SAMPLES, SAMPLED_REGIONS, SHORT, AGAIN = 400, 48, 400, 3


@dataclass(frozen=True)
class Region:
    """An open region: the sign of every argument of a piecewise function, and a rational point
    inside.

    An argument that vanishes on the whole region has the sign 0. The point gives the free variables
    of the piece of the domain in which the region lies.
    """

    signs: tuple[tuple[int, int], ...]
    point: tuple[Any, ...]
    piece: Piece = field(default=Piece(), compare=False)


@dataclass(frozen=True)
class Regions:
    """Some regions of a piecewise model; `complete` when their closures cover the domain."""

    members: tuple[Region, ...]
    complete: bool


class Site(Tangents):
    """The tangent functions on one piece of the domain, with what must be positive there.

    Attributes:
        inside: nodes that are positive on the domain as it was declared.
    """

    inside: tuple[int, ...] = ()
    needs: tuple[Need, ...] = ()
    """What must be positive where the model as it was written is real, unless its form shows that
    it is."""
    listed: list[Region] | None = None
    """All regions, once they are listed."""

    @classmethod
    def of(cls, base: Tangents) -> Site:
        """The site of tangent functions that are specialised to a piece."""
        site = cls.__new__(cls)
        site.__dict__.update(base.__dict__)
        site.inside = domain_nodes(site)
        site.needs = (*open_needs(site), *domain_needs(site))
        return site

    @property
    def demands(self) -> tuple[int, ...]:
        """What must be positive somewhere for the outputs to be real."""
        return (*requirements(self.program, self.outputs), *(need.node for need in self.needs))

    def below(self) -> tuple[int, ...]:
        """The tangent functions, the outputs, and what they need."""
        needed = (n for need in self.needs for n in (need.guard, need.node))
        return (*super().below(), *needed)

    @property
    def is_restricted(self) -> bool:
        """Whether the model may fail to be real, or a domain was declared."""
        signs = Signs(self.program, leaf_signs(self))
        needed = (*self.inside, *self.demands)
        return any(signs.sure(n) != 1 for n in needed)


def domain_nodes(base: Tangents) -> tuple[int, ...]:
    """The left sides of the conditions h > 0 of a domain in the free variables of a piece."""
    model = base.chart.model
    forms = model.domain.forms
    if not forms:
        return ()
    program = base.program
    values = translate(program, list(forms), _free_variables(base))
    return tuple(n for n in values if program.value(n) is None)


def _free_variables(base: Tangents) -> dict[sympy.Symbol, int]:
    """Nodes of the inputs in the free variables of a piece, and of the constants."""
    model, program = base.chart.model, base.program
    leaves = [program.leaf(("x", k)) for k in range(len(model.inputs))]
    nodes = base.piece.images(program, leaves)
    known = {s: nodes[k] for k, s in enumerate(model.inputs)}
    return known | {s: program.leaf(("u", s)) for s in model.constants}


def domain_needs(site: Site) -> tuple[Need, ...]:
    """The needs of the conditions of a domain, which hold where they are real: sqrt(x) > -1 is
    x > 0.
    """
    sides = [side for c in site.chart.model.domain.conditions for side in (c.gts, c.lts)]
    needed: list[Need] = []
    translate(site.program, sides, _free_variables(site), needed=needed)
    signs = Signs(site.program, leaf_signs(site))
    return tuple(need for need in needed if signs.sure(need.node) != 1)


def open_needs(site: Site) -> tuple[Need, ...]:
    """The needs of the model at the chart that are not met at sight."""
    program, images = site.program, site.images
    signs = Signs(program, leaf_signs(site))
    found: dict[Need, None] = {}
    for need in site.chart.model.compiled.needs:
        here = Need(images[need.guard], images[need.node], need.strict)
        flat = program.value(here.node) == 0 and not need.strict
        if here.guard != program.zero and signs.sure(here.node) != 1 and not flat:
            found[here] = None
    return tuple(found)


def leaf_signs(base: Tangents) -> dict[Any, int]:
    """Signs of coordinates and constants by their assumptions."""
    symbols = (*base.chart.coordinates, *base.chart.model.constants)
    signs = {
        ("u", s): 1 if s.is_positive else -1 for s in symbols if s.is_positive or s.is_negative
    }
    return dict(signs)


class RegionTangents(Tangents):
    """The tangent functions on given regions, mixed with one indeterminate for each region.

    Attributes:
        parts: sites and regions.
        live: the numbers of those on which some tangent function is not zero at sight.
    """

    def __init__(self, parts: Sequence[tuple[Tangents, Region | None]]) -> None:
        first, program = parts[0][0], Program()
        restricted = [restrict(base, region, program, base.nodes) for base, region in parts]
        super().__init__(first.chart, first.piece, Built(program, _mixed(program, restricted)))
        self.__dict__["integers"] = frozenset[int]().union(*(base.integers for base, _ in parts))
        self.parts = tuple(parts)
        live = [k for k, nodes in enumerate(restricted) if set(nodes) - {program.zero}]
        self.live = tuple(live) or tuple(range(len(parts)))


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


def restrict(
    base: Tangents, region: Region | None, target: Program, roots: Sequence[int]
) -> list[int]:
    """Nodes of the tangent functions' program on one region, in another program."""
    signs = dict(region.signs) if region is not None else {}

    def resolved(node: int, argument: int) -> int:
        name, sign = base.program.data[node], signs.get(base.program.args[node][0])
        if sign is None or name not in PIECEWISE:
            return target.function(name, argument)
        return branch(target, name, argument, sign)

    done = base.program.rebuild(roots, target, {}, function=resolved)
    nodes = [done[n] for n in roots]
    return _resolved_again(target, nodes, {done[a]: s for a, s in signs.items() if a in done})


def _resolved_again(program: Program, nodes: list[int], signs: Mapping[int, int]) -> list[int]:
    """The nodes without kinks that are there for the first time on a region, where they have a
    sign: sqrt(x^2 + |x|^2) is 2^(1/2) |x| once |x| is x.
    """
    known = dict[int, int]()
    for argument, sign in signs.items():
        if program.value(argument) is None:
            c, core = program.content(argument)
            known[core] = sign if c > 0 else -sign

    def resolved(node: int, argument: int) -> int:
        c, core = program.content(argument)
        name = program.data[node]
        if name not in PIECEWISE or core not in known:
            return program.function(name, argument)
        return branch(program, name, argument, known[core] if c > 0 else -known[core])

    for _ in range(AGAIN if known else 0):
        met = program.reachable(nodes)
        if not any(program.kind[n] == FUNCTION and program.data[n] in PIECEWISE for n in met):
            break
        done = program.rebuild(nodes, program, {}, function=resolved)
        nodes = [done[n] for n in nodes]
    return nodes


def starts(base: Tangents, region: Region | None) -> bool:
    """Whether the radicand of a root vanishes on a region at the chart, and may be negative at
    parameters around it, as that of b^(3/2) at b = 0.
    """
    compiled, scratch = base.chart.model.compiled, Program()
    source, parameters = compiled.program, set(compiled.parameters)
    needs = [
        need
        for need in compiled.needs
        if not (need.strict or source.nonnegative(need.node))
        and not parameters.isdisjoint(source.reachable((need.node,)))
    ]
    roots = [base.images[n] for need in needs for n in (need.guard, need.node)]
    found = restrict(base, region, scratch, roots)
    return any(
        guard != scratch.zero and laurent(scratch, node, SHORT, {}) == {}
        for guard, node in zip(found[::2], found[1::2], strict=True)
    )


def branch(program: Program, name: Any, argument: int, sign: int) -> int:
    """The branch of relu, abs, sign or step that holds where the argument has the given sign."""
    match name:
        case "relu":
            if sign > 0:
                return argument
            return program.zero
        case "abs":
            return program.scale(sign, argument)
        case "step":
            if sign > 0:
                return program.one
            return program.zero
        case _:
            return program.constant(sign)


class PointSigns:
    """Signs of the arguments of piecewise functions at one rational input, exactly or by balls."""

    def __init__(
        self,
        base: Tangents,
        point: Sequence[Any],
        coordinates: Mapping[Any, int | Fraction] | None = None,
    ) -> None:
        self.base, self.scratch = base, Program()
        values = translate_values(self.scratch, point)
        self.leaves = {base.program.leaf(("x", k)): v for k, v in enumerate(values)}
        self.leaves |= {
            base.program.leaf(key): self.scratch.constant(v)
            for key, v in (coordinates or {}).items()
        }
        self.balls = Enclosures(self.scratch)
        self.signs: dict[int, int] = {}

    def sign(self, node: int) -> int:
        """The sign of a node of the scratch program.

        Raises:
            UndecidedError: a sign cannot be decided at 2048 bits.
        """
        exact = self.scratch.value(node)
        if exact is not None:
            return (exact > 0) - (exact < 0)
        if self._moves(node):
            return self._sign_everywhere(node)
        result = self.balls.sign(node)
        if not result:
            raise UndecidedError(
                "the sign of an argument of a piecewise function is too close to 0; choose another"
                " input"
            )
        return result

    def _moves(self, node: int) -> bool:
        """Whether a node depends on coordinates that have no values."""
        program = self.scratch
        return any(
            program.kind[n] == LEAF and program.data[n][0] == "u"
            for n in program.reachable((node,))
        )

    def _sign_everywhere(self, node: int) -> int:
        """The sign that a node has for almost all values of the coordinates, as (u^2 + 1) x at x.

        Raises:
            UndecidedError: its structure does not show one.
        """
        sign, atoms = Signs(self.scratch, leaf_signs(self.base)).pattern(node)
        if any(map(self._moves, atoms)):
            raise UndecidedError(
                "the sign of an argument of a piecewise function depends on the coordinates; give"
                " a point"
            )
        return sign * prod(map(self.sign, atoms))

    def resolve(self, node: int, argument: int) -> int:
        """The value of a function node, piecewise ones by the sign of their argument."""
        base = self.base
        name, original = base.program.data[node], base.program.args[node][0]
        if name not in PIECEWISE:
            return self.scratch.function(name, argument)
        if original not in self.signs:
            sign = self.sign(argument)
            if sign == 0 and base.depends(original) and not self._vanishes(original):
                raise DataError(
                    "the input lies on the boundary between two regions; choose an input off the"
                    " kinks"
                )
            self.signs[original] = sign
        return branch(self.scratch, name, argument, self.signs[original])

    def meets(self, need: Need, done: Mapping[int, int]) -> bool:
        """Whether a need is met, from the values of its guard and its node."""
        if self.scratch.value(done[need.guard]) == 0:
            return True
        sign = self.sign(done[need.node])
        return sign > 0 or (sign == 0 and not need.strict and self._vanishes(need.node))

    def _vanishes(self, original: int) -> bool:
        """Whether an argument vanishes on the whole region whose signs are known so far."""
        region = Region(tuple(self.signs.items()), ())
        scratch = Program()
        value = restrict(self.base, region, scratch, (original,))[0]
        return laurent(scratch, value, SHORT, {}) == {}


def translate_values(program: Program, point: Sequence[Any]) -> list[int]:
    """Nodes of exact numbers."""
    numbers = [v for v in point if not isinstance(v, int | Fraction)]
    symbolic = iter(translate(program, numbers, {}))
    return [program.constant(v) if isinstance(v, int | Fraction) else next(symbolic) for v in point]


def region_at(
    base: Site,
    point: Sequence[Any],
    coordinates: Mapping[Any, int | Fraction] | None = None,
) -> Region:
    """The open region that contains an input, given by the free variables of the piece.

    Args:
        base: the tangent functions on a piece of the domain.
        point: the free variables.
        coordinates: values of the coordinates of the chart by leaf key, if there are any.

    Raises:
        DataError: the input lies on the boundary of regions, or outside the domain.
        UndecidedError: a sign cannot be decided at 2048 bits.
    """
    found = PointSigns(base, point, coordinates)
    kinks = base.piecewise()
    needed = [n for need in base.needs for n in (need.guard, need.node)]
    roots = (*kinks, *base.inside, *base.outputs, *needed)
    done = base.program.rebuild(roots, found.scratch, found.leaves, function=found.resolve)
    if any(found.sign(done[n]) <= 0 for n in base.inside):
        raise DataError("the input lies outside the domain of the model; choose another one")
    demands = requirements(found.scratch, [done[n] for n in base.outputs])
    if any(found.sign(n) <= 0 for n in demands) or not all(
        found.meets(need, done) for need in base.needs
    ):
        raise DataError("the model is not real at this input; choose another one")
    arguments = {base.program.args[n][0] for n in kinks}
    signs = tuple(sorted((n, found.signs[n]) for n in arguments))
    return Region(signs, tuple(point), base.piece)


def sampled_regions(base: Site, seed: int) -> list[Region]:
    """Regions of random inputs of the domain."""
    found: dict[tuple[tuple[int, int], ...], Region] = {}
    for i in range(SAMPLES):
        point = random_point(base, seed, i)
        if point is None:
            break
        try:
            region = region_at(base, point)
        except (UndecidedError, DataError, PoleError):
            continue
        found.setdefault(region.signs, region)
        if len(found) >= SAMPLED_REGIONS:
            break
    return list(found.values())


def random_point(base: Tangents, seed: int, number: int) -> tuple[Any, ...] | None:
    """The free variables of the piece at a random input of the domain, None if none was met."""
    model = base.chart.model
    if not model.domain:
        scale = 16 << (number % 8)
        width = len(model.inputs)
        return tuple(Fraction(mix(seed, 41, number, k) % 4097 - 2048, scale) for k in range(width))
    state = [0]

    def random() -> int:
        state[0] += 1
        return int(mix(seed, 42, number, state[0])) % (1 << 31)

    return base.piece.draw(model, random)


def occurring(base: Site) -> list[int]:
    """Indices of the free variables that occur in the tangent functions, the outputs, or what says
    where they live.
    """
    program = base.program
    keys = [
        program.data[n]
        for n in program.reachable((*base.below(), *base.inside))
        if program.kind[n] == LEAF
    ]
    return sorted(key[1] for key in keys if key[0] == "x")
