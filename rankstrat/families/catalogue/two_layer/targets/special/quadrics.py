r"""All points of $\{\sum_i a_i w_i w_i^T = S\}$: the target set of $x^T S x$ in a two-layer network
of squares.

Let the signs of the a be fixed, p positive and q negative, D = diag(a) on these n active neurons, W
(n x D) their weights. $W^T D W = S$ says that W maps $\mathbb{R}^D$ modulo its kernel K, which lies
in ker S, isometrically and injectively into a regular quadratic space of signature (p, q). For the
rank $\rho$ of W between s = rank S and D:

- such maps exist if and only if $p \ge s_+ + (\rho - s)$ and $q \ge s_- + (\rho - s)$ (a totally
  isotropic part of dimension $\rho - s$ needs as many hyperbolic planes), and by Witt's theorem the
  isometries of the large space permute them transitively; base changes that fix S permute the K;
  rescaling $a/t^2, tw$ permutes the a of one sign;
- $W \mapsto W^T D W$ is a submersion at injective W, so the piece has dimension
  $n + n\rho - \rho(\rho + 1)/2 + (D - \rho)(\rho - s)$, and D more for every inactive neuron (a =
  0, w free).

With hidden biases these are forms in (x, 1) instead of x, one variable more.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

import sympy

from rankstrat.algebra.linear import Vector
from rankstrat.errors import OutsideError
from rankstrat.families._shared.equivariance import equivariance
from rankstrat.families.catalogue.two_layer.targets.layout import Layout
from rankstrat.families.catalogue.two_layer.targets.special.forms import diagonalised, form_of
from rankstrat.model.model import Chart, Model
from rankstrat.rank.zero import is_zero
from rankstrat.targets import Branch, BranchList, Candidate, Closure, RankBounds, TargetFunction

MAX_BRANCHES = 4000
Signs = tuple[int, ...]


@dataclass(frozen=True)
class Piece:
    """Signs of the output weights (0: inactive) and the rank of the active input weights."""

    signs: Signs
    rank: int

    @property
    def label(self) -> str:
        """Neurons counted from 1, by the sign of a: +{1,2} -{3} 0{4}, rank 2."""
        groups = [
            (name, [i + 1 for i, v in enumerate(self.signs) if v == s])
            for name, s in (("+", 1), ("-", -1))
        ]
        groups.append(("0", [i + 1 for i, v in enumerate(self.signs) if not v]))
        shown = " ".join(
            f"{name}{{{','.join(map(str, group))}}}" for name, group in groups if group
        )
        return f"{shown}, rank {self.rank}"


@dataclass(frozen=True)
class Quadric(Layout):
    """A network of squares and a target, diagonalised: S is the sum of s_j v_j v_j^T."""

    matrix: tuple[Vector, ...]
    squares: tuple[tuple[Fraction, Vector], ...]
    constant: sympy.Expr
    forced: Chart

    @property
    def variables(self) -> int:
        """D: the inputs, and 1 where there are hidden biases."""
        return len(self.matrix)

    def pieces(self, condensed: bool) -> Iterator[Piece]:
        """Every nonempty piece, or one of each orbit under permutations."""
        every: Any = itertools.product((1, -1, 0), repeat=self.width)
        if condensed:
            every = itertools.combinations_with_replacement((1, -1, 0), self.width)
        plus = sum(s > 0 for s, _ in self.squares)
        rank = len(self.squares)
        for signs in every:
            spare = min(
                signs.count(1) - plus, signs.count(-1) - (rank - plus), self.variables - rank
            )
            for more in range(spare + 1):
                yield Piece(tuple(signs), rank + more)

    def dimension(self, piece: Piece) -> int:
        """The dimension of a piece."""
        size, rank, n = self.variables, piece.rank, sum(map(abs, piece.signs))
        free = (size - rank) * (rank - len(self.squares)) + size * (self.width - n)
        return n + n * rank - rank * (rank + 1) // 2 + free

    def rows(self, piece: Piece, isotropic: int = 1) -> tuple[list[Fraction], list[Vector]]:
        """A point: squares for S, pairs (1, w), (-1, w) for the isotropic part, w = 0 for all other
        neurons.
        """
        zero: Vector = (Fraction(0),) * self.variables
        outputs, weights = [Fraction(s) for s in piece.signs], [zero] * self.width
        queues = {s: [i for i, v in enumerate(piece.signs) if v == s] for s in (1, -1)}
        for value, v in self.squares:
            i = queues[1 if value > 0 else -1].pop(0)
            outputs[i], weights[i] = value, v
        for v in self._complement()[: piece.rank - len(self.squares)]:
            for s in (1, -1):
                weights[queues[s].pop(0)] = tuple(isotropic * x for x in v)
        return outputs, weights

    def _complement(self) -> list[Vector]:
        """Unit vectors that complete the v_j to a basis."""
        columns = [list(v) for _, v in self.squares]
        units = [[int(i == j) for j in range(self.variables)] for i in range(self.variables)]
        both = sympy.Matrix([*columns, *units]).T
        return [
            tuple(map(Fraction, units[j - len(columns)]))
            for j in both.rref()[1]
            if j >= len(columns)
        ]

    def branch(self, piece: Piece) -> Branch:
        """The branch of a piece; its chart is a point of the orbit, with the weights of inactive
        neurons free.
        """
        values = dict(self.point_of(*self.rows(piece), self.constant).values)
        idle = [i for i, s in enumerate(piece.signs) if s == 0]
        for i in idle:
            for symbol in self.symbols(i):
                values.pop(symbol)
        chart = self.model.chart(values)
        symbols = self.model.parameters
        equations = [symbols[i] for i in idle]
        for i, j in itertools.combinations_with_replacement(range(self.variables), 2):
            products = (
                symbols[k] * self.symbols(k)[i] * self.symbols(k)[j] for k in range(self.width)
            )
            equations.append(sympy.Add(*products) - sympy.Rational(self.matrix[i][j]))
        if self.structure.output_bias:
            equations.append(symbols[-1] - self.constant)
        return Branch(
            label=piece.label,
            chart=chart,
            closure=Closure(
                tuple(e for e in equations if e != 0), decide=partial(self._member, piece)
            ),
            dimension=self.dimension(piece),
            conditions=(
                (
                    "signs and rank as in the label; the orbit of the chart under isometries,"
                    " scalings and base changes that fix the target; `contains` decides the piece"
                    " itself, closures are not described"
                ),
            ),
            is_component=False,
            bounds=RankBounds(candidates=partial(self._candidates, piece), everywhere=self.forced),
        )

    def _candidates(self, piece: Piece) -> Iterator[Candidate]:
        """The isotropic part shrinks to zero, and so do inactive neurons: the span of the active
        weights is least.
        """
        yield Candidate(self.point_of(*self.rows(piece, isotropic=0), self.constant))

    def _member(self, piece: Piece, point: Chart) -> bool:
        arrays = point.arrays
        outputs = list(arrays["a"])
        rows = [list(row) for row in arrays["w"]]
        if self.structure.bias:
            rows = [[*row, b] for row, b in zip(rows, arrays["b"], strict=True)]
        signs = tuple(int(sympy.sign(a)) for a in outputs)
        if signs != piece.signs or (
            self.structure.output_bias and arrays["c"][()] != self.constant
        ):
            return False
        w = sympy.Matrix(rows)
        if not all(map(is_zero, w.T * sympy.diag(*outputs) * w - sympy.Matrix(self.matrix))):
            return False
        active = [row for row, s in zip(rows, signs, strict=True) if s]
        return (int(sympy.Matrix(active).rank()) if active else 0) == piece.rank


def quadric_branches(structure: Any, model: Model, target: TargetFunction) -> BranchList:
    r"""All pieces of a quadratic target in a network of squares (hidden biases or an output bias,
    not both).

    Raises:
        TargetError: the target is no rational quadratic form (polynomial, with biases), or needs
            more neurons.

    References:
        Witt's theorem; docs/proofs.md#quadratic.
    """
    matrix, constant = form_of(structure, model, target)
    squares = diagonalised(matrix)
    if len(squares) > structure.width:
        raise OutsideError(
            f"the target has a matrix of rank {len(squares)}, the model has width"
            f" {structure.width}; it is not in the function space; choose width >= {len(squares)}"
        )
    forced = equivariance(
        model,
        target,
        shifts=False,
        constants=structure.output_bias,
        degree=2 if structure.bias else None,
    )
    quadric = Quadric(model, structure, matrix, squares, constant, forced)
    condensed = _many(quadric)
    found: dict[Any, Branch] = {}
    result = []
    for piece in quadric.pieces(condensed):
        branch, orbit = quadric.branch(piece), (tuple(sorted(piece.signs)), piece.rank)
        result.append(replace(branch, representative=found.get(orbit)))
        found.setdefault(orbit, branch)
    result.sort(key=lambda b: -b.dimension)
    basis = (
        "every point has exactly one pattern of signs and one rank of its active weights (Witt's"
        " theorem)"
    )
    if condensed:
        return BranchList(
            tuple(result), False, f"one piece for each orbit under permutations; {basis}"
        )
    return BranchList(tuple(result), True, basis)


def _many(quadric: Quadric) -> bool:
    m = quadric.width
    patterns = sum(
        math.comb(m, p) * math.comb(m - p, q) for p in range(m + 1) for q in range(m + 1 - p)
    )
    return patterns * (min(quadric.variables, m) + 1) > MAX_BRANCHES


__all__ = ["diagonalised", "quadric_branches"]
