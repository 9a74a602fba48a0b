"""Models as people write them: their ranks are decided, and are those of mathematics."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy
from written import mpmath_rank, written

from rankstrat import Model, Verdict, families, model_rank
from rankstrat.errors import CertificateError

NAMES = sorted(written())
OPEN = {"RMSNorm eps"}
"""A relation with coefficients that are no polynomials of low degree in the parameters."""
PROBABLE = {"CP 2222 defect"}
SAMPLE = sorted(
    {"LayerNorm", "weight norm", "squareplus", "Hill", "Birch-Murnaghan", "CES", "bearing", "acos"}
    | {"relu(tanh)", "KAN composed", "LoRA"}
    | {"Item response", "golden ratio", "softmax regression"}
    | {"Strassen", "latent class 3", "moving band", "Weibull", "pseudo-Voigt", "completion, cycle"}
)


def decided(name: str) -> None:
    case = written()[name]
    certificate = model_rank(case.chart())
    assert certificate.lower == case.rank, case.why
    if name in OPEN:
        assert certificate.verdict is Verdict.OPEN
        return
    assert certificate.upper == case.rank, case.why
    expected = Verdict.PROBABLE if name in PROBABLE else Verdict.PROVED
    assert certificate.verdict is expected


@pytest.mark.parametrize("name", SAMPLE)
def test_ranks_of_models_as_people_write_them(name):
    decided(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(NAMES) - set(SAMPLE)))
def test_ranks_of_all_models_as_people_write_them(name):
    decided(name)


@pytest.mark.parametrize("name", ["Hill", "squareplus", "framework pentagon"])
def test_the_table_agrees_with_sixty_digits(name):
    assert mpmath_rank(written()[name]) == written()[name].rank


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_all_of_the_table_agrees_with_sixty_digits(name):
    assert mpmath_rank(written()[name]) == written()[name].rank


@pytest.mark.parametrize("name", ["LayerNorm", "Item response", "framework K5 plane"])
def test_affine_symmetries_survive_check_and_reading_back(name):
    certificate = model_rank(written()[name].chart())
    assert certificate.reason == "affine symmetries"
    certificate.check()
    type(certificate).from_json(certificate.to_json()).check()


@pytest.mark.parametrize(
    ("model", "rank"),
    [
        (families.matrix_factorization(8, 3, 8), 39),  # 2 r d - r^2, GL(3) acts
        (families.matrix_factorization(10, 4, 10), 64),
        (families.cp_factorization((4, 4, 4), 4), 40),  # identifiable: 4 (3 * 4 - 2)
        (families.polynomial_network([5, 8, 4], 3), 64),  # one scaling for each of 8 units
    ],
)
def test_symmetries_of_many_parameters_are_found_by_their_weights(model, rank):
    certificate = model_rank(model.generic())
    assert (certificate.value, certificate.verdict) == (rank, Verdict.PROVED)
    assert certificate.reason == "affine symmetries"


def test_a_forged_affine_bound_is_refused():
    certificate = model_rank(written()["bilinear layer"].chart())
    assert (certificate.value, certificate.verdict) == (6, Verdict.PROVED)
    forged = replace(certificate, lower=5, upper=5, reason="affine symmetries", relations=())
    with pytest.raises(CertificateError):
        forged.check()


def test_fields_at_special_points_bound_the_rank_there():
    # a rotation of the plane moves nothing at the origin: F = (p^2 + q^2) x has rank 0 there
    p, q, x = sympy.symbols("p q x")
    model = Model((p**2 + q**2) * x, [p, q], [x])
    assert int(model_rank(model.point([0, 0]))) == 0
    assert int(model_rank(model.point([1, 0]))) == 1
    assert int(model_rank(model)) == 1


def test_relations_with_roots_have_coefficients_in_the_coordinates():
    # p (q(x))^(1/3) and its four parameters: three coefficients of p^3 q; likewise below
    p, *c, x = sympy.symbols("p c0:3 x")
    quadratic = (c[0] + c[1] * x) ** 2 + (c[2] * x + sympy.Rational(1, 2)) ** 2 + 1
    for power in (sympy.Rational(1, 3), -sympy.Rational(1, 2), sympy.Rational(3, 2)):
        certificate = model_rank(Model(p * quadratic**power, [p, *c], [x]))
        assert (certificate.value, certificate.verdict) == (3, Verdict.PROVED)
        certificate.check()
