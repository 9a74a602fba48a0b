"""Every activation and every family obeys the laws; wrong ones are caught."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy

import rankstrat as rs
from rankstrat.activations import Activation, Z, as_activation
from rankstrat.errors import FamilyError
from rankstrat.families import FAMILIES
from rankstrat.testing import EXAMPLES, check_activation, check_family


@pytest.mark.parametrize("name", rs.activations)
def test_activation(name):
    record = rs.activations[name]
    assert "derivatives" in check_activation(record)


@pytest.mark.parametrize("name", FAMILIES)
def test_family(name):
    ranks = check_family(name)
    assert len(ranks) >= 3 and min(ranks) >= 1


def test_examples_are_families():
    assert set(EXAMPLES) == set(FAMILIES)


def test_unspecified_activations_pass():
    assert check_activation(as_activation("sigma")) == ("unspecified",)


TANH = rs.activations["tanh"]


@pytest.mark.parametrize(
    "wrong",
    [
        replace(TANH, parity="even"),
        replace(TANH, parity="none"),
        replace(TANH, remainder_parity="even"),
        replace(TANH, remainder_parity="unknown"),
        replace(TANH, polynomial_part=(Fraction(1, 2),)),
        replace(TANH, formula=Z**3),
        replace(TANH, formula=sympy.tanh(Z + 1)),
        replace(rs.activations["exp"], formula=sympy.exp(Z**2), parity="even"),
        Activation("halved", sympy.log(1 + sympy.exp(Z)), "none", (Fraction(1),), "even", TANH.lemma),
    ],
)
def test_wrong_records_are_caught(wrong):
    with pytest.raises(FamilyError):
        check_activation(wrong)


def test_a_lemma_that_does_not_hold_with_bias_is_caught():
    """exp(w.x + b) is a multiple of exp(w.x)."""
    lying = replace(rs.activations["exp"], lemma=replace(rs.activations["exp"].lemma, with_bias=True))
    with pytest.raises(FamilyError, match="independence lemma with biases"):
        check_activation(lying)


def test_too_few_sizes_are_refused():
    with pytest.raises(FamilyError, match="three"):
        check_family("diagonal", [{"features": 1}])
