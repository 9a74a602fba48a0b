"""Mutation testing of the trusted rooms: `python tests/bench/mutation.py [COUNT] [SEED] [ROOM ...]`.

One operator, number or condition of a trusted file is exchanged in a copy of the repository, and the
tests that run its lines run, the fastest first. A survivor is equivalent, or a test is missing.
"""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import ast
import hashlib
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import coverage

ROOT = Path(__file__).parents[2]
ROOMS = ("rank", "referee", "algebra")
"""The rooms that are trusted."""
TESTS = [
    *(f"rankstrat/{room}" for room in ROOMS),
    *(f"tests/{room}" for room in (
        *ROOMS, "lemma", "model", "strata", "targets", "symmetry", "numeric", "mappings", "samples", "singular",
        "families", "theorems", "testing")),
]  # fmt: skip
"""The tests, and doctests, that exercise them."""
RECORDS = ROOT / "build" / "exercised"
"""Which test runs which lines, and for how long: made once, and again for files that have changed."""
SECONDS, PATIENCE, MEMORY = 100, 60, 8 << 30
"""The tests of a mutant take so long together; beyond thrice that and the patience, or the memory, it
counts as noticed: it runs for ever."""
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


@dataclass(frozen=True)
class Mutant:
    """A source with one mutation, what it is, and the lines of its statement."""

    source: str
    what: str
    lines: range


def exchanged(source: str, rng: random.Random) -> Mutant:
    """The source with one mutation."""
    tree = ast.parse(source)
    node, kind = rng.choice(sites(tree))
    before, lines = ast.unparse(node).splitlines()[0][:90], statement(tree, node)
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
            removed = ast.unparse(_without(tree, node))
            return Mutant(removed, f"line {node.lineno}: refusal removed: {before}", lines)
    after = ast.unparse(node).splitlines()[0][:90]
    text = ast.unparse(ast.fix_missing_locations(tree))
    return Mutant(text, f"line {node.lineno}: {before} -> {after}", lines)


def statement(tree: ast.AST, node: ast.AST) -> range:
    """The lines of the innermost statement about a node, without those of its body."""
    around = min(
        (s for s in ast.walk(tree) if isinstance(s, ast.stmt) and node in set(ast.walk(s))),
        key=lambda s: s.end_lineno - s.lineno,
    )
    bodies = [s.lineno for s in ast.walk(around) if isinstance(s, ast.stmt) and s is not around]
    return range(around.lineno, min(bodies, default=around.end_lineno + 1) or 1)


def _without(tree: ast.AST, target: ast.AST) -> ast.AST:
    class Remover(ast.NodeTransformer):
        def visit_Raise(self, node: ast.Raise) -> ast.AST:
            return ast.copy_location(ast.Pass(), node) if node is target else node

    return ast.fix_missing_locations(Remover().visit(tree))


class Exercised:
    """Which tests run which lines of the trusted rooms."""

    def __init__(self) -> None:
        self._data = coverage.CoverageData(str(RECORDS / "lines"))
        self._data.read()
        self._seconds: dict[str, float] = json.loads((RECORDS / "seconds").read_text())

    def tests(self, path: Path, lines: range) -> list[str]:
        """Those of a statement, the fastest first and one case of each table before the others.

        What runs when a file is imported, all that run the file exercise.
        """
        found = self._data.contexts_by_lineno(str(ROOT / path))
        names = {name for line in lines for name in found.get(line, ())}
        if "" in names:
            names = {name for of_line in found.values() for name in of_line}
        kept, total, cases = [], 0.0, Counter[str]()
        ranked = []
        for name in sorted(names & self._seconds.keys(), key=lambda name: self._seconds[name]):
            table = name.partition("[")[0]
            ranked.append((cases[table] > 0, self._seconds[name], name))
            cases[table] += 1
        for _, seconds, name in sorted(ranked):
            if kept and total + seconds > SECONDS:
                continue
            total += seconds
            kept.append(name)
        return kept


def record() -> None:
    """Run the tests whose records are missing or of old."""
    RECORDS.mkdir(parents=True, exist_ok=True)
    kept, state = RECORDS / "digests", {}
    for place in ("rankstrat", "tests"):
        for path in sorted((ROOT / place).rglob("*.py")):
            state[str(path.relative_to(ROOT))] = hashlib.sha256(path.read_bytes()).hexdigest()
    before = json.loads(kept.read_text()) if kept.exists() else {}
    trusted = tuple(f"rankstrat/{room}/" for room in ROOMS)
    if any(before.get(p) != state.get(p) for p in before.keys() | state if p.startswith(trusted)):
        before = {}
    changed = [
        path for path in state
        if path.startswith(tuple(f"{t}/" for t in TESTS)) and before.get(path) != state[path]
        and (path.startswith("rankstrat/") or Path(path).name.startswith("test_"))
    ]  # fmt: skip
    data = coverage.CoverageData(str(RECORDS / "lines"))
    seconds = {}
    if before:
        data.read()
        seconds = json.loads((RECORDS / "seconds").read_text())
    if changed:
        with tempfile.TemporaryDirectory() as folder:
            given = {"EXERCISED": folder, "EXERCISED_ROOMS": " ".join(ROOMS), "CI": "1"}
            given |= {"PYTHONPATH": str(Path(__file__).parent), "OPENBLAS_NUM_THREADS": "1"}
            command = [sys.executable, "-m", "pytest", "-q", "-p", "exercised", "-n", "2"]
            subprocess.run([*command, *changed], cwd=ROOT, env=os.environ | given, check=False)
            seconds = {k: v for k, v in seconds.items() if k.partition("::")[0] not in changed}
            for path in Path(folder).glob("lines.*"):
                one = coverage.CoverageData(str(path))
                one.read()
                data.update(one)
            for path in Path(folder).glob("seconds.*"):
                seconds |= json.loads(path.read_text())
    data.write()
    (RECORDS / "seconds").write_text(json.dumps(seconds))
    kept.write_text(json.dumps(state))


def noticed(copy: Path, tests: list[str]) -> str:
    """What notices the mutant of a copy: the test that fails; empty if nothing does."""
    if not tests:
        return ""
    words = copy.parent / "words"
    words.write_text("\n".join(tests))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"@{words}"]
    try:
        done = subprocess.run(
            command, cwd=copy, capture_output=True, text=True, check=False,
            timeout=3 * SECONDS + PATIENCE, preexec_fn=_bounded,
            env={"PYTHONPATH": str(copy), "PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1", "CI": "1",
                 "TMPDIR": str(copy.parent)},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "the clock"
    failed = [s for s in done.stdout.splitlines() if s.startswith(("FAILED", "ERROR"))]
    return failed[0] if failed else f"status {done.returncode}" if done.returncode else ""


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main(count: int = 40, seed: int = 0, rooms: tuple[str, ...] = ()) -> int:
    """Print what became of every mutant, and the share of the survivors in every room."""
    record()
    exercised, rng = Exercised(), random.Random(seed)
    outcomes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        left = shutil.ignore_patterns(".git", ".venv", "__pycache__", "_build", "build")
        shutil.copytree(ROOT, copy, ignore=left)
        for number in range(count):
            room = rng.choice(rooms or ROOMS)
            paths = sorted((ROOT / "rankstrat" / room).rglob("*.py"))
            weights = [len(sites(ast.parse(path.read_text()))) for path in paths]
            path = rng.choices(paths, weights)[0].relative_to(ROOT)
            original = (copy / path).read_text()
            mutant = exchanged(original, rng)
            tests = exercised.tests(path, mutant.lines)
            (copy / path).write_text(mutant.source)
            by = noticed(copy, tests)
            (copy / path).write_text(original)
            outcome = "noticed" if by else "survived" if tests else "not exercised"
            outcomes[room][outcome] += 1
            print(f"{number}: {outcome} ({len(tests)} tests) {path} {mutant.what} {by}", flush=True)
    for room, found in outcomes.items():
        lost = found["survived"], found["not exercised"]
        print(f"{room}: {sum(lost)} of {found.total()} survived, {lost[1]} of them not exercised")
    return 0


if __name__ == "__main__":
    words = sys.argv[1:]
    numbers = [int(word) for word in words if word.isdigit()]
    sys.exit(main(*numbers, rooms=tuple(word for word in words if not word.isdigit())))
