"""Generators of a tower: their stages, kinds and hypotheses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from rankstrat.algebra.program import IMAGINARY, LEAF, PI, UNITY, Program
from rankstrat.algebra.rational import is_zero, reduced
from rankstrat.errors import BudgetError, PoleError, UndecidedError

CONSTANT_STAGE, COORDINATE_STAGE, FUNCTION_STAGE = range(3)
COMPOSED = frozenset({"exp", "log", "erf", "erfi", "holonomic", "sigma", "root"})
"""Kinds of generators that are functions of others."""


class Generators:
    """A program over generators, each with a stage (0 constant, 1 coordinate, 2 function) and a
    kind.

    Attributes:
        program: leaves, sums and products only.
        stage, kind: by leaf.
        hypotheses: what would have to be true for the generators to be independent, if that is not
            a theorem.
        opaque: leaf -> (function, argument node) for the generators the hypotheses speak of.
    """

    def __init__(self) -> None:
        self.program = Program()
        self.stage: dict[int, int] = {}
        self.kind: dict[int, str] = {}
        self.hypotheses: list[str] = []
        self.opaque: dict[int, tuple[Any, int]] = {}
        self.roots_of_stage: dict[int, list[int]] = {0: [], 1: [], 2: []}
        self.sides: Callable[[int, int, int, int], Any] | None = None
        """(key, argument, count, start) -> the sides of a kink in samples; random bits without."""
        self._special: dict[Any, int] = {}
        self._stages: dict[int, int] = {}
        self.denominators: tuple[tuple[int, ...], dict[int, int]] | None = None
        """Of exponents, below the nodes for which they were asked last."""

    def new_leaf(self, key: Any, stage: int, kind: str) -> int:
        """A generator of the given stage."""
        leaf = self.program.leaf(key)
        self.stage[leaf], self.kind[leaf] = stage, kind
        return leaf

    def _note(self, leaf: int, function: Any, argument: int, text: str) -> None:
        self.opaque[leaf] = (function, argument)
        self.hypotheses.append(text)

    def stage_of(self, node: int) -> int:
        """0 for constants, 1 when coordinates occur, 2 for functions of the inputs."""
        stages = self._stages
        if node in stages:
            return stages[node]
        program = self.program
        for n in program.unknown(node, stages):
            below = max((stages[a] for a in program.args[n]), default=0)
            stages[n] = self._leaf_stage(n) if program.kind[n] == LEAF else below
        return stages[node]

    def _leaf_stage(self, leaf: int) -> int:
        if leaf not in self.stage:
            self.stage[leaf], self.kind[leaf] = CONSTANT_STAGE, self.program.data[leaf][0]
        return self.stage[leaf]

    def imaginary(self) -> int:
        """The node of i."""
        leaf = self.program.leaf(IMAGINARY)
        self.stage[leaf], self.kind[leaf] = CONSTANT_STAGE, "i"
        return leaf

    def source_leaf(self, key: Any) -> int:
        """The generator of an input, a coordinate, a mixing weight or pi."""
        leaf = self.program.leaf(key)
        if leaf not in self.stage:
            kind = key[0]
            self.stage[leaf] = {
                "x": FUNCTION_STAGE,
                "mix": FUNCTION_STAGE,
                "side": FUNCTION_STAGE,
                "u": COORDINATE_STAGE,
            }.get(kind, CONSTANT_STAGE)
            self.kind[leaf] = kind
            if key == PI:
                self._note(leaf, "pi", self.program.one, "pi")
        return leaf

    def freeze(self, node: int, stage: int) -> int:
        r"""A node whose derivative is zero at this stage, as an expression without its generators.

        Among independent generators it is constant. Others may have it jump, as
        $\sqrt{x^2 - 1} / ((x + 1) \sqrt{1 - 2/(x + 1)})$, or be a number that numbers put in for
        them do not give, as a Wronskian; there it must be constant in free variables.
        """
        program = self.program
        leaves = [
            n
            for n in program.reachable((node,))
            if program.kind[n] == LEAF and self.stage_of(n) >= stage
        ]
        if not leaves:
            return node
        for attempt in range(1, 8):
            try:
                found = reduced(program, self._at_numbers(node, stage, attempt))
                break
            except (PoleError, UndecidedError):
                continue
        else:
            raise UndecidedError(
                "a constant between dependent functions could not be evaluated; simplify the model"
            )
        doubtful = self.leaves_below(node) & self.opaque.keys()
        if any(self.stage[n] >= stage for n in doubtful):
            self._demand_equal(node, found)
        return found

    def _demand_equal(self, node: int, constant: int) -> None:
        difference = self.program.linear(0, ((1, node), (-1, constant)))
        try:
            equal = is_zero(self.program, difference)
        except BudgetError:
            equal = False
        if not equal:
            raise UndecidedError(
                "a combination of roots, arctangents or special functions that is constant, at"
                " least between jumps, stands inside another function; put its value there"
            )

    def argument(self, leaf: int) -> int | None:
        """What a generator is a function of; None for inputs, numbers and the like."""
        key = self.program.data[leaf]
        if self.kind.get(leaf) in COMPOSED and key[0] != "logprime":
            return int(key[-1])
        return None

    def leaves_below(self, node: int) -> set[int]:
        """The generators in a node, and in the arguments of those there."""
        program, seen, stack = self.program, set[int](), [node]
        while stack:
            leaves = (n for n in program.reachable((stack.pop(),)) if program.kind[n] == LEAF)
            fresh = {n for n in leaves if n not in seen}
            seen |= fresh
            arguments = map(self.argument, fresh)
            stack += [h for h in arguments if h is not None]
        return seen

    def _at_numbers(self, node: int, stage: int, attempt: int) -> int:
        """The node where the generators from a stage on are small numbers, roots with them."""
        program = self.program
        values: dict[int, int] = {}
        leaves = [n for n in program.reachable(self._below(node)) if n in self.stage]
        for i, leaf in enumerate(leaves):
            if self.stage[leaf] < stage or program.kind[leaf] != LEAF:
                continue
            if self.kind[leaf] == "root":
                _, n, radicand = program.data[leaf]
                number = program.rebuild((radicand,), program, values)[radicand]
                values[leaf] = self._root_of(number, Fraction(1, n))
            elif self.kind[leaf] == "exp":
                values[leaf] = program.constant(attempt**2)
            else:
                values[leaf] = program.constant(attempt + 3 * i)
        return program.rebuild((node,), program, values)[node]

    def _root_of(self, number: int, e: Fraction) -> int:
        """number^e; of a negative number its principal value."""
        program = self.program
        value = program.value(number)
        if value is None or value > 0:
            return program.power(number, e)
        unity = self.new_leaf(UNITY, CONSTANT_STAGE, "unity")
        return program.product(((unity, e), (program.constant(-value), e)))

    def _below(self, node: int) -> list[int]:
        """The node and the radicands of the roots below it."""
        program, result, seen = self.program, [node], set[int]()
        for n in result:
            roots = (m for m in program.reachable((n,)) if self.kind.get(m) == "root")
            fresh = [m for m in roots if m not in seen]
            seen |= set(fresh)
            result += [program.data[m][2] for m in fresh]
        return result

    def varying(self, nodes: Sequence[int]) -> dict[int, bool]:
        """The generators of the function stage below the nodes -> whether they are exponentials."""
        program = self.program
        leaves = (n for n in program.reachable(nodes) if program.kind[n] == LEAF)
        return {n: self.kind[n] == "exp" for n in leaves if self.stage_of(n) == FUNCTION_STAGE}
