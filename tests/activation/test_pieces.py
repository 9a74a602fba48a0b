"""Where activations defined by cases are affine."""

import pytest
import sympy

import rankstrat as rs
from rankstrat.activation.pieces import affine_pieces
from rankstrat.activation.record import Activation, Z
from rankstrat.rank.verdict import Verdict

oo = sympy.oo
HALF = sympy.Rational(1, 2)


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("relu", [(0, oo, 1, 0)]),
        ("leaky_relu", [(0, oo, 1, 0), (-oo, 0, sympy.Rational(1, 100), 0)]),
        ("abs", [(0, oo, 1, 0), (-oo, 0, -1, 0)]),
        ("elu", [(0, oo, 1, 0)]),
        ("hardtanh", [(-1, 1, 1, 0)]),
        ("identity", [(-oo, oo, 1, 0)]),
        ("tanh", []),
        ("square", []),
    ],
)
def test_pieces_of_the_catalogue(name, pieces):
    assert affine_pieces(rs.activations[name]) == tuple(pieces)


@pytest.mark.parametrize(
    ("formula", "pieces"),
    [
        # three kinks, derived by hand
        (
            sympy.Max(0, Z) - sympy.Max(0, Z - 1) / 2 + sympy.Abs(Z + 3),
            [(1, oo, 3 * HALF, 7 * HALF), (0, 1, 2, 3), (-3, 0, 1, 3), (-oo, -3, -1, -3)],
        ),
        (sympy.Max(0, 3 * Z) - sympy.Max(0, 3 * Z - 6), [(0, 2, 3, 0)]),
        (sympy.Max(Z, Z**2), []),
        (2 * Z + 5, [(-oo, oo, 2, 5)]),
        (sympy.Integer(3) + 0 * Z, []),
    ],
)
def test_pieces_of_a_formula(formula, pieces):
    assert affine_pieces(Activation("mine", formula)) == tuple(pieces)


def test_a_guest_with_a_linear_piece_can_be_lifted():
    ramp = Activation("ramp", sympy.Max(0, 3 * Z) - sympy.Max(0, 3 * Z - 6))
    net = rs.families.fully_connected([1, 1, 1], ramp).point([1, 1, 2, 1])
    deep = rs.families.fully_connected([1, 1, 1, 1], ramp)
    step = rs.mappings.lifting(net, deep, [["1/4"], ["1/2"], [0]], layer=1)
    assert step.verdict is Verdict.PROVED
