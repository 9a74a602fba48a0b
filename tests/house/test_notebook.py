"""What a notebook shows: HTML without live markup from names, LaTeX between dollars, and no
page-long formulas.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
import sympy

import rankstrat as rs

a, b, w, v, x = sympy.symbols("a b w v x")
TANH = rs.Model(a * sympy.tanh(w * x) + b * sympy.tanh(v * x), [a, b, w, v], [x])
EVIL = "<img src=x onerror=alert(1)>"
ALLOWED = {"table", "caption", "thead", "tbody", "tr", "th", "td", "b", "p", "pre"}


class Tags(HTMLParser):
    """The tags of a fragment, and whether each is closed."""

    def __init__(self, fragment):
        super().__init__()
        self.seen, self.open = [], []
        self.feed(fragment)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.open.append(tag)
        assert all(name == "style" for name, _ in attrs)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def is_mathematics(latex):
    inner = re.fullmatch(r"\$(.*)\$", latex, re.S)[1]
    return (
        "$" not in inner
        and inner.count("{") == inner.count("}")
        and inner.count(r"\left") == inner.count(r"\right")
    )


def diagonal(**values):
    F = rs.families.diagonal(features=2)
    return F.point(**values) if values else F


HTML = {
    "certificate": lambda: rs.model_rank(TANH),
    "numerics": lambda: rs.rank_report(TANH.point([1, 2, 3, 4]), digits=[15]),
    "report": lambda: rs.verify("diagonal_rank"),
    "reports": lambda: rs.verify_all(["diagonal_rank"]),
    "target": lambda: rs.target_set(diagonal(), diagonal(a=[1, 0], b=[0, 0])),
    "strata": lambda: rs.stratify(rs.families.two_layer(width=1, inputs=1)),
    "functions": lambda: rs.function_hierarchy(rs.families.two_layer(width=1, inputs=1)),
}


WIDE = rs.families.two_layer(width=12, inputs=2)
LONG = rs.Model(sum(sympy.symbols("c:60")) * x, sympy.symbols("c:60"), [x])
NAMED = {
    "model": lambda: LONG,
    "chart": LONG.generic,
    "certificate": lambda: rs.model_rank(LONG),
    "target": lambda: rs.target_set(
        rs.families.two_layer(width=3, inputs=1),
        rs.families.two_layer(width=1, inputs=1).point([1, 2]),
    ),
    "functions": lambda: rs.function_hierarchy(rs.families.two_layer(width=2, inputs=1)),
    "table": lambda: rs.stratify(rs.families.two_layer(width=2, inputs=1)).table(),
    "symmetry": lambda: rs.symmetries(WIDE)[0],
    "manifold": lambda: rs.invariant_manifolds(WIDE, pairs=False)[0],
    "mapping": lambda: rs.mappings.splitting(WIDE),
    "recovery": lambda: rs.local_linear_recovery(
        WIDE.point([1] * WIDE.size), [[i, 1] for i in range(60)]
    ),
}


@pytest.mark.parametrize("make", NAMED.values(), ids=NAMED)
def test_repr_is_short_enough_for_a_terminal(make):
    assert len(repr(make())) < 600


@pytest.mark.parametrize("make", HTML.values(), ids=HTML)
def test_html_is_a_plain_fragment(make):
    assert set(Tags(make()._repr_html_()).seen) <= ALLOWED


def test_names_are_not_markup():
    model = rs.Model(a * sympy.tanh(w * x), [a, w], [x], name=EVIL)
    shown = rs.model_rank(model)._repr_html_()
    assert set(Tags(shown).seen) <= ALLOWED
    assert "&lt;img" in shown


LATEX = {
    "model": lambda: TANH,
    "map": lambda: rs.families.matrix_factorization(rows=2, inner=1, columns=2),
    "point": lambda: TANH.point([1, 0, sympy.Rational(1, 2), sympy.sqrt(2)]),
    "chart": lambda: TANH.chart({v: -w}),
    "span": lambda: rs.tangent_span(TANH.chart({v: w})),
    "vectors": lambda: rs.tangent_span(
        rs.families.matrix_factorization(rows=2, inner=1, columns=2)
    ),
    "relation": lambda: rs.model_rank(TANH.chart({v: w})).relations[0],
    "activation": lambda: rs.activations["gelu"],
}


@pytest.mark.parametrize("make", LATEX.values(), ids=LATEX)
def test_latex_is_mathematics(make):
    assert is_mathematics(make()._repr_latex_())


def test_model_without_inputs_has_no_argument():
    F = rs.families.matrix_factorization(rows=1, inner=1, columns=1)
    assert F._repr_latex_() == r"$F(\theta) = A_{1 1} B_{1 1}$"


def test_chart_says_which_values():
    assert TANH.generic()._repr_latex_() is None
    assert TANH.chart({v: -w})._repr_latex_() == "$v = - w$"


def test_big_models_are_named_not_written_out():
    """A notebook falls back to the name; nobody wants ten pages of formula, or waits for them."""
    big = rs.families.two_layer(width=50, inputs=5)
    assert big._repr_latex_() is None
    assert big.point(a=[1] * 50, w=[[1] * 5] * 50)._repr_latex_() is None
    assert len(str(big)) < 100


def test_tables_become_data_frames():
    pandas = pytest.importorskip("pandas")
    frame = rs.verify("diagonal_rank").table().to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert set(frame["verdict"]) == {"PROVED"}


def _two():
    return rs.families.two_layer(width=2, inputs=1)


def _small():
    return rs.families.two_layer(width=1, inputs=1)


def _target():
    return rs.target_set(_two(), _small().point([1, 2]))


def _point():
    return _two().point(a=[1, 2], w=[[1], [3]])


SPOKEN = {
    "certificate": (lambda: rs.model_rank(_two().point([1, 2, 1, 1])), "dF/da1 - dF/da2 = 0"),
    "stratum": (lambda: rs.stratify(_two()).strata[1], "codimension"),
    "level": (lambda: rs.stratify(_two()).levels[1], "conditions"),
    "branch": (lambda: _target().branches[0], "generic rank"),
    "least rank": (lambda: rs.optimistic_sample_size(_target()), "attained"),
    "mapping": (lambda: rs.mappings.splitting(_small()), "target"),
    "evidence": (lambda: rs.mappings.splitting(_small()).check(), "dB/da1"),
    "symmetry": (lambda: rs.symmetries(_two())[0], "kind"),
    "manifold": (lambda: rs.invariant_manifolds(_two())[0], "dimension"),
    "recovery": (lambda: rs.local_linear_recovery(_point(), [1, 2, 3, 4]), "samples"),
    "numerical rank": (lambda: rs.numerical_rank(_point()), "digits"),
    "lemma": (lambda: rs.rank_by_lemma(_point()), "road"),
    "recognition": (lambda: rs.recognise(TANH), "model"),
    "reduction": (lambda: rs.mappings.reduction(_point()), "reduced"),
    "bound": (lambda: rs.rank_by_lemma(_point()).as_upper_bound(), "reason"),
    "theorem": (lambda: rs.verify("linear_rank").theorem, "assumes"),
    "thresholds": (lambda: rs.recovery_thresholds(_target().branches[0]), "codimension"),
    "directions": (lambda: rs.limiting_directions("tanh", [[1], [2]], [1, 2]), "multiplicity"),
    "critical data": (lambda: rs.critical_data(_point(), [[k] for k in range(1, 8)]), "residual"),
    "loss": (lambda: rs.Loss(_two(), [[1.0], [2.0]], [1.0, 2.0]), "samples"),
}


@pytest.mark.parametrize("name", SPOKEN)
def test_a_noun_is_a_sentence_and_a_table(name):
    make, fact = SPOKEN[name]
    found = make()
    fragment = found._repr_html_()
    tags = Tags(fragment).seen
    assert tags[:2] == ["p", "table"] and set(tags) <= ALLOWED
    sentence = re.search(r"<p>(.*?)</p>", fragment)[1]
    assert 5 < len(sentence) < 2000
    assert "object at 0x" not in fragment and "(chart=" not in fragment
    assert f">{fact}</td>" in fragment


def test_names_are_escaped_in_sentences_and_cells():
    p = sympy.Symbol(EVIL)
    model = rs.Model(p * x, [p], [x], name=EVIL)
    for found in (rs.stratify(model).strata[0], rs.stratify(model).levels[0]):
        assert "<img" not in found._repr_html_()
