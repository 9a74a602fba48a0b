r"""Critical mappings $P : \mathbb{R}^{M_A} \to \mathbb{R}^{M_B}$: output and criticality
preserving, checked exactly.

$P$ is a critical mapping from A to B when $F_A(\theta) = F_B(P(\theta))$ and, for every data set
and loss, a critical point $\theta$ of A goes to a critical point of B. Given the first half, the
second is equivalent to $T_{P(\theta)}F_B \subseteq T_\theta F_A$ as spaces of functions, that is to
a matrix with $T_B(P(\theta)) = K(\theta)\,T_A(\theta)$. This room knows no neurons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import sympy

from rankstrat.errors import (
    ModelError,
    NotCriticalError,
    NotOutputPreservingError,
    PointError,
    demand,
)
from rankstrat.frozen import FrozenMapping, settle
from rankstrat.mappings.domains import leaves_span, one_domain, same_on_domain
from rankstrat.mappings.values import exact_map, image_chart, target_chart
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import Names, exact_scalar
from rankstrat.rank.certificate import UpperBound, Verdict
from rankstrat.rank.inclusion import Inclusion, include
from rankstrat.rank.joint import Joint, same_function
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.opened import opened
from rankstrat.rank.setting import has_gradient
from rankstrat.text.spoken import Spoken

MAX_DEPTH = 3
SHOWN = 60


@dataclass(frozen=True)
class Condition:
    """A denominator of K and what was found on its zero set.

    Attributes:
        denominator: the polynomial, or an argument at whose zero K jumps.
        checked: whether its zero set was checked as a chart of its own (and criticality holds there
            too).
    """

    denominator: sympy.Expr
    checked: bool

    def __str__(self) -> str:
        if self.checked:
            return f"{self.denominator} = 0 was checked as a chart of its own"
        return f"{self.denominator} != 0 is assumed"


@dataclass(frozen=True)
class MappingEvidence(Spoken):
    """Why a mapping is critical: the matrix K with T_B(P(theta)) = K T_A(theta).

    Attributes:
        mapping: the mapping.
        entries: (row, column) -> nonzero entry of K, in source parameters and the mapping's own
            symbols.
        verdict: PROVED when every output and every row is an exact identity; OPEN when some row was
            only seen modulo a prime, some output could not be compared, or kinks of the target may
            cancel at the image.
        conditions: the denominators of K, and where it jumps.
        open_rows: target parameters whose row was only seen modulo a prime.
        roads: target parameter -> how its row was proved.
        open_outputs: the outputs (counted from 0) whose equality could not be decided exactly.
        smooth: whether the rows of a target with kinks are seen to be its derivatives at the image.
    """

    mapping: CriticalMapping
    entries: Mapping[tuple[int, int], sympy.Expr] = field(repr=False)
    verdict: Verdict
    conditions: tuple[Condition, ...] = ()
    open_rows: tuple[sympy.Symbol, ...] = ()
    roads: Mapping[sympy.Symbol, str] = field(default_factory=dict, repr=False)
    open_outputs: tuple[int, ...] = ()
    smooth: bool = True

    @cached_property
    def K(self) -> sympy.ImmutableSparseMatrix:
        """The matrix K (target parameters by source parameters)."""
        return sympy.ImmutableSparseMatrix(
            self.mapping.target.size, self.mapping.source.size, dict(self.entries)
        )

    @property
    def everywhere(self) -> bool:
        """Whether criticality was shown at every parameter value also where denominators of K
        vanish.
        """
        return self.verdict is Verdict.PROVED and all(c.checked for c in self.conditions)

    def _facts(self) -> Iterable[tuple[str, object]]:
        return (
            *((f"dB/d{p}", row.partition(" = ")[2]) for p, row in self._told()),
            *(("condition", c) for c in self.conditions), ("verdict", self.verdict),
        )  # fmt: skip

    def _told(self) -> list[tuple[sympy.Symbol, str]]:
        return list(zip(self.mapping.target.parameters, self.rows(), strict=True))[:SHOWN]

    def __str__(self) -> str:
        mapping = self.mapping
        lines = [
            f"critical mapping {mapping.label}, T_B(P(theta)) = K T_A(theta) {self._where()} "
            f" [{self.verdict}]"
        ]
        lines += [f"  {c}" for c in self.conditions]
        if len(self.entries) <= SHOWN:
            lines += [f"  {row}" for row in self.rows()]
        return "\n".join(lines)

    def _where(self) -> str:
        """Where it holds, or what is not proved."""
        if self.open_outputs:
            outputs = ", ".join(str(k + 1) for k in self.open_outputs[:5])
            return f"if the outputs agree, which was not decided for output {outputs}"
        if not self.smooth:
            return "with slope 0 at kinks of the target, which may not be its derivative"
        if self.open_rows:
            return "up to rows not proved: " + ", ".join(map(str, self.open_rows[:5]))
        if self.everywhere:
            return "for all parameters"
        return "where " + " and ".join(
            f"{c.denominator} != 0" for c in self.conditions if not c.checked
        )

    def rows(self) -> list[str]:
        """K, one line for each target parameter."""
        by_row: dict[int, list[sympy.Expr]] = {}
        for (i, j), k in sorted(self.entries.items()):
            by_row.setdefault(i, []).append(
                k * sympy.Symbol(f"dA/d{self.mapping.source.parameters[j]}")
            )
        return [
            f"dB/d{p} = {sympy.Add(*by_row.get(i, []))}"
            for i, p in enumerate(self.mapping.target.parameters)
        ]

    def _repr_latex_(self) -> str:
        return f"$K = {sympy.latex(sympy.Matrix(self.K))}$"


@dataclass(frozen=True)
class CriticalMapping(Spoken):
    r"""A claim: $\theta \mapsto P(\theta)$ is a critical mapping from `source` to `target`; `check`
    proves or refuses it.

    Args:
        source: model A.
        target: model B, with as many inputs and outputs.
        values: every target parameter (symbol or name, or in a family a block with an array) as an
            exact expression in source parameters and symbols of the mapping's own.
        name: shown in reports.

    Raises:
        ModelError: different numbers of inputs or outputs, or different domains.
        PointError: a target parameter without a value.

    References:
        LLR Definition 8 (JMLR), Theorem 3; docs/proofs.md#critical-mappings.

    Example:
        >>> import sympy
        >>> a, w, x, a1, a2, w1, w2, t = sympy.symbols("a w x a1 a2 w1 w2 t")
        >>> A = Model(a * sympy.tanh(w * x), [a, w], [x])
        >>> B = Model(a1 * sympy.tanh(w1 * x) + a2 * sympy.tanh(w2 * x), [a1, a2, w1, w2], [x])
        >>> P = CriticalMapping(A, B, {a1: (1 - t) * a, a2: t * a, w1: w, w2: w})
        >>> P.verdict, P.K
        (<Verdict.PROVED: 'PROVED'>, Matrix([
        [1,     0],
        [1,     0],
        [0, 1 - t],
        [0,     t]]))
    """

    source: Model
    target: Model
    values: Mapping[Any, Any] = field(hash=False, repr=False)
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        a, b = self.source, self.target
        if len(a.inputs) != len(b.inputs) or len(a.outputs) != len(b.outputs):
            raise ModelError(
                f"the source has {len(a.inputs)} inputs and {len(a.outputs)} outputs, the target"
                f" {len(b.inputs)} and {len(b.outputs)}; a critical mapping needs equal numbers"
            )
        if not one_domain(a, b):
            domains = " and ".join(str(m.domain) or "all real inputs" for m in (a, b))
            raise ModelError(
                f"the source and the target live on {domains}; a critical mapping compares"
                " functions on one domain; declare it for both"
            )
        chart = image_chart(a, b, self.values)
        settle(self, values=FrozenMapping(chart.values), image=chart)

    image: Chart = field(init=False, repr=False, compare=False)

    @property
    def symbols(self) -> tuple[sympy.Symbol, ...]:
        """The mapping's own symbols (free in `values`, not parameters of the source)."""
        known = set(self.source.parameters)
        return tuple(c for c in self.image.coordinates if c not in known)

    @property
    def label(self) -> str:
        """One line for reports."""
        return f"{self.name or 'P'}: {self.source} -> {self.target}"

    def check(self, *, seed: int = 0) -> MappingEvidence:
        r"""Prove $F_A(\theta) = F_B(P(\theta))$ and $T_B(P(\theta)) = K\,T_A(\theta)$, identically
        in all symbols.

        Raises:
            NotOutputPreservingError: the outputs differ.
            NotCriticalError: a tangent function of the target leaves the tangent span of the
                source, or the target is not differentiable at the image.
        """
        return _check(self, seed)

    @cached_property
    def evidence(self) -> MappingEvidence:
        """`check()`, once."""
        return self.check()

    @property
    def K(self) -> sympy.ImmutableSparseMatrix:
        """The matrix of `evidence`."""
        return self.evidence.K

    @property
    def verdict(self) -> Verdict:
        """The verdict of `evidence`."""
        return self.evidence.verdict

    def at(self, values: Mapping[Any, Any]) -> CriticalMapping:
        """The mapping with some of its own symbols replaced by exact values."""
        self._known(values)
        return CriticalMapping(
            self.source,
            self.target,
            {p: v.xreplace(exact_map(values, self.symbols)) for p, v in self.values.items()},
            self.name,
        )

    def _known(self, values: Mapping[Any, Any]) -> None:
        own = Names(self.symbols)
        wrong = [str(k) for k in values if own.find(k) is None]
        if wrong:
            names = ", ".join(sorted(map(str, self.symbols))) or "none"
            raise PointError(f"{wrong[0]} is not a symbol of this mapping; its symbols are {names}")

    def chart(self, start: Chart, values: Mapping[Any, Any] | None = None) -> Chart:
        """P(start), a chart of the target; own symbols without values stay coordinates."""
        if start.model != self.source:
            raise PointError(
                f"a chart of {start.model} was given; this mapping starts at {self.source}"
            )
        self._known(values or {})
        clash = set(self.symbols) & set(start.coordinates)
        if clash:
            raise PointError(
                f"{min(map(str, clash))} is a symbol of the mapping and a coordinate of the chart;"
                " rename one of them"
            )
        replace = {**start.values, **exact_map(values or {}, self.symbols)}
        return target_chart(
            self.source, self.target, [v.xreplace(replace) for v in self.values.values()]
        )

    def bound(
        self, start: Chart, values: Mapping[Any, Any] | None = None, *, seed: int = 0
    ) -> UpperBound:
        """rank_B(P(start)) <= rank_A(start), as evidence for `model_rank` at
        `chart(start, values)`.

        A rank that is only PROBABLE at the start proves nothing; the bound is then the number of
        parameters of A.
        """
        image = self.chart(start, values)
        known = model_rank(start, seed=seed)
        upper = known.upper if known.verdict is not Verdict.PROBABLE else self.source.size

        def holds(chart: Chart) -> bool:
            same = chart.model == image.model and all(
                sympy.expand(u - v) == 0
                for u, v in zip(chart.values.values(), image.values.values(), strict=True)
            )
            return same and self.evidence.everywhere

        return UpperBound(upper, f"the critical mapping {self.label}", holds)

    def _facts(self) -> Iterable[tuple[str, object]]:
        return (
            ("source", self.source), ("target", self.target),
            *((str(p), v) for p, v in list(self.values.items())[:SHOWN]),
        )  # fmt: skip

    def __str__(self) -> str:
        shown = ", ".join(f"{p} = {v}" for p, v in list(self.values.items())[:40])
        return f"{self.label}, {shown}" + (", ..." if len(self.values) > 40 else "")


def _check(mapping: CriticalMapping, seed: int) -> MappingEvidence:
    source, target = mapping.source, mapping.target
    if source.domain:
        one, two = opened(source), opened(target)
        if one is not None and two is not None and one is not source:
            inner = CriticalMapping(one, two, mapping.values, mapping.name)
            found = _identically(inner, seed)
            outputs = {k % len(source.outputs) for k in found.open_outputs}
            return replace(found, mapping=mapping, open_outputs=tuple(sorted(outputs)))
    return _identically(mapping, seed)


def _identically(mapping: CriticalMapping, seed: int) -> MappingEvidence:
    start = mapping.source.generic()
    joint = Joint([start, mapping.image])
    undecided = _outputs(mapping, joint, seed)
    smooth = has_gradient(mapping.image, seed=seed)
    if smooth is False:
        raise NotCriticalError(
            f"{mapping.label} preserves the output, but the target is not differentiable at the"
            " image, where an argument of a kink vanishes; criticality needs derivatives"
        )
    found = include(joint, seed=seed)
    if not smooth:  # what is outside may be no derivative
        found.unproved, found.outside = [*found.unproved, *found.outside], []
    _refuse(mapping, joint, found, "", seed)
    entries = _entries(joint, found)
    names = mapping.target.parameters
    conditions = _conditions(mapping, entries, start, mapping.image, seed, MAX_DEPTH)
    return MappingEvidence(
        mapping,
        entries,
        Verdict.OPEN if found.unproved or undecided or not smooth else Verdict.PROVED,
        conditions,
        tuple(names[i] for i in found.unproved),
        {names[i]: road for i, road in found.roads.items()},
        undecided,
        smooth is True,
    )


def _outputs(mapping: CriticalMapping, joint: Joint, seed: int) -> tuple[int, ...]:
    """The outputs that could not be compared.

    Raises:
        NotOutputPreservingError: an output differs.
    """
    undecided = []
    for k, (f, g) in enumerate(zip(*joint.output_lists, strict=True)):
        same = same_function(joint, f, g, seed=seed)
        if not same and mapping.source.domain:
            same = same_on_domain(joint.charts[0], joint.charts[1], k)
        if same is None:
            undecided.append(k)
        elif not same:
            left, right = joint.expressions([f, g])
            if left.count_ops() + right.count_ops() < 60:
                detail = f": F_A = {left}, F_B(P) = {right}"
            else:
                detail = ""
            raise NotOutputPreservingError(
                f"{mapping.label} changes output {k + 1}{detail}; F_A(theta) = F_B(P(theta)) must"
                " hold identically"
            )
    return tuple(undecided)


def _refuse(
    mapping: CriticalMapping, joint: Joint, found: Inclusion, place: str, seed: int
) -> None:
    if found.outside and mapping.source.domain:
        # what is outside on all inputs may be inside on the domain
        within = [
            i for i in found.outside if not leaves_span(joint.charts[0], joint.charts[1], i, seed)
        ]
        found.unproved += within
        found.outside = [i for i in found.outside if i not in within]
    if not found.outside:
        return
    i = found.outside[0]
    parameter = mapping.target.parameters[i]
    function = joint.expressions([joint.nodes[joint.ranges[1].start + i]])[0]
    text = f" = {function}" if function.count_ops() < 40 else ""
    assert found.rank is not None
    if found.certain and not found.at_points:
        known = model_rank(joint.charts[0], seed=seed)
    else:
        known = None
    if found.at_points:
        how = "proved by exact values at a rational point"
    elif known is not None and known.upper <= found.rank and known.verdict is not Verdict.PROBABLE:
        how = "proved by a minor"
    else:
        how = "seen modulo a prime"
    raise NotCriticalError(
        f"{mapping.label} preserves the output, but{place} dF_B/d{parameter}{text} leaves the"
        f" tangent span of the source: the rank grows from {found.rank} to {found.rank + 1}"
        f" ({how}); criticality needs T_B(P(theta)) inside T_A(theta)"
    )


def _entries(joint: Joint, found: Inclusion) -> dict[tuple[int, int], sympy.Expr]:
    flat = [
        (i, j, node) for i, row in sorted(found.rows.items()) for j, node in sorted(row.items())
    ]
    expressions = joint.expressions([node for _, _, node in flat])
    return {(i, j): e for (i, j, _), e in zip(flat, expressions, strict=True)}


def _conditions(
    mapping: CriticalMapping,
    entries: Mapping[tuple[int, int], sympy.Expr],
    start: Chart,
    image: Chart,
    seed: int,
    depth: int,
) -> tuple[Condition, ...]:
    """Check the zero set of every denominator of K, and those where it jumps, as charts (where P
    itself has a pole there is no P).
    """
    own = _denominators(v for v in image.raw if isinstance(v, sympy.Expr))
    factors = [f for f in _denominators(entries.values()) if f not in own]
    jumps = {
        j.args[0]: None for e in entries.values() for j in e.atoms(sympy.sign, sympy.Heaviside)
    }
    factors += [f for f in sorted(jumps, key=sympy.default_sort_key) if f not in factors]
    return tuple(
        Condition(f, depth > 0 and _holds_on(mapping, f, start, image, seed, depth))
        for f in factors
    )


def _denominators(expressions: Any) -> list[sympy.Expr]:
    result: dict[sympy.Expr, None] = {}
    for e in expressions:
        below = sympy.fraction(sympy.together(e))[1]
        if below.free_symbols:
            for factor, _ in sympy.factor_list(below)[1]:
                real = factor.xreplace(
                    {s: sympy.Dummy(s.name, real=True) for s in factor.free_symbols}
                )
                if not real.is_nonzero:  # such as 1 + exp(alpha)
                    result[factor] = None
    return list(result)


def _holds_on(
    mapping: CriticalMapping, factor: sympy.Expr, start: Chart, image: Chart, seed: int, depth: int
) -> bool:
    """Whether criticality was shown on {factor = 0}, solved for a coordinate that enters linearly.

    Raises:
        NotCriticalError: it fails there.
    """
    for symbol in sorted(factor.free_symbols, key=lambda s: (s in mapping.symbols, str(s))):
        lead = sympy.diff(factor, symbol)
        if lead.is_Rational and lead != 0:
            value = sympy.expand(symbol - factor / lead)
            break
    else:
        return False
    narrow, below = (_restrict(c, symbol, value) for c in (start, image))
    if not has_gradient(below, seed=seed):
        return False
    joint = Joint([narrow, below])
    found = include(joint, seed=seed)
    _refuse(mapping, joint, found, f" on {symbol} = {value}", seed)
    if found.unproved:
        return False
    return all(
        c.checked
        for c in _conditions(mapping, _entries(joint, found), narrow, below, seed, depth - 1)
    )


def _restrict(chart: Chart, symbol: sympy.Symbol, value: sympy.Expr) -> Chart:
    if symbol not in chart.coordinates:
        return chart
    left = tuple(c for c in chart.coordinates if c != symbol)
    raw = tuple(exact_scalar("value", v.xreplace({symbol: value})) for v in chart.values.values())
    return Chart(chart.model, left, raw)


def compose(first: CriticalMapping, *others: CriticalMapping) -> CriticalMapping:
    r"""$\theta \mapsto P_1(P_2(\cdots(\theta)))$: the last mapping acts first. Own symbols of the
    same name are kept apart.

    A composition of critical mappings is critical, with $K = K_1(P_2(\theta))\,K_2(\theta)$.

    Raises:
        ModelError: the target of one is not the source of the next.

    Example:
        >>> import sympy
        >>> u, v, w = sympy.symbols("u v w")
        >>> A, B, C = Model(u, [u]), Model(v, [v]), Model(w, [w])
        >>> P = compose(CriticalMapping(B, C, {w: v}), CriticalMapping(A, B, {v: u}))
        >>> P.source == A, P.target == C, P.K
        (True, True, Matrix([[1]]))
    """
    for mapping in (first, *others):
        demand(
            mapping,
            CriticalMapping,
            ModelError,
            "a critical mapping",
            "try mappings.splitting(model)",
        )
    result = first
    for inner in others:
        if result.source != inner.target:
            raise ModelError(
                f"{inner.label} does not end where {result.label} starts; compose(P, Q) is P"
                " after Q"
            )
        taken = {str(s) for s in (*inner.symbols, *inner.source.parameters)}
        rename: dict[sympy.Symbol, sympy.Symbol] = {}
        for s in result.symbols:
            name, n = str(s), 1
            base = re.sub(r"_\d+$", "", name)
            while name in taken:
                n += 1
                name = f"{base}_{n}"
            taken.add(name)
            rename[s] = sympy.Symbol(name)
        replace = {**inner.values, **rename}
        values = {p: v.xreplace(replace) for p, v in result.values.items()}
        name = " after ".join(m.name or "P" for m in (result, inner))
        result = CriticalMapping(inner.source, result.target, values, name)
    return result


__all__ = ["Condition", "CriticalMapping", "MappingEvidence", "compose"]
