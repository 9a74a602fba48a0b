r"""Target sets $F^{-1}(f^*)$.

Branches, their graph, and optimistic sample sizes. Knows no neurons.
"""

from __future__ import annotations

from rankstrat.algebra.affine import CONSTANT, AffineSubspace
from rankstrat.rank.zero import is_zero, same_functions
from rankstrat.targets.branch import Branch, BranchList, TargetFunction
from rankstrat.targets.closure import Closure
from rankstrat.targets.least_rank import Candidate, LeastRank, RankBounds
from rankstrat.targets.polynomial import MAX_PARAMETERS, polynomial_branches
from rankstrat.targets.target_set import (
    HasBranches,
    TargetSet,
    as_target,
    optimistic_sample_size,
    target_set,
)

__all__ = [
    "CONSTANT",
    "MAX_PARAMETERS",
    "AffineSubspace",
    "Branch",
    "BranchList",
    "Candidate",
    "Closure",
    "HasBranches",
    "LeastRank",
    "RankBounds",
    "TargetFunction",
    "TargetSet",
    "as_target",
    "is_zero",
    "optimistic_sample_size",
    "polynomial_branches",
    "same_functions",
    "target_set",
]
