r"""The small nonlinear model $f(x) = \theta_0 + \theta_1 x_1 + \theta_2 \theta_3 x_2$ of the
optimistic estimate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import sympy

from rankstrat.families._shared.arguments import input_names
from rankstrat.families._shared.record import FamilyRecord
from rankstrat.model.model import Model
from rankstrat.model.values import Shape

FAMILY = "opt_example"


@dataclass(frozen=True)
class OptExample(FamilyRecord):
    r"""The structure of $\theta_0 + \theta_1 x_1 + \theta_2 \theta_3 x_2$."""

    FAMILY: ClassVar[str] = FAMILY

    @cached_property
    def blocks(self) -> Mapping[str, Shape]:
        """theta0, ..., theta3."""
        return {f"theta{i}": () for i in range(4)}

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """x1, x2."""
        return input_names(2)

    @property
    def formula(self) -> str:
        r"""The one output."""
        return r"F(\theta)(x) = \theta_0 + \theta_1 x_1 + \theta_2 \theta_3 x_2"

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        """The one output."""
        t0, t1, t2, t3 = (blocks[f"theta{i}"][()] for i in range(4))
        return (t0 + t1 * inputs[0] + t2 * t3 * inputs[1],)


def opt_example() -> Model:
    r"""$f(x) = \theta_0 + \theta_1 x_1 + \theta_2 \theta_3 x_2$: rank 2 where
    $\theta_2 = \theta_3 = 0$, else 3.

    References:
        OPT.

    Example:
        >>> opt_example().outputs
        (theta0 + theta1*x1 + theta2*theta3*x2,)
    """
    return Model.of(OptExample())
