"""Proof objects on the command line: written by the engine, judged by the referee."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rankstrat.errors import ParseError
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.proof.writer import bundle, proof_object, proof_text
from rankstrat.referee.proof import Finding, check
from rankstrat.text.parsing import shown

MOST_BALLS = 40
"""The largest minor that is tried in ball arithmetic where the referee knows no generators."""


def refereed(certificate: RankCertificate) -> tuple[dict[str, Any], Finding]:
    """The proof object of a certificate, and what the referee says of it.

    Where generators are of a kind that the referee does not know, a minor in balls is tried; where
    relations are beyond it, or their coefficients have kinks, random points, and then the proof
    object claims no more than a chance.
    """
    proof, found = _judged(proof_object(certificate))
    if found.lower < certificate.lower <= MOST_BALLS:
        other, again = _judged(proof_object(certificate, balls=True))
        if again.lower > found.lower:
            proof, found = other, again
    if found.fails or found.upper > certificate.upper:
        other, again = _judged(proof | {"upper": {"kind": "chance"}})
        if found.fails > again.fails or again.upper < found.upper:
            proof, found = other, again
    bounds = certificate.lower, certificate.upper
    if found.verdict == "PROBABLE" and not found.holds and (found.lower, found.upper) == bounds:
        return _judged(proof | {"claim": proof["claim"] | {"verdict": "PROBABLE"}})
    return proof, found


def _judged(proof: dict[str, Any]) -> tuple[dict[str, Any], Finding]:
    (found,) = check(proof_text(proof))
    return proof, found


def verdict_line(found: Finding) -> str:
    """What the referee says, in one line."""
    if found.holds:
        return f"the referee accepts it [{found.verdict}]"
    reasons = [line for line in found.lines if "not checked" in line or "FAILS" in line]
    return f"the referee shows {found.lower}..{found.upper} only: {'; '.join(reasons)}"


def save_proof(name: str, certificate: RankCertificate) -> None:
    """Write the proof object of one certificate, and say what the referee thinks of it."""
    proof, found = refereed(certificate)
    write(name, proof)
    _tell(f"proof object in {shown(name)}: {verdict_line(found)}")


def save_bundle(name: str, certificates: Iterable[tuple[str, RankCertificate]]) -> None:
    """Write the proof objects of several certificates as a bundle."""
    judged = [(title, *refereed(certificate)) for title, certificate in certificates]
    write(name, bundle((title, proof) for title, proof, _ in judged))
    accepted = sum(found.holds for _, _, found in judged)
    _tell(f"{len(judged)} proof objects in {shown(name)}: the referee accepts {accepted}")
    for title, _, found in judged:
        if not found.holds:
            _tell(f"  {title}: {verdict_line(found)}")


def write(name: str, data: dict[str, Any]) -> None:
    """Write a proof object or a bundle."""
    try:
        Path(name).write_text(proof_text(data), encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ParseError(
            f"--proof {shown(name)} cannot be written ({error}); a writable file is needed"
        ) from error


def _tell(text: str) -> None:
    """A line beside the output proper, which may be JSON."""
    print("".join(c if c.isprintable() else "?" for c in text), file=sys.stderr)


def is_proof(text: str) -> bool:
    """Whether a text claims to be a proof object or a bundle of them."""
    return '"rankstrat-proof' in text[:200]
