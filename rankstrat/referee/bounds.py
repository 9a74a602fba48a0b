"""Lower and upper bounds: minors, counting, relations, chance."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from .cells import check_cover
from .independence import check_independence
from .polynomials import Expander
from .question import Question
from .reading import Refused, Unchecked, distinct
from .residues import Residues, rank, rank_at_most, setting
from .tower import Tower


def lower_bound(q: Question, tower: Tower) -> tuple[int, str]:
    """The bound that is shown, and how."""
    data = q.data["lower"]
    if data["kind"] == "none":
        return 0, "every rank is at least 0"
    distinct(data["columns"], "lower")
    if not set(data["columns"]) <= set(q.free):
        raise Refused("lower: a parameter that is not free")
    return _ball_minor(q) if data["kind"] == "balls" else _minor(q, tower)


def _minor(q: Question, tower: Tower) -> tuple[int, str]:
    data, graph, columns = q.data["lower"], q.graph, q.data["lower"]["columns"]
    inside = tower.kinks(graph.closure(a for a in tower.arguments if a >= 0))
    alone = 0 if inside else q.region
    for _, output, place in data["rows"]:
        if output >= len(q.outputs) or place >= len(q.signs):
            raise Refused("lower: no output or place of this number")
        if q.kinks and (place < 0 or (alone is not None and place != alone)):
            raise Unchecked("kinks need a place, and one place if generators contain them")
    if inside and q.region:
        raise Unchecked("generators that contain kinks belong to place 0")
    check_independence(q, tower)
    residues = setting(tower, data, "lower")
    q.fuel.burn(len(data["rows"]) * len(columns))
    entries = {
        (o, c): q.gradients[o].get(c, graph.zero) for _, o, _ in data["rows"] for c in columns
    }
    order = tower.closure(entries.values())

    def matrix() -> Iterator[list[int]]:
        current = None
        for sample, output, place in data["rows"]:
            if current != (sample, place):
                residues.signs = q.signs[place] if place >= 0 else None
                residues.tag = f"s{sample}"
                again = [k for k in order if graph.layers[k] == 2] if current else order
                residues.evaluate(again)
            current = sample, place
            yield [residues.values[entries[output, c]] for c in columns]

    if rank(matrix(), residues.prime, q.fuel, len(columns)) < len(columns):
        raise Refused(f"lower: no minor of size {len(columns)} modulo {residues.prime}")
    kinds = ", ".join(sorted(set(tower.kinds))) or "variables only"
    return len(columns), (
        f"a minor of size {len(columns)} is not zero modulo {residues.prime};"
        f" {len(tower.generators)} independent generators ({kinds})"
    )


def _ball_minor(q: Question) -> tuple[int, str]:
    rows, columns, matrix = q.data["lower"]["rows"], q.data["lower"]["columns"], []
    if len(rows) != len(columns):
        raise Refused("lower: the matrix is not square")
    for place, mix in rows:
        if len(mix) != len(q.outputs) or place >= len(q.points):
            raise Refused("lower: no place of this number, or not as many weights as outputs")
        if q.region is not None and q.signs[place] != q.signs[q.region]:
            raise Refused("lower: a place in another region")
        balls = q.at(place)
        terms = [
            [(n, g[c]) for n, g in zip(mix, q.gradients, strict=True) if c in g] for c in columns
        ]
        matrix.append([balls.plus(*((n, balls.value(k)) for n, k in some)) for some in terms])
    if not q.balls.is_regular(matrix):
        raise Refused("lower: balls do not exclude zero from the minor")
    return len(columns), f"a minor of size {len(columns)} is enclosed away from zero by balls"


def upper_bound(q: Question, tower: Tower, digest: str) -> tuple[int, str, Fraction]:
    """The bound that is shown, how, and the chance of an error."""
    kind, free, outputs = q.data["upper"]["kind"], len(q.free), len(q.outputs)
    if kind == "parameters":
        return free, f"there are {free} parameters", Fraction(0)
    if kind == "outputs":
        if q.sizes["inputs"]:
            raise Refused("upper: outputs bound the rank of models without inputs only")
        return outputs, f"there are {outputs} outputs", Fraction(0)
    if kind == "relations":
        count, left = _relations(q, tower, digest)
        how, error = _vanish(q, tower, digest, left)
        return free - count, f"{count} independent relations, {how}", error
    q.fuel.burn(outputs * free)
    claimed, entries = (
        q.data["claim"]["upper"],
        [[g.get(p, q.graph.zero) for p in q.free] for g in q.gradients],
    )
    error = rank_at_most(tower, digest, entries, claimed)
    return claimed, f"no larger minor at random points (error below {float(error):.0e})", error


def _relations(q: Question, tower: Tower, digest: str) -> tuple[int, list[int]]:
    """The number of independent relations, and nodes that vanish if they hold."""
    graph, relations = q.graph, list[dict[int, int]]()
    for pivot, pairs in q.data["upper"]["relations"]:
        distinct([p for p, _ in pairs], "upper")
        relations.append(dict(pairs))
        if pivot not in relations[-1] or not relations[-1].keys() <= set(q.free):
            raise Refused(f"upper: the relation of {pivot} is not one of free parameters")
        if any(c >= graph.given or graph.private[c] for _, c in pairs):
            raise Refused("upper: a coefficient contains parameters or inputs, or is no node")
    if q.bare.kinks(graph.closure(c for relation in relations for c in relation.values())):
        raise Unchecked("a coefficient of a relation contains a kink")
    residues = Residues(tower, (1 << 61) - 1, digest)
    if q.data["lower"]["kind"] == "minor":
        residues = setting(tower, q.data["lower"], "lower")
    q.fuel.burn(len(relations) * len(q.free))
    rows = ([residues.value(r.get(p, graph.zero)) for p in q.free] for r in relations)
    count, left = rank(rows, residues.prime, q.fuel), set[int]()
    for relation in relations:
        for gradient in q.gradients:
            q.fuel.burn(8 + len(relation))
            terms = [(c, gradient[p]) for p, c in relation.items() if p in gradient]
            left.add(graph.total(*(graph.product(*pair) for pair in terms)))
    return count, sorted(left - {graph.zero})


def _vanish(q: Question, tower: Tower, digest: str, left: list[int]) -> tuple[str, Fraction]:
    """Nodes vanish identically: exactly, on every region, or at random points; the chance of an
    error.
    """
    fixed = q.signs[q.region] if q.region is not None else None
    for some in (q.bare, tower):
        expander = Expander(some, fixed)
        try:
            left = [k for k in left if not expander.is_zero(k)]
        except Unchecked as reason:
            q.remarks.append(f"relations beyond exact expansion: {reason}")
        if not left:
            return "verified exactly", Fraction(0)
    if q.signs and fixed is None and not q.sizes["coordinates"]:
        check_cover(q.bare, q.kinks, q.signs)
        regions = {tuple(sorted(s.items())): s for s in q.signs}
        expanders = [Expander(q.bare, signs) for signs in regions.values()]
        if not all(e.is_zero(k) for e in expanders for k in left):
            raise Unchecked("a relation is not shown to hold on every region")
        return f"verified exactly on {len(regions)} regions, which cover the inputs", Fraction(0)
    error = rank_at_most(tower, digest, [[k] for k in left], 0)
    return f"verified at random points (error below {float(error):.0e})", error
