"""The question of a proof object: model, chart, outputs, places; and its tangent functions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .balls import Balls
from .graph import Graph
from .polynomials import Expander
from .reading import ANY, BIG, SMALL, Fuel, Kinds, Maybe, Refused, distinct, read
from .tower import EMPTY, Tower

ALGEBRA = 1_500_000
"""Steps of one exact expansion."""

RESIDUE, NUMBERS = range(1 << 62), range(-SMALL, SMALL)
VERDICTS = ("PROVED", "PROBABLE", "OPEN")
PARITIES = ("", "0", "odd", "odd0", "even", "even0")
LOWER = Kinds({
    "none": {},
    "minor": {"prime": RESIDUE, "seed": range(SMALL), "iota": RESIDUE, "roots": [RESIDUE],
              "rows": [(range(SMALL), range(SMALL), range(-1, SMALL))], "columns": [range(SMALL)]},
    "balls": {"rows": [(range(SMALL), [NUMBERS])], "columns": [range(SMALL)]},
})  # fmt: skip
UPPER = Kinds({
    "parameters": {}, "outputs": {}, "chance": {},
    "relations": {"relations": [(range(SMALL), [(range(SMALL), range(SMALL))])]},
})  # fmt: skip
SIZES = dict.fromkeys(("parameters", "inputs", "coordinates"), range(10**6 + 1))
FILE = {
    "format": "rankstrat-proof/2", "names": ANY, "sizes": SIZES, "functions": [ANY], "graph": ANY,
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
        self.bare = Tower(self.graph, EMPTY)
        self.numbers = Balls(self.bare, 256)
        self.kinks = sorted(self.bare.kinks(self.graph.closure(self.outputs)))
        atoms = Expander(self.bare, fuel.part(ALGEBRA))
        for k, node in enumerate(self.graph.nodes[: self.graph.given]):
            if node[0] == "erf":  # its companion is exp(-a^2)
                inner, a = (atoms.value(self.graph.nodes[node[1]][-1]), atoms.value(node[2]))
                if not atoms.vanishes(atoms.plus([inner, atoms.times(a, a)])):
                    raise Refused(f"graph: the companion of node {k} is not exp(-a^2)")
        self._read_places(atoms)
        self.region = read(self.data["region"], Maybe(range(len(self.signs))), "region")
        self._gradients: dict[int, dict[int, int]] = {}

    def _read_places(self, atoms: Expander) -> None:
        """Rational points of the domain; the signs of all kinks there, decided by balls."""
        number, sizes = (range(-BIG, BIG), range(1, BIG)), self.sizes
        some = bool(isinstance(self.data["places"], dict) and self.data["places"].get("inputs"))
        at = (number,) * (sizes["coordinates"] if some else 0)
        schema = {"at": at, "inputs": [(number,) * sizes["inputs"]], "bits": range(32, 5001)}
        places = read(self.data["places"], schema, "places")
        self.balls = Balls(self.bare, places["bits"])
        self.points = [
            {("coord", j): Fraction(*v) for j, v in enumerate(places["at"])}
            | {("in", k): Fraction(*v) for k, v in enumerate(x)}
            for x in places["inputs"]
        ]
        self.zero = {a for a in self.kinks if atoms.is_zero(a)}
        self.signs: list[dict[int, int]] = []
        below = self.graph.closure(self.outputs)
        partial = [k for k in below if self.graph.nodes[k][0] in ("log", "root")]
        for place in range(len(self.points)):
            self.at(place)
            for k in partial:  # balls exist at positive arguments only
                self.balls.value(k)
            self.signs.append({a: self.balls.sign(a) for a in self.kinks})

    def at(self, place: int) -> Balls:
        """Balls at a place."""
        self.balls.values.clear()
        self.balls.point, self.balls.zero = self.points[place], self.zero
        return self.balls

    def entry(self, output: int, parameter: int) -> int:
        """The node of one derivative."""
        return self.gradient(output).get(parameter, self.graph.zero)

    def gradient(self, output: int) -> dict[int, int]:
        """Nodes of the nonzero derivatives of an output, by parameter."""
        if output not in self._gradients:
            found = self.graph.gradient(self.outputs[output], ("par",))
            self._gradients[output] = {self.graph.nodes[k][1]: d for k, d in found.items()}
        return self._gradients[output]

    def columns(self) -> list[int]:
        """The parameters of a minor."""
        columns: list[int] = self.data["lower"]["columns"]
        distinct(columns, "lower")
        if not set(columns) <= set(self.free):
            raise Refused("lower: a parameter that is not free")
        return columns
