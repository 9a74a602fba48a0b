r"""Single linkage of vectors, up to sign where $v$ and $-v$ are one: clusters at every tolerance.

Few vectors are compared pair by pair. For many, equal ones are collapsed on a grid and each is
compared with its nearest neighbours in a KD-tree (in a random projection, if there are many
coordinates); then every merge is one of two vectors at that very distance, but a merge may be
found late.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rankstrat.networks.extras import scipy
from rankstrat.networks.network import Floats

Labels = NDArray[np.int64]

PAIRWISE = 2_500
"""Up to as many vectors are compared pair by pair."""
NEIGHBOURS = 10
PROJECTED = 4
SAMPLED = 2_000
GRID = 2.0**-44


@dataclass(frozen=True)
class Tree:
    """The merges of a single linkage.

    Attributes:
        count: how many vectors there are.
        edges: pairs of vectors, (edges, 2), by ascending distance; they span a forest.
        heights: their distances.
        exact: whether every pair was compared.
    """

    count: int
    edges: Labels = field(repr=False)
    heights: Floats = field(repr=False)
    exact: bool = True

    def labels(self, height: float) -> Labels:
        """The cluster of each vector when distances up to a height are merged."""
        kept = self.edges[: int(np.searchsorted(self.heights, height, side="right"))]
        sparse = scipy("sparse", "clusters")
        graph = sparse.coo_matrix(
            (np.ones(len(kept), dtype=np.int8), (kept[:, 0], kept[:, 1])), (self.count, self.count)
        )
        found = scipy("sparse.csgraph", "clusters").connected_components(graph, directed=False)[1]
        return np.asarray(found, dtype=np.int64)


def single_linkage(vectors: Floats, *, signed: bool, seed: int = 0) -> Tree:
    """The tree of merges of the rows; with `signed`, a row and its negative are one.

    Raises:
        MissingPackageError: scipy is not installed.
    """
    if len(vectors) < 2:
        return Tree(len(vectors), np.zeros((0, 2), dtype=np.int64), np.zeros(0))
    if len(vectors) <= PAIRWISE:
        edges, heights = _pairwise(vectors, signed)
        return Tree(len(vectors), edges, heights)
    return _sparse(vectors, signed, seed)


def _pairwise(vectors: Floats, signed: bool) -> tuple[Labels, Floats]:
    distance = scipy("spatial.distance", "clusters")
    gaps = distance.pdist(vectors)
    if signed:
        upper = np.triu_indices(len(vectors), 1)
        gaps = np.minimum(gaps, distance.cdist(vectors, -vectors)[upper])
    merges = scipy("cluster.hierarchy", "clusters").linkage(gaps, "single")
    count = len(vectors)
    members = np.concatenate([np.arange(count), np.zeros(len(merges), dtype=np.int64)])
    edges = np.empty((len(merges), 2), dtype=np.int64)
    for k, (one, two) in enumerate(merges[:, :2].astype(np.int64)):
        edges[k] = members[one], members[two]
        members[count + k] = members[one]
    return edges, merges[:, 2]


def _sparse(vectors: Floats, signed: bool, seed: int) -> Tree:
    count = len(vectors)
    scale = float(np.abs(vectors).max()) or 1.0
    grid = np.round(vectors / (scale * GRID)).astype(np.int64)
    if signed:
        lead = grid[np.arange(count), (grid != 0).argmax(axis=1)]
        grid[lead < 0] *= -1
    first, of = _distinct(grid, seed)
    pairs = [np.column_stack([first[of], np.arange(count)])[first[of] != np.arange(count)]]
    pairs.append(first[_neighbours(vectors[first], signed, seed)])
    edges = np.concatenate(pairs)
    edges, heights = _spanning(count, edges, _gaps(vectors, edges, signed))
    links = _between(vectors, Tree(count, edges, heights).labels(np.inf), signed, seed)
    if len(links):
        more = np.concatenate([edges, links])
        edges, heights = _spanning(count, more, _gaps(vectors, more, signed))
    return Tree(count, edges, heights, exact=False)


def _distinct(grid: Labels, seed: int) -> tuple[Labels, Labels]:
    """The first row of each kind, and the kind of each row."""
    weights = np.random.default_rng(seed).integers(1, 1 << 62, grid.shape[1], dtype=np.int64)
    with np.errstate(over="ignore"):
        keys = grid @ (weights | 1)
    _, first, of = np.unique(keys, return_index=True, return_inverse=True)
    return first, of.ravel()


def _neighbours(vectors: Floats, signed: bool, seed: int) -> Labels:
    """Pairs of near rows."""
    count, dimension = vectors.shape
    places = vectors
    if dimension > PROJECTED:
        mix = np.random.default_rng(seed).normal(size=(dimension, PROJECTED))
        places = vectors @ (mix / np.sqrt(PROJECTED))
    cloud = np.concatenate([places, -places]) if signed else places
    tree = scipy("spatial", "clusters").cKDTree(cloud)
    k = min(NEIGHBOURS, len(cloud))
    near = np.asarray(tree.query(places, k)[1]).reshape(count, k) % count
    pairs = np.column_stack([np.repeat(np.arange(count), k), near.ravel()])
    return pairs[pairs[:, 0] != pairs[:, 1]]


def _gaps(vectors: Floats, edges: Labels, signed: bool) -> Floats:
    """The distance of each pair."""
    found = np.empty(len(edges))
    step = max(1, (1 << 22) // vectors.shape[1])
    for start in range(0, len(edges), step):
        one, two = (vectors[edges[start : start + step, side]] for side in (0, 1))
        gap = np.linalg.norm(one - two, axis=1)
        if signed:
            gap = np.minimum(gap, np.linalg.norm(one + two, axis=1))
        found[start : start + step] = gap
    return found


def _spanning(count: int, edges: Labels, heights: Floats) -> tuple[Labels, Floats]:
    """The edges of a minimum spanning forest, ascending."""
    sparse = scipy("sparse", "clusters")
    low, high = edges.min(axis=1), edges.max(axis=1)
    order = np.lexsort((heights, high, low))  # of a pair that stands twice the shorter one is kept
    low, high, heights = low[order], high[order], heights[order]
    fresh = np.append(True, (np.diff(low) != 0) | (np.diff(high) != 0))
    tiny = np.finfo(float).tiny  # a weight of 0 would be no edge
    graph = sparse.coo_matrix(
        (heights[fresh] + tiny, (low[fresh], high[fresh])), (count, count)
    ).tocsr()
    tree = scipy("sparse.csgraph", "clusters").minimum_spanning_tree(graph).tocoo()
    order = np.argsort(tree.data, kind="stable")
    found = np.column_stack([tree.row, tree.col]).astype(np.int64)[order]
    return found, tree.data[order] - tiny


def _between(vectors: Floats, labels: Labels, signed: bool, seed: int) -> Labels:
    """Edges that connect components, from a sample of each."""
    sizes = np.bincount(labels)
    if len(sizes) == 1 or len(sizes) > SAMPLED:
        return np.zeros((0, 2), dtype=np.int64)
    order = np.random.default_rng(seed).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    starts = np.cumsum(sizes) - sizes
    rank = np.arange(len(labels)) - np.repeat(starts, sizes)
    sample = order[rank < max(1, SAMPLED // len(sizes))]
    edges, _ = _pairwise(vectors[sample], signed)
    found = sample[edges]
    return found[labels[found[:, 0]] != labels[found[:, 1]]]


__all__ = ["Labels", "Tree", "single_linkage"]
