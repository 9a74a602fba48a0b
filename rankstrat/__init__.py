"""rankstrat: what a parametric model can do near a parameter point, exactly and with evidence."""

from rankstrat import families, mappings, pictures
from rankstrat.activations.lookup import activations
from rankstrat.activations.record import Activation
from rankstrat.lemma.rank import LemmaRank, rank_by_lemma
from rankstrat.mappings import embedding_graph
from rankstrat.mappings.mapping import CriticalMapping, MappingEvidence
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import exact
from rankstrat.numeric import NumericalRank, RankReport, numerical_rank, rank_report
from rankstrat.rank.certificate import (
    RankCertificate,
    Relation,
    UpperBound,
    Verdict,
    model_rank,
    region_rank,
)
from rankstrat.rank.span import TangentSpan, tangent_span
from rankstrat.rank.tangents import tangent_functions
from rankstrat.samples.hessian import (
    CriticalData,
    EnclosedCriticalPoint,
    Inertia,
    critical_data,
    enclose_critical_point,
    inertia,
)
from rankstrat.samples.recovery import (
    LocalLinearRecovery,
    RecoveryCount,
    count_recovering_subsets,
    linear_stability,
    local_linear_recovery,
    recovery_threshold,
)
from rankstrat.samples.stability import recovery_stability, recovery_thresholds, stability_table
from rankstrat.strata import Stratum, nearest_strata
from rankstrat.strata.hierarchy import (
    FunctionHierarchy,
    Level,
    RankHierarchy,
    function_hierarchy,
    stratify,
    stratum_of,
)
from rankstrat.symmetry import (
    InvariantManifold,
    Symmetry,
    invariant_manifolds,
    orbit_dimension,
    symmetries,
)
from rankstrat.targets import Branch, LeastRank, TargetSet, optimistic_sample_size, target_set
from rankstrat.theorems import verify, verify_all
from rankstrat.theorems.conjecture import Conjecture, conjecture
from rankstrat.theorems.report import Computed, Report, Theorem

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
    "enclose_critical_point",
    "exact",
    "families",
    "function_hierarchy",
    "inertia",
    "invariant_manifolds",
    "linear_stability",
    "local_linear_recovery",
    "mappings",
    "model_rank",
    "nearest_strata",
    "numerical_rank",
    "optimistic_sample_size",
    "orbit_dimension",
    "pictures",
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
