"""What stands where behind the front door; each name is imported when it is first asked for."""

from rankstrat import families as families
from rankstrat import mappings as mappings
from rankstrat import pictures as pictures
from rankstrat.activation.lookup import activations as activations
from rankstrat.activation.record import Activation as Activation
from rankstrat.dynamics.atlas import CriticalAtlas as CriticalAtlas
from rankstrat.dynamics.atlas import critical_functions as critical_functions
from rankstrat.dynamics.descent import adam as adam
from rankstrat.dynamics.descent import gradient_descent as gradient_descent
from rankstrat.dynamics.descent import stochastic_descent as stochastic_descent
from rankstrat.dynamics.directions import LimitingDirections as LimitingDirections
from rankstrat.dynamics.directions import limiting_directions as limiting_directions
from rankstrat.dynamics.flow import gradient_flow as gradient_flow
from rankstrat.dynamics.loss import Loss as Loss
from rankstrat.dynamics.small_starts import DiagonalLimit as DiagonalLimit
from rankstrat.dynamics.small_starts import diagonal_limit as diagonal_limit
from rankstrat.dynamics.trajectory import Trajectory as Trajectory
from rankstrat.experiments import experiment as experiment
from rankstrat.families.recognition import Recognition as Recognition
from rankstrat.families.recognition import recognise as recognise
from rankstrat.lemma.rank import LemmaRank as LemmaRank
from rankstrat.lemma.rank import rank_by_lemma as rank_by_lemma
from rankstrat.mappings import embedding_graph as embedding_graph
from rankstrat.mappings.line import SplittingLine as SplittingLine
from rankstrat.mappings.line import splitting_line as splitting_line
from rankstrat.mappings.mapping import CriticalMapping as CriticalMapping
from rankstrat.mappings.mapping import MappingEvidence as MappingEvidence
from rankstrat.mappings.paths import EquivalencePath as EquivalencePath
from rankstrat.mappings.paths import equivalence_path as equivalence_path
from rankstrat.model.model import Chart as Chart
from rankstrat.model.model import Model as Model
from rankstrat.model.values import exact as exact
from rankstrat.networks import Candidate as Candidate
from rankstrat.networks import Condensation as Condensation
from rankstrat.networks import DensePart as DensePart
from rankstrat.networks import Equivalence as Equivalence
from rankstrat.networks import GraphNetwork as GraphNetwork
from rankstrat.networks import Matching as Matching
from rankstrat.networks import Network as Network
from rankstrat.networks import ProximateRank as ProximateRank
from rankstrat.networks import Reduced as Reduced
from rankstrat.networks import condensation as condensation
from rankstrat.networks import equivalent as equivalent
from rankstrat.networks import plot_condensation as plot_condensation
from rankstrat.networks import proximate_rank as proximate_rank
from rankstrat.networks import read as read
from rankstrat.networks import reduce as reduce
from rankstrat.numeric import NumericalRank as NumericalRank
from rankstrat.numeric import RankReport as RankReport
from rankstrat.numeric import numerical_rank as numerical_rank
from rankstrat.numeric import rank_report as rank_report
from rankstrat.rank.certificate import RankCertificate as RankCertificate
from rankstrat.rank.certificate import Relation as Relation
from rankstrat.rank.certificate import UpperBound as UpperBound
from rankstrat.rank.certificate import Verdict as Verdict
from rankstrat.rank.model_rank import model_rank as model_rank
from rankstrat.rank.model_rank import region_rank as region_rank
from rankstrat.rank.span import TangentSpan as TangentSpan
from rankstrat.rank.span import tangent_span as tangent_span
from rankstrat.rank.tangents import tangent_functions as tangent_functions
from rankstrat.samples import CriticalData as CriticalData
from rankstrat.samples import EnclosedCriticalPoint as EnclosedCriticalPoint
from rankstrat.samples import Inertia as Inertia
from rankstrat.samples import LocalLinearRecovery as LocalLinearRecovery
from rankstrat.samples import RecoveryCount as RecoveryCount
from rankstrat.samples import SampleClosure as SampleClosure
from rankstrat.samples import count_recovering_subsets as count_recovering_subsets
from rankstrat.samples import critical_data as critical_data
from rankstrat.samples import enclose_critical_point as enclose_critical_point
from rankstrat.samples import inertia as inertia
from rankstrat.samples import linear_stability as linear_stability
from rankstrat.samples import local_linear_recovery as local_linear_recovery
from rankstrat.samples import sample_closure as sample_closure
from rankstrat.samples.stability import recovery_stability as recovery_stability
from rankstrat.samples.stability import recovery_thresholds as recovery_thresholds
from rankstrat.samples.stability import stability_table as stability_table
from rankstrat.singular import LearningCoefficient as LearningCoefficient
from rankstrat.singular import VolumeSlope as VolumeSlope
from rankstrat.singular import learning_coefficient as learning_coefficient
from rankstrat.singular import volume_slope as volume_slope
from rankstrat.strata import FunctionHierarchy as FunctionHierarchy
from rankstrat.strata import Level as Level
from rankstrat.strata import RankHierarchy as RankHierarchy
from rankstrat.strata import Stratum as Stratum
from rankstrat.strata import function_hierarchy as function_hierarchy
from rankstrat.strata import nearest_strata as nearest_strata
from rankstrat.strata import stratify as stratify
from rankstrat.strata import stratum_of as stratum_of
from rankstrat.symmetry import ConservationLaws as ConservationLaws
from rankstrat.symmetry import FixedSet as FixedSet
from rankstrat.symmetry import Identifiability as Identifiability
from rankstrat.symmetry import Identified as Identified
from rankstrat.symmetry import InvariantLattice as InvariantLattice
from rankstrat.symmetry import InvariantManifold as InvariantManifold
from rankstrat.symmetry import Symmetry as Symmetry
from rankstrat.symmetry import conservation_laws as conservation_laws
from rankstrat.symmetry import identifiability as identifiability
from rankstrat.symmetry import invariant_lattice as invariant_lattice
from rankstrat.symmetry import invariant_manifolds as invariant_manifolds
from rankstrat.symmetry import least_invariant as least_invariant
from rankstrat.symmetry import orbit_dimension as orbit_dimension
from rankstrat.symmetry import symmetries as symmetries
from rankstrat.targets import Branch as Branch
from rankstrat.targets import LeastRank as LeastRank
from rankstrat.targets import TargetSet as TargetSet
from rankstrat.targets import optimistic_sample_size as optimistic_sample_size
from rankstrat.targets import target_set as target_set
from rankstrat.text.version import VERSION as __version__
from rankstrat.theorems import verify as verify
from rankstrat.theorems import verify_all as verify_all
from rankstrat.theorems.conjecture import Conjecture as Conjecture
from rankstrat.theorems.conjecture import conjecture as conjecture
from rankstrat.theorems.report import Report as Report
from rankstrat.theorems.theorem import Computed as Computed
from rankstrat.theorems.theorem import Theorem as Theorem

__all__ = [
    "Activation",
    "Branch",
    "Candidate",
    "Chart",
    "Computed",
    "Condensation",
    "Conjecture",
    "ConservationLaws",
    "CriticalAtlas",
    "CriticalData",
    "CriticalMapping",
    "DensePart",
    "DiagonalLimit",
    "EnclosedCriticalPoint",
    "Equivalence",
    "EquivalencePath",
    "FixedSet",
    "FunctionHierarchy",
    "GraphNetwork",
    "Identifiability",
    "Identified",
    "Inertia",
    "InvariantLattice",
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
    "ProximateRank",
    "RankCertificate",
    "RankHierarchy",
    "RankReport",
    "Recognition",
    "RecoveryCount",
    "Reduced",
    "Relation",
    "Report",
    "SampleClosure",
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
    "conservation_laws",
    "count_recovering_subsets",
    "critical_data",
    "critical_functions",
    "diagonal_limit",
    "embedding_graph",
    "enclose_critical_point",
    "equivalence_path",
    "equivalent",
    "exact",
    "experiment",
    "families",
    "function_hierarchy",
    "gradient_descent",
    "gradient_flow",
    "identifiability",
    "inertia",
    "invariant_lattice",
    "invariant_manifolds",
    "learning_coefficient",
    "least_invariant",
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
    "proximate_rank",
    "rank_by_lemma",
    "rank_report",
    "read",
    "recognise",
    "recovery_stability",
    "recovery_thresholds",
    "reduce",
    "region_rank",
    "sample_closure",
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
