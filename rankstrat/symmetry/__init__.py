r"""Symmetries $F(g\theta) = F(\theta)$ of a model, found and verified, and what they leave
invariant.
"""

from rankstrat.symmetry.groups import Symmetry, sign_changes, symmetries
from rankstrat.symmetry.identifiable import Identifiability, Identified, identifiability
from rankstrat.symmetry.lattice import (
    FixedSet,
    InvariantLattice,
    invariant_lattice,
    least_invariant,
)
from rankstrat.symmetry.laws import ConservationLaws, conservation_laws
from rankstrat.symmetry.manifolds import InvariantManifold, fixed_set, invariant_manifolds
from rankstrat.symmetry.orbits import orbit_dimension

__all__ = [
    "ConservationLaws",
    "FixedSet",
    "Identifiability",
    "Identified",
    "InvariantLattice",
    "InvariantManifold",
    "Symmetry",
    "conservation_laws",
    "fixed_set",
    "identifiability",
    "invariant_lattice",
    "invariant_manifolds",
    "least_invariant",
    "orbit_dimension",
    "sign_changes",
    "symmetries",
]
