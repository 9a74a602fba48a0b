"""Claim: equal neurons form an invariant manifold, which is the smaller network; equal input
weights alone do not.
"""

import rankstrat as rs
from rankstrat.pictures import plot_orbits

net = rs.families.two_layer(width=2, inputs=1, activation="tanh")
for symmetry in rs.symmetries(net):
    print(symmetry)
for manifold in rs.invariant_manifolds(net):
    print(manifold, "= image of", rs.mappings.identify(manifold).name)
equal, tied = net.point(a=[1, 1], w=[[3], [3]]), net.point(a=[1, 2], w=[[3], [3]])

plot_orbits(rs.stratify(net)).figure.savefig("invariant_manifolds.svg")

assert (rs.orbit_dimension(equal), rs.orbit_dimension(tied)) == (2, 4)
