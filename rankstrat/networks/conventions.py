"""The names and orientations of torch, Keras, Flax and scikit-learn: arrays -> layers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise, permutations

from rankstrat.errors import DataError
from rankstrat.networks.building import Affine
from rankstrat.networks.files.limits import Array, Arrays
from rankstrat.text.parsing import shown

OUT_IN, IN_OUT = "out,in", "in,out"
ORIENTATIONS = (OUT_IN, IN_OUT)
MATRICES = {"weight": OUT_IN, "kernel": IN_OUT, "coefs": IN_OUT, "W": OUT_IN, "w": OUT_IN}
"""The last word of a name -> how its matrices stand; None of these: the shapes must tell."""
_LAST = re.compile(r"^(?:(.*)[./_])?(weight|kernel|bias|coefs|intercepts|W|w|b|a|c)_?(\d*)(?::0)?$")


def layers_of(arrays: Arrays, orientation: str | None) -> tuple[Affine, ...]:
    """The affine layers of a file, in order.

    Args:
        arrays: what was read.
        orientation: "out,in" or "in,out" where the user says so.

    Raises:
        DataError: names or shapes that do not tell which array is which.
    """
    if orientation is not None and orientation not in ORIENTATIONS:
        raise DataError(
            f"orientation={shown(repr(orientation))}; 'out,in' (rows are units, as in torch) or"
            " 'in,out' (columns are units, as in Keras) is needed; choose one"
        )
    entries = arrays.entries
    if not entries:
        raise DataError("there is no array; weights are needed; give at least one matrix")
    _same_type(entries)
    if set(entries) in ({"a", "w"}, {"a", "w", "b"}, {"a", "w", "c"}, {"a", "w", "b", "c"}):
        return _two_layer(entries)
    groups, kind = _grouped(entries)
    said = orientation or arrays.oriented or kind
    matrices = [matrix for matrix, _ in groups]
    return tuple(
        Affine(matrix, bias)
        for matrix, (_, bias) in zip(_oriented(matrices, said, groups), groups, strict=True)
    )


def _same_type(entries: Mapping[str, Array]) -> None:
    kinds = {str(a.dtype): name for name, a in entries.items()}
    if len(kinds) > 1:
        (first, one), (second, two) = list(kinds.items())[:2]
        raise DataError(
            f"{shown(one)} is {first} and {shown(two)} is {second}; one type for all arrays is"
            " needed; convert them with array.astype('float64')"
        )


def _two_layer(entries: Mapping[str, Array]) -> tuple[Affine, ...]:
    """The blocks a, w, b, c of a two-layer network."""
    a, w = entries["a"], entries["w"]
    if a.ndim != 1 or w.ndim != 2 or len(a) != len(w):
        raise DataError(
            f"a has shape {a.shape} and w {w.shape}; (m,) and (m, d) are needed; give one row of w"
            " for each unit"
        )
    c = entries.get("c")
    return (Affine(w, entries.get("b")), Affine(a[None, :], None if c is None else c.reshape(-1)))


def _grouped(entries: Mapping[str, Array]) -> tuple[list[tuple[Array, Array | None]], str]:
    """(matrix, bias) for each layer in order, and the orientation that the names imply."""
    matrices: dict[tuple[str, str], tuple[str, Array]] = {}
    vectors: dict[tuple[str, str], tuple[str, Array]] = {}
    kinds: set[str] = set()
    for name, array in entries.items():
        found = _LAST.match(name)
        if found is None:
            raise DataError(
                f"the array {shown(name)} of shape {array.shape} has no name of a weight or bias"
                " (weight, bias of torch; kernel, bias of Keras and Flax; W1, b1); rename it, or"
                " leave it out"
            )
        prefix, word, number = found.group(1) or "", found.group(2), found.group(3)
        if word in MATRICES:
            kinds.add(word)
            _put(matrices, (prefix, number), name, array, 2)
        else:
            _put(vectors, (prefix, number), name, array, 1)
    orphans = [key for key in vectors if key not in matrices]
    if orphans:
        name, array = vectors[orphans[0]]
        raise DataError(
            f"the bias {shown(name)} of shape {array.shape} has no matrix beside it; a layer is"
            " missing; give its weights too"
        )
    if len({MATRICES[k] for k in kinds}) != 1:
        raise DataError(
            f"the names mix conventions ({', '.join(sorted(kinds))}); those of one framework are"
            " needed; rename the arrays W1, b1, W2, ..."
        )
    _demand_no_gap(matrices)
    numbered = _numbered(matrices)
    keys = sorted(matrices, key=_natural) if numbered else list(matrices)
    pairs = [(matrices[k][1], vectors[k][1] if k in vectors else None) for k in keys]
    if not numbered:  # names without numbers may stand in the order of the alphabet
        pairs = _in_order(pairs, kinds)
    return pairs, MATRICES[next(iter(kinds))]


def _demand_no_gap(matrices: Mapping[tuple[str, str], tuple[str, Array]]) -> None:
    """Refuse W1, W3: there a number counts layers, while that of torch counts modules.

    Raises:
        DataError: a number is missing.
    """
    numbers = sorted(int(number[:18]) for _, number in matrices if number)
    if len(numbers) < len(matrices) or len({prefix for prefix, _ in matrices}) > 1:
        return
    missing = (
        set(range(numbers[0], numbers[-1])) - set(numbers[:-1]) if len(numbers) < 10**4 else ()
    )
    if missing:
        names = ", ".join(shown(name) for name, _ in list(matrices.values())[:4])
        raise DataError(
            f"the matrices {names} have no number {min(missing)} between them; a layer is missing;"
            " give all layers, or number them one after another"
        )


def _put(
    table: dict[tuple[str, str], tuple[str, Array]],
    key: tuple[str, str],
    name: str,
    array: Array,
    dimensions: int,
) -> None:
    if array.ndim != dimensions:
        kind = {1: "a bias, (units,)", 2: "a matrix"}[dimensions]
        raise DataError(
            f"{shown(name)} has shape {array.shape}; {kind} is needed (convolutions, embeddings and"
            " normalisations are not read from names); export the network to ONNX and read that"
            " file"
        )
    if key in table:
        raise DataError(
            f"{shown(table[key][0])} and {shown(name)} belong to one layer; one of them is needed;"
            " leave the other out"
        )
    table[key] = (name, array)


def _numbered(matrices: Mapping[tuple[str, str], object]) -> bool:
    return (
        all(re.search(r"\d", prefix + number) for prefix, number in matrices) or len(matrices) == 1
    )


def _natural(key: tuple[str, str]) -> tuple[tuple[int, int, str], ...]:
    parts = re.findall(r"\d+|\D+", "/".join(key))
    return tuple((0, int(p[:18]), "") if p.isdigit() else (1, 0, p) for p in parts)


def _in_order(
    pairs: list[tuple[Array, Array | None]], kinds: set[str]
) -> list[tuple[Array, Array | None]]:
    """Layers whose shapes follow each other; if they do not as they stand, the one order in which
    they do.
    """
    forward = MATRICES[next(iter(kinds))] == IN_OUT

    def follows(order: Sequence[int]) -> bool:
        shapes = [pairs[k][0].shape if forward else pairs[k][0].shape[::-1] for k in order]
        return all(one[1] == two[0] for one, two in pairwise(shapes))

    if len(pairs) > 7 or follows(range(len(pairs))):
        return pairs
    orders = [order for order in permutations(range(len(pairs))) if follows(order)]
    if len(orders) == 1:
        return [pairs[k] for k in orders[0]]
    return pairs


def _oriented(
    matrices: Sequence[Array], said: str, groups: Sequence[tuple[Array, Array | None]]
) -> list[Array]:
    """The matrices as (units, inputs).

    Raises:
        DataError: the shapes do not follow each other.
    """
    turned = [m if said == OUT_IN else m.T for m in matrices]
    if _fits(turned, groups):
        return turned
    other = IN_OUT if said == OUT_IN else OUT_IN
    shapes = ", ".join(str(m.shape) for m in matrices[:8])
    biases = ", ".join(str(b.shape) for _, b in groups[:8] if b is not None) or "none"
    transposed = _fits([m.T for m in turned], groups)
    hint = (
        f"they do as {other!r}: give orientation={other!r}"
        if transposed
        else "a layer is missing or one matrix is transposed; give all layers in order"
    )
    raise DataError(
        f"matrices of shapes {shapes} with biases {biases} do not follow each other as {said!r};"
        f" {hint}"
    )


def _fits(matrices: Sequence[Array], groups: Sequence[tuple[Array, Array | None]]) -> bool:
    chained = all(one.shape[0] == two.shape[1] for one, two in pairwise(matrices))
    return chained and all(
        bias is None or bias.shape == m.shape[:1]
        for m, (_, bias) in zip(matrices, groups, strict=True)
    )


def from_list(arrays: Sequence[Array], orientation: str | None, source: str) -> tuple[Affine, ...]:
    """Layers from a list of arrays: each matrix is followed by its bias, or by none.

    Raises:
        DataError: the shapes leave the orientation open, or do not fit.
    """
    groups: list[tuple[Array, Array | None]] = []
    for array in arrays:
        if array.ndim == 2:
            groups.append((array, None))
        elif array.ndim == 1 and groups and groups[-1][1] is None:
            groups[-1] = (groups[-1][0], array)
        else:
            shapes = ", ".join(str(a.shape) for a in list(arrays)[:8])
            raise DataError(
                f"arrays of shapes {shapes} are no list of matrices each followed by its bias; that"
                " is needed; give a dict such as {'W1': ..., 'b1': ...}"
            )
    matrices = [m for m, _ in groups]
    _same_type({str(k): a for k, a in enumerate(arrays)})
    if orientation is None:
        possible = [
            o for o in ORIENTATIONS if _fits([m if o == OUT_IN else m.T for m in matrices], groups)
        ]
        if len(possible) == 2:
            shapes = ", ".join(str(m.shape) for m in matrices[:8])
            raise DataError(
                f"matrices of shapes {shapes} from {source} fit both ways; which index counts units"
                " is needed; give orientation='out,in' (torch) or 'in,out' (Keras)"
            )
        orientation = possible[0] if possible else OUT_IN
    oriented = _oriented(matrices, orientation, groups)
    return tuple(Affine(m, b) for m, (_, b) in zip(oriented, groups, strict=True))


__all__ = ["IN_OUT", "OUT_IN", "from_list", "layers_of"]
