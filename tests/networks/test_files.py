"""Weight files are untrusted: what is malformed is refused in one sentence, and nothing runs."""

from __future__ import annotations

import io
import json
import pickle
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

import rankstrat as rs
from rankstrat.errors import DataError, RankstratError
from rankstrat.networks.files import load
from rankstrat.networks.report import check_report

W1 = np.array([[1.0, -2.0], [0.5, 3.0], [4.0, 0.25]])
B1 = np.array([0.5, -1.0, 2.0])
W2 = np.array([[1.0, 2.0, -3.0]])
ENTRIES = {"W1": W1, "b1": B1, "W2": W2}


def exact_blocks(network):
    return {name: value.tolist() for name, value in network.values.items()}


WANTED = {"a": W2[0].tolist(), "w": W1.tolist(), "b": B1.tolist()}


def test_npz_json_and_safetensors_give_the_same_floats(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    np.savez(tmp_path / "n.npz", **ENTRIES)
    np.savez_compressed(tmp_path / "c.npz", **ENTRIES)
    np.savez(tmp_path / "f.npz", **{k: np.asfortranarray(v) for k, v in ENTRIES.items()})
    np.savez(tmp_path / "big.npz", **{k: v.astype(">f8") for k, v in ENTRIES.items()})
    text = {name: array.tolist() for name, array in ENTRIES.items()}
    (tmp_path / "n.json").write_text(json.dumps({"activation": "tanh", **text}))
    safetensors.save_file(ENTRIES, tmp_path / "n.safetensors")
    for name in ("n.npz", "c.npz", "f.npz", "big.npz", "n.json", "n.safetensors"):
        network = rs.read(tmp_path / name, activation="tanh")
        assert exact_blocks(network) == WANTED, name
        assert network.model == rs.families.two_layer(3, 2, bias=True)
    assert exact_blocks(rs.read(str(tmp_path / "n.json"))) == WANTED


def test_floats_are_kept_bit_by_bit(tmp_path):
    values = np.array([[0.1, 1e-300, -0.0], [np.pi, 2.0**-1074, 1.7e308]])
    np.savez(tmp_path / "n.npz", W1=values, W2=np.array([[1.0, 2.0]]))
    network = rs.read(tmp_path / "n.npz", activation="tanh")
    assert network.values["w"].tobytes() == values.tobytes()


class Trap:
    """Unpickling this would create a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_object_arrays_are_refused_and_nothing_is_executed(tmp_path):
    trap = tmp_path / "executed"
    array = np.empty(1, dtype=object)
    array[0] = Trap(trap)
    np.savez(tmp_path / "n.npz", W1=array)
    with pytest.raises(DataError, match="pickle"):
        rs.read(tmp_path / "n.npz", activation="tanh")
    for suffix in (".pt", ".pth", ".bin", ".h5", ".keras", ".pkl", ".joblib"):
        path = tmp_path / f"n{suffix}"
        path.write_bytes(pickle.dumps(Trap(trap)))
        with pytest.raises(DataError, match="convert it: python -c"):
            rs.read(path)
    assert not trap.exists()


def packed(path, header, data):
    """A compressed npz file with one array of this header."""
    body = io.BytesIO()
    np.lib.format.write_array_header_1_0(body, header)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("W1.npy", body.getvalue() + data)


def peak_of(call):
    tracemalloc.start()
    try:
        call()
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


def test_a_zip_bomb_is_not_decompressed(tmp_path):
    path, zeros = tmp_path / "bomb.npz", bytes(1 << 26)
    packed(path, {"shape": (1 << 28,), "fortran_order": False, "descr": "<f8"}, zeros)
    assert path.stat().st_size < 1 << 20

    def refused():
        with pytest.raises(DataError, match="are read"):
            load(path)

    assert peak_of(refused) < 1 << 24
    # an array of two numbers before 64 MB of zeros: only its own bytes are decompressed
    packed(path, {"shape": (1, 2), "fortran_order": False, "descr": "<f8"}, zeros)
    assert peak_of(lambda: load(path)) < 1 << 24
    # the directory of the file says how much there would be
    data = path.read_bytes()
    place = data.rindex(b"PK\x01\x02") + 24
    path.write_bytes(data[:place] + struct.pack("<I", 0xF0000000) + data[place + 4 :])
    with pytest.raises(DataError, match="at most"):
        load(path)


def test_a_header_that_lies_about_the_shape_is_refused(tmp_path):
    path = tmp_path / "n.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"shape": (10_000, 1_000), "fortran_order": False, "descr": "<f8"}
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("W1.npy", header.getvalue() + bytes(80))
    with pytest.raises(DataError, match="complete file"):
        load(path)


def test_a_safetensors_header_of_two_gigabytes_is_refused(tmp_path):
    pytest.importorskip("safetensors")
    path = tmp_path / "n.safetensors"
    path.write_bytes(struct.pack("<Q", 2 << 30) + b"{}")
    with pytest.raises(DataError, match="claims a header of 2147483648 bytes"):
        load(path)
    for body in (b"", b"\x01", struct.pack("<Q", 2) + b"[]", struct.pack("<Q", 3) + b"{{}"):
        path.write_bytes(body)
        with pytest.raises(DataError):
            load(path)
    entry = {"W1": {"dtype": "F64", "shape": [1 << 20, 1 << 20], "data_offsets": [0, 8]}}
    text = json.dumps(entry).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(8))
    with pytest.raises(DataError, match="at most"):
        load(path)
    entry = {"W1": {"dtype": "F64", "shape": [2, 2], "data_offsets": [0, 8]}}
    text = json.dumps(entry).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(8))
    with pytest.raises(DataError, match="no safetensors file"):
        load(path)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "3", "{", '{"W1": [[1, 2], [3]]}', '{"W1": [["x"]]}', '{"W1": [[NaN]]}',
     '{"W1": null}', '{"activation": 3}', '{"W1": [[true]]}', '{"a": ' * 5000, "[" * 100_000],
)  # fmt: skip
def test_malformed_json_is_refused(tmp_path, text):
    (tmp_path / "n.json").write_text(text)
    with pytest.raises(DataError):
        rs.read(tmp_path / "n.json", activation="tanh")


@pytest.mark.parametrize(
    "text",
    ['{"W1": [[1.5]], "W2": [[2.0]], "W1": [[3.5]]}',
     '{"activation": "tanh", "W1": [[1.5]], "activation": "relu"}',
     '{"a": {"W1": [[1.5]], "W1": [[3.5]]}}', '{"a/W1": [[1.5]], "a": {"W1": [[3.5]]}}'],
)  # fmt: skip
def test_a_name_that_stands_twice_is_refused(tmp_path, text):
    """Of two values for one name a reader of JSON keeps the last and says nothing."""
    (tmp_path / "n.json").write_text(text)
    with pytest.raises(DataError, match="twice"):
        rs.read(tmp_path / "n.json", activation="tanh")


def test_a_tensor_that_stands_twice_is_refused(tmp_path):
    entry = '{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]}'
    header = f'{{"W1":{entry},"W1":{entry}}}'.encode()
    raw = len(header).to_bytes(8, "little") + header + bytes(8)
    (tmp_path / "n.safetensors").write_bytes(raw)
    with pytest.raises(DataError, match="twice"):
        load(tmp_path / "n.safetensors")


def test_a_report_in_which_a_name_stands_twice_is_refused():
    with pytest.raises(RankstratError, match="twice"):
        check_report('{"format": "x", "format": "y"}')


def test_other_files_are_refused(tmp_path):
    for name, body in (("n.npz", b"PK"), ("n.npz", b""), ("n.txt", b"1"), ("n", b"1")):
        (tmp_path / name).write_bytes(body)
        with pytest.raises(DataError):
            load(tmp_path / name)
    with pytest.raises(DataError, match="cannot be read"):
        load(tmp_path / "missing.npz")
    with pytest.raises(DataError):
        load(tmp_path / "folder.npz" / "n.npz")
    for dtype in ("int64", "complex128", "bool", "U3"):
        np.savez(tmp_path / "n.npz", W1=np.ones((2, 2)).astype(dtype))
        with pytest.raises(DataError, match="floats"):
            load(tmp_path / "n.npz")


# ---------------------------------------------------------------------------------------- ONNX
onnx = pytest.importorskip("onnx")
helper, numpy_helper = onnx.helper, pytest.importorskip("onnx.numpy_helper")


def saved(path, nodes, tensors, opset=17):
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["n", 1])],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    path.write_bytes(model.SerializeToString())
    return path


def test_onnx_gemm_and_matmul_chains(tmp_path):
    gemm = saved(
        tmp_path / "gemm.onnx",
        [
            helper.make_node("Gemm", ["x", "w1", "b1"], ["h"], transB=1),
            helper.make_node("Tanh", ["h"], ["s"]),
            helper.make_node("Gemm", ["s", "w2"], ["y"], transB=1),
        ],
        {"w1": W1, "b1": B1, "w2": W2},
    )
    product = saved(
        tmp_path / "matmul.onnx",
        [
            helper.make_node("Flatten", ["x"], ["f"]),
            helper.make_node("MatMul", ["f", "w1"], ["h"]),
            helper.make_node("Add", ["b1", "h"], ["k"]),
            helper.make_node("Tanh", ["k"], ["s"]),
            helper.make_node("MatMul", ["s", "w2"], ["u"]),
            helper.make_node("Sigmoid", ["u"], ["y"]),
        ],
        {"w1": W1.T, "b1": B1, "w2": W2.T},
    )
    for path in (gemm, product):
        network = rs.read(path)
        assert exact_blocks(network) == WANTED
        assert network.activation == rs.activations["tanh"]
    assert any("sigmoid" in note for note in rs.read(product).notes)


def test_onnx_graphs_that_are_no_chains_are_refused(tmp_path):
    def refused(nodes, tensors, match):
        with pytest.raises(DataError, match=match):
            rs.read(saved(tmp_path / "n.onnx", nodes, tensors))

    first = helper.make_node("Gemm", ["x", "w1"], ["h"], transB=1)
    refused([helper.make_node("Conv", ["x", "w1"], ["y"])], {"w1": W1}, "do not fit")
    refused([first, helper.make_node("Add", ["h", "x"], ["y"])], {"w1": W1}, "do not fit")
    refused([helper.make_node("MatMul", ["x", "u"], ["y"])], {"w1": W1}, "no tensor of floats")
    refused([helper.make_node("Tanh", ["x"], ["y"])], {}, "no weights")
    (tmp_path / "n.onnx").write_bytes(b"\x08\x01not a model")
    with pytest.raises(DataError):
        rs.read(tmp_path / "n.onnx")


def test_onnx_tensors_outside_the_file_are_refused(tmp_path):
    path = saved(tmp_path / "n.onnx", [helper.make_node("Gemm", ["x", "w1"], ["y"])], {"w1": W1})
    model = onnx.load_model_from_string(path.read_bytes())
    tensor = model.graph.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(DataError, match="outside the file"):
        rs.read(path)


def test_refusals_are_errors_of_the_package():
    with pytest.raises(RankstratError):
        rs.read("no such file.npz")


def test_bfloat16_is_the_upper_half_of_float32(tmp_path):
    """1.5 = 0x3fc0, -2 = 0xc000, 0.15625 = 0x3e20 as bfloat16."""
    raw = b"".join(n.to_bytes(2, "little") for n in (0x3FC0, 0xC000, 0x3E20))
    header = b'{"W1":{"dtype":"BF16","shape":[1,3],"data_offsets":[0,6]}}'
    (tmp_path / "n.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + raw)
    network = rs.read(tmp_path / "n.safetensors")
    assert network.weights[0].tolist() == [[1.5, -2.0, 0.15625]]


def test_names_that_are_no_text_are_refused_or_read(tmp_path):
    """Protobuf gives names that are no UTF-8 as bytes."""
    nodes = [helper.make_node("Gemm", ["x", "wwww"], ["y"])]
    path = saved(tmp_path / "n.onnx", nodes, {"wwww": np.eye(2)})
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"wwww", b"w\xff\xfew"))
    assert rs.read(path).weights[0].tolist() == np.eye(2).tolist()
    path.write_bytes(raw.replace(b"wwww", b"w\xff\xfew", 1))
    with pytest.raises(DataError):
        rs.read(path)
