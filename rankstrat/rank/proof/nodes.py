r"""A model at a chart as the typed nodes of a proof object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import sympy

from rankstrat.algebra.holonomic import HOLONOMIC
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.program import CONSTANT, FUNCTION, LEAF, LINEAR, PI, Program
from rankstrat.algebra.translate import translate
from rankstrat.errors import UnsupportedFunctionError
from rankstrat.model.model import Chart
from rankstrat.rank.pieces import Piece, coarse_pieces
from rankstrat.rank.proof.order import children

Leaf = Callable[[Any], int]


class Nodes:
    """Hash-consed nodes, each a list of a kind and integers.

    Attributes:
        nodes: the nodes.
        coordinates: those of the chart, and the constants of the model.
        arguments: node of an argument of a function -> the same argument in `special`.
        special: a program of expressions in inputs and coordinates only.
    """

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.nodes: list[list[Any]] = []
        self._known: dict[tuple[Any, ...], int] = {}
        self.special = Program()
        self.functions = list(chart.model.generic_functions)
        self.parities: dict[str, str] = {}
        self.calls: dict[tuple[Any, ...], int] = {}  # key of an image -> argument in `special`
        self._plain: dict[int, int] = {}
        self._constants: dict[int, int] = {}
        self._layers: dict[int, int] = {}
        self.originals: dict[int, tuple[Rational, int, int]] = {}
        self.coordinates = (*chart.coordinates, *chart.model.constants)
        self.leaves = {c: self.special.leaf(("u", j)) for j, c in enumerate(self.coordinates)}
        expressions = [v for v in chart.raw if isinstance(v, sympy.Expr)]
        translated = iter(translate(self.special, expressions, self.leaves))
        self.values = [
            next(translated) if isinstance(v, sympy.Expr) else self.special.constant(v)
            for v in chart.raw
        ]
        self.outputs = self._model()

    def add(self, *node: Any) -> int:
        """The number of a node."""
        if node not in self._known:
            self._known[node] = len(self.nodes)
            self.nodes.append(list(node))
        return self._known[node]

    def layer(self, root: int) -> int:
        """2 above inputs, 1 above coordinates, 0 otherwise."""
        if root not in self._layers:
            found, seen, stack = 0, {root}, [root]
            while stack:
                node = self.nodes[stack.pop()]
                found = max(found, {"in": 2, "coord": 1}.get(node[0], 0))
                below = set(children(node)) - seen
                seen |= below
                stack += below
            self._layers[root] = found
        return self._layers[root]

    def rational(self, value: Rational) -> int:
        """A constant node."""
        return self.add("rat", *Fraction(value).as_integer_ratio())

    def total(self, terms: list[int]) -> int:
        """A sum."""
        if len(terms) == 1:
            return terms[0]
        return self.add("add", *terms)

    def product(self, factors: list[int]) -> int:
        """A product."""
        if len(factors) == 1:
            return factors[0]
        return self.add("mul", *factors)

    def scaled(self, c: Rational, node: int) -> int:
        """A rational multiple."""
        if c == 1:
            return node
        return self.add("mul", self.rational(c), node)

    def power(self, node: int, e: Rational) -> int:
        """A rational power."""
        top, bottom = Fraction(e).as_integer_ratio()
        if bottom != 1:
            node = self.add("root", bottom, node)
        if top == 1:
            return node
        return self.add("pow", top, node)

    def _model(self) -> list[int]:
        """The outputs on every piece of the domain: a relation holds if it holds on all of them."""
        outputs = []
        for piece in coarse_pieces(self.chart.model):
            outputs += self._on_piece(piece)
        return outputs

    def _on_piece(self, piece: Piece) -> list[int]:
        compiled, special = self.chart.model.compiled, self.special
        source = compiled.program
        variables = [special.leaf(("x", k)) for k in range(len(compiled.inputs))]
        inputs = piece.images(special, variables)
        image = dict(zip(compiled.parameters, self.values, strict=True))
        image |= {leaf: inputs[k] for k, leaf in enumerate(compiled.inputs)}
        image |= {source.leaf(("u", c)): self.leaves[c] for c in self.chart.model.constants}
        order = source.reachable(compiled.outputs)
        functions = [n for n in order if source.kind[n] == FUNCTION]
        wanted = [*functions, *(source.args[n][0] for n in functions)]
        rebuilt = source.rebuild(wanted, special, image)

        def leaf(key: Any) -> int:
            match key:
                case ("x", k):
                    return self.constant(inputs[k])
                case ("u", c):
                    return self.constant(self.leaves[c])
            return self._leaf(key)

        done: dict[int, int] = {}
        for n in order:
            done[n] = self._convert(source, n, done, leaf, rebuilt)
            if source.kind[n] == FUNCTION:
                self._remember(rebuilt[n], done[n])
        return [done[n] for n in compiled.outputs]

    def _remember(self, image: int, node: int) -> None:
        """A function node of the model whose value is c atom^e."""
        special = self.special
        c, core = special.content(image)
        e: Rational = 1
        if special.args[core] and special.kind[core] not in (LINEAR, FUNCTION):
            if len(special.args[core]) != 1:
                return
            core, e = special.args[core][0], special.data[core][0]
        if special.kind[core] == FUNCTION and abs(e) == 1:
            self.originals.setdefault(core, (c, int(e), node))

    def _leaf(self, key: Any) -> int:
        match key:
            case ("p", i):
                return self.add("par", i, self.constant(self.values[i]))
            case ("x", k):
                return self.add("in", k)
            case ("u", j):
                return self.add("coord", j)
            case ("prime", q):
                return self.rational(q)
        return self.add("pi")

    def plain(self, root: int) -> int:
        """The node of an expression in inputs and coordinates.

        Functions that occur in the model are taken from there.
        """
        return self._built(root, self._plain, self.originals)

    def constant(self, root: int) -> int:
        """The node of an expression in coordinates, without nodes of parameters."""
        return self._built(root, self._constants, {})

    def _built(
        self, root: int, done: dict[int, int], known: Mapping[int, tuple[Rational, int, int]]
    ) -> int:
        special = self.special
        for n in special.reachable((root,)):
            if n in done:
                continue
            if n in known:
                c, e, node = known[n]
                done[n] = self.scaled(1 / Fraction(c), self.power(node, e))
            else:
                same = {a: a for a in special.args[n]}
                done[n] = self._convert(special, n, done, self._leaf, same)
        return done[root]

    def _convert(
        self,
        source: Program,
        n: int,
        done: Mapping[int, int],
        leaf: Leaf,
        special: Mapping[int, int],
    ) -> int:
        """One node of a program, given its children."""
        kind, data, args = source.kind[n], source.data[n], source.args[n]
        if kind == CONSTANT:
            return self.rational(data)
        if kind == LEAF:
            if data == PI:
                return self.add("pi")
            return leaf(data)
        if kind == LINEAR:
            start = [self.rational(data[0])] if data[0] else []
            terms = zip(data[1:], args, strict=True)
            return self.total(start + [self.scaled(c, done[a]) for c, a in terms])
        if kind == FUNCTION:
            return self._function(data, done[args[0]], special[args[0]])
        return self.product([self.power(done[a], e) for a, e in zip(args, data, strict=True)])

    def _function(self, name: Any, a: int, argument: int) -> int:
        if isinstance(name, tuple):
            _, label, order, parity = name
            self.parities[label] = parity
            number = self.functions.index(label)
            self.calls["jet", number, a] = argument
            return self.add("jet", number, order, a)
        if name == "erf":
            square = self.scaled(-1, self.power(a, 2))
            self.calls["exp", square] = self.special.product(((argument, 2),), -1)
            self.calls["erf", a] = argument
            return self.add("erf", self.add("exp", square), a)
        if name == "erfi" or name in HOLONOMIC:
            raise UnsupportedFunctionError(
                f"the model contains {name}, which proof objects do not know; elementary functions"
                " and erf are needed; keep the certificate instead (--json)"
            )
        groups = {"sin": "cis", "cos": "cis", "tan": "cis", "log": "log", "atan": "atan"}
        if name not in ("relu", "abs", "step", "sign"):
            self.calls[groups.get(name, "exp"), a] = argument
        return self.add(name, a)
