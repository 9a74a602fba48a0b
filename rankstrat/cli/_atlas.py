"""What stands in the atlas: models of every family at small sizes with target functions, and what
is computed of one of them.
"""

from __future__ import annotations

import json
import re
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rankstrat.cli._documents import branches_document, strata_document
from rankstrat.cli._question import model_of
from rankstrat.cli._target import target_of
from rankstrat.model.model import Model
from rankstrat.strata import function_hierarchy, stratify
from rankstrat.targets import optimistic_sample_size, target_set
from rankstrat.text.cells import Math, to_data
from rankstrat.text.tables import Table

FORMAT = "rankstrat-atlas/1"
SIZES = ("target", "optimistic sample size", "attained", "minimal", "dimension", "branches")

# family and arguments | targets, one or more
PLAN = """
two_layer width=1 inputs=1 | 0 | tanh(x1)
two_layer width=1 inputs=2 | 0 | tanh(x1 + 2*x2)
two_layer width=2 inputs=1 | 0 | tanh(x1) | tanh(x1) + tanh(2*x1)
two_layer width=2 inputs=2 | tanh(x1) | tanh(x1) - 2*tanh(x1 + x2)
two_layer width=3 inputs=1 | tanh(x1)
two_layer width=3 inputs=2 | tanh(x1)
two_layer width=1 inputs=1 bias=true | 0 | 1 | tanh(x1 + 1)
two_layer width=2 inputs=1 bias=true | tanh(x1 + 1)
two_layer width=1 inputs=1 activation=sigmoid | 1/(1 + exp(-x1))
two_layer width=2 inputs=1 activation=exp | exp(x1) | exp(x1) - exp(2*x1)
two_layer width=2 inputs=1 activation=square | x1**2
two_layer width=2 inputs=1 activation=sin | sin(x1)
two_layer width=1 inputs=2 activation=relu
fully_connected widths=[1,1,1] | 0 | tanh(x1)
fully_connected widths=[1,2,1] | tanh(x1) + 1
fully_connected widths=[1,1,1,1]
linear features=2 | x1 - x2
linear features=3 | x1 - x2
diagonal features=1 | 0 | x1
diagonal features=2 | 0 | x1 | x1 - x2
diagonal features=3 | x1 + x2
deep_diagonal features=1 depth=3 | 0 | x1
deep_diagonal features=2 depth=3 | x1 | x1 + x2
matrix_factorization rows=1 inner=1 columns=1 | [0] | [2]
matrix_factorization rows=2 inner=1 columns=2 | [[0, 0], [0, 0]] | [[1, 2], [2, 4]]
matrix_factorization rows=2 inner=2 columns=2 | [[0,0],[0,0]] | [[1,2],[2,4]] | [[1,0],[0,1]]
matrix_factorization rows=3 inner=2 columns=3 | [[1, 0, 0], [0, 0, 0], [0, 0, 0]]
matrix_factorization rows=3 inner=3 columns=3
deep_matrix_factorization widths=[1,1,1,1] | [0] | [1]
deep_matrix_factorization widths=[2,1,1,2] | [[1, 0], [0, 0]]
deep_matrix_factorization widths=[2,2,2,2] | [[1, 0], [0, 0]] | [[1, 0], [0, 1]]
cp_factorization shape=[2,2,2] terms=1 | [1, 0, 0, 0, 0, 0, 0, 0]
cp_factorization shape=[2,2] terms=1 | [1, 0, 0, 0]
cp_factorization shape=[2,2] terms=2
convolutional kernels=1 size=3 kernel_size=2 | 0
convolutional kernels=2 size=3 kernel_size=2
polynomial_network widths=[2,1,1] | x1**2
polynomial_network widths=[2,2,1] | x1**2 | x1**2 + x2**2
kan width=1 inputs=1 degree=1
kan width=1 inputs=2 degree=1
attention tokens=1 model_dim=1 head_dim=1
attention tokens=2 model_dim=1 head_dim=1
attention tokens=2 model_dim=1 head_dim=1 linear=true
framework vertices=3
framework vertices=4
opt_example | x1 | 0
"""


@dataclass(frozen=True)
class Entry:
    """A model by its words, and target functions of it."""

    words: tuple[str, ...]
    targets: tuple[str, ...]

    @property
    def family(self) -> str:
        """Its family."""
        return self.words[0]

    @property
    def key(self) -> str:
        """The line of the plan."""
        return " | ".join([" ".join(self.words), *self.targets])

    @property
    def stem(self) -> str:
        """The start of its file names."""
        return re.sub(r"\W+", "-", " ".join(self.words[1:])).strip("-") or "model"

    def model(self) -> Model:
        """The model."""
        return model_of(Namespace(model=self.family, arguments=list(self.words[1:]))).model


def _read(plan: str) -> tuple[Entry, ...]:
    lines = [[part.strip() for part in line.split("|")] for line in plan.strip().splitlines()]
    return tuple(Entry(tuple(words.split()), tuple(targets)) for words, *targets in lines)


ENTRIES = _read(PLAN)
SECTIONS = {
    name: tuple(entries) for name, entries in groupby(ENTRIES, key=lambda entry: entry.family)
}
"""The models of each family; the plan has them side by side."""


@dataclass(frozen=True)
class Computed:
    """Tables of one model for people, and its documents by file name, for `rankstrat check`."""

    tables: dict[str, Any]
    documents: dict[str, str]


def compute(entry: Entry, seed: int = 0) -> Computed:
    """Strata, function hierarchy and target sets of one model.

    Raises:
        RankstratError: the plan asks for what does not exist.
    """
    model = entry.model()
    hierarchy = stratify(model, seed=seed)
    documents = {f"{entry.stem}.strata.json": compact(strata_document(hierarchy, seed))}
    tables: dict[str, Any] = {
        "model": " ".join(entry.words),
        "outputs": [str(f) for f in model.outputs[:1]],
        "parameters": model.size,
        "strata": _data(hierarchy.table()),
        "functions": _data(function_hierarchy(model, seed=seed).table()),
        "branches": [],
    }
    sizes = []
    for number, text in enumerate(entry.targets, start=1):
        found = target_set(model, target_of(model, text), seed=seed)
        least = optimistic_sample_size(found)
        documents[f"{entry.stem}.target{number}.json"] = compact(branches_document(found, least))
        size = str(least.lower) if least.lower == least.upper else f"{least.lower}..{least.upper}"
        known = (str(least.attained), str(least.minimal))
        sizes.append((text, size, *known, str(found.dimension), str(found.count)))
        tables["branches"].append(_data(found.table()))
    tables["documents"] = [f"{entry.family}/{name}" for name in documents]
    tables["targets"] = _data(Table(SIZES, tuple(sizes)))
    return Computed(tables, documents)


def family_files(family: str, tables: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The tables of all models of a family as one JSON file, and as CSV by kind."""
    found = list(tables)
    document = {"format": FORMAT, "family": family, "models": found}
    kinds = {"strata", "functions", "targets"}
    sheets = {f"{family}-{kind}.csv": _csv(kind, found) for kind in sorted(kinds)}
    return {f"{family}.json": compact(json.dumps(document)), **sheets}


def compact(text: str) -> str:
    """JSON without spaces."""
    return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False) + "\n"


def _csv(kind: str, models: list[dict[str, Any]]) -> str:
    columns = models[0][kind]["columns"]
    rows = [(m["model"], *map(_text, row)) for m in models for row in m[kind]["rows"]]
    return Table(("model", *map(_text, columns)), tuple(rows)).csv()


def _data(table: Table) -> dict[str, Any]:
    """A table as data that keeps both forms of a formula."""
    return {
        "columns": [_cell(column) for column in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "caption": table.caption,
    }


def _cell(cell: object) -> Any:
    if isinstance(cell, Math):
        return [cell.text, cell.latex]
    return to_data(cell)


def _text(cell: Any) -> Any:
    """The plain form of a stored cell."""
    if isinstance(cell, list):
        return cell[0]
    return cell
