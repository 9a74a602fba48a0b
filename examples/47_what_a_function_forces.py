r"""What a target forces at every one of its parameters: $x_t\,\partial_s f^*$, $\partial_s f^*$ and
$f^*$ itself.

A network turned into $f^*(Ax + s)$ is a network, so these functions lie in the tangent span
wherever F = f*. Together with a point of that rank this settles the optimistic sample size without
any list of branches: kd for powers of independent forms, sd - s(s-1)/2 for a quadratic form of rank
s, d for a ReLU neuron, d + 1 for a neuron of any shape.
"""

import sympy

import rankstrat as rs
from rankstrat.pictures import plot_orbits
from rankstrat.text.tables import Table

x = sympy.symbols("x1:4")
two_layer = rs.families.two_layer
cases = [
    ("cube", {}, two_layer(2, 3, "cube").point(a=[1, -2], w=[[1, 0, 2], [0, 1, 1]]), (6, 6)),
    ("square", {}, x[0] ** 2 + 2 * x[1] * x[2], (6, 6)),
    ("relu", {}, two_layer(1, 3, "relu").point([1, 1, 2, 3]), (3, 3)),
    # an activation nobody has specified
    ("sigma", {}, two_layer(1, 3, "sigma").point([1, 1, 2, 3]), (4, 4)),
    # an interval: no lemma is known
    ("elu", {}, two_layer(2, 3, "elu").point([1, 1, 1, 2, 3, 0, 1, 1]), (7, 8)),
    ("exp", {"bias": True}, 3 * sympy.exp(x[0] + 1) + sympy.exp(x[0]) - sympy.exp(x[1]), (8, 8)),
]
rows = []
for activation, biases, target, expected in cases:
    Q = rs.target_set(two_layer(4, 3, activation, **biases), target)
    size = rs.optimistic_sample_size(Q)
    rows.append((activation, len(Q.branches), Q.complete, size.lower, size.upper, size.minimal))
    assert (size.lower, size.upper) == expected

columns = ("activation", "branches", "complete", "lower", "upper", "minimal")
print(Table(columns, rows, title="width 4, three inputs"))

plot_orbits(Q).figure.savefig("what_a_function_forces.svg")

assert [row[3] == row[4] for row in rows] == [True, True, True, True, False, True]
