"""What a family builds without symbols is what it writes with them."""

from __future__ import annotations

import pytest

import rankstrat as rs
from rankstrat.algebra.translate import translate
from rankstrat.model.structure import Assembled

F = rs.families
MODELS = {
    "two-layer": lambda: F.two_layer(3, 2, "tanh", bias=True, output_bias=True),
    "deep": lambda: F.fully_connected([2, 3, 2, 2], "sigmoid"),
    "convolution": lambda: F.convolutional(2, 4, 2, bias=True, output_bias=True),
    "plane convolution": lambda: F.convolutional(2, 3, 2, dimension=2, activation="relu"),
    "own kernels": lambda: F.convolutional(2, 3, 2, sharing=False, bias=True, activation="sin"),
    "own kernels in the plane": lambda: F.convolutional(1, 3, 2, dimension=2, sharing=False),
    "one window": lambda: F.convolutional(1, 2, 2),
    "attention": lambda: F.attention(2, 3, 2, heads=2),
    "attention of one token": lambda: F.attention(1, 2, 1),
    "linear attention": lambda: F.attention(2, 2, 3, linear=True),
    "scaled attention": lambda: F.attention(2, 2, 1, scale="2/3"),
    "product": lambda: F.matrix_factorization(2, 3, 4),
    "deep product": lambda: F.deep_matrix_factorization([2, 3, 1, 2]),
    "one factor": lambda: F.deep_matrix_factorization([2, 3]),
    "tensor": lambda: F.cp_factorization([2, 3, 2], 2),
    "KAN": lambda: F.kan(2, 2, degree=2, knots=[0, "1/2"]),
    "polynomial KAN": lambda: F.kan(2, 1, degree=3),
    "polynomial network": lambda: F.polynomial_network([2, 3, 1], degree=3, bias=True),
    "diagonal": lambda: F.diagonal(3),
    "deep diagonal": lambda: F.deep_diagonal(3, 3),
    "framework": lambda: F.framework(4, dimension=3),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_nodes_are_those_of_the_expressions(name):
    """Equal nodes of one hash-consed program are equal functions."""
    model = MODELS[name]()
    assert isinstance(model.structure, Assembled)
    compiled = model.compiled
    leaves = dict(
        zip(
            (*model.parameters, *model.inputs),
            (*compiled.parameters, *compiled.inputs),
            strict=True,
        )
    )
    assert translate(compiled.program, list(model.outputs), leaves) == list(compiled.outputs)
    assert model.output_count == len(model.outputs)
