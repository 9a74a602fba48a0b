r"""Numerical second opinion: the rank of the sampled Jacobian in floating point, at any precision.

The program of the exact engine is evaluated in single or double precision (numpy) or with any
number of digits (mpmath). Nothing here overrides the exact rank; it explains where and why floating
point disagrees.
"""

from __future__ import annotations

from rankstrat.numeric.rank import NumericalRank, numerical_rank
from rankstrat.numeric.report import RankReport, rank_report

__all__ = ["NumericalRank", "RankReport", "numerical_rank", "rank_report"]
