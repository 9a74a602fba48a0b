"""Rank loci of polynomial models against hand derivations and Macaulay2."""

from __future__ import annotations

import itertools
import json
import random
from fractions import Fraction
from pathlib import Path

import pytest
import sympy

from rankstrat import Model, Verdict, families, model_rank, stratify
from rankstrat.strata.hierarchy import stratum_of
from rankstrat.strata.loci import loci_of
from rankstrat.text.parsing import parse_expression

A, B, C, D, X = sympy.symbols("a b c d x")
ROWS = json.loads((Path(__file__).parents[1] / "golden" / "determinantal.json").read_text())["rows"]


def gram(rows: int, columns: int) -> Model:
    """U U^T, lower triangle."""
    u = sympy.Matrix(rows, columns, lambda i, j: sympy.Symbol(f"u{i + 1}{j + 1}"))
    product = u * u.T
    return Model([product[i, j] for i in range(rows) for j in range(i + 1)], list(u))


def levels(model: Model, **options) -> dict[int, int]:
    found = stratify(model, **options)
    assert found.complete
    assert all(v.dimension.verdict is Verdict.PROVED for v in found.levels)
    return {v.rank: int(v.dimension) for v in found.levels}


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (families.framework(2), {0: 2, 1: 4}),  # p1 = p2
        (families.framework(3), {0: 2, 2: 5, 3: 6}),  # equal; collinear
        (Model((A * D - B * C) ** 2, [A, B, C, D]), {0: 3, 1: 4}),
        (Model((A**2 + B**2 - C**2) * D * X, [A, B, C, D], [X]), {0: 2, 1: 4}),
        (gram(2, 1), {0: 0, 2: 2}),
        # rank U = 1: rank of U U^T is 2n - 1 - ... = n, dimension n + 1; generic 2n - 1
        (gram(2, 2), {0: 0, 2: 3, 3: 4}),
        (gram(3, 2), {0: 0, 3: 4, 5: 6}),
        pytest.param(gram(4, 2), {0: 0, 4: 5, 7: 8}, marks=pytest.mark.slow),
        (Model(A**2 + B**2, [A, B]), {0: 0, 1: 2}),
        (Model((A**2 + B**2 + 1) ** 2 * C, [A, B, C]), {1: 3}),
        (Model((A**2 - 2) ** 2, [A]), {0: 0, 1: 1}),  # a = 0 and two irrational points
        (Model((A**3 - B**2) ** 2, [A, B]), {0: 1, 1: 2}),  # the cuspidal curve
        (Model(A * 0 + 3, [A]), {0: 1}),
    ],
    ids=str,
)
def test_levels_have_their_dimensions(model, expected):
    assert levels(model) == expected


@pytest.mark.parametrize("row", [pytest.param(r, id=r["name"]) for r in ROWS])
def test_pieces_are_the_components_of_the_determinantal_ideals(row):
    names = {n: sympy.Symbol(n) for n in (*row["parameters"], *row["inputs"])}
    outputs = [parse_expression(o, names) for o in row["outputs"]]
    model = Model(outputs, [names[p] for p in row["parameters"]], [names[x] for x in row["inputs"]])
    loci = loci_of(model)
    assert loci is not None and loci.is_complete
    true = {
        s["rank"]: (s["dimension"], s["components"])
        for s in row["strata"]
        if s["dimension"] is not None
    }
    labels = list(loci.labels())
    found = {
        rank: (
            max(loci.dimension(k) for k in labels if loci.rank(k) == rank),
            sum(loci.orbit(k) for k in labels if loci.rank(k) == rank),
        )
        for rank in {loci.rank(k) for k in labels}
    }
    assert found == true
    for locus in row["loci"]:
        for component in locus["components"]:
            if component.get("real_point"):
                point = model.point(component["real_point"])
                assert loci.rank(loci.label_of(point)) == model_rank(point).value


@pytest.mark.parametrize(
    "model",
    [gram(3, 2), families.framework(3), Model([A * B - C**2, C * D * (A - B)], [A, B, C, D])],
    ids=str,
)
def test_every_small_point_has_the_rank_of_its_stratum(model):
    found, rng = stratify(model), random.Random(0)
    grid = list(itertools.product((-1, 0, 1, 2), repeat=4))
    for _ in range(60):
        head = rng.choice(grid)
        values = [*head, *(rng.choice((0, 1, -1)) for _ in range(model.size - 4))]
        point = model.point(values[: model.size])
        assert found.stratum_of(point).rank == int(model_rank(point))


def test_points_of_strata_lie_on_them_with_their_rank():
    for model in (gram(3, 2), families.framework(3), Model((A**2 + B**2 - C**2) * D, [A, B, C, D])):
        found = stratify(model)
        for stratum in found.strata:
            point = stratum.point(seed=3)
            assert int(model_rank(point)) == stratum.rank
            assert found.stratum_of(point) == stratum
            if stratum.chart is not None:
                assert len(stratum.chart.coordinates) == stratum.dimension


def test_conditions_may_be_polynomials_of_any_degree():
    """a^3 = b^2 divides the plane, and c = 0 with it; no parameter occurs linearly."""
    model = Model(C**2 * X, [A, B, C], [X])
    found = stratify(model, conditions=[A**3 - B**3 * A - B**2 - 1])
    assert found.complete
    dimensions = sorted((s.rank, s.dimension) for s in found.strata)
    assert dimensions == [(0, 1), (0, 2), (1, 2), (1, 3)]


def test_a_condition_that_is_reducible_gives_its_parts():
    p, q, x, y = sympy.symbols("p q x y")
    model = Model((p - 2 * q) ** 2 * (p - 3 * q) * x + q * y, [p, q], [x, y])
    found = stratify(model, conditions=[(p - 2 * q) * (p - 3 * q)])
    assert found.complete
    for values in [(3, 1), (2, 1), (1, 1), (0, 0)]:
        point = model.point(list(values))
        assert found.stratum_of(point).rank == int(model_rank(point))


def test_rational_coefficients_are_not_rescaled_one_by_one():
    """(a/2 x + a y, 2 a x + ...): columns with different denominators keep their rank."""
    x, y = sympy.symbols("x y")
    half = sympy.Rational(1, 2)
    model = Model([A**2 * half * x + A**2 * y + B**2 * x + 2 * B**2 * y], [A, B], [x, y])
    # both tangents are multiples of x + 2 y
    assert levels(model) == {0: 0, 1: 2}


def test_symmetric_pieces_are_one_orbit():
    (zero, one) = stratify(Model(A * B * C, [A, B, C])).levels
    assert (zero.rank, int(zero.count), len(zero.strata)) == (0, 3, 1)
    assert int(one.count) == 1


def test_a_point_with_irrational_values():
    model = Model((A**2 - 2) ** 2 * B, [A, B])
    assert stratum_of(model.point([sympy.sqrt(2), 5])).rank == 0
    assert stratum_of(model.point([Fraction(3, 2), 5])).rank == 1


def test_what_minors_cannot_decide_is_bounded():
    """A positive polynomial that no rule recognises: its zeros are none, and nothing is claimed."""
    motzkin = A**4 * B**2 + A**2 * B**4 - 3 * A**2 * B**2 + 2
    found = stratify(Model(motzkin**2 * C, [A, B, C]))
    for level in found.levels:
        assert level.dimension.lower <= 3
        assert level.dimension.verdict in (Verdict.PROVED, Verdict.OPEN)
    assert found.level(0) is None or not found.complete or int(found.level(0).dimension) < 2


@pytest.mark.parametrize("terms", [1, 2, 4])
@pytest.mark.parametrize(
    ("model", "true"),
    [
        (gram(2, 2), {0: 0, 2: 3, 3: 4}),
        (families.framework(3), {0: 2, 2: 5, 3: 6}),
        (Model([A * B + C, C * A * B, A * B * C**2], [A, B, C]), {1: 1, 2: 3}),
    ],
    ids=str,
)
def test_minors_that_are_too_long_leave_bounds(model, true, terms, monkeypatch):
    monkeypatch.setattr("rankstrat.algebra.minors.MOST_TERMS", terms)
    loci = loci_of(model)
    for rank, dimension in true.items():
        extent = loci.extent(rank)
        assert extent.lower <= dimension <= extent.upper


@pytest.mark.parametrize("seed", range(8))
def test_random_models_against_every_point_of_a_grid(seed):
    """Ranks of strata at all points of a small grid equal ranks of the matrix of tangents there."""
    rng = random.Random(seed)
    parameters = sympy.symbols("p:3")
    forms = [
        sum(rng.choice((-1, 0, 0, 1, 2)) * p for p in parameters) + rng.choice((-1, 0, 0, 1))
        for _ in range(4)
    ]
    outputs = [forms[0] ** 2 * forms[1], forms[1] * forms[2], forms[0] * forms[3] ** 2 + forms[2]]
    model = Model(outputs, parameters)
    found = stratify(model)
    jacobian = sympy.Matrix(outputs).jacobian(parameters)
    ranks = set()
    for values in itertools.product((-2, -1, 0, 1, 2), repeat=3):
        rank = jacobian.xreplace(
            dict(zip(parameters, map(sympy.Integer, values), strict=True))
        ).rank()
        ranks.add(rank)
        assert found.stratum_of(model.point(list(values))).rank == rank
    assert ranks <= {v.rank for v in found.levels}
