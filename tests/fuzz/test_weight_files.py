"""Weight files changed at random: a network or a refusal, no other exception, bounded memory."""

from __future__ import annotations

import json
import random
import tracemalloc

import numpy as np
import onnx_graphs
import pytest
from onnx_graphs import node, weights

import rankstrat as rs
from rankstrat.errors import RankstratError
from rankstrat.networks.report import check_report, to_json

MEMORY = 1 << 28
ARRAYS = {
    "W1": np.linspace(-1, 1, 12).reshape(4, 3),
    "b1": np.linspace(0, 1, 4),
    "W2": np.linspace(2, 3, 4).reshape(1, 4),
}


def written(folder):
    """A file of every format."""
    np.savez(folder / "n.npz", **ARRAYS)
    np.savez_compressed(folder / "c.npz", **ARRAYS)
    text = {name: array.tolist() for name, array in ARRAYS.items()}
    (folder / "n.json").write_text(json.dumps({"activation": "tanh", **text}))
    pytest.importorskip("safetensors.numpy").save_file(ARRAYS, folder / "n.safetensors")
    onnx = pytest.importorskip("onnx")
    helper, numpy_helper = onnx.helper, pytest.importorskip("onnx.numpy_helper")
    nodes = [
        helper.make_node("Gemm", ["x", "W1", "b1"], ["h"], transB=1),
        helper.make_node("Tanh", ["h"], ["s"]),
        helper.make_node("Gemm", ["s", "W2"], ["y"], transB=1),
    ]
    ends = [
        helper.make_tensor_value_info(n, onnx.TensorProto.DOUBLE, ["n", k])
        for n, k in (("x", 3), ("y", 1))
    ]
    tensors = [numpy_helper.from_array(v, k) for k, v in ARRAYS.items()]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], tensors)
    (folder / "n.onnx").write_bytes(helper.make_model(graph).SerializeToString())
    graph_written(folder / "g.onnx", np.random.default_rng(0))
    return sorted(folder.iterdir())


def graph_written(path, rng):
    """A graph with a convolution, pooling, a residual sum and normalisations."""
    nodes = [
        node("Conv", ["x", "k", "b"], ["c"], pads=[1, 1, 1, 1], strides=[1, 1]),
        node("Relu", ["c"], ["r"]),
        node("AveragePool", ["r"], ["p"], kernel_shape=[2, 2]),
        node("Reshape", ["p", "to"], ["f"]),
        node("LayerNormalization", ["f", "g", "s"], ["n"]),
        node("MatMul", ["n", "w"], ["u"]),
        node("Clip", ["u", "low"], ["v"]),
        node("Add", ["v", "f"], ["a"]),
        node("Gemm", ["a", "o"], ["z"]),
        node("Softmax", ["z"], ["y"]),
    ]
    tensors = weights(rng, k=(2, 1, 2, 2), b=(2,), g=(8,), s=(8,), w=(8, 8), o=(8, 2))
    tensors |= {"to": np.array([-1, 8]), "low": np.array(-1.0)}
    onnx_graphs.written(path, nodes, tensors, ["n", 1, 2, 2])


def mutated(data, rng):
    """Some bytes changed, cut out, repeated or inserted."""
    out = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5])):
        at = rng.randrange(len(out) + 1)
        kind = rng.randrange(5)
        if kind == 0 and at < len(out):
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            out[at : at + rng.randrange(1, 40)] = b""
        elif kind == 2:
            out[at:at] = out[at : at + rng.randrange(1, 40)]
        elif kind == 3:
            out[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 9)))
        else:
            out[at : at + 4] = rng.choice([b"\xff" * 4, bytes(4), b"\x00\x00\x00\x7f", b"1e99"])
    return bytes(out)


def refusal(path):
    """What the refusal says; empty where a network was read."""
    try:
        network = rs.read(path, activation=None if path.suffix == ".onnx" else "tanh")
    except RankstratError as error:
        return str(error)
    assert all(np.isfinite(v).all() for v in network.values.values())
    if isinstance(network, rs.GraphNetwork):  # what was read runs, too
        assert network.outputs(np.ones((1, network.inputs))).shape[0] == 1
    return ""


def tried(folder, count, seed):
    rng, outcomes = random.Random(seed), {True: 0, False: 0}
    sources = {path: path.read_bytes() for path in written(folder)}
    tracemalloc.start()
    for k in range(count):
        path = rng.choice(list(sources))
        target = folder / f"mutated{path.suffix}"
        target.write_bytes(mutated(sources[path], rng))
        message = refusal(target)
        assert not message or 20 < len(message) < 2_000, f"number {k}: {message}"
        outcomes[not message] += 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MEMORY
    return outcomes


def test_a_sample_of_mutated_files(tmp_path):
    outcomes = tried(tmp_path, 300, 0)
    assert outcomes[True] > 10 and outcomes[False] > 100


@pytest.mark.slow
def test_many_mutated_files(tmp_path):
    for seed in range(1, 20):
        (tmp_path / str(seed)).mkdir()
        tried(tmp_path / str(seed), 1_000, seed)


def test_mutated_reports_are_refused_or_hold():
    pytest.importorskip("scipy")
    floats = {"a": [1.0, 1.0, 0.5], "w": [[2.0], [2.0001], [-1.0]]}
    text = to_json(rs.condensation(rs.families.two_layer(3, 1), floats))
    rng = random.Random(0)
    for _ in range(15):
        changed = mutated(text.encode(), rng).decode("utf-8", "replace")
        try:
            found = check_report(changed)
        except RankstratError:
            continue
        assert found.summary.startswith(("effective parameters = 4 ", "no plateau"))
