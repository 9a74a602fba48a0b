"""Whether an expression is zero, or divides by zero; nonzero residues and balls are proofs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from rankstrat.algebra.balls import sign
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.modular import GF
from rankstrat.algebra.power_tables import BadReductionError
from rankstrat.algebra.primes import SMALL, mix, random_prime
from rankstrat.algebra.program import CONSTANT, FUNCTION, LEAF, LINEAR, PIECEWISE, PRODUCT, Program
from rankstrat.algebra.relations import leaf_values, radicals
from rankstrat.algebra.tower import Tower
from rankstrat.errors import PoleError, UndecidedError

PRIMES, ZEROS, MAX_NESTING = 40, 3, 40
MANY_VALUED = frozenset({"root", "atan", "cis"})
"""Opaque generators that other functions equal on one part of the real numbers alone."""


def needs_hypotheses(tower: Tower) -> bool:
    """Whether the independence of the generators rests on something unproved.

    One number such as pi or log 2 is transcendental by itself; together with exp(1), or with a
    second one, nothing is known.
    """
    if len(tower.opaque) != 1:
        return bool(tower.opaque)
    ((leaf, (function, argument)),) = tower.opaque.items()
    simple = function == "pi" or (function == "log" and tower.program.value(argument) is not None)
    others = any(
        stage == 0 and n != leaf and tower.kind[n] in ("exp", "log", "erf", "pi")
        for n, stage in tower.stage.items()
    )
    return not simple or others


def jumps(tower: Tower) -> bool:
    r"""Whether a root or an arctangent of coordinates occurs of which it is not known that it is
    new: it may be related to others on a part of the chart alone.

    $\sqrt{u^2 - 1}$ is $(u + 1) \sqrt{1 - 2/(u + 1)}$ for $u > 1$, and its opposite for $u < -1$.
    """
    program = tower.program
    return any(
        function in MANY_VALUED
        and any(program.data[n][0] == "u" for n in tower.leaves_below(argument))
        for function, argument in tower.opaque.values()
    )


def may_jump(program: Program, nodes: Sequence[int]) -> bool:
    """Whether a root, a logarithm or an arctangent of coordinates occurs that may be real on
    several parts of the chart: its argument has poles, or is not positive by its form and not
    affine either.
    """
    for n in program.reachable(nodes):
        inside, atan = list[int](), False
        if program.kind[n] == PRODUCT:
            pairs = zip(program.args[n], program.data[n], strict=True)
            inside = [a for a, e in pairs if not isinstance(e, int)]
        elif program.kind[n] == FUNCTION and program.data[n] in ("log", "atan"):
            inside, atan = list(program.args[n]), program.data[n] == "atan"
        for h in inside:
            below = [m for m in program.reachable((h,)) if program.kind[m] == LEAF]
            if any(program.data[m][0] == "u" for m in below) and (
                may_have_poles(program, (h,)) or not (atan or _is_whole(program, h))
            ):
                return True
    return False


def _is_whole(program: Program, node: int) -> bool:
    """Whether the points at which a node is positive are convex by its form: all, or those of a
    half-space.
    """
    if program.kind[node] == LINEAR:
        leaves = all(program.kind[a] == LEAF for a in program.args[node])
        return leaves or (program.data[node][0] > 0 and program.nonnegative(node))
    return program.kind[node] == LEAF or is_positive(program, node)


def vanishes_at_primes(program: Program, node: int, seed: int) -> bool:
    """Whether a node vanishes at random primes; False proves that it is not zero.

    Where the independence of its constants is not known, as in exp(log 2) - 2, residues prove
    nothing; a ball must.
    """
    value = program.value(node)
    if value is not None:
        return value == 0
    if _certainly_nonzero(program, node):
        return False
    tower = Tower(program, [node], seed=seed)
    if needs_hypotheses(tower):
        unclear = may_jump(program, (node,)) and jumps(tower)
        return unclear or not _is_enclosed_away_from_zero(program, node, seed)
    return bool(_zeros(tower, seed))


def _zeros(tower: Tower, seed: int) -> list[int]:
    """The roots of a tower that vanish, or meet poles, wherever they were evaluated."""
    suspects = dict.fromkeys(range(len(tower.roots)), 0)  # root -> primes at which it vanished
    roots = radicals(tower, tower.roots)
    for attempt in range(PRIMES):
        field = GF(random_prime(SMALL, seed, 31, attempt, radicals=roots), 4)
        nodes = [tower.roots[j] for j in suspects]
        try:
            leaves = leaf_values(tower, field, nodes, mix(seed, 32, attempt), shared_below=0)
            found = evaluate(tower.program, nodes, field, leaves)
        except BadReductionError:
            continue
        # where a radicand is no square every sample may be a pole, which says nothing
        seen = bool((~field.poles).any())
        values = [getattr(v, "value", v) for v in found]
        suspects = {
            j: count + seen
            for (j, count), v in zip(suspects.items(), values, strict=True)
            if not (v if isinstance(v, int) else bool((v * ~field.poles).any()))
        }
        if all(count > ZEROS for count in suspects.values()):
            break
    return list(suspects)


def _is_enclosed_away_from_zero(program: Program, node: int, seed: int) -> bool:
    """Whether a ball at random values of the leaves excludes zero.

    An unspecified function becomes one of entire functions without symmetry: what is not zero for
    one smooth function is not zero for a generic one.
    """
    program, node = _specified(program, node)
    leaves = [program.data[n] for n in program.reachable((node,)) if program.kind[n] == LEAF]
    for attempt in range(4):
        values = {
            k: Fraction(1 + int(mix(seed, 33, attempt, i)) % 97, 32) for i, k in enumerate(leaves)
        }
        try:
            if sign(program, node, values):
                return True
        except (UndecidedError, ZeroDivisionError):
            continue
    return False


def _specified(program: Program, node: int) -> tuple[Program, int]:
    r"""The node with $e^z \sin(kz)$, and its derivatives, for the k-th unspecified function."""
    below = program.reachable((node,))
    unspecified = [
        n for n in below if program.kind[n] == FUNCTION and isinstance(program.data[n], tuple)
    ]
    if not unspecified or any(program.data[n][3] for n in unspecified):
        return program, node
    target, image = Program(), dict[int, int]()
    numbers = {
        label: k for k, label in enumerate(sorted({program.data[n][1] for n in unspecified}))
    }
    for n in unspecified:
        _, label, order, _ = program.data[n]
        h = program.rebuild(program.args[n], target, image)[program.args[n][0]]
        k = numbers[label] + 2
        # the real and imaginary parts of (1 + ik)^order, which differentiation brings down
        real, imaginary = 1, 0
        for _ in range(order):
            real, imaginary = real - k * imaginary, imaginary + k * real
        angle = target.scale(k, h)
        wave = target.linear(
            0, ((real, target.function("sin", angle)), (imaginary, target.function("cos", angle)))
        )
        image[n] = target.product(((target.function("exp", h), 1), (wave, 1)))
    return target, program.rebuild((node,), target, image)[node]


# Denominators


def denominators(program: Program, nodes: Iterable[int]) -> list[int]:
    """What the given nodes divide by, and the arguments of their logarithms."""
    found: dict[int, None] = {}
    for n in nodes:
        if program.kind[n] == PRODUCT:
            if min(program.data[n]) < 0:
                pairs = zip(program.args[n], program.data[n], strict=True)
                found |= dict.fromkeys(child for child, e in pairs if e < 0)
        elif program.kind[n] == FUNCTION and program.data[n] == "log":
            found[program.args[n][0]] = None
    return list(found)


def turned(program: Program, nodes: Iterable[int]) -> list[int]:
    """The arguments of tangents, which have poles where their cosines vanish."""
    tangents = (n for n in nodes if program.kind[n] == FUNCTION and program.data[n] == "tan")
    return [program.args[n][0] for n in tangents]


def may_have_poles(program: Program, nodes: Sequence[int]) -> bool:
    """Whether something is divided by that is not positive at every point by its form alone."""
    every = program.reachable(nodes)
    below = denominators(program, every)
    return bool(turned(program, every)) or any(
        not program.value(n) and not is_positive(program, n) for n in below
    )


def is_positive(program: Program, node: int) -> bool:
    """Whether the form of a node alone shows that it is positive wherever it is defined."""
    return _sign(program, node, 0) == 2


def above(program: Program, nodes: Iterable[int], leaves: Iterable[int]) -> set[int]:
    """Some leaves, and those nodes, in topological order, that depend on them."""
    found = set(leaves)
    for n in nodes:
        if not found.isdisjoint(program.args[n]):
            found.add(n)
    return found


def require_nonzero(program: Program, nodes: Iterable[int], seed: int) -> None:
    r"""Prove that no denominator vanishes identically, not even one such as $(u+1)(u-1)-u^2+1$.

    A program cancels a factor against its inverse, and so $S/S$ would be 1 and $b S x / S$ a
    tangent function for S = 0.

    Args:
        program: holds the denominators.
        nodes: the denominators.
        seed: names the random residues.

    Raises:
        PoleError: one vanishes at random primes.
        UndecidedError: whether one vanishes is not decided.
    """
    open_ = [n for n in dict.fromkeys(nodes) if not _certainly_nonzero(program, n)]
    if not open_:
        return
    analytic = set(smooth(program, open_))
    # a ball at one input is a proof for an analytic one, and takes less than generators
    open_ = [
        n for n in open_ if n not in analytic or not _is_enclosed_away_from_zero(program, n, seed)
    ]
    if not open_:
        return
    decided = True
    try:
        tower = Tower(program, open_, seed=seed)
        if needs_hypotheses(tower):
            decided = all(_is_enclosed_away_from_zero(program, n, seed) for n in open_)
        elif _zeros(tower, seed):
            raise PoleError(
                "a denominator of the model or of its values vanishes identically here; choose"
                " values away from the pole"
            )
    except UndecidedError:
        decided = False
    if not decided:
        raise UndecidedError(
            "whether a denominator vanishes here could not be decided; choose other values, or"
            " rewrite the model without it"
        )


def smooth(program: Program, nodes: Sequence[int]) -> list[int]:
    """The nodes with no piecewise function below them."""
    broken: set[int] = set()
    for n in program.reachable(nodes):
        own = program.kind[n] == FUNCTION and program.data[n] in PIECEWISE
        if own or not broken.isdisjoint(program.args[n]):
            broken.add(n)
    return [n for n in nodes if n not in broken]


def _certainly_nonzero(program: Program, node: int) -> bool:
    """Whether the form of a node alone shows that it is not identically zero.

    No value of a generic smooth function is zero.
    """
    data = program.data[node]
    unspecified = program.kind[node] == FUNCTION and isinstance(data, tuple) and not data[3]
    return (
        program.kind[node] == LEAF
        or unspecified
        or bool(program.value(node))
        or _sign(program, node, 0) > 0
        or (
            program.kind[node] == PRODUCT
            and all(_certainly_nonzero(program, a) for a in program.args[node])
        )
    )


def _sign(program: Program, node: int, depth: int) -> int:
    """2 for a node positive wherever it is defined, 1 for a sum of squares of leaves, else 0."""
    kind, data, args = program.kind[node], program.data[node], program.args[node]
    if depth > MAX_NESTING:
        return 0
    if kind == CONSTANT:
        if data > 0:
            return 2
        return 0
    if kind == LEAF:
        if data[0] in ("pi", "prime"):
            return 2
        return 0
    if kind == FUNCTION:
        if data in ("exp", "cosh"):
            return 2
        return 0
    if kind == PRODUCT:
        pairs = zip(args, data, strict=True)
        even_leaf = (1 if e % 2 == 0 and program.kind[a] == LEAF else 0 for a, e in pairs)
        own = (_sign(program, a, depth + 1) for a in args)
        return min(max(pair) for pair in zip(own, even_leaf, strict=True))
    c0, *coefficients = data
    if c0 < 0 or min(coefficients) < 0:
        return 0
    if c0 > 0 and all(program.nonnegative(a) or _sign(program, a, depth + 1) for a in args):
        return 2
    signs = [_sign(program, a, depth + 1) for a in args]
    return max(signs) if all(signs) else 0


__all__ = [
    "above", "denominators", "is_positive", "jumps", "may_jump", "needs_hypotheses",
    "require_nonzero", "smooth", "turned", "vanishes_at_primes",
]  # fmt: skip
