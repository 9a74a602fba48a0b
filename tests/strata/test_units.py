"""Interchangeable units of any model: heads, experts, Gaussians, components."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

import rankstrat as rs
from rankstrat.families import attention, cp_factorization
from rankstrat.strata import defaults
from rankstrat.strata.defaults import arrangement_of
from rankstrat.strata.units import unit_pairs, unit_parts


def texts(model, floats, tolerance=0.05):
    return [n.condition.text for n in rs.nearest_strata(model, floats, tolerance=tolerance)]


def test_two_equal_heads_are_found():
    model = attention(tokens=2, model_dim=2, head_dim=1, heads=2)
    head = np.array([[1.0], [2.0]])
    floats = {k: [head, head + 0.001] for k in "QKV"} | {"O": [[[1.0, 2.0]], [[3.0, 4.0]]]}
    (found,) = texts(model, floats)
    assert all(f"{b}1_{i}_1 = {b}2_{i}_1" in found for b in "QKV" for i in (1, 2))
    floats["O"] = [[[1.0, 2.0]], [[0.0, 0.0]]]
    assert "O2_1_1 = 0, O2_1_2 = 0" in texts(model, floats)


def test_the_same_heads_written_out_by_somebody():
    F = attention(tokens=2, model_dim=2, head_dim=1, heads=2)
    names = sympy.symbols(f"p0:{F.size}")
    renamed = dict(zip(F.parameters, names, strict=True))
    model = rs.Model([o.xreplace(renamed) for o in F.outputs], names, F.inputs)
    (pair,) = unit_pairs(model)
    assert {str(renamed[p]) for p in F.parameters if str(p)[1] == "1"} == set(map(str, pair.first))
    # linear in V and in O, not in Q and K
    assert {str(pair.first[k]) for k in pair.own} == {
        str(renamed[p]) for p in F.parameters if str(p)[:2] in ("Q1", "K1")
    }
    floats = {str(p): float(i + 1) for i, p in enumerate(names)}
    floats |= {str(q): floats[str(p)] + 1e-3 for p, q in zip(pair.first, pair.second, strict=True)}
    found = texts(model, floats, 0.02)
    equal = [f"{p} = {q}" for p, q in zip(pair.first, pair.second, strict=True)]
    assert ", ".join(equal[k] for k in pair.own) in found and ", ".join(equal) in found


def test_two_gaussians_and_two_experts():
    a, m, s, b, n, u, x = sympy.symbols("a m s b n u x")
    model = rs.Model(
        a * sympy.exp(-s * (x - m) ** 2) + b * sympy.exp(-u * (x - n) ** 2), [a, m, s, b, n, u], [x]
    )
    (pair,) = unit_pairs(model)
    assert [str(pair.first[k]) for k in pair.own] == ["m", "s"]
    floats = {"a": 1.0, "m": 2.0, "s": 3.0, "b": 5.0, "n": 2.001, "u": 3.001}
    assert "m = n, s = u" in texts(model, floats)
    merged = rs.stratum_of(model.point({a: 1, m: 2, s: 3, b: 5, n: 2, u: 3}))
    assert merged.dimension == 4 and merged.rank == 3


def test_families_name_the_parts_of_their_units():
    model = cp_factorization([2, 2, 2], 2)
    assert len(unit_parts(model)) == 6 and len(unit_pairs(model)) == 1


def test_merged_heads_are_a_stratum():
    model = attention(tokens=2, model_dim=1, head_dim=1, heads=2)
    point = model.point([1, 1, 2, 2, 3, 3, 4, 5])  # Q, K, V agree, O does not
    stratum = rs.stratum_of(point)
    assert stratum.dimension <= 5
    assert stratum.rank == 2  # one head: its score and its value


def test_two_equal_heads_of_several_are_near():
    """Three heads of dimension 2: the second is moved by 0.001 in each of its 24 parameters."""
    model = attention(tokens=2, model_dim=3, head_dim=2, heads=3)
    rng = np.random.default_rng(0)
    values = {name: rng.uniform(1, 2, shape) for name, shape in model.blocks.items()}
    for block in values.values():
        block[1] = block[0] + 0.001
    found = list(rs.nearest_strata(model, values, tolerance=0.1))
    assert [len(n.condition.text.split(", ")) for n in found] == [18, 24]
    assert [n.distance for n in found] == pytest.approx([0.001 * np.sqrt(k / 2) for k in (18, 24)])


def test_conditions_of_units_need_no_search_for_symmetries(monkeypatch):
    model = attention(tokens=2, model_dim=2, head_dim=1, heads=2)
    expected = [c.words.text for c in arrangement_of(model).given]
    monkeypatch.setattr(defaults, "_known_symmetries", lambda model: pytest.fail("searched"))
    assert [c.words.text for c in defaults.conditions_of(model)] == expected


def test_a_pole_does_not_lose_a_table():
    """Bateman: k = e is no point. F = 0 where a = 0 or k = 0; only the other derivative is left."""
    a, k, e, t = sympy.symbols("a k e t")
    output = a * k / (k - e) * (sympy.exp(-e * t) - sympy.exp(-k * t))
    H = rs.stratify(rs.Model(output, [a, k, e], [t]))
    ranks = {str(s.words): s.rank for s in H.strata}
    assert ranks["generic"] == 3 and ranks["a = 0"] == ranks["k = 0"] == 1
    assert ranks["a = k = 0"] == 0
    # 1 + b exp(-c t) vanishes at b = -1, c = 0 alone
    b, c = sympy.symbols("b c")
    G = rs.stratify(rs.Model(a / (1 + b * sympy.exp(-c * t)), [a, b, c], [t]))
    ranks = {str(s.words): s.rank for s in G.strata}
    assert ranks["generic"] == 3 and ranks["a = 0"] == 1 and ranks["b = c = 0"] == 1


@pytest.mark.parametrize(("columns", "turned"), [(1, "QK"), (1, "VO"), (2, "QKVO")])
def test_heads_that_agree_up_to_signs_are_near(columns, turned):
    """(W, -W): a column of Q and of K may change its sign, one of V with its row of O as well."""
    model = attention(tokens=2, model_dim=2, head_dim=columns, heads=2)
    rng = np.random.default_rng(1)
    values = {name: rng.uniform(1, 2, shape) for name, shape in model.blocks.items()}
    for name, block in values.items():
        block[1] = block[0] + 0.001
        if name in turned:
            place = block[1][:1] if name == "O" else block[1][:, :1]
            place *= -1
    found = list(rs.nearest_strata(model, values, tolerance=0.1))
    size = 8 * columns
    own = size - 2 * columns
    assert [len(n.condition.text.split(", ")) for n in found] == [own, size]
    assert [n.distance for n in found] == pytest.approx(
        [0.001 * np.sqrt(k / 2) for k in (own, size)]
    )
    assert ("= -" in found[0].condition.text) or ("+" in found[0].condition.text)


def test_a_difference_of_units_is_merged_up_to_signs():
    a, w, b, v, x = sympy.symbols("a w b v x")
    model = rs.Model(a * sympy.exp(w * x) - b * sympy.exp(v * x), [a, w, b, v], [x])
    (pair,) = unit_pairs(model)
    assert set(pair.turns) == {(-1, 1)} and {str(pair.first[k]) for k in pair.own} == {"w"}
    # alone x exp(w x) and exp(w x) are left
    assert rs.stratum_of(model.point([1, 2, 3, 2])).rank == 2
    assert rs.mappings.splitting(model).verdict is rs.Verdict.PROVED


@pytest.mark.parametrize("bias", [False, True])
def test_strata_of_odd_units_have_copies_with_signs(bias):
    """v1 = v2 and v1 = -v2 are one stratum up to symmetry, also in a model that is written out."""
    family = rs.families.two_layer(2, 1, bias=bias)
    names = sympy.symbols(f"p0:{family.size}")
    renamed = dict(zip(family.parameters, names, strict=True))
    skip = sympy.Symbol("skip")
    outputs = [o.xreplace(renamed) + skip * family.inputs[0] ** 2 for o in family.outputs]
    source = arrangement_of(rs.Model(outputs, [*names, skip], family.inputs))
    # different output weights: equal ones are a further condition
    values = {p: {"a1": 2, "a2": 5}.get(str(p), 3) for p in family.parameters}
    turned = {p: -v if str(p)[:2] in ("w2", "b2") else v for p, v in values.items()}
    merged, opposite = (source.model.point([*v.values(), 1]) for v in (values, turned))
    assert source.label_of(merged) == source.label_of(opposite)
    assert source.dimension(source.label_of(merged)) == source.model.size - 1 - bias
