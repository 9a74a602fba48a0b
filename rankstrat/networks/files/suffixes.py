"""Which reader a file gets, and what is said of formats that would execute code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from rankstrat.errors import DataError
from rankstrat.networks.files.json_file import read_json
from rankstrat.networks.files.limits import Arrays
from rankstrat.networks.files.npz import read_npy, read_npz
from rankstrat.networks.files.tensors import read_safetensors
from rankstrat.text.parsing import nearest, shown

READERS: Mapping[str, Callable[[Path], Arrays]] = {
    ".npz": read_npz,
    ".npy": read_npy,
    ".json": read_json,
    ".safetensors": read_safetensors,
}
_TORCH = (
    "python -c \"import torch, numpy; s = torch.load('{0}', weights_only=True);"
    " numpy.savez('net.npz', **{{k: v.double().numpy() for k, v in s.items()}})\""
)
_KERAS = (
    "python -c \"import keras, numpy; m = keras.models.load_model('{0}');"
    " numpy.savez('net.npz', **{{w.path: w.numpy() for w in m.weights}})\""
)
_PICKLE = (
    "python -c \"import pickle, numpy; m = pickle.load(open('{0}', 'rb'));"
    " numpy.savez('net.npz', **m)\" if you trust the file and it holds a dict of arrays"
)
GRAPHS = (".onnx",)
"""Files that hold a graph of operations, and not only arrays."""
REFUSED: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys((".pt", ".pth", ".bin", ".ckpt"), ("a pickle of torch", _TORCH)),
    **dict.fromkeys((".h5", ".hdf5", ".keras"), ("a file of Keras", _KERAS)),
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), ("a pickle", _PICKLE)),
}
"""Suffix -> what it is, and the line that converts it."""


def load(path: Path) -> Arrays:
    """The arrays of a weight file, by its suffix.

    Raises:
        DataError: a format that is not read, or a file that cannot be.
    """
    suffix = path.suffix.lower()
    if suffix in REFUSED:
        kind, line = REFUSED[suffix]
        raise DataError(
            f"{shown(path.name)} is {kind}, which may run code when it is loaded; npz, safetensors,"
            f" ONNX or JSON is needed; convert it: {line.format(path.name.replace(chr(39), ''))}"
        )
    if suffix in GRAPHS:
        raise DataError(
            f"{shown(path.name)} holds a network; arrays are needed; write them with numpy.save"
        )
    if suffix not in READERS:
        hint = (
            nearest(suffix, (*READERS, *GRAPHS)) or f"formats are {', '.join((*READERS, *GRAPHS))}"
        )
        raise DataError(
            f"{shown(path.name)} has no suffix of a weight file that is read; {hint}; write it with"
            " numpy.savez"
        )
    return READERS[suffix](path)


__all__ = ["GRAPHS", "READERS", "REFUSED", "load"]
