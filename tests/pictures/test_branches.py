"""Pictures of target sets and the command `branches`."""

from __future__ import annotations

import json

import pytest

from rankstrat.cli import main
from rankstrat.errors import DataError
from rankstrat.families import two_layer
from rankstrat.targets import target_set

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

# after the choice of a backend
from rankstrat.pictures.branches import plot_branches, plot_lines  # noqa: E402


def example(m, activation="exp", d=1):
    return target_set(two_layer(m, d, activation), two_layer(1, d, activation).point([1] * (1 + d)))


@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_every_branch_is_drawn(m):
    q = example(m)
    axes = plot_branches(q)
    (discs,) = axes.collections
    assert len(discs.get_offsets()) == len(q.branches)
    assert len(axes.lines) <= q.graph.number_of_edges()
    if m <= 3:
        assert len(axes.lines) == q.graph.number_of_edges()
    assert {t.get_text() for t in axes.texts} >= {b.label for b in q.branches}
    matplotlib.pyplot.close("all")


def test_lines_of_the_lecture():
    axes = plot_lines(example(2))
    assert len(axes.lines) == 3
    matplotlib.pyplot.close("all")


def test_plot_errors():
    with pytest.raises(DataError, match="too many"):
        plot_branches(example(4, "tanh"))
    with pytest.raises(DataError, match="three parameters"):
        plot_lines(example(2), ("a1", "a2"))
    with pytest.raises(DataError, match="no branch has dimension one"):
        plot_lines(example(1), ("a1", "w1_1", "a1"))


TWO = ["branches", "two_layer", "width=2", "inputs=1"]


def test_command_prints_table_json_and_dot(capsys):
    assert main([*TWO, "--target", "tanh(x1)"]) == 0
    assert "least rank = 2  [attained: PROVED; minimal: PROVED]" in capsys.readouterr().out
    assert main([*TWO, "--target", "tanh(x1)", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (
        data["complete"]
        and data["optimistic_sample_size"]["upper"] == 2
        and len(data["branches"]) == 12
    )
    assert main([*TWO, "activation=exp", "--target", "exp(x1)", "--dot"]) == 0
    assert capsys.readouterr().out.count("--") == 2
    assert main([*TWO, "--target", "tanh(x1)", "--latex"]) == 0
    assert "\\toprule" in capsys.readouterr().out
    assert (
        main(
            [
                "branches",
                "matrix_factorization",
                "rows=2",
                "inner=2",
                "columns=2",
                "--target",
                '[[1, 2], ["2", 4]]',
            ]
        )
        == 0
    )
    assert "least rank = 3" in capsys.readouterr().out


@pytest.mark.parametrize(
    "target", ["sin(x1)", "tanh(y)", "0.5", "[1", "[1.5]", "tanh(x1) + tanh(2*x1) + tanh(3*x1)"]
)
def test_command_refuses_in_one_line(capsys, target):
    assert main([*TWO, "--target", target]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and error.startswith("rankstrat: error")
