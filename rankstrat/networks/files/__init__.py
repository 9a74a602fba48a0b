"""Weight files as arrays: one reader for each format, none of which executes anything."""

from rankstrat.networks.files.limits import Arrays
from rankstrat.networks.files.suffixes import load

__all__ = ["Arrays", "load"]
