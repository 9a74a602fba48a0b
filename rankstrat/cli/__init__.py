r"""The command line: `rankstrat COMMAND ...`, also as `python -m rankstrat COMMAND ...`.

One file in this folder is one command; the folder is the registry. A command file defines `EXAMPLE`
(shown by --help), `configure(parser)` and `run(options) -> status`; the first line of its docstring
is its help. Files whose name starts with an underscore are not commands.

Exit status: 0 everything asked holds, 1 something does not (a check failed, a theorem is refuted or
open), 2 the question cannot be answered as it was put, 130 interrupted.
"""

from __future__ import annotations

from rankstrat.cli._entry import COMMANDS, main

__all__ = ["COMMANDS", "main"]
