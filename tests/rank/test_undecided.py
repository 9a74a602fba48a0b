"""What is not decided leaves bounds with a reason, and no exception."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

import rankstrat as rs
from rankstrat.algebra.balls import Elimination, excludes_zero
from rankstrat.errors import CertificateError, UndecidedError, UnsupportedFunctionError
from rankstrat.rank import search, vanishing

a, b, c, x, y = sp.symbols("a b c x y")
POINT = rs.Model(a * sp.tanh(b * x) + c * sp.tanh(x), [a, b, c], [x]).point([2, 3, 5])


def refusing(*_, **__):
    raise UndecidedError("a constant between dependent functions could not be evaluated; simplify")


def test_undecided_generators_leave_the_bounds_that_need_none(monkeypatch):
    monkeypatch.setattr(search, "Tower", refusing)
    rank = rs.model_rank(POINT)
    assert (rank.lower, rank.upper) == (3, 3)  # three functions, and a minor in balls
    assert rank.minor.prime == 0
    rank.check()


def test_the_reason_is_printed_where_bounds_stay_open(monkeypatch):
    monkeypatch.setattr(search, "Tower", refusing)
    F = rs.Model(a * sp.tanh(x) + b * sp.tanh(x) * c, [a, b, c], [x])
    monkeypatch.setattr(search.Analysis, "affine_bound", 3)
    rank = rs.model_rank(F.point([1, 2, 3]))
    assert (rank.lower, rank.upper, rank.verdict) == (1, 3, rs.Verdict.OPEN)
    assert "a constant between dependent functions could not be evaluated" in str(rank)
    assert "simplify" not in str(rank)
    rank.check()


def test_an_undecided_denominator_leaves_nothing_but_the_number_of_parameters(monkeypatch):
    F = rs.Model(a * x / (1 + sp.exp(b * x)), [a, b], [x])
    monkeypatch.setattr(vanishing, "_certainly_nonzero", lambda *_: False)
    monkeypatch.setattr(vanishing, "_is_enclosed_away_from_zero", lambda *_: False)
    monkeypatch.setattr(vanishing, "Tower", refusing)
    rank = rs.model_rank(F.point([1, 2]))
    assert (rank.lower, rank.upper, rank.minor) == (0, 2, None)
    assert "whether a denominator vanishes" in str(rank)
    rank.check()
    forged = rs.model_rank(POINT).to_json()
    monkeypatch.setattr(vanishing, "Tower", refusing)
    certificate = rs.RankCertificate.from_json(forged)
    certificate.check()  # it divides by nothing
    with monkeypatch.context() as patch:
        patch.setattr(search, "require_nonzero", refusing)
        with pytest.raises(CertificateError):
            certificate.check()


@pytest.mark.parametrize(
    "function",
    [
        sp.sqrt(1 + sp.sqrt(sp.cosh(x))),
        sp.sqrt(sp.sin(x) ** 2 + sp.sqrt(sp.cosh(x) + sp.sinh(3 * x) + 5)),
    ],
    ids=str,
)
def test_roots_inside_roots_have_a_rank(function):
    """Independent of x, since no root of a sum of exponentials is linear."""
    assert rs.model_rank(rs.Model(a * function + b * x, [a, b], [x]).point([1, 2])) == 2


def test_elimination_of_balls_finds_the_rank_of_rows():
    """Rows 2 and 4 depend on those before: (2, 4, 6) = 2 (1, 2, 3), and the sum of two."""
    rows = [[1, 2, 3], [2, 4, 6], [0, 1, 5], [1, 3, 8], [0, 0, Fraction(1, 10**30)]]
    balls = [[rs_ball(v) for v in row] for row in rows]
    elimination = Elimination(256)
    columns = [elimination.pivot(row) for row in balls]
    assert [k for k, j in enumerate(columns) if j is not None] == [0, 2, 4]
    assert excludes_zero([balls[k] for k in (0, 2, 4)], 256)
    assert not excludes_zero([balls[k] for k in (0, 2, 3)], 256)


def rs_ball(value):
    flint = pytest.importorskip("flint")
    return flint.arb(flint.fmpq(*Fraction(value).as_integer_ratio()))


def test_rows_of_a_ball_minor_may_be_any(monkeypatch):
    """Functions that vanish for x < 0 have no minor in the first rows alone."""
    monkeypatch.setattr(search, "Tower", refusing)
    late = sp.exp(x) - 1
    F = rs.Model(a * late + b * late * x + c * x**2 * late, [a, b, c], [x])
    rank = rs.model_rank(F.point([0, 0, 0]))
    assert rank == 3
    rank.check()


y, n = sp.symbols("y n")
FAR = sp.Max(0, x * y - 10**9)
INTEGER, FINITE = {n: "integer"}, {n: [0, 1, 2]}


@pytest.mark.parametrize(
    ("output", "inputs", "domain", "rank"),
    [
        # regions of x y are sampled, and none of the samples has x y > 10^9
        (a * FAR, [x, y], {}, 1),
        (a * FAR + b * sp.Max(0, x**2 * y - 10**12), [x, y], {}, 2),
        (a * FAR + b * x, [x, y], {}, 2),
        # sin(pi n) = 0
        (a * sp.Abs(sp.sin(sp.pi * n)) + b * n, [n], INTEGER, 1),
        (a * sp.Max(0, sp.sin(sp.pi * n)) + b * n**2, [n], INTEGER, 1),
        (a * sp.Abs(sp.sin(sp.pi * n)) + b * n, [n], FINITE, 1),
    ],
    ids=str,
)
def test_zero_on_the_regions_that_were_met_is_no_proof(
    output: sp.Expr, inputs: list[sp.Symbol], domain: dict[sp.Symbol, object], rank: int
) -> None:
    parameters = [p for p in (a, b) if output.has(p)]
    certificate = rs.model_rank(rs.Model(output, parameters, inputs, domain=domain))
    certificate.check()
    assert certificate.lower <= rank <= certificate.upper


def test_sinc_of_integers_is_refused() -> None:
    """sinc(pi n) is 1 at n = 0 and 0 elsewhere, and sin(pi n)/(pi n) is 0 where it is defined."""
    with pytest.raises(UnsupportedFunctionError, match="at integers"):
        rs.model_rank(rs.Model(a * sp.sinc(sp.pi * n) + b, [a, b], [n], domain=INTEGER))


def test_a_root_of_high_degree_makes_no_basis_of_its_field() -> None:
    """sqrt(2), 2^p and their multiples are numbers; the field of 2^p has degree 8666815."""
    model = rs.Model(a * sp.sqrt(2) + b * 2**c, [a, b, c], [x])
    certificate = rs.model_rank(model.point([1, 1, sp.Rational(-1603553, 8666815)]))
    assert (certificate.value, certificate.verdict) == (1, rs.Verdict.PROVED)


PARTS = [
    # for a > 1 the exponents agree, and for a < -1 they are opposite: ranks 2 and 3
    a * sp.exp(x * sp.sqrt(c**2 - 1)) + b * sp.exp(x * (c + 1) * sp.sqrt(1 - 2 / (c + 1))),
    # 0 for c > 1
    a * (sp.sqrt(c**2 - 1) - (c + 1) * sp.sqrt(1 - 2 / (c + 1))) * x + b,
    # pi/2 or -pi/2
    a * sp.exp(x * (sp.atan(c) + sp.atan(1 / c))) + b * sp.exp(sp.pi / 2 * x),
]


@pytest.mark.parametrize("function", PARTS, ids=str)
def test_a_minor_at_one_point_says_nothing_of_other_parts_of_a_chart(function):
    certificate = rs.model_rank(rs.Model(function, [a, b, c], [x]))
    assert certificate.largest and certificate.lower > 0
    certificate.check()
    claimed = certificate.to_json().replace('"largest": true', '"largest": false')
    assert claimed != certificate.to_json()
    with pytest.raises(CertificateError, match="largest"):
        rs.RankCertificate.from_json(claimed).check()


def test_roots_of_what_is_positive_everywhere_have_one_part():
    function = a * sp.sqrt(1 + sp.sqrt(1 + b**2 * x**2))
    certificate = rs.model_rank(rs.Model(function, [a, b], [x]))
    assert (int(certificate), certificate.largest) == (2, False)


@pytest.mark.parametrize(
    "root",
    [
        sp.sqrt(-1 - x**2),
        sp.Piecewise((sp.sqrt(sp.cosh(x)), x > 0), (sp.sqrt(-sp.cosh(x)), True)),
    ],
)
def test_a_certificate_of_a_model_that_no_program_holds_is_printed_and_read(root) -> None:
    rank = rs.model_rank(rs.Model(a * root + b * sp.Function("s")(x), [a, b], [x]).point([1, 1]))
    assert (rank.lower, rank.upper, rank.verdict) == (0, 2, rs.Verdict.OPEN)
    assert "for a generic smooth s" in str(rank)
    rs.RankCertificate.from_json(rank.to_json()).check()


def test_exponentials_of_multiples_of_a_number_are_powers():
    # tan 1 = sin 2/(1 + cos 2), and (1 + cos 2)^2 + sin(2)^2 = 2 (1 + cos 2)
    quotient = sp.sin(2) / ((1 + sp.cos(2)) ** 2 + sp.sin(2) ** 2)
    for number, rank in ((2, 1), (3, 2)):
        difference = sp.exp(4 * quotient) - sp.exp(number * sp.tan(1))
        found = rs.model_rank(rs.Model(a * x + b * (x + difference * y), [a, b], [x, y]))
        assert (found.value, found.verdict) == (rank, rs.Verdict.PROVED)


def test_a_certificate_with_a_number_in_other_words_holds():
    # y + tanh(tan 1), 2 y and a number, whose relation is written with sines of 2
    tower = a * y * b + a * sp.tanh(sp.tan(c))
    found = rs.model_rank(rs.Model(tower, [a, b, c], [x, y]).point([2, 1, 1]))
    assert (found.value, found.verdict) == (2, rs.Verdict.PROVED)
    found.check()
