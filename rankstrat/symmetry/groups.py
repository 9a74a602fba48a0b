r"""Permutations, sign changes, scalings and shears of the parameters that leave the function
unchanged.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import sympy

from rankstrat.algebra.expanding import Expanding
from rankstrat.algebra.linear import Rational
from rankstrat.deadline import check, within
from rankstrat.errors import OutOfTimeError, UndecidedError, UnsupportedFunctionError
from rankstrat.model.model import Chart, Model
from rankstrat.rank.joint import Joint, same_function
from rankstrat.rank.verdict import Verdict
from rankstrat.symmetry._graph import ExpressionGraph
from rankstrat.text.spoken import Spoken

HOMOGENEOUS = ("relu", "abs")


@dataclass(frozen=True)
class Symmetry(Spoken):
    r"""A linear map g of the parameters with $F(g\theta) = F(\theta)$.

    Attributes:
        model: the model.
        kind: "permutation", "sign", "signed permutation", "scaling" or "shear".
        values: parameter -> expression in the parameters (those that move), the p-th entry of
            $g\theta$.
        symbol: the group parameter of a scaling (positive) or shear, else None.
        verdict: PROVED once $F(g\theta) = F(\theta)$ was verified identically.
    """

    model: Model
    kind: str
    values: Mapping[sympy.Symbol, sympy.Expr] = field(hash=False, repr=False)
    symbol: sympy.Symbol | None = None
    verdict: Verdict = Verdict.OPEN

    @property
    def orthogonal(self) -> bool:
        """Whether g is a signed permutation, so that its fixed set is an invariant manifold."""
        return self.symbol is None

    @property
    def matrix(self) -> sympy.Matrix:
        """The matrix of g."""
        full = [self.values.get(p, p) for p in self.model.parameters]
        return sympy.Matrix(full).jacobian(list(self.model.parameters))

    def after(self, other: Symmetry) -> Symmetry:
        """g after h, for signed permutations."""
        inner = {p: other.values.get(p, p) for p in self.model.parameters}
        values = {p: self.values.get(p, p).xreplace(inner) for p in self.model.parameters}
        moved = {p: v for p, v in values.items() if v != p}
        return Symmetry(self.model, "signed permutation", moved, None, _verdict(self.model, moved))

    def _facts(self) -> Iterable[tuple[str, object]]:
        moves = ((f"{p}", v) for p, v in self.values.items())
        return (("kind", self.kind), *moves, ("verdict", self.verdict))

    def __str__(self) -> str:
        moves = ", ".join(f"{p} -> {v}" for p, v in self.values.items())
        return f"{self.kind}: {moves}  [{self.verdict}]"


class _Scaled(Expanding):
    """Pulls the positive leaf of this symbol out of relu, abs, step and sign."""

    def __init__(self, symbol: sympy.Symbol | None) -> None:
        self._symbol = symbol
        super().__init__()

    def function(self, name: Hashable, arg: int) -> int:
        if name in (*HOMOGENEOUS, "step", "sign"):
            terms = self.terms(arg)
            scale = self.leaf(("u", self._symbol))
            powers: set[Rational] = {dict(m).get(scale, 0) for m in terms} if terms else {0}
            if len(powers) == 1 and powers != {0}:
                (e,) = powers
                inner = super().function(name, self.product(((arg, 1), (scale, -e))))
                if name in HOMOGENEOUS:
                    return self.product(((inner, 1), (scale, e)))
                return inner
        return super().function(name, arg)


def _verdict(
    model: Model, values: Mapping[sympy.Symbol, sympy.Expr], symbol: sympy.Symbol | None = None
) -> Verdict:
    """PROVED when F(g theta) = F(theta) identically, REFUTED when not, OPEN when undecided."""
    raw = tuple(values.get(p, p) for p in model.parameters)
    coordinates = (*model.parameters, *((symbol,) if symbol is not None else ()))
    joint = Joint([model.generic(), Chart(model, coordinates, raw)], _Scaled(symbol))
    found = []
    for f, g in zip(*joint.output_lists, strict=True):
        try:
            found.append(same_function(joint, f, g))
        except (UndecidedError, UnsupportedFunctionError):
            found.append(None)
    if all(found):
        return Verdict.PROVED
    if False in found:
        return Verdict.REFUTED
    return Verdict.OPEN


def symmetries(model: Model, *, budget: float | None = None) -> tuple[Symmetry, ...]:
    r"""Permutation, sign, scaling and shear symmetries of a model, each verified as
    $F(g\theta) = F(\theta)$.

    Candidates come from the expression graph: automorphisms that permute parameters, with or
    without signs, solutions of the parity equations over GF(2) for signs, of the degree equations
    over Q for scalings $\theta_i \to c^{k_i}\theta_i$ (homogeneous activations, linear factors),
    and shears between two units that can be exchanged and scaled (the rest of GL for linear
    factors). A candidate that is not verified is dropped, so the list may be incomplete but never
    wrong.

    Args:
        model: the model.
        budget: seconds after which those verified so far come back.

    Example:
        >>> from rankstrat.families import two_layer
        >>> for g in symmetries(two_layer(width=2, inputs=1)):
        ...     print(g)
        permutation: a1 -> a2, a2 -> a1, w1_1 -> w2_1, w2_1 -> w1_1  [PROVED]
        sign: a1 -> -a1, w1_1 -> -w1_1  [PROVED]
        sign: a2 -> -a2, w2_1 -> -w2_1  [PROVED]
    """
    found: list[Symmetry] = []
    with within(budget), suppress(OutOfTimeError):
        for g in _candidates(model):
            check("every symmetry was verified")
            if g.verdict is Verdict.PROVED:
                found.append(g)
    return tuple(found)


def _candidates(model: Model) -> Iterator[Symmetry]:
    graph, parameters = ExpressionGraph(model), model.parameters
    permutations = graph.permutations()
    for permutation in permutations:
        yield _symmetry(
            model,
            "permutation",
            {parameters[i]: parameters[j] for i, j in sorted(permutation.items())},
        )
    known = [frozenset((i, (j, 1)) for i, j in g.items()) for g in permutations]
    yield from _signed_permutations(model, graph, known)
    yield from _sign_changes(model, graph)
    scale = sympy.Symbol(_free(model, "scale"), positive=True)
    scalings = graph.scalings()
    for weights in scalings:
        values = {
            parameters[i]: scale ** sympy.Rational(str(k)) * parameters[i]
            for i, k in sorted(weights.items())
        }
        yield _symmetry(model, "scaling", values, scale)
    shear = sympy.Symbol(_free(model, "shear"))
    for permutation in permutations:
        for weights in scalings:
            values = _shear(model, permutation, weights, shear)
            if values:
                yield _symmetry(model, "shear", values, shear)


def _signed_permutations(
    model: Model, signed: ExpressionGraph, known: Sequence[Hashable]
) -> Iterator[Symmetry]:
    """Exchanges with changes of signs, where colours without signs tell fewer parameters apart."""
    graph, p = ExpressionGraph(model, signed=False), model.parameters
    if graph.classes == signed.classes:
        return
    for images in graph.signed_permutations():
        moved = {i: (j, s) for i, (j, s) in images.items() if (j, s) != (i, 1)}
        if frozenset(moved.items()) not in known:
            kind = "signed permutation" if any(s < 0 for _, s in moved.values()) else "permutation"
            values = {p[j]: s * p[i] for i, (j, s) in sorted(moved.items(), key=lambda m: m[1])}
            yield _symmetry(model, kind, values)


def _sign_changes(model: Model, graph: ExpressionGraph) -> Iterator[Symmetry]:
    p = model.parameters
    for flipped in graph.sign_changes():
        yield _symmetry(model, "sign", {p[i]: -p[i] for i in sorted(flipped)})


def sign_changes(model: Model) -> tuple[Symmetry, ...]:
    """The changes of signs alone, each verified; no permutation is looked for.

    Example:
        >>> from rankstrat.families import two_layer
        >>> [str(g) for g in sign_changes(two_layer(width=1, inputs=1))]
        ['sign: a1 -> -a1, w1_1 -> -w1_1  [PROVED]']
    """
    found = _sign_changes(model, ExpressionGraph(model))
    return tuple(g for g in found if g.verdict is Verdict.PROVED)


def _free(model: Model, name: str) -> str:
    """The name, or one like it that the model does not use."""
    while name in {str(s) for s in (*model.parameters, *model.inputs, *model.constants)}:
        name += "_"
    return name


def _shear(
    model: Model, permutation: Mapping[int, int], weights: Mapping[int, Any], t: sympy.Symbol
) -> dict[sympy.Symbol, sympy.Expr]:
    """Incoming weights of a unit gain t times its partner's; outgoing ones of the partner lose t
    times its own.
    """
    moved = {i for i in weights if i in permutation}
    if (
        moved != set(weights)
        or any(permutation[i] in moved for i in moved)
        or not set(weights.values()) <= {1, -1}
    ):
        return {}
    p = model.parameters
    values = {p[i]: p[i] + t * p[permutation[i]] for i in sorted(moved) if weights[i] == 1}
    values |= {
        p[permutation[i]]: p[permutation[i]] - t * p[i] for i in sorted(moved) if weights[i] == -1
    }
    return values


def _symmetry(
    model: Model,
    kind: str,
    values: dict[sympy.Symbol, sympy.Expr],
    symbol: sympy.Symbol | None = None,
) -> Symmetry:
    try:
        verdict = _verdict(model, values, symbol)
    except UnsupportedFunctionError:  # fractional powers of the scale
        verdict = Verdict.OPEN
    return Symmetry(model, kind, values, symbol, verdict)


__all__ = ["Symmetry", "sign_changes", "symmetries"]
