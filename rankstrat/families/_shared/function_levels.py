r"""Rank hierarchies of function space for products of matrices and for diagonal networks
(docs/proofs.md#products and #diagonal).
"""

from __future__ import annotations

from collections.abc import Sequence

from rankstrat.rank.certificate import Verdict
from rankstrat.strata import FunctionLevel, Knowledge
from rankstrat.text.sources import proved
from rankstrat.text.tables import Math


def product_levels(widths: Sequence[int], names: Sequence[str]) -> list[FunctionLevel]:
    """Matrices of rank r: r (d_0 + d_L - r), for two or more factors."""
    rows, columns = widths[-1], widths[0]
    known = Knowledge(
        Verdict.PROVED,
        f"closed formula r (d_0 + d_L - r) (LSH Proposition 1; {proved('products')})",
    )
    levels = []
    for r in range(min(widths) + 1):
        if len(names) == 2:
            free = r in (rows, columns)
            equal = " = ".join([*(f"rank {n}" for n in names), str(r)])
            latex = " = ".join([*(rf"\operatorname{{rank}} {n}" for n in names), str(r)])
            minimisers = Math("all") if free else Math(equal, latex)
        else:
            text = f"for example every factor of rank {r}"
            minimisers = Math(text, rf"\text{{{text}}}")
        functions = Math(f"matrices of rank {r}", rf"\text{{matrices of rank }} {r}")
        levels.append(FunctionLevel(r * (rows + columns - r), functions, minimisers, known))
    return levels


def diagonal_levels(features: int, off: Math, reason: str) -> list[FunctionLevel]:
    """Functions with k nonzero coefficients: rank k."""
    known = Knowledge(Verdict.PROVED, reason)
    functions = [
        Math(f"{k} nonzero coefficients", rf"{k} \text{{ nonzero coefficients}}")
        for k in range(features + 1)
    ]
    return [
        FunctionLevel(k, f, Math("all") if k == features else off, known)
        for k, f in enumerate(functions)
    ]
