"""Constructions of critical mappings, one file each; every one of them is checked like a guest's."""

from rankstrat.embedding import compose
from rankstrat.embeddings.compatible import compatible
from rankstrat.embeddings.factorization import insertion
from rankstrat.embeddings.graph import embedding_graph, mapping_graph
from rankstrat.embeddings.null import null
from rankstrat.embeddings.splitting import splitting, steps, widening

__all__ = [
    "compatible",
    "compose",
    "embedding_graph",
    "insertion",
    "mapping_graph",
    "null",
    "splitting",
    "steps",
    "widening",
]
