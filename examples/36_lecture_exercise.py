"""Claim: the width-1 minimum of the lecture's exercise is a strict saddle of inertia (5, 2, 2) in
width 3.
"""

from fractions import Fraction

import numpy as np
import sympy

import rankstrat as rs
from rankstrat.pictures import Curve, Panel, plot_panels
from rankstrat.samples import enclose_critical_point

inputs = [[Fraction(-15) + Fraction(29 * i, 49)] for i in range(50)]
labels = [
    sum(sympy.tanh(sympy.Rational(x.numerator, x.denominator) + s) for s in (-7, 0, 7))
    for (x,) in inputs
]
net = rs.families.two_layer(width=1, inputs=1, activation="tanh", bias=True)
start = [3.87, 0.0858, 0.0014]
minimum = enclose_critical_point(net, inputs, labels, start)
print(minimum)
split = rs.mappings.steps(net, [(1, 0), (1, 0)])
step = rs.mappings.transfer(split, minimum, {s: Fraction(3, 10) for s in split.symbols})
print("width 1:", step.before)
print("width 3:", step.after)

places = [float(x) for (x,) in inputs]
data = Curve("data", tuple(zip(places, map(float, labels), strict=True)), "dots")
values = start[0] * np.tanh(start[1] * np.array(places) + start[2])
neuron = Curve("width 1", tuple(zip(places, values.tolist(), strict=True)))
plot_panels([Panel("", "x", "output", (data, neuron))]).savefig("lecture_exercise.svg")

assert (step.after.positive, step.after.zero, step.after.negative) == (5, 2, 2)
