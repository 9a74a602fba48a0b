"""Linear conditions miss a determinantal stratum; stratify says so, finds points on it, and accepts
the equation.

The model is the product of a 2 x 2 matrix and a vector. Where the vector vanishes, the rank is that
of the matrix.
"""

import sympy

import rankstrat as rs

a, b, c, d, e, f = sympy.symbols("a b c d e f")
F = rs.Model([a * e + b * f, c * e + d * f], [a, b, c, d, e, f])

linear = rs.stratify(F)
print(linear, "\n")
for finding in linear.uncovered:
    print(finding)

better = rs.stratify(F, conditions=[a * d - b * c])
print(f"\n{better}")

assert not linear.complete
assert linear.level(1).dimension == 2  # e = f = 0 and one row or column relation
assert better.level(1).dimension == 3  # e = f = 0 and ad = bc
