"""Constructions of critical mappings, one file each; every one of them is checked like a guest's."""

from rankstrat.embedding import compose
from rankstrat.embeddings.compatible import compatible
from rankstrat.embeddings.consequences import Transfer, critical_dimension, rank_along, transfer
from rankstrat.embeddings.factorization import insertion
from rankstrat.embeddings.graph import embedding_graph, mapping_graph
from rankstrat.embeddings.null import null
from rankstrat.embeddings.splitting import splitting, steps, widening

__all__ = [
    "Transfer",
    "compatible",
    "compose",
    "critical_dimension",
    "embedding_graph",
    "insertion",
    "mapping_graph",
    "null",
    "rank_along",
    "splitting",
    "steps",
    "transfer",
    "widening",
]
