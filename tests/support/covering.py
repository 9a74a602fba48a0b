"""Whether the strata of a model cover points with small values, each with the rank of the engine
and of the oracles.
"""

import random
from fractions import Fraction

import oracles

from rankstrat import families
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.strata import stratify


def oracle(structure, point):
    """The rank by the formulas of tests/support/oracles.py, where there is one."""
    a, w = list(point.arrays["a"]), [list(row) for row in point.arrays["w"]]
    b = list(point.arrays["b"]) if structure.bias else None
    name = structure.activation.name
    plain = {
        "tanh": oracles.rank_odd, "z2tanh": oracles.rank_odd_flat, "exp": oracles.rank_generic,
        "sigmoid": oracles.rank_sigmoid, "relu": oracles.rank_relu,
        "leaky_relu": lambda a, w: oracles.rank_leaky_relu(a, w, Fraction(1, 100)),
        "ztanh": lambda a, w: oracles.rank_even(a, w, value_at_zero=False),
        "cosh": lambda a, w: oracles.rank_even(a, w, value_at_zero=True),
        "square": lambda a, w: oracles.rank_monomial(a, w, 2),
    }  # fmt: skip
    biased = {
        "tanh": oracles.rank_tanh_bias,
        "sigmoid": oracles.rank_sigmoid_bias,
        "ztanh": oracles.rank_z_tanh_bias,
        "relu": oracles.rank_relu,
        "leaky_relu": lambda a, w, b: oracles.rank_leaky_relu(a, w, Fraction(1, 100), b),
        "exp": lambda a, w, b: (
            len({*map(tuple, w)}) + len(w[0]) * len({tuple(u) for u, x in zip(w, a) if x})
        ),
    }
    if b is None and name in plain:
        return plain[name](a, w)
    if b is not None and name in biased:
        return biased[name](a, w, b)
    return None


def special_points(model, count, seed=0):
    rng = random.Random(seed)
    for _ in range(count):
        yield model.point([rng.choice((-1, 0, 0, 1, 1, 2)) for _ in range(model.size)])


def check_covered(model, count, *, engine):
    """Every special point lies in one stratum of the list, whose rank is that of the point."""
    hierarchy = stratify(model)
    strata = {s.label: s for s in hierarchy.strata}
    assert len(strata) == len(hierarchy.strata)
    distinct = {point.raw: point for point in special_points(model, count)}
    for number, point in enumerate(distinct.values()):
        stratum = strata[hierarchy.stratum_of(point).label]
        reason = stratum.constancy.reason
        assert (
            stratum.verdict is Verdict.PROVED
            or "not differentiable" in reason
            or "sigma'(b) = 0" in reason
        )
        if isinstance(model.structure, families.two_layer(1, 1).structure.__class__):
            known = oracle(model.structure, point)
            # at a kink the oracle takes one convention for the derivative and the engine another
            assert known in (None, stratum.rank) or "not differentiable" in reason, str(point)
        if number < engine:
            assert model_rank(point).value == stratum.rank, str(point)
    return hierarchy
