r"""A second road to the rank of two-layer models: the independence lemma of the activation, in
linear time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rankstrat.errors import CertificateError, PointError, UndecidedError, demand
from rankstrat.lemma import lemma_terms
from rankstrat.model.isomorphism import isomorphism_of
from rankstrat.model.model import Chart
from rankstrat.model.structure import HasNeurons
from rankstrat.rank.decided import DecidedInteger
from rankstrat.rank.search import UpperBound
from rankstrat.rank.verdict import Verdict
from rankstrat.text.spoken import Spoken


@dataclass(frozen=True, eq=False)
class LemmaRank(DecidedInteger, Spoken):
    r"""The model rank at a point, by an independence lemma.

    Attributes:
        point: the point.
        counts: how many independent tangent functions of each kind there are; the rank is their
            sum.
        citation: the lemma.
        assumptions: what it needs of the activation and the neurons.
        road: always "lemma"; `model_rank` is the other road.

    Example:
        >>> from rankstrat.families import two_layer
        >>> print(rank_by_lemma(two_layer(width=2, inputs=2).point(a=[1, 2], w=[[1, 0], [-1, 0]])))
        model rank = 3 of 6 parameters at the point of two_layer(...)  [PROVED]
          1 (classes of neurons) + 2 (weights of active classes): LSH Proposition 2, ...
    """

    point: Chart
    counts: tuple[tuple[str, int], ...]
    citation: str
    assumptions: tuple[str, ...] = field(repr=False)
    road: str = "lemma"

    @property
    def value(self) -> int:
        """The rank."""
        return sum(number for _, number in self.counts)

    lower = upper = value

    @property
    def verdict(self) -> Verdict:
        """PROVED, given the lemma."""
        return Verdict.PROVED

    def __int__(self) -> int:
        return self.value

    __index__ = __int__

    def __str__(self) -> str:
        parts = (
            " + ".join(f"{number} ({kind})" for kind, number in self.counts if number) or "nothing"
        )
        place = f"of {self.point.model.size} parameters at the point of {self.point.model}"
        why = f"{self.citation} ({'; '.join(self.assumptions)})"
        return f"model rank = {self.value} {place}  [{self.verdict}]\n  {parts}: {why}"

    def as_upper_bound(self) -> UpperBound:
        """Evidence for ``model_rank(point, evidence=[...])``, which then only has to find the
        minor.
        """
        return UpperBound(self.value, f"independence lemma: {self.citation}", self._bounds)

    def _bounds(self, chart: Chart) -> bool:
        return int(rank_by_lemma(chart)) <= self.value

    def check(self) -> None:
        """Count again, with other hashes.

        Raises:
            CertificateError: the counts differ.
        """
        again = rank_by_lemma(self.point, seed=1)
        if again != self:
            raise CertificateError(
                f"the counts {self.counts} are claimed, but counting again gives {again.counts}"
            )


def rank_by_lemma(point: Chart, *, seed: int = 0) -> LemmaRank:
    r"""$\dim \operatorname{span}\{\partial F/\partial\theta_i(\theta)(\cdot)\}$ by an independence
    lemma, linear time.

    Neurons are grouped by their exact weights; no symbol is created, so integer numpy arrays of
    millions of entries are welcome: ``F.point(a=array, w=array)``. `model_rank` needs no lemma and
    is the road to check this one against.

    Args:
        point: rational values for a two-layer model (two_layer, convolutional, or a structure with
            `neurons`).
        seed: names the hashes; the answer does not depend on it.

    Raises:
        UndecidedError: no lemma covers the model or its activation.
        PointError: a chart with coordinates, irrational weights, or a kink at the point.

    References:
        LSH Proposition 2 and Corollary 2; docs/proofs.md#counting.

    Example:
        >>> from rankstrat.families import convolutional
        >>> F = convolutional(kernels=2, size=3, kernel_size=2)
        >>> int(rank_by_lemma(F.point(a=[[1, 2], [3, 5]], K=[[1, 0], [0, 1]])))
        7
    """
    demand(point, Chart, PointError, "an exact point", "give model.point(...)")
    structure: object = point.model.structure
    same = isomorphism_of(point.model) if point.model.structure is None else None
    if same is not None and point.is_point and isinstance(same.structure, HasNeurons):
        found = rank_by_lemma(same.back(point), seed=seed)
        return replace(found, point=point, assumptions=(*found.assumptions, str(same)))
    if not isinstance(structure, HasNeurons):
        raise UndecidedError(
            f"no independence lemma is known for {point.model}; a two-layer or convolutional family"
            " is needed; use model_rank"
        )
    if not point.is_point:
        raise PointError(
            f"a chart with coordinates {', '.join(map(str, point.coordinates[:5]))} was given; this"
            " road needs a point; use model_rank"
        )
    terms = lemma_terms(structure.neurons(point.numbers), structure.activation, seed=seed)
    return LemmaRank(point, terms.counts, terms.citation, terms.assumptions)


__all__ = ["LemmaRank", "rank_by_lemma"]
