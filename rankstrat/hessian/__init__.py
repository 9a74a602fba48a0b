"""Second order at exact critical points of the squared loss: data, Hessian, inertia."""

from rankstrat.hessian.critical import CriticalData, critical_data
from rankstrat.hessian.inertia import Inertia, hessian, inertia

__all__ = ["CriticalData", "Inertia", "critical_data", "hessian", "inertia"]
