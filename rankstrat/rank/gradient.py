"""The derivatives of a model by its parameters, taken at a chart, and what they divide by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rankstrat.algebra.holonomic import HOLONOMIC
from rankstrat.algebra.program import PRODUCT, Program
from rankstrat.model.compiled import Compiled
from rankstrat.rank.vanishing import above, denominators, smooth, turned


def gradient_at(
    compiled: Compiled,
    target: Program,
    done: Mapping[int, int],
    reduced: Callable[[Any, int], int] = lambda _, argument: argument,
) -> tuple[list[int], list[int]]:
    """The derivatives of the mixed output where its nodes have images, and what they divide by
    beyond the outputs themselves.

    Where the argument of a function vanishes, and its derivative is a removable pole there, f(h) is
    f(0) + f'(0) h to first order.

    Args:
        compiled: the model.
        target: the specialised program.
        done: nodes of the model -> nodes of the specialised program.
        reduced: name and argument of a function -> the argument to differentiate at.
    """
    source, cuts = compiled.program, list[int]()

    def slope(node: int) -> int:
        name, argument = source.data[node], done[source.args[node][0]]
        record = HOLONOMIC.get(name)
        if record is not None:
            if argument == target.zero and record.slope_at_zero is not None:
                return target.constant(record.slope_at_zero)
            if any(e < 0 for _, e, _ in record.derivative):
                cuts.append(argument)
        return target.slope(name, reduced(name, argument), done[node])

    nodes = source.gradient(
        compiled.mixed, compiled.parameters, target=target, image=done, slope=slope
    )
    moving = above(source, source.reachable((compiled.mixed,)), compiled.parameters)
    for n in sorted(moving):
        if source.kind[n] == PRODUCT:  # the derivative of a root is a quotient
            pairs = zip(source.args[n], source.data[n], strict=True)
            cuts += [done[a] for a, e in pairs if a in moving and 0 < e < 1]
    return nodes, cuts


def divisors(
    compiled: Compiled,
    done: Mapping[int, int],
    target: Program,
    cuts: Sequence[int],
    values: Iterable[int],
) -> list[int]:
    """What a specialised model divides by, also where the quotient has cancelled.

    Args:
        compiled: the model.
        done: its nodes -> nodes of the specialised program.
        target: the specialised program.
        cuts: what the derivatives divide by.
        values: nodes of the parameter values.
    """
    source = compiled.program
    images = [*(done[n] for n in denominators(source, done)), *cuts]
    below = target.reachable(values)
    angles = [*(done[h] for h in turned(source, done)), *turned(target, below)]
    cosines = [target.function("cos", h) for h in angles]
    images += [*denominators(target, below), *cosines]
    return smooth(target, list(dict.fromkeys(images)))


__all__ = ["divisors", "gradient_at"]
