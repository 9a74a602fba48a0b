"""Linear pieces of activations, read off their formulas."""

from __future__ import annotations

import pytest
import sympy
from sympy import Abs, Max, Min, Rational, oo

import rankstrat as rs
from rankstrat.activation.pieces import affine_pieces
from rankstrat.activation.record import Activation, Z
from rankstrat.errors import DataError, FamilyError
from rankstrat.families import fully_connected
from rankstrat.mappings import lifting

PIECES = {
    "relu": ((0, oo, 1, 0),),
    "leaky_relu": ((0, oo, 1, 0), (-oo, 0, Rational(1, 100), 0)),
    "abs": ((0, oo, 1, 0), (-oo, 0, -1, 0)),
    "elu": ((0, oo, 1, 0),),
    "hardtanh": ((-1, 1, 1, 0),),
    "identity": ((-oo, oo, 1, 0),),
    "tanh": (),
    "softplus": (),
    "square": (),
}


@pytest.mark.parametrize("name", PIECES)
def test_pieces_of_the_catalogue(name):
    assert affine_pieces(rs.activations[name]) == PIECES[name]


def test_kinks_are_found_wherever_they_are():
    """3z - 2 = 0 at 2/3, which no number of the formula names; nested kinks are found too."""
    assert affine_pieces(Activation("ramp", Max(3 * Z - 2, 0))) == ((Rational(2, 3), oo, 3, -2),)
    nested = Activation("nested", Max(2 * Z - 1, Min(Z, Rational(1, 4))))
    assert affine_pieces(nested) == ((Rational(5, 8), oo, 2, -1), (-oo, Rational(1, 4), 1, 0))
    inner = Activation("inner", Max(2 * Max(Z, 0) - 1, Z))  # 2z - 1 = z at 1
    assert affine_pieces(inner) == ((1, oo, 2, -1), (-1, 1, 1, 0))
    assert affine_pieces(Activation("vee", Abs(2 * Z + 1))) == (
        (Rational(-1, 2), oo, 2, 1),
        (-oo, Rational(-1, 2), -2, -1),
    )


def test_a_guest_with_a_linear_piece_is_lifted():
    ramp = Activation("ramp", Max(3 * Z - 2, 0))
    narrow, deep = (fully_connected(widths, ramp) for widths in ([1, 1, 1], [1, 1, 1, 1]))
    net = narrow.point([1, 0, 2, 1])
    assert lifting(net, deep, [[1], [3]], layer=1).verdict is rs.Verdict.PROVED
    with pytest.raises(DataError, match="outside every linear piece"):
        lifting(net, deep, [[1]], layer=1, weights=[[0]], bias=[Rational(2, 3)])


@pytest.mark.parametrize("name", ["relu", "abs"])
@pytest.mark.parametrize("slope", [1, sympy.sqrt(2)])
def test_a_sample_on_a_kink_is_refused_for_irrational_nets_too(name, slope):
    """2 sigma(s x) at x = 0 has two slopes in the bias of the unit: no point is critical there."""
    narrow, deep = (fully_connected(widths, name) for widths in ([1, 1, 1], [1, 1, 1, 1]))
    net = narrow.point([slope, 0, 2, 1])
    assert lifting(net, deep, [[1], [-2]], layer=1).verdict is rs.Verdict.PROVED
    with pytest.raises(rs.errors.RankstratError, match="move the sample"):
        lifting(net, deep, [[0], [-2]], layer=1)


def test_a_sample_on_kinks_that_may_cancel_is_not_decided():
    narrow, deep = (fully_connected(widths, "elu") for widths in ([1, 1, 1], [1, 1, 1, 1]))
    assert lifting(narrow.point([1, 0, 2, 1]), deep, [[0]], layer=1).verdict is rs.Verdict.OPEN


def test_curved_kinks_are_refused():
    curved = Activation("curved", Max(Z**2, Z))
    assert affine_pieces(curved) == ()
    with pytest.raises(FamilyError, match="no linear piece"):
        lifting(
            fully_connected([1, 1, 1], curved).point([1, 0, 2, 1]),
            fully_connected([1, 1, 1, 1], curved),
            [[1]],
            layer=1,
        )
    assert affine_pieces(Activation("step", sympy.Heaviside(Z) * Z)) == ()
