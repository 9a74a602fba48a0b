"""The same certificates whatever the hash seed and the threads of the process and of its BLAS."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import corpus
import pytest

SCRIPT = f"""
import sys
sys.path.insert(0, {str(Path(corpus.__file__).parent)!r})
import corpus, hashlib
for text in corpus.texts():
    print(hashlib.sha256(text.encode()).hexdigest())
"""


def _hashes(texts):
    return [hashlib.sha256(text.encode()).hexdigest() for text in texts]


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1"},
        *(
            pytest.param(e, marks=pytest.mark.slow)
            for e in (
                {"PYTHONHASHSEED": "0"},
                {"PYTHONHASHSEED": "random"},
                {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"},
            )
        ),
    ],
    ids=str,
)
def test_certificates_do_not_depend_on_the_environment(environment):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True, text=True, check=True, env=os.environ | environment,
    )  # fmt: skip
    assert done.stdout.split() == _hashes(corpus.texts())


def test_certificates_do_not_depend_on_threads():
    def again(_):
        return _hashes(c.to_json() for c, _ in corpus.certificates.__wrapped__().values())

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(again, range(2)))
    assert found == [_hashes(corpus.texts())] * 2
