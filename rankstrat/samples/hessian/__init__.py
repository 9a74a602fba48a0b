"""Second order at exact critical points of the squared loss: data, Hessian, inertia."""

from rankstrat.samples.hessian.critical import CriticalData, critical_data
from rankstrat.samples.hessian.enclosure import EnclosedCriticalPoint, enclose_critical_point
from rankstrat.samples.hessian.inertia import Inertia, hessian, inertia

__all__ = [
    "CriticalData",
    "EnclosedCriticalPoint",
    "Inertia",
    "critical_data",
    "enclose_critical_point",
    "hessian",
    "inertia",
]
