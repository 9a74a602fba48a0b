r"""The tangent span $\operatorname{span}\{\partial F/\partial\theta_i(\theta)(\cdot)\}$: a basis, "
r"relations, the matroid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import sympy

from rankstrat.errors import BudgetError, PointError, UndecidedError
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import listed
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.tangents import Tangents
from rankstrat.rank.verdict import Relation

MAX_CIRCUIT_PARAMETERS = 14


@dataclass(frozen=True)
class TangentSpan:
    """The span of the tangent functions of a chart over the constants (the coordinates of the chart
    among them).

    Attributes:
        certificate: the rank of all tangent functions, with relations.
        seed: names every random choice.
    """

    certificate: RankCertificate
    seed: int = 0

    @property
    def chart(self) -> Chart:
        """The chart."""
        return self.certificate.chart

    @property
    def dimension(self) -> int:
        """The dimension of the span.

        Raises:
            CertificateError: it is not decided.
        """
        return int(self.certificate)

    @property
    def parameters(self) -> tuple[sympy.Symbol, ...]:
        """The parameters whose tangent functions form the basis."""
        minor = self.certificate.minor
        if minor is None:
            return ()
        return tuple(self.chart.model.parameters[i] for i in sorted(minor.parameters))

    @cached_property
    def basis(self) -> tuple[Any, ...]:
        """Tangent functions that form a basis, as sympy expressions (column matrices for several
        outputs).
        """
        index = {p: i for i, p in enumerate(self.chart.model.parameters)}
        return Tangents(self.chart).functions([index[p] for p in self.parameters])

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Verified relations that express the other tangent functions."""
        return self.certificate.relations

    @property
    def conditions(self) -> tuple[sympy.Expr, ...]:
        """Expressions in the coordinates that must not vanish for the relations to be solved for
        their parameter.
        """
        found = dict.fromkeys(
            r.condition for r in self.relations if isinstance(r.condition, sympy.Expr)
        )
        return tuple(c for c in found if c.free_symbols)

    def rank(self, subset: Iterable[Any]) -> RankCertificate:
        """The rank of the tangent functions of some parameters only, the others frozen.

        Args:
            subset: parameters, as symbols or names.

        Raises:
            PointError: an unknown parameter.
        """
        return model_rank(self.chart, seed=self.seed, subset=self._indices(subset))

    def is_independent(self, subset: Iterable[Any]) -> bool:
        """Whether the tangent functions of some parameters are linearly independent.

        Raises:
            UndecidedError: the rank of the subset is not decided.
        """
        chosen = self._indices(subset)
        certificate = model_rank(self.chart, seed=self.seed, subset=chosen)
        if certificate.lower == len(chosen):
            return True
        if certificate.upper < len(chosen):
            return False
        raise UndecidedError(
            f"the rank of {len(chosen)} tangent functions is only known to lie in"
            f" [{certificate.lower}, {certificate.upper}]"
        )

    def circuits(self) -> tuple[tuple[sympy.Symbol, ...], ...]:
        """The minimal dependent sets of parameters (the circuits of the linear matroid of the
        tangent functions).

        Raises:
            BudgetError: more than 14 parameters.
        """
        symbols = self.chart.model.parameters
        if len(symbols) > MAX_CIRCUIT_PARAMETERS:
            raise BudgetError(
                f"circuits were asked for {len(symbols)} parameters; at most"
                f" {MAX_CIRCUIT_PARAMETERS} are enumerated; freeze some first"
            )
        found: list[frozenset[int]] = []
        for size in range(1, self.certificate.upper + 2):
            for candidate in combinations(range(len(symbols)), size):
                if not any(c <= set(candidate) for c in found) and not self.is_independent(
                    symbols[i] for i in candidate
                ):
                    found.append(frozenset(candidate))
        return tuple(tuple(symbols[i] for i in sorted(c)) for c in found)

    def _indices(self, subset: Iterable[Any]) -> list[int]:
        names = {str(p): i for i, p in enumerate(self.chart.model.parameters)}
        chosen = [str(s) for s in ([subset] if isinstance(subset, str | sympy.Symbol) else subset)]
        unknown = [n for n in chosen if n not in names]
        if unknown:
            raise PointError(f"{unknown[0]} is not a parameter; the parameters are {listed(names)}")
        return sorted({names[n] for n in chosen})

    def __str__(self) -> str:
        lines = [
            str(self.certificate),
            f"basis: {listed('dF/d' + str(p) for p in self.parameters)}",
        ]
        lines += [str(r) for r in self.relations]
        if self.conditions:
            lines.append(f"where {', '.join(f'{c} != 0' for c in self.conditions)}")
        return "\n".join(lines)

    def latex(self) -> str:
        r"""The span and its relations in LaTeX."""
        functions = r",\ ".join(sympy.latex(b) for b in self.basis) or "0"
        known = self.certificate
        if known.value is not None:
            size = rf"\dim = {known.value}"
        else:
            size = rf"{known.lower} \leq \dim \leq {known.upper}"
        lines = [rf"\operatorname{{span}}\left\{{{functions}\right\}}, \qquad {size}"]
        lines += [r._repr_latex_().strip("$") for r in self.relations]
        return "\\begin{gathered}\n" + " \\\\\n".join(lines) + "\n\\end{gathered}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def tangent_span(
    chart: Chart | Model, *, seed: int = 0, budget: float | None = None
) -> TangentSpan:
    r"""$\operatorname{span}\{\partial F/\partial\theta_i(\theta)(\cdot)\}$ over the constants:
    basis and relations.

    On a chart the relations hold on the whole chart; they have coefficients polynomial in the
    coordinates, and the side conditions under which they can be solved are in `conditions`.

    Args:
        chart: as for `model_rank`.
        seed: names the random choices.
        budget: seconds for the rank, after which it is OPEN.

    Example:
        >>> import sympy
        >>> a, b, w, x = sympy.symbols("a b w x")
        >>> F = Model(a * sympy.tanh(w * x) + b * sympy.tanh(w * x), [a, b, w], [x])
        >>> print(tangent_span(F.point([1, 2, 3])).relations[0])
        dF/da - dF/db = 0
    """
    certificate = model_rank(chart, seed=seed, budget=budget)
    return TangentSpan(certificate, seed)
