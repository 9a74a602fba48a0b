"""Claim: a ReLU network lifts to a deeper one with the same outputs and criticality on the data,
and not elsewhere.
"""

import rankstrat as rs

shallow = rs.families.fully_connected(widths=[1, 1, 1], activation="relu")
deep = rs.families.fully_connected(widths=[1, 1, 1, 1], activation="relu")
lifted = rs.mappings.lifting(shallow.point([-1, 0, 2, 1]), deep, [[1], [-2], [3]], layer=0)
print(lifted)
at = [
    chart.model.outputs[0].subs(chart.values).subs("x1", -50)
    for chart in (lifted.source, lifted.image)
]
print("off the data:", at)
assert (str(lifted.verdict), at) == ("PROVED", [101, 7])
