r"""Outputs and derivatives of a model at many parameters and samples, in floats.

`ProgramKernel` serves every model by its program. `NeuronKernel` serves sums of neurons
$\sum_j a_j \sigma(w_j \cdot x + b_j) + c$ by matrix products: the same numbers, an order of
magnitude sooner, and Hessians of wider networks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rankstrat.activation.record import Z
from rankstrat.algebra.batched import Batched
from rankstrat.algebra.program import Program
from rankstrat.algebra.translate import translate
from rankstrat.dynamics.point_loss import Array
from rankstrat.families import build
from rankstrat.model.model import Model
from rankstrat.model.structure import HasNeurons

AGREE = 1e-9


@dataclass(frozen=True)
class Evaluation:
    """Outputs at all trials and samples, and how to pull their slopes back.

    Attributes:
        outputs: shape (trials, n, q).
        pull: slopes of shape (trials, n, q) -> the gradient in the parameters, (trials, M).
    """

    outputs: Array
    pull: Callable[[Array], Array]


class Kernel(Protocol):
    """Outputs and derivatives at parameters of shape (trials, M) and inputs of shape (n, d)."""

    largest: int
    """The number of parameters up to which second derivatives are formed."""

    def evaluate(self, thetas: Array, inputs: Array) -> Evaluation:
        """Outputs, and the pullback of slopes."""

    def jacobian(self, thetas: Array, inputs: Array) -> Array:
        """Shape (trials, n, q, M)."""

    def curvature(self, thetas: Array, inputs: Array, slopes: Array) -> Array:
        r"""$\sum_{ik} s_{ik} \nabla^2 F_k(x_i)$ for slopes (trials, n, q), shape (trials, M, M)."""


class ProgramKernel:
    """Any model, by its program."""

    largest = 400

    def __init__(self, model: Model) -> None:
        self.model, self.q = model, model.output_count

    @cached_property
    def _outputs(self) -> Batched:
        compiled = self.model.compiled
        return Batched(compiled.program, compiled.outputs)

    @cached_property
    def _both(self) -> Batched:
        compiled = self.model.compiled
        return Batched(compiled.program, (*compiled.outputs, *compiled.gradient))

    @cached_property
    def _second(self) -> tuple[Batched, NDArray[np.intp], NDArray[np.intp]]:
        """The second derivatives that are not zero, and where they stand (upper triangle)."""
        compiled = self.model.compiled
        program, nodes, rows, columns = compiled.program, list[int](), list[int](), list[int]()
        for i, g in enumerate(compiled.gradient):
            found = compiled.derivatives(g, compiled.parameters[i:])
            for j, node in enumerate(found, start=i):
                if node != program.zero:
                    nodes.append(node)
                    rows.append(i)
                    columns.append(j)
        return Batched(program, nodes), np.array(rows, np.intp), np.array(columns, np.intp)

    def _leaves(self, thetas: Array, inputs: Array, mixers: Array | None) -> dict[str, Array]:
        """Leaf values: one column for each trial and sample."""
        n = len(inputs)
        leaves = {
            "p": np.repeat(thetas.T, n, axis=1) if len(thetas) > 1 else thetas.T,
            "x": np.tile(inputs.T, (1, len(thetas))),
        }
        if mixers is not None and self.q > 1:
            leaves["mix"] = mixers.reshape(-1, self.q).T
        return leaves

    def evaluate(self, thetas: Array, inputs: Array) -> Evaluation:
        """Outputs, and the pullback of slopes."""
        trials, n = len(thetas), len(inputs)
        if self.q == 1:
            table = self._both(self._leaves(thetas, inputs, None), trials * n)
            outputs = table[:1].T.reshape(trials, n, 1)

            def pull(slopes: Array) -> Array:
                weighted = table[1:] * slopes.ravel()
                return np.asarray(weighted.reshape(-1, trials, n).sum(axis=2).T)

            return Evaluation(outputs, pull)
        found = self._outputs(self._leaves(thetas, inputs, None), trials * n)

        def pull_mixed(slopes: Array) -> Array:
            mixed = self._both(self._leaves(thetas, inputs, slopes), trials * n)[self.q :]
            return np.asarray(mixed.reshape(-1, trials, n).sum(axis=2).T)

        return Evaluation(found.T.reshape(trials, n, self.q), pull_mixed)

    def jacobian(self, thetas: Array, inputs: Array) -> Array:
        """Shape (trials, n, q, M)."""
        trials, n = len(thetas), len(inputs)
        found = np.empty((trials * n, self.q, self.model.size))
        for k in range(self.q):
            mixers = np.zeros((trials * n, self.q))
            mixers[:, k] = 1
            table = self._both(self._leaves(thetas, inputs, mixers), trials * n)
            found[:, k] = table[self.q :].T
        return found.reshape(trials, n, self.q, self.model.size)

    def curvature(self, thetas: Array, inputs: Array, slopes: Array) -> Array:
        r"""$\sum_{ik} s_{ik} \nabla^2 F_k(x_i)$, shape (trials, M, M)."""
        trials, n, size = len(thetas), len(inputs), self.model.size
        batch, rows, columns = self._second
        table = batch(self._leaves(thetas, inputs, slopes), trials * n)
        if self.q == 1:
            table = table * slopes.ravel()
        entries = table.reshape(-1, trials, n).sum(axis=2).T
        result = np.zeros((trials, size, size))
        result[:, rows, columns] = entries
        result[:, columns, rows] = entries
        return result


class NeuronKernel:
    r"""$\sum_j a_j \sigma(w_j \cdot x + b_j) + c$ by matrix products."""

    largest = 2000

    def __init__(self, model: Model, activation: Any) -> None:
        self.width, self.inputs = model.blocks["w"]
        self.bias, self.constant = "b" in model.blocks, "c" in model.blocks
        self.size = model.size
        program = Program()
        z = program.leaf(("z", 0))
        (value,) = translate(program, [activation.formula], {Z: z})
        first = program.gradient(value, [z])[0]
        second = program.gradient(first, [z])[0]
        self._value = Batched(program, [value, first])
        self._second = Batched(program, [value, first, second])

    def _lifted(self, inputs: Array) -> Array:
        """x, or (x, 1) with biases, shape (n, D)."""
        if not self.bias:
            return inputs
        return np.concatenate([inputs, np.ones((len(inputs), 1))], axis=1)

    def _split(self, thetas: Array) -> tuple[Array, Array, Array]:
        """a of shape (trials, m), v = (w, b) of shape (trials, m, D), c of shape (trials,)."""
        m, d = self.width, self.inputs
        a, v = thetas[:, :m], thetas[:, m : m + m * d].reshape(-1, m, d)
        if self.bias:
            v = np.concatenate([v, thetas[:, m + m * d : 2 * m + m * d, None]], axis=2)
        return a, v, thetas[:, -1] if self.constant else np.zeros(len(thetas))

    def joined(self, outer: Array, inner: Array, last: Array) -> Array:
        """The order of the parameters, from parts of shapes (..., m), (..., m, D), (...)."""
        shape = outer.shape[:-1]
        parts = [outer, inner[..., : self.inputs].reshape(*shape, -1)]
        if self.bias:
            parts.append(inner[..., -1])
        if self.constant:
            parts.append(last[..., None])
        return np.concatenate(parts, axis=-1)

    def _units(self, batch: Batched, v: Array, lifted: Array) -> Array:
        """sigma and derivatives at all neurons, shape (orders, trials, n, m)."""
        z = np.matmul(lifted, v.transpose(0, 2, 1))
        return batch({"z": z.reshape(1, -1)}, z.size).reshape(-1, *z.shape)

    def evaluate(self, thetas: Array, inputs: Array) -> Evaluation:
        """Outputs, and the pullback of slopes."""
        (a, v, c), lifted = self._split(thetas), self._lifted(inputs)
        s, slope = self._units(self._value, v, lifted)
        outputs = np.matmul(s, a[:, :, None]) + c[:, None, None]

        def pull(slopes: Array) -> Array:
            outer = np.matmul(slopes.transpose(0, 2, 1), s)[:, 0]
            moved = slope * slopes
            inner = np.matmul(moved.transpose(0, 2, 1), lifted) * a[:, :, None]
            return self.joined(outer, inner, slopes.sum(axis=(1, 2)))

        return Evaluation(outputs, pull)

    def jacobian(self, thetas: Array, inputs: Array) -> Array:
        """Shape (trials, n, 1, M)."""
        (a, v, _), lifted = self._split(thetas), self._lifted(inputs)
        s, slope = self._units(self._value, v, lifted)
        inner = (slope * a[:, None, :])[..., None] * lifted[None, :, None, :]
        return self.joined(s, inner, np.ones(s.shape[:2]))[:, :, None, :]

    @cached_property
    def _places(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Where a (m,) and v (m, D) stand among the parameters."""
        m, d = self.width, self.inputs
        inner = m + np.arange(m * d).reshape(m, d)
        if self.bias:
            inner = np.column_stack([inner, m + m * d + np.arange(m)])
        return np.arange(m), inner

    def curvature(self, thetas: Array, inputs: Array, slopes: Array) -> Array:
        r"""$\sum_i s_i \nabla^2 F(x_i)$, shape (trials, M, M)."""
        (a, v, _), lifted = self._split(thetas), self._lifted(inputs)
        _, first, second = self._units(self._second, v, lifted)
        mixed = np.matmul((first * slopes).transpose(0, 2, 1), lifted)
        squares = (lifted[:, :, None] * lifted[:, None, :]).reshape(len(lifted), -1)
        bent = np.matmul((second * slopes).transpose(0, 2, 1), squares) * a[:, :, None]
        return self.blocks(mixed, bent)

    def blocks(self, mixed: Array, bent: Array) -> Array:
        """The symmetric matrix with blocks (a_j, v_j), (trials, m, D), and (v_j, v_j), D x D."""
        (outer, inner), dimension = self._places, mixed.shape[2]
        result = np.zeros((len(mixed), self.size, self.size))
        result[:, outer[:, None], inner] = mixed
        result[:, inner, outer[:, None]] = mixed
        result[:, inner[:, :, None], inner[:, None, :]] = bent.reshape(
            len(mixed), -1, dimension, dimension
        )
        return result

    def units(self, thetas: Array, inputs: Array) -> tuple[Array, ...]:
        """a, v, sigma with two derivatives (trials, n, m) each, and the lifted inputs."""
        (a, v, _), lifted = self._split(thetas), self._lifted(inputs)
        return (a, v, *self._units(self._second, v, lifted), lifted)


def kernel(model: Model) -> Kernel:
    """The kernel for a model: neurons by matrix products where that is tested, else its program."""
    structure: Any = model.structure  # one value, several protocols
    blocks = model.blocks
    if not isinstance(structure, HasNeurons) or list(blocks)[:2] != ["a", "w"]:
        return ProgramKernel(model)
    rebuilt: Any = structure
    if not _neurons_agree(rebuilt.family, tuple(sorted(rebuilt.arguments.items(), key=str))):
        return ProgramKernel(model)
    return NeuronKernel(model, structure.activation)


@lru_cache(maxsize=64)
def _neurons_agree(family: str, arguments: tuple[tuple[str, Any], ...]) -> bool:
    """Whether both kernels agree on the network of width 2: a structure is never trusted."""
    small = dict(arguments)
    if "width" not in small:
        return False
    model = build(family, **{**small, "width": 2})
    blocks = dict(model.blocks)
    shapes = {"a": (2,), "w": (2, len(model.inputs)), "b": (2,), "c": ()}
    structure: Any = model.structure
    if (
        not isinstance(structure, HasNeurons)
        or structure.activation.is_unspecified
        or len(model.outputs) != 1
        or list(blocks) != [name for name in shapes if name in blocks]
        or any(shapes[name] != shape for name, shape in blocks.items())
    ):
        return False
    rng = np.random.default_rng(0)
    thetas, x = rng.standard_normal((2, model.size)), rng.standard_normal((3, len(model.inputs)))
    slopes = rng.standard_normal((2, 3, 1))
    first, second = ProgramKernel(model), NeuronKernel(model, structure.activation)
    pairs = [
        (k.evaluate(thetas, x).outputs, k.evaluate(thetas, x).pull(slopes),
         k.curvature(thetas, x, slopes))
        for k in (first, second)
    ]  # fmt: skip
    return all(bool(np.allclose(p, q, rtol=AGREE, atol=AGREE)) for p, q in zip(*pairs, strict=True))


__all__ = ["Evaluation", "Kernel", "NeuronKernel", "ProgramKernel", "kernel"]
