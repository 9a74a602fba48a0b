"""Training dynamics: losses, gradient flow and descent, initialisations, observables.

All of it is NUMERICAL. What an integrator prints is never a proof; what is proved is what is said
about the points that a trajectory visits.
"""

from rankstrat.dynamics.descent import adam, gradient_descent, stochastic_descent
from rankstrat.dynamics.flow import gradient_flow
from rankstrat.dynamics.initial import SCHEMES, Scheme, draw
from rankstrat.dynamics.loss import Loss, PointLoss
from rankstrat.dynamics.trajectory import Trajectory

__all__ = [
    "SCHEMES",
    "Loss",
    "PointLoss",
    "Scheme",
    "Trajectory",
    "adam",
    "draw",
    "gradient_descent",
    "gradient_flow",
    "stochastic_descent",
]
