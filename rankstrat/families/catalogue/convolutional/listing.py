r"""All branches of the target set of a small convolutional network without hidden biases.

The input weights of every neuron are linear in the kernels: those of its window, and zero
elsewhere. By the independence lemma $F(\theta) = f^*$ if and only if the neurons of each class of
the target have output weights that sum to the target's, and those of every other class have sum
zero; neurons with weight zero vanish, as $\sigma(0) = 0$. So a *pattern*, which says who shares a
class with whom, is an affine subspace. Where its own equations force more neurons together (one
zero neuron of a shared kernel makes all of them zero), it is another pattern.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

from rankstrat.activation.law import Law
from rankstrat.algebra.affine import expression
from rankstrat.families._shared.effective_neurons import Effective
from rankstrat.families.catalogue.two_layer.strata.words import MINUS
from rankstrat.model.model import Chart, Model
from rankstrat.targets import CONSTANT, AffineSubspace, Branch, Candidate, Closure, RankBounds

MAX_NEURONS = 6
MAX_PATTERNS = 500

Pattern = tuple[Any, ...]
"""For each neuron ("target", t, sign), ("extra", e, sign) or ("zero", 0, 1)."""


@dataclass(frozen=True)
class Listing:
    """The neurons (kernel, place) of a model with the parameters that make them.

    Attributes:
        model, law, target: what is listed.
        weights: for each neuron and pixel the number of a parameter, or None outside of its window.
        symmetries: for each symmetry of the model (new number, sign) of each neuron.
        names: of the neurons.
    """

    model: Model
    law: Law
    target: Effective
    weights: tuple[tuple[int | None, ...], ...]
    symmetries: tuple[tuple[tuple[int, int], ...], ...]
    names: tuple[str, ...]

    @cached_property
    def signs(self) -> tuple[int, ...]:
        """The signs with which a neuron can belong to a class."""
        return self.law.signs

    def patterns(self) -> Iterator[tuple[Pattern, AffineSubspace]]:
        """Every pattern that is not refined by its own equations, with the kernels that have it."""
        yield from self._extend((), AffineSubspace(self.model.size, {}))

    def _extend(
        self, pattern: Pattern, space: AffineSubspace
    ) -> Iterator[tuple[Pattern, AffineSubspace]]:
        number = len(pattern)
        if number == len(self.weights):
            if {t for kind, t, _ in pattern if kind == "target"} == set(
                range(len(self.target.weights))
            ):
                yield pattern, space
            return
        extras = 1 + max((e for kind, e, _ in pattern if kind == "extra"), default=-1)
        choices: list[Any] = [
            ("target", t, s) for t in range(len(self.target.weights)) for s in self.signs
        ]
        choices += [("extra", e, s) for e in range(extras) for s in self.signs]
        for choice in (*choices, ("extra", extras, 1), ("zero", 0, 1)):
            longer = (*pattern, choice)
            rows = self._equations(longer)
            cut = space.cut(rows) if rows is not None else None
            if cut is not None and self._is_exact(longer, cut):
                yield from self._extend(longer, cut)

    def _equations(self, pattern: Pattern) -> list[dict[int, Fraction]] | None:
        """What the last neuron of a pattern adds; None if its window does not hold the class."""
        kind, which, sign = pattern[-1]
        own = self.weights[len(pattern) - 1]
        if kind == "extra":
            first = next(i for i, (k, e, _) in enumerate(pattern) if (k, e) == (kind, which))
            pairs = zip(own, self.weights[first], strict=True)
            return [
                self._row(((p, 1), (q, -sign)), Fraction(0)) for p, q in pairs if p != q or sign < 0
            ]
        wanted = self.target.weights[which] if kind == "target" else (Fraction(0),) * len(own)
        if any(p is None and v for p, v in zip(own, wanted, strict=True)):
            return None
        return [
            self._row(((p, 1),), sign * v)
            for p, v in zip(own, wanted, strict=True)
            if p is not None
        ]

    @staticmethod
    def _row(terms: Sequence[tuple[int | None, int]], value: Fraction) -> dict[int, Fraction]:
        row: dict[int, Fraction] = {}
        for parameter, factor in terms:
            if parameter is not None:
                row[parameter] = row.get(parameter, Fraction(0)) + factor
        if value:
            return {**row, CONSTANT: -value}
        return row

    def _is_exact(self, pattern: Pattern, space: AffineSubspace) -> bool:
        """Whether generic kernels of the subspace keep the classes apart (and not zero)."""
        for i, (k, e, _) in enumerate(pattern):
            if k == "extra" and self._same(space, self.weights[i], None, 1):
                return False
            for j in range(i):
                if pattern[j][:2] != (k, e) and k != "zero" and pattern[j][0] != "zero":
                    if any(
                        self._same(space, self.weights[i], self.weights[j], s) for s in self.signs
                    ):
                        return False
            if k == "extra":
                for u in self.target.weights:
                    if any(
                        self._has(space, self.weights[i], [s * v for v in u]) for s in self.signs
                    ):
                        return False
        return True

    def _same(
        self,
        space: AffineSubspace,
        left: Sequence[int | None],
        right: Sequence[int | None] | None,
        sign: int,
    ) -> bool:
        others = right if right is not None else (None,) * len(left)
        rows = (
            self._row(((p, 1), (q, -sign)), Fraction(0)) for p, q in zip(left, others, strict=True)
        )
        return all(not space.reduce(row) for row in rows)

    def _has(
        self, space: AffineSubspace, left: Sequence[int | None], values: Sequence[Fraction]
    ) -> bool:
        if any(p is None and v for p, v in zip(left, values, strict=True)):
            return False
        rows = (self._row(((p, 1),), v) for p, v in zip(left, values, strict=True) if p is not None)
        return all(not space.reduce(row) for row in rows)

    def sums(self, pattern: Pattern) -> list[dict[int, Fraction]]:
        """The equations of the output weights (the first parameters), and of the output bias (the
        last).
        """
        rows: dict[Any, dict[int, Fraction]] = {}
        for i, (kind, which, sign) in enumerate(pattern):
            if kind != "zero":
                rows.setdefault((kind, which), {})[i] = Fraction(self.law.factor(sign))
        for t, alpha in enumerate(self.target.coefficients):
            rows["target", t][CONSTANT] = -alpha
        return list(rows.values())

    def orbit(self, pattern: Pattern) -> Any:
        """Equal for patterns that a symmetry of the model exchanges."""
        return min(self._normal(pattern, moved) for moved in self.symmetries)

    def _normal(self, pattern: Pattern, moved: Sequence[tuple[int, int]]) -> Any:
        image: list[Any] = [None] * len(pattern)
        for (kind, which, sign), (to, flip) in zip(pattern, moved, strict=True):
            image[to] = (kind, which, sign * flip if kind != "zero" else 1)
        numbers: dict[int, tuple[int, int]] = {}
        result = []
        for kind, which, sign in image:
            if kind == "extra":
                number, first = numbers.setdefault(which, (len(numbers), sign))
                result.append((kind, number, sign * first))
            else:
                result.append((kind, which, sign))
        return tuple(result)

    def label(self, pattern: Pattern) -> str:
        """Neurons (kernel.place) by class, a minus sign for an opposite weight."""
        blocks: dict[Any, list[str]] = {}
        for name, (kind, which, sign) in zip(self.names, pattern, strict=True):
            blocks.setdefault((kind, which), []).append(MINUS[sign] + name)
        parts = []
        for wanted in ("target", "extra", "zero"):
            found = sorted(
                (which, names) for (kind, which), names in blocks.items() if kind == wanted
            )
            parts.append("".join("{" + ",".join(names) + "}" for _, names in found))
        return f"{parts[0] or '-'} | {parts[1] or '-'}" + (f" | 0{parts[2]}" if parts[2] else "")

    def branches(self, forced: Chart | None) -> tuple[Branch, ...] | None:
        """All branches, none of whose closures lies in another one; None if there are too many
        patterns.
        """
        if not self.target.constant.is_Rational:
            return None
        found = list(itertools.islice(self.patterns(), MAX_PATTERNS + 1))
        if len(found) > MAX_PATTERNS:
            return None
        spaces = [
            (pattern, space.cut([*self.sums(pattern), *self._output_bias()]))
            for pattern, space in found
        ]
        kept: list[tuple[Pattern, AffineSubspace]] = []
        for pattern, space in sorted(
            ((p, s) for p, s in spaces if s is not None), key=lambda pair: -pair[1].dimension
        ):
            if not any(
                other.contains(space) for _, other in kept if other.dimension > space.dimension
            ):
                kept.append((pattern, space))
        leaders: dict[Any, Branch] = {}
        result = []
        for pattern, space in kept:
            orbit = self.orbit(pattern)
            branch = self._branch(pattern, space, forced, leaders.get(orbit))
            leaders.setdefault(orbit, branch)
            result.append(branch)
        return tuple(sorted(result, key=lambda b: (b.index or (0, 0), -b.dimension)))

    def _output_bias(self) -> list[dict[int, Fraction]]:
        constant = self.target.constant
        if "c" not in self.model.blocks:
            return []
        return [
            {
                self.model.size - 1: Fraction(1),
                CONSTANT: -Fraction(int(constant.p), int(constant.q)),
            }
        ]

    def _branch(
        self, pattern: Pattern, space: AffineSubspace, forced: Chart | None, leader: Branch | None
    ) -> Branch:
        symbols = self.model.parameters
        forms = {i: expression(row, symbols) for i, row in space.rows.items()}
        extras = [which for kind, which, _ in pattern if kind == "extra"]
        classes = {(kind, which) for kind, which, _ in pattern if kind != "zero"}
        return Branch(
            label=self.label(pattern),
            chart=self.model.chart({symbols[i]: symbols[i] - form for i, form in forms.items()}),
            closure=Closure(tuple(forms.values()), affine=space),
            dimension=space.dimension,
            conditions=("the weights of different blocks belong to different classes",)
            if extras
            else (),
            index=(len(classes), sum(extras.count(e) == 1 for e in set(extras))),
            representative=leader,
            bounds=RankBounds(candidates=partial(self._least, space), everywhere=forced),
        )

    def _least(self, space: AffineSubspace) -> Iterator[Candidate]:
        """The point with most zeros, a candidate for the least rank."""
        yield Candidate(self.model.point(space.section(dict.fromkeys(space.free, 0))))
