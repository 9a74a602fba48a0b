"""Certificates of every kind of evidence, with the ranks that mathematics gives them."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

from functools import cache

import sympy
from sympy import Rational, cos, exp, log, sin, sqrt, tanh

from rankstrat.families import cp_factorization
from rankstrat.model.model import Model
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank, region_rank

a, b, c, u, v, w, x, y, z = sympy.symbols("a b c u v w x y z")
s = sympy.Function("s")
relu, softplus = (lambda t: sympy.Max(0, t)), (lambda t: log(1 + exp(t)))


def net(f, width=2):
    """sum a_i f(w_i x + b_i)."""
    symbols = [sympy.symbols(f"{letter}1:{width + 1}") for letter in "awb"]
    outputs = sum(p * f(q * x + r) for p, q, r in zip(*symbols))
    return Model(outputs, [symbol for block in symbols for symbol in block], [x])


@cache
def certificates() -> dict[str, tuple[RankCertificate, int]]:
    """Name -> certificate and rank, each rank derived by hand."""
    bump = sympy.Max(0, x**2 + y**2 - 10**7)
    piece = sympy.Piecewise((a * x + b, x > 0), (a * x**2, True))
    return {
        # a minor, and as many parameters
        "polynomial": (model_rank(Model(a * x + b * x**2, [a, b], [x]).point([1, 1])), 2),
        "generic tanh": (model_rank(net(tanh)), 6),
        # relations: a unit gives f, f', x f'; twins and mirrors repeat them
        "duplicate units": (model_rank(net(tanh).point([1, 2, 1, 1, 3, 3])), 3),
        "mirrored units": (model_rank(net(tanh).point([1, 2, 1, -1, 3, -3])), 3),
        "splitting": (model_rank(net(tanh).chart({"w2": sympy.Symbol("w1"), "b2": sympy.Symbol("b1")})), 3),
        "identity": (model_rank(Model(a * sin(x) ** 2 + b * cos(x) ** 2 + c, [a, b, c], [x]).point([1, 1, 1])), 2),
        "over coordinates": (model_rank(Model(a * b * x + c * (a + b) * x, [a, b, c], [x])), 1),
        "softplus": (model_rank(net(softplus).point([1, 2, 1, -1, 3, -3])), 5),
        # every tangent function is zero
        "zero": (model_rank(Model(a * b * x, [a, b], [x]).point([0, 0])), 0),
        # the outputs of a finite map
        "outputs": (model_rank(Model([a * b + c, a + b], [a, b, c]).point([1, 2, 3])), 2),
        "cubic map": (model_rank(Model([a * b, a * c, b * c, a], [a, b, c]).point([1, 0, 1])), 3),
        # balls
        "balls": (model_rank(Model(a * exp(x * exp(tanh(w))) + b * exp(x), [a, b, w], [x]).point([1, 1, 1])), 3),
        "exponentials": (model_rank(Model(a * exp(w * x) + b * x, [a, b, w], [x]).point({a: 1, b: 1, w: sqrt(2)})), 3),
        "root": (model_rank(Model(a * (sqrt(3) * x + exp(x)) + b * (x + exp(x)), [a, b], [x])), 2),
        # frozen parameters, one region, all regions, sampled regions
        "subset": (model_rank(Model(a * b * x, [a, b], [x]).point([1, 0]), subset=[0]), 0),
        "subset of a net": (model_rank(net(sin).point([1, 2, 1, 3, 1, 1]), subset=[0, 1, 2]), 3),
        "region": (region_rank(net(relu).point([1, 1, 1, 1, 0, -1]), [Rational(1, 2)]), 2),
        "regions": (model_rank(net(relu).point([1, 1, 1, 1, 0, -1])), 4),
        "sampled regions": (model_rank(Model(a * relu(x**2 - y) + 2 * b * relu(x**2 - y) + c * x, [a, b, c], [x, y]).point([1, 1, 1])), 2),
        "far away": (model_rank(Model(a * bump + b * x, [a, b], [x, y]).point([1, 1])), 2),
        "cases": (model_rank(Model(piece, [a, b], [x]).point([1, 1])), 2),
        # an unspecified function
        "unspecified": (model_rank(net(s).point([1, 2, 1, 1, 3, 3])), 3),
        "its derivative": (model_rank(Model(a * s(w) * x, [a, w], [x])), 1),
        # changes of scale and basis: tensors of rank 2 have a cone of dimension 2 (3 + 3 + 3 - 2)
        "tensors": (model_rank(cp_factorization([3, 3, 3], 2)), 14),
        # large primes only: the cone over the defective secant variety of four lines has dimension 14, not 15
        "defective tensors": (model_rank(cp_factorization([2, 2, 2, 2], 3)), 14),
        # sums of everything
        "two outputs": (model_rank(Model([a * exp(w * x), a * x + b], [a, b, w], [x]).point({a: 1, b: 0, w: 1})), 3),
        "rational": (model_rank(Model(a * (x**2 - 1) / (x - b) + c / (x + 1), [a, b, c], [x]).point([1, 1, 2])), 3),
    }  # fmt: skip


@cache
def texts() -> list[str]:
    """The certificates as `to_json` writes them."""
    return [certificate.to_json() for certificate, _ in certificates().values()]
