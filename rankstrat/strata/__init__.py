"""Rank strata of parameter space: what they are, and how to find them for any model."""

from rankstrat.strata.arrangement import ArrangementStrata, Finding
from rankstrat.strata.general import HasConditions, general_strata
from rankstrat.strata.stratum import HasStrata, Knowledge, Label, Stratification, Stratum

__all__ = [
    "ArrangementStrata", "Finding", "HasConditions", "HasStrata", "Knowledge", "Label", "Stratification", "Stratum",
    "general_strata",
]  # fmt: skip
