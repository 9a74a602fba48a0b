"""Checks a proof object: graph, tower, lower bound, upper bound, verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Any

from .bounds import lower_bound, upper_bound
from .independence import verify_images
from .question import VERDICTS, Question
from .reading import ANY, Fuel, Refused, Unchecked, parse, printable, read
from .tower import Tower

BUNDLE = "rankstrat-proofs/2"
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

    def __str__(self) -> str:
        """All lines, the conclusion last."""
        error = f", error below {float(self.error):.0e}" if self.verdict == "PROBABLE" else ""
        rank = f"{self.lower} <= rank <= {self.upper}"
        rank = f"rank = {self.lower}" if self.lower == self.upper else rank
        rank = "nothing is shown" if self.fails else rank
        end = "accepted" if self.holds else "NOT accepted"
        lines = [self.title, *(f"  {line}" for line in self.lines)]
        return "\n".join([*lines, f"{end}: {rank} [{self.verdict}{error}]"]).lstrip("\n")


def check(text: str, budget: int = BUDGET) -> list[Finding]:
    """Check a proof object or a bundle of them, each with a budget of elementary steps.

    Raises:
        Refused: the text is neither.
    """
    data, digest = parse(text), sha256(text.encode(errors="replace")).hexdigest()
    if type(data) is not dict:
        raise Refused("the text is no proof object")
    if data.get("format") != BUNDLE:
        return [_found(data, digest, Fuel(budget), Finding())]
    entries = read(data, {"format": BUNDLE, "proofs": [{"title": ANY, "proof": ANY}]}, "bundle")
    return [
        _found(e["proof"], f"{digest}/{i}", Fuel(budget), Finding(printable(e["title"], 200)))
        for i, e in enumerate(entries["proofs"])
    ]


def _found(data: Any, digest: str, fuel: Fuel, found: Finding) -> Finding:
    """Check one proof object; the digest names random choices."""
    try:
        _check(data, digest, fuel, found)
    except Refused as reason:
        lines = [*found.lines, f"FAILS: {reason}"]
        return Finding(found.title, upper=found.upper, fails=True, lines=lines)
    except Unchecked as reason:
        return Finding(found.title, fails=True, lines=[*found.lines, f"not checked: {reason}"])
    return found


def _check(data: Any, digest: str, fuel: Fuel, found: Finding) -> None:
    q = Question(data, fuel)
    claim = q.data["claim"]
    if claim["verdict"] not in VERDICTS:
        raise Refused("claim: no verdict")
    low, high, found.upper = claim["lower"], claim["upper"], len(q.free)
    nodes, outputs = q.graph.given, len(q.outputs)
    found.lines.append(f"graph: {nodes} nodes, {found.upper} parameters, {outputs} outputs")
    if q.zero:
        found.lines.append("convention: where the argument of a kink is 0, the slope is 0")
    tower = Tower(q.graph, q.data["tower"])
    found.lines += verify_images(q, tower)
    try:
        found.lower, text = lower_bound(q, tower)
        found.lines.append(f"lower bound: {text}")
    except Unchecked as reason:
        found.lines.append(f"lower bound not checked: {reason}: OPEN")
    try:
        found.upper, text, found.error = upper_bound(q, tower, digest)
        found.lines.append(f"upper bound: {text}")
    except Unchecked as reason:
        found.lines.append(f"upper bound not checked: {reason}: OPEN")
    found.lines += q.remarks
    if found.lower > found.upper:
        raise Refused(f"the bounds {found.lower} and {found.upper} contradict each other")
    if found.lower == found.upper:
        found.verdict = "PROBABLE" if found.error else "PROVED"
    strength = VERDICTS.index(found.verdict) <= VERDICTS.index(claim["verdict"])
    found.holds = found.lower >= low and found.upper <= high and strength
