"""Constructions of critical mappings, one file each; every one of them is checked like a guest's."""

from rankstrat.embedding import compose
from rankstrat.embeddings._units import head_padding
from rankstrat.embeddings.compatible import compatible
from rankstrat.embeddings.consequences import Transfer, critical_dimension, rank_along, transfer
from rankstrat.embeddings.factorization import insertion
from rankstrat.embeddings.graph import embedding_graph, mapping_graph
from rankstrat.embeddings.invariant import identify
from rankstrat.embeddings.lifting import Lifting, lifting
from rankstrat.embeddings.null import null
from rankstrat.embeddings.reduction import CriticalStratum, Reduction, critical_stratum, reduction
from rankstrat.embeddings.splitting import splitting, steps, widening

__all__ = [
    "CriticalStratum",
    "Lifting",
    "Reduction",
    "Transfer",
    "compatible",
    "compose",
    "critical_dimension",
    "critical_stratum",
    "embedding_graph",
    "head_padding",
    "identify",
    "insertion",
    "lifting",
    "mapping_graph",
    "null",
    "rank_along",
    "reduction",
    "splitting",
    "steps",
    "transfer",
    "widening",
]
