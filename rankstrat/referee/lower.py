"""Lower bounds: a minor that is not zero, modulo a prime or in balls."""

from __future__ import annotations

from collections.abc import Iterator

from .independence import Independence
from .question import Question
from .reading import Refused, Unchecked
from .residues import rank, setting
from .tower import Tower


def lower_bound(q: Question, tower: Tower) -> tuple[int, str]:
    """The bound that is shown, and how."""
    match q.data["lower"]["kind"]:
        case "none":
            return 0, "every rank is at least 0"
        case "balls":
            return _ball_minor(q)
    return _minor(q, tower)


def _minor(q: Question, tower: Tower) -> tuple[int, str]:
    data, graph, columns = q.data["lower"], q.graph, q.columns()
    inside = tower.kinks(graph.closure(a for a in tower.arguments if a >= 0))
    for _, output, place in data["rows"]:
        if output >= len(q.outputs) or place >= len(q.signs):
            raise Refused("lower: no output or place of this number")
        alone = 0 if inside else q.region
        if q.kinks and (place < 0 or (alone is not None and place != alone)):
            raise Unchecked("kinks need a place, and one place if generators contain them")
    if inside and q.region:
        raise Unchecked("generators that contain kinks belong to place 0")
    Independence(q, tower).check()
    residues = setting(tower, data, "lower")
    q.fuel.burn(len(data["rows"]) * len(columns))
    entries = {(o, c): q.entry(o, c) for _, o, _ in data["rows"] for c in columns}
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
    rows, columns, matrix = q.data["lower"]["rows"], q.columns(), []
    if len(rows) != len(columns):
        raise Refused("lower: the matrix is not square")
    for place, mix in rows:
        if len(mix) != len(q.outputs) or place >= len(q.points):
            raise Refused("lower: no place of this number, or not as many weights as outputs")
        if q.region is not None and q.signs[place] != q.signs[q.region]:
            raise Refused("lower: a place in another region")
        balls = q.at(place)
        matrix.append([
            balls.plus([balls.times(balls.rational(n), balls.value(q.entry(o, c)))
                        for o, n in enumerate(mix)])
            for c in columns
        ])  # fmt: skip
    if not q.balls.is_regular(matrix):
        raise Refused("lower: balls do not exclude zero from the minor")
    return len(columns), f"a minor of size {len(columns)} is enclosed away from zero by balls"
