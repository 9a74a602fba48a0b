r"""$\dim \operatorname{span}\{\sigma(u_n \cdot \tilde x),\ a_n \sigma'(u_n \cdot \tilde x)\,\tilde
x_t\}$, by a lemma.

Every tangent function is a combination of N(rep.x), N'(rep.x) x_t (one rep for each class of
neurons) and monomials of degree at most 1, which are independent
(docs/proofs.md#counting). Neurons of a class
differ only by a sign and by polynomials, so a class contributes its functions N, N' x_t once, and a
polynomial for each pair u, -u; what is left is linear algebra among polynomials of degree 1, and
among tied weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from rankstrat.activation.law import Law, law_of, why_not
from rankstrat.activation.record import Activation
from rankstrat.errors import PointError, UndecidedError
from rankstrat.lemma.arrays import Classes, Indices, Neurons, classes, compacted, leading_signs
from rankstrat.lemma.sparse import Entries, exact_rank

_WIDE = 1 << 40


@dataclass(frozen=True)
class Terms:
    """What adds up to the rank, and on what grounds.

    Attributes:
        counts: how many independent functions of each kind.
        citation: the lemma.
        assumptions: what it needs; each was checked or holds by the record of the activation.
    """

    counts: tuple[tuple[str, int], ...]
    citation: str
    assumptions: tuple[str, ...]

    @property
    def total(self) -> int:
        """The rank."""
        return sum(number for _, number in self.counts)


def lemma_terms(neurons: Neurons, activation: Activation, *, seed: int = 0) -> Terms:
    """The independent tangent functions of neurons with a common activation.

    Raises:
        UndecidedError: no lemma covers the activation, the biases or the way weights are tied.
        PointError: the model is not differentiable at the point.
    """
    law = law_of(activation, bias=neurons.has_bias)
    if law is None:
        raise UndecidedError(f"{why_not(activation, bias=neurons.has_bias)}; use model_rank")
    counts = _Count(neurons, law, seed).counts()
    return Terms(tuple(counts.items()), law.citation, law.assumptions)


class _Count:
    """One count: the live neurons (some input weight is not zero) by class, and the polynomials
    that occur.
    """

    def __init__(self, neurons: Neurons, law: Law, seed: int) -> None:
        self.neurons, self.law = neurons, law
        self.constant = neurons.inputs
        live = ((neurons.weights != 0) & (neurons.places < neurons.inputs)).any(axis=1)
        self.live: Indices = np.flatnonzero(live)
        self.dead: Indices = np.flatnonzero(~live)
        self.active = neurons.outputs != 0
        self.signs, self.groups = self._grouped(seed)
        self.monomials = np.zeros(neurons.inputs + 1, dtype=bool)
        self.monomials[self.constant] = neurons.output_bias

    def _grouped(self, seed: int) -> tuple[Indices, Classes]:
        """Signs and classes of the live neurons."""
        weights = self.neurons.weights[self.live]
        if self.neurons.places.ndim == 1:
            parts = [weights]
        else:
            parts = list(compacted(weights, self.neurons.places[self.live], self.constant + 1))
        signs = leading_signs(parts[0])
        if self.law.parity == "none":
            signs = np.ones_like(signs)
        parts[0] = parts[0] * signs[:, None]
        if self.law.kink and len(parts[0]):
            parts[0] = parts[0] // np.gcd.reduce(parts[0], axis=1)[:, None]
        self.representatives = parts[0]
        return signs, classes(parts, seed)

    def counts(self) -> dict[str, int]:
        """What the rank is made of."""
        result = {}
        tied = self.neurons.owners is not None
        self._dead_monomials(tied)
        if not self.law.kink:
            result["classes of neurons"] = self.groups.number
        forms = self._antipodal(tied)
        if tied:
            parts = self._kinked_tangents() if self.law.kink else self._tangents()
            if self.law.kink:
                result["classes of neurons"] = self.groups.number
            result["weights and polynomials"] = exact_rank(
                Entries.joined(*self._outside(parts), *self._outside(forms))
            )
        else:
            result["weights of active classes"] = self._free_weights()
            result["linear forms"] = exact_rank(Entries.joined(*self._outside(forms)))
        result["monomials"] = int(self.monomials.sum())
        return result

    # ----------------------------------------------------------------------------------------
    # polynomials
    def _dead_monomials(self, tied: bool) -> None:
        """Neurons without input weights are constants sigma(b); their weights have tangents a
        sigma'(b) x_t.
        """
        for b, members in self._dead_by_bias():
            acting = members[self.active[members]]
            if self.law.kink and b == 0:
                if acting.size:
                    raise PointError(
                        "an active neuron has zero weights and bias, where"
                        f" {self.law.activation.name} has its kink; the model is not differentiable"
                        " there; choose another point"
                    )
                continue
            if not self.monomials[self.constant] and not self.law.value_vanishes(b):
                self.monomials[self.constant] = True
            if tied or not acting.size:
                continue
            reached = np.unique(self.neurons.at(acting))
            if not self.monomials[reached].all() and not self.law.slope_vanishes(b):
                self.monomials[reached] = True

    def _dead_by_bias(self) -> Iterator[tuple[Fraction, Indices]]:
        """The dead neurons by their bias; the rest is not looked at once every monomial is
        there.
        """
        if not self.dead.size:
            return
        weights = self.neurons.weights[self.dead]
        biases = weights.sum(axis=1)  # all other weights are zero
        values, inverse = np.unique(biases, return_inverse=True)
        if len(values) == 1:
            yield Fraction(int(values[0]), self.neurons.scale), self.dead
            return
        order = np.argsort(inverse, kind="stable")
        for value, members in zip(
            values, np.split(order, np.cumsum(np.bincount(inverse))[:-1]), strict=True
        ):
            if self.monomials.all() and not self.law.kink:
                return
            yield Fraction(int(value), self.neurons.scale), self.dead[members]

    def _antipodal(self, tied: bool) -> list[Entries]:
        r"""Polynomials from pairs u, -u of a class: 2 q_0 (N odd), or 2 q_1 rep.x and 2 q_1 x_t (N
        even).
        """
        law, of, number = self.law, self.groups.of, self.groups.number
        forms = [Entries(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))]
        if not law.sides:
            return forms
        both = np.zeros((2, number), dtype=bool)
        both[(self.signs > 0).astype(np.int64), of] = True
        pairs = np.flatnonzero(both.all(axis=0))
        if not pairs.size:
            return forms
        if law.parity == "odd":
            self.monomials[self.constant] = True
            return forms
        if not tied:
            self._axes(pairs)
        first = self.groups.first[pairs]
        values = self.neurons.weights[self.live[first]]
        places = self.neurons.at(self.live[first])
        rows = np.broadcast_to(np.arange(len(pairs))[:, None], values.shape)
        return [Entries(rows.ravel() - len(pairs), places.ravel(), values.ravel())]

    def _axes(self, pairs: Indices) -> None:
        """x_t from active u and -u that both carry a weight for x_t."""
        width = self.constant + 1
        chosen = self.active[self.live] & np.isin(self.groups.of, pairs)
        if self.neurons.places.ndim == 1:
            sides = np.zeros((2, self.groups.number), dtype=bool)
            sides[(self.signs[chosen] > 0).astype(np.int64), self.groups.of[chosen]] = True
            if sides.all(axis=0).any():
                self.monomials[self.neurons.places] = True
            return
        keys = (self.groups.of[chosen, None] * width + self.neurons.at(self.live[chosen])).reshape(
            -1
        )
        positive = np.repeat(self.signs[chosen] > 0, self.neurons.places.shape[1])
        self.monomials[np.intersect1d(keys[positive], keys[~positive]) % width] = True

    def _outside(self, parts: list[Entries]) -> list[Entries]:
        """Without the columns of monomials that are in the span anyway (monomials are the first
        columns).
        """
        known = np.flatnonzero(self.monomials)
        kept = [~np.isin(p.columns, known) for p in parts]
        return [
            Entries(p.rows[k], p.columns[k], p.values[k]) for p, k in zip(parts, kept, strict=True)
        ]

    # ----------------------------------------------------------------------------------------
    # weights
    def _free_weights(self) -> int:
        """How many N'(rep.x) x_t there are, t in the places of some active neuron of the class.

        For a kink the |rep.x| are among them; a class without active neurons has just this one
        function.
        """
        chosen = self.active[self.live]
        acting = np.unique(self.groups.of[chosen])
        silent = self.groups.number - len(acting) if self.law.kink else 0
        if self.neurons.places.ndim == 1:
            return silent + len(acting) * len(self.neurons.places)
        keys = self.groups.of[chosen, None] * (self.constant + 1) + self.neurons.at(
            self.live[chosen]
        )
        return silent + len(np.unique(keys))

    def _tangents(self) -> list[Entries]:
        r"""The tangents of tied weights: $\sum_n a_n (\pm N'(rep.x) x_t + q_1 x_t)$, and those of
        constant neurons.
        """
        owners = self.neurons.owners
        assert owners is not None
        a, live, law = self.neurons.outputs, self.live, self.law
        if a.size and abs(a).max() >= _WIDE:
            a = a.astype(object)
        numerator, denominator = (
            law.slope / law.kink if law.kink else law.slope
        ).as_integer_ratio()
        places = self.neurons.at(live)
        rows = owners[live].ravel()
        gain = a[live] * (self.signs if law.parity == "even" else 1)
        columns = (self.groups.of + 1)[:, None] * (self.constant + 1) + places
        parts = [Entries(rows, columns.ravel(), np.repeat(gain * denominator, places.shape[1]))]
        if numerator:
            parts.append(
                Entries(rows, places.ravel(), np.repeat(a[live] * numerator, places.shape[1]))
            )
        return [*parts, *self._dead_tangents(owners)]

    def _dead_tangents(self, owners: Indices) -> list[Entries]:
        """a sigma'(b) x_t: the factor sigma'(b) is common to a parameter, so only whether it
        vanishes matters.
        """
        parts: list[Entries] = []
        seen: list[Indices] = [owners[self.live].ravel()] if self.live.size else []
        for b, members in self._dead_by_bias():
            acting = members[self.active[members]]
            if not acting.size or (self.law.kink and b == 0) or self.law.slope_vanishes(b):
                continue
            rows = owners[acting]
            if any(np.intersect1d(rows, other).size for other in seen):
                raise UndecidedError(
                    "a weight is shared by constant neurons and others, where values of sigma'"
                    " would matter; a model in which a kernel vanishes as a whole is needed; use"
                    " model_rank"
                )
            seen.append(rows.ravel())
            values = np.repeat(self.neurons.outputs[acting], rows.shape[1])
            parts.append(Entries(rows.ravel(), self.neurons.at(acting).ravel(), values))
        return parts

    def _kinked_tangents(self) -> list[Entries]:
        r"""The same for $q_1 z + \kappa|z|$, modulo the outputs
        $|rep.x| = \sum_t rep_t \,\mathrm{sign}(rep.x) x_t$.

        In each class one coordinate sign(rep.x) x_p with rep_p != 0 is eliminated with the output
        of one neuron.
        """
        width, law = self.constant + 1, self.law
        ratio = law.slope / law.kink
        entries = Entries.joined(*self._tangents())
        pivots: dict[int, tuple[int, dict[int, int], int]] = {}
        first = self.groups.first
        for number, (neuron, sign) in enumerate(
            zip(self.live[first], self.signs[first], strict=True)
        ):
            row = zip(
                self.neurons.at(np.array([neuron]))[0], self.neurons.weights[neuron], strict=True
            )
            vector = {int(t): int(w) * int(sign) for t, w in row if w}
            pivots[number] = (next(iter(vector)), vector, int(sign))
        table: dict[int, dict[int, Fraction]] = {}
        for r, c, v in zip(
            entries.rows.tolist(), entries.columns.tolist(), entries.values.tolist(), strict=True
        ):
            line = table.setdefault(r, {})
            line[c] = line.get(c, Fraction(0)) + v
        for line in table.values():
            for column in [c for c in line if c >= width]:
                number, place = column // width - 1, column % width
                pivot, vector, sign = pivots[number]
                if place != pivot or not line[column]:
                    continue
                factor = line[column] / vector[pivot]
                for t, w in vector.items():
                    c = (number + 1) * width + t
                    line[c] = line.get(c, Fraction(0)) - factor * w
                    line[t] = line.get(t, Fraction(0)) - factor * w * ratio * sign
        return [_cleared(table)]


def _cleared(table: dict[int, dict[int, Fraction]]) -> Entries:
    """Rational rows as integers."""
    rows, columns, values = [], [], []
    for r, line in table.items():
        denominator = int(
            np.lcm.reduce(np.array([v.denominator for v in line.values()], dtype=object))
        )
        for c, v in line.items():
            if v:
                rows.append(r)
                columns.append(c)
                values.append(int(v * denominator))
    return Entries(
        np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64),
        np.array(values, dtype=object)
    )  # fmt: skip
