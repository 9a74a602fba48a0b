"""Upper bounds: counting, relations, chance."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .cells import check_cover
from .chance import Chance
from .polynomials import Expander
from .question import ALGEBRA, Question
from .reading import Refused, Unchecked, distinct
from .residues import Residues, rank, setting
from .tower import Tower


class UpperBound:
    """The evidence for the upper bound of a question.

    Attributes:
        error: the chance of an error, if residues were drawn.
        remarks: what was beyond exact expansion.
    """

    def __init__(self, question: Question, tower: Tower, digest: str) -> None:
        self.q, self.tower, self.digest = question, tower, digest
        self.error = Fraction(0)
        self.remarks: list[str] = []

    def check(self, claimed: int) -> tuple[int, str]:
        """The bound that is shown, and how."""
        data, q = self.q.data["upper"], self.q
        match data["kind"]:
            case "parameters":
                return len(q.free), f"there are {len(q.free)} parameters"
            case "outputs":
                if q.sizes["inputs"]:
                    raise Refused("upper: outputs bound the rank of models without inputs only")
                return len(q.outputs), f"there are {len(q.outputs)} outputs"
            case "relations":
                return self._relations(data["relations"])
        q.fuel.burn(len(q.outputs) * len(q.free))
        entries = [[q.entry(o, p) for p in q.free] for o in range(len(q.outputs))]
        self.error = Chance(self.tower, self.digest).rank_at_most(entries, claimed)
        return claimed, f"no larger minor at random points (error below {float(self.error):.0e})"

    def _relations(self, data: Any) -> tuple[int, str]:
        q, graph, free = self.q, self.q.graph, set(self.q.free)
        relations = [dict(pairs) for _, pairs in data]
        for (pivot, pairs), relation in zip(data, relations, strict=True):
            distinct([p for p, _ in pairs], "upper")
            if pivot not in relation or not relation.keys() <= free:
                raise Refused(f"upper: the relation of {pivot} is not one of free parameters")
            if any(c >= graph.given or graph.private[c] for c in relation.values()):
                raise Refused("upper: a coefficient contains parameters or inputs, or is no node")
        if q.bare.kinks(graph.closure(c for relation in relations for c in relation.values())):
            raise Unchecked("a coefficient of a relation contains a kink")
        residues = Residues(self.tower, (1 << 61) - 1, self.digest)
        if q.data["lower"]["kind"] == "minor":
            residues = setting(self.tower, q.data["lower"], "lower")
        q.fuel.burn(len(data) * len(free))
        rows = ([residues.value(r.get(p, graph.zero)) for p in q.free] for r in relations)
        count = rank(rows, residues.prime, q.fuel)
        how = self._vanish(self._residuals(data))
        return len(free) - count, f"{count} independent relations, {how}"

    def _residuals(self, data: Any) -> list[int]:
        """Nodes that vanish if the relations hold."""
        q, graph, found = self.q, self.q.graph, set[int]()
        for _, pairs in data:
            for output in range(len(q.outputs)):
                q.fuel.burn(8 + len(pairs))
                gradient = q.gradient(output)
                terms = [graph.product(c, gradient[p]) for p, c in pairs if p in gradient]
                found.add(graph.total(*terms))
        return sorted(found - {graph.zero})

    def _vanish(self, left: list[int]) -> str:
        """Nodes vanish identically: exactly, or at random points."""
        q = self.q
        fixed = q.signs[q.region] if q.region is not None else None
        for tower in (q.bare, self.tower):
            expander = Expander(tower, q.fuel.part(ALGEBRA))
            expander.signs = fixed
            try:
                left = [k for k in left if not expander.is_zero(k)]
            except Unchecked as reason:
                self.remarks.append(f"relations beyond exact expansion: {reason}")
            if not left:
                return "verified exactly"
        if q.signs and fixed is None and not q.sizes["coordinates"]:
            return self._vanish_on_regions(left)
        self.error = Chance(self.tower, self.digest).vanish(left)
        return f"verified at random points (error below {float(self.error):.0e})"

    def _vanish_on_regions(self, nodes: list[int]) -> str:
        """Nodes vanish on every region, and the places show all regions."""
        check_cover(self.q.bare, self.q.kinks, self.q.signs)
        regions = {tuple(sorted(s.items())): s for s in self.q.signs}
        for signs in regions.values():
            expander = Expander(self.q.bare, self.q.fuel.part(ALGEBRA))
            expander.signs = signs
            if not all(expander.is_zero(k) for k in nodes):
                raise Unchecked("a relation is not shown to hold on every region")
        return f"verified exactly on {len(regions)} regions, which cover the inputs"
