"""A network that a package ships does not condense: NeuralFoil, a surrogate of XFoil for airfoils.

Its smallest network (MIT license, in the folder beside this file) is read, or another .npz file of
the package that is given, and looked at on inputs of the distribution it was trained on.
"""

import sys
from pathlib import Path

import numpy as np

import rankstrat as rs

STORED = Path(__file__).with_name("neuralfoil")
GIVEN = [Path(name) for name in sys.argv[1:] if name.endswith(".npz")]

file = (GIVEN or [STORED / "nn-xxsmall.npz"])[0]
network = rs.read(file, activation="silu")
print(network)

trained_on = np.load(STORED / "scaled_input_distribution.npz")
mean, covariance = trained_on["mean_inputs_scaled"], trained_on["cov_inputs_scaled"]
inputs = np.random.default_rng(0).multivariate_normal(mean.ravel(), covariance, 400)

found = rs.condensation(network, data=inputs)
print(found)
reduced = rs.reduce(network)
print(reduced)

rs.plot_condensation(found).savefig("a_network_of_a_package.svg")

assert found.elbow is None
assert reduced.widths == network.layers.widths[1:-1]
