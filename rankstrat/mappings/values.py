"""The values of a mapping as a chart of its target, whose symbols may have the names of the
source's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy

from rankstrat.errors import PointError
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import Exact, Names, assigned, exact_scalar, in_order


def image_chart(source: Model, target: Model, values: Mapping[Any, Any]) -> Chart:
    """The values as a chart of the target; its coordinates are those of the source, then the
    mapping's own.
    """
    given = assigned(target.parameters, target.blocks, values, str(target))
    missing = [p for p in target.parameters if p not in given]
    if missing:
        raise PointError(
            f"no value for the target parameter {missing[0]}; give every parameter of the target as"
            " an expression in the source's"
        )
    return target_chart(source, target, [given[p] for p in target.parameters])


def exact_map(
    values: Mapping[Any, Any], symbols: Iterable[sympy.Symbol]
) -> dict[sympy.Symbol, sympy.Expr]:
    """Those of the symbols that are given, by themselves or by name -> exact expressions."""
    known = Names(symbols)
    found = ((known.find(k), str(k), v) for k, v in values.items())
    return {
        s: sympy.sympify(exact_scalar(name, v), strict=True)
        for s, name, v in found
        if s is not None
    }


def target_chart(source: Model, target: Model, raw: Sequence[Exact]) -> Chart:
    """The chart of the target with these values; inputs may not occur in them."""
    raw = tuple(exact_scalar("value", v) for v in raw)
    used = {s for v in raw if isinstance(v, sympy.Expr) for s in v.free_symbols}
    clash = {str(s) for s in used} & {str(x) for x in (*source.inputs, *target.inputs)}
    if clash:
        raise PointError(
            f"the values use the input {min(clash)}; a mapping of parameters may not depend on"
            " inputs"
        )
    own = in_order(used - set(source.parameters))
    return Chart(target, (*(p for p in source.parameters if p in used), *own), raw)


__all__ = ["exact_map", "image_chart", "target_chart"]
