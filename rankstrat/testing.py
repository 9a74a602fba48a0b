r"""The laws that every activation and every family obeys, ours and a guest's; for use in test suites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import mpmath
import numpy as np
import sympy

from rankstrat.activations import Activation, Z
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.floats import MpRing, leaf_number
from rankstrat.algebra.program import Program
from rankstrat.algebra.translate import translate
from rankstrat.errors import FamilyError, UndecidedError
from rankstrat.families import FAMILIES, build
from rankstrat.lemma import HasNeurons, rank_by_lemma
from rankstrat.model import Chart, Model
from rankstrat.modelfile import dump_model, parse_model
from rankstrat.numeric import numerical_rank
from rankstrat.parsing import shown
from rankstrat.rank import RankCertificate, model_rank

POINTS = tuple(sign * z for z in (Fraction(1, 3), Fraction(6, 5), Fraction(7, 2)) for sign in (1, -1))
"""Where activations are evaluated: away from 0 and from the kinks of the usual ones."""

ORDERS = 3
TAYLOR_ORDERS = 12
DIGITS = 40

EXAMPLES: Mapping[str, Sequence[Mapping[str, Any]]] = MappingProxyType(
    {
        "attention": (
            {"tokens": 2, "model_dim": 1, "head_dim": 1},
            {"tokens": 2, "model_dim": 2, "head_dim": 1, "scale": Fraction(1, 2)},
            {"tokens": 2, "model_dim": 2, "head_dim": 1, "linear": True},
        ),
        "convolutional": (
            {"kernels": 1, "size": 3, "kernel_size": 2},
            {"kernels": 2, "size": 3, "kernel_size": 2, "sharing": False, "activation": "sigmoid"},
            {"kernels": 1, "size": 3, "kernel_size": 2, "dimension": 2, "bias": True, "output_bias": True},
        ),
        "cp_factorization": (
            {"shape": [2, 2], "terms": 1},
            {"shape": [2, 2, 2], "terms": 2},
            {"shape": [2, 3, 2], "terms": 1},
        ),
        "deep_diagonal": ({"features": 2}, {"features": 3, "depth": 3}, {"features": 1, "depth": 1}),
        "deep_matrix_factorization": ({"widths": [2, 2]}, {"widths": [2, 1, 2]}, {"widths": [3, 2, 2, 2]}),
        "diagonal": ({"features": 1}, {"features": 2}, {"features": 4}),
        "framework": ({"vertices": 3}, {"vertices": 4, "dimension": 1}, {"vertices": 4, "edges": [[1, 2], [3, 4]]}),
        "fully_connected": (
            {"widths": [1, 2, 1]},
            {"widths": [2, 2, 2], "activation": "square", "bias": False},
            {"widths": [1, 1, 1, 1], "output_bias": False},
        ),
        "kan": (
            {"width": 1, "inputs": 1, "degree": 2},
            {"width": 1, "inputs": 2, "degree": 2},
            {"width": 2, "inputs": 1, "degree": 1},
        ),
        "linear": ({"features": 2}, {"features": 4}, {"features": ["1", "x1", "sin(x1)", "x1*x2"]}),
        "matrix_factorization": (
            {"rows": 2, "inner": 1, "columns": 2},
            {"rows": 2, "inner": 2, "columns": 3},
            {"rows": 3, "inner": 2, "columns": 3},
        ),
        "opt_example": ({}, {}, {}),
        "polynomial_network": (
            {"widths": [2, 2, 1]},
            {"widths": [1, 2, 1], "degree": 3, "bias": True, "output_bias": True},
            {"widths": [2, 1, 1, 1]},
        ),
        "two_layer": (
            {"width": 1, "inputs": 1},
            {"width": 3, "inputs": 2, "bias": True, "output_bias": True},
            {"width": 2, "inputs": 2, "activation": "softplus"},
        ),
    }
)
"""Family -> the sizes at which `check_family` builds it."""


def check_activation(record: Activation) -> tuple[str, ...]:
    r"""The facts of a record that were checked: values, derivatives, parity, value at 0, polynomial part, lemma.

    Derivatives of order up to 3 of the engine's program are compared with mpmath's at 40 digits, the declared parity
    and polynomial part at six points, and the lemma with `model_rank` at two points of a two-layer model.

    Raises:
        FamilyError: a fact does not hold; the message says which, and where.

    Example:
        >>> from rankstrat.activations import activations
        >>> check_activation(activations["tanh"])[-1]
        'lemma'
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
    return tuple(checked)


def _wrong(record: Activation, fact: str, where: Any, given: Any, needed: Any) -> FamilyError:
    return FamilyError(
        f"the activation {record.name}: {fact} at z = {where} is {given}, but {needed} is needed; correct the record"
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
                raise _wrong(record, f"the derivative of order {order} in the engine", z, found, expected)
        node = program.gradient(node, [leaf])[0]
    derivative = sympy.lambdify(Z, record.derivative, "mpmath")
    for z in POINTS:
        if not _close(derivative(_number(z)), mpmath.diff(value, _number(z))):
            raise _wrong(record, "sigma'", z, derivative(_number(z)), mpmath.diff(value, _number(z)))


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
                    raise _wrong(record, f"{name}, declared without parity,", "+-z", kind, "a function of no parity")


def _check_zero(record: Activation, value: Any) -> None:
    exact = mpmath.mpf(sympy.N(record.value_at_zero, DIGITS))
    if not _close(exact, value(mpmath.mpf(0))):
        raise _wrong(record, "sigma", 0, exact, value(mpmath.mpf(0)))
    if record.slope_at_zero is not None:
        slope, expected = mpmath.mpf(sympy.N(record.slope_at_zero, DIGITS)), mpmath.diff(value, 0)
        if not _close(slope, expected):
            raise _wrong(record, "sigma'", 0, slope, expected)


def _check_taylor(record: Activation, value: Any) -> None:
    """A function that is not a polynomial: nonzero coefficients of high order, of both parities if it has none."""
    coefficients = mpmath.taylor(value, 0, TAYLOR_ORDERS)
    wanted = {"odd": (1,), "even": (0,), "none": (0, 1)}.get(record.remainder_parity, ())
    if not wanted:
        raise _wrong(record, "the parity of sigma - q", "any", record.remainder_parity, "odd, even or none")
    for parity in wanted:
        orders = [k for k in range(4, TAYLOR_ORDERS + 1) if k % 2 == parity]
        if not any(abs(coefficients[k]) > mpmath.mpf(10) ** -(DIGITS // 4) for k in orders):
            needed = f"a nonzero one among the orders {orders}"
            raise _wrong(record, "every Taylor coefficient", 0, 0, needed)


def _check_lemma(record: Activation) -> None:
    assert record.lemma is not None
    model = build("two_layer", width=2, inputs=1, activation=record, bias=record.lemma.with_bias)
    points = [{"a": [1, 2], "w": [[1], [2]]}, {"a": [1, 0], "w": [[1], [-1]]}, {"a": [2, 1], "w": [[0], [1]]}]
    for values in points:
        point = model.point({**values, "b": [0, 0]} if record.lemma.with_bias else values)
        own, exact = rank_by_lemma(point), model_rank(point)
        if not exact.lower <= int(own) <= exact.upper:
            raise _wrong(
                record, f"the rank by its lemma, at a = {values['a']}, w = {values['w']},", "any", int(own), exact
            )


def check_family(name: str, sizes: Sequence[Mapping[str, Any]] | None = None, *, seed: int = 0) -> tuple[int, ...]:
    r"""The generic ranks of a family at some sizes, after every law was checked.

    It builds again from its own arguments; blocks, parameters and inputs fit; the generic rank by `model_rank` is that
    of 40-digit numerics, and at a random point also that of `rank_by_lemma` where the family offers neurons;
    certificates and model files survive a round trip; there is LaTeX.

    Args:
        name: of the family.
        sizes: keyword arguments, at least three of them; by default those of `EXAMPLES`.
        seed: names the random points.

    Raises:
        FamilyError: a law does not hold; the message says which, and where.

    Example:
        >>> check_family("diagonal")
        (1, 2, 4)
    """
    sizes = EXAMPLES.get(name, ()) if sizes is None else sizes
    if len(sizes) < 3:
        raise FamilyError(f"{len(sizes)} sizes were given for the family {name}; three are needed; pass sizes=[...]")
    return tuple(_check_model(name, dict(arguments), seed) for arguments in sizes)


def _check_model(name: str, arguments: dict[str, Any], seed: int) -> int:
    model = build(name, **arguments)
    place = f"the family {name} at {shown(str(arguments))}"
    structure = model.structure
    if structure is None or structure.family != name or name not in FAMILIES:
        raise FamilyError(f"{place} has no structure of its name; return Model.of(structure); see docs")
    _hold(place, "rebuilds from its arguments", build(name, **structure.arguments) == model)
    _hold(
        place, "has as many parameters as its blocks", model.size == len(model.parameters) == len(set(model.parameters))
    )
    _hold(place, "has its inputs", tuple(map(str, model.inputs)) == tuple(structure.input_names))
    latex = model._repr_latex_() or ""
    _hold(place, "has LaTeX", latex.startswith("$") and latex.endswith("$") and latex.count("{") == latex.count("}"))
    again = parse_model(dump_model(model)).model
    parts = (again.outputs, again.parameters, again.inputs)
    _hold(place, "survives a model file", parts == (model.outputs, model.parameters, model.inputs))
    generic = model_rank(model, seed=seed)
    _same_rank(place, generic, numerical_rank(model, digits=DIGITS, seed=seed).rank)
    point = random_point(model, seed)
    found = model_rank(point, seed=seed)
    _hold(place, "has no point above the generic rank", found.lower <= generic.upper)
    read = RankCertificate.from_json(found.to_json())
    _hold(place, "has certificates that survive JSON", (read.lower, read.upper) == (found.lower, found.upper))
    read.check()
    _same_rank(place, found, numerical_rank(point, digits=DIGITS, seed=seed).rank)
    if isinstance(structure, HasNeurons):
        with suppress(UndecidedError):  # no lemma for this activation or shape
            _same_rank(place, found, int(rank_by_lemma(point)))
    return int(generic)


def _hold(place: str, law: str, holds: bool) -> None:
    if not holds:
        raise FamilyError(f"the law '{place} {law}' does not hold; every family needs it; correct the structure")


def _same_rank(place: str, exact: RankCertificate, other: int) -> None:
    if exact.value != other:
        raise FamilyError(
            f"{place} has rank {other} on a second road, but {exact}; the two must agree; look at the smaller one first"
        )


def random_point(model: Model, seed: int = 0) -> Chart:
    """A point with small integers, none of them 0."""
    source = np.random.default_rng(seed)
    values = {}
    for name, shape in model.blocks.items():
        values[name] = source.integers(1, 5, shape) * source.choice([-1, 1], shape)
    return model.point(values)


__all__ = ["EXAMPLES", "check_activation", "check_family", "random_point"]
