"""The one record of what is proved of an activation."""

import ast
from fractions import Fraction
from pathlib import Path

import pytest
import sympy

import rankstrat as rs
from rankstrat.activation.addition import addition_law
from rankstrat.activation.law import law_of, why_not
from rankstrat.activation.record import Activation, Lemma, Z
from rankstrat.errors import FamilyError

PACKAGE = Path(rs.__file__).parent
HALF = Fraction(1, 2)
LEMMA = Lemma("Guest 1", ("poles of distinct classes differ",), True)

# by hand: parity of N; what a pair u, -u leaves (the constant 2 q_0, the linear function
# 2 q_1 u.x); sigma(0) = 0 and sigma'(0) = 0; zeros of sigma and of sigma' away from 0
FACTS = {
    "tanh": ("odd", 0, 0, True, False, False, False),
    "sigmoid": ("odd", HALF, 0, False, False, False, False),
    "gaussian": ("even", 0, 0, False, True, False, False),
    "ztanh": ("even", 0, 0, True, True, False, False),
    "z2tanh": ("odd", 0, 0, True, True, False, False),
    "softplus": ("even", 0, HALF, False, False, False, False),
    "silu": ("even", 0, HALF, True, False, False, True),
    "gelu": ("even", 0, HALF, True, False, False, True),
}


@pytest.mark.parametrize("name", FACTS)
def test_facts(name):
    law = law_of(rs.activations[name], bias=True)
    assert (
        law.parity,
        law.offset,
        law.slope,
        law.silent,
        law.still,
        law.silent_elsewhere,
        law.still_elsewhere,
    ) == FACTS[name]


@pytest.mark.parametrize(
    ("name", "slope", "kink"),
    [
        ("relu", Fraction(1, 2), Fraction(1, 2)),
        ("leaky_relu", Fraction(101, 200), Fraction(99, 200)),
        ("abs", Fraction(0), Fraction(1)),
    ],
)
def test_kinks(name, slope, kink):
    law = law_of(rs.activations[name], bias=True)
    assert (law.slope, law.kink, law.rays, law.apart) == (slope, kink, True, False)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sin", "does not hold with biases"),
        ("square", "no independence lemma"),
        ("elu", "linear on"),
    ],
)
def test_no_law_is_invented(name, words):
    assert law_of(rs.activations[name], bias=True) is None
    assert words in why_not(rs.activations[name], bias=True)


def test_the_affine_part_of_the_parity_of_the_remainder_belongs_to_it():
    # z + tanh(z) is odd itself: a pair u, -u leaves nothing, and the strata are those of tanh
    line = (Fraction(0), Fraction(1))
    shifted = Activation("line", Z + sympy.tanh(Z), "odd", line, "odd", LEMMA, (0,), ())
    law = law_of(shifted, bias=True)
    assert not law.sides and law.apart
    levels = [
        [(level.rank, level.dimension, len(level.strata)) for level in rs.stratify(model).levels]
        for model in (rs.families.two_layer(2, 1, s, bias=True) for s in (shifted, "tanh"))
    ]
    assert levels[0] == levels[1]
    point = rs.families.two_layer(1, 1, shifted, bias=True).point(a=[2], w=[[1]], b=[3])
    assert rs.target_set(rs.families.two_layer(2, 1, shifted, bias=True), point).complete


@pytest.mark.parametrize(
    ("formula", "periodic", "parity", "exponential"),
    [
        (sympy.exp(Z), False, "none", True),
        (3 * sympy.exp(Z), False, "none", True),
        (sympy.exp(-Z), False, "none", False),
        (2 * sympy.sinh(Z), False, "odd", False),
        (sympy.exp(Z) + sympy.exp(-Z), False, "even", False),
        (sympy.sin(Z) / 2, True, "odd", False),
        (sympy.cos(Z), True, "even", False),
        (sympy.sin(Z) + sympy.cos(Z), True, "none", False),
    ],
)
def test_addition_theorems(formula, periodic, parity, exponential):
    found = addition_law(Activation("mine", formula))
    assert (found.periodic, found.parity, found.exponential) == (periodic, parity, exponential)


@pytest.mark.parametrize(
    "formula", [sympy.sin(2 * Z), sympy.tanh(Z), Z, sympy.Abs(Z), Z + sympy.cosh(Z)]
)
def test_no_addition_theorem_is_invented(formula):
    assert addition_law(Activation("mine", formula)) is None


def test_multiples_of_sinh_have_its_strata():
    record = rs.activations["sinh"]
    double = Activation("double", 2 * sympy.sinh(Z), "odd", (), "odd", record.lemma)
    one, two = (rs.stratify(rs.families.two_layer(2, 1, s, bias=True)) for s in (double, "sinh"))
    assert one.complete and str(one.coverage) == str(two.coverage)
    assert [s.label for s in one.strata] == [s.label for s in two.strata]


def compared(tree):
    """Comparisons, memberships and look-ups of the name or formula of an activation."""
    for node in ast.walk(tree):
        parts = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Match):
            parts = [node.subject]
        elif isinstance(node, ast.Subscript):
            parts = [node.slice]
        named = [
            p for p in parts if isinstance(p, ast.Attribute) and "activation" in ast.unparse(p)
        ]
        if any(p.attr == "name" for p in named):
            yield node
        others = [p for p in parts if not (isinstance(p, ast.Attribute) and p.attr == "formula")]
        if any(p.attr == "formula" for p in named) and others:
            yield node


def test_nobody_knows_an_activation_by_name():
    for text in (
        "a.activation.name == 'tanh'",
        "activation.name in X",
        "s.activation.formula == f",
    ):
        assert list(compared(ast.parse(text)))
    assert not list(compared(ast.parse("a.activation.formula == b.activation.formula")))
    own = {PACKAGE / "activation" / "lookup.py"}
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        if path not in own
        for node in compared(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


SIGMA = sympy.Function("sigma")
# by hand: two equal functions, one function that is constant, one that is odd
NOT_GENERIC = {
    "even argument": SIGMA(Z**2),
    "cosh": SIGMA(sympy.cosh(Z)),
    "constant": SIGMA(sympy.Integer(1)),
    "difference": SIGMA(Z) - SIGMA(sympy.Integer(0)),
    "odd": sympy.Function("s", parity="odd")(Z),
    "odd, 0 at 0": sympy.Function("s", parity="odd0")(Z),
    "even": sympy.Function("s", parity="even")(Z),
}


@pytest.mark.parametrize("lemma", [None, LEMMA])
@pytest.mark.parametrize("name", NOT_GENERIC)
def test_only_a_plain_unspecified_function_is_generic(name, lemma):
    # sigma(z^2) takes one value at w and -w, sigma(1) one everywhere: no lemma holds for them, and
    # none can be tried
    record = Activation("guest", NOT_GENERIC[name], remainder_parity="none", lemma=lemma)
    for bias in (False, True):
        assert law_of(record, bias=bias) is None
        assert "unspecified" in why_not(record, bias=bias)


@pytest.mark.parametrize("parity", ["odd", "even"])
def test_an_unspecified_function_has_only_the_parity_that_it_was_given(parity):
    with pytest.raises(FamilyError, match="declared"):
        rs.families.two_layer(2, 1, Activation("guest", SIGMA(Z), parity=parity))
    known = sympy.Function("s", parity=parity)
    rs.families.two_layer(2, 1, Activation("guest", known(Z), parity=parity))
    rs.families.two_layer(2, 1, Activation("guest", SIGMA(Z**2), parity="even"))


def test_a_generic_function_has_its_law():
    for bias in (False, True):
        law = law_of(Activation("guest", sympy.Function("f")(Z)), bias=bias)
        assert law is not None and law.parity == "none"
