"""Laurent normal forms of programs, against sympy's expansions."""

import pytest
import sympy as sp

from rankstrat.algebra.differential import laurent
from rankstrat.algebra.program import Program
from rankstrat.algebra.translate import translate

x, y, z = SYMBOLS = sp.symbols("x y z", positive=True)

LAURENT = [
    (x + y) ** 2, (x + y + 1) ** 3 * (x - z) ** 2, (x - y) * (x + y) / z**2,
    (x + 1) ** 16 - (x - 1) ** 16, ((x + y) ** 2 - x * y) ** 3, x * sp.sqrt(x) + sp.sqrt(x) / y,
    (sp.Rational(2, 3) * x / y) ** -2, (x * y**-3 * 2) ** 4 + x / 3,
]  # fmt: skip


def terms(expression):
    """Monomial -> coefficient by sympy."""
    found = {}
    for term in sp.Add.make_args(sp.expand(expression)):
        c, rest = term.as_coeff_Mul()
        powers = frozenset(
            (s, sp.Rational(e)) for s, e in rest.as_powers_dict().items() if s in SYMBOLS
        )
        found[powers] = found.get(powers, 0) + c
    return found


def expanded(expression, **options):
    program = Program()
    leaves = {s: program.leaf(("t", k)) for k, s in enumerate(SYMBOLS)}
    (node,) = translate(program, [expression], leaves)
    found, names = laurent(program, node, **options), {n: s for s, n in leaves.items()}
    if found is None:
        return None
    return {
        frozenset((names.get(n, n), sp.Rational(e)) for n, e in monomial if e): c
        for monomial, c in found.items()
    }


@pytest.mark.parametrize("expression", LAURENT, ids=str)
def test_the_form_is_the_expansion(expression):
    assert expanded(expression, known={}) == terms(expression)
    assert expanded(expression) in (terms(expression), None)


@pytest.mark.parametrize("expression", LAURENT, ids=str)
def test_what_vanishes_when_it_is_expanded_is_zero(expression):
    hidden = sp.Add(expression, -sp.expand(expression), evaluate=False)
    assert expanded(hidden, known={}) == {}


def test_a_power_beyond_the_budget_is_left_alone():
    ((monomial, c),) = expanded((x + y + z) ** 16, budget=20, known={}).items()
    assert c == 1 and not {s for s, _ in monomial} & set(SYMBOLS)
    assert expanded(((x + y + 1) ** 9) * (x + z + 1) ** 9, budget=20) is None


@pytest.mark.parametrize(
    ("number", "inverse"),
    [
        (sp.sqrt(2) + sp.sqrt(3), sp.sqrt(3) - sp.sqrt(2)),
        (1 + sp.cbrt(2), (1 - sp.cbrt(2) + sp.cbrt(2) ** 2) / 3),  # 1 + c^3 = 3
        (sp.sqrt(2) + sp.sqrt(3) + sp.sqrt(6), None),
    ],
)
def test_sums_of_roots_have_inverses(number, inverse):
    program = Program()
    if inverse is not None:
        one, two = (laurent(program, n) for n in translate(program, [1 / number, inverse], {}))
        assert one == two and one is not None
    product = sp.Mul(number, sp.Pow(number + 1, -1, evaluate=False) * (number + 1) ** 2)
    one, two = translate(program, [product, sp.expand(number * (number + 1))], {})
    assert laurent(program, one) == laurent(program, two)
    (gap,) = translate(
        program, [x / number - x * sp.radsimp(1 / number)], {x: program.leaf(("t", 0))}
    )
    assert laurent(program, gap) == {} == laurent(program, gap, known={})
