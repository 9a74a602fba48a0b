"""The stored fixtures of learning coefficients: what the script computes, and values by hand."""

from __future__ import annotations

import json
import runpy
from fractions import Fraction
from pathlib import Path

import pytest
import sympy

import rankstrat as rs
from rankstrat.text.parsing import parse_expression

ROOT = Path(__file__).resolve().parents[2]
STORED = ROOT / "docs" / "laboratory" / "learning_fixtures.json"
FIXTURES = {row["name"]: row for row in json.loads(STORED.read_text(encoding="utf-8"))["fixtures"]}

# by hand: rank/2 on Morse-Bott branches; 1/2 and k for k coordinates; (1/2 + 1/3)/2 for the cusp
# whatever the coordinates; reduced rank regression and Aoyagi's closed form at M = 2, l = 3, a = 2;
# 1/2 (1 + d) + d/4 for two equal neurons
BY_HAND = {
    "regular line": ("1", 1),
    "two zeros": ("1/2", 2),
    "three zeros": ("1/2", 3),
    "cusp": ("5/12", 1),
    "2x2 factors of rank 0": ("3/2", 1),
    "2x2 factors of rank 1": ("2", 2),
    "three 2x2 factors of rank 0": ("3/2", 3),
    "exp, two equal neurons, one input": ("5/4", 1),
    "exp, two equal neurons, two inputs": ("2", 1),
    "tanh, one idle neuron": ("3/2", 1),
    "cusp in other coordinates": ("5/12", 1),
}


def test_what_the_script_computes_is_stored():
    script = runpy.run_path(str(STORED.with_suffix(".py")))
    assert script["bundle"]() == STORED.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", BY_HAND)
def test_values_by_hand(name):
    row = FIXTURES[name]
    assert (row["value"], row["multiplicity"], row["verdict"]) == (*BY_HAND[name], "PROVED")


def test_open_ones_are_bounded():
    """a w + b v and a w^3 + b v^3 are of order 2, so lambda is at most 4/4."""
    assert set(FIXTURES) - set(BY_HAND) == {"tanh, two null neurons"}
    row = FIXTURES["tanh, two null neurons"]
    assert (row["value"], row["verdict"]) == (None, "OPEN")
    assert Fraction(row["lower"]) <= Fraction(row["upper"]) <= 1


@pytest.mark.parametrize("name", BY_HAND)
def test_a_fixture_says_all_that_is_needed(name):
    """Model and point as read from the file alone have the stored rank."""
    row = FIXTURES[name]
    names = {n: sympy.Symbol(n) for n in (*row["parameters"], *row["inputs"])}
    outputs = [parse_expression(text, names) for text in row["outputs"]]
    parameters, inputs = ([names[n] for n in row[key]] for key in ("parameters", "inputs"))
    point = rs.Model(outputs, parameters, inputs).point([Fraction(v) for v in row["at"]])
    assert rs.model_rank(point).lower == row["rank"]
