"""Constants such as sin(pi): exact at quarter turns, and elsewhere no proof without a ball that
excludes zero.
"""

from __future__ import annotations

import pytest
import sympy

from rankstrat import Model, Verdict, model_rank
from rankstrat.families import two_layer

a, b, d, w, x = sympy.symbols("a b d w x")


@pytest.mark.parametrize("k", range(-4, 5))
def test_multiples_of_a_quarter_turn(k):
    """By hand: sin and cos of k pi / 2 are 0 and +-1 in turn."""
    turn, odd = k * sympy.pi / 2, k % 2
    constant = model_rank(Model([a * sympy.sin(b)], [a, b]).point({a: 0, b: turn}))
    assert (constant.value, constant.verdict) == (odd, Verdict.PROVED)
    flat = model_rank(
        Model([a * sympy.sin(w * x + b)], [a, b, w], [x]).point({a: 3, b: turn, w: 0})
    )
    assert flat.value == 2 - odd  # 1 alone, or 1 and x
    shared = Model([a * sympy.sin(w * x + b) + d * sympy.cos(w * x)], [a, b, w, d], [x])
    assert model_rank(shared.point({a: 1, b: turn, w: 1, d: 1})).value == (2 if k % 4 == 3 else 3)


def test_a_constant_neuron_of_a_sine():
    point = two_layer(2, 2, "sin", bias=True).point(
        a=[3, 2], w=[[0, 0], [1, 2]], b=[sympy.pi / 2, 1]
    )
    assert model_rank(point).value == 1 + 4


@pytest.mark.parametrize(
    "turn", [sympy.pi / 3, sympy.pi / 5, 1 + sympy.pi, sympy.log(2) * sympy.pi]
)
def test_other_multiples_of_pi_need_a_ball(turn):
    """2 cos(pi/3) - 1 = 0 must not be proved to be anything else; sin(pi/3) is seen to be no
    zero.
    """
    assert model_rank(Model([a * sympy.sin(b)], [a, b]).point({a: 0, b: turn})).value == 1
    hidden = model_rank(Model([a * (2 * sympy.cos(b) - 1)], [a, b]).point({a: 0, b: sympy.pi / 3}))
    assert hidden.lower == 0
