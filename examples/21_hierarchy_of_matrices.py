"""A d x d matrix of rank r has optimistic sample size 2rd - r^2, and the formula can be read off a
table.

The strata of (A, B) -> AB are given by the ranks of the two factors; the least rank over the
factorizations of one matrix is taken where both factors have its rank.
"""

import rankstrat as rs
from rankstrat.pictures import Curve, Panel, plot_panels

print(rs.function_hierarchy(rs.families.matrix_factorization(rows=4, inner=4, columns=4)))

rows = []
for d in range(1, 6):
    hierarchy = rs.function_hierarchy(rs.families.matrix_factorization(rows=d, inner=d, columns=d))
    rows += [{"d": d, "r": r, "rank": level.rank} for r, level in enumerate(hierarchy.levels)]
found = rs.conjecture(rows)
print(f"\n{found}")

curves = [
    Curve(f"d = {d}", tuple((row["r"], row["rank"]) for row in rows if row["d"] == d))
    for d in range(1, 6)
]
plot_panels([Panel("2rd - r²", "r", "rank", tuple(curves))]).savefig("hierarchy_of_matrices.svg")

assert [row["rank"] for row in rows if row["d"] == 4] == [0, 7, 12, 15, 16]
assert all(found(d, r) == 2 * r * d - r * r for d in range(6, 9) for r in range(d + 1))
