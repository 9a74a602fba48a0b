"""Why generators are independent: "Why generators are independent" in docs/certificates.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .graph import SLOPES
from .images import check_positive
from .polynomials import Expander
from .question import ALGEBRA, Question
from .reading import Refused, Unchecked
from .residues import Residues, rank, setting
from .tower import Tower

PRIMITIVE = ("exp", "cis", "log", "atan")
VARIABLES = ("", "coord", "in")
ALGEBRAIC = {"rat", "add", "mul", "pow", "root", "par"}


class Independence:
    """Checks the generators of a tower, layer by layer."""

    def __init__(self, question: Question, tower: Tower) -> None:
        self.q, self.tower, self.graph = question, tower, question.graph
        self.signs = question.signs[0] if question.signs else None

    def check(self) -> None:
        """Every generator is new.

        Raises:
            Refused: a witness fails.
            Unchecked: no theorem of this referee applies.
        """
        layers = self.tower.layers
        for layer in (0, 1, 2):
            members = [g for g, kind in enumerate(self.tower.kinds)
                       if layers[g] == layer and kind != "root"]  # fmt: skip
            if members and layer:
                self._check_functions(layer, members)
            elif members:
                self._check_numbers(members)

    def _check_numbers(self, members: Sequence[int]) -> None:
        """Lindemann-Weierstrass, or one transcendental number; roots are those of primes."""
        tower, kinds = self.tower, {self.tower.kinds[g] for g in members}
        arguments = [tower.arguments[g] for g in members if tower.kinds[g] != "pi"]
        if not {self.graph.nodes[k][0] for k in self.graph.closure(arguments)} <= ALGEBRAIC:
            raise Unchecked("the argument of a generator of layer 0 is not an algebraic number")
        if kinds <= {"exp", "cis"}:
            data = self._decision(0)
            residues = setting(tower, data, "decisions")
            rows = (self._row(residues, members, arguments, *row) for row in data["rows"])
            self._check_rank(rows, residues, len(members))
        elif len(members) > 1 or not kinds <= {"pi", "log"}:
            raise Unchecked("no theorem makes the generators of layer 0 independent")
        elif kinds == {"log"}:
            check_positive(self.q, tower, members[0], other_than=1)

    def _decision(self, layer: int) -> Any:
        if self.tower.decisions[layer] is None:
            raise Unchecked(f"there is no decision for layer {layer}")
        return self.tower.decisions[layer]

    def _row(
        self,
        residues: Residues,
        members: Sequence[int],
        nodes: Sequence[int],
        iota: int,
        roots: Any,
    ) -> list[int]:
        """Residues of y, or of D y, from those of the nodes by their constant factors."""
        residues.choose(iota, roots, "decisions")
        residues.values.clear()
        units = {"cis": residues.iota, "atan": 2 * residues.iota}
        return [
            residues.value(k) * units.get(self.tower.kinds[g], 1) % residues.prime
            for g, k in zip(members, nodes, strict=True)
        ]

    def _check_rank(self, rows: Iterable[list[int]], residues: Residues, size: int) -> None:
        if rank(rows, residues.prime, self.tower.fuel, size) < size:
            raise Unchecked("decisions: a matrix has not full rank")

    def _check_functions(self, layer: int, members: Sequence[int]) -> None:
        data, kinds = self._decision(layer), self.tower.kinds
        residues = setting(self.tower, data, "decisions")
        residues.signs = self.signs
        if any(kinds[g] == "erf" for g in members):
            self._check_error_functions(layer, members, residues)
        self._check_jets(layer, [g for g in members if kinds[g] == "jet"], residues)
        columns = [g for g in members if kinds[g] in PRIMITIVE]
        gradients = [self._gradient(layer, g) for g in columns]

        def rows() -> Iterator[list[int]]:
            for sample, variable, iota, roots in data["rows"]:
                entries = [self._by(layer, gradient, variable) for gradient in gradients]
                residues.seed, residues.tag = f"{data['seed']}/{sample}", "d"
                yield self._row(residues, columns, entries, iota, roots)

        self._check_rank(rows(), residues, len(columns))

    def _gradient(self, layer: int, g: int) -> dict[int, int]:
        """Nodes of $D y_g$, up to a constant, by the inputs or coordinates and the jets."""
        graph, kind, a = self.graph, self.tower.kinds[g], self.tower.arguments[g]
        slope = graph.one
        if kind in ("log", "atan"):
            slope = graph.built(SLOPES[kind], graph.node(kind, a))
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
        keys = set()
        for g, v, w in zip(jets, *values, strict=True):
            f = self.tower.generators[g][1]
            if (self.graph.functions[f] and not v) or (layer == 2 and v == w):
                raise Unchecked(f"generators: the argument of {g} is not shown to vary, or not 0")
            keys.add((f, v * v % residues.prime if self.graph.reflection(f, 0) else v))
        if len(keys) < len(jets):
            raise Unchecked("generators: arguments of an unspecified function do not differ")

    def _check_error_functions(
        self, layer: int, members: Sequence[int], residues: Residues
    ) -> None:
        """Affine arguments, beside exponentials of polynomials, and logarithms of these."""
        squares = set()
        for g in members:
            kind, e = self.tower.kinds[g], Expander(self.tower, self.q.fuel.part(ALGEBRA))
            argument, layers = e.value(self.tower.arguments[g]), self._layers(e)
            names = {
                self._name(atom) for atom, v in zip(e.atoms, layers, strict=True) if v == layer
            }
            powers = [[n for v, n in m if layers[v] == layer] for m in argument]
            fine = (
                names <= {VARIABLES[layer]} and min(map(min, filter(None, powers)), default=1) > 0
            )
            if kind in ("log", "atan"):
                fine = names <= {VARIABLES[layer], "exp", "cis", "inverse"}
            elif kind == "erf":
                fine = fine and max(map(sum, powers), default=0) == 1
                residues.values.clear()
                squares.add(residues.value(self.tower.arguments[g]) ** 2 % residues.prime)
            if not fine or kind == "jet":
                raise Unchecked(f"generators: beside an error function, number {g} is not checked")
        if len(squares) < [self.tower.kinds[g] for g in members].count("erf"):
            raise Unchecked("generators: arguments of error functions are not shown to differ")

    def _name(self, atom: tuple[Any, ...]) -> Any:
        return self.tower.kinds[atom[1]] if atom[0] == "t" else atom[0]

    def _layers(self, e: Expander) -> list[int]:
        """The layers of all unknowns that an expansion needed."""
        layers: list[int] = []
        for v, (name, *data) in enumerate(e.atoms):
            match name:
                case "in" | "coord":
                    layers.append(VARIABLES.index(name))
                case "t" | "jet":
                    layers.append(self.tower.layers[data[0]])
                case "inverse":
                    layers.append(max(layers[w] for m in e.inverses[v] for w, _ in m))
                case "radical" | "iota" | "isqrtpi":
                    layers.append(0)
                case _:
                    raise Unchecked("a function without image stands beside an error function")
        return layers
