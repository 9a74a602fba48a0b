r"""A function of a narrow deep network needs, in a wider one, at most as many samples as the narrow
one has parameters.

Without biases: $d m'_1 + m'_1 m'_2 + \dots + m'_{L-1}$ for widths m', and d + L - 1 for widths 1,
..., 1. The narrow network is put into a corner of the wide one; this is an upper bound, and no more
is claimed.
"""

import rankstrat as rs
from rankstrat.pictures import Curve, Panel, plot_panels
from rankstrat.text.tables import Table


def network(widths: list[int]) -> rs.Model:
    return rs.families.fully_connected(
        widths=widths, activation="tanh", bias=False, output_bias=False
    )


wide = [2, 3, 3, 1]
rows = []
for narrow in ([2, 1, 1, 1], [2, 1, 2, 1], [2, 2, 2, 1], wide):
    source, target = network(narrow), network(wide)
    point = source.point([2 * i % 7 + 1 if i % 2 else -i - 1 for i in range(source.size)])
    corner = {str(p): 0 for p in target.parameters} | {str(p): v for p, v in point.values.items()}
    Q = rs.target_set(target, point, charts=[target.point(corner)])  # verified: same function
    size = rs.optimistic_sample_size(Q)
    rows.append((str(narrow[1:-1]), source.size, size.upper, size.attained, size.minimal))

print(
    Table(
        ("hidden widths", "parameters", "upper bound", "attained", "minimal"),
        rows,
        title=f"tanh, widths {wide}",
    )
)

bounds = Curve("upper bound", tuple((row[1], row[2]) for row in rows), "dots")
equal = Curve("parameters", tuple((row[1], row[1]) for row in rows), predicted=True)
panel = Panel("", "parameters of the narrow network", "samples", (bounds, equal))
plot_panels([panel]).savefig("deep_upper_bounds.svg")

assert [bound for _, _, bound, _, _ in rows] == [4, 6, 10, 18]
assert all(bound <= parameters for _, parameters, bound, _, _ in rows)
