"""Mutation testing of the trusted rooms: `python tests/bench/mutation.py [COUNT] [SEED] [ROOM ...]`.

One operator, number or condition of a trusted file is exchanged in a copy of the repository, and the
tests that guard it run. A survivor is equivalent, or a test is missing.
"""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import ast
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = {
    "rank": ["tests/rank/test_certificates.py", "tests/rank/test_identities.py", "tests/rank/test_forgeries.py"],
    "referee": ["tests/referee/test_rules.py", "tests/referee/test_hostile.py", "tests/referee/test_derivations.py", "tests/referee/test_forgeries.py", "tests/referee/test_arithmetic.py", "tests/referee/test_chance.py", "tests/referee/test_proofs.py"],
    "algebra": ["tests/algebra", "tests/rank/test_identities.py"],
}  # fmt: skip
"""The rooms that are trusted, and the tests that guard all their files."""
MORE = {
    "rankstrat/rank/checker.py": ["tests/rank/test_mutants.py"],
    "rankstrat/rank/vanishing.py": ["tests/rank/test_reading_back.py"],
    "rankstrat/rank/reader.py": ["tests/rank/test_reading_back.py"],
    "rankstrat/rank/writer.py": ["tests/rank/test_reading_back.py"],
    "rankstrat/rank/proof": ["tests/referee/test_writing.py", "tests/referee/test_proofs.py"],
    "rankstrat/algebra/relations.py": ["tests/rank/test_random_models.py"],
}  # fmt: skip
LATE = 900
"""Seconds after which a mutant counts as noticed: it runs for ever."""
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.And: ast.Or, ast.Or: ast.And, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


def sites(tree: ast.AST) -> list[tuple[ast.AST, str]]:
    """The nodes that can be exchanged, and how."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
            found.append((node, "comparison"))
        elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS:
            found.append((node, "operator"))
        elif isinstance(node, ast.Constant) and type(node.value) in (int, bool):
            found.append((node, "number"))
        elif isinstance(node, ast.If):
            found.append((node, "condition"))
        elif isinstance(node, ast.Raise):
            found.append((node, "refusal"))
    return found


def exchanged(source: str, rng: random.Random) -> tuple[str, str]:
    """The source with one mutation, and what it is."""
    tree = ast.parse(source)
    node, kind = rng.choice(sites(tree))
    before = ast.unparse(node).splitlines()[0]
    match kind:
        case "comparison":
            node.ops[0] = SWAPS[type(node.ops[0])]()
        case "operator":
            node.op = SWAPS[type(node.op)]()
        case "number":
            node.value = (
                (not node.value)
                if isinstance(node.value, bool)
                else node.value + rng.choice((-1, 1))
            )
        case "condition":
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case _:
            node.exc, node.cause = ast.Name("None"), None
            return ast.unparse(
                _without(tree, node)
            ), f"line {node.lineno}: refusal removed: {before[:90]}"
    return ast.unparse(
        ast.fix_missing_locations(tree)
    ), f"line {node.lineno}: {before[:90]} -> {ast.unparse(node).splitlines()[0][:90]}"


def _without(tree: ast.AST, target: ast.AST) -> ast.AST:
    class Remover(ast.NodeTransformer):
        def visit_Raise(self, node: ast.Raise) -> ast.AST:
            return ast.copy_location(ast.Pass(), node) if node is target else node

    return ast.fix_missing_locations(Remover().visit(tree))


def guards(room: str, path: Path) -> list[str]:
    """The tests that run for a file: the nearest ones first."""
    own = Path("tests", room, f"test_{path.stem}.py")
    more = [test for place, tests in MORE.items() if str(path).startswith(place) for test in tests]
    found = [*([str(own)] if (ROOT / own).exists() else []), *more, *ROOMS[room]]
    return list(dict.fromkeys(found))


def is_noticed(copy: Path, tests: list[str]) -> bool:
    """Whether a test fails, or runs for ever."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=copy, capture_output=True, text=True, check=False, timeout=LATE,
            env={"PYTHONPATH": str(copy), "PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def main(count: int = 40, seed: int = 0, rooms: tuple[str, ...] = ()) -> int:
    """Print the survivors, and their share in every room."""
    rng = random.Random(seed)
    tried, survived = Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        shutil.copytree(
            ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", "docs")
        )
        for number in range(count):
            room = rng.choice(rooms or tuple(ROOMS))
            paths = sorted((ROOT / "rankstrat" / room).rglob("*.py"))
            weights = [len(sites(ast.parse(path.read_text()))) for path in paths]
            path = rng.choices(paths, weights)[0].relative_to(ROOT)
            original = (copy / path).read_text()
            changed, what = exchanged(original, rng)
            (copy / path).write_text(changed)
            noticed = is_noticed(copy, guards(room, path))
            (copy / path).write_text(original)
            tried[room] += 1
            survived[room] += not noticed
            if not noticed:
                print(f"{number}: survived: {path} {what}", flush=True)
    for room, total in tried.items():
        print(f"{room}: {survived[room]} of {total} survived")
    return 0


if __name__ == "__main__":
    words = sys.argv[1:]
    numbers = [int(word) for word in words if word.isdigit()]
    sys.exit(main(*numbers, rooms=tuple(word for word in words if not word.isdigit())))
