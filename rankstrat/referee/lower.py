"""Lower bounds: a minor that is not zero, modulo a prime or in balls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .independence import Independence
from .question import Question
from .reading import (
    SMALL,
    Refused,
    Unchecked,
    array,
    distinct,
    integer,
    integers,
    record,
)
from .residues import rank
from .tower import Tower


class LowerBound:
    """The evidence for the lower bound of a question."""

    def __init__(self, question: Question, tower: Tower, independence: Independence) -> None:
        self.q, self.tower, self.independence = question, tower, independence

    def check(self, claimed: int) -> tuple[int, str]:
        """The bound that is shown, and how."""
        data = self.q.data["lower"]
        match data:
            case {"kind": "none"}:
                return 0, "every rank is at least 0"
            case {"kind": "minor"}:
                size, text = self._minor(data)
            case {"kind": "balls"}:
                size, text = self._ball_minor(data)
            case _:
                raise Refused("lower: no kind of lower bound")
        if size < claimed:
            raise Refused(f"lower: the minor has size {size}, and {claimed} is claimed")
        return size, text

    def _minor(self, data: Any) -> tuple[int, str]:
        keys = ("kind", "prime", "seed", "iota", "roots", "rows", "columns")
        data = record(data, "lower", keys)
        rows = [integers(array(row, "lower.rows", 3), "lower.rows", -1)
                for row in array(data["rows"], "lower.rows")]  # fmt: skip
        columns = self._columns(data)
        kinks = self.q.bare.kinks(self.q.graph.closure(self.q.outputs))
        inside = self.q.bare.kinks(self.q.graph.closure(a for a in self.tower.arguments if a >= 0))
        for s, o, r in rows:
            if s < 0 or not 0 <= o < len(self.q.outputs) or not -1 <= r < len(self.q.signs):
                raise Refused("lower.rows: no sample, output or place of this number")
            if kinks and (
                r < 0 or (inside and r) or (self.q.region is not None and r != self.q.region)
            ):
                raise Unchecked("kinks need a place, and one place if generators contain them")
        self.independence.check()
        residues = self.tower.setting(data, "lower", data["seed"])
        entries = {(o, c): self.q.entry(o, c) for _, o, _ in rows for c in columns}
        order = self.tower.closure(entries.values())
        low = [k for k in order if self.q.graph.layers[k] < 2]
        high = [k for k in order if self.q.graph.layers[k] == 2]
        residues.clear()

        def matrix() -> Iterator[list[int]]:
            current: tuple[int, int] | None = None
            for s, o, r in rows:
                if current != (s, r):
                    residues.signs = self.q.signs[r] if r >= 0 else None
                    if current is None:
                        residues.evaluate(low, "s", self.q.fuel)
                    residues.evaluate(high, f"s{s}", self.q.fuel)
                current = s, r
                yield [residues.values[entries[o, c]] for c in columns]

        if rank(matrix(), residues.prime, self.q.fuel, len(columns)) < len(columns):
            raise Refused(f"lower: no minor of size {len(columns)} modulo {residues.prime}")
        kinds = ", ".join(sorted(set(self.tower.kinds))) or "variables only"
        return len(columns), (
            f"a minor of size {len(columns)} is not zero modulo {residues.prime};"
            f" {len(self.tower.generators)} independent generators ({kinds})"
        )

    def _ball_minor(self, data: Any) -> tuple[int, str]:
        data = record(data, "lower", ("kind", "rows", "columns"))
        columns = self._columns(data)
        count = len(self.q.outputs)
        matrix = []
        for row in array(data["rows"], "lower.rows", len(columns)):
            place, mix = array(row, "lower.rows", 2)
            mix = integers(array(mix, "lower.rows", count), "lower.rows", -SMALL)
            integer(place, "lower.rows", 0, len(self.q.places) - 1)
            if self.q.region is not None and self.q.signs[place] != self.q.signs[self.q.region]:
                raise Refused("lower.rows: a place in another region")
            entries = [self.q.entry(o, c) for c in columns for o in range(count)]
            order, (at, x) = self.q.graph.closure(entries), self.q.places[place]
            v = self.q.balls.evaluate(self.q.graph, order, at, x, self.q.zero)
            scaled = [
                self.q.balls.scale(v[e], n)
                for e, n in zip(entries, mix * len(columns), strict=True)
            ]
            matrix.append([self.q.balls.add(*scaled[j * count : (j + 1) * count])
                           for j in range(len(columns))])  # fmt: skip
        if not self.q.balls.is_regular(matrix):
            raise Refused("lower: balls do not exclude zero from the minor")
        return len(columns), f"a minor of size {len(columns)} is enclosed away from zero by balls"

    def _columns(self, data: Any) -> list[int]:
        columns = integers(data["columns"], "lower.columns", 0, self.q.sizes["parameters"] - 1)
        distinct(columns, "lower.columns")
        if not set(columns) <= set(self.q.free):
            raise Refused("lower.columns: a parameter that is not free")
        return columns
