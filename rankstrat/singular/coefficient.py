r"""The learning coefficient of a point: bounds, multiplicity, verdict and the reason."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction

from rankstrat.model.model import Chart
from rankstrat.rank.verdict import Verdict
from rankstrat.text.spoken import Spoken

FORMAT = "rankstrat-learning/1"


@dataclass(frozen=True)
class LearningCoefficient(Spoken):
    r"""$(\lambda, m)$: near the point, $\{\|F(\theta) - f^*\|^2 < \varepsilon\}$ has volume of the
    order $\varepsilon^\lambda (-\log\varepsilon)^{m-1}$.

    Attributes:
        chart: the point, or the chart of a branch (then it is meant at almost every point).
        lower, upper: the bounds of $\lambda$.
        multiplicity: m; None where it is not decided.
        verdict: PROVED or PROBABLE where the bounds are equal, else OPEN.
        reason: what proves the value, or the bounds.
        rank: a lower bound of the model rank at the point, of which the half is one of $\lambda$.
        error_bound: for PROBABLE, that of the rank it rests on.
    """

    chart: Chart
    lower: Fraction
    upper: Fraction
    multiplicity: int | None
    verdict: Verdict
    reason: str = field(compare=False)
    rank: int = 0
    error_bound: float = 0.0

    @property
    def value(self) -> Fraction | None:
        r"""$\lambda$, where it is decided."""
        if self.lower == self.upper:
            return self.lower
        return None

    def to_json(self) -> str:
        """A fixture: model, place and coefficient, for those who estimate it by sampling.

        Example:
            >>> import sympy
            >>> from rankstrat.model.model import Model
            >>> from rankstrat.singular import learning_coefficient
            >>> a, b = sympy.symbols("a b")
            >>> found = learning_coefficient(Model(a * b, [a, b]).point([0, 0]))
            >>> record = json.loads(found.to_json())
            >>> record["outputs"], record["at"], record["value"], record["multiplicity"]
            (['a*b'], ['0', '0'], '1/2', 2)
        """
        model = self.chart.model
        record = {
            "format": FORMAT,
            "model": str(model),
            "outputs": [str(output) for output in model.outputs],
            "parameters": [str(p) for p in model.parameters],
            "inputs": [str(x) for x in model.inputs],
            "at": [str(value) for value in self.chart.values.values()],
            "value": None if self.value is None else str(self.value),
            "lower": str(self.lower),
            "upper": str(self.upper),
            "multiplicity": self.multiplicity,
            "rank": self.rank,
            "verdict": str(self.verdict),
            "error_bound": self.error_bound,
            "reason": self.reason,
        }
        return json.dumps(record, indent=1)

    def __str__(self) -> str:
        if self.value is None:
            text = f"learning coefficient in [{self.lower}, {self.upper}]"
        else:
            text = f"learning coefficient {self.value}"
        if self.multiplicity is not None:
            text += f", multiplicity {self.multiplicity}"
        return f"{text}  [{self.verdict}: {self.reason}]"

    def _repr_latex_(self) -> str:
        if self.value is None:
            return rf"$\lambda \in [{_latex(self.lower)}, {_latex(self.upper)}]$"
        several = "" if self.multiplicity is None else rf",\ m = {self.multiplicity}"
        return rf"$\lambda = {_latex(self.value)}{several}$"


def _latex(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    return rf"\tfrac{{{value.numerator}}}{{{value.denominator}}}"


__all__ = ["LearningCoefficient"]
