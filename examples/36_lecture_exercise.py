"""Claim: the width-1 minimum of the lecture's exercise is a strict saddle of inertia (5, 2, 2) in
width 3.
"""

from fractions import Fraction

import sympy

import rankstrat as rs
from rankstrat.samples import enclose_critical_point

inputs = [[Fraction(-15) + Fraction(29 * i, 49)] for i in range(50)]
labels = [
    sum(sympy.tanh(sympy.Rational(x.numerator, x.denominator) + s) for s in (-7, 0, 7))
    for (x,) in inputs
]
net = rs.families.two_layer(width=1, inputs=1, activation="tanh", bias=True)
minimum = enclose_critical_point(net, inputs, labels, [3.87, 0.0858, 0.0014])
print(minimum)
split = rs.mappings.steps(net, [(1, 0), (1, 0)])
step = rs.mappings.transfer(split, minimum, {s: Fraction(3, 10) for s in split.symbols})
print("width 1:", step.before)
print("width 3:", step.after)
assert (step.after.positive, step.after.zero, step.after.negative) == (5, 2, 2)
