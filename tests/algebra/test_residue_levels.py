"""Evaluation by levels gives, residue for residue, what evaluation node by node gives."""

import numpy as np
import pytest
import sympy as sp

import rankstrat as rs
from rankstrat.algebra import residue_levels
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.modular import GF, Power
from rankstrat.algebra.power_tables import BadReductionError
from rankstrat.algebra.primes import SMALL, random_prime
from rankstrat.algebra.program import Program
from rankstrat.algebra.relations import leaf_values
from rankstrat.families import convolutional, fully_connected, matrix_factorization, two_layer
from rankstrat.rank.search import Analysis

a, b, w, x, y = sp.symbols("a b w x y")

MODELS = {
    "two_layer": two_layer(5, 2, bias=True, output_bias=True),
    "deep": fully_connected([2, 3, 3, 2], "tanh"),
    "matrices": matrix_factorization(3, 2, 4),
    "convolution": convolutional(2, 5, 3),
    "roots": rs.Model(
        [a * sp.sqrt(1 + x**2) + b * (2 + y**2) ** sp.Rational(1, 3)], [a, b], [x, y]
    ),
    "numbers": rs.Model(
        [a * sp.sin(sp.sqrt(2) * x + w) + sp.pi * b * sp.cos(x) ** -3], [a, b, w], [x]
    ),
}


def by_nodes(program, roots, field, leaves):
    values = [
        v.value if isinstance(v, Power) else v for v in evaluate(program, roots, field, leaves)
    ]
    return np.array([np.broadcast_to(v, field.count) for v in values]).T


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("seed", [0, 1])
def test_residues_are_those_of_single_nodes(name, seed, monkeypatch):
    monkeypatch.setattr(residue_levels, "FEW_NODES", 0)
    model = MODELS[name]
    rng = np.random.default_rng(seed)
    values = [sp.Rational(int(n), int(d)) for n, d in rng.integers(1, 30, (model.size, 2))]
    for chart in (model.point(values), model.generic()):
        tower = Analysis(chart, seed).tower
        found = 0
        for attempt in range(30):
            prime = random_prime(SMALL, seed, attempt)
            fields = GF(prime, 50), GF(prime, 50)
            try:
                leaves = [
                    leaf_values(tower, field, tower.roots, 7 + attempt, shared_below=2)
                    for field in fields
                ]
            except BadReductionError:
                continue
            found += 1
            wanted = by_nodes(tower.program, tower.roots, fields[0], leaves[0])
            got = residue_levels.columns(tower.program, tower.roots, fields[1], leaves[1])
            good = ~fields[0].poles
            np.testing.assert_array_equal(fields[0].poles, fields[1].poles)
            np.testing.assert_array_equal(got[good], wanted[good])
        assert found


@pytest.mark.parametrize("p", [3, 5, 101, 2097169, 4194301])
def test_inverses_powers_and_poles_at_every_residue(p):
    program = Program()
    leaf, other = program.leaf(("x", 0)), program.leaf(("x", 1))
    roots = [program.product([(leaf, e), (other, f)]) for e in (-3, -1, 1, 5) for f in (-2, 0, 1)]
    roots += [program.linear(1, [(-2, r), (3, leaf)]) for r in roots]
    count = min(p, 300)
    values = np.arange(count), (np.arange(count) * 17 + 1) % p
    fields = GF(p, count), GF(p, count)
    leaves = {leaf: values[0], other: values[1]}
    wanted = by_nodes(program, roots, fields[0], leaves)
    table = residue_levels._Table(program, roots, fields[1], leaves)
    np.testing.assert_array_equal(fields[0].poles, fields[1].poles)
    good = ~fields[0].poles
    assert 0 < good.sum() < count
    np.testing.assert_array_equal(residue_levels.unsigned(table.rows(roots), p)[good], wanted[good])


def test_long_sums_stay_exact():
    p, length = 4194301, 6000
    program = Program()
    leaves = [program.leaf(("x", k)) for k in range(length)]
    root = program.linear(p - 1, [(p // 2 - (k % 2), n) for k, n in enumerate(leaves)])
    values = {n: np.array([p // 2, p // 2 + 1, p - 1 - k]) for k, n in enumerate(leaves)}
    field = GF(p, 3)
    found = residue_levels.columns(program, [root], field, values)
    wanted = [
        (p - 1 + sum((p // 2 - (k % 2)) * int(values[n][s]) for k, n in enumerate(leaves))) % p
        for s in range(3)
    ]
    assert found[:, 0].tolist() == wanted


def test_logarithms_of_many_generators_stay_exact_whatever_stands_between_them():
    # 1/prod t_k with a residue in every 64th place: all logarithms, unreduced, exceed 2^53
    p, length = 4194301, 2048
    program, leaves = Program(), {}
    field = GF(p, 50)
    for k in range(length):
        plain = k % residue_levels.MOST_ADDED == residue_levels.MOST_ADDED - 1
        node = program.leaf(("t", k))
        leaves[node] = field.sample(k) if plain else field.sample_power(k, 1)
    root = program.product([(n, -1 if isinstance(v, Power) else 1) for n, v in leaves.items()])
    found = residue_levels.columns(program, [root], field, leaves)
    np.testing.assert_array_equal(found, by_nodes(program, [root], GF(p, 50), leaves))


def test_a_constant_denominator_that_vanishes_asks_for_another_prime():
    program = Program()
    shared, free = program.leaf(("u", 0)), program.leaf(("x", 0))
    root = program.product([(shared, -1), (free, 1)])
    with pytest.raises(BadReductionError):
        residue_levels._Table(program, [root], GF(101, 5), {shared: 0, free: np.arange(5)})
