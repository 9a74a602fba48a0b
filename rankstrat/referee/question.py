"""The question of a proof object: model, chart, outputs, places; and its tangent functions."""

from __future__ import annotations

from collections import ChainMap
from fractions import Fraction
from typing import Any

from .balls import Balls
from .graph import Graph
from .polynomials import Expander
from .reading import ANY, BIG, SMALL, Fuel, Kinds, Refused, distinct, read
from .tower import Tower, is_prime

VERDICTS = ("PROVED", "PROBABLE", "OPEN")
PARITIES = frozenset(("", "0", "odd", "odd0", "even", "even0"))
NUMBER, RESIDUE = (range(-BIG, BIG), range(1, BIG)), range(1 << 62)
COLUMNS = {"columns": [range(SMALL)]}
MIXED = {"rows": [(range(SMALL), [range(-SMALL, SMALL)])]}
FILE = {
    "format": "rankstrat-proof/2.1", "names": ANY, "functions": [PARITIES], "graph": ANY,
    "sizes": dict.fromkeys(("parameters", "inputs", "coordinates"), range(10**6 + 1)),
    "outputs": ANY, "free": ANY, "region": ANY, "places": ANY, "generators": ANY, "images": ANY,
    "residues": {"prime": RESIDUE, "seed": range(SMALL), "choices": [(RESIDUE, [RESIDUE])]},
    "lower": Kinds({"none": {}, "minor": COLUMNS, "balls": COLUMNS | MIXED}), "upper": ANY,
    "claim": {"lower": range(SMALL), "upper": range(SMALL), "verdict": frozenset(VERDICTS)},
}  # fmt: skip


class Question:
    """What a proof object is about: a model at a chart, places, and its tangent functions.

    `kinks` are the arguments of kinks below outputs, `zero` those that vanish identically, `bare`
    is a tower without generators, `gradients` are derivatives of the outputs by parameter.
    """

    def __init__(self, data: Any, fuel: Fuel) -> None:
        self.fuel, self.data = fuel, read(data, FILE, "proof")
        sizes = self.data["sizes"]
        self.graph = graph = Graph(self.data["graph"], sizes, self.data["functions"], fuel)
        self.outputs = read(self.data["outputs"], [graph.index], "outputs")
        parameters, free = range(sizes["parameters"]), self.data["free"]
        self.free = read(list(parameters) if free is None else free, [parameters], "free")
        distinct(self.free, "free")
        relations = {"relations": [[(range(SMALL), graph.index)]]}
        upper = {"parameters": {}, "outputs": {}, "chance": {}, "relations": relations}
        self.upper = read(self.data["upper"], Kinds(upper), "upper")
        self.bare = Tower(graph, [], [])
        atoms, self.kinks = Expander(self.bare), sorted(self.bare.kinks(self.outputs))
        self.zero = {a for a in self.kinks if atoms.vanishes(atoms.value(a))}
        self._read_places(sizes)
        region = self.data["region"]
        self.region = region if region is None else read(region, range(len(self.signs)), "region")
        self.gradients = [graph.gradient(node) for node in self.outputs]

    def _read_places(self, sizes: dict[str, int]) -> None:
        """Rational points of the domain; the signs of all kinks there, decided by balls."""
        data = self.data["places"]
        some = bool(isinstance(data, dict) and data.get("inputs"))
        at, x = (NUMBER,) * (sizes["coordinates"] * some), (NUMBER,) * sizes["inputs"]
        places = read(data, {"at": at, "inputs": [x], "bits": range(32, 5001)}, "places")
        common = {("coord", j): Fraction(*v) for j, v in enumerate(places["at"])}
        points = ({("in", k): Fraction(*v) for k, v in enumerate(x)} for x in places["inputs"])
        self.bits, self.points = places["bits"], [ChainMap(point, common) for point in points]
        below = ((k, self.graph.nodes[k]) for k in self.graph.closure(self.outputs))
        inside = [k for k, node in below  # balls exist in the domain only
                  if node[0] in ("log", "root")
                  or (self.kinks and node[0] == "pow" and node[1] < 0)]  # fmt: skip
        self.signs: list[dict[int, int]] = []
        for place in range(len(self.points)):
            balls = self.at(place)
            self.fuel.burn(20 * len(self.kinks))
            for k in inside:
                balls.value(k)
            self.signs.append({a: balls.sign(a) for a in self.kinks})

    def at(self, place: int) -> Balls:
        """Balls at a place."""
        return Balls(self.bare, self.bits, self.points[place], self.zero)

    def read_tower(self) -> None:
        """The tower, and choices of solutions of its algebraic equations modulo the prime."""
        self.tower = Tower(self.graph, self.data["generators"], self.data["images"])
        p, self.seed, choices = self.data["residues"].values()
        if not is_prime(p) or p == 2 or not choices:
            raise Refused(f"residues: {p} is not an odd prime, or there is no choice")
        roots = {("t", g): e[1:] for g, e in enumerate(self.tower.generators) if e[0] == "root"}
        self.prime, self.choices = p, list[dict[Any, int]]()
        for iota, values in choices:
            powers = [pow(v, n, p) for v, (_, n) in zip(values, roots.values(), strict=True)]
            square = (iota * iota + 1) % p if iota else 0
            if square or powers != [q % p for q, _ in roots.values()]:
                raise Refused("residues: no square root of -1, or no roots of the primes")
            numbers = {("iota",): iota} if iota else {}
            named = dict(zip(roots, values, strict=True)) | numbers
            self.choices.append({name: v % p for name, v in named.items()})
