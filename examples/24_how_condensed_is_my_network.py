"""How condensed is a network? Sixty neurons of floats nearly equal three: rank 9, not 180.

Where scikit-learn is installed, a perceptron trained on its handwritten digits is read as well; its
units do not condense, and the report says so.
"""

import importlib
import importlib.util
from pathlib import Path

import numpy as np

import rankstrat as rs

NET = Path(__file__).with_name("condensed.json")


def digits():
    """A multilayer perceptron of scikit-learn, trained on its own data."""
    x, y = importlib.import_module("sklearn.datasets").load_digits(return_X_y=True)
    network = importlib.import_module("sklearn.neural_network").MLPClassifier(
        (12,), activation="tanh", random_state=0, max_iter=2000, tol=1e-2, n_iter_no_change=5
    )
    return rs.read(network.fit(x / 16, y)), x / 16


stored = rs.condensation(rs.read(NET), data=np.linspace(-12, 12, 200))
print(stored)
print(rs.reduce(stored.elbow.wide))
if importlib.util.find_spec("sklearn") is None:
    print("scikit-learn is not installed; `pip install scikit-learn` to read its perceptron")
else:
    perceptron, inputs = digits()
    print(rs.condensation(perceptron, data=inputs).summary)

rs.plot_condensation(stored).savefig("how_condensed_is_my_network.svg")

assert stored.elbow.widths == (3,)
assert stored.elbow.rank.value == 9
