r"""The neurons of a two-layer network, for the linear-time road to its rank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rankstrat.lemma import Neurons


def neurons(arrays: Mapping[str, Any]) -> Neurons:
    r"""$a_i \sigma(w_i \cdot x + b_i)$: every weight is a parameter of its own."""
    inputs = arrays["w"].shape[1]
    return Neurons.of(
        arrays["a"],
        arrays["w"],
        np.arange(inputs, dtype=np.int64),
        inputs,
        biases=arrays.get("b"),
        output_bias="c" in arrays,
    )
