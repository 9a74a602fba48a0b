"""The question of a proof object: model, chart, outputs, places; and its tangent functions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .balls import Balls
from .graph import Graph, Node
from .polynomials import Expander
from .reading import ANY, BIG, SMALL, Fuel, Kinds, Maybe, Refused, distinct, read
from .tower import EMPTY, SETTING, Tower

VERDICTS = ("PROVED", "PROBABLE", "OPEN")
PARITIES = ("", "0", "odd", "odd0", "even", "even0")
NUMBER = (range(-BIG, BIG), range(1, BIG))
COLUMNS = {"columns": [range(SMALL)]}
LOWER = Kinds({
    "none": {},
    "minor": SETTING | COLUMNS | {"rows": [(range(SMALL), range(SMALL), range(-1, SMALL))]},
    "balls": COLUMNS | {"rows": [(range(SMALL), [range(-SMALL, SMALL)])]},
})  # fmt: skip
UPPER = Kinds({
    "parameters": {}, "outputs": {}, "chance": {},
    "relations": {"relations": [(range(SMALL), [(range(SMALL), range(SMALL))])]},
})  # fmt: skip
FILE = {
    "format": "rankstrat-proof/2", "names": ANY, "functions": [ANY], "graph": ANY,
    "sizes": dict.fromkeys(("parameters", "inputs", "coordinates"), range(10**6 + 1)),
    "outputs": ANY, "free": ANY, "region": ANY, "places": ANY,
    "tower": {"generators": ANY, "images": ANY, "decisions": ANY}, "lower": LOWER, "upper": UPPER,
    "claim": {"lower": range(SMALL), "upper": range(SMALL), "verdict": ANY},
}  # fmt: skip


class Question:
    """What a proof object is about.

    Attributes:
        outputs, free: nodes, and numbers of parameters.
        kinks, zero: arguments of kinks below outputs, and those that vanish identically.
        points, signs: the places, and the signs of all kinks there.
        bare: a tower without generators.
        balls, numbers: balls at places, and balls of numbers.
        gradients: for every output the nodes of its nonzero derivatives, by parameter.
        remarks: what was beyond exact expansion.
    """

    def __init__(self, data: Any, fuel: Fuel) -> None:
        self.fuel, self.data = fuel, read(data, FILE, "proof")
        sizes = self.sizes = self.data["sizes"]
        for name in self.data["functions"]:
            if type(name) is not str or name not in PARITIES:
                raise Refused(f"functions: a parity is one of {PARITIES}")
        self.graph = Graph(self.data["graph"], sizes, self.data["functions"], fuel)
        self.outputs = read(self.data["outputs"], [range(self.graph.given)], "outputs")
        parameters = range(sizes["parameters"])
        free = read(self.data["free"], Maybe([parameters]), "free")
        self.free: list[int] = list(parameters) if free is None else free
        distinct(self.free, "free")
        self.remarks: list[str] = []
        self.bare = Tower(self.graph, EMPTY)
        self.numbers = Balls(self.bare, 256)
        atoms = Expander(self.bare)
        for k, node in enumerate(self.graph.nodes[: self.graph.given]):
            if node[0] == "erf":  # its companion is exp(-a^2)
                inner, a = (atoms.value(self.graph.nodes[node[1]][-1]), atoms.value(node[2]))
                if not atoms.vanishes(atoms.plus((1, inner), (1, atoms.times(a, a)))):
                    raise Refused(f"graph: the companion of node {k} is not exp(-a^2)")
        below = self.graph.closure(self.outputs)
        self.kinks = sorted(self.bare.kinks(below))
        self.zero = {a for a in self.kinks if atoms.is_zero(a)}
        self._read_places([k for k in below if self._is_partial(self.graph.nodes[k])])
        self.region = read(self.data["region"], Maybe(range(len(self.signs))), "region")
        self.gradients = [
            {self.graph.nodes[k][1]: d for k, d in self.graph.gradient(node, ("par",)).items()}
            for node in self.outputs
        ]

    def _is_partial(self, node: Node) -> bool:
        """Whether a node may have no value on an open set: a denominator may vanish with kinks."""
        denominator = node[0] == "tan" or (node[0] == "pow" and node[1] < 0)
        return node[0] in ("log", "root") or bool(self.kinks and denominator)

    def _read_places(self, partial: list[int]) -> None:
        """Rational points of the domain; the signs of all kinks there, decided by balls."""
        data = self.data["places"]
        some = bool(isinstance(data, dict) and data.get("inputs"))
        at, x = (NUMBER,) * (self.sizes["coordinates"] * some), (NUMBER,) * self.sizes["inputs"]
        places = read(data, {"at": at, "inputs": [x], "bits": range(32, 5001)}, "places")
        self.balls = Balls(self.bare, places["bits"])
        common = {("coord", j): Fraction(*v) for j, v in enumerate(places["at"])}
        self.points = [
            common | {("in", k): Fraction(*v) for k, v in enumerate(x)} for x in places["inputs"]
        ]
        self.signs: list[dict[int, int]] = []
        for place in range(len(self.points)):
            balls = self.at(place)
            for k in partial:  # balls exist in the domain only
                balls.value(k)
            self.signs.append({a: balls.sign(a) for a in self.kinks})

    def at(self, place: int) -> Balls:
        """Balls at a place."""
        self.balls.values.clear()
        self.balls.point, self.balls.zero = self.points[place], self.zero
        return self.balls
