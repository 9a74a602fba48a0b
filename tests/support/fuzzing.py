"""Calls of the command line made at random from a grammar and by mutation, each in a child of its own.

Nothing here knows what the answers are. A call must end with the status 0, 1 or 2, print no
traceback, stay within `MEMORY` bytes, and within `SECONDS` unless it says that a budget ran out.
"""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import corpus
import mutants

from rankstrat.cli import main

MEMORY, SECONDS, PATIENCE = 2 << 30, 5, 20
Rng = random.Random

NUMBERS = ["0", "1", "-1", "2", "1/2", "-7/3", "sqrt(2)", "pi", "E", "log(2)", "10**12", "10**30", "3**400", "2**(1/3)", "exp(2)",
           "1/10**20", "tanh(1)", "0.1", "1e400", "-0", "00", "1/0", "9" * 300, "9" * 2000, "E**E**E", "oo", "nan", "I"]  # fmt: skip
FUNCTIONS = ["tanh", "exp", "sin", "cos", "relu", "abs", "log", "sqrt", "cosh", "sinh", "atan", "erf", "gelu", "silu", "softplus",
             "sigmoid", "tan", "max", "min", "Piecewise", "sigma", "leaky_relu", "Exp", "eval", "gamma"]  # fmt: skip
POWERS = [
    "2",
    "3",
    "-1",
    "-2",
    "1/2",
    "1/3",
    "40",
    "243",
    "1000",
    "9999",
    "10**12",
    "-999",
    "x",
    "a",
    "2/7",
    "0",
    "w",
]
NAMES = ["a", "w", "b", "x", "y", "z", "a1", "exp", "I", "E", "pi", "lambda", "а", "x[1]", "x[10**9]", "__class__", "O0", "l1"]  # fmt: skip
TRICKS = ["(" * 500 + "a" + ")" * 500, "+".join(["a*x"] * 3000), "*".join(["(a+x)"] * 300), "a" + "**2" * 60, "exp(" * 40 + "x" + ")" * 40,
          "tanh(" * 12 + "w*x" + ")" * 12, "9" * 100_000, "a" * 5000, "x**(10**12)", "2**2**2**2**2**2**x", "abs(cosh(w**243))", "(w+1)**1000",
          "((a+w+x)**40+1)**40", "a if x else b", "x.__class__", "f'{x}'", "\\x00", "a;b", "a\nb", "-" * 3000 + "a", "1" + "/(1+1" * 50 + ")" * 50,
          "a*(x+1)**500/(x-1)**500", "max(" + ",".join(["x"] * 40) + ")", "Piecewise((x, x>0), (w, True))", "a*x[1]", "sqrt(sqrt(sqrt(a)))"]  # fmt: skip
FAMILIES = ["two_layer", "fully_connected", "matrix_factorization", "linear", "diagonal", "deep_diagonal", "convolutional", "attention", "kan",
            "polynomial_network", "cp_factorization", "framework", "deep_matrix_factorization"]  # fmt: skip
ARGUMENTS = ["width=2", "width=1", "inputs=1", "inputs=2", "activation=relu", "activation=gelu", "activation='z**2'", "bias=true", "widths=[1,2,1]",
             "rows=2", "inner=1", "columns=2", "features=2", "depth=2", "width=10**9", "width=-1", "width=99999999", "size=4", "kernel_size=2",
             "kernels=1", "tokens=2", "model_dim=2", "head_dim=1", "degree=2", "shape=[2,2,2]", "terms=1", "vertices=4", "activation=" + "(" * 99,
             "activation=exp(exp(exp(z)))", "widths=[1,1,1,1,1,1,1,1]", "widths=[]", "width=2.5", "width=", "=3", "bias=maybe"]  # fmt: skip


@dataclass(frozen=True)
class Call:
    """Words of a command line, and files to lie beside them."""

    words: tuple[str, ...]
    files: tuple[tuple[str, str], ...] = ()


def expression(rng: Rng, names: Sequence[str], depth: int) -> str:
    """An expression of the language, or nearly."""
    if rng.random() < 0.03:
        return rng.choice(TRICKS)
    if depth == 0 or rng.random() < 0.15:
        return rng.choice([*names, *names, *names, rng.choice(NUMBERS), rng.choice(NAMES)])
    kind = rng.random()
    if kind < 0.4:
        return f"{rng.choice(FUNCTIONS)}({expression(rng, names, depth - 1)})"
    left, right = expression(rng, names, depth - 1), expression(rng, names, depth - 1)
    if kind < 0.6:
        return f"({left})**({rng.choice(POWERS)})"
    return (
        f"({left}){rng.choice(['+', '-', '*', '*', '/', '**', ','])}({right})"
        if kind < 0.98
        else f"{left}{right}"
    )


def model_text(rng: Rng) -> str:
    """A model file."""
    parameters = rng.sample(["a", "w", "b", "c"], rng.randint(1, 4))
    inputs = rng.sample(["x", "y"], rng.choice((0, 1, 1, 2)))
    names = [*parameters, *inputs]
    outputs = [
        expression(rng, names, rng.randint(0, 4)) for _ in range(rng.choice((1, 1, 1, 2, 3)))
    ]
    if rng.random() < 0.6:
        outputs[0] = f"{parameters[0]}*({outputs[0]})"
    lines = [
        f"parameters = {json.dumps(parameters)}",
        f"inputs = {json.dumps(inputs)}",
        f"outputs = {json.dumps(outputs)}",
    ]
    if rng.random() < 0.2:
        lines.append(f"functions = {json.dumps([rng.choice(FUNCTIONS)])}")
    if rng.random() < 0.3:
        lines += [
            f"[{rng.choice(['point', 'chart'])}]",
            *(f"{p} = {json.dumps(rng.choice(NUMBERS))}" for p in parameters),
        ]
    text = "\n".join(lines)
    return scratched(rng, text) if rng.random() < 0.15 else text


def scratched(rng: Rng, text: str) -> str:
    """A text with some characters exchanged, repeated or lost."""
    for _ in range(rng.randint(1, 4)):
        i = rng.randrange(len(text) + 1)
        j = min(len(text), i + rng.randint(0, 12))
        text = (
            text[:i]
            + rng.choice(["", rng.choice('"[]{}()=,*\\\n\0xé'), text[i:j] * 3, "[" * 50])
            + text[j:]
        )
    return text


def call(rng: Rng) -> Call:
    """One call."""
    kind = rng.random()
    if kind < 0.15:
        text = mutants.mutant(rng, corpus.texts())
        return Call(("check", "c.json"), (("c.json", text),))
    if kind < 0.35:
        words = [rng.choice(FAMILIES), *rng.sample(ARGUMENTS, rng.randint(0, 4))]
        files: tuple[tuple[str, str], ...] = ()
    else:
        words, files = ["m.toml"], (("m.toml", model_text(rng)),)
    command = rng.choice(
        ["rank", "rank", "rank", "tangent", "stratify", "branches", "numeric", "embed"]
    )
    if command == "branches":
        words += ["--target", expression(rng, ["x", "y"], 2)] if rng.random() < 0.8 else []
    if command in ("rank", "tangent", "numeric") and rng.random() < 0.6:
        if rng.random() < 0.5:
            point = {n: rng.choice(NUMBERS) for n in ("a", "w", "b", "c")[: rng.randint(1, 4)]}
            words += [
                "--at",
                json.dumps(point) if rng.random() < 0.9 else scratched(rng, json.dumps(point)),
            ]
        else:
            words += ["--where", f"{rng.choice('awbc')}={expression(rng, ['a', 'w', 'u'], 2)}"]
    if rng.random() < 0.2:
        words.append(
            rng.choice(["--json", "--latex", "--csv", "--markdown", "--nonsense", "--seed"])
        )
    return Call((command, *(w.replace("\0", " ") for w in words)), files)


@dataclass(frozen=True)
class Outcome:
    """How a call ended."""

    status: int
    seconds: float
    output: str
    stopped: bool = False

    @property
    def fault(self) -> str:
        """What is wrong with it; empty if nothing is."""
        if self.stopped:
            return f"no answer in {SECONDS} s"
        if "Traceback" in self.output:
            return "a traceback"
        if self.status not in (0, 1, 2):
            return f"status {self.status}: {self.output[-300:]}"
        return ""


def outcome(one: Call, seconds: float = SECONDS) -> Outcome:
    """Run a call in a child process with bounded memory and time, which is that of the processor."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in one.files:
            Path(folder, name).write_text(text, encoding="utf-8", errors="replace")
        sys.stdout.flush()
        sys.stderr.flush()
        with warnings.catch_warnings():  # newer Pythons warn of threads, of which none holds a lock
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            _child(one, folder)
        stopped = False
        while True:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                break
            if _worked(child) > seconds or time.monotonic() - start > PATIENCE * seconds:
                os.kill(child, signal.SIGKILL)
                _, status = os.waitpid(child, 0)
                stopped = True
                break
            time.sleep(0.005)
        output = Path(folder, "output").read_text(errors="replace")
    return Outcome(os.waitstatus_to_exitcode(status), time.monotonic() - start, output, stopped)


def _worked(process: int) -> float:
    """The processor time of a process, so that a busy machine makes no call late."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _child(one: Call, folder: str) -> None:
    status = 99
    try:
        os.chdir(folder)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        file = os.open("output", os.O_WRONLY | os.O_CREAT)
        os.dup2(file, 1)
        os.dup2(file, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        status = main(list(one.words))
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
    finally:
        os._exit(status)
