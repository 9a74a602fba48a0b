"""Real objects of torch, Keras and Flax where these are installed, against what they compute."""

import logging
import os
import warnings

import numpy as np
import pytest

import rankstrat as rs
from rankstrat.errors import DataError

pytestmark = pytest.mark.filterwarnings("ignore")  # of these packages about each other
X = np.random.default_rng(0).normal(size=(6, 3))


def agrees(network, wanted, tolerance=1e-5):
    found = network.outputs(X)
    assert np.abs(found - np.asarray(wanted, dtype=float).reshape(found.shape)).max() < tolerance


# ------------------------------------------------------------------------------------ torch


@pytest.fixture
def torch():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    return torch


def computed(torch, module, inputs=X):
    with torch.no_grad():
        return module.double().eval()(torch.tensor(inputs)).numpy()


ACTIVATIONS = (
    "Tanh()", "ReLU()", "GELU()", "GELU(approximate='tanh')", "LeakyReLU()", "LeakyReLU(0.3)",
    "ELU(0.5)", "CELU(0.5)", "SELU()", "Softplus()", "Softplus(2.0)", "SiLU()", "Mish()",
    "ReLU6()", "Hardtanh()", "Hardtanh(-2, 2)", "Softsign()", "LogSigmoid()", "Hardswish()",
    "Tanhshrink()", "Hardsigmoid()", "Sigmoid()",
)  # fmt: skip


def layer(torch, text):
    name, _, rest = text.partition("(")
    words = [w.strip() for w in rest.rstrip(")").split(",") if w.strip()]
    named = {k: v.strip("'") for k, _, v in (w.partition("=") for w in words if "=" in w)}
    return getattr(torch.nn, name)(*(float(w) for w in words if "=" not in w), **named)


@pytest.mark.parametrize("text", ACTIVATIONS)
def test_activations_of_torch(torch, text):
    nn = torch.nn
    module = nn.Sequential(nn.Linear(3, 5), layer(torch, text), nn.Linear(5, 2))
    agrees(rs.read(module), computed(torch, module))


def test_modules_of_torch(torch, tmp_path):
    nn = torch.nn
    inner = nn.Sequential(nn.Linear(3, 4), nn.Tanh())
    nested = nn.Sequential(inner, nn.Dropout(0.5), nn.Linear(4, 2))
    wanted = computed(torch, nested)
    agrees(rs.read(nested), wanted)
    agrees(rs.read(nested.state_dict(), activation="tanh"), wanted)
    agrees(rs.read(dict(nested.named_parameters()), activation="tanh"), wanted)
    half = rs.read({k: v.bfloat16() for k, v in nested.state_dict().items()}, activation="tanh")
    agrees(half, wanted, 0.05)
    save = pytest.importorskip("safetensors.torch").save_file
    save(nested.float().state_dict(), tmp_path / "a.safetensors")
    agrees(rs.read(tmp_path / "a.safetensors", activation="tanh"), wanted, 1e-4)
    torch.save(nested.state_dict(), tmp_path / "a.pt")
    with pytest.raises(DataError, match="may run code"):
        rs.read(tmp_path / "a.pt")


def test_modules_of_torch_that_are_no_chain_are_refused(torch):
    nn = torch.nn
    tied = nn.Linear(3, 3)
    for module, words in (
        (nn.Sequential(tied, nn.Tanh(), tied), "stands twice"),
        (nn.Sequential(nn.Linear(3, 3), nn.LayerNorm(3)), "not affine"),
        (nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 1)), "not affine"),
        (nn.Sequential(nn.Linear(3, 3), nn.Softmax(-1), nn.Linear(3, 1)), "not known"),
        (nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 1)]), "name the activation"),
        (nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3)).state_dict(), "batch normalisation"),
    ):
        with pytest.raises(DataError, match=words):
            rs.read(module)


def exported(torch, module, shape, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        inputs = (torch.zeros(1, *shape),)
        torch.onnx.export(module.eval(), inputs, str(path), dynamo=False, input_names=["x"])
        logging.disable(logging.NOTSET)
    return rs.read(path)


def test_networks_exported_by_torch(torch, tmp_path):
    pytest.importorskip("onnx")
    nn = torch.nn
    swish = nn.Sequential(nn.Linear(3, 5), nn.SiLU(), nn.Linear(5, 2))
    network = exported(torch, swish, (3,), tmp_path / "s.onnx")
    assert network.activation == rs.activations["silu"]
    agrees(network, computed(torch, swish))
    images = nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(8, 2),
    )  # fmt: skip
    graph = exported(torch, images, (1, 4, 4), tmp_path / "c.onnx")
    x = np.random.default_rng(1).normal(size=(3, 1, 4, 4))
    assert np.abs(graph.outputs(x) - computed(torch, images, x)).max() < 1e-5


# ---------------------------------------------------------------------------- Keras and Flax


@pytest.fixture
def keras():
    pytest.importorskip("jax")
    os.environ.setdefault("KERAS_BACKEND", "jax")
    return pytest.importorskip("keras")


@pytest.mark.parametrize(
    "name",
    ["tanh", "relu", "leaky_relu", "elu", "gelu", "selu", "softplus", "softsign", "silu", "mish",
     "hard_sigmoid", "hard_silu", "relu6", "exponential", "celu", "hard_tanh", "log_sigmoid"],
)  # fmt: skip
def test_activations_of_keras(keras, name):
    layers = keras.layers
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation=name), layers.Dense(2)])
    agrees(rs.read(model), model(X), 1e-4)


def test_models_of_keras(keras):
    layers = keras.layers
    inputs = keras.Input((3,))
    hidden = layers.Dense(3, activation="tanh")
    chain = keras.Model(inputs, layers.Dense(2)(layers.LeakyReLU()(layers.Dense(4)(inputs))))
    agrees(rs.read(chain), chain(X), 1e-4)
    values = hidden(inputs)
    for model in (
        keras.Model(inputs, layers.Dense(1)(layers.add([values, inputs]))),
        keras.Model(inputs, hidden(hidden(inputs))),
    ):
        with pytest.raises(DataError, match=r"not the one of the layer before|in which order"):
            rs.read(model)


def test_pytrees_of_flax():
    jax = pytest.importorskip("jax")
    linen = pytest.importorskip("flax.linen")
    module = linen.Sequential([linen.Dense(4), jax.numpy.tanh, linen.Dense(2)])
    tree = module.init(jax.random.PRNGKey(0), X)
    agrees(rs.read(tree, activation="tanh"), module.apply(tree, X), 1e-4)
    half = jax.tree.map(lambda a: a.astype(jax.numpy.bfloat16), tree)
    agrees(rs.read(half, activation="tanh"), module.apply(tree, X), 0.05)
    flat = pytest.importorskip("flax.traverse_util").flatten_dict(tree)
    agrees(rs.read(flat, activation="tanh"), module.apply(tree, X), 1e-4)
