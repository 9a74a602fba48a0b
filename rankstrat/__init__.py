"""rankstrat: what a parametric model can do near a parameter point, exactly and with evidence."""

from importlib.metadata import PackageNotFoundError, version

from rankstrat import families, mappings, pictures
from rankstrat.activation.lookup import activations
from rankstrat.activation.record import Activation
from rankstrat.dynamics.atlas import CriticalAtlas, critical_functions
from rankstrat.dynamics.descent import adam, gradient_descent, stochastic_descent
from rankstrat.dynamics.directions import LimitingDirections, limiting_directions
from rankstrat.dynamics.flow import gradient_flow
from rankstrat.dynamics.loss import Loss
from rankstrat.dynamics.trajectory import Trajectory
from rankstrat.experiments import experiment
from rankstrat.families.recognition import Recognition, recognise
from rankstrat.lemma.rank import LemmaRank, rank_by_lemma
from rankstrat.mappings import embedding_graph
from rankstrat.mappings.line import SplittingLine, splitting_line
from rankstrat.mappings.mapping import CriticalMapping, MappingEvidence
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import exact
from rankstrat.networks import (
    Candidate,
    Condensation,
    Equivalence,
    Matching,
    Network,
    Reduced,
    condensation,
    equivalent,
    plot_condensation,
    read,
    reduce,
)
from rankstrat.numeric import NumericalRank, RankReport, numerical_rank, rank_report
from rankstrat.rank.certificate import RankCertificate, Relation, UpperBound, Verdict
from rankstrat.rank.model_rank import model_rank, region_rank
from rankstrat.rank.span import TangentSpan, tangent_span
from rankstrat.rank.tangents import tangent_functions
from rankstrat.samples import (
    CriticalData,
    EnclosedCriticalPoint,
    Inertia,
    LocalLinearRecovery,
    RecoveryCount,
    count_recovering_subsets,
    critical_data,
    enclose_critical_point,
    inertia,
    linear_stability,
    local_linear_recovery,
)
from rankstrat.samples.stability import recovery_stability, recovery_thresholds, stability_table
from rankstrat.singular import (
    LearningCoefficient,
    VolumeSlope,
    learning_coefficient,
    volume_slope,
)
from rankstrat.strata import (
    FunctionHierarchy,
    Level,
    RankHierarchy,
    Stratum,
    function_hierarchy,
    nearest_strata,
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

try:
    __version__ = version("rankstrat")
except PackageNotFoundError:  # a checkout that nobody has installed
    __version__ = "0+unknown"

__all__ = [
    "Activation",
    "Branch",
    "Candidate",
    "Chart",
    "Computed",
    "Condensation",
    "Conjecture",
    "CriticalAtlas",
    "CriticalData",
    "CriticalMapping",
    "EnclosedCriticalPoint",
    "Equivalence",
    "FunctionHierarchy",
    "Inertia",
    "InvariantManifold",
    "LearningCoefficient",
    "LeastRank",
    "LemmaRank",
    "Level",
    "LimitingDirections",
    "LocalLinearRecovery",
    "Loss",
    "MappingEvidence",
    "Matching",
    "Model",
    "Network",
    "NumericalRank",
    "RankCertificate",
    "RankHierarchy",
    "RankReport",
    "Recognition",
    "RecoveryCount",
    "Reduced",
    "Relation",
    "Report",
    "SplittingLine",
    "Stratum",
    "Symmetry",
    "TangentSpan",
    "TargetSet",
    "Theorem",
    "Trajectory",
    "UpperBound",
    "Verdict",
    "VolumeSlope",
    "__version__",
    "activations",
    "adam",
    "condensation",
    "conjecture",
    "count_recovering_subsets",
    "critical_data",
    "critical_functions",
    "embedding_graph",
    "enclose_critical_point",
    "equivalent",
    "exact",
    "experiment",
    "families",
    "function_hierarchy",
    "gradient_descent",
    "gradient_flow",
    "inertia",
    "invariant_manifolds",
    "learning_coefficient",
    "limiting_directions",
    "linear_stability",
    "local_linear_recovery",
    "mappings",
    "model_rank",
    "nearest_strata",
    "numerical_rank",
    "optimistic_sample_size",
    "orbit_dimension",
    "pictures",
    "plot_condensation",
    "rank_by_lemma",
    "rank_report",
    "read",
    "recognise",
    "recovery_stability",
    "recovery_thresholds",
    "reduce",
    "region_rank",
    "splitting_line",
    "stability_table",
    "stochastic_descent",
    "stratify",
    "stratum_of",
    "symmetries",
    "tangent_functions",
    "tangent_span",
    "target_set",
    "verify",
    "verify_all",
    "volume_slope",
]
