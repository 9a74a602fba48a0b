"""A network that a package ships, and files of inputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import rankstrat as rs
from rankstrat.cli import main
from rankstrat.errors import DataError
from rankstrat.networks.features import last_layer_bound
from rankstrat.networks.files.inputs import read_inputs
from rankstrat.networks.snapped import Snapped

STORED = Path(__file__).parents[2] / "examples" / "neuralfoil"


def test_neuralfoil_has_the_function_of_its_own_formula():
    """x <- W x + b, then x / (1 + exp(-x)), as its main.py evaluates the file."""
    arrays = np.load(STORED / "nn-xxsmall.npz")
    x = np.random.default_rng(0).normal(size=(20, 25))
    own = x
    for k in (0, 2, 4):
        own = own @ arrays[f"net.{k}.weight"].T.astype(float) + arrays[f"net.{k}.bias"]
        own = own if k == 4 else own / (1 + np.exp(-own))
    network = rs.read(STORED / "nn-xxsmall.npz", activation="swish")
    assert np.abs(network.outputs(x) - own).max() < 1e-10


@pytest.mark.parametrize("activation", ["tanh", "relu", "silu"])
def test_the_last_layer_bounds_the_rank_from_below(activation):
    F = rs.families.fully_connected([2, 3, 3, 2], activation)
    rng = np.random.default_rng(0)
    values = {name: np.round(rng.normal(size=shape), 1) for name, shape in F.blocks.items()}
    values["W2"][1], values["b2"][1] = values["W2"][0], values["b2"][0]
    network = rs.Network(F, values)
    bound = last_layer_bound(Snapped.of(network))
    assert bound <= 2 * 3  # two different units and 1, for each output
    assert bound <= rs.model_rank(network.point, budget=20).upper
    if activation != "relu":
        assert bound == 2 * 3


@pytest.mark.slow
def test_coarse_candidates_of_a_wide_network_are_kept():
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(5, 2))
    w = centres[rng.integers(0, 5, 20_000)] + 1e-3 * rng.normal(size=(20_000, 2))
    floats = {"a": rng.uniform(1, 2, 20_000), "w": w[:, :1], "b": w[:, 1]}
    found = rs.condensation(rs.families.two_layer(20_000, 1, bias=True), floats)
    assert found.within(0.01).rank.value <= 15


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.csv", "1,2\n", "loadtxt"),
        ("x.json", "[[1, 2], [3]]", "rows of numbers"),
        ("x.json", '{"a": [[1]], "b": [[2]]}', "holds 2 arrays"),
        ("x.npy", "no array", "no header of an array"),
    ],
)
def test_a_file_of_inputs_is_spoken_of_as_one(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message) as caught:
        read_inputs(path)
    assert "weight" not in str(caught.value)


def test_whole_numbers_are_inputs(tmp_path, capsys):
    np.savez(tmp_path / "net.npz", W1=np.eye(2), W2=np.ones((1, 2)))
    np.save(tmp_path / "x.npy", np.arange(12).reshape(6, 2))
    words = ["read", str(tmp_path / "net.npz"), "--activation", "tanh"]
    assert main([*words, "--data", str(tmp_path / "x.npy")]) == 0
    assert "on 6 given inputs" in capsys.readouterr().out
