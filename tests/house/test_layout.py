"""The house: modules keep their names, rooms have tests, and nobody matches on names of
families.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import rankstrat
from rankstrat.families import FAMILIES

ROOT = Path(__file__).parents[2]
PACKAGE, TESTS = ROOT / "rankstrat", ROOT / "tests"


def packages(package: ModuleType = rankstrat) -> Iterator[ModuleType]:
    """A package and all packages inside."""
    yield package
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if found.ispkg:
            yield from packages(importlib.import_module(found.name))


def test_a_module_is_never_shadowed():
    """`import rankstrat.a.b as b` gives the module, also where an object could go by its name."""
    shadowed = []
    for package in packages():
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            short = found.name.rpartition(".")[2]
            if short != "__main__":
                module = importlib.import_module(found.name)
                if getattr(package, short) is not module:
                    shadowed.append(found.name)
    assert len(list(packages())) > 20
    assert shadowed == []


def test_every_room_has_tests():
    rooms = [p for p in PACKAGE.iterdir() if p.is_dir() and (p / "__init__.py").exists()]
    untested = [p.name for p in rooms if not list((TESTS / p.name).glob("test_*.py"))]
    assert len(rooms) > 15
    assert untested == []


def test_tests_stand_in_the_folder_of_a_room():
    rooms = {p.name for p in PACKAGE.iterdir()} | {"house", "support", "bench", "golden", "fuzz"}
    strangers = [
        p.name
        for p in TESTS.iterdir()
        if p.is_dir() and not p.name.startswith(("_", ".")) and p.name not in rooms
    ]
    assert strangers == []
    assert [p.name for p in TESTS.glob("test_*.py")] == []


def compared_names(tree: ast.AST) -> Iterator[ast.AST]:
    """Comparisons, memberships and matches of something called family, or with a family's name."""
    for node in ast.walk(tree):
        subjects: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            registry = ast.unparse(node.comparators[-1]) == "FAMILIES"  # is it registered at all?
            subjects = [] if registry else [node.left, *node.comparators]
        elif isinstance(node, ast.Match):
            subjects = [node.subject]
        elif isinstance(node, ast.MatchValue):
            subjects = [node.value]
        elif isinstance(node, ast.Subscript):
            subjects = [node.slice]
        for subject in subjects:
            parts = (
                subject.elts if isinstance(subject, ast.Set | ast.Tuple | ast.List) else [subject]
            )
            if any(map(names_a_family, parts)):
                yield node


def names_a_family(part: ast.AST) -> bool:
    if isinstance(part, ast.Constant):
        return part.value in FAMILIES
    return isinstance(part, ast.Attribute) and part.attr == "family"


def test_the_check_finds_comparisons():
    for text in (
        "structure.family == 'kan'",
        "{a.family, b.family} != {'kan'}",
        "model.structure.family in UNITS",
        "match self.family:\n    case 'kan':\n        pass",
        "UNITS[structure.family]",
        "case['family'] == 'two_layer'",
    ):
        assert list(compared_names(ast.parse(text))), text
    assert not list(compared_names(ast.parse("build(structure.family, width=2) == model")))


def test_frozen_objects_change_in_one_place():
    found = [
        str(path.relative_to(PACKAGE))
        for path in sorted(PACKAGE.rglob("*.py"))
        if "object.__setattr__" in path.read_text(encoding="utf-8")
    ]
    assert found == ["frozen.py"]


def test_nobody_matches_on_names_of_families():
    """Outside families/ what a model offers is asked of its structure, never read off a name."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] != "families":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found += [f"{path.relative_to(ROOT)}:{n.lineno}" for n in compared_names(tree)]
    assert found == []


def test_a_word_of_linear_algebra_is_defined_once():
    """Rational, Vector and Row mean what `algebra.linear` says."""
    defined = re.compile(r"^(Rational|Vector|Row)(?:: TypeAlias)? = ", re.M)
    found = [
        (path.parent.name, path.name, word)
        for path in sorted(PACKAGE.rglob("*.py"))
        for word in defined.findall(path.read_text(encoding="utf-8"))
    ]
    assert found == [("algebra", "linear.py", word) for word in ("Rational", "Vector", "Row")]


def test_sympify_takes_no_strings():
    """What sympify makes of a string it evaluates, and a string may come from a file: every use is
    strict, so that a string is refused there.
    """
    loose = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        strict = {
            id(node.func)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and any(
                k.arg == "strict" and isinstance(k.value, ast.Constant) and k.value.value is True
                for k in node.keywords
            )
        }
        loose += [
            f"{path.relative_to(PACKAGE)}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Name | ast.Attribute)
            and getattr(node, "attr", getattr(node, "id", "")) in ("sympify", "parse_expr")
            and id(node) not in strict
        ]
    assert loose == []
