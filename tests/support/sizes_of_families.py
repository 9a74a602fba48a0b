"""Every family at three sizes or more, small enough for brute force."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

from rankstrat.families import (
    attention,
    convolutional,
    cp_factorization,
    deep_diagonal,
    deep_matrix_factorization,
    diagonal,
    fully_connected,
    linear,
    matrix_factorization,
    two_layer,
)

SIZES = {
    "attention": [attention(2, 1, 1), attention(3, 1, 1), attention(2, 1, 1, linear=True)],
    "convolutional": [convolutional(1, 3, 2), convolutional(1, 4, 2), convolutional(2, 2, 1)],
    "cp_factorization": [cp_factorization([2, 2], r) for r in (1, 2)]
    + [cp_factorization([2, 2, 2], 1)],
    "deep_diagonal": [deep_diagonal(1, 3), deep_diagonal(2, 2), deep_diagonal(2, 3)],
    "deep_matrix_factorization": [
        deep_matrix_factorization(widths) for widths in ([1, 1, 1], [2, 1, 2], [1, 2, 2, 1])
    ],
    "diagonal": [diagonal(n) for n in (1, 2, 3)],
    "fully_connected": [fully_connected(w, bias=False, output_bias=False) for w in ([1, 1, 1, 1], [1, 2, 1, 1], [1, 2, 1])],
    "linear": [linear(n) for n in (1, 2, 3)],
    "matrix_factorization": [matrix_factorization(*s) for s in ((1, 2, 1), (2, 1, 2), (2, 2, 2))],
    "two_layer": [two_layer(1, 1), two_layer(2, 2), two_layer(3, 1, bias=True)],
    "two_layer exp": [two_layer(m, 1, "exp", bias=True) for m in (1, 2, 3)],
    "two_layer relu": [two_layer(m, 1, "relu") for m in (1, 2, 3)],
}  # fmt: skip
