"""No number about a whole without a verdict of its own: every public class that has one is walked
through.
"""

from __future__ import annotations

import dataclasses

import pytest
import sympy

import rankstrat as rs
from rankstrat.rank.bounded import Bounded

AGGREGATES = ("dimension", "codimension", "count", "components", "orbit")
EVIDENCE = ("verdict", "certificate", "coverage", "known", "attained", "constancy")
A, B, C, X = sympy.symbols("a b c x")


def reports() -> dict[str, list[object]]:
    """Instances of every public class with an aggregate: decided, and undecided where there are
    such.
    """
    net = rs.families.two_layer(2, 1)
    polynomial = rs.stratify(rs.Model((A**2 + B**2 - C**2) * X, [A, B, C], [X]))
    loose = rs.stratify(rs.Model(sympy.erf((A - B) * X) + C * X, [A, B, C], [X]))
    target = rs.target_set(net, rs.families.two_layer(1, 1).point([1, 2]))
    wide = rs.target_set(rs.families.two_layer(20, 1), rs.families.two_layer(1, 1).point([1, 2]))
    elu = rs.target_set(
        rs.families.two_layer(3, 1, "elu"), rs.families.two_layer(1, 1, "elu").point([1, 2])
    )
    return {
        "Level": [*polynomial.levels, *loose.levels],
        "Stratum": [*polynomial.strata, *loose.strata],
        "TargetSet": [target, wide, elu],
        "Branch": [*target.branches, *elu.branches],
        "TangentSpan": [rs.tangent_span(net.generic())],
        "InvariantManifold": list(rs.invariant_manifolds(net)),
        "FixedSet": [*rs.invariant_lattice(net).members],
        "ConservationLaws": [
            rs.conservation_laws(net),
            rs.conservation_laws(rs.Model(sympy.exp(A) * B, [A, B])),
        ],
        "Bounded": [rs.orbit_dimension(net.point(a=[1, 2], w=[[3], [4]]))],
    }


REPORTS = reports()


def has_aggregate(kind: type) -> bool:
    fields = {f.name for f in dataclasses.fields(kind)} if dataclasses.is_dataclass(kind) else set()
    return any(name in fields or hasattr(kind, name) for name in AGGREGATES)


def test_every_public_class_with_an_aggregate_is_walked_through():
    public = {name: getattr(rs, name) for name in rs.__all__}
    kinds = {n for n, k in public.items() if isinstance(k, type) and has_aggregate(k)}
    assert kinds <= set(REPORTS)


@pytest.mark.parametrize("name", REPORTS)
def test_a_number_about_a_whole_has_a_verdict(name):
    for report in REPORTS[name]:
        for attribute in AGGREGATES:
            value = getattr(report, attribute, None)
            if value is None or callable(value):
                continue
            own = hasattr(value, "verdict")
            assert own or any(hasattr(report, word) for word in EVIDENCE), (name, attribute)
            if isinstance(value, Bounded) and value.value is None:
                assert value.verdict is rs.Verdict.OPEN
                with pytest.raises(rs.errors.BudgetError):
                    int(value)


def test_bounds_are_printed_with_their_side():
    loose = rs.stratify(rs.Model(sympy.erf((A - B) * X) + C * X, [A, B, C], [X]))
    text = str(loose.table())
    assert ">=" in text or "in [" in text
    elu = REPORTS["TargetSet"][2]
    assert "dimension >= 2 [OPEN]" in str(elu)
    assert str(REPORTS["TargetSet"][1].components).startswith(">= 1 components  [OPEN")
