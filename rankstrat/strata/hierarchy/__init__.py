r"""The rank stratification of parameter space $\{r(\theta) = k\}_k$ and the rank hierarchy of function space."""

from __future__ import annotations

from rankstrat.strata.hierarchy.functions import (
    FunctionHierarchy,
    FunctionLevel,
    HasFunctionLevels,
    function_hierarchy,
)
from rankstrat.strata.hierarchy.parameters import (
    Level,
    RankHierarchy,
    stratification_of,
    stratify,
    stratum_of,
)

__all__ = [
    "FunctionHierarchy",
    "FunctionLevel",
    "HasFunctionLevels",
    "Level",
    "RankHierarchy",
    "function_hierarchy",
    "stratification_of",
    "stratify",
    "stratum_of",
]
