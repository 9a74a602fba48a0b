r"""Target sets $F^{-1}(f^*)$.

Branches, their graph, and optimistic sample sizes. Knows no neurons.
"""

from __future__ import annotations

from rankstrat.algebra.affine import CONSTANT, AffineSubspace
from rankstrat.targets.branch import (
    Branch,
    BranchList,
    Cell,
    LeastRank,
    TargetFunction,
    is_zero,
    least_rank,
    same_functions,
)
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
    "Cell",
    "HasBranches",
    "LeastRank",
    "TargetFunction",
    "TargetSet",
    "as_target",
    "is_zero",
    "least_rank",
    "optimistic_sample_size",
    "polynomial_branches",
    "same_functions",
    "target_set",
]
