"""ONNX graphs that are no chains: their functions against the reference implementation of ONNX,
their ranks against those derived by hand.
"""

import json
from fractions import Fraction

import numpy as np
import pytest
import sympy
from onnx_graphs import evaluated, node, weights, written

import rankstrat as rs
from rankstrat.algebra.batched import Batched
from rankstrat.cli import main
from rankstrat.errors import DataError, ModelError, PointError
from rankstrat.networks.graph.functions import simplest


def residual(d=2, m=3):
    """y = V (h + tanh(W2 h + b2)), h = tanh(W1 x + b1)."""
    nodes = [
        node("Gemm", ["x", "w1", "b1"], ["z"], transB=1),
        node("Tanh", ["z"], ["h"]),
        node("Gemm", ["h", "w2", "b2"], ["u"], transB=1),
        node("Tanh", ["u"], ["t"]),
        node("Add", ["h", "t"], ["r"]),
        node("Gemm", ["r", "v"], ["y"], transB=1),
    ]
    return nodes, {"w1": (m, d), "b1": (m,), "w2": (m, m), "b2": (m,), "v": (1, m)}, (d,)


def normalised(axis=-1):
    """Layer normalisation as one operation, with a residual sum before it."""
    nodes = [
        node("MatMul", ["x", "w1"], ["z"]),
        node("Add", ["z", "b1"], ["k"]),
        node("Gelu", ["k"], ["h"]),
        node("Add", ["h", "x"], ["r"]),
        node("LayerNormalization", ["r", "g", "s"], ["n"], axis=axis, epsilon=1e-3),
        node("MatMul", ["n", "v"], ["y"]),
    ]
    return nodes, {"w1": (3, 3), "b1": (3,), "g": (3,), "s": (3,), "v": (3, 2)}, (3,)


def by_hand():
    """Layer normalisation as older exporters write it."""
    nodes = [
        node("MatMul", ["x", "w1"], ["z"]),
        node("Constant", [], ["two"], value_float=2.0),
        node("Constant", [], ["eps"], value_float=0.25),
        node("Constant", [], ["axes"], value_ints=[-1]),
        node("ReduceMean", ["z", "axes"], ["m"]),
        node("Sub", ["z", "m"], ["c"]),
        node("Pow", ["c", "two"], ["q"]),
        node("ReduceMean", ["q", "axes"], ["v"]),
        node("CastLike", ["eps", "v"], ["eps2"]),
        node("Add", ["v", "eps2"], ["e"]),
        node("Sqrt", ["e"], ["r"]),
        node("Div", ["c", "r"], ["n"]),
        node("Mul", ["n", "g"], ["k"]),
        node("MatMul", ["k", "w2"], ["y"]),
    ]
    return nodes, {"w1": (2, 3), "g": (3,), "w2": (3, 1)}, (2,)


def images():
    """Two convolutions with strides, padding, gaps and groups, pooling, and a dense head."""
    nodes = [
        node("Conv", ["x", "k1", "b1"], ["a"], strides=[2, 1], pads=[1, 0, 0, 2]),
        node("Relu", ["a"], ["r"]),
        node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[1, 2]),
        node("Conv", ["p", "k2"], ["c"], group=2, dilations=[1, 2], auto_pad="SAME_UPPER"),
        node("BatchNormalization", ["c", "g", "s", "mean", "var"], ["n"]),
        node("LeakyRelu", ["n"], ["l"], alpha=0.3),
        node("AveragePool", ["l"], ["q"], kernel_shape=[2, 2], pads=[1, 1, 0, 0]),
        node("Flatten", ["q"], ["f"]),
        node("Gemm", ["f", "v", "c2"], ["y"], transB=1),
    ]  # fmt: skip
    shapes = {
        "k1": (4, 2, 3, 2), "b1": (4,), "k2": (4, 2, 2, 2), "g": (4,), "s": (4,), "mean": (4,),
        "var": (4,), "v": (2, 24), "c2": (2,),
    }  # fmt: skip
    return nodes, shapes, (2, 6, 6)


def attention():
    """One head of attention over three tokens, then a dense layer at every token."""
    nodes = [
        node("MatMul", ["x", "wq"], ["q"]),
        node("MatMul", ["x", "wk"], ["k"]),
        node("MatMul", ["x", "wv"], ["v"]),
        node("Transpose", ["k"], ["kt"], perm=[0, 2, 1]),
        node("MatMul", ["q", "kt"], ["s"]),
        node("Softmax", ["s"], ["p"], axis=-1),
        node("MatMul", ["p", "v"], ["o"]),
        node("Add", ["o", "x"], ["r"]),
        node("LayerNormalization", ["r", "g"], ["n"]),
        node("MatMul", ["n", "w1"], ["z"]),
        node("Add", ["b1", "z"], ["zb"]),
        node("Tanh", ["zb"], ["h"]),
        node("MatMul", ["h", "w2"], ["u"]),
        node("Add", ["u", "r"], ["w"]),
        node("Constant", [], ["axes"], value_ints=[1]),
        node("ReduceMean", ["w", "axes"], ["y"], keepdims=0),
    ]
    shapes = dict.fromkeys(("wq", "wk", "wv"), (2, 2))
    return nodes, {**shapes, "g": (2,), "w1": (2, 4), "b1": (4,), "w2": (4, 2)}, (3, 2)


def sizes_computed():
    """What torch makes of x.view(x.size(0), -1), and parts of a value."""
    nodes = [
        node("Shape", ["x"], ["s"]),
        node("Constant", [], ["zero"], value_int=0),
        node("Gather", ["s", "zero"], ["n"], axis=0),
        node("Constant", [], ["first"], value_ints=[0]),
        node("Unsqueeze", ["n", "first"], ["n1"]),
        node("Constant", [], ["rest"], value_ints=[-1]),
        node("Concat", ["n1", "rest"], ["to"], axis=0),
        node("Reshape", ["x", "to"], ["f"]),
        node("Gemm", ["f", "w"], ["z"], transB=1),
        node("Constant", [], ["from"], value_ints=[1]),
        node("Constant", [], ["until"], value_ints=[3]),
        node("Slice", ["z", "from", "until", "from"], ["p"]),
        node("Split", ["z"], ["q1", "q2"], axis=1, num_outputs=2),
        node("Sin", ["p"], ["h"]),
        node("Mul", ["h", "q2"], ["m"]),
        node("Concat", ["m", "q1"], ["y"], axis=-1),
    ]
    return nodes, {"w": (4, 4)}, (2, 2)


def mixed():
    """Two activations, one hidden layer without a bias."""
    nodes = [
        node("Gemm", ["x", "w1", "b1"], ["z"]),
        node("Tanh", ["z"], ["h"]),
        node("Gemm", ["h", "w2"], ["u"]),
        node("Softplus", ["u"], ["t"]),
        node("Gemm", ["t", "w3", "b3"], ["o"]),
        node("Softmax", ["o"], ["y"]),
    ]
    return nodes, {"w1": (2, 3), "b1": (3,), "w2": (3, 2), "w3": (2, 2), "b3": (2,)}, (2,)


GRAPHS = {f.__name__: f for f in (residual, normalised, by_hand, images, attention,
                                  sizes_computed, mixed)}  # fmt: skip


def made(tmp_path, name, seed=0):
    nodes, shapes, shape = GRAPHS[name]()
    nodes = [n for n in nodes if n.op_type != "CastLike"]
    tensors = weights(np.random.default_rng(seed), **shapes)
    if "var" in tensors:
        tensors["var"] = tensors["var"] ** 2 + 0.5
    for n in nodes:  # constants of the precision of the weights
        n.input[:] = ["eps" if i == "eps2" else i for i in n.input]
        for a in n.attribute:
            if n.op_type == "Constant" and a.name == "value_float":
                tensors[n.output[0]] = np.float64(a.f)
    nodes = [n for n in nodes if not (n.op_type == "Constant" and n.output[0] in tensors)]
    return written(tmp_path / f"{name}.onnx", nodes, tensors, ["n", *shape]), shape


@pytest.mark.parametrize("name", GRAPHS)
def test_floats_are_those_of_the_reference(tmp_path, name):
    path, shape = made(tmp_path, name)
    graph = rs.read(path)
    inputs = np.random.default_rng(1).normal(size=(5, *shape))
    wanted = evaluated(path, inputs)
    if name == "mixed":  # the softmax at the end is left out, and said so
        assert "Softmax at the end was left out" in str(graph)
        found = np.exp(graph.outputs(inputs))
        found /= found.sum(axis=1, keepdims=True)
    else:
        found = graph.outputs(inputs)
    assert np.abs(found - wanted).max() < 1e-7 * max(1, np.abs(wanted).max())
    assert graph.outputs(inputs.reshape(5, -1)).tolist() == graph.outputs(inputs).tolist()


@pytest.mark.parametrize("name", ["residual", "normalised", "by_hand", "attention", "mixed",
                                  "sizes_computed"])  # fmt: skip
def test_the_model_at_its_point_is_the_function(tmp_path, name):
    """The expressions, with the exact floats put in, at one rational input."""
    path, shape = made(tmp_path, name)
    graph = rs.read(path)
    model, point = graph.model, graph.point
    assert point.is_point and model.size == graph.size
    x = [Fraction(k % 5 - 2, 2) for k in range(int(np.prod(shape)))]
    wanted = graph.outputs(np.array([[float(v) for v in x]]))[0]
    leaves = {"p": np.array([float(v) for v in point.raw]), "x": np.array(x, dtype=float)}
    batch = Batched(model.compiled.program, model.compiled.outputs)
    found = batch({k: v[:, None] for k, v in leaves.items()}, 1)[:, 0]
    assert np.allclose(found, wanted, rtol=1e-12, atol=1e-12)


def test_an_independent_forward_pass(tmp_path):
    path, _ = made(tmp_path, "residual")
    graph = rs.read(path)
    p = graph.weights
    x = np.random.default_rng(2).normal(size=(7, 2))
    h = np.tanh(x @ p["w1"].T + p["b1"])
    wanted = (h + np.tanh(h @ p["w2"].T + p["b2"])) @ p["v"].T
    assert np.allclose(graph.outputs(x), wanted, rtol=1e-13)


# ------------------------------------------------------------------------------------- ranks


def with_skip(tmp_path, w, b):
    """y = a . tanh(W x + b) + c . x; tanh neurons of distinct classes and x are independent."""
    nodes = [
        node("Gemm", ["x", "w", "b"], ["z"], transB=1),
        node("Tanh", ["z"], ["h"]),
        node("MatMul", ["h", "a"], ["o"]),
        node("MatMul", ["x", "c"], ["l"]),
        node("Add", ["o", "l"], ["y"]),
    ]
    w = np.array(w, dtype=float)
    tensors = {"w": w, "b": np.array(b, float), "a": np.ones((len(w), 1)) / 4}
    tensors["c"] = np.ones((w.shape[1], 1))
    return rs.read(written(tmp_path / "s.onnx", nodes, tensors, ["n", w.shape[1]]))


@pytest.mark.parametrize(
    ("w", "b", "rank"),
    [
        ([[1.0], [2.0]], [0.5, 0.25], 7),  # 2 * (1 + 1 + 1) + 1
        ([[1.0], [1.0]], [0.5, 0.5], 4),  # equal: one neuron
        ([[1.0], [-1.0]], [0.5, -0.5], 4),  # opposite: one neuron
        ([[1.0, 0.5], [2.0, 0.0]], [0.5, 0.25], 10),
        ([[0.0], [1.0]], [0.5, 0.25], 6),  # constant: 1, and x once more, 3 of the other, x
    ],
)
def test_rank_with_a_skip_connection(tmp_path, w, b, rank):
    graph = with_skip(tmp_path, w, b)
    found = rs.model_rank(graph.point)
    if w[0] == [0.0]:
        # a1 tanh(b1): constant; its incoming weight gives x, which c gives too: 1 + 3 + 1
        rank = 5
    assert (int(found), str(found.verdict)) == (rank, "PROVED")


def test_rank_with_layer_normalisation_of_two_units(tmp_path):
    r"""Of two units the normalised ones are phi(z) and -phi(z) with phi(z) = z / sqrt(z^2 + eps)
    and z = (w1 - w2) . x / 2: the span is phi, phi'(z) x1, phi'(z) x2 and 1, of dimension 4.
    """
    nodes = [
        node("Gemm", ["x", "w"], ["z"], transB=1),
        node("LayerNormalization", ["z", "g", "s"], ["n"], epsilon=0.25),
        node("MatMul", ["n", "a"], ["y"]),
    ]
    tensors = {"w": np.array([[1.0, 2.0], [-0.5, 1.0]]), "g": np.array([1.0, 2.0]),
               "s": np.array([0.5, 0.25]), "a": np.array([[1.0], [3.0]])}  # fmt: skip
    graph = rs.read(written(tmp_path / "l.onnx", nodes, tensors, ["n", 2]))
    found = rs.model_rank(graph.point)
    assert (int(found), str(found.verdict)) == (4, "PROVED")


@pytest.mark.parametrize("shape", [(1, 5), (1, 4, 4)])
def test_a_convolution_is_one_of_the_family(tmp_path, shape):
    rng = np.random.default_rng(3)
    dimension = len(shape) - 1
    places = (shape[1] - 1) ** dimension
    tensors = weights(rng, k=(2, 1, *(2,) * dimension), b=(2,), v=(1, 2 * places), c=(1,))
    nodes = [
        node("Conv", ["x", "k", "b"], ["z"]),
        node("Tanh", ["z"], ["h"]),
        node("Flatten", ["h"], ["f"]),
        node("Gemm", ["f", "v", "c"], ["y"], transB=1),
    ]
    path = written(tmp_path / "c.onnx", nodes, tensors, ["n", *shape])
    graph = rs.read(path)
    family = rs.families.convolutional(
        kernels=2, size=shape[1], kernel_size=2, dimension=dimension, bias=True, output_bias=True
    )
    assert graph.model == family and set(graph.values) == {"a", "K", "b", "c"}
    x = [Fraction(k % 3 - 1, 2) for k in range(graph.inputs)]
    at = dict(zip(family.inputs, map(sympy.Rational, x), strict=True))
    value = family.outputs[0].xreplace({**graph.point.values, **at}).evalf(20)
    wanted = evaluated(path, [np.array(x, dtype=float).reshape(shape)])[0, 0]
    assert float(value) == pytest.approx(wanted, rel=1e-12)
    # two kernels: a_{l,p} everywhere, entries and bias of each kernel, one constant
    rank = 2 * places + 2 * (2**dimension + 1) + 1
    found = rs.model_rank(graph.point)
    assert (int(found), str(found.verdict)) == (rank, "PROVED")


# ----------------------------------------------------------------------------------- refusals


def refused(tmp_path, nodes, tensors, shape, match, opset=20):
    path = written(tmp_path / "n.onnx", nodes, tensors, shape, opset)
    with pytest.raises(DataError, match=match) as caught:
        rs.read(path)
    assert ";" in str(caught.value)


def test_what_is_out_of_reach_is_refused(tmp_path):
    w = {"w": np.ones((2, 2))}
    gemm = node("Gemm", ["x", "w"], ["h"])
    lstm = node("LSTM", ["x", "w", "w"], ["y"])
    refused(tmp_path, [lstm], w, ["n", 2], "the graph has LSTM")
    refused(tmp_path, [gemm, node("Round", ["h"], ["y"])], w, ["n", 2], "the graph has Round")
    refused(tmp_path, [gemm, node("Pow", ["h", "h"], ["y"])], w, ["n", 2], "Pow whose operand 2")
    refused(tmp_path, [gemm], w, ["n", 2], "no node of the graph gives its output")
    refused(tmp_path, [node("Gemm", ["x", "u"], ["y"])], w, ["n", 2], "takes u, which no node")
    refused(tmp_path, [node("Gemm", ["x", "w"], ["y"])], w, ["n", 3], "which do not fit")
    refused(tmp_path, [node("Conv", ["x", "w"], ["y"])], w, ["n", 2], "which do not fit")
    refused(tmp_path, [node("Tanh", ["x"], ["y"])], {}, ["n", 2], "no weights")
    refused(tmp_path, [node("Tanh", ["x"], ["y"])], {}, ["n", None], "has the shape")
    own = node("Gemm", ["x", "w"], ["y"], domain="com.example")
    refused(tmp_path, [own], w, ["n", 2], "operations of com.example")


def test_values_that_would_fill_the_memory_are_refused(tmp_path):
    doubled, name = [node("Gemm", ["x", "w"], ["v0"])], "v0"
    for k in range(60):
        doubled.append(node("Concat", [name, name], [f"v{k + 1}"], axis=1))
        name = f"v{k + 1}"
    doubled.append(node("Identity", [name], ["y"]))
    refused(tmp_path, doubled, {"w": np.ones((2, 2))}, ["n", 2], "at most")
    k = {"k": np.ones((1, 1, 1, 1))}
    padded = node("Conv", ["x", "k"], ["y"], pads=[60_000] * 4)
    refused(tmp_path, [padded], k, ["n", 1, 2, 2], "at most")
    refused(tmp_path, [padded], k, ["n", 1, 1 << 30, 1 << 30], "at most")


def test_a_graph_that_is_too_large_for_expressions_says_so(tmp_path):
    w = {"w": np.ones((700, 700)), "v": np.ones((700, 1))}
    nodes = [node("Gemm", ["x", "w"], ["h"]), node("Add", ["h", "x"], ["r"]),
             node("Gemm", ["r", "v"], ["y"])]  # fmt: skip
    graph = rs.read(written(tmp_path / "n.onnx", nodes, w, ["n", 700]))
    assert graph.outputs(np.ones((1, 700))).tolist() == [[700.0 * 701]]
    with pytest.raises(ModelError, match="products"):
        rs.model_rank(graph.point)


def test_numbers_of_options_are_the_simplest_ones():
    """ONNX keeps them in float32, in which 0.01 is 0.00999999977..."""
    wanted = {0.01: Fraction(1, 100), 1e-5: Fraction(1, 10**5), 0.3: Fraction(3, 10), 1.0: 1}
    assert {v: simplest(float(np.float32(v))) for v in wanted} == wanted
    assert simplest(-0.25) == Fraction(-1, 4) and simplest(0.0) == 0
    third = simplest(float(np.float32(1 / 3)))
    assert third == Fraction(1, 3)


def test_the_two_gelus_are_told_apart(tmp_path):
    nodes = [node("Gemm", ["x", "w"], ["h"]), node("Gelu", ["h"], ["s"], approximate="tanh"),
             node("Gemm", ["s", "v"], ["y"])]  # fmt: skip
    tensors = weights(np.random.default_rng(0), w=(2, 3), v=(3, 1))
    path = written(tmp_path / "n.onnx", nodes, tensors, ["n", 2])
    x = np.random.default_rng(1).normal(size=(4, 2))
    network = rs.read(path)
    assert np.abs(network.outputs(x) - evaluated(path, x)).max() < 1e-7
    assert network.activation != rs.activations["gelu"]


def test_samples_are_never_mixed(tmp_path):
    """A graph of fixed size that would take two samples for one: each is run alone."""
    nodes = [
        node("Constant", [], ["to"], value_ints=[1, -1]),
        node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        node("Reshape", ["t", "to"], ["f"]),
        node("Gemm", ["f", "w"], ["z"]),
        node("Tanh", ["z"], ["h"]),
        node("Gemm", ["h", "v"], ["y"]),
    ]
    tensors = weights(np.random.default_rng(0), w=(6, 3), v=(3, 1))
    path = written(tmp_path / "n.onnx", nodes, tensors, [1, 2, 3])
    x = np.random.default_rng(1).normal(size=(4, 2, 3))
    assert np.allclose(rs.read(path).outputs(x), evaluated(path, x), rtol=1e-12)


# -------------------------------------------------------------------------------- dense parts


def copies(tmp_path, noise=0.0, between=()):
    """y = V LN(x + W2 tanh(W1 x + b)), W1 of 6 units in 2 classes, up to some noise."""
    rng = np.random.default_rng(5)
    w = np.array([[1.0, -0.5], [0.25, 1.0]])[[0, 0, 1, 1, 0, 1]]
    w = w * np.array([1, -1, 1, 1, 1, -1])[:, None] + noise * rng.normal(size=(6, 2))
    b = np.array([0.5, -0.5, -1.0, -1.0, 0.5, 1.0])
    nodes = [
        node("Gemm", ["x", "w1", "b"], ["z"], transB=1),
        node("Tanh", ["z"], ["h"]),
        node("Gemm", ["h", "w2", "b2"], ["u"]),
        node("Add", ["u", "x"], ["r"]),
        node("LayerNormalization", ["r", "g", "s"], ["n"]),
        node("MatMul", ["n", "v"], ["y"]),
    ]
    tensors = {"w1": w, "b": b, "w2": rng.normal(size=(6, 2)), "b2": np.array([1.0, 2.0]),
               "g": np.array([1.0, -2.0]), "s": np.array([0.5, 1.0]),
               "v": np.array([[1.0], [2.0]])}  # fmt: skip
    return written(tmp_path / "d.onnx", nodes, tensors, ["n", 2])


def test_dense_layers_of_a_graph_are_condensed_and_put_back(tmp_path):
    graph = rs.read(copies(tmp_path, 1e-4))
    (part,) = graph.dense
    assert part.network.layers.widths == (2, 6, 2)
    data = np.random.default_rng(6).normal(size=(50, 2))
    assert np.allclose(part.inputs(data), data)
    found = part.condensation(data)
    assert found.elbow.widths == (2,)
    narrow = part.with_layers(found.elbow.snapped.network)
    assert narrow.size == graph.size - 4 * (2 + 1 + 2)
    assert np.abs(narrow.outputs(data) - graph.outputs(data)).mean() < 1e-2
    with pytest.raises(DataError, match="same number of layers"):
        part.with_layers(rs.Network(rs.families.two_layer(2, 1), {"a": [1, 1], "w": [[1], [1]]}))
    with pytest.raises(PointError, match="dense\\[0\\]"):
        rs.condensation(graph)


def test_the_rank_of_copies_is_that_of_the_narrow_graph(tmp_path):
    """Splitting keeps the rank: exact copies and mirror images of two units, and these two."""
    graph = rs.read(copies(tmp_path)).rounded(8)
    (part,) = graph.dense
    reduced = rs.reduce(part.network)
    assert reduced.widths == (2,)
    values = {k: np.array(v, dtype=float) for k, v in reduced.reduced.arrays.items()}
    narrow = part.with_layers(rs.Network(reduced.reduced.model, values))
    wide, small = rs.model_rank(graph.point), rs.model_rank(narrow.point)
    assert int(wide) == int(small) and str(wide.verdict) == str(small.verdict) == "PROVED"


def test_tokens_are_rows_of_the_dense_part(tmp_path):
    path, _ = made(tmp_path, "attention")
    graph = rs.read(path)
    (part,) = graph.dense
    assert part.network.layers.widths == (2, 4, 2)
    x = np.random.default_rng(0).normal(size=(5, 3, 2))
    assert part.inputs(x).shape == (15, 2)


def test_tensors_of_two_places_are_not_changed(tmp_path):
    nodes = [
        node("MatMul", ["x", "w"], ["z"]),
        node("Tanh", ["z"], ["h"]),
        node("MatMul", ["h", "w"], ["u"]),
        node("Add", ["u", "x"], ["y"]),
    ]
    graph = rs.read(written(tmp_path / "t.onnx", nodes, {"w": np.eye(2)}, ["n", 2]))
    assert graph.size == 4
    (part,) = graph.dense
    with pytest.raises(DataError, match="several places"):
        part.with_layers(part.network)


def test_report_of_a_graph_and_its_check(tmp_path, capsys):
    path = copies(tmp_path, 1e-4)
    assert main(["read", str(path)]) == 0
    text = capsys.readouterr().out
    assert "model rank = " in text and "[PROVED]" in text and "part 1 of 1" in text
    assert main(["read", str(path), "--json"]) == 0
    report = capsys.readouterr().out
    data = json.loads(report)
    assert data["value"] == data["lower"] == data["upper"] and data["verdict"] == "PROVED"
    (tmp_path / "r.json").write_text(report)
    assert main(["check", str(tmp_path / "r.json")]) == 0
    assert "holds" in capsys.readouterr().out
    for change in (
        {"value": data["value"] + 1},
        {"lower": data["lower"] + 1, "upper": data["upper"] + 1, "value": data["value"] + 1},
        {"certificate": None},
        {"parameters": 3},
        {"parts": 7},
    ):
        (tmp_path / "r.json").write_text(json.dumps({**data, **change}))
        assert main(["check", str(tmp_path / "r.json")]) == 1, change
    capsys.readouterr()
    assert main(["read", str(path), "--latex"]) == 2
    assert main(["read", str(path), "--activation", "tanh"]) == 2
    assert main(["read", str(path), "--orientation", "out,in"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_deep_graph_of_long_floats_has_an_answer(tmp_path):
    path, _ = made(tmp_path, "by_hand")
    found = rs.read(path).rank(bits=40)
    assert found.lower <= found.upper


# ------------------------------------------------------- activations that are several operations

TWO = {"w1": (3, 4), "b1": (4,), "w2": (4, 2)}


def between(nodes):
    first = node("Gemm", ["x", "w1", "b1"], ["z"])
    return [first, *nodes, node("Gemm", ["s", "w2"], ["y"])]


SEVERAL = {
    "silu": [node("Sigmoid", ["z"], ["g"]), node("Mul", ["z", "g"], ["s"])],
    "mish": [node("Softplus", ["z"], ["p"]), node("Tanh", ["p"], ["t"]),
             node("Mul", ["t", "z"], ["s"])],
    "gelu": [node("Div", ["z", "root"], ["d"]), node("Erf", ["d"], ["e"]),
             node("Add", ["e", "one"], ["f"]), node("Mul", ["z", "f"], ["m"]),
             node("Mul", ["m", "half"], ["s"])],
    "clip": [node("Clip", ["z", "low", "one"], ["s"])],
}  # fmt: skip
NUMBERS = {"root": 1.4142135, "one": 1.0, "half": 0.5, "low": -1.0}


@pytest.mark.parametrize("name", SEVERAL)
def test_an_activation_of_several_nodes(tmp_path, name):
    nodes = between(SEVERAL[name])
    tensors = weights(np.random.default_rng(0), **TWO)
    used = {i for n in nodes for i in n.input}
    tensors |= {k: np.array(v) for k, v in NUMBERS.items() if k in used}
    path = written(tmp_path / "n.onnx", nodes, tensors, ["n", 3])
    network = rs.read(path)
    assert isinstance(network, rs.Network) and network.layers.widths == (3, 4, 2)
    x = np.random.default_rng(1).normal(size=(5, 3))
    assert np.abs(network.outputs(x) - evaluated(path, x)).max() < 1e-7
    if name == "silu":
        assert network.activation == rs.activations["silu"]
    if name == "clip":
        assert network.activation == rs.activations["hardtanh"]


def test_a_gate_is_no_activation(tmp_path):
    """z times a function of another value, and a function whose argument is used again."""
    gate = [node("MatMul", ["x", "w3"], ["u"]), node("Sigmoid", ["u"], ["g"]),
            node("Mul", ["z", "g"], ["s"])]  # fmt: skip
    again = [node("Tanh", ["z"], ["t"]), node("Mul", ["t", "z"], ["m"]),
             node("Concat", ["m", "z"], ["c"], axis=1),
             node("MatMul", ["c", "w4"], ["s"])]  # fmt: skip
    shapes = {**TWO, "w3": (3, 4), "w4": (8, 4)}
    x = np.random.default_rng(1).normal(size=(5, 3))
    for nodes in (gate, again):
        used = {i for n in between(nodes) for i in n.input}
        own = {k: v for k, v in shapes.items() if k in used}
        tensors = weights(np.random.default_rng(0), **own)
        path = written(tmp_path / "n.onnx", between(nodes), tensors, ["n", 3])
        graph = rs.read(path)
        assert isinstance(graph, rs.GraphNetwork)
        assert np.abs(graph.outputs(x) - evaluated(path, x)).max() < 1e-12


def test_slopes_that_are_weights(tmp_path):
    nodes = between([node("PRelu", ["z", "slope"], ["s"])])
    tensors = weights(np.random.default_rng(0), **TWO, slope=(4,))
    path = written(tmp_path / "n.onnx", nodes, tensors, ["n", 3])
    graph = rs.read(path)
    x = np.random.default_rng(1).normal(size=(5, 3))
    assert np.abs(graph.outputs(x) - evaluated(path, x)).max() < 1e-12
    assert graph.size == 12 + 4 + 4 + 8


def test_a_graph_of_several_samples_is_refused(tmp_path):
    nodes = [node("Constant", [], ["to"], value_ints=[2, -1]), node("Reshape", ["x", "to"], ["f"]),
             node("Gemm", ["f", "w"], ["y"])]  # fmt: skip
    refused(tmp_path, nodes, {"w": np.ones((4, 1))}, [2, 2, 2], "for 2 samples at once")
