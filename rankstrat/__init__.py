"""rankstrat: what a parametric model can do near a parameter point, exactly and with evidence."""

from rankstrat import embeddings, families
from rankstrat.activations import Activation, activations
from rankstrat.conjecture import Conjecture, conjecture
from rankstrat.embedding import CriticalMapping, MappingEvidence
from rankstrat.embeddings import embedding_graph
from rankstrat.hessian import CriticalData, EnclosedCriticalPoint, Inertia, critical_data, enclose_critical_point, inertia
from rankstrat.hierarchy import (
    FunctionHierarchy,
    Level,
    RankHierarchy,
    function_hierarchy,
    stratify,
    stratum_of,
)
from rankstrat.lemma import LemmaRank, rank_by_lemma
from rankstrat.model import Chart, Model
from rankstrat.numeric import NumericalRank, RankReport, numerical_rank, rank_report
from rankstrat.exact import exact
from rankstrat.rank import RankCertificate, Relation, UpperBound, Verdict, model_rank, region_rank
from rankstrat.span import TangentSpan, tangent_span
from rankstrat.recovery import (
    LocalLinearRecovery,
    RecoveryCount,
    count_recovering_subsets,
    linear_stability,
    local_linear_recovery,
    recovery_threshold,
)
from rankstrat.stability import recovery_stability, recovery_thresholds, stability_table
from rankstrat.target import Branch, LeastRank, TargetSet, optimistic_sample_size, target_set
from rankstrat.theorems import verify, verify_all
from rankstrat.verify import Computed, Report, Theorem
from rankstrat.strata import Stratum, nearest_strata
from rankstrat.symmetry import InvariantManifold, Symmetry, invariant_manifolds, orbit_dimension, symmetries
from rankstrat.tangent import tangent_functions

__all__ = ["Activation", "activations", "families", "Chart", "Model", "CriticalData", "CriticalMapping", "InvariantManifold", "Symmetry", "invariant_manifolds", "orbit_dimension", "symmetries", "Inertia", "critical_data", "EnclosedCriticalPoint", "enclose_critical_point", "inertia", "MappingEvidence", "embedding_graph", "embeddings", "NumericalRank", "RankCertificate", "LemmaRank", "rank_by_lemma", "RankReport", "Relation", "UpperBound", "Verdict", "model_rank", "region_rank", "exact", "TangentSpan", "tangent_span", "numerical_rank", "rank_report", "tangent_functions", "Computed", "Report", "Theorem", "verify", "verify_all", "LocalLinearRecovery", "RecoveryCount", "count_recovering_subsets", "linear_stability", "local_linear_recovery", "recovery_threshold", "recovery_stability", "recovery_thresholds", "stability_table", "Branch", "LeastRank", "TargetSet", "optimistic_sample_size", "target_set", "Conjecture", "conjecture", "FunctionHierarchy", "Level", "RankHierarchy", "Stratum", "function_hierarchy", "nearest_strata", "stratify", "stratum_of"]
