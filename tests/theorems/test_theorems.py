"""The theorem catalogue: every closed form holds in its cases, at other seeds too, and a wrong one
is refuted.
"""

from __future__ import annotations

import random
import re

import pytest

import rankstrat as rs
from rankstrat import theorems
from rankstrat.errors import FamilyError
from rankstrat.theorems import THEOREMS, Summary, verify_all
from rankstrat.theorems.report import bibliography
from rankstrat.theorems.theorem import Theorem, check_case

NAMES = list(THEOREMS)


@pytest.mark.sampled(24)
@pytest.mark.parametrize("name", NAMES)
def test_theorem_holds_in_sampled_cases(name):
    """All cases are checked by `make verify` and by the build of the documentation."""
    theorem = THEOREMS[name]
    cases = list(theorem.cases(0, False))
    assert len(cases) >= 6
    for place in random.Random(name).sample(range(len(cases)), 2):
        row = check_case(theorem, cases[place])
        assert str(row.verdict) in ("PROVED", "PROBABLE"), row


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_theorem_holds(name):
    report = rs.verify(name)
    assert report.ok, str(report)
    assert max(row.size for row in report.rows) >= 32  # beyond a hand computation


@pytest.mark.parametrize("name", NAMES)
def test_theorem_is_well_described(name):
    theorem = THEOREMS[name]
    assert isinstance(theorem, Theorem)
    assert theorem.name == name
    assert theorem.title
    assert theorem.statement.count("$") % 2 == 0
    assert "  " not in theorem.statement
    assert theorem.assumptions
    assert theorem.source
    bibliography(theorem.keys)
    assert len(list(theorem.cases(0, True))) >= len(list(theorem.cases(0, False)))
    named = set(re.findall(r"\b(LLR|LSH|OPT|DIAG|EP1|EP2|STR)\b", theorem.source))
    assert named <= set(theorem.keys)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "name", ["two_layer_points", "matrix_factorization_rank", "diagonal_points"]
)
def test_other_seeds_hold_too(name):
    assert rs.verify(name, seed=7).ok


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_closed_form_is_refuted(name):
    theorem = THEOREMS[name]
    case = next(iter(theorem.cases(0, False)))
    shift = 1 if theorem.relation != "<=" else -1
    wrong = (
        theorem.predicted(case, 0)
        + shift * (theorem.relation != ">=")
        + 1000 * (theorem.relation == ">=")
    )
    found = theorems.run(
        Theorem(
            **{
                **vars(theorem),
                "cases": lambda seed, deep: [case],
                "predicted": lambda case, seed: wrong,
            }
        )
    )
    assert str(found.rows[0].verdict) == "REFUTED"
    assert not found.ok


def test_table_of_4_by_4():
    report = rs.verify("matrix_factorization_table")
    assert [row.computed for row in report.rows] == [0, 7, 7, 12, 12, 15, 16, 16]


def test_slide_numbers():
    # LLR Section 6: 9 for three neurons in width 500 with bias, 21 for d = 5
    theorem = THEOREMS["two_layer_rank_bias"]
    slides = {(500, 3): 9, (5, 3): 21}
    cases = [case for case in theorem.cases(0, False) if (case["m"], case["k"]) in slides]
    assert len(cases) == 2
    for case in cases:
        assert check_case(theorem, case).computed == slides[case["m"], case["k"]]


def test_the_column_of_thresholds_says_what_is_arithmetic():
    # two neurons of two inputs carry two: an isolated branch, c = 2 (2 + 1)
    report = rs.verify("stability_thresholds")
    headings = report.table().columns
    assert "computed" not in headings
    assert "listed c, or min(computed rank, c - 1)" in headings
    rows = {tuple(row.case.values()): row for row in report.rows}
    assert rows[2, 2, 2, 2, 0, "stable from"].computed == 2 + 2 * 2
    assert report.ok
    assert "computed" in rs.verify("linear_rank").table().columns


def test_unknown_theorem_error():
    with pytest.raises(FamilyError, match="did you mean two_layer_rank"):
        rs.verify("two_layer_rnk")
    with pytest.raises(FamilyError, match="is unknown"):
        verify_all(["diagonal_rank", "nonsense"])


def test_summary_of_several():
    summary = verify_all(["diagonal_rank", "linear_rank"])
    assert isinstance(summary, Summary)
    assert summary.ok
    assert [report.theorem.name for report in summary.reports] == ["diagonal_rank", "linear_rank"]
    assert summary.bibtex().count("@") == 2
    assert "PROVED" in str(summary)
    assert '"ok": true' in summary.to_json()


def test_interrupted_summary_is_not_ok():
    def stop(row, done, total):
        raise KeyboardInterrupt

    summary = verify_all(["diagonal_rank", "linear_rank"], progress=stop)
    assert not summary.ok
    assert len(summary.reports[0].rows) == 1
    assert summary.missing == ("linear_rank",)
    assert "not begun: linear_rank" in str(summary)
    assert "Interrupted after 1 of 7 cases of diagonal_rank." in str(summary)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_deep_sweep_holds(name):
    report = rs.verify(name, deep=True)
    assert report.ok, str(report)


@pytest.mark.parametrize("seed", [7719, *range(20)])
def test_random_units_of_a_small_network_are_generic(seed):
    """With one input two of two random weights would be equal up to sign in one of nine cases."""
    assert rs.verify("null_neuron_rank", seed=seed).ok
