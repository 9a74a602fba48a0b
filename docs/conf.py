from __future__ import annotations

from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

from pybtex.plugin import register_plugin
from pybtex.style.formatting.unsrt import Style as UnsortedStyle
from pybtex.style.labels import BaseLabelStyle

ROOT = Path(__file__).parents[1]

project = "rankstrat"
author = "The rankstrat authors"
copyright = "2026, The rankstrat authors"
release = version = installed_version("rankstrat")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinxcontrib.bibtex",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "rankstrat"

# MyST: dollar mathematics; a heading is a link target down to level three.
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# Code cells are executed at every build; one that fails, fails the build.
nb_execution_mode = "auto"
nb_execution_raise_on_error = True
nb_execution_timeout = 120

autodoc_typehints = "description"
autodoc_member_order = "bysource"
napoleon_numpy_docstring = False

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "keys"


class _KeyLabels(BaseLabelStyle):
    """Label a paper by its key, as docstrings and reports do."""

    def format_labels(self, sorted_entries: Any) -> Any:
        return (entry.key for entry in sorted_entries)


class _KeyStyle(UnsortedStyle):
    default_label_style = _KeyLabels


register_plugin("pybtex.style.formatting", "keys", _KeyStyle)
