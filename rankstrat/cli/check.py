"""Check certificates: recompute every bound from the model in the file, trusting nothing else in
it.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from rankstrat.cli._bundle import check_document, is_document
from rankstrat.cli._proofs import is_proof
from rankstrat.cli._question import say
from rankstrat.cli._status import BAD_QUESTION, FAILS, HOLDS, complain
from rankstrat.errors import CertificateError, RankstratError
from rankstrat.networks.graph_report import check_graph_report, is_graph_report
from rankstrat.networks.report import check_report, is_report
from rankstrat.rank.certificate import RankCertificate
from rankstrat.referee.proof import check
from rankstrat.referee.reading import Refused
from rankstrat.text.lines import escaped

MAX_BYTES = 200_000_000
ENGINE = "  format 1: checked by the engine that writes such files; --proof asks the referee"

EXAMPLE = """examples:
  rankstrat rank two_layer width=3 inputs=2 --json > certificate.json
  rankstrat check certificate.json
  rankstrat rank model.toml --json | rankstrat check -
  rankstrat stratify two_layer width=2 inputs=1 --json | rankstrat check -"""


def configure(parser: ArgumentParser) -> None:
    """Files."""
    parser.add_argument(
        "files",
        metavar="CERT.json",
        nargs="+",
        help="what --json of a command or --proof wrote; - is the standard input",
    )


def run(options: Namespace) -> int:
    """0 if every certificate proves its claim, 1 if one does not (which does not mean that the
    claim is false).
    """
    return max(_check(name) for name in options.files)


def _check(name: str) -> int:
    try:
        text = _text(name)
        if is_proof(text):
            return _referee(name, text)
        if is_document(text):
            return _document(name, text)
        if is_graph_report(text):
            return _report(name, text, check_graph_report)
        if is_report(text):
            return _report(name, text, check_report)
        certificate = RankCertificate.from_json(text)
    except RankstratError as error:
        return complain(f"{name}: {error}; `rankstrat rank MODEL --json` writes one", BAD_QUESTION)
    try:
        certificate.check()
    except RankstratError as error:
        return complain(f"{name}: refused: {error}", FAILS)
    say(f"{escaped(name)}: holds: {certificate}\n{ENGINE}")
    return HOLDS


def _document(name: str, text: str) -> int:
    """Recompute the certificates of a document, and compare its rows with them."""
    try:
        found = check_document(text)
    except RankstratError as error:
        return complain(f"{name}: refused: {error}", FAILS)
    say(f"{escaped(name)}: holds: {found}\n{ENGINE}")
    return HOLDS


def _referee(name: str, text: str) -> int:
    """Let the referee judge a proof object or a bundle."""
    try:
        findings = check(text)
    except Refused as reason:
        return complain(f"{name}: no proof object: {reason}", BAD_QUESTION)
    for found in findings:
        say(f"{escaped(name)}: {found}")
    if all(found.holds for found in findings):
        return HOLDS
    return FAILS


def _report(name: str, text: str, checked: Callable[[str], object]) -> int:
    """Check what is certified in the report of a network."""
    try:
        found = checked(text)
    except RankstratError as error:
        return complain(f"{name}: refused: {error}", FAILS)
    say(f"{escaped(name)}: holds: {found}\n{ENGINE}")
    return HOLDS


def _text(name: str) -> str:
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CertificateError(
            f"it cannot be read ({reason}); a certificate file is needed"
        ) from error
    if len(data) > MAX_BYTES:
        raise CertificateError(
            f"it exceeds {MAX_BYTES} bytes; a certificate written by to_json is needed"
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise CertificateError(
            "it is not UTF-8 text; a certificate written by to_json is needed"
        ) from None
