"""Why images are identities and generators are independent: docs/certificates.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .graph import LEAST_LAYER, SLOPES
from .polynomials import Expander
from .question import Question
from .reading import Refused, Unchecked, printable
from .residues import Residues, rank, setting
from .tower import Key, Tower

ALLOWED = {"exp": {"exp", "log"}, "log": {"exp", "log"}}
"""Generators in images of a kind; in others there are those of the same kind only."""
Line = list[int]
VARIABLES = ("", "coord", "in")
ALGEBRAIC = {"rat", "add", "mul", "pow", "root", "par"}


def verify_images(q: Question, tower: Tower) -> list[str]:
    """Check that images are identities; the result names those beyond the budget.

    Exact expansion uses those images only that were verified before.
    """
    expander = Expander(tower)
    present = {q.graph.nodes[k] for k in q.graph.closure(q.outputs)}
    dropped = []

    def last(key: Key) -> int:
        used = [tower.arguments[g] for g, _ in tower.images[key][1]]
        return max([0, *(key[-1:] if len(key) > 1 else ()), *used])

    for key in sorted(tower.images, key=last):
        try:
            for g, _ in tower.images[key][1]:
                if tower.kinds[g] == "log" and ("log", tower.arguments[g]) not in present:
                    check_positive(q, tower, g)
            if not _is_identity(expander, tower, key):
                raise Refused(f"images: {printable(key)} is not shown to be an identity")
            tower.verified.add(key)
        except Unchecked as reason:
            dropped.append(f"image of {printable(key)} not checked: {reason}")
    return dropped


def _is_identity(e: Expander, tower: Tower, key: Key) -> bool:
    kind, a = key[0], key[-1]
    numbers, recipe = tower.images[key]
    g, sign = recipe[0] if len(recipe) == 1 else (-1, 0)
    if not {tower.kinds[g] for g, _ in recipe} <= ALLOWED.get(kind, {kind}):
        return False
    if kind == "pi":
        return sign == 1
    if kind in ("atan", "erf", "jet") and recipe and sign not in (1, -1):
        return False
    if kind == "jet" and (
        not recipe
        or tower.generators[g][1] != key[1]
        or (sign < 0 and not tower.graph.reflection(key[1], 0))
    ):
        return False
    if sign == 1 and (tower.kinds[g], tower.arguments[g]) == (kind, a) and numbers in ((), (1,)):
        return True
    left = e.value(a)
    if kind == "log":
        left, right = e.power(left, *numbers), e.monomial(recipe)
    elif kind == "root":
        p, q = (e.power(e.rational(c), key[1]) for c in numbers)
        left, right = e.times(q, left), e.times(p, e.power(e.monomial(recipe), key[1]))
    else:
        right = e.exponent(recipe)
    return e.vanishes(e.plus((1, left), (-1, right)))


def check_positive(q: Question, tower: Tower, g: int, other_than: int | None = None) -> None:
    """The argument of a generator is a positive number, other than the given one."""
    if tower.layers[g]:
        raise Refused(f"generators: number {g} is no logarithm of the model")
    low, high = q.numbers.value(tower.arguments[g])
    if low <= 0 or (other_than is not None and low <= other_than * q.numbers.unit <= high):
        raise Unchecked(f"generators: the argument of number {g} is not positive and not 1")


def check_independence(q: Question, tower: Tower) -> None:
    """Every generator is new.

    Raises:
        Refused: a witness fails.
        Unchecked: no theorem of this referee applies.
    """
    new = {"exp", "cis", "log", "atan", "erf", "jet", "pi"}
    if members := tower.numbered(*new, layers=[0]):
        _check_numbers(q, tower, members)
    for layer in (1, 2):
        if members := tower.numbered(*new, layers=[layer]):
            _check_functions(q, tower, layer, members)


def _check_numbers(q: Question, tower: Tower, members: Sequence[int]) -> None:
    """Lindemann-Weierstrass, or one transcendental number; roots are those of primes."""
    kinds = {tower.kinds[g] for g in members}
    arguments = [tower.arguments[g] for g in members if tower.kinds[g] != "pi"]
    if not {q.graph.nodes[k][0] for k in q.graph.closure(arguments)} <= ALGEBRAIC:
        raise Unchecked("the argument of a generator of layer 0 is not an algebraic number")
    if kinds <= {"exp", "cis"}:
        data, residues = _decision(tower, 0)
        rows = (_row(residues, members, arguments, *row) for row in data["rows"])
        _check_rank(rows, residues, len(members))
    elif len(members) > 1 or not kinds <= {"pi", "log"}:
        raise Unchecked("no theorem makes the generators of layer 0 independent")
    elif kinds == {"log"}:
        check_positive(q, tower, members[0], other_than=1)


def _decision(tower: Tower, layer: int) -> tuple[Any, Residues]:
    data = tower.decisions[layer]
    if data is None:
        raise Unchecked(f"there is no decision for layer {layer}")
    return data, setting(tower, data, "decisions")


def _row(r: Residues, members: Sequence[int], nodes: Sequence[int], iota: int, roots: Any) -> Line:
    """Residues of y, or of D y, from those of the nodes by their constant factors."""
    r.choose(iota, roots, "decisions")
    r.values.clear()
    factors = {"cis": iota, "atan": 2 * iota}
    pairs = zip(members, nodes, strict=True)
    return [r.plus((factors.get(r.tower.kinds[g], 1), r.value(k))) for g, k in pairs]


def _check_rank(rows: Iterable[Line], residues: Residues, size: int) -> None:
    if rank(rows, residues.prime, residues.fuel, size) < size:
        raise Unchecked("decisions: a matrix has not full rank")


def _check_functions(q: Question, tower: Tower, layer: int, members: Sequence[int]) -> None:
    data, residues = _decision(tower, layer)
    residues.signs = q.signs[0] if q.signs else None
    if tower.numbered("erf", layers=[layer]):
        _check_error_functions(tower, layer, members, residues)
    _check_jets(layer, tower.numbered("jet", layers=[layer]), residues)
    columns = tower.numbered("exp", "cis", "log", "atan", layers=[layer])
    gradients = [_gradient(tower, layer, g) for g in columns]

    def rows() -> Iterator[Line]:
        for sample, variable, iota, roots in data["rows"]:
            entries = [_by(tower, layer, gradient, variable) for gradient in gradients]
            residues.seed, residues.tag = f"{data['seed']}/{sample}", "d"
            yield _row(residues, columns, entries, iota, roots)

    _check_rank(rows(), residues, len(columns))


def _gradient(tower: Tower, layer: int, g: int) -> dict[int, int]:
    """Nodes of $D y_g$, up to a constant, by the inputs or coordinates and the jets."""
    graph, kind, a = tower.graph, tower.kinds[g], tower.arguments[g]
    outer = kind in ("log", "atan")
    slope = SLOPES[kind](graph, graph.node(kind, a), a) if outer else graph.one
    found = graph.gradient(a, (VARIABLES[layer], "jet"), layer)
    return {k: graph.product(slope, d) for k, d in found.items()}


def _by(tower: Tower, layer: int, gradient: dict[int, int], variable: tuple[Any, ...]) -> int:
    """The node of the derivative by one variable, to which several leaves may be equal."""
    graph, (kind, g, *order) = tower.graph, variable
    if kind != "jet":
        return graph.total(*(d for k, d in gradient.items() if graph.nodes[k] == variable))
    if g not in tower.numbered("jet", layers=[layer]):
        raise Refused(f"decisions: generator {g} is no variable of layer {layer}")
    terms = []
    for k, node in gradient.items():
        leaf = graph.nodes[k]
        if leaf[0] == "jet" and leaf[2] == order[0]:
            _, ((image, sign),) = tower.image(*tower.key(leaf))
            factor = 1 if sign > 0 else graph.reflection(*leaf[1:3])
            factor = factor if image == g else 0
            terms.append(graph.product(graph.node("rat", factor, 1), node))
    return graph.total(*terms)


def _check_jets(layer: int, jets: Sequence[int], residues: Residues) -> None:
    """Arguments differ, and those of layer 2 are not constant: two samples show it."""
    tower, values, keys = residues.tower, [], set()
    for residues.tag in ("d0", "d1"):
        residues.values.clear()
        values.append([residues.value(tower.arguments[g]) for g in jets])
    for g, v, w in zip(jets, *values, strict=True):
        f = tower.generators[g][1]
        if (tower.graph.functions[f] and not v) or (layer == 2 and v == w):
            raise Unchecked(f"generators: the argument of {g} is not shown to vary, or not 0")
        keys.add((f, v * v % residues.prime if tower.graph.reflection(f, 0) else v))
    if len(keys) < len(jets):
        raise Unchecked("generators: arguments of an unspecified function do not differ")


def _check_error_functions(
    tower: Tower, layer: int, members: Sequence[int], residues: Residues
) -> None:
    """Affine arguments, beside exponentials of polynomials, and logarithms of these."""
    squares = []
    for g in members:
        kind, e = tower.kinds[g], Expander(tower)
        argument, layers = e.value(tower.arguments[g]), _layers(e)
        own = [atom for atom, v in zip(e.atoms, layers, strict=True) if v == layer]
        names = {tower.kinds[atom[1]] if atom[0] == "t" else atom[0] for atom in own}
        powers = [[n for v, n in m if layers[v] == layer] for m in argument]
        polynomial = min((n for some in powers for n in some), default=1) > 0
        fine = names <= {VARIABLES[layer]} and polynomial
        if kind in ("log", "atan"):
            fine = names <= {VARIABLES[layer], "exp", "cis", "inverse"}
        elif kind == "erf":
            fine = fine and max(map(sum, powers), default=0) == 1
            residues.values.clear()
            squares.append(residues.value(tower.arguments[g]) ** 2 % residues.prime)
        if not fine or kind == "jet":
            raise Unchecked(f"generators: beside an error function, number {g} is not checked")
    if len(set(squares)) < len(squares):
        raise Unchecked("generators: arguments of error functions are not shown to differ")


def _layers(e: Expander) -> list[int]:
    """The layers of all unknowns that an expansion needed."""
    layers: list[int] = []
    for v, (name, *data) in enumerate(e.atoms):
        if name in ("side", "free"):
            raise Unchecked("a function without image stands beside an error function")
        if name == "inverse":
            layers.append(max(layers[w] for m in e.inverses[v] for w, _ in m))
        else:
            generator = name in ("t", "jet")
            layers.append(e.tower.layers[data[0]] if generator else LEAST_LAYER.get(name, 0))
    return layers
