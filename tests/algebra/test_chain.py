"""Derivatives by the chain rule at residues are the residues of the derivatives as expressions."""

import random
from fractions import Fraction

import numpy as np
import pytest

from rankstrat.algebra import chain as chains
from rankstrat.algebra.chain import Chain
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.modular import GF
from rankstrat.algebra.program import Program

PRIME = 4194301


def symmetric(values, p):
    values = np.asarray(values, dtype=np.int64) % p
    return (values - (values > p // 2) * p).astype(np.float64)


def both(program, root, leaves, count=7, p=PRIME, seed=0):
    """Derivatives of a rational expression by the chain rule, and of the gradient as nodes."""
    rng = np.random.default_rng(seed)
    given = {
        n: rng.integers(1, p, count)
        for n in program.reachable((root, *leaves))
        if not program.args[n] and program.value(n) is None
    }
    field = GF(p, count)
    chain = Chain(program, root, leaves)
    nodes = list(chain.values)
    for node, place in chain.partials:
        pairs = zip(program.args[node], program.data[node], strict=True)
        powers = [(a, e - (i == place)) for i, (a, e) in enumerate(pairs)]
        nodes.append(program.product(powers, program.data[node][place]))
    values = evaluate(program, nodes, field, given)
    table = [np.broadcast_to(symmetric(v, p), count) for v in values]
    found = chain.derivatives(field, np.array(table).reshape(len(nodes), count))
    wanted = evaluate(program, program.gradient(root, leaves), field, given)
    return found, np.array([np.broadcast_to(v, count) for v in wanted]).T % p


def random_node(program, leaves, rng, size):
    nodes = list(leaves)
    for _ in range(size):
        some = [rng.choice(nodes) for _ in range(rng.randint(1, 5))]
        if rng.random() < 0.5:
            terms = [(rng.choice([1, 1, -1, 3, 10**9 + 7]), n) for n in some]
            nodes.append(program.linear(rng.randint(-2, 2), terms))
        else:
            nodes.append(program.product([(n, rng.choice([1, 1, 1, 2, -1])) for n in some]))
    return program.linear(0, [(1, n) for n in nodes[-3:]])


@pytest.mark.parametrize("seed", range(60))
def test_derivatives_are_those_of_expressions(seed, monkeypatch):
    monkeypatch.setattr(chains, "BLOCK", random.Random(seed).choice([1, 40, 1 << 18]))
    rng, program = random.Random(seed), Program()
    leaves = [program.leaf(("p", k)) for k in range(5)] + [program.leaf(("x", 0))]
    root = random_node(program, leaves, rng, rng.randint(1, 25))
    found, wanted = both(program, root, leaves[: rng.randint(1, 5)], seed=seed)
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("block", [1, 1 << 18])
def test_sums_of_many_large_products_stay_exact(block, monkeypatch):
    # v sum_k w x_k and exp(sum_k w x_k), all residues large and odd: more terms than fit
    # unreduced, in one operation or added one after another
    monkeypatch.setattr(chains, "BLOCK", block)
    program, count, half = Program(), 6001, PRIME // 2 - 1
    w, v = program.leaf(("p", 0)), program.leaf(("p", 1))
    inputs = [program.leaf(("x", k)) for k in range(count)]
    inner = program.linear(0, [(1, program.times(w, x)) for x in inputs])
    for root in (program.times(v, inner), program.function("exp", inner)):
        chain = Chain(program, root, [w])
        assert not chain.partials
        found = chain.derivatives(GF(PRIME, 3), np.full((len(chain.values), 3), float(half)))
        assert found.tolist() == [[count * half * half % PRIME]] * 3


@pytest.mark.parametrize("block", [1, 1 << 18])
def test_adjoints_that_add_up_stay_exact(block, monkeypatch):
    # sum_k x_k exp(w y): the adjoint of the exponential is the sum of all x_k
    monkeypatch.setattr(chains, "BLOCK", block)
    program, count, half = Program(), 6001, PRIME // 2 - 1
    w, y = program.leaf(("p", 0)), program.leaf(("p", 1))
    t = program.function("exp", program.times(w, y))
    inputs = [program.leaf(("x", k)) for k in range(count)]
    root = program.linear(0, [(1, program.times(t, x)) for x in inputs])
    chain = Chain(program, root, [w])
    found = chain.derivatives(GF(PRIME, 2), np.full((len(chain.values), 2), float(half)))
    assert found.tolist() == [[count * half * half * half % PRIME]] * 2


def test_coefficients_of_sums_are_residues_of_fractions():
    program = Program()
    w, x = program.leaf(("p", 0)), program.leaf(("x", 0))
    inner = program.linear(5, [(Fraction(2, 3), w), (1, x)])
    root = program.linear(0, [(Fraction(-1, 7), inner)])
    chain = Chain(program, root, [w])
    found = chain.derivatives(GF(PRIME, 2), np.zeros((0, 2)))
    assert found.tolist() == [[-2 * pow(21, -1, PRIME) % PRIME]] * 2


def test_leaves_that_do_not_occur_and_a_root_that_is_a_leaf():
    program = Program()
    w, v, x = (program.leaf(("p", k)) for k in range(3))
    empty = np.zeros((0, 2))
    assert Chain(program, x, [w, v]).derivatives(GF(PRIME, 2), empty).tolist() == [[0, 0]] * 2
    assert Chain(program, w, [w, v]).derivatives(GF(PRIME, 2), empty).tolist() == [[1, 0]] * 2
    constant = program.constant(3)
    assert Chain(program, constant, [w]).derivatives(GF(PRIME, 2), empty).tolist() == [[0]] * 2


def test_a_term_of_a_sum_that_occurs_elsewhere_too_keeps_its_own_adjoint():
    # f = t + 2 t^2 + w with t = w x: df/dw = x + 4 w x^2 + 1
    program = Program()
    w, x = program.leaf(("p", 0)), program.leaf(("x", 0))
    t = program.times(w, x)
    root = program.linear(0, [(1, t), (2, program.power(program.linear(1, [(1, t)]), 2)), (1, w)])
    found, wanted = both(program, root, [w])
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    ("name", "slope"),
    [("exp", lambda f: f), ("tanh", lambda f: 1 - f * f), ("tan", lambda f: 1 + f * f)],
)
def test_slopes_follow_from_values(name, slope):
    # a f(w x) by a and w: f and a x f'
    program = Program()
    a, w, x = program.leaf(("p", 0)), program.leaf(("p", 1)), program.leaf(("x", 0))
    value = program.function(name, program.times(w, x))
    root = program.times(a, value)
    chain = Chain(program, root, [a, w])
    half = PRIME // 2
    numbers = {a: half - 1, w: half - 2, x: half - 3, value: half}
    table = np.array([[float(numbers[n])] for n in chain.values])
    assert not chain.partials
    found = chain.derivatives(GF(PRIME, 1), symmetric(table, PRIME))
    assert found.tolist() == [[half, (half - 1) * (half - 3) * slope(half) % PRIME]]


def test_other_functions_ask_for_their_slopes():
    program = Program()
    w, x = program.leaf(("p", 0)), program.leaf(("x", 0))
    value = program.function("sin", program.times(w, x))
    chain = Chain(program, value, [w])
    assert chain.partials == [(value, 0)]
    assert chain.values == [x]
    # rows: x = 2, then cos = 9
    found = chain.derivatives(GF(PRIME, 1), np.array([[2.0], [9.0]]))
    assert found.tolist() == [[18]]
