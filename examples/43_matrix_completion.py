r"""Seven entries of a rank-one 4 x 4 matrix: 4096 of 11440 choices recover it, one for each
spanning tree of K(4,4).

So "almost every sample" is wrong for discrete inputs, and with zeros in the factors fewer choices
recover.
"""

import random

import sympy

import rankstrat as rs
from rankstrat.pictures import Curve, Panel, plot_panels

F = rs.families.matrix_factorization(rows=4, inner=4, columns=4)


def factors(rank: int, first: int = 1) -> rs.Chart:
    """A point of the given rank, generic but for its first entry."""
    draw = random.Random(1).randint
    a = [[draw(1, 999) if j < rank else 0 for j in range(4)] for _ in range(4)]
    b = [[draw(1, 999) if i < rank else 0 for _ in range(4)] for i in range(4)]
    a[0][0] *= first
    return F.point(A=a, B=b)


counts = [rs.count_recovering_subsets(factors(rank), rank * (8 - rank)) for rank in (1, 2, 3, 4)]
for count in counts:
    print(count)
special = rs.count_recovering_subsets(factors(1, first=0), 7)
print(special, "(a zero in the first factor)")

laplacian = 4 * sympy.eye(8) - sympy.Matrix(8, 8, lambda i, j: int((i < 4) != (j < 4)))
trees = laplacian[:7, :7].det()  # Kirchhoff's theorem

shares = Curve("", tuple((c.rank, c.recovering / c.total) for c in counts), "dots")
plot_panels([Panel("", "rank", "share that recovers", (shares,))]).savefig("matrix_completion.svg")

assert [c.recovering for c in counts] == [trees, 1284, 16, 1]
assert special.recovering < trees == 4096
