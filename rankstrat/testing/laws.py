r"""What a family says of itself, held against its outputs at points where nothing is known
beforehand.

Values of outputs come from sympy and mpmath here, not from the engine's programs, which found the
symmetries.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy

from rankstrat.errors import FamilyError, NotOutputPreservingError, RankstratError, TargetError
from rankstrat.mappings import null, splitting
from rankstrat.model.model import Chart, Model
from rankstrat.model.structure import HasBranches, HasConditions, HasStrata
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.strata import Stratification
from rankstrat.symmetry import symmetries
from rankstrat.targets import TargetSet, target_set

DIGITS = 40
SPECIAL = (-1, 0, 1, 2)
"""Values at which strata meet: neurons vanish, are equal, and are opposite."""

POINTS = 6
LABELS = 40

Values = Mapping[sympy.Symbol, Any]


def hold(place: str, law: str, holds: bool) -> None:
    """Nothing, if the law holds.

    Raises:
        FamilyError: it does not.
    """
    if not holds:
        raise FamilyError(
            f"the law '{place} {law}' does not hold; every family needs it; correct the structure"
        )


class Outputs:
    """The outputs of a model as numbers of 40 digits; an unspecified function is a fixed one of no
    parity.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        generic = {
            name: lambda z: mpmath.tanh(z + mpmath.mpf(1) / 3) + mpmath.cos(z)
            for name in model.generic_functions
        }
        symbols = [*model.parameters, *model.inputs]
        self._function = sympy.lambdify(symbols, list(model.outputs), [generic, "mpmath"])

    def at(self, theta: Values, inputs: Sequence[Fraction]) -> list[Any]:
        """The values at exact parameters and inputs."""
        exact = [theta[p] for p in self.model.parameters]
        numbers = [mpmath.mpmathify(sympy.N(v, DIGITS + 10)) for v in exact]
        return list(
            self._function(*numbers, *(mpmath.mpf(x.numerator) / x.denominator for x in inputs))
        )

    def agree(self, one: Values, two: Values, seed: int, *, other: Outputs | None = None) -> bool:
        """Whether the functions are equal at three random inputs; the second may be of another
        model.
        """
        source = np.random.default_rng(seed)
        with mpmath.workdps(DIGITS):
            for _ in range(3 if self.model.inputs else 1):
                inputs = [
                    Fraction(int(v), 7) for v in source.integers(-20, 21, len(self.model.inputs))
                ]
                for f, g in zip(self.at(one, inputs), (other or self).at(two, inputs), strict=True):
                    if abs(f - g) > mpmath.mpf(10) ** (10 - DIGITS) * (1 + abs(f)):
                        return False
        return True


def some_point(model: Model, values: Sequence[Any], seed: int) -> Chart:
    """A point with random entries from the values."""
    source = np.random.default_rng(seed)
    return model.point([values[int(k)] for k in source.integers(0, len(values), model.size)])


def check_symmetries(place: str, model: Model, seed: int = 0) -> int:
    r"""The number of linear maps g with $F(g\theta) = F(\theta)$ that were evaluated on both sides.

    They are those that `symmetries` finds and the signed permutations that the family declares.

    Raises:
        FamilyError: the values differ, or a declared map is no signed permutation.
    """
    outputs, count = Outputs(model), 0
    theta = some_point(
        model, [Fraction(s * k, 9) for k in (1, 2, 4, 5, 7, 8) for s in (1, -1)], seed
    ).values
    for words, images in _maps(place, model):
        moved = {p: sympy.sympify(images.get(p, p)).xreplace(theta) for p in model.parameters}
        hold(place, f"is left as it is by the symmetry {words}", outputs.agree(theta, moved, seed))
        count += 1
    return count


def _maps(place: str, model: Model) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    for g in symmetries(model):
        at = {} if g.symbol is None else {g.symbol: sympy.Rational(9, 4)}
        yield f"'{g}'", {p: v.xreplace(at) for p, v in g.values.items()}
    structure: object = model.structure
    if isinstance(structure, HasConditions):
        for images in structure.generators(model):
            words = ", ".join(f"{p} -> {v}" for p, v in images.items())
            moved = [v if v in model.parameters else -v for v in images.values()]
            hold(place, f"declares signed permutations, such as {words}", set(moved) == set(images))
            yield words, images


def check_strata(place: str, model: Model, seed: int = 0) -> int:
    """The number of points whose strata were compared with the rank, 0 if the family gives no
    strata.

    Labels are distinct. A point with special values has one of them, and its rank where that is
    claimed to be constant (elsewhere a lower one at most); so have its images under the signed
    permutations. The stratum of a label's own points is that label and no other; its dimension is
    that of its chart; in its closure dimensions drop and ranks do not rise.

    Raises:
        FamilyError: a law does not hold.
    """
    structure: object = model.structure
    strata = structure.strata(model) if isinstance(structure, HasStrata) else None
    if strata is None:
        return 0
    labels = list(strata.labels())
    hold(place, "names every stratum once", len(set(labels)) == len(labels))
    known, count = set(labels), 0
    points = [model.point([v] * model.size) for v in (0, 1)]
    for point in (*points, *(some_point(model, SPECIAL, seed + k) for k in range(POINTS))):
        label = strata.label_of(point)
        hold(place, f"has a stratum that contains {point}", label in known)
        _right_rank(place, strata, label, point, seed)
        for g in symmetries(model):
            if g.orthogonal:
                image = model.point(
                    [g.values.get(p, p).xreplace(point.values) for p in model.parameters]
                )
                hold(
                    place,
                    f"has one stratum for {point} and its image under '{g}'",
                    strata.label_of(image) == label,
                )
        count += 1
    for label in _spread(labels):
        _check_label(place, strata, label, seed)
        count += 1
    return count


def _right_rank(place: str, strata: Stratification, label: Any, point: Chart, seed: int) -> None:
    """The rank of the stratum, which may drop at a point only where the family does not claim that
    it is constant.
    """
    given, found = strata.rank(label), model_rank(point, seed=seed)
    constant = strata.constancy(label).verdict is Verdict.PROVED
    law = (
        f"has the rank {given} on the stratum {label}: at {point} it is {found.lower} to"
        f" {found.upper}; this"
    )
    hold(place, law, found.lower <= given and (given <= found.upper or not constant))


def _spread(labels: Sequence[Any]) -> list[Any]:
    """At most 40 of the labels, from all parts of the list."""
    step = -(-len(labels) // LABELS)
    return list(labels[:: max(1, step)])


def _check_label(place: str, strata: Stratification, label: Any, seed: int) -> None:
    own = strata.point(label, seed)
    hold(
        place,
        f"has disjoint strata: {own} of {label} has no other label; this",
        strata.label_of(own) == label,
    )
    _right_rank(place, strata, label, own, seed)
    chart = strata.chart(label)
    if chart is not None:
        size = 0
        if chart.coordinates:
            size = model_rank(
                Model(list(chart.values.values()), chart.coordinates), seed=seed
            ).lower
        hold(
            place,
            f"has the dimension of its chart, {size}, on the stratum {label},",
            size == strata.dimension(label),
        )
    for child, _ in itertools.islice(strata.children(label), LABELS):
        law = (
            f"has, in the closure of {label}, the stratum {child} of a smaller dimension and no"
            " larger rank; this"
        )
        smaller = strata.dimension(child) < strata.dimension(label)
        hold(place, law, smaller and strata.rank(child) <= strata.rank(label))


def check_embeddings(place: str, model: Model, seed: int = 0) -> int:
    """The number of critical mappings into a model with one unit more that were evaluated; 0 where
    there are no units.

    A copy of a unit that shares its outgoing weights, and a null unit where it is possible, change
    no output and do not raise the rank.

    Raises:
        FamilyError: an output differs, or the rank is higher.
    """
    outputs, count = Outputs(model), 0
    point = some_point(model, (-3, -2, -1, 1, 2, 3), seed)
    for construction in (splitting, null):
        try:
            mapping = construction(model)
            mapping.check()
        except NotOutputPreservingError as error:
            hold(
                place, f"has the same outputs after {construction.__name__} ({error}); this", False
            )
        except (
            RankstratError
        ):  # a family without units, a null unit that is not critical, or one that is not decided
            continue
        image = mapping.chart(point, {symbol: Fraction(3, 10) for symbol in mapping.symbols})
        wide = Outputs(mapping.target)
        hold(
            place,
            f"has the same outputs after {mapping.name}",
            outputs.agree(point.values, image.values, seed, other=wide),
        )
        before, after = model_rank(point, seed=seed), model_rank(image, seed=seed)
        hold(place, f"has no larger rank after {mapping.name}", after.lower <= before.upper)
        count += 1
    return count


def check_target(place: str, model: Model, seed: int = 0) -> int:
    """The number of branches of two targets, functions of the model's own, that were checked; 0 if
    it gives none.

    The point lies in the closure of a branch if the branches are complete. Points of a branch have
    the target as their function and lie in its closure; no parameters are counted twice in its
    dimension.

    Raises:
        FamilyError: a law does not hold.
    """
    structure: object = model.structure
    if not isinstance(structure, HasBranches):
        return 0
    outputs, count = Outputs(model), 0
    for values in ((-3, -2, -1, 1, 2, 3), SPECIAL):
        point = some_point(model, values, seed)
        try:
            found = target_set(model, point, seed=seed)
        except TargetError as error:
            # a target that a family does not describe is refused with the advice to pass charts
            hold(
                place,
                f"has parameters for its own function at {point} ({error}); this",
                "charts=" in str(error),
            )
            continue
        count += _check_branches(place, found, point, outputs, seed)
    return count


def _check_branches(place: str, found: TargetSet, point: Chart, outputs: Outputs, seed: int) -> int:
    if found.complete:
        hold(
            place,
            f"has a branch of its target set that contains {point}",
            bool(found.branches_of(point)),
        )
    own = model_rank(point, seed=seed)
    chosen = found.branches[:8]
    for branch in chosen:
        sample = branch.sample(seed=seed)
        hold(
            place,
            f"has the function of {point} on its branch {branch.label}",
            outputs.agree(point.values, sample.values, seed),
        )
        hold(
            place,
            f"has {sample} in the closure of its branch {branch.label}",
            branch.contains(sample),
        )
        size = len(branch.chart.coordinates)
        if branch.affine is not None:
            hold(
                place,
                f"has affine coordinates on its branch {branch.label}",
                size == branch.dimension,
            )
        if branch.contains(point):
            least = branch.minimum
            hold(
                place,
                f"has no rank below {least.lower} on {branch.label}: at {point} this",
                own.upper >= least.lower,
            )
    return len(chosen)


__all__ = [
    "Outputs",
    "check_embeddings",
    "check_strata",
    "check_symmetries",
    "check_target",
    "hold",
    "some_point",
]
