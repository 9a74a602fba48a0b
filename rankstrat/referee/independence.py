r"""Why generators are independent: one theorem, with its witness, for each kind and layer."""

from __future__ import annotations

from typing import Any

from .balls import Balls
from .polynomials import Expander
from .reading import Refused, Unchecked, array, distinct, integer, record
from .residues import Residues, rank
from .tower import Tower

TRANSCENDENTAL = ("exp", "cis", "log", "atan")
VARIABLES = ("", "coord", "in")


class Independence:
    """Checks the generators of a tower, layer by layer, at most once."""

    def __init__(self, tower: Tower, signs: dict[int, int] | None) -> None:
        self.tower, self.graph, self.fuel, self.algebra = (
            tower, tower.graph, tower.fuel, tower.algebra
        )  # fmt: skip
        self.kinds, self.arguments, self.generators = (
            tower.kinds, tower.arguments, tower.generators
        )  # fmt: skip
        self.decisions, self.signs, self.shown = tower.decisions, signs, False

    def check(self) -> None:
        """Every generator is new, layer by layer.

        Raises:
            Refused: a witness fails.
            Unchecked: no theorem of this referee applies.
        """
        if self.shown:
            return
        layers: list[list[int]] = [[], [], []]
        for g in range(len(self.generators)):
            layers[self.tower.layer(g)].append(g)
        self._check_numbers(layers[0])
        for layer in (1, 2):
            if layers[layer]:
                self._check_functions(layer, layers[layer])
        self.shown = True

    def _check_numbers(self, gens: list[int]) -> None:
        roots = [self.generators[g] for g in gens if self.kinds[g] == "root"]
        distinct([q for _, q, _ in roots], "generators: primes of roots")
        others = [g for g in gens if self.kinds[g] != "root"]
        special = [g for g in others if self.kinds[g] not in ("exp", "cis")]
        if special and len(others) > 1:
            raise Unchecked(f"no theorem makes generators {others[:4]} (numbers) independent")
        for g in others:
            a = self.arguments[g]
            nodes = {self.graph.nodes[k][0] for k in self.graph.closure([a])} if a >= 0 else set()
            if not nodes <= {"rat", "add", "mul", "pow", "root", "par"}:
                raise Unchecked(f"generators[{g}]: the argument is not an algebraic number")
        if special:
            g = special[0]
            if self.kinds[g] == "log":
                balls = Balls(256, self.fuel)
                a = self.arguments[g]
                low, high = balls.evaluate(self.graph, self.graph.closure([a]), [], [], set())[a]
                if low <= 0 or low <= balls.unit <= high:
                    raise Unchecked(f"generators[{g}]: the argument is not positive and not 1")
            elif self.kinds[g] != "pi":
                raise Unchecked(f"generators[{g}]: no theorem makes this number transcendental")
        if others and not special:
            data = record(self.decisions[0], "decisions[0]", ("prime", "rows"))
            residues = self.tower.setting(data, "decisions[0]", 0, fixed=False)
            order = self.tower.closure(self.arguments[g] for g in others)
            rows = []
            for i, row in enumerate(array(data["rows"], "decisions[0]")):
                iota, choice = array(row, f"decisions[0].rows[{i}]", 2)
                self.tower.choose(residues, iota, choice, f"decisions[0].rows[{i}]")
                residues.clear()
                residues.evaluate(order, "d", self.fuel)
                unit = {"exp": 1, "cis": residues.iota}
                rows.append([residues.values[self.arguments[g]] * unit[self.kinds[g]]
                             % residues.prime for g in others])  # fmt: skip
            if rank(rows, residues.prime, self.fuel) < len(others):
                raise Unchecked("decisions[0]: the matrix has not full rank")

    def _check_functions(self, layer: int, gens: list[int]) -> None:
        where, graph = f"decisions[{layer}]", self.graph
        data = record(self.decisions[layer], where, ("prime", "seed", "iota", "roots", "rows"))
        residues = self.tower.setting(data, where, data["seed"])
        residues.signs = self.signs
        columns = [g for g in gens if self.kinds[g] in TRANSCENDENTAL]
        jets = [g for g in gens if self.kinds[g] == "jet"]
        if any(self.kinds[g] == "erf" for g in gens):
            self._check_errors(layer, gens, residues)
        self._check_jets(layer, jets, residues)
        logs: dict[int, int] = {}
        for g in columns:
            a = self.arguments[g]
            if self.kinds[g] == "log":
                logs[g] = graph.node("pow", a, -1)
            elif self.kinds[g] == "atan":
                logs[g] = graph.node("pow", graph.total([graph.one, graph.node("pow", a, 2)]), -1)
        self._entries: dict[tuple[Any, ...], list[int]] = {}
        rows = (self._row(layer, residues, data["seed"], columns, logs, row, f"{where}.rows[{i}]")
                for i, row in enumerate(array(data["rows"], where)))  # fmt: skip
        if rank(rows, residues.prime, self.fuel, len(columns)) < len(columns):
            raise Unchecked(f"{where}: the matrix has not full rank")

    def _row(self, layer: int, residues: Residues, seed: int, columns: list[int],
             logs: dict[int, int], row: Any, where: str) -> list[int]:  # fmt: skip
        """Derivatives of the arguments by one variable, at fresh residues."""
        sample, variable, iota, choice = array(row, where, 4)
        variable, graph = self._variable(layer, variable, where), self.graph
        if variable not in self._entries:
            slopes = graph.derivative([self.arguments[g] for g in columns], self._seeds(variable))
            self._entries[variable] = [
                graph.product(slopes[self.arguments[g]], logs.get(g, graph.one)) for g in columns
            ]
        entries = self._entries[variable]
        self.tower.choose(residues, iota, choice, where)
        residues.clear()
        residues.seed = f"{seed}/{integer(sample, where)}"
        residues.evaluate(self.tower.closure(entries), "d", self.fuel)
        unit = {"cis": residues.iota, "atan": 2 * residues.iota}
        return [residues.values[e] * unit.get(self.kinds[g], 1) % residues.prime
                for g, e in zip(columns, entries, strict=True)]  # fmt: skip

    def _variable(self, layer: int, value: Any, where: str) -> tuple[Any, ...]:
        match value:
            case ["in" | "coord" as op, k] if op == VARIABLES[layer]:
                return op, integer(k, where)
            case ["jet", g, j]:
                g = integer(g, where, 0, len(self.generators) - 1)
                if self.kinds[g] == "jet" and self.tower.layer(g) == layer:
                    return "jet", g, integer(j, where)
        raise Refused(f"{where}: no variable of this layer")

    def _seeds(self, variable: tuple[Any, ...]) -> set[int]:
        nodes = self.graph.nodes
        if variable[0] != "jet":
            return {k for k, node in enumerate(nodes) if node == variable}
        g, j = variable[1:]
        return {
            k
            for k, node in enumerate(nodes)
            if node[0] == "jet"
            and node[2] == j
            and self.tower.images.get(self.tower.key(k)) == [(g, 1)]
        }

    def _check_jets(self, layer: int, jets: list[int], residues: Residues) -> None:
        """Arguments differ, and those of layer 2 are not constant: two samples show it."""
        order = self.tower.closure(self.arguments[g] for g in jets)
        values = []
        for tag in ("d0", "d1"):
            residues.clear()
            residues.evaluate(order, tag, self.fuel)
            values.append([residues.values[self.arguments[g]] for g in jets])
        keys = []
        for g, v in zip(jets, values[0], strict=True):
            f = self.generators[g][1]
            if self.graph.functions[f] and not v:
                raise Unchecked(f"generators[{g}]: the argument is not shown to differ from 0")
            square = v * v % residues.prime if self.graph.reflection(f, 0) else v
            keys.append((f, square))
        if len(set(keys)) < len(keys):
            raise Unchecked("generators: arguments of an unspecified function do not differ")
        for g, v, w in zip(jets, *values, strict=True):
            if layer == 2 and v == w:
                raise Unchecked(f"generators[{g}]: the argument is not shown to vary")

    def _check_errors(self, layer: int, gens: list[int], residues: Residues) -> None:
        """Error functions of affine arguments over exponentials of polynomials, and logarithms."""
        e = Expander(self.tower, True, self.algebra)
        exponentials = {g for g in gens if self.kinds[g] in ("exp", "cis")}
        squares = set()
        for g in gens:
            kind, a = self.kinds[g], self.arguments[g]
            numerator, factors = e.quotient(a)
            degree, inside = 0, list(factors)
            for m in numerator:
                own = [(e.atoms[v], n) for v, n in m if self._level(e.atoms[v]) == layer]
                plain = all(name[0] == VARIABLES[layer] and n > 0 for name, n in own)
                if kind not in ("log", "atan") and not plain:
                    raise Unchecked(f"generators[{g}]: beside an error function, not a polynomial")
                degree = max(degree, sum(n for _, n in own))
            names = [e.atoms[v] for m in numerator for v, _ in m]
            bottom = [e.atoms[v] for f in inside for m, _ in f for v, _ in m]
            if kind in ("log", "atan"):
                own_names = [n for n in names + bottom if self._level(n) == layer]
                if not all(n[0] == VARIABLES[layer] or (n[0] == "t" and n[1] in exponentials)
                           for n in own_names):  # fmt: skip
                    raise Unchecked(f"generators[{g}]: a logarithm of another kind")
            elif any(self._level(n) == layer for n in bottom) or kind == "jet":
                raise Unchecked(f"generators[{g}]: beside an error function, not a polynomial")
            if kind == "erf":
                if degree != 1:
                    raise Unchecked(f"generators[{g}]: the argument is not affine")
                residues.clear()
                residues.evaluate(self.tower.closure([a]), "d", self.fuel)
                squares.add(residues.values[a] ** 2 % residues.prime)
        if len(squares) < sum(self.kinds[g] == "erf" for g in gens):
            raise Unchecked("generators: arguments of error functions are not shown to differ")

    def _level(self, name: tuple[Any, ...]) -> int:
        """The layer of an unknown of the full mode."""
        match name[0]:
            case "in" | "coord":
                return 2 if name[0] == "in" else 1
            case "t" | "jet":
                return self.tower.layer(name[1])
            case "radical" | "iota" | "isqrtpi":
                return 0
        raise Unchecked("a function without image beside an error function")
