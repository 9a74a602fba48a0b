"""The stored results of the documentation are complete, CONSISTENT, and of today's cells."""

from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from rankstrat.errors import ParseError
from rankstrat.experiments import EXPERIMENTS, stored_report

DOCS = Path(__file__).parents[2] / "docs" / "laboratory"


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_results_belong_to_the_cells(name):
    report = stored_report(DOCS / "results" / f"{name}.json")
    found = EXPERIMENTS[name]
    assert report.ok
    assert [dict(row.case) for row in report.rows] == [dict(c) for c in found.cases(0, False)]
    assert [row.tolerance for row in report.rows] == [
        str(found.tolerance(row.case)) for row in report.rows
    ]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_has_a_page_and_a_picture(name):
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    assert f"rankstrat experiment {name} --save docs/laboratory/results" in page
    figure = stored_report(DOCS / "results" / f"{name}.json").plot()
    assert any(axes.lines or axes.collections for axes in figure.axes)
    plt.close(figure)


INCONSISTENT: dict[str, list[int]] = {"facilitators": []}
"""Large runs -> the widths of the cells that are INCONSISTENT, as their pages say."""


@pytest.mark.parametrize("name", INCONSISTENT)
def test_stored_large_runs_came_out_as_the_page_says(name):
    report = stored_report(DOCS / "deep" / f"{name}.deep.json")
    found = EXPERIMENTS[name]
    assert report.complete
    assert [dict(row.case) for row in report.rows] == [dict(c) for c in found.cases(0, True)]
    assert [row.tolerance for row in report.rows] == [
        str(found.tolerance(row.case)) for row in report.rows
    ]
    failed = [row.case["width"] for row in report.rows if row.outcome != "CONSISTENT"]
    assert failed == INCONSISTENT[name]
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    assert f"rankstrat experiment {name} --deep --save docs/laboratory/deep" in page


def test_what_is_no_report_error(tmp_path):
    with pytest.raises(ParseError, match="cannot be read"):
        stored_report(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("[1]")
    with pytest.raises(ParseError, match="not a report"):
        stored_report(tmp_path / "bad.json")
