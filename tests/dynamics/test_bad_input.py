"""Bad input to every public function of the laboratory is refused in three parts."""

import warnings

import numpy as np
import pytest
import sympy

import rankstrat as rs
from rankstrat.dynamics import Loss, PointLoss, Scheme, draw
from rankstrat.dynamics.conserved import conserved_forms
from rankstrat.dynamics.initial import M, condensed, displacement_exponent, e_et_al, regime
from rankstrat.dynamics.layered import LayeredScheme, displacement_exponents, layered_schemes
from rankstrat.dynamics.observables import clusters, cosines, displacement, sharpness, units
from rankstrat.dynamics.rates import least_positive_eigenvalue, quartic_constant
from rankstrat.errors import RankstratError

nan, inf, one = float("nan"), float("inf"), sympy.Integer(1)
net, small = rs.families.two_layer(2, 1, bias=True), rs.families.two_layer(1, 1)
x, y, t0 = [0.0, 1.0, 2.0], [1.0, 0.0, 2.0], np.full(6, 0.1)
L, pt, u = Loss(net, x, y), net.point([1, 0, 1, 2, 0, 0]), units(net, t0)
f, g, z = sympy.symbols("f g z")

BAD = {
    "loss nan": lambda: Loss(net, [nan, 1], [1, 2]),
    "loss empty": lambda: Loss(net, [], []),
    "loss shapes": lambda: Loss(net, [[1, 2]], [1]),
    "loss len": lambda: Loss(net, [1, 2], [1]),
    "loss str": lambda: Loss(net, "ab", "cd"),
    "loss none": lambda: Loss(net, None, None),
    "loss complex": lambda: Loss(net, [1j], [1]),
    "loss ragged": lambda: Loss(net, [[1], [2, 3]], [1, 2]),
    "loss kind": lambda: Loss(net, x, y, kind="hinge"),
    "loss kind none": lambda: Loss(net, x, y, kind=None),
    "loss scale": lambda: Loss(net, x, y, scale="big"),
    "loss scale list": lambda: Loss(net, x, y, scale=[1]),
    "loss decay nan": lambda: Loss(net, x, y, decay=nan),
    "keep 0": lambda: Loss(net, x, y, keep=0),
    "keep str": lambda: Loss(net, x, y, keep="a"),
    "observed": lambda: Loss(net, x, y, observed=[True]),
    "observed str": lambda: Loss(net, x, y, observed="abc"),
    "logistic": lambda: Loss(net, x, y, kind="logistic"),
    "logistic nan": lambda: Loss(net, x, [nan, 1, 1], kind="logistic"),
    "model": lambda: Loss("net", x, y),
    "value shape": lambda: L.value([1, 2]),
    "value str": lambda: L.value("abc"),
    "value none": lambda: L.value(None),
    "gradient 3d": lambda: L.gradient(np.zeros((1, 1, 6))),
    "hess": lambda: L.hessian([1]),
    "subset": lambda: L.subset([7]),
    "subset empty": lambda: L.subset([]),
    "subset str": lambda: L.subset("a"),
    "flow data": lambda: rs.gradient_flow(net, t0, ([nan], [1])),
    "flow data0": lambda: rs.gradient_flow(net, t0, ([], [])),
    "flow none": lambda: rs.gradient_flow(net, None, (x, y)),
    "flow start str": lambda: rs.gradient_flow(net, "ab", (x, y)),
    "flow start inf": lambda: rs.gradient_flow(net, [inf] * 6, (x, y)),
    "flow data triple": lambda: rs.gradient_flow(net, t0, (x, y, y)),
    "flow other loss": lambda: rs.gradient_flow(small, [1, 1], L),
    "flow model": lambda: rs.gradient_flow("m", t0, (x, y)),
    "flow stop": lambda: rs.gradient_flow(net, t0, (x, y), stop=3),
    "flow stop raising": lambda: rs.gradient_flow(net, t0, (x, y), stop=lambda t, p: "a"),
    "flow method": lambda: rs.gradient_flow(net, t0, (x, y), method=3),
    "flow budget nan": lambda: rs.gradient_flow(net, t0, (x, y), budget=nan),
    "flow chart": lambda: rs.gradient_flow(net, net.generic(), (x, y)),
    "flow other point": lambda: rs.gradient_flow(net, small.point([1, 1]), (x, y)),
    "gd steps": lambda: rs.gradient_descent(net, t0, (x, y), rate=0.1, steps=0),
    "gd mom": lambda: rs.gradient_descent(net, t0, (x, y), rate=0.1, steps=3, momentum=nan),
    "gd mom 2": lambda: rs.gradient_descent(net, t0, (x, y), rate=0.1, steps=3, momentum=2),
    "gd mom s": lambda: rs.gradient_descent(net, t0, (x, y), rate=0.1, steps=3, momentum="a"),
    "gd until": lambda: rs.gradient_descent(net, t0, (x, y), rate=0.1, steps=3, until=nan),
    "gd until s": lambda: rs.gradient_descent(net, t0, (x, y), rate=0.1, steps=3, until="a"),
    "adam until": lambda: rs.adam(net, t0, (x, y), rate=0.1, steps=3, until=None),
    "sgd batch": lambda: rs.stochastic_descent(net, t0, (x, y), rate=0.1, steps=3, batch=0),
    "sgd batch f": lambda: rs.stochastic_descent(net, t0, (x, y), rate=0.1, steps=3, batch=1.5),
    "sgd batch s": lambda: rs.stochastic_descent(net, t0, (x, y), rate=0.1, steps=3, batch="a"),
    "sgd seed": lambda: rs.stochastic_descent(
        net, t0, (x, y), rate=0.1, steps=3, batch=1, seed="a"
    ),
    "sgd mom": lambda: rs.stochastic_descent(
        net, t0, (x, y), rate=0.1, steps=3, batch=1, momentum=nan
    ),
    "sgd until": lambda: rs.stochastic_descent(
        net, t0, (x, y), rate=0.1, steps=3, batch=1, until="a"
    ),
    "draw s": lambda: draw(net, "foo"),
    "draw nan": lambda: draw(net, nan),
    "draw neg": lambda: draw(net, -1),
    "draw seed": lambda: draw(net, 1, -1),
    "draw seed s": lambda: draw(net, 1, "a"),
    "draw odd": lambda: draw(rs.families.two_layer(3, 1), 1, antisymmetric=True),
    "draw model": lambda: draw(3),
    "draw none": lambda: draw(net, None),
    "regime": lambda: regime("1", 0),
    "regime nan": lambda: regime(sympy.nan, 0),
    "regime oo": lambda: regime(sympy.oo, 0),
    "de": lambda: displacement_exponent(None, 0),
    "e": lambda: e_et_al("a"),
    "e2": lambda: e_et_al(0.5),
    "cond": lambda: condensed([1]),
    "scheme zero": lambda: Scheme("z", sympy.Integer(0), one, one).gamma,
    "scheme neg": lambda: Scheme("z", sympy.Integer(-1), one, one).gamma,
    "scheme neg at": lambda: Scheme("z", sympy.Integer(-1), one, one).at(2, 1),
    "scheme exp": lambda: Scheme("z", sympy.exp(M), one, one).gamma,
    "scheme exp r": lambda: Scheme("z", sympy.exp(M), one, one).regime,
    "scheme nan": lambda: Scheme("z", sympy.nan, one, one).gamma,
    "scheme at": lambda: Scheme("z", M, M, M).at("a", 1),
    "scheme at0": lambda: Scheme("z", M, M, M).at(0, 1),
    "ls": lambda: LayeredScheme("z", 0, (M, M)).gamma,
    "ls zero": lambda: LayeredScheme("z", 1, (0, M)).sizes,
    "ls exp": lambda: LayeredScheme("z", 1, (sympy.exp(M), M)).displacement,
    "ls nan": lambda: displacement_exponents([sympy.nan, 1]),
    "ls none2": lambda: displacement_exponents(None),
    "ls int": lambda: displacement_exponents(3),
    "ls sym": lambda: displacement_exponents([M, 1]),
    "lss": lambda: layered_schemes("3"),
    "ld": lambda: rs.limiting_directions("tanh", [], []),
    "ld nan": lambda: rs.limiting_directions("tanh", [nan], [1]),
    "ld len": lambda: rs.limiting_directions("tanh", [1, 2], [1]),
    "ld act": lambda: rs.limiting_directions("foo", [1], [1]),
    "ld relu": lambda: rs.limiting_directions("relu", [1], [1]),
    "ld float": lambda: rs.limiting_directions("tanh", [0.5], [1]),
    "ld str": lambda: rs.limiting_directions("tanh", ["a"], [1]),
    "ld ragged": lambda: rs.limiting_directions("tanh", [[1], [1, 2]], [1, 2]),
    "ld zero": lambda: rs.limiting_directions("tanh", [1, 2], [0, 0]),
    "ld seed": lambda: rs.limiting_directions(
        "z2tanh", [[1, 2], [2, 1], [3, 1]], [1, 2, 1], seed="a"
    ),
    "ld none": lambda: rs.limiting_directions(None, [1], [1]),
    "ld none2": lambda: rs.limiting_directions("tanh", None, [1]),
    "ld sym": lambda: rs.limiting_directions("tanh", [sympy.Symbol("q")], [1]),
    "cf none": lambda: rs.critical_functions(net, None, None),
    "cf float": lambda: rs.critical_functions(net, [0.5], [1]),
    "cf nan": lambda: rs.critical_functions(net, [sympy.nan], [1]),
    "cf sym": lambda: rs.critical_functions(net, [1], [sympy.Symbol("q")]),
    "cf wide": lambda: rs.critical_functions(net, [[1, 2]], [1]),
    "cf ragged": lambda: rs.critical_functions(net, [[1], [1, 2]], [1, 2]),
    "cf starts": lambda: rs.critical_functions(net, [1], [1], starts="a"),
    "cf seed": lambda: rs.critical_functions(net, [1], [1], seed="a"),
    "cf budget": lambda: rs.critical_functions(net, [1], [1], budget="a"),
    "cf budget nan": lambda: rs.critical_functions(net, [1, 2], [1, 2], budget=nan, starts=2),
    "cf model": lambda: rs.critical_functions(3, [1], [1]),
    "cf str": lambda: rs.critical_functions(net, "12", "12"),
    "cf complex": lambda: rs.critical_functions(net, [1], [sympy.I], starts=3),
    "mu rank": lambda: least_positive_eigenvalue(pt, [1, 2], "a"),
    "mu rank f": lambda: least_positive_eigenvalue(pt, [1, 2], 1.5),
    "mu rank -": lambda: least_positive_eigenvalue(pt, [1, 2], -1),
    "mu in": lambda: least_positive_eigenvalue(pt, [], 1),
    "mu nan": lambda: least_positive_eigenvalue(pt, [nan], 1),
    "mu pt": lambda: least_positive_eigenvalue(3, [1], 1),
    "mu gen": lambda: least_positive_eigenvalue(net.generic(), [1], 1),
    "mu scale": lambda: least_positive_eigenvalue(pt, [1], 1, scale="a"),
    "mu scale0": lambda: least_positive_eigenvalue(pt, [1], 1, scale=0),
    "mu none": lambda: least_positive_eigenvalue(pt, None, 1),
    "mu sym": lambda: least_positive_eigenvalue(pt, [sympy.sqrt(2)], 1),
    "c none": lambda: quartic_constant(pt, [1], None, [0]),
    "c cols": lambda: quartic_constant(pt, [1], [0, 0, 0, 0, 0, 1], ["a"]),
    "c cols f": lambda: quartic_constant(pt, [1], [0, 0, 0, 0, 0, 1], [0.5]),
    "c cols n": lambda: quartic_constant(pt, [1], [0, 0, 0, 0, 0, 1], None),
    "c dir": lambda: quartic_constant(pt, [1], [nan] * 6, [0]),
    "c sym": lambda: quartic_constant(pt, [1], [sympy.sqrt(2)] * 6, [0]),
    "units": lambda: units(net, [1]),
    "units none": lambda: units(net, None),
    "units nan": lambda: units(net, [nan] * 6),
    "units m": lambda: units(3, [1]),
    "cos": lambda: cosines(3),
    "clus": lambda: clusters(3),
    "clus nan": lambda: clusters(units(net, [nan] * 6)),
    "clus thr": lambda: clusters(u, threshold="a"),
    "clus thr2": lambda: clusters(u, threshold=2),
    "clus fin": lambda: clusters(u, finest=0),
    "clus zero": lambda: clusters(units(net, [0] * 6)),
    "act": lambda: u.active("a"),
    "disp": lambda: displacement(net, t0, [1]),
    "disp nan": lambda: displacement(net, t0, [nan] * 6),
    "sharp": lambda: sharpness(L, [1]),
    "sharp l": lambda: sharpness(3, [1]),
    "sharp nan": lambda: sharpness(L, [nan] * 6),
    "cons": lambda: conserved_forms(3),
    "pl": lambda: PointLoss.of("f", ["f"], ["y"]),
    "pl none": lambda: PointLoss.of(None, None, None),
    "pl sym": lambda: PointLoss.of(z, [f], [sympy.Symbol("y")]),
    "pl len": lambda: Loss(
        net, x, y, kind=PointLoss.of(f * g, [f, g], [sympy.Symbol("y"), z])
    ).value(t0),
    "exp": lambda: rs.experiment("nope"),
    "exp none": lambda: rs.experiment(None),
    "exp seed": lambda: rs.experiment("plateaus", seed=-1),
    "exp seed f": lambda: rs.experiment("plateaus", seed=0.5),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_error(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RankstratError, match=r".{20}"):
            BAD[name]()


DIVERGING = {
    "descent": lambda: rs.gradient_descent(net, t0, (x, y), rate=1e6, steps=30),
    "a rate near overflow": lambda: rs.gradient_descent(net, t0, (x, y), rate=1e308, steps=30),
    "adam": lambda: rs.adam(net, t0, (x, y), rate=1e300, steps=30),
    "batches": lambda: rs.stochastic_descent(net, t0, (x, y), rate=1e8, steps=30, batch=1),
}


@pytest.mark.parametrize("name", DIVERGING)
def test_what_diverges_keeps_what_it_has(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = DIVERGING[name]()
        assert run.plateaus() == ()
    assert "diverges" in run.reason and len(run.times) >= 1
    assert np.isfinite(run.points).all() and np.isfinite(run.losses).all()


def test_a_start_without_a_finite_loss_says_so():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for run in (
            rs.gradient_flow(net, [1e200] * 6, (x, y)),
            rs.gradient_descent(net, [1e200] * 6, (x, y), rate=0.1, steps=3),
        ):
            assert "not finite" in run.reason and len(run.times) == 1
