r"""The theorem that a tanh network with k effective neurons has rank k(d+1) at best holds in every
case tried.

`verify` computes each case with the engine, which never sees the closed form, and puts both numbers
side by side.
"""

import rankstrat as rs
from rankstrat.pictures import Curve, Panel, plot_panels

report = rs.verify("two_layer_rank")
print(report)

for row in report.rows:
    d, k = row.case["d"], row.case["k"]
    assert row.predicted == k * (d + 1)

points = [(row.case["k"], row.predicted, row.computed) for row in report.rows]
closed = Curve("closed form", tuple((k, rank) for k, rank, _ in points), "dots", predicted=True)
engine = Curve("computed", tuple((k, rank) for k, _, rank in points), "dots")
plot_panels([Panel("k(d + 1)", "k", "rank", (closed, engine), logarithmic="xy")]).savefig(
    "verify_a_theorem.svg"
)

assert report.ok
