from __future__ import annotations

import json
import os
import re
import shutil
import sys
from importlib import import_module
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

from pybtex.plugin import register_plugin
from pybtex.style.formatting.unsrt import Style as UnsortedStyle
from pybtex.style.labels import BaseLabelStyle

from rankstrat.cli._collector import collect_rarely

HERE = Path(__file__).parent
collect_rarely()

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
exclude_patterns = ["_build", "_generated/*.inc", "_mathjax"]
html_theme = "furo"
html_title = "rankstrat"
html_static_path = ["_static"]
html_css_files = ["rankstrat.css"]

# MyST: dollar mathematics; a heading is a link target down to level three.
myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
# also the formulas in tables that a cell prints
myst_mathjax_classes = "tex2jax_process|mathjax_process|math|output_area|cell_output"

# Formulas are drawn by MathJax 3 (version 4 cuts glyphs). `make docs` puts a copy with its fonts
# into _mathjax where npm reaches a registry, so that the pages can be read without a network; or
# MATHJAX names a copy. Without either a browser fetches it.
mathjax_path = "https://cdn.jsdelivr.net/npm/mathjax@3.2.2/es5/tex-mml-chtml.js"
copied = Path(os.environ.get("MATHJAX", HERE / "_mathjax" / "tex-mml-chtml.js"))
if copied.exists() or "MATHJAX" in os.environ:
    copied = copied.resolve(strict=True)
    html_static_path.append(str(copied.parent))
    mathjax_path = copied.name

# Code cells are executed at every build; one that fails, fails the build.
nb_execution_mode = "auto"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_execution_excludepatterns = ["_generated/gallery/*"]  # they come executed
nb_merge_streams = True  # a cell that prints in a loop has one output

autodoc_typehints = "signature"
maximum_signature_line_length = 90
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "keys"


class _KeyLabels(BaseLabelStyle):
    """Label a paper by its key, as docstrings and reports do."""

    def format_labels(self, sorted_entries: Any) -> Any:
        return (entry.key for entry in sorted_entries)


class _KeyStyle(UnsortedStyle):
    default_label_style = _KeyLabels


sys.path.insert(0, str(HERE))  # for generate.py
register_plugin("pybtex.style.formatting", "keys", _KeyStyle)


# A docstring writes its mathematics between dollars and names between backticks; reStructuredText
# wants roles.
_BACKTICKS = re.compile(r"(?<![`:\w])`(?P<name>[^`<>\n]+)`(?![`_])")
_DOLLARS = re.compile(r"(?<![\\$`\w])\$(?P<formula>[^$`]+)\$(?P<next>\w?)")
_DEFINED = {
    "Model": "def-model",
    "Chart": "def-model",
    "tangent_functions": "def-tangent-functions",
    "tangent_span": "def-tangent-functions",
    "TangentSpan": "def-tangent-functions",
    "model_rank": "def-model-rank",
    "RankCertificate": "def-model-rank",
    "region_rank": "def-model-rank",
    "rank_by_lemma": "def-model-rank",
    "local_linear_recovery": "def-recovery",
    "LocalLinearRecovery": "def-recovery",
    "stratify": "def-strata",
    "RankHierarchy": "def-strata",
    "Stratum": "def-strata",
    "stratum_of": "def-strata",
    "function_hierarchy": "def-strata",
    "FunctionHierarchy": "def-strata",
    "TargetSet": "def-target-set",
    "target_set": "def-target-set",
    "Branch": "def-target-set",
    "optimistic_sample_size": "def-optimistic",
    "LeastRank": "def-optimistic",
    "CriticalMapping": "def-critical-mapping",
    "MappingEvidence": "def-critical-mapping",
    "invariant_manifolds": "def-invariant",
    "InvariantManifold": "def-invariant",
}


def _role(match: re.Match[str]) -> str:
    formula = " ".join(match["formula"].split())
    return f":math:`{formula}`" + (f"\\ {match['next']}" if match["next"] else "")


def _link(match: re.Match[str]) -> str:
    public = match["name"] in import_module("rankstrat").__all__
    return f":py:obj:`~rankstrat.{match['name']}`" if public else f"``{match['name']}``"


def prepare_docstring(
    app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Dollars and backticks to roles, and a link to the definition of the noun."""
    text = _DOLLARS.sub(_role, _BACKTICKS.sub(_link, "\n".join(lines)))
    label = _DEFINED.get(name.removeprefix("rankstrat."))
    if label:
        text += f"\n\nDefinition: :ref:`{label}`.\n"
    lines[:] = text.split("\n")


NOTEBOOK = "---\nfile_format: mystnb"
GALLERY = "_generated/gallery/"
LINK = (
    '\n\n<p class="download"><a href="{up}notebooks/{stem}.ipynb" download>Download this page as an'
    " executed notebook</a></p>\n"
)


def offer_notebook(app: Any, name: str, source: list[str]) -> None:
    """A link below every page that is a notebook."""
    link = LINK.format(up="../" * name.count("/"), stem=name.rpartition("/")[2])
    if app.builder.format != "html":
        return
    if name.startswith(GALLERY):
        notebook = json.loads(source[0])
        cell = {"cell_type": "markdown", "id": "download", "metadata": {}, "source": link.strip()}
        source[0] = json.dumps({**notebook, "cells": [*notebook["cells"], cell]})
    elif source[0].startswith(NOTEBOOK):
        source[0] += link


def copy_notebooks(app: Any, error: Exception | None) -> None:
    """The notebooks of the pages, as they were executed, beside the pages, with the data that the
    examples read.
    """
    if error is not None or app.builder.format != "html":
        return
    target = Path(app.outdir) / "notebooks"
    target.mkdir(exist_ok=True)
    found = [*(HERE / GALLERY).glob("*.ipynb"), *(HERE.parent / "examples").glob("*.json")]
    for page in HERE.glob("*.md"):
        executed = Path(app.outdir).parent / "jupyter_execute" / f"{page.stem}.ipynb"
        if executed.exists() and page.read_text(encoding="utf-8").startswith(NOTEBOOK):
            found.append(executed)
    for path in found:
        shutil.copy(path, target)


def setup(app: Any) -> None:
    """Write the computed pages before the others are read; all pages are read again when the engine
    has changed.
    """
    app.add_config_value("engine", import_module("generate").source_digest(), "env")
    app.connect("builder-inited", lambda app: import_module("generate").write_all())
    app.connect("autodoc-process-docstring", prepare_docstring, priority=900)
    app.connect("source-read", offer_notebook)
    app.connect("build-finished", copy_notebooks)
