"""The same certificates whatever the hash seed and the threads of the process and of its BLAS."""

# ruff: noqa: E501 (scripts)

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import corpus
import pytest

import rankstrat as rs

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


def test_threads_differentiate_a_model_together():
    """A program grows while its derivatives are built; every node keeps its number."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(6) as pool:
            for _ in range(20):
                compiled = rs.families.fully_connected([2, 6, 6, 1], "tanh").compiled
                program, leaves = compiled.program, compiled.parameters
                found = pool.map(lambda _: compiled.derivatives(compiled.mixed, leaves), range(6))  # noqa: B023
                assert len(set(map(tuple, found))) == 1
                size = len(program)
                again = [
                    program._node(program.kind[n], program.args[n], program.data[n])
                    for n in range(size)
                ]
                assert again == list(range(size))
    finally:
        sys.setswitchinterval(before)


LARGE = """
import hashlib
import numpy as np
import rankstrat as rs
from rankstrat.algebra.elimination import rank_profile

rng = np.random.default_rng(0)
factors = rng.integers(0, 4194301, (400, 300)), rng.integers(0, 4194301, (300, 500))
product = (factors[0].astype(object) @ factors[1].astype(object) % 4194301).astype(np.int64)
profile = rank_profile(product, 4194301)
assert profile.rank == 300
net = rs.families.two_layer(width=60, inputs=1, activation="tanh", bias=True)
found = rs.model_rank(net.point(a=[1] * 60, w=[[k // 2 + 1] for k in range(60)], b=[k // 2 for k in range(60)]))
assert int(found) == 90
print(hashlib.sha256(repr((profile, found.to_json())).encode()).hexdigest())
"""


@pytest.mark.slow
def test_large_matrices_do_not_depend_on_the_threads_of_blas():
    # large enough that BLAS divides its products among threads
    found = set()
    for threads in ("1", "2", "4"):
        limits = dict.fromkeys(
            ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), threads
        )
        for seed in ("0", "random"):
            done = subprocess.run(
                [sys.executable, "-c", LARGE], capture_output=True, text=True, check=True,
                env=os.environ | limits | {"PYTHONHASHSEED": seed},
            )  # fmt: skip
            found.add(done.stdout)
    assert len(found) == 1


def test_the_comparison_sees_the_hash_seed():
    # what these tests compare would differ if an answer hung on the order of a set of texts
    script = "print(list({f'x{k}' for k in range(50)}))"
    found = {
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1")
    }  # fmt: skip
    assert len(found) == 2
