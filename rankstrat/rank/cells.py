r"""All regions of a piecewise model, where the signs of its arguments come down to those of
finitely many forms.

The forms are affine in the inputs with rational coefficients (an arrangement of hyperplanes), or,
when one input occurs, rational functions of it (the line cut at their zeros).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Any

from rankstrat.algebra.arrangement import Hyperplane, cells
from rankstrat.algebra.balls import Enclosures
from rankstrat.algebra.differential import laurent
from rankstrat.algebra.line import cells_on_line, polynomial
from rankstrat.algebra.linear import Vector
from rankstrat.algebra.program import LEAF, Program
from rankstrat.algebra.signs import Signs, requirements
from rankstrat.errors import BudgetError
from rankstrat.rank.regions import Region, Site, leaf_signs, occurring, restrict

MAX_REGIONS, EXPECTED = 1_500, 1
Form = Any  # a Hyperplane, or a polynomial in one variable


@dataclass
class _State:
    """Forms met so far with their signs, the signs of resolved arguments, and a point inside."""

    forms: list[Form]
    sides: tuple[int, ...]
    signs: dict[int, int]
    point: Vector


class Enumeration:
    """The regions of one site, one nesting level of piecewise functions after another.

    Raises:
        BudgetError: an argument whose sign no form decides, or too many regions.
    """

    def __init__(self, base: Site, most: int = MAX_REGIONS) -> None:
        self.base, self.most = base, most
        self.dimension = len(base.chart.model.inputs)
        used = occurring(base)
        self.line = used[0] if len(used) == 1 else None

    def regions(self) -> list[Region]:
        """All regions on which the model is real."""
        base = self.base
        if base.integers:
            raise BudgetError("regions of integer inputs are sampled")
        states = self._refine(_State([], (), {}, (Fraction(0),) * self.dimension), base.inside)
        states = [s for s in states if all(s.signs[n] == 1 for n in base.inside)]
        for layer in self._layers():
            found_states: list[_State] = []
            for state in states:
                found_states += self._refine(state, layer)
                if len(found_states) > self.most:
                    raise BudgetError(f"the model has more than {self.most} regions")
            states = found_states
        arguments = {base.program.args[n][0] for n in base.piecewise()}
        found = []
        for state in states:
            signs = tuple(sorted((n, s) for n, s in state.signs.items() if n in arguments))
            region = Region(signs, state.point, base.piece)
            if self._is_real(state, region):
                found.append(region)
        return list({region.signs: region for region in reversed(found)}.values())[::-1]

    def _layers(self) -> list[list[int]]:
        """Arguments of piecewise functions, and what must be positive, by nesting depth."""
        base, program = self.base, self.base.program
        inside = set(base.piecewise())
        wanted = {program.args[n][0] for n in inside} | set(base.demands)
        depth = dict[int, int]()
        roots = (*base.nodes, *base.outputs, *wanted)
        for node in program.reachable(roots):
            depth[node] = max((depth[a] for a in program.args[node]), default=0) + (node in inside)
        result: dict[int, list[int]] = {}
        for argument in sorted(wanted):
            result.setdefault(depth[argument], []).append(argument)
        return [result[k] for k in sorted(result)]

    def _refine(self, state: _State, layer: Sequence[int]) -> list[_State]:
        scratch = Program()
        partial = Region(tuple(state.signs.items()), state.point)
        values = restrict(self.base, partial, scratch, layer)
        forms, resolvers = list(state.forms), dict[int, tuple[int, tuple[int, ...]]]()
        places = {self._key(form): i for i, form in enumerate(forms)}
        signs = Signs(scratch, leaf_signs(self.base))
        for argument, value in zip(layer, values, strict=True):
            if argument not in state.signs:
                resolvers[argument] = self._resolver(scratch, signs, value, forms, places)
        if len(forms) == len(state.forms):
            sides = [(state.sides, state.point)]
        else:
            known = len(state.sides)
            found = self._cells(forms, state)
            sides = [(s, x) for s, x in found.items() if s[:known] == state.sides]
        return [
            _State(
                forms,
                side,
                state.signs | {n: _product(s, side, used) for n, (s, used) in resolvers.items()},
                point,
            )
            for side, point in sides
        ]

    def _resolver(
        self,
        scratch: Program,
        signs: Signs,
        value: int,
        forms: list[Form],
        places: dict[Any, int],
    ) -> tuple[int, tuple[int, ...]]:
        """(s, forms) whose product has the sign of a value; unknown forms are added."""
        sign, atoms = signs.pattern(value)
        used = []
        for atom in atoms:
            form = self._form(scratch, atom)
            if isinstance(form, int):
                sign *= form
                continue
            key, orientation = self._key(form), self._orientation(form)
            sign *= orientation
            if key not in places:
                places[key] = len(forms)
                forms.append(self._oriented(form, orientation))
            used.append(places[key])
        return sign, tuple(used) if sign else ()

    def _form(self, program: Program, node: int) -> Form | int:
        """The form of an atom, or its sign where it is constant."""
        inputs = [n for n in program.reachable((node,)) if _is_input(program, n)]
        if not inputs:
            if any(_is_coordinate(program, n) for n in program.reachable((node,))):
                raise BudgetError("the sign of a coordinate is not decided")
            terms = laurent(program, node, 400, {})
            sign = 0 if terms == {} else Enclosures(program).sign(node)
            if not sign and terms != {}:
                raise BudgetError("the sign of a constant is not decided")
            return sign
        if self.line is not None:
            form = polynomial(program, node, inputs[0])
            if form is None:
                raise BudgetError("an argument of a piecewise function is not rational")
            return _constant_or(form, form.degree() <= 0 and form[0])
        plane = self._affine(program, node)
        if any(plane.normal):
            return plane
        return _sign(plane.offset)

    def _affine(self, program: Program, node: int) -> Hyperplane:
        normal, offset = [Fraction(0)] * self.dimension, Fraction(0)
        terms = laurent(program, node, 400, {})
        for monomial, c in (terms or {}).items():
            key = program.data[monomial[0][0]] if len(monomial) == 1 else None
            if not monomial:
                offset = Fraction(c)
            elif isinstance(key, tuple) and key[0] == "x" and monomial[0][1] == 1:
                normal[key[1]] = Fraction(c)
            else:
                raise BudgetError("an argument of a piecewise function is not affine")
        return Hyperplane(tuple(normal), offset)

    def _key(self, form: Form) -> Any:
        lead = self._lead(form)
        if isinstance(form, Hyperplane):
            return tuple(n / lead for n in form.normal), form.offset / lead
        return str(form / form.leading_coefficient())

    @staticmethod
    def _lead(form: Form) -> Any:
        if isinstance(form, Hyperplane):
            return next(n for n in form.normal if n)
        return form.leading_coefficient()

    def _orientation(self, form: Form) -> int:
        if self._lead(form) > 0:
            return 1
        return -1

    @staticmethod
    def _oriented(form: Form, orientation: int) -> Form:
        if orientation > 0:
            return form
        if isinstance(form, Hyperplane):
            return Hyperplane(tuple(-n for n in form.normal), -form.offset)
        return -form

    def _cells(self, forms: Sequence[Form], state: _State) -> dict[tuple[int, ...], Vector]:
        if self.line is None:
            self._demand_few(forms[len(state.sides) :])
            return cells(forms, self.dimension, state.sides, state.point)
        return {
            signs: tuple(x if k == self.line else Fraction(0) for k in range(self.dimension))
            for signs, x in cells_on_line(forms).items()
        }

    def _demand_few(self, forms: Sequence[Form]) -> None:
        """Refuse an arrangement that would have too many cells in general position."""
        count, rank = len(forms), min(self.dimension, len(forms))
        if all(not form.offset for form in forms):
            expected = 2 * sum(comb(count - 1, k) for k in range(rank))
        else:
            expected = sum(comb(count, k) for k in range(rank + 1))
        if expected > EXPECTED * self.most:
            raise BudgetError(f"{count} hyperplanes may have {expected} cells")

    def _is_real(self, state: _State, region: Region) -> bool:
        scratch = Program()
        nodes = restrict(self.base, region, scratch, self.base.outputs)
        signs = Signs(scratch, leaf_signs(self.base))
        places = {self._key(form): i for i, form in enumerate(state.forms)}
        for node in requirements(scratch, nodes):
            forms = list(state.forms)
            sign, used = self._resolver(scratch, signs, node, forms, places)
            if len(forms) > len(state.forms):
                raise BudgetError("where a logarithm is real is not decided")
            if _product(sign, state.sides, used) != 1:
                return False
        return self._meets_needs(state, region)

    def _meets_needs(self, state: _State, region: Region) -> bool:
        scratch, needs = Program(), self.base.needs
        guards = restrict(self.base, region, scratch, [need.guard for need in needs])
        return all(
            scratch.value(guard) == 0
            or state.signs[need.node] == 1
            or (state.signs[need.node] == 0 and not need.strict)
            for guard, need in zip(guards, needs, strict=True)
        )


def all_regions(site: Site, most: int = MAX_REGIONS) -> list[Region]:
    """All regions of a site on which the model is real, listed once.

    Raises:
        BudgetError: an argument whose sign no form decides, or too many regions.
    """
    if site.listed is None:
        site.listed = Enumeration(site, most).regions()
    return site.listed


def _is_coordinate(program: Program, node: int) -> bool:
    return program.kind[node] == LEAF and program.data[node][0] == "u"


def _is_input(program: Program, node: int) -> bool:
    return program.kind[node] == LEAF and program.data[node][0] == "x"


def _constant_or(form: Form, value: Any) -> Form | int:
    if value is False:
        return form
    return _sign(value)


def _sign(value: Any) -> int:
    return int(value > 0) - int(value < 0)


def _product(sign: int, sides: Sequence[int], used: Sequence[int]) -> int:
    for i in used:
        sign *= sides[i]
    return sign
