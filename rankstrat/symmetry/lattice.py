r"""The lattice of fixed sets: intersections of any number of invariant manifolds.

A fixed set of signed permutations is given by equations $p = \pm q$ and $p = 0$, so it is a
partition of the parameters with signs and a block of zeros; intersections join partitions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import networkx as nx
import sympy

from rankstrat.errors import BudgetError, ModelError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.rank.defined import is_defined
from rankstrat.rank.setting import has_gradient
from rankstrat.rank.verdict import Verdict
from rankstrat.rank.zero import vanishes
from rankstrat.symmetry.groups import symmetries
from rankstrat.text.spoken import Spoken
from rankstrat.text.tables import Math, Table

MOST, MOST_ELEMENTS = 1000, 20_000
Key = tuple[tuple[int, int], ...]
"""For each parameter the first one of its block and the sign between them; (-1, 0) for zero."""
ZERO = (-1, 0)


@dataclass(frozen=True)
class FixedSet(Spoken):
    r"""The points that some signed permutations leave where they are, as a chart.

    Attributes:
        chart: the set.
        verdict: PROVED if gradient flow never leaves it, for every data set and loss; OPEN where
            the model has no gradient on it, as $|w \cdot x|$ at w = 0.
    """

    chart: Chart
    verdict: Verdict

    @property
    def dimension(self) -> int:
        """Its dimension."""
        return len(self.chart.coordinates)

    def _facts(self) -> Iterable[tuple[str, object]]:
        fixed = ((str(p), v) for p, v in self.chart.values.items() if p != v)
        return (("dimension", self.dimension), *fixed, ("verdict", self.verdict))

    def __str__(self) -> str:
        equations = ", ".join(f"{p} = {v}" for p, v in self.chart.values.items() if p != v)
        words = f"invariant set of dimension {self.dimension}"
        return f"{words}: {equations or 'all parameters'}  [{self.verdict}]"


@dataclass(frozen=True)
class InvariantLattice:
    r"""Fixed sets that are closed under intersection, the whole parameter space first.

    Attributes:
        model: the model.
        members: the sets, of falling dimension.
        complete: whether every element of the group that `symmetries` generates was considered.
    """

    model: Model
    members: tuple[FixedSet, ...]
    complete: bool

    def __repr__(self) -> str:
        return f"<InvariantLattice of {len(self)} fixed sets of {self.model}>"

    def __len__(self) -> int:
        return len(self.members)

    @property
    def counts(self) -> dict[int, int]:
        """Dimension -> how many sets have it."""
        return dict(Counter(member.dimension for member in self.members))

    @cached_property
    def graph(self) -> nx.DiGraph:
        """An arrow from each set to those that are maximal in it; nodes number the members."""
        keys = [_key(member.chart) for member in self.members]
        inside = nx.DiGraph()
        inside.add_nodes_from(range(len(keys)))
        for i, large in enumerate(keys):
            for j, small in enumerate(keys):
                if i != j and _join(large, small) == small:
                    inside.add_edge(i, j)
        return nx.transitive_reduction(inside)

    def table(self) -> Table:
        """Dimension, number of sets, and one of them."""
        rows = []
        for dimension, count in self.counts.items():
            one = next(m for m in self.members if m.dimension == dimension)
            pairs = [(p, v) for p, v in one.chart.values.items() if p != v]
            text = ", ".join(f"{p} = {v}" for p, v in pairs) or "all parameters"
            latex = r",\ ".join(f"{sympy.latex(p)} = {sympy.latex(v)}" for p, v in pairs)
            verdicts = {m.verdict for m in self.members if m.dimension == dimension}
            worst = Verdict.PROVED if verdicts == {Verdict.PROVED} else Verdict.OPEN
            words = Math(text, latex or r"\text{all parameters}")
            rows.append((dimension, count, words, str(worst)))
        head = ("dimension", "sets", "one of them", "verdict")
        return Table(head, tuple(rows), f"Invariant sets of {self.model}")

    def __str__(self) -> str:
        return self.table().text()

    def _repr_html_(self) -> str:
        return self.table().html()


def invariant_lattice(model: Model, *, most: int = MOST) -> InvariantLattice:
    r"""The sets $\{\theta : g\theta = \theta \text{ for all } g \in H\}$ for all groups H of
    permutation and sign symmetries of a model.

    The group that the verified symmetries generate is written out, if it has at most 20 000
    elements; else the generators and those conjugate to them are used. At a fixed point of an
    orthogonal symmetry the gradient is fixed too, so each of these sets is left by no gradient
    flow, and so are their intersections.

    Args:
        model: the model.
        most: the largest number of sets.

    Raises:
        BudgetError: there are more.

    References:
        SIM Theorem 4.1; docs/proofs.md#invariant-manifolds.

    Example:
        >>> from rankstrat.families import two_layer
        >>> lattice = invariant_lattice(two_layer(width=2, inputs=1))
        >>> lattice.counts
        {4: 1, 2: 4, 0: 1}
    """
    demand(model, Model, ModelError, "a Model", "of a point, give point.model")
    demand(most, int, ModelError, "a number of sets", f"write most={MOST}")
    whole = _identity(model)
    elements, complete = _group(model)
    atoms = list(dict.fromkeys(_join(whole, g) for g in elements))
    found, queue = {whole}, [whole]
    while queue:
        key = queue.pop()
        for atom in atoms:
            joined = _join(key, atom)
            if joined not in found:
                found.add(joined)
                queue.append(joined)
        if len(found) > most:
            raise BudgetError(
                f"{model} has more than {most} invariant sets, the limit; ask a smaller member of"
                " the family, or give most=..."
            )
    kept = [s for s in (_fixed(model, key) for key in found) if is_defined(s.chart)]
    order = sorted(kept, key=lambda s: (-s.dimension, _key(s.chart)))
    return InvariantLattice(model, tuple(order), complete)


def least_invariant(point: Chart) -> FixedSet:
    r"""The smallest of these sets that contains a point, or a chart: what the symmetries that fix
    it leave where it is.

    Example:
        >>> from rankstrat.families import two_layer
        >>> F = two_layer(width=3, inputs=1)
        >>> print(least_invariant(F.point(a=[1, 1, -1], w=[[2], [2], [-2]])))
        invariant set of dimension 2: a2 = a1, a3 = -a1, w2_1 = w1_1, w3_1 = -w1_1  [PROVED]
    """
    demand(point, Chart, ModelError, "a point or chart", "try model.generic()")
    model = point.model
    values = [point.values[p] for p in model.parameters]
    key = _identity(model)
    for g in _group(model)[0]:
        if all(
            image == (i, 1) or vanishes(values[i] - image[1] * values[image[0]])
            for i, image in enumerate(g)
        ):
            key = _join(key, g)
    return _fixed(model, key)


def _identity(model: Model) -> Key:
    return tuple((i, 1) for i in range(model.size))


def _group(model: Model) -> tuple[list[Key], bool]:
    """The elements of the group of signed permutations, as (gx)_i = sign x_image; or generators
    with their conjugates, where there are too many.
    """
    place = {p: i for i, p in enumerate(model.parameters)}
    generators: list[Key] = []
    for symmetry in symmetries(model):
        if symmetry.orthogonal:
            images = [symmetry.values.get(p, p) for p in model.parameters]
            turned = [v.could_extract_minus_sign() for v in images]
            generators.append(
                tuple(
                    (place[-v if t else v], 1 - 2 * t) for v, t in zip(images, turned, strict=True)
                )
            )
    found, queue = {_identity(model)}, [_identity(model)]
    while queue and len(found) <= MOST_ELEMENTS:
        g = queue.pop()
        for h in generators:
            product = _after(h, g)
            if product not in found:
                found.add(product)
                queue.append(product)
    if len(found) <= MOST_ELEMENTS:
        return sorted(found), True
    return sorted(_conjugates(generators)), False


def _conjugates(generators: Sequence[Key]) -> set[Key]:
    found, queue = set(generators), list(generators)
    while queue and len(found) <= MOST:
        g = queue.pop()
        for h in generators:
            other = _after(_after(h, g), _inverse(h))
            if other not in found:
                found.add(other)
                queue.append(other)
    return found


def _after(g: Key, h: Key) -> Key:
    """G after h."""
    return tuple((h[i][0], sign * h[i][1]) for i, sign in g)


def _inverse(g: Key) -> Key:
    back = {image: (i, sign) for i, (image, sign) in enumerate(g)}
    return tuple(back[i] for i in range(len(g)))


def _fixed(model: Model, key: Key) -> FixedSet:
    chart = model.chart(_values(model, key))
    return FixedSet(chart, Verdict.PROVED if has_gradient(chart) else Verdict.OPEN)


def _values(model: Model, key: Key) -> dict[sympy.Symbol, sympy.Expr]:
    found: dict[sympy.Symbol, sympy.Expr] = {}
    for i, (root, sign) in enumerate(key):
        if root != i:
            value = sign * model.parameters[root] if sign else sympy.Integer(0)
            found[model.parameters[i]] = value
    return found


def _key(chart: Chart) -> Key:
    """The partition of a fixed set from its chart."""
    place = {p: i for i, p in enumerate(chart.model.parameters)}
    raw = []
    for value in chart.values.values():
        negative = value.could_extract_minus_sign()
        raw.append(ZERO if value == 0 else (place[-value if negative else value], 1 - 2 * negative))
    return _settled(raw)


def _settled(raw: Sequence[tuple[int, int]]) -> Key:
    """With the first parameter of each block as its root."""
    first: dict[int, tuple[int, int]] = {}
    for i, (root, sign) in enumerate(raw):
        if sign:
            first.setdefault(root, (i, sign))
    return tuple((first[root][0], sign * first[root][1]) if sign else ZERO for root, sign in raw)


def _join(one: Key, other: Key) -> Key:
    """The partition of the intersection: both equations hold."""
    parent = list(one)

    def root(i: int) -> tuple[int, int]:
        sign = 1
        while parent[i] != ZERO and parent[i] != (i, 1):
            i, step = parent[i]
            sign *= step
        return ZERO if parent[i] == ZERO else (i, sign)

    for i, (j, sign) in enumerate(other):
        (r, s), (q, t) = root(i), ZERO if sign == 0 else root(j)
        if r == q == -1:
            continue
        if r == -1 or q == -1:
            parent[max(r, q)] = ZERO
        elif r != q:
            low, high = min(r, q), max(r, q)
            # s r = p_i = sign t q
            parent[high] = (low, s * sign * t)
        elif s != sign * t:
            parent[r] = ZERO
    return _settled([root(i) for i in range(len(parent))])


__all__ = ["FixedSet", "InvariantLattice", "invariant_lattice", "least_invariant"]
