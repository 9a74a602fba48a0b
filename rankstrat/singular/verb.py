r"""`learning_coefficient`: which theorem decides a point or a branch, and bounds elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy

from rankstrat.algebra.linear import Rational
from rankstrat.errors import ModelError, PointError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.model.structure import HasBranches, HasLayers, Layers
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.rank.zero import same_functions
from rankstrat.singular.coefficient import LearningCoefficient
from rankstrat.singular.ideal import local_ideal
from rankstrat.singular.newton import newton
from rankstrat.singular.products import Chain, multiplied
from rankstrat.singular.quartic import second_order
from rankstrat.targets import MAX_PARAMETERS, Branch, target_set


def learning_coefficient(place: Chart | Branch, *, seed: int = 0) -> LearningCoefficient:
    r"""$(\lambda, m)$ of $K(\theta) = \mathbb{E}_x |F(\theta)(x) - f^*(x)|^2$ at a point, $f^*$
    the function there, or at almost every point of a branch.

    Inputs are distributed with a density that is positive on the domain, and K is analytic near
    the point. In order of trial: points
    of products of matrices, from ranks; points where K is a sum of squares along a Morse-Bott
    branch; polynomial models of at most eight parameters, by Newton polyhedra; branches where K is
    of exact order 4 in the other directions. Else $[\tfrac r2, \tfrac{\operatorname{codim}}2]$ or
    better, with verdict OPEN.

    Args:
        place: a point of a model, or a branch of a target set.
        seed: names the random choices of the engine.

    Raises:
        PointError: a chart with coordinates.
        ModelError: a piecewise model, or a fractional power of 0, for which K is not analytic.

    References:
        docs/singular.md; AoyagiWatanabe2005; Aoyagi2024; Watanabe2009; Lin2011.

    Example:
        >>> from rankstrat.families import matrix_factorization
        >>> F = matrix_factorization(rows=2, inner=2, columns=2)
        >>> found = learning_coefficient(F.point(A=[[1, 0], [0, 0]], B=[[1, 0], [0, 0]]))
        >>> found.value, found.multiplicity
        (Fraction(2, 1), 2)
    """
    demand(
        place,
        Chart | Branch,
        PointError,
        "a point or a branch",
        "try model.point(...), or a branch of target_set(model, target)",
    )
    if place.model.compiled.piecewise:
        raise ModelError(
            f"{place.model} is piecewise; a model that is analytic in its parameters is needed,"
            " for the learning coefficient is defined by a pole; use one region, as a polynomial"
        )
    if isinstance(place, Branch):
        _check_powers(place.typical)
        return _of_branch(place, seed)
    if not place.is_point:
        raise PointError(
            f"{place} has coordinates; a point or a branch is needed; use chart.at(...)"
        )
    _check_powers(place)
    return _of_point(place, seed)


def _check_powers(point: Chart) -> None:
    """Refuse a fractional power of an expression in the parameters that is 0 at the point, or
    everywhere on a chart.
    """
    model, zero = point.model, (sympy.Integer(0),)
    parameters = set(model.parameters)
    for output in model.outputs:
        for power in output.atoms(sympy.Pow):
            if power.exp.is_integer or not power.base.free_symbols & parameters:
                continue
            base = power.base.xreplace(point.values)
            found = same_functions(
                (base,), zero, model.inputs, point.coordinates, constants=model.constants
            )
            if found:
                raise ModelError(
                    f"{power} is a fractional power of 0 at {point}; a model that is analytic"
                    " there is needed, for the learning coefficient is defined by a pole; choose"
                    " another point"
                )


@dataclass(frozen=True)
class _Known:
    """A rank with the bounds it gives."""

    chart: Chart
    certificate: RankCertificate

    @property
    def lower(self) -> Fraction:
        """Half the rank."""
        return Fraction(self.certificate.lower, 2)

    def upper(self, codimension: int) -> Fraction:
        """Where a manifold of constant rank is in the target set: K' is of order 4 across it."""
        half = Fraction(codimension, 2)
        if self.certificate.verdict is Verdict.PROBABLE:
            return half
        return min(half, Fraction(codimension + self.certificate.upper, 4))

    def answer(
        self,
        lower: Fraction,
        upper: Fraction,
        multiplicity: int | None,
        reason: str,
        verdict: Verdict = Verdict.PROVED,
        error: float = 0.0,
    ) -> LearningCoefficient:
        """The bounds with their verdict."""
        return LearningCoefficient(
            self.chart,
            lower,
            upper,
            multiplicity,
            verdict if lower == upper else Verdict.OPEN,
            reason,
            self.certificate.lower,
            error,
        )

    def decided(
        self, value: Fraction, multiplicity: int | None, reason: str, *, by_rank: bool
    ) -> LearningCoefficient:
        """A value, which rests on the upper bound of the rank or not."""
        verdict = self.certificate.verdict if by_rank else Verdict.PROVED
        error = self.certificate.error_bound if by_rank else 0.0
        return self.answer(value, value, multiplicity, reason, verdict, error)


def _of_point(point: Chart, seed: int) -> LearningCoefficient:
    known = _Known(point, model_rank(point, seed=seed))
    certificate, size = known.certificate, point.model.size
    if certificate.lower == size:
        return known.decided(
            Fraction(size, 2),
            1,
            "the rank is the number of parameters (docs/singular.md#morse-bott)",
            by_rank=False,
        )
    product = _of_product(known)
    if product is not None:
        return product
    # the point alone is a manifold in the target set
    lower, upper = known.lower, known.upper(size)
    reason = "half the rank, and order 4 in other directions (docs/singular.md#bounds)"
    ideal = local_ideal(point)
    if ideal is not None:
        if not ideal.generators:
            return known.decided(
                Fraction(ideal.smooth, 2),
                1,
                "a smooth fibre (docs/singular.md#newton)",
                by_rank=False,
            )
        polyhedron = newton(ideal.generators, ideal.size)
        if polyhedron is not None:
            if polyhedron.value is not None:
                return known.decided(
                    (ideal.smooth + polyhedron.value) / 2,
                    polyhedron.multiplicity,
                    "a nondegenerate Newton polyhedron (docs/singular.md#newton)",
                    by_rank=False,
                )
            most = (ideal.smooth + polyhedron.threshold) / 2
            if most < upper:
                upper = most
                reason = "half the rank, and the Newton polyhedron (docs/singular.md#newton)"
    for branch in _branches(point):
        if branch.codimension == certificate.lower:
            return known.decided(
                known.lower,
                1,
                f"{branch.label} is Morse-Bott (docs/singular.md#morse-bott)",
                by_rank=False,
            )
        upper = min(upper, Fraction(branch.codimension, 2))
        if certificate.value is None or branch.certificate.value != certificate.value:
            continue
        upper = min(upper, known.upper(branch.codimension))
        found = second_order(point, certificate, _directions(branch), seed=seed)
        if found is not None:
            value = known.lower + Fraction(branch.codimension - certificate.lower, 4)
            return known.answer(
                value,
                value,
                1,
                f"exact order 4 across {branch.label} (docs/singular.md#quartic)",
                # the rank is constant nearby only if that of the branch is right
                _weaker(certificate.verdict, found.verdict, branch.certificate.verdict),
                certificate.error_bound + found.error_bound + branch.certificate.error_bound,
            )
    return known.answer(lower, upper, None, reason)


def _weaker(*verdicts: Verdict) -> Verdict:
    order = (Verdict.PROVED, Verdict.PROBABLE, Verdict.NUMERICAL, Verdict.OPEN, Verdict.REFUTED)
    return max(verdicts, key=order.index)


def _branches(point: Chart) -> Iterator[Branch]:
    """Branches of the own target set that are affine and contain the point, small codimension
    first.
    """
    model = point.model
    structure: object = model.structure
    known = isinstance(structure, HasBranches) or (
        model.size <= MAX_PARAMETERS
        and all(o.is_polynomial(*model.parameters, *model.inputs) for o in model.outputs)
    )
    rational = all(isinstance(v, int | Fraction) for v in point.raw)
    if not known or not rational or model.domain or model.constants:
        return
    listed = target_set(model, point).branches
    near = [b for b in listed if b.affine is not None and not b.source and b.contains(point)]
    yield from sorted(near, key=lambda b: b.codimension)


def _directions(branch: Branch) -> list[list[Rational]]:
    """A basis of the directions of an affine branch."""
    affine = branch.affine
    assert affine is not None
    vectors = []
    for free in affine.free:
        vector: list[Rational] = [int(i == free) for i in range(affine.size)]
        for pivot, row in affine.rows.items():
            vector[pivot] = -row.get(free, Fraction(0))
        vectors.append(vector)
    return vectors


def _of_branch(branch: Branch, seed: int) -> LearningCoefficient:
    certificate = branch.certificate
    known = _Known(branch.typical, certificate)
    half = Fraction(branch.codimension, 2)
    if branch.source or not branch.irreducible:
        lower = Fraction(branch.minimum.lower, 2)
        why = f"{branch.source} claims it" if branch.source else "it may have several parts"
        return known.answer(
            min(lower, half), half, None, f"half the least rank and half the codimension: {why}"
        )
    if certificate.lower == branch.codimension:
        return known.decided(
            half, 1, f"{branch.label} is Morse-Bott (docs/singular.md#morse-bott)", by_rank=False
        )
    quartic = _across(branch, certificate, seed)
    if quartic is not None:
        value = known.lower + Fraction(branch.codimension - certificate.lower, 4)
        return known.answer(
            value,
            value,
            1,
            f"exact order 4 across {branch.label} (docs/singular.md#quartic)",
            _weaker(certificate.verdict, quartic[0]),
            certificate.error_bound + quartic[1],
        )
    return known.answer(
        known.lower,
        known.upper(branch.codimension),
        None,
        "half the rank, and order 4 in other directions (docs/singular.md#bounds); it may differ"
        " between regions of the branch, so give a point",
    )


def _across(
    branch: Branch, certificate: RankCertificate, seed: int
) -> tuple[Verdict, float] | None:
    """Whether K is of exact order 4 across a branch at one point, by a condition that is Zariski
    open.
    """
    if certificate.value is None or len(branch.chart.coordinates) != branch.dimension:
        return None
    chart = branch.chart
    point = branch.sample(seed=seed)
    here = model_rank(point, seed=seed)
    if here.value != certificate.value:
        return None
    place = _coordinates(chart, point)
    if place is None:
        return None
    tangent = [
        [_number(sympy.sympify(v, strict=True).diff(u).subs(place)) for v in chart.values.values()]
        for u in chart.coordinates
    ]
    if any(c is None for vector in tangent for c in vector):
        return None
    found = second_order(point, here, tangent, seed=seed)  # type: ignore[arg-type]
    if found is None or found.kind == "positive":
        return None
    return _weaker(here.verdict, found.verdict), here.error_bound + found.error_bound


def _coordinates(chart: Chart, point: Chart) -> dict[sympy.Symbol, sympy.Expr] | None:
    """The coordinates of a sampled point, read off parameters that are coordinates."""
    values = {v: point.values[p] for p, v in chart.values.items() if v in chart.coordinates}
    if set(values) != set(chart.coordinates):
        return None
    return values


def _number(value: sympy.Expr) -> Fraction | None:
    if not value.is_Rational:
        return None
    return Fraction(int(value.p), int(value.q))


def _of_product(known: _Known) -> LearningCoefficient | None:
    """A point of a product of matrices, by the ranks of its partial products."""
    layers = _product_layers(known.chart.model)
    if layers is None or not all(isinstance(v, int | Fraction) for v in known.chart.raw):
        return None
    arrays = known.chart.arrays
    factors = []
    for name, (before, after) in zip(
        layers.weights, zip(layers.widths, layers.widths[1:], strict=False), strict=True
    ):
        factors.append([list(row) for row in arrays[name].reshape(after, before)])
    chain = Chain.of(factors, layers.widths)
    found = chain.least()
    if found is None:
        return None
    rest, minimisers = found
    multiplicity = chain.longest(minimisers)
    if rest + chain.smooth == known.certificate.lower:
        multiplicity = 1
    return known.decided(
        Fraction(chain.smooth + rest, 2),
        multiplicity,
        "the components through a point of a product (docs/singular.md#products-of-matrices)",
        by_rank=False,
    )


def _product_layers(model: Model) -> Layers | None:
    """The layers of a product of matrices, tried at a point; None for other models."""
    structure: object = model.structure
    if not isinstance(structure, HasLayers):
        return None
    layers = structure.layers
    z = sympy.Symbol("z")
    if any(layers.biases) or layers.activation(z) != z:
        return None
    if not _is_product(model, layers):
        return None
    return layers


def _is_product(model: Model, layers: Layers) -> bool:
    """Whether the outputs are the entries of the product, or it applied to the inputs, at a random
    point.
    """
    point = model.point([(7 * i * i + 3 * i + 1) % 101 - 50 for i in range(model.size)])
    total: Sequence[Sequence[Rational]] | None = None
    for name, (before, after) in zip(
        layers.weights, zip(layers.widths, layers.widths[1:], strict=False), strict=True
    ):
        factor = [list(row) for row in point.arrays[name].reshape(after, before)]
        total = factor if total is None else multiplied(factor, total)
    assert total is not None
    given = [sympy.expand(o.xreplace(point.values)) for o in model.outputs]
    if model.inputs:
        right = [
            sympy.expand(sympy.Add(*(c * x for c, x in zip(row, model.inputs, strict=True))))
            for row in total
        ]
    else:
        right = [sympy.Rational(c) for row in total for c in row]
    return given == right


__all__ = ["learning_coefficient"]
