"""The picture of the house is drawn from the imports, and every arrow goes down."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def house():
    spec = importlib.util.spec_from_file_location("house", ROOT / "docs" / "house.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_room_has_a_floor(house):
    on_floors = [room for floor in house.floors() for room in floor]
    rooms = {
        path.stem
        for path in (ROOT / "rankstrat").iterdir()
        if path.name != "__pycache__" and (path.suffix == ".py" or path.is_dir())
    }
    assert set(on_floors) == {room for room in rooms if not room.startswith("__")}
    assert len(on_floors) == len(set(on_floors))
    assert len(house.floors()) <= 12


def test_arrows_go_down(house):
    height = {room: i for i, floor in enumerate(house.floors()) for room in floor}
    assert ("rank", "algebra") in house.arrows()
    assert [(a, b) for a, b in sorted(house.arrows()) if height[a] >= height[b]] == []


def test_the_picture_is_drawn(house):
    picture = ET.fromstring(house.drawing())
    space = "{http://www.w3.org/2000/svg}"
    assert len(picture.findall(f"{space}g")) == sum(map(len, house.floors()))
    assert len(picture.findall(f"{space}path")) == len(house.arrows())
