r"""Powers of roots of functions below their degree.

With $R^n = g$ they are $R^e = R^{e \bmod n} g^{\lfloor e/n \rfloor}$.

Over a field K that contains g the powers $1, R, \dots, R^{n-1}$ are independent, so a relation with
coefficients in the constants between such sums holds if and only if it holds for a free variable R.
"""

from __future__ import annotations

from collections.abc import Sequence

from rankstrat.algebra.program import CONSTANT, LEAF, LINEAR, Program


def reduced_root_powers(program: Program, nodes: Sequence[int]) -> list[int] | None:
    """The same functions with small powers of roots; None where a root stays below a fraction."""
    order = program.reachable(nodes)
    degree = {n: program.data[n][1] for n in order if _is_root(program, n)}
    if not degree:
        return list(nodes)
    image: dict[int, int] = {}
    rooted: set[int] = set(degree)
    for n in order:
        kind, args, data = program.kind[n], program.args[n], program.data[n]
        if kind in (CONSTANT, LEAF):
            image[n] = n
            continue
        if not rooted.isdisjoint(args):
            rooted.add(n)
        if kind == LINEAR:
            terms = [(c, image[a]) for c, a in zip(data[1:], args, strict=True)]
            image[n] = program.linear(data[0], terms)
            continue
        factors = []
        for a, e in zip(args, data, strict=True):
            if a in rooted and not (isinstance(e, int) and (e > 0 or a in degree)):
                return None
            if a in degree:
                quotient, rest = divmod(e, degree[a])
                radicand = program.data[a][2]
                if quotient and any(_is_root(program, m) for m in program.reachable((radicand,))):
                    return None
                factors += [(a, rest), (radicand, quotient)]
            else:
                factors.append((image[a], e))
        image[n] = program.product(factors)
    return [image[n] for n in nodes]


def _is_root(program: Program, node: int) -> bool:
    key = program.data[node]
    return program.kind[node] == LEAF and isinstance(key, tuple) and key[0] == "root"


__all__ = ["reduced_root_powers"]
