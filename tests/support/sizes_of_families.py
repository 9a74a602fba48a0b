"""Every family at three sizes or more, and two-layer networks with every activation, small enough
for brute force.
"""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import rankstrat as rs
from rankstrat.families import (
    attention,
    convolutional,
    cp_factorization,
    deep_diagonal,
    deep_matrix_factorization,
    diagonal,
    framework,
    fully_connected,
    kan,
    linear,
    matrix_factorization,
    opt_example,
    polynomial_network,
    two_layer,
)

SIZES = {
    "attention": [attention(2, 1, 1), attention(3, 1, 1), attention(2, 1, 1, linear=True), attention(2, 1, 1, 2)],
    "convolutional": [convolutional(1, 3, 2), convolutional(1, 4, 2), convolutional(2, 2, 1), convolutional(2, 3, 2), convolutional(1, 3, 2, sharing=False)],
    "cp_factorization": [cp_factorization([2, 2], r) for r in (1, 2)]
    + [cp_factorization([2, 2, 2], 1)],
    "deep_diagonal": [deep_diagonal(1, 3), deep_diagonal(2, 2), deep_diagonal(2, 3)],
    "deep_matrix_factorization": [
        deep_matrix_factorization(widths) for widths in ([1, 1, 1], [2, 1, 2], [1, 2, 2, 1])
    ],
    "diagonal": [diagonal(n) for n in (1, 2, 3)],
    "framework": [framework(2, dimension=1), framework(3, dimension=1), framework(2), framework(3, [(1, 2), (2, 3)])],
    "fully_connected": [fully_connected(w, bias=False, output_bias=False) for w in ([1, 1, 1, 1], [1, 2, 1, 1], [1, 2, 1])],
    "kan": [kan(1, 1, 1), kan(2, 1, 1), kan(1, 2, 1), kan(1, 1, 2), kan(1, 1, 1, [0])],
    "linear": [linear(n) for n in (1, 2, 3)],
    "matrix_factorization": [matrix_factorization(*s) for s in ((1, 2, 1), (2, 1, 2), (2, 2, 2))],
    "opt_example": [opt_example()],
    "polynomial_network": [polynomial_network(w) for w in ([1, 1, 1], [1, 2, 1], [2, 2, 1], [1, 1, 1, 1])] + [polynomial_network([1, 2, 1], 3)],
    "two_layer": [two_layer(1, 1), two_layer(2, 2), two_layer(3, 1, bias=True)],
    "two_layer exp": [two_layer(m, 1, "exp", bias=True) for m in (1, 2, 3)],
    "two_layer relu": [two_layer(m, 1, "relu") for m in (1, 2, 3)],
}  # fmt: skip

ONE_SIZE = ("opt_example",)
"""Families without sizes."""

ACTIVATIONS = {
    f"activation {name}": [two_layer(1, 1, name, bias=True), two_layer(2, 1, name), two_layer(3, 1, name)]
    for name in sorted(rs.activations)
}  # fmt: skip
