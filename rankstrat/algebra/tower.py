r"""Towers of transcendental generators: which functions are new is *decided*, never assumed.

Every function node of a program is rewritten as a rational expression in independent generators:
the inputs and $\exp(h)$, $e^{ih}$, $\log g$, $\arctan g$, ... for *new* ones over a field of
constants (coordinates of a chart, exponentials of rational numbers). The rule is the Risch
structure theorem (Kolchin-Ostrowski): $\exp(h)$ is algebraic over a tower of exponentials
$\exp(h_i)$ and logarithms $\log g_j$ with constants $C$ if and only if
$h - \sum r_i h_i - \sum s_j \log g_j \in C$ with rational numbers $r_i, s_j$; likewise for $\log g$
with $Dg/g = \sum r_i D h_i + \sum s_j Dg_j/g_j$. Constants come in two more stages, over the
coordinates and over Q (Lindemann-Weierstrass).

Two roads decide the same rule. Arguments that are Laurent polynomials in earlier generators are
compared by their monomials (exactly). Others are differentiated and compared modulo random primes:
independence there is a proof, a dependence is lifted to the rationals, checked at fresh primes, and
then exactly within a budget.

References: Risch 1969; Rosenlicht, Pacific J. Math. 65 (1976); Bronstein, Symbolic Integration I,
Section 9.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import lcm, prod
from typing import Any

from rankstrat.algebra.constants import Monomial
from rankstrat.algebra.differential import Derivation
from rankstrat.algebra.generators import CONSTANT_STAGE, FUNCTION_STAGE
from rankstrat.algebra.holonomic import HOLONOMIC
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.program import FUNCTION, LEAF, PI, PIECEWISE, PRODUCT, Program
from rankstrat.algebra.relations import decide
from rankstrat.algebra.roots import Roots
from rankstrat.errors import UndecidedError, UnsupportedFunctionError


@dataclass(frozen=True)
class Entry:
    """A generator exp(argument) or log(argument) of one block (real or imaginary) at one stage."""

    leaf: int
    role: str
    argument: int


@dataclass
class Block:
    """The exp and log generators of one kind at one stage; `laurent` while all arguments of exp are
    monomials.
    """

    entries: list[Entry] = field(default_factory=list)
    monomials: dict[Monomial, int] = field(default_factory=dict)
    logs: dict[int, int] = field(default_factory=dict)
    laurent: bool = True


class Tower(Roots):
    """The program below `roots` over independent generators.

    Args:
        source: a program whose leaves are `("x", k)` (inputs), `("mix", k)`, `("u", name)`
            (coordinates), pi.
        roots: the nodes wanted.

    Attributes:
        program: the new program; only leaves, sums and products.
        roots: the images of the roots.
    """

    def __init__(self, source: Program, roots: Sequence[int], *, seed: int = 0) -> None:
        super().__init__(seed)
        self.source = source
        self.blocks = {
            (imaginary, stage): Block() for imaginary in (False, True) for stage in (1, 2)
        }
        self.derivations = {stage: Derivation(self, stage) for stage in (1, 2)}
        self._exps: dict[tuple[bool, int], int] = {}
        self._logs: dict[tuple[bool, int], int] = {}
        self._own: set[int] = set()
        """The exponentials of monomials."""
        self._powers: set[int] = set()
        self._two_signed: set[int] = set()
        self.image: dict[int, int] = {}
        self._wanted = tuple(roots)
        self._build(roots)
        self.roots = [self.image[r] for r in roots]
        self.settle_numbers()
        self._forget_pi()

    def _forget_pi(self) -> None:
        """Drop the hypothesis on pi where it only occurred in angles of roots of unity."""
        program = self.program
        arguments = map(self.argument, self.kind)
        nodes = [*self.roots, *(h for h in arguments if h is not None)]
        leaf = program.leaf(PI)
        if leaf in self.opaque and leaf not in program.reachable(nodes):
            del self.opaque[leaf], self.stage[leaf], self.kind[leaf]
            self.hypotheses.remove("pi")

    # Building, one level of nesting after another

    def _build(self, roots: Sequence[int]) -> None:
        source = self.source
        depth: dict[int, int] = {}
        levels: dict[int, tuple[list[int], list[int]]] = {}
        for node in source.reachable(roots):
            below = max((depth[a] for a in source.args[node]), default=0)
            is_function = source.kind[node] == FUNCTION or self._has_root(node)
            depth[node] = below + is_function
            levels.setdefault(depth[node], ([], []))[0 if is_function else 1].append(node)
        for level in sorted(levels):
            functions, others = levels[level]
            if functions:
                self._functions(functions)
            self._others(others)

    def _has_root(self, node: int) -> bool:
        """Whether a node of the source is a product with roots of other than numbers."""
        source = self.source
        return source.kind[node] == PRODUCT and any(
            f % 1 != 0 and not (source.kind[n] == LEAF and source.data[n][0] in ("prime", "pi"))
            for n, f in zip(source.args[node], source.data[node], strict=True)
        )

    def _rooted(self, node: int) -> int:
        source = self.source
        factors = []
        for n, f in zip(source.args[node], source.data[node], strict=True):
            image = self.image[n]
            if f % 1 == 0:
                factors.append((image, f))
                continue
            degree = self._degrees.get(source.content(n)[1], 1)
            factors.append((self.root_power(image, f, degree), 1))
        return self.program.product(factors)

    @cached_property
    def _degrees(self) -> dict[int, int]:
        """Degree of the one generator that does for all roots of an expression, if two of them have
        degrees with a common factor, as those of |x|^(1/2) and |x|^(1/4).
        """
        source = self.source
        found: dict[int, set[int]] = {}
        for node in source.reachable(self._wanted):
            if self._has_root(node):
                for n, f in zip(source.args[node], source.data[node], strict=True):
                    if f % 1 != 0:
                        found.setdefault(source.content(n)[1], set()).add(f.denominator)
        return {n: lcm(*some) for n, some in found.items() if lcm(*some) < prod(some)}

    def _others(self, nodes: Iterable[int]) -> None:
        source = self.source
        pending = []
        for node in nodes:
            if source.kind[node] == LEAF:
                self.image[node] = self.source_leaf(source.data[node])
            else:
                pending.append(node)
        self.image |= source.rebuild(pending, self.program, self.image)

    # Functions of one level

    def _functions(self, nodes: Sequence[int]) -> None:
        program, source = self.program, self.source
        exps: dict[tuple[bool, int], None] = {}
        logs: dict[tuple[bool, int], None] = {}
        wanted: list[tuple[int, Any, int]] = []
        for node in nodes:
            if source.kind[node] == PRODUCT:
                self.image[node] = self._rooted(node)
                continue
            name, h = source.data[node], self.image[source.args[node][0]]
            wanted.append((node, name, h))
            match name:
                case "exp" | "sinh" | "cosh":
                    exps[False, h] = None
                case "tanh":
                    exps[False, program.scale(2, h)] = None
                case "sin" | "cos":
                    exps[True, h] = None
                case "tan":
                    exps[True, program.scale(2, h)] = None
                case "log":
                    logs[False, h] = None
                case "atan":
                    logs[True, h] = None
        self._resolve(list(exps), list(logs))
        for node, name, h in wanted:
            self.image[node] = self._expression(name, h)

    def _expression(self, name: Any, h: int) -> int:
        program = self.program
        if name in ("exp", "sinh", "cosh", "sin", "cos"):
            e = self._exps[name in ("sin", "cos"), h]
            if name == "exp":
                return e
            sign = 1 if name in ("cosh", "cos") else -1
            half = program.linear(
                0, ((Fraction(1, 2), e), (Fraction(sign, 2), program.power(e, -1)))
            )
            if name != "sin":
                return half
            return program.product(((half, 1), (self.imaginary(), -1)))
        if name in ("tanh", "tan"):
            square = self._exps[name == "tan", program.scale(2, h)]
            # 1 - 2 / (E + 1): one use of E, and the same inverse as in the derivative 1 - tanh^2
            ratio = program.linear(1, ((-2, program.power(program.linear(1, ((1, square),)), -1)),))
            if name == "tanh":
                return ratio
            return program.product(((ratio, 1), (self.imaginary(), -1)))
        if name in ("log", "atan"):
            return self._logs[name == "atan", h]
        if name in PIECEWISE:
            raise UnsupportedFunctionError(
                f"{name} is piecewise and its rank depends on the region; ask for region_rank,"
                " batch_rank or rank on all inputs"
            )
        if name in ("erf", "erfi"):
            return self._erf(name, h)
        if name in HOLONOMIC:
            return self._holonomic(name, h)
        return self._generic(name, h)

    def _resolve(self, exps: Sequence[tuple[bool, int]], logs: Sequence[tuple[bool, int]]) -> None:
        """Fill `_exps` and `_logs`: Laurent arguments at once, the others together through the
        decision matrix.
        """
        hard: dict[tuple[bool, int], list[tuple[str, int]]] = {}
        for imaginary, h in exps:
            if (imaginary, h) not in self._exps:
                easy = self._laurent_exp(imaginary, h)
                if easy is None:
                    hard.setdefault((imaginary, self.stage_of(h)), []).append(("exp", h))
                else:
                    self._exps[imaginary, h] = easy
        for imaginary, g in logs:
            if (imaginary, g) not in self._logs:
                stage = self.stage_of(g)
                if stage == CONSTANT_STAGE:
                    self._logs[imaginary, g] = self._constant_log(imaginary, g)
                else:
                    hard.setdefault((imaginary, stage), []).append(("log", g))
        for (imaginary, stage), requests in sorted(hard.items()):
            if stage == CONSTANT_STAGE:
                for _, h in requests:
                    self._exps[imaginary, h] = self._number_exp(imaginary, h)
            else:
                self._decide(imaginary, stage, requests)

    def exponential(self, imaginary: bool, h: int) -> int:
        """The node of exp(h), or of exp(i h)."""
        if (imaginary, h) not in self._exps:
            self._resolve([(imaginary, h)], [])
        return self._exps[imaginary, h]

    def logarithm(self, g: int) -> int:
        """The node of log(g)."""
        if (False, g) not in self._logs:
            self._resolve([], [(False, g)])
        return self._logs[False, g]

    # The first road: Laurent polynomials

    def _laurent_exp(self, imaginary: bool, h: int) -> int | None:
        terms = self.terms(h)
        if terms is None:
            return None
        parts: dict[int, list[tuple[Monomial, Rational]]] = {0: [], 1: [], 2: []}
        for monomial, c in terms.items():
            stages = [self.stage_of(leaf) for leaf, _ in monomial]
            parts[max(stages, default=0)].append((monomial, c))
        for stage in (1, 2):
            block = self.blocks[imaginary, stage]
            if not block.laurent and any(
                m not in block.monomials and not self._log_leaf(block, m) for m, _ in parts[stage]
            ):
                return None
        factors = [
            self._monomial_exp(imaginary, stage, m, c)
            for stage, items in parts.items()
            for m, c in items
        ]
        leaves = {n for n, _ in factors}
        if factors and len(leaves) == len(factors) and leaves <= self._own:
            return self.program.monomial(factors)
        return self.program.product(factors)

    @staticmethod
    def _log_leaf(block: Block, monomial: Monomial) -> int | None:
        if len(monomial) == 1 and monomial[0][1] == 1:
            return block.logs.get(monomial[0][0])
        return None

    def _monomial_exp(
        self, imaginary: bool, stage: int, monomial: Monomial, c: Rational
    ) -> tuple[int, Rational]:
        if stage == CONSTANT_STAGE:
            return self._constant_exp(imaginary, monomial, c)
        block = self.blocks[imaginary, stage]
        g = self._log_leaf(block, monomial)
        if g is not None:
            return self._root(imaginary, g, c)
        if monomial not in block.monomials:
            node = self.program.product(monomial)
            leaf = self.new_leaf(("exp", imaginary, node), stage, "exp")
            self._own.add(leaf)
            block.monomials[monomial] = leaf
            block.entries.append(Entry(leaf, "exp", node))
        return block.monomials[monomial], c

    def _root(self, imaginary: bool, g: int, c: Rational) -> tuple[int, Rational]:
        """exp(c log g) = g^c, or exp(i c atan g) = ((1 + i g)/(1 - i g))^(c/2).

        For a fraction of an arctangent it is a generator of its own, whose independence is a
        hypothesis.
        """
        program = self.program
        if not imaginary:
            self._powers.add(g)
            self._demand_one_sign()
            return (g, int(c)) if Fraction(c).denominator == 1 else (self.root_power(g, c), 1)
        ig = program.product(((g, 1), (self.imaginary(), 1)))
        base = program.product(
            ((program.linear(1, ((1, ig),)), 1), (program.linear(1, ((-1, ig),)), -1))
        )
        if (Fraction(c) / 2).denominator == 1:
            return base, int(c) // 2
        if Fraction(c).denominator == 1:  # exp(i atan g) = (1 + i g)/sqrt(1 + g^2)
            size = self.root_power(program.linear(1, ((1, program.power(g, 2)),)), Fraction(-1, 2))
            return program.product(((program.linear(1, ((1, ig),)), 1), (size, 1))), int(c)
        key = ("turn", g)
        if key not in self._special:
            argument = next(
                t for t, node in self.blocks[True, self.stage_of(g)].logs.items() if node == g
            )
            leaf = self._special[key] = self.new_leaf(
                ("exp", True, argument), self.stage_of(g), "exp"
            )
            self._note(leaf, "cis", argument, "a fraction of an arctangent below a sine or cosine")
        return self._special[key], c

    def _demand_one_sign(self) -> None:
        """exp(c log|g|) is g^c only where g > 0."""
        if not self._powers.isdisjoint(self._two_signed):
            raise UndecidedError(
                "an exponential of logarithms of a function that is positive on one region and"
                " negative on another is not decided; write it as a power"
            )

    # The second road: derivatives modulo random primes

    def _decide(self, imaginary: bool, stage: int, requests: Sequence[tuple[str, int]]) -> None:
        block, derivation = self.blocks[imaginary, stage], self.derivations[stage]
        candidates = [self._column(derivation, imaginary, role, node) for role, node in requests]
        basis: list[int] = []
        while len(basis) < len(
            block.entries
        ):  # the derivative of erf may itself bring a new exponential
            basis = [
                self._column(derivation, imaginary, e.role, e.argument) for e in list(block.entries)
            ]
        relations = decide(self, basis, candidates, seed=self.seed)
        start = len(basis)
        fresh: dict[int, Entry] = {}
        for index, (role, node) in enumerate(requests):
            if relations[index] is None:
                leaf = self.new_leaf((role, imaginary, node), stage, role)
                entry = fresh[start + index] = Entry(leaf, role, node)
                block.entries.append(entry)
                if role == "exp":
                    block.laurent = False
                    self._exps[imaginary, node] = leaf
                else:
                    block.logs[leaf] = node
                    self._logs[imaginary, node] = leaf
        known = dict(enumerate(block.entries[:start])) | fresh
        for index, (role, node) in enumerate(requests):
            relation = relations[index]
            if relation is None:
                continue
            pairs = [(known[j], c) for j, c in relation.items()]
            if role == "exp":
                self._exps[imaginary, node] = self._dependent_exp(imaginary, stage, node, pairs)
            else:
                self._logs[imaginary, node] = self._dependent_log(imaginary, stage, node, pairs)

    def _column(self, derivation: Derivation, imaginary: bool, role: str, node: int) -> int:
        program, d = self.program, derivation.of(node)
        if role == "exp":
            return d
        below = node if not imaginary else program.linear(1, ((1, program.power(node, 2)),))
        return program.product(((d, 1), (below, -1)))

    def _dependent_exp(
        self, imaginary: bool, stage: int, h: int, pairs: Sequence[tuple[Entry, Rational]]
    ) -> int:
        program = self.program
        rest = program.linear(
            0, [(1, h), *((-c, e.argument if e.role == "exp" else e.leaf) for e, c in pairs)]
        )
        constant = self.freeze(rest, stage)
        factors = [
            (e.leaf, c) if e.role == "exp" else self._root(imaginary, e.argument, c)
            for e, c in pairs
        ]
        return program.product([*factors, (self.exponential(imaginary, constant), 1)])

    def _dependent_log(
        self, imaginary: bool, stage: int, g: int, pairs: Sequence[tuple[Entry, Rational]]
    ) -> int:
        program = self.program
        if imaginary:
            return self._dependent_atan(stage, g, pairs)
        known = program.linear(
            0, [(c, e.argument if e.role == "exp" else e.leaf) for e, c in pairs]
        )
        # log g = known + c with exp(c) = g / prod exp(h_i)^r_i prod g_j^s_j, a positive constant;
        # a negative one where g and the g_j are positive on different regions, whose functions
        # never meet: log|g| then
        n = lcm(*(Fraction(c).denominator for _, c in pairs))
        quotient = program.product(
            [(g, n), *((e.leaf if e.role == "exp" else e.argument, -c * n) for e, c in pairs)]
        )
        constant = self.freeze(quotient, stage)
        value = program.value(constant)
        if value is not None and value < 0:
            constant = program.constant(-value)
            self._two_signed |= {e.argument for e, _ in pairs if e.role == "log"}
            self._demand_one_sign()
        return program.linear(0, ((1, known), (Fraction(1, n), self.logarithm(constant))))

    def _dependent_atan(self, stage: int, g: int, pairs: Sequence[tuple[Entry, Rational]]) -> int:
        """atan g where its derivative is a combination of known ones.

        Beyond equal and opposite arguments the combination holds up to a multiple of pi that jumps,
        as in atan(1/x) = +-pi/2 - atan x; then atan g is a function of its own.
        """
        if not pairs:
            return self._constant_log(True, self.freeze(g, stage))
        (entry, c), *others = pairs
        if not others and entry.role == "log" and c in (1, -1):
            if self._sign_between(g, entry.argument, (int(c),)):
                return self.program.scale(c, entry.leaf)
        leaf = self.new_leaf(("log", True, g), stage, "log")
        self._note(leaf, "atan", g, "an arctangent that is a combination of others up to jumps")
        return leaf

    def _erf(self, name: str, h: int) -> int:
        program = self.program
        sign, h = self.representative(name, h, signed=True)
        if h == program.zero:
            return h
        key = (name, h)
        if key not in self._special:
            stage = self.stage_of(h)
            if stage > CONSTANT_STAGE:
                # The exponential in its derivative comes first: whatever is built over erf(h) is
                # compared by derivatives.
                self.exponential(False, program.product(((h, 2),), -1 if name == "erf" else 1))
            leaf = self._special[key] = self.new_leaf(key, stage, name)
            if stage != FUNCTION_STAGE or not self._is_affine(h):
                self._note(leaf, name, h, f"{name} of an argument that is not affine in the inputs")
        return program.scale(sign, self._special[key])

    def _holonomic(self, name: str, h: int) -> int:
        """A function of which no independence is known: a free variable with a hypothesis."""
        program, record = self.program, HOLONOMIC[name]
        sign, h = self.representative(name, h, signed=bool(record.parity))
        if h == program.zero and (record.pole or record.at_zero is not None):
            return program.function(name, h)
        key = ("holonomic", name, h)
        if key not in self._special:
            stage = self.stage_of(h)
            if stage > CONSTANT_STAGE:
                for _, _, g in record.derivative:
                    if g not in HOLONOMIC:
                        self.exponential(g in ("sin", "cos"), h)
            leaf = self._special[key] = self.new_leaf(key, stage, "holonomic")
            self._note(leaf, name, h, f"{name} beside other functions")
        return program.scale(sign if record.parity == "odd" else 1, self._special[key])

    def holonomic_derivative(self, leaf: int) -> int:
        """f'(h) for the generator f(h)."""
        program = self.program
        _, name, h = program.data[leaf]
        terms = []
        for c, e, g in HOLONOMIC[name].derivative:
            if g not in HOLONOMIC:
                self.exponential(g in ("sin", "cos"), h)
            value = self._expression(g, h)
            terms.append((c, program.product(((h, e), (value, 1)))))
        return program.linear(0, terms)

    def _is_affine(self, h: int) -> bool:
        """Whether a node is a polynomial of degree at most 1 in the inputs over the constants."""
        terms = self.terms(h)
        return terms is not None and all(
            [(self.kind[leaf], e) for leaf, e in m if self.stage_of(leaf) == FUNCTION_STAGE]
            in ([], [("x", 1)])
            for m in terms
        )

    def _generic(self, name: tuple[str, str, int, str], h: int) -> int:
        _, label, order, parity = name
        signed = parity.startswith(("odd", "even"))
        sign, h = self.representative(f"sigma {label}", h, signed=signed)
        odd = signed and (order + (parity[0] == "o")) % 2 == 1
        if h == self.program.zero and (odd or (parity.endswith("0") and order == 0)):
            return self.program.zero
        key = ("sigma", label, order, h)
        if key not in self._special:
            self._special[key] = self.new_leaf(
                ("sigma", label, order, parity, h), self.stage_of(h), "sigma"
            )
        return self.program.scale(sign if odd else 1, self._special[key])

    def sigma_derivative(self, leaf: int) -> int:
        """The generator of sigma^(j+1)(h) from that of sigma^(j)(h)."""
        _, label, order, parity, h = self.program.data[leaf]
        return self._generic(("sigma", label, order + 1, parity), h)

    def gauss(self, h: int, kind: str) -> int:
        """2/sqrt(pi) exp(-+h^2), the derivative of erf or erfi at h."""
        program = self.program
        square = program.product(((h, 2),), -1 if kind == "erf" else 1)
        return program.product(
            ((self.exponential(False, square), 1), (self.source_leaf(PI), Fraction(-1, 2))), 2
        )
