"""Exact values from users, and the names of symbols and blocks."""

from __future__ import annotations

import time
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from sympy import Rational, exp, sqrt

from rankstrat.errors import (
    DataError,
    InexactValueError,
    ModelError,
    ParseError,
    PointError,
    RankstratError,
)
from rankstrat.model.model import Model
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.parsing import (
    block_symbols,
    check_name,
    exact_value,
    parse_blocks,
    parse_names,
    parse_number,
)

x = sympy.Symbol("x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/2", Rational(1, 2)),
        ("-3", sympy.Integer(-3)),
        (" 2/7 ", Rational(2, 7)),
        ("exp(1/2)", exp(Rational(1, 2))),
        ("sqrt(2)", sqrt(2)),
        ("-(2**(1/3))", -(2 ** Rational(1, 3))),
        ("pi/4", sympy.pi / 4),
    ],
)
def test_parse_number_is_exact(text, expected):
    assert parse_number(text) == expected


@pytest.mark.parametrize(
    "text", ["x", "", "nan", "inf", "oo", "zoo", "I", "sqrt(-2)", "1/0", "1 2"]
)
def test_parse_number_error(text):
    with pytest.raises(ParseError, match="a7"):
        parse_number(text, name="a7")


@pytest.mark.parametrize(
    ("text", "fraction"), [("0.1", "1/10"), ("1/2 + 0.25", "1/4"), ("1e-2", "1/100")]
)
def test_parse_number_decimal_error(text, fraction):
    with pytest.raises(
        InexactValueError,
        match=f"a7 = .* is a decimal; an exact number is needed; write {fraction}",
    ):
        parse_number(text, name="a7")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, sympy.Integer(3)),
        (10**50, sympy.Integer(10) ** 50),
        (Fraction(-1, 2), Rational(-1, 2)),
        (np.int64(-4), sympy.Integer(-4)),
        (np.uint8(4), sympy.Integer(4)),
        ("2/7", Rational(2, 7)),
        (Rational(1, 3), Rational(1, 3)),
        (sqrt(2) + exp(1), sqrt(2) + exp(1)),
        (1 - x, 1 - x),
        (x**20000, x**20000),
    ],
)
def test_exact_value_is_exact(value, expected):
    result = exact_value(value)
    assert result == expected
    assert isinstance(result, sympy.Expr)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0.1, r"a1 = 0.1 is a float; write sympy.Rational\(1, 10\), or use numerical_rank\."),
        (2.0, "write 2, or"),
        (-1e-3, r"Rational\(-1, 1000\)"),
        (1e300, "a sympy.Rational"),
        (np.float32(0.1), r"Rational\(1, 10\)"),
        (np.float64(0.5), r"Rational\(1, 2\)"),
        (sympy.Float("0.5"), "is a float"),
        (mpmath.mpf(1) / 3, "is a float"),
        (x + 0.5, "contains the float"),
        ("0.1", "write 1/10"),
    ],
)
def test_exact_value_float_error(value, message):
    with pytest.raises(InexactValueError, match=message):
        exact_value(value, name="a1")


@pytest.mark.parametrize(
    "value",
    [
        True,
        np.True_,
        1j,
        None,
        [1],
        {},
        b"1",
        float("nan"),
        float("inf"),
        np.float64("-inf"),
        sympy.oo,
        sympy.nan,
    ]
    + [
        sympy.zoo,
        sympy.I,
        1 + 2 * sympy.I,
        sympy.re(x),
        sympy.true,
        np.array([1]),
        np.complex128(1),
        sympy.eye(2),
    ],
    ids=repr,
)
def test_exact_value_error(value):
    with pytest.raises(PointError, match=r"(?s)a1 = .*;.*;") as caught:
        exact_value(value, name="a1")
    assert not isinstance(caught.value, InexactValueError)


LONG = sympy.Integer(10) ** 5000


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda p: Model(p * x + LONG, [p], [x]), ModelError),
        (lambda p: Model(p * x / (LONG + 1), [p], [x]), ModelError),
        (lambda p: Model(p * x, [p], [x]).point([LONG]), PointError),
        (lambda p: Model(p * x, [p], [x]).point([LONG * sqrt(2)]), PointError),
        (lambda p: Model(p * x, [p], [x]).chart({p: p + LONG}), PointError),
        (lambda p: model_rank(Model(p * x, [p], [x]), subset=[int(LONG)]), DataError),
    ],
)
def test_numbers_that_python_does_not_print_are_refused(ask, error):
    with pytest.raises(error, match="4000 digits"):
        ask(sympy.Symbol("p"))


def test_parse_names_spell_indices_without_ambiguity():
    assert parse_blocks(" a,w[3, 2] , b[3]") == {"a": (), "w": (3, 2), "b": (3,)}
    assert parse_names("c, a[3], w[2,2], W1[1,2]") == (
        "c", "a1", "a2", "a3", "w1_1", "w1_2", "w2_1", "w2_2", "W1_1_1", "W1_1_2",
    )  # fmt: skip
    names = parse_names("w[12,12]")
    assert len(set(names)) == 144


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "a,",
        "a b",
        "a[",
        "a[0]",
        "a[-1]",
        "a[1,]",
        "a[x]",
        "1a",
        "a, a",
        "a[2], a1",
        "lambda",
        "pi",
        "tanh",
    ]
    + [
        "а",
        "a[9999999]",
        "a[1000,1000]",
        "a.b",
        "a; b",
        "x" * 200,
        "a," * 10**5,
        "__import__('os')",
        "a[1,1,1,1,1]",
    ],
)
def test_parse_names_error(text):
    start = time.process_time()
    with pytest.raises(ParseError, match=r".*;.*;"):
        parse_names(text)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    "name", ["E", "I", "lambda", "tanh", "oo", "None", "a b", "", "é", "x" * 101]
)
def test_check_name_error(name):
    with pytest.raises(ParseError, match=r".*;.*;"):
        check_name(name)


def test_block_symbols_are_plain_and_cheap():
    assert block_symbols("c", ()).shape == ()
    assert block_symbols("c", ()).ravel().tolist() == [sympy.Symbol("c")]
    assert block_symbols("a", (2,)).tolist() == list(sympy.symbols("a1 a2"))
    w = block_symbols("w", (100, 100))
    assert w.shape == (100, 100)
    assert w[2, 11] == sympy.Symbol("w3_12")
    start = time.process_time()
    block_symbols("v", (100, 100))
    assert time.process_time() - start < 0.5


def test_every_error_is_a_rankstrat_error():
    assert issubclass(ParseError, RankstratError)
    assert issubclass(InexactValueError, PointError)
