"""Signs that are read off the structure, against values at many points."""

import random

import mpmath
import pytest
import sympy as sp

from rankstrat.algebra.program import Program
from rankstrat.algebra.signs import Signs, requirements
from rankstrat.algebra.translate import translate

x, y, t = SYMBOLS = sp.symbols("x y t", real=True)  # t is positive
KNOWN = {
    sp.exp(x) + 1: 1, -sp.cosh(x * y) - 2: -1, t * sp.exp(x): 1, -t**3: -1, x**2 + 1: 1,
    -1 - x**4: -1, 2 + sp.sin(x): 1, 1 - sp.tanh(x): 1, 1 + sp.tanh(x): 1, sp.tanh(x) - 1: -1,
    1 + sp.sin(x) * sp.tanh(y): 1, sp.tanh(t): 1, sp.atan(-t): -1, sp.sinh(t) + t: 1, x**2: 1,
    x**2 * t: 1, sp.Abs(x): 1, t + x**2: 1, 3 - 2 * sp.cos(x) - sp.erf(y): 1,
    sp.exp(x) * (1 + t): 1, 1 / (1 + t) ** 3: 1, sp.erf(t + 1): 1,
}  # fmt: skip
UNKNOWN = [
    x, x * t, 1 - sp.exp(x), x**2 - 1, t - 1, sp.tanh(x), 1 - 2 * sp.sin(x), 1 + x, sp.sin(t),
    t - x**2, 1 - t, x + t, 2 - sp.tanh(x) - 2 * sp.cos(y), -sp.exp(x) + t, x**3,
    sp.exp(x) - sp.exp(y), 1 - sp.tanh(x) * x, 1 + sp.tanh(x) * x, 1 - 1 / sp.tanh(t),
]  # fmt: skip


class Read:
    """An expression as a node of a program, with values at points."""

    def __init__(self, expression):
        self.program = Program()
        self.leaves = {s: self.program.leaf(("x", k)) for k, s in enumerate(SYMBOLS)}
        (self.node,) = translate(self.program, [expression], self.leaves)
        self.signs = Signs(self.program, {("x", 2): 1})
        self.value = sp.lambdify(SYMBOLS, expression, "mpmath")

    def at(self, node, point):
        """The value of a node at a point."""
        program, known = self.program, dict(zip(self.leaves.values(), point, strict=True))
        for n in program.reachable((node,)):
            if n not in known:
                args, data = [known[a] for a in program.args[n]], program.data[n]
                known[n] = _computed(args, data)
        return known[node]


def _computed(args, data):
    if isinstance(data, str):
        return mpmath.fabs(args[0]) if data == "abs" else getattr(mpmath, data)(args[0])
    if not args:
        return _number(data)
    if len(data) > len(args):  # a sum with a constant
        return mpmath.fdot(map(_number, data), [1, *args])
    return mpmath.fprod(a ** _number(e) for a, e in zip(args, data, strict=True))


def _number(value):
    return mpmath.mpf(value.numerator) / value.denominator


def points(count=60):
    rng = random.Random(1)
    for scale in (0.3, 2, 8):
        for _ in range(count // 3):
            yield rng.gauss(0, scale), rng.gauss(0, scale), abs(rng.gauss(0, scale))


@pytest.mark.parametrize("expression", KNOWN, ids=str)
def test_a_sign_that_the_structure_shows(expression):
    read = Read(expression)
    assert read.signs.sure(read.node) == KNOWN[expression]
    with mpmath.workdps(60):
        assert {int(mpmath.sign(read.value(*p))) for p in points()} == {KNOWN[expression]}


@pytest.mark.parametrize("expression", UNKNOWN, ids=str)
def test_no_sign_is_claimed_of_what_has_two(expression):
    read = Read(expression)
    with mpmath.workdps(60):
        if len({int(mpmath.sign(read.value(*p))) for p in points()}) > 1:
            assert read.signs.sure(read.node) is None


ATOMS = [
    x * sp.exp(y), x**2 * y, x**3 * (y - 1) ** 2 / t, sp.tanh(x * y) * (x**2 + 1), sp.log(t) * x,
    -2 * x + 6 * y, sp.exp(x) - sp.exp(y), 3 * sp.exp(x * y) - 3, sp.exp(2 * x) - sp.exp(x + y),
    sp.atan(x - y) ** 3 / x, 1 - sp.exp(x), sp.sqrt(t) * (x - y), sp.sinh(x - t) * sp.erf(y),
    -x / (y**2 - 1), sp.log(t**2 + 1) * -y,
    (sp.exp(x) + 1) * (sp.exp(x) - 2), sp.exp(3 * x) - sp.exp(2 * x) + sp.exp(x) - 1,
]  # fmt: skip


@pytest.mark.parametrize("expression", [*ATOMS, *UNKNOWN], ids=str)
def test_the_sign_is_that_of_the_atoms(expression):
    read = Read(expression)
    sign, atoms = read.signs.pattern(read.node)
    with mpmath.workdps(60):
        for point in points():
            found = sign
            for atom in atoms:
                found *= int(mpmath.sign(read.at(atom, point)))
            assert found == int(mpmath.sign(read.value(*point)))


def test_a_zero_in_disguise_is_not_nonzero():
    program = Program()
    leaves = {s: program.leaf(("x", k)) for k, s in enumerate(SYMBOLS)}
    wave = sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1
    power = (x + 1) ** 2 - x**2 - 2 * x - 1
    for zero in (wave, power, wave * sp.exp(x), sp.Abs(wave), wave**2):
        (node,) = translate(program, [zero], leaves)
        signs = Signs(program)
        assert not signs.nonzero(node) and signs.sure(node) in (None, 0)


def test_what_must_be_positive():
    program = Program()
    leaves = {s: program.leaf(("x", k)) for k, s in enumerate(SYMBOLS)}
    nodes = translate(
        program, [sp.log(x + y), sp.sqrt(x - y), x ** sp.Rational(-1, 3), y**3], leaves
    )
    wanted = translate(program, [x + y, x - y, x], leaves)
    assert set(requirements(program, nodes)) == set(wanted)
