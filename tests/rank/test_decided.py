"""A decided rank behaves as an integer; an undecided one says so."""

import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import RankstratError
from rankstrat.rank.decided import DecidedInteger

A, W, X = sympy.symbols("a w x")
NEURON = rs.Model(A * sympy.tanh(W * X), [A, W], [X])
POINT = rs.families.two_layer(2, 1).point(a=[1, 2], w=[[1], [2]])


@pytest.mark.parametrize(
    ("rank", "value"),
    [
        (rs.model_rank(NEURON), 2),
        (rs.rank_by_lemma(POINT), 4),
        (rs.optimistic_sample_size(rs.target_set(rs.families.two_layer(2, 1), POINT)), 4),
    ],
    ids=["certificate", "lemma", "least rank"],
)
def test_decided_numbers_are_integers(rank, value):
    assert rank == value and value == rank and rank != value + 1
    assert rank < value + 1 and rank <= value and rank > value - 1 and rank >= value
    assert value - 1 < rank and rank + 1 == value + 1 and 10 - rank == 10 - value
    assert 3 * rank == 3 * value and rank - 1 == value - 1
    assert sum([rank, rank]) == 2 * value and f"{rank:d}" == f"{value}" and f"{rank:>4}".strip()
    assert list(range(5))[rank - 1] == value - 1 and {value: "here"}[rank] == "here"
    assert max([rank, 0]) is rank


def test_equal_evidence_is_equal():
    first, second = rs.model_rank(NEURON), rs.model_rank(NEURON)
    assert first == second and hash(first) == hash(second)
    assert first != rs.model_rank(NEURON, seed=5) and first != "2" and first != None  # noqa: E711


def test_an_undecided_rank_equals_nothing_and_raises():
    class Between(DecidedInteger):
        value = None

        def __index__(self):
            raise RankstratError("between")

    assert Between() != 3
    with pytest.raises(RankstratError, match="between"):
        _ = Between() < 3


def test_version():
    assert isinstance(rs.__version__, str) and rs.__version__
