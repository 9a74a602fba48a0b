r"""Whether a piecewise model is differentiable in its parameters: decided for almost every input.

At an input $x$ only those arguments $h_k(\theta, x)$ matter that vanish at $\theta_0$. Near
$\theta_0$ the model is one of finitely many smooth selections, one for each choice of branches.
A jump has a value of its own where its argument stays 0, which is one more selection.
Along a direction $\epsilon$ with $D h_k\,\epsilon \ne 0$ the branches are known; the model is
differentiable only if all such directions give the same value and the same gradient, and it is
differentiable if all selections do. An argument that vanishes for one input of an open region
vanishes on the region. The tangent functions of a certificate have slope 0 at kinks: where the
selections agree on another gradient, as that of max(0, w) - max(0, -w) = w at 0, they are not the
derivatives, and nothing is said of the rank.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice, product
from typing import Any

from rankstrat.algebra.balls import Enclosures
from rankstrat.algebra.differential import laurent
from rankstrat.algebra.primes import mix
from rankstrat.algebra.program import CONSTANT, LEAF, LINEAR, PIECEWISE, PRODUCT, Program
from rankstrat.errors import DataError, PoleError, UndecidedError
from rankstrat.rank.regions import PointSigns, Region, branch, restrict, translate_values
from rankstrat.rank.sides import JUMPS, oriented
from rankstrat.rank.tangents import Tangents

CANCELLING = (
    "kinks cancel here: the derivative is not the one with slope 0 at every kink; write the"
    " function without them"
)
UNDECIDED = (
    "whether kinks cancel here is not decided: the derivative may not be the one with slope 0 at"
    " every kink; write the function without them, or choose other values"
)
DIRECTIONS, MOST_KINKS, MOST_REGIONS, EXPANSION = 8, 6, 64, 400


class CancellingKinksError(UndecidedError):
    """The slopes at kinks add up to another one than 0, or may do so."""


def is_differentiable(parts: Sequence[tuple[Tangents, Region]], *, seed: int = 0) -> bool | None:
    """Whether the model is differentiable at the chart for almost every input of the regions.

    Args:
        parts: the regions with their sites.
        seed: names the directions that are tried.

    Returns:
        False with a proof for inputs of positive measure, True with a proof for almost every input,
        None where kinks may be hidden that do not cancel.

    Raises:
        CancellingKinksError: the model is differentiable on a region, or may be so, with other
            derivatives than those with slope 0 at kinks.
    """
    verdict: bool | None = True
    seen: set[Any] = set()
    harmless: dict[int, bool] = {}
    tried, undecided = 0, False
    for base, region in parts:
        hidden = _hidden(base, region)
        for place, choice in enumerate(_choices(hidden)):
            kinks = _kinks(base, region, choice)
            if not any(sign == 0 for _, _, sign in kinks) or kinks in seen:
                continue
            seen.add(kinks)
            tried += 1
            if tried > MOST_REGIONS:
                if id(base) not in harmless:
                    harmless[id(base)] = kinks_are_harmless(base)
                if not harmless[id(base)] or any(not sign for _, sign in region.signs):
                    raise CancellingKinksError(UNDECIDED)
                verdict = None
                continue
            found = _Kinks(base, region, kinks, seed).decide()
            if found is False and place == 0 and None not in hidden.values():
                return False
            undecided |= found is None
            if not found:
                verdict = None
    if undecided:
        raise CancellingKinksError(UNDECIDED)
    return verdict


def kinks_are_harmless(base: Tangents) -> bool:
    """Whether the model does not depend, to first order, on arguments of piecewise functions that
    are 0 at the chart, whatever the signs of the others.
    """
    program, kinks = base.program, list[tuple[int, int, int]]()
    for n, argument in base.chart.model.compiled.piecewise:
        value = program.value(base.images[argument])
        if value is not None:
            kinks.append((n, argument, (value > 0) - (value < 0)))
    return _Kinks(base, Region((), ()), kinks, 0).is_harmless()


def _hidden(base: Tangents, region: Region) -> dict[int, int | None]:
    """Arguments that the chart does not show, as x in |w| |x| at w = 0, with their signs at the
    point of the region where these are decided.
    """
    program = base.program
    shown = {oriented(program, node)[1] for node, _ in region.signs}
    found: dict[int, int | None] = {}
    for _, argument in base.chart.model.compiled.piecewise:
        image = base.images[argument]
        _, core = oriented(program, image)
        if program.value(image) is None and core not in shown and core not in found:
            found[core] = _sign_at(base, region, core)
    return found


def _sign_at(base: Tangents, region: Region, node: int) -> int | None:
    """The sign of a node at the point of a region, where it is not 0 and decided."""
    if laurent(base.program, node, EXPANSION, {}) == {}:
        return 0
    here = PointSigns(base, region.point)
    try:
        done = base.program.rebuild((node,), here.scratch, here.leaves, function=here.resolve)
        return here.sign(done[node]) or None
    except (DataError, PoleError, UndecidedError):
        return None


def _choices(hidden: Mapping[int, int | None]) -> Iterator[dict[int, int]]:
    """All signs of hidden arguments, those at the point first; a few of them where there are
    many.
    """
    first = [1 if sign is None else sign for sign in hidden.values()]
    moving = [k for k, sign in enumerate(first) if sign]
    for flips in islice(product((1, -1), repeat=len(moving)), MOST_REGIONS + 1):
        signs = list(first)
        for k, flip in zip(moving, flips, strict=True):
            signs[k] *= flip
        yield dict(zip(hidden, signs, strict=True))


def _kinks(
    base: Tangents, region: Region, hidden: Mapping[int, int]
) -> tuple[tuple[int, int, int], ...]:
    """(node, argument, sign of the argument on the region) for the piecewise nodes of the compiled
    outputs.
    """
    program, signs = base.program, dict(hidden)
    for node, sign in region.signs:
        orientation, core = oriented(program, node)
        signs[core] = orientation * sign
    result = []
    for n, argument in base.chart.model.compiled.piecewise:
        orientation, core = oriented(program, base.images[argument])
        number = program.value(base.images[argument])
        if number is None:
            sign = orientation * signs[core]
        else:
            sign = (number > 0) - (number < 0)
        result.append((n, argument, sign))
    return tuple(result)


def _all_equal(program: Program, one: Sequence[int], two: Sequence[int]) -> bool:
    """Whether expansion shows the nodes to be equal."""
    gaps = [program.linear(0, ((1, a), (-1, b))) for a, b in zip(one, two, strict=True)]
    return all(laurent(program, gap, EXPANSION, {}) == {} for gap in gaps)


class _Kinks:
    """The kinks of one region: arguments that vanish on it."""

    def __init__(
        self, base: Tangents, region: Region, kinks: Sequence[tuple[int, int, int]], seed: int
    ) -> None:
        self.base, self.region, self.seed = base, region, seed
        self.compiled = base.chart.model.compiled
        self.source = self.compiled.program
        self.signs = {argument: sign for _, argument, sign in kinks}
        self.still = self._constants(argument for argument, sign in self.signs.items() if not sign)
        self.nodes = [n for n, argument, sign in kinks if not sign and argument not in self.still]

    def decide(self) -> bool | None:
        """True, False with a witness, or None."""
        if self.is_harmless():
            return True
        if self._selections_agree():
            return True
        if self._directions_differ():
            return False
        return None

    # All selections

    def is_harmless(self) -> bool:
        """Whether the model does not depend, to first order, on what happens at the kinks."""
        if not self.nodes:
            return True
        if any(self.source.data[n] not in ("relu", "abs") for n in self.nodes):
            return False
        scratch = Program()
        kinks = {n: scratch.leaf(("kink", n)) for n in self.nodes}
        root = self._mixed(self._outputs(scratch, {}, kinks), scratch)
        gradient = scratch.gradient(root, list(kinks.values()))
        target = Program()
        zero = dict.fromkeys(kinks.values(), target.zero)
        nodes = self._at_chart(scratch, gradient, target, zero)
        return all(laurent(target, n, EXPANSION, {}) == {} for n in nodes)

    def _selections_agree(self) -> bool:
        groups: dict[int, list[tuple[int, int]]] = {}
        for argument in {self.source.args[n][0] for n in self.nodes}:
            c, core = self.source.content(argument)
            groups.setdefault(core, []).append((argument, 1 if c > 0 else -1))
        if len(groups) > MOST_KINKS:
            return False
        target = Program()
        jumping = {self.source.args[n][0] for n in self.nodes if self.source.data[n] in JUMPS}
        # where an argument of a jump stays 0 a third smooth function holds
        choices = [
            (1, -1, 0) if any(argument in jumping for argument, _ in members) else (1, -1)
            for members in groups.values()
        ]
        first: list[int] | None = None
        for chosen in product(*choices):
            signs, still = dict[int, int](), set[int]()
            for sign, members in zip(chosen, groups.values(), strict=True):
                signs |= {argument: (sign or 1) * orientation for argument, orientation in members}
                still |= {argument for argument, _ in members if not sign}
            nodes = self._selection(signs, target, still)
            first = first or nodes
            if not _all_equal(target, first, nodes):
                return False
        here, count = self._here(target), len(self.base.outputs)
        if first is None or not _all_equal(target, first[:count], here[:count]):
            return False
        if not _all_equal(target, first, here):
            raise CancellingKinksError(CANCELLING)
        return True

    def _here(self, target: Program) -> list[int]:
        """The outputs at the chart itself and the tangent functions with slope 0 at kinks, which
        may be those of no selection: 1 at 0 alone jumps, max(0, w) - max(0, -w) = w has slope 1.
        """
        here = restrict(self.base, self.region, target, self.base.outputs)
        return [*here, *self._selection({}, target)[len(here) :]]

    def _selection(
        self, signs: Mapping[int, int], target: Program, still: Collection[int] = ()
    ) -> list[int]:
        """Outputs and tangent functions at the chart with given branches at the kinks.

        Args:
            signs: of the arguments.
            target: where they are built.
            still: arguments that stay 0; jumps have the value at 0 there.
        """
        scratch = Program()
        outputs = self._outputs(scratch, signs, {}, still)
        root = self._mixed(outputs, scratch)
        leaves = [scratch.leaf(("p", i)) for i in range(len(self.compiled.parameters))]
        gradient = scratch.gradient(root, leaves)
        return self._at_chart(scratch, [*outputs, *gradient], target, {})

    def _outputs(
        self,
        scratch: Program,
        signs: Mapping[int, int],
        images: Mapping[int, int],
        still: Collection[int] = (),
    ) -> list[int]:
        known = self.signs | dict(signs)

        def resolved(node: int, argument: int) -> int:
            name, own = self.source.data[node], self.source.args[node][0]
            if name in JUMPS and own in still:
                return branch(scratch, name, argument, 0)
            if name in PIECEWISE and own in known:
                return branch(scratch, name, argument, known[own])
            return scratch.function(name, argument)

        done = self.source.rebuild(self.compiled.outputs, scratch, images, function=resolved)
        return [done[n] for n in self.compiled.outputs]

    def _mixed(self, outputs: Sequence[int], scratch: Program) -> int:
        if len(outputs) == 1:
            return outputs[0]
        mixers = [scratch.leaf(("mix", k)) for k in range(len(outputs))]
        return scratch.linear(
            0,
            [(1, scratch.product(((m, 1), (n, 1)))) for m, n in zip(mixers, outputs, strict=True)],
        )

    def _at_chart(
        self, scratch: Program, nodes: Sequence[int], target: Program, images: Mapping[int, int]
    ) -> list[int]:
        at = self.base.leaf_images(target)
        place = {self.source.data[leaf]: node for leaf, node in at.items()}
        image = dict(images)
        for n in scratch.reachable(nodes):
            if scratch.kind[n] == LEAF and scratch.data[n] in place:
                image[n] = place[scratch.data[n]]
        done = scratch.rebuild(nodes, target, image)
        return [done[n] for n in nodes]

    # Directions

    def _directions_differ(self) -> bool:
        numbers = Program()
        balls = Enclosures(numbers)

        def nonzero(node: int) -> bool:
            value = numbers.value(node)
            if value is not None:
                return value != 0
            try:
                return balls.sign(node) != 0
            except UndecidedError:
                return False

        def differ(one: Sequence[int], two: Sequence[int]) -> bool:
            return any(
                nonzero(numbers.linear(0, ((1, a), (-1, b)))) for a, b in zip(one, two, strict=True)
            )

        here, size = self._at_point(self._here, numbers), len(self.base.outputs)
        first: list[int] | None = None
        for direction in self._directions():
            try:
                signs = self._along(direction)
                nodes = None if signs is None else self._numbers(signs, numbers)
            except (UndecidedError, PoleError):
                continue
            if nodes is None:
                continue
            first = first or nodes
            if differ(here[:size], nodes[:size]) or differ(first, nodes):
                return True
        if first is not None and differ(here, first):
            raise CancellingKinksError(CANCELLING)
        return False

    def _directions(self) -> Iterator[list[int]]:
        count = len(self.compiled.parameters)
        for attempt in range(DIRECTIONS):
            sign = 1 - 2 * (attempt % 2)
            draw = [int(mix(self.seed, 51, attempt // 2, i)) % 7 + 1 for i in range(count)]
            flip = [int(mix(self.seed, 52, attempt // 2, i)) % 2 for i in range(count)]
            yield [sign * v * (1 - 2 * f) for v, f in zip(draw, flip, strict=True)]

    def _numbers(self, signs: Mapping[int, int], numbers: Program) -> list[int]:
        """Outputs and tangent functions of a selection at the point of the region."""
        return self._at_point(lambda target: self._selection(signs, target), numbers)

    def _at_point(self, build: Callable[[Program], list[int]], numbers: Program) -> list[int]:
        """Nodes at the point of the region, and at random values of an unspecified function."""
        target = Program()
        nodes = build(target)
        image = self._point(target, nodes, numbers)

        def generic(node: int, argument: int) -> int:
            name, value = target.data[node], numbers.value(argument)
            if isinstance(name, str) or name[3] or value is None:
                return numbers.function(name, argument)
            return numbers.constant(_drawn(self.seed, f"{name[2]}{value}{name[1]}"))

        done = target.rebuild(nodes, numbers, image, function=generic)
        return [done[n] for n in nodes]

    def _point(self, program: Program, nodes: Sequence[int], numbers: Program) -> dict[int, int]:
        """Numbers for the leaves: the point of the region, random coordinates and mixers."""
        values = translate_values(numbers, self.region.point)
        image = {}
        for n in program.reachable(nodes):
            key: Any = program.data[n]
            if program.kind[n] != LEAF or key[0] not in ("x", "u", "mix"):
                continue
            image[n] = (
                values[key[1]] if key[0] == "x" else numbers.constant(_drawn(self.seed, repr(key)))
            )
        return image

    def _along(self, direction: Sequence[int]) -> dict[int, int] | None:
        """The branches along a direction from the chart; None where first order does not tell."""
        source, numbers = self.source, Program()
        balls = Enclosures(numbers)
        at = self.base.leaf_images(target := Program())
        leaves = list(at)
        image = self._point(target, list(at.values()), numbers)
        done = target.rebuild(list(at.values()), numbers, image)
        values: dict[int, int] = {leaf: done[at[leaf]] for leaf in leaves}
        slopes: dict[int, int] = dict.fromkeys(leaves, numbers.zero)
        for leaf, step in zip(self.compiled.parameters, direction, strict=True):
            slopes[leaf] = numbers.constant(step)
        found: dict[int, int] = {}
        for n in source.reachable(self.compiled.outputs):
            if n in values:
                continue
            kind, args, data = source.kind[n], source.args[n], source.data[n]
            if kind in (CONSTANT, LEAF):
                values[n] = numbers.constant(data) if kind == CONSTANT else numbers.leaf(data)
                slopes[n] = numbers.zero
            elif kind == LINEAR:
                values[n] = numbers.linear(
                    data[0], [(c, values[a]) for c, a in zip(data[1:], args, strict=True)]
                )
                slopes[n] = numbers.linear(
                    0, [(c, slopes[a]) for c, a in zip(data[1:], args, strict=True)]
                )
            elif kind == PRODUCT:
                values[n] = numbers.product(
                    [(values[a], e) for a, e in zip(args, data, strict=True)]
                )
                slopes[n] = _product_slope(numbers, values, slopes, args, data)
            elif data in PIECEWISE:
                argument = args[0]
                if argument not in found:
                    found[argument] = _sign(numbers, balls, values[argument]) or _sign(
                        numbers, balls, slopes[argument]
                    )
                sign = found[argument]
                if not (sign or self._stays_known(argument, found)):
                    return None
                if not sign and data in ("step", "sign") and numbers.value(values[argument]) == 0:
                    if self.signs.get(argument) == 0 and argument not in self.still:
                        return None
                values[n] = branch(numbers, data, values[argument], sign)
                flat = data in ("step", "sign")
                slopes[n] = numbers.zero if flat else branch(numbers, data, slopes[argument], sign)
            else:
                values[n] = numbers.function(data, values[args[0]])
                steep = numbers.slope(data, values[args[0]], values[n])
                slopes[n] = numbers.product(((steep, 1), (slopes[args[0]], 1)))
        return found

    def _stays_known(self, argument: int, signs: Mapping[int, int]) -> bool:
        """Whether an argument without slope is no kink of the direction: it is no kink here, no
        parameter moves it, or it stays 0 on the branches below it.
        """
        if self.signs.get(argument) != 0 or argument in self.still:
            return True
        scratch = Program()

        def resolved(node: int, copied: int) -> int:
            name, own = self.source.data[node], self.source.args[node][0]
            if name in PIECEWISE:
                return branch(scratch, name, copied, signs[own])
            return scratch.function(name, copied)

        done = self.source.rebuild((argument,), scratch, {}, function=resolved)
        return done[argument] == scratch.zero

    def _constants(self, arguments: Iterable[int]) -> set[int]:
        """Those that involve no parameter: no direction moves them, and they are no kinks."""
        parameters = set(self.compiled.parameters)
        return {h for h in arguments if not parameters.intersection(self.source.reachable((h,)))}


def _product_slope(
    numbers: Program,
    values: Mapping[int, int],
    slopes: Mapping[int, int],
    args: Sequence[int],
    exponents: Sequence[Any],
) -> int:
    terms = []
    for i, (a, e) in enumerate(zip(args, exponents, strict=True)):
        if slopes[a] == numbers.zero:
            continue
        rest = [
            (values[b], f - (j == i)) for j, (b, f) in enumerate(zip(args, exponents, strict=True))
        ]
        terms.append((e, numbers.product([*rest, (slopes[a], 1)])))
    return numbers.linear(0, terms)


def _sign(numbers: Program, balls: Enclosures, node: int) -> int:
    value = numbers.value(node)
    if value is not None:
        return (value > 0) - (value < 0)
    sign = balls.sign(node)
    if not sign:
        raise UndecidedError("a sign at a kink is not decided at 2048 bits; use other values")
    return sign


def _drawn(seed: int, key: str) -> Fraction:
    number = int.from_bytes(key.encode()[:12].ljust(12, b"."), "big") % (1 << 61)
    return Fraction(1 + int(mix(seed, 53, number)) % 4096, 1024)
