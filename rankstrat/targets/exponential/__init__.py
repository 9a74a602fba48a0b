r"""Target sets of quotients of exponential sums $\sum_j p_j(\theta, x)\, e^{q_j(\theta, x)}$, by
comparing exponents and coefficients.
"""

from __future__ import annotations

from rankstrat.targets.exponential.branches import exponential_branches

__all__ = ["exponential_branches"]
