"""From the words of a command line to an exit status; whatever happens, a user sees no
traceback.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import os
import pkgutil
import signal
import sys
import threading
import traceback
from argparse import Namespace
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn, Protocol, cast

from rankstrat.cli._collector import collect_rarely
from rankstrat.cli._status import BAD_QUESTION, BROKEN_PIPE, HOLDS, INTERNAL, INTERRUPTED, complain
from rankstrat.deadline import within
from rankstrat.errors import RankstratError
from rankstrat.text.guesses import nearest, shown
from rankstrat.text.version import version


class Command(Protocol):
    """What a file of this folder defines."""

    EXAMPLE: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the arguments."""

    def run(self, options: Namespace) -> int:
        """Answer the question; the exit status."""


ALIASES = {
    "target": "branches",
    "target_set": "branches",
    "strata": "stratify",
    "theorems": "verify --list",
}
"""What a user of the Python names may type, and the command that answers."""


class _Commands(MutableMapping[str, Command]):
    """Command name -> its module, which is imported when it is first asked for."""

    def __init__(self) -> None:
        found = pkgutil.iter_modules([str(FOLDER)])
        names = sorted(m.name for m in found if not m.name.startswith("_"))
        self._modules: dict[str, Command | None] = dict.fromkeys(names)

    def __getitem__(self, name: str) -> Command:
        module = self._modules[name]
        if module is None:
            module = cast(Command, importlib.import_module(f"{__package__}.{name}"))
            self._modules[name] = module
        return module

    def __setitem__(self, name: str, command: Command) -> None:
        self._modules[name] = command

    def __delitem__(self, name: str) -> None:
        del self._modules[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)

    def summary(self, name: str) -> str:
        """The first line of a command's docstring, read without importing what it computes with."""
        path = FOLDER / f"{name}.py"
        words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        line = " ".join(words.split("\n\n")[0].split()).rstrip(".")
        return line[:1].lower() + line[1:]


FOLDER = Path(__file__).parent
COMMANDS = _Commands()
TOP_OPTIONS = ("-h", "--help", "--version")


class _Parser(argparse.ArgumentParser):
    """argparse, with messages of bounded length."""

    def error(self, message: str) -> None:  # type: ignore[override]
        complain(f"error: {message}; try `{self.prog} --help`", BAD_QUESTION)
        self.exit(BAD_QUESTION)


EXAMPLE = """examples:
  rankstrat rank two_layer width=3 inputs=2
  rankstrat stratify model.toml --latex     (the rank table of a model of your own)
  rankstrat verify --list

a model is a family (`rankstrat rank --help` lists them), or a file of three lines such as
  parameters = ["a", "w[2]"]
  inputs = ["x[2]"]
  outputs = ["a*tanh(w1*x1 + w2*x2)"]

exit status: 0 everything asked holds, 1 something does not, 2 the question cannot be answered,
130 interrupted
`rankstrat COMMAND --help` shows an example of each command."""


def _parser(asked: str) -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    """The parser of the line, which knows every command by one line of help; and that of the
    command that is asked, with its arguments.
    """
    top = _Parser(
        prog="rankstrat",
        description="Exact model rank of parametric models, with evidence.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"rankstrat {version()}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    own: argparse.ArgumentParser = top
    for name in COMMANDS:
        if name != asked:
            commands.add_parser(name, help=COMMANDS.summary(name))
            continue
        module = COMMANDS[name]
        own = commands.add_parser(
            name,
            help=COMMANDS.summary(name),
            description=module.__doc__,
            epilog=module.EXAMPLE,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.configure(own)
        own.add_argument(
            "--traceback", action="store_true", help="where an error came from, for a bug report"
        )
    return top, own


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status of one command line (by default that of the process)."""
    if argv is None:
        collect_rarely()
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal without Unicode is no reason to stop
    trace = "--traceback" in words
    try:
        with _ending_softly():
            status = _run(words)
        sys.stdout.flush()
    except RankstratError as error:
        return _stop(f"error: {type(error).__name__}: {error}", BAD_QUESTION, trace)
    except KeyboardInterrupt:
        return _stop("interrupted", INTERRUPTED, trace)
    except BrokenPipeError:
        # The reader has gone; Python must not complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        return _stop(
            f"error: reading or writing failed ({error}); check the path and the space",
            BAD_QUESTION,
            trace,
        )
    except (MemoryError, RecursionError) as error:
        what = "memory" if isinstance(error, MemoryError) else "nesting"
        return _stop(
            f"error: the question needs more {what} than there is; ask a smaller one",
            BAD_QUESTION,
            trace,
        )
    except Exception as error:
        return _stop(
            f"internal error, please report it: {type(error).__name__}: {error}", INTERNAL, trace
        )
    return status


@contextmanager
def _ending_softly() -> Iterator[None]:
    """Take SIGTERM for Ctrl-C meanwhile, where signals can be taken at all."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminated)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    """A sweep that is told to end shows and keeps what it has, as after Ctrl-C."""
    raise KeyboardInterrupt


def _run(words: list[str]) -> int:
    if not words:
        message = f"no command was given; one of {', '.join(COMMANDS)} is needed"
        return complain(
            f"error: {message}; try `rankstrat rank two_layer width=3 inputs=2`, or --help",
            BAD_QUESTION,
        )
    if words[0] not in (*COMMANDS, *TOP_OPTIONS):
        option = words[0].startswith("-")
        meant = f"did you mean {ALIASES[words[0]]}" if words[0] in ALIASES else ""
        hint = (
            meant
            or nearest(words[0], TOP_OPTIONS if option else COMMANDS)
            or f"commands are {', '.join(COMMANDS)}"
        )
        kind = "an option that stands before a command" if option else "a command"
        return complain(f"error: {shown(repr(words[0]))} is not {kind}; {hint}", BAD_QUESTION)
    top, own = _parser(words[0])
    try:
        options, rest = top.parse_known_args(words)
    except SystemExit as stop:  # argparse has said what it had to say
        if isinstance(stop.code, int):
            return stop.code
        return HOLDS
    if rest:
        hint = _hint(rest, options, own)
        also = f"{hint}; " if hint else ""
        told = (
            f"unrecognized arguments: {shown(' '.join(rest))}; {also}try"
            f" `rankstrat {options.command} --help`"
        )
        return complain(f"error: {told}", BAD_QUESTION)
    with within(getattr(options, "budget", None)):
        return COMMANDS[options.command].run(options)


def _hint(rest: list[str], options: Namespace, own: argparse.ArgumentParser) -> str:
    """What the first word that is not understood may mean: an option, or an argument of a
    family.
    """
    option = rest[0].partition("=")[0]
    if not hasattr(options, "arguments"):
        return nearest(option, own._option_string_actions)
    arguments = {f"--{a}": a for a in _arguments(options.model)}
    close = nearest(option, (*own._option_string_actions, *arguments)).split(" ")[-1]
    if close in arguments:
        return _as_argument(rest, arguments[close])
    return f"did you mean {close}" if close else _as_argument(rest)


def _arguments(name: str) -> list[str]:
    """The arguments of a family; none of anything else."""
    families = importlib.import_module("rankstrat.families")
    if name not in families.FAMILIES:
        return []
    return list(inspect.signature(families.FAMILIES[name]).parameters)


def _as_argument(rest: list[str], meant: str = "") -> str:
    """What `--width 2` or `--width=2` means where families take width=2."""
    name, equals, value = rest[0].partition("=")
    word = meant or name.lstrip("-").replace("-", "_")
    if not equals and len(rest) > 1 and not rest[1].startswith("-"):
        value = rest[1]
    if not name.startswith("--") or not word.isidentifier():
        return ""
    return f"arguments of a family are written without --; did you mean {word}={value or '...'}"


def _stop(message: str, status: int, trace: bool) -> int:
    if trace:
        traceback.print_exc()
    return complain(message, status)
