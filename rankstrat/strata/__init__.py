r"""Rank strata of parameter space $\{r(\theta) = k\}_k$, and the rank hierarchy of function space.

What strata are, and how to find them for any model.
"""

from rankstrat.strata.arrangement import ArrangementStrata
from rankstrat.strata.defaults import general_strata
from rankstrat.strata.diagrams import dot, mermaid
from rankstrat.strata.findings import Finding
from rankstrat.strata.functions import FunctionHierarchy, FunctionLevel, function_hierarchy
from rankstrat.strata.hierarchy import RankHierarchy, stratification_of, stratify, stratum_of
from rankstrat.strata.levels import Level, LevelSize
from rankstrat.strata.nearby import (
    Near,
    Neighbourhood,
    factor_distances,
    nearest_strata,
    neuron_distances,
)
from rankstrat.strata.stratum import (
    HasOwnUnits,
    Knowledge,
    Label,
    Stratification,
    Stratum,
    in_units_of,
)

__all__ = [
    "ArrangementStrata",
    "Finding",
    "FunctionHierarchy",
    "FunctionLevel",
    "HasOwnUnits",
    "Knowledge",
    "Label",
    "Level",
    "LevelSize",
    "Near",
    "Neighbourhood",
    "RankHierarchy",
    "Stratification",
    "Stratum",
    "dot",
    "factor_distances",
    "function_hierarchy",
    "general_strata",
    "in_units_of",
    "mermaid",
    "nearest_strata",
    "neuron_distances",
    "stratification_of",
    "stratify",
    "stratum_of",
]
