r"""What carries the linear part of a target decides its optimistic sample size (softplus and ReLU,
here d = 2).

$\sigma(z) = z/2 + N(z)$ with N even. If signs of the k classes carry the linear part, they cost k(d
+ 1), for ReLU kd; if classes on both sides do, d more; else a further class is needed, and the
branches it makes are curved.
"""

import sympy

import rankstrat as rs
from rankstrat.pictures import plot_orbits

x, y = sympy.symbols("x1 x2")
softplus, relu = rs.activations["softplus"], rs.activations["relu"]
u = x + 2 * y
cases = [
    ("softplus", "one neuron", 2 * softplus(u), 3),  # d + 1
    ("softplus", "its mirror image", 2 * softplus(u) - 2 * u, 3),  # = 2 softplus(-u)
    ("softplus", "both sides", 2 * softplus(u) - u, 5),  # (d + 1) + d
    ("softplus", "another linear part", 2 * softplus(u) + x, 8),  # 2 (d + 1) + d
    ("softplus", "linear", x, 5),  # (d + 1) + d
    ("relu", "one neuron", 2 * relu(u), 2),  # d
    ("relu", "absolute value", abs(u), 4),  # 2 d
    ("relu", "another linear part", abs(u) + x, 6),  # 3 d
]
sizes = []
for name, words, target, _expected in cases:
    Q = rs.target_set(rs.families.two_layer(3, 2, name), target)
    size = rs.optimistic_sample_size(Q)
    curved = sum(branch.affine is None for branch in Q.branches)
    branches = f"{len(Q.branches)} branches, {curved} of them curved"
    print(f"{name}, {words}: {size.value} [{size.minimal}]; {branches}")
    sizes.append(size)
    assert Q.complete

Q = rs.target_set(rs.families.two_layer(2, 2, "softplus"), x)
print("x1 is a (softplus(w.x) - softplus(-w.x)) only:", Q.branches[0].chart.raw)

plot_orbits(Q).figure.savefig("linear_functions_and_curved_branches.svg")

assert [size.value for size in sizes] == [expected for *_, expected in cases]
