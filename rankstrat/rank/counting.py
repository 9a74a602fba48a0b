r"""Upper bounds by counting: monomials of polynomials, and independent symmetries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import comb
from typing import Any

import numpy as np

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.fields import matrix_rank
from rankstrat.algebra.modular import GF
from rankstrat.algebra.power_tables import BadReductionError
from rankstrat.algebra.primes import SMALL, mix, random_prime
from rankstrat.algebra.program import CONSTANT, FUNCTION, LEAF, LINEAR, Program
from rankstrat.algebra.relations import leaf_values, radicals
from rankstrat.algebra.scaling import scalings
from rankstrat.algebra.tower import Tower
from rankstrat.rank.affine_symmetries import VectorField
from rankstrat.rank.tangents import Tangents
from rankstrat.rank.vanishing import needs_hypotheses, smooth

ATTEMPTS, MANY = 4, 3


def monomial_bound(tangents: Tangents) -> int | None:
    """The dimension of the polynomials in the inputs of the degrees that occur, for every output
    and region; None where a tangent function is no polynomial.
    """
    program = tangents.program
    nodes = [tangents.nodes[i] for i in tangents.chosen]
    nodes = [n for n in nodes if n != program.zero]
    if not nodes:
        return 0
    degrees: dict[int, tuple[int, int] | None] = {}
    inputs, wanted = set[int](), set(nodes)
    mixers: dict[bool, set[int]] = {False: set(), True: set()}
    for n in program.reachable(nodes):
        key: Any = program.data[n]
        if program.kind[n] == LEAF and key[0] in ("side", "u"):
            return None
        if program.kind[n] == LEAF and key[0] == "x":
            inputs.add(n)
        if program.kind[n] == LEAF and key[0] == "mix":
            mixers[isinstance(key[1], tuple)].add(n)
        degrees[n] = _degrees(program, n, degrees)
        if degrees[n] is None and n in wanted:
            return None
    known = [r for r in map(degrees.get, nodes) if r is not None]
    low, high = min(r[0] for r in known), max(r[1] for r in known)
    d = len(inputs)
    count = sum(comb(d - 1 + k, k) for k in range(low, high + 1)) if d else 1
    return count * max(1, len(mixers[False])) * max(1, len(mixers[True]))


def _degrees(
    program: Program, n: int, known: Mapping[int, tuple[int, int] | None]
) -> tuple[int, int] | None:
    """The least and the largest degree in the inputs of a polynomial."""
    kind, args, data = program.kind[n], program.args[n], program.data[n]
    if kind == CONSTANT:
        return 0, 0
    if kind == LEAF:
        own = int(data[0] == "x")
        return own, own
    below = [known[a] for a in args]
    found = [r for r in below if r is not None]
    if len(found) < len(below):
        return None
    if kind == LINEAR:
        ends = [*found, *([(0, 0)] if data[0] else [])]
        return min(r[0] for r in ends), max(r[1] for r in ends)
    if kind == FUNCTION:
        return (0, 0) if found[0][1] == 0 and not _mixed(program, n) else None
    low = high = 0
    for (a, b), e in zip(found, data, strict=True):
        if b == 0:
            continue
        if not isinstance(e, int) or e < 0:
            return None
        low, high = low + e * a, high + e * b
    return low, high


def _mixed(program: Program, n: int) -> bool:
    return any(
        program.kind[m] == LEAF and program.data[m][0] == "mix" for m in program.reachable((n,))
    )


def symmetry_bound(tangents: Tangents, seed: int, fields: Sequence[VectorField] = ()) -> int:
    r"""The number of free parameters minus the independent relations that scalings, equal columns
    and the given vector fields give.

    A scaling symmetry with degrees $d_i$ gives $\sum_i d_i\,\theta_i\,\partial_i F = 0$ for all
    inputs; proportional columns give $k_j\,\partial_i F = k_i\,\partial_j F$, and an affine
    symmetry $\sum_i (A\theta + c)_i\,\partial_i F = 0$. Their independence is a nonzero minor
    modulo a prime.
    """
    chosen, program = list(tangents.chosen), tangents.program
    rows = relation_rows(tangents, fields)
    # |2 - sqrt(2)| as a coefficient has no residue
    plain = set(smooth(program, [n for row in rows for n in row.values()]))
    rows = [row for row in rows if plain.issuperset(row.values())]
    if not rows:
        return len(chosen)
    place = {i: k for k, i in enumerate(chosen)}
    nodes = sorted({n for row in rows for n in row.values()})
    symbolic = [n for n in nodes if program.value(n) is None]
    tower = Tower(program, symbolic, seed=seed)
    if needs_hypotheses(tower):
        # residues say nothing of such constants; rows without them still count
        rows = [row for row in rows if all(program.value(n) is not None for n in row.values())]
        symbolic = []
    best = 0
    for attempt in range(ATTEMPTS):
        roots = radicals(tower, tower.roots) if symbolic else ()
        p = random_prime(SMALL, seed, 61, attempt, radicals=roots)
        field = GF(p, 1)
        try:
            values = {n: field.constant(v) for n in nodes if (v := program.value(n)) is not None}
            if symbolic:
                leaves = leaf_values(
                    tower, field, tower.roots, mix(seed, 62, attempt), shared_below=MANY
                )
                found = evaluate(tower.program, tower.roots, field, leaves)
                values |= {
                    n: int(getattr(v, "value", v)) for n, v in zip(symbolic, found, strict=True)
                }
        except BadReductionError:
            continue
        matrix = np.zeros((len(rows), len(chosen)), dtype=np.int64)
        for r, row in enumerate(rows):
            for i, n in row.items():
                matrix[r, place[i]] = values[n] % p
        best = max(best, matrix_rank(matrix, p))
        if best == len(rows):
            break
    return len(chosen) - best


def relation_rows(tangents: Tangents, fields: Sequence[VectorField] = ()) -> list[dict[int, int]]:
    """Relations as rows: parameter -> node of its coefficient."""
    program, chart = tangents.program, tangents.chart
    free = set(tangents.chosen)
    rows = [{i: program.one} for i in tangents.chosen if tangents.columns[i] is None]
    for members in tangents.classes.values():
        first = tangents.columns[members[0]]
        for i in members[1:]:
            other = tangents.columns[i]
            assert first is not None
            assert other is not None
            rows.append(
                {
                    i: program.scale(first.coefficient, first.constant),
                    members[0]: program.scale(-other.coefficient, other.constant),
                }
            )
    compiled = chart.model.compiled
    values = tangents.parameter_values()
    found = [
        {i: program.scale(d, values[i]) for i, d in vector.items()}
        for vector in scalings(compiled.program, compiled.outputs, compiled.parameters)
    ]
    found += [field.nodes(program, values) for field in fields]
    for row in found:
        known = {i: n for i, n in row.items() if n != program.zero}
        if known and known.keys() <= free:
            rows.append(known)
    return rows
