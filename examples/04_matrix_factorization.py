r"""The model rank of $AB$ at a balanced factorization of a $4 \times 4$ matrix of rank r is
$2 \cdot 4 r - r^2$.

That is 0, 7, 12, 15, 16: so many entries of a rank-r matrix suffice in the best case to recover it
by factorization.
"""

import numpy as np

import rankstrat as rs
from rankstrat.pictures import plot_orbits
from rankstrat.text.tables import Math, Table

F = rs.families.matrix_factorization(rows=4, inner=4, columns=4)
rows = []
for r in range(5):
    factor = np.diag([1] * r + [0] * (4 - r))
    rank = rs.model_rank(F.point(A=factor, B=factor))
    rows.append((r, 2 * 4 * r - r**2, int(rank), rank.verdict))

table = Table(("r", Math("2rd - r^2"), "computed", "verdict"), rows, title="Rank of AB, d = 4")
print(table)
print(table.latex())

plot_orbits(rs.stratify(F)).figure.savefig("matrix_factorization.svg")

assert [computed for _, _, computed, _ in rows] == [0, 7, 12, 15, 16]
assert all(predicted == computed for _, predicted, computed, _ in rows)
