r"""What a family says of itself, held against its outputs at points where nothing is known
beforehand.

Values of outputs come from sympy and mpmath here, not from the engine's programs, which found the
symmetries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy

from rankstrat.errors import FamilyError, NotOutputPreservingError, RankstratError
from rankstrat.mappings import null, splitting
from rankstrat.model.model import Chart, Model
from rankstrat.model.structure import HasConditions
from rankstrat.rank.model_rank import model_rank
from rankstrat.symmetry import symmetries

DIGITS = 40
SPECIAL = (-1, 0, 1, 2)
"""Values at which strata meet: neurons vanish, are equal, and are opposite."""


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
        moved = {
            p: sympy.sympify(images.get(p, p), strict=True).xreplace(theta)
            for p in model.parameters
        }
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


__all__ = [
    "Outputs",
    "check_embeddings",
    "check_symmetries",
    "hold",
    "some_point",
]
