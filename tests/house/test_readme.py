"""Every block of the README and the documentation that claims to run is run, and prints what the
page shows.

The convention, page by page and from top to bottom, in one namespace and one empty folder per page:

- a ```python block with `>>>` prompts is a doctest; one without prompts is a script;
- a ```console block runs its `$ rankstrat ...` lines; where output is shown it must match, else
  only the exit status (0, or N after a comment `# exit status N`) must; `> NAME` at the end keeps
  the output; other commands are for the reader;
- a ```toml or ```json block under a line "`NAME`:" is written to that file first;
- a ```{code-cell} block is run where the page is built (Sphinx stops at one that fails);
- anything that should not run is a ```text block.
"""

from __future__ import annotations

import doctest
import io
import re
import shlex
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from rankstrat.cli import main

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
FENCE = re.compile(
    r"(?:^`(?P<file>[\w.-]+)`:\n\n)?^```(?P<language>[^\n`]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
COMMAND = re.compile(
    r"^\$ (?P<command>.*?)(?:  *# exit status (?P<status>\d+))?\n(?P<output>(?:(?!\$ ).*\n)*)", re.M
)
FLAGS = doctest.ELLIPSIS


class Block(NamedTuple):
    language: str
    text: str
    line: int
    file: str | None


def blocks(page: str) -> Iterator[Block]:
    for match in FENCE.finditer(page):
        yield Block(
            match["language"],
            match["text"],
            page.count("\n", 0, match.start("text")),
            match["file"],
        )


def run_python(block: Block, namespace: dict[str, object], name: str) -> None:
    if ">>> " not in block.text:
        exec(compile("\n" * block.line + block.text, name, "exec"), namespace)
        return
    example = doctest.DocTestParser().get_doctest(block.text, namespace, name, name, block.line)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    failed = runner.run(example, out=report.append, clear_globs=False).failed
    namespace.update(example.globs)
    assert not failed, "".join(report)


def command(words: list[str], folder: Path) -> tuple[int, str, str]:
    """Status and output of a command line, in this process: most of a short command is imports."""
    out, err = io.StringIO(), io.StringIO()
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        try:
            status = main(words)
        except SystemExit as end:  # --help
            status = int(end.code or 0)
    return status, out.getvalue(), err.getvalue()


def run_console(block: Block, folder: Path) -> None:
    for match in COMMAND.finditer(block.text):
        words = shlex.split(match["command"], comments=True)
        if words[:1] != ["rankstrat"]:
            continue
        target = folder / words.pop() if words[-2:-1] == [">"] else None
        words = [word for word in words if word != ">"]
        status, out, err = command(words[1:], folder)
        if target is not None:
            target.write_text(out, encoding="utf-8")
        assert status == int(match["status"] or 0), f"{match['command']}\n{out}{err}"
        shown, printed = match["output"].strip(), (out + err).strip()
        if shown:
            same = doctest.OutputChecker().check_output(shown + "\n", printed + "\n", FLAGS)
            assert same, f"{match['command']}\nshown:\n{shown}\nprinted:\n{printed}"


def run(page: str, folder: Path, name: str) -> None:
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page):
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
        if block.language == "python":
            run_python(block, namespace, name)
        elif block.language == "console":
            run_console(block, folder)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_page_runs_as_shown(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(path.read_text(encoding="utf-8"), tmp_path, path.name)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_page_closes_its_fences(path):
    fences = [
        line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("```")
    ]
    assert all(line == "```" for line in fences[1::2])
    assert len(fences) % 2 == 0


def page(language: str, text: str) -> str:
    return f"# Title\n\n```{language}\n{text}\n```\n"


def test_namespace_lasts_through_a_page(tmp_path):
    run(
        page("python", "x = 2")
        + page("python", ">>> x + 1\n3\n>>> y = 5")
        + page("python", "assert y == 5"),
        tmp_path,
        "p",
    )


def test_wrong_output_error(tmp_path):
    with pytest.raises(AssertionError, match="Expected"):
        run(page("python", ">>> 1 + 1\n3"), tmp_path, "p")


def test_wrong_status_error(tmp_path):
    with pytest.raises(AssertionError, match="rankstrat no-such-command"):
        run(page("console", "$ rankstrat no-such-command"), tmp_path, "p")


def test_other_commands_are_not_run(tmp_path):
    run(page("console", "$ make verify\n$ git clone nowhere"), tmp_path, "p")


def test_files_are_written(tmp_path):
    run("`model.toml`:\n\n```toml\na = 1\n```\n" + page("python", "x = 1"), tmp_path, "p")
    assert (tmp_path / "model.toml").read_text() == "a = 1\n"


def test_cells_of_a_notebook_are_left_to_the_build(tmp_path):
    run(
        page("{code-cell} ipython3", "1 / 0") + "`a.toml`:\n\n" + page("toml", "b = 2")[9:],
        tmp_path,
        "p",
    )
    assert (tmp_path / "a.toml").read_text() == "b = 2\n"
