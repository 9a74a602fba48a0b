"""Fields of frozen dataclasses that are converted at birth."""

from dataclasses import FrozenInstanceError, dataclass, replace

import pytest

from rankstrat.converters import converts


@dataclass(frozen=True)
@converts(second=int, first=tuple)
class Pair:
    first: tuple
    second: int = 0

    def __post_init__(self):
        if len(self.first) != self.second:
            raise ValueError(f"{len(self.first)} entries, {self.second} are needed")


def test_fields_are_converted_before_the_check():
    pair = Pair([1, 2], "2")
    assert pair == Pair((1, 2), 2) and hash(pair) == hash(Pair((1, 2), 2))
    assert replace(pair, first=[3, 4]).first == (3, 4)


def test_the_object_stays_frozen():
    pair = Pair((1,), 1)
    with pytest.raises(FrozenInstanceError):
        pair.second = 2


def test_fields_are_converted_in_their_order():
    with pytest.raises(TypeError, match="iterable"):
        Pair(1, "x")


def test_check_error():
    with pytest.raises(ValueError, match="2 are needed"):
        Pair([1], "2")
