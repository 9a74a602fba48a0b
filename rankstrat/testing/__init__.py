r"""The laws that every activation and every family obeys, ours and a guest's; for use in test
suites.
"""

from rankstrat.testing.activations import check_activation
from rankstrat.testing.families import EXAMPLES, check_family, random_point

__all__ = ["EXAMPLES", "check_activation", "check_family", "random_point"]
