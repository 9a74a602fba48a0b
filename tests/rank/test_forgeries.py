"""Forged certificates that a checker once accepted or choked on, each standing for its kind.

The right ranks are derived by hand beside each forgery.
"""

from __future__ import annotations

import json
from contextlib import redirect_stdout, suppress
from io import StringIO

import pytest
import sympy

import rankstrat as rs
from rankstrat.cli import main
from rankstrat.errors import CertificateError, ParseError, PoleError, RankstratError
from rankstrat.model.files import parse_model
from rankstrat.model.model import Model
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank

a, b, c, p, q, u, w, x, y = sympy.symbols("a b c p q u w x y")
BALL = {"prime": 0, "key": 1, "bits": 128, "rows": [0], "parameters": ["b"]}


def text_of(chart, **changes):
    """The honest certificate of a chart with some fields exchanged."""
    options = {"subset": changes.pop("among")} if "among" in changes else {}
    return json.dumps(json.loads(model_rank(chart, **options).to_json()) | changes)


def refused(text, message):
    with pytest.raises(RankstratError, match=message):
        RankCertificate.from_json(text).check()


# Witnesses that are about something else


def test_a_ball_minor_over_a_frozen_parameter_proves_nothing():
    # dF/da = b x = 0 at (1, 0), dF/db = a x: with b frozen the rank is 0
    chart = Model(a * b * x, [a, b], [x]).point([1, 0])
    refused(
        text_of(chart, among=[0], lower=1, upper=1, minor=BALL, reason="parameters", relations=[]),
        "b is frozen",
    )


@pytest.mark.parametrize("prime", [0, 3897749])
def test_a_minor_needs_distinct_free_parameters(prime):
    chart = Model(a * x + b * x, [a, b], [x]).point([1, 0])
    minor = BALL | {"prime": prime, "rows": [0, 1], "parameters": ["a", "b"]}
    refused(
        text_of(chart, lower=2, upper=2, minor=minor, reason="parameters", relations=[]),
        "contains zero|proportional",
    )


def test_a_relation_on_the_regions_that_were_sampled_is_no_relation():
    # for large |x| the first function is not zero, so the rank is 2; samples see it as zero
    kink = x**2 + sympy.sin(x) - 10**8
    chart = Model(a * sympy.Max(0, kink) + b * x, [a, b], [x]).point([1, 1])
    data = json.loads(model_rank(chart).to_json())
    minor = BALL | {"parameters": ["b"]}
    relations = [{"parameter": "a", "coefficients": {"a": "1"}}]
    refused(
        json.dumps(
            data
            | {"lower": 1, "upper": 1, "verdict": "PROVED", "minor": minor, "reason": "relations",
               "relations": relations}
        ),
        "left side is not zero",
    )  # fmt: skip


def test_a_relation_whatever_the_branches_holds_on_regions_that_were_sampled():
    # max(0, x^2 + y^2 - 10^7) times a constant: the same function twice
    bump = sympy.Max(0, x**2 + y**2 - 10**7)
    certificate = model_rank(
        Model(a * bump + 3 * b * bump + c * x, [a, b, c], [x, y]).point([1, 1, 1])
    )
    assert certificate.upper == 2
    certificate.check()
    RankCertificate.from_json(certificate.to_json()).check()


# Coefficients that vanish or are infinite in disguise: S = 0 once it is expanded

S = "((u+1)*(u-1)-u**2+1)"
HIDDEN = (u + 1) * (u - 1) - u**2 + 1


@pytest.mark.parametrize(
    "coefficient",
    [f"-1/{S}", f"1/(2*{S})", f"-1/{S}**2*{S}", f"exp(1/{S})", f"log({S})", f"u + tanh(1/{S})"],
)
def test_a_coefficient_that_is_infinite_in_disguise_is_refused(coefficient):
    # T_a = x and T_b = S x = 0, so the rank is 1; -S/S = -1 would make T_a a multiple of T_b
    chart = Model(a * x + b * c * x, [a, b, c], [x]).chart({c: HIDDEN, a: 1, b: 1})
    relations = [
        {"parameter": "a", "coefficients": {"a": "1", "b": coefficient}},
        {"parameter": "b", "coefficients": {"b": "1"}},
        {"parameter": "c", "coefficients": {"c": "1", "a": "-1"}},
    ]
    forged = {"lower": 0, "upper": 0, "minor": None, "reason": "relations", "relations": relations}
    refused(text_of(chart, verdict="PROVED", **forged), "pole|is false|says nothing|not defined")


@pytest.mark.parametrize("own", [S, f"sin({S})", f"exp({S})-1", f"tanh(u+{S})-tanh(u)", f"1/{S}"])
def test_an_own_coefficient_that_vanishes_in_disguise_is_refused(own):
    chart = Model(a * x + b * c * x, [a, b, c], [x]).chart({c: u, a: 1, b: 1})
    relations = [{"parameter": n, "coefficients": {n: own}} for n in "abc"]
    forged = {"lower": 0, "upper": 0, "minor": None, "reason": "relations", "relations": relations}
    refused(text_of(chart, verdict="PROVED", **forged), "says nothing|pole|not defined")


@pytest.mark.parametrize(
    "chart",
    [
        Model(a * p / q * x, [a, p, q], [x]).chart({p: HIDDEN, q: HIDDEN}),
        Model(a * p * q * x, [a, p, q], [x]).chart({p: HIDDEN, q: 1 / HIDDEN}),
        Model(a * p / q * x, [a, p, q], [x]).point(
            {a: 1, p: 2, q: sympy.cos(1) ** 2 + sympy.sin(1) ** 2 - 1}
        ),
        Model(a * p * x / (sympy.cosh(x * q) ** 2 - sympy.sinh(x) ** 2 - 1), [a, p, q], [x]).point(
            {a: 1, p: 1, q: 1}
        ),
        # a tangent at a pole, though nothing is left of it
        Model(a**2 * sympy.tan(p) * x, [a, p], [x]).point([0, sympy.pi / 2]),
        Model(a**2 * sympy.tan(p + q * x), [a, p, q], [x]).point([0, -sympy.pi / 2, 0]),
        Model(a**2 * sympy.tan(2 * sympy.atan(p)) * x, [a, p], [x]).point([0, 1]),
    ],
)
def test_a_denominator_that_vanishes_in_disguise_is_a_pole(chart):
    with pytest.raises(PoleError, match="denominator"):
        model_rank(chart)


@pytest.mark.parametrize(
    "chart",
    [
        Model(a * p / q * x, [a, p, q], [x]).chart({p: u + 1, q: u**2 - 1}),
        Model(a * x / (1 + sympy.exp(-p * x)) + q, [a, p, q], [x]).generic(),
        Model(a * x / (p * x - q), [a, p, q], [x]).generic(),
    ],
)
def test_a_denominator_that_does_not_vanish_is_none(chart):
    certificate = model_rank(chart)
    certificate.check()
    RankCertificate.from_json(certificate.to_json()).check()


# What a certificate says of itself

LINE = "good.json: holds: model rank = 9 of 9 parameters  [PROVED]"
SIGNS = ["\n", "\r", "\x1b[2J\x1b[H", "\u202e", "\u2028", "\0", "\x9b2J"]
TRICKS = [f"net{sign}{LINE}" for sign in SIGNS]
SMALL = Model(a * x, [a], [x]).point([1])


@pytest.mark.parametrize("name", TRICKS)
def test_a_name_that_draws_on_the_terminal_is_spelled_out(name, tmp_path):
    model = Model(a * x, [a], [x], name=name)
    certificate = model_rank(model.point([1]))
    for text in (str(model), str(certificate), str(model.point([1])).splitlines()[0]):
        assert all(line.isprintable() for line in text.splitlines())
        assert "\\" in text and not any(line.startswith("good") for line in text.splitlines())
    file = tmp_path / "forged.json"
    file.write_text(certificate.to_json())
    with redirect_stdout(StringIO()) as printed:
        assert main(["check", str(file)]) == 0
    assert "good.json" not in printed.getvalue() and "net" not in printed.getvalue()
    assert RankCertificate.from_json(file.read_text()).to_json() == file.read_text()


def test_a_name_that_claims_to_be_a_family_is_not_printed(tmp_path):
    spec = json.loads(model_rank(SMALL).to_json())["model"]
    file = tmp_path / "forged.json"
    file.write_text(text_of(SMALL, model=spec | {"name": "two_layer(width=500, inputs=784)"}))
    with redirect_stdout(StringIO()) as printed:
        assert main(["check", str(file)]) == 0
    assert "two_layer" not in printed.getvalue()
    assert "two_layer" not in str(RankCertificate.from_json(file.read_text()))


def test_a_file_name_is_printed_in_one_line(tmp_path):
    file = tmp_path / f"bad\n{LINE.replace('/', '')}"
    file.write_text(text_of(SMALL))
    with redirect_stdout(StringIO()) as printed:
        assert main(["check", str(file)]) == 0
    assert not any(line.startswith("good.json") for line in printed.getvalue().splitlines())


@pytest.mark.parametrize("reason", [f"x\n{LINE}", "{M.__class__}", "{n.__init__}", "{oops}", "{0}"])
def test_a_reason_is_never_printed_from_the_text(reason):
    certificate = RankCertificate.from_json(text_of(SMALL, reason=reason))
    assert not any(word in str(certificate) for word in ("good.json", "{", "class", "oops"))
    refused(text_of(SMALL, reason=reason), "does not contain")


@pytest.mark.parametrize("hypotheses", [["Schanuel's conjecture"], [f"x\n{LINE}"], ["pi"], [""]])
def test_invented_hypotheses_are_refused(hypotheses):
    refused(text_of(SMALL, hypotheses=hypotheses), "hypothes")
    printed = str(RankCertificate.from_json(text_of(SMALL, hypotheses=hypotheses)))
    assert not any(line.startswith("good.json") for line in printed.splitlines())


@pytest.mark.parametrize("name", ["Tanh", "TANH", "sech", "sign", "Sin", "Exp", "ReLU", "Gelu"])
def test_an_unspecified_function_that_looks_like_a_known_one_is_refused(name):
    # a tanh(w x) at w = 0: the rank is 1 for tanh and 2 for a generic smooth function
    data = json.loads(
        model_rank(Model(a * sympy.Function("s")(w * x), [a, w], [x]).point([1, 0])).to_json()
    )
    assert data["lower"] == 2
    data["model"] |= {"functions": [name], "outputs": [f"a*{name}(w*x)"]}
    refused(json.dumps(data), f"{name} .*known function")
    with pytest.raises(ParseError, match="known function"):
        parse_model(
            f'parameters = ["a", "w"]\ninputs = ["x"]\nfunctions = ["{name}"]\n'
            f'outputs = ["a*{name}(w*x)"]'
        )  # fmt: skip


def test_a_key_given_twice_is_refused():
    text = text_of(SMALL)
    for twice in ('"lower": 1', '"reason": "parameters"', '"prime": 13', '"name": ""'):
        key = twice.split(":")[0] + ":"
        assert key in text
        refused(text.replace(key, f"{twice}, {key}", 1), "twice")


def test_an_unknown_field_is_refused():
    refused(text_of(SMALL, assumptions=["abc is true"]), "unknown")
    spec = json.loads(text_of(SMALL))
    refused(json.dumps(spec | {"model": spec["model"] | {"family": "two_layer"}}), "unknown")
    refused(json.dumps(spec | {"minor": spec["minor"] | {"note": 1}}), "unknown")


@pytest.mark.parametrize("bound", [0.5, 1e-30])
def test_an_error_bound_belongs_to_probable_only(bound):
    refused(text_of(SMALL, error_bound=bound), "error bound")


# What once crashed the checker


@pytest.mark.parametrize("minor", [BALL, BALL | {"rows": [], "parameters": []}])
def test_a_lower_bound_of_zero_has_no_minor(minor):
    chart = Model(a * b * x, [a, b], [x]).point([0, 0])
    refused(text_of(chart, minor=minor), "lower bound 0")


def test_a_chart_with_coordinates_has_no_region():
    chart = Model(sympy.Max(0, a * x) + b * x, [a, b], [x]).point([1, 1])
    data = json.loads(model_rank(chart).to_json())
    data |= {"coordinates": ["a"], "values": {"b": "1"}, "region": ["1"]}
    refused(json.dumps(data), "coordinates")


@pytest.mark.parametrize("seed", [10**40, -1, -(10**40)])
@pytest.mark.parametrize("key", [10**40, -(10**40)])
def test_seeds_of_any_size_are_read(seed, key):
    data = json.loads(model_rank(SMALL).to_json())
    with suppress(CertificateError):
        RankCertificate.from_json(
            json.dumps(data | {"seed": seed, "minor": data["minor"] | {"key": key}})
        ).check()


@pytest.mark.parametrize(
    "outer", [lambda t: sympy.log(1 + sympy.exp(t)), sympy.exp, sympy.tanh, sympy.erf]
)
@pytest.mark.parametrize("inner", [1 / (1 + sympy.exp(x)), sympy.tanh(x), x, x**2])
def test_functions_over_the_error_function_are_compared_by_its_derivative(outer, inner):
    # f(erf(h)) and x are independent, and once more f(erf(h)) is a multiple of itself
    f = outer(sympy.erf(inner))
    certificate = model_rank(Model(a * f + b * x + c * f, [a, b, c], [x]).point([1, 1, 1]))
    assert certificate.upper == 2
    certificate.check()


def test_residues_on_the_regions_that_were_sampled_bound_nothing():
    # max(0, x^2 + y^2 - 10^7) is not zero, far away: the rank is 2
    chart = Model(a * sympy.Max(0, x**2 + y**2 - 10**7) + b * x, [a, b], [x, y]).point([1, 1])
    minor = {"prime": 3897749, "key": 1, "bits": 0, "rows": [0], "parameters": ["b"]}
    forged = {"lower": 1, "upper": 1, "verdict": "PROBABLE", "reason": "schwartz-zippel"}
    refused(text_of(chart, minor=minor, relations=[], **forged), "only 1.0e[+]00 can be shown")


def test_no_tangent_function_at_all_is_bounded_by_nothing():
    chart = Model(a * b * x, [a, b], [x]).point([0, 0])
    forged = {"verdict": "PROBABLE", "reason": "schwartz-zippel", "relations": []}
    RankCertificate.from_json(text_of(chart, **forged)).check()


MACHIN = 4 * sympy.atan(sympy.Rational(1, 5)) - sympy.atan(sympy.Rational(1, 239)) - sympy.pi / 4


@pytest.mark.parametrize(
    "changes",
    [
        {"lower": 1, "minor": BALL},
        {
            "lower": 2,
            "verdict": "PROVED",
            "minor": BALL | {"rows": [0, 1], "parameters": ["a", "b"]},
        },
        {"upper": 1, "reason": "symmetries"},
        {"upper": 0, "verdict": "PROVED", "reason": "outputs"},
        {"reason": "relations", "relations": [{"parameter": "a", "coefficients": {"a": "1"}}]},
        {"hypotheses": ["pi"]},
        {"reason": "monomials"},
    ],
)
def test_nothing_is_true_of_a_model_that_may_be_defined_nowhere(changes):
    # Machin's formula says that the denominator is 0; the engine does not know it
    chart = Model((a * x + b * x**2) / MACHIN, [a, b], [x]).point([1, 1])
    honest = text_of(chart)
    assert json.loads(honest)["verdict"] == "OPEN"
    RankCertificate.from_json(honest).check()
    refused(text_of(chart, **changes), "could not be decided|relation|minor|hypothes")


@pytest.mark.parametrize("answer", ["no", 1, None, [False]])
def test_evidence_that_does_not_say_true_is_not_used(answer):
    model = Model(a * (x + MACHIN * x**2) + b * x, [a, b], [x])
    found = model_rank(model, evidence=[rs.UpperBound(1, "a rumour", lambda chart: answer)])
    assert (found.lower, found.upper) == (1, 2)


def test_a_value_that_the_bounds_do_not_give_is_refused_everywhere(tmp_path):
    """Scripts read the plain field `value`, so a certificate that holds must have the true one."""
    text = text_of(Model(a * x + b * x**2, [a, b], [x]).point([1, 1]))
    assert json.loads(text)["value"] == 2
    for value in (1, 3, None):
        refused(json.dumps(json.loads(text) | {"value": value}), "the bounds give 2")
    refused(json.dumps(json.loads(text) | {"largest": "no"}), "neither true nor false")
    source = tmp_path / "net.json"
    source.write_text('{"W1": [[1.0], [1.0]], "W2": [[1.0, 2.0]]}')
    with redirect_stdout(StringIO()) as report:
        main(["read", str(source), "--activation", "tanh", "--json"])
    written = json.loads(report.getvalue())
    written["certificate"]["value"] = 7
    forged = tmp_path / "report.json"
    forged.write_text(json.dumps(written))
    assert main(["check", str(forged)]) == 1
