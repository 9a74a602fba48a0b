r"""The default arrangement of a model: its blocks, its signed permutations, and the conditions they
suggest.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import sympy

from rankstrat.algebra.expressions import expanded
from rankstrat.algebra.linear import Form, Rational, quotient
from rankstrat.deadline import half, interruptible
from rankstrat.errors import ModelError, OutOfTimeError
from rankstrat.model.isomorphism import isomorphism_in_time
from rankstrat.model.model import Model
from rankstrat.model.structure import HasConditions
from rankstrat.strata.arrangement import ArrangementStrata
from rankstrat.strata.candidates import found_conditions
from rankstrat.strata.flats import Condition, SignedPermutation
from rankstrat.strata.loci import RankLoci, loci_of
from rankstrat.strata.stratum import Stratification
from rankstrat.strata.units import permutations, unit_pairs, unit_parts
from rankstrat.text.parsing import shown
from rankstrat.text.tables import Math

LARGEST_SEARCH, LARGEST_GRAPH = 20, 60


def general_strata(
    model: Model, *, conditions: Sequence[Any] = (), seed: int = 0
) -> Stratification:
    r"""The rank loci where minors decide them, else the arrangement of the default conditions and
    those given, with factors of minors on flats where the tangents are polynomial.

    Raises:
        ModelError: a given condition is not a polynomial in the parameters with rational
            coefficients, or is constant.
    """
    expressions = tuple(_equations(model, conditions))
    loci = _loci(model, expressions, seed)
    if loci is not None and loci.is_complete:
        linear, polynomials = _parted(model, expressions)
        symmetries = _known_symmetries(model)
        kept = tuple(g for g in symmetries if _permutes(g, linear, polynomials, model))
        return replace(loci, symmetries=kept)
    arrangement = arrangement_of(model, conditions=conditions, seed=seed)
    found = _candidates(arrangement) if loci is None and not conditions else []
    if found:
        arrangement = arrangement_of(model, conditions=found, seed=seed)
    return arrangement if loci is None else replace(arrangement, loci=loci)


def _candidates(arrangement: ArrangementStrata) -> list[sympy.Expr]:
    """Further conditions; none where there is no time for them."""
    try:
        with half():
            return found_conditions(arrangement)
    except OutOfTimeError:
        return []


def _loci(model: Model, conditions: Sequence[sympy.Expr], seed: int) -> RankLoci | None:
    """What minors say; nothing where there is no time for them."""
    try:
        with half():
            return loci_of(model, conditions=conditions, seed=seed)
    except OutOfTimeError:
        return None


def arrangement_of(
    model: Model, *, conditions: Sequence[Any] = (), seed: int = 0
) -> ArrangementStrata:
    """The flats of the default conditions and those given."""
    linear, polynomials = _parted(model, tuple(_equations(model, conditions)))
    symmetries = _known_symmetries(model)
    arrangement = _different([*_conditions(model, symmetries), *linear])
    kept = tuple(g for g in symmetries if _permutes(g, arrangement, polynomials, model))
    return ArrangementStrata(model, arrangement, tuple(polynomials), kept, seed)


def conditions_of(model: Model) -> tuple[Condition, ...]:
    """The default conditions alone; symmetries, which may take long to find, are not asked for
    where a family names its conditions or its units.
    """
    named = _described(model) is not None or bool(unit_parts(model))
    symmetries = [] if named else _known_symmetries(model)
    return _different(_conditions(model, symmetries))


def _conditions(model: Model, symmetries: Sequence[SignedPermutation]) -> list[Condition]:
    known_of = _described(model)
    if known_of is None:
        return list(_defaults(model, symmetries))
    structure, source, rename = known_of
    groups = structure.conditions(source)
    return [_condition(model, list(map(rename, group))) for group in groups]


def _different(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    known: dict[tuple[Form, ...], Condition] = {}
    for condition in conditions:
        known.setdefault(tuple(sorted(condition.rows)), condition)
    return tuple(known.values())


def _known_symmetries(model: Model) -> list[SignedPermutation]:
    """Generators; none where there is no time for them, so that orbits are smaller."""
    known_of = _described(model)
    if known_of is None:
        try:
            with half(), interruptible("the symmetries of the model were known"):
                return list(_symmetries(model))
        except OutOfTimeError:
            return []
    structure, source, rename = known_of
    named = (
        {rename(p): rename(value) for p, value in generator.items()}
        for generator in structure.generators(source)
    )
    return [_permutation(model, generator) for generator in named]


def _described(model: Model) -> tuple[HasConditions, Model, Callable[[Any], Any]] | None:
    """What knows the conditions of a model, in whose symbols, and how they are renamed."""
    structure: Any = model.structure
    if isinstance(structure, HasConditions):
        return structure, model, lambda value: value
    same = None if structure is not None else isomorphism_in_time(model)
    if same is None or not isinstance(same.structure, HasConditions):
        return None
    return same.structure, same.source, same.renamed


def _parted(
    model: Model, expressions: Sequence[sympy.Expr]
) -> tuple[list[Condition], list[sympy.Expr]]:
    """The linear conditions, and the others."""
    linear, polynomials = [], []
    for expression in expressions:
        row = _row(model, expression)
        if row is None:
            polynomials.append(expression)
        else:
            words = Math(f"{expression} = 0", f"{sympy.latex(expression)} = 0")
            linear.append(Condition((row,), words))
    return linear, polynomials


def _equations(model: Model, conditions: Sequence[Any]) -> Iterator[sympy.Expr]:
    """The expressions that vanish, each a polynomial with rational coefficients that is not
    constant.
    """
    if not isinstance(conditions, list | tuple):
        raise ModelError(
            f"conditions = {shown(repr(conditions))} is a {type(conditions).__name__}; a list is"
            f" needed, such as [{model.parameters[0]}]"
        )
    for given in conditions:
        expression = given.lhs - given.rhs if isinstance(given, sympy.Equality) else given
        if not isinstance(expression, sympy.Expr):
            raise ModelError(
                f"the condition {shown(repr(given))} is a {type(given).__name__}; an equation is"
                f" needed; give the sympy expression that vanishes, in {_few(model)}"
            )
        if expression.free_symbols - set(model.parameters) or not expression.is_polynomial(
            *model.parameters
        ):
            raise ModelError(
                f"the condition {expression} = 0 is not a polynomial in the parameters; write it in"
                f" {_few(model)}"
            )
        polynomial = sympy.Poly(expression, *model.parameters)
        if not all(c.is_Rational for c in polynomial.coeffs()):
            raise ModelError(
                f"the condition {expression} = 0 has an irrational coefficient or a float; rational"
                " ones are needed; write sympy.Rational, or multiply by the conjugate"
            )
        if polynomial.is_ground:
            where = "everywhere" if polynomial.is_zero else "nowhere"
            raise ModelError(
                f"the condition {given} holds {where}; an equation in {_few(model)} is needed;"
                " leave it out"
            )
        yield expression


def _few(model: Model) -> str:
    return ", ".join(map(str, model.parameters[:6])) + (", ..." if model.size > 6 else "")


def _row(model: Model, expression: sympy.Expr) -> Form | None:
    """The coefficients of a linear form, scaled so that the first is 1; None for another
    polynomial.
    """
    places = {p: i for i, p in enumerate(model.parameters)}
    # a polynomial in hundreds of generators would take a tenth of a second for every condition
    terms = sympy.expand(expression).as_coefficients_dict()
    if not terms or not all(term in places and c.is_Rational for term, c in terms.items()):
        return None
    row: list[Rational] = [0] * model.size
    for term, c in terms.items():
        row[places[term]] = int(c.p) if c.q == 1 else Fraction(int(c.p), int(c.q))
    if not any(row):
        return None
    return _scaled(row)


def _condition(model: Model, group: Sequence[Any]) -> Condition:
    rows = []
    for expression in group:
        row = _row(model, sympy.sympify(expression, strict=True))
        if row is None:
            raise ModelError(
                f"the condition {expression} = 0 is not linear; give linear forms without a"
                " constant"
            )
        rows.append(row)
    return Condition(tuple(rows), _words([sympy.sympify(e, strict=True) for e in group]))


def _words(group: Sequence[sympy.Expr]) -> Math:
    texts, latex = [], []
    for expression in group:
        positive = [t for t in sympy.Add.make_args(expression) if not t.could_extract_minus_sign()]
        left = sympy.Add(*positive) if positive else expression
        right = expanded(left - expression)
        texts.append(f"{left} = {right}")
        latex.append(f"{sympy.latex(left)} = {sympy.latex(right)}")
    return Math(", ".join(texts), r",\ ".join(latex))


def _permutation(model: Model, images: dict[Any, Any]) -> SignedPermutation:
    place = {p: i for i, p in enumerate(model.parameters)}
    target, sign = [], []
    for parameter in model.parameters:
        image = images.get(parameter, parameter)
        negative = image not in place
        target.append(place[-image if negative else image])
        sign.append(-1 if negative else 1)
    return SignedPermutation(tuple(target), tuple(sign))


def _permutes(
    g: SignedPermutation,
    conditions: Sequence[Condition],
    polynomials: Sequence[sympy.Expr],
    model: Model,
) -> bool:
    """Whether a symmetry carries the arrangement to itself."""
    known = {frozenset(map(_scaled, c.rows)) for c in conditions}
    if any(frozenset(_scaled(g.move(r)) for r in c.rows) not in known for c in conditions):
        return False
    swap = {p: g.sign[i] * model.parameters[g.image[i]] for i, p in enumerate(model.parameters)}
    plain = {e for q in polynomials for e in (expanded(q), expanded(-q))}
    return all(expanded(q.xreplace(swap)) in plain for q in polynomials)


def _scaled(row: Sequence[Rational]) -> Form:
    lead = next(v for v in row if v)
    return tuple(quotient(v, lead) if v else 0 for v in row)


def _blocks(model: Model) -> list[tuple[sympy.Symbol, ...]]:
    """Blocks of parameters that stand together in a linear form c1 p1 + c2 p2; the others alone."""
    parameters = set(model.parameters)
    groups: list[set[sympy.Symbol]] = []
    for output in model.outputs:
        for node in sympy.preorder_traversal(output):
            if not isinstance(node, sympy.Add):
                continue
            inside = [term.free_symbols & parameters for term in node.args]
            if len(inside) < 2 or any(len(s) != 1 for s in inside) or node == output:
                continue
            if all(
                sympy.diff(term, min(s, key=str), 2) == 0
                for term, s in zip(node.args, inside, strict=True)
            ):
                groups.append(set().union(*inside))
    for one, two in itertools.combinations(groups, 2):
        if one & two and one != two:
            return [(p,) for p in model.parameters]
    result, seen = [], set[sympy.Symbol]()
    for parameter in model.parameters:
        if parameter not in seen:
            group = next((g for g in groups if parameter in g), {parameter})
            block = tuple(p for p in model.parameters if p in group)
            seen |= group
            result.append(block)
    return result


def _defaults(model: Model, symmetries: Sequence[SignedPermutation]) -> Iterator[Condition]:
    """Block = 0, block = ±block for blocks that a symmetry exchanges, and equal units."""
    parts = unit_parts(model)
    if parts:
        yield from (_condition(model, part) for part in parts)
        yield from _equal_units(model)
        return
    blocks = _blocks(model)
    for block in blocks:
        yield _condition(model, block)
        if len(block) > 1 and model.size <= 8:
            yield from (_condition(model, [p]) for p in block)
    place = {p: i for i, p in enumerate(model.parameters)}
    orbit = _pairs(symmetries, model.size)
    for one, two in itertools.combinations(blocks, 2):
        if len(one) == len(two) and all(
            (place[p], place[q]) in orbit for p, q in zip(one, two, strict=True)
        ):
            for sign in (1, -1):
                yield _condition(model, [p - sign * q for p, q in zip(one, two, strict=True)])
    yield from _equal_units(model)


def _equal_units(model: Model) -> Iterator[Condition]:
    for pair in unit_pairs(model):
        yield from (_condition(model, group) for group in pair.conditions())


def _pairs(symmetries: Sequence[SignedPermutation], size: int) -> set[tuple[int, int]]:
    """Pairs of parameters in one orbit."""
    parent = list(range(size))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    for g in symmetries:
        for i in range(size):
            parent[root(i)] = root(g.image[i])
    return {(i, j) for i in range(size) for j in range(size) if root(i) == root(j)}


def _symmetries(model: Model) -> Iterator[SignedPermutation]:
    """Generators of signed permutations that leave the outputs as they are: signs and exchanges of
    blocks.
    """
    symbols = (*model.parameters, *model.inputs)
    polynomial = all(o.is_polynomial(*symbols) for o in model.outputs)
    if model.size > LARGEST_SEARCH or not polynomial:
        if model.size <= LARGEST_GRAPH:
            yield from (_permutation(model, dict(g.values)) for g in permutations(model))
        return
    outputs = model.outputs
    plain = tuple(map(expanded, outputs))
    blocks = _blocks(model)
    probe = _probe(model)

    def holds(images: dict[sympy.Symbol, sympy.Expr]) -> bool:
        if probe is not None and probe(images) != probe({}):
            return False
        return tuple(expanded(o.xreplace(images)) for o in outputs) == plain

    signs: list[tuple[int, ...]] = []
    for size in (1, 2, 3):
        for chosen in itertools.combinations(range(len(blocks)), size):
            if any(set(s) <= set(chosen) for s in signs):
                continue
            images = {p: -p for k in chosen for p in blocks[k]}
            if holds(images):
                signs.append(chosen)
                yield _permutation(model, images)
    found: list[tuple[tuple[int, int], ...]] = []
    exchanges = [
        (i, j)
        for i, j in itertools.combinations(range(len(blocks)), 2)
        if len(blocks[i]) == len(blocks[j])
    ]
    for size in (1, 2, 3):
        for swaps in itertools.combinations(exchanges, size):
            if len({k for pair in swaps for k in pair}) < 2 * size or any(
                set(f) <= set(swaps) for f in found
            ):
                continue
            images = {}
            for i, j in swaps:
                images |= dict(zip((*blocks[i], *blocks[j]), (*blocks[j], *blocks[i]), strict=True))
            if holds(images):
                found.append(swaps)
                yield _permutation(model, images)


def _probe(model: Model) -> Callable[[dict[sympy.Symbol, sympy.Expr]], Any] | None:
    """The outputs of a polynomial model at one point of whole numbers: most candidates differ
    already there.
    """
    symbols = (*model.parameters, *model.inputs, *model.constants)
    if not all(o.is_polynomial(*symbols) for o in model.outputs):
        return None
    outputs = sympy.lambdify([symbols], list(model.outputs), modules=[])
    point = {s: 3 + 7 * n + n * n for n, s in enumerate(symbols)}

    def at(images: dict[sympy.Symbol, sympy.Expr]) -> Any:
        values = []
        for symbol in symbols:
            image = images.get(symbol, symbol)
            values.append(point[image] if image in point else -point[-image])
        return outputs(values)

    return at
