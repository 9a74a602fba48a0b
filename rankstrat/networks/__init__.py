r"""Trained networks: weight files and models of frameworks, and how condensed they are."""

from rankstrat.networks.condensing import condensation
from rankstrat.networks.network import Network
from rankstrat.networks.profile import Candidate, Condensation
from rankstrat.networks.reading import read

__all__ = ["Candidate", "Condensation", "Network", "condensation", "read"]
