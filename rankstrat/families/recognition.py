r"""Which family a model of somebody's own is of: read off its expressions, verified as an identity.

Networks are read from the outputs inwards: every output is a sum of (weight times unit) and a bias,
every unit is $\sigma$ of such a sum, until the inputs are reached. Products of matrices and
diagonal models are read off their monomials.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import sympy

from rankstrat.errors import (
    ModelError,
    demand,
)
from rankstrat.families.catalogue.deep_diagonal import deep_diagonal
from rankstrat.families.catalogue.diagonal import diagonal
from rankstrat.families.catalogue.linear import linear
from rankstrat.families.catalogue.matrix_factorization import matrix_factorization
from rankstrat.families.near_misses import equal_outputs, near_miss
from rankstrat.families.reading import Reading, matched
from rankstrat.families.spelling import respelled
from rankstrat.model.isomorphism import Isomorphism, recogniser
from rankstrat.model.model import Model
from rankstrat.text.parsing import FUNCTIONS
from rankstrat.text.spoken import Spoken

LARGEST = 400  # parameters
MOST_INPUTS = 100  # of a linear model


@dataclass(frozen=True)
class Recognition(Spoken):
    """The family of a model, or why it is of none.

    Attributes:
        model: the model.
        same: the model of the family and the names, verified; None if there is none.
        reason: why there is none, as the reading saw it.
    """

    model: Model
    same: Isomorphism | None
    reason: str = field(default="", repr=False)

    @cached_property
    def difference(self) -> str:
        """What is different from the nearest family, where the model is of none."""
        if self.same is not None:
            return ""
        return near_miss(self.model, lambda part: recognise(part).same) or self.reason

    @property
    def known_as(self) -> Model | None:
        """The model of the family."""
        return None if self.same is None else self.same.source

    def __bool__(self) -> bool:
        return self.same is not None

    def __str__(self) -> str:
        if self.same is None:
            return f"not recognised: {self.difference}"
        domain = self.model.domain
        return f"{self.same}" + (f", on {domain} alone" if domain else "")


HIGHEST = 100
"""Exponents in the features of a linear model."""


def recognise(model: Model) -> Recognition:
    r"""The family of which a model is, up to the names of parameters and inputs.

    Args:
        model: a model of two-layer or deep form with any activation and biases, a product of two
            matrices, a diagonal, an affine or a linear model (a sum of parameters times
            functions of the inputs), in the names of its author.

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
    reading = Reading(model)
    found = (
        _product(model)
        or _diagonal(model)
        or _squares(model)
        or reading.network()
        or _features(model)
        or _in_other_words(model)
    )
    if found is None:
        return Recognition(model, None, reading.difference or "no family has this form")
    if not _is_identity(found):
        return Recognition(model, None, f"it looks like {found.source}, but that is not verified")
    return Recognition(model, found)


@recogniser
def _known(model: Model) -> Isomorphism | None:
    return recognise(model).same


def _is_identity(same: Isomorphism) -> bool:
    """Whether the outputs are equal, identically in parameters and inputs."""
    ours = [same.renamed(o) for o in same.source.outputs]
    return equal_outputs(ours, same.target)


def _in_other_words(model: Model) -> Isomorphism | None:
    """A network whose activation is written in other functions."""
    outputs = respelled(model.outputs)
    if outputs is None:
        return None
    plain = Model(outputs, model.parameters, model.inputs, constants=model.constants)
    found = Reading(plain).network()
    return None if found is None else replace(found, target=model)


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
            return matched(matrix_factorization(rows, inner, columns), model, own)
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
    if len(by_input) < len(model.inputs) or len(depths) != 1:
        return None
    (depth,) = depths
    if depth < 2:  # of depth 1 it is linear, of depth 0 it has no parameters
        return None
    ordered = [by_input[x][layer] for layer in range(depth) for x in model.inputs]
    count = len(model.inputs)
    return matched(deep_diagonal(count, depth), model, ordered)


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
    return matched(diagonal(len(model.inputs)), model, [*plus, *minus])


# Features


def _features(model: Model) -> Isomorphism | None:
    r"""$\sum_i a_i \varphi_i(x)$ with features that a formula in x1, x2, ... can state."""
    (output, *others) = model.outputs
    if others or not 1 <= len(model.inputs) <= MOST_INPUTS:
        return None
    if any(n.exp.is_number and abs(n.exp) > HIGHEST for n in output.atoms(sympy.Pow)):
        return None  # sympy expands them where it asks for signs
    if output.xreplace(dict.fromkeys(model.parameters, sympy.S.Zero)) != 0:
        return None
    inside = [n.free_symbols for n in output.atoms(sympy.Function, sympy.Pow)]
    if not set(model.parameters).isdisjoint(set[sympy.Basic]().union(*inside)):
        return None  # not linear; derivatives of towers of powers take long
    named = {x: sympy.Symbol(f"x{k}") for k, x in enumerate(model.inputs, 1)}
    features = []
    for parameter in model.parameters:
        feature = output.diff(parameter)
        if not _is_stated(feature, set(named)):
            return None  # most models stop at the first parameter
        features.append(feature)
    source = linear([str(feature.xreplace(named)) for feature in features])
    if len(source.inputs) < len(model.inputs):
        return None
    return matched(source, model, model.parameters)


def _is_stated(feature: sympy.Expr, inputs: set[sympy.Symbol]) -> bool:
    """Whether the language of model files has the words for a feature that is not 0."""
    functions = {type(part).__name__ for part in feature.atoms(sympy.Function)}
    numbers = all(number.is_Rational for number in feature.atoms(sympy.Number, sympy.NumberSymbol))
    powers = all(power.exp.is_Integer for power in feature.atoms(sympy.Pow))
    known = feature.free_symbols <= inputs and functions <= set(FUNCTIONS)
    return bool(feature != 0 and known and numbers and powers)


__all__ = ["Recognition", "recognise"]
