"""Evaluation by levels gives what evaluation node by node gives."""

import numpy as np
import pytest

from rankstrat.algebra.batched import Batched
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.floats import FloatRing
from rankstrat.families import convolutional, fully_connected, matrix_factorization, two_layer

MODELS = {
    "two_layer": two_layer(5, 2, bias=True, output_bias=True),
    "relu": two_layer(3, 1, "relu", bias=True),
    "softplus": two_layer(3, 2, "softplus"),
    "deep": fully_connected([2, 3, 3, 2], "gelu"),
    "matrices": matrix_factorization(3, 2, 4),
    "convolution": convolutional(2, 5, 3),
}


@pytest.mark.parametrize("name", MODELS)
def test_values_are_those_of_single_nodes(name):
    compiled = MODELS[name].compiled
    program, rng, samples = compiled.program, np.random.default_rng(0), 7
    roots = (*compiled.outputs, *compiled.gradient)
    counts = {"p": len(compiled.parameters), "x": len(compiled.inputs), "mix": len(compiled.mixers)}
    leaves = {kind: rng.standard_normal((n, samples)) for kind, n in counts.items()}
    ring = FloatRing()
    values = {}
    for node in program.reachable(roots):
        key = program.data[node]
        if program.kind[node] == 1:
            values[node] = leaves[key[0]][key[1]] if key[0] in leaves else ring.leaf(key)
    expected = evaluate(program, roots, ring, values)
    found = Batched(program, roots)(leaves, samples)
    for row, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(row, np.broadcast_to(wanted, samples), rtol=1e-12, atol=1e-12)
