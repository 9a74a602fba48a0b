"""Claim: a null neuron preserves criticality only if the next layer has a bias (or sigma(alpha) =
0).
"""

import rankstrat as rs
from rankstrat.errors import NotCriticalError
from rankstrat.pictures import plot_embeddings

with_bias, without = (
    rs.families.two_layer(width=1, inputs=2, activation="sigmoid", bias=True, output_bias=c)
    for c in (True, False)
)
print(rs.mappings.null(with_bias).check())
try:
    rs.mappings.null(without).check()
    refused = ""
except NotCriticalError as error:
    refused = str(error)
print(refused)

wide = rs.families.two_layer(2, 2, "sigmoid", bias=True, output_bias=True)
plot_embeddings(rs.embedding_graph([with_bias, wide])).figure.savefig(
    "null_neuron_needs_a_bias.svg"
)

assert "da2 = 1/2 leaves the tangent span" in refused
