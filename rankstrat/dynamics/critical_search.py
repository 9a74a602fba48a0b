"""Zeros of the gradient of a model with linear parameters, in floats, from many starts at once."""

from __future__ import annotations

import time

import numpy as np

from rankstrat.dynamics.loss import Array, Loss

LARGEST, STEPS = 1e3, 250


def _solve_outer(loss: Loss, linear: int, thetas: Array) -> Array:
    """The output weights (which come first) that are best for the given neurons."""
    with_ones = thetas.copy()
    with_ones[:, :linear] = 1.0
    features = loss.jacobian(with_ones)[:, :, 0, :linear]
    gram = np.matmul(features.transpose(0, 2, 1), features)
    right = np.matmul(features.transpose(0, 2, 1), loss.labels[:, 0])
    gram += 1e-12 * np.trace(gram, axis1=1, axis2=2)[:, None, None] * np.eye(linear)
    with_ones[:, :linear] = np.linalg.solve(gram + 1e-30 * np.eye(linear), right[..., None])[..., 0]
    return with_ones


def _reduced(loss: Loss, linear: int, thetas: Array) -> tuple[Array, Array, Array]:
    """Parameters with solved output weights, and gradient and Hessian in the other ones."""
    thetas = _solve_outer(loss, linear, thetas)
    gradient, hessian = loss.value_and_gradient(thetas)[1], loss.hessian(thetas)
    outer, mixed, inner = (
        hessian[:, :linear, :linear], hessian[:, :linear, linear:], hessian[:, linear:, linear:],
    )  # fmt: skip
    ridge = 1e-12 * np.trace(outer, axis1=1, axis2=2)[:, None, None] + 1e-30
    outer = outer + ridge * np.eye(linear)
    schur = inner - np.matmul(mixed.transpose(0, 2, 1), np.linalg.solve(outer, mixed))
    return thetas, gradient[:, linear:], schur


def zeros(loss: Loss, linear: int, thetas: Array, end: float) -> list[Array]:
    """Levenberg and Marquardt on the reduced gradient, all starts at once; then Newton.

    Args:
        loss: of a model whose first parameters enter linearly.
        linear: their number; they are solved for.
        thetas: starts, shape (starts, M).
        end: the monotonic time at which to stop.
    """
    with np.errstate(all="ignore"):
        thetas, gradient, hessian = _reduced(loss, linear, thetas)
        damping = np.full(len(thetas), 1e-2)
        for _ in range(STEPS):
            if time.monotonic() > end:
                break
            size = np.linalg.norm(gradient, axis=1)
            live = np.isfinite(size) & (size > 1e-11) & (np.abs(thetas).max(axis=1) < LARGEST)
            if not live.any():
                break
            h, g = hessian[live], gradient[live]
            normal = np.matmul(h, h)
            scale = np.trace(normal, axis1=1, axis2=2)[:, None, None] / normal.shape[1]
            normal += damping[live, None, None] * (scale + 1e-30) * np.eye(normal.shape[1])
            step = np.linalg.solve(normal, np.matmul(h, g[..., None]))[..., 0]
            tried = thetas[live].copy()
            tried[:, linear:] -= step
            tried, new_gradient, new_hessian = _reduced(loss, linear, tried)
            better = np.linalg.norm(new_gradient, axis=1) < size[live]
            index = np.flatnonzero(live)
            damping[index] = np.where(better, damping[index] / 5, damping[index] * 4)
            damping = np.clip(damping, 1e-14, 1e6)
            won = index[better]
            thetas[won], gradient[won], hessian[won] = (
                tried[better], new_gradient[better], new_hessian[better],
            )  # fmt: skip
        size = np.linalg.norm(gradient, axis=1)
        small = (size < 1e-5) & (np.abs(thetas).max(axis=1) < LARGEST)
        polished = (_polish(loss, theta) for theta in thetas[small])
        return [theta for theta in polished if theta is not None]


def _polish(loss: Loss, theta: Array) -> Array | None:
    """Newton to rounding error; None where the point is degenerate or unbounded."""
    for _ in range(6):
        hessian = loss.hessian(theta)
        values = np.linalg.eigvalsh(hessian) if np.isfinite(hessian).all() else np.zeros(1)
        if np.abs(values).min() <= 1e-9 * np.abs(values).max():
            return None
        theta = theta - np.linalg.solve(hessian, loss.gradient(theta))
        if np.abs(theta).max() > LARGEST:
            return None
    return theta if np.abs(loss.gradient(theta)).max() < 1e-9 else None


__all__ = ["zeros"]
