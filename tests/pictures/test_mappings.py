"""Pictures of embedding graphs: every model is labelled, every generator is an arrow."""

from __future__ import annotations

from itertools import product

import networkx as nx
import pytest

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("agg")

from rankstrat.errors import DataError  # noqa: E402
from rankstrat.families import fully_connected  # noqa: E402
from rankstrat.mappings import embedding_graph  # noqa: E402  (after the choice of a backend)
from rankstrat.pictures.mappings import plot_embeddings  # noqa: E402


def test_labels_and_arrows() -> None:
    graph = embedding_graph([fully_connected([1, *w, 1]) for w in product((1, 2), repeat=2)])
    arrows = 4
    for compositions, extra in ((False, 0), (True, 1)):
        axes = plot_embeddings(graph, compositions=compositions)
        texts = [t.get_text() for t in axes.texts if t.get_text()]
        assert len(texts) == 4
        assert "fully_connected 1-2-2-1" in texts[3]
        assert len(axes.texts) - len(texts) == arrows + extra
        axes.figure.canvas.draw()
        matplotlib.pyplot.close(axes.figure)


def test_too_many_models() -> None:
    with pytest.raises(DataError, match="too many"):
        plot_embeddings(nx.empty_graph(101, create_using=nx.DiGraph))
