"""Networks that the onnx package ships, read from its own files."""

from __future__ import annotations

from pathlib import Path

import pytest

import rankstrat as rs

onnx = pytest.importorskip("onnx")
FOLDER = Path(onnx.__file__).parent / "backend" / "test" / "data" / "pytorch-converted"


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("test_Linear", 10 * 8 + 8),
        ("test_Linear_no_bias", 10 * 8),
        ("test_Conv1d", 5 * 4 * 3 + 5),
        ("test_Conv2d", 4 * 3 * 3 * 2 + 4),
    ],
)
def test_a_layer_converted_from_torch_has_all_its_parameters(name, size):
    file = FOLDER / name / "model.onnx"
    if not file.is_file():
        pytest.skip("this version of onnx ships no such model")
    assert rs.read(file).model.size == size
