"""rankstrat: what a parametric model can do near a parameter point, exactly and with evidence."""

from rankstrat import embeddings, families, plot
from rankstrat.activations import Activation, activations
from rankstrat.conjecture import Conjecture, conjecture
from rankstrat.embedding import CriticalMapping, MappingEvidence
from rankstrat.embeddings import embedding_graph
from rankstrat.exact import exact
from rankstrat.hessian import (
    CriticalData,
    EnclosedCriticalPoint,
    Inertia,
    critical_data,
    enclose_critical_point,
    inertia,
)
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
from rankstrat.rank import RankCertificate, Relation, UpperBound, Verdict, model_rank, region_rank
from rankstrat.recovery import (
    LocalLinearRecovery,
    RecoveryCount,
    count_recovering_subsets,
    linear_stability,
    local_linear_recovery,
    recovery_threshold,
)
from rankstrat.span import TangentSpan, tangent_span
from rankstrat.stability import recovery_stability, recovery_thresholds, stability_table
from rankstrat.strata import Stratum, nearest_strata
from rankstrat.symmetry import InvariantManifold, Symmetry, invariant_manifolds, orbit_dimension, symmetries
from rankstrat.tangent import tangent_functions
from rankstrat.target import Branch, LeastRank, TargetSet, optimistic_sample_size, target_set
from rankstrat.theorems import verify, verify_all
from rankstrat.verify import Computed, Report, Theorem

__all__ = [
    "Activation",
    "Branch",
    "Chart",
    "Computed",
    "Conjecture",
    "CriticalData",
    "CriticalMapping",
    "EnclosedCriticalPoint",
    "FunctionHierarchy",
    "Inertia",
    "InvariantManifold",
    "LeastRank",
    "LemmaRank",
    "Level",
    "LocalLinearRecovery",
    "MappingEvidence",
    "Model",
    "NumericalRank",
    "RankCertificate",
    "RankHierarchy",
    "RankReport",
    "RecoveryCount",
    "Relation",
    "Report",
    "Stratum",
    "Symmetry",
    "TangentSpan",
    "TargetSet",
    "Theorem",
    "UpperBound",
    "Verdict",
    "activations",
    "conjecture",
    "count_recovering_subsets",
    "critical_data",
    "embedding_graph",
    "embeddings",
    "enclose_critical_point",
    "exact",
    "families",
    "function_hierarchy",
    "inertia",
    "invariant_manifolds",
    "linear_stability",
    "local_linear_recovery",
    "model_rank",
    "nearest_strata",
    "numerical_rank",
    "optimistic_sample_size",
    "orbit_dimension",
    "plot",
    "rank_by_lemma",
    "rank_report",
    "recovery_stability",
    "recovery_threshold",
    "recovery_thresholds",
    "region_rank",
    "stability_table",
    "stratify",
    "stratum_of",
    "symmetries",
    "tangent_functions",
    "tangent_span",
    "target_set",
    "verify",
    "verify_all",
]
