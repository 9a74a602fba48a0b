"""Small ONNX files, written node by node."""

from __future__ import annotations

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
helper = onnx.helper
numpy_helper = pytest.importorskip("onnx.numpy_helper")
reference = pytest.importorskip("onnx.reference")

DOUBLE = onnx.TensorProto.DOUBLE
node = helper.make_node


def written(path, nodes, tensors, shape, opset=20, kind=DOUBLE):
    """A file with the input x of this shape and the output y."""
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info("y", kind, None)],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    path.write_bytes(model.SerializeToString())
    return path


def evaluated(path, inputs):
    """The outputs (n, q) by the reference implementation of ONNX, one sample after another."""
    run = reference.ReferenceEvaluator(str(path))
    return np.array([run.run(None, {"x": x[None]})[0].ravel() for x in inputs])


def weights(rng, **shapes):
    """Normal weights of these shapes."""
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}
