"""Critical mappings: what is proved, what is refused, and both against finite differences at real
critical points.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import sympy

from rankstrat.errors import (
    FamilyError,
    InexactValueError,
    ModelError,
    NotCriticalError,
    NotOutputPreservingError,
    PointError,
    RankstratError,
)
from rankstrat.families import (
    deep_matrix_factorization,
    fully_connected,
    matrix_factorization,
    two_layer,
)
from rankstrat.mappings import compatible, insertion, null, splitting, steps, widening
from rankstrat.mappings.mapping import CriticalMapping, compose
from rankstrat.model.model import Model
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank

ACTIVATIONS = ("tanh", "sigmoid", "softplus")
SIGMA: dict[str, Callable[[Any], Any]] = {
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "softplus": lambda z: np.logaddexp(0, z),
}


def one_steps(depth: int, widest: int, inputs: int = 2) -> Iterator[tuple[list[int], int, int]]:
    """(widths, layer, unit) of every one-step widening inside widths <= widest; unit -1 is a null
    unit.
    """
    for hidden in itertools.product(range(1, widest + 1), repeat=depth - 1):
        for layer, m in enumerate(hidden, 1):
            if m < widest:
                for unit in range(-1, m):
                    yield [inputs, *hidden, 1], layer, unit


def one_step(widths: list[int], layer: int, unit: int, activation: str) -> CriticalMapping:
    model = fully_connected(widths, activation)
    return null(model, layer=layer) if unit < 0 else splitting(model, layer=layer, unit=unit)


ALL_STEPS = [(*s, a) for depth in (2, 3, 4) for s in one_steps(depth, 3) for a in ACTIVATIONS]


@pytest.mark.parametrize(("widths", "layer", "unit", "activation"), ALL_STEPS[::29])
def test_one_step_embeddings_are_proved_everywhere(
    widths: list[int], layer: int, unit: int, activation: str
) -> None:
    evidence = one_step(widths, layer, unit, activation).check()
    assert evidence.verdict is Verdict.PROVED
    assert evidence.everywhere


@pytest.mark.slow
def test_every_one_step_embedding_up_to_four_layers_and_width_3() -> None:
    assert len(ALL_STEPS) == 3 * sum(1 for d in (2, 3, 4) for _ in one_steps(d, 3))
    for widths, layer, unit, activation in ALL_STEPS:
        assert one_step(widths, layer, unit, activation).check().everywhere, (
            widths,
            layer,
            unit,
            activation,
        )


def test_K_is_the_matrix_of_the_chain_rule_checked_by_sympy() -> None:
    mapping = splitting(two_layer(width=2, inputs=1, bias=True), unit=1)
    replace = {p: sympy.Dummy(str(p)) for p in mapping.target.parameters}
    (output,) = mapping.target.outputs
    renamed = output.xreplace(replace)
    back = {replace[p]: v for p, v in mapping.values.items()}
    target = sympy.Matrix(
        [sympy.diff(renamed, replace[p]).xreplace(back) for p in mapping.target.parameters]
    )
    source = sympy.Matrix(
        [sympy.diff(mapping.source.outputs[0], p) for p in mapping.source.parameters]
    )
    assert sympy.simplify(target - sympy.Matrix(mapping.K) * source) == sympy.zeros(
        mapping.target.size, 1
    )


# Numbers: nothing below uses rankstrat's derivatives


def forward(
    widths: list[int], theta: np.ndarray, x: np.ndarray, sigma: Callable[[Any], Any]
) -> np.ndarray:
    """Outputs at the columns of x of a net with all biases, parameters W1, b1, W2, b2, ..."""
    h, start = x, 0
    for layer, (m, n) in enumerate(itertools.pairwise(widths), 1):
        w = theta[start : start + m * n].reshape(n, m)
        b = theta[start + m * n : start + m * n + n]
        start += m * n + n
        h = w @ h + b[:, None]
        if layer < len(widths) - 1:
            h = sigma(h)
    return h[0]


def differences(
    f: Callable[[np.ndarray], np.ndarray], theta: np.ndarray, step: float = 1e-5
) -> np.ndarray:
    return np.array(
        [(f(theta + step * e) - f(theta - step * e)) / (2 * step) for e in np.eye(theta.size)]
    ).T


def gradient_after(
    mapping: CriticalMapping,
    widths: list[int],
    wide: list[int],
    activation: str,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Change of outputs and gradient at P(theta); theta is made critical by y = f - e, e in ker
    J^T.
    """
    sigma = SIGMA[activation]
    theta = rng.normal(size=mapping.source.size)
    own = rng.normal(size=len(mapping.symbols))
    image = sympy.lambdify(
        [*mapping.source.parameters, *mapping.symbols], list(mapping.values.values()), "numpy"
    )
    beyond = np.array(image(*theta, *own), dtype=float)
    x = rng.normal(size=(widths[0], mapping.source.size + 4))
    f = forward(widths, theta, x, sigma)
    jacobian = differences(lambda t: forward(widths, t, x, sigma), theta)
    e = np.linalg.svd(jacobian)[0][:, -1]
    y = f - e

    def loss(t: np.ndarray) -> np.ndarray:
        return np.array([0.5 * np.sum((forward(wide, t, x, sigma) - y) ** 2)])

    return float(np.abs(forward(wide, beyond, x, sigma) - f).max()), float(
        np.abs(differences(loss, beyond)).max()
    )


def instances(count: int) -> Iterator[tuple[list[int], int, int, str]]:
    rng = np.random.default_rng(1)
    for i in rng.integers(0, len(ALL_STEPS), size=count):
        yield ALL_STEPS[i]


def check_instances(count: int) -> None:
    rng = np.random.default_rng(2)
    for widths, layer, unit, activation in instances(count):
        wide = [m + (k == layer) for k, m in enumerate(widths)]
        change, gradient = gradient_after(
            one_step(widths, layer, unit, activation), widths, wide, activation, rng
        )
        assert change < 1e-12
        assert gradient < 1e-6


def test_critical_points_go_to_critical_points_by_finite_differences() -> None:
    check_instances(25)


@pytest.mark.slow
def test_200_critical_points_go_to_critical_points_by_finite_differences() -> None:
    check_instances(200)


def test_the_finite_differences_see_a_mapping_that_is_not_critical() -> None:
    """The same measurement is not blind: a null unit with a new direction moves the gradient away
    from zero.
    """
    source, target = fully_connected([2, 2, 1]), fully_connected([2, 3, 1])
    values = dict(null(source).values)
    values[sympy.Symbol("W1_3_1")] = sympy.Symbol("delta")
    mapping = CriticalMapping(source, target, values)
    gradients = [
        gradient_after(mapping, [2, 2, 1], [2, 3, 1], "tanh", np.random.default_rng(s))[1]
        for s in range(5)
    ]
    assert max(gradients) > 1e-3
    with pytest.raises(NotCriticalError, match="dF_B/dW2_1_3 = tanh"):
        mapping.check()


# Refused


def sympy_net(width: int, bias: bool = False) -> Model:
    a, w, b = (sympy.symbols(f"{n}1:{width + 1}") for n in "awb")
    x = sympy.Symbol("x")
    output = sum(a[i] * sympy.tanh(w[i] * x + (b[i] if bias else 0)) for i in range(width))
    return Model(output, [*a, *w, *(b if bias else ())], [x])


A1, A2, W1, W2, B1, T = sympy.symbols("a1 a2 w1 w2 b1 t")
S = sympy.Symbol
X = S("x")
SQUARE, PLAIN = Model(S("u") ** 2 * X, [S("u")], [X]), Model(S("v") * X, [S("v")], [X])
WRONG: list[tuple[str, Callable[[], CriticalMapping], type[RankstratError]]] = [
    (
        "null unit with a new direction",
        lambda: CriticalMapping(sympy_net(1), sympy_net(2), {"a1": A1, "a2": 0, "w1": W1, "w2": T}),
        NotCriticalError,
    ),
    (
        "sigmoid null unit without output bias",
        lambda: null(two_layer(width=1, inputs=2, activation="sigmoid", bias=True)),
        NotCriticalError,
    ),
    (
        "tanh null unit, alpha not 0, no output bias",
        lambda: null(two_layer(width=2, inputs=1, bias=True), alpha=1),
        NotCriticalError,
    ),
    (
        "softplus null unit without any bias",
        lambda: null(two_layer(width=1, inputs=2, activation="softplus")),
        NotCriticalError,
    ),
    (
        "adding a bias at 0",
        lambda: CriticalMapping(sympy_net(1), sympy_net(1, True), {"a1": A1, "w1": W1, "b1": 0}),
        NotCriticalError,
    ),
    (
        "zero outgoing weight of a copy of half the direction",
        lambda: CriticalMapping(
            sympy_net(1), sympy_net(2), {"a1": A1, "a2": 0, "w1": W1, "w2": W1 / 2}
        ),
        NotCriticalError,
    ),
    (
        "unshared outgoing weights",
        lambda: CriticalMapping(
            sympy_net(1), sympy_net(2), {"a1": A1, "a2": A1, "w1": W1, "w2": W1}
        ),
        NotOutputPreservingError,
    ),
    (
        "shares that do not sum to 1",
        lambda: CriticalMapping(
            sympy_net(1), sympy_net(2), {"a1": T * A1, "a2": T * A1, "w1": W1, "w2": W1}
        ),
        NotOutputPreservingError,
    ),
    (
        "u^2 x into v x, which loses the tangent function at u = 0",
        lambda: CriticalMapping(SQUARE, PLAIN, {"v": S("u") ** 2}),
        NotCriticalError,
    ),
    (
        "matrix factorization with a new row direction",
        lambda: CriticalMapping(
            matrix_factorization(2, 1, 2),
            matrix_factorization(2, 2, 2),
            {
                "A": [[S("A1_1"), 0], [S("A2_1"), 0]],
                "B": [[S("B1_1"), S("B1_2")], [S("s"), S("t")]],
            },
        ),
        NotCriticalError,
    ),
    (
        "splitting the incoming weights of a product instead of a sum",
        lambda: CriticalMapping(
            sympy_net(1), sympy_net(2), {"a1": A1, "a2": A1, "w1": W1 / 2, "w2": W1 / 2}
        ),
        NotOutputPreservingError,
    ),
    (
        "identity of a net into a deeper tanh net",
        lambda: CriticalMapping(
            fully_connected([1, 1, 1]),
            fully_connected([1, 1, 1, 1]),
            {
                "W1": [[S("W1_1_1")]],
                "b1": [S("b1_1")],
                "W2": [[1]],
                "b2": [0],
                "W3": [[S("W2_1_1")]],
                "b3": [S("b2_1")],
            },
        ),
        NotOutputPreservingError,
    ),
]


@pytest.mark.parametrize(("build", "error"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_false_embeddings_are_refused(
    build: Callable[[], CriticalMapping], error: type[RankstratError]
) -> None:
    with pytest.raises(error):
        build().check()


def test_a_refusal_names_the_tangent_function_and_its_proof() -> None:
    with pytest.raises(
        NotCriticalError, match=r"dF_B/da2 = 1/2 leaves .* from 3 to 4 \(proved by a minor\)"
    ):
        null(two_layer(width=1, inputs=1, activation="sigmoid", bias=True)).check()


KINKS = sympy.symbols("a c x p q r s", real=True)


@pytest.mark.parametrize("kink", ["x**2*Max(0, q)", "x**2*Abs(q)", "Max(0, q*x)"])
def test_an_image_on_a_kink_is_refused(kink: str) -> None:
    a, _, x, p, q, *_ = KINKS
    extra = sympy.sympify(kink, locals={"q": q, "x": x})  # its one-sided slopes at q = 0 differ
    mapping = CriticalMapping(
        Model(a * x, [a], [x]), Model(p * x + extra, [p, q], [x]), {p: a, q: 0}
    )
    with pytest.raises(NotCriticalError, match="not differentiable"):
        mapping.check()


def test_kinks_that_cancel_have_another_slope() -> None:
    a, _, x, p, q, *_ = KINKS
    line = sympy.Max(0, q) - sympy.Max(0, -q)  # = q, so that dF_B/dq = x**2 leaves the span of x
    gap = Model(p * x + line * x**2, [p, q], [x])
    nothing = Model(p * x + (line - q) * x**2, [p, q], [x])  # = p x, whatever q is
    for target in (gap, nothing):
        evidence = CriticalMapping(Model(a * x, [a], [x]), target, {p: a, q: 0}).check()
        assert evidence.verdict is Verdict.OPEN and not evidence.smooth


def test_where_K_jumps_is_a_condition() -> None:
    a, c, x, p, q, r, s = KINKS
    source = Model(a * x + c * x**3, [a, c], [x])
    bump = sympy.Abs(q) - sympy.Abs(s)  # not differentiable at q = s = 0
    target = Model(p * x + (r + bump) * x**3, [p, r, q, s], [x])
    evidence = CriticalMapping(source, target, {p: a, q: a, s: a, r: c}).check()
    assert evidence.verdict is Verdict.PROVED
    assert [c.denominator for c in evidence.conditions] == [a] and not evidence.everywhere


def test_null_units_of_relu_networks_are_harmless_kinks() -> None:
    for layer in (1, 2):
        mapping = null(fully_connected([1, 2, 2, 1], "relu"), layer=layer, alpha=0)
        assert mapping.check().everywhere


def test_bad_input_is_named() -> None:
    net, wide = two_layer(width=1, inputs=1), two_layer(width=2, inputs=1)
    with pytest.raises(PointError, match="no value for the target parameter w2_1"):
        CriticalMapping(net, wide, {"a": [A1, 0], "w1_1": 1})
    with pytest.raises(ModelError, match="1 inputs and 1 outputs, the target 2 and 1"):
        CriticalMapping(net, two_layer(width=1, inputs=2), {})
    with pytest.raises(
        PointError, match="beta is not a symbol of this mapping; its symbols are alpha"
    ):
        splitting(net).chart(net.generic(), {"beta": 1})
    with pytest.raises(InexactValueError):
        splitting(net, alpha=0.5)
    with pytest.raises(PointError, match="input x1"):
        CriticalMapping(net, net, {"a1": sympy.Symbol("x1"), "w1_1": 1})
    with pytest.raises(FamilyError, match="unit 3 is not one of layer 1"):
        splitting(net, unit=3)
    with pytest.raises(FamilyError, match="not a hidden layer"):
        splitting(net, layer=2)
    with pytest.raises(FamilyError, match="widths must be"):
        splitting(net, two_layer(width=3, inputs=1))
    with pytest.raises(FamilyError, match="no layers that can be widened"):
        splitting(sympy_net(1))
    with pytest.raises(FamilyError, match="has no copy"):
        compatible(fully_connected([1, 2, 1]), fully_connected([1, 3, 1]), [[0, 0, None]])
    with pytest.raises(FamilyError, match="not a wider net"):
        widening(fully_connected([1, 2, 1]), fully_connected([1, 1, 1]))


# Laws


def test_compositions_associate_and_K_multiplies() -> None:
    first = splitting(fully_connected([2, 1, 1, 1]), layer=1)
    second = null(first.target, layer=2)
    third = splitting(second.target, layer=2, unit=0)
    left, right = compose(compose(third, second), first), compose(third, compose(second, first))
    assert left.symbols == right.symbols
    assert len(left.symbols) == 3
    assert all(sympy.expand(left.values[p] - right.values[p]) == 0 for p in left.values)
    assert left.K == right.K
    first, second = first.at({"alpha": sympy.Rational(1, 3)}), second.at({"alpha": 2})
    there = {p: first.values[p] for p in second.source.parameters}
    product = sympy.Matrix(second.K).xreplace(there) * sympy.Matrix(first.K)
    assert product == sympy.Matrix(compose(second, first).K)


def test_rank_along_a_splitting_is_preserved_and_bounded_by_the_mapping() -> None:
    mapping = splitting(two_layer(width=2, inputs=2, bias=True), alpha=sympy.Rational(1, 3))
    start = mapping.source.generic()
    image = mapping.chart(start)
    bound = mapping.bound(start)
    cert = model_rank(image, evidence=(bound,))
    assert int(cert) == int(model_rank(start)) == 8
    other = mapping.target.generic()
    assert not bound.holds(other)


def test_widening_is_affine_of_dimension_K() -> None:
    mapping = widening(fully_connected([2, 1, 2, 1]), fully_connected([2, 3, 3, 1]))
    assert mapping.evidence.everywhere
    jacobian = sympy.Matrix(list(mapping.values.values())).jacobian(mapping.symbols)
    assert jacobian.rank() == 3
    assert not jacobian.free_symbols & set(mapping.symbols)


@pytest.mark.parametrize(
    ("narrow", "wide", "indices"),
    [
        ([2, 2, 1], [2, 4, 1], [[0, 1, 1, None]]),
        ([2, 2, 2, 1], [2, 4, 4, 1], [[0, 1, 1, None], [0, 0, 1, None]]),
        ([2, 2, 2, 1], [2, 5, 5, 1], [[0, 1, 1, None, 0], [0, 0, 1, None, None]]),
        ([1, 1, 1, 1, 1], [1, 2, 2, 2, 1], [[0, 0], [None, 0], [0, 0]]),
    ],
)
@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_compatible_embeddings_have_the_degrees_of_freedom_of_the_count(
    narrow: list[int], wide: list[int], indices: Any, activation: str
) -> None:
    mapping = compatible(
        fully_connected(narrow, activation), fully_connected(wide, activation), indices
    )
    added = [n - m for m, n in zip(narrow, wide, strict=True)]
    assert len(mapping.symbols) == sum(added) + sum(k * j for j, k in itertools.pairwise(added))
    assert mapping.evidence.everywhere
    change, gradient = gradient_after(mapping, narrow, wide, activation, np.random.default_rng(0))
    assert change < 1e-11
    assert gradient < 1e-5


def test_compatible_without_biases_uses_sigma_of_zero() -> None:
    narrow, wide = (
        fully_connected([1, m, 1], "tanh", bias=False, output_bias=False) for m in (1, 3)
    )
    assert compatible(narrow, wide, [[0, 0, None]]).evidence.everywhere
    with pytest.raises(FamilyError, match=r"sigma\(0\) = 0"):
        compatible(
            *(fully_connected([1, m, 1], "sigmoid", bias=False, output_bias=False) for m in (1, 3)),
            [[0, 0, None]],
        )


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_inserting_a_linear_factor_is_critical_on_the_whole_space(layer: int) -> None:
    deeper = {0: [2, 3, 2, 3], 1: [2, 2, 2, 3], 2: [2, 2, 3, 3]}[layer]
    mapping = insertion(
        deep_matrix_factorization([2, 2, 3]), deep_matrix_factorization(deeper), layer=layer
    )
    assert mapping.evidence.everywhere
    assert all(k.is_polynomial() for k in mapping.evidence.entries.values())


@pytest.mark.parametrize(
    "model", [matrix_factorization(2, 2, 3), deep_matrix_factorization([2, 2, 2, 3])]
)
def test_factorizations_split_and_take_null_units(model: Model) -> None:
    assert splitting(model).evidence.everywhere
    assert null(model).evidence.everywhere


def test_relu_splits_too() -> None:
    assert splitting(fully_connected([2, 2, 2, 1], "relu"), layer=1).evidence.everywhere


def test_sigmoid_net_as_a_tanh_net_goes_through_the_tower() -> None:
    """sigma(z) = 1/2 + tanh(z/2)/2: equal functions with no equal node, and rows of K with a
    shift.
    """
    source, target = fully_connected([1, 1, 1], "sigmoid"), fully_connected([1, 1, 1], "tanh")
    w, b, a, c = source.parameters
    mapping = CriticalMapping(
        source, target, {"W1": [[w / 2]], "b1": [b / 2], "W2": [[a / 2]], "b2": [c + a / 2]}
    )
    assert mapping.evidence.everywhere
    assert "tower" in mapping.evidence.roads.values()
    assert [list(mapping.K.row(i)) for i in range(4)] == [
        [2, 0, 0, 0],
        [0, 2, 0, 0],
        [0, 0, 2, -1],
        [0, 0, 0, 1],
    ]


def test_steps_may_split_a_new_unit_again() -> None:
    mapping = steps(two_layer(width=1, inputs=1), [(1, 0), (1, 1), (1, 1)])
    assert len(mapping.symbols) == 3
    assert mapping.evidence.everywhere


def test_a_probable_rank_does_not_become_a_proof_along_a_mapping() -> None:
    """Whether (e^x + 1)^N (e^x - 1)^N = (e^2x - 1)^N is beyond the zero test for large N."""
    x, t1, t2, u1, u2 = sympy.symbols("x t1 t2 u1 u2")
    above, below = (sympy.exp(x) + 1) ** 5000, (sympy.exp(x) - 1) ** 5000
    both = (sympy.exp(2 * x) - 1) ** 5000
    source = Model(t1 * above * below + t2 * both, [t1, t2], [x])
    target = Model(u1 * above * below + u2 * both, [u1, u2], [x])
    mapping = CriticalMapping(source, target, {u1: t1, u2: t2})
    assert model_rank(source.generic()).verdict is Verdict.PROBABLE
    found = model_rank(mapping.chart(source.generic()), evidence=[mapping.bound(source.generic())])
    assert found.verdict is Verdict.PROBABLE and found.upper == 1
