r"""Critical points at infinity of two-layer networks: what a network tends to along an escape.

Where a neuron grows without bound, $\sigma(s(w \cdot x + b))$ tends to a step of two values on the
data; where two neurons meet with opposite output weights that grow, $\tfrac1{2\epsilon}
(\sigma(z + \epsilon \zeta) - \sigma(z - \epsilon \zeta)) \to \zeta \sigma'(z)$ with
$\zeta = v \cdot \tilde x$. A critical point of the limit model makes the gradient of the network
tend to 0 along the escape: derivatives in the weights of a step decay with $\sigma'$, those of the
pair are $O(\epsilon)$ because $\sum_i e_i \sigma'(z_i) \tilde x_i$ and
$\sum_i e_i \zeta_i \sigma''(z_i) \tilde x_i$ vanish.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from rankstrat.activation.record import Z
from rankstrat.dynamics.point_loss import Array
from rankstrat.model.model import Model

PER_PATTERN = 10
"""Starts that share one choice of steps."""


@dataclass(frozen=True)
class Limit:
    """A limit model on data.

    Attributes:
        model: neurons, steps and pairs; the values of the steps are further inputs.
        rows: exact inputs with the values of the steps.
        linear: how many of its parameters come first and enter linearly.
        needed: groups of parameters; where one group is 0, the function is one of a narrower
            network, and nothing is at infinity.
        text: what it consists of.
        starts: where to search from, shape (starts, parameters); linear ones are 0.
    """

    model: Model = field(repr=False)
    rows: tuple[tuple[Any, ...], ...] = field(repr=False)
    linear: int
    needed: tuple[tuple[int, ...], ...]
    text: str
    starts: Array = field(repr=False)


def limits(
    activation: Any, bias: bool, width: int, rows: Sequence[Sequence[Any]], starts: int, seed: Any
) -> Iterator[Limit]:
    """Limits of a network of some width, with steps and pairs in place of neurons.

    Args:
        activation: the `Activation` of the neurons.
        bias: whether they have a bias.
        width: their number; a pair counts as two.
        rows: exact inputs.
        starts: for each composition.
        seed: names the choices.
    """
    low, high = (sympy.limit(activation.formula, Z, s) for s in (-sympy.oo, sympy.oo))
    bounded = bool(low.is_finite) and bool(high.is_finite)
    x = np.array(rows, dtype=float)
    for pairs in range(min(1, width // 2) + 1):
        for steps in range(width - 2 * pairs + 1 if bounded else 1):
            neurons = width - 2 * pairs - steps
            if not pairs and not steps:
                continue
            rng = np.random.default_rng((*seed, width, pairs, steps))
            model = _model(activation, x.shape[1], bias, neurons, steps, pairs)
            linear = neurons + steps + pairs * (1 + x.shape[1] + bias)
            moving = neurons + pairs
            heights = [(neurons + j,) for j in range(steps)]
            last = tuple(range(neurons + steps + 1, linear))
            needed = (*heights, last) if pairs else tuple(heights)
            count = starts if not moving else starts // PER_PATTERN
            patterns = _patterns(x, steps, count, bool(low + high == 0), rng)
            for pattern in patterns:
                values = tuple(
                    (*row, *(high if on else low for on in ons))
                    for row, ons in zip(rows, pattern.T, strict=True)
                )
                count = 1 if not moving else starts if not steps else PER_PATTERN
                inner = _starts(x, moving, bias, count, rng)
                begin = np.concatenate([np.zeros((count, linear)), inner], axis=1)
                words = {"neuron": neurons, "step": steps, "pair": pairs}
                text = ", ".join(f"{n} {w}{'s' * (n > 1)}" for w, n in words.items() if n)
                yield Limit(model, values, linear, needed, text, begin)


@lru_cache(maxsize=64)
def _model(activation: Any, inputs: int, bias: bool, neurons: int, steps: int, pairs: int) -> Model:
    """Linear parameters first: output weights, heights of steps, A and v of pairs."""
    x = sympy.symbols(f"x1:{inputs + 1}", real=True)
    s = sympy.symbols(f"s1:{steps + 1}", real=True)
    a = sympy.symbols(f"a1:{neurons + 1}", real=True)
    c = sympy.symbols(f"c1:{steps + 1}", real=True)
    size = inputs + bias
    lifted = [*x, sympy.Integer(1)] if bias else list(x)
    first, outer, inner = sympy.Integer(0), [*a, *c], list[sympy.Symbol]()
    for j in range(neurons):
        w = sympy.symbols(f"w{j + 1}_1:{size + 1}", real=True)
        inner += w
        first += a[j] * activation.formula.subs(Z, _dot(w, lifted))
    for height, value in zip(c, s, strict=True):
        first += height * value
    slope = sympy.diff(activation.formula, Z)
    for j in range(pairs):
        top = sympy.Symbol(f"A{j + 1}", real=True)
        v = sympy.symbols(f"v{j + 1}_1:{size + 1}", real=True)
        w = sympy.symbols(f"u{j + 1}_1:{size + 1}", real=True)
        outer += [top, *v]
        inner += w
        z = _dot(w, lifted)
        first += top * activation.formula.subs(Z, z) + _dot(v, lifted) * slope.subs(Z, z)
    return Model(first, [*outer, *inner], [*x, *s], name=f"limit of width {neurons + steps}")


def _dot(a: Sequence[Any], b: Sequence[Any]) -> sympy.Expr:
    return sympy.Add(*(u * v for u, v in zip(a, b, strict=True)))


def _patterns(x: Array, steps: int, count: int, odd: bool, rng: np.random.Generator) -> list[Array]:
    """Distinct sets of half spaces on the data, (steps, n) truth values; one empty set for none.

    For an odd activation a step and its mirror image are one.
    """
    if not steps:
        return [np.zeros((0, len(x)), dtype=bool)]
    found: dict[bytes, Array] = {}
    for _ in range(max(1, count)):
        rows = []
        for _ in range(steps):
            heights = x @ rng.standard_normal(x.shape[1])
            order = np.unique(heights)
            place = int(rng.integers(len(order)))
            on = heights >= order[place]
            rows.append(~on if odd and not on[0] else on)
        rows.sort(key=lambda r: r.tobytes())
        pattern = np.array(rows)
        found.setdefault(pattern.tobytes(), pattern)
    return list(found.values())


def _starts(x: Array, moving: int, bias: bool, count: int, rng: np.random.Generator) -> Array:
    """Slopes log-uniform, kinks among the inputs, shape (count, moving * D)."""
    d = x.shape[1]
    size = 10 ** rng.uniform(-1.5, 1.2, (count, moving, 1))
    direction = rng.standard_normal((count, moving, d))
    w = direction / np.linalg.norm(direction, axis=2, keepdims=True) * size
    if bias:
        centre = rng.uniform(x.min(axis=0) - 1, x.max(axis=0) + 1, (count, moving, d))
        w = np.concatenate([w, -(w * centre).sum(axis=2, keepdims=True)], axis=2)
    return np.asarray(w.reshape(count, -1))


__all__ = ["Limit", "limits"]
