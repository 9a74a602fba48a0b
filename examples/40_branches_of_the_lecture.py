r"""The target set of one neuron in a width-two network consists of exactly three branches.

Q1: $w_1 = w_2 = \bar w$, $a_1 + a_2 = \bar a$. Q2, Q3: one neuron is the target's, the other has
output weight zero. No branch lies in the closure of another one; Q1 meets the other two in one
point each.
"""

import rankstrat as rs
from rankstrat.pictures import plot_branches

F = rs.families.two_layer(width=2, inputs=2, activation="exp")
f = rs.families.two_layer(width=1, inputs=2, activation="exp").point(a=[3], w=[[1, 2]])
Q = rs.target_set(F, f)
print(Q)
print(Q.table())
print(Q.branches[0].chart)
print(Q.to_dot())

plot_branches(Q).figure.savefig("branches_of_the_lecture.svg")

assert [(b.dimension, b.codimension, b.rank) for b in Q.branches] == [
    (1, 5, 3),
    (2, 4, 4),
    (2, 4, 4),
]
assert sorted(Q.graph.edges) == [(0, 1), (0, 2)]
