"""Mutated proof objects: no false one is accepted, none crashes the referee, none keeps it busy."""

from __future__ import annotations

import copy
import json
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from graph_rank import model_rank_of
from proofs import ALL, CASES, VARIED, proof

from rankstrat.referee.proof import check

OPERATIONS = [
    "rat", "in", "coord", "par", "add", "mul", "pow", "root", "exp", "log", "tanh", "sinh",
    "cosh", "sin", "cos", "tan", "atan", "erf", "jet", "relu", "abs", "step", "sign", "pi",
    "isqrtpi", "cis", "minor", "balls", "none", "relations", "parameters", "outputs", "chance",
    "PROVED", "PROBABLE", "OPEN", "odd", "even0",
]  # fmt: skip
SECTIONS = [
    "claim", "lower", "upper", "generators", "images", "residues", "graph", "graph", "places",
    "sizes", "free", "region", "outputs", "functions",
]  # fmt: skip
LONGEST = 10


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values."""
    found = [path]
    keys = list(value) if isinstance(value, dict) else []
    keys += range(len(value)) if isinstance(value, list) else []
    for key in keys:
        found += places(value[key], (*path, key))
    return found


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


def mutate(data: Any, source: random.Random) -> None:
    """Change one value: nearby, extreme, copied from elsewhere, removed, or doubled."""
    section = source.choice(SECTIONS)
    below = places(data[section], (section,))
    path = source.choice(below)
    parent, key = at(data, path[:-1]), path[-1]
    value = parent[key]
    choice = source.random()
    if isinstance(value, int) and not isinstance(value, bool) and choice < 0.8:
        parent[key] = source.choice(
            [value + 1, value - 1, value * 2, -value, 0, 1, 2, source.randrange(-9, 40),
             10**9, 10**18, 2**61 - 1, value + 2147483646]
        )  # fmt: skip
    elif isinstance(value, str) and choice < 0.8:
        parent[key] = source.choice(OPERATIONS)
    elif isinstance(value, list) and value and choice < 0.6:
        i = source.randrange(len(value))
        match source.randrange(4):
            case 0:
                del value[i]
            case 1:
                value.insert(i, copy.deepcopy(source.choice(value)))
            case 2:
                source.shuffle(value)
            case _:
                value[i] = copy.deepcopy(source.choice(value))
    elif choice < 0.95:
        parent[key] = copy.deepcopy(at(data, source.choice(below)))
    else:
        parent[key] = source.choice([None, [], {}, "", True, [[]], -1])


def transplant(data: Any, source: random.Random) -> None:
    """Take a section from another proof object."""
    section = source.choice(SECTIONS)
    data[section] = copy.deepcopy(proof(source.choice(ALL))[section])


def rename(data: Any, source: random.Random) -> None:
    """Read one operation as another everywhere."""
    sections = ("graph", "generators", "images")
    used = {entry[0] for k in sections for entry in data[k]}
    old, new = source.choice(sorted(used)), source.choice(OPERATIONS[:26])
    for entry in (entry for k in sections for entry in data[k] if entry[0] == old):
        entry[0] = new


def understate(data: Any, source: random.Random) -> None:
    """Claim a smaller rank, with a relation for every parameter that the minor goes without."""
    free = data["free"] or list(range(data["sizes"]["parameters"]))
    columns = data["lower"].get("columns") or free
    kept = columns[: source.randrange(len(columns))]
    nodes, relations = range(len(data["graph"])), []
    known = [pairs for pairs in data["upper"].get("relations", []) if pairs]
    for p in free:
        if p not in kept:
            others = source.sample(kept, min(len(kept), source.randrange(3)))
            made_up = [[q, source.choice(nodes)] for q in (p, *others)]
            relations.append(source.choice([made_up, made_up, *known]))
    data["lower"] = {"kind": "minor", "columns": kept} if kept else {"kind": "none"}
    data["upper"] = {"kind": "relations", "relations": relations}
    data["claim"] = {"lower": len(kept), "upper": len(kept), "verdict": "PROVED"}


def swap(data: Any, source: random.Random) -> None:
    """Exchange two nodes, for their parents too, or two parents' children only."""
    i, j = source.choices(range(len(data["graph"])), k=2)
    key = source.choice([0, -1])
    if source.random() < 0.5:
        data["graph"][i], data["graph"][j] = data["graph"][j], data["graph"][i]
    else:
        a, b = data["graph"][i], data["graph"][j]
        a[key], b[key] = b[key], a[key]


MEAN = (transplant, rename, understate, swap)


def examine(seed: int, changes: Sequence[Callable[[Any, random.Random], None]] = (mutate,)) -> str:
    """One mutant: what became of it."""
    source = random.Random(seed)
    name = source.choice(ALL)
    data = proof(name)
    for _ in range(source.choice([1, 1, 1, 2, 3])):
        with suppress(KeyError, IndexError, TypeError, AttributeError, ValueError):
            source.choice(changes)(data, source)  # an earlier one may have taken what it needs
    if source.random() < 0.3 and isinstance(data["claim"], dict):  # let it claim what is shown
        data["claim"] = {"lower": 0, "upper": 10**6, "verdict": "OPEN"}
    started = time.perf_counter()
    (found,) = check(json.dumps(data))
    seconds = time.perf_counter() - started
    assert seconds < LONGEST, f"mutant {seed} of {name!r} took {seconds:.0f} s"
    if found.fails:
        return "nothing shown"
    size = data["sizes"]["parameters"] if data["free"] is None else len(data["free"])
    if (found.lower, found.upper) == (0, size):
        return "nothing shown"
    rank = model_rank_of(data, seed)
    if rank is None:
        return "no value"
    for other in range(20):  # a unit with a kink may be dead at all sampled inputs
        if rank < found.lower:
            rank = max(rank, model_rank_of(data, 10**6 + 20 * seed + other) or 0)
    assert found.lower <= rank <= found.upper, (
        f"mutant {seed} of {name!r}: {found.lower}..{found.upper} was shown, but the rank is {rank}"
    )
    return "true"


@pytest.mark.parametrize("name", CASES)
def test_the_oracle_agrees(name: str) -> None:
    assert model_rank_of(proof(name)) == CASES[name][1]


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIED)
def test_varied_questions(name: str) -> None:
    data = proof(name)
    (found,) = check(json.dumps(data))
    assert found.holds, found.lines
    assert model_rank_of(data) == found.lower == found.upper


@pytest.mark.sampled(2)
@pytest.mark.parametrize("start", range(0, 200, 50))
def test_mutants(start: int) -> None:
    assert "nothing shown" in {examine(seed) for seed in range(start, start + 50)}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("start", range(60000, 70000, 50))
def test_meaner_mutants(start: int) -> None:
    changes = (*MEAN, mutate)
    assert "nothing shown" in {examine(seed, changes) for seed in range(start, start + 50)}


@pytest.mark.slow
@pytest.mark.parametrize("start", range(1000, 51000, 1000))
def test_thousands_of_mutants(start: int) -> None:
    assert "nothing shown" in {examine(seed) for seed in range(start, start + 1000)}
