"""Where a proof stands that is in no paper: the sections of docs/proofs.md."""

from __future__ import annotations

SECTIONS = frozenset(
    {
        "attention",
        "branches",
        "conservation-laws",
        "counting",
        "critical-mappings",
        "critical-points",
        "deep-networks",
        "diagonal",
        "exponential-sums",
        "exponentials",
        "independence",
        "independence-with-biases",
        "inertia",
        "invariant-manifolds",
        "levels",
        "lifting",
        "neurovarieties",
        "paths",
        "products",
        "proximate-rank",
        "quadratic",
        "rays",
        "samples",
        "splitting-line",
        "stability",
        "tied-weights",
    }
)
"""Anchors of docs/proofs.md."""


def proved(section: str) -> str:
    """The words for a proof that is written out in the documentation.

    Raises:
        LookupError: no such section.

    Example:
        >>> proved("rays")
        'docs/proofs.md#rays'
    """
    if section not in SECTIONS:
        raise LookupError(f"docs/proofs.md has no section {section!r}; write the proof there")
    return f"docs/proofs.md#{section}"


__all__ = ["SECTIONS", "proved"]
