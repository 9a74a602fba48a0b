"""Constructions of critical mappings, one file each; every one of them is checked like a
guest's.
"""

from rankstrat.mappings.consequences import Transfer, critical_dimension, rank_along, transfer
from rankstrat.mappings.constructions.compatible import compatible
from rankstrat.mappings.constructions.factorization import insertion
from rankstrat.mappings.constructions.invariant import identify
from rankstrat.mappings.constructions.lifting import Lifting, lifting
from rankstrat.mappings.constructions.null import null
from rankstrat.mappings.constructions.reduction import (
    CriticalStratum,
    Reduction,
    critical_stratum,
    reduction,
)
from rankstrat.mappings.constructions.splitting import splitting, steps, widening
from rankstrat.mappings.constructions.units import head_padding
from rankstrat.mappings.graph import embedding_graph, mapping_graph
from rankstrat.mappings.line import SplittingLine, splitting_line
from rankstrat.mappings.mapping import compose

__all__ = [
    "CriticalStratum",
    "Lifting",
    "Reduction",
    "SplittingLine",
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
    "splitting_line",
    "steps",
    "transfer",
    "widening",
]
