"""Frameworks' names and orientations, in memory and duck-typed; what is ambiguous is asked for."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import DataError

RNG = np.random.default_rng(3)
W = [RNG.normal(size=(3, 2)), RNG.normal(size=(4, 3)), RNG.normal(size=(2, 4))]
B = [RNG.normal(size=3), RNG.normal(size=4), RNG.normal(size=2)]
X = RNG.normal(size=(7, 2))


def by_hand():
    h = np.tanh(X @ W[0].T + B[0])
    h = np.tanh(h @ W[1].T + B[1])
    return h @ W[2].T + B[2]


class Tensor:
    """What a tensor of torch offers."""

    def __init__(self, array):
        self.array = array

    def detach(self):
        return self

    cpu = detach

    def numpy(self):
        return self.array


class Linear:
    def __init__(self, weight, bias):
        self.weight, self.bias = Tensor(weight), Tensor(bias)


class Tanh:
    pass


class ReLU:
    pass


class Dropout:
    pass


class Sequential(list):
    def state_dict(self):
        return {}


class Module:
    def state_dict(self):
        return torch_state()


def torch_state():
    return {
        f"net.{2 * k}.{kind}": Tensor(values[k])
        for k in range(3)
        for kind, values in (("weight", W), ("bias", B))
    }


def flax(order=(0, 1, 2)):
    return {
        "params": {f"Dense_{k}": {"kernel": W[k].T, "bias": B[k]} for k in order},
    }


def keras_layer(k, activation):
    function = SimpleNamespace(__name__=activation)
    return SimpleNamespace(get_weights=lambda: [W[k].T, B[k]], activation=function)


def keras_model(last="linear"):
    names = ("tanh", "tanh", last)
    layers = [keras_layer(k, name) for k, name in enumerate(names)]
    return type("Sequential", (SimpleNamespace,), {})(layers=layers, get_weights=list)


def in_order():
    return [array for pair in zip(W, B, strict=True) for array in pair]


SOURCES = {
    "own names": lambda: {f"{n}{k + 1}": v[k] for k in range(3) for n, v in (("W", W), ("b", B))},
    "state_dict": torch_state,
    "module": Module,
    "sequential": lambda: Sequential(
        [Linear(W[0], B[0]), Tanh(), Dropout(), Linear(W[1], B[1]), Tanh(), Linear(W[2], B[2])]
    ),
    "flax": flax,
    "flax, keys in another order": lambda: flax((2, 0, 1)),
    "keras": keras_model,
    "get_weights": lambda: SimpleNamespace(
        get_weights=lambda: [v.T if v.ndim == 2 else v for v in in_order()]
    ),
    "list": in_order,
    "list of pairs": lambda: list(zip(W, B, strict=True)),
    "list of dicts": lambda: [{"w": w.T, "b": b} for w, b in zip(W, B, strict=True)],
    "scikit-learn": lambda: SimpleNamespace(
        coefs_=[w.T for w in W], intercepts_=B, activation="tanh", out_activation_="identity"
    ),
}


@pytest.mark.parametrize("name", SOURCES)
def test_every_convention_gives_the_same_function(name):
    network = rs.read(SOURCES[name](), activation="tanh")
    assert network.model == rs.families.fully_connected([2, 3, 4, 2], "tanh")
    assert np.abs(network.outputs(X) - by_hand()).max() < 1e-14


@pytest.mark.parametrize("name", ["sequential", "keras", "scikit-learn"])
def test_models_name_their_activation(name):
    assert rs.read(SOURCES[name]()).activation == rs.activations["tanh"]


def test_an_unknown_activation_is_asked_for():
    with pytest.raises(DataError, match="activation='tanh'"):
        rs.read(SOURCES["own names"]())


def test_a_closing_function_is_left_out_and_said():
    assert any("softmax" in note for note in rs.read(keras_model("softmax")).notes)


def test_square_matrices_ask_for_their_orientation():
    square = [np.eye(2), np.zeros(2), np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros(2)]
    with pytest.raises(DataError, match=r"\(2, 2\), \(2, 2\) from a list fit both ways"):
        rs.read(square, activation="tanh")
    rows = rs.read(square, activation="tanh", orientation="out,in")
    columns = rs.read(square, activation="tanh", orientation="in,out")
    assert rows.values["W2"].tolist() == columns.values["W2"].T.tolist()


BAD = {
    "transposed": ({"W1": W[0].T, "b1": B[0], "W2": W[1]}, r"shapes \(2, 3\), \(4, 3\)"),
    "all transposed": (
        {"W1": W[0].T, "b1": B[0], "W2": W[1].T},
        "give orientation='in,out'",
    ),
    "missing layer": ({"W1": W[0], "W3": W[2]}, "no number 2 between them; a layer is missing"),
    "missing matrix": ({"W1": W[0], "b2": B[1]}, "has no matrix beside it"),
    "bias of another layer": ({"W1": W[0], "b1": B[1], "W2": W[1]}, "do not follow"),
    "NaN": ({"W1": np.full((3, 2), np.nan), "W2": W[1]}, "NaN or infinite"),
    "infinity": ({"W1": W[0], "W2": np.full((4, 3), np.inf)}, "NaN or infinite"),
    "mixed types": ({"W1": W[0].astype("float32"), "W2": W[1]}, "float32 and W2 is float64"),
    "whole numbers": ({"W1": np.ones((3, 2), dtype=int)}, "int64"),
    "objects": ({"W1": np.array([[object()]])}, "object"),
    "some biases": ({"W1": W[0], "b1": B[0], "W2": W[1], "W3": W[2]}, "all or none"),
    "empty": ({}, "no array"),
    "no units": ({"W1": np.zeros((0, 2)), "W2": np.zeros((1, 0))}, "at least one unit"),
    "convolution": ({"conv.weight": np.zeros((1, 1, 3, 3))}, "a matrix is needed"),
    "unknown name": ({"gamma": W[0]}, "no name of a weight"),
    "two conventions": ({"a.weight": W[0], "b.kernel": W[1].T}, "mix conventions"),
    "twice": ({"l.weight": W[0], "l/weight": W[0]}, "one layer"),
    "orientation": ({"W1": W[0]}, "orientation="),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name):
    source, words = BAD[name]
    orientation = "sideways" if name == "orientation" else None
    with pytest.raises(DataError, match=words):
        rs.read(source, activation="tanh", orientation=orientation)


def test_two_activations_are_refused():
    mixed = Sequential([Linear(W[0], B[0]), Tanh(), Linear(W[1], B[1]), ReLU(), Linear(W[2], B[2])])
    with pytest.raises(DataError, match="relu, tanh occur"):
        rs.read(mixed)
    with pytest.raises(DataError, match="follows no affine layer"):
        rs.read(Sequential([Tanh(), Linear(W[0], B[0])]))


@pytest.mark.parametrize("given", [3, None, b"npz", object()])
def test_other_objects_are_refused(given):
    with pytest.raises(DataError, match="was given"):
        rs.read(given)


def test_the_exact_point_is_that_of_the_floats():
    network = rs.read({"W1": W[0], "W2": W[1][:1]}, activation="tanh")
    assert [float(v) for v in network.point.raw] == [*W[1][0], *W[0].ravel()]


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "gelu", "softplus", "silu", "elu"])
def test_activations_in_floats_agree_with_their_formulas(activation):
    network = rs.read({"W1": np.eye(1), "W2": np.eye(1)}, activation=activation)
    record = rs.activations[activation]
    for z in (-2.0, -0.5, 0.0, 0.75, 3.0):
        value = network.outputs(np.array([[z]]))[0, 0]
        assert abs(value - float(record(rs.exact(z)).evalf(30))) < 1e-14


def module(name, **numbers):
    return type(name, (), numbers)()


@pytest.mark.parametrize(
    ("part", "formula"),
    [
        (module("LeakyReLU", negative_slope=0.3), "Max(3*z/10, z)"),
        (module("ELU", alpha=0.5), "Max(0, z) + (exp(Min(0, z)) - 1)/2"),
        (module("Softplus", beta=2.0), "log(1 + exp(2*z))/2"),
        (module("Hardtanh", min_val=-2, max_val=2), "Max(-2, Min(2, z))"),
        (module("LeakyReLU", negative_slope=1), "z"),
    ],
)
def test_a_name_does_not_hide_the_numbers_of_an_activation(part, formula):
    """A leaky ReLU of slope 0.3 is not the one of slope 0.01."""
    network = rs.read(Sequential([Linear(W[0], B[0]), part, Linear(W[1], B[1])]))
    z = sympy.Symbol("z")
    wanted = sympy.sympify(formula, locals={"z": z})
    assert sympy.expand(network.activation.formula - wanted) == 0
    with pytest.raises(DataError, match="no number"):
        rs.read(Sequential([Linear(W[0], B[0]), module("ELU", alpha="x"), Linear(W[1], B[1])]))


def test_leaky_relu_of_keras_has_another_slope():
    layers = [keras_layer(0, "leaky_relu"), keras_layer(1, "linear")]
    model = type("Sequential", (SimpleNamespace,), {})(layers=layers, get_weights=list)
    assert rs.read(model).activation(sympy.Integer(-5)) == -1


def config(*taken):
    """What a functional Keras model says of three layers."""
    layers = [
        {"name": f"l{k}", "inbound_nodes": [[[name, 0, 0, {}] for name in names]] if names else []}
        for k, names in enumerate(taken)
    ]
    return {"layers": layers}


@pytest.mark.parametrize(
    ("taken", "chain"),
    [
        (([], ["l0"], ["l1"]), True),
        (([], ["l0"], ["l1", "l0"]), False),
        (([], ["l0"], ["l0"]), False),
        (([], ["l0", "l1"], ["l1"]), False),
    ],
)
def test_functional_models_of_keras_must_be_chains(taken, chain):
    layers = [keras_layer(k, name) for k, name in enumerate(("tanh", "tanh", "linear"))]
    model = SimpleNamespace(layers=layers, get_weights=list, get_config=lambda: config(*taken))
    if chain:
        assert np.abs(rs.read(model).outputs(X) - by_hand()).max() < 1e-14
        return
    with pytest.raises(DataError, match="not the one of the layer before"):
        rs.read(model)
    with pytest.raises(DataError, match="in which order"):
        rs.read(SimpleNamespace(layers=layers, get_weights=list))


def test_a_layer_that_stands_twice_is_refused():
    first = Linear(np.eye(2), np.zeros(2))
    with pytest.raises(DataError, match="twice"):
        rs.read(Sequential([first, Tanh(), first]))


def test_parts_in_parts_are_read():
    inner = Sequential([Linear(W[0], B[0]), Tanh()])
    network = rs.read(
        Sequential([inner, Linear(W[1], B[1]), Sequential([Tanh()]), Linear(W[2], B[2])])
    )
    assert np.abs(network.outputs(X) - by_hand()).max() < 1e-14


def test_the_order_of_bytes_and_entries_does_not_matter():
    forms = (W[0].astype(">f8"), W[0].astype("<f8"), np.asfortranarray(W[0]), W[0][::1])
    for first in forms:
        network = rs.read({"W1": first, "W2": W[1]}, activation="tanh")
        assert network.values["W1"].tolist() == W[0].tolist()
    with pytest.raises(DataError, match="masked"):
        rs.read({"W1": np.ma.array(W[0], mask=W[0] > 0), "W2": W[1]}, activation="tanh")
