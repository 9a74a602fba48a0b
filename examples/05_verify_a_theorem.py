r"""The theorem that a tanh network with k effective neurons has rank k(d+1) at best holds in every
case tried.

`verify` computes each case with the engine, which never sees the closed form, and puts both numbers
side by side.
"""

import rankstrat as rs

report = rs.verify("two_layer_rank")
print(report)

for row in report.rows:
    d, k = row.case["d"], row.case["k"]
    assert row.predicted == k * (d + 1)

assert report.ok
