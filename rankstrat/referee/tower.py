r"""Generators, why they are independent, and the images of function nodes in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .balls import Balls
from .graph import GROUPS, KINKS, Graph
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
    printable,
    record,
)
from .residues import Residues, is_prime, rank

TRANSCENDENTAL = ("exp", "cis", "log", "atan")
VARIABLES = ("", "coord", "in")
Recipe = list[tuple[int, int]]


class Tower:
    """Generators in layers: 0 numbers, 1 functions of coordinates, 2 functions of inputs."""

    def __init__(
        self, graph: Graph, data: Any, outputs: list[int], fuel: Fuel, algebra: Fuel
    ) -> None:
        data = record(data, "tower", ("generators", "images", "decisions"))
        self.graph, self.fuel, self.algebra, self.outputs = graph, fuel, algebra, outputs
        self.independent = False
        self.verified: set[tuple[Any, ...]] = set()
        self.generators: list[tuple[Any, ...]] = []
        self.arguments: list[int] = []
        self.images: dict[tuple[Any, ...], Any] = {}
        for g, entry in enumerate(array(data["generators"], "generators")):
            self._read_generator(array(entry, f"generators[{g}]"), f"generators[{g}]")
        self.kinds = [g[0] for g in self.generators]
        for i, entry in enumerate(array(data["images"], "images")):
            self._read_image(array(entry, f"images[{i}]"), f"images[{i}]")
        self.decisions = array(data["decisions"], "decisions", 3)
        self._order()

    def _read_generator(self, entry: list[Any], where: str) -> None:
        last = self.graph.given - 1
        match entry:
            case ["exp" | "cis" | "log" | "atan" | "erf", a]:
                self.arguments.append(integer(a, where, 0, last))
            case ["jet", f, a]:
                integer(f, where, 0, len(self.graph.functions) - 1)
                self.arguments.append(integer(a, where, 0, last))
            case ["root", q, n]:
                if not is_prime(integer(q, where, 2)):
                    raise Refused(f"{where}: {q} is not a prime")
                integer(n, where, 2, 64)
                self.arguments.append(-1)
            case ["pi"]:
                self.arguments.append(-1)
            case _:
                raise Refused(f"{where}: no kind of generator")
        self.generators.append(tuple(entry))

    def _read_image(self, entry: list[Any], where: str) -> None:
        last = self.graph.given - 1
        match entry:
            case ["exp" | "cis" as group, a, recipe]:
                key: tuple[Any, ...] = (group, integer(a, where, 0, last))
                value: Any = self._recipe(recipe, where)
            case ["log" | "atan" | "erf" as group, a, n, recipe]:
                key = (group, integer(a, where, 0, last))
                value = integer(n, where, 1, 1000), self._recipe(recipe, where)
            case ["jet", f, a, g, s]:
                key = ("jet", integer(f, where), integer(a, where, 0, last))
                value = self._recipe([[g, s]], where)
            case ["root", a, n, p, q, recipe]:
                key = ("root", integer(a, where, 0, last), integer(n, where, 2, 64))
                value = big(p, where), big(q, where), self._recipe(recipe, where)
                if p < 1 or q < 1:
                    raise Refused(f"{where}: the factor is not positive")
            case ["pi", g]:
                key, value = ("pi",), integer(g, where, 0, len(self.generators) - 1)
            case _:
                raise Refused(f"{where}: no kind of image")
        if key in self.images:
            raise Refused(f"{where}: a second image of the same node")
        self.images[key] = value

    def _recipe(self, value: Any, where: str) -> Recipe:
        pairs = [array(pair, where, 2) for pair in array(value, where)]
        last = len(self.generators) - 1
        recipe = [(integer(g, where, 0, last), integer(n, where, -SMALL)) for g, n in pairs]
        distinct([g for g, _ in recipe], where)
        return recipe

    @staticmethod
    def group(op: str, a: int) -> tuple[Any, ...]:
        """The key of an image of a function of one argument."""
        return GROUPS[op], a

    def image(self, *key: Any) -> Any:
        """An image.

        Raises:
            Unchecked: the proof gives none, or none that was checked.
        """
        if key not in self.images:
            raise Unchecked(f"no checked image for the function {printable(key)}")
        return self.images[key]

    def layer(self, g: int) -> int:
        """0 for numbers, 1 for functions of coordinates, 2 for functions of inputs."""
        a = self.arguments[g]
        least = 1 if self.kinds[g] == "jet" else 0
        if a < 0:
            return least
        return max(least, self.graph.layers[a])

    def _used(self, key: tuple[Any, ...], value: Any) -> list[int]:
        """The generators in an image."""
        if key[0] == "pi":
            return [value]
        return [g for g, _ in (value if key[0] in ("exp", "cis", "jet") else value[-1])]

    def _key(self, k: int) -> tuple[Any, ...]:
        node = self.graph.nodes[k]
        match node[0]:
            case "pi" | "isqrtpi":
                return ("pi",)
            case "jet":
                return "jet", node[1], node[3]
            case "root":
                return "root", node[1], node[2]
        if node[0] in GROUPS:
            return (GROUPS[node[0]], node[1])
        return ()

    def _below(self, k: int) -> list[int]:
        """The nodes that the value of a node is computed from, through its image also."""
        key = self._key(k)
        used = self._used(key, self.images[key]) if key in self.images else []
        return [
            *self.graph.children(k),
            *(self.arguments[g] for g in used if self.arguments[g] >= 0),
        ]

    def closure(self, roots: Iterable[int]) -> list[int]:
        """Nodes below the roots, through images also, in order of evaluation."""
        stack = list(roots)
        seen = set(stack)
        while stack:
            for c in self._below(stack.pop()):
                if c not in seen:
                    seen.add(c)
                    stack.append(c)
        return sorted(seen, key=lambda k: self.position[k] if k < self.graph.given else k)

    def _sort(self) -> None:
        """An order of evaluation of all given nodes: children and arguments of images first."""
        self.position = [-1] * self.graph.given
        count, opened = 0, [False] * self.graph.given
        for root in range(self.graph.given):
            stack = [root]
            while stack:
                k = stack[-1]
                if self.position[k] >= 0:
                    stack.pop()
                    continue
                missing = [c for c in self._below(k) if self.position[c] < 0]
                if missing and opened[k]:
                    raise Refused(f"images: the image of node {k} contains the node itself")
                opened[k] = True
                if not missing:
                    self.position[k] = count
                    count += 1
                stack.extend(missing)

    def _order(self) -> None:
        """Every generator is built from earlier ones."""
        layers = [self.layer(g) for g in range(len(self.generators))]
        if layers != sorted(layers):
            raise Refused("generators: numbers come first, then functions of coordinates")
        distinct(self.generators, "generators")
        for key, value in self.images.items():
            if key[0] == "pi":
                if self.kinds[value] != "pi":
                    raise Refused("images: the image of pi is not the generator pi")
                continue
            a = key[2] if key[0] == "jet" else key[1]
            if any(
                layers[g] > max(self.graph.layers[a], key[0] == "jet")
                for g in self._used(key, value)
            ):
                raise Refused(f"images: {printable(key)} uses a generator of a later layer")
        self._sort()
        support = [-1] * self.graph.given
        for k in self.closure(range(self.graph.given)):
            key = self._key(k)
            below = [support[c] for c in self._below(k)]
            if key in self.images:
                below += self._used(key, self.images[key])
            support[k] = max(below, default=-1)
        for g, a in enumerate(self.arguments):
            if a >= 0 and support[a] >= g:
                raise Refused(f"generators[{g}]: its argument contains later generators")

    def setting(self, data: Any, where: str, seed: Any, fixed: bool = True) -> Residues:
        """Residues for a prime, a square root of -1 (0 for none) and residues of roots."""
        prime = integer(data["prime"], where, 3, (1 << 62) - 1)
        if not is_prime(prime):
            raise Refused(f"{where}: {prime} is not a prime")
        residues = Residues(self, prime, integer(seed, where), {}, 0)
        if fixed:
            self.choose(residues, data["iota"], data["roots"], where)
        return residues

    def choose(self, residues: Residues, iota: Any, roots: Any, where: str) -> None:
        """Choose a root of every defining equation."""
        p = residues.prime
        residues.iota = integer(iota, where, 0, p - 1)
        if residues.iota and (residues.iota**2 + 1) % p:
            raise Refused(f"{where}: {iota}^2 is not -1")
        numbers = [g for g, kind in enumerate(self.kinds) if kind == "root"]
        if roots == []:
            return
        for g, v in zip(numbers, array(roots, where, len(numbers)), strict=True):
            _, q, n = self.generators[g]
            if pow(integer(v, where, 1, p - 1), n, p) != q % p:
                raise Refused(f"{where}: {v} is no root number {n} of {q}")
            residues.algebraic[g] = v

    def check_images(self) -> list[str]:
        """Every image is an identity; those beyond the budget are dropped, and are named.

        Exact expansion uses those images only that were checked before.
        """
        expander = Expander(self, True, self.algebra)
        dropped = []
        present = {self.graph.nodes[k] for k in self.graph.closure(self.outputs)}
        last = {}
        for key, value in self.images.items():
            nodes = [*self._inner(key), *(self.arguments[g] for g in self._used(key, value))]
            last[key] = max((self.position[a] for a in nodes if a >= 0), default=-1)
        for key in sorted(last, key=lambda key: last[key]):
            try:
                holds = self._identity(expander, key, self.images[key], present)
            except Unchecked as reason:
                dropped.append(f"{printable(key)}: {reason}")
                continue
            if not holds:
                raise Refused(f"images: {printable(key)} is not shown to be an identity")
            self.verified.add(key)
        self.images = {key: value for key, value in self.images.items() if key in self.verified}
        return dropped

    @staticmethod
    def _inner(key: tuple[Any, ...]) -> tuple[int, ...]:
        if key[0] == "jet":
            return key[2:]
        return key[1:2]

    def _identity(self, e: Expander, key: Any, value: Any, present: set[Any]) -> bool:
        kind, kinds = key[0], {self.kinds[g] for g in self._used(key, value)}
        allowed = {"exp": {"exp", "log"}, "log": {"exp", "log"}, "root": {"root"}}
        if not kinds <= allowed.get(kind, {kind}):
            raise Refused(f"images: {printable(key)} uses generators of another kind")
        if kind == "pi":
            return True
        a = key[2] if kind == "jet" else key[1]
        if kind == "jet":
            ((g, sign),) = value
            f = self.generators[g][1]
            if f != key[1] or (sign != 1 and (sign != -1 or not self.graph.reflection(f, 0))):
                raise Refused(f"images: {printable(key)} is another function")
            return self._equal(e, a, value)
        if kind in ("exp", "cis"):
            return self._equal(e, a, value)
        if kind in ("atan", "erf"):
            root, recipe = value
            if root != 1 or len(recipe) > 1 or any(abs(n) != 1 for _, n in recipe):
                raise Refused(f"images: {printable(key)} is not 0 or plus or minus a generator")
            return self._equal(e, a, recipe)
        if kind == "root":
            p, q, recipe = value
            power = e.scaled(p ** key[2], e.power(e.monomial(recipe), key[2]))
            return not e.plus([e.scaled(q ** key[2], e.quotient(a)), e.scaled(-1, power)])[0]
        root, recipe = value
        for g, _ in recipe:  # a logarithm of the tower is real because the model needs it
            if (
                self.kinds[g] == "log"
                and self.layer(g)
                and ("log", self.arguments[g]) not in present
            ):
                raise Refused(f"images: generator {g} is no logarithm of the model")
        if (
            root == 1
            and len(recipe) == 1
            and recipe[0][1] == 1
            and self.generators[recipe[0][0]] == key
        ):
            return True
        power = e.power(e.quotient(a), root)
        return not e.plus([power, e.scaled(-1, e.monomial(recipe))])[0]

    def _equal(self, e: Expander, a: int, recipe: Recipe) -> bool:
        """Whether a = sum of n times the argument of an exponential, or n log."""
        if len(recipe) == 1 and recipe[0][1] == 1:
            g = recipe[0][0]
            if self.kinds[g] != "log" and self.arguments[g] == a:
                return True
        terms = [e.scaled(-1, e.quotient(a))]
        for g, n in recipe:
            log = self.kinds[g] == "log"
            terms.append(e.scaled(n, e.atom("t", g) if log else e.quotient(self.arguments[g])))
        return not e.plus(terms)[0]

    def check_independence(self, signs: dict[int, int] | None) -> None:
        """Every generator is new, layer by layer.

        Raises:
            Refused: a witness fails.
            Unchecked: no theorem of this referee applies.
        """
        if self.independent:
            return
        layers: list[list[int]] = [[], [], []]
        for g in range(len(self.generators)):
            layers[self.layer(g)].append(g)
        self._check_numbers(layers[0])
        for layer in (1, 2):
            if layers[layer]:
                self._check_functions(layer, layers[layer], signs)
        self.independent = True

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
            residues = self.setting(data, "decisions[0]", 0, fixed=False)
            order = self.closure(self.arguments[g] for g in others)
            rows = []
            for i, row in enumerate(array(data["rows"], "decisions[0]")):
                iota, choice = array(row, f"decisions[0].rows[{i}]", 2)
                self.choose(residues, iota, choice, f"decisions[0].rows[{i}]")
                residues.clear()
                residues.evaluate(order, "d", self.fuel)
                unit = {"exp": 1, "cis": residues.iota}
                rows.append([residues.values[self.arguments[g]] * unit[self.kinds[g]]
                             % residues.prime for g in others])  # fmt: skip
            if rank(rows, residues.prime, self.fuel) < len(others):
                raise Unchecked("decisions[0]: the matrix has not full rank")

    def _check_functions(self, layer: int, gens: list[int], signs: dict[int, int] | None) -> None:
        where, graph = f"decisions[{layer}]", self.graph
        data = record(self.decisions[layer], where, ("prime", "seed", "iota", "roots", "rows"))
        residues = self.setting(data, where, data["seed"])
        residues.signs = signs
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
        self.choose(residues, iota, choice, where)
        residues.clear()
        residues.seed = f"{seed}/{integer(sample, where)}"
        residues.evaluate(self.closure(entries), "d", self.fuel)
        unit = {"cis": residues.iota, "atan": 2 * residues.iota}
        return [residues.values[e] * unit.get(self.kinds[g], 1) % residues.prime
                for g, e in zip(columns, entries, strict=True)]  # fmt: skip

    def _variable(self, layer: int, value: Any, where: str) -> tuple[Any, ...]:
        match value:
            case ["in" | "coord" as op, k] if op == VARIABLES[layer]:
                return op, integer(k, where)
            case ["jet", g, j]:
                g = integer(g, where, 0, len(self.generators) - 1)
                if self.kinds[g] == "jet" and self.layer(g) == layer:
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
            if node[0] == "jet" and node[2] == j and self.images.get(self._key(k)) == [(g, 1)]
        }

    def _check_jets(self, layer: int, jets: list[int], residues: Residues) -> None:
        """Arguments differ, and those of layer 2 are not constant: two samples show it."""
        order = self.closure(self.arguments[g] for g in jets)
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
        e = Expander(self, True, self.algebra)
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
                residues.evaluate(self.closure([a]), "d", self.fuel)
                squares.add(residues.values[a] ** 2 % residues.prime)
        if len(squares) < sum(self.kinds[g] == "erf" for g in gens):
            raise Unchecked("generators: arguments of error functions are not shown to differ")

    def _level(self, name: tuple[Any, ...]) -> int:
        """The layer of an unknown of the full mode."""
        match name[0]:
            case "in" | "coord":
                if name[0] == "in":
                    return 2
                return 1
            case "t" | "jet":
                return self.layer(name[1])
            case "radical" | "iota" | "isqrtpi":
                return 0
        raise Unchecked("a function without image beside an error function")

    def kinks(self, nodes: Iterable[int]) -> set[int]:
        """Arguments of kinks among the nodes."""
        return {self.graph.nodes[k][1] for k in nodes if self.graph.nodes[k][0] in KINKS}
