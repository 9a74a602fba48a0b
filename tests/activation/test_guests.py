"""One record of an activation is enough: a guest has the verdicts of a built-in one of its kind."""

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import sympy

import rankstrat as rs
from rankstrat.activation.checks import has_only
from rankstrat.activation.record import Activation, Between, Lemma, Z
from rankstrat.errors import FamilyError
from rankstrat.lemma.rank import rank_by_lemma
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.testing import check_activation

ROOT = Path(__file__).parents[2]
MODULE = """
from fractions import Fraction

import sympy
from sympy import cosh, exp, log, tanh

from rankstrat.activation.record import Activation, Lemma, Z

root = 1 / sympy.sqrt(2)
lemma = Lemma("Guest 1", ("the singularities or exponents of distinct classes differ",), True)
linear = (Fraction(0), Fraction(1))
sech = Activation("sech", 1 / cosh(Z), "even", (), "even", lemma, (), (0,))
dgauss = Activation("dgauss", Z * exp(-Z**2), "odd", (), "odd", lemma, (0,), (-root, root))
logcosh = Activation("logcosh", log(cosh(Z)), "even", (), "even", lemma, (0,), (0,))
steps = Activation("steps", tanh(Z) + tanh(2 * Z), "odd", (), "odd", lemma, (0,), ())
bump = Activation("bump", 5 / (1 + exp(-Z)) + exp(-Z**2), "none", (), "none", lemma, (), ())
ramp = Activation("ramp", log(1 + exp(2 * Z)), "none", linear, "even", lemma, (), ())
"""
LIKE = {
    "sech": ("gaussian", "gaussian"),
    "dgauss": ("tanh", "tanh"),
    "logcosh": ("ztanh", "ztanh"),
    "steps": ("tanh", "tanh"),
    "bump": ("exp", None),
    "ramp": ("softplus", "softplus"),
}
"""A built-in activation of the same class, without and with biases."""

CASES = [(name, bias) for name, like in LIKE.items() for bias in (False, True) if like[bias]]
ASK = """
import json, sys
import rankstrat as rs
sys.path.insert(0, sys.argv[1])
from test_guests import CASES, verdicts
print(json.dumps([verdicts(*case) for case in CASES]))
"""


def verdicts(name, bias):
    """Ranks, strata and target sets of small networks with an activation."""
    two_layer = rs.families.two_layer
    model = two_layer(2, 2, name, bias=bias)
    values = {"a": [2, 1], "w": [[1, 2], [-1, -2]]} | ({"b": [3, -3]} if bias else {})
    hierarchy = rs.stratify(model)
    found = {
        "rank": int(rank_by_lemma(model.point(values))),
        "levels": [
            [int(level.rank), sorted(s.dimension for s in level.strata)]
            for level in hierarchy.levels
        ],
        "strata": [
            [int(s.rank), str(s.constancy.verdict), bool(bias and s.label[0][0])]
            for s in hierarchy.strata
        ],
        "targets": [],
    }
    for output_bias in (False, True):
        values = {"a": [2], "w": [[3]]} | ({"b": [1]} if bias else {})
        one = two_layer(1, 1, name, bias=bias, output_bias=output_bias)
        point = one.point(values | ({"c": 5} if output_bias else {}))
        target = rs.target_set(two_layer(3, 1, name, bias=bias, output_bias=output_bias), point)
        least = rs.optimistic_sample_size(target)
        branches = sorted([int(b.dimension), b.label] for b in target.branches)
        found["targets"].append(
            [branches, target.complete, least.lower, least.upper, str(least.minimal)]
        )
    return found


@pytest.fixture(scope="module")
def guests(tmp_path_factory):
    """The verdicts of the guests, known to the process by their entry points alone."""
    site = tmp_path_factory.mktemp("site")
    (site / "curves.py").write_text(MODULE, encoding="utf-8")
    info = site / "curves-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: curves\nVersion: 1.0\n")
    lines = "\n".join(f"{name} = curves:{name}" for name in LIKE)
    (info / "entry_points.txt").write_text(f"[rankstrat.activations]\n{lines}\n")
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(Path(__file__).parent)],
        cwd=site,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(site)])},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(zip(CASES, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize(("name", "bias"), CASES)
def test_a_guest_has_the_verdicts_of_its_class(guests, name, bias):
    expected = verdicts(LIKE[name][bias], bias)
    if name == "dgauss" and bias:
        # tanh has no flat place; sigma'(b) = 0 for z exp(-z^2) matters where w = 0, a != 0, b != 0
        expected["strata"] = [
            [rank, "OPEN" if dead else verdict, dead] for rank, verdict, dead in expected["strata"]
        ]
    assert guests[name, bias] == expected
    assert all(complete for _, complete, *_ in guests[name, bias]["targets"])


def records():
    space = {}
    exec(MODULE, space)
    return {name: space[name] for name in LIKE}


@pytest.mark.parametrize("name", LIKE)
def test_a_guest_obeys_the_laws(name):
    assert check_activation(records()[name])[-1] == "zeros"


@pytest.mark.parametrize("name", LIKE)
def test_strata_of_a_guest_have_the_rank_of_the_engine(name):
    hierarchy = rs.stratify(rs.families.two_layer(2, 1, records()[name], bias=True))
    for stratum in hierarchy.strata[::3]:
        point = hierarchy.source.point(stratum.label)
        assert model_rank(point).lower == int(stratum.rank)


def test_a_flat_bias_is_not_called_covered():
    # sigma = z exp(-z^2) and sigma' = 0 at b = 1/sqrt(2): a sigma(w x + b) at w = 0 has the rank 1
    model = rs.families.two_layer(1, 1, records()["dgauss"], bias=True)
    point = model.point(a=[2], w=[[0]], b=[1 / sympy.sqrt(2)])
    hierarchy = rs.stratify(model)
    assert int(model_rank(point)) == 1
    assert not hierarchy.complete and "sigma'(b) = 0 (2 values of b != 0)" in str(hierarchy)
    assert hierarchy.stratum_of(point).constancy.verdict is Verdict.OPEN


LEMMA = Lemma("Guest 1", ("Gaussian exponents of distinct classes differ",), True)
CUBIC = (Z**3 - Z) * sympy.exp(-(Z**2))
# sigma' = 0 where 2 z^4 - 5 z^2 + 1 = 0: at z^2 = (5 +- sqrt(17)) / 4, so |z| = 0.468..., 1.510...
FLAT = tuple(Between(Fraction(low, 4), Fraction(low + 1, 4)) for low in (1, 6, -2, -7))


@pytest.mark.parametrize("declared", [(None, None), ((0, 1, -1), None), ((0, 1, -1), FLAT)])
def test_zeros_away_from_0_leave_strata_and_targets_open(declared):
    # (z^3 - z) exp(-z^2) vanishes at b = 1, where a neuron with w = 0 carries no constant:
    # then a branch of the zero constant has b = 1, not only b = 0
    cubic = Activation("cubic", CUBIC, "odd", (), "odd", LEMMA, *declared)
    model = rs.families.two_layer(2, 1, cubic, bias=True)
    small = rs.families.two_layer(1, 1, cubic, bias=True)
    point = small.point(a=[1], w=[[1]], b=[2])
    assert not rs.stratify(small).complete
    assert not rs.target_set(model, point).complete
    # with an output bias every constant can be made, whatever the zeros are
    with_output = rs.families.two_layer(2, 1, cubic, bias=True, output_bias=True)
    assert rs.target_set(with_output, point).complete


def test_points_of_strata_avoid_the_special_biases():
    cubic = Activation("cubic", CUBIC, "odd", (), "odd", LEMMA, (0, 1, -1), FLAT)
    hierarchy = rs.stratify(rs.families.two_layer(1, 1, cubic, bias=True))
    for stratum in hierarchy.strata:
        points = [hierarchy.source.point(stratum.label, seed) for seed in range(8)]
        assert {model_rank(point).lower for point in points} == {int(stratum.rank)}


def test_lists_and_whole_numbers_are_welcome():
    one = Activation("mine", 1 + sympy.tanh(Z), "none", [1], "odd", LEMMA, [], [])
    assert one.polynomial_part == (Fraction(1),) and one.zeros == () and hash(one)
    assert rs.stratify(rs.families.two_layer(1, 1, one, bias=True)).complete


@pytest.mark.parametrize("given", [0, "0", Z, Between(0, 1)])
def test_zeros_error(given):
    with pytest.raises(FamilyError, match="a list of all real zeros"):
        Activation("mine", sympy.tanh(Z), "odd", (), "odd", LEMMA, given)


@pytest.mark.parametrize("given", [[0.5], "1", [Z]])
def test_polynomial_part_error(given):
    with pytest.raises(FamilyError, match="rational coefficients"):
        Activation("mine", sympy.tanh(Z), "odd", given)


@pytest.mark.parametrize("root", [0.5, Z, sympy.I, sympy.cbrt(2), "0", Between(1, 1)])
def test_root_error(root):
    with pytest.raises(FamilyError, match="Between"):
        Activation("mine", sympy.tanh(Z), "odd", (), "odd", LEMMA, (root,))


@pytest.mark.parametrize(
    ("formula", "zeros", "error"),
    [
        (sympy.tanh(Z), (0, 1), "vanish at z = 1"),
        (sympy.tanh(Z), (), "changes its sign"),
        (sympy.tanh(Z) - sympy.Rational(1, 2), (0,), "vanish at z = 0"),
        ((Z - 20) * sympy.exp(-(Z**2)), (), "changes its sign"),
    ],
)
def test_declared_zero_error(formula, zeros, error):
    with pytest.raises(FamilyError, match=error):
        has_only(formula, zeros, "sigma")


def test_zeros_of_functions():
    low, high = Fraction(-2), Fraction(-1)
    silu = Z / (1 + sympy.exp(-Z))
    assert has_only(silu, (0,), "silu")
    # the one minimum of silu is at -1.2784..., where exp(z) = -(1 + z)
    assert has_only(silu.diff(Z), (Between(low, high),), "silu'")
    assert not has_only(silu.diff(Z), (Between(high, Fraction(0)),), "silu'")
    assert has_only(Z**3 * sympy.exp(-(Z**2)), (0,), "triple")
    # zeros of sin beyond the interval that is enclosed are met by trying numbers
    with pytest.raises(FamilyError, match="changes its sign"):
        has_only(sympy.sin(Z / 4), (0,), "sin")
