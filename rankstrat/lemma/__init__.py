r"""Neurons as arrays: the rank of two-layer models in linear time, by the independence lemma of
their activation.

Nothing here creates a symbol. `Neurons` holds exact integers, `lemma_terms` counts what the lemma
says is independent.
"""

from __future__ import annotations

from rankstrat.lemma.arrays import Neurons
from rankstrat.lemma.terms import Terms, lemma_terms

__all__ = ["Neurons", "Terms", "lemma_terms"]
