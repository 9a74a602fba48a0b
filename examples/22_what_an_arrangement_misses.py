"""The flats of linear conditions miss determinantal strata; minors of a polynomial model find them.

The model is the product of a 2 x 2 matrix and a vector, beside one further parameter. Where the
vector vanishes, the rank is one more than that of the matrix, which no linear condition sees.
"""

import sympy

import rankstrat as rs
from rankstrat.pictures import plot_orbits

a, b, c, d, e, f, g = sympy.symbols("a b c d e f g")
F = rs.Model([a * e + b * f, c * e + d * f, g], [a, b, c, d, e, f, g])

found = rs.stratify(F)
print(found)

assert found.complete
assert found.level(2).dimension == 4  # e = f = 0 and ad = bc
assert [str(c) for c in found.level(2).strata[0].conditions][-1] == "a*d - b*c = 0"

# a model of another kind: what is known of a level is a bound, and says so
x, u, v, w = sympy.symbols("x u v w")
G = rs.Model(sympy.erf((u - v) * x) + w * x, [u, v, w], [x])
print(f"\n{rs.stratify(G)}")
for level in rs.stratify(G).levels:
    dimension = level.dimension
    print(level.rank, dimension, dimension.verdict, (dimension.lower, dimension.upper))

plot_orbits(found).figure.savefig("what_an_arrangement_misses.svg")

assert str(rs.stratify(G).level(1).dimension.verdict) == "OPEN"
