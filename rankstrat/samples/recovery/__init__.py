r"""Local linear recovery.

$\operatorname{rank}_S(\theta) = r_\theta$ for samples $S$, decided or counted exactly.
"""

from __future__ import annotations

from rankstrat.samples.recovery.counts import RecoveryCount, count_recovering_subsets
from rankstrat.samples.recovery.local import (
    LocalLinearRecovery,
    batch,
    linear_stability,
    local_linear_recovery,
    recovery_threshold,
)

__all__ = [
    "LocalLinearRecovery",
    "RecoveryCount",
    "batch",
    "count_recovering_subsets",
    "linear_stability",
    "local_linear_recovery",
    "recovery_threshold",
]
