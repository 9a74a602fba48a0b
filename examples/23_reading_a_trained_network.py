"""Near which strata do float weights lie? A network that has condensed is close to a stratum of
smaller rank.

The distances are Euclidean in parameter space; the exact stratum of the rounded weights gives the
rank it approaches.
"""

import rankstrat as rs
from rankstrat.pictures import plot_similarity

F = rs.families.two_layer(width=3, inputs=2)
trained = {"a": [0.71, 1.32, 0.004], "w": [[1.1, -0.5], [1.101, -0.498], [0.3, 2.0]]}

near = rs.nearest_strata(F, trained, tolerance=0.05)
print(near)

rounded = rs.exact(trained, denominator=10)
stratum = rs.stratum_of(F.point(**rounded))
print(f"\nrounded: {stratum}")

plot_similarity(trained["w"]).figure.savefig("reading_a_trained_network.svg")

assert [n.condition.text for n in near] == ["w1 = w2", "a3 = 0"]
assert stratum.rank == rs.model_rank(F.point(**rounded)).value == 4
