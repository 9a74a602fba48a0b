"""One branch for an activation without an independence lemma: copies of the target's own
neurons.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

import sympy

from rankstrat.activation.law import Vector
from rankstrat.errors import TargetError
from rankstrat.families._shared.effective_neurons import given_neurons
from rankstrat.families._shared.equivariance import equivariance
from rankstrat.model.model import Chart, Model
from rankstrat.targets import (
    AffineSubspace,
    Branch,
    BranchList,
    Candidate,
    Closure,
    RankBounds,
    TargetFunction,
)


def copies(structure: Any, model: Model, target: TargetFunction) -> BranchList | None:
    """The branch on which the spare neurons copy the first neuron of the target.

    They share its output weight.

    The target's neurons are merged only where they are equal, so this needs no lemma, and proves an
    upper bound only; a lower bound comes from changes of the inputs.

    Raises:
        TargetError: the target does not fit.
    """
    found = given_neurons(target, structure.activation)
    if found is None:
        return None
    neurons, constant = found
    sums: dict[tuple[Vector, Any], Fraction] = {}
    for a, w, b in neurons:
        if b and not structure.bias:
            raise TargetError(
                f"the target has a neuron with bias {b}, the model has none; build it with"
                " bias=True"
            )
        sums[w, b] = sums.get((w, b), Fraction(0)) + a
    kept = [(w, b, a) for (w, b), a in sums.items() if a]
    m, k = structure.width, len(kept)
    if k > m:
        raise TargetError(
            f"the target has {k} different neurons, the model width {m}; choose width >= {k}"
        )
    if constant != 0 and not structure.output_bias:
        raise TargetError(
            f"the target has the output bias {constant}; build the model with output_bias=True"
        )
    symbols = model.parameters
    zero = ((Fraction(0),) * structure.inputs, Fraction(0))
    weights = [(w, b) for w, b, _ in kept] + [(kept[0][0], kept[0][1]) if kept else zero] * (m - k)
    outputs: list[sympy.Expr] = [sympy.Rational(a) for _, _, a in kept]
    if kept:
        spare = symbols[k:m]
        outputs = [outputs[0] - sympy.Add(*spare), *outputs[1:], *spare]
    else:
        outputs = [sympy.Integer(0)] * m
    values: list[Any] = [*outputs, *(sympy.Rational(v) for w, _ in weights for v in w)]
    if structure.bias:
        values += [sympy.Rational(b) for _, b in weights]
    if structure.output_bias:
        values.append(constant)
    pairs = {p: v for p, v in zip(symbols, values, strict=True) if p != v}
    chart = model.chart(pairs)
    equations = tuple(p - v for p, v in pairs.items())
    branch = Branch(
        label="copies of the target's neurons",
        chart=chart,
        closure=Closure(equations, affine=AffineSubspace.of(equations, symbols)),
        dimension=len(chart.coordinates),
        is_component=False,
        bounds=RankBounds(
            candidates=partial(_one_point, chart),
            everywhere=equivariance(
                model, target, shifts=structure.bias, constants=structure.output_bias
            ),
        ),
    )
    basis = "only the copies of the target's own neurons; others are not described"
    return BranchList((branch,), False, f"{basis} for {structure.activation.name}")


def _one_point(chart: Chart) -> Iterator[Candidate]:
    yield Candidate(chart.at(dict.fromkeys(chart.coordinates, 0)) if chart.coordinates else chart)
