r"""Learning coefficients: the volume of $\{\|F - f^*\|^2 < \varepsilon\}$ near a point or branch.

Knows branches and ranks, no neurons.
"""

from __future__ import annotations

from rankstrat.singular.coefficient import LearningCoefficient
from rankstrat.singular.verb import learning_coefficient
from rankstrat.singular.volume import VolumeSlope, volume_slope

__all__ = ["LearningCoefficient", "VolumeSlope", "learning_coefficient", "volume_slope"]
