r"""Affine infinitesimal symmetries: $\sum_i (A\theta + c)_i\,\partial_{\theta_i} F = 0$ for all
parameters and inputs.

They are the affine vector fields that leave the function as it is: scalings, translations,
rotations, changes of basis between layers. The numbers A and c solve linear equations, one for each
random parameter and input modulo a prime; a solution is lifted to the rationals and then tested as
an identity over independent generators, which is a proof. Scalings act on these fields and part
them by weights: $\theta_j\,\partial_{\theta_i}$ is multiplied by $\lambda^{d_j - d_i}$, and each
weight has equations of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.fields import matrix_rank, reconstruct, reduced_echelon
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.modular import GF
from rankstrat.algebra.power_tables import BadReductionError
from rankstrat.algebra.primes import SMALL, mix, random_prime
from rankstrat.algebra.program import Program
from rankstrat.algebra.rational import is_zero
from rankstrat.algebra.relations import dropped, radicals, sample_columns
from rankstrat.algebra.scaling import scalings
from rankstrat.algebra.tower import Tower
from rankstrat.errors import BudgetError, UndecidedError
from rankstrat.model.model import Model
from rankstrat.rank.leaps import may_leap
from rankstrat.rank.sides import (
    JUMPS,
    count_sides,
    free_sides,
    has_patterns,
    is_one_layer,
    on_both_sides,
    over_sides,
)
from rankstrat.rank.tangents import Tangents
from rankstrat.rank.vanishing import vanishes_at_primes

MOST_PARAMETERS, EXTRA, ATTEMPTS, EXPANSION, FAILURES, MOST_SIDES = 120, 12, 12, 40_000, 6, 6
MOST_UNKNOWNS = 1640
"""Numbers of one weight, of all fields of 40 parameters without scalings."""


@dataclass(frozen=True)
class VectorField:
    r"""$\sum_i (\sum_j A_{ij} \theta_j + c_i)\,\partial_i$ with rational A and c.

    Attributes:
        linear: (i, j) -> A_ij, the nonzero ones.
        constant: i -> c_i, the nonzero ones.
    """

    linear: Mapping[tuple[int, int], Rational]
    constant: Mapping[int, Rational]

    def components(self) -> dict[int, tuple[Rational, list[tuple[int, Rational]]]]:
        """I -> (c_i, [(j, A_ij)]), for the components that are not zero."""
        result: dict[int, tuple[Rational, list[tuple[int, Rational]]]] = {
            i: (c, []) for i, c in self.constant.items()
        }
        for (i, j), a in self.linear.items():
            result.setdefault(i, (0, []))[1].append((j, a))
        return dict(sorted(result.items()))

    def nodes(self, program: Program, values: Sequence[int]) -> dict[int, int]:
        """The components that are not zero, as nodes over those of the parameter values."""
        found = {
            i: program.linear(c, [(a, values[j]) for j, a in terms])
            for i, (c, terms) in self.components().items()
        }
        return {i: n for i, n in found.items() if n != program.zero}

    @property
    def weight(self) -> tuple[int, int]:
        """How long it is: simple fields come first."""
        return len(self.linear) + len(self.constant), len(self.linear)


def affine_symmetries(model: Model, seed: int = 0) -> tuple[VectorField, ...]:
    """Verified affine symmetries whose values at a generic parameter are independent, simple ones
    first.

    There may be more than are found: of large models, and of piecewise ones with kinks above kinks
    or jumps, only scalings are, and what is too large to verify is left out.
    """
    compiled = model.compiled
    names = {compiled.program.data[n] for n, _ in compiled.piecewise}
    # a jump may move where all derivatives vanish
    jumps = may_leap(model) or not names.isdisjoint(JUMPS)
    return tuple(_scalings(model)) if jumps else _annihilating(model, seed)


@lru_cache(maxsize=64)
def _annihilating(model: Model, seed: int) -> tuple[VectorField, ...]:
    """Fields that annihilate the model at almost every parameter and input."""
    size, known = model.size, _scalings(model)
    if not size or size > MOST_PARAMETERS:
        return tuple(known)
    weights = _weights(size, known)
    if max(map(len, weights)) > MOST_UNKNOWNS:
        return tuple(known)
    tangents = Tangents(model.generic())
    program, nodes = tangents.program, [*tangents.nodes, *tangents.parameter_values()]
    if model.compiled.piecewise:
        if model.structure is not None or not _has_one_layer(tangents):
            return tuple(known)
        program = Program()
        done = over_sides(tangents.program, nodes, program, free_sides(tangents.program, program))
        nodes = [done[n] for n in nodes]
    try:
        tower = Tower(program, nodes, seed=seed)
        found = _candidates(tower, weights, seed)
    except UndecidedError:
        return tuple(known)
    if found is None:
        return tuple(known)
    fields, theta, p = found
    chosen = list(known)
    rows = [_value(field, theta, p) for field in known]
    by_output = _by_output(tower.program, tower.roots[:size])
    failures = 0
    for field in sorted(fields, key=lambda v: v.weight):
        row = _value(field, theta, p)
        if matrix_rank(np.array([*rows, row]), p) <= len(rows) or failures > FAILURES:
            continue
        if _holds(tower.program, by_output, tower.roots[size:], field):
            chosen.append(field)
            rows.append(row)
        else:
            failures += 1
    return tuple(chosen)


def symmetries_at(sites: Sequence[Tangents], seed: int = 0) -> tuple[VectorField, ...]:
    """The affine symmetries of a model that give relations among the tangent functions on all
    pieces of its domain at a chart.

    Where the argument of a kink vanishes on an open set, slopes are 0 there, and only scalings are
    known to do so.
    """
    model = sites[0].chart.model
    fields = _annihilating(model, seed)
    if not model.compiled.piecewise:
        return fields
    known = tuple(_scalings(model))
    # the arguments of many kinks are looked at only where something depends on them
    if len(fields) == len(known) or all(_is_off_kinks(site, seed) for site in sites):
        return fields
    return known


def _has_one_layer(tangents: Tangents) -> bool:
    """Whether the outputs are sums and products of smooth functions, and of piecewise functions of
    smooth arguments.
    """
    return has_patterns(tangents) and is_one_layer(tangents)


def _is_off_kinks(site: Tangents, seed: int) -> bool:
    arguments = [site.images.get(h) for _, h in site.chart.model.compiled.piecewise]
    if site.integers or None in arguments or not is_one_layer(site):
        return False
    nodes = dict.fromkeys(n for n in arguments if n is not None)
    try:
        return not any(vanishes_at_primes(site.program, n, seed) for n in nodes)
    except UndecidedError:
        return False


def _scalings(model: Model) -> list[VectorField]:
    """Those that the degrees of the program show, on every region of a piecewise model too."""
    compiled = model.compiled
    found = scalings(compiled.program, compiled.outputs, compiled.parameters)
    return [VectorField({(i, i): d for i, d in degrees.items()}, {}) for degrees in found]


Place = tuple[int, int | None]
"""The number A_ij of a vector field, or c_i."""


def _weights(size: int, known: Sequence[VectorField]) -> list[list[Place]]:
    """The numbers of vector fields by their weights under scalings."""
    degrees = [tuple([field.linear.get((i, i), 0) for field in known]) for i in range(size)]
    found: dict[tuple[Rational, ...], list[Place]] = {}
    for i in range(size):
        for j in range(size):
            weight = tuple([a - b for a, b in zip(degrees[i], degrees[j], strict=True)])
            found.setdefault(weight, []).append((i, j))
        found.setdefault(degrees[i], []).append((i, None))
    return list(found.values())


def _candidates(
    tower: Tower, weights: Sequence[Sequence[Place]], seed: int
) -> tuple[list[VectorField], NDArray[np.int64], int] | None:
    """Bases modulo a prime of the solutions A, c of each weight, lifted, with a generic
    parameter.
    """
    size, unknowns = len(tower.roots) // 2, max(map(len, weights))
    count = (unknowns + EXTRA) * dropped(tower, tower.roots, stage=0)
    for attempt in range(ATTEMPTS):
        # the numbers A and c are small: a prime whose residues still fit the elimination
        p = random_prime(SMALL, seed, 71, attempt, radicals=radicals(tower, tower.roots))
        try:
            columns = sample_columns(
                tower, tower.roots, GF(p, count), mix(seed, 72, attempt), shared_below=0
            )
        except BadReductionError:
            continue
        if len(columns) < unknowns + EXTRA // 2:
            continue
        tangent, theta = columns[:, :size], columns[:, size:]
        found = [field for some in weights for field in _of_weight(some, tangent, theta, p)]
        return found, theta[0], p
    return None


def _of_weight(
    places: Sequence[Place], tangent: NDArray[np.int64], theta: NDArray[np.int64], p: int
) -> list[VectorField]:
    """A basis of the solutions with numbers at some places, as far as it can be lifted."""
    count = len(places) + EXTRA
    rows, columns = [i for i, _ in places], [-1 if j is None else j for _, j in places]
    given = np.hstack([theta[:count], np.ones((len(theta[:count]), 1), dtype=np.int64)])
    pivots, table = reduced_echelon(tangent[:count, rows] * given[:, columns] % p, p)
    lifted = (_lifted(vector, places, p) for vector in _kernel(pivots, table, len(places), p))
    return [field for field in lifted if field is not None]


def _kernel(
    pivots: Sequence[int], table: NDArray[np.int64], size: int, p: int
) -> list[dict[int, int]]:
    """Sparse vectors of the null space, one for each column that is no pivot."""
    known = set(pivots)
    result = []
    for free in range(size):
        if free in known:
            continue
        column = table[:, free]
        vector = {pivots[int(r)]: int(-column[r] % p) for r in np.flatnonzero(column)}
        result.append(vector | {free: 1})
    return result


def _lifted(vector: Mapping[int, int], places: Sequence[Place], p: int) -> VectorField | None:
    linear: dict[tuple[int, int], Rational] = {}
    constant: dict[int, Rational] = {}
    for position, residue in vector.items():
        value = reconstruct(residue, p)
        if value is None:
            return None
        i, j = places[position]
        if j is None:
            constant[i] = value
        else:
            linear[i, j] = value
    return VectorField(linear, constant)


def _value(field: VectorField, theta: NDArray[np.int64], p: int) -> NDArray[np.int64]:
    row = np.zeros(len(theta), dtype=np.int64)
    for i, (c, terms) in field.components().items():
        total = _residue(c, p)
        for j, a in terms:
            total += _residue(a, p) * int(theta[j])
        row[i] = total % p
    return row


def _residue(c: Rational, p: int) -> int:
    numerator, denominator = c.as_integer_ratio()
    return numerator * pow(denominator, -1, p) % p


def _holds(
    program: Program, by_output: Sequence[Sequence[int]], theta: Sequence[int], field: VectorField
) -> bool:
    """Whether the field annihilates every output, as an exact identity."""
    components = field.nodes(program, theta)
    for tangent in by_output:
        terms = [(1, program.product(((n, 1), (tangent[i], 1)))) for i, n in components.items()]
        total = program.linear(0, terms)
        if count_sides(program, total) > MOST_SIDES:
            return False
        if not on_both_sides(program, total, lambda node: _is_zero(program, node)):
            return False
    return True


def _is_zero(program: Program, node: int) -> bool:
    try:
        return is_zero(program, node, EXPANSION)
    except (BudgetError, UndecidedError):
        return False


def _by_output(program: Program, nodes: Sequence[int]) -> list[list[int]]:
    """Functions that are linear in the mixing weights of the outputs, for each output alone."""
    mixers = [n for n in program.reachable(nodes) if _is_mixer(program, n)]
    parts = []
    for mixer in mixers:
        images = {m: program.one if m == mixer else program.zero for m in mixers}
        done = program.rebuild(nodes, program, images)
        parts.append([done[n] for n in nodes])
    return parts or [list(nodes)]


def _is_mixer(program: Program, node: int) -> bool:
    key = program.data[node]
    return not program.args[node] and isinstance(key, tuple) and key[0] == "mix"


__all__ = ["VectorField", "affine_symmetries", "symmetries_at"]
