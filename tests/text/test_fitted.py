r"""LaTeX tables are at most 345 pt wide, measured in Computer Modern by matplotlib's reader of
formulas, which knows nothing of how the widths were estimated.
"""

from __future__ import annotations

import contextlib
import functools
import io
import re
import shutil
import subprocess

import pytest

from rankstrat.cli import main
from rankstrat.text.fitted import FONTS
from rankstrat.text.tables import Math, Table

mathtext = pytest.importorskip("matplotlib.mathtext")
FontProperties = pytest.importorskip("matplotlib.font_manager").FontProperties

COMMANDS = [
    "rank two_layer width=3 inputs=2 bias=true",
    "tangent two_layer width=2 inputs=2",
    "stratify two_layer width=3 inputs=2",
    "stratify two_layer width=2 inputs=2 activation=relu bias=true --each",
    "stratify matrix_factorization rows=2 inner=2 columns=2 --each",
    "stratify two_layer width=2 inputs=1 --functions",
    "branches two_layer width=3 inputs=2 bias=true --target tanh(x1+1)-2*tanh(x2)",
    "branches matrix_factorization rows=2 inner=2 columns=2 --target [[1,2],[2,4]]",
    "embed fully_connected widths=[2,2,2,1] --split 1,1 --null 2",
    "table two_layer width=1..2 inputs=1..2",
    "numeric two_layer width=4 inputs=1 bias=true --digits 7,15",
    "verify linear_rank --list",
]
FONT = re.compile(r"\{\\noindent(\\[a-z]+)\\setlength\{\\tabcolsep\}\{([\d.]+)pt\}")
TABULAR = re.compile(r"\\begin\{tabular\}\{(?P<spec>.*)\}\n(?P<body>.*?)\n *\\end\{tabular\}", re.S)


def measured(piece: str) -> float:
    """The width of a text or formula at 10 pt, in points."""
    text = piece.strip()
    for old, new in ((r"\textstyle", ""), (r"\tfrac", r"\frac"), (r"\textbar{}", "|"),
                     (r"\textbackslash{}", "/"), ("{[}", "["), ("{]}", "]"), ("{*}", "*"),
                     (r"\begin{matrix}", ""), (r"\end{matrix}", "")):  # fmt: skip
        text = text.replace(old, new)
    if not text:
        return 0.0
    if not text.startswith("$"):
        text = "$" + r"\mathrm{" + text.replace(" ", r"\ ").replace("#", "") + "}$"
    style = FontProperties(size=10, math_fontfamily="cm")
    return float(mathtext.MathTextParser("path").parse(text, dpi=72, prop=style).width)


def pieces(cell: str) -> list[str]:
    """What LaTeX does not break: words, and formulas between dollars."""
    stacked = re.fullmatch(r" *\\begin\{tabular\}\[[tb]\]\{.*?\}\}(.*)\\end\{tabular\} *", cell)
    if stacked:
        return stacked[1].split(r"\\")
    parts = re.split(r"(\$[^$]*\$[;,]?)", cell)
    return [q for p in parts for q in ([p.rstrip(";,")] if p.startswith("$") else p.split())]


def width_of(tabular: re.Match[str], factor: float, gap: float) -> float:
    columns = re.findall(r"[lr]|>\{\\raggedright\\arraybackslash\}p\{([\d.]+)pt\}", tabular["spec"])
    rows = [
        re.split(r"(?<!\\)&", line.strip().removesuffix(r"\\"))
        for line in tabular["body"].splitlines()
        if line.strip().endswith(r"\\")
    ]
    assert rows and all(len(row) == len(columns) for row in rows)
    total = 2 * gap * len(columns)
    for cells, fixed in zip(zip(*rows, strict=True), columns, strict=True):
        if fixed:
            longest = max(measured(p) for cell in cells for p in pieces(cell) or [""])
            assert longest * factor <= float(fixed) + 0.1, (fixed, cells)
            total += float(fixed)
        else:
            whole = [c if "$" in c or "tabular" not in c else "" for c in cells]
            natural = [
                max(map(measured, pieces(c)), default=0)
                if "tabular" in c
                else sum(map(measured, pieces(c))) + 3.4 * max(0, len(pieces(c)) - 1)
                for c in cells
            ]
            assert whole
            total += factor * max(natural)
    return total


def check(text: str) -> None:
    found = 0
    for tabular in TABULAR.finditer(text):
        before = text[: tabular.start()].rsplit("\n\n", 1)[-1]
        if r"\resizebox{\textwidth}{!}" in before.split(r"\end{table}")[-1]:
            found += 1
            continue
        font = re.search(
            r"\{\\noindent(\\[a-z]+)\\setlength\{\\tabcolsep\}\{([\d.]+)pt\}", before[-300:]
        )
        factor = dict(FONTS).get(font[1], 1.0) if font else 1.0
        gap = float(font[2]) if font else 6.0
        assert width_of(tabular, factor, gap) <= 345.0
        found += 1
    assert found


@functools.cache
def printed(words: str) -> str:
    buffer = io.StringIO()
    with contextlib.redirect_stdout(buffer):
        assert main([*words.split(), "--latex"]) in (0, 1)
    return buffer.getvalue()


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_prints_a_table_that_fits(words):
    check(printed(words))


PAGE = r"""\documentclass[10pt]{article}
\usepackage{amsmath, amssymb, array, booktabs, graphicx}
\setlength{\textwidth}{345pt}
\begin{document}
%s
\end{document}
"""


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no LaTeX here")
def test_twelve_commands_compile_without_an_overfull_box(tmp_path):
    assert len(COMMANDS) == 12
    text = "\n\n\\clearpage\n".join(map(printed, COMMANDS))
    (tmp_path / "all.tex").write_text(PAGE % text)
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
        check=False, capture_output=True, text=True, cwd=tmp_path, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull \\hbox" not in (tmp_path / "all.log").read_text()


@pytest.mark.parametrize("words", COMMANDS)
def test_a_title_is_mathematics_and_no_python(words):
    for title in re.findall(r"\\caption\{(.*)\}\n", printed(words)):
        assert "=tanh" not in title and "'" not in title and "Model(" not in title


def test_what_cannot_be_broken_is_scaled():
    long = Math("a" * 200, "+".join(f"a_{{{k}}}" for k in range(80)))
    text = Table(("rank", "formula"), ((1, long),)).latex()
    assert r"\resizebox{\textwidth}{!}{%" in text and text.count("{") == text.count("}")


def test_a_table_that_fits_is_left_alone():
    text = Table(("rank", "d"), ((1, 2),)).latex()
    assert text.startswith(r"\begin{tabular}{rr}") and "tabcolsep" not in text
