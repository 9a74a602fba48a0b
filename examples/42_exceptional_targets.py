r"""The formula k(d+2) has exceptions: constants, output biases, and activations with
$\sigma(0) \ne 0$ (here d = 2).
"""

import sympy

import rankstrat as rs
from rankstrat.pictures import plot_orbits

x = sympy.Symbol("x1")
tanh = rs.families.two_layer(3, 2, bias=True)
output = rs.families.two_layer(3, 2, bias=True, output_bias=True)
sigmoid = rs.families.two_layer(3, 2, "sigmoid")
neuron = 2 / (1 + sympy.exp(-x))
cases = [
    ("constant, tanh with bias", tanh, sympy.tanh(1), 3),  # d + 1, not d + 2
    ("neuron and constant", tanh, sympy.tanh(x) + sympy.tanh(1), 7),  # 2 (d + 2) - 1
    ("with output bias", output, sympy.tanh(x) + 5, 5),  # (d + 2) + 1
    ("zero function, sigmoid", sigmoid, sympy.Integer(0), 1),  # not 0
    ("one sigmoid neuron", sigmoid, neuron, 3),  # d + 1
    ("one sigmoid neuron and 1", sigmoid, neuron + 1, 4),  # an antipodal pair makes the constant
]
found = []
for name, model, target, expected in cases:
    size = rs.optimistic_sample_size(rs.target_set(model, target))
    print(
        f"{name}: {size.value}, attained {size.attained}, minimal {size.minimal} (expected"
        f" {expected})"
    )
    found.append(size)

plot_orbits(rs.target_set(sigmoid, neuron + 1)).figure.savefig("exceptional_targets.svg")

assert [size.value for size in found] == [expected for *_, expected in cases]
