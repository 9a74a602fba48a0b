"""A network that is written by hand has the symmetries of the family, in its own names."""

import pytest
import sympy

import rankstrat as rs
from rankstrat import families

u, v, p, q, x = sympy.symbols("u v p q x")
SWAP = {u: v, v: u, p: q, q: p}
KNOWN = {  # derived by hand: sigma is odd, even, homogeneous for positive factors, or nothing
    "tanh": (sympy.tanh, [{u: -u, p: -p}, {v: -v, q: -q}]),
    "cosh": (sympy.cosh, [{p: -p}, {q: -q}]),
    "exp": (sympy.exp, []),
    "softplus": (lambda z: sympy.log(1 + sympy.exp(z)), []),
}


def _as_set(group):
    return {frozenset(g.values.items()) for g in group}


@pytest.mark.parametrize("activation", KNOWN)
def test_the_group_is_that_of_the_family(activation):
    sigma, signs = KNOWN[activation]
    written = rs.Model(v * sigma(q * x) + u * sigma(p * x), [q, u, p, v], [x])
    own = _as_set(rs.symmetries(written))
    assert own == {frozenset(g.items()) for g in (SWAP, *signs)}
    family = families.two_layer(2, 1, activation=activation)
    names = dict(zip(family.parameters, (u, v, p, q), strict=True))
    assert own == {
        frozenset((names[old], new.xreplace(names)) for old, new in g.values.items())
        for g in rs.symmetries(family)
    }


def test_scalings_of_a_written_relu_network():
    written = rs.Model(u * sympy.Max(0, p * x) + v * sympy.Max(0, q * x), [u, v, p, q], [x])
    kinds = [g.kind for g in rs.symmetries(written)]
    assert sorted(kinds) == ["permutation", "scaling", "scaling"]
