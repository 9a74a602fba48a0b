"""Claim: among [2, m1, m2, 1] with m1, m2 <= 3 there is a critical mapping exactly where both
widths grow.
"""

from itertools import product

import rankstrat as rs
from rankstrat.pictures import plot_embeddings

widths = list(product((1, 2, 3), repeat=2))
graph = rs.embedding_graph([rs.families.fully_connected(widths=[2, *w, 1]) for w in widths])
for i, j, data in graph.edges(data=True):
    if data["generator"]:
        print(f"{widths[i]} -> {widths[j]}: {data['mapping'].name}  [{data['verdict']}]")
order = {
    (i, j)
    for i, a in enumerate(widths)
    for j, b in enumerate(widths)
    if a != b and a[0] <= b[0] and a[1] <= b[1]
}

plot_embeddings(graph).figure.savefig("lattice_of_widths.svg")

assert set(graph.edges) == order
