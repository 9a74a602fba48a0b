"""Critical mappings between models: claimed, checked, composed."""

from rankstrat.embedding.mapping import Condition, CriticalMapping, MappingEvidence, compose

__all__ = ["Condition", "CriticalMapping", "MappingEvidence", "compose"]
