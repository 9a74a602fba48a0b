"""Checks a proof object: graph, tower, lower bound, upper bound, verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Any

from .balls import Balls
from .cells import check_cover
from .chance import Chance
from .graph import Graph
from .polynomials import Expander
from .reading import (
    SMALL,
    Fuel,
    Refused,
    Unchecked,
    array,
    big,
    distinct,
    integer,
    integers,
    parse,
    printable,
    record,
)
from .residues import Residues, rank
from .tower import Tower

FORMAT = "rankstrat-proof/2"
BUNDLE = "rankstrat-proofs/2"
PARITIES = ("", "0", "odd", "odd0", "even", "even0")
KEYS = ("format", "names", "sizes", "functions", "graph", "outputs", "free", "region",
        "places", "tower", "lower", "upper", "claim")  # fmt: skip
VERDICTS = ("PROVED", "PROBABLE", "OPEN")
BUDGET = 60_000_000
ALGEBRA = 1_500_000


@dataclass
class Finding:
    """What the referee found of one proof object."""

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
    if type(data) is not dict:
        raise Refused("the text is no proof object")
    if data.get("format") != BUNDLE:
        return [check_one(data, text, budget)]
    bundle = record(data, "bundle", ("format", "proofs"))
    findings = []
    for i, entry in enumerate(array(bundle["proofs"], "proofs")):
        entry = record(entry, f"proofs[{i}]", ("title", "proof"))
        found = check_one(entry["proof"], f"{i} {text}", budget)
        found.title = printable(entry["title"], 200)
        findings.append(found)
    return findings


def check_one(data: Any, text: str, budget: int) -> Finding:
    """Check one proof object."""
    found = Finding()
    try:
        Referee(data, text, budget, found).check()
    except Refused as reason:
        found.lines.append(f"FAILS: {reason}")
        found.holds, found.fails, found.verdict, found.lower = False, True, "OPEN", 0
    except Unchecked as reason:
        found.lines.append(f"not checked: {reason}")
    return found


class Referee:
    """One proof object, read; `check` goes through it line by line."""

    def __init__(self, data: Any, text: str, budget: int, found: Finding) -> None:
        self.found, self.fuel = found, Fuel(budget)
        self.digest = sha256(text.encode(errors="replace")).hexdigest()
        self.data = data = record(data, "proof", KEYS)
        if data["format"] != FORMAT:
            raise Refused(f"the format is not {FORMAT}")
        sizes = record(data["sizes"], "sizes", ("parameters", "inputs", "coordinates"))
        self.sizes = {k: integer(v, f"sizes.{k}", 0, 10**6) for k, v in sizes.items()}
        functions = array(data["functions"], "functions")
        if not set(map(str, functions)) <= set(PARITIES):
            raise Refused(f"functions: a parity is one of {PARITIES}")
        self.graph = Graph(data["graph"], self.sizes, [str(f) for f in functions])
        last = self.graph.given - 1
        self.outputs = integers(data["outputs"], "outputs", 0, last)
        self.free = self._free()
        self.gradients: dict[int, dict[int, int]] = {}
        self.signs: list[dict[int, int]] = []
        self.zero: set[int] = set()

    def _free(self) -> list[int]:
        if self.data["free"] is None:
            return list(range(self.sizes["parameters"]))
        free = integers(self.data["free"], "free", 0, self.sizes["parameters"] - 1)
        distinct(free, "free")
        return free

    def check(self) -> None:
        """Fill in the finding."""
        found, data = self.found, self.data
        claim = record(data["claim"], "claim", ("lower", "upper", "verdict"))
        low, high = integer(claim["lower"], "claim.lower"), integer(claim["upper"], "claim.upper")
        if claim["verdict"] not in VERDICTS:
            raise Refused("claim: no verdict")
        found.upper = len(self.free)
        self._check_companions()
        self.places = self._places()
        self.region = data["region"]
        if self.region is not None:
            integer(self.region, "region", 0, len(self.signs) - 1)
        found.lines.append(f"graph: {self.graph.given} nodes, {len(self.free)} parameters,"
                           f" {len(self.outputs)} outputs")  # fmt: skip
        self.tower = Tower(self.graph, data["tower"], self.outputs, self.fuel, Fuel(ALGEBRA))
        for line in self.tower.check_images():
            found.lines.append(f"image not checked: {line}")
        self._step("lower bound", lambda: self._lower(low))
        self._step("upper bound", lambda: self._upper(high))
        if found.lower > found.upper:
            raise Refused(f"the bounds {found.lower} and {found.upper} contradict each other")
        if found.lower == found.upper:
            found.verdict = "PROBABLE" if found.error else "PROVED"
        strength = VERDICTS.index(found.verdict) <= VERDICTS.index(claim["verdict"])
        found.holds = found.lower >= low and found.upper <= high and strength

    def _step(self, name: str, action: Callable[[], str]) -> None:
        try:
            self.found.lines.append(f"{name}: {action()}")
        except Unchecked as reason:
            self.found.lines.append(f"{name} not checked: {reason}: OPEN")

    def _check_companions(self) -> None:
        """The companion of erf(a) is exp(-a^2)."""
        empty = {"generators": [], "images": [], "decisions": [None, None, None]}
        self.bare = Tower(self.graph, empty, self.outputs, self.fuel, Fuel(ALGEBRA))
        self.atoms = Expander(self.bare, False, self.bare.algebra)
        for k in range(self.graph.given):
            node = self.graph.nodes[k]
            if node[0] == "erf":
                inner = self.graph.nodes[node[2]][1]
                a = self.atoms.quotient(node[1])
                total = [self.atoms.quotient(inner), self.atoms.times(a, a)]
                if self.atoms.plus(total)[0]:
                    raise Refused(f"graph[{k}]: the companion is not exp(-a^2)")

    def _fractions(self, value: Any, where: str, length: int) -> list[Fraction]:
        pairs = [array(v, where, 2) for v in array(value, where, length)]
        for p, q in pairs:
            if big(p, where) is None or big(q, where) < 1:
                raise Refused(f"{where}: the denominator is not positive")
        return [Fraction(p, q) for p, q in pairs]

    def _places(self) -> list[tuple[list[Fraction], list[Fraction]]]:
        """Rational points; the signs of all kinks there, decided by balls."""
        data = record(self.data["places"], "places", ("at", "inputs", "bits"))
        bits = integer(data["bits"], "places.bits", 32, 5000)
        at = (
            self._fractions(data["at"], "places.at", self.sizes["coordinates"])
            if data["inputs"]
            else []
        )
        points = [self._fractions(x, "places.inputs", self.sizes["inputs"])
                  for x in array(data["inputs"], "places.inputs")]  # fmt: skip
        self.balls = Balls(bits, self.fuel)
        order = self.graph.closure(self.outputs)
        kinks = sorted(self.bare.kinks(order))
        self.zero = {a for a in kinks if self.atoms.is_zero(a)}
        if self.zero:
            self.found.lines.append(
                "convention: where the argument of a kink vanishes identically, the slope is 0"
            )
        for x in points:
            values = self.balls.evaluate(self.graph, self.graph.closure(kinks), at, x, self.zero)
            self.signs.append({a: self.balls.sign(values[a], a in self.zero) for a in kinks})
        return [(at, x) for x in points]

    def _gradient(self, output: int) -> dict[int, int]:
        if output not in self.gradients:
            self.gradients[output] = self.graph.gradient(self.outputs[output])
        return self.gradients[output]

    def _entry(self, output: int, parameter: int) -> int:
        return self._gradient(output).get(parameter, self.graph.zero)

    def _columns(self, data: Any) -> list[int]:
        columns = integers(data["columns"], "lower.columns", 0, self.sizes["parameters"] - 1)
        distinct(columns, "lower.columns")
        if not set(columns) <= set(self.free):
            raise Refused("lower.columns: a parameter that is not free")
        return columns

    def _lower(self, claimed: int) -> str:
        data = self.data["lower"]
        match data:
            case {"kind": "none"}:
                return "every rank is at least 0"
            case {"kind": "minor"}:
                size, text = self._minor(data)
            case {"kind": "balls"}:
                size, text = self._ball_minor(data)
            case _:
                raise Refused("lower: no kind of lower bound")
        self.found.lower = size
        if size < claimed:
            raise Refused(f"lower: the minor has size {size}, and {claimed} is claimed")
        return text

    def _minor(self, data: Any) -> tuple[int, str]:
        keys = ("kind", "prime", "seed", "iota", "roots", "rows", "columns")
        data = record(data, "lower", keys)
        rows = [integers(array(row, "lower.rows", 3), "lower.rows", -1)
                for row in array(data["rows"], "lower.rows")]  # fmt: skip
        columns = self._columns(data)
        kinks = self.bare.kinks(self.graph.closure(self.outputs))
        inside = self.bare.kinks(self.graph.closure(a for a in self.tower.arguments if a >= 0))
        for s, o, r in rows:
            if s < 0 or not 0 <= o < len(self.outputs) or not -1 <= r < len(self.signs):
                raise Refused("lower.rows: no sample, output or place of this number")
            if kinks and (
                r < 0 or (inside and r) or (self.region is not None and r != self.region)
            ):
                raise Unchecked("kinks need a place, and one place if generators contain them")
        self.tower.check_independence(self.signs[0] if self.signs else None)
        residues = self.tower.setting(data, "lower", data["seed"])
        entries = {(o, c): self._entry(o, c) for _, o, _ in rows for c in columns}
        order = self.tower.closure(entries.values())
        low = [k for k in order if self.graph.layers[k] < 2]
        high = [k for k in order if self.graph.layers[k] == 2]
        residues.clear()

        def matrix() -> Iterator[list[int]]:
            current: tuple[int, int] | None = None
            for s, o, r in rows:
                if current != (s, r):
                    residues.signs = self.signs[r] if r >= 0 else None
                    if current is None:
                        residues.evaluate(low, "s", self.fuel)
                    residues.evaluate(high, f"s{s}", self.fuel)
                current = s, r
                yield [residues.values[entries[o, c]] for c in columns]

        if rank(matrix(), residues.prime, self.fuel, len(columns)) < len(columns):
            raise Refused(f"lower: no minor of size {len(columns)} modulo {residues.prime}")
        kinds = ", ".join(sorted(set(self.tower.kinds))) or "variables only"
        return len(columns), (
            f"a minor of size {len(columns)} is not zero modulo {residues.prime};"
            f" {len(self.tower.generators)} independent generators ({kinds})"
        )

    def _ball_minor(self, data: Any) -> tuple[int, str]:
        data = record(data, "lower", ("kind", "rows", "columns"))
        columns = self._columns(data)
        count = len(self.outputs)
        matrix = []
        for row in array(data["rows"], "lower.rows", len(columns)):
            place, mix = array(row, "lower.rows", 2)
            mix = integers(array(mix, "lower.rows", count), "lower.rows", -SMALL)
            integer(place, "lower.rows", 0, len(self.places) - 1)
            if self.region is not None and self.signs[place] != self.signs[self.region]:
                raise Refused("lower.rows: a place in another region")
            entries = [self._entry(o, c) for c in columns for o in range(count)]
            order, (at, x) = self.graph.closure(entries), self.places[place]
            v = self.balls.evaluate(self.graph, order, at, x, self.zero)
            scaled = [
                self.balls.scale(v[e], n) for e, n in zip(entries, mix * len(columns), strict=True)
            ]
            matrix.append([self.balls.add(*scaled[j * count : (j + 1) * count])
                           for j in range(len(columns))])  # fmt: skip
        if not self.balls.is_regular(matrix):
            raise Refused("lower: balls do not exclude zero from the minor")
        return len(columns), f"a minor of size {len(columns)} is enclosed away from zero by balls"

    def _upper(self, claimed: int) -> str:
        data, size = self.data["upper"], len(self.free)
        match data:
            case {"kind": "parameters"}:
                bound, text = size, f"there are {size} parameters"
            case {"kind": "outputs"}:
                if self.sizes["inputs"]:
                    raise Refused("upper: outputs bound the rank of models without inputs only")
                bound, text = len(self.outputs), f"there are {len(self.outputs)} outputs"
            case {"kind": "relations"}:
                bound, text = self._relations(data)
            case {"kind": "chance"}:
                bound, text = self._chance(claimed)
            case _:
                raise Refused("upper: no kind of upper bound")
        self.found.upper = bound
        if bound > claimed:
            raise Refused(f"upper: the evidence gives {bound}, and {claimed} is claimed")
        return text

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
            if not set(coefficients) <= set(self.free):
                raise Refused(f"{where}: a parameter that is not free")
            for c in coefficients.values():
                if c >= self.graph.given or self.graph.private[c]:
                    raise Refused(f"{where}: a coefficient contains parameters or inputs")
            if pivot in seen or pivot not in coefficients:
                raise Refused(f"{where}: parameter {pivot} does not make it independent")
            seen |= set(coefficients)
            pivots.append(coefficients[pivot])
            relations.append(coefficients)
        self._check_coefficients(sorted({c for r in relations for c in r.values()}), pivots)
        how = self._vanish(relations)
        return len(self.free) - len(relations), f"{len(relations)} independent relations, {how}"

    def _check_coefficients(self, coefficients: list[int], pivots: list[int]) -> None:
        """Coefficients are finite, and pivots are not zero: shown by balls or by residues."""
        nodes = self.graph.nodes
        if all(nodes[c][0] == "rat" for c in coefficients):
            if not all(nodes[c][1] for c in pivots):
                raise Refused("relations: the coefficient of a pivot is zero")
            return
        at = [Fraction(11 * j + 13, 17 + j) for j in range(self.sizes["coordinates"])]
        try:
            order = self.graph.closure(coefficients)
            balls = self.balls.evaluate(self.graph, order, at, [], set())
            if not any(balls[c][0] <= 0 <= balls[c][1] for c in pivots):
                return
        except Unchecked:
            pass
        self.tower.check_independence(self.signs[0] if self.signs else None)
        residues = Residues(self.tower, (1 << 61) - 1, self.digest, {}, 0)
        if self.data["lower"].get("kind") == "minor":
            residues = self.tower.setting(self.data["lower"], "lower", self.data["lower"]["seed"])
        residues.clear()
        residues.evaluate(self.tower.closure(coefficients), "s", self.fuel)
        if not all(residues.values[c] for c in pivots):
            raise Refused("relations: the coefficient of a pivot is not shown to differ from zero")

    def _vanish(self, relations: list[dict[int, int]]) -> str:
        """Every relation vanishes identically: exactly, or at random points."""
        places: dict[int, list[tuple[int, int]]] = {}
        for o in range(len(self.outputs)):
            for p, node in self._gradient(o).items():
                places.setdefault(p, []).append((o, node))
        residuals = set()
        for relation in relations:
            terms: dict[int, list[int]] = {}
            for p, n in relation.items():
                for o, node in places.get(p, ()):
                    terms.setdefault(o, []).append(self.graph.product(n, node))
            residuals |= {self.graph.total(found) for found in terms.values()}
        left = sorted(residuals - {self.graph.zero})
        fixed = self.signs[self.region] if self.region is not None else None
        for tower, full in ((self.bare, False), (self.tower, True)):
            fuel = Fuel(ALGEBRA)
            expander = Expander(tower, full, fuel)
            expander.signs = fixed
            try:
                left = [k for k in left if not expander.is_zero(k)]
            except Unchecked as reason:
                self.found.lines.append(f"relations beyond exact expansion: {reason}")
            if not left:
                return "verified exactly"
        if self.signs and fixed is None and not self.sizes["coordinates"]:
            return self._vanish_on_regions(left)
        self.tower.check_independence(self.signs[0] if self.signs else None)
        error = Chance(self.tower, self.digest, self.fuel).vanish(left)
        self.found.error = error
        return f"verified at random points (error below {float(error):.0e})"

    def _vanish_on_regions(self, nodes: list[int]) -> str:
        """Nodes vanish on every region, and the places show all regions."""
        kinks = sorted(self.bare.kinks(self.graph.closure(self.outputs)))
        check_cover(self.bare, kinks, self.signs, self.fuel)
        regions = {tuple(sorted(s.items())): s for s in self.signs}
        for signs in regions.values():
            expander = Expander(self.bare, False, Fuel(ALGEBRA))
            expander.signs = signs
            if not all(expander.is_zero(k) for k in nodes):
                raise Unchecked("a relation is not shown to hold on every region")
        return f"verified exactly on {len(regions)} regions, which cover the inputs"

    def _chance(self, claimed: int) -> tuple[int, str]:
        self.tower.check_independence(self.signs[0] if self.signs else None)
        entries = [[self._entry(o, p) for p in self.free] for o in range(len(self.outputs))]
        error = Chance(self.tower, self.digest, self.fuel).rank_at_most(entries, claimed)
        self.found.error = error
        return claimed, f"no larger minor at random points (error below {float(error):.0e})"
