"""The tables print the same cells in every format, whatever characters are in them."""

from __future__ import annotations

import csv
import dataclasses
import html.parser
import importlib.util
import io
import json
import unicodedata
from fractions import Fraction

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from rankstrat.errors import DataError
from rankstrat.text.tables import Math, Phrase, Table

TABLE = Table(
    columns=("model", Math("k(d+1)"), "ok", "error bound"),
    rows=(("two_layer", 12, True, 1.5e-12), ("linear", -3, False, None)),
    title="Ranks",
    caption="All at generic points.",
)


def test_text_aligns_numbers_right():
    assert (
        str(TABLE) == "Ranks\n"
        "\n"
        "model      k(d+1)  ok   error bound\n"
        "---------  ------  ---  -----------\n"
        "two_layer      12  yes      1.5e-12\n"
        "linear         -3  no\n"
        "\n"
        "All at generic points."
    )


def test_markdown():
    assert TABLE.markdown().splitlines() == [
        "**Ranks**",
        "",
        "| model     | $k(d+1)$ | ok  | error bound |",
        "| --------- | -------: | --- | ----------: |",
        "| two_layer |       12 | yes |     1.5e-12 |",
        "| linear    |       -3 | no  |             |",
        "",
        "All at generic points.",
    ]


def test_latex_booktabs():
    assert TABLE.latex(label="tab:ranks").splitlines() == [
        r"\begin{table}",
        r"  \centering",
        r"  \caption{Ranks. All at generic points.}",
        r"  \label{tab:ranks}",
        r"  \begin{tabular}{lrlr}",
        r"    \toprule",
        r"    model & $k(d+1)$ & ok & error bound \\",
        r"    \midrule",
        r"    two\_layer & 12 & yes & $1.5 \times 10^{-12}$ \\",
        r"    linear & $-3$ & no &  \\",
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ]


def test_latex_without_title_is_a_bare_tabular():
    assert Table(("x",), ((1,),)).latex().startswith(r"\begin{tabular}{r}")


def test_latex_escapes_text_but_not_math():
    table = Table(("c",), ((r"50% of $x_1$ & {a}\b ~^#",), (Math("x_1", "x_1"),)))
    assert (
        r"50\% of \$x\_1\$ \& \{a\}\textbackslash{}b \textasciitilde{}\textasciicircum{}\# \\"
        in table.latex()
    )
    assert r"  $x_1$ \\" in table.latex()


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("[1, 2]", "{[}1, 2{]}"),
        ("*", "{*}"),
        ("--json", "-{-}json"),
        ("a-b", "a-b"),
        ("θ ≤ Λ", r"$\theta$ $\leq$ $\Lambda$"),
        ("λ", r"$\lambda$"),
        ("<y|", r"\textless{}y\textbar{}"),
    ],
)
def test_latex_characters(text, latex):
    assert f"  {latex} \\\\" in Table(("c",), ((text,),)).latex().splitlines()


def test_markdown_escapes():
    table = Table(("c",), (("a|b",), ("_x_ two_layer *y*",), (Math("|x|"),), ("line\nbreak",)))
    body = [line[2:-2].rstrip() for line in table.markdown().splitlines()[2:]]
    assert body == [r"a\|b", r"\_x\_ two_layer \*y\*", r"$\vert x\vert $", "line break"]


def test_html_shows_every_cell():
    class Reader(html.parser.HTMLParser):
        cells: list[str]

        def handle_starttag(self, tag, attrs):
            if tag in ("td", "th"):
                self.cells.append("")

        def handle_data(self, data):
            if self.cells:
                self.cells[-1] += data.rstrip("\n")

    reader = Reader()
    reader.cells = []
    reader.feed(Table(("<a>", Math("x", r"\xi")), (("1 < 2 & 'q'", 3),)).html())
    assert reader.cells == ["<a>", r"\(\xi\)", "1 < 2 & 'q'", "3"]
    assert "<caption><b>Ranks</b> All at generic points.</caption>" in TABLE.html()


def test_notebooks():
    assert TABLE._repr_html_() == TABLE.html()
    assert TABLE._repr_latex_() == TABLE.latex()
    assert Math("t", r"\theta")._repr_latex_() == r"$\theta$"


def test_csv_and_json_keep_values():
    table = Table(
        ("a", "b"),
        ((1 / 3, 'say "x, y"'), (sympy.Integer(7), Fraction(1, 2)), (None, float("inf"))),
    )
    assert list(csv.reader(io.StringIO(table.csv()))) == [
        ["a", "b"],
        [repr(1 / 3), 'say "x, y"'],
        ["7", "1/2"],
        ["", "inf"],
    ]
    assert json.loads(table.json())["rows"] == [[1 / 3, 'say "x, y"'], [7, "1/2"], [None, "inf"]]
    assert json.loads(TABLE.json())["columns"] == ["model", "k(d+1)", "ok", "error bound"]


def test_rationals_count_as_numbers():
    assert Table(("q",), ((sympy.Rational(1, 2),), (Fraction(10, 3),))).text().splitlines()[2:] == [
        " 1/2",
        "10/3",
    ]


def test_wide_characters_align():
    lines = (
        Table(("词", "n"), (("条", 1), ("abc", 22), ("e\N{COMBINING ACUTE ACCENT}", 3)))
        .text()
        .splitlines()
    )
    columns = {
        sum(
            (unicodedata.combining(c) == 0) * (1 + (unicodedata.east_asian_width(c) in "WF"))
            for c in line
        )
        for line in lines
    }
    assert len(columns) == 1


def test_wraps_to_width():
    table = Table(
        ("case", "rank"), (("a long description of the case at hand", 123),), title="T " * 19 + "T"
    )
    lines = table.text(width=20).splitlines()
    assert max(map(len, lines)) <= 20
    assert (
        " ".join(line[:14].strip() for line in lines[5:]).strip()
        == "a long description of the case at hand"
    )
    assert table.text() == table.text(width=1000)


def test_wraps_a_long_word():
    assert Table(("abcdef",), (("x" * 14,),)).text(width=6).splitlines()[2:] == [
        "x" * 6,
        "x" * 6,
        "xx",
    ]


def test_no_rows():
    assert Table(("a", "b"), ()).text() == "a  b\n-  -"
    assert json.loads(Table(("a",), ()).json())["rows"] == []


def test_records():
    assert TABLE.records()[1] == {"model": "linear", "k(d+1)": -3, "ok": False, "error bound": None}
    assert len(TABLE) == 2


def test_pandas():
    pandas = pytest.importorskip("pandas")
    frame = TABLE.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == ["model", "k(d+1)", "ok", "error bound"]
    assert frame["k(d+1)"].tolist() == [12, -3]


def test_pandas_missing_error(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"needs pandas.*pip install pandas.*records"):
        TABLE.to_pandas()


def test_wrong_number_of_cells_error():
    with pytest.raises(ValueError, match="row 2 has 1 cells and the table 2 columns"):
        Table(("a", "b"), ((1, 2), (3,)))


def test_no_column_error():
    with pytest.raises(ValueError, match="no column"):
        Table((), ())


def test_is_frozen_and_hashable():
    assert hash(Table(["a"], [[1]])) == hash(Table(("a",), ((1,),)))
    with pytest.raises(dataclasses.FrozenInstanceError):
        TABLE.title = "other"


def test_control_characters_are_shown_not_sent():
    assert Table(("c",), (("a\x1b[31mb\tc",),)).text().splitlines()[2] == r"a\x1b[31mb c"


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_any_text_keeps_the_shape(rows):
    table = Table(("a", "b"), tuple(rows))
    assert json.loads(table.json())["rows"] == [list(row) for row in rows]
    assert len(table.markdown().split("\n")) == len(rows) + 2
    assert [line.count(" & ") for line in table.latex().split("\n") if line.endswith(r" \\")] == [
        1
    ] * (len(rows) + 1)


PRINTABLE = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "))


@given(st.lists(st.tuples(PRINTABLE, PRINTABLE), max_size=5), st.integers(1, 60))
def test_any_width_keeps_every_character(rows, width):
    wrapped = "".join(Table(("", ""), tuple(rows)).text(width=width).split("\n")[2:])
    assert sorted(wrapped.replace(" ", "")) == sorted("".join(map("".join, rows)).replace(" ", ""))


def test_wide_conditions_break_between_equations():
    conditions = Math(
        "w1 = w2, a1 = a2 = 0; w3 = 0; 1 more",
        r"w_1 = w_2,\ a_1 = a_2 = 0;\ w_3 = 0;\ \text{1 more}",
    )
    table = Table(("rank", "conditions"), ((4, conditions),))
    assert table.text(width=22).splitlines()[2:] == [
        "   4  w1 = w2,",
        "      a1 = a2 = 0;",
        "      w3 = 0; 1 more",
    ]
    assert r"\(w_1 = w_2,\ a_1 = a_2 = 0\); \(w_3 = 0\); \(\text{1 more}\)" in table.html()
    lines = r"$w_1 = w_2,\ a_1 = a_2 = 0$; \\ $w_3 = 0;\ \text{1 more}$"
    assert rf"4 & \begin{{tabular}}[t]{{@{{}}l@{{}}}}{lines}\end{{tabular}} \\" in table.latex()


def test_columns_are_chosen_in_any_order():
    table = Table(("m", Math("(r, l)"), "verdict"), ((1, "a", "PROVED"),), "title", "caption")
    chosen = table.select("verdict", "(r, l)")
    assert chosen.columns == ("verdict", Math("(r, l)")) and chosen.rows == (("PROVED", "a"),)
    assert (chosen.title, chosen.caption) == ("title", "caption")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "no column was named; .* are needed; choose among m, rank"),
        (("rnak",), "no column 'rnak' .did you mean rank.; "),
        (("m", "m"), "named twice"),
    ],
)
def test_columns_that_are_not_there_error(names, words):
    with pytest.raises(DataError, match=words):
        Table(("m", "rank"), ((1, 2),)).select(*names)


def test_a_title_may_hold_formulas():
    title = Phrase("strata_of ", Math("A B", r"A\,B"), Phrase(" & more"))
    table = Table(("m",), ((1,),), title, Phrase())
    assert table.text().startswith("strata_of A B & more\n")
    assert r"\caption{strata\_of $A\,B$ \& more}" in table.latex()
    assert r"<b>strata_of \(A\,B\) &amp; more</b>" in table.html()
    assert r"**strata_of $A\,B$ & more**" in table.markdown()
    assert json.loads(table.json())["title"] == "strata_of A B & more"
    assert not Phrase() and not Phrase("")
