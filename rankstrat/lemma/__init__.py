r"""Neurons as arrays: the rank of two-layer models in linear time, by the independence lemma of
their activation.

Nothing here creates a symbol. `Neurons` holds exact integers, `lemma_terms` counts what the lemma
says is independent.
"""

from __future__ import annotations

from rankstrat.activation.law import check_record
from rankstrat.lemma.arrays import Neurons
from rankstrat.lemma.terms import Terms, lemma_terms

__all__ = ["Neurons", "Terms", "check_record", "lemma_terms"]
