"""Certificates changed at random: no false one passes, none crashes or stalls the checker."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import random
import signal
import time
from collections import Counter

import corpus
import mutants
import pytest

from rankstrat.errors import RankstratError
from rankstrat.rank.certificate import RankCertificate

LIMIT = 10
"""Seconds for one certificate."""


@pytest.mark.parametrize("name", corpus.certificates())
def test_the_corpus_is_right(name):
    certificate, rank = corpus.certificates()[name]
    assert certificate.lower <= rank <= certificate.upper
    assert mutants.true_rank(certificate.chart, certificate.subset, certificate.region) == rank
    certificate.check()
    RankCertificate.from_json(certificate.to_json()).check()


def test_the_corpus_has_evidence_of_every_kind():
    found = [certificate for certificate, _ in corpus.certificates().values()]
    reasons = {"parameters", "outputs", "relations", "affine symmetries", "schwartz-zippel"}
    assert {c.reason for c in found} == reasons
    assert {str(c.verdict) for c in found} == {"PROVED", "PROBABLE", "OPEN"}
    assert {c.minor is None or c.minor.prime > 1 for c in found} == {True, False}
    assert any(c.region for c in found) and any(c.subset for c in found)


class LateError(BaseException):
    """Raised by the clock, past every handler."""


def _late(*_):
    raise LateError


def _tried(seeds):
    """What became of the mutants; a false one that passes, a crash and a stall are failures."""
    outcomes: Counter[str] = Counter()
    texts = corpus.texts()
    before = signal.signal(signal.SIGALRM, _late)
    try:
        for seed in seeds:
            text = mutants.mutant(random.Random(seed), texts)
            signal.alarm(LIMIT + 20)
            start = time.monotonic()
            try:
                certificate = RankCertificate.from_json(text)
                str(certificate)
                certificate.check()
            except RankstratError:
                outcomes["refused"] += 1
                continue
            except Exception as error:
                raise AssertionError(f"mutant {seed}: {type(error).__name__}: {error}") from error
            finally:
                signal.alarm(0)
            assert time.monotonic() - start < LIMIT, f"mutant {seed} takes too long"
            rank = mutants.true_rank(certificate.chart, certificate.subset, certificate.region)
            outcomes["accepted" if rank is not None else "unknown"] += 1
            assert rank is None or certificate.lower <= rank <= certificate.upper, (
                f"mutant {seed} says {certificate.lower}..{certificate.upper}, the rank is {rank}:\n{text}"
            )
    finally:
        signal.signal(signal.SIGALRM, before)
    return outcomes


@pytest.mark.sampled(2)
@pytest.mark.parametrize("block", range(4))
def test_mutants(block):
    outcomes = _tried(range(100 * block, 100 * block + 60))
    assert outcomes["accepted"] and outcomes["refused"] > outcomes["accepted"]


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_many_mutants(block):
    outcomes = _tried(range(10_000 + 1_000 * block, 11_000 + 1_000 * block))
    assert outcomes["accepted"] > 50 and outcomes["unknown"] < 50


def test_the_judge_would_notice():
    # a rank that is too small and one that is too large, as a broken checker would accept them
    certificate, rank = corpus.certificates()["duplicate units"]
    assert mutants.true_rank(certificate.chart) == rank == 3
    assert mutants.true_rank(certificate.chart, subset=[0, 1]) == 1
    twice = corpus.Model(
        corpus.a * corpus.x + corpus.b * corpus.x, [corpus.a, corpus.b], [corpus.x]
    )
    assert mutants.true_rank(twice.point([1, 1])) == 1
    assert mutants.true_rank(twice.generic()) == 1
