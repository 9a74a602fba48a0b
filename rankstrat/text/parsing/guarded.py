r"""Sums, products, powers and function values of sympy expressions whose cost is bounded before
they are built.

sympy evaluates while it builds: ``Integer(9)**(9**9)``, ``exp(10**9*log(3))`` or
``Max(exp(exp(exp(100))), 1)`` never return. A string from a model file reaches sympy only through
this module, which refuses such an expression at once. The bounds compose: as long as every constant
was built here, the numerical evaluation that sympy starts for a sign or a comparison is cheap,
because no function of a constant was ever accepted at an argument above `MAX_ARGUMENT`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sympy
from sympy import S

from rankstrat.errors import ParseError

MAX_BITS = 16_384
"""Bits of a rational coefficient, and of one coefficient times itself in a power."""
MAX_EXPONENT = 10_000
"""Absolute value of an exponent."""
MAX_ROOT = 1_000
"""Denominator of an exponent."""
MAX_ARGUMENT = 1_000_000
"""Absolute value of a constant under exp, sin, tanh, ..."""
MAX_NESTED = 4
"""Functions nested in a constant: sympy evaluates it numerically again at every level."""
MAX_RADICALS = 64
"""Factors such as 2**(1/3) in one product: sympy combines them pairwise."""
MAX_COMPARED = 32
"""Arguments of one max or min: sympy compares them pairwise."""
MAX_TREE = 1_000_000
"""Nodes of an expression written out as a tree.

Silu and gelu copy their argument, so nesting multiplies.
"""

_NOT_FINITE = (S.NaN, S.ComplexInfinity, S.Infinity, S.NegativeInfinity)
_COMPLEX = (sympy.re, sympy.im, sympy.arg, sympy.conjugate)


def total(terms: Sequence[sympy.Expr]) -> sympy.Expr:
    r"""The sum $\sum_i t_i$.

    Raises:
        ParseError: the rational coefficients of one monomial have denominators whose product
            exceeds `MAX_BITS` bits.
    """
    denominators: dict[sympy.Expr, set[int]] = {}
    for term in terms:
        coefficient, monomial = term.as_coeff_Mul()
        if coefficient.is_Rational and coefficient.q != 1:
            denominators.setdefault(monomial, set()).add(int(coefficient.q))
    if any(sum(q.bit_length() for q in group) > MAX_BITS for group in denominators.values()):
        raise ParseError(
            f"A sum of fractions has a common denominator of more than {MAX_BITS} bits; smaller"
            " denominators are needed; round the coefficients to simpler rationals."
        )
    return sympy.Add(*terms)


def product(factors: Sequence[sympy.Expr]) -> sympy.Expr:
    r"""The product $\prod_i f_i$.

    Raises:
        ParseError: the rational coefficient exceeds `MAX_BITS` bits, or too many radicals are
            multiplied.
    """
    if sum(_bits(factor) for factor in factors) > MAX_BITS:
        raise _too_many_bits("A product")
    radicals = sum(
        1 for factor in factors for part in sympy.Mul.make_args(factor) if _is_radical(part)
    )
    if radicals > MAX_RADICALS:
        raise ParseError(
            f"A product of {radicals} radicals such as 2**(1/3); at most {MAX_RADICALS} are"
            " accepted; multiply them out by hand."
        )
    result = sympy.Mul(*factors)
    _check_exponentials(result, S.One)
    return result


def power(base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
    r"""The power $b^q$ for a rational number $q$.

    Raises:
        ParseError: the exponent is not a rational number or too large, the base is zero under a
            negative exponent or negative under a fractional one, or the result exceeds `MAX_BITS`
            bits.
    """
    if not exponent.is_Rational:
        return _general_power(base, exponent)
    if abs(exponent.p) > MAX_EXPONENT * exponent.q or exponent.q > MAX_ROOT:
        raise ParseError(
            f"The exponent of ** is outside [-{MAX_EXPONENT}, {MAX_EXPONENT}] or has a denominator"
            f" above {MAX_ROOT}; a smaller exponent is needed; rewrite the expression without it."
        )
    if exponent.is_negative and (base is S.Zero or (base.is_number and base.is_zero)):
        raise ParseError(
            "A division by zero; a nonzero denominator is needed; correct the expression."
        )
    # sympy factors the base of a root by trial division and a search over all perfect powers: 14 s
    # at 16,000 bits.
    limit = MAX_BITS if exponent.q == 1 else MAX_BITS // 8
    if _bits(base) * abs(exponent) > MAX_BITS or _bits(base) > limit:
        raise _too_many_bits("A power")
    if exponent.q != 1 and base.is_number and base.is_negative:
        raise ParseError(
            "A fractional power of a negative number is complex; real numbers are needed; for an"
            " odd root write -(2**(1/3)) instead of (-2)**(1/3)."
        )
    _check_exponentials(base, exponent)
    return base**exponent


def _general_power(base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
    """b**p = exp(p log b) for an exponent that is no rational number."""
    if base is S.Exp1:
        return _exp(exponent)
    if base.is_number and not (base.is_Rational and base.is_positive):
        raise ParseError(
            "The base of ** with a general exponent is not a positive rational number; one is"
            " needed; write exp(n*log(b)) for b**n."
        )
    if exponent.is_number:
        _check_constant("**", exponent, bounded=True)
    if _bits(base) > MAX_BITS // 8:
        raise _too_many_bits("A power")
    return base**exponent


def call(
    name: str, function: Callable[..., sympy.Expr], arguments: Sequence[sympy.Expr]
) -> sympy.Expr:
    r"""The value $f(z_1, \dots, z_n)$ of an elementary function.

    Raises:
        ParseError: a constant argument is complex or too large, the value is infinite or not real,
            or the expression written out as a tree exceeds `MAX_TREE` nodes.
    """
    for argument in arguments:
        if argument.is_number:
            _check_constant(name, argument, bounded=name not in _UNBOUNDED)
    try:
        result = function(*arguments)
    except ParseError:
        raise
    except (ValueError, TypeError, ArithmeticError) as error:
        raise ParseError(
            f"{name} cannot be evaluated at its argument ({error}); real arguments are needed;"
            " correct the expression."
        ) from error
    if any(result is value for value in _NOT_FINITE):
        raise ParseError(
            f"{name} is infinite at its argument; a finite value is needed; correct the argument."
        )
    return result


def tree_size(expression: sympy.Expr, sizes: dict[sympy.Basic, int]) -> int:
    r"""The number of nodes of the expression as a tree; `sizes` remembers shared parts between
    calls.
    """
    stack = [expression]
    while stack:
        node = stack[-1]
        missing = [argument for argument in node.args if argument not in sizes]
        if missing:
            stack.extend(missing)
            continue
        sizes[node] = 1 + sum(sizes[argument] for argument in node.args)
        stack.pop()
    return sizes[expression]


def forbidden_part(expression: sympy.Expr, *, max_exponent: int | None = None) -> str | None:
    r"""What keeps an expression from being real, finite and exact, in words; None if nothing
    does.
    """
    if isinstance(expression, (sympy.Rational, sympy.Symbol)):
        return None
    seen: set[sympy.Basic] = set()
    stack: list[sympy.Basic] = [expression]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, sympy.Float):
            return f"the float {node}"
        if node is S.ImaginaryUnit or isinstance(node, _COMPLEX):
            return "a complex number"
        if node in _NOT_FINITE:
            return f"the value {node}"
        if max_exponent is not None and isinstance(node, sympy.Pow):
            if node.exp.is_Rational and abs(node.exp) > max_exponent:
                return f"an exponent above {max_exponent}"
        stack.extend(node.args)
    return None


def _nesting(expression: sympy.Basic) -> int:
    inner = max((_nesting(argument) for argument in expression.args), default=0)
    return inner + isinstance(expression, (sympy.Function, sympy.Max, sympy.Min))


def _bits(expression: sympy.Expr) -> int:
    if expression.is_Rational:
        return max(0, abs(int(expression.p)).bit_length() - 1) + int(expression.q).bit_length() - 1
    if _is_radical(expression):
        return int(_bits(expression.base) * max(S.One, abs(expression.exp))) + 1
    if expression.is_Mul:
        return sum(_bits(argument) for argument in expression.args)
    return 0


def _is_radical(expression: sympy.Expr) -> bool:
    return isinstance(expression, sympy.Pow) and bool(
        expression.base.is_Rational and expression.exp.is_Rational
    )


def _too_many_bits(what: str) -> ParseError:
    return ParseError(
        f"{what} of numbers has more than {MAX_BITS} bits; smaller constants are needed; rescale"
        " the expression."
    )


def _check_exponentials(expression: sympy.Expr, exponent: sympy.Expr) -> None:
    # exp(c)**q becomes exp(c*q) and exp(c)*exp(d) becomes exp(c+d): the argument must stay bounded
    # there too.
    for factor in sympy.Mul.make_args(expression):
        if isinstance(factor, sympy.exp) and factor.args[0].is_number:
            _check_constant("exp", factor.args[0] * exponent, bounded=True)


def check_constant(name: str, value: sympy.Expr) -> None:
    r"""Refuse a constant whose numerical evaluation would not be cheap.

    Raises:
        ParseError: it is complex, or nests too many functions.
    """
    _check_constant(name, value, bounded=False)


def _check_constant(name: str, value: sympy.Expr, *, bounded: bool) -> None:
    if value.is_Rational:
        number = value
    elif _nesting(value) >= MAX_NESTED:
        raise ParseError(
            f"{name} of a constant with {MAX_NESTED} nested functions; less nesting is needed; use"
            " a symbol or a rational number for the constant."
        )
    else:
        number = value.evalf(15)
    if not (number.is_Rational or number.is_Float):
        raise ParseError(
            f"{name} of a complex number; a real argument is needed; check the sign of its"
            " argument."
        )
    if bounded and abs(number) > MAX_ARGUMENT:
        raise ParseError(
            f"{name} of a constant above {MAX_ARGUMENT}; a smaller argument is needed; rescale the"
            " expression."
        )


def _exp(z: sympy.Expr) -> sympy.Expr:
    # sympy turns exp(n*log(c)) into c**n, whatever the size of n.
    for term in sympy.Add.make_args(z):
        coefficient = abs(term.as_coeff_Mul()[0])
        for factor in sympy.Mul.make_args(term):
            if isinstance(factor, sympy.log):
                inner = _bits(factor.args[0])
                if (
                    coefficient > MAX_EXPONENT
                    or inner * coefficient > MAX_BITS
                    or inner > MAX_BITS // 8
                ):
                    raise _too_many_bits("exp of a multiple of a logarithm")
    return sympy.exp(z)


def _log(z: sympy.Expr) -> sympy.Expr:
    if z.is_number and z.is_negative:
        raise ParseError(
            "log of a negative number is complex; a positive argument is needed; correct the sign"
            " of the argument."
        )
    return sympy.log(z)


def _airy(function: type[sympy.Function]) -> Callable[[sympy.Expr], sympy.Expr]:
    # sympy would write the values at 0 with gamma(2/3).
    def build(z: sympy.Expr) -> sympy.Expr:
        if z.is_zero:
            return function(z, evaluate=False)
        return function(z)

    return build


def _hyperbolic(function: type[sympy.Function]) -> Callable[[sympy.Expr], sympy.Expr]:
    # Evaluation asks whether z is real, which takes seconds at tanh(tanh(...)) eight deep. Without
    # complex numbers and inverse functions in the language, parity is the only rule that evaluation
    # would apply to a non-constant z.
    def build(z: sympy.Expr) -> sympy.Expr:
        if z.is_number:
            return function(z)
        if z.could_extract_minus_sign():
            value = function(-z, evaluate=False)
            if function is sympy.cosh:
                return value
            return -value
        return function(z, evaluate=False)

    return build


def _extremum(function: type[sympy.Max] | type[sympy.Min]) -> Callable[..., sympy.Expr]:
    def build(*arguments: sympy.Expr) -> sympy.Expr:
        if len(arguments) > MAX_COMPARED:
            raise ParseError(
                f"{function.__name__} of {len(arguments)} arguments; at most {MAX_COMPARED} are"
                " accepted; nest it: max(max(...), ...)."
            )
        return function(*arguments)

    return build


def _absolute(z: sympy.Expr) -> sympy.Expr:
    # sympy takes symbols for complex numbers and answers |exp(x)| = exp(re(x)), after it has
    # expanded the real part of a power; here they are real.
    real = {symbol: sympy.Dummy(symbol.name, real=True) for symbol in z.free_symbols}
    return sympy.Abs(z.xreplace(real)).xreplace({dummy: symbol for symbol, dummy in real.items()})


def _relu(z: sympy.Expr) -> sympy.Expr:
    # Comparing 0 with a sum of symbols settles nothing and takes 2 ms; a large ReLU network has
    # thousands.
    return sympy.Max(0, z, evaluate=not z.is_Add or z.is_number)


def _minimum_with_zero(z: sympy.Expr) -> sympy.Expr:
    return sympy.Min(0, z, evaluate=not z.is_Add or z.is_number)


def _sigmoid(z: sympy.Expr) -> sympy.Expr:
    return 1 / (1 + _exp(-z))


@dataclass(frozen=True)
class ElementaryFunction:
    r"""A function that a string may call: how sympy builds $f(z_1, \dots, z_n)$, and for which
    $n$.
    """

    build: Callable[..., sympy.Expr]
    arity: tuple[int, int | None] = (1, 1)


def unspecified(name: str) -> ElementaryFunction:
    r"""An unspecified activation $\sigma$: a smooth function of one variable about which nothing is
    known.

    Example:
        >>> unspecified("sigma").build(sympy.Symbol("x"))
        sigma(x)
    """
    return ElementaryFunction(sympy.Function(name))


_UNBOUNDED = frozenset(
    {
        "log",
        "sqrt",
        "abs",
        "Abs",
        "max",
        "Max",
        "min",
        "Min",
        "relu",
        "leaky_relu",
        "atan",
        "arctan",
    }
)

ELEMENTARY: dict[str, ElementaryFunction] = {
    "exp": ElementaryFunction(_exp),
    "log": ElementaryFunction(_log),
    "sqrt": ElementaryFunction(lambda z: power(z, S.Half)),
    "sin": ElementaryFunction(sympy.sin),
    "cos": ElementaryFunction(sympy.cos),
    "tan": ElementaryFunction(sympy.tan),
    "cot": ElementaryFunction(sympy.cot),
    "atan": ElementaryFunction(sympy.atan),
    "arctan": ElementaryFunction(sympy.atan),
    "sinh": ElementaryFunction(_hyperbolic(sympy.sinh)),
    "cosh": ElementaryFunction(_hyperbolic(sympy.cosh)),
    "tanh": ElementaryFunction(_hyperbolic(sympy.tanh)),
    "erf": ElementaryFunction(sympy.erf),
    "cbrt": ElementaryFunction(lambda z: power(z, sympy.Rational(1, 3))),
    "atan2": ElementaryFunction(sympy.atan2, (2, 2)),
    **{
        f.__name__: ElementaryFunction(f)
        for f in (
            sympy.sec,
            sympy.csc,
            sympy.asin,
            sympy.acos,
            sympy.acot,
            sympy.asec,
            sympy.acsc,
            sympy.sech,
            sympy.csch,
            sympy.coth,
            sympy.asinh,
            sympy.acosh,
            sympy.atanh,
            sympy.acoth,
            sympy.erfc,
            sympy.erfi,
            sympy.sinc,
            sympy.Si,
            sympy.Shi,
            sympy.Ci,
            sympy.Chi,
            sympy.Ei,
        )
    },
    **{
        f.__name__: ElementaryFunction(_airy(f))
        for f in (sympy.airyai, sympy.airyaiprime, sympy.airybi, sympy.airybiprime)
    },
    **{
        f.__name__: ElementaryFunction(f, (2, 2))
        for f in (
            sympy.besselj,
            sympy.bessely,
            sympy.besseli,
            sympy.besselk,
            sympy.jn,
            sympy.yn,
        )
    },
    "sigmoid": ElementaryFunction(_sigmoid),
    "softplus": ElementaryFunction(lambda z: sympy.log(1 + _exp(z))),
    "silu": ElementaryFunction(lambda z: z * _sigmoid(z)),
    "swish": ElementaryFunction(lambda z: z * _sigmoid(z)),
    "gelu": ElementaryFunction(lambda z: z / 2 * (1 + sympy.erf(z / sympy.sqrt(2)))),
    "relu": ElementaryFunction(_relu),
    "leaky_relu": ElementaryFunction(
        lambda z, slope: _relu(z) + slope * _minimum_with_zero(z), (2, 2)
    ),
    "abs": ElementaryFunction(_absolute),
    "Abs": ElementaryFunction(_absolute),
    "max": ElementaryFunction(_extremum(sympy.Max), (1, None)),
    "Max": ElementaryFunction(_extremum(sympy.Max), (1, None)),
    "min": ElementaryFunction(_extremum(sympy.Min), (1, None)),
    "Min": ElementaryFunction(_extremum(sympy.Min), (1, None)),
}
"""The functions of the language, beside Piecewise, whose arguments are pairs.

The second spelling of abs, max and min is the one that sympy prints.
"""
