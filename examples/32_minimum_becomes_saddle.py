"""Claim: a strict local minimum of a narrow network becomes a strict saddle when a neuron is
split.
"""

from fractions import Fraction

import rankstrat as rs

net = rs.families.fully_connected(widths=[1, 1, 1], activation="tanh")
point = net.point([1, Fraction(1, 2), 2, 1])
data = rs.critical_data(point, scale=Fraction(1, 8))
step = rs.mappings.transfer(rs.mappings.splitting(net), data, {"alpha": Fraction(3, 10)})
print("before:", step.before)
print("after: ", step.after)
assert step.escapes
