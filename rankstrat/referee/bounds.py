"""Lower and upper bounds: minors, counting, relations, chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from .cells import check_cover
from .independence import check_independence
from .polynomials import Expander, Polynomial
from .question import Question
from .reading import Refused, Unchecked, distinct
from .residues import Residues, rank, rank_at_most, setting
from .tower import Tower

Relation = dict[int, int]
NONE = Fraction(0)


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
        return free, f"there are {free} parameters", NONE
    if kind == "outputs":
        if q.sizes["inputs"]:
            raise Refused("upper: outputs bound the rank of models without inputs only")
        return outputs, f"there are {outputs} outputs", NONE
    if kind == "relations":
        count, how, error = _independent_relations(q, tower, digest)
        return free - count, f"{count} independent relations, {how}", error
    q.fuel.burn(outputs * free)
    entries = [[gradient.get(p, q.graph.zero) for p in q.free] for gradient in q.gradients]
    claimed = q.data["claim"]["upper"]
    error = rank_at_most(tower, digest, entries, claimed)
    return claimed, f"no larger minor at random points (error below {float(error):.0e})", error


def _independent_relations(q: Question, tower: Tower, digest: str) -> tuple[int, str, Fraction]:
    """How many relations there are, how they were verified, and the chance of an error.

    They are verified in one ring, and independent over that ring.
    """
    relations = _relations(q)
    nodes = _residuals(q, relations)
    r = Residues(tower, (1 << 61) - 1, digest)
    if q.data["lower"]["kind"] == "minor":
        r = setting(tower, q.data["lower"], "lower")
    fixed = q.signs[q.region] if q.region is not None else None
    zero, regions = {q.bare: set[int](), tower: set[int]()}, q.signs if fixed is None else []
    for ring, found in zero.items():
        expander = Expander(ring, fixed)
        try:
            found.update(k for k in nodes if expander.is_zero(k))
        except Unchecked as reason:
            q.remarks.append(f"relations beyond exact expansion: {reason}")
        if len(found) == len(nodes):
            return _count(q, relations, _expanded(ring, relations, r), r), "verified exactly", NONE
    if regions and tower.kinks(tower.closure(nodes)):
        check_cover(q.bare, q.kinks, regions)
        signs = [dict(some) for some in {tuple(some.items()) for some in regions}]
        how = f"verified exactly on {len(signs)} regions, which cover the inputs"
        for ring, found in zero.items():
            left = [k for k in nodes if k not in found]
            if all(e.is_zero(k) for e in (Expander(ring, some) for some in signs) for k in left):
                return _count(q, relations, _expanded(ring, relations, r), r), how, NONE
        raise Unchecked("a relation is not shown to hold on every region")
    error = rank_at_most(tower, digest, [[k] for k in nodes], 0)
    values = {c: r.value(c) for relation in relations for c in relation.values()}
    how = f"verified at random points (error below {float(error):.0e})"
    return _count(q, relations, values, r), how, error


def _relations(q: Question) -> list[Relation]:
    """Coefficients by parameter."""
    graph, free, relations = q.graph, set(q.free), list[Relation]()
    for pivot, pairs in q.data["upper"]["relations"]:
        distinct([p for p, _ in pairs], "upper")
        relations.append(dict(pairs))
        if pivot not in relations[-1] or not relations[-1].keys() <= free:
            raise Refused(f"upper: the relation of {pivot} is not one of free parameters")
        if any(c >= graph.given or graph.private[c] for _, c in pairs):
            raise Refused("upper: a coefficient contains parameters or inputs, or is no node")
    if q.bare.kinks(graph.closure(c for relation in relations for c in relation.values())):
        raise Unchecked("a coefficient of a relation contains a kink")
    return relations


def _residuals(q: Question, relations: Sequence[Relation]) -> list[int]:
    """Nodes that vanish if the relations hold."""
    graph, found = q.graph, set[int]()
    for relation in relations:
        for gradient in q.gradients:
            q.fuel.burn(8 + len(relation))
            terms = [(c, gradient[p]) for p, c in relation.items() if p in gradient]
            found.add(graph.total(*(graph.product(*pair) for pair in terms)))
    return sorted(found - {graph.zero})


def _expanded(ring: Tower, relations: Sequence[Relation], r: Residues) -> dict[int, int]:
    """Residues of coefficients, for residues of the unknowns of their expansions in a ring."""
    e, unknowns = Expander(ring), list[int]()
    values = {c: e.value(c) for relation in relations for c in relation.values()}
    roots = {("radical", *ring.generators[g][1:]): ("t", g) for g in ring.numbered("root")}

    def at(polynomial: Polynomial) -> int:
        terms = []
        for monomial, c in polynomial.items():
            term = r.rational(c.numerator, c.denominator)
            for v, n in monomial:
                term = r.times(term, r.power(unknowns[v], n))
            terms.append((1, term))
        return r.plus(*terms)

    for v, name in enumerate(e.atoms):
        if v in e.inverses:
            unknowns.append(r.inverse(at(e.inverses[v])))
        elif name == ("iota",) or name in roots:
            unknowns.append(r.leaf(*roots.get(name, name)))
        else:
            unknowns.append(r.drawn("unknown", v))
    return {c: at(value) for c, value in values.items()}


def _count(
    q: Question, relations: Sequence[Relation], values: Mapping[int, int], r: Residues
) -> int:
    """The rank of the relations."""
    q.fuel.burn(len(relations) * len(q.free))
    rows = ([values[some[p]] if p in some else 0 for p in q.free] for some in relations)
    return rank(rows, r.prime, q.fuel)
