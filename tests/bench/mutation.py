"""Mutation testing of the trusted rooms, sampled: `python tests/bench/mutation.py [COUNT] [SEED]`.

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
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUARDED = {
    "rankstrat/rank/checker.py": ["tests/rank/test_certificates.py", "tests/rank/test_forgeries.py", "tests/rank/test_mutants.py"],
    "rankstrat/rank/vanishing.py": ["tests/rank/test_forgeries.py", "tests/rank/test_reading_back.py", "tests/rank/test_identities.py"],
    "rankstrat/rank/reader.py": ["tests/rank/test_certificates.py", "tests/rank/test_forgeries.py", "tests/rank/test_reading_back.py"],
    "rankstrat/rank/upper_bounds.py": ["tests/rank/test_certificates.py", "tests/rank/test_identities.py"],
    "rankstrat/algebra/relations.py": ["tests/rank/test_identities.py", "tests/rank/test_random_models.py"],
    "rankstrat/algebra/elimination.py": ["tests/algebra/test_elimination.py"],
    "rankstrat/algebra/rational.py": ["tests/rank/test_identities.py", "tests/algebra"],
}  # fmt: skip
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


def main(count: int = 40, seed: int = 0) -> int:
    """Print the survivors and their share."""
    rng, survivors = random.Random(seed), 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        shutil.copytree(
            ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", "docs")
        )
        for number in range(count):
            name = rng.choice(list(GUARDED))
            path = copy / name
            original = path.read_text()
            changed, what = exchanged(original, rng)
            path.write_text(changed)
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *GUARDED[name]],
                cwd=copy, capture_output=True, text=True, check=False, timeout=900, env={"PYTHONPATH": str(copy), "PATH": "/usr/bin:/bin"},
            )  # fmt: skip
            path.write_text(original)
            if done.returncode == 0:
                survivors += 1
                print(f"{number}: survived: {name} {what}", flush=True)
    print(f"{survivors} of {count} survived")
    return 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:3])))
