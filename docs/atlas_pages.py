"""The pages of the atlas: one for each family, from the tables that are stored in ``docs/atlas``.

Nothing is computed here; `rankstrat atlas docs/atlas` computed the tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rankstrat.text.tables import Math, Table

DATA = Path(__file__).parent / "atlas"
UP = "../../atlas"
KINDS = {
    "strata": "Ranks of parameters",
    "functions": "Ranks of functions (optimistic sample sizes)",
    "targets": "Target functions",
}


def write_atlas(pages: Path) -> None:
    """Write ``atlas/FAMILY.md`` for every stored family, and the list of them."""
    (pages / "atlas").mkdir(parents=True)
    rows = []
    for family in stored():
        name, models = family["family"], family["models"]
        (pages / "atlas" / f"{name}.md").write_text(page(family), encoding="utf-8")
        ranks = [row for m in models for row in m["strata"]["rows"]]
        branches = [row for m in models for b in m["branches"] for row in b["rows"]]
        targets = sum(len(m["targets"]["rows"]) for m in models)
        proved = sum(row[-1] == "PROVED" for row in ranks)
        rows.append(
            f"| [{name}](_generated/atlas/{name}.md) | {len(models)} | {len(ranks)} ({proved}) |"
            f" {targets} | {len(branches)} |"
        )
    head = (
        "| family | models | ranks of strata (of these PROVED) | target functions | branches |\n"
        "|---|---:|---:|---:|---:|"
    )
    (pages / "atlas.inc").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


def stored() -> Iterator[dict[str, Any]]:
    """The stored families by name."""
    for path in sorted(DATA.glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def page(family: dict[str, Any]) -> str:
    """Every model of a family: its tables, and its documents with certificates."""
    name = family["family"]
    sheets = ", ".join(
        f"{{download}}`{kind} <{UP}/{name}-{kind}.csv>`"
        for kind in KINDS
        if any(m[kind]["rows"] for m in family["models"])
    )
    parts = [
        f"# Atlas: {name}",
        f"All tables of this page as CSV: {sheets}; as JSON: {{download}}`{name}"
        f" <{UP}/{name}.json>`. What the words mean: [Atlas](../../atlas.md).",
    ]
    for model in family["models"]:
        parts += section(name, model)
    return "\n\n".join(parts) + "\n"


def section(family: str, model: dict[str, Any]) -> Iterator[str]:
    """One model."""
    yield f"## {model['model'].removeprefix(family).strip() or 'the model'}"
    yield f"`rankstrat stratify {model['model']}`: {model['parameters']} parameters."
    for kind, title in KINDS.items():
        if model[kind]["rows"]:
            yield f"**{title}**"
            yield table(model[kind]).markdown()
    for target, branches in zip(model["targets"]["rows"], model["branches"], strict=True):
        yield f"**Branches of the target set of** `{target[0]}`"
        yield table(branches).markdown()
    links = [f"{{download}}`{Path(path).name} <{UP}/{path}>`" for path in model["documents"]]
    yield f"Certificates, for `rankstrat check`: {', '.join(links)}."


def table(data: dict[str, Any]) -> Table:
    """A stored table."""
    columns = [cell(column) for column in data["columns"]]
    return Table(columns, [[cell(value) for value in row] for row in data["rows"]])


def cell(value: Any) -> Any:
    """A stored cell: a formula is a pair of its text and its LaTeX."""
    if isinstance(value, list):
        return Math(*value)
    return value
