"""Claim: a ReLU network lifts to a deeper one with the same outputs and criticality on the data,
and not elsewhere.
"""

import rankstrat as rs
from rankstrat.pictures import Curve, Panel, plot_panels

shallow = rs.families.fully_connected(widths=[1, 1, 1], activation="relu")
deep = rs.families.fully_connected(widths=[1, 1, 1, 1], activation="relu")
lifted = rs.mappings.lifting(shallow.point([-1, 0, 2, 1]), deep, [[1], [-2], [3]], layer=0)
print(lifted)
at = [
    chart.model.outputs[0].subs(chart.values).subs("x1", -50)
    for chart in (lifted.source, lifted.image)
]
print("off the data:", at)

curves = []
for label, chart in (("shallow", lifted.source), ("deep", lifted.image)):
    output = chart.model.outputs[0].subs(chart.values)
    curves.append(Curve(label, tuple((x, float(output.subs("x1", x))) for x in range(-8, 5))))
data = Curve("data", ((-2, 5), (1, 1), (3, 1)), "dots", predicted=True)
plot_panels([Panel("", "x", "output", (*curves, data))]).savefig("depth_on_the_data_only.svg")

assert (str(lifted.verdict), at) == ("PROVED", [101, 7])
