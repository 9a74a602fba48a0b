r"""Which family a model of somebody's own is of: read off its expressions, verified as an identity.

Networks are read from the outputs inwards: every output is a sum of (weight times unit) and a bias,
every unit is $\sigma$ of such a sum, until the inputs are reached. Products of matrices and
diagonal models are read off their monomials.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy

from rankstrat.activation.lookup import activations, as_activation
from rankstrat.activation.record import Activation
from rankstrat.algebra.expressions import expanded, is_expandable
from rankstrat.errors import (
    BudgetError,
    ModelError,
    UndecidedError,
    UnsupportedFunctionError,
    demand,
)
from rankstrat.families.catalogue.deep_diagonal import deep_diagonal
from rankstrat.families.catalogue.diagonal import diagonal
from rankstrat.families.catalogue.fully_connected import fully_connected
from rankstrat.families.catalogue.matrix_factorization import matrix_factorization
from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.model.isomorphism import Isomorphism, recogniser
from rankstrat.model.model import Model
from rankstrat.rank.zero import same_functions
from rankstrat.text.spoken import Spoken

LARGEST = 400
Symbols = tuple[sympy.Symbol, ...]


@dataclass(frozen=True)
class Recognition(Spoken):
    """The family of a model, or why it is of none.

    Attributes:
        model: the model.
        same: the model of the family and the names, verified; None if there is none.
        difference: what is different from the nearest family, where there is none.
    """

    model: Model
    same: Isomorphism | None
    difference: str = field(default="", repr=False)

    @property
    def known_as(self) -> Model | None:
        """The model of the family."""
        return None if self.same is None else self.same.source

    def __bool__(self) -> bool:
        return self.same is not None

    def __str__(self) -> str:
        return f"not recognised: {self.difference}" if self.same is None else str(self.same)


def recognise(model: Model) -> Recognition:
    r"""The family of which a model is, up to the names of parameters and inputs.

    Args:
        model: a model of two-layer or deep form with any activation and biases, a product of two
            matrices, a diagonal or an affine model, in the names of its author.

    Raises:
        ModelError: something else than a model.

    Example:
        >>> a, w, u, v, x = sympy.symbols("a w u v x")
        >>> F = Model(a * sympy.tanh(w * x) + u * sympy.tanh(v * x), [a, w, u, v], [x])
        >>> print(recognise(F))
        this model is two_layer(width=2, inputs=1, activation='tanh') with ...
        >>> print(recognise(Model(a * sympy.tanh(w * x) + u * x**2, [a, w, u], [x])))
        not recognised: the units tanh(w*x) and x**2 have no activation in common
    """
    demand(model, Model, ModelError, "a Model", "of a point, take its .model")
    if model.structure is not None:
        own = tuple(range(model.size)), tuple(range(len(model.inputs)))
        return Recognition(model, Isomorphism(model, model, *own))
    if model.size > LARGEST:
        return Recognition(model, None, f"there are more than {LARGEST} parameters")
    reading = _Reading(model)
    found = _product(model) or _diagonal(model) or _squares(model) or reading.network()
    if found is None:
        return Recognition(model, None, reading.difference or "no family has this form")
    if not _is_identity(found):
        return Recognition(model, None, f"it looks like {found.source}, but is another function")
    return Recognition(model, found)


@recogniser
def _known(model: Model) -> Isomorphism | None:
    return recognise(model).same


def _is_identity(same: Isomorphism) -> bool:
    """Whether the outputs are equal, identically in parameters and inputs."""
    ours = [same.renamed(o) for o in same.source.outputs]
    theirs, model = same.target.outputs, same.target
    if all(expanded(o - t) == 0 for o, t in zip(ours, theirs, strict=True)):
        return True
    try:
        return same_functions(ours, theirs, model.inputs, model.parameters)
    except (BudgetError, UndecidedError, UnsupportedFunctionError):
        return False


def _matched(source: Model, model: Model, parameters: Sequence[Any]) -> Isomorphism | None:
    """The renaming by which the parameters of the source, in order, are these symbols."""
    place = {p: i for i, p in enumerate(model.parameters)}
    places = [place[p] for p in parameters]
    if len(set(places)) < len(places) or len(places) != model.size:
        return None
    return Isomorphism(source, model, tuple(places), tuple(range(len(model.inputs))))


# Networks


@dataclass(frozen=True)
class _Layer:
    """A weight for each (unit, unit before) and a bias for each unit or for none."""

    weights: tuple[Symbols, ...]
    biases: Symbols


class _Reading:
    """A network read from its outputs inwards."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.parameters = set(model.parameters)
        self.difference = ""

    def _fail(self, difference: str) -> Any:
        """Nothing; the first difference is kept."""
        self.difference = self.difference or difference
        return None

    def network(self) -> Isomorphism | None:
        """The two-layer network, the deep one, or the affine map that a model is."""
        layers: list[_Layer] = []
        activation: Activation | None = None
        current: Sequence[sympy.Expr] = self.model.outputs
        while True:
            read = self._affine(current)
            if read is None:
                return None
            layer, atoms = read
            layers.insert(0, layer)
            if set(atoms) <= set(self.model.inputs):
                if not atoms:
                    return self._fail("it is a function of no inputs")
                if len(atoms) < len(self.model.inputs):
                    return self._fail(f"it does not use all inputs, only {_few(atoms)}")
                order = [atoms.index(x) for x in self.model.inputs]
                rows = tuple(tuple(row[k] for k in order) for row in layer.weights)
                layers[0] = _Layer(rows, layer.biases)
                return self._family(layers, activation)
            inner = self._inner(atoms)
            if inner is None:
                return None
            record, current = inner
            if activation is not None and record != activation:
                return self._fail(
                    f"its layers have the activations {activation.name} and {record.name}"
                )
            activation = record

    def _affine(self, outputs: Sequence[sympy.Expr]) -> tuple[_Layer, list[sympy.Expr]] | None:
        """Weights, biases and the units before; None if some output is no such sum."""
        rows: list[dict[sympy.Expr, sympy.Symbol]] = []
        biases: list[sympy.Symbol] = []
        for output in outputs:
            read = self._sum(output)
            if read is None:
                read = self._sum(sympy.expand_mul(output))
            if read is None:
                return None
            row, bias = read
            rows.append(row)
            biases += bias
        atoms = list(rows[0])
        for row in rows:
            if set(row) != set(atoms):
                return self._fail(
                    f"units are joined to {_few(sorted(row, key=str))} and to {_few(atoms)},"
                    " not all to all"
                )
        if biases and len(biases) < len(rows):
            return self._fail(f"only some units have a bias ({_few(biases)})")
        return _Layer(tuple(tuple(r[a] for a in atoms) for r in rows), tuple(biases)), atoms

    def _sum(
        self, output: sympy.Expr
    ) -> tuple[dict[sympy.Expr, sympy.Symbol], list[sympy.Symbol]] | None:
        """Unit -> weight, and the bias, if there is one."""
        row: dict[sympy.Expr, sympy.Symbol] = {}
        bias: list[sympy.Symbol] = []
        for term in sympy.Add.make_args(output):
            if term in self.parameters:
                bias.append(term)
                continue
            weights = [f for f in sympy.Mul.make_args(term) if f in self.parameters]
            if len(weights) != 1:
                return self._fail(f"the term {term} is no weight times a unit")
            unit = term / weights[0]
            if unit in row or unit.has(weights[0]):
                return self._fail(f"the weight {weights[0]} of {unit} is not its own")
            row[unit] = weights[0]
        if len(bias) > 1:
            return self._fail(f"{_few(bias)} are biases of one unit")
        return row, bias

    def _inner(self, atoms: Sequence[sympy.Expr]) -> tuple[Activation, list[sympy.Expr]] | None:
        """The activation that all units have, and what it is applied to."""
        for record, first in self._readings(atoms[0]):
            found = [first]
            for atom in atoms[1:]:
                inside = next((u for r, u in self._readings(atom) if r == record), None)
                if inside is None:
                    break
                found.append(inside)
            else:
                return record, found
        if len(atoms) == 1:
            return self._fail(f"{atoms[0]} is no activation of a sum")
        return self._fail(f"the units {_few(atoms)} have no activation in common")

    def _readings(self, atom: sympy.Expr) -> Iterator[tuple[Activation, sympy.Expr]]:
        """The ways in which an expression is an activation of a sum with parameters."""
        inside = [
            s
            for s in sympy.preorder_traversal(atom)
            if s != atom and s.free_symbols & self.parameters and s.is_polynomial(*s.free_symbols)
        ]
        inside += [s for s in sympy.preorder_traversal(atom) if s.is_Add or s.is_Mul]
        known = activations.values() if is_expandable([atom]) else ()
        for record in known:
            for s in dict.fromkeys((*inside, *(expanded(-s) for s in inside))):
                if s != atom and record(s) == atom:
                    yield record, s
                    break
        if isinstance(atom, sympy.Function) and len(atom.args) == 1:
            (s,) = atom.args
            yield as_activation(atom.func), s
        elif atom.is_Pow and atom.exp.is_Integer and atom.exp > 0:
            yield as_activation(f"z**{atom.exp}"), atom.base

    def _family(
        self, layers: Sequence[_Layer], activation: Activation | None
    ) -> Isomorphism | None:
        hidden, last = layers[:-1], layers[-1]
        bias = bool(hidden and hidden[0].biases)
        if any(bool(layer.biases) != bias for layer in hidden):
            return self._fail("only some hidden layers have biases")
        widths = [len(self.model.inputs), *(len(layer.weights) for layer in layers)]
        out = bool(last.biases)
        sigma = activation or "tanh"
        if len(layers) == 2 and len(last.weights) == 1:
            source = two_layer(widths[1], widths[0], sigma, bias, out)
            own = [*last.weights[0], *_flat(hidden[0].weights), *hidden[0].biases, *last.biases]
        else:
            source = fully_connected(widths, sigma, bias, out)
            own = [s for layer in layers for s in (*_flat(layer.weights), *layer.biases)]
        same = _matched(source, self.model, own)
        if same is None:
            twice = [p for p in dict.fromkeys(own) if own.count(p) > 1]
            unused = [p for p in self.model.parameters if p not in own]
            return self._fail(
                f"the weights {_few(twice)} stand in several places"
                if twice
                else f"the parameters {_few(unused)} have no place in it"
            )
        return same


def _flat(rows: Sequence[Symbols]) -> list[sympy.Symbol]:
    return [s for row in rows for s in row]


def _few(items: Sequence[Any]) -> str:
    shown = " and ".join(map(str, items[:2]))
    return shown + (f" (and {len(items) - 2} more)" if len(items) > 2 else "")


# Monomials


def _monomials(output: sympy.Expr, model: Model) -> list[list[sympy.Symbol]] | None:
    """The factors of the terms of an output, if all are products of symbols."""
    result = []
    for term in sympy.Add.make_args(sympy.expand_mul(output)):
        factors = list(sympy.Mul.make_args(term))
        if not all(f.is_Symbol for f in factors):
            return None
        result.append(sorted(factors, key=str))
    return result


def _product(model: Model) -> Isomorphism | None:
    """A product of two matrices, entries row by row."""
    if model.inputs:
        return None
    read = [_monomials(o, model) for o in model.outputs]
    entries = [e for e in read if e is not None and all(len(m) == 2 for m in e)]
    if len(entries) < len(model.outputs) or len({len(e) for e in entries}) != 1:
        return None
    inner = len(entries[0])
    for rows in range(1, len(entries) + 1):
        columns, rest = divmod(len(entries), rows)
        if rest or model.size != inner * (rows + columns):
            continue
        own = _factors(entries, rows, columns)
        if own is not None:
            return _matched(matrix_factorization(rows, inner, columns), model, own)
    return None


def _factors(
    entries: Sequence[Sequence[Sequence[sympy.Symbol]]], rows: int, columns: int
) -> list[sympy.Symbol] | None:
    """A row by row, then B row by row; None if the entries are no such product."""
    beside = [{s for m in entry for s in m} for entry in entries]
    left: list[list[Any]] = [[None] * len(entries[0]) for _ in range(rows)]
    right: list[list[Any]] = [[None] * columns for _ in entries[0]]
    for k, (one, two) in enumerate(entries[0]):
        swap = (columns > 1 and one not in beside[1]) or (
            columns == 1 and rows > 1 and one in beside[1]
        )
        left[0][k], right[k][0] = (two, one) if swap else (one, two)
        for j in range(1, columns):
            right[k][j] = _partner(entries[j], left[0][k])
        for i in range(1, rows):
            left[i][k] = _partner(entries[i * columns], right[k][0])
    own = [s for row in (*left, *right) for s in row]
    return None if None in own else own


def _partner(entry: Sequence[Sequence[sympy.Symbol]], symbol: sympy.Symbol) -> Any:
    pairs = [m for m in entry if symbol in m]
    return next((s for s in pairs[0] if s != symbol), None) if len(pairs) == 1 else None


def _diagonal(model: Model) -> Isomorphism | None:
    """A sum of products of L parameters and one input, an input for each."""
    terms = _monomials(model.outputs[0], model) if len(model.outputs) == 1 else None
    if terms is None or not model.inputs:
        return None
    by_input: dict[sympy.Symbol, list[sympy.Symbol]] = {}
    for factors in terms:
        inputs = [f for f in factors if f in model.inputs]
        own = [f for f in model.parameters if f in factors]
        if len(inputs) != 1 or len(own) != len(factors) - 1 or inputs[0] in by_input:
            return None
        by_input[inputs[0]] = own
    depths = {len(own) for own in by_input.values()}
    if len(by_input) < len(model.inputs) or len(depths) != 1 or depths == {1}:
        return None
    (depth,) = depths
    ordered = [by_input[x][layer] for layer in range(depth) for x in model.inputs]
    count = len(model.inputs)
    return _matched(deep_diagonal(count, depth), model, ordered)


def _squares(model: Model) -> Isomorphism | None:
    r"""$\sum_i (a_i^2 - b_i^2) x_i$."""
    (output, *others), plus, minus = model.outputs, [], []
    if others or not model.inputs or model.size != 2 * len(model.inputs):
        return None
    terms = sympy.Add.make_args(sympy.expand_mul(output))
    for x in model.inputs:
        signs = {p: [term / (p**2 * x) for term in terms if term.has(p)] for p in model.parameters}
        plus += [p for p, found in signs.items() if found == [1]]
        minus += [p for p, found in signs.items() if found == [-1]]
    if not len(plus) == len(minus) == len(model.inputs) or len(terms) != model.size:
        return None
    return _matched(diagonal(len(model.inputs)), model, [*plus, *minus])


__all__ = ["Recognition", "recognise"]
