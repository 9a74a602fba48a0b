"""Claim: a strict local minimum of a narrow network becomes a strict saddle when a neuron is
split.
"""

from fractions import Fraction

import rankstrat as rs
from rankstrat.pictures import plot_embeddings

net = rs.families.fully_connected(widths=[1, 1, 1], activation="tanh")
point = net.point([1, Fraction(1, 2), 2, 1])
data = rs.critical_data(point, scale=Fraction(1, 8))
split = rs.mappings.splitting(net)
step = rs.mappings.transfer(split, data, {"alpha": Fraction(3, 10)})
print("before:", step.before)
print("after: ", step.after)

plot_embeddings(rs.embedding_graph([net, split.target])).figure.savefig(
    "minimum_becomes_saddle.svg"
)

assert step.escapes
