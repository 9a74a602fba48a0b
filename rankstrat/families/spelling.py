r"""Activations as others write them: $\tanh z = (e^{2z} - 1)/(e^{2z} + 1) = 2/(1 + e^{-2z}) - 1$,
$1/(1 + e^{-z}) = (1 + \tanh(z/2))/2$, $\max(0, z) = (z + |z|)/2$, and more of the kind.

What is written anew is no proof: the outputs are compared with those of the model as they are.
"""

from __future__ import annotations

from math import gcd

import sympy

from rankstrat.algebra.expressions import expanded, is_expandable

LARGEST = 2_000
"""Operations in the outputs of a model that is written anew."""
_T = sympy.Dummy("t", positive=True)
_CURVES = (sympy.tanh, sympy.sinh, sympy.cosh, sympy.coth)


def respelled(outputs: tuple[sympy.Expr, ...]) -> list[sympy.Expr] | None:
    """The outputs in the functions tanh, sinh, cosh, 1/(1 + exp) and Max; None if that changes
    nothing, or they are large.

    Example:
        >>> z = sympy.Symbol("z")
        >>> respelled(((sympy.exp(2 * z) - 1) / (sympy.exp(2 * z) + 1),))
        [tanh(z)]
        >>> respelled((2 / (1 + sympy.exp(-2 * z)) - 1, (1 + sympy.tanh(z / 2)) / 2))
        [tanh(z), 1/(1 + exp(-z))]
    """
    if not is_expandable(outputs) or sum(int(o.count_ops()) for o in outputs) > LARGEST:
        return None
    found = [_respelled(o) for o in outputs]
    return None if found == list(outputs) else found


def _respelled(e: sympy.Expr) -> sympy.Expr:
    if not e.args or not e.has(sympy.exp, sympy.Abs, *_CURVES):
        return e
    e = e.func(*map(_respelled, e.args))
    if e.is_Mul:
        return _product(e)
    if e.is_Add or e.is_Pow:
        return _kink(e) or _soft(e) or _curve(e) or e
    return e


def _product(e: sympy.Expr) -> sympy.Expr:
    """A product whose factors in exponentials of one function are one function of it."""
    curved = [f for f in e.args if f.is_number or _argument(f) is not None]
    for factors in (curved, [f for f in curved if not f.is_number]):
        found = _curve(sympy.Mul(*factors)) if factors else None
        if found is not None:
            return sympy.Mul(found, *(f for f in e.args if f not in factors))
    return e


def _argument(e: sympy.Expr) -> sympy.Expr | None:
    """The h for which an expression is rational in exp(h), with a whole multiple of h in every
    exponential; None if there is none.
    """
    inside = [n.args[0] for n in _outer(e)]
    if not inside:
        return None
    parts = [h.as_content_primitive() for h in map(expanded, inside)]
    rest = parts[0][1]
    if rest == 0:  # exp(0) in disguise
        return None
    multiples = []
    for content, primitive in parts:
        if primitive not in (rest, expanded(-rest)) or not content.is_Rational:
            return None
        multiples.append(content)
    below = sympy.ilcm(1, *(m.q for m in multiples))
    common = gcd(*(int(m * below) for m in multiples))
    return sympy.Rational(common, below) * rest


def _outer(e: sympy.Expr) -> list[sympy.Expr]:
    """The exponentials and hyperbolic functions that stand in no other function."""
    if isinstance(e, (sympy.exp, *_CURVES)):
        return [e]
    if isinstance(e, sympy.Function):
        return []
    return [n for part in e.args for n in _outer(part)]


def _curve(e: sympy.Expr) -> sympy.Expr | None:
    """A number times tanh, sinh, cosh or the logistic function, where an expression is that."""
    h = _argument(e)
    if h is None:
        return None
    places = {}
    for n in _outer(e):
        power = _T ** _whole(n.args[0], h)
        places[n] = {
            sympy.exp: power,
            sympy.tanh: (power - 1 / power) / (power + 1 / power),
            sympy.coth: (power + 1 / power) / (power - 1 / power),
            sympy.sinh: (power - 1 / power) / 2,
            sympy.cosh: (power + 1 / power) / 2,
        }[n.func]
    inside = e.xreplace(places)
    if inside.free_symbols != {_T} or not inside.is_rational_function(_T):
        return None
    over, under = (sympy.Poly(p, _T) for p in sympy.fraction(sympy.cancel(inside)))
    return _named(over, under, h)


def _whole(argument: sympy.Expr, h: sympy.Expr) -> sympy.Integer:
    """The whole number k with argument = k h."""
    ratio = sympy.cancel(expanded(argument) / h)
    assert ratio.is_Integer
    return ratio


def _named(over: sympy.Poly, under: sympy.Poly, h: sympy.Expr) -> sympy.Expr | None:
    """Two polynomials in exp(h), one over the other, by name."""
    top, bottom = dict(over.terms()), dict(under.terms())
    (low,) = min(bottom)
    if len(bottom) == 1:  # (t^2k +- 1) / t^k
        k, scale = low, bottom[low,]
        if k and set(top) == {(2 * k,), (0,)}:
            one, two = top[2 * k,], top[0,]
            if one == two:
                return 2 * one / scale * sympy.cosh(expanded(k * h))
            if one == -two:
                return 2 * one / scale * sympy.sinh(expanded(k * h))
        return None
    (k,) = max(bottom)
    if set(bottom) != {(k,), (0,)} or bottom[k,] != bottom[0,]:
        return None
    scale = bottom[0,]
    if set(top) == {(k,), (0,)} and top[k,] == -top[0,]:
        return top[k,] / scale * sympy.tanh(expanded(k * h / 2))
    if set(top) == {(k,)}:
        return top[k,] / scale / (1 + sympy.exp(expanded(-k * h)))
    if set(top) == {(0,)}:
        return top[0,] / scale / (1 + sympy.exp(expanded(k * h)))
    return None


def _kink(e: sympy.Expr) -> sympy.Expr | None:
    """h + |h| = 2 max(0, h), and h - |h| = -2 max(0, -h); a positive factor stands outside."""
    sizes = [t for t in sympy.Add.make_args(e) if _has_size(t)]
    rest = e - sympy.Add(*sizes)
    if not sizes or rest == 0:
        return None
    for sign in (1, -1):
        content, h = expanded(sign * rest).as_content_primitive()
        if expanded(sympy.Add(*sizes) - sign * content * abs(h)) == 0:
            return 2 * sign * content * sympy.Max(0, h)
    return None


def _has_size(term: sympy.Expr) -> bool:
    return any(isinstance(f, sympy.Abs) for f in sympy.Mul.make_args(term))


def _soft(e: sympy.Expr) -> sympy.Expr | None:
    """h + log(1 + exp(-h)) = log(1 + exp(h))."""
    found = [t for t in sympy.Add.make_args(e) if isinstance(t, sympy.log)]
    if len(found) != 1 or len(found[0].args[0].args) != 2 or not e.is_Add:
        return None
    h = expanded(e - found[0])
    if expanded(sympy.exp(-h) - found[0].args[0] + 1) == 0:
        return sympy.log(1 + sympy.exp(h))
    return None


__all__ = ["respelled"]
