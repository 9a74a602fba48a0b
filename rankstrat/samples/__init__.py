r"""What finite samples see: local linear recovery, stability, and the second order at critical
points.

Recovery means $\operatorname{rank}_S(\theta) = r_\theta$ for samples $S$, decided or counted
exactly; the second order is that of the squared loss, from data to Hessian and inertia.
"""

from rankstrat.samples.closure import SampleClosure, sample_closure
from rankstrat.samples.counts import RecoveryCount, count_recovering_subsets
from rankstrat.samples.local import (
    LocalLinearRecovery,
    batch,
    linear_stability,
    local_linear_recovery,
)
from rankstrat.samples.second_order.critical import CriticalData, critical_data
from rankstrat.samples.second_order.enclosure import EnclosedCriticalPoint, enclose_critical_point
from rankstrat.samples.second_order.inertia import Inertia, hessian, inertia
from rankstrat.samples.stability import recovery_stability, recovery_thresholds, stability_table

__all__ = [
    "CriticalData",
    "EnclosedCriticalPoint",
    "Inertia",
    "LocalLinearRecovery",
    "RecoveryCount",
    "SampleClosure",
    "batch",
    "count_recovering_subsets",
    "critical_data",
    "enclose_critical_point",
    "hessian",
    "inertia",
    "linear_stability",
    "local_linear_recovery",
    "recovery_stability",
    "recovery_thresholds",
    "sample_closure",
    "stability_table",
]
