"""rankstrat: what a parametric model can do near a parameter point, exactly and with evidence."""

from rankstrat import families
from rankstrat.activations import Activation, activations
from rankstrat.model import Chart, Model
from rankstrat.numeric import NumericalRank, RankReport, numerical_rank, rank_report
from rankstrat.rank import RankCertificate, Relation, UpperBound, Verdict, model_rank
from rankstrat.tangent import tangent_functions

__all__ = ["Activation", "activations", "families", "Chart", "Model", "NumericalRank", "RankCertificate", "RankReport", "Relation", "UpperBound", "Verdict", "model_rank", "numerical_rank", "rank_report", "tangent_functions"]
