r"""A network read off its outputs, layer by layer inwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from rankstrat.activation.lookup import activations, as_activation
from rankstrat.activation.record import Activation, Z
from rankstrat.algebra.expressions import expanded, is_expandable
from rankstrat.families.catalogue.fully_connected import fully_connected
from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.model.isomorphism import Isomorphism
from rankstrat.model.model import Model

DEEPEST = 20
Weights = tuple[sympy.Expr, ...]


def matched(source: Model, model: Model, parameters: Sequence[Any]) -> Isomorphism | None:
    """The renaming by which the parameters of the source, in order, are these symbols."""
    place = {p: i for i, p in enumerate(model.parameters)}
    places = [place[p] for p in parameters]
    if len(set(places)) < len(places) or len(places) != model.size:
        return None
    return Isomorphism(source, model, tuple(places), tuple(range(len(model.inputs))))


@dataclass(frozen=True)
class _Layer:
    """A weight for each (unit, unit before) and a bias for each unit or for none."""

    weights: tuple[Weights, ...]
    biases: Weights


class Reading:
    """A network read from its outputs inwards.

    Args:
        model: whose outputs they are.
        lenient: take numbers for weights and biases too, 0 for those that are missing.
    """

    def __init__(self, model: Model, *, lenient: bool = False) -> None:
        self.model, self.lenient = model, lenient
        self.parameters = set(model.parameters)
        self.difference = ""
        self.found: tuple[Model, list[sympy.Expr]] | None = None

    def _fail(self, difference: str) -> Any:
        """Nothing; the first difference is kept."""
        self.difference = self.difference or difference
        return None

    def network(self) -> Isomorphism | None:
        """The two-layer network, the deep one, or the affine map that a model is."""
        layers: list[_Layer] = []
        activation: Activation | None = None
        current: Sequence[sympy.Expr] = self.model.outputs
        for _ in range(DEEPEST):
            read = self._affine(current)
            if read is None:
                return None
            layer, atoms = read
            layers.insert(0, layer)
            if set(atoms) <= set(self.model.inputs):
                if not atoms:
                    return self._fail("it is a function of no inputs")
                if len(atoms) < len(self.model.inputs):
                    return self._fail(f"it does not use all inputs, only {few(atoms)}")
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
        return self._fail(f"it has more than {DEEPEST} layers")

    def _affine(self, outputs: Sequence[sympy.Expr]) -> tuple[_Layer, list[sympy.Expr]] | None:
        """Weights, biases and the units before; None if some output is no such sum."""
        rows: list[dict[sympy.Expr, sympy.Expr]] = []
        biases: list[sympy.Expr] = []
        for output in outputs:
            read = self._sum(output)
            if read is None:
                read = self._sum(sympy.expand_mul(output))
            if read is None:
                return None
            row, bias = read
            rows.append(row)
            biases += bias or [sympy.S.Zero] * self.lenient
        if not any(biases):
            biases = []
        atoms = list(rows[0])
        if self.lenient:
            atoms = list(dict.fromkeys(atom for row in rows for atom in row))
            rows = [{atom: row.get(atom, sympy.S.Zero) for atom in atoms} for row in rows]
        for row in rows:
            if set(row) != set(atoms):
                return self._fail(
                    f"units are joined to {few(sorted(row, key=str))} and to {few(atoms)},"
                    " not all to all"
                )
        if biases and len(biases) < len(rows):
            return self._fail(f"only some units have a bias ({few(biases)})")
        return _Layer(tuple(tuple(r[a] for a in atoms) for r in rows), tuple(biases)), atoms

    def _sum(
        self, output: sympy.Expr
    ) -> tuple[dict[sympy.Expr, sympy.Expr], list[sympy.Expr]] | None:
        """Unit -> weight, and the bias, if there is one."""
        row: dict[sympy.Expr, sympy.Expr] = {}
        bias: list[sympy.Expr] = []
        for term in sympy.Add.make_args(output):
            if term in self.parameters or (self.lenient and term.is_number):
                bias.append(term)
                continue
            weights = [f for f in sympy.Mul.make_args(term) if f in self.parameters]
            if not weights and self.lenient:
                weights = [term.as_coeff_Mul()[0]]
            if len(weights) != 1:
                return self._fail(f"the term {term} is no weight times a unit")
            unit = term / weights[0]
            own = self.lenient or not unit.has(weights[0])
            if unit in row or not own:
                return self._fail(f"the weight {weights[0]} of {unit} is not its own")
            row[unit] = weights[0]
        if len(bias) > 1:
            return self._fail(f"{few(bias)} are biases of one unit")
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
        return self._fail(f"the units {few(atoms)} have no activation in common")

    def _readings(self, atom: sympy.Expr) -> Iterator[tuple[Activation, sympy.Expr]]:
        """The ways in which an expression is an activation of a sum with parameters."""
        inside = [
            s
            for s in sympy.preorder_traversal(atom)
            if s != atom and isinstance(s, sympy.Expr) and s.free_symbols & self.parameters
            if s.is_polynomial(*s.free_symbols)
        ]
        inside += [s for s in sympy.preorder_traversal(atom) if s.is_Add or s.is_Mul]
        known = activations.values() if is_expandable([atom]) else ()
        if not self.lenient:
            yield from _scaled(atom, inside, known)
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
        bias = any(layer.biases for layer in hidden)
        if self.lenient and bias:
            hidden = [
                _Layer(v.weights, v.biases or (sympy.S.Zero,) * len(v.weights)) for v in hidden
            ]
        if any(bool(layer.biases) != bias for layer in hidden):
            return self._fail("only some hidden layers have biases")
        widths = [len(self.model.inputs), *(len(layer.weights) for layer in layers)]
        out = bool(last.biases)
        sigma = activation or "tanh"
        if len(layers) == 2 and len(last.weights) == 1:
            source = two_layer(widths[1], widths[0], sigma, bias, out)
            own = [*last.weights[0], *flat(hidden[0].weights), *hidden[0].biases, *last.biases]
        else:
            source = fully_connected(widths, sigma, bias, out)
            own = [s for v in (*hidden, last) for s in (*flat(v.weights), *v.biases)]
        self.found = source, own
        if self.lenient:
            return None
        same = matched(source, self.model, own)
        if same is None:
            twice = [p for p in dict.fromkeys(own) if own.count(p) > 1]
            unused = [p for p in self.model.parameters if p not in own]
            return self._fail(
                f"the weights {few(twice)} stand in several places"
                if twice
                else f"the parameters {few(unused)} have no place in it"
            )
        return same


def _scaled(
    atom: sympy.Expr, inside: Sequence[sympy.Expr], known: Iterable[Activation]
) -> Iterator[tuple[Activation, sympy.Expr]]:
    """The activations of a multiple q z, where an expression is one: its factor is no weight."""
    for s in dict.fromkeys((*inside, *(expanded(-s) for s in inside))):
        factor, rest = s.as_content_primitive()
        terms = (t.as_coeff_Mul() for t in sympy.Add.make_args(rest))
        if s == atom or factor == 1 or not all(c in (1, -1) and t.free_symbols for c, t in terms):
            continue
        for record in known:
            if record(s) == atom and not record.is_piecewise and not record.is_polynomial:
                yield as_activation(record.formula.xreplace({Z: factor * Z})), rest
                return


def flat(rows: Sequence[Weights]) -> list[sympy.Expr]:
    return [s for row in rows for s in row]


def few(items: Sequence[Any]) -> str:
    """The first two items, and how many more there are."""
    shown = " and ".join(map(str, items[:2]))
    return shown + (f" (and {len(items) - 2} more)" if len(items) > 2 else "")


__all__ = ["Reading", "few", "matched"]
