r"""Which of some numbers $F(\theta)(x_i)$ say more of $\theta$ than the others: repeated samples
say nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import sympy

from rankstrat.model.model import Model
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank


def telling(seen: Model, *, analytic: bool, seed: int = 0) -> tuple[int, ...]:
    r"""Outputs $f_i$ such that every other one is $k + \sum_i c_i f_i$, identically in the
    parameters.

    Where the chosen ones have the values of a point, so have all. Repeated samples and, of an odd
    or even function, opposite ones go; so do outputs that do not depend on the parameters. What is
    not decided stays in.

    Args:
        seen: a model without inputs.
        analytic: whether it has no kinks; with kinks only equal and opposite outputs are found.
        seed: names the random choices.

    Example:
        >>> a, w = sympy.symbols("a w")
        >>> telling(Model([a * w, -a * w, a * w**2, a * w + 2 * a * w**2], [a, w]), analytic=True)
        (0, 2)
    """
    kept = _distinct(seen.outputs)
    if not analytic:
        return kept
    combined = _combinations(seen, [seen.outputs[k] for k in kept])
    certificate = model_rank(combined, seed=seed)
    if certificate.verdict is not Verdict.PROVED or int(certificate) == len(kept) + 1:
        return kept
    basis: tuple[int, ...] = (0,)
    for k in range(1, len(kept) + 1):
        if model_rank(combined, subset=(*basis, k), seed=seed).lower == len(basis) + 1:
            basis = (*basis, k)
    if len(basis) == int(certificate):
        return tuple(kept[k - 1] for k in basis[1:])
    return kept


def _distinct(outputs: Sequence[sympy.Expr]) -> tuple[int, ...]:
    """One of each set of equal or opposite outputs, by their form."""
    found: dict[sympy.Expr, int] = {}
    for k, output in enumerate(outputs):
        if -output not in found:
            found.setdefault(output, k)
    return tuple(found.values())


def _combinations(seen: Model, outputs: Sequence[sympy.Expr]) -> Model:
    r"""$t_0 + \sum_i t_i f_i(\theta)$: the rank in t is the number of independent functions among 1
    and the outputs.
    """
    used = {str(p) for p in seen.parameters}
    free = (name for n in itertools.count() if (name := f"t{n}") not in used)
    weights = [sympy.Symbol(name) for name in itertools.islice(free, len(outputs) + 1)]
    terms = [t * f for t, f in zip(weights[1:], outputs, strict=True)]
    return Model(sympy.Add(weights[0], *terms), weights, seen.parameters)


__all__ = ["telling"]
