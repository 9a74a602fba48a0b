r"""Orbits of the vector fields $\nabla_\theta F(\cdot)(x)$: dimensions from below by iterated Lie
brackets.
"""

from __future__ import annotations

from collections.abc import Sequence

from rankstrat.algebra.program import Program
from rankstrat.algebra.tower import Tower
from rankstrat.errors import ModelError, UndecidedError, demand
from rankstrat.model.model import Chart
from rankstrat.rank.bounded import Bounded
from rankstrat.rank.joint import Joint
from rankstrat.rank.lower_bounds import sampled_rank
from rankstrat.rank.opened import opened
from rankstrat.rank.vanishing import needs_hypotheses
from rankstrat.rank.verdict import Verdict
from rankstrat.symmetry.lattice import least_invariant

MOST_PARAMETERS, MOST_DEPTH = 12, 6


def orbit_dimension(point: Chart, *, depth: int = 2, seed: int = 0) -> Bounded:
    r"""The dimension of the orbit through a point of all $\nabla_\theta F_k(\cdot)(x)$, $x$ any
    input and k any output, between bounds.

    From below it is the rank at the point of the fields and their brackets
    $[X, Y] = DY\,X - DX\,Y$ up to the given depth (0: the model rank), by a nonzero minor modulo a
    prime. Every structural invariant manifold is a union of orbits, so those that contain the point
    bound it from above, with their intersection; small models are searched for them.

    Args:
        point: a point or chart (its generic point).
        depth: how often brackets are taken, at most 6; 2 is enough away from w = 0.
        seed: names the prime.

    Raises:
        ModelError: no point or chart; integer inputs without bounds; a depth that is no number from
            0 to 6.
        UndecidedError: the independence of two functions cannot be decided.

    References:
        DIAG Section 3 (Hermann-Nagano); docs/proofs.md#invariant-manifolds.

    Example:
        >>> from rankstrat.families import two_layer
        >>> net = two_layer(width=2, inputs=1)
        >>> orbit_dimension(net.point(a=[1, 2], w=[[3], [3]]))
        4
        >>> orbit_dimension(net.point(a=[1, 1], w=[[3], [3]]))
        2
    """
    demand(point, Chart, ModelError, "a point or chart", "try model.generic()")
    demand(depth, int, ModelError, "a whole depth", "write depth=2")
    if not 0 <= depth <= MOST_DEPTH:
        raise ModelError(
            f"depth = {depth!r}; a whole number from 0 to {MOST_DEPTH} is needed; write depth=2"
        )
    model = opened(point.model)
    if model is None:
        raise ModelError(
            f"the inputs of {point.model} are integers, or there are many; brackets are known for"
            " real inputs; build it with a few inputs, or without a domain"
        )
    point = Chart(model, point.coordinates, point.raw)
    compiled = model.compiled
    program = Program()
    leaves = {n: program.leaf(("p", i)) for i, n in enumerate(compiled.parameters)}
    parameters = list(leaves.values())
    fields: list[list[int]] = []
    for copy in range(depth + 1):
        image = leaves | {
            n: program.leaf(("x", k + copy * len(model.inputs)))
            for k, n in enumerate(compiled.inputs)
        }
        # the fields of all outputs: any combination of them, another in each copy
        image |= {n: program.leaf(("mix", copy, k)) for k, n in enumerate(compiled.mixers)}
        done = compiled.program.rebuild(compiled.gradient, program, image)
        fields.append([done[n] for n in compiled.gradient])
    total, rows = list(fields[0]), list(fields[0])
    for level in range(1, depth + 1):
        rows = _bracket(program, fields[level], rows, parameters)
        mixer = program.leaf(("mix", level))
        total = [
            program.linear(0, ((1, t), (1, program.product(((mixer, 1), (r, 1))))))
            for t, r in zip(total, rows, strict=True)
        ]
    joint = Joint([point])
    place = {program.leaf(("p", i)): node for i, node in enumerate(joint.values(point))}
    done = program.rebuild(total, joint.program, place)
    columns = [done[n] for n in total]
    tower = Tower(joint.program, columns, seed=seed)
    if needs_hypotheses(tower):
        raise UndecidedError(f"the bound would rest on {tower.hypotheses[0]}; choose another point")
    lower = max(
        sampled_rank(tower, range(len(columns)), len(columns) + 8, seed=seed, attempt=attempt)
        .profile()
        .rank
        for attempt in range(2)
    )
    if lower == model.size:
        return Bounded(lower, lower, "brackets span every direction", of="the dimension")
    small = point.is_point and model.size <= MOST_PARAMETERS
    upper = _above(point) if small else None
    reason = f"brackets of depth at most {depth}"
    reason += ", and the invariant manifolds that contain the point" if upper is not None else ""
    return Bounded(lower, upper, reason, of="the dimension")


def _above(point: Chart) -> int | None:
    """The dimension of the least intersection of invariant manifolds that contains the point."""
    found = least_invariant(point)
    if found.verdict is Verdict.PROVED and found.dimension < point.model.size:
        return found.dimension
    return None


def _bracket(
    program: Program, x: Sequence[int], y: Sequence[int], parameters: Sequence[int]
) -> list[int]:
    """[X, Y]_i = sum_j X_j dY_i/dtheta_j - Y_j dX_i/dtheta_j."""
    result = []
    for xi, yi in zip(x, y, strict=True):
        terms = [
            (1, program.product(((a, 1), (d, 1))))
            for a, d in zip(x, program.gradient(yi, parameters), strict=True)
        ]
        terms += [
            (-1, program.product(((b, 1), (d, 1))))
            for b, d in zip(y, program.gradient(xi, parameters), strict=True)
        ]
        result.append(program.linear(0, terms))
    return result


__all__ = ["orbit_dimension"]
