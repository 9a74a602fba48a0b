"""The picture of the house: rooms on the floors of the import contract, arrows from the imports."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "rankstrat"
WIDTH, HEIGHT, ROOM, GAP = 1040, 62, 40, 18


def floors() -> list[list[str]]:
    """The rooms of each floor, from the top, as the import contract orders them."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    rows = parser["importlinter:contract:floors"]["layers"].split("\n")
    named = [re.findall(r"\w+", row) for row in rows if row.strip()]
    return [[room for room in row if files(room)] for row in named]


def files(room: str) -> list[Path]:
    """The files of a room: a folder or a module."""
    folder = PACKAGE / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else sorted(PACKAGE.glob(f"{room}.py"))


def imported(path: Path) -> Iterator[str]:
    """The rooms that a file imports from."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "rankstrat":
            names = [f"rankstrat.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            head, *rest = name.split(".")
            if head == "rankstrat" and rest:
                yield rest[0]


def arrows() -> set[tuple[str, str]]:
    """Pairs of rooms, the first of which imports from the second."""
    rooms = {room for floor in floors() for room in floor}
    found = {(room, other) for room in rooms for path in files(room) for other in imported(path)}
    return {(a, b) for a, b in found if a != b and b in rooms}


def size(room: str) -> str:
    """Thousands of lines."""
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files(room))
    return f"{lines / 1000:.1f}k"


def drawing() -> str:
    """The picture as SVG."""
    rows = floors()
    places: dict[str, tuple[float, float, float]] = {}
    for row, rooms in enumerate(rows):
        width = min(190.0, (WIDTH - 60 - GAP * (len(rooms) - 1)) / len(rooms))
        left = (WIDTH - len(rooms) * width - GAP * (len(rooms) - 1)) / 2
        for i, room in enumerate(rooms):
            places[room] = (left + i * (width + GAP), 12 + row * HEIGHT, width)
    lines = []
    for a, b in sorted(arrows()):
        (x, y, w), (u, v, z) = places[a], places[b]
        start, end = (x + w / 2, y + ROOM), (u + z / 2, v)
        lines.append(
            f'<path d="M{start[0]:.0f} {start[1]:.0f} C{start[0]:.0f} {start[1] + 30:.0f}'
            f' {end[0]:.0f} {end[1] - 30:.0f} {end[0]:.0f} {end[1]:.0f}"/>'
        )
    boxes = []
    for room, (x, y, w) in places.items():
        boxes.append(
            f'<g><rect x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{ROOM}" rx="5"/>'
            f'<text x="{x + w / 2:.0f}" y="{y + 18:.0f}">{escape(room)}</text>'
            f'<text class="size" x="{x + w / 2:.0f}" y="{y + 33:.0f}">{size(room)}</text></g>'
        )
    style = (
        "path{fill:none;stroke:#5b7a99;stroke-width:1;opacity:.35}"
        "rect{fill:#fff;stroke:#33475b}"
        "text{font:14px sans-serif;text-anchor:middle;fill:#1d2b38}.size{font-size:11px;fill:#667}"
    )
    height = 24 + HEIGHT * len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-label="rooms by floor"><style>{style}</style><rect width="100%" height="100%"'
        f' style="stroke:none"/>{"".join(lines)}{"".join(boxes)}</svg>\n'
    )


def write_house(target: Path) -> None:
    """Draw the house into a file."""
    target.write_text(drawing(), encoding="utf-8")
