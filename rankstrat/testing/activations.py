r"""The laws of activations: their derivatives, parity, value at 0 and lemma."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import sympy

from rankstrat.activation.checks import has_only
from rankstrat.activation.record import Activation, Z
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.floats import MpRing, leaf_number
from rankstrat.algebra.program import Program
from rankstrat.algebra.translate import translate
from rankstrat.errors import FamilyError
from rankstrat.families import build
from rankstrat.lemma.rank import rank_by_lemma
from rankstrat.rank.model_rank import model_rank

POINTS = tuple(
    sign * z for z in (Fraction(1, 3), Fraction(6, 5), Fraction(7, 2)) for sign in (1, -1)
)
"""Where activations are evaluated: away from 0 and from the kinks of the usual ones."""

ORDERS = 3
TAYLOR_ORDERS = 12
DIGITS = 40


def check_activation(record: Activation) -> tuple[str, ...]:
    r"""The facts of a record that were checked: values, parity, polynomial part, lemma, zeros.

    Derivatives of order up to 3 of the engine's program are compared with mpmath's at 40 digits,
    the declared parity and polynomial part at six points, and the lemma with `model_rank` at two
    points of a two-layer model, and declared zeros with balls.

    Raises:
        FamilyError: a fact does not hold; the message says which, and where.

    Example:
        >>> from rankstrat.activation.lookup import activations
        >>> check_activation(activations["tanh"])[-1]
        'zeros'
    """
    if record.is_unspecified:
        return ("unspecified",)
    with mpmath.workdps(DIGITS):
        value = sympy.lambdify(Z, record.formula, "mpmath")
        _check_derivatives(record, value)
        _check_parity(record, value)
        _check_zero(record, value)
        checked = ["derivatives", "parity", "value at 0"]
        if record.lemma is not None:
            _check_taylor(record, value)
            checked.append("Taylor coefficients")
    if record.lemma is not None:
        _check_lemma(record)
        checked.append("lemma")
    if _check_zeros(record):
        checked.append("zeros")
    return tuple(checked)


def _check_zeros(record: Activation) -> bool:
    """Whether zeros of sigma and sigma' are declared; then they are enclosed, without others."""
    declared = [(record.formula, record.zeros, "sigma"), (record.derivative, record.flat, "sigma'")]
    for formula, roots, name in declared:
        what = f"{name} of {record.name}"
        if roots is not None and not has_only(formula, roots, what):
            raise FamilyError(
                f"the zeros {roots} of {what} are declared, but balls do not confirm them on"
                " [-8, 8]; leave them out (None), or give smaller intervals"
            )
    return record.zeros is not None and record.flat is not None


def _wrong(record: Activation, fact: str, where: Any, given: Any, needed: Any) -> FamilyError:
    return FamilyError(
        f"the activation {record.name}: {fact} at z = {where} is {given}, but {needed} is needed;"
        " correct the record"
    )


def _close(a: Any, b: Any) -> bool:
    return bool(abs(a - b) <= mpmath.mpf(10) ** (-DIGITS // 2) * (1 + abs(b)))


def _number(z: Fraction) -> Any:
    return mpmath.mpf(z.numerator) / z.denominator


def _check_derivatives(record: Activation, value: Any) -> None:
    program = Program()
    leaf = program.leaf(("z",))
    node = translate(program, [record.formula], {Z: leaf})[0]
    ring = MpRing(DIGITS)
    for order in range(ORDERS + 1):
        for z in POINTS:
            leaves = {
                n: ring.constant(z) if n == leaf else leaf_number(ring, program.data[n])
                for n in program.reachable((node,))
                if not program.args[n] and program.value(n) is None
            }
            found = mpmath.mpf(evaluate(program, (node,), ring, leaves)[0])
            expected = mpmath.diff(value, _number(z), order) if order else value(_number(z))
            if not _close(found, expected):
                raise _wrong(
                    record, f"the derivative of order {order} in the engine", z, found, expected
                )
        node = program.gradient(node, [leaf])[0]
    derivative = sympy.lambdify(Z, record.derivative, "mpmath")
    for z in POINTS:
        if not _close(derivative(_number(z)), mpmath.diff(value, _number(z))):
            raise _wrong(
                record, "sigma'", z, derivative(_number(z)), mpmath.diff(value, _number(z))
            )


def _remainder(record: Activation, value: Any, z: Any) -> Any:
    return value(z) - sum(_number(c) * z**k for k, c in enumerate(record.polynomial_part))


def _check_parity(record: Activation, value: Any) -> None:
    kinds = [
        ("sigma", record.parity, value),
        ("sigma - q", record.remainder_parity, lambda z: _remainder(record, value, z)),
    ]
    for name, parity, function in kinds:
        flip = {"odd": -1, "even": 1}.get(parity)
        mirrored = [(function(-_number(z)), function(_number(z))) for z in POINTS]
        if flip is not None:
            for z, (left, right) in zip(POINTS, mirrored, strict=True):
                if not _close(left, flip * right):
                    raise _wrong(record, f"{name}, declared {parity},", -z, left, flip * right)
        elif parity == "none":
            for sign in (1, -1):
                if all(_close(left, sign * right) for left, right in mirrored):
                    kind = "even" if sign > 0 else "odd"
                    raise _wrong(
                        record,
                        f"{name}, declared without parity,",
                        "+-z",
                        kind,
                        "a function of no parity",
                    )


def _check_zero(record: Activation, value: Any) -> None:
    exact = mpmath.mpf(sympy.N(record.value_at_zero, DIGITS))
    if not _close(exact, value(mpmath.mpf(0))):
        raise _wrong(record, "sigma", 0, exact, value(mpmath.mpf(0)))
    if record.slope_at_zero is not None:
        slope, expected = mpmath.mpf(sympy.N(record.slope_at_zero, DIGITS)), mpmath.diff(value, 0)
        if not _close(slope, expected):
            raise _wrong(record, "sigma'", 0, slope, expected)


def _check_taylor(record: Activation, value: Any) -> None:
    """A function that is not a polynomial: nonzero coefficients of high order, of both parities if
    it has none.
    """
    coefficients = mpmath.taylor(value, 0, TAYLOR_ORDERS)
    wanted = {"odd": (1,), "even": (0,), "none": (0, 1)}.get(record.remainder_parity, ())
    if not wanted:
        raise _wrong(
            record, "the parity of sigma - q", "any", record.remainder_parity, "odd, even or none"
        )
    for parity in wanted:
        orders = [k for k in range(4, TAYLOR_ORDERS + 1) if k % 2 == parity]
        if not any(abs(coefficients[k]) > mpmath.mpf(10) ** -(DIGITS // 4) for k in orders):
            needed = f"a nonzero one among the orders {orders}"
            raise _wrong(record, "every Taylor coefficient", 0, 0, needed)


def _check_lemma(record: Activation) -> None:
    assert record.lemma is not None
    model = build("two_layer", width=2, inputs=1, activation=record, bias=record.lemma.with_bias)
    points = [
        {"a": [1, 2], "w": [[1], [2]]},
        {"a": [1, 0], "w": [[1], [-1]]},
        {"a": [2, 1], "w": [[0], [1]]},
    ]
    for values in points:
        point = model.point({**values, "b": [0, 0]} if record.lemma.with_bias else values)
        own, exact = rank_by_lemma(point), model_rank(point)
        if not exact.lower <= int(own) <= exact.upper:
            raise _wrong(
                record,
                f"the rank by its lemma, at a = {values['a']}, w = {values['w']},",
                "any",
                int(own),
                exact,
            )


__all__ = ["check_activation"]
