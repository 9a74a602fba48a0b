r"""The lower bound of a smooth model of full rank without its tangent functions as expressions.

The values of the parts of a model at a chart, and the partial derivatives of each part by its
arguments, lie in a field over independent generators; so do the tangent functions, which are sums
of products of these (the chain rule). Residues of the values therefore give residues of the tangent
functions, and a minor of them that is nonzero modulo a prime proves that these are independent, as
one of expressions does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.chain import Chain
from rankstrat.algebra.program import FUNCTION, PRODUCT
from rankstrat.algebra.tower import Tower
from rankstrat.rank.lower_bounds import Minor, check_minor, row_count, sampled_rank
from rankstrat.rank.tangents import Tangents
from rankstrat.rank.vanishing import needs_hypotheses

FEWEST, MOST, TOP = 40, 1_500, 4
"""Parameters from which on, and up to which, it pays; rows that show proportional columns."""


class Chained:
    """The tangent functions of some parameters, by the chain rule.

    Args:
        tangents: those of a model for which `is_elementary` holds.
        seed: as in `model_rank`.

    Raises:
        UndecidedError: the independence of two functions is not decided.
    """

    def __init__(self, tangents: Tangents, seed: int) -> None:
        self.tangents, self.parameters, self.seed = tangents, tangents.chosen, seed
        compiled, images = tangents.chart.model.compiled, tangents.images
        source, program = compiled.program, tangents.program.fork()
        leaves = [compiled.parameters[i] for i in self.parameters]
        self.chain = Chain(source, compiled.mixed, leaves)
        roots = [images[n] for n in self.chain.values]
        for node, place in self.chain.partials:
            args, data = source.args[node], source.data[node]
            if source.kind[node] == FUNCTION:
                roots.append(program.slope(data, images[args[0]], images[node]))
            else:
                pairs = [
                    (images[a], e - (i == place))
                    for i, (a, e) in enumerate(zip(args, data, strict=True))
                ]
                roots.append(program.product(pairs, data[place]))
        self.tower = Tower(program, roots, seed=seed)

    @property
    def is_decided(self) -> bool:
        """Whether residues are proofs."""
        return not needs_hypotheses(self.tower)

    def full_minor(self) -> Minor | None:
        """A minor with all parameters, if one is found at the first prime."""
        count = row_count(self.tangents, len(self.parameters))
        if count < len(self.parameters):
            return None
        sampled = sampled_rank(
            self.tower, self.parameters, count, seed=self.seed, attempt=0, chain=self.chain
        )
        if _has_proportional(sampled.matrix[:TOP], sampled.prime):
            return None
        profile = sampled.profile()
        if profile.rank < len(self.parameters):
            return None
        rows = tuple(int(sampled.rows[i]) for i in profile.rows)
        columns = tuple(self.parameters[j] for j in profile.columns)
        return Minor(sampled.prime, sampled.key, rows, columns, chained=True)

    def holds(self, minor: Minor) -> bool:
        """Whether a minor is nonzero."""
        return check_minor(self.tower, self.parameters, minor, self.chain)


def can_be_chained(tangents: Tangents) -> bool:
    """Whether the tangent functions can be had by the chain rule."""
    few = len(tangents.chosen) <= MOST
    return few and not tangents.integers and tangents.is_elementary


def may_be_full(tangents: Tangents) -> bool:
    """Whether all tangent functions may be independent, and are so many that it pays to ask."""
    model, count = tangents.chart.model, len(tangents.chosen)
    enough = bool(model.inputs) or count <= model.output_count
    return count >= FEWEST and enough and not _coincide(tangents)


def _coincide(tangents: Tangents) -> bool:
    """Whether parts of the model vanish at the chart, or two functions coincide there, so that full
    rank is not to be expected; nor is it of models without functions, which have symmetries.
    """
    compiled, images = tangents.chart.model.compiled, tangents.images
    # a question that checking does not ask must not add to the program
    source, program, seen = compiled.program, tangents.program.fork(), set[int]()
    for n in source.reachable((compiled.mixed,)):
        if source.kind[n] == FUNCTION:
            core = program.content(images[n])[1]
            if core == program.one or core in seen:
                return True
            seen.add(core)
        elif images[n] == program.zero and source.kind[n] == PRODUCT:
            return True
    return not seen


def _has_proportional(top: NDArray[np.int32], p: int) -> bool:
    """Whether two columns seem proportional, or one seems to be zero."""
    columns = top.astype(np.int64).T
    if not columns.all():
        return False  # a rare zero says nothing
    inverse = np.array([pow(int(c), -1, p) for c in columns[:, 0]], dtype=np.int64)
    return len(np.unique(columns * inverse[:, None] % p, axis=0)) < len(columns)


__all__ = ["Chained", "can_be_chained", "may_be_full"]
