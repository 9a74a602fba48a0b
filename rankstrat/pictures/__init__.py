"""Pictures, where matplotlib is installed (the extra `plot`)."""

from rankstrat.pictures.branches import plot_branches, plot_lines
from rankstrat.pictures.condensation import (
    plot_dendrogram,
    plot_orientations,
    plot_profile,
    plot_similarity,
)
from rankstrat.pictures.dynamics import plot_trajectory
from rankstrat.pictures.mappings import plot_embeddings
from rankstrat.pictures.orbits import plot_orbits
from rankstrat.pictures.panels import Curve, Panel, plot_panels
from rankstrat.pictures.singular_values import plot_singular_values
from rankstrat.pictures.slices import plot_slice
from rankstrat.pictures.stability import plot_stability
from rankstrat.pictures.strata import plot_strata

__all__ = [
    "Curve",
    "Panel",
    "plot_branches",
    "plot_dendrogram",
    "plot_embeddings",
    "plot_lines",
    "plot_orbits",
    "plot_orientations",
    "plot_panels",
    "plot_profile",
    "plot_similarity",
    "plot_singular_values",
    "plot_slice",
    "plot_stability",
    "plot_strata",
    "plot_trajectory",
]
