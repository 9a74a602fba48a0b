r"""Quadratic conservation laws $\theta^\top S \theta$ of gradient flow, all of them, and whether
there are others.

A law is constant for every loss and every data set if and only if
$\nabla F_k(\theta)(x) \cdot S\theta = 0$ identically in $\theta$, x and k: a linear system for S,
whose solutions are relations between functions. Where these are too few, linear terms are added.
The gradients of any conserved quantities are orthogonal to the orbit, so as many independent laws
as the orbit has codimension are complete.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm

import sympy

from rankstrat.deadline import check, ended, interruptible, within
from rankstrat.errors import BudgetError, ModelError, OutOfTimeError, UndecidedError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.rank.bounded import Bounded
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Relation, Verdict
from rankstrat.symmetry.orbits import orbit_dimension
from rankstrat.text.spoken import Spoken

MOST_PARAMETERS = 36
Monomial = tuple[int, ...]
Form = dict[Monomial, sympy.Expr]


@dataclass(frozen=True)
class ConservationLaws(Spoken):
    r"""A basis of the quadratic conserved quantities of gradient flow, whatever the loss and data.

    Attributes:
        model: the model.
        expressions: one polynomial for each; every one is verified identically.
        point: a random point.
        independent: how many have independent gradients there, which almost every point has at
            least.
        orbit: the dimension of the orbit of the gradients through it.
        ended: where the budget of time ended, if it did; there may be more laws then.
    """

    model: Model
    expressions: tuple[sympy.Expr, ...]
    point: Chart = field(repr=False, compare=False)
    independent: int
    orbit: Bounded
    ended: str = field(default="", compare=False)

    @property
    def verdict(self) -> Verdict:
        """PROVED if near almost every point every conserved quantity is a function of these."""
        if not self.ended and self.independent + self.orbit.lower == self.model.size:
            return Verdict.PROVED
        return Verdict.OPEN

    @property
    def most(self) -> int:
        """An upper bound of the number of independent conserved quantities of any kind."""
        return self.model.size - self.orbit.lower

    def __len__(self) -> int:
        return len(self.expressions)

    def __str__(self) -> str:
        if self.verdict is Verdict.PROVED:
            text = f"{self.independent} independent conservation laws, and no more  [PROVED]"
        else:
            text = (
                f"{self.independent} independent quadratic conservation laws, at most {self.most}"
                " of any kind  [OPEN]"
            )
            if self.ended:
                text += f": {self.ended}"
        return "\n".join([text, *(f"    {e} is constant" for e in self.expressions)])


def conservation_laws(
    model: Model, *, depth: int = 2, seed: int = 0, budget: float | None = None
) -> ConservationLaws:
    r"""All quadratic forms that gradient flow conserves for every loss and data set, and whether
    other laws are independent of them; quadratic polynomials where forms are too few.

    Args:
        model: a model of at most 36 parameters.
        depth: of the brackets that bound the orbit from below.
        seed: names the random point.
        budget: seconds after which the laws and bounds found so far come back.

    Raises:
        ModelError: a piecewise model: write its pieces with a symbol for each gate as an input.
        BudgetError: too many parameters.

    References:
        MarcotteGribonvalPeyre2023 (method); docs/proofs.md#conservation-laws.

    Example:
        >>> from rankstrat.families import matrix_factorization
        >>> print(conservation_laws(matrix_factorization(1, 1, 1)))
        1 independent conservation laws, and no more  [PROVED]
            A1_1**2 - B1_1**2 is constant
    """
    demand(model, Model, ModelError, "a model", "try a family")
    if model.compiled.piecewise:
        raise ModelError(
            f"{model} is piecewise; a smooth model is needed; write relu(z) as s*z with an input s"
        )
    if model.domain:
        raise ModelError(
            f"the inputs of {model} are restricted; laws are known for all real inputs; build it"
            " without a domain"
        )
    if model.constants:
        raise ModelError(
            f"{model} has unknown constants; numbers are needed, for its laws depend on them; give"
            " them values"
        )
    if model.size > MOST_PARAMETERS:
        raise BudgetError(
            f"{model} has {model.size} parameters, {MOST_PARAMETERS} are allowed; ask a smaller"
            " member of the family"
        )
    rng = random.Random(seed)
    point = model.point([rng.choice((-1, 1)) * rng.randint(1, 99) for _ in range(model.size)])
    found = _Found()
    with within(budget):
        try:
            _search(model, point, depth, seed, found)
        except OutOfTimeError as error:
            found.ended = ended(error)
    why = f"brackets of depth at most {depth}, and laws with independent gradients"
    if found.ended:
        why = found.ended
    orbit = Bounded(found.below, model.size - found.independent, why, of="the dimension")
    return ConservationLaws(
        model, found.expressions, point, found.independent, orbit, ended=found.ended
    )


@dataclass
class _Found:
    """What is known so far."""

    expressions: tuple[sympy.Expr, ...] = ()
    independent: int = 0
    below: int = 0
    ended: str = ""


def _search(model: Model, point: Chart, depth: int, seed: int, found: _Found) -> None:
    pairs = [(i, j) for i in range(model.size) for j in range(i, model.size)]
    _laws(model, pairs, point, seed, found)
    for level in range(depth + 1):
        check("brackets were known")
        with suppress(UndecidedError):  # constants at the point that nobody relates
            found.below = orbit_dimension(point, depth=level, seed=seed).lower
        if found.independent + found.below == model.size:
            return
    _laws(model, [*pairs, *((i,) for i in range(model.size))], point, seed, found)


def _laws(
    model: Model, monomials: Sequence[Monomial], point: Chart, seed: int, found: _Found
) -> None:
    """Find the laws in some monomials; they are kept if more of them are independent."""
    with interruptible("the derivatives of the outputs were known"):
        system = _system(model, monomials)
    relations = model_rank(system.generic(), seed=seed)
    forms = [_form(relation, monomials) for relation in relations.relations]
    laws = tuple(_polynomial(form, model.parameters) for form in forms)
    if not found.expressions:
        found.expressions = laws
    check("the gradients of the laws were known")
    independent = _independent(forms, point, seed)
    if independent > found.independent:
        found.expressions, found.independent = laws, independent


def _polynomial(form: Form, symbols: Sequence[sympy.Symbol]) -> sympy.Expr:
    return sympy.Add(*(c * sympy.Mul(*(symbols[i] for i in m)) for m, c in form.items()))


def _system(model: Model, monomials: Sequence[Monomial]) -> Model:
    r"""The linear model of the functions $\nabla F \cdot \nabla\theta^m$, one for each monomial;
    parameters become inputs.
    """
    theta = model.parameters
    names = {p: sympy.Symbol(f"t_{i}") for i, p in enumerate(theta)}
    names |= {x: sympy.Symbol(f"x_{i}") for i, x in enumerate(model.inputs)}
    coefficients = [sympy.Symbol("_".join(map(str, ("s", *m)))) for m in monomials]
    outputs = []
    for output in model.outputs:
        # renamed before coefficients come in, which may have the old names
        slopes = [output.diff(p).xreplace(names) for p in theta]
        terms = [
            c * slopes[i] * sympy.Mul(*(names[theta[j]] for j in (*m[:k], *m[k + 1 :])))
            for c, m in zip(coefficients, monomials, strict=True)
            for k, i in enumerate(m)
        ]
        outputs.append(sympy.Add(*terms))
    return Model(outputs, coefficients, list(names.values()))


def _form(relation: Relation, monomials: Sequence[Monomial]) -> Form:
    """The polynomial of a relation, its first coefficient positive; primitive where rational."""
    found = {monomials[k]: sympy.sympify(c, strict=True) for k, c in sorted(relation.coefficients)}
    if not all(c.is_Rational for c in found.values()):
        first = next(iter(found.values()))
        return {m: sympy.radsimp(c / first) for m, c in found.items()}
    form = {m: Fraction(int(c.p), int(c.q)) for m, c in found.items()}
    size = gcd(*(c.numerator for c in form.values()))
    scale = Fraction(lcm(*(c.denominator for c in form.values())), size)
    if next(iter(form.values())) < 0:
        scale = -scale
    return {m: sympy.Rational(c * scale) for m, c in form.items()}


def _independent(forms: Sequence[Form], point: Chart, seed: int) -> int:
    """How many of the gradients are seen to be independent at the point."""
    if not forms:
        return 0
    theta = point.model.parameters
    names = [sympy.Symbol(f"t_{i}") for i in range(len(theta))]
    laws = [_polynomial(form, names) for form in forms]
    # the rank of the map of the laws
    return model_rank(Model(laws, names).point(list(point.raw)), seed=seed).lower


__all__ = ["ConservationLaws", "conservation_laws"]
