r"""The laws of families: what `check_family` holds a family to, and the sizes at which ours are
built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from rankstrat.errors import FamilyError, UndecidedError, demand
from rankstrat.families import FAMILIES, build
from rankstrat.lemma.rank import rank_by_lemma
from rankstrat.model.files import dump_model, parse_model
from rankstrat.model.model import Chart, Model
from rankstrat.model.source import guest
from rankstrat.model.structure import HasNeurons, Structure
from rankstrat.numeric import numerical_rank
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.testing.laws import (
    DIGITS,
    check_embeddings,
    check_symmetries,
    hold,
)
from rankstrat.testing.levels import check_levels, check_nearby
from rankstrat.testing.strata import check_strata
from rankstrat.testing.targets import check_target
from rankstrat.text.parsing import shown

EXAMPLES: Mapping[str, Sequence[Mapping[str, Any]]] = MappingProxyType(
    {
        "attention": (
            {"tokens": 2, "model_dim": 1, "head_dim": 3},
            {"tokens": 2, "model_dim": 2, "head_dim": 1, "scale": Fraction(1, 2)},
            {"tokens": 2, "model_dim": 2, "head_dim": 1, "linear": True},
        ),
        "convolutional": (
            {"kernels": 1, "size": 3, "kernel_size": 2},
            {"kernels": 2, "size": 3, "kernel_size": 2, "sharing": False, "activation": "sigmoid"},
            {
                "kernels": 1,
                "size": 3,
                "kernel_size": 2,
                "dimension": 2,
                "bias": True,
                "output_bias": True,
            },
        ),
        "cp_factorization": (
            {"shape": [2, 2], "terms": 1},
            {"shape": [2, 2, 2], "terms": 2},
            {"shape": [2, 3, 2], "terms": 1},
        ),
        "deep_diagonal": (
            {"features": 2},
            {"features": 3, "depth": 3},
            {"features": 1, "depth": 1},
        ),
        "deep_matrix_factorization": (
            {"widths": [2, 2]},
            {"widths": [2, 1, 2]},
            {"widths": [3, 2, 2, 2]},
        ),
        "diagonal": ({"features": 1}, {"features": 2}, {"features": 4}),
        "framework": (
            {"vertices": 3},
            {"vertices": 4, "dimension": 1},
            {"vertices": 4, "edges": [[1, 2], [3, 4]]},
        ),
        "fully_connected": (
            {"widths": [1, 2, 1]},
            {"widths": [2, 2, 2], "activation": "square", "bias": False},
            {"widths": [1, 1, 1, 1], "output_bias": False},
        ),
        "kan": (
            {"width": 1, "inputs": 1, "degree": 2},
            {"width": 1, "inputs": 2, "degree": 2},
            {"width": 2, "inputs": 1, "degree": 1},
        ),
        "linear": ({"features": 2}, {"features": 4}, {"features": ["1", "x1", "sin(x1)", "x1*x2"]}),
        "matrix_factorization": (
            {"rows": 2, "inner": 1, "columns": 2},
            {"rows": 2, "inner": 2, "columns": 3},
            {"rows": 3, "inner": 2, "columns": 3},
        ),
        "opt_example": ({}, {}, {}),
        "polynomial_network": (
            {"widths": [2, 2, 1]},
            {"widths": [1, 2, 1], "degree": 3, "bias": True, "output_bias": True},
            {"widths": [2, 1, 1, 1]},
        ),
        "two_layer": (
            {"width": 1, "inputs": 1},
            {"width": 3, "inputs": 2, "bias": True, "output_bias": True},
            {"width": 2, "inputs": 2, "activation": "softplus"},
        ),
    }
)
"""Family -> the sizes at which `check_family` builds it."""


Family = str | Model | Structure | type | Callable[..., Model]


def check_family(
    family: Family, sizes: Sequence[Mapping[str, Any]] | None = None, *, seed: int = 0
) -> tuple[int, ...]:
    r"""The generic ranks of a family at some sizes, after every law was checked.

    It builds again from its own arguments; blocks, parameters and inputs fit; the generic rank by
    `model_rank` is that of 40-digit numerics, and at a random point also that of `rank_by_lemma`
    where the family offers neurons; certificates and model files survive a round trip; there is
    LaTeX. Symmetries, those that are found and those that the family declares, leave the outputs as
    they are. Where the family gives strata they are disjoint and cover points with special values,
    with the right rank, dimension, number of copies and closures. Where it gives branches of a
    target set they contain the point that the target came from and the solutions that brute force
    and Newton's method find, and their points have the target as their function. Levels of function
    space and distances to strata agree with both. A unit more, where there are units, changes
    neither outputs nor rank.

    Args:
        family: its name, what builds it, the class of its structures, or one model or structure.
        sizes: keyword arguments, at least three of them; by default those of `EXAMPLES`; none for
            one model.
        seed: names the random points.

    Raises:
        FamilyError: a law does not hold; the message says which, and where.

    Example:
        >>> check_family("diagonal")
        (1, 2, 4)
        >>> from rankstrat.families import diagonal
        >>> check_family(diagonal(2))
        (2,)
    """
    if isinstance(family, Model) or (not isinstance(family, type) and _is_structure(family)):
        return (_check_instance(family, seed),)
    name = family if isinstance(family, str) else getattr(family, "__name__", shown(repr(family)))
    given = EXAMPLES.get(name, ()) if sizes is None else sizes
    if len(given) < 3:
        raise FamilyError(
            f"{len(given)} sizes were given for the family {name}; three are needed; pass"
            " sizes=[...]"
        )
    builder = _builder(family)
    ranks = []
    for arguments in given:
        place = f"the family {name} at {shown(str(dict(arguments)))}"
        ranks.append(_check_model(place, builder(**arguments), builder, seed))
    return tuple(ranks)


def _is_structure(family: object) -> bool:
    return not isinstance(family, str) and isinstance(family, Structure)


def _builder(family: Any) -> Callable[..., Model]:
    """What builds a model from keyword arguments."""
    if isinstance(family, str):
        return partial(build, family)
    if isinstance(family, type):
        return lambda **arguments: Model.of(family(**arguments))
    if not callable(family):
        demand(family, str, FamilyError, "a family", "give its name, its class or a model")
    constructor: Callable[..., Model] = family
    return constructor


def _check_instance(family: Any, seed: int) -> int:
    model = family if isinstance(family, Model) else Model.of(family)
    if model.structure is None:
        raise FamilyError(f"{model} is of no family; give a model with a structure")
    return _check_model(f"{model}", model, _builder(type(model.structure)), seed)


def _check_model(place: str, model: Model, builder: Callable[..., Model], seed: int) -> int:
    structure = model.structure
    if structure is None:
        raise FamilyError(f"{place} has no structure; return Model.of(structure); see docs")
    own = structure.family in FAMILIES and not guest(structure)
    rebuilt = partial(build, structure.family) if own else builder
    hold(place, "rebuilds from its arguments", rebuilt(**structure.arguments) == model)
    hold(
        place,
        "has as many parameters as its blocks",
        model.size == len(model.parameters) == len(set(model.parameters)),
    )
    hold(place, "has its inputs", tuple(map(str, model.inputs)) == tuple(structure.input_names))
    latex = model._repr_latex_() or ""
    hold(
        place,
        "has LaTeX",
        latex.startswith("$") and latex.endswith("$") and latex.count("{") == latex.count("}"),
    )
    again = parse_model(dump_model(model)).model
    parts = (again.outputs, again.parameters, again.inputs)
    hold(place, "survives a model file", parts == (model.outputs, model.parameters, model.inputs))
    generic = model_rank(model, seed=seed)
    _same_rank(place, generic, numerical_rank(model, digits=DIGITS, seed=seed).rank)
    point = random_point(model, seed)
    found = model_rank(point, seed=seed)
    hold(place, "has no point above the generic rank", found.lower <= generic.upper)
    read = RankCertificate.from_json(found.to_json())
    hold(
        place,
        "has certificates that survive JSON",
        (read.lower, read.upper) == (found.lower, found.upper),
    )
    read.check()
    _same_rank(place, found, numerical_rank(point, digits=DIGITS, seed=seed).rank)
    if isinstance(structure, HasNeurons):
        with suppress(UndecidedError):  # no lemma for this activation or shape
            _same_rank(place, found, int(rank_by_lemma(point)))
    check_symmetries(place, model, seed)
    check_strata(place, model, seed)
    check_target(place, model, seed)
    check_levels(place, model, seed)
    check_nearby(place, model, seed)
    check_embeddings(place, model, seed)
    return int(generic)


def _same_rank(place: str, exact: RankCertificate, other: int) -> None:
    if exact.value != other:
        raise FamilyError(
            f"{place} has rank {other} on a second road, but {exact}; the two must agree; look at"
            " the smaller one first"
        )


def random_point(model: Model, seed: int = 0) -> Chart:
    """A point with small integers, none of them 0."""
    source = np.random.default_rng(seed)
    values = {}
    for name, shape in model.blocks.items():
        values[name] = source.integers(1, 5, shape) * source.choice([-1, 1], shape)
    return model.point(values)
