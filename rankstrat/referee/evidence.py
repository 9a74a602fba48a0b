"""Why images are identities and generators independent; lower and upper bounds: minors, counting,
relations, chance. Every rule, with its theorem, is in docs/certificates.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from .balls import Balls
from .graph import Node
from .polynomials import Expander, Polynomial, check_cover
from .question import Question
from .reading import Refused, Unchecked, distinct, printable
from .residues import Derivation, Residues, rank, rank_at_most
from .tower import Tower

ALLOWED = {"exp": {"exp", "log"}, "log": {"exp", "log"}}
"""Generators in images of a kind; in others there are those of the same kind only."""
ALGEBRAIC = {"rat", "add", "mul", "pow", "root", "par"}
POLYNOMIAL = {"in", "coord", "add", "mul", "pow", "par"}


def verify_images(q: Question) -> list[str]:
    """Check that images are identities; the result names those beyond the budget.

    Exact expansion uses those images only that were verified before.
    """
    tower, expander, dropped = q.tower, Expander(q.tower), []
    present = {q.graph.nodes[k] for k in q.graph.closure(q.outputs)}

    def last(key: Node) -> int:
        return max([key[-1], *(tower.arguments[g] for g, _ in tower.images[key][1])])

    for key in sorted(tower.images.keys() - tower.verified, key=last):
        try:
            for g, _ in tower.images[key][1]:
                if tower.kinds[g] == "log" and ("log", tower.arguments[g]) not in present:
                    check_positive(q, g)
            if not _is_identity(expander, tower, key):
                raise Refused(f"images: {printable(key)} is not shown to be an identity")
            tower.verified.add(key)
        except Unchecked as reason:
            dropped.append(f"image of {printable(key)} not checked: {reason}")
    return dropped


def _is_identity(e: Expander, tower: Tower, key: Node) -> bool:
    kind, left, (n, recipe) = key[0], e.value(key[-1]), tower.images[key]
    fine = {tower.kinds[g] for g, _ in recipe} <= ALLOWED.get(kind, {kind})
    if kind == "log":
        return fine and e.vanishes(e.plus((1, e.power(left, n)), (-1, e.monomial(recipe))))
    if kind in ("atan", "erf", "jet"):
        fine &= [abs(sign) for _, sign in recipe] in ([1], [1] if kind == "jet" else [])
    if kind == "jet" and fine:
        fine &= {tower.generators[g][1] for g, _ in recipe} == {key[1]}
        fine &= recipe[0][1] == 1 or tower.graph.reflection(key[1], 0) != 0
    return fine and n == 1 and e.vanishes(e.plus((1, left), (-1, e.exponent(recipe))))


def check_positive(q: Question, g: int, other_than: int = 0) -> None:
    """The argument of a generator is a positive number, other than the given one."""
    if q.tower.layers[g]:
        raise Refused(f"generators: number {g} is no logarithm of the model")
    low, high = Balls(q.bare, 256).value(q.tower.arguments[g])
    if low <= 0 or low <= other_than <= high:
        raise Unchecked(f"generators: the argument of number {g} is not positive and not 1")


def check_independence(q: Question) -> None:
    """Every generator is new; `Unchecked` if no theorem of this referee applies."""
    tower, members = q.tower, [list[int](), list[int](), list[int]()]
    for g, kind in enumerate(tower.kinds):
        members[tower.layers[g]] += [g] if kind != "root" else []
    kinds = {tower.kinds[g] for g in members[0]}
    arguments = [tower.arguments[g] for g in members[0] if tower.kinds[g] != "isqrtpi"]
    if not {q.graph.nodes[k][0] for k in q.graph.closure(arguments)} <= ALGEBRAIC:
        raise Unchecked("the argument of a generator of layer 0 is not an algebraic number")
    if not kinds <= {"exp", "cis"}:
        if len(members[0]) > 1 or not kinds <= {"isqrtpi", "log"}:
            raise Unchecked("no theorem makes the generators of layer 0 independent")
        if kinds == {"log"}:
            check_positive(q, members[0][0], other_than=1)
        members[0] = []
    for layer, some in enumerate(members):
        columns = [g for g in some if tower.kinds[g] in ("exp", "cis", "log", "atan")]
        _check_arguments(tower, layer, some, _derivation(q, 0, layer))
        count = len(q.choices) * (len(columns) + 2 if layer else 1)
        derivations = (_derivation(q, i, layer) for i in range(count))
        rows = ([d.y(g) for g in columns] for d in derivations)
        if rank(rows, q.prime, q.fuel, len(columns)) < len(columns):
            raise Unchecked(f"generators of layer {layer} are not shown to be independent")


def _derivation(q: Question, i: int, layer: int) -> Derivation:
    """Fresh residues, and a derivation, for row i of a decision."""
    residues = Residues(q.tower, q.prime, q.choices[i % len(q.choices)], f"{q.seed}/{i}")
    residues.signs, residues.tag = q.signs[0] if q.signs else None, "d"
    return Derivation(residues, layer)


def _check_arguments(tower: Tower, layer: int, members: Sequence[int], d: Derivation) -> None:
    """Arguments of jets and error functions differ, also in sign where it matters, and are no
    constants; beside error functions there are exponentials of polynomials, and logarithms.
    """
    keys, graph, alone = [], tower.graph, "erf" not in {tower.kinds[g] for g in members}
    for g in members:
        kind, argument = tower.kinds[g], tower.arguments[g]
        if kind in ("jet", "erf"):
            (v, slope), f = d.value(argument), tower.generators[g][1] if kind == "jet" else -1
            given = f >= 0 and tower.graph.functions[f]
            if (not slope and (f < 0 or layer == 2)) or (given and not v):
                raise Unchecked(f"generators: the argument of {g} is not shown to vary, or not 0")
            even = f < 0 or tower.graph.reflection(f, 0)
            keys.append((f, v * v % d.base.prime if even else v))
        outer, fine = kind in ("log", "atan"), kind != "jet"
        for k in () if alone else tower.closure([argument]):
            op, *below = graph.nodes[k]
            if graph.layers[k] == layer:
                fine &= op in POLYNOMIAL or (outer and op in ("exp", "sin", "cos"))
                fine &= outer or op != "pow" or (kind != "erf" and below[0] > 0)
                own = op == "mul" and [graph.layers[c] for c in below] == [layer, layer]
                fine &= not (kind == "erf" and own)
        if not (fine or alone):
            raise Unchecked(f"generators: beside an error function, number {g} is not checked")
    if len(set(keys)) < len(keys):
        raise Unchecked("generators: arguments of a function are not shown to differ")


def lower_bound(q: Question) -> tuple[int, str]:
    """The bound that is shown, and how."""
    columns = q.data["lower"].get("columns", [])
    distinct(columns, "lower")
    if not set(columns) <= set(q.free):
        raise Refused("lower: a parameter that is not free")
    if not columns:
        return 0, "every rank is at least 0"
    return (_ball_minor if q.data["lower"]["kind"] == "balls" else _minor)(q, columns)


def _minor(q: Question, columns: Sequence[int]) -> tuple[int, str]:
    size, graph, tower = len(columns), q.graph, q.tower
    inside = tower.kinks(a for a in tower.arguments if a >= 0)
    places = [q.region or 0] if inside or q.region is not None else list(range(len(q.signs)))
    if (q.kinks and not q.signs) or (inside and q.region):
        raise Unchecked("kinks need a place, and place 0 if generators contain them")
    check_independence(q)
    q.fuel.burn(size * len(q.outputs))
    entries = [[gradient.get(c, graph.zero) for c in columns] for gradient in q.gradients]
    order = tower.closure(k for row in entries for k in row)
    again = [k for k in order if graph.layers[k] == 2]
    r = Residues(tower, q.prime, q.choices[0], q.seed)

    def matrix() -> Iterator[list[int]]:
        for s in range((size + 1) * max(1, len(places)) if graph.sizes["inputs"] else 1):
            r.signs, r.tag = q.signs[places[s % len(places)]] if q.signs else None, f"s{s}"
            r.evaluate(again if s else order)
            yield from ([r.values[k] for k in row] for row in entries)

    if rank(matrix(), q.prime, q.fuel, size) < size:
        raise Refused(f"lower: no minor of size {size} modulo {q.prime}")
    kinds = f"{len(tower.kinds)} independent generators ({', '.join(sorted(set(tower.kinds)))})"
    return size, f"a minor of size {size} is not zero modulo {q.prime}; {kinds}"


def _ball_minor(q: Question, columns: Sequence[int]) -> tuple[int, str]:
    rows, matrix = q.data["lower"]["rows"], []
    q.fuel.burn(20 * len(rows) * len(columns) * (1 + len(q.outputs)))
    for place, mix in rows:
        if len(mix) != len(q.outputs) or place >= len(q.points):
            raise Refused("lower: no place of this number, or not as many weights as outputs")
        if q.region is not None and q.signs[place] != q.signs[q.region]:
            raise Refused("lower: a place in another region")
        b, pairs = q.at(place), list(zip(mix, q.gradients, strict=True))
        matrix.append([b.plus(*((n, b.value(g[c])) for n, g in pairs if c in g)) for c in columns])
    if len(rows) != len(columns) or not b.is_regular(matrix):
        raise Refused("lower: the matrix is not square, or balls do not exclude zero")
    return len(columns), f"a minor of size {len(columns)} is enclosed away from zero by balls"


def upper_bound(q: Question, digest: str) -> tuple[int, str, Fraction]:
    """The bound that is shown, how, and the chance of an error."""
    kind, free, outputs = q.upper["kind"], len(q.free), len(q.outputs)
    if kind == "parameters":
        return free, f"there are {free} parameters", Fraction(0)
    if kind == "outputs":
        if q.graph.sizes["inputs"]:
            raise Refused("upper: outputs bound the rank of models without inputs only")
        return outputs, f"there are {outputs} outputs", Fraction(0)
    if kind == "relations":
        count, how = _independent_relations(q)
        return free - count, f"{count} independent relations, verified exactly{how}", Fraction(0)
    q.fuel.burn(outputs * free)
    entries = [[gradient.get(p, q.graph.zero) for p in q.free] for gradient in q.gradients]
    claimed = q.data["claim"]["upper"]
    error = rank_at_most(q.tower, digest, entries, claimed)
    return claimed, f"no larger minor at random points (error below {float(error):.0e})", error


def _independent_relations(q: Question) -> tuple[int, str]:
    """How many relations are verified, in one ring, and independent over that ring; and how."""
    graph, free, nodes, reasons = q.graph, set(q.free), set[int](), list[str]()
    for pairs in q.upper["relations"]:
        distinct([p for p, _ in pairs], "upper")
        if not {p for p, _ in pairs} <= free:
            raise Refused("upper: a relation of a parameter that is not free")
        for gradient in q.gradients:
            q.fuel.burn(8 + len(pairs))
            terms = (graph.node("mul", c, gradient[p]) for p, c in pairs if p in gradient)
            nodes.add(graph.node("add", *terms))
    below = q.bare.closure(c for pairs in q.upper["relations"] for _, c in pairs)
    if {graph.nodes[k][0] for k in below} & {"par", "in", "step"}:
        raise Refused("upper: a coefficient contains parameters, inputs or kinks")
    regions = [dict(some) for some in {tuple(some.items()) for some in q.signs}]
    fixed = [q.signs[q.region]] if q.region is not None else [None]
    several = regions and q.region is None and q.tower.kinks(nodes)
    for signs in (fixed, regions) if several else (fixed,):
        if signs is regions:
            check_cover(q.bare, q.kinks, regions)
        for ring in (q.bare, q.tower):
            try:
                rings = [Expander(ring, some) for some in signs]
                if all(e.vanishes(e.value(k)) for e in rings for k in sorted(nodes)):
                    how = f" on {len(signs)} regions, which cover the inputs"
                    return _count(q, ring), how if signs is regions else ""
            except Unchecked as reason:
                reasons.append(str(reason))
    raise Unchecked("; ".join(["a relation is not shown to hold", *reasons]))


def _count(q: Question, ring: Tower) -> int:
    """The rank of the relations, for residues of the unknowns of their expansions in a ring."""
    e, relations, unknowns = Expander(ring), [dict(p) for p in q.upper["relations"]], list[int]()
    values = {c: e.value(c) for relation in relations for c in relation.values()}
    r = Residues(ring, q.prime, q.choices[0], q.seed)

    def at(polynomial: Polynomial) -> int:
        total = 0
        for monomial, c in polynomial.items():
            term = r.rational(*c.as_integer_ratio())
            for v, n in monomial:
                term = term * pow(unknowns[v], n, q.prime) % q.prime
            total += term
        return total % q.prime

    for name, v in e.atoms.items():
        if v in e.inverses:
            unknowns.append(r.inverse(at(e.inverses[v])))
        else:
            unknowns.append(r.leaf(*name) if v in e.rules else r.drawn("unknown", v))
    residues = {c: at(value) for c, value in values.items()}
    rows = ([residues[some[k]] if k in some else 0 for k in q.free] for some in relations)
    return rank(rows, q.prime, q.fuel)
