r"""Expression DAGs, hash-consed: $c_0 + \sum_i c_i n_i$, $c \prod_i n_i^{e_i}$ and $f(n)$ over
named leaves.

A `Program` is an append-only list of nodes; a node is its index, and children have smaller indices
than parents, so index order is a topological order. Nodes are built by `constant`, `leaf`,
`linear`, `product`, `function`; equal nodes get equal indices. The canonical form is light (no
expansion): sums collect equal terms, products collect equal factors and pull rational contents out
of sums, odd and even functions take a sign-normalised argument. This much makes the tangent
functions of duplicated or mirrored units *identical* nodes, which is a proof of their dependence.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from copy import copy as shallow
from fractions import Fraction
from typing import Any, Self

from rankstrat.algebra.holonomic import HOLONOMIC
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.powers import factor, normal, rational_power, shown
from rankstrat.deadline import check
from rankstrat.errors import PoleError, UndecidedError, UnsupportedFunctionError

CONSTANT, LEAF, LINEAR, PRODUCT, FUNCTION = range(5)

ODD = frozenset({"tanh", "sin", "tan", "sinh", "atan", "erf", "erfi", "sign"}) | {
    name for name, record in HOLONOMIC.items() if record.parity == "odd"
}
EVEN = frozenset({"cos", "cosh", "abs"}) | {
    name for name, record in HOLONOMIC.items() if record.parity == "even"
}
VALUE_AT_ZERO: dict[str, int] = {
    "exp": 1,
    "cos": 1,
    "cosh": 1,
    "relu": 0,
    "abs": 0,
    "sign": 0,
    "step": 0,
} | dict.fromkeys(("tanh", "sin", "tan", "sinh", "atan", "erf", "erfi"), 0)
ELEMENTARY = frozenset({"log", *VALUE_AT_ZERO})
PIECEWISE = frozenset({"relu", "abs", "sign", "step"})

PAIR = (1, 1)
"""Exponents of a product of two factors."""
MEMORY = 8
"""How many questions for what is below some nodes are remembered, the latest ones."""

PI: tuple[str] = ("pi",)
IMAGINARY: tuple[str] = ("i",)
UNITY: tuple[str] = ("unity",)
r"""The leaf whose power c is $e^{i \pi c}$."""
REDUCED = frozenset({"prime", "unity", "side"})
"""Leaves, beside the imaginary unit, whose powers are reduced."""


class Program:
    """A hash-consed expression DAG; see the module docstring."""

    def __init__(self) -> None:
        self.kind: list[int] = []
        self.args: list[tuple[int, ...]] = []
        self.data: list[Any] = []
        self._index: dict[tuple[int, tuple[int, ...], Hashable], int] = {}
        self._nonnegative: dict[int, bool] = {}
        self._contents: dict[int, tuple[Rational, int]] = {}
        self._reduced: set[int] = set()
        self._reached: dict[tuple[int, ...], tuple[int, ...]] = {}
        self.zero = self.constant(0)
        self.one = self.constant(1)

    def __len__(self) -> int:
        return len(self.kind)

    def _node(self, kind: int, args: tuple[int, ...], data: Hashable) -> int:
        fresh = len(self.kind)
        found = self._index.setdefault((kind, args, data), fresh)
        if found == fresh:
            self.kind.append(kind)
            self.args.append(args)
            self.data.append(data)
            check("an expression was built")
        return found

    def constant(self, value: Rational) -> int:
        """The node of a rational number."""
        return self._node(CONSTANT, (), normal(value))

    def leaf(self, key: Hashable) -> int:
        """The node of a named indeterminate (input, parameter, generator, ...)."""
        node = self._node(LEAF, (), key)
        if key == IMAGINARY or (isinstance(key, tuple) and key[0] in REDUCED):
            self._reduced.add(node)
        return node

    def value(self, node: int) -> Rational | None:
        """The rational value of a constant node, else None."""
        if self.kind[node] == CONSTANT:
            return self.data[node]
        return None

    def content(self, node: int) -> tuple[Rational, int]:
        """`(c, core)` with node = c * core, core free of a rational content."""
        kind = self.kind[node]
        if kind == CONSTANT:
            return self.data[node], self.one
        if kind != LINEAR:
            return 1, node
        c0, *coefficients = self.data[node]
        lead = coefficients[0]
        if not c0 and len(coefficients) == 1:
            return lead, self.args[node][0]
        if lead == 1:
            return 1, node
        known = self._contents.get(node)
        if known is None:
            scaled = tuple([normal(Fraction(c, lead)) for c in self.data[node]])
            known = self._contents[node] = lead, self._node(LINEAR, self.args[node], scaled)
        return known

    def linear(self, c0: Rational, terms: Iterable[tuple[Rational, int]]) -> int:
        r"""The node of $c_0 + \sum c_i n_i$."""
        total: dict[int, Rational] = {}
        kinds, data, args = self.kind, self.data, self.args
        for c, node in terms:
            kind = kinds[node]
            if kind == CONSTANT:
                c0 = c0 + c * data[node]
                continue
            if kind == LINEAR and len(args[node]) == 1 and not data[node][0]:
                inner = data[node][1]
                c, node = inner if c == 1 else c * inner, args[node][0]
            total[node] = total[node] + c if node in total else c
        nodes = sorted([n for n, c in total.items() if c])
        if not nodes:
            return self.constant(c0)
        if not c0 and len(nodes) == 1 and total[nodes[0]] == 1:
            return nodes[0]
        numbers = [c0, *[total[n] for n in nodes]]
        return self._node(
            LINEAR, tuple(nodes), tuple([c if type(c) is int else normal(c) for c in numbers])
        )

    def scale(self, c: Rational, node: int) -> int:
        """The node of c * node."""
        kind, args, data = self.kind[node], self.args[node], self.data[node]
        if kind == CONSTANT:
            return self.constant(c * data)
        if kind == LINEAR and len(args) == 1 and not data[0]:
            c, node = c * data[1], args[0]
        if c == 1:
            return node
        if not c:
            return self.zero
        return self._node(LINEAR, (node,), (0, c if type(c) is int else normal(c)))

    def product(self, factors: Iterable[tuple[int, Rational]], coefficient: Rational = 1) -> int:
        r"""The node of $c \prod n_i^{e_i}$.

        A power with a fractional exponent is the positive root of something that is not negative
        where the expression is defined, so that $(a^2 b)^{1/2} = |a|\,b^{1/2}$.
        """
        total: dict[int, Rational] = {}
        stack, rooted = list(factors), False
        kinds, args, data = self.kind, self.args, self.data
        while stack:
            node, e = stack.pop()
            if not e:
                continue
            kind = kinds[node]
            if kind == CONSTANT and e == 1 and not rooted:
                c = data[node]
                coefficient = c if coefficient == 1 else coefficient * c
                continue
            if type(e) is not int:
                rooted = True
                whole = e.denominator == 1
                if not whole and not (kind == CONSTANT or self._splits(node)):
                    self._root(node, e, stack, total)
                    kind = -1
            if kind == PRODUCT:
                stack.extend((n, e * f) for n, f in zip(args[node], data[node], strict=True))
            elif kind in (CONSTANT, LINEAR):
                c, core = self.content(node)
                if c == 1:
                    if kind != CONSTANT:
                        total[node] = total[node] + e if node in total else e
                else:
                    power = c if e == 1 else rational_power(c, e)
                    if power is None:
                        stack += self._radical(c, e)
                    else:
                        coefficient = coefficient * power
                    if kind != CONSTANT:
                        stack.append((core, e))
            elif kind >= 0:
                total[node] = total[node] + e if node in total else e
            if rooted and not stack:  # roots that have become whole powers are products again
                stack += [(n, total.pop(n)) for n in list(total) if self._opens(n, total[n])]
        if not coefficient:
            return self.zero
        coefficient, items = self._reduce(coefficient, total)
        if not items:
            return self.constant(coefficient)
        if len(items) == 1 and items[0][1] == 1:
            node = items[0][0]
        else:
            exponents = tuple([e if type(e) is int else normal(e) for _, e in items])
            node = self._node(PRODUCT, tuple([n for n, _ in items]), exponents)
        if coefficient == 1:
            return node
        return self.scale(coefficient, node)

    def monomial(self, factors: Iterable[tuple[int, Rational]]) -> int:
        r"""The node of $\prod n_i^{e_i}$ for different leaves, of which no powers are reduced, and
        exponents that are not 0.
        """
        nodes, exponents = zip(*sorted(factors), strict=True)
        if exponents == (1,):
            return nodes[0]
        return self._node(
            PRODUCT, nodes, tuple([e if type(e) is int else normal(e) for e in exponents])
        )

    def times(self, a: int, b: int) -> int:
        """The node of a b."""
        kinds = self.kind
        if kinds[b] == CONSTANT:
            a, b = b, a
        if self._is_single(b):
            if kinds[a] == CONSTANT:
                return self.scale(self.data[a], b)
            if a != b and self._is_single(a):
                return self._node(PRODUCT, (a, b) if a < b else (b, a), PAIR)
        return self.product(((a, 1), (b, 1)))

    def _is_single(self, node: int) -> bool:
        """Whether a node stays as it is in a product."""
        kind = self.kind[node]
        return kind == FUNCTION or (kind == LEAF and node not in self._reduced)

    def _opens(self, node: int, e: Rational) -> bool:
        """Whether a factor under a root stands for a product, now that the exponent is whole."""
        if self.kind[node] not in (LINEAR, PRODUCT) or Fraction(e).denominator != 1:
            return False
        return self.kind[node] == PRODUCT or self.content(node)[0] != 1

    def _splits(self, node: int) -> bool:
        """Whether fractional powers of a leaf are generators of a tower, or roots of a number."""
        return self.kind[node] == LEAF and self.data[node][0] in ("exp", "prime", "pi", "unity")

    def _root(
        self, node: int, e: Rational, stack: list[tuple[int, Rational]], total: dict[int, Rational]
    ) -> None:
        """node^e for a fraction e: factors that are known come out, the rest stays together."""
        c, core = self.content(node)
        size = c if c > 0 else -c
        if size != 1:
            power = rational_power(size, e)
            stack += self._radical(size, e) if power is None else [(self.constant(power), 1)]
        if self.kind[core] == FUNCTION and self.data[core] == "exp" and c > 0:
            stack.append((self.function("exp", self.scale(e, self.args[core][0])), 1))
            return
        if self.kind[core] == FUNCTION and self.data[core] == "abs" and c > 0:
            (inside,) = self.args[core]
            if self.kind[inside] == PRODUCT:  # |x y|^e = |x|^e |y|^e
                pairs = zip(self.args[inside], self.data[inside], strict=True)
                stack += [(self.function("abs", n), f * e) for n, f in pairs]
                return
        rest: list[tuple[int, Rational]] = []
        for n, f in self.below_root(core):
            if f % 1 != 0 or self._splits(n) or self.nonnegative(n):
                if n == core:
                    total[n] = total.get(n, 0) + e
                else:
                    stack.append((n, f * e))
            elif f % 2 == 0:
                stack.append((self.function("abs", n), f * e))
            else:
                rest.append((n, f))
        self._rest_of_root(rest, 1 if c > 0 else -1, e, stack, total)

    def below_root(self, core: int) -> list[tuple[int, Rational]]:
        """The factors into which a node below a root is parted."""
        if self.kind[core] == PRODUCT:
            return list(zip(self.args[core], self.data[core], strict=True))
        return [(core, 1)]

    def _rest_of_root(
        self,
        rest: list[tuple[int, Rational]],
        sign: int,
        e: Rational,
        stack: list[tuple[int, Rational]],
        total: dict[int, Rational],
    ) -> None:
        """(sign prod n^f)^e for odd f: one factor has the sign, several keep each other company."""
        if not rest:
            if sign < 0:
                raise UndecidedError(
                    "the root of a negative expression is not real; only real values are accepted"
                )
            return
        if len(rest) == 1:
            ((n, f),) = rest
            atom = n if sign > 0 else self._opposite(n)
            if Fraction(f * e).denominator == 1:  # (x^3)^(1/3) is x, but only where x > 0
                atom, f = self._node(PRODUCT, (atom,), (f,)), 1
            total[atom] = total.get(atom, 0) + f * e
            return
        stack += [(self.function("abs", n), (f - 1) * e) for n, f in rest]
        node = self.product([(n, 1) for n, _ in rest])
        atom = node if sign > 0 else self.scale(-1, node)
        total[atom] = total.get(atom, 0) + e

    def nonnegative(self, node: int) -> bool:
        """Whether the form of a node shows that it is nowhere negative."""
        known = self._nonnegative.get(node)
        if known is None:
            known = self._nonnegative[node] = self._is_nonnegative(node)
        return known

    def _is_nonnegative(self, node: int) -> bool:
        kind, args, data = self.kind[node], self.args[node], self.data[node]
        if kind == CONSTANT:
            return data >= 0
        if kind == LEAF:
            return data[0] in ("pi", "prime")
        if kind == FUNCTION:
            return data in ("exp", "cosh", "abs", "relu", "step")
        if kind == PRODUCT:
            return all(
                f % 2 == 0 or f % 1 != 0 or self.nonnegative(n)
                for n, f in zip(args, data, strict=True)
            )
        return min(data) >= 0 and all(map(self.nonnegative, args))

    def _radical(self, c: Rational, e: Rational) -> list[tuple[int, Rational]]:
        # c**e is an irrational root: primes become radical leaves (Besicovitch: real radicals of
        # distinct primes are independent); a negative number under a root has no real value.
        if c < 0:
            raise UndecidedError(
                f"the root of the negative number {shown(c)} is not real; only real values are"
                " accepted"
            )
        result: list[tuple[int, Rational]] = []
        for integer, sign in zip(Fraction(c).as_integer_ratio(), (1, -1), strict=True):
            factors = factor(integer)
            if factors is None:
                raise UndecidedError(
                    f"the root of a number with the large factor {shown(integer)} is not supported;"
                    " use smaller radicands"
                )
            result += [(self.leaf(("prime", q)), sign * k * e) for q, k in factors]
        return result

    def _reduce(
        self, coefficient: Rational, total: dict[int, Rational]
    ) -> tuple[Rational, list[tuple[int, Rational]]]:
        if self._reduced.isdisjoint(total):
            return coefficient, [(node, e) for node, e in sorted(total.items()) if e]
        items = []
        for node in sorted(total):
            e = total[node]
            key = self.data[node] if self.kind[node] == LEAF else None
            if key is None:
                pass
            elif key == IMAGINARY:
                quarter = int(e) % 4
                coefficient = coefficient * (1, 1, -1, -1)[quarter]
                e = quarter % 2
            elif isinstance(key, tuple) and key[0] in ("prime", "unity"):
                whole = e.__floor__()
                base = key[1] if key[0] == "prime" else -1
                power = rational_power(base, whole)
                assert power is not None  # the exponent is whole
                coefficient = normal(coefficient * power)
                e = e - whole
            elif isinstance(key, tuple) and key[0] == "side" and e > 0:
                e = 1  # a side of a kink is 0 or 1
            if e:
                items.append((node, e))
        return coefficient, items

    def power(self, node: int, e: Rational) -> int:
        """The node of node**e."""
        return self.product(((node, e),))

    def negative(self, node: int) -> bool:
        """Whether the canonical sign of the node is minus (leading coefficient of a sum)."""
        if self.kind[node] == CONSTANT:
            return self.data[node] < 0
        return self.kind[node] == LINEAR and self.data[node][1] < 0

    def _opposite(self, node: int) -> int:
        """The node of -node, the sign inside the sum: -(-x - y) is the node x + y."""
        if self.kind[node] != LINEAR:
            return self.scale(-1, node)
        c0, *coefficients = self.data[node]
        return self.linear(
            -c0, [(-c, argument) for c, argument in zip(coefficients, self.args[node], strict=True)]
        )

    def function(self, name: Any, arg: int) -> int:
        """The node of f(arg), sign-normalised by parity; `name` is an elementary name or
        `("sigma", order, parity)`.
        """
        if name == "log" and arg == self.one:
            return self.zero
        if name == "exp":
            c, core = self.content(arg)
            if self.kind[core] == FUNCTION and self.data[core] == "log":
                return self.power(self.args[core][0], c)
        if name in ("cosh", "sinh", "tanh"):
            power = self._power_of_size(arg)
            if power is not None:
                return self._hyperbolic(str(name), power)
        if name in PIECEWISE and self.kind[arg] == CONSTANT:
            c = self.data[arg]
            return self.constant(
                {"relu": max(c, 0), "abs": abs(c), "step": int(c > 0)}.get(name, (c > 0) - (c < 0))
            )
        if name in ("abs", "relu") and self.nonnegative(arg):
            return arg
        if name in ("sin", "cos"):
            turn = self._at_quarter_turn(str(name), arg)
            if turn is not None:
                return self.constant(turn)
        if name == "log" and self.kind[arg] == CONSTANT and self.data[arg] <= 0:
            raise PoleError(
                f"log({shown(self.data[arg])}): the model is not defined here; choose values where"
                " the argument is positive"
            )
        parity = "" if isinstance(name, str) else name[3]
        if arg == self.zero and name in HOLONOMIC:
            if HOLONOMIC[name].pole:
                raise PoleError(f"{name}(0) is a pole; choose values where the argument is not 0")
            value = HOLONOMIC[name].at_zero
            return self._node(FUNCTION, (arg,), name) if value is None else self.constant(value)
        if arg == self.zero:
            if isinstance(name, str):
                return self.constant(VALUE_AT_ZERO[name])
            if parity.startswith(("odd", "even")) and (name[2] + (parity[0] == "o")) % 2:
                return self.zero
            if parity.endswith("0") and name[2] == 0:
                return self.zero
        if name == "exp" and self.negative(arg):
            return self.power(self._node(FUNCTION, (self._opposite(arg),), name), -1)
        if self.negative(arg):
            odd = name in ODD or (
                parity.startswith(("odd", "even")) and (name[2] + (parity[0] == "o")) % 2
            )
            if odd or name in EVEN or parity.startswith(("odd", "even")):
                flipped = self._node(FUNCTION, (self._opposite(arg),), name)
                if odd:
                    return self.scale(-1, flipped)
                return flipped
        return self._node(FUNCTION, (arg,), name)

    def _power_of_size(self, arg: int) -> int | None:
        """exp(arg) = |h|^c where arg is c log|h|, whose domain |h|^c does not lose."""
        if self.kind[arg] == LINEAR and len(self.args[arg]) > 1:
            return None
        c, core = self.content(arg)
        if self.kind[core] != FUNCTION or self.data[core] != "log":
            return None
        (g,) = self.args[core]
        is_size = self.kind[g] == FUNCTION and self.data[g] == "abs"
        return self.power(g, c) if is_size else None

    def _at_quarter_turn(self, name: str, arg: int) -> int | None:
        """The sine or cosine of a multiple of pi/2."""
        c, core = self.content(arg)
        if self.data[core] != PI or Fraction(2 * c).denominator != 1:
            return None
        return (0, 1, 0, -1)[(int(2 * c) + (name == "cos")) % 4]

    def _hyperbolic(self, name: str, power: int) -> int:
        """The function at the logarithm of a power."""
        if name == "tanh":
            inverse = self.power(self.linear(1, ((1, self.power(power, 2)),)), -1)
            return self.linear(1, ((-2, inverse),))
        half = Fraction(1 if name == "cosh" else -1, 2)
        return self.linear(0, ((Fraction(1, 2), power), (half, self.power(power, -1))))

    def derivative(self, node: int) -> int:
        """f'(arg) for a function node f(arg)."""
        return self.slope(self.data[node], self.args[node][0], node)

    def slope(self, name: Any, arg: int, value: int) -> int:
        """f'(arg) for the function of a name, whose value f(arg) is a node."""
        if not isinstance(name, str):
            return self.function((name[0], name[1], name[2] + 1, name[3]), arg)
        if name in HOLONOMIC:
            terms = [
                (c, self.product(((arg, e), (self.function(g, arg), 1))))
                for c, e, g in HOLONOMIC[name].derivative
            ]
            return self.linear(0, terms)
        square = self.power(value, 2)
        match name:
            case "exp":
                return value
            case "log":
                return self.power(arg, -1)
            case "tanh":
                return self.linear(1, ((-1, square),))
            case "tan":
                return self.linear(1, ((1, square),))
            case "sin":
                return self.function("cos", arg)
            case "cos":
                return self.scale(-1, self.function("sin", arg))
            case "sinh":
                return self.function("cosh", arg)
            case "cosh":
                return self.function("sinh", arg)
            case "atan":
                return self.power(self.linear(1, ((1, self.power(arg, 2)),)), -1)
            case "erf" | "erfi":
                sign = -1 if name == "erf" else 1
                gauss = self.function("exp", self.product(((arg, 2),), sign))
                return self.product(((gauss, 1), (self.leaf(PI), Fraction(-1, 2))), 2)
            case "relu":
                return self.function("step", arg)
            case "abs":
                return self.function("sign", arg)
            case "sign" | "step":
                return self.zero
        raise UnsupportedFunctionError(
            f"the derivative of {name} is not known; rewrite it with elementary functions"
        )

    def fork(self) -> Self:
        """A copy with the same nodes; what is added to it is not added to this one."""
        copy = object.__new__(type(self))
        copy.__dict__ |= {name: shallow(value) for name, value in self.__dict__.items()}
        return copy

    def reachable(self, roots: Iterable[int]) -> tuple[int, ...]:
        """All nodes below the roots, in topological order."""
        key = tuple(roots)
        found = self._reached.get(key)
        if found is None:
            seen, stack, arguments = set(key), list(key), self.args
            while stack:
                for child in arguments[stack.pop()]:
                    if child not in seen:
                        seen.add(child)
                        stack.append(child)
            if len(self._reached) == MEMORY:
                del self._reached[next(iter(self._reached))]
            found = self._reached[key] = tuple(sorted(seen))
        return found

    def unknown(
        self,
        root: int,
        known: Container[int],
        below: Callable[[int], Iterable[int]] | None = None,
    ) -> Iterator[int]:
        """The nodes below a root that are not known, children first; whoever walks makes each of
        them known before it takes the next. Without recursion: programs are deep.

        Args:
            root: where the walk starts.
            known: what need not be visited.
            below: node -> the children to be known first; all of them by default.
        """
        children = below or self.args.__getitem__
        stack = [root]
        while stack:
            node = stack[-1]
            missing = [] if node in known else [a for a in children(node) if a not in known]
            if missing:
                stack.extend(missing)
                continue
            stack.pop()
            if node not in known:
                yield node

    def gradient(
        self,
        root: int,
        leaves: Sequence[int],
        *,
        target: Program | None = None,
        image: Mapping[int, int] | None = None,
        slope: Callable[[int], int] | None = None,
    ) -> list[int]:
        """Reverse-mode: the nodes of d root / d leaf, for each leaf.

        With a `target`, in which the nodes below the root have an `image`, they are nodes of the
        target. `slope` gives the derivative f'(arg) of a function node f(arg) there.
        """
        out = self if target is None else target
        slope = self.derivative if slope is None else slope
        order = self.reachable((root,))
        wanted = set(leaves)
        active = set()
        for node in order:
            if node in wanted or any(child in active for child in self.args[node]):
                active.add(node)
        adjoint: dict[int, list[tuple[Rational, int]]] = {root: [(1, out.one)]}
        result: dict[int, int] = {}
        for node in reversed(order):
            contributions = adjoint.pop(node, None)
            if contributions is None or node not in active:
                continue
            total = out.linear(0, contributions)
            if node in wanted:
                result[node] = total
                continue
            args, data = self.args[node], self.data[node]
            if self.kind[node] == LINEAR:
                for c, child in zip(data[1:], args, strict=True):
                    if child in active:
                        adjoint.setdefault(child, []).append((c, total))
            elif self.kind[node] == PRODUCT:
                images = args if image is None else [image[child] for child in args]
                pairs = list(zip(images, data, strict=True))
                for i, (child, e) in enumerate(zip(args, data, strict=True)):
                    if child in active:
                        rest = [*pairs[:i], (images[i], e - 1), *pairs[i + 1 :], (total, 1)]
                        adjoint.setdefault(child, []).append((e, out.product(rest)))
            else:
                step = out.product(((total, 1), (slope(node), 1)))
                adjoint.setdefault(args[0], []).append((1, step))
        return [result.get(leaf, out.zero) for leaf in leaves]

    def rebuild(
        self,
        roots: Iterable[int],
        target: Program,
        image: Mapping[int, int],
        *,
        function: Callable[[int, int], int] | None = None,
    ) -> dict[int, int]:
        """Copy what is below the roots into `target`, replacing nodes by `image`.

        `function` gives the copy of a function node from the node and the copy of its argument.
        Returns node -> target node.
        """
        done = dict(image)
        pending = [r for r in roots if r not in done]
        seen = set(pending)
        stack = list(pending)
        while stack:
            for child in self.args[stack.pop()]:
                if child not in seen and child not in done:
                    seen.add(child)
                    stack.append(child)
        for node in sorted(seen):
            kind, args, data = self.kind[node], self.args[node], self.data[node]
            if kind == CONSTANT:
                done[node] = target.constant(data)
            elif kind == LEAF:
                done[node] = target.leaf(data)
            elif kind == LINEAR:
                done[node] = target.linear(
                    data[0], [(c, done[a]) for c, a in zip(data[1:], args, strict=True)]
                )
            elif kind == PRODUCT and data == PAIR:
                done[node] = target.times(done[args[0]], done[args[1]])
            elif kind == PRODUCT:
                done[node] = target.product([(done[a], e) for a, e in zip(args, data, strict=True)])
            elif function is not None:
                done[node] = function(node, done[args[0]])
            else:
                done[node] = target.function(data, done[args[0]])
        return done
