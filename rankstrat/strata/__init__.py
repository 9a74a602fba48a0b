"""Rank strata of parameter space: what they are, and how to find them for any model."""

from rankstrat.strata.arrangement import ArrangementStrata, Finding
from rankstrat.strata.defaults import HasConditions, general_strata
from rankstrat.strata.diagrams import dot, mermaid
from rankstrat.strata.nearby import (
    HasNearby,
    Near,
    Neighbourhood,
    factor_distances,
    nearest_strata,
    neuron_distances,
)
from rankstrat.strata.stratum import HasStrata, Knowledge, Label, Stratification, Stratum

__all__ = [
    "ArrangementStrata", "Finding", "HasConditions", "HasNearby", "HasStrata", "Knowledge", "Label", "Near",
    "Neighbourhood", "Stratification", "Stratum", "dot", "factor_distances", "general_strata", "mermaid",
    "nearest_strata", "neuron_distances",
]  # fmt: skip
