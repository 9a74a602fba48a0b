r"""Trained networks: weight files and models of frameworks, how condensed they are, and what they
reduce to.
"""

from rankstrat.networks.condensing import condensation
from rankstrat.networks.drawing import plot_condensation
from rankstrat.networks.equivalence import Equivalence, Matching, equivalent
from rankstrat.networks.network import Network
from rankstrat.networks.parts import DensePart, GraphNetwork
from rankstrat.networks.profile import Candidate, Condensation
from rankstrat.networks.proximate import ProximateRank, proximate_rank
from rankstrat.networks.reading import read
from rankstrat.networks.reducing import Reduced, reduce

__all__ = [
    "Candidate",
    "Condensation",
    "DensePart",
    "Equivalence",
    "GraphNetwork",
    "Matching",
    "Network",
    "ProximateRank",
    "Reduced",
    "condensation",
    "equivalent",
    "plot_condensation",
    "proximate_rank",
    "read",
    "reduce",
]
