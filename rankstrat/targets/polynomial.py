r"""Target sets of small polynomial models by exact decomposition: factor, split, and test minors
over $\mathbb{Q}$.

The equations $F(\theta) = f^*$ are polynomial. A Gröbner basis element that factors splits the set;
sums of even monomials with positive coefficients vanish at real points only if every monomial does.
Splitting never loses a real point, so the list is complete whether or not its members are
irreducible.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import sympy
from sympy.polys.orderings import monomial_key

from rankstrat.algebra.affine import AffineSubspace
from rankstrat.algebra.closures import has_small_basis
from rankstrat.algebra.polynomials import Ring
from rankstrat.deadline import interruptible
from rankstrat.errors import TargetError
from rankstrat.model.model import Chart, Model
from rankstrat.targets.branch import Branch, BranchList, TargetFunction
from rankstrat.targets.closure import Closure
from rankstrat.targets.least_rank import Candidate, RankBounds
from rankstrat.targets.minors import Minors
from rankstrat.targets.pieces import Fibre

MAX_PARAMETERS, MOST_UNKNOWNS = 6, 12
_TRIED = (1, -1, 2, -3, 3, -2, 0, 5, 4, sympy.Rational(1, 2), -4, 7)
_MAX_PIECES = 200
_MAX_TRIES = 1_000  # Groebner bases in the search for rational points
Point = dict[sympy.Symbol, sympy.Expr]


@interruptible("a Gröbner basis was known")
def _groebner(
    equations: Sequence[sympy.Expr], *symbols: sympy.Symbol, order: str, **options: Any
) -> Any:
    return sympy.groebner(equations, *symbols, order=order, **options)


class _Piece:
    """A union of components over Q: a reduced Gröbner basis in the parameters."""

    def __init__(self, model: Model, basis: Sequence[sympy.Expr]) -> None:
        self.model = model
        self.parameters = model.parameters
        self.basis = tuple(basis)

    @cached_property
    def groebner(self) -> Any:
        """The reduced basis as sympy's object, which reads rational polynomials."""
        return _groebner(self.basis, *self.parameters, order="grevlex", domain=sympy.QQ)

    @cached_property
    def dimension(self) -> int:
        """The complex dimension: the most parameters no leading monomial lies in."""
        key = monomial_key("grevlex")
        leading = [
            {i for i, e in enumerate(max(p.monoms(), key=key)) if e} for p in self.groebner.polys
        ]
        count = len(self.parameters)
        for size in range(count, -1, -1):
            for chosen in itertools.combinations(range(count), size):
                if not any(monomial <= set(chosen) for monomial in leading):
                    return size
        return 0

    def vanishes(self, polynomial: sympy.Expr) -> bool:
        """Whether a polynomial is zero at every complex point (radical membership)."""
        if self.groebner.contains(polynomial):
            return True
        t = sympy.Dummy("t")
        both = _groebner([*self.basis, 1 - t * polynomial], t, *self.parameters, order="grevlex")
        return list(both.exprs) == [1]

    def inside(self, other: _Piece) -> bool:
        """Whether every point of this piece lies in the other."""
        return all(self.vanishes(g) for g in other.basis)


def is_decomposable(model: Model, target: TargetFunction, *, most: int = MAX_PARAMETERS) -> bool:
    """Whether the equations of a target are few and polynomial over the rationals."""
    if model.size > most or not model.domain.is_open:
        return False
    symbols = (*model.parameters, *model.inputs)
    for output, goal in zip(model.outputs, target.expressions, strict=True):
        difference = output - goal
        if not difference.is_polynomial(*symbols):
            return False
        if not all(c.is_Rational for c in sympy.Poly(difference, *symbols).coeffs()):
            return False
    return True


def solved_branches(model: Model, target: TargetFunction) -> BranchList | None:
    """The branches of a polynomial model by solving equations one after another, or by Groebner
    bases of bounded size; None where that does not decide them.

    Raises:
        TargetError: a target outside the function space.
    """
    if not is_decomposable(model, target, most=MOST_UNKNOWNS):
        return None
    return _decomposed(model, target)


def polynomial_branches(model: Model, target: TargetFunction) -> BranchList:
    """The branches of a polynomial model with at most twelve parameters.

    Raises:
        TargetError: another kind of model, an irrational target, or one outside the function space.
    """
    found = _decomposed(model, target)
    if found is None:
        raise TargetError(
            f"the target set of {model} with {model.size} parameters is not decided by solving its"
            f" equations one after another; at most {MAX_PARAMETERS} parameters are needed for"
            " other roads, and a Groebner basis of bounded size; pass charts=[...]"
        )
    return found


def _decomposed(model: Model, target: TargetFunction) -> BranchList | None:
    equations, minors = _equations(model, target), Minors(model)
    exact = Fibre(model, equations, minors.matrix).branches()
    if exact is not None:
        return exact
    if model.size > MAX_PARAMETERS or not _has_small_basis(model, equations):
        return None
    pieces = list(_split(model, equations))
    kept: list[_Piece] = []
    for piece in sorted(pieces, key=lambda p: -p.dimension):
        if not any(piece.inside(other) for other in kept):
            kept.append(piece)
    if not kept:
        raise TargetError(
            f"no parameters of {model} give the target: it is not in the function space; choose"
            " another"
        )
    branches = [_branch(minors, piece, number) for number, piece in enumerate(kept, start=1)]
    listed = tuple(b for b in branches if b is not None)
    missing = len(kept) - len(listed)
    basis = "factorization of the equations over the rationals"
    if missing:
        basis = (
            f"{missing} pieces without a smooth rational point are left out; their real points are"
            " not decided"
        )
    if not listed:
        if target.point is not None and target.point.model == model:
            return None  # singular, but a point
        raise TargetError(
            f"no rational parameters of the target were found ({basis}); use charts=[...]"
        )
    return BranchList(listed, not missing, basis)


@interruptible("the equations were expanded")
def _equations(model: Model, target: TargetFunction) -> list[sympy.Expr]:
    parameters, inputs = model.parameters, model.inputs
    if model.size > MOST_UNKNOWNS:
        raise TargetError(
            f"{model} has {model.size} parameters and no description of its target sets; a"
            " two-layer, linear, diagonal or factorization family, or a polynomial model of at"
            f" most {MOST_UNKNOWNS}, is needed; or pass charts=[...]"
        )
    equations = []
    for output, goal in zip(model.outputs, target.expressions, strict=True):
        difference = sympy.expand(output - goal)
        if not difference.is_polynomial(*parameters, *inputs):
            raise TargetError(
                f"{model} or its target is not polynomial, and its family does not describe its"
                " target sets; pass charts=[...] on which the model equals the target"
            )
        coefficients = sympy.Poly(difference, *inputs).coeffs() if inputs else [difference]
        equations += [c for c in coefficients if c != 0]
    for equation in equations:
        if not all(c.is_Rational for c in sympy.Poly(equation, *parameters).coeffs()):
            raise TargetError(
                f"the coefficient equation {equation} = 0 is not rational; give a rational target"
            )
    return equations


def _has_small_basis(model: Model, equations: Sequence[sympy.Expr]) -> bool:
    """Whether a basis is found within bounds before the slower exact splitting is begun."""
    ring = Ring(model.size)
    terms = [sympy.Poly(e, *model.parameters).terms() for e in equations]
    polys = [ring.of({m: Fraction(int(c.p), int(c.q)) for m, c in t}) for t in terms]
    return has_small_basis(ring, polys)


def _split(model: Model, equations: Sequence[sympy.Expr]) -> Iterator[_Piece]:
    """Pieces whose Gröbner bases, in two orders, do not factor."""
    parameters = model.parameters
    waiting, seen = [tuple(equations)], set()
    while waiting:
        current = waiting.pop()
        if not current:
            yield _Piece(model, ())
            continue
        basis = _groebner(current, *parameters, order="grevlex")
        key = tuple(basis.exprs)
        if key == (1,) or key in seen:
            continue
        seen.add(key)
        if len(seen) > _MAX_PIECES:
            raise TargetError("the equations split into too many pieces; pass charts=[...] instead")
        lex = basis.fglm("lex").exprs if basis.is_zero_dimensional else ()
        for g in (*key, *lex):
            cases = _cases(g, parameters)
            # a case that holds on the whole piece makes the others superfluous; without one, every
            # case is smaller
            if not any(all(basis.contains(h) for h in case) for case in cases):
                waiting += [(*key, *case) for case in cases]
                break
        else:
            yield _Piece(model, key)


@interruptible("the equations were split")
def _cases(g: sympy.Expr, parameters: Sequence[sympy.Symbol]) -> list[list[sympy.Expr]]:
    """Lists of equations one of which holds wherever g = 0 at a real point."""
    _, factors = sympy.factor_list(g, *parameters)
    result = []
    for factor, _ in factors:
        polynomial = sympy.Poly(factor, *parameters)
        terms = polynomial.terms()
        even = all(e % 2 == 0 for powers, _ in terms for e in powers)
        if even and len({c > 0 for _, c in terms}) == 1:
            if any(not any(powers) for powers, _ in terms):
                continue  # a positive polynomial has no real zero
            monomials = [
                [p for p, e in zip(parameters, powers, strict=True) if e] for powers, _ in terms
            ]
            result += [list(chosen) for chosen in itertools.product(*monomials)]
        elif (
            len(factor.free_symbols) == 1
            and sympy.Poly(factor, *factor.free_symbols).count_roots() == 0
        ):
            continue
        elif _is_definite_form(factor):
            result.append(sorted(factor.free_symbols, key=str))
        else:
            result.append([factor])
    return result


def _is_definite_form(factor: sympy.Expr) -> bool:
    """Whether a polynomial is a form in two parameters without a real linear factor: zero only
    where both are.
    """
    if len(factor.free_symbols) != 2:
        return False
    u, v = sorted(factor.free_symbols, key=str)
    form = sympy.Poly(factor, u, v)
    if not form.is_homogeneous or form.total_degree() % 2:
        return False
    return (
        form.coeff_monomial(u ** form.total_degree()) != 0
        and sympy.Poly(factor.subs(v, 1), u).count_roots() == 0
    )


@interruptible("the ranks on a piece were known")
def _branch(minors: Minors, piece: _Piece, number: int) -> Branch | None:
    model, parameters = minors.model, piece.parameters
    smooth = _smooth_point(minors, piece)
    if smooth is None:
        return None
    chart = _chart(model, piece) or model.point(smooth)
    rank = minors.rank(smooth)
    least, point = rank, smooth
    excluded = False
    for s in range(rank + 1):
        together = [*piece.basis, *minors.of_size(s + 1)] or [sympy.Integer(0)]
        locus = _groebner(together, *parameters, order="grevlex")
        if list(locus.exprs) == [1]:
            excluded = True
            continue
        low = next(_points(parameters, tuple(locus.exprs)), None) if s < rank else smooth
        if low is None:
            excluded = False  # complex points, perhaps no real ones
            break
        least, point = s, low
        break
    settled = least == 0 or excluded
    reason = f"with the equations of the branch the minors of size {least} have no common zero"
    return Branch(
        label=f"piece {number}",
        chart=chart,
        closure=Closure(piece.basis, affine=AffineSubspace.of(piece.basis, parameters)),
        dimension=piece.dimension,
        irreducible=False,
        bounds=RankBounds(
            candidates=partial(_one_point, model, point, least if settled else None),
            exhaustive=reason if settled else "",
        ),
    )


def _one_point(model: Model, point: Point, rank: int | None) -> Iterator[Candidate]:
    yield Candidate(model.point(point), rank)


def _smooth_point(minors: Minors, piece: _Piece) -> Point | None:
    """A smooth rational point where the rank is the generic one: there, the real dimension is the
    complex one.
    """
    codimension = len(piece.parameters) - piece.dimension
    jacobian = sympy.Matrix(piece.basis).jacobian(piece.parameters) if piece.basis else None
    best, rank = None, -1
    for point in itertools.islice(_points(piece.parameters, piece.basis), 12):
        if jacobian is not None and jacobian.xreplace(point).rank() != codimension:
            continue  # singular, or on a part of smaller dimension
        here = minors.rank(point)
        if here > rank:
            best, rank = point, here
    if best is None or not all(piece.vanishes(m) for m in minors.of_size(rank + 1)):
        return None
    return best


def _points(parameters: Sequence[sympy.Symbol], basis: Sequence[sympy.Expr]) -> Iterator[Point]:
    """Rational points, by giving parameters small values one after another; those of high degree
    first, if need be.
    """
    if not basis:
        basis = (sympy.Integer(0),)
    by_degree = sorted(parameters, key=lambda p: -max(sympy.degree(g, p) for g in basis))
    for order in (list(parameters), by_degree):
        found = False
        for point in _extend(order, list(basis), {}, 0, iter(range(_MAX_TRIES))):
            found = True
            yield point
        if found or by_degree == list(parameters):
            return


def _extend(
    left: list[sympy.Symbol], basis: list[sympy.Expr], point: Point, turn: int, tries: Iterator[int]
) -> Iterator[Point]:
    if not left:
        yield dict(point)
        return
    first, *rest = left
    roots = None
    for g in basis:
        if g.free_symbols == {first}:
            roots = [r for r in sympy.roots(sympy.Poly(g, first)) if r.is_Rational]
            break
    values = roots if roots is not None else [*_TRIED[turn % 5 :], *_TRIED[: turn % 5]]
    for value in values:
        reduced = [h for h in (sympy.expand(g.xreplace({first: value})) for g in basis) if h != 0]
        if rest:
            if next(tries, None) is None:
                return
            reduced = list(_groebner(reduced or [sympy.Integer(0)], *rest, order="lex").exprs)
        elif reduced:
            continue
        if reduced == [1]:
            continue
        yield from _extend(
            rest, [h for h in reduced if h != 0], {**point, first: value}, turn + 1, tries
        )


def _chart(model: Model, piece: _Piece) -> Chart | None:
    """A rational chart by solving equations that are linear in a parameter with a monomial
    coefficient.
    """
    values: dict[sympy.Symbol, sympy.Expr] = {}
    left = list(piece.basis)
    while left:
        found = _linear(left, model.parameters)
        if found is None:
            return None
        parameter, value = found
        values = {p: sympy.cancel(v.xreplace({parameter: value})) for p, v in values.items()} | {
            parameter: value
        }
        numerators = (
            sympy.fraction(sympy.together(g.xreplace({parameter: value})))[0] for g in left
        )
        left = [g for g in map(sympy.expand, numerators) if g != 0]
        if left:
            left = list(_groebner(left, *model.parameters, order="grevlex").exprs)
    if len(model.parameters) - len(values) == piece.dimension:
        return model.chart(values)
    return None


def _linear(
    equations: Sequence[sympy.Expr], parameters: Sequence[sympy.Symbol]
) -> tuple[sympy.Symbol, sympy.Expr] | None:
    for constant_only in (True, False):
        for g in equations:
            for p in parameters:
                polynomial = sympy.Poly(g, p)
                if polynomial.degree() != 1:
                    continue
                slope, rest = polynomial.all_coeffs()
                if slope.is_Rational or (
                    not constant_only and len(sympy.Add.make_args(sympy.expand(slope))) == 1
                ):
                    return p, sympy.cancel(-rest / slope)
    return None
