"""What a target may be: a point of any model, or expressions in the inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy

from rankstrat.errors import (
    InexactValueError,
    RankstratError,
    TargetError,
)
from rankstrat.model.model import Chart, Model
from rankstrat.targets.branch import TargetFunction
from rankstrat.targets.fibre import TargetSet
from rankstrat.text.parsing import exact_value


def as_target(model: Model, target: Any) -> TargetFunction:
    """The target in the inputs of the model.

    Raises:
        TargetError: wrong numbers of inputs or outputs, unknown symbols, a chart that is not a
            point, a wrong type.
    """
    if isinstance(target, Chart):
        return _from_point(model, target)
    if isinstance(target, float | np.floating):
        raise InexactValueError(
            f"the target {target} is a float; give an exact number or a sympy expression"
        )
    if isinstance(target, str | Model | TargetSet) or target is None:
        kind = type(target).__name__
        raise TargetError(
            f"the target is a {kind}; give a point of a model (model.point(...)) or a sympy"
            " expression"
        )
    items = (
        list(np.asarray(target).ravel())
        if isinstance(target, sympy.MatrixBase | np.ndarray)
        else target
    )
    if not isinstance(items, Sequence):
        items = [items]
    items = [
        v for item in items for v in (item if isinstance(item, Sequence | np.ndarray) else [item])
    ]
    try:
        outputs = tuple(exact_value(item, name="the target") for item in items)
    except InexactValueError:
        raise
    except RankstratError as error:
        raise TargetError(
            f"the target {target!r} is not exact ({error}); give a sympy expression in the inputs"
        ) from None
    known = {str(x): x for x in (*model.inputs, *model.constants)}
    renamed = []
    for output in outputs:
        unknown = sorted(str(s) for s in output.free_symbols if str(s) not in known)
        if unknown:
            names = ", ".join(known) or "none"
            raise TargetError(
                f"the target uses {unknown[0]}, but the inputs of the model are {names}; write it"
                " in these"
            )
        if len({str(s) for s in output.free_symbols}) < len(output.free_symbols):
            raise TargetError(
                f"the target {output} uses two different symbols of one name; one is needed;"
                " make each symbol once"
            )
        renamed.append(output.xreplace({s: known[str(s)] for s in output.free_symbols}))
    if len(renamed) != len(model.outputs):
        raise TargetError(
            f"the target has {len(renamed)} outputs, the model {len(model.outputs)}; give one"
            " expression for each"
        )
    return TargetFunction(tuple(renamed))


def _from_point(model: Model, point: Chart) -> TargetFunction:
    source = point.model
    if not point.is_point:
        raise TargetError(
            f"the target is a chart with coordinates {point.coordinates}; give a point (chart.at"
            " fixes them)"
        )
    for what, ours, theirs in (
        ("inputs", model.inputs, source.inputs),
        ("outputs", model.outputs, source.outputs),
    ):
        if len(ours) != len(theirs):
            raise TargetError(
                f"the target has {len(theirs)} {what}, the model {len(ours)}; choose a point of a"
                " model with as many"
            )
    foreign = [str(c) for c in source.constants if c not in model.constants]
    if foreign:
        raise TargetError(
            f"the target has the unknown constant {foreign[0]}, the model has none of that name;"
            " one function is needed; declare it for both"
        )
    if any(output.has(sympy.Derivative) for output in source.outputs):
        raise TargetError(
            "the target contains a derivative that is not carried out; an explicit function is"
            " needed; call .doit()"
        )
    replace = {**point.values, **dict(zip(source.inputs, model.inputs, strict=True))}
    return TargetFunction(tuple(output.xreplace(replace) for output in source.outputs), point)
