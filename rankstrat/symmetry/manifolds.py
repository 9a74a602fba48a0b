r"""Structural invariant manifolds: fixed sets of symmetries, which gradient flow never leaves,
whatever the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import sympy

from rankstrat.algebra.linear import Echelon
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.defined import is_defined
from rankstrat.rank.joint import Joint, same_function
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.setting import has_gradient
from rankstrat.rank.verdict import Verdict
from rankstrat.symmetry.groups import Symmetry, symmetries
from rankstrat.text.spoken import Spoken


@dataclass(frozen=True)
class InvariantManifold(Spoken):
    r"""The fixed set $\{\theta : g\theta = \theta\}$ of a signed permutation g, as a chart.

    Attributes:
        symmetry: g.
        chart: the fixed set.
        verdict: PROVED when the tangent condition $T_\theta M = \ker(Dg^T - 1)$ and the invariance
            of the gradient $Dg^T\nabla F = \nabla F$ were verified identically on the chart, hence
            for every data set and loss; OPEN also where the model has no gradient on the chart, as
            $|w \cdot x|$ at w = 0.
    """

    symmetry: Symmetry
    chart: Chart
    verdict: Verdict

    @property
    def dimension(self) -> int:
        """Its dimension."""
        return len(self.chart.coordinates)

    @property
    def restricted(self) -> Model:
        """The model on the manifold, with its coordinates as parameters: what it is a smaller model
        of.
        """
        model = self.chart.model
        outputs = [o.xreplace(self.chart.values) for o in model.outputs]
        return Model(
            outputs,
            self.chart.coordinates,
            model.inputs,
            f"{model} on an invariant manifold",
            domain=model.domain,
            constants=model.constants,
        )

    def rank(self, *, seed: int = 0) -> RankCertificate:
        r"""The model rank at its generic point, at most its dimension (the gradient is tangent to
        it).
        """
        return model_rank(self.chart, seed=seed)

    def _facts(self) -> Iterable[tuple[str, object]]:
        fixed = ((str(p), v) for p, v in self.chart.values.items() if p != v)
        return (("dimension", self.dimension), *fixed, ("verdict", self.verdict))

    def __str__(self) -> str:
        equations = ", ".join(f"{p} = {v}" for p, v in self.chart.values.items() if p != v)
        return f"invariant manifold of dimension {self.dimension}: {equations}  [{self.verdict}]"


def invariant_manifolds(model: Model, *, pairs: bool = True) -> tuple[InvariantManifold, ...]:
    r"""Fixed sets of the permutation and sign symmetries of a model, each checked as a structural
    invariant manifold.

    Args:
        model: the model.
        pairs: also the products of a permutation and a sign change, as $(a_2, w_2) = -(a_1, w_1)$.

    References:
        SIM Theorem 4.1; docs/proofs.md#invariant-manifolds.

    Example:
        >>> from rankstrat.families import two_layer
        >>> for m in invariant_manifolds(two_layer(width=2, inputs=1), pairs=False):
        ...     print(m)
        invariant manifold of dimension 2: a2 = a1, w2_1 = w1_1  [PROVED]
        invariant manifold of dimension 2: a1 = 0, w1_1 = 0  [PROVED]
        invariant manifold of dimension 2: a2 = 0, w2_1 = 0  [PROVED]
    """
    found: dict[tuple[sympy.Expr, ...], InvariantManifold] = {}
    for g in _generators(model, pairs):
        chart = _fixed_chart(g)
        if not is_defined(chart):
            continue  # the model has a pole all along it, or is nowhere seen to be real
        manifold = fixed_set(g)
        found.setdefault(tuple(manifold.chart.values.values()), manifold)
    return tuple(found.values())


def _generators(model: Model, pairs: bool) -> Iterator[Symmetry]:
    group = [g for g in symmetries(model) if g.orthogonal]
    yield from group
    if pairs:
        flips = [g for g in group if g.kind == "sign"]
        for g in (g for g in group if g.kind == "permutation"):
            for h in flips:
                product = h.after(g).after(
                    h
                )  # the flip carried along: g conjugated, so that the fixed set is (p) = -(q)
                if product.values != g.values:
                    yield product


def fixed_set(symmetry: Symmetry) -> InvariantManifold:
    """The fixed set of a signed permutation as a chart, and the two checks of the theorem on it."""
    chart = _fixed_chart(symmetry)
    proved = _invariant(symmetry, chart) and has_gradient(chart) is True
    return InvariantManifold(symmetry, chart, Verdict.PROVED if proved else Verdict.OPEN)


def _fixed_chart(symmetry: Symmetry) -> Chart:
    model, values = symmetry.model, dict[sympy.Symbol, sympy.Expr]()
    for p in model.parameters:
        if p in values or p not in symmetry.values:
            continue
        cycle, sign, q = [(p, 1)], 1, p
        while True:
            image = symmetry.values.get(
                q, q
            )  # (g theta)_q = +-theta_r, so theta_r = +-theta_q on the fixed set
            sign *= -1 if image.could_extract_minus_sign() else 1
            q = -image if image.could_extract_minus_sign() else image
            if q == p:
                break
            cycle.append((q, sign))
        values |= {
            r: s * p if sign == 1 else sympy.Integer(0) for r, s in cycle if sign == -1 or r != p
        }
    return model.chart(values)


def _invariant(symmetry: Symmetry, chart: Chart) -> bool:
    """dim ker(g^T - 1) = dim M, and dF/dp = +-dF/dq on the chart for (g theta)_p = +-theta_q."""
    model = symmetry.model
    place = {p: i for i, p in enumerate(model.parameters)}
    if _fixed_dimension(symmetry, place) != len(chart.coordinates):
        return False
    joint = Joint([chart])
    for p, image in symmetry.values.items():
        sign = -1 if image.could_extract_minus_sign() else 1
        q = place[-image if sign == -1 else image]
        # F(g theta) = F(theta): dF/dq (theta) = sign * dF/dp (g theta), and g theta = theta here
        other = joint.program.scale(sign, joint.nodes[q])
        if not same_function(joint, joint.nodes[place[p]], other):
            return False
    return True


def _fixed_dimension(symmetry: Symmetry, place: Mapping[sympy.Symbol, int]) -> int | None:
    """dim ker(g - 1) = dim ker(g^T - 1) of a signed permutation g; None for another map."""
    images = {}
    rows = Echelon()
    for p, image in symmetry.values.items():
        sign = -1 if image.could_extract_minus_sign() else 1
        images[p] = sign * image
        if images[p] not in symmetry.values:
            return None
        row = {place[p]: Fraction(-1)}
        q = place[images[p]]
        row[q] = row.get(q, Fraction(0)) + sign
        rows.add(row)
    if len(set(images.values())) != len(images):
        return None
    return symmetry.model.size - len(rows.rows)


__all__ = ["InvariantManifold", "fixed_set", "invariant_manifolds"]
