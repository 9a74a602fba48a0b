"""Upper bounds: counting, relations, chance."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .cells import check_cover
from .chance import Chance
from .independence import Independence
from .polynomials import Expander
from .question import ALGEBRA, Question
from .reading import (
    Fuel,
    Refused,
    Unchecked,
    array,
    distinct,
    integer,
    integers,
    record,
)
from .residues import Residues
from .tower import Tower


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
        data, size = self.q.data["upper"], len(self.q.free)
        match data:
            case {"kind": "parameters"}:
                bound, text = size, f"there are {size} parameters"
            case {"kind": "outputs"}:
                if self.q.sizes["inputs"]:
                    raise Refused("upper: outputs bound the rank of models without inputs only")
                bound, text = len(self.q.outputs), f"there are {len(self.q.outputs)} outputs"
            case {"kind": "relations"}:
                bound, text = self._relations(data)
            case {"kind": "chance"}:
                bound, text = self._chance(claimed)
            case _:
                raise Refused("upper: no kind of upper bound")
        if bound > claimed:
            raise Refused(f"upper: the evidence gives {bound}, and {claimed} is claimed")
        return bound, text

    def _relations(self, data: Any) -> tuple[int, str]:
        data = record(data, "upper", ("kind", "relations"))
        relations, pivots, seen = [], [], set[int]()
        for i, entry in enumerate(array(data["relations"], "relations")):
            where = f"relations[{i}]"
            pivot, terms = array(entry, where, 2)
            pairs = [integers(array(t, where, 2), where) for t in array(terms, where)]
            distinct([p for p, _ in pairs], where)
            coefficients = dict(zip([p for p, _ in pairs], [c for _, c in pairs], strict=True))
            pivot = integer(pivot, where)
            if not set(coefficients) <= set(self.q.free):
                raise Refused(f"{where}: a parameter that is not free")
            for c in coefficients.values():
                if c >= self.q.graph.given or self.q.graph.private[c]:
                    raise Refused(f"{where}: a coefficient contains parameters or inputs")
            if pivot in seen or pivot not in coefficients:
                raise Refused(f"{where}: parameter {pivot} does not make it independent")
            seen |= set(coefficients)
            pivots.append(coefficients[pivot])
            relations.append(coefficients)
        self._check_coefficients(sorted({c for r in relations for c in r.values()}), pivots)
        how = self._vanish(relations)
        return len(self.q.free) - len(relations), f"{len(relations)} independent relations, {how}"

    def _check_coefficients(self, coefficients: list[int], pivots: list[int]) -> None:
        """Coefficients are finite, and pivots are not zero: shown by balls or by residues."""
        nodes = self.q.graph.nodes
        if all(nodes[c][0] == "rat" for c in coefficients):
            if not all(nodes[c][1] for c in pivots):
                raise Refused("relations: the coefficient of a pivot is zero")
            return
        if self.q.bare.kinks(self.q.graph.closure(coefficients)):
            raise Unchecked("a coefficient of a relation contains a kink")
        at = [Fraction(11 * j + 13, 17 + j) for j in range(self.q.sizes["coordinates"])]
        try:
            order = self.q.graph.closure(coefficients)
            balls = self.q.balls.evaluate(self.q.graph, order, at, [], set())
            if not any(balls[c][0] <= 0 <= balls[c][1] for c in pivots):
                return
        except Unchecked:
            pass
        self.independence.check()
        residues = Residues(self.tower, (1 << 61) - 1, self.digest, {}, 0)
        if self.q.data["lower"].get("kind") == "minor":
            residues = self.tower.setting(
                self.q.data["lower"], "lower", self.q.data["lower"]["seed"]
            )
        residues.clear()
        residues.evaluate(self.tower.closure(coefficients), "s", self.q.fuel)
        if not all(residues.values[c] for c in pivots):
            raise Refused("relations: the coefficient of a pivot is not shown to differ from zero")

    def _vanish(self, relations: list[dict[int, int]]) -> str:
        """Every relation vanishes identically: exactly, or at random points."""
        places: dict[int, list[tuple[int, int]]] = {}
        for o in range(len(self.q.outputs)):
            for p, node in self.q.gradient(o).items():
                places.setdefault(p, []).append((o, node))
        residuals = set()
        for relation in relations:
            terms: dict[int, list[int]] = {}
            for p, n in relation.items():
                for o, node in places.get(p, ()):
                    terms.setdefault(o, []).append(self.q.graph.product(n, node))
            residuals |= {self.q.graph.total(found) for found in terms.values()}
        left = sorted(residuals - {self.q.graph.zero})
        fixed = self.q.signs[self.q.region] if self.q.region is not None else None
        for tower, full in ((self.q.bare, False), (self.tower, True)):
            fuel = Fuel(ALGEBRA)
            expander = Expander(tower, full, fuel)
            expander.signs = fixed
            try:
                left = [k for k in left if not expander.is_zero(k)]
            except Unchecked as reason:
                self.remarks.append(f"relations beyond exact expansion: {reason}")
            if not left:
                return "verified exactly"
        if self.q.signs and fixed is None and not self.q.sizes["coordinates"]:
            return self._vanish_on_regions(left)
        self.independence.check()
        error = Chance(self.tower, self.digest, self.q.fuel).vanish(left)
        self.error = error
        return f"verified at random points (error below {float(error):.0e})"

    def _vanish_on_regions(self, nodes: list[int]) -> str:
        """Nodes vanish on every region, and the places show all regions."""
        kinks = sorted(self.q.bare.kinks(self.q.graph.closure(self.q.outputs)))
        check_cover(self.q.bare, kinks, self.q.signs, self.q.fuel)
        regions = {tuple(sorted(s.items())): s for s in self.q.signs}
        for signs in regions.values():
            expander = Expander(self.q.bare, False, Fuel(ALGEBRA))
            expander.signs = signs
            if not all(expander.is_zero(k) for k in nodes):
                raise Unchecked("a relation is not shown to hold on every region")
        return f"verified exactly on {len(regions)} regions, which cover the inputs"

    def _chance(self, claimed: int) -> tuple[int, str]:
        self.independence.check()
        entries = [[self.q.entry(o, p) for p in self.q.free] for o in range(len(self.q.outputs))]
        error = Chance(self.tower, self.digest, self.q.fuel).rank_at_most(entries, claimed)
        self.error = error
        return claimed, f"no larger minor at random points (error below {float(error):.0e})"
