r"""The neurons of a convolutional network: padded translates of its kernels, kept sparse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.lemma import Neurons


def neurons(
    arrays: Mapping[str, Any], pixels: NDArray[np.int64], inputs: int, *, sharing: bool
) -> Neurons:
    r"""$a_{l,p}\,\sigma(\sum_\alpha K_{l,\alpha} x_{t(p,\alpha)} + b_l)$ for every kernel l and
    place p.

    Shared weights keep the parameter they come from as their owner.
    """
    kernels, (places, window) = len(arrays["a"]), pixels.shape
    outputs = arrays["a"].reshape(kernels * places)
    biases, owners = arrays.get("b"), None
    if sharing:
        weights = np.repeat(arrays["K"].reshape(kernels, window), places, axis=0)
        width = window + (biases is not None)
        biases = None if biases is None else np.repeat(biases, places)
        owners = np.repeat(np.arange(kernels * width).reshape(kernels, width), places, axis=0)
    else:
        weights = arrays["K"].reshape(kernels * places, window)
        biases = None if biases is None else biases.reshape(kernels * places)
    return Neurons.of(
        outputs,
        weights,
        np.tile(pixels, (kernels, 1)),
        inputs,
        biases=biases,
        owners=owners,
        output_bias="c" in arrays,
    )
