r"""Splitting a neuron at a critical point: the inertia of the Hessian on the whole line."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.mappings import splitting, transfer
from rankstrat.rank.verdict import Verdict
from rankstrat.samples import CriticalData, critical_data
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

Floats = NDArray[np.float64]

_DEFAULT = (
    (1, 1, "tanh", "1/4"),
    (1, 2, "tanh", "5/2"),
    (1, 2, "tanh", "1"),
    (2, 2, "tanh", "-1"),
    (2, 2, "sigmoid", "1/2"),
    (2, 2, "sigmoid", "0"),
    (3, 4, "tanh", "1/3"),
    (3, 7, "tanh", "3/2"),
)
_DEEP = (
    (2, 3, "tanh", "1/4"),
    (2, 3, "tanh", "-7/3"),
    (3, 3, "softplus", "1/4"),
    (3, 3, "softplus", "4"),
    (4, 8, "tanh", "1/5"),
    (4, 8, "tanh", "0"),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Narrow width m, inputs d, activation, the share alpha of the copy."""
    for m, d, activation, alpha in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"m": m, "d": d, "activation": activation, "alpha": alpha}


def data_of(case: Case, seed: int) -> CriticalData:
    """Data for which a random point of a network without biases is critical."""
    rng = source(case, seed)
    model = two_layer(case["m"], case["d"], case["activation"])
    point = model.point([Fraction(nonzero(rng, 12), 8) for _ in range(model.size)])
    return critical_data(point, scale=Fraction(1, 16), extra=6, seed=seed)


def predicted(case: Case, seed: int) -> int:
    """Negative eigenvalues of the narrow Hessian and of alpha (1 - alpha) G, from their
    formulas.
    """
    data = data_of(case, seed)
    z = sympy.Symbol("z")
    sigma = two_layer(1, 1, case["activation"]).outputs[0].subs({"a1": 1, "w1_1": 1, "x1": z})
    slopes = [sympy.lambdify(z, sigma.diff(z, k), "numpy") for k in range(3)]
    values = data.chart.arrays
    a, w = values["a"].astype(float), values["w"].astype(float)
    x = np.array(data.inputs, dtype=float)
    residual = np.array([float(e.mid()) for e in data.residual()])
    s0, s1, s2 = (np.broadcast_to(s(x @ w.T), (len(x), len(a))) for s in slopes)
    m, d = w.shape
    jacobian = np.hstack(
        [s0, (a * s1)[:, :, None].repeat(d, 2).reshape(len(x), -1) * np.tile(x, m)]
    )
    hessian = jacobian.T @ jacobian
    for k in range(m):
        place = slice(m + k * d, m + (k + 1) * d)
        mixed = (residual * s1[:, k]) @ x
        hessian[k, place] += mixed
        hessian[place, k] += mixed
        hessian[place, place] += _form(residual * a[k] * s2[:, k], x)
    alpha = Fraction(case["alpha"])
    line = float(alpha * (1 - alpha)) * _form(residual * a[0] * s2[:, 0], x)
    return _negative(hessian) + _negative(line)


def _form(weights: Floats, x: Floats) -> Floats:
    return (weights[:, None] * x).T @ x


def _negative(matrix: Floats) -> int:
    values = np.linalg.eigvalsh(matrix)
    return int((values < -1e-11 * max(1e-30, np.abs(values).max())).sum())


def computed(case: Case, seed: int) -> Computed:
    """The certified number of negative eigenvalues of the wide Hessian at the split point."""
    data = data_of(case, seed)
    mapping = splitting(data.chart.model)
    found = transfer(mapping, data, {"alpha": sympy.Rational(case["alpha"])}, seed=seed).after
    size = mapping.target.size
    known = found.verdict is Verdict.PROVED
    most = found.negative if known else size - found.positive - found.zero
    verdict = Verdict.PROVED if known else Verdict.OPEN
    return Computed(found.negative, most, verdict, size, str(found))


THEOREM = Theorem(
    name="splitting_line",
    title="Inertia of the Hessian along a splitting line",
    statement=(
        r"At a critical point split a neuron with output weight $a \neq 0$ into two with shares"
        r" $1 - \alpha$ and $\alpha$. The inertia $(+, 0, -)$ of the Hessian becomes its own plus"
        r" $(0, 1, 0)$ plus that of $\alpha(1 - \alpha)\,G$, $G = \sum_i e_i\,a\,\sigma''(z_i)\,x_i"
        r" x_i^\top$ with the residuals $e_i$."
    ),
    source="docs/proofs.md#splitting-line; FukumizuAmari2000 (minima)",
    keys=("FukumizuAmari2000", "EP2"),
    assumptions=(
        "squared loss; data for which a random point is exactly critical",
        "one output; the output weight of the neuron is not zero",
    ),
    formula=Math("n_-(H) + n_-(alpha (1-alpha) G)", r"n_-(H) + n_-(\alpha(1-\alpha)G)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="negative eigenvalues of the Hessian",
)
