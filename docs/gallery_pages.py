"""The gallery: every example as an executed notebook, which is its page and can be downloaded.

`docs/generate.py` calls `write_gallery`; `docs/conf.py` copies the notebooks beside the pages.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

EXAMPLES = Path(__file__).parent.parent / "examples"
BESIDE = "Path(__file__).with_name("
"""How an example names a file beside it; a notebook has no ``__file__``."""


def write_gallery(pages: Path, kept: Path, digest: str) -> None:
    """One notebook for each example, and the list of all of them with thumbnails.

    Args:
        pages: the folder of generated pages.
        kept: where executed notebooks are kept from one build to the next.
        digest: of the sources of the package.
    """
    entries = []
    paths = sorted(EXAMPLES.glob("[0-9]*.py"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each runs in a process of its own
        notebooks = list(pool.map(executed, paths, repeat(kept), repeat(digest)))
    for path, notebook in zip(paths, notebooks, strict=True):
        name, title = path.stem, title_of(path)
        nbformat.write(notebook, pages / "gallery" / f"{name}.ipynb")
        thumbnail = pages / "gallery" / f"{name}.png"
        thumbnail.write_bytes(base64.b64decode(pictures(notebook)[-1]))
        page = f"_generated/gallery/{name}"  # seen from the page that includes the list
        entries.append(
            f"[{title}]({page}.ipynb)\n: ![{title}]({page}.png){{width=180px}}"
            f"\n\n  {claim_of(path)[0]}\n"
        )
    (pages / "gallery.inc").write_text("\n".join(entries), encoding="utf-8")


def title_of(path: Path) -> str:
    """The name of an example in words."""
    return path.stem[3:].replace("_", " ").capitalize()


def claim_of(path: Path) -> tuple[str, str]:
    """The claim of an example, and what its docstring says further."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    claim, _, more = text.partition("\n\n")
    claim = " ".join(claim.removeprefix("Claim: ").split())
    return claim[:1].upper() + claim[1:], more.strip()


def cells_of(source: str) -> Iterator[str]:
    """The statements of a script after its docstring; a blank line between two of them begins a new
    cell.
    """
    body = ast.parse(source).body[1:]
    lines = source.splitlines()
    first = body[0].lineno
    for before, after in zip(body, [*body[1:], None], strict=True):
        end = len(lines) if after is None else _start(after) - 1
        if after is None or any(not line.strip() for line in lines[before.end_lineno : end]):
            yield "\n".join(lines[first - 1 : end]).strip()
            first = end + 1


def _start(statement: ast.stmt) -> int:
    return min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))])


def notebook_of(path: Path) -> Any:
    """The notebook of an example, not executed: the claim, and the cells of the script."""
    source = path.read_text(encoding="utf-8").replace(BESIDE, "Path(")
    claim, more = claim_of(path)
    text = f"# {title_of(path)}\n\n**{claim}**\n\n{more}"
    cells = [new_markdown_cell(text.strip()), *map(new_code_cell, _joined(cells_of(source)))]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # the same file at every build
    language = {"name": "python", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": language})


def _joined(cells: Iterator[str]) -> list[str]:
    """The imports, in blocks by convention, are one cell."""
    imports, rest = [], []
    for cell in cells:
        lead = not rest and cell.startswith(("import ", "from "))
        (imports if lead else rest).append(cell)
    return ["\n\n".join(imports), *rest]


def executed(path: Path, kept: Path, digest: str) -> Any:
    """The notebook of an example with what its cells printed and drew.

    Raises:
        CellExecutionError: the example fails.
        RuntimeError: it draws nothing.
    """
    script = hashlib.sha256(path.read_bytes() + Path(__file__).read_bytes()).hexdigest()[:8]
    folder = kept / f"{path.stem}-{script}-{digest}"
    result = folder / "executed.ipynb"
    if not result.exists():
        folder.mkdir(exist_ok=True)
        for data in EXAMPLES.glob("*.json"):
            shutil.copy(data, folder)
        for data in EXAMPLES.glob("*/*.npz"):
            (folder / data.parent.name).mkdir(exist_ok=True)
            shutil.copy(data, folder / data.parent.name)
        notebook = notebook_of(path)
        NotebookClient(
            notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}}
        ).execute()
        if not pictures(notebook):
            raise RuntimeError(f"{path.name} draws nothing; a picture is needed for the gallery")
        nbformat.write(notebook, result)
    return nbformat.read(result, as_version=4)


def pictures(notebook: Any) -> list[str]:
    """The pictures of an executed notebook, PNG in base 64."""
    return [
        output["data"]["image/png"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if "image/png" in output.get("data", ())
    ]
