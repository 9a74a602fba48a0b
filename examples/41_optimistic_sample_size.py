r"""A sum of k tanh neurons on $\mathbb{R}^d$ needs k(d+1) samples without biases, k(d+2) with, at
every width.
"""

import sympy

import rankstrat as rs
from rankstrat.pictures import Curve, Panel, plot_panels
from rankstrat.text.tables import Math, Table

x = sympy.symbols("x1:3")
rows = []
for k in (1, 2, 3):
    for bias in (False, True):
        target = sum(sympy.tanh(i * x[0] + (i - 1) * x[1] + bias * i) for i in range(1, k + 1))
        size = rs.optimistic_sample_size(
            rs.target_set(rs.families.two_layer(4, 2, bias=bias), target)
        )
        rows.append((k, bias, k * (4 if bias else 3), size.value, size.attained, size.minimal))

print(
    Table(
        ("k", "bias", Math("k(d+1), k(d+2)"), "computed", "attained", "minimal"),
        rows,
        title="tanh, d = 2, m = 4",
    )
)

three = sum(sympy.tanh(x[0] + shift) for shift in (-7, 0, 7))
wide = rs.optimistic_sample_size(rs.target_set(rs.families.two_layer(500, 1, bias=True), three))
print(wide)

curves = [
    Curve(words, tuple((k, size) for k, biased, _, size, *_ in rows if biased is bias))
    for bias, words in ((False, "without biases"), (True, "with biases"))
]
plot_panels([Panel("", "k", "samples", tuple(curves))]).savefig("optimistic_sample_size.svg")

assert all(row[2] == row[3] and row[5] is rs.Verdict.PROVED for row in rows)
assert wide.value == 9
