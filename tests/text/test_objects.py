"""A name of a JSON object stands once."""

from __future__ import annotations

import json

import pytest

from rankstrat.errors import ParseError
from rankstrat.text.objects import each_once


def test_nested_objects_are_seen_too():
    assert json.loads('{"a": {"b": 1}, "b": 2}', object_pairs_hook=each_once)["a"] == {"b": 1}
    with pytest.raises(ParseError, match="'b' is given twice"):
        json.loads('[{"a": {"b": 1, "c": 2, "b": 1}}]', object_pairs_hook=each_once)
