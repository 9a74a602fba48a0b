"""Guests that say something wrong of themselves are refuted: sixteen mutations of the two-layer
family.

Each one is honest in everything but one answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import FamilyError, TargetError
from rankstrat.families import build
from rankstrat.families.catalogue.two_layer import TwoLayer
from rankstrat.model.isomorphism import Isomorphism, isomorphism_of
from rankstrat.strata import Stratification
from rankstrat.targets import Branch, BranchList, Candidate, Closure
from rankstrat.targets.challenge import objections, witnesses
from rankstrat.testing import EXAMPLES, check_family
from rankstrat.testing.laws import SPECIAL, some_point

SIZES = (
    {"width": 2, "inputs": 1, "activation": "tanh"},
    {"width": 1, "inputs": 1, "activation": "exp", "bias": True},  # with curved branches
    {"width": 1, "inputs": 1, "activation": "exp"},
)


@dataclass(frozen=True)
class Guest(TwoLayer):
    """The two-layer family, as somebody else's."""

    @property
    def family(self):
        return "guest"


def on_list(change: Callable[[BranchList], BranchList]) -> type[Guest]:
    """The guest whose lists of branches are changed."""

    @dataclass(frozen=True)
    class Mutant(Guest):
        def branches(self, model, target):
            return change(super().branches(model, target))

    return Mutant


def on_branches(change: Callable[[Any], Any]) -> type[Guest]:
    """The guest whose branches are changed one by one; copies keep their representatives."""

    def every(found):
        done: dict[int, Any] = {}
        for b in found.branches:
            done[id(b)] = replace(change(b), representative=done.get(id(b.representative)))
        return replace(found, branches=tuple(done.values()))

    return on_list(every)


def on_strata(change: Callable[[Any], dict[str, Any]]) -> type[Guest]:
    """The guest whose stratification answers some questions in another way."""

    @dataclass(frozen=True)
    class Mutant(Guest):
        def strata(self, model):
            own = super().strata(model)
            names = [name for name in dir(Stratification) if not name.startswith("_")]
            answers = {name: getattr(own, name) for name in names} | change(own)
            attributes = {n: staticmethod(a) if callable(a) else a for n, a in answers.items()}
            return type("Wrapped", (), attributes)()

    return Mutant


@dataclass(frozen=True)
class OwnBranchOnly(Guest):
    """One branch, that of the target's own point, said to be all."""

    def branches(self, model, target):
        found = super().branches(model, target)
        same = target.point is not None and target.point.model == model
        own = [b for b in found.branches if same and b.contains(target.point)]
        return BranchList(tuple(own or found.branches[:1]), True, "there is no other branch")


@dataclass(frozen=True)
class LevelsHigher(Guest):
    def function_levels(self, model):
        levels = super().function_levels(model)
        return None if levels is None else [replace(v, rank=v.rank + 1) for v in levels]


@dataclass(frozen=True)
class NothingNearby(Guest):
    def nearby(self, arrays):
        return ()


def higher(b):
    return replace(b, dimension=b.dimension + 1)


def only_generic(b):
    """The generic point as the only candidate, said to be exhaustive."""
    bounds = replace(
        b.bounds,
        everywhere=None,
        here=None,
        candidates=lambda: [Candidate(b.sample(seed=5))],
        exhaustive="the rank is constant on the branch",
    )
    return replace(b, bounds=bounds)


def everything(b):
    return replace(b, closure=replace(b.closure, decide=lambda point: True))


MUTANTS = {
    "own branch only": OwnBranchOnly,
    "last branch missing": on_list(lambda f: replace(f, branches=f.branches[:-1])),
    "curved dimension + 1": on_branches(lambda b: higher(b) if b.affine is None else b),
    "flat dimension + 1": on_branches(lambda b: higher(b) if b.affine is not None else b),
    "dimension - 1": on_branches(lambda b: replace(b, dimension=b.dimension - 1)),
    "wrong r": on_branches(lambda b: replace(b, index=(b.index[0] + 1, b.index[1]))),
    "wrong l": on_branches(lambda b: replace(b, index=(b.index[0], b.index[1] + 1))),
    "doubled list": on_list(lambda f: replace(f, branches=(*f.branches, *f.branches))),
    "cells dropped": on_branches(only_generic),
    "forced rank too high": on_branches(
        lambda b: replace(b, bounds=replace(b.bounds, everywhere=b.model.generic()))
    ),
    "closure is everything": on_branches(everything),
    "orbit + 1": on_strata(lambda own: {"orbit": lambda label: own.orbit(label) + 1}),
    "no closure edges": on_strata(lambda own: {"children": lambda label: ()}),
    "empty conditions": on_strata(lambda own: {"conditions": lambda label: ()}),
    "level ranks + 1": LevelsHigher,
    "no nearby": NothingNearby,
}


def test_the_honest_guest_passes():
    assert check_family(Guest, SIZES) == (4, 2, 2)


def test_sixteen_mutations():
    assert len(MUTANTS) == 16


@pytest.mark.sampled(8)
@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutation_is_refuted(name):
    with pytest.raises(FamilyError, match="does not hold"):
        check_family(MUTANTS[name], SIZES)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_long_challenge_finds_nothing_in_ours(name):
    """A million small points and a thousand starts of Newton's method for each family."""
    for arguments in EXAMPLES[name]:
        model = build(name, **arguments)
        for values in ((-3, -2, -1, 1, 2, 3), SPECIAL):
            try:
                Q = rs.target_set(model, some_point(model, values, 1))
            except TargetError:
                continue
            seen = witnesses(model, Q.target, Q.branches, budget=200_000, starts=200, seed=1)
            assert seen.outside is None or not Q.complete, seen.outside
            assert not list(objections(model, Q.target, Q.branches, seen, seed=1))


def guest(structure, **arguments):
    return rs.Model.of(structure(**arguments))


@dataclass(frozen=True)
class OnePoint(Guest):
    """The target's own point, said to be the whole target set."""

    def branches(self, model, target):
        values = zip(model.parameters, target.point.raw, strict=True)
        closure = Closure(tuple(p - v for p, v in values))
        return BranchList((Branch("the point", target.point, closure, 0),), True, "no other point")


def test_a_lying_list_proves_nothing():
    """The target is 0: the rank is 1 at the point, and 0 where both weights vanish."""
    F = guest(OnePoint, width=1, inputs=1, activation="tanh")
    Q = rs.target_set(F, F.point([0, 3]))
    least = rs.optimistic_sample_size(Q)
    assert not Q.complete and "refuted" in Q.basis and F.structure.family in Q.basis
    assert (least.lower, least.upper, least.minimiser.raw) == (0, 0, (0, 0))
    wide = guest(OnePoint, width=2, inputs=1, activation="tanh")
    least = rs.optimistic_sample_size(rs.target_set(wide, wide.point([2, 0, 3, 5])))
    assert least.minimal is not rs.Verdict.PROVED and least.lower <= 2 == least.upper


@pytest.mark.parametrize(
    "name", ["own branch only", "last branch missing", "closure is everything"]
)
def test_a_lying_list_is_not_complete(name):
    F = guest(MUTANTS[name], width=2, inputs=1, activation="tanh")
    Q = rs.target_set(F, F.point([2, 1, 3, 5]))
    assert not Q.complete and "refuted" in str(Q)


@pytest.mark.parametrize("name", ["cells dropped", "forced rank too high"])
def test_a_lying_bound_proves_nothing(name):
    F = guest(MUTANTS[name], width=2, inputs=1, activation="tanh")
    point = F.point([2, 0, 3, 5])
    least = rs.optimistic_sample_size(rs.target_set(F, point))
    plain = rs.families.two_layer(2, 1)
    true = int(rs.optimistic_sample_size(rs.target_set(plain, plain.point([2, 0, 3, 5]))))
    assert least.lower <= true <= least.upper and least.minimal is not rs.Verdict.PROVED


def test_an_honest_guest_is_named_where_it_is_believed():
    F = guest(Guest, width=2, inputs=1, activation="tanh")
    Q = rs.target_set(F, F.point([2, 1, 3, 5]))
    least = rs.optimistic_sample_size(Q)
    assert Q.complete and Q.source == f"the family guest of {__name__}"
    assert int(least) == 4 and Q.source in least.reason and Q.source in str(Q)
    assert Q.source in rs.optimistic_sample_size(Q).reason
    assert rs.target_set(rs.families.two_layer(2, 1), sympy.Integer(0)).source == ""


def test_what_a_family_may_be_given_as():
    F = rs.families.two_layer
    assert check_family(F, [{"width": n, "inputs": 1} for n in (1, 1, 1)]) == (2, 2, 2)
    assert check_family(F(1, 1)) == check_family(F(1, 1).structure) == (2,)
    with pytest.raises(FamilyError, match="three"):
        check_family(Guest)
    with pytest.raises(FamilyError, match="a family is needed"):
        check_family(3, SIZES)
    x = sympy.Symbol("x")
    plain = rs.Model(x, [x])
    with pytest.raises(FamilyError, match="of no family"):
        check_family(plain)


def test_strata_of_a_guest_are_printed_with_its_name():
    H = rs.stratify(guest(Guest, width=2, inputs=1, activation="tanh"))
    source = f"the family guest of {__name__}"
    assert H.complete and source in H.coverage.reason
    assert all(source in s.constancy.reason for s in H.strata)
    levels = rs.function_hierarchy(H.model).levels
    assert levels and all(source in v.known.reason for v in levels)


def test_wrong_strata_of_a_guest_are_open():
    wrong = on_strata(lambda own: {"rank": lambda label: min(own.rank(label) + 1, 4)})
    H = rs.stratify(guest(wrong, width=2, inputs=1, activation="tanh"))
    assert not H.complete and "refuted" in H.coverage.reason
    assert {s.verdict for s in H.strata} == {rs.Verdict.OPEN}


@dataclass(frozen=True)
class Impostor(Guest):
    """A network that says it is another one, with the output weights where the others are."""

    def isomorphism(self, model):
        size = model.size // 2
        places = (*range(size, 2 * size), *range(size))
        return Isomorphism(rs.families.two_layer(size, 1), model, places, (0,))

    strata = function_levels = branches = lambda self, *given: None


def test_an_isomorphism_of_a_guest_is_not_believed():
    F = guest(Impostor, width=2, inputs=1, activation="tanh")
    assert isomorphism_of(F) is None
    q = rs.target_set(F, F.point([2, 1, 3, 5]))  # from its outputs: two orders, four signs
    assert q.count == 8 and q.dimension == 0 and not q.source
