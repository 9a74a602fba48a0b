r"""Quadratic conserved quantities of gradient flow, from verified linear symmetries.

If $F(e^{sK}\theta) = F(\theta)$ for all s, then $\nabla R(\theta) \cdot K\theta = 0$ for every loss
R of F. Where K is symmetric, $\tfrac{d}{dt}\, \theta^T K \theta = 2\, \dot\theta^T K \theta = 0$
along $\dot\theta = -\nabla R$.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy

from rankstrat.dynamics.loss import Array
from rankstrat.errors import DataError, demand
from rankstrat.model.model import Model
from rankstrat.rank.verdict import Verdict
from rankstrat.symmetry import Symmetry, symmetries

MAX_PARAMETERS = 64
"""Symmetries of larger models are not searched for by default: the search is symbolic."""


@dataclass(frozen=True)
class ConservedForm:
    r"""$\theta^T K \theta$, constant along gradient flow of any loss without weight decay.

    Attributes:
        model: the model.
        matrix: K, symmetric, shape (M, M), rational entries.
    """

    model: Model
    matrix: tuple[tuple[sympy.Rational, ...], ...]

    @property
    def expression(self) -> sympy.Expr:
        """The form as a polynomial in the parameters."""
        theta = sympy.Matrix(list(self.model.parameters))
        return sympy.Add(*(theta.T * sympy.Matrix(self.matrix) * theta))

    def values(self, points: Array) -> Array:
        """The form at points of shape (times, M)."""
        k = np.array(self.matrix, dtype=float)
        return np.asarray(np.einsum("ti,ij,tj->t", points, k, points, optimize=True))

    def size(self, points: Array) -> Array:
        """The form with absolute values: what the values are compared with."""
        k = np.abs(np.array(self.matrix, dtype=float))
        return np.asarray(
            np.einsum("ti,ij,tj->t", np.abs(points), k, np.abs(points), optimize=True)
        )

    def __str__(self) -> str:
        return f"{self.expression} is constant"


def generator(symmetry: Symmetry) -> sympy.Matrix | None:
    r"""K of a one-parameter symmetry $g_s$.

    The derivative of its matrix at the identity; None if it is discrete.
    """
    s = symmetry.symbol
    if s is None or symmetry.verdict is not Verdict.PROVED:
        return None
    identity = {"scaling": 1, "shear": 0}[symmetry.kind]
    return symmetry.matrix.diff(s).subs(s, identity)


@lru_cache(maxsize=32)
def conserved_forms(model: Model) -> tuple[ConservedForm, ...]:
    """A basis of the conserved quadratic forms that the verified scalings and shears give.

    Example:
        >>> from rankstrat.families import matrix_factorization
        >>> for law in conserved_forms(matrix_factorization(1, 1, 1)):
        ...     print(law)
        A1_1**2 - B1_1**2 is constant
    """
    demand(model, Model, DataError, "a Model", "try rankstrat.families.two_layer(...)")
    found = [k for k in map(generator, symmetries(model)) if k is not None]
    if not found:
        return ()
    skew = sympy.Matrix([list(k - k.T) for k in found]).T
    forms = []
    for vector in skew.nullspace():
        matrix = sum((c * k for c, k in zip(vector, found, strict=True)), sympy.zeros(model.size))
        if any(matrix):
            rows = tuple(tuple(matrix.row(i)) for i in range(model.size))
            forms.append(ConservedForm(model, rows))
    return tuple(forms)


def drift(forms: tuple[ConservedForm, ...], points: Array) -> float | None:
    """The largest relative change of a conserved form along a trajectory.

    None where there is no form.
    """
    changes = []
    for form in forms:
        values = form.values(points)
        scale = max(float(form.size(points).max()), np.finfo(float).tiny)
        changes.append(float(np.abs(values - values[0]).max()) / scale)
    return max(changes, default=None)


__all__ = ["MAX_PARAMETERS", "ConservedForm", "conserved_forms", "drift", "generator"]
