"""The golden tables are consistent with exact arithmetic that shares nothing with the system that
made them.
"""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path

import oracles
import pytest
import sympy

GOLDEN = Path(__file__).parents[1] / "golden"
PRIME = 2**61 - 1


def load(name: str) -> dict:
    return json.loads((GOLDEN / f"{name}.json").read_text())


def modular_rank(rows: list[list[int]]) -> int:
    work, rank = [[c % PRIME for c in row] for row in rows], 0
    for column in range(len(work[0])):
        pivot = next((i for i in range(rank, len(work)) if work[i][column]), None)
        if pivot is None:
            continue
        work[rank], work[pivot] = work[pivot], work[rank]
        inverse = pow(work[rank][column], -1, PRIME)
        for i in range(rank + 1, len(work)):
            if work[i][column]:
                factor = work[i][column] * inverse % PRIME
                work[i] = [
                    (x - factor * y) % PRIME for x, y in zip(work[i], work[rank], strict=True)
                ]
        rank += 1
    return rank


class PolynomialMap:
    """Outputs and Jacobian of a row, at integers, and the tangent functions on random inputs."""

    def __init__(self, row: dict):
        self.theta = [sympy.Symbol(p) for p in row["parameters"]]
        self.x = [sympy.Symbol(p) for p in row["inputs"]]
        self.names = {str(s): s for s in self.theta + self.x}
        self.outputs = [sympy.parse_expr(f, local_dict=self.names) for f in row["outputs"]]
        slopes = [[sympy.diff(f, p) for f in self.outputs] for p in self.theta]
        self.slopes = sympy.lambdify([self.theta, self.x], slopes)
        source = random.Random(1)
        count = len(self.theta) + 5 if self.x else 1
        self.samples = [[source.randint(-50, 50) for _ in self.x] for _ in range(count)]

    def tangents(self, point: list[int]) -> list[list[int]]:
        values = [self.slopes(point, x) for x in self.samples]
        return [[c for value in values for c in value[i]] for i in range(len(self.theta))]

    def equals(self, point: list[int], target: list[str]) -> bool:
        wanted = [sympy.parse_expr(f, local_dict=self.names) for f in target]
        values = dict(zip(self.theta, point, strict=True))
        return all(
            sympy.expand(f.subs(values) - g) == 0 for f, g in zip(self.outputs, wanted, strict=True)
        )

    def vanishing(self, ideal: list[str]):
        return sympy.lambdify(
            [self.theta], [sympy.parse_expr(g, local_dict=self.names) for g in ideal]
        )


@pytest.mark.parametrize("row", load("polynomial_ranks")["rows"], ids=lambda row: row["name"])
def test_polynomial_rank(row):
    model = PolynomialMap(row)
    source = random.Random(2)
    point = [source.randint(-(10**6), 10**6) for _ in model.theta]
    assert modular_rank(model.tangents(point)) == row["rank"]


@pytest.mark.parametrize("row", load("determinantal")["rows"], ids=lambda row: row["name"])
def test_rank_loci(row):
    model = PolynomialMap(row)
    loci = [(locus["rank_at_most"], model.vanishing(locus["radical"])) for locus in row["loci"]]
    source = random.Random(row["name"])
    points = [[source.choice([-2, -1, 0, 0, 1, 2]) for _ in model.theta] for _ in range(60)]
    points += [
        c["real_point"] for locus in row["loci"] for c in locus["components"] if c.get("real_point")
    ]
    for point in points:
        rank = oracles.exact_rank(model.tangents(point))
        assert rank == min(r for r, values in loci if not any(values(point))), point
    assert max(r for r, _ in loci) == row["generic_rank"]


@pytest.mark.parametrize(
    "row", load("target_sets")["rows"], ids=lambda row: f"{row['name']}: {row['target']}"
)
def test_fibres(row):
    model = PolynomialMap(row)
    for component in row["components"]:
        points = [
            (p["real_point"], p["rank_at_most"])
            for p in component["lower_rank"]
            if p["real_point"] is not None
        ]
        if component["real_point"] is not None:
            points.append((component["real_point"], component["generic_rank"]))
        for point, highest in points:
            assert model.equals(point, row["target"])
            assert not any(model.vanishing(component["ideal"])(point))
            assert component["minimum_rank"] <= oracles.exact_rank(model.tangents(point)) <= highest
    assert row["minimum_rank"] == min(component["minimum_rank"] for component in row["components"])


def test_minimum_ranks_follow_the_formulas():
    least = {
        (row["name"], *row["target"]): row["minimum_rank"] for row in load("target_sets")["rows"]
    }
    assert least["2x1 times 1x2", "1", "2", "2", "4"] == oracles.optimistic_matrix_factorization(
        2, 2, 1
    )
    assert least["2x2 times 2x1", "1", "2"] == oracles.optimistic_matrix_factorization(2, 1, 1)
    assert least["diagonal, two coordinates", "x1"] == 1
    assert least["deep diagonal, depth 3, two coordinates", "x1"] == 1
    assert least["three affine coefficients, one a product", "2 + 3*x1"] == 2


def deep_network(theta: list, x: list, widths: list[int]):
    start, layer = 0, x
    for level in range(1, len(widths)):
        before, width = widths[level - 1], widths[level]
        weights, biases = (
            theta[start : start + before * width],
            theta[start + before * width :][:width],
        )
        start += before * width + width
        layer = [
            biases[i] + sum(weights[i * before + j] * layer[j] for j in range(before))
            for i in range(width)
        ]
        if level < len(widths) - 1:
            layer = [oracles.ACTIVATIONS["tanh"](z) for z in layer]
    return layer[0]


def deep_rows() -> list[dict]:
    return [row for row in load("deep_tanh")["rows"] if row["widths"] == [2, 3, 3, 1]]


def check_deep(row: dict) -> None:
    theta = []
    for level in "123":
        theta += [Fraction(c) for line in row["point"]["W" + level] for c in line]
        theta += [Fraction(c) for c in row["point"]["b" + level]]
    assert len(theta) == row["parameters"]
    number = oracles.independent_rank(lambda p, x: deep_network(p, x, row["widths"]), theta, 2)
    assert number == row["rank"] == row["minor_in_balls"]


@pytest.mark.parametrize("row", deep_rows()[:2], ids=lambda row: row["case"])
def test_deep_tanh(row):
    check_deep(row)


@pytest.mark.slow
@pytest.mark.parametrize("row", deep_rows(), ids=lambda row: row["case"])
def test_deep_tanh_at_length(row):
    check_deep(row)


def test_type_counts():
    data = load("type_counts")
    assert data["counts"]["12"] == 32926
    for key, table in data["by_rank"].items():
        width, dimension = (int(part.split("=")[1]) for part in key.split(", "))
        assert sum(table.values()) == data["counts"][str(width)]
        assert max(map(int, table)) == width * (dimension + 1)
