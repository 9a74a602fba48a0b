"""The command line answers, refuses in one line, and never shows a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import rankstrat as rs
from rankstrat.cli import COMMANDS, _entry, _progress, main

ROOT = Path(__file__).parents[2]
NEURON = """name = "one neuron"
parameters = ["a", "w[2]"]
inputs = ["x[2]"]
outputs = ["a*tanh(w1*x1 + w2*x2)"]
"""
TWO = ["two_layer", "width=2", "inputs=1"]
DUPLICATE = '{"a": [1, "1/2"], "w": [[2], [2]]}'


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.toml").write_text(NEURON)


@pytest.mark.parametrize("own", [True, False])
def test_only_a_process_of_our_own_collects_rarely(own):
    """Whoever calls `main` with words keeps the thresholds of the garbage collector."""
    words = "" if own else '["--version"]'
    code = f"import gc; from rankstrat.cli import main; main({words}); print(gc.get_threshold()[0])"
    command = [sys.executable, "-c", code, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert (int(done.stdout.split()[-1]) > 1000) is own


def ask(capsys, *words):
    status = main(list(words))
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err + captured.out
    return status, captured.out, captured.err


def answer(capsys, *words):
    status, out, err = ask(capsys, *words)
    assert (status, err) == (0, ""), err
    return out


def refusal(capsys, *words):
    status, out, err = ask(capsys, *words)
    assert status == 2, out + err
    assert err.startswith("rankstrat: error: ")
    assert err.count("\n") == 1
    assert len(err) < 2200
    return err


def test_rank_of_a_family(capsys):
    out = answer(capsys, "rank", "two_layer", "width=3", "inputs=2", "activation=tanh")
    assert out.startswith("model rank = 9 of 9 parameters")
    assert "[PROVED]" in out


@pytest.mark.parametrize("form", ["json", "toml", "file.json", "file.toml"])
def test_rank_at_a_point(capsys, form):
    toml = 'a = [1, "1/2"]\nw = [[2], [2]]\n'
    Path("file.json").write_text(DUPLICATE)
    Path("file.toml").write_text(toml)
    point = {"json": DUPLICATE, "toml": toml}.get(form, form)
    out = answer(capsys, "rank", *TWO, "--at", point)
    assert out.startswith(
        "model rank = 2 of 4 parameters at the point"
    )  # two equal neurons: k (d + 1) = 2
    assert "dF/da" in out


def test_rank_on_a_chart(capsys):
    assert "rank = 2 of 4" in answer(capsys, "rank", *TWO, "--where", "w2_1=-w1_1")
    assert "rank = 3 of 4" in answer(capsys, "rank", *TWO, "--where", "a2=0")


def test_rank_of_a_model_file(capsys):
    assert "rank = 3 of 3 parameters at the generic point of the chart of one neuron" in answer(
        capsys, "rank", "model.toml"
    )
    assert "rank = 1 of 3" in answer(
        capsys, "rank", "model.toml", "--at", '{"a": 0, "w": ["1/2", 3]}'
    )
    Path("point.toml").write_text(NEURON + '[point]\na = 0\nw = [1, "sqrt(2)"]\n')
    assert "rank = 1 of 3 parameters at the point" in answer(capsys, "rank", "point.toml")
    assert "rank = 3 of 3" in answer(capsys, "rank", "point.toml", "--generic")
    Path("chart.toml").write_text(NEURON + '[chart]\na = "w1 - w1"\n')
    assert "rank = 1 of 3 parameters at the generic point" in answer(capsys, "rank", "chart.toml")


def test_family_arguments(capsys):
    assert "rank = 13 of 13" in answer(capsys, "rank", "fully_connected", "widths=2,3,1")
    assert "rank = 13 of 13" in answer(
        capsys, "rank", "fully_connected", "widths=[2, 3, 1]", "bias=true"
    )
    assert "rank = 4 of 8" in answer(
        capsys, "rank", "matrix_factorization", "rows=2", "inner=2", "columns=2"
    )


def test_rank_formats(capsys):
    data = json.loads(answer(capsys, "rank", *TWO, "--json"))
    assert (data["lower"], data["upper"], data["verdict"]) == (4, 4, "PROVED")
    assert r"\begin{tabular}" in answer(capsys, "rank", *TWO, "--latex")
    assert "| PROVED" in answer(capsys, "rank", *TWO, "--markdown")
    assert "<table>" in answer(capsys, "rank", *TWO, "--html")


def test_long_lists_of_relations_are_cut(capsys):
    equal = json.dumps({"a": [1] * 20, "w": [[2]] * 20})
    out = answer(capsys, "rank", "two_layer", "width=20", "inputs=1", "--at", equal)
    assert "and 26 more relations" in out
    assert len(out.splitlines()) == 15


def test_same_seed_same_certificate(capsys):
    first, second = (answer(capsys, "rank", *TWO, "--json", "--seed", "7") for _ in range(2))
    assert first == second
    assert json.loads(first)["seed"] == 7


def test_tangent_functions(capsys):
    out = answer(capsys, "tangent", *TWO, "--where", "w2_1=w1_1")
    assert "tanh(w1_1*x1)" in out
    assert "dF/da1 - dF/da2 = 0" in out or "dF/da2 - dF/da1 = 0" in out
    latex = answer(capsys, "tangent", *TWO, "--where", "w2_1=w1_1", "--latex")
    assert r"\partial_{a_{1}} F" in latex
    assert " F = 0$" in latex
    data = json.loads(answer(capsys, "tangent", *TWO, "--where", "w2_1=w1_1", "--json"))
    assert {data["relations"][0][name] for name in ("a1", "a2")} == {"1", "-1"}
    assert data["tangent_functions"]["a1"] == "tanh(w1_1*x1)"


def test_tangent_functions_of_a_vector(capsys):
    out = answer(capsys, "tangent", "matrix_factorization", "rows=1", "inner=1", "columns=2")
    assert "Matrix([[" in out
    assert "rank = 2 of 3" in out


def test_numeric_report(capsys):
    out = answer(capsys, "numeric", *TWO, "--digits", "15,30")
    assert "float64" in out
    assert "The exact rank is 4 [PROVED]; numerics agrees at every precision tried." in out


def test_certificates_are_checked(capsys):
    Path("a.json").write_text(answer(capsys, "rank", *TWO, "--at", DUPLICATE, "--json"))
    assert "a.json: holds: model rank = 2 of 4" in answer(capsys, "check", "a.json")


def test_forged_certificate_is_refused(capsys):
    text = answer(capsys, "rank", *TWO, "--json")
    Path("good.json").write_text(text)
    Path("forged.json").write_text(text.replace("a2*tanh(w2_1*x1)", "a2*tanh(w1_1*x1)"))
    status, out, err = ask(capsys, "check", "forged.json", "good.json")
    assert status == 1
    assert err.startswith("rankstrat: forged.json: refused: ")
    assert "good.json: holds" in out


def test_a_damaged_certificate_does_not_stop_the_others(capsys):
    text = answer(capsys, "rank", *TWO, "--json")
    Path("good.json").write_text(text)
    Path("bad.json").write_text(text.replace('"lower": 4', '"lower": 5'))
    status, out, err = ask(capsys, "check", "bad.json", "good.json")
    assert status == 2
    assert "bad.json: the bounds 5" in err
    assert "good.json: holds" in out


@pytest.mark.parametrize("command", [*COMMANDS, None])
def test_help_has_an_example(capsys, command):
    status, out, _ = ask(capsys, *([command] if command else []), "--help")
    assert status == 0
    assert "example" in out
    assert len(out) < 6000


def test_version(capsys):
    assert answer(capsys, "--version").startswith("rankstrat ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no command was given; one of atlas, branches, check"),
        (["--versoin"], "did you mean --version"),
        (["rnk"], "did you mean rank"),
        (["frobnicate"], "commands are atlas, branches, check"),
        (["rank"], "arguments are required: MODEL; try"),
        (["rank", "tow_layer", "width=3"], "did you mean two_layer"),
        (["rank", "zzz"], "known are"),
        (["rank", "two_layer"], "lacks width, inputs"),
        (["rank", "two_layer", "width=abc", "inputs=1"], "a whole number is needed"),
        (["rank", "two_layer", "width=2.5", "inputs=1"], "2.5 is a decimal"),
        (["rank", "two_layer", "width=-1", "inputs=1"], "at least 1 is needed"),
        (["rank", "two_layer", "width=0", "inputs=1"], "at least 1 is needed"),
        (["rank", "two_layer", "width=", "inputs=1"], "a whole number is needed"),
        (["rank", "two_layer", "width", "inputs=1"], "is not NAME=VALUE"),
        (["rank", "two_layer", "width=2", "width=3", "inputs=1"], "given twice"),
        (["rank", *TWO, "depth=2"], "no argument 'depth'"),
        (["rank", *TWO, "activation=tahn"], "did you mean tanh"),
        (["rank", *TWO, "bias=maybe"], "a Boolean is needed"),
        (["rank", "fully_connected", "widths=[2,3"], "is not a list"),
        (["rank", "fully_connected", "widths=[2,3.5,1]"], "3.5 is a decimal"),
        (["rank", "fully_connected", "widths=" + "[" * 5000], "is not a list"),
        (["rank", "two_layer", "width=1000000000", "inputs=1"], "takes at most 20000"),
        (["rank", *TWO, "--seed", "-1"], "no whole number"),
        (["rank", *TWO, "--seed", "0.5"], "no whole number"),
        (["rank", *TWO, "--seed", "9" * 20], "no whole number of at most 18 digits"),
        (["rank", *TWO, "--budget", "1e-9"], "no number of seconds in digits"),
        (["rank", *TWO, "--json", "--latex"], "not allowed with argument"),
        (
            ["rank", *TWO, "--jsno"],
            "unrecognized arguments: --jsno; did you mean --json; try `rankstrat rank --help`",
        ),
        (["embed", *TWO, "--split", "1,3"], "no such unit in layer 1; units are 1..2"),
        (["embed", *TWO, "bias=true", "--null", "1", "--alpha", "0.5"], "write 1/2"),
        (["rank", "x" * 1_000_000], "is unknown"),
        (["rank", *TWO, "x" * 1_000_000], "is not NAME=VALUE"),
        (["x" * 1_000_000], "is not a command"),
        (["target", *TWO], "did you mean branches"),
        (["rank", *TWO, "--at", "a=1,2"], "write lists in brackets, a = [1, 2]"),
        (["rank", *TWO, "--at", '{"a": [0.1, 1], "w": [[1], [2]]}'], "0.1 is a decimal"),
        (["rank", *TWO, "--at", '{"a": [1, 1], "w": [[1], [2]], "q": 3}'], "q is not a parameter"),
        (["rank", *TWO, "--at", '{"a": [1, 1]}'], "no values for the block w"),
        (["rank", *TWO, "--at", '{"a": [1, 1, 1], "w": [[1], [2]]}'], "needs (2,)"),
        (["rank", *TWO, "--at", '{"a": [1, 1], "w": [[1], [2, 3]]}'], "w has shape"),
        (["rank", *TWO, "--at", '{"a": [1, NaN], "w": [[1], [2]]}'], "not finite"),
        (["rank", *TWO, "--at", '{"a": [1, null], "w": [[1], [2]]}'], "null"),
        (["rank", *TWO, "--at", '{"a": [1, "import os"], "w": [[1], [2]]}'], "ParseError"),
        (["rank", *TWO, "--at", '{"a": [1, 1'], "not JSON"),
        (["rank", *TWO, "--at", "{" * 10_000], "not JSON"),
        (["rank", *TWO, "--at", "missing.toml"], "cannot be read"),
        (["rank", *TWO, "--at", "."], "cannot be read"),
        (["rank", *TWO, "--at", DUPLICATE, "--where", "a1=1"], "--at and --where"),
        (["rank", *TWO, "--where", "a1"], "has no ="),
        (["rank", *TWO, "--where", "a9=1"], "a9 is not a parameter"),
        (["rank", *TWO, "--where", "a1=1", "--where", "a1=2"], "given twice"),
        (["rank", *TWO, "--where", "a1=zeta(a2)"], "Error"),
        (["rank", *TWO, "--where", "a1=0.5"], "decimal"),
        (["rank", *TWO, "--where", "a1=__import__('os').system('touch executed')"], "ParseError"),
        (["rank", *TWO, "--where", "a1=1/0"], "Error"),
        (["rank", *TWO, "--where", "a1=" + "a2+" * 400_000 + "1"], "at most 100000"),
        (["rank", "missing.toml"], "cannot be read"),
        (["rank", "."], "cannot be read"),
        (["rank", "a/" * 5000], "cannot be read"),
        (["rank", "model.toml", "width=2"], "only families take arguments"),
        (
            ["rank", "model.toml", "--at", '{"a": 1, "w": [[1], [2, 3]]}'],
            "rows of different lengths",
        ),
        (["rank", "model.toml", "--at", '{"a": 1, "w": [1, 2, 3]}'], "no block of this model"),
        (["tangent", "two_layer", "width=300", "inputs=1"], "at most 200 are printed"),
        (["numeric", *TWO, "--digits", "fifteen"], "whole numbers below 10^7 are needed"),
        (["numeric", *TWO, "--digits", "0"], "between 1 and"),
        (["check"], "arguments are required"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else " ".join(value)[:40],
)
def test_bad_question_error(capsys, words, message):
    assert message in refusal(capsys, *words)
    assert not Path("executed").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no outputs"),
        ('outputs = []\nparameters = ["a"]', "Error"),
        ('outputs = ["a*x"]\nparameters = []\ninputs = ["x"]', "Error"),
        (
            'outputs = ["a*x"]\nparameters = ["a", "x"]\ninputs = ["x"]',
            "both a parameter and an input",
        ),
        ('outputs = ["a*y"]\nparameters = ["a"]', "The name y is unknown"),
        ('outputs = ["0.5*a"]\nparameters = ["a"]', "decimal"),
        ('outputs = ["zeta(a)*x"]\nparameters = ["a"]\ninputs = ["x"]', "function zeta is unknown"),
        ('outputs = ["gamma(a)"]\nparameters = ["a"]', "gamma"),
        ('outputs = ["a/(x-x)"]\nparameters = ["a"]\ninputs = ["x"]', "Error"),
        ('outputs = ["1/a"]\nparameters = ["a"]\n[point]\na = 0', "PoleError"),
        (
            "outputs = [\"__import__('os').system('touch executed')\"]\nparameters = [\"a\"]",
            "ParseError",
        ),
        ('outputs = ["(lambda: a)()"]\nparameters = ["a"]', "ParseError"),
        ('outputs = ["a.__class__"]\nparameters = ["a"]', "ParseError"),
        (f'outputs = ["{"a+" * 400_000}a"]\nparameters = ["a"]', "at most 100000"),
        ('outputs = ["a**(10**9)"]\nparameters = ["a"]', "Error"),
        (f'outputs = ["{"(" * 5000}a{")" * 5000}"]\nparameters = ["a"]', "Error"),
        ("outputs = not toml", "not TOML"),
        ('output = "a"\nparameters = ["a"]', "did you mean outputs"),
    ],
    ids=lambda value: value[:30].replace("\n", " "),
)
def test_bad_model_file_error(capsys, text, message):
    Path("bad.toml").write_text(text)
    assert message in refusal(capsys, "rank", "bad.toml")
    assert not Path("executed").exists()


@pytest.mark.parametrize(
    "content", [b"\x00\xff\xfe", b"", b"{}", b"[1, 2]", b'{"format": 3}', b"[" * 100_000]
)
@pytest.mark.parametrize("command", ["check", "rank"])
def test_files_of_another_kind_error(capsys, command, content):
    Path("other.toml").write_bytes(content)
    status, out, err = ask(capsys, command, "other.toml")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1


def test_missing_certificates_error(capsys):
    assert ask(capsys, "check", "missing.json")[0] == 2
    assert "Is a directory" in ask(capsys, "check", ".")[2]


def test_terminal_escapes_of_a_file_are_spelled_out(capsys):
    Path("model.toml").write_text(NEURON.replace("one neuron", r"\u001b[31mred"))
    out = answer(capsys, "rank", "model.toml")
    assert "\x1b" not in out
    assert r"\x1b[31mred" in out


def test_internal_error_is_one_line(capsys, monkeypatch):
    def broken(options):
        raise AssertionError("two\nlines")

    monkeypatch.setitem(
        _entry.COMMANDS, "rank", SimpleNamespace(EXAMPLE="", configure=lambda p: None, run=broken)
    )
    assert main(["rank"]) == 3
    assert (
        capsys.readouterr().err
        == "rankstrat: internal error, please report it: AssertionError: two lines\n"
    )
    assert main(["rank", "--traceback"]) == 3
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt, 130), (MemoryError, 2), (RecursionError, 2)]
)
def test_what_happens_to_a_process(capsys, monkeypatch, error, status):
    def broken(options):
        raise error

    monkeypatch.setitem(
        _entry.COMMANDS, "rank", SimpleNamespace(EXAMPLE="", configure=lambda p: None, run=broken)
    )
    assert ask(capsys, "rank")[0] == status


def process(*words, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "rankstrat", *words],
        capture_output=True, text=True, timeout=120, check=False, env=environment, **options,
    )  # fmt: skip


def test_process_answers_and_another_checks():
    certificate = process("rank", *TWO, "--json")
    assert (certificate.returncode, certificate.stderr) == (0, "")
    checked = process("check", "-", input=certificate.stdout)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.startswith("-: holds: model rank = 4 of 4")


def test_process_refuses():
    done = process("rank", "two_layer", "width=abc", "inputs=1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def test_broken_pipe_is_quiet():
    shell = (
        f"{sys.executable} -m rankstrat rank two_layer width=40 inputs=1 | true; exit"
        " ${PIPESTATUS[0]}"
    )
    done = subprocess.run(
        ["bash", "-c", shell], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (141, "")


def test_interrupt_is_quiet():
    words = ["numeric", "two_layer", "width=60", "inputs=1", "bias=yes", "--digits", "3000"]
    script = (
        "import os, signal, sys, threading; from rankstrat.cli import main;"
        # background jobs of a shell ignore it
        "signal.signal(signal.SIGINT, signal.default_int_handler);"
        "threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start();"
        f"sys.exit(main({words!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "rankstrat: interrupted\n")


def test_a_terminal_without_unicode():
    Path("model.toml").write_text(NEURON.replace("one neuron", "das Modell über σ"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "rankstrat", "rank", "model.toml"],
        capture_output=True, text=True, timeout=60, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert r"\u03c3" in done.stdout


@pytest.mark.parametrize("rich", [True, False])
def test_progress_on_a_terminal(monkeypatch, rich):
    if rich:
        pytest.importorskip("rich")
    written = []
    terminal = SimpleNamespace(
        isatty=lambda: True,
        write=lambda text: written.append(text) or len(text),
        flush=lambda: None,
        encoding="utf-8",
    )
    monkeypatch.setattr(_progress.sys, "stderr", terminal)
    if not rich:
        monkeypatch.setattr(_progress.importlib, "util", SimpleNamespace(find_spec=lambda _: None))
    with _progress.progress() as step:
        step("two_layer_rank", 1, 2)
    assert "two_layer_rank" in "".join(written)


@pytest.mark.parametrize("rich", [True, False])
def test_work_of_unknown_length_is_named_on_a_terminal(monkeypatch, rich, capsys):
    if rich:
        pytest.importorskip("rich")
    written = []
    terminal = SimpleNamespace(
        isatty=lambda: True, write=written.append, flush=lambda: None, encoding="utf-8"
    )
    monkeypatch.setattr(_progress.sys, "stderr", terminal)
    if not rich:
        monkeypatch.setattr(_progress.importlib, "util", SimpleNamespace(find_spec=lambda _: None))
    assert main(["rank", "linear", "features=2"]) == 0
    assert "model rank" in "".join(written)
    assert "2 of 2" in capsys.readouterr().out  # the answer stands alone


def test_no_progress_without_a_terminal(capsys):
    with _progress.progress() as step:
        step("two_layer_rank", 1, 2)
    assert capsys.readouterr().err == ""


def test_a_point_may_be_a_list_in_order(capsys):
    data = json.loads(answer(capsys, "rank", *TWO, "--at", '[1, "1/2", 2, 2]', "--json"))
    F = rs.families.two_layer(width=2, inputs=1)
    assert data == json.loads(rs.model_rank(F.point([1, "1/2", 2, 2])).to_json())


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("[1, 2]", "2 values were given for 4 parameters; list them"),
        ("(1, 2)", "is neither values nor a file; names with values are needed; write"),
        ("[0.5, 1, 1, 1]", "is a decimal; an exact number is needed; write 1/2"),
    ],
)
def test_a_point_that_is_none_error(capsys, at, words):
    assert main(["rank", *TWO, "--at", at]) == 2
    assert words in capsys.readouterr().err


def test_point_means_what_python_means(capsys):
    data = json.loads(answer(capsys, "rank", *TWO, "--at", DUPLICATE, "--json"))
    F = rs.families.two_layer(width=2, inputs=1)
    assert data == json.loads(rs.model_rank(F.point(a=[1, "1/2"], w=[[2], [2]])).to_json())


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["--widht", "2"], "arguments of a family are written without --; did you mean width=2"),
        (["--widht=2"], "did you mean width=2"),
        (["--width", "2"], "did you mean width=2"),
        (["--sed", "3"], "did you mean --seed"),
    ],
)
def test_a_misspelt_option_is_guessed(capsys, words, meant):
    assert main(["rank", "two_layer", *words]) == 2
    assert meant in capsys.readouterr().err
