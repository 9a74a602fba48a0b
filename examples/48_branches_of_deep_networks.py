r"""A narrow deep network inside a wider one: branches by splitting, and a bound for the sample size
at every width.

In each hidden layer a unit copies one of the narrow network, is idle (nothing uses it), or silent
(its input is zero); every such map gives an affine branch. For tanh without biases and one unit in
each of L - 1 hidden layers the rank d + L - 1 is attained at every width. It is the least one for
two layers, and at width 1, where the list of branches is complete; else at least d + 1 is forced.
"""

import rankstrat as rs
from rankstrat.pictures import Curve, Panel, plot_panels
from rankstrat.text.tables import Math, Table


def network(widths: list[int]) -> rs.Model:
    return rs.families.fully_connected(
        widths=widths, activation="tanh", bias=False, output_bias=False
    )


rows = []
for depth in (2, 3, 4):
    narrow = network([2, *[1] * depth])
    point = narrow.point([1, -2, 3, 1, 2][: narrow.size])
    for width in (1, 2):
        Q = rs.target_set(network([2, *[width] * (depth - 1), 1]), point)
        size = rs.optimistic_sample_size(Q)
        rows.append(
            (depth, width, len(Q.branches), Q.dimension, size.lower, size.upper, size.minimal)
        )

heads = ("L", "width", "branches", "dimension", Math("d + 1"), Math("d + L - 1"), "minimal")
print(Table(heads, rows, title="tanh, two inputs, one unit of the target in every hidden layer"))
print(Q.branches[0], Q.branches[0].chart, sep="\n")

decided = [depth == 2 or width == 1 for depth, width, *_ in rows]
bounds = [(d + 1 if sure else 3, d + 1) for (d, *_), sure in zip(rows, decided, strict=True)]

lower, upper = (
    Curve(words, tuple((row[0], row[place]) for row in rows if row[1] == 2))
    for words, place in (("lower bound", 4), ("upper bound", 5))
)
panel = Panel("tanh, width 2", "layers L", "samples", (lower, upper))
plot_panels([panel]).savefig("branches_of_deep_networks.svg")

assert [tuple(row[4:6]) for row in rows] == bounds
assert [str(row[-1]) for row in rows] == ["PROVED" if sure else "OPEN" for sure in decided]
