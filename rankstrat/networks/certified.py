r"""The certified rank at a snapped point, by the lemma road for one hidden layer and by elimination
for other networks of moderate size.

The wide point is the image of the narrow one under splittings, which preserve the rank (EP2 Theorem
4.2), so one rank belongs to both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rankstrat.activation.law import Law, law_of
from rankstrat.activation.record import Activation
from rankstrat.lemma import Neurons, lemma_terms
from rankstrat.networks.features import last_layer_bound
from rankstrat.networks.snapped import BITS, Snapped
from rankstrat.rank.bounded import Bounded
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.text.sources import proved
from rankstrat.text.spoken import Spoken

WORD = 61
"""Bits of integers that numpy multiplies."""
ELIMINATED = 300
"""Parameters up to which a rank is found by elimination."""


@dataclass(frozen=True)
class CertifiedRank(Spoken):
    """Bounds for the model rank at a snapped point.

    Attributes:
        lower, upper: the bounds.
        verdict: PROVED, PROBABLE or OPEN.
        reason: the lemma, or how the bounds were found.
        certificate: of `model_rank`, where it was used.
        forced: the rank that every point with this function has at least; 0 where nothing is
            proved.
    """

    lower: int
    upper: int
    verdict: Verdict
    reason: str
    certificate: RankCertificate | None = field(default=None, repr=False)
    forced: int = 0

    @property
    def value(self) -> int | None:
        """The rank, or None where the bounds differ."""
        return self.lower if self.lower == self.upper else None

    @property
    def words(self) -> str:
        """The rank or its bounds."""
        return str(self.lower) if self.lower == self.upper else f"{self.lower}..{self.upper}"

    @property
    def proviso(self) -> str:
        """That slopes are a convention, where the snapped point lies on a kink."""
        if self.certificate is None or self.certificate.differentiable is not False:
            return ""
        return ", at a kink (slope 0 there by convention)"

    def __str__(self) -> str:
        return f"rank {self.words}{self.proviso}  [{self.verdict}]: {self.reason}"


def certified_rank(snapped: Snapped, *, seed: int = 0, certificate: bool = False) -> CertifiedRank:
    r"""The rank at the narrow point, which is that at the wide one.

    Args:
        snapped: the point.
        seed: names the random choices.
        certificate: whether a `RankCertificate` is wanted where one can be had.
    """
    model = snapped.model
    known = _one_layer(snapped)
    if known is not None and not (certificate and model.size <= ELIMINATED):
        return known
    if model.size > ELIMINATED:
        reason = (
            f"the narrow network has {model.size} parameters; those of its last layer are"
            " compared alone"
        )
        lower = last_layer_bound(snapped, seed=seed)
        return CertifiedRank(lower, model.size, Verdict.OPEN, reason)
    found = model_rank(snapped.point, seed=seed)
    forced = 0 if known is None else known.forced
    return CertifiedRank(found.lower, found.upper, found.verdict, "model_rank", found, forced)


def _one_layer(snapped: Snapped) -> CertifiedRank | None:
    """By the independence lemma of the activation; None where it does not apply."""
    layers = snapped.network.layers
    if len(layers.widths) != 3:
        return None
    activation: Activation = layers.activation
    law = law_of(activation, bias=bool(layers.biases[0]))
    if law is None:
        return None
    neurons, columns = _neurons(snapped)
    citation = f"{law.citation}; {proved('counting')}"
    outputs, width = columns.shape
    clean = _is_clean(neurons, law)
    rank = 0
    if clean:
        # distinct live classes, each with one active unit: sigma(v_k) for every output, and A_k
        # times sigma'(v_k) x_t; for rays sigma(v_k) is the sum of v_kt sigma'(v_k) x_t
        each = outputs + neurons.weights.shape[1] - bool(law.kink)
        rank = width * each + outputs * bool(layers.biases[1])
        return CertifiedRank(rank, rank, Verdict.PROVED, citation, forced=rank)
    if outputs > 1 or _at_a_kink(neurons, law):
        return None
    rank = lemma_terms(neurons, activation).total
    return CertifiedRank(rank, rank, Verdict.PROVED, citation)


def _neurons(snapped: Snapped) -> tuple[Neurons, Any]:
    """Units with a number that is nonzero where they are active, and the outgoing weights."""
    layers = snapped.network.layers
    inputs, width, outputs = layers.widths
    (first, last), (bias, output_bias) = layers.weights, layers.biases
    exponent = max(snapped.exponents[name] for name in (first, bias) if name)
    weights = _at_scale(snapped, first, exponent).reshape(width, inputs)
    if bias:
        weights = np.column_stack([weights, _at_scale(snapped, bias, exponent)])
    places = np.arange(weights.shape[1], dtype=np.int64)
    columns = snapped.numerators[last].reshape(outputs, width)
    acting = (columns != 0).any(axis=0).astype(np.int64)
    scale = 2 ** max(0, exponent)
    neurons = Neurons(acting, weights, places, inputs, scale, output_bias=bool(output_bias))
    return neurons, columns


def _at_scale(snapped: Snapped, block: str, exponent: int) -> Any:
    """The numerators of a block over $2^k$, or whole numbers where k is negative."""
    shift = max(0, exponent) - snapped.exponents[block]
    whole = snapped.numerators[block]
    if shift and BITS + shift > WORD:
        return whole.astype(object) * 2**shift
    return whole * 2**shift


def _is_clean(neurons: Neurons, law: Law) -> bool:
    """Whether all units are active, have input weights, and belong to distinct classes."""
    live = (neurons.weights[:, : neurons.inputs] != 0).any(axis=1)
    if not (live.all() and neurons.outputs.all()):
        return False
    counts = dict(lemma_terms(neurons, law.activation).counts)
    if law.kink:
        return counts["weights of active classes"] == neurons.weights.size
    return counts["classes of neurons"] == len(neurons.outputs)


def _at_a_kink(neurons: Neurons, law: Law) -> bool:
    return bool(law.kink) and bool(((neurons.weights == 0).all(axis=1) & neurons.outputs).any())


def sample_size(rank: CertifiedRank) -> Bounded:
    r"""Bounds for the optimistic sample size of the function in the wide model.

    It is at most the rank at the snapped point. Where the lemma applies and the narrow network has
    one active unit in each class, every point with this function has an active unit in each of
    these classes, so that it is at least the same number.
    """
    lower = min(rank.forced, rank.upper)
    return Bounded(lower, rank.upper, rank.reason, of="the optimistic sample size")


__all__ = ["CertifiedRank", "certified_rank", "sample_size"]
