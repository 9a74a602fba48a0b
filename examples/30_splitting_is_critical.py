"""Claim: splitting a neuron maps critical points to critical points for every loss and data set,
with K polynomial.
"""

import rankstrat as rs
from rankstrat.pictures import plot_embeddings

net = rs.families.fully_connected(widths=[2, 2, 2, 1], activation="tanh")
split = rs.mappings.splitting(net, layer=1, unit=0)
evidence = split.check()
print(evidence.verdict, evidence.K.shape, sorted({str(k) for k in evidence.entries.values()}))

plot_embeddings(rs.embedding_graph([net, split.target])).figure.savefig("splitting_is_critical.svg")

assert evidence.everywhere
