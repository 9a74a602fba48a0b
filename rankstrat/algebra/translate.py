"""sympy expressions to programs and back."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from rankstrat.algebra.bessel import SPHERICAL, bessel
from rankstrat.algebra.conditions import differences, heaviside, indicator
from rankstrat.algebra.needs import Need, needs
from rankstrat.algebra.powers import MOST_DIGITS, is_long, shown
from rankstrat.algebra.program import CONSTANT, LEAF, LINEAR, PI, PRODUCT, Program
from rankstrat.deadline import check
from rankstrat.errors import InexactValueError, ModelError, UnsupportedFunctionError

_NAMES: dict[Any, str] = {
    sympy.exp: "exp", sympy.log: "log", sympy.tanh: "tanh", sympy.sinh: "sinh", sympy.cosh: "cosh",
    sympy.sin: "sin", sympy.cos: "cos", sympy.tan: "tan", sympy.atan: "atan", sympy.erf: "erf",
    sympy.erfi: "erfi", sympy.Abs: "abs", sympy.sign: "sign",
}  # fmt: skip
_HOLONOMIC: dict[Any, str] = {
    f: f.__name__
    for f in (
        sympy.airyai, sympy.airyaiprime, sympy.airybi, sympy.airybiprime,
        sympy.Si, sympy.Shi, sympy.Ci, sympy.Chi, sympy.Ei,
    )
}  # fmt: skip
_BESSEL: dict[Any, str] = {
    f: f.__name__
    for f in (
        sympy.besselj, sympy.bessely, sympy.besseli, sympy.besselk, sympy.jn, sympy.yn,
    )
}  # fmt: skip
_SYMPY: dict[str, Any] = {name: f for f, name in (_NAMES | _HOLONOMIC).items()} | {
    f"{name}{n}": partial(f, n)
    for f, name in _BESSEL.items()
    if name not in SPHERICAL
    for n in (0, 1)
}
_RECIPROCALS: dict[Any, tuple[str, int]] = {
    sympy.coth: ("tanh", -1), sympy.sech: ("cosh", -1), sympy.csch: ("sinh", -1),
    sympy.cot: ("tan", -1), sympy.sec: ("cos", -1), sympy.csc: ("sin", -1),
}  # fmt: skip
_WRITTEN: dict[Any, str] = {
    f: f.__name__
    for f in (
        sympy.asinh, sympy.acosh, sympy.atanh, sympy.acoth, sympy.asin, sympy.acos, sympy.acot,
        sympy.asec, sympy.acsc, sympy.erfc, sympy.sinc, sympy.atan2,
    )
}  # fmt: skip
"""Functions that are written with logarithms, arctangents and roots."""
_GAMMA = (
    sympy.gamma, sympy.factorial, sympy.binomial, sympy.RisingFactorial, sympy.FallingFactorial,
    sympy.beta,
)  # fmt: skip


def translate(
    program: Program,
    expressions: list[sympy.Expr],
    leaves: Mapping[sympy.Symbol, int],
    *,
    needed: list[Need] | None = None,
) -> list[int]:
    """The nodes of sympy expressions; `leaves` gives a node to every symbol that may occur.

    Where the expressions are real is added to `needed`.

    Raises:
        ModelError: an unknown symbol.
        InexactValueError: a floating-point number.
        UnsupportedFunctionError: a function or power outside the engine.
    """
    done: dict[Any, int] = dict(leaves)
    unspecified: dict[str, Any] = {}
    roots = without_gamma(expressions)
    for root in roots:
        stack = [root]
        while stack:
            check("an expression was read")
            e = stack[-1]
            if e in done:
                stack.pop()
                continue
            children = _children(e)
            missing = [c for c in children if c not in done]
            if missing:
                stack.extend(missing)
                continue
            if isinstance(e, AppliedUndef):
                first = unspecified.setdefault(e.func.__name__, e.func)
                if first != e.func:
                    raise ModelError(
                        f"two unspecified functions are called {first}, of different assumptions;"
                        " make the function once"
                    )
            done[e] = _node(program, e, [done[c] for c in children])
            stack.pop()
    if needed is not None:
        needed += needs(program, roots, done)
    return [done[e] for e in roots]


def without_gamma(expressions: Sequence[Any]) -> list[Any]:
    """Ratios of gamma functions, factorials and binomials whose arguments differ by integers are
    rational: gamma(x + 1)/gamma(x) = x.
    """
    if not _occur(expressions, _GAMMA):
        return list(expressions)
    return [sympy.gammasimp(e.rewrite(sympy.gamma)) if e.has(*_GAMMA) else e for e in expressions]


def _occur(expressions: Sequence[Any], functions: tuple[Any, ...]) -> bool:
    """Whether one of some functions occurs; what occurs many times is looked at once."""
    seen, stack = set(expressions), list(expressions)
    while stack:
        check("an expression was read")
        e = stack.pop()
        if isinstance(e, functions):
            return True
        fresh = {a for a in e.args if a not in seen}
        seen |= fresh
        stack.extend(fresh)
    return False


class Template:
    """A function of one variable, translated once and copied for every argument.

    Args:
        formula: an expression.
        variable: its one symbol.
    """

    def __init__(self, formula: sympy.Expr, variable: sympy.Symbol) -> None:
        self.program = Program()
        self._leaf = self.program.leaf(("argument",))
        self._root = translate(self.program, [formula], {variable: self._leaf})[0]

    def at(self, target: Program, argument: int) -> int:
        """The node of the function at a node of another program."""
        return self.program.rebuild((self._root,), target, {self._leaf: argument})[self._root]


def _children(e: Any) -> tuple[Any, ...]:
    if isinstance(e, tuple(kind for kind, _, _ in _ADVICE)) and not _is_real_part(e):
        return ()  # refused as a whole
    if _is_root_of_exponential(e):
        return (e.base.args[0],)
    if e.is_Pow:
        if e.exp.is_Rational:
            return (e.base,)
        return (e.exp,) if e.base is sympy.E else (e.base, e.exp)
    if isinstance(e, sympy.Piecewise):
        return tuple(value for value, _ in e.args) + tuple(
            h for _, condition in e.args for h in differences(condition)
        )
    if not e.is_Atom:
        return e.args
    return ()


def _is_real_part(e: Any) -> bool:
    return isinstance(e, (sympy.re, sympy.im, sympy.conjugate)) and _is_real(e.args[0])


def _is_real(e: Any) -> bool:
    """Whether an expression is real for all values of its symbols, which are real."""
    return not e.has(sympy.I) and all(
        isinstance(part, (sympy.Add, sympy.Mul, *_REAL))
        or (part.is_Pow and (part.exp.is_Integer or part.base is sympy.E))
        for part in sympy.preorder_traversal(e)
        if not part.is_Atom
    )


def _is_root_of_exponential(e: Any) -> bool:
    return bool(e.is_Pow and isinstance(e.base, sympy.exp) and e.exp.is_Rational)


def _node(program: Program, e: Any, args: list[int]) -> int:
    if e.is_Rational:
        number = Fraction(int(e.p), int(e.q))
        if is_long(number):
            raise ModelError(
                f"a number of more than {MOST_DIGITS} digits was written; shorter ones are read;"
                " scale the model"
            )
        return program.constant(number)
    if e.is_Add:
        return program.linear(0, [(1, a) for a in args])
    if e.is_Mul:
        return program.product([(a, 1) for a in args])
    if e.is_Pow:
        return _power(program, e, args)
    if e.is_Symbol:
        raise ModelError(
            f"the symbol {e} is neither a parameter nor an input; list it, or give it a value"
        )
    if e.is_Float:
        raise InexactValueError(
            f"{e} is a float; write an exact number such as sympy.Rational(1, 10), or use"
            " rs.exact(...)"
        )
    if e is sympy.E:
        return program.function("exp", program.one)
    if e is sympy.pi:
        return program.leaf(PI)
    if e.func in _NAMES:
        return program.function(_NAMES[e.func], args[0])
    if _is_real_part(e):
        return program.zero if e.func is sympy.im else args[0]  # |e^x| is written e^(re x)
    if e.func in _HOLONOMIC:
        return program.function(_HOLONOMIC[e.func], args[0])
    if e.func in _BESSEL:
        return bessel(program, _BESSEL[e.func], program.value(args[0]), args[1])
    if e.func in _RECIPROCALS:
        name, power = _RECIPROCALS[e.func]
        return program.power(program.function(name, args[0]), power)
    if e.func in _WRITTEN:
        return _named(program, _WRITTEN[e.func], args)
    if e is sympy.GoldenRatio:
        five = program.power(program.constant(5), Fraction(1, 2))
        return program.linear(Fraction(1, 2), ((Fraction(1, 2), five),))
    if isinstance(e, sympy.Max | sympy.Min):
        sign = 1 if isinstance(e, sympy.Max) else -1
        # constants first, so that max(0, z) is relu(z), whose derivative at the kink is 0 by
        # convention
        total, *others = sorted(args, key=lambda a: program.value(a) is None)
        for other in others:  # max(a, b) = a + relu(b - a);  min(a, b) = a - relu(a - b)
            gap = program.function("relu", program.linear(0, ((sign, other), (-sign, total))))
            total = program.linear(0, ((1, total), (sign, gap)))
        return total
    if isinstance(e, sympy.Heaviside):
        return heaviside(program, *args)
    if isinstance(e, sympy.Piecewise):
        return _piecewise(program, e, args)
    if isinstance(e, AppliedUndef):
        if len(args) != 1:
            raise UnsupportedFunctionError(
                f"{e} has {len(args)} arguments; an unspecified activation takes one"
            )
        name = e.func.__name__
        base = name.rstrip("'")  # a name with dashes is a derivative, as `to_sympy` writes it
        key = ("sigma", base, len(name) - len(base), getattr(e.func, "parity", ""))
        return program.function(key, args[0])
    if e is sympy.I or e.is_infinite or e is sympy.nan:
        raise ModelError(f"{e} is not a finite real number; models are real-valued and finite")
    raise UnsupportedFunctionError(_refusal(e))


_REAL = (
    sympy.exp, sympy.sin, sympy.cos, sympy.tan, sympy.sinh, sympy.cosh, sympy.tanh, sympy.atan,
    sympy.erf, sympy.Abs, sympy.re, sympy.im,
)  # fmt: skip

_ADVICE: tuple[tuple[Any, str, str], ...] = (
    (sympy.Integral, "an integral that is not carried out", "call .doit(), or replace it by sums"),
    (sympy.Sum, "a sum that is not carried out", "call .doit() for fixed ends"),
    (sympy.Product, "a product that is not carried out", "call .doit() for fixed ends"),
    (sympy.Derivative, "a derivative that is not carried out", "call .doit()"),
    (sympy.polys.rootoftools.ComplexRootOf, "a root of a polynomial of high degree",
     "make the root a parameter or a constant, with constants=[...]"),
    (sympy.re, "the real part of what may not be real", "write it out for real numbers"),
    (sympy.im, "the imaginary part of what may not be real", "write it out for real numbers"),
    (sympy.conjugate, "a conjugate of what may not be real", "write it out for real numbers"),
    (sympy.gamma, "a function with no linear differential equation",
     "make its value at a fixed argument a parameter; ratios with arguments that differ by integers"
     " are understood"),
    (sympy.LambertW, "a function with no linear differential equation",
     "make its value a parameter of the model"),
)  # fmt: skip


def _refusal(e: Any) -> str:
    """What was given, what is needed, what to try."""
    for kind, what, hint in _ADVICE:
        if isinstance(e, kind):
            return f"{e} is {what}; an explicit function is needed; {hint}"
    return (
        f"{getattr(e.func, '__name__', e.func)} is not a function the engine knows; use +, *, /,"
        " powers, exp, log, tanh, sinh, cosh, sin, cos, tan, atan, erf, Abs, Max, Min, Piecewise,"
        " Bessel and Airy functions, or sympy.Function('sigma')"
    )


def _power(program: Program, e: Any, args: list[int]) -> int:
    if e.base is sympy.E and not e.exp.is_Rational:
        return program.function("exp", args[0])
    if not e.exp.is_Rational:
        # b^p = exp(p log b), for b > 0
        log = program.function("log", args[0])
        return program.function("exp", program.product(((args[1], 1), (log, 1))))
    exponent = Fraction(int(e.exp.p), int(e.exp.q))
    if _is_root_of_exponential(e):  # exp(h) > 0, whose powers sympy leaves alone: h may be complex
        return program.function("exp", program.scale(exponent, args[0]))
    if e.base is sympy.E:
        return program.function("exp", program.constant(exponent))
    if e.exp.q == 1 and abs(int(e.exp.p)) > 10**6:
        raise UnsupportedFunctionError(
            f"the exponent {shown(exponent)} is beyond 10^6; use a smaller power"
        )
    return program.power(args[0], exponent)


def _named(program: Program, name: str, args: list[int]) -> int:
    """A function that is written with others.

    Raises:
        UnsupportedFunctionError: two arguments where one is needed.
    """
    h = args[0]
    half, square = Fraction(1, 2), program.power(h, 2)

    def root(c0: int) -> int:
        return program.power(program.linear(c0, ((1, square),)), half)

    def log_plus(c0: int, c: int, node: int) -> int:
        return program.function("log", program.linear(c0, ((c, node),)))

    def arcsine(node: int) -> int:
        rest = program.linear(1, ((-1, program.power(node, 2)),))
        slope = program.product(((node, 1), (rest, -half)))
        return program.function("atan", slope)

    inverse = program.power(h, -1)
    quarter = program.scale(half, program.leaf(PI))
    match name:
        case "asinh":
            return program.function("log", program.linear(0, ((1, h), (1, root(1)))))
        case "acosh":
            return program.function("log", program.linear(0, ((1, h), (1, root(-1)))))
        case "atanh":
            return program.linear(0, ((half, log_plus(1, 1, h)), (-half, log_plus(1, -1, h))))
        case "acoth":
            return program.linear(
                0, ((half, log_plus(1, 1, inverse)), (-half, log_plus(1, -1, inverse)))
            )
        case "asin":
            return arcsine(h)
        case "acos":
            return program.linear(0, ((1, quarter), (-1, arcsine(h))))
        case "acsc":
            return arcsine(inverse)
        case "asec":
            return program.linear(0, ((1, quarter), (-1, arcsine(inverse))))
        case "acot":
            return program.function("atan", inverse)
        case "erfc":
            return program.linear(1, ((-1, program.function("erf", h)),))
        case "sinc":
            return program.product(((program.function("sin", h), 1), (h, -1)))
    x = args[1]  # atan2(y, x) = 2 atan(y / (r + x)) off the half-line y = 0, x < 0
    r = program.power(program.linear(0, ((1, square), (1, program.power(x, 2)))), half)
    below = program.linear(0, ((1, r), (1, x)))
    return program.scale(2, program.function("atan", program.product(((h, 1), (below, -1)))))


def _piecewise(program: Program, e: Any, args: list[int]) -> int:
    count = len(e.args)
    if e.args[-1][1] is not sympy.true:
        raise UnsupportedFunctionError(
            f"{e} is not defined everywhere; end the Piecewise with (value, True)"
        )
    arguments = [h for _, condition in e.args for h in differences(condition)]
    nodes = dict(zip(arguments, args[count:], strict=True))
    total = args[count - 1]
    for value, (_, condition) in zip(
        reversed(args[: count - 1]), reversed(e.args[:-1]), strict=True
    ):
        holds = indicator(program, condition, nodes)
        other = program.linear(1, ((-1, holds),))
        total = program.linear(
            0,
            (
                (1, program.product(((holds, 1), (value, 1)))),
                (1, program.product(((other, 1), (total, 1)))),
            ),
        )
    return total


def to_sympy(
    program: Program, roots: list[int], symbols: Mapping[Hashable, sympy.Expr]
) -> list[sympy.Expr]:
    """sympy expressions of nodes; `symbols` names the leaves by key."""
    values: dict[int, Any] = {}
    for node in program.reachable(roots):
        kind, data = program.kind[node], program.data[node]
        args = [values[a] for a in program.args[node]]
        if kind == CONSTANT:
            values[node] = _rational(data)
        elif kind == LEAF:
            values[node] = _leaf(data, symbols)
        elif kind == LINEAR:
            c0, *coefficients = data
            values[node] = sympy.Add(
                _rational(c0), *(_rational(c) * a for c, a in zip(coefficients, args, strict=True))
            )
        elif kind == PRODUCT:
            values[node] = sympy.Mul(*(a ** _rational(e) for a, e in zip(args, data, strict=True)))
        elif data == "relu":
            values[node] = sympy.Max(0, args[0])
        elif data == "step":
            values[node] = sympy.Heaviside(args[0], 0)
        elif isinstance(data, str):
            # sympy writes Ai(0) with gamma(2/3)
            options = {"evaluate": False} if data.startswith("airy") and args[0] == 0 else {}
            values[node] = _SYMPY[data](args[0], **options)
        else:
            _, name, order, _ = data
            values[node] = sympy.Function(name + "'" * order)(args[0])
    return [values[root] for root in roots]


def _rational(value: Any) -> sympy.Rational:
    return sympy.Rational(*Fraction(value).as_integer_ratio())


def _leaf(key: Any, symbols: Mapping[Hashable, sympy.Expr]) -> sympy.Expr:
    if key == PI:
        return sympy.pi
    if isinstance(key, tuple) and key[0] == "prime":
        return sympy.Integer(key[1])
    return symbols[key]
