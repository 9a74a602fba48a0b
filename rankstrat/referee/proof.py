"""Checks a proof object: graph, tower, lower bound, upper bound, verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Any

from .images import Images
from .independence import Independence
from .lower import LowerBound
from .question import ALGEBRA, Question
from .reading import Fuel, Refused, Unchecked, array, integer, parse, printable, record
from .tower import Tower
from .upper import UpperBound

BUNDLE = "rankstrat-proofs/2"
VERDICTS = ("PROVED", "PROBABLE", "OPEN")
BUDGET = 60_000_000


@dataclass
class Finding:
    """What the referee found of one proof object.

    If it `fails`, a line is false or the question itself is not checked, and nothing is shown.
    """

    title: str = ""
    lower: int = 0
    upper: int = 0
    verdict: str = "OPEN"
    error: Fraction = Fraction(0)
    holds: bool = False
    fails: bool = False
    lines: list[str] = field(default_factory=list)


def check(text: str, budget: int = BUDGET) -> list[Finding]:
    """Check a proof object or a bundle of them.

    Args:
        text: JSON.
        budget: elementary steps for each proof object.

    Raises:
        Refused: the text is neither.
    """
    data = parse(text)
    digest = sha256(text.encode(errors="replace")).hexdigest()
    if type(data) is not dict:
        raise Refused("the text is no proof object")
    if data.get("format") != BUNDLE:
        return [check_one(data, digest, budget)]
    bundle = record(data, "bundle", ("format", "proofs"))
    findings = []
    for i, entry in enumerate(array(bundle["proofs"], "proofs")):
        entry = record(entry, f"proofs[{i}]", ("title", "proof"))
        found = check_one(entry["proof"], f"{digest}/{i}", budget)
        found.title = printable(entry["title"], 200)
        findings.append(found)
    return findings


def check_one(data: Any, digest: str, budget: int) -> Finding:
    """Check one proof object; the digest names random choices."""
    found = Finding()
    try:
        _check(data, digest, Fuel(budget), found)
    except Refused as reason:
        found.lines.append(f"FAILS: {reason}")
        found.holds, found.fails, found.verdict, found.lower = False, True, "OPEN", 0
    except Unchecked as reason:
        found.lines.append(f"not checked: {reason}")
        found.fails = True
    return found


def _check(data: Any, digest: str, fuel: Fuel, found: Finding) -> None:
    question = Question(data, fuel)
    claim = record(data["claim"], "claim", ("lower", "upper", "verdict"))
    low, high = integer(claim["lower"], "claim.lower"), integer(claim["upper"], "claim.upper")
    if claim["verdict"] not in VERDICTS:
        raise Refused("claim: no verdict")
    graph, size, outputs = question.graph, len(question.free), question.outputs
    found.upper = size
    found.lines.append(f"graph: {graph.given} nodes, {size} parameters, {len(outputs)} outputs")
    if question.zero:
        found.lines.append(
            "convention: where the argument of a kink vanishes identically, the slope is 0"
        )
    tower = Tower(graph, data["tower"], outputs, fuel, Fuel(ALGEBRA))
    found.lines += [f"image not checked: {line}" for line in Images(tower).check()]
    independence = Independence(tower, question.signs[0] if question.signs else None)
    try:
        found.lower, text = LowerBound(question, tower, independence).check(low)
        found.lines.append(f"lower bound: {text}")
    except Unchecked as reason:
        found.lines.append(f"lower bound not checked: {reason}: OPEN")
    upper = UpperBound(question, tower, independence, digest)
    try:
        found.upper, text = upper.check(high)
        found.lines.append(f"upper bound: {text}")
        found.error = upper.error
    except Unchecked as reason:
        found.lines.append(f"upper bound not checked: {reason}: OPEN")
    found.lines += upper.remarks
    if found.lower > found.upper:
        raise Refused(f"the bounds {found.lower} and {found.upper} contradict each other")
    if found.lower == found.upper:
        found.verdict = "PROBABLE" if found.error else "PROVED"
    strength = VERDICTS.index(found.verdict) <= VERDICTS.index(claim["verdict"])
    found.holds = found.lower >= low and found.upper <= high and strength
