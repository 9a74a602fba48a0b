"""What stands behind a printed proof: a theorem with its number, or an argument written out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rankstrat.text.sources import SECTIONS, proved
from rankstrat.theorems import THEOREMS

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "rankstrat"
KEYS = set(re.findall(r"^@\w+\{(\w+),", (PACKAGE / "references.bib").read_text("utf-8"), re.M))
TEXTS = {
    path: path.read_text(encoding="utf-8")
    for folder in ("rankstrat", "tests", "docs", "examples")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".md")
    and "_build" not in path.parts
    and "_generated" not in path.parts
}
NUMBERED = re.compile(
    rf"\b({'|'.join(sorted(KEYS))})\b.*?"
    r"(Theorem|Proposition|Corollary|Lemma|Definition|Section|Table|Appendix|\()"
)
# Reasons that say what was computed, or are the whole argument.
EVIDENT = (
    "all tangent functions vanish",
    "every point has exactly one",
    "the minors have no common zero on the stratum",
    "one point",
    "the tangent functions do not depend on the parameters",
    "the rank is proved on every flat, and the flats cover parameter space",
    "a row holds the functions of its maximal strata",
)


WRITTEN = re.compile(r"docs/(\w+)\.md#([a-z-]+)")


def anchors(page: str = "proofs") -> set[str]:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\(([a-z-]+)\)=$", text, re.M))


def literal(node: ast.AST) -> str:
    """The fixed part of a string, an f-string or a sum of them; expressions stand as {...}."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(literal, parts))
        case ast.FormattedValue(value=value):
            return "{" + ast.unparse(value) + "}"
        case ast.BinOp(left=left, right=right):
            return literal(left) + literal(right)
    return "{" + ast.unparse(node) + "}"


def reasons() -> Iterator[tuple[str, str]]:
    """Place and text of every reason that is written with a PROVED in the source."""
    for path, text in TEXTS.items():
        if PACKAGE not in path.parents:
            continue
        tree = ast.parse(text) if path.suffix == ".py" else ast.Module([], [])
        constants = {
            ast.unparse(node.targets[0]): literal(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Knowledge"):
                if len(node.args) == 2 and "PROVED" in ast.unparse(node.args[0]):
                    yield (
                        f"{path.relative_to(ROOT)}:{node.lineno}",
                        constants.get(ast.unparse(node.args[1]), literal(node.args[1])),
                    )


def stands(reason: str) -> bool:
    """Whether a reason names a theorem or a written argument, carries one on, or is one itself."""
    carried = re.search(r"\{[^}]*(citation|proved\(|reason|why|source|basis)[^}]*\}", reason)
    written = WRITTEN.search(reason)
    return bool(carried or written or NUMBERED.search(reason)) or reason.startswith(EVIDENT)


def test_every_reason_of_a_proof_has_a_source():
    found = list(reasons())
    assert len(found) > 10
    assert [f"{place}: {reason}" for place, reason in found if not stands(reason)] == []


def test_the_check_of_reasons_can_fail():
    assert not stands("closed formula of an unknown paper")
    assert not stands("SPEC 1.4")
    assert stands("closed formula (LSH Proposition 1)")


@pytest.mark.parametrize("name", list(THEOREMS))
def test_every_theorem_names_its_source(name):
    theorem = THEOREMS[name]
    written = set(re.findall(r"docs/proofs\.md#([a-z-]+)", theorem.source))
    assert written <= anchors()
    assert written or any(key in theorem.source for key in theorem.keys), theorem.source
    assert set(theorem.keys) <= KEYS


def test_sections_are_those_of_the_page():
    assert anchors() == SECTIONS
    with pytest.raises(LookupError):
        proved("folklore")


def test_every_section_that_is_cited_exists():
    cited = {
        (path.name, *found)
        for path, text in TEXTS.items()
        for found in (*WRITTEN.findall(text), *re.findall(r"docs/(\w+)\.md, ([a-z-]+):", text))
        if path != Path(__file__)
    }
    assert cited
    assert {c for c in cited if c[2] not in anchors(c[1])} == set()


def test_nothing_cites_a_paper_nobody_can_read():
    hidden = "SP" + "EC"
    found = [
        path.name
        for path, text in TEXTS.items()
        if path != Path(__file__) and re.search(rf"\b{hidden} [\dA-Z]", text)
    ]
    assert found == []


def test_the_bibliography_is_well_formed():
    """Keys are unique, entries are closed, and a page cites only keys that there are."""
    text = (PACKAGE / "references.bib").read_text(encoding="utf-8")
    keys = re.findall(r"^@\w+\{(\w+),$", text, re.M)
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    entries = [f"@{part.strip()}" for part in re.split(r"^@", bare, flags=re.M)[1:]]
    assert len(keys) == len(set(keys)) == len(entries)
    for entry in entries:
        assert re.fullmatch(r"@\w+\{\w+,\n(?:  \w+ = .*\n)+\}", entry), entry
        assert entry.count("{") == entry.count("}"), entry
    cited = {
        key.strip()
        for path, page in TEXTS.items()
        if path.suffix == ".md"
        for role in re.findall(r"\{cite:\w+\}`([^`]+)`", page)
        for key in role.split(",")
    }
    assert len(cited) > 10 and cited <= set(keys), cited - set(keys)
