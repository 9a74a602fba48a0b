"""Which rankstrat this is."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    """The version that is installed, in words if there is none."""
    try:
        return metadata.version("rankstrat")
    except metadata.PackageNotFoundError:
        return "(not installed)"


VERSION = version()
"""The same as `rankstrat.__version__`."""
