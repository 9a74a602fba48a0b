r"""What a list of branches claims, challenged by solutions that were found without it.

A challenge proves nothing when it finds nothing; what it finds refutes a claim.
"""

from __future__ import annotations

from rankstrat.targets.challenge.claims import challenged
from rankstrat.targets.challenge.lists import Objection, Witnesses, witnesses
from rankstrat.targets.challenge.pieces import objections
from rankstrat.targets.challenge.solutions import Equation, integer_solutions, newton_solutions

__all__ = [
    "Equation",
    "Objection",
    "Witnesses",
    "challenged",
    "integer_solutions",
    "newton_solutions",
    "objections",
    "witnesses",
]
