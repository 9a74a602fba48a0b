"""The pages that are computed at every build: the theorem catalogue, the gallery and the API
reference.

`docs/conf.py` calls `write_all`. Results that cost time are kept in ``docs/_build/computed`` under
a digest of the package's own source, so a page never shows what an older engine said.
"""

from __future__ import annotations

import gc
import hashlib
import inspect
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import matplotlib as mpl
import sympy
from atlas_pages import write_atlas
from gallery_pages import write_gallery
from house import write_house

import rankstrat
from rankstrat.activation.lookup import activations
from rankstrat.families import FAMILIES
from rankstrat.pictures import plot_orbits
from rankstrat.text.tables import Math, Table
from rankstrat.theorems import THEOREMS
from rankstrat.theorems.report import Report, rows_from_json, run

DOCS = Path(__file__).parent
ROOT = DOCS.parent
PAGES = DOCS / "_generated"
KEPT = DOCS / "_build" / "computed"

READING_ORDER = {
    "Models and points": ("Model", "Chart", "exact"),
    "Tangent functions and rank": (
        "tangent_functions",
        "tangent_span",
        "TangentSpan",
        "model_rank",
        "region_rank",
        "RankCertificate",
        "Verdict",
        "Relation",
        "UpperBound",
    ),
    "The linear-time road": ("rank_by_lemma", "LemmaRank"),
    "The numerical second opinion": (
        "numerical_rank",
        "NumericalRank",
        "rank_report",
        "RankReport",
    ),
    "Strata and hierarchies": (
        "stratify",
        "stratum_of",
        "function_hierarchy",
        "RankHierarchy",
        "Level",
        "Stratum",
        "FunctionHierarchy",
        "nearest_strata",
    ),
    "Symmetries and invariant manifolds": (
        "symmetries",
        "Symmetry",
        "invariant_manifolds",
        "InvariantManifold",
        "invariant_lattice",
        "InvariantLattice",
        "least_invariant",
        "FixedSet",
        "orbit_dimension",
        "conservation_laws",
        "ConservationLaws",
    ),
    "Trained networks": (
        "read",
        "Network",
        "condensation",
        "Condensation",
        "Candidate",
        "plot_condensation",
        "reduce",
        "Reduced",
        "equivalent",
        "Equivalence",
        "Matching",
        "proximate_rank",
        "ProximateRank",
    ),
    "Critical mappings": (
        "CriticalMapping",
        "MappingEvidence",
        "embedding_graph",
        "equivalence_path",
        "EquivalencePath",
    ),
    "Target sets and optimistic sample sizes": (
        "target_set",
        "TargetSet",
        "Branch",
        "optimistic_sample_size",
        "LeastRank",
    ),
    "Learning coefficients": (
        "learning_coefficient",
        "LearningCoefficient",
        "volume_slope",
        "VolumeSlope",
    ),
    "Recovery": (
        "local_linear_recovery",
        "LocalLinearRecovery",
        "sample_closure",
        "SampleClosure",
        "count_recovering_subsets",
        "RecoveryCount",
        "linear_stability",
        "recovery_thresholds",
        "recovery_stability",
        "stability_table",
    ),
    "Critical points": (
        "critical_data",
        "CriticalData",
        "inertia",
        "Inertia",
        "enclose_critical_point",
        "EnclosedCriticalPoint",
        "splitting_line",
        "SplittingLine",
    ),
    "Theorems": (
        "verify",
        "verify_all",
        "Theorem",
        "Report",
        "Computed",
        "conjecture",
        "Conjecture",
    ),
    "Activations": ("Activation", "activations"),
    "The laboratory": (
        "Loss",
        "gradient_flow",
        "gradient_descent",
        "stochastic_descent",
        "adam",
        "Trajectory",
        "limiting_directions",
        "LimitingDirections",
        "diagonal_limit",
        "DiagonalLimit",
        "critical_functions",
        "CriticalAtlas",
        "experiment",
    ),
}
"""Public names by heading; a public name that is missing here is listed at the end of the page."""


def write_all() -> None:
    """Write every generated page below ``docs/_generated``; pages of things that are gone are
    removed.
    """
    shutil.rmtree(PAGES, ignore_errors=True)
    for folder in (PAGES / "theorems", PAGES / "gallery", KEPT):
        folder.mkdir(parents=True, exist_ok=True)
    digest = source_digest()
    write_theorems(digest)
    write_gallery(PAGES, KEPT, digest)
    write_api()
    write_atlas(PAGES)
    write_house(PAGES / "house.svg")
    write_front(PAGES / "front.svg")
    for old in KEPT.iterdir():
        if digest not in old.name:
            shutil.rmtree(old) if old.is_dir() else old.unlink()


def write_front(path: Path) -> None:
    """The picture of the first page: the rank strata of the network with two neurons and two
    inputs.
    """
    mpl.use("agg")
    axes = plot_orbits(rankstrat.stratify(rankstrat.families.two_layer(width=2, inputs=2)))
    axes.set_title("")
    axes.figure.set_size_inches(9, 6)
    axes.figure.savefig(path, metadata={"Date": None})


def source_digest() -> str:
    """A short digest of every source file of the package."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "rankstrat").rglob("*.py")):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def write_theorems(digest: str) -> None:
    """One page for each theorem, and the table of all of them."""
    lines = []
    # the threshold of this process, for theirs too
    start = get_context("spawn"), gc.set_threshold, gc.get_threshold()
    workers = ProcessPoolExecutor(os.cpu_count(), *start)
    with workers as pool:  # half of the time of a build
        computed = list(pool.map(compute_report, THEOREMS, repeat(digest)))
    for (name, theorem), text in zip(THEOREMS.items(), computed, strict=True):
        report = run(theorem, done=rows_from_json(text, theorem, 0))
        if not report.ok:
            raise RuntimeError(f"a theorem does not hold in its cases:\n{report}")
        (PAGES / "theorems" / f"{name}.md").write_text(theorem_page(report), encoding="utf-8")
        known = ", ".join(f"{count} {verdict}" for verdict, count in report.counts.items() if count)
        formula = f"${theorem.formula.latex}$".replace("|", r"\vert ")
        lines.append(
            f"| [{theorem.title}](_generated/theorems/{name}.md) | {formula} | {theorem.source} |"
            f" {known} |"
        )
    head = "| theorem | closed form | source | cases |\n|---|---|---|---|\n"
    (PAGES / "theorems.inc").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


def compute_report(name: str, digest: str) -> str:
    """The report of the default cases as JSON, from the kept rows as far as there are any."""
    kept = KEPT / f"{name}-{digest}.json"
    done = (
        rows_from_json(kept.read_text(encoding="utf-8"), THEOREMS[name], 0) if kept.exists() else ()
    )
    report = run(THEOREMS[name], done=done)
    text = report.to_json()
    kept.write_text(text, encoding="utf-8")
    if not report.complete:
        raise KeyboardInterrupt
    return text


def theorem_page(report: Report) -> str:
    """Statement, source, assumptions and the table of one theorem."""
    theorem = report.theorem
    keys = f" {{cite:p}}`{','.join(theorem.keys)}`" if theorem.keys else ""
    table = replace(report.table(), title="", caption="")
    parts = [
        f"# {theorem.title}",
        theorem.statement,
        f"Source: {theorem.source}.{keys}",
        "Assumptions:",
        "\n".join(f"- {clause}" for clause in theorem.assumptions),
        "## Cases",
        (
            f"Predicted by the closed form; computed ({theorem.quantity}) by the engine when this"
            " page was built."
        ),
        table.markdown(),
        (
            f"{report.summary} The same table: `rankstrat verify {theorem.name}`, or"
            f' `rs.verify("{theorem.name}")`.'
        ),
    ]
    row = report.counterexample
    if row is not None:
        parts.append(
            "Smallest counterexample:"
            f" {json.dumps(dict(row.case))}.\n\n```text\n{row.statement}\n```"
        )
    if not theorem.assumptions:
        del parts[3:5]
    return "\n\n".join(parts) + "\n"


def write_api() -> None:
    """The reference of every public name, grouped in reading order."""
    parts = []
    for heading, names in grouped():
        entries = "\n".join(_entry(name) for name in names)
        parts.append(f"## {heading}\n\n```{{eval-rst}}\n{entries}```\n")
    (PAGES / "api.inc").write_text("\n".join(parts), encoding="utf-8")
    makers = "\n".join(f".. autofunction:: rankstrat.families.{name}\n" for name in FAMILIES)
    (PAGES / "families.inc").write_text(f"```{{eval-rst}}\n{makers}```\n", encoding="utf-8")
    records = [
        (
            sigma.name,
            Math(str(sigma.formula), _latex(sigma.formula)),
            sigma.parity,
            _lemma(sigma.lemma),
        )
        for sigma in activations.values()
    ]
    table = Table(
        ("name", Math("sigma(z)", r"\sigma(z)"), "parity", "independence lemma"), tuple(records)
    )
    (PAGES / "activations.inc").write_text(table.markdown() + "\n", encoding="utf-8")


def grouped() -> Iterator[tuple[str, list[str]]]:
    """Headings with the public names there are; the rest last."""
    public = list(rankstrat.__all__)
    listed = {name for names in READING_ORDER.values() for name in names}
    for heading, names in READING_ORDER.items():
        present = [name for name in names if name in public]
        if present:
            yield heading, present
    rest = [
        name
        for name in public
        if name not in listed
        and not name.startswith("_")
        and not inspect.ismodule(getattr(rankstrat, name))
    ]
    if rest:
        yield "More", rest


def _entry(name: str) -> str:
    thing = getattr(rankstrat, name)
    if inspect.isclass(thing):
        return f".. autoclass:: rankstrat.{name}\n   :members:\n"
    if inspect.isfunction(thing):
        return f".. autofunction:: rankstrat.{name}\n"
    summary = (inspect.getdoc(thing) or "").partition("\n\n")[0].replace("\n", " ")
    return f".. py:data:: rankstrat.{name}\n\n   {summary}\n"


def _latex(formula: sympy.Expr) -> str:
    """A formula in LaTeX, on one line of a table."""
    return str(sympy.latex(formula))


def _lemma(lemma: object) -> str:
    """A word about the independence lemma of an activation."""
    return (
        ""
        if lemma is None
        else "also with biases"
        if getattr(lemma, "with_bias", False)
        else "without biases"
    )
