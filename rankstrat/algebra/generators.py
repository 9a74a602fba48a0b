"""Generators of a tower: their stages, kinds and hypotheses, and what is known of constants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.program import IMAGINARY, LEAF, PI, PRODUCT, Program
from rankstrat.algebra.rational import reduced
from rankstrat.errors import PoleError, UndecidedError

Rational = int | Fraction
CONSTANT_STAGE, COORDINATE_STAGE, FUNCTION_STAGE = range(3)


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
        self._special: dict[Any, int] = {}
        self._arguments: dict[str, dict[Any, int]] = {}
        self._stages: dict[int, int] = {}

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
        found = stages.get(node)
        if found is not None:
            return found
        program = self.program
        stack = [node]
        while stack:
            n = stack[-1]
            if n in stages:
                stack.pop()
                continue
            missing = [a for a in program.args[n] if a not in stages]
            if missing:
                stack.extend(missing)
                continue
            below = max((stages[a] for a in program.args[n]), default=0)
            stages[n] = self._leaf_stage(n) if program.kind[n] == LEAF else below
            stack.pop()
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
                "u": COORDINATE_STAGE,
            }.get(kind, CONSTANT_STAGE)
            self.kind[leaf] = kind
            if key == PI:
                self._note(leaf, "pi", self.program.one, "pi")
        return leaf

    def _opaque_exp(self, imaginary: bool, h: int) -> int:
        c, core = self.program.content(h)
        key = ("opaque", imaginary, core)
        if key not in self._special:
            leaf = self._special[key] = self.new_leaf(
                ("exp", imaginary, core), CONSTANT_STAGE, "exp"
            )
            self._note(
                leaf,
                "cis" if imaginary else "exp",
                core,
                "exp of a transcendental constant, as exp(tanh(1))",
            )
        return self.program.power(self._special[key], c)

    def _constant_log(self, imaginary: bool, g: int) -> int:
        value = self.program.value(g)
        if value is not None and not imaginary:
            if value <= 0:
                raise PoleError(
                    f"log({value}) is not real; choose values where the argument of log is positive"
                )
            if value == 1:
                return self.program.zero
            return self.program.linear(0, self._prime_logs(value))
        if value == 0:
            return self.program.zero
        if not imaginary:
            return self._log_of_product(g)
        return self._opaque_log(imaginary, g)

    def _log_of_product(self, g: int) -> int:
        """log of a constant c prod T_i^{e_i} prod g_j^{f_j}: exponentials come out, the rest stays
        opaque.
        """
        program = self.program
        c, core = program.content(g)
        if c < 0:
            c, core = -c, program.scale(-1, core)
        pairs: Any = (
            zip(program.args[core], program.data[core], strict=True)
            if program.kind[core] == PRODUCT
            else ((core, 1),)
        )
        terms: list[tuple[Rational, int]] = [] if c == 1 else self._prime_logs(c)
        rest: list[tuple[int, Rational]] = []
        for n, e in pairs:
            key: Any = program.data[n] if program.kind[n] == LEAF else (None,)
            if self.kind.get(n) == "exp" and key[0] == "exp" and not key[1]:
                terms.append((e, key[2]))
            elif key[0] == "prime":
                terms.extend((e * k, leaf) for k, leaf in self._prime_logs(key[1]))
            else:
                rest.append((n, e))
        if rest:
            terms.append((1, self._opaque_log(False, program.product(rest))))
        return program.linear(0, terms)

    def _opaque_log(self, imaginary: bool, g: int) -> int:
        key = ("log", imaginary, g)
        if key not in self._special:
            leaf = self._special[key] = self.new_leaf(key, CONSTANT_STAGE, "log")
            self._note(leaf, "atan" if imaginary else "log", g, "atan or log of a constant")
        return self._special[key]

    def _prime_logs(self, value: Rational) -> list[tuple[Rational, int]]:
        terms: list[tuple[Rational, int]] = []
        program = self.program
        root = program.power(
            program.constant(value), Fraction(1, 1_000_003)
        )  # prime leaves carry the factorisation
        c, core = program.content(root)
        pairs = (
            zip(program.args[core], program.data[core], strict=True)
            if program.args[core]
            else ((core, 1),)
        )
        exact: dict[int, Fraction] = {program.data[n][1]: Fraction(e) * 1_000_003 for n, e in pairs}
        for numerator, sign in zip(Fraction(c).as_integer_ratio(), (1, -1), strict=True):
            for q in list(exact):
                while numerator % q == 0:
                    numerator //= q
                    exact[q] += sign * 1_000_003
        for q, e in exact.items():
            key = ("logprime", q)
            if key not in self._special:
                leaf = self._special[key] = self.new_leaf(key, CONSTANT_STAGE, "log")
                self._note(leaf, "log", program.constant(q), f"log({q})")
            terms.append((e, self._special[key]))
        return terms

    def freeze(self, node: int, stage: int) -> int:
        """A node known to be constant at this stage, as an expression without its generators."""
        program = self.program
        leaves = [
            n
            for n in program.reachable((node,))
            if program.kind[n] == LEAF and self.stage_of(n) >= stage
        ]
        if not leaves:
            return node
        for attempt in range(1, 8):
            values = {}
            for i, leaf in enumerate(leaves):
                exponential = self.kind[leaf] == "exp"
                values[leaf] = program.constant(
                    attempt**2
                    if exponential and attempt > 1
                    else 1
                    if exponential
                    else attempt + 3 * i
                )
            try:
                return reduced(program, program.rebuild((node,), program, values)[node])
            except (PoleError, UndecidedError):
                continue
        raise UndecidedError(
            "a constant between dependent functions could not be evaluated; simplify the model"
        )

    def varying(self, nodes: Sequence[int]) -> dict[int, bool]:
        """The generators of the function stage below the nodes -> whether they are exponentials."""
        program = self.program
        leaves = (n for n in program.reachable(nodes) if program.kind[n] == LEAF)
        return {n: self.kind[n] == "exp" for n in leaves if self.stage_of(n) == FUNCTION_STAGE}

    def untranslate(self, nodes: Sequence[int], target: Program) -> list[int]:
        """Constants of the tower as nodes of a program with functions (exp, log, cos, sin), for
        printing.

        Complex constants of a relation between real functions are replaced by their real parts, or
        by their imaginary parts when the real part of the last one vanishes: either is a relation
        again.
        """
        program = self.program
        ring = _ComplexNodes(target)
        values: dict[int, Any] = {}
        for n in program.reachable(nodes):
            if program.kind[n] == LEAF:
                values[n] = self._untranslated_leaf(n, target, ring)
        pairs = [ring.plain(v) for v in evaluate(program, nodes, ring, values)]
        part = 0 if not pairs or pairs[-1][0] != target.zero else 1
        return [pair[part] for pair in pairs]

    def _untranslated_leaf(self, leaf: int, target: Program, ring: _ComplexNodes) -> Any:
        key: Any = self.program.data[leaf]
        if key == IMAGINARY:
            return target.zero, target.one
        if key[0] == "logprime":
            return target.function("log", target.constant(key[1])), target.zero
        if key[0] in ("exp", "log"):
            argument = self.untranslate([key[2]], target)[0]
            if key[1] and key[0] == "exp":
                return _Rotation(argument)
            name = "atan" if key[1] else key[0]
            return target.function(name, argument), target.zero
        if key[0] in ("erf", "sigma"):
            argument = self.untranslate([key[-1]], target)[0]
            return target.function("erf" if key[0] == "erf" else key[:-1], argument), target.zero
        return target.leaf(key), target.zero


@dataclass(frozen=True)
class _Rotation:
    """exp(i h), whose rational powers are exp(i e h)."""

    argument: int


class _ComplexNodes:
    """Evaluation in pairs (real node, imaginary node)."""

    def __init__(self, target: Program) -> None:
        self.target = target

    def plain(self, value: Any, e: Rational = 1) -> tuple[int, int]:
        """A value, or a power of a rotation, as a pair."""
        if not isinstance(value, _Rotation):
            return value
        angle = self.target.scale(e, value.argument)
        return self.target.function("cos", angle), self.target.function("sin", angle)

    def constant(self, value: Rational) -> tuple[int, int]:
        """A rational number."""
        return self.target.constant(value), self.target.zero

    def linear(self, c0: Rational, terms: Sequence[tuple[Rational, Any]]) -> tuple[int, int]:
        """c0 + sum c_i v_i."""
        pairs = [(c, self.plain(v)) for c, v in terms]
        return self.target.linear(c0, [(c, v[0]) for c, v in pairs]), self.target.linear(
            0, [(c, v[1]) for c, v in pairs]
        )

    def product(self, factors: Sequence[tuple[Any, Rational]]) -> tuple[int, int]:
        """prod v_i^{e_i}."""
        target = self.target
        total = (target.one, target.zero)
        for v, e in factors:
            if isinstance(v, _Rotation):
                total = self._times(total, self.plain(v, e))
            elif v[1] == target.zero:
                power = target.power(v[0], e)
                total = (
                    target.product(((total[0], 1), (power, 1))),
                    target.product(((total[1], 1), (power, 1))),
                )
            else:
                if e < 0:
                    norm = target.power(
                        target.linear(0, ((1, target.power(v[0], 2)), (1, target.power(v[1], 2)))),
                        -1,
                    )
                    v = (
                        target.product(((v[0], 1), (norm, 1))),
                        target.product(((v[1], 1), (norm, 1)), -1),
                    )
                for _ in range(abs(int(e))):
                    total = self._times(total, v)
        return total

    def _times(self, a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
        target = self.target
        real = target.linear(
            0,
            (
                (1, target.product(((a[0], 1), (b[0], 1)))),
                (-1, target.product(((a[1], 1), (b[1], 1)))),
            ),
        )
        imaginary = target.linear(
            0,
            (
                (1, target.product(((a[0], 1), (b[1], 1)))),
                (1, target.product(((a[1], 1), (b[0], 1)))),
            ),
        )
        return real, imaginary

    def function(self, name: Any, value: Any) -> Any:
        """The tower has no functions."""
        raise UndecidedError(f"{name} has no generator")
