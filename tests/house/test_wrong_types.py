"""Arguments of the wrong kind: what was given, what is needed, what to try."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import RankstratError, TargetError, demand
from rankstrat.families import two_layer
from rankstrat.mappings.mapping import compose

F = two_layer(2, 1)
POINT = F.point(a=[1, 2], w=[[1], [2]])
SMALL = two_layer(1, 1).point([1, 2])
Q = rs.target_set(F, SMALL)
k, p, x = sympy.symbols("k p x")

CALLS = {
    "nearest_strata of a point": (
        lambda: rs.nearest_strata(POINT, tolerance=1),
        "a Chart was given; a Model is",
    ),
    "nearest_strata of a flat list": (
        lambda: rs.nearest_strata(F, [1, 2, 3, 4], tolerance=1),
        "name the blocks: a, w",
    ),
    "nearest_strata of words": (
        lambda: rs.nearest_strata(F, a=["u", 1], w=[[1], [2]], tolerance=1),
        "array of floats",
    ),
    "nearest_strata without a distance": (
        lambda: rs.nearest_strata(F, a=[1, 1], w=[[1], [2]], tolerance="u"),
        "a str",
    ),
    "target_set of a point": (
        lambda: rs.target_set(POINT, SMALL),
        "a Chart was given; a Model is needed",
    ),
    "target_set with numbers as charts": (
        lambda: rs.target_set(F, SMALL, charts=[1]),
        "an int was given; a list of",
    ),
    "branch_of a list": (
        lambda: Q.branch_of([1, 2, 3, 4]),
        "a list was given; a point of two_layer",
    ),
    "contains a list": (
        lambda: Q.branches[0].contains([1, 2, 3, 4]),
        "a list was given; a point of the model",
    ),
    "distance of words": (lambda: Q.branches[0].distance("far"), "4 floats are needed"),
    "recovery_thresholds of a target set": (lambda: rs.recovery_thresholds(Q), "try Q.branches"),
    "recovery_stability of a target set": (
        lambda: rs.recovery_stability(Q, POINT, [1]),
        "try Q.branches",
    ),
    "stability_table of a branch": (
        lambda: rs.stability_table(Q.branches[0]),
        "a target set is needed",
    ),
    "embedding_graph of a model": (lambda: rs.embedding_graph(F), "a list of models is needed"),
    "embedding_graph of numbers": (
        lambda: rs.embedding_graph([F, 3]),
        "an int was given; a list of models",
    ),
    "compose numbers": (lambda: compose(1, 2), "an int was given; a critical mapping is needed"),
    "splitting of a point": (
        lambda: rs.mappings.splitting(POINT),
        "a Chart was given; a Model is needed",
    ),
    "splitting in no layer": (
        lambda: rs.mappings.splitting(F, layer=None),
        "the number of a hidden layer is needed",
    ),
    "reduction of a model": (lambda: rs.mappings.reduction(F), "a point or chart is needed"),
    "identify a model": (lambda: rs.mappings.identify(F), "an invariant manifold is needed"),
    "verify a number": (lambda: rs.verify(3), "the name of a theorem is needed"),
    "inertia of a number": (lambda: rs.inertia(3), "critical data is needed"),
    "inertia at a number": (
        lambda: rs.inertia(rs.critical_data(POINT, scale=2), at=3),
        "another point is needed",
    ),
    "critical_data of a model": (
        lambda: rs.critical_data(F),
        "a Model was given; a point of a model is needed",
    ),
    "local_linear_recovery of a number": (
        lambda: rs.local_linear_recovery(3, [1]),
        "a point of a model is needed",
    ),
    "local_linear_recovery on a number": (
        lambda: rs.local_linear_recovery(POINT, 3),
        "a list of inputs is needed",
    ),
    "linear_stability of a number": (
        lambda: rs.linear_stability(3, [1], [1]),
        "a point of a model is needed",
    ),
    "count_recovering_subsets of a model": (
        lambda: rs.count_recovering_subsets(F, 2),
        "a point of a model is needed",
    ),
    "numerical_rank at a list": (
        lambda: rs.numerical_rank(F, [1.0, 1.0, 2.0, 2.0]),
        "a list was given; a mapping of values",
    ),
    "region_rank at a number": (lambda: rs.region_rank(POINT, 3), "one input is needed"),
    "region_rank at a root": (
        lambda: rs.region_rank(POINT, [sympy.sqrt(2)]),
        r"input 1 = sqrt\(2\) is not rational",
    ),
    "region_rank at symbols": (lambda: rs.region_rank(POINT, {x: 1}), "input 1 = x"),
    "nearest_strata beyond floats": (
        lambda: rs.nearest_strata(F, a=[10**5000, 1], w=[[1], [2]], tolerance=1),
        "a has a value beyond floats",
    ),
    "nearest_strata beyond squares of floats": (
        lambda: rs.nearest_strata(F, a=[1e200, 1], w=[[1], [2]], tolerance=1),
        r"a value of size 1\.0e\+200",
    ),
    "stratum_of a model": (lambda: rs.stratify(F).stratum_of(F), "an exact point is needed"),
    "stratify with an array": (
        lambda: rs.stratify(F, conditions=np.ones(2)),
        "a list of conditions is needed",
    ),
    "a symbol in a point": (
        lambda: F.point(a=[1, x], w=[[1], [2]]),
        "the values contain x, which is no number; a point has exact numbers",
    ),
    "a negative distance": (
        lambda: rs.nearest_strata(F, a=[1.0, 2.0], w=[[1.0], [2.0]], tolerance=-1),
        "tolerance = -1; a finite distance that is not negative is needed",
    ),
    "a truth value for a distance": (
        lambda: rs.nearest_strata(F, a=[1.0, 2.0], w=[[1.0], [2.0]], tolerance=True),
        "tolerance = True; a finite distance that is not negative is needed",
    ),
    "a constant in a chart": (
        lambda: rs.Model(p * x, [p], [x], constants=[k]).chart({p: k}),
        "k, which is a constant of the model, stands in a value",
    ),
    "a number for a chart": (lambda: F.generic().at(3), "a mapping is needed"),
    "evidence of another kind": (
        lambda: rs.model_rank(F, evidence=3),
        "a list of upper bounds is needed",
    ),
    "a bound in words": (lambda: rs.UpperBound("1", "a lemma", bool), "a str was given; a whole"),
    "a bound that is a fraction": (lambda: rs.UpperBound(1.5, "a lemma", bool), "a whole number"),
    "a bound that is a truth value": (lambda: rs.UpperBound(True, "a lemma", bool), "a whole"),
    "a bound without words": (lambda: rs.UpperBound(1, None, bool), "a reason in words"),
    "a bound without proof": (lambda: rs.UpperBound(1, "a lemma", None), "a function that checks"),
    "a subset of another kind": (
        lambda: rs.model_rank(F, subset=3),
        "a list of indices of parameters is needed",
    ),
    "a negative index": (lambda: rs.model_rank(F, subset=[0, -4]), r"choose among 0\.\.3"),
    "an index twice": (lambda: rs.model_rank(F, subset=[0, 0]), "lists an index twice"),
    "conjecture from a number": (lambda: rs.conjecture(3), "an int was given; a table is needed"),
    "symmetries of nothing": (lambda: rs.symmetries(None), "nothing was given; a Model is needed"),
}


@pytest.mark.parametrize("name", CALLS)
def test_wrong_kind(name):
    call, words = CALLS[name]
    with pytest.raises(RankstratError, match=words):
        call()


def test_the_right_kind_passes():
    demand(3, int | str, TargetError, "a number", "count")
    assert int(rs.model_rank(F, subset=np.array([0, 2]))) == 2
    assert Q.branch_of(POINT) is None
