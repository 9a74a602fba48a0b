"""Model files and point files: what they hold, what is refused, and the way back."""

from __future__ import annotations

import dataclasses
import time
import tomllib

import pytest
import sympy
from sympy import Rational, exp, sqrt, tanh

from rankstrat.errors import InexactValueError, ModelError, ParseError, PointError, RankstratError
from rankstrat.model.files import dump_model, load_model, load_point, parse_model
from rankstrat.model.model import Model

a, b, u, v, w, x, y = sympy.symbols("a b u v w x y")
NEURON = 'outputs = "a*tanh(w*x)"\nparameters = ["a", "w"]\ninputs = ["x"]\n'


def test_load_model_reads_the_model_its_point_and_its_chart(tmp_path):
    path = tmp_path / "model.toml"
    path.write_text(
        'name = "zwei Neuronen, θ"\noutputs = ["a1*tanh(w1_1*x1 + w1_2*x2)", "a2*x1"]\n'
        'parameters = ["a[2]", "w[1, 2]"]\ninputs = ["x[2]"]\n'
        '[point]\na = [1, "1/2"]\nw = [["sqrt(2)", 0]]\n[chart]\na2 = "1 - a1"\nw1_1 = 3\n',
        encoding="utf-8",
    )
    loaded = load_model(path)
    a1, a2, w11, w12, x1, x2 = sympy.symbols("a1 a2 w1_1 w1_2 x1 x2")
    assert loaded.model == Model(
        [a1 * tanh(w11 * x1 + w12 * x2), a2 * x1], [a1, a2, w11, w12], [x1, x2]
    )
    assert loaded.model.name == "zwei Neuronen, θ"
    assert loaded.point_values == {a1: 1, a2: Rational(1, 2), w11: sqrt(2), w12: 0}
    assert loaded.chart_values == {a2: 1 - a1, w11: 3}
    assert loaded.model.point(loaded.point_values).is_point
    assert loaded.model.chart(loaded.chart_values).coordinates == (a1, w12)
    with pytest.raises(dataclasses.FrozenInstanceError):
        loaded.model = None
    with pytest.raises(TypeError):
        loaded.point_values[a1] = 2


def test_parse_model_without_point_and_inputs():
    loaded = parse_model('outputs = ["u*v", "u + 2"]\nparameters = "u, v"')
    assert loaded.model == Model([u * v, u + 2], [u, v])
    assert loaded.point_values is None
    assert loaded.chart_values is None


def test_parse_model_with_an_unspecified_activation():
    loaded = parse_model(
        'outputs = "a*sigma(w*x)"\nparameters = ["a", "w"]\ninputs = ["x"]\nfunctions = ["sigma"]'
    )
    assert loaded.model.outputs == (a * sympy.Function("sigma")(w * x),)


MALFORMED = [
    ("", ParseError, "no outputs"),
    ('outputs = "x"', ParseError, "no parameters"),
    ('parameters = ["a"]', ParseError, "no outputs"),
    ('output = "a"\nparameters = ["a"]', ParseError, "did you mean outputs"),
    (NEURON + "zzz = 1", ParseError, "write one of name"),
    (NEURON + "name = 3", ParseError, "a string"),
    ('outputs = 3\nparameters = ["a"]', ParseError, "a string or a list of strings"),
    ('outputs = [["a"]]\nparameters = ["a"]', ParseError, "a string or a list of strings"),
    ('outputs = [0.5]\nparameters = ["a"]', ParseError, "a string or a list of strings"),
    ('outputs = "a"\nparameters = [1]', ParseError, "a string or a list of strings"),
    ('outputs = "a"\nparameters = {a = 1}', ParseError, "a string or a list of strings"),
    ('outputs = []\nparameters = ["a"]', ModelError, "without outputs"),
    ('outputs = "1"\nparameters = []', ModelError, "without parameters"),
    (
        'outputs = "a"\nparameters = ["a"]\ninputs = ["a"]',
        ModelError,
        "both a parameter and an input",
    ),
    ('outputs = "a"\nparameters = ["a", "a"]', ParseError, "twice"),
    ('outputs = "a1"\nparameters = ["a[2]", "a1"]', ParseError, "a1"),
    ('outputs = "tanh"\nparameters = ["tanh"]', ParseError, "means something else"),
    ('outputs = "lambda"\nparameters = ["lambda"]', ParseError, "means something else"),
    ('outputs = "pi"\nparameters = ["pi"]', ParseError, "means something else"),
    ('outputs = "a"\nparameters = ["а"]', ParseError, "CYRILLIC"),
    ('outputs = "a"\nparameters = ["a b"]', ParseError, "declaration"),
    ('outputs = "a"\nparameters = ["a"]\nfunctions = ["exp"]', ParseError, "known function"),
    (
        'outputs = "a"\nparameters = ["a", "s"]\nfunctions = ["s"]',
        ParseError,
        "means something else",
    ),
    (
        'outputs = ["a", "a + z"]\nparameters = ["a"]',
        ParseError,
        "In output 2: The name z is unknown",
    ),
    ('outputs = "0.1*a"\nparameters = ["a"]', ParseError, "write 1/10"),
    ('outputs = "a/0"\nparameters = ["a"]', ParseError, "division by zero"),
    (
        "outputs = \"__import__('os').system('touch pwned')\"\nparameters = [\"a\"]",
        ParseError,
        "not allowed",
    ),
    ('outputs = "gamma(a)"\nparameters = ["a"]', ParseError, "gamma is unknown"),
    (f'outputs = "{"a+" * 60000}a"\nparameters = ["a"]', ParseError, "120001 characters"),
    ('outputs = "a"\noutputs = "a"\nparameters = ["a"]', ParseError, "not TOML"),
    ("outputs = ", ParseError, "not TOML"),
    ("a = " + "[" * 10**5, ParseError, "not TOML"),
    ("a = " + "{a = " * 10**4, ParseError, "not TOML"),
    ("a = " + "9" * 5000, ParseError, "not TOML"),
    (".".join("a" * 10**5) + " = 1", ParseError, "dots"),
    (".".join(['"a,b"'] * 10**5) + " = 1", ParseError, "dots"),
    ("#" * 1_000_001, ParseError, "exceeds 1000000 bytes"),
    (NEURON + "point = 3", ParseError, "a table"),
    (
        NEURON + "[point]\na = 0.1",
        InexactValueError,
        "a = 0.1 is a decimal; an exact number is needed; write 1/10",
    ),
    (NEURON + '[point]\na = "0.1"', InexactValueError, "write 1/10"),
    (NEURON + "[point]\na = nan", PointError, "not finite"),
    (NEURON + "[point]\na = -inf", PointError, "not finite"),
    (NEURON + "[point]\na = true", PointError, "Boolean"),
    (NEURON + "[point]\na = 2020-01-01", PointError, "date"),
    (NEURON + "[point]\na.b = 1", PointError, "a table"),
    (NEURON + "[point]\na = [1]", PointError, "a parameter of the model"),
    (NEURON + "[point]\nx = 1", PointError, "a parameter of the model"),
    (NEURON + '[point]\na = "w"', ParseError, "w is unknown"),
    (NEURON + '[point]\na = "1 +"', ParseError, "not well formed"),
    (NEURON + "[point]\na = " + "9" * 2000, PointError, "1000 digits"),
    (NEURON + '[chart]\na = "x"', ParseError, "In a: The name x is unknown"),
    (NEURON + '[chart]\na = "a + 1"', PointError, "gives a by a"),
    (NEURON + '[chart]\na = "w"\nw = 1', PointError, "gives a by w"),
    (NEURON + "[chart]\na = 0.5", InexactValueError, "write 1/2"),
    ('outputs = "w1"\nparameters = ["w[2]"]\n[point]\nw = [1]', PointError, "a list of 2"),
    ('outputs = "w1"\nparameters = ["w[2]"]\n[point]\nw = [1, [2]]', PointError, "one value"),
    ('outputs = "w1"\nparameters = ["w[2]"]\n[point]\nw = [1, 2]\nw1 = 1', PointError, "w1 twice"),
    (
        'outputs = "w1"\nparameters = ["w[2]"]\n[point]\nw = 1',
        PointError,
        "a parameter of the model",
    ),
]


@pytest.mark.parametrize(
    ("text", "error", "message"), MALFORMED, ids=[text[-40:] for text, *_ in MALFORMED]
)
def test_load_model_error(text, error, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.toml"
    path.write_text(text, encoding="utf-8")
    start = time.process_time()
    with pytest.raises(RankstratError, match=message) as caught:
        load_model(path)
    assert time.process_time() - start < 1
    assert type(caught.value) is error
    assert len(str(caught.value)) < 700
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.toml"], "nothing was executed"


def test_unreadable_files_error(tmp_path):
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * 1_000_001)
    for path, message in [
        (tmp_path / "missing.toml", "cannot be read"),
        (tmp_path, "cannot be read"),
        ("a\0b.toml", "cannot be read"),
        ("x" * 10**6, "cannot be read"),
        (binary, "not UTF-8"),
        (huge, "exceeds"),
    ]:
        for read in (load_model, load_point):
            if path is huge and read is load_point:
                continue
            with pytest.raises(ParseError, match=message):
                read(path)


s = sympy.Function("sigma")


@pytest.mark.parametrize(
    "model",
    [
        Model(a * tanh(w * x + b), [a, w, b], [x], name='a "neuron"\\\n\t\x7f θ'),
        Model([u * v, u**2 - v / 3], [u, v]),
        Model(u / (1 + exp(-v * x)) - Rational(2, 7), [u, v], [x]),
        Model(sympy.Max(0, a * x) + sympy.Min(x, w) * sympy.Abs(w), [a, w], [x]),
        Model(sympy.erf(a * x) * sympy.log(1 + exp(w)) / sqrt(2), [a, w], [x]),
        Model(a ** Rational(3, 2) * sympy.atan(w) + sympy.pi * sympy.E, [a, w]),
        Model(sympy.tan(a + sympy.pi / 2) + sympy.sin(w) * sympy.cos(w), [a, w]),
        Model(a * s(w * x), [a, w], [x]),
        Model(
            sympy.Piecewise((a, (a > 0) & (x < 1)), (b * x, sympy.Ne(x, w)), (0, True)),
            [a, b, w],
            [x],
        ),
        Model(a * tanh(w * tanh(b * x)) ** 3 / (1 + x**2), [a, w, b], [x]),
    ],
    ids=str,
)
def test_dump_model_reads_back_as_the_same_model(model):
    text = dump_model(model)
    loaded = parse_model(text)
    assert loaded.model == model
    assert loaded.model.name == model.name
    assert dump_model(loaded.model) == text
    assert tomllib.loads(text)["outputs"]


def test_dump_model_of_a_wide_network_is_quick():
    names = [sympy.symbols(f"{letter}1:501") for letter in "awb"]
    model = Model(
        sympy.Add(*(p * tanh(q * x + r) for p, q, r in zip(*names))),
        [p for n in names for p in n],
        [x],
    )
    start = time.process_time()
    assert parse_model(dump_model(model)).model == model
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "model",
    [
        Model(sympy.Symbol("lambda") * 2, [sympy.Symbol("lambda")]),
        Model(sympy.Symbol("E") * 2, [sympy.Symbol("E")]),
        Model(sympy.Symbol("θ"), [sympy.Symbol("θ")]),
        Model(sympy.Symbol("a b"), [sympy.Symbol("a b")]),
        Model(sympy.gamma(a), [a]),
        Model(a * sympy.Function("exec")(x).diff(x), [a], [x]),
    ],
    ids=str,
)
def test_dump_model_error(model):
    with pytest.raises(ModelError, match="cannot be written"):
        dump_model(model)


def test_load_point_from_json_toml_and_files(tmp_path):
    expected = {"a": [1, Rational(-1, 2)], "w": [[1, 0], [0, sqrt(2)]], "c": 3}
    as_json = '{"a": [1, "-1/2"], "w": [[1, 0], [0, "sqrt(2)"]], "c": 3}'
    as_toml = 'a = [1, "-1/2"]\nw = [[1, 0], [0, "sqrt(2)"]]\nc = 3\n'
    assert load_point(as_json) == expected
    assert load_point(as_toml) == expected
    (tmp_path / "p.json").write_text(as_json)
    (tmp_path / "p.toml").write_text(as_toml)
    assert load_point(tmp_path / "p.json") == expected
    assert load_point(str(tmp_path / "p.toml")) == expected


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (
            '{"a": 0.1}',
            InexactValueError,
            "a = 0.1 is a decimal; an exact number is needed; write 1/10",
        ),
        ('{"a": [1, 0.10]}', InexactValueError, r"a\[1\] = 0.10 is a decimal.* write 1/10"),
        ('{"a": 1e400}', InexactValueError, "1e400"),
        ('{"a": 1e999999999}', InexactValueError, "fraction"),
        ("a = 0.1", InexactValueError, "write 1/10"),
        ('{"a": NaN}', PointError, "not finite"),
        ('{"a": -Infinity}', PointError, "not finite"),
        ("a = inf", PointError, "not finite"),
        ('{"a": null}', PointError, "null"),
        ('{"a": true}', PointError, "Boolean"),
        ('{"a": {"b": 1}}', PointError, "a table"),
        ('{"a": "nan"}', ParseError, "nan"),
        ('{"a": "I"}', ParseError, "imaginary"),
        ('{"a": "x"}', ParseError, "x is unknown"),
        ('{"a": "__import__(\'os\')"}', ParseError, "not allowed"),
        ('{"a": 1, "a": 2}', ParseError, "twice"),
        ('{"a": {"b": 1, "b": 2}}', ParseError, "twice"),
        ("a = 1\na = 2", ParseError, "not TOML"),
        ('{"a b": 1}', PointError, "name"),
        ('{"а": 1}', PointError, "name"),
        ('{"": 1}', PointError, "name"),
        ('{"a": 1', ParseError, "not JSON"),
        ('{"a": 1} x', ParseError, "not JSON"),
        ("{'a': 1}", ParseError, "not JSON"),
        ('{"a": ' + "9" * 5000 + "}", PointError, "5000 digits"),
        ('{"a": ' + "[" * 20 + "1" + "]" * 20 + "}", PointError, "nested"),
        ('{"a": ' + "[" * 10**5, ParseError, "nested too deeply"),
        ('{"a": ' * 10**5, ParseError, "nested too deeply"),
        ('{"a": "' + "1" * 10**6 + '"}', ParseError, "characters"),
        ("[1, 2]", ParseError, "is neither values nor a file"),
        ("", ParseError, "cannot be read"),
    ],
    ids=lambda value: value[:25] if isinstance(value, str) else None,
)
def test_load_point_error(text, error, message):
    start = time.process_time()
    with pytest.raises(RankstratError, match=message) as caught:
        load_point(text)
    assert time.process_time() - start < 0.5
    assert type(caught.value) is error


def test_load_point_of_many_values_is_quick():
    text = '{"w": [' + ", ".join(["[1, -2]"] * 10**5) + "]}"
    start = time.process_time()
    assert len(load_point(text)["w"]) == 10**5
    assert time.process_time() - start < 10


DOMAIN_FILE = """
parameters = ["a", "b"]
inputs = ["x[2]", "n"]
constants = ["k"]
outputs = ["a*max(0, x1)*n + b*x2*exp(k*x1)"]
{domain}
"""


@pytest.mark.parametrize(
    ("domain", "statements"),
    [
        ('domain = ["x1 > 0", "n in Z"]', ("x1 > 0", "n in Z")),
        ('domain = "0 < x1 < 1"', ("0 < x1", "x1 < 1")),
        ('[domain]\nx = "sphere"\nn = [0, 1, "1/2"]', ("(x1, x2) in S", "n in {0, 1, 1/2}")),
        (
            '[domain]\n"x1, x2" = [[0, 1], ["1/2", "sqrt(2)"]]',
            ("(x1, x2) in {(0, 1), (1/2, sqrt(2))}",),
        ),
        ('[domain]\nx1 = "positive"', ("x1 > 0",)),
        ("", ()),
    ],
)  # fmt: skip
def test_domain_and_constants_in_a_model_file(domain, statements):
    model = parse_model(DOMAIN_FILE.format(domain=domain)).model
    assert model.domain.statements == statements
    assert [str(k) for k in model.constants] == ["k"]
    assert parse_model(dump_model(model)).model == model


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ("domain = 3", "domain"),
        ('[domain]\ny = "positive"', "not an input"),
        ("[domain]\nn = [0.5]", "0.5"),
        ("[domain]\nn = 1", "list of values"),
        ('[domain]\nn = ["import os"]', "not well formed"),
    ],
)
def test_domain_in_a_model_file_error(domain, words):
    with pytest.raises(RankstratError, match=words):
        parse_model(DOMAIN_FILE.format(domain=domain))


def test_cases_are_written_and_read():
    conditions = [w >= 0, (w > 0) & (v < 1), sympy.Ne(w, 0), sympy.Eq(v, 1) | (w < 0)]
    for condition in conditions:
        model = Model(sympy.Piecewise((a * w, condition), (w, True)), [a, w, v])
        assert parse_model(dump_model(model)).model == model
