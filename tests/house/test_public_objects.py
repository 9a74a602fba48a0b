"""Every public class, walked through: it survives pickle and deepcopy, and its printed forms are
sentences, no dumps.
"""

from __future__ import annotations

import copy
import functools
import inspect
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy

import rankstrat as rs
from rankstrat.theorems import THEOREMS

a, b, u, v, x = sympy.symbols("a b u v x")
F, ONE = rs.families.two_layer(2, 1), rs.families.two_layer(1, 1)
OWN = rs.Model(a * sympy.tanh(b * x), [a, b], [x])
UV = rs.Model(u * v * x, [u, v], [x])


def point() -> Any:
    return F.point(a=[1, 2], w=[[1], [3]])


def twin() -> Any:
    return F.point(a=[1, 2], w=[[3], [3]])


@functools.cache
def target() -> Any:
    return rs.target_set(F, ONE.point([1, 2]))


@functools.cache
def network() -> Any:
    return rs.read({"W1": np.ones((3, 2)), "W2": np.ones((1, 3))}, activation="tanh")


@functools.cache
def critical() -> Any:
    cubic = rs.families.two_layer(width=1, inputs=1, activation="z**3 + z")
    return rs.critical_data(cubic.point(a=[1], w=[[1]]), [[1], [2], [-1]])


@functools.cache
def condensed() -> Any:
    return rs.condensation(network())


MADE: dict[str, Callable[[], Any]] = {
    "Activation": lambda: rs.activations["tanh"],
    "Branch": lambda: target().branches[0],
    "Candidate": lambda: condensed().candidates[0],
    "Chart": point,
    "Condensation": condensed,
    "Conjecture": lambda: rs.conjecture(
        [{"k": k, "d": d, "rank": k * (d + 1)} for k in range(1, 5) for d in range(1, 5)]
    ),
    "ConservationLaws": lambda: rs.conservation_laws(rs.families.matrix_factorization(1, 1, 1)),
    "CriticalAtlas": lambda: rs.critical_functions(F, [[1], [2], [3]], [1, 2, 1], starts=10),
    "CriticalData": critical,
    "CriticalMapping": lambda: rs.mappings.splitting(ONE),
    "DiagonalLimit": lambda: rs.diagonal_limit([[1, 2]], [3]),
    "EnclosedCriticalPoint": lambda: rs.enclose_critical_point(
        rs.Model(sympy.exp(u) * x, [u], [x]), [[1], [2]], [2, 4], [0.5]
    ),
    "Equivalence": lambda: rs.equivalent(twin(), twin()),
    "EquivalencePath": lambda: rs.equivalence_path(
        F.point(a=[1, 0], w=[[2], [5]]), F.point([0, -1, 7, -2])
    ),
    "FunctionHierarchy": lambda: rs.function_hierarchy(ONE),
    "Identifiability": lambda: rs.identifiability(OWN),
    "Identified": lambda: rs.identifiability(OWN).parameters[0],
    "Inertia": lambda: rs.inertia(critical()),
    "InvariantManifold": lambda: rs.invariant_manifolds(F)[0],
    "InvariantLattice": lambda: rs.invariant_lattice(F),
    "FixedSet": lambda: rs.least_invariant(twin()),
    "LearningCoefficient": lambda: rs.learning_coefficient(UV.point([0, 0])),
    "LeastRank": lambda: rs.optimistic_sample_size(target()),
    "LemmaRank": lambda: rs.rank_by_lemma(point()),
    "Level": lambda: rs.stratify(F).levels[1],
    "LimitingDirections": lambda: rs.limiting_directions("tanh", [[1], [2]], [1, 2]),
    "LocalLinearRecovery": lambda: rs.local_linear_recovery(point(), [1, 2, 3, 4]),
    "Loss": lambda: rs.Loss(F, [[1.0], [2.0]], [1.0, 2.0]),
    "MappingEvidence": lambda: rs.mappings.splitting(ONE).check(),
    "Matching": lambda: rs.equivalent(twin(), twin()).symmetry[0],
    "Model": lambda: OWN,
    "Network": network,
    "NumericalRank": lambda: rs.numerical_rank(point()),
    "ProximateRank": lambda: rs.proximate_rank(
        F, {"a": [1.0, 2.0], "w": [[1.0], [-1.05]]}, radius=0.03
    ),
    "RankCertificate": lambda: rs.model_rank(twin()),
    "RankHierarchy": lambda: rs.stratify(F),
    "RankReport": lambda: rs.rank_report(point(), digits=[15]),
    "Recognition": lambda: rs.recognise(OWN),
    "RecoveryCount": lambda: rs.count_recovering_subsets(
        rs.families.matrix_factorization(2, 1, 2).point([1, 2, 3, 5]), 3
    ),
    "Reduced": lambda: rs.reduce(network()),
    "Relation": lambda: rs.model_rank(twin()).relations[0],
    "Report": lambda: rs.verify("linear_rank"),
    "SplittingLine": lambda: rs.splitting_line(critical()),
    "SampleClosure": lambda: rs.sample_closure(point(), [1, 2], [3, -1]),
    "Stratum": lambda: rs.stratify(F).strata[1],
    "Symmetry": lambda: rs.symmetries(F)[0],
    "TangentSpan": lambda: rs.tangent_span(twin()),
    "TargetSet": target,
    "Theorem": lambda: THEOREMS["linear_rank"],
    "Trajectory": lambda: rs.gradient_flow(
        rs.Model(a * x, [a], [x]), [0.0], ([1.0, 2.0], [3.0, 6.0])
    ),
    "UpperBound": lambda: rs.rank_by_lemma(point()).as_upper_bound(),
    "Verdict": lambda: rs.Verdict.PROVED,
    "VolumeSlope": lambda: rs.volume_slope(rs.Model([u, v**2], [u, v]).point([0, 0])),
}
# what a user never holds in the hand, with the reason
ELSEWHERE = {
    "Computed": "what a theorem computes for one case, inside a report",
    "GraphNetwork": "a whole graph of ONNX; tests/networks",
    "DensePart": "a part of a GraphNetwork; tests/networks",
}
FORMULAS = {"Activation", "Chart", "Model", "Relation", "TangentSpan", "Verdict", "Conjecture"}
"""Shown as a formula in a notebook, or as their own name."""


@functools.cache
def made(name: str) -> Any:
    return MADE[name]()


def test_every_public_class_is_walked_through():
    public = {name for name in rs.__all__ if inspect.isclass(getattr(rs, name))}
    assert public == MADE.keys() | ELSEWHERE.keys()
    assert not MADE.keys() & ELSEWHERE.keys()


@pytest.mark.parametrize("name", MADE)
def test_it_survives_pickle_and_deepcopy(name):
    value = made(name)
    assert isinstance(value, getattr(rs, name))
    for other in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value)):  # noqa: S301
        assert type(other) is type(value) and str(other) == str(value)


@pytest.mark.parametrize("name", MADE)
def test_it_prints_a_fact_and_no_dump(name):
    for text in (str(made(name)), repr(made(name))):
        assert text.strip() and "object at 0x" not in text
        assert len(text) < 5000
    assert len(repr(made(name))) < 600


@pytest.mark.parametrize("name", sorted(MADE.keys() - FORMULAS))
def test_a_notebook_shows_a_sentence_or_a_table(name):
    fragment = made(name)._repr_html_()
    assert re.match(r"<(p|table|pre)\b", fragment) and "object at 0x" not in fragment
    assert "<table>" in fragment or "<pre" in fragment


K = sympy.Symbol("K")
CURVE = rs.Model(a * x / (K + x), [a, K], [x])
ROADS: dict[str, Callable[[], Any]] = {
    "minors": lambda: rs.stratify(UV),
    "exponents": lambda: rs.stratify(CURVE),
    "flats": lambda: rs.stratify(rs.Model(a * sympy.sin(b * x) + x, [a, b], [x])),
    "layers": lambda: rs.stratify(rs.families.fully_connected([1, 1, 1, 1], bias=False)),
    "function levels": lambda: rs.function_hierarchy(UV),
    "a stratum of minors": lambda: rs.stratum_of(UV.point([0, 1])),
    "solved branches": lambda: rs.target_set(UV, UV.point([1, 0])),
    "exponential branches": lambda: rs.target_set(CURVE, CURVE.point([1, 2])),
    "any branches": lambda: rs.target_set(
        rs.Model(a * sympy.sin(b * x) + x, [a, b], [x]), [sympy.sin(2 * x) + x]
    ),
    "a least rank": lambda: rs.optimistic_sample_size(rs.target_set(UV, UV.point([1, 0]))),
}


@pytest.mark.parametrize("name", ROADS)
def test_answers_of_every_road_survive_pickle_and_deepcopy(name):
    value = ROADS[name]()
    shown = str(value)
    for other in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value)):  # noqa: S301
        assert type(other) is type(value) and str(other) == shown
        assert other._repr_html_() == value._repr_html_()
