"""A model as a program: one graph of its outputs, and of their derivatives where they are asked
for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from rankstrat.algebra.elementary import is_elementary
from rankstrat.algebra.needs import Need
from rankstrat.algebra.perfect_powers import Factoring
from rankstrat.algebra.program import FUNCTION, PIECEWISE, Program

ADDING = Lock()
Outputs = Callable[[Program, Sequence[int], Sequence[int], list[Need]], Sequence[int]]
"""Builds the nodes of the outputs from the leaves of parameters and inputs, and notes needs."""


@dataclass(frozen=True)
class Compiled:
    r"""A model as a program: nodes of the outputs and of the mixed output, leaves of the parameters
    and inputs.

    With several outputs the mixed one is $\sum_k c_k F_k$, with a leaf c_k (`mixers`) for each.
    """

    program: Program
    outputs: tuple[int, ...]
    parameters: tuple[int, ...]
    inputs: tuple[int, ...]
    mixers: tuple[int, ...]
    mixed: int
    needs: tuple[Need, ...] = ()
    """What must be positive where the outputs, as they were written, are real."""

    @staticmethod
    def of(parameters: int, inputs: int, outputs: Outputs) -> Compiled:
        """The program of a model with so many parameters and inputs."""
        program = Factoring()
        p_leaves = [program.leaf(("p", i)) for i in range(parameters)]
        x_leaves = [program.leaf(("x", k)) for k in range(inputs)]
        needed = list[Need]()
        nodes = outputs(program, p_leaves, x_leaves, needed)
        mixers: tuple[int, ...] = ()
        if len(nodes) > 1:
            mixers = tuple(program.leaf(("mix", k)) for k in range(len(nodes)))
        mixed = nodes[0]
        if mixers:
            pairs = zip(mixers, nodes, strict=True)
            mixed = program.linear(0, [(1, program.times(c, n)) for c, n in pairs])
        return Compiled(
            program,
            tuple(nodes),
            tuple(p_leaves),
            tuple(x_leaves),
            mixers,
            mixed,
            tuple(needed),
        )

    @cached_property
    def gradient(self) -> tuple[int, ...]:
        """The derivatives of the mixed output by the parameters."""
        return tuple(self.derivatives(self.mixed, self.parameters))

    def derivatives(self, node: int, leaves: Sequence[int]) -> list[int]:
        """The derivatives of a node by leaves, as nodes of the program, to which one thread at a
        time may add.
        """
        with ADDING:
            return self.program.gradient(node, leaves)

    @cached_property
    def is_elementary(self) -> bool:
        """Whether the model has neither kinks nor roots of functions nor special functions."""
        return is_elementary(self.program, self.roots)

    @property
    def roots(self) -> tuple[int, ...]:
        """The nodes of the outputs, of the mixed output, and of the needs."""
        return (*self.outputs, self.mixed, *self.needed)

    @property
    def needed(self) -> tuple[int, ...]:
        """The nodes and guards of the needs."""
        return tuple(n for need in self.needs for n in (need.guard, need.node))

    @cached_property
    def piecewise(self) -> tuple[tuple[int, int], ...]:
        """(node, argument) of the piecewise functions below the outputs."""
        program = self.program
        return tuple(
            (n, program.args[n][0])
            for n in program.reachable(self.outputs)
            if program.kind[n] == FUNCTION and program.data[n] in PIECEWISE
        )


__all__ = ["Compiled", "Outputs"]
