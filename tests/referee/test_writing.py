"""Proof objects of models with a domain, constants or many regions; ranks are derived by hand."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import sympy as sp

import rankstrat as rs
from rankstrat.cli._proofs import refereed
from rankstrat.errors import CertificateError
from rankstrat.rank.proof.writer import proof_object
from rankstrat.referee.proof import check

a, b, c, w, x, y, k = sp.symbols("a b c w x y k")
relu = rs.families.two_layer(width=3, inputs=2, activation="relu", bias=True)
CASES: dict[str, tuple[Callable[[], rs.Chart], int]] = {
    # three functions without relation
    "positive input": (
        lambda: rs.Model(
            a * sp.sqrt(x) + b * sp.log(x) + c * x, [a, b, c], [x], domain={x: "x > 0"}
        ).generic(),
        3,
    ),
    # two values of x give two equations
    "two inputs": (
        lambda: rs.Model(
            a * sp.tanh(w * x) + b, [a, w, b], [x], domain={x: "x in {0, 1}"}
        ).point([1, 1, 1]),
        2,
    ),
    # the squares add up to one
    "circle": (
        lambda: rs.Model(
            a * x**2 + b * y**2 + c, [a, b, c], [x, y], domain={(x, y): "sphere"}
        ).generic(),
        2,
    ),
    # an exponential and a line
    "constant": (
        lambda: rs.Model(a * sp.exp(k * x) + b * x, [a, b], [x], constants=[k]).generic(),
        2,
    ),
    # proportional functions
    "constant factor": (
        lambda: rs.Model(a * k * x + b * x, [a, b], [x], constants=[k]).generic(),
        1,
    ),
    # log(k) and 1/k are two numbers, and one output without inputs has rank 1
    "logarithm of a coordinate": (
        lambda: rs.Model(w * sp.log(b), [w, b], [x]).chart({w: 1, b: k**2}),
        1,
    ),
    # a node of softplus whose argument is a coordinate
    "softplus of a coordinate": (
        lambda: rs.Model(a * sp.log(1 + sp.exp(b)), [a, b], [x]).chart({a: 1, b: k}),
        1,
    ),
    # |b| = b at b = 2: the outputs are one number, and the inputs do not occur
    "kinks without inputs": (
        lambda: rs.Model(a * sp.Abs(b) + b, [a, b], [x, y]).point({a: 1, b: 2}),
        1,
    ),
    # each neuron loses one dimension to its scaling
    "moving kinks": (relu.generic, 9),
    # ten neurons with different kinks
    "many regions": (
        lambda: rs.families.two_layer(
            width=10, inputs=1, activation="relu", bias=True
        ).point(a=[1] * 10, w=[[1 + i % 3] for i in range(10)], b=[7 * i - 30 for i in range(10)]),
        20,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_models_with_a_domain_constants_or_regions(name: str) -> None:
    make, rank = CASES[name]
    certificate = rs.model_rank(make())
    _, found = refereed(certificate)
    assert found.holds, found.lines
    assert (found.lower, found.upper, found.verdict) == (rank, rank, "PROVED")


def test_a_relation_that_no_rule_admits_is_no_false_statement() -> None:
    # dF/da = |b| dF/dc, dF/db = a sign(b) dF/dc: coefficients with a kink, which are left out
    model = rs.Model(a * sp.Abs(b) * x + c * x, [a, b, c], [x])
    certificate = rs.model_rank(model.generic())
    assert int(certificate) == 1
    _, found = refereed(certificate)
    assert not (found.fails or found.holds)
    assert (found.lower, found.upper, found.verdict) == (1, 3, "OPEN")


def test_integers_are_no_open_set() -> None:
    # sin(pi n) = 0: what holds for integers is not true for real inputs
    model = rs.Model(a * sp.sin(sp.pi * x) + b, [a, b], [x], domain={x: "integer"})
    with pytest.raises(CertificateError, match="integer inputs"):
        proof_object(rs.model_rank(model.generic()))


def test_nodes_come_in_the_order_of_evaluation() -> None:
    certificate = rs.model_rank(CASES["positive input"][0]())
    data = proof_object(certificate)
    data["graph"].insert(0, ["rat", 1, 1])  # all numbers are off by one
    (found,) = check(json.dumps(data))
    assert found.fails
