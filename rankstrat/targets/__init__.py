r"""Target sets $F^{-1}(f^*)$: branches, their graph, and optimistic sample sizes. Knows no
neurons.
"""

from __future__ import annotations

from rankstrat.algebra.affine import CONSTANT, AffineSubspace
from rankstrat.targets.branch import Branch, BranchList, TargetFunction
from rankstrat.targets.closure import Closure
from rankstrat.targets.fibre import TargetSet
from rankstrat.targets.least_rank import Candidate, LeastRank, RankBounds
from rankstrat.targets.optimistic import optimistic_sample_size
from rankstrat.targets.polynomial import MAX_PARAMETERS, polynomial_branches
from rankstrat.targets.verb import target_set
from rankstrat.targets.wanted import as_target

__all__ = [
    "CONSTANT",
    "MAX_PARAMETERS",
    "AffineSubspace",
    "Branch",
    "BranchList",
    "Candidate",
    "Closure",
    "LeastRank",
    "RankBounds",
    "TargetFunction",
    "TargetSet",
    "as_target",
    "optimistic_sample_size",
    "polynomial_branches",
    "target_set",
]
