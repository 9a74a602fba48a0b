"""Second order at exact critical points of the squared loss: data, Hessian, inertia."""

from rankstrat.hessian.critical import CriticalData, critical_data
from rankstrat.hessian.enclosure import EnclosedCriticalPoint, enclose_critical_point
from rankstrat.hessian.inertia import Inertia, hessian, inertia

__all__ = [
    "CriticalData",
    "EnclosedCriticalPoint",
    "Inertia",
    "critical_data",
    "enclose_critical_point",
    "hessian",
    "inertia",
]
