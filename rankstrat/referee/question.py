"""The question of a proof object: model, chart, outputs, places; and its tangent functions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .balls import Balls
from .graph import Graph
from .polynomials import Expander
from .reading import Fuel, Refused, array, big, distinct, integer, integers, record
from .tower import Tower

FORMAT = "rankstrat-proof/2"
PARITIES = ("", "0", "odd", "odd0", "even", "even0")
KEYS = ("format", "names", "sizes", "functions", "graph", "outputs", "free", "region",
        "places", "tower", "lower", "upper", "claim")  # fmt: skip
ALGEBRA = 1_500_000
Place = tuple[list[Fraction], list[Fraction]]


class Question:
    """What a proof object is about.

    Attributes:
        graph, outputs, free: the model.
        places, signs: rational points, and the signs of all kinks there.
        zero: arguments of kinks that vanish identically.
        bare: a tower without generators.
    """

    def __init__(self, data: Any, fuel: Fuel) -> None:
        self.fuel = fuel
        self.data = data = record(data, "proof", KEYS)
        if data["format"] != FORMAT:
            raise Refused(f"the format is not {FORMAT}")
        sizes = record(data["sizes"], "sizes", ("parameters", "inputs", "coordinates"))
        self.sizes = {k: integer(v, f"sizes.{k}", 0, 10**6) for k, v in sizes.items()}
        functions = array(data["functions"], "functions")
        if not set(map(str, functions)) <= set(PARITIES):
            raise Refused(f"functions: a parity is one of {PARITIES}")
        self.graph = Graph(data["graph"], self.sizes, [str(f) for f in functions], self.fuel)
        last = self.graph.given - 1
        self.outputs = integers(data["outputs"], "outputs", 0, last)
        self.free = self._free()
        self._gradients: dict[int, dict[int, int]] = {}
        self.signs: list[dict[int, int]] = []
        self._check_companions()
        self.places = self._places()
        self.region = data["region"]
        if self.region is not None:
            integer(self.region, "region", 0, len(self.signs) - 1)

    def _free(self) -> list[int]:
        if self.data["free"] is None:
            return list(range(self.sizes["parameters"]))
        free = integers(self.data["free"], "free", 0, self.sizes["parameters"] - 1)
        distinct(free, "free")
        return free

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

    def _places(self) -> list[Place]:
        """Rational points; the signs of all kinks there, decided by balls."""
        data = record(self.data["places"], "places", ("at", "inputs", "bits"))
        bits = integer(data["bits"], "places.bits", 32, 5000)
        count = self.sizes["coordinates"] if data["inputs"] else 0
        at = self._fractions(data["at"], "places.at", count)
        points = [self._fractions(x, "places.inputs", self.sizes["inputs"])
                  for x in array(data["inputs"], "places.inputs")]  # fmt: skip
        self.balls = Balls(bits, self.fuel)
        order = self.graph.closure(self.outputs)
        kinks = sorted(self.bare.kinks(order))
        self.zero = {a for a in kinks if self.atoms.is_zero(a)}
        for x in points:
            values = self.balls.evaluate(self.graph, self.graph.closure(kinks), at, x, self.zero)
            self.signs.append({a: self.balls.sign(values[a], a in self.zero) for a in kinks})
        return [(at, x) for x in points]

    def gradient(self, output: int) -> dict[int, int]:
        """Nodes of the nonzero derivatives of an output, by parameter."""
        if output not in self._gradients:
            self._gradients[output] = self.graph.gradient(self.outputs[output])
        return self._gradients[output]

    def entry(self, output: int, parameter: int) -> int:
        """The node of one derivative."""
        return self.gradient(output).get(parameter, self.graph.zero)
