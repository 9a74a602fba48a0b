"""Command line: `python -m rankstrat.referee FILE ...`, or `python referee FILE ...` on a copy."""

import runpy
import sys
from pathlib import Path

if not __package__:  # the folder itself was given to Python
    folder = Path(__file__).resolve().parent
    sys.path[0] = str(folder.parent)
    runpy.run_module(folder.name, run_name="__main__", alter_sys=True)
    raise SystemExit

from .proof import check
from .reading import Refused, printable


def main(arguments: list[str]) -> int:
    """0 if every claim is shown, 1 if one is not, 2 if a file is no proof object."""
    status = 0
    if not arguments or (arguments[0].startswith("-") and arguments[0] != "-"):
        print("usage: referee FILE ...   (a proof object, or a bundle; - is standard input)")
        status = 2
    for name in arguments if not status else ():
        print(f"{printable(name, 200)}:")
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
            findings = check(text)
            print(*findings, sep="\n")
            status = max(status, int(not all(found.holds for found in findings)))
        except (OSError, UnicodeDecodeError, Refused) as reason:
            print(f"  FAILS: {printable(reason, 300)}")
            status = 2
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
