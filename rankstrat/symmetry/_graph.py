"""Candidates for symmetries, read off the expression graph of a model; every one of them is
verified afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from rankstrat.algebra.linear import Echelon
from rankstrat.algebra.program import CONSTANT, EVEN, FUNCTION, LEAF, LINEAR, ODD, PRODUCT, Program
from rankstrat.errors import ModelError, demand
from rankstrat.model.compiled import Compiled
from rankstrat.model.model import Model

Weights = dict[int, Fraction]
CONJUGATES = 64
ONE = -1
"""The place of the constant in a linear form."""
HOMOGENEOUS = frozenset({"relu", "abs"})
DEGREE_ZERO = frozenset({"step", "sign"})


class ExpressionGraph:
    """The nodes below the outputs with labelled, unordered arguments.

    Args:
        model: the model.
        signed: whether a coefficient and its negative are different labels.
    """

    def __init__(self, model: Model, *, signed: bool = True) -> None:
        demand(model, Model, ModelError, "a Model", "of a point, take point.model")
        self._signed = signed
        self.compiled: Compiled = model.compiled
        self.program: Program = self.compiled.program
        program = self.program
        self.nodes = program.reachable([*self.compiled.outputs, *self.compiled.parameters])
        parameters = set(self.compiled.parameters)
        place: dict[int, list[int]] = {}
        for k, n in enumerate(self.compiled.outputs):
            place.setdefault(n, []).append(k)
        arguments_of = {n: self._arguments(n) for n in self.nodes}
        labels = sorted({str(label) for below in arguments_of.values() for label, _ in below})
        number = {label: k for k, label in enumerate(labels)}  # sorted millions of times
        self.below = {
            n: [(number[str(label)], a) for label, a in below] for n, below in arguments_of.items()
        }
        self.above: dict[int, list[tuple[int, int]]] = {n: [] for n in self.nodes}
        for n, arguments in self.below.items():
            for label, child in arguments:
                self.above[child].append((label, n))
        self.start = {
            n: (
                program.kind[n],
                "p" if n in parameters else self._datum(n),
                tuple(place.get(n, ())),
            )
            for n in self.nodes
        }

    def _arguments(self, n: int) -> list[tuple[Any, int]]:
        program, data = self.program, self.program.data[n]
        if program.kind[n] == LINEAR:
            return list(zip(map(self._label, data[1:]), program.args[n], strict=True))
        if program.kind[n] == PRODUCT:
            return list(zip(data, program.args[n], strict=True))
        return [(0, a) for a in program.args[n]]

    def _datum(self, n: int) -> Any:
        data: Any = self.program.data[n]
        if self.program.kind[n] == LINEAR:
            return self._label(data[0])
        if self.program.kind[n] == PRODUCT:
            return ()
        return data

    def _label(self, coefficient: Any) -> Any:
        if self._signed or not isinstance(coefficient, int | Fraction):
            return coefficient
        return abs(coefficient)

    @property
    def classes(self) -> int:
        """How many kinds of parameters colours tell apart."""
        colours = self._refine([dict(self.start)])[0]
        return len({colours[n] for n in self.compiled.parameters})

    # Permutations: colour refinement of two copies in step, one vertex after another

    def permutations(self) -> list[dict[int, int]]:
        """Permutations of parameter positions from automorphisms that join all orbits, and their
        conjugates.
        """
        order = {n: i for i, n in enumerate(self.compiled.parameters)}
        found = [
            {order[a]: order[b] for a, b in automorphism.items() if a in order and a != b}
            for automorphism in self._automorphisms()
        ]
        return _conjugates(_without_products(found))

    def _automorphisms(self) -> Iterator[dict[int, int]]:
        """Maps of the nodes that join all orbits of parameters."""
        colours = self._refine([dict(self.start)])
        classes: dict[Any, list[int]] = {}
        for n in self.compiled.parameters:
            classes.setdefault(colours[0][n], []).append(n)
        orbit = {n: n for n in self.compiled.parameters}
        for members in sorted(classes.values(), key=len):
            for v, w in ((v, w) for v in members for w in members if v < w):
                if orbit[v] == orbit[w]:
                    continue
                automorphism = self._automorphism(colours[0], v, w)
                if automorphism is None:
                    continue
                yield automorphism
                for a, b in automorphism.items():
                    if a in orbit and orbit[a] != orbit[b]:
                        old, new = orbit[a], orbit[b]
                        orbit = {n: new if o == old else o for n, o in orbit.items()}

    def _automorphism(self, colours: dict[int, Any], v: int, w: int) -> dict[int, int] | None:
        """An automorphism that carries v to w: first one that moves as little as v -> w leaves open
        (an exchange of two units), then any.
        """
        left, right = dict(colours), dict(colours)
        left[v] = right[w] = ("fixed", -1)
        left, right = self._refine([left, right])
        still = {n: ("still", n) for n in self.nodes if left[n] == right[n]}
        return self._matched(left | still, right | still) or self._matched(left, right)

    def _matched(self, left: dict[int, Any], right: dict[int, Any]) -> dict[int, int] | None:
        for step in range(len(self.nodes)):
            left, right = self._refine([left, right])
            cells: list[dict[Any, list[int]]] = [{}, {}]
            for cell, copy in zip(cells, (left, right), strict=True):
                for n in self.nodes:
                    cell.setdefault(copy[n], []).append(n)
            if {c: len(m) for c, m in cells[0].items()} != {c: len(m) for c, m in cells[1].items()}:
                return None
            open_ = [c for c, m in cells[0].items() if len(m) > 1]
            if not open_:
                return {m[0]: cells[1][c][0] for c, m in cells[0].items()}
            same = [(c, n) for c in open_ for n in cells[0][c] if n in cells[1][c]]
            c, n = same[0] if same else (open_[0], cells[0][open_[0]][0])
            left[n] = right[n if same else cells[1][c][0]] = ("fixed", step)
        return None

    def _refine(self, copies: list[dict[int, Any]]) -> list[dict[int, Any]]:
        """Stable colours, named alike in all copies."""
        count = 0
        while True:
            first: dict[Any, int] = {}
            copies = [
                {n: first.setdefault(c, len(first)) for n, c in colours.items()}
                for colours in copies
            ]
            names: dict[Any, int] = {}
            copies = [
                {n: names.setdefault(self._signature(n, c), len(names)) for n in self.nodes}
                for c in copies
            ]
            if len(names) == count:
                return copies
            count = len(names)

    def _signature(self, n: int, colours: dict[int, int]) -> Any:
        below = tuple(sorted([(e, colours[a]) for e, a in self.below[n]]))
        above = tuple(sorted([(e, colours[a]) for e, a in self.above[n]]))
        return colours[n], below, above

    # Signed permutations: an automorphism up to signs, which solve a linear system over GF(2)

    def signed_permutations(self) -> Iterator[dict[int, tuple[int, int]]]:
        """Place -> (place that takes its value, sign), from automorphisms of the unsigned graph."""
        order = {n: i for i, n in enumerate(self.compiled.parameters)}
        for automorphism in self._automorphisms():
            signs = self._signs(automorphism)
            if signs is not None:
                yield {
                    order[n]: (order[m], -1 if order[n] in signs else 1)
                    for n, m in automorphism.items()
                    if n in order
                }

    def _signs(self, automorphism: Mapping[int, int]) -> set[int] | None:
        """The parameters whose sign changes, so that each node takes the value of the one before it
        up to sign; None where no signs do.
        """
        program = self.program
        order = {n: i for i, n in enumerate(self.compiled.parameters)}
        sign: dict[int, Weights] = {}
        equations: list[Weights] = []

        def unlike(one: Any, two: Any) -> Weights:
            return {} if one == two else {ONE: Fraction(1)}

        for n in self.nodes:
            kind, data, args = program.kind[n], program.data[n], program.args[n]
            info: Any = data
            if kind in (CONSTANT, LEAF):
                sign[n] = {order[n]: Fraction(1)} if n in order else {}
            elif kind == PRODUCT:
                sign[n] = _combine(
                    [(Fraction(e), sign[a]) for e, a in zip(info, args, strict=True)]
                )
            elif kind == LINEAR:
                image: Any = program.data[automorphism[n]]
                there = dict(zip(program.args[automorphism[n]], image[1:], strict=True))
                forms = [
                    _combine(
                        [(Fraction(1), sign[a]), (Fraction(1), unlike(c, there[automorphism[a]]))]
                    )
                    for c, a in zip(info[1:], args, strict=True)
                ]
                if info[0]:
                    forms.append(unlike(info[0], image[0]))
                equations += [_combine([(Fraction(1), forms[0]), (Fraction(1), f)]) for f in forms]
                sign[n] = forms[0]
            else:
                assert kind == FUNCTION
                sign[n] = self._function(data, sign[args[0]], equations, 2)
        echelon = Echelon(last=True, modulus=2)
        for equation in equations + [sign[n] for n in self.compiled.outputs]:
            echelon.add(equation)
        if ONE in echelon.rows:
            return None
        return {pivot for pivot, row in echelon.rows.items() if row.get(ONE)}

    # Signs and scalings: one linear system over GF(2) or Q

    def sign_changes(self) -> list[frozenset[int]]:
        """Sets of parameters whose joint change of sign leaves every output alone (a basis of the
        group).
        """
        return [
            frozenset(w)
            for w in _sparse(_nullspace(self._equations(2), len(self.compiled.parameters), 2), 2)
        ]

    def scalings(self) -> list[Weights]:
        """Weights k_i such that theta_i -> c^{k_i} theta_i leaves every output alone for c > 0 (a
        basis).
        """
        return _sparse(_nullspace(self._equations(0), len(self.compiled.parameters), 0), 0)

    def _equations(self, characteristic: int) -> list[Weights]:
        """Linear conditions on the degrees of the parameters; degrees of nodes are linear forms in
        them.
        """
        program = self.program
        order = {n: i for i, n in enumerate(self.compiled.parameters)}
        degree: dict[int, Weights] = {}
        equations: list[Weights] = []
        for n in self.nodes:
            kind, data, args = program.kind[n], program.data[n], program.args[n]
            info: Any = data
            if kind in (CONSTANT, LEAF):
                degree[n] = {order[n]: Fraction(1)} if n in order else {}
            elif kind == PRODUCT:
                degree[n] = _combine(
                    [(Fraction(e), degree[a]) for e, a in zip(info, args, strict=True)]
                )
            elif kind == LINEAR:
                first = degree[args[0]]
                equations += [
                    _combine([(Fraction(1), first), (Fraction(-1), degree[a])]) for a in args[1:]
                ]
                if info[0]:
                    equations.append(first)
                degree[n] = first
            else:
                assert kind == FUNCTION
                degree[n] = self._function(data, degree[args[0]], equations, characteristic)
        return equations + [degree[n] for n in self.compiled.outputs]

    @staticmethod
    def _function(
        name: Any, inner: Weights, equations: list[Weights], characteristic: int
    ) -> Weights:
        parity = name[3] if not isinstance(name, str) else ""
        odd = name in ODD or (
            parity.startswith(("odd", "even")) and (name[2] + (parity[0] == "o")) % 2
        )
        even = name in EVEN or (parity.startswith(("odd", "even")) and not odd)
        if characteristic == 2 and odd:
            return inner
        if characteristic == 2 and even:
            return {}
        if characteristic == 0 and name in HOMOGENEOUS:
            return inner
        if characteristic == 0 and name in DEGREE_ZERO:
            return {}
        equations.append(inner)
        return {}


def _without_products(found: Sequence[dict[int, int]]) -> list[dict[int, int]]:
    """Shorter permutations first; products of two of them are left out."""
    kept: list[dict[int, int]] = []
    for permutation in sorted(found, key=lambda p: (len(p), sorted(p.items()))):
        products = (
            {i: g.get(h.get(i, i), h.get(i, i)) for i in {*g, *h}} for g in kept for h in kept
        )
        known = permutation in kept or any(
            {i: j for i, j in q.items() if i != j} == permutation for q in products
        )
        if permutation and not known:
            kept.append(permutation)
    return kept


def _conjugates(kept: list[dict[int, int]]) -> list[dict[int, int]]:
    """Also g h g^-1, so that every exchange of two units is listed (up to a limit)."""
    kept = list(kept)
    seen = {frozenset(p.items()) for p in kept}
    position = 0
    while position < len(kept) and len(kept) < CONJUGATES:
        new = kept[position]
        for other in kept[: position + 1]:
            for g, h in ((other, new), (new, other)):
                conjugate = {g.get(i, i): g.get(j, j) for i, j in h.items()}
                key = frozenset(conjugate.items())
                if key not in seen and len(kept) < CONJUGATES:
                    seen.add(key)
                    kept.append(conjugate)
        position += 1
    return sorted(kept, key=lambda p: (len(p), sorted(p.items())))


def _combine(terms: Sequence[tuple[Fraction, Weights]]) -> Weights:
    total: Weights = {}
    for c, weights in terms:
        for i, w in weights.items():
            total[i] = total.get(i, Fraction(0)) + c * w
    return {i: w for i, w in total.items() if w}


def _reduced(row: Weights, characteristic: int) -> Weights:
    if characteristic:
        return {i: Fraction(w % 2) for i, w in row.items() if w % 2}
    return {i: w for i, w in row.items() if w}


def _sparse(basis: list[Weights], characteristic: int) -> list[Weights]:
    """The basis with shorter vectors: one is added to or taken from another while that shortens
    it.
    """
    basis, changed = list(basis), True
    while changed:
        changed = False
        for i in range(len(basis)):
            for j in range(len(basis)):
                for c in (1, -1):
                    other = _reduced(
                        _combine([(Fraction(1), basis[i]), (Fraction(c), basis[j])]), characteristic
                    )
                    if i != j and len(other) < len(basis[i]):
                        basis[i], changed = other, True
    return basis


def _nullspace(equations: Sequence[Weights], size: int, characteristic: int) -> list[Weights]:
    """A basis of the solutions over Q, or over GF(2) when the characteristic is 2."""
    echelon = Echelon(last=True, modulus=characteristic)
    for equation in equations:
        echelon.add(equation)
    return echelon.kernel(size)


__all__ = ["ExpressionGraph", "Weights"]
