r"""A tanh network of width 12 has 32,926 kinds of strata up to symmetry, and the exact engine
agrees on random ones.

A stratum says which weights vanish, which agree up to sign, and which neurons are inactive. Its
rank is $C + d\,(C_a + Z_a)$, with C classes of weights, $C_a$ active ones, and $Z_a = 1$ if an
active neuron has weight zero.
"""

import random

import rankstrat as rs
from rankstrat.pictures import Curve, Panel, plot_panels

H = rs.stratify(rs.families.two_layer(width=12, inputs=5))
print(f"{len(H.strata)} strata on {len(H.levels)} levels; {H.coverage}")

for stratum in random.Random(0).sample(H.strata, 3):
    certificate = rs.model_rank(stratum.point())
    print(
        f"rank {stratum.rank}, dimension {stratum.dimension}, {stratum.orbit} copies; engine:"
        f" {certificate}"
    )
    assert int(certificate) == stratum.rank

kinds = Curve("", tuple((level.rank, len(level.strata)) for level in H.levels), "steps")
panel = Panel("strata of a rank, up to symmetry", "rank", "strata", (kinds,), logarithmic="y")
plot_panels([panel]).savefig("strata_of_a_network.svg")

assert len(H.strata) == 32926
