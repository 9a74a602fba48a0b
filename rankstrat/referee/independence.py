"""Why generators are independent: "Why generators are independent" in docs/certificates.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .polynomials import Expander, Polynomial
from .reading import Fuel, Refused, Unchecked, distinct
from .residues import Residues, rank
from .tower import ALGEBRA, Tower

PRIMITIVE = ("exp", "cis", "log", "atan")
VARIABLES = ("", "coord", "in")
ALGEBRAIC = {"rat", "add", "mul", "pow", "root", "par"}


class Independence:
    """Checks the generators of a tower, layer by layer, at most once."""

    def __init__(self, tower: Tower, signs: dict[int, int] | None) -> None:
        self.tower, self.graph, self.signs = tower, tower.graph, signs
        self.shown = False

    def check(self) -> None:
        """Every generator is new.

        Raises:
            Refused: a witness fails.
            Unchecked: no theorem of this referee applies.
        """
        if self.shown:
            return
        for layer in (0, 1, 2):
            members = [g for g, found in enumerate(self.tower.layers) if found == layer]
            if members and layer:
                self._check_functions(layer, members)
            elif members:
                self._check_numbers(members)
        self.shown = True

    def _check_numbers(self, members: Sequence[int]) -> None:
        """Roots of different primes, and Lindemann-Weierstrass, or one transcendental number."""
        tower, kinds = self.tower, self.tower.kinds
        distinct([tower.generators[g][1] for g in members if kinds[g] == "root"], "roots")
        others = [g for g in members if kinds[g] != "root"]
        arguments = [tower.arguments[g] for g in others if kinds[g] != "pi"]
        if not {self.graph.nodes[k][0] for k in self.graph.closure(arguments)} <= ALGEBRAIC:
            raise Unchecked("the argument of a generator of layer 0 is not an algebraic number")
        if not {kinds[g] for g in others} <= {"exp", "cis"}:
            if len(others) > 1 or kinds[others[0]] not in ("pi", "log"):
                raise Unchecked("no theorem makes the generators of layer 0 independent")
            if kinds[others[0]] == "log":
                tower.check_positive(others[0], other_than=1)
        elif others:
            data = self._decision(0)
            residues, rows = tower.setting(data, "decisions"), []
            for iota, roots in data["rows"]:
                residues.choose(iota, roots, "decisions")
                residues.values.clear()
                rows.append([residues.value(tower.arguments[g]) * self._unit(residues, g)
                             % residues.prime for g in others])  # fmt: skip
            self._check_rank(0, rows, residues, len(others))

    def _decision(self, layer: int) -> Any:
        if self.tower.decisions[layer] is None:
            raise Unchecked(f"there is no decision for layer {layer}")
        return self.tower.decisions[layer]

    def _unit(self, residues: Residues, g: int) -> int:
        """The constant factor of $D y_g$."""
        return {"cis": residues.iota, "atan": 2 * residues.iota}.get(self.tower.kinds[g], 1)

    def _check_rank(self, layer: int, rows: Any, residues: Residues, size: int) -> None:
        if rank(rows, residues.prime, self.tower.fuel, size) < size:
            raise Unchecked(f"decisions: the matrix of layer {layer} has not full rank")

    def _check_functions(self, layer: int, members: Sequence[int]) -> None:
        data, kinds = self._decision(layer), self.tower.kinds
        residues = self.tower.setting(data, "decisions")
        residues.signs = self.signs
        if any(kinds[g] == "erf" for g in members):
            self._check_error_functions(layer, members, residues)
        self._check_jets(layer, [g for g in members if kinds[g] == "jet"], residues)
        columns = [g for g in members if kinds[g] in PRIMITIVE]
        gradients = [self._gradient(layer, g) for g in columns]

        def rows() -> Any:
            for sample, variable, iota, roots in data["rows"]:
                entries = [self._by(layer, gradient, variable) for gradient in gradients]
                residues.choose(iota, roots, "decisions")
                residues.values.clear()
                residues.seed, residues.tag = f"{data['seed']}/{sample}", "d"
                yield [residues.value(entry) * self._unit(residues, g) % residues.prime
                       for g, entry in zip(columns, entries, strict=True)]  # fmt: skip

        self._check_rank(layer, rows(), residues, len(columns))

    def _gradient(self, layer: int, g: int) -> dict[int, int]:
        """Nodes of $D y_g$, up to a constant, by the inputs or coordinates and the jets."""
        graph, kind, a = self.graph, self.tower.kinds[g], self.tower.arguments[g]
        slope = graph.one
        if kind == "log":
            slope = graph.node("pow", -1, a)
        elif kind == "atan":
            slope = graph.node("pow", -1, graph.total(graph.one, graph.node("pow", 2, a)))
        found = graph.gradient(a, (VARIABLES[layer], "jet"), layer)
        return {k: graph.product(slope, d) for k, d in found.items()}

    def _by(self, layer: int, gradient: dict[int, int], variable: tuple[Any, ...]) -> int:
        """The node of the derivative by one variable, to which several leaves may be equal."""
        graph, (kind, g, *order) = self.graph, variable
        if kind == "jet" and (self.tower.kinds[g] != "jet" or self.tower.layers[g] != layer):
            raise Refused(f"decisions: generator {g} is no variable of layer {layer}")
        terms = []
        for k, node in gradient.items():
            leaf = graph.nodes[k]
            if kind != "jet" and leaf == variable:
                terms.append(node)
            elif kind == "jet" and leaf[0] == "jet" and leaf[2] == order[0]:
                _, ((image, sign),) = self.tower.image(*self.tower.key(leaf))
                factor = 1 if sign > 0 else graph.reflection(*leaf[1:3])
                if image == g:
                    terms.append(graph.product(graph.node("rat", factor, 1), node))
        return graph.total(*terms)

    def _check_jets(self, layer: int, jets: Sequence[int], residues: Residues) -> None:
        """Arguments differ, and those of layer 2 are not constant: two samples show it."""
        values = []
        for tag in ("d0", "d1"):
            residues.tag = tag
            residues.values.clear()
            values.append([residues.value(self.tower.arguments[g]) for g in jets])
        keys = []
        for g, v, w in zip(jets, *values, strict=True):
            f = self.tower.generators[g][1]
            if (self.graph.functions[f] and not v) or (layer == 2 and v == w):
                raise Unchecked(f"generators: the argument of {g} is not shown to vary, or not 0")
            keys.append((f, v * v % residues.prime if self.graph.reflection(f, 0) else v))
        if len(set(keys)) < len(keys):
            raise Unchecked("generators: arguments of an unspecified function do not differ")

    def _check_error_functions(
        self, layer: int, members: Sequence[int], residues: Residues
    ) -> None:
        """Affine arguments, beside exponentials of polynomials, and logarithms of these."""
        e = Expander(self.tower, True, Fuel(ALGEBRA))
        squares = []
        for g in members:
            kind, argument = self.tower.kinds[g], e.value(self.tower.arguments[g])
            variables, others = {VARIABLES[layer]}, {"exp", "cis"}
            names = self._names(e, argument, layer)
            if kind in ("log", "atan"):
                fine = names <= variables | others | {"inverse"}
            else:
                lowest = min((n for m in argument for _, n in self._own(e, m, layer)), default=0)
                fine = kind != "jet" and names <= variables and lowest >= 0
            degree = max((sum(n for _, n in self._own(e, m, layer)) for m in argument), default=0)
            if not fine or (kind == "erf" and degree != 1):
                raise Unchecked(f"generators: beside an error function, number {g} is not checked")
            if kind == "erf":
                residues.values.clear()
                squares.append(residues.value(self.tower.arguments[g]) ** 2 % residues.prime)
        if len(set(squares)) < len(squares):
            raise Unchecked("generators: arguments of error functions are not shown to differ")

    def _own(self, e: Expander, monomial: Any, layer: int) -> list[tuple[int, int]]:
        """The factors of a monomial that belong to a layer."""
        return [(v, n) for v, n in monomial if self._level(e, v) == layer]

    def _names(self, e: Expander, p: Polynomial, layer: int) -> set[str]:
        """The kinds of unknowns of a layer, inside inverses also."""
        found: set[str] = set()
        for v in {v for m in p for v, _ in self._own(e, m, layer)}:
            name = e.atoms[v]
            found.add(self.tower.kinds[name[1]] if name[0] == "t" else name[0])
            if v in e.inverses:
                found |= self._names(e, e.inverses[v], layer)
        return found

    def _level(self, e: Expander, v: int) -> int:
        """The layer of an unknown of the full mode."""
        name = e.atoms[v]
        match name[0]:
            case "inverse":
                return max(self._level(e, w) for m in e.inverses[v] for w, _ in m)
            case "in" | "coord":
                return VARIABLES.index(name[0])
            case "t" | "jet":
                return self.tower.layers[name[1]]
            case "radical" | "iota" | "isqrtpi":
                return 0
        raise Unchecked("a function without image stands beside an error function")
