"""Upper bounds: counting, relations, chance."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .cells import check_cover
from .chance import Chance
from .independence import Independence
from .polynomials import Expander
from .question import Question
from .reading import Fuel, Refused, Unchecked, distinct
from .residues import Residues
from .tower import ALGEBRA, Tower


class UpperBound:
    """The evidence for the upper bound of a question.

    Attributes:
        error: the chance of an error, if residues were drawn.
        remarks: what was beyond exact expansion.
    """

    def __init__(
        self, question: Question, tower: Tower, independence: Independence, digest: str
    ) -> None:
        self.q, self.tower, self.independence = question, tower, independence
        self.digest, self.error = digest, Fraction(0)
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
        self.independence.check()
        entries = [[q.entry(o, p) for p in q.free] for o in range(len(q.outputs))]
        self.error = Chance(self.tower, self.digest).rank_at_most(entries, claimed)
        return claimed, f"no larger minor at random points (error below {float(self.error):.0e})"

    def _relations(self, data: Any) -> tuple[int, str]:
        graph, relations, pivots, seen = self.q.graph, [], [], set[int]()
        for pivot, pairs in data:
            relation = dict(pairs)
            distinct([p for p, _ in pairs], "upper")
            if not relation.keys() <= set(self.q.free) or pivot in seen or pivot not in relation:
                raise Refused(f"upper: parameter {pivot} does not make its relation independent")
            if any(c >= graph.given or graph.private[c] for c in relation.values()):
                raise Refused("upper: a coefficient contains parameters or inputs, or is no node")
            seen |= relation.keys()
            pivots.append(relation[pivot])
            relations.append(relation)
        self._check_coefficients(sorted({c for r in relations for c in r.values()}), pivots)
        how = self._vanish(relations)
        return len(self.q.free) - len(relations), f"{len(relations)} independent relations, {how}"

    def _check_coefficients(self, coefficients: list[int], pivots: list[int]) -> None:
        """Coefficients are finite, and pivots are not zero: shown by balls or by residues."""
        nodes, balls = self.q.graph.nodes, self.q.balls
        if all(nodes[c][0] == "rat" for c in coefficients):
            if not all(nodes[c][1] for c in pivots):
                raise Refused("upper: the coefficient of a pivot is zero")
            return
        if self.q.bare.kinks(self.q.graph.closure(coefficients)):
            raise Unchecked("a coefficient of a relation contains a kink")
        balls.values.clear()
        balls.point = {
            ("coord", j): Fraction(11 * j + 13, 17 + j) for j in range(self.q.sizes["coordinates"])
        }
        try:
            enclosed = {c: balls.value(c) for c in coefficients}
            if not any(enclosed[c][0] <= 0 <= enclosed[c][1] for c in pivots):
                return
        except Unchecked:
            pass
        self.independence.check()
        residues = Residues(self.tower, (1 << 61) - 1, self.digest)
        if self.q.data["lower"]["kind"] == "minor":
            residues = self.tower.setting(self.q.data["lower"], "lower")
        for c in coefficients:
            if not residues.value(c) and c in pivots:
                raise Refused("upper: the coefficient of a pivot is not shown to differ from zero")

    def _vanish(self, relations: list[dict[int, int]]) -> str:
        """Every relation vanishes identically: exactly, or at random points."""
        q, graph, residuals = self.q, self.q.graph, set[int]()
        for relation in relations:
            for output in range(len(q.outputs)):
                gradient = q.gradient(output)
                terms = [
                    graph.product(c, gradient[p]) for p, c in relation.items() if p in gradient
                ]
                residuals.add(graph.total(*terms))
        left = sorted(residuals - {graph.zero})
        fixed = q.signs[q.region] if q.region is not None else None
        for tower, full in ((q.bare, False), (self.tower, True)):
            expander = Expander(tower, full, Fuel(ALGEBRA))
            expander.signs = fixed
            try:
                left = [k for k in left if not expander.is_zero(k)]
            except Unchecked as reason:
                self.remarks.append(f"relations beyond exact expansion: {reason}")
            if not left:
                return "verified exactly"
        if q.signs and fixed is None and not q.sizes["coordinates"]:
            return self._vanish_on_regions(left)
        self.independence.check()
        self.error = Chance(self.tower, self.digest).vanish(left)
        return f"verified at random points (error below {float(self.error):.0e})"

    def _vanish_on_regions(self, nodes: list[int]) -> str:
        """Nodes vanish on every region, and the places show all regions."""
        check_cover(self.q.bare, self.q.kinks, self.q.signs)
        regions = {tuple(sorted(s.items())): s for s in self.q.signs}
        for signs in regions.values():
            expander = Expander(self.q.bare, False, Fuel(ALGEBRA))
            expander.signs = signs
            if not all(expander.is_zero(k) for k in nodes):
                raise Unchecked("a relation is not shown to hold on every region")
        return f"verified exactly on {len(regions)} regions, which cover the inputs"
