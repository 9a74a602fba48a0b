"""The derivatives of a model by its parameters, taken at a chart, and what is divided by there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rankstrat.algebra.holonomic import HOLONOMIC
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.program import FUNCTION, PRODUCT, Program
from rankstrat.model.compiled import Compiled
from rankstrat.rank.vanishing import above, denominators, smooth, turned


def gradient_at(
    compiled: Compiled,
    target: Program,
    done: Mapping[int, int],
    reduced: Callable[[Any, int], int] = lambda _, argument: argument,
) -> list[int]:
    """The derivatives of the mixed output where its nodes have images.

    Where the argument of a function vanishes, and its derivative is a removable pole there, f(h) is
    f(0) + f'(0) h to first order.

    Args:
        compiled: the model.
        target: the specialised program.
        done: nodes of the model -> nodes of the specialised program.
        reduced: name and argument of a function -> the argument to differentiate at.
    """
    source = compiled.program

    def slope(node: int) -> int:
        name, argument = source.data[node], done[source.args[node][0]]
        flat = _removable(name, argument, target)
        if flat is not None:
            return target.constant(flat)
        return target.slope(name, reduced(name, argument), done[node])

    return source.gradient(
        compiled.mixed, compiled.parameters, target=target, image=done, slope=slope
    )


def _removable(name: Any, argument: int, target: Program) -> Rational | None:
    """f'(0) where the argument of f vanishes and the form of its derivative has a pole there."""
    record = HOLONOMIC.get(name)
    return record.slope_at_zero if record is not None and argument == target.zero else None


def _cuts(compiled: Compiled, done: Mapping[int, int], target: Program) -> list[int]:
    """What the derivatives divide by beyond the outputs themselves."""
    source, cuts = compiled.program, list[int]()
    if compiled.is_elementary:
        return cuts
    moving = above(source, source.reachable((compiled.mixed,)), compiled.parameters)
    for n in sorted(moving):
        args, data = source.args[n], source.data[n]
        if source.kind[n] == PRODUCT:  # the derivative of a root is a quotient
            pairs = zip(args, data, strict=True)
            cuts += [done[a] for a, e in pairs if a in moving and 0 < e < 1]
        elif source.kind[n] == FUNCTION and data in HOLONOMIC:
            argument = done[args[0]]
            if _removable(data, argument, target) is None and any(
                e < 0 for _, e, _ in HOLONOMIC[data].derivative
            ):
                cuts.append(argument)
    return cuts


def divisors(
    compiled: Compiled,
    done: Mapping[int, int],
    target: Program,
    values: Iterable[int],
) -> list[int]:
    """What a specialised model and its derivatives divide by, also where the quotient has
    cancelled.

    Args:
        compiled: the model.
        done: its nodes -> nodes of the specialised program.
        target: the specialised program.
        values: nodes of the parameter values.
    """
    source = compiled.program
    images = [*(done[n] for n in denominators(source, done))]
    images += _cuts(compiled, done, target)
    below = target.reachable(values)
    angles = [*(done[h] for h in turned(source, done)), *turned(target, below)]
    cosines = [target.function("cos", h) for h in angles]
    images += [*denominators(target, below), *cosines]
    return smooth(target, list(dict.fromkeys(images)))


__all__ = ["divisors", "gradient_at"]
