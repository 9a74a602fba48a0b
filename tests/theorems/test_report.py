"""Reports: predicted and computed stay apart, false claims are refuted, interrupted sweeps are kept
and resumed.
"""

from __future__ import annotations

import json
import re
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import rankstrat as rs
from rankstrat.errors import FamilyError, ParseError, UndecidedError
from rankstrat.text.tables import Math
from rankstrat.theorems.report import Report, bibliography, rows_from_json, run
from rankstrat.theorems.theorem import Computed, Theorem


def cases(seed, deep):
    return [{"n": n} for n in range(1, 9 if deep else 5)]


def predicted(case, seed):
    return case["n"]


def computed(case, seed):
    return rs.model_rank(rs.families.diagonal(case["n"]).generic(), seed=seed)


TRUE = Theorem(
    "true",
    "True",
    "$r = n$",
    "derived here",
    ("LLR",),
    ("none",),
    Math("n"),
    cases,
    predicted,
    computed,
)


def wrong(case, seed):
    return case["n"] if case["n"] < 3 else case["n"] + 1


def test_is_ok():
    report = run(TRUE)
    assert report.ok
    assert report.complete
    assert report.counts[rs.Verdict.PROVED] == 4
    assert report.counterexample is None
    assert (
        [row.predicted for row in report.rows]
        == [row.computed for row in report.rows]
        == [1, 2, 3, 4]
    )
    assert "4 of 4 cases: 4 PROVED." in str(report)
    assert len(run(TRUE, deep=True).rows) == 8


def test_false_claim_is_refuted_with_the_smallest_counterexample():
    report = run(replace(TRUE, predicted=wrong))
    assert not report.ok
    assert [str(row.verdict) for row in report.rows] == ["PROVED", "PROVED", "REFUTED", "REFUTED"]
    assert report.counterexample.case == {"n": 3}
    assert "smallest counterexample: n = 3: predicted 4, computed 3" in str(report)


def test_predicted_value_never_stands_in_the_computed_column():
    def broken(case, seed):
        raise UndecidedError("cannot tell")

    report = run(replace(TRUE, computed=broken))
    assert not report.ok
    assert {str(row.verdict) for row in report.rows} == {"OPEN"}
    assert [row.computed for row in report.rows] == ["0..?"] * 4
    assert "cannot tell" in report.rows[0].statement
    assert "cannot tell" in str(report)


@pytest.mark.parametrize(
    ("relation", "lower", "upper", "given", "verdict"),
    [
        ("=", 3, 3, "PROVED", "PROVED"),
        ("=", 3, 3, "PROBABLE", "PROBABLE"),
        ("=", 3, 3, "NUMERICAL", "NUMERICAL"),
        ("=", 2, 3, "OPEN", "OPEN"),
        ("=", 1, 2, "OPEN", "REFUTED"),
        ("=", 4, 9, "OPEN", "REFUTED"),
        ("=", 2, 2, "PROVED", "REFUTED"),
        ("=", 2, 2, "NUMERICAL", "NUMERICAL"),
        (">=", 4, 4, "PROBABLE", "PROVED"),
        (">=", 3, 9, "OPEN", "PROVED"),
        (">=", 2, 9, "OPEN", "OPEN"),
        (">=", 2, 2, "PROVED", "REFUTED"),
        ("<=", 2, 2, "PROBABLE", "PROBABLE"),
        ("<=", 1, 3, "OPEN", "PROVED"),
        ("<=", 1, 4, "OPEN", "OPEN"),
        ("<=", 4, 4, "PROVED", "REFUTED"),
    ],
)
def test_verdict_of_a_claim(relation, lower, upper, given, verdict):
    theorem = replace(
        TRUE,
        cases=lambda seed, deep: [{"n": 3}],
        computed=lambda case, seed: Computed(lower, upper, rs.Verdict[given], 5, "a fact"),
        relation=relation,
    )
    report = run(theorem)
    assert str(report.rows[0].verdict) == verdict
    assert report.ok == (verdict in ("PROVED", "PROBABLE"))


def test_disagreeing_numerical_value_is_not_ok():
    theorem = replace(
        TRUE, computed=lambda case, seed: Computed(0, 0, rs.Verdict.NUMERICAL, 5, "floats")
    )
    assert not run(theorem).ok


def test_no_case_is_not_ok():
    assert not run(replace(TRUE, cases=lambda seed, deep: [])).ok


def test_interrupt_leaves_a_usable_report_that_can_be_resumed():
    seen = []

    def interrupted(case, seed):
        if case["n"] == 3:
            raise KeyboardInterrupt
        seen.append(case["n"])
        return computed(case, seed)

    partial = run(replace(TRUE, computed=interrupted))
    assert not partial.ok
    assert not partial.complete
    assert [row.case["n"] for row in partial.rows] == [1, 2]
    assert "interrupted: 2 cases not computed" in str(partial)
    rows = rows_from_json(partial.to_json(), TRUE, 0)
    assert rows == partial.rows
    seen.clear()
    resumed = run(
        replace(
            TRUE, computed=lambda case, seed: (seen.append(case["n"]), computed(case, seed))[1]
        ),
        done=rows,
    )
    assert seen == [3, 4]
    assert resumed.ok
    assert resumed.rows == run(TRUE).rows


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": "other"}',
        '{"format": "rankstrat-report/1", "theorem": "other", "seed": 0}',
    ],
)
def test_foreign_report_error(text):
    with pytest.raises(ParseError):
        rows_from_json(text, TRUE, 0)
    with pytest.raises(ParseError, match="seed"):
        rows_from_json(run(TRUE, seed=1).to_json(), TRUE, 0)


def test_a_report_whose_rows_were_changed_error():
    text = run(TRUE).to_json()
    assert rows_from_json(text, TRUE, 0)
    for name in ("predicted", "lower", "upper"):
        for old in re.findall(rf'"{name}": (\d+)', text):
            changed = text.replace(f'"{name}": {old}', f'"{name}": {int(old) + 1}')
            with pytest.raises(ParseError, match="changed"):
                rows_from_json(changed, TRUE, 0)


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_executors_give_the_same_rows_in_the_same_order(kind):
    theorem = rs.theorems.THEOREMS["deep_diagonal_points"]
    with kind(2) as executor:
        assert run(theorem, executor=executor).rows == run(theorem).rows


def test_progress_is_called_after_each_case():
    calls = []
    run(TRUE, progress=lambda row, done, total: calls.append((row.case["n"], done, total)))
    assert calls == [(1, 1, 4), (2, 2, 4), (3, 3, 4), (4, 4, 4)]


def test_formats():
    report = run(TRUE)
    data = json.loads(report.to_json())
    assert data["ok"] is True
    assert data["counts"]["PROVED"] == 4
    assert data["rows"][1]["case"] == {"n": 2}
    assert "\\cite{LLR}" in report.to_latex()
    assert "\\toprule" in report.to_latex()
    assert "| PROVED" in report.to_markdown()
    assert report.to_html() == report._repr_html_()
    assert "<table>" in report.to_html()
    assert report.table().records()[0] == {
        "n": 1,
        "predicted n": 1,
        "computed": 1,
        "verdict": "PROVED",
    }
    assert report.bibtex().startswith("@article{LLR,")
    assert isinstance(report, Report)


def test_bibliography_is_the_one_of_the_docs():
    docs = (Path(__file__).parents[2] / "docs" / "references.bib").read_text(encoding="utf-8")
    assert bibliography(["LSH", "LSH"]) in docs
    with pytest.raises(FamilyError, match="unknown"):
        bibliography(["nobody"])
