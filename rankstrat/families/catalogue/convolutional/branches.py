r"""Target sets of convolutional networks: all branches of small ones, the least rank, and what
every point contains.

By the independence lemma, at every parameter point of the target each effective neuron u of $f^*$
is carried by a neuron with $a \ne 0$. Without sharing this neuron contributes $\sigma(u \cdot x)$
and one derivative for each pixel of its window, whichever window that is. With sharing, a kernel
brings all its translates; `covers` lists the kernels that can carry the effective neurons, and
bounds the rank of every choice of them from below.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rankstrat.activation.law import law_of
from rankstrat.errors import TargetError
from rankstrat.families._shared.effective_neurons import effective
from rankstrat.families.catalogue.convolutional.images import Images
from rankstrat.families.catalogue.convolutional.listing import MAX_NEURONS
from rankstrat.model.model import Chart, Model
from rankstrat.rank.model_rank import model_rank
from rankstrat.targets import (
    BranchList,
    TargetFunction,
)


def branches(structure: Any, model: Model, target: TargetFunction) -> BranchList | None:
    r"""A branch of least rank of a target in a convolutional network.

    Args:
        structure: the `Convolutional` structure.
        model: its model.
        target: the target function.

    Raises:
        TargetError: the target is not in the function space.

    References:
        LLR Theorems 5 and 6; docs/proofs.md#tied-weights.
    """
    law = law_of(structure.activation, bias=structure.bias)
    if law is None or not law.apart or law.offset or not law.silent:
        return None
    images = Images(model, structure, law, effective(law, model.inputs, structure.bias, target))
    if images.target.constant != 0 and not structure.output_bias:
        if structure.bias:
            carried = "constants carried by kernels that vanish are not described"
        else:
            carried = "nothing makes it"
        raise TargetError(
            f"the target has the constant {images.target.constant}; {carried}; use output_bias=True"
        )
    best, forced, basis = _shared(images) if structure.sharing else _unshared(images)
    if not structure.bias and images.kernels * len(images.windows) <= MAX_NEURONS:
        found = images.listing().branches(forced)
        if found is not None:
            lemma = structure.activation.lemma
            return BranchList(
                found, True, f"comparison of coefficients by the independence lemma: {lemma}"
            )
    return BranchList((images.branch(best, forced),), False, basis)


def _too_few(images: Images) -> TargetError:
    return TargetError(
        f"the {len(images.target.weights)} effective neurons of the target do not fit the windows"
        f" of {images.model}; it is not in the function space; choose more kernels"
    )


def _unshared(images: Images) -> tuple[Chart, Chart | None, str]:
    point = images.unshared()
    if point is None:
        raise _too_few(images)
    return (
        point,
        point,
        "one branch is listed; every point contains as many functions as its least one",
    )


def _shared(images: Images) -> tuple[Chart, Chart | None, str]:
    found = images.shared()
    if found is None:
        raise _too_few(images)
    point, bound = found
    if model_rank(point).upper == bound:
        basis = (
            "one branch is listed; every choice of kernels that carries the effective neurons has"
            " at least its rank"
        )
        return point, point, basis
    return (
        point,
        None,
        "one branch is listed; several kernels can carry the same neuron, so nothing excludes less",
    )


__all__: Sequence[str] = ["branches"]
