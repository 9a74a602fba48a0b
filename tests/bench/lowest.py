"""Run tests with the lowest versions that `setup.cfg` declares.

`python tests/bench/lowest.py [TESTS ...]` installs them into a virtual environment that is
thrown away.
"""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLE = [
    "tests/algebra", "tests/rank/test_certificates.py", "tests/rank/test_vanishing.py",
    "tests/referee/test_proofs.py", "tests/model/test_files.py", "tests/strata/test_loci.py",
    "tests/targets/test_pieces.py", "tests/targets/test_polynomial.py",
]  # fmt: skip
"""Every exact room, those included that hand polynomials from one system to another."""


def lowest(text: str) -> list[str]:
    """The requirements of a block with the lowest versions that it admits."""
    return [line.replace(">=", "==") for line in text.split() if line[0] != "#"]


def main(tests: list[str]) -> int:
    """The status of pytest."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    wanted = lowest(config["options"]["install_requires"])
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "bin", "python"))
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *wanted, "pytest", "hypothesis"], check=True)
        listed = [python, "-m", "pip", "list", "--format=freeze"]
        found = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
        print(found)
        command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(tests or SAMPLE)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
