"""Reductions keep the function exactly and reach the minimal network where theorems say so."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import rankstrat as rs
from rankstrat.errors import CertificateError, FamilyError, PointError
from rankstrat.networks.equivalence import Equivalence
from rankstrat.networks.reducing import Reduced

tanh1 = rs.families.two_layer(3, 1)


def same_at(one, two, inputs=(-2, Fraction(1, 3), 1)):
    """The outputs of two points agree at inputs (all coordinates equal), to forty digits."""
    for at in inputs:
        values = []
        for point in (one, two):
            place = dict.fromkeys(point.model.inputs, sympy.Rational(at))
            outputs = [f.xreplace({**point.values, **place}) for f in point.model.outputs]
            values.append([f.evalf(40) for f in outputs])
        if any(abs(f - g) > 1e-30 for f, g in zip(*values, strict=True)):
            return False
    return True


def test_merge_and_drop_of_tanh_by_hand():
    """1 tanh(5x) + 2 tanh(-5x) + 0 tanh(7x) = -tanh(5x)."""
    found = rs.reduce(tanh1.point(a=[1, 2, 0], w=[[5], [-5], [7]]))
    assert [int(v) for v in found.reduced.raw] == [-1, 5]
    assert (found.widths, found.minimal) == ((1,), rs.Verdict.PROVED)
    assert [move.kind for move in found.moves] == ["drop", "merge"]
    assert "at least one unit" in found.reason
    wide = rs.reduce(tanh1.point(a=[1, 2, 1], w=[[5], [-5], [7]]))
    assert (wide.widths, wide.minimal) == ((2,), rs.Verdict.PROVED)
    assert "docs/proofs.md#counting" in wide.reason
    found.check()
    assert not found.critical  # the dropped unit has incoming weights of its own


def test_copies_are_splittings_and_their_mappings_are_verified():
    found = rs.reduce(tanh1.point(a=[1, 2, 4], w=[[5], [-5], [5]]))
    assert found.critical and len(found.mappings) == 2
    assert all(m.verdict is rs.Verdict.PROVED for m in found.mappings)
    assert found.mappings[-1].target == tanh1


def test_constants_are_folded_exactly():
    F = rs.families.two_layer(3, 1, bias=True, output_bias=True)
    found = rs.reduce(F, {"a": [1, 3, 5], "w": [[2], [0], [0]], "b": [1, 0, 1], "c": 7})
    assert found.widths == (1,) and found.minimal is rs.Verdict.PROVED
    c = next(v for p, v in found.reduced.values.items() if str(p) == "c")
    assert sympy.simplify(c - 7 - 5 * sympy.tanh(1)) == 0
    found.check()


def test_signs_with_a_constant_and_scales():
    """sigmoid(-z) = 1 - sigmoid(z) needs an output bias; relu(cz) = c relu(z)."""
    F = rs.families.two_layer(2, 1, "sigmoid", output_bias=True)
    found = rs.reduce(F.point(a=[1, 3], w=[[2], [-2]], c=1))
    assert [int(v) for v in found.reduced.raw] == [-2, 2, 4]
    bare = rs.families.two_layer(2, 1, "sigmoid").point(a=[1, 3], w=[[2], [-2]])
    found = rs.reduce(bare)
    assert found.widths == (2,) and found.minimal is rs.Verdict.PROVED  # 2 - 2 sigmoid(2x)
    relu = rs.families.two_layer(3, 2, "relu").point(a=[1, 1, 1], w=[[1, 2], [3, 6], [-1, -2]])
    found = rs.reduce(relu)
    assert found.widths == (2,) and [int(v) for v in found.reduced.raw[:2]] == [4, 1]
    assert found.minimal is rs.Verdict.PROVED  # 5 relu(h) - h: one unit is 0 on a side


def test_linear_layers_are_combined():
    F = rs.families.fully_connected([2, 3, 1], "identity", bias=False, output_bias=False)
    found = rs.reduce(F.point(W1=[[1, 0], [0, 1], [2, 3]], W2=[[1, 1, 1]]))
    # the third unit is a combination of the others; that one unit would do is not claimed away
    assert found.widths == (2,) and found.minimal is rs.Verdict.OPEN
    assert same_at(found.point, found.reduced)
    found.check()


def test_deep_networks_are_reduced_layer_by_layer():
    """Copies in layer 1 make units of layer 2 equal that were not."""
    F = rs.families.fully_connected([1, 2, 2, 1], "tanh", bias=False, output_bias=False)
    found = rs.reduce(F.point(W1=[[3], [-3]], W2=[[5, 1], [1, -3]], W3=[[1, 2]]))
    assert found.widths == (1, 1) and found.minimal is rs.Verdict.PROVED
    assert [int(v) for v in found.reduced.raw] == [3, 4, 3]
    found.check()


def test_a_cancelling_pair_leaves_one_silent_unit():
    found = rs.reduce(rs.families.two_layer(2, 1).point(a=[1, -1], w=[[2], [2]]))
    assert found.widths == (1,) and found.reduced.raw[0] == 0
    assert found.minimal is rs.Verdict.PROVED and not found.critical
    found.check()


SMALL = st.integers(-2, 2)


@settings(max_examples=40)
@given(
    st.sampled_from(["tanh", "sigmoid", "relu", "abs", "gaussian", "softplus", "identity"]),
    st.lists(SMALL, min_size=3, max_size=3),
    st.lists(SMALL, min_size=6, max_size=6),
    st.lists(SMALL, min_size=3, max_size=3),
    st.booleans(),
)
def test_reductions_of_small_networks_keep_the_function(activation, a, w, b, output_bias):
    F = rs.families.two_layer(3, 2, activation, bias=True, output_bias=output_bias)
    values = {"a": a, "w": [w[:2], w[2:4], w[4:]], "b": b}
    point = F.point({**values, "c": 1} if output_bias else values)
    found = rs.reduce(point)
    found.check()
    assert same_at(point, found.reduced)
    assert rs.reduce(found.reduced).moves == ()
    if found.minimal is rs.Verdict.PROVED and activation == "tanh":
        rank = rs.rank_by_lemma(found.reduced)
        # irreducible: all parameters are effective
        assert rank == found.reduced.model.size or found.widths == (1,)


def test_a_forged_move_is_refused():
    found = rs.reduce(tanh1.point(a=[1, 2, 4], w=[[5], [-5], [5]]))
    other = rs.reduce(tanh1.point(a=[1, 2, 4], w=[[5], [-5], [6]]))
    forged = Reduced(
        other.point, found.reduced, found.moves, found.minimal, found.reason, found.layers
    )
    with pytest.raises(CertificateError, match="another point"):
        forged.check()
    short = Reduced(found.point, found.reduced, found.moves[1:], found.minimal, "", found.layers)
    with pytest.raises(CertificateError):
        short.check()


def test_what_cannot_be_reduced_is_named():
    with pytest.raises(PointError, match="not rational"):
        rs.reduce(tanh1.point(a=[1, 2, sympy.sqrt(2)], w=[[1], [2], [3]]))
    with pytest.raises(PointError, match="a point is needed"):
        rs.reduce(tanh1.generic())
    with pytest.raises(FamilyError, match="no layers"):
        rs.reduce(rs.families.linear(features=2).point([1, 2]))
    with pytest.raises(PointError, match="of that model"):
        rs.reduce(rs.families.two_layer(2, 1), tanh1.point([1, 2, 3, 4, 5, 6]))


# ----------------------------------------------------------------------------------- equivalence
def test_a_permuted_and_mirrored_network_is_the_same_and_carried_over():
    F = rs.families.two_layer(3, 2, bias=True)
    one = F.point(a=[1, 2, 3], w=[[1, 2], [3, 4], [5, -6]], b=[0, 1, 2])
    two = F.point(a=[-3, 1, 2], w=[[-5, 6], [1, 2], [3, 4]], b=[-2, 0, 1])
    found = rs.equivalent(one, two)
    assert found and found.verdict is rs.Verdict.PROVED
    (matching,) = found.symmetry
    assert matching.order == (2, 0, 1) and matching.factors == (-1, 1, 1)


def test_networks_of_different_widths_with_one_function():
    one = tanh1.point(a=[1, 2, 4], w=[[5], [-5], [5]])
    two = rs.families.two_layer(1, 1).point([3, 5])
    assert rs.equivalent(one, two).same is True
    deep = rs.families.fully_connected([1, 2, 2, 1], "tanh", bias=False, output_bias=False)
    left = deep.point(W1=[[1], [2]], W2=[[1, 2], [3, 4]], W3=[[1, 1]])
    right = deep.point(W1=[[-2], [1]], W2=[[-4, 3], [2, -1]], W3=[[1, -1]])
    found = rs.equivalent(left, right)
    assert found.same is True and len(found.symmetry) == 2


def test_different_functions_have_a_witness():
    one = tanh1.point(a=[1, 2, 4], w=[[5], [6], [7]])
    two = tanh1.point(a=[1, 2, 4], w=[[5], [6], [8]])
    found = rs.equivalent(one, two)
    assert found.same is False and found.verdict is rs.Verdict.REFUTED
    at = {tanh1.inputs[0]: rs.exact(found.witness[0])}
    values = [p.model.outputs[0].xreplace({**p.values, **at}).evalf(30) for p in (one, two)]
    assert values[0] != values[1]


@pytest.mark.parametrize("activation", ["sigmoid", "softplus", "relu"])
def test_affine_parts_that_cancel_are_not_taken_for_a_difference(activation):
    """Three units with u1 + u2 + u3 = 0, or weights with sum 0: the mirrored network is the same,
    though it is irreducible and looks different.
    """
    F = rs.families.two_layer(3, 2, activation)
    if activation == "sigmoid":
        a, w = [1, 2, -3], [[1, 0], [0, 1], [2, 3]]
        b = [-v for v in a]
    else:
        a, w = [1, 1, 1], [[1, 0], [0, 1], [-1, -1]]
        b = a
    one = F.point(a=a, w=w)
    two = F.point(a=b, w=[[-v for v in row] for row in w])
    assert same_at(one, two)
    assert rs.equivalent(one, two).same is not False


def test_a_bias_of_zero_is_no_difference():
    plain = rs.families.two_layer(1, 1).point([2, 3])
    biased = rs.families.two_layer(1, 1, bias=True, output_bias=True).point([2, 3, 0, 0])
    assert rs.equivalent(plain, biased).same is True
    other = rs.families.two_layer(1, 1, bias=True).point([2, 3, 1])
    assert rs.equivalent(plain, other).same is False


def test_generic_activations_and_networks_of_floats():
    F = rs.families.two_layer(2, 1, "sigma")
    one, two = F.point([1, 1, 1, 2]), F.point([1, 1, 1, 3])
    assert rs.equivalent(one, two).same is False
    assert rs.equivalent(one, F.point([1, 1, 2, 1])).same is True
    network = rs.read({"W1": [[0.5], [-0.5]], "W2": [[1.0, 2.0]]}, activation="tanh")
    assert rs.reduce(network).widths == (1,)


def test_other_ends_are_refused_and_undecided_is_no_truth_value():
    with pytest.raises(PointError, match="equal numbers"):
        rs.equivalent(tanh1.point([1] * 6), rs.families.two_layer(1, 2).point([1, 2, 3]))
    with pytest.raises(PointError):
        rs.equivalent(tanh1, tanh1)
    with pytest.raises(PointError, match="not decided"):
        bool(Equivalence(None, rs.Verdict.OPEN, "no theorem", (), None, None, None))


def test_five_hundred_units_reduce_to_three():
    centres = [[1, -7], [1, 0], [1, 7]]
    rows = [centres[k % 3] for k in range(500)]
    signs = [(-1) ** (k // 7) for k in range(500)]
    F = rs.families.two_layer(500, 1, bias=True)
    point = F.point(
        a=[s * (1 + k % 5) for k, s in enumerate(signs)],
        w=[[s * r[0]] for s, r in zip(signs, rows, strict=True)],
        b=[s * r[1] for s, r in zip(signs, rows, strict=True)],
    )
    found = rs.reduce(point)
    assert found.widths == (3,) and found.minimal is rs.Verdict.PROVED and found.critical
    found.check()
    assert rs.rank_by_lemma(point) == 9 and rs.model_rank(found.reduced) == 9


def folded(activation, constants, extra=0):
    r"""$\sigma(x) + \sum_c \sigma(c) + \sum_k k\,\sigma(k x + 1)$, constants from w = 0."""
    others = range(2, 2 + extra)
    width = 1 + len(constants) + extra
    F = rs.families.two_layer(width, 1, activation=activation, bias=True, output_bias=True)
    return F.point(
        a=[1] * (1 + len(constants)) + list(others),
        w=[[1]] + [[0]] * len(constants) + [[k] for k in others],
        b=[0, *constants] + [1] * extra,
        c=0,
    )


@pytest.mark.parametrize("extra", [0, 15])
def test_equal_constants_that_look_different_are_never_called_different(extra):
    """arctan(1/2) + arctan(1/3) = arctan(1), and log 2 + log 5 = log 10."""
    halves = [Fraction(1, 2), Fraction(1, 3)]
    for activation, many, one in [("arctan", halves, [1]), ("log(1 + z**2)", [1, 2], [3])]:
        left, right = folded(activation, many, extra), folded(activation, one, extra)
        assert same_at(left, right)
        assert rs.equivalent(left, right).same is not False
        assert rs.equivalent(left, folded(activation, [2], extra)).same is False


def deep(activation="tanh", last=((1, -2),)):
    """3 units of which two are opposite, then 3 of which one is idle: 2 and 2 are left."""
    model = rs.families.fully_connected([2, 3, 3, 1], activation)
    (row,) = last
    return model.point(
        W1=[[1, 2], [-1, -2], [3, 1]], b1=[1, -1, 2], W2=[[1, 2, 3], [2, 1, 1], [1, 1, 1]],
        b2=[0, 1, 2], W3=[[*row, 0]], b3=[5],
    )  # fmt: skip


def test_irreducible_deep_tanh_networks_are_minimal():
    found = rs.reduce(deep())
    assert found.widths == (2, 2) and found.minimal is rs.Verdict.PROVED
    assert "VlacicBoelcskei2021" in found.reason
    found.check()
    x = np.random.default_rng(0).normal(size=(9, 2))
    wide, narrow = (network_at(p).outputs(x) for p in (found.point, found.reduced))
    assert np.abs(wide - narrow).max() < 1e-12


def network_at(point):
    values = {name: array.astype(float) for name, array in point.arrays.items()}
    return rs.Network(point.model, values)


@pytest.mark.parametrize("activation", ["sigmoid", "relu", "gelu", "sin", "z**2*tanh(z)"])
def test_other_deep_networks_stay_open(activation):
    """No theorem is recorded for these; sin has z -> z + 2 pi besides, and ReLU its rays."""
    found = rs.reduce(deep(activation))
    assert found.minimal is rs.Verdict.OPEN and "no completeness theorem" in found.reason


def test_a_deep_network_with_a_constant_output_stays_open():
    """The theorem needs outputs that are not constant."""
    model = rs.families.fully_connected([1, 2, 2, 2], "tanh")
    point = model.point(
        W1=[[1], [2]], b1=[0, 1], W2=[[1, 2], [3, 1]], b2=[0, 1], W3=[[1, 1], [0, 0]], b3=[0, 7]
    )
    found = rs.reduce(point)
    assert found.minimal is rs.Verdict.OPEN and "constant" in found.reason
