r"""What a rank is about: the tangent functions on all pieces and regions of the domain, or on one
region.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rankstrat.algebra.primes import mix
from rankstrat.algebra.program import FUNCTION, LEAF
from rankstrat.algebra.signs import Signs, requirements
from rankstrat.deadline import half
from rankstrat.errors import (
    BudgetError,
    DataError,
    OutOfTimeError,
    PointError,
    PoleError,
    UndecidedError,
    UnsupportedFunctionError,
)
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import listed
from rankstrat.rank.cells import all_regions
from rankstrat.rank.counting import symmetry_bound
from rankstrat.rank.draws import coordinate_keys, drawn_coordinates
from rankstrat.rank.kinks import (
    UNDECIDED,
    CancellingKinksError,
    is_differentiable,
    kinks_are_harmless,
)
from rankstrat.rank.lower_bounds import row_count, sampled_rank
from rankstrat.rank.patterns import PatternTangents, pattern_tangents
from rankstrat.rank.pieces import Piece, coarse_pieces, periods, piece_at, residue_pieces
from rankstrat.rank.real_values import RealValues
from rankstrat.rank.regions import (
    Region,
    Regions,
    RegionTangents,
    Site,
    leaf_signs,
    random_point,
    region_at,
    sampled_regions,
    starts,
)
from rankstrat.rank.sides import has_patterns
from rankstrat.rank.tangents import Tangents
from rankstrat.rank.vanishing import needs_hypotheses

EXTRA_POINTS, WITNESSES, INSTANCES, COARSE = 8, 200, 6, 4
FINE, HALVES = 1024, 2
"""Denominators of random coordinates."""
EXPENSIVE, MANY_KINKS, MOST_COMPARED = 600_000, 8, 3_000


@dataclass(frozen=True)
class Setting:
    """The tangent functions of a chart on its domain.

    Attributes:
        tangents: those the rank is about.
        written: those as written, before piecewise functions are resolved.
        regions: the regions of a piecewise model, else None.
    """

    tangents: Tangents
    written: Tangents
    regions: Regions | None
    sites: tuple[Site, ...]
    seed: int = 0
    largest: bool = False
    """Whether the regions change with the coordinates, so that the rank is the largest one."""
    at: tuple[Any, ...] = ()
    """The coordinates at which regions were chosen, if they change with them."""

    @cached_property
    def differentiable(self) -> bool | None:
        """Whether the model is differentiable at the chart for almost every input (None: not
        decided).
        """
        seen, _ = self._decided
        complete = self.regions is None or self.regions.complete
        return None if seen and not complete else seen

    @property
    def cancelling(self) -> str:
        """Why the tangent functions, whose slopes at kinks are 0, are not the derivatives; empty
        where they are, and where the model is not differentiable.
        """
        return self._decided[1]

    @property
    def smooth_where_seen(self) -> bool:
        """Whether the model is differentiable at the chart at the inputs that a lower bound of the
        rank rests on.
        """
        return self._decided[0] is True

    @cached_property
    def _decided(self) -> tuple[bool | None, str]:
        try:
            return self._differentiable(), ""
        except CancellingKinksError as error:
            return None, str(error)

    def _differentiable(self) -> bool | None:
        """Whether the model is differentiable for almost every input of the known regions."""
        model = self.tangents.chart.model
        given = getattr(self.written, "parts", ((self.written, None),))
        if self.regions is not None:
            assert isinstance(self.tangents, RegionTangents | PatternTangents)
            given = self.tangents.parts
        smooth: bool | None = True
        if model.compiled.piecewise:
            origin = (0,) * len(model.inputs)
            parts = [
                (base, Region((), _met(base, self.seed) or origin) if r is None else r)
                for base, r in given
            ]
            smooth = is_differentiable(parts, seed=self.seed)
            if smooth is not False and self.regions is not None and not self.regions.complete:
                bases = {id(base): base for base, _ in given}
                if not all(map(kinks_are_harmless, bases.values())):
                    raise CancellingKinksError(UNDECIDED)
        return None if smooth and any(starts(base, r) for base, r in given) else smooth


def _met(base: Tangents, seed: int) -> tuple[Any, ...] | None:
    """An input of the domain, in the free variables of a piece."""
    if isinstance(base, Site) and base.is_restricted:
        return witness(base, seed)
    return random_point(base, seed, 0)


def at_kink(chart: Chart, *, seed: int = 0) -> bool:
    """Whether a model is not differentiable at a point for inputs of positive measure, or at all
    without inputs.
    """
    if not chart.model.compiled.piecewise:
        return False
    return setting(chart, None, seed=seed).differentiable is False


def has_tangents(chart: Chart, *, seed: int = 0) -> bool:
    r"""Whether the model is seen to be differentiable at the chart where its rank is, so that
    $F(\theta + h) = F(\theta) + DF\,h + o(h)$ there.
    """
    if not chart.model.compiled.piecewise:
        return True
    return setting(chart, None, seed=seed).smooth_where_seen


def has_gradient(chart: Chart, *, seed: int = 0) -> bool | None:
    """Whether a model has the gradient with slope 0 at kinks at almost every point of a chart, for
    almost every input; None where that is not seen, as where kinks cancel.
    """
    if not chart.model.compiled.piecewise:
        return True
    here = Tangents(chart)
    vanishing = any(here.images[h] == here.program.zero for _, h in chart.model.compiled.piecewise)
    # regions are looked at only where a kink may matter
    if not vanishing or kinks_are_harmless(here):
        return True
    return setting(chart, None, seed=seed).differentiable


def setting(chart: Chart, region: Sequence[Any] | None, *, seed: int = 0) -> Setting:
    """The tangent functions the rank is about, those as written, and the regions of a piecewise
    model.

    Args:
        chart: a point or chart.
        region: an input; then only the region that contains it counts.
        seed: names the sampled inputs where the regions cannot be enumerated.

    Raises:
        PoleError: the model is real nowhere on its domain.
        UndecidedError: no input was found at which the model is real.
    """
    sites = sites_of(chart)
    RealValues.of(sites[0]).demand(seed)
    piecewise = any(site.piecewise() for site in sites)
    if not piecewise:
        for site in sites:
            if site.is_restricted:
                _demand_inputs(site, seed)
    if region is not None:
        return _at_region(sites, region, piecewise, seed)
    written = sites[0] if len(sites) == 1 else RegionTangents([(s, None) for s in sites])
    if not piecewise:
        return Setting(written, written, None, tuple(sites))
    if any(moves(site) for site in sites):
        return _instance(sites, written, seed)
    return _everywhere(sites, written, seed)


def _instance(sites: Sequence[Site], written: Tangents, seed: int) -> Setting:
    """The setting at the best of a few random points of a chart whose regions move."""
    chart = sites[0].chart
    if chart.model.constants:
        raise UnsupportedFunctionError(
            "the regions of a piecewise model change with its constants; numbers are needed; give"
            " them values"
        )
    best: tuple[int, Setting, tuple[Any, ...]] | None = None
    bound = symmetry_bound(written, seed)
    # a fine fraction in an exponent is a root that few primes have
    for number in range(INSTANCES + COARSE):
        if number >= INSTANCES and best is not None:
            break
        keys = [("u", c) for c in chart.coordinates]
        below = FINE if number < INSTANCES else HALVES
        values = drawn_coordinates(sites[0], keys, seed, number, below=below)
        try:
            point = chart.at({c: values["u", c] for c in chart.coordinates})
            there = sites_of(point)
            RealValues.of(there[0]).demand(seed)
            if _root_begins(sites[0], there[0]):
                continue
            found = _everywhere(there, written, seed)
            rank = _quick_rank(found.tangents, seed)
        except (UndecidedError, PoleError, PointError):  # of sqrt(u), where u is negative
            continue
        if best is None or rank > best[0]:
            best = rank, found, tuple(values.values())
        if rank == bound:
            break
    if best is None:
        raise UndecidedError(
            "no region of the piecewise model could be certified at random points of the chart;"
            " give a point"
        )
    _, found, at = best
    return Setting(found.tangents, written, found.regions, tuple(sites), seed, True, at)


def _root_begins(site: Site, there: Site) -> bool:
    """Whether what must be positive is 0 at coordinates alone, as at no others near them."""
    nodes = [need.node for need in site.chart.model.compiled.needs]
    return any(
        there.program.value(there.images[n]) == 0 and site.program.value(site.images[n]) != 0
        for n in nodes
    )


def _quick_rank(tangents: Tangents, seed: int) -> int:
    """A lower bound for the rank from one small prime."""
    live = [i for i, n in enumerate(tangents.nodes) if n != tangents.program.zero]
    tower = tangents.tower(live, seed=seed)
    return sampled_rank(tower, live, row_count(tangents, len(live)), seed=seed, attempt=0).rank()


def _everywhere(sites: Sequence[Site], written: Tangents, seed: int) -> Setting:
    if len(sites) == 1 and not sites[0].integers:
        patterns = _patterns(sites[0], seed)
        if patterns is not None:
            few = Regions(tuple(r for _, r in patterns.parts), False)
            return Setting(patterns, patterns, few, tuple(sites), seed)
    parts, complete = regions_of(sites, seed)
    if not parts:
        if complete:
            raise _nowhere()
        raise UndecidedError(
            "no region of the piecewise model could be certified; change the parameters slightly"
        )
    members = tuple(r for _, r in parts)
    return Setting(RegionTangents(parts), written, Regions(members, complete), tuple(sites), seed)


def _at_region(sites: Sequence[Site], at: Sequence[Any], piecewise: bool, seed: int) -> Setting:
    model = sites[0].chart.model
    piece, point = piece_at(model, [site.piece for site in sites], at)
    site = next(s for s in sites if s.piece is piece)
    if not piecewise:
        every = sites[0] if len(sites) == 1 else RegionTangents([(s, None) for s in sites])
        return Setting(every, every, None, tuple(sites))
    if moves(site):
        raise UnsupportedFunctionError(
            "the regions of a piecewise model change with its parameters, and a chart with"
            " coordinates was given; a point is needed; give a point"
        )
    if site.integers:
        raise UnsupportedFunctionError(
            "the region of an integer input was asked for; regions are open sets of real inputs;"
            " declare the input real"
        )
    found = region_at(site, point)
    return Setting(RegionTangents([(site, found)]), site, Regions((found,), True), (site,), seed)


def sites_of(chart: Chart) -> list[Site]:
    """The tangent functions on every piece of the domain."""
    return [site for piece in coarse_pieces(chart.model) for site in _sites_on(chart, piece)]


def _sites_on(chart: Chart, piece: Piece) -> list[Site]:
    try:
        base = Tangents(chart, piece)
        found = {}
        if base.integers:
            found = periods(base.program, (*base.nodes, *base.outputs), base.integers)
        if not found:
            return [Site.of(base)]
        return [Site.of(Tangents(chart, fine)) for fine in residue_pieces(piece, found)]
    except PoleError as error:
        if not piece.values or not _is_pole(chart.model, piece):
            raise
        inputs = chart.model.inputs
        here = listed(f"{inputs[i]} = {v}" for i, v in sorted(piece.values.items()))
        raise PoleError(
            f"{error}; this is met at the listed input {here}: leave it out, or give the values at"
            " the listed inputs, which sympy may know there, as outputs of a model without inputs"
        ) from None


def _is_pole(model: Model, piece: Piece) -> bool:
    """Whether the pole is there for all parameters."""
    try:
        Site.of(Tangents(model.generic(), piece))
    except PoleError:
        return True
    return False


def moves(site: Site) -> bool:
    """Whether the regions of a piecewise model, or where it is real, change with the coordinates of
    the chart.
    """
    program = site.program
    signs = Signs(program, leaf_signs(site))
    arguments = {program.args[n][0] for n in site.piecewise()}
    arguments |= set(site.demands)
    atoms = {a for n in arguments for a in signs.pattern(n)[1]}
    return any(
        program.kind[n] == LEAF and program.data[n][0] == "u" for n in program.reachable(atoms)
    )


def _patterns(site: Site, seed: int) -> PatternTangents | None:
    """Patterns of random inputs, for a model that is large or whose regions are not enumerated."""
    if not site.piecewise() or not has_patterns(site):
        return None
    found = pattern_tangents(site, seed)
    if found is None or _needs_balls(found, seed):
        return None
    kinks = len(site.piecewise())
    if kinks >= MANY_KINKS and len(found.nodes) <= MOST_COMPARED:
        # generic points are settled without a list of regions
        if _quick_rank(found, seed) == symmetry_bound(found, seed):
            return found
    most = EXPENSIVE // len(site.program)
    if most:
        try:
            with half():
                if all_regions(site, most):
                    return None
        except (BudgetError, OutOfTimeError):
            return found
    return found


def _needs_balls(tangents: PatternTangents, seed: int) -> bool:
    """Whether residues prove nothing; balls need inputs of the regions, which patterns forget."""
    program = tangents.program
    kinds = (program.kind[n] for n in program.reachable(tangents.nodes))
    if FUNCTION not in kinds:
        return False
    live = [i for i, n in enumerate(tangents.nodes) if n != program.zero]
    return needs_hypotheses(tangents.tower(live, seed=seed))


def regions_of(sites: Sequence[Site], seed: int) -> tuple[list[tuple[Tangents, Region]], bool]:
    """The regions of every site, and whether these are all."""
    parts: list[tuple[Tangents, Region]] = []
    complete = True
    for site in sites:
        if site.integers:
            parts += _integer_points(site, seed)
            complete = False
            continue
        try:
            parts += [(site, region) for region in all_regions(site)]
        except BudgetError:
            parts += [(site, region) for region in sampled_regions(site, seed)]
            complete = False
    return parts, complete


def _integer_points(site: Site, seed: int) -> list[tuple[Tangents, Region]]:
    """Single integer inputs, each with the region of the other inputs around a random point."""
    model = site.chart.model
    found: dict[Any, tuple[Tangents, Region]] = {}
    wanted = len(model.parameters) + EXTRA_POINTS
    for number in range(8 * wanted):
        drawn = model.domain.draw(model.inputs, _stream(seed, number))
        if drawn is None or site.piece.coordinates(drawn) is None:
            continue
        values = dict(site.piece.values) | {k: drawn[k] for k in site.integers}
        piece = Piece(values, site.piece.spheres)
        point = piece.coordinates(drawn)
        assert point is not None
        try:
            here = Site.of(Tangents(site.chart, piece))
            region = region_at(here, point)
        except (DataError, UndecidedError, PoleError):
            continue
        found.setdefault((tuple(sorted(values.items())), region.signs), (here, region))
        if len(found) >= wanted:
            break
    return list(found.values())


def _stream(seed: int, number: int) -> Any:
    state = [0]

    def random() -> int:
        state[0] += 1
        return int(mix(seed, 43, number, state[0])) % (1 << 31)

    return random


def _demand_inputs(site: Site, seed: int) -> None:
    """Refuse a model that is real nowhere on a piece of its domain."""
    if witness(site, seed) is None:
        raise UndecidedError(
            "no input was found at which the model is real; declare where its inputs live, as"
            ' domain={x: "x > 10"}'
        )


def _nowhere() -> PoleError:
    return PoleError(
        "the model is real at no input of its domain; logarithms and roots of positive functions"
        " are needed; correct the model or its domain"
    )


def witness(site: Site, seed: int) -> tuple[Any, ...] | None:
    """The free variables at an input around which the model is real, for some coordinates of the
    chart.

    Raises:
        PoleError: there is none.
    """
    signs = Signs(site.program, leaf_signs(site))
    needed = (*site.inside, *requirements(site.program, site.outputs))
    needed += tuple(n.node for n in site.needs if n.guard == site.program.one and n.strict)
    if any(signs.sure(n) in (-1, 0) for n in needed):
        raise _nowhere()
    keys = coordinate_keys(site)
    if not keys and not site.integers:
        try:
            regions = all_regions(site)
        except BudgetError:
            regions = None
        if regions is not None:
            if not regions:
                raise _nowhere()
            return regions[0].point
    values = RealValues.of(site)
    for number in range(WITNESSES):
        point = random_point(site, seed, number)
        if point is None:
            return None
        coordinates = values.draw(keys, seed, number)
        if coordinates is None:
            continue
        try:
            return region_at(site, point, coordinates).point
        except (DataError, UndecidedError, PoleError):
            continue
    return None
