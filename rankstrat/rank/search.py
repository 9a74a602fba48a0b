r"""The engine behind `model_rank`: from a chart to bounds, a minor, relations and hypotheses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from numbers import Integral
from typing import Any

from rankstrat.algebra.degrees import failure_probability
from rankstrat.algebra.elimination import RankProfile
from rankstrat.algebra.generators import FUNCTION_STAGE
from rankstrat.algebra.powers import shown
from rankstrat.algebra.primes import mix
from rankstrat.algebra.tower import Tower
from rankstrat.errors import DataError, OutOfTimeError, PoleError, UndecidedError, demand
from rankstrat.model.model import Chart
from rankstrat.rank.affine_symmetries import symmetries_at
from rankstrat.rank.ball_minors import ball_minor, pivoted_minor
from rankstrat.rank.chained import Chained, can_be_chained, may_be_full
from rankstrat.rank.combinations import function_bound
from rankstrat.rank.counting import monomial_bound, symmetry_bound
from rankstrat.rank.lower_bounds import Minor, Sampled, row_count, sampled_rank
from rankstrat.rank.patterns import PatternTangents
from rankstrat.rank.setting import setting
from rankstrat.rank.tangents import Tangents
from rankstrat.rank.upper_bounds import Nodes, RelationFinder, Relations, class_relations
from rankstrat.rank.vanishing import (
    jumps,
    may_jump,
    needs_hypotheses,
    require_nonzero,
    vanishes_at_primes,
)
from rankstrat.text.spoken import Spoken

MOST_LIFTED = 60
ATTEMPTS, ERROR_GOAL, ERROR_LIMIT, LARGE_PRIMES = 5, 1e-12, 1e-9, 8


@dataclass(frozen=True)
class UpperBound(Spoken):
    """An upper bound for the rank that was proved elsewhere, as by a verified critical mapping that
    reaches the point.

    Attributes:
        value: the bound.
        reason: one phrase for the certificate.
        holds: recomputes the proof for a chart; it must return True for the bound to be used.
    """

    value: int
    reason: str
    holds: Callable[[Chart], bool] = field(repr=False)

    def __post_init__(self) -> None:
        attempt = "write UpperBound(3, 'a lemma', holds)"
        number = None if isinstance(self.value, bool) else self.value
        demand(number, int, DataError, "a whole number as a bound", attempt)
        demand(self.reason, str, DataError, "a reason in words", attempt)
        if not callable(self.holds):
            raise DataError(
                f"holds = {self.holds!r}; a function that checks a bound is needed; {attempt}"
            )

    def proves(self, chart: Chart) -> bool:
        """Whether the proof holds for a chart; what is merely not empty is no True."""
        return self.holds(chart) is True

    def __str__(self) -> str:
        return f"rank <= {self.value}: {self.reason}"


@dataclass(frozen=True)
class Evidence:
    """What the engine found: bounds with the reasons for them (`relations` by dependent
    parameter).
    """

    lower: int
    upper: int
    reason: str
    minor: Minor | None = None
    relations: Mapping[int, Nodes] = field(default_factory=dict)
    error: float = 0.0
    hypotheses: tuple[str, ...] = ()


def indices(subset: Sequence[int], size: int) -> tuple[int, ...]:
    """Indices of parameters, checked, in ascending order, as certificates are read."""
    demand(
        subset,
        Iterable,
        DataError,
        "a list of indices of parameters",
        f"choose among 0..{size - 1}",
    )
    chosen: tuple[Any, ...] = tuple(subset)
    if any(
        isinstance(i, bool) or not isinstance(i, Integral) or not 0 <= int(i) < size for i in chosen
    ):
        said = ", ".join([shown(i) if isinstance(i, int) else repr(i) for i in chosen])
        raise DataError(
            f"subset = ({said}); indices of parameters are needed; choose among 0..{size - 1}"
        )
    if len(set(chosen)) < len(chosen):
        raise DataError(
            f"subset = {chosen} lists an index twice; different ones are needed; leave it out"
        )
    return tuple(sorted(map(int, chosen)))


class Analysis:
    """The tangent functions of a chart, reduced to one representative for each class of
    proportional ones.
    """

    def __init__(
        self,
        chart: Chart,
        seed: int,
        region: Sequence[Fraction] | None = None,
        subset: Sequence[int] | None = None,
    ) -> None:
        self.chart, self.seed = chart, seed
        self.best: tuple[Sampled, RankProfile] | None = None
        """The largest rank met so far."""
        self.setting = setting(chart, region, seed=seed)
        self.tangents, self.written = self.setting.tangents, self.setting.written
        self.regions = self.setting.regions
        for tangents in (self.tangents, self.written):
            tangents.chosen = (
                tangents.chosen if subset is None else indices(subset, chart.model.size)
            )

    def require_defined(self) -> None:
        """Prove that the model is defined on the chart.

        Raises:
            PoleError: it is not.
            UndecidedError: that was not decided.
        """
        for site in self.setting.sites:
            require_nonzero(site.program, site.divisors, self.seed)

    @cached_property
    def representatives(self) -> dict[int, int]:
        """Core -> a parameter of its class whose constant factor is certainly not identically
        zero.
        """
        tangents, result = self.tangents, dict[int, int]()
        unclear: dict[int, list[int]] = {}
        for core, members in tangents.classes.items():
            sure = next((i for i in members if tangents.constant_is_monomial(i)), None)
            if sure is not None:
                result[core] = sure
            else:
                unclear[core] = members
        for core, members in unclear.items():
            sure = next(
                (i for i in members if not is_identically_zero(tangents, i, self.seed)), None
            )
            if sure is not None:
                result[core] = sure
        return result

    @cached_property
    def parameters(self) -> list[int]:
        """The representatives, and every member of a class whose constants all seem to vanish,
        ascending.
        """
        known = self.representatives
        vanishing = [
            i
            for core, members in self.tangents.classes.items()
            if core not in known
            for i in members
        ]
        return sorted([*known.values(), *vanishing])

    @cached_property
    def nodes(self) -> list[int]:
        """The columns: tangent functions without their constant factors, which are known not to
        vanish.
        """
        tangents, representatives = self.tangents, set(self.representatives.values())
        cores = {i: c.core for i, c in enumerate(tangents.columns) if c and i in representatives}
        return [cores.get(i, tangents.nodes[i]) for i in self.parameters]

    @cached_property
    def tower(self) -> Tower:
        """The representatives over independent generators."""
        tower = Tower(self.tangents.program, self.nodes, seed=self.seed)
        if isinstance(self.tangents, PatternTangents):
            tower.sides = self.tangents.sides
        return tower

    @cached_property
    def chained(self) -> Chained | None:
        """The tangent functions by the chain rule, where they can be had so."""
        alone = self.regions is None and not self.setting.largest
        if not alone or self.written is not self.tangents or not can_be_chained(self.tangents):
            return None
        found = Chained(self.tangents, self.seed)
        return found if found.is_decided else None

    def _full(self) -> Evidence | None:
        """Full rank by the chain rule, where it is to be expected."""
        if not can_be_chained(self.tangents) or not may_be_full(self.tangents):
            return None
        try:
            minor = self.chained.full_minor() if self.chained is not None else None
        except (PoleError, UndecidedError):  # of this road; the other one may be open
            return None
        size = len(self.tangents.chosen)
        return None if minor is None else Evidence(size, size, "parameters", minor)

    @cached_property
    def ceiling(self) -> int | None:
        """The dimension of the output space, for models without inputs."""
        if self.chart.model.inputs:
            return None
        return self.chart.model.output_count

    @cached_property
    def full(self) -> int:
        """The largest rank that representatives allow; counting too, where explicit relations would
        be many.
        """
        count = len(self.parameters)
        bounds = [count] if self.ceiling is None else [count, self.ceiling]
        if count > MOST_LIFTED or self.setting.largest:
            bounds += [bound for bound, _ in self.counted]
        return min(bounds)

    @cached_property
    def counted(self) -> list[tuple[int, str]]:
        """Upper bounds by counting, each with its reason."""
        bounds = [] if self.ceiling is None else [(self.ceiling, "outputs")]
        if not (self.setting.largest or self.is_sampled):
            monomials = monomial_bound(self.tangents)
            if monomials is not None and self.chart.model.inputs:
                bounds.append((monomials, "monomials"))
        if self.regions is not None:
            bounds.append((self.symmetry_bound, "symmetries"))
        return bounds

    @cached_property
    def symmetry_bound(self) -> int:
        """The bound by scaling symmetries and equal columns, which hold on every region."""
        return symmetry_bound(self.written, self.seed)

    @cached_property
    def affine_bound(self) -> int:
        """The bound by affine symmetries of the model besides."""
        fields = symmetries_at(self.setting.sites, self.seed)
        return symmetry_bound(self.written, self.seed, fields)

    @cached_property
    def function_bound(self) -> int:
        """The bound by functions of which all tangent functions are combinations."""
        found = function_bound(self.written)
        return len(self.written.chosen) if found is None else found

    @property
    def is_sampled(self) -> bool:
        """Whether only some regions were met, and relations on them need not hold everywhere."""
        incomplete = self.regions is not None and not self.regions.complete
        return incomplete and self.written is not self.tangents

    def search(self) -> tuple[int, Minor | None, Relations]:
        """The best rank over a few primes, its minor, and the relations found below full rank."""
        finder = RelationFinder(
            self.tangents,
            self.tower,
            self.parameters,
            seed=self.seed,
            nodes=self.nodes,
            settled=lambda rank: self.affine_bound <= rank or self.function_bound <= rank,
        )
        count = row_count(self.tangents, len(self.parameters))
        found = Relations()
        for attempt in range(ATTEMPTS):
            sampled = sampled_rank(
                self.tower, self.parameters, count, seed=self.seed, attempt=attempt
            )
            profile = sampled.profile()
            better = self.best is None or profile.rank > self.best[1].rank
            if better:
                self.best = sampled, profile
            if profile.rank == self.full:
                found = Relations()
                break
            large = (
                isinstance(self.tangents, PatternTangents) and len(self.parameters) > MOST_LIFTED
            )
            if self.is_sampled or large:
                break
            if attempt == 0:  # a small prime is asked twice before a low rank is believed
                continue
            assert self.best is not None
            if better or attempt == 1:
                found = finder.find(*self.best)
            if not found.refuted and (attempt > 1 or not found.unproved):
                break
        assert self.best is not None
        return self.best[1].rank, self._minor(*self.best), found

    def _minor(self, sampled: Sampled, profile: RankProfile) -> Minor:
        rows = tuple(int(sampled.rows[i]) for i in profile.rows)
        columns = tuple(self.parameters[j] for j in profile.columns)
        return Minor(sampled.prime, sampled.key, rows, columns)

    def so_far(self) -> Evidence:
        """The bounds that an interrupted search has."""
        size = len(self.tangents.chosen)
        upper, reason = size, "parameters"
        if self.ceiling is not None and self.ceiling < size:
            upper, reason = self.ceiling, "outputs"
        if self.best is None or needs_hypotheses(self.tower) or self.at_integers:
            return Evidence(0, upper, reason)
        rank = self.best[1].rank
        return Evidence(rank, upper, reason, self._minor(*self.best) if rank else None)

    def without_tower(self) -> Evidence:
        """The bounds that need no independence of functions, of a model that is defined: a minor
        enclosed by balls, the number of outputs or parameters, symmetries.
        """
        sure, tangents = self.so_far(), self.tangents
        minor, upper, reason = sure.minor, sure.upper, sure.reason
        with suppress(UndecidedError, OutOfTimeError):
            if minor is None:
                live = [i for i in tangents.chosen if tangents.nodes[i] != tangents.program.zero]
                minor = pivoted_minor(tangents, live, seed=self.seed) if live else None
            if self.regions is None and self.affine_bound < upper:
                upper, reason = self.affine_bound, "affine symmetries"
            if self.regions is not None and self.symmetry_bound < upper:
                upper, reason = self.symmetry_bound, "symmetries"
        return Evidence(0 if minor is None else len(minor.rows), upper, reason, minor)

    def is_local(self, minor: Minor | None) -> bool:
        """Whether a minor is taken at one point of a chart that may have several parts."""
        return bool(minor and not minor.prime) and may_jump(
            self.tangents.program, self.tangents.nodes
        )

    def is_largest(self, minor: Minor | None) -> bool:
        """Whether the rank may be less on other parts of the chart: the regions move, or its proof
        is a minor at one point, and roots or arctangents may be related elsewhere.
        """
        if self.setting.largest or not self.is_local(minor):
            return self.setting.largest
        try:
            return jumps(self.tower)
        except (UndecidedError, OutOfTimeError):
            return True

    @cached_property
    def at_integers(self) -> bool:
        """Whether functions of integer inputs occur, whose independence at integers residues do
        not show.

        Polynomials that vanish at all integers vanish.
        """
        tower = self.tower
        return bool(self.tangents.integers) and any(
            stage == FUNCTION_STAGE and tower.kind[n] not in ("x", "mix")
            for n, stage in tower.stage.items()
        )

    def evidence(self, extra: Sequence[UpperBound] = ()) -> Evidence:
        """Bounds for the rank, deterministic ones first."""
        full = self._full()
        if full is not None:
            return full
        if not self.parameters and self.setting.largest:
            return Evidence(0, self.symmetry_bound, "symmetries")
        if not self.parameters:  # zero where regions were met, which may not be everywhere
            upper, reason, relations = self._upper(0, Relations())
            return Evidence(0, upper, reason, None, relations)
        rank, minor, found = self.search()
        assert minor is not None
        lower, minor, hypotheses = self._lower(rank, minor)
        upper, reason, relations = self._upper(rank, found)
        if rank == lower < upper and rank <= self.affine_bound < upper:
            upper, reason, relations = self.affine_bound, "affine symmetries", {}
        if rank == lower < upper and rank <= self.function_bound < upper:
            upper, reason, relations = self.function_bound, "functions", {}
        for bound in extra:
            if lower <= bound.value < upper and bound.proves(self.chart):
                upper, reason, relations = bound.value, bound.reason, {}
        error = 0.0
        if rank == lower < upper:
            error = self.schwartz_zippel(rank)
            if error <= ERROR_LIMIT:
                upper, reason = rank, "schwartz-zippel"
            else:
                error = 0.0
        return Evidence(
            lower, upper, reason, minor if lower else None, relations, error, hypotheses
        )

    def _lower(self, rank: int, minor: Minor) -> tuple[int, Minor, tuple[str, ...]]:
        if not rank or not (needs_hypotheses(self.tower) or self.at_integers):
            return rank, minor, ()
        ball = ball_minor(self.tangents, minor.parameters, seed=self.seed)
        hypotheses = tuple(dict.fromkeys(self.tower.hypotheses))
        if ball is None:
            return 0, minor, hypotheses
        return len(ball.rows), ball, () if len(ball.rows) == rank else hypotheses

    def _upper(self, rank: int, found: Relations) -> tuple[int, str, dict[int, Nodes]]:
        size = len(self.tangents.chosen)
        if self.setting.largest:
            bound, reason, relations = size, "parameters", dict[int, Nodes]()
        elif self.is_sampled:
            bound, reason, relations = self._upper_as_written()
        else:
            bound, reason, relations = self._upper_by_relations(size, found)
        value, other = min(self.counted, default=(size, ""))
        return (value, other, {}) if value < bound else (bound, reason, relations)

    def _upper_by_relations(self, size: int, found: Relations) -> tuple[int, str, dict[int, Nodes]]:
        relations = class_relations(self.tangents, self.representatives) | found.proved
        bound = size - len(relations)
        return bound, "relations" if relations else "parameters", relations

    def _upper_as_written(self) -> tuple[int, str, dict[int, Nodes]]:
        """Without all regions only relations that hold whatever the branches are count."""
        representatives = {core: members[0] for core, members in self.written.classes.items()}
        sure = all(self.written.constant_is_monomial(i) for i in representatives.values())
        relations = {}
        for i, relation in (class_relations(self.written, representatives) if sure else {}).items():
            numbers = {j: self.written.program.value(c) for j, c in relation.coefficients.items()}
            constant = self.tangents.program.constant
            if None not in numbers.values():
                relations[i] = Nodes({j: constant(v) for j, v in numbers.items() if v is not None})
        return (
            len(self.written.chosen) - len(relations),
            "relations" if relations else "parameters",
            relations,
        )

    def schwartz_zippel(self, rank: int) -> float:
        """A bound on the probability that the rank exceeds `rank` although random large primes
        showed no " "larger minor.
        """
        if self.setting.largest or (self.regions is not None and not self.regions.complete):
            return 1.0
        if rank >= self.full:
            return 0.0  # there are no more functions, or outputs
        tower = self.tower
        if tower.opaque:
            return 1.0
        try:
            one = failure_probability(tower.program, tower.roots, rank + 1, 1 << 30)
        except UndecidedError:
            return 1.0
        if one > 0.05:
            return 1.0
        error, program = 1.0, tower.program
        # The primes depend on the model, so that no model can be made from multiples of the primes
        # of a known seed.
        content = repr([(program.args[n], program.data[n]) for n in program.reachable(tower.roots)])
        seed = mix(self.seed, int.from_bytes(sha256(content.encode()).digest()[:8], "big"))
        count = row_count(self.tangents, len(self.parameters))
        for attempt in range(LARGE_PRIMES):
            try:
                sampled: Sampled = sampled_rank(
                    tower, self.parameters, count, seed=seed, attempt=1000 + attempt, large=True
                )
            except PoleError:  # radicals have no roots at large primes
                return 1.0
            if sampled.rank() > rank:
                return 1.0
            error *= one
            if error <= ERROR_GOAL:
                break
        return error


def is_identically_zero(tangents: Tangents, parameter: int, seed: int) -> bool:
    """Whether the constant factor of a tangent function vanishes at random primes; False proves
    that it does not.
    """
    column = tangents.columns[parameter]
    return column is None or vanishes_at_primes(tangents.program, column.constant, seed)
