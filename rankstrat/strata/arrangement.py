r"""Strata of any model from an arrangement of conditions: its flats up to symmetry, each with its
generic rank.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sympy

from rankstrat.algebra.expressions import derivative
from rankstrat.algebra.linear import Form, extended, reduced
from rankstrat.deadline import Allowance, check, ended, left
from rankstrat.errors import BudgetError, OutOfTimeError, PointError
from rankstrat.model.model import Chart, Model
from rankstrat.model.structure import HasRankCoordinates
from rankstrat.model.values import counted
from rankstrat.rank.bounded import Bounded
from rankstrat.rank.certificate import RankCertificate, Verdict
from rankstrat.rank.defined import is_defined
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.vanishing import may_have_poles
from rankstrat.rank.zero import is_zero
from rankstrat.strata.analytic import is_analytic
from rankstrat.strata.delegated import CarriedStrata
from rankstrat.strata.findings import TRIES, Finding, special_points
from rankstrat.strata.flat_solver import FlatSolver, Label, linear_value
from rankstrat.strata.flats import Condition, SignedPermutation
from rankstrat.strata.loci import RankLoci
from rankstrat.strata.minors import TangentMatrix, tangent_matrix
from rankstrat.strata.stratum import Knowledge
from rankstrat.text.tables import Math

MOST_FLATS, MOST_MEMBERS = 4_000, 30_000
SINGULAR = (sympy.bessely, sympy.besselk, sympy.yn, sympy.Ci, sympy.Chi, sympy.Ei)
"""Functions with a singular point at 0 that is no division."""


@dataclass(frozen=True)
class ArrangementStrata:
    r"""The flats of an arrangement of subspaces (and of hypersurfaces given by polynomials), up to
    symmetry.

    Every point lies on exactly one flat: the intersection of all conditions that hold there. What
    has to be known is whether the rank is the same at all points of a flat that lie on no smaller
    one.

    Attributes:
        model: the model.
        given: the linear conditions.
        polynomials: further equations, each linear in some parameter.
        symmetries: generators of a group of symmetries that permutes the conditions.
        seed: names the random choices.
        loci: what minors say of the rank loci, where they do not decide all of them.
        allowance: the seconds of verdicts that are asked for later.
    """

    model: Model
    given: tuple[Condition, ...] = field(repr=False)
    polynomials: tuple[sympy.Expr, ...] = ()
    symmetries: tuple[SignedPermutation, ...] = field(default=(), repr=False)
    seed: int = 0
    loci: RankLoci | None = field(default=None, repr=False)
    allowance: Allowance = field(
        default_factory=lambda: Allowance(left()), repr=False, compare=False
    )

    @property
    def _orbits(self) -> dict[Label, int]:
        """Representative -> size of its orbit, for every flat that has points and is listed."""
        return self._listing[0]

    @cached_property
    def _listing(self) -> tuple[dict[Label, int], str]:
        """The flats, the largest first, and why some of them are missing."""
        found: dict[Label, int] = {}
        start = self._canonical(((), ()))
        queue, depth = deque([start]), {start: 0}
        found[start] = self._members[start][1]
        many = 2 ** self._independent() > (MOST_MEMBERS if self.symmetries else MOST_FLATS)
        try:
            while queue:
                flat = queue.popleft()
                if many and depth[flat]:
                    return found, self._too_many("cut out by one condition")
                check("the flats were listed")
                for label, _ in self._meets(flat):
                    label = self._canonical(label)
                    if label in found or self._is_pole(label):
                        continue
                    if not label[1] or self._solved(label) is not None:
                        found[label] = self._members[label][1]
                        depth[label] = depth[flat] + 1
                        queue.append(label)
                if len(found) > MOST_FLATS or len(self._members) > MOST_MEMBERS:
                    return found, self._too_many(f"cut out by at most {depth[flat]} conditions")
        except OutOfTimeError as error:
            return found, ended(error)
        except BudgetError:  # more copies of a flat than are listed
            return found, self._too_many("found before one of more copies")
        return found, ""

    @cached_property
    def _denominators(self) -> list[sympy.Expr]:
        powers = {p for output in self.model.outputs for p in output.atoms(sympy.Pow)}
        return [p.base for p in powers if p.exp.could_extract_minus_sign()]

    def _is_pole(self, label: Label) -> bool:
        """Whether the model is seen to have no point on a flat: a denominator vanishes all along
        it, or a logarithm is that of a negative number.
        """
        values = self._solved(label) or {}
        if any(sympy.expand(d.xreplace(values)) == 0 for d in self._denominators):
            return True
        return bool(values) and self._is_partial and is_defined(self.chart(label)) is False

    @cached_property
    def _is_partial(self) -> bool:
        """Whether there may be parameters at which the model is not defined."""
        outputs, compiled = self.model.outputs, self.model.compiled
        fractional = any(not p.exp.is_integer for o in outputs for p in o.atoms(sympy.Pow))
        if fractional or any(o.has(sympy.log, *SINGULAR) for o in outputs):
            return True
        return may_have_poles(compiled.program, (*compiled.outputs, *compiled.gradient))

    def _independent(self) -> int:
        """How many conditions are independent of each other: each subset of them is a flat,
        symmetric copies apart.
        """
        rows: tuple[Form, ...] = ()
        count = 0
        for condition in self.given:
            more = extended(rows, condition.rows)
            if len(more) == len(rows) + len(condition.rows):
                rows, count = more, count + 1
        return count

    def _too_many(self, which: str) -> str:
        return (
            f"the arrangement of {len(self.given)} conditions has more than {MOST_FLATS} kinds of"
            f" flats, or {MOST_MEMBERS} with their symmetric copies; those {which} are listed"
        )

    @cached_property
    def _members(self) -> dict[Label, tuple[Label, int]]:
        return {}

    def _canonical(self, label: Label) -> Label:
        """The representative of the orbit of a flat."""
        known = self._members.get(label)
        if known is not None:
            return known[0]
        orbit, queue = {label}, [label]
        while queue:
            rows, polynomials = queue.pop()
            for g, images in zip(self.symmetries, self._images, strict=True):
                image = (
                    reduced([g.move(r) for r in rows]),
                    tuple(sorted(images[k] for k in polynomials)),
                )
                if image not in orbit:
                    orbit.add(image)
                    queue.append(image)
            if len(orbit) > MOST_MEMBERS:
                raise BudgetError(
                    f"a flat of {self.model} has more than {MOST_MEMBERS} symmetric copies; fewer"
                    " are needed to tell its kind; choose a smaller model"
                )
        best = max(orbit)
        for member in orbit:
            self._members[member] = (best, len(orbit))
        return best

    @cached_property
    def _images(self) -> list[list[int]]:
        """For each symmetry, which polynomial it carries each one to (up to sign)."""
        parameters, result = self.model.parameters, []
        plain = {sympy.expand(s * q): k for k, q in enumerate(self.polynomials) for s in (1, -1)}
        for g in self.symmetries:
            swap = {p: g.sign[i] * parameters[g.image[i]] for i, p in enumerate(parameters)}
            result.append([plain[sympy.expand(q.xreplace(swap))] for q in self.polynomials])
        return result

    def _meets(self, flat: Label) -> Iterator[tuple[Label, Math]]:
        """The flats cut out by one more condition."""
        rows, polynomials = flat
        for condition in self.given:
            smaller = extended(rows, condition.rows)
            if len(smaller) > len(rows):
                yield self._closed((smaller, polynomials)), condition.words
        for k, q in enumerate(self.polynomials):
            if k not in polynomials:
                label = self._closed((rows, (*polynomials, k)))
                if self._solved(label) is not None:
                    yield label, Math(f"{q} = 0", f"{sympy.latex(q)} = 0")

    def _closed(self, label: Label) -> Label:
        """The flat with every polynomial that vanishes on it."""
        rows, polynomials = label
        values = self._solver.linear(rows)
        vanishing = {
            k for k, q in enumerate(self.polynomials) if sympy.expand(q.xreplace(values)) == 0
        }
        vanishing |= set(polynomials)
        solution = self._solver.solution((rows, tuple(sorted(vanishing)))) if vanishing else None
        if solution is not None and solution[1]:
            vanishing |= {
                k
                for k, q in enumerate(self.polynomials)
                if sympy.cancel(q.xreplace(solution[0])) == 0
            }
        return rows, tuple(sorted(vanishing))

    @cached_property
    def _solver(self) -> FlatSolver:
        return FlatSolver(self.model, self.given, self.polynomials)

    def _solved(self, label: Label) -> dict[sympy.Symbol, sympy.Expr] | None:
        return self._solver.solved(label)

    def labels(self) -> Iterator[Label]:
        """Every flat once."""
        yield from self._orbits

    def orbit(self, label: Label) -> int:
        """The size of the orbit."""
        return self._members[self._canonical(label)][1]

    def dimension(self, label: Label) -> int:
        """The number of free coordinates."""
        return self.model.size - len(self._solved(label) or {})

    def chart(self, label: Label) -> Chart:
        """The flat, solved for some of the parameters."""
        return self.model.chart(self._solved(label))

    @cached_property
    def _certificates(self) -> dict[Label, RankCertificate]:
        return {}

    def certificate(self, label: Label) -> RankCertificate:
        """The rank at the generic point of the flat."""
        if label not in self._certificates:
            self._certificates[label] = model_rank(self.chart(label), seed=self.seed)
        return self._certificates[label]

    def rank(self, label: Label) -> int:
        """The rank at the generic point (its lower bound where it is not decided)."""
        return self.certificate(label).lower

    def conditions(self, label: Label) -> tuple[Math, ...]:
        """The equations of the flat, parameter = combination of others."""
        rows, polynomials = label
        found: dict[sympy.Expr, list[sympy.Symbol]] = {}
        for symbol, value in self._solver.linear(rows).items():
            found.setdefault(value, []).append(symbol)
        words = []
        for value, symbols in found.items():
            chain = [*symbols, value]
            words.append(Math(" = ".join(map(str, chain)), " = ".join(map(sympy.latex, chain))))
        implied = self._closed((rows, ()))[1]
        own = [self.polynomials[k] for k in polynomials if k not in implied]
        words += [Math(f"{q} = 0", f"{sympy.latex(q)} = 0") for q in own]
        return tuple(words)

    @cached_property
    def _known(self) -> dict[Label, tuple[Knowledge, tuple[Finding, ...]]]:
        return {}

    def _study(self, label: Label) -> tuple[Knowledge, tuple[Finding, ...]]:
        if label not in self._known:
            try:
                with self.allowance.spending():
                    check("every flat was examined")
                    self._known[label] = self._in_time(label)
            except OutOfTimeError as error:
                return Knowledge(Verdict.OPEN, ended(error)), ()
        return self._known[label]

    def _in_time(self, label: Label) -> tuple[Knowledge, tuple[Finding, ...]]:
        try:
            return self._examine(label)
        except BudgetError:
            check("a flat was examined")  # a bound on work that the end of the time made
            raise

    def _has_rank(self, label: Label) -> bool:
        """Whether the generic rank of a flat is known, or there is time for it."""
        self._study(label)
        return label in self._certificates

    def _examine(self, label: Label) -> tuple[Knowledge, tuple[Finding, ...]]:
        certificate = self.certificate(label)
        low, high, verdict = certificate.lower, certificate.upper, certificate.verdict
        if certificate.value is None:
            return Knowledge(Verdict.OPEN, f"the generic rank lies in [{low}, {high}]"), ()
        # the chart may miss a component of the flat
        values, onto = self._solver.solution(label) or ({}, False)
        if low == 0 and onto and verdict is Verdict.PROVED:
            return Knowledge(Verdict.PROVED, "all tangent functions vanish"), ()
        if self._fixed_tangents:
            return Knowledge(verdict, "the tangent functions do not depend on the parameters"), ()
        if onto and not self.chart(label).coordinates:
            return Knowledge(verdict, "one point"), ()
        proof = self._constant_rank(label, certificate, values, onto)
        if proof is not None:
            return proof, ()
        found = self._special_points(label, low)
        if found:
            reason = f"generic rank only: special points found, {found[0]}"
            return Knowledge(Verdict.OPEN, reason), found
        tried = f"no exception among {TRIES} points with small values"
        return Knowledge(Verdict.OPEN, f"generic rank only ({verdict}); {tried}"), ()

    def _constant_rank(
        self, label: Label, certificate: RankCertificate, values: Any, onto: bool
    ) -> Knowledge | None:
        """The proof, by minors or by a lemma, that the rank is the generic one at every point."""
        matrix, rank, verdict = self._matrix, certificate.lower, certificate.verdict
        structure: Any = self.model.structure
        if matrix is None and isinstance(structure, HasRankCoordinates):
            coordinates = structure.rank_coordinates(self.chart(label))
            if coordinates is not None:
                rank -= coordinates[0]
                lemma = TangentMatrix(self.model, tuple(map(tuple, coordinates[1])))
                if not any(any(row) for row in lemma.rows) and rank == 0 and onto:
                    return Knowledge(
                        verdict, "independence lemma: the rank is the number of classes"
                    )
                if rank and lemma.generic_rank(values) == rank:
                    matrix = lemma
        if matrix is None or not onto or verdict is not Verdict.PROVED:
            return None
        flats = [reduced([*label[0], *c.rows]) for c in self.given]
        excluded = [flat for flat in flats if len(flat) > len(label[0])]
        others = [q for k, q in enumerate(self.polynomials) if k not in label[1]]
        if matrix.never_drops(values, rank, excluded, label[0], others, seed=self.seed):
            return Knowledge(Verdict.PROVED, "the minors have no common zero on the stratum")
        return None

    @cached_property
    def _fixed_tangents(self) -> bool:
        parameters, outputs = set(self.model.parameters), self.model.outputs
        if self.model.size > 50:
            return False
        return all(
            not derivative(o, p).free_symbols & parameters
            for o in outputs
            for p in self.model.parameters
        )

    def constancy(self, label: Label) -> Knowledge:
        """Minors, or a search for special points."""
        return self._study(self._canonical(label))[0]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Points found whose rank is not that of their flat."""
        return tuple(f for label in self._orbits for f in self._study(label)[1])

    @cached_property
    def coverage(self) -> Knowledge:
        """PROVED when the rank is proved on every flat: the flats cover parameter space."""
        if self._listing[1]:
            return Knowledge(Verdict.OPEN, self._listing[1])
        unproved = [
            label for label in self._orbits if self._study(label)[0].verdict is not Verdict.PROVED
        ]
        if self._solver.unsolved and not unproved:
            many = (
                counted(len(self._solver.unsolved), "intersection")
                + " of the polynomial conditions"
            )
            return Knowledge(Verdict.OPEN, f"{many} could not be solved and are left out")
        if not unproved:
            return Knowledge(
                Verdict.PROVED,
                "the rank is proved on every flat, and the flats cover parameter space",
            )
        if self.findings:
            return Knowledge(
                Verdict.OPEN,
                f"{counted(len(self.findings), 'point')} found with another rank, such as"
                f" {self.findings[0]}",
            )
        return Knowledge(
            Verdict.OPEN, f"on {counted(len(unproved), 'flat')} only the generic rank is known"
        )

    def extent(self, rank: int) -> Bounded:
        r"""The dimension of the set of all points of a rank.

        A flat on which only the generic rank is known holds points of lower rank in a proper
        analytic subset alone, and none of higher rank.
        """
        lower, upper = -1, -1
        for label in self._orbits:
            if not self._has_rank(label):
                upper = max(upper, self.dimension(label))
                continue
            certificate, dimension = self.certificate(label), self.dimension(label)
            solution = self._solver.solution(label)
            if certificate.verdict is Verdict.PROVED and certificate.value == rank:
                lower = max(lower, dimension)
            if self._study(label)[0].verdict is Verdict.PROVED:
                upper = max(upper, dimension if certificate.value == rank else -1)
            elif solution is None or not solution[1]:
                upper = max(upper, dimension)  # the chart misses a part of the flat
            elif rank < certificate.lower:
                upper = max(upper, dimension - 1)
            elif rank <= certificate.upper or certificate.verdict is Verdict.PROBABLE:
                upper = max(upper, dimension)
        if self._listing[1]:  # the flats that are missing lie in a proper subspace
            upper = max(upper, self.model.size - 1)
        most = None if self._solver.unsolved or not is_analytic(self.model) else max(lower, upper)
        if self.loci is not None:
            minors = self.loci.extent(rank)
            lower = max(lower, minors.lower)
            most = min(u for u in (most, minors.upper) if u is not None)
        if lower == self.model.size:
            most = lower
        reason = f"generic ranks of flats; {self.coverage.reason}"
        return Bounded(max(lower, 0), most, reason, of="the dimension")

    @cached_property
    def _matrix(self) -> TangentMatrix | None:
        return tangent_matrix(self.model)

    def _special_points(self, label: Label, rank: int) -> tuple[Finding, ...]:
        return special_points(
            self.chart(label),
            rank,
            random.Random(f"{self.seed} {label!r}"),
            lambda point: self._own_label(point) == label,
            self._rank_at,
        )

    def _rank_at(self, point: Chart) -> int | None:
        """The rank at a point; None where it is not decided."""
        if self._matrix is not None:
            return self._matrix.rank_at(point)
        return model_rank(point, seed=self.seed).value

    def point(self, label: Label, seed: int = 0) -> Chart:
        """Random small whole numbers for the coordinates."""
        chart, rng = self.chart(label), random.Random(f"{seed} {label!r}")
        for bound in range(3, 200):
            point = chart.at(
                {c: rng.choice([-1, 1]) * rng.randint(1, bound) for c in chart.coordinates}
            )
            if self._own_label(point) == label:
                return point
        raise PointError(
            "no point of the stratum was found among small whole numbers; give the values yourself"
        )

    def _own_label(self, point: Chart) -> Label:
        values = [sympy.sympify(v, strict=True) for v in point.raw]
        rows: list[Form] = []
        for condition in self.given:
            if all(is_zero(linear_value(row, values)) for row in condition.rows):
                rows += condition.rows
        by_name = dict(zip(self.model.parameters, values, strict=True))
        return reduced(rows), tuple(
            k for k, q in enumerate(self.polynomials) if is_zero(q.xreplace(by_name))
        )

    def label_of(self, point: Chart) -> Label:
        """The representative of the intersection of all conditions that hold at a point."""
        return self._canonical(self._own_label(point))

    def in_units_of(self, point: Chart) -> CarriedStrata:
        """The flat of the point represents its orbit."""
        own = self._own_label(point)
        return CarriedStrata(self, self._canonical(own), own)

    def children(self, label: Label) -> Iterator[tuple[Label, Math]]:
        """The flats cut out by one more condition."""
        found: dict[Label, Math] = {}
        for smaller, words in self._meets(label):
            found.setdefault(self._canonical(smaller), words)
        yield from found.items()
