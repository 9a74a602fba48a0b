"""Double precision sees less than 2/3 of the rank of a two-layer tanh network with 16 neurons and
one input.

The exact rank is 48, every parameter counts. The singular values of the Jacobian fall below the
threshold of numpy's `matrix_rank` long before the last one; with 60 digits floating point agrees
with the exact rank.
"""

from fractions import Fraction

import numpy as np

import rankstrat as rs
from rankstrat.pictures import plot_singular_values

F = rs.families.two_layer(width=16, inputs=1, bias=True)
rng = np.random.default_rng(0)
theta = [Fraction(int(1024 * value), 1024) for value in rng.normal(size=F.size)]

report = rs.rank_report(F.point(theta))
print(report)

single, double, *_, last = report.results

plot_singular_values(report).figure.savefig("float_against_exact.svg")

assert int(report.exact) == 48
assert single.rank < double.rank < 32
assert last.rank == 48
assert report.agrees_from == 60
