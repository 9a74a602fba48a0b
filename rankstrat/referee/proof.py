"""Checks a proof object: graph, tower, lower bound, upper bound, verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import DecimalException
from fractions import Fraction
from hashlib import sha256
from typing import Any

from .evidence import lower_bound, upper_bound, verify_images
from .question import VERDICTS, Question
from .reading import ANY, Fuel, Refused, Unchecked, parse, printable, read

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
        end = f"{'' if self.holds else 'NOT '}accepted: {rank} [{self.verdict}{error}]"
        return "\n".join([self.title, *(f"  {line}" for line in self.lines), end]).lstrip("\n")


def check(text: str, budget: int = BUDGET) -> list[Finding]:
    """Check a proof object or a bundle of them, each with a budget of elementary steps.

    Raises:
        Refused: the text is neither.
    """
    data, digest = parse(text), sha256(text.encode(errors="replace")).hexdigest()
    if type(data) is not dict:
        raise Refused("the text is no proof object")
    pairs = [("", data)]
    if data.get("format") == BUNDLE:
        data = read(data, {"format": BUNDLE, "proofs": [{"title": ANY, "proof": ANY}]}, "bundle")
        pairs = [(f'"{printable(e["title"], 200)}"', e["proof"]) for e in data["proofs"]]
    if not pairs:
        raise Refused("the bundle is empty")
    return [_found(p, f"{digest}/{i}", Fuel(budget), t) for i, (t, p) in enumerate(pairs)]


def _found(data: Any, digest: str, fuel: Fuel, title: str) -> Finding:
    """Check one proof object; the digest names random choices."""
    found = Finding(title)
    try:
        _check(data, digest, fuel, found)
    except (Refused, ValueError, Unchecked, DecimalException) as reason:
        what = "FAILS" if isinstance(reason, Refused | ValueError) else "not checked"
        lines = [*found.lines, f"{what}: {reason}"]
        return Finding(title, upper=found.upper, fails=True, lines=lines)
    return found


def _check(data: Any, digest: str, fuel: Fuel, found: Finding) -> None:
    q = Question(data, fuel)
    claim, found.upper, nodes = q.data["claim"], len(q.free), len(q.graph.index)
    found.lines.append(f"graph: {nodes} nodes, {found.upper} parameters, {len(q.outputs)} outputs")
    if q.zero:
        found.lines.append("convention: where the argument of a kink is 0, the slope is 0")
    q.read_tower()
    found.lines += verify_images(q)
    try:
        found.lower, text = lower_bound(q)
        found.lines.append(f"lower bound: {text}")
    except (Unchecked, DecimalException) as reason:
        found.lines.append(f"lower bound not checked: {reason}: OPEN")
    try:
        found.upper, text, found.error = upper_bound(q, digest)
        found.lines.append(f"upper bound: {text}")
    except (Unchecked, DecimalException) as reason:
        found.lines.append(f"upper bound not checked: {reason}: OPEN")
    if found.lower > found.upper:
        raise Refused(f"the bounds {found.lower} and {found.upper} contradict each other")
    if found.lower == found.upper:
        found.verdict = "PROBABLE" if found.error else "PROVED"
    strength = VERDICTS.index(found.verdict) <= VERDICTS.index(claim["verdict"])
    found.holds = found.lower >= claim["lower"] and found.upper <= claim["upper"] and strength
