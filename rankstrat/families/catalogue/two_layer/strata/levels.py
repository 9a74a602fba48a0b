r"""The rank hierarchy of the functions of two-layer networks with an odd activation."""

from __future__ import annotations

from typing import Any

from rankstrat.activation.law import law_of
from rankstrat.rank.certificate import Verdict
from rankstrat.strata import FunctionLevel, Knowledge
from rankstrat.text.sources import proved
from rankstrat.text.tables import Math


def function_levels(structure: Any) -> list[FunctionLevel] | None:
    """One row for each number k of neurons (with bias also with a constant); None for other
    activations.
    """
    activation = structure.activation
    law = law_of(activation, bias=structure.bias)
    if law is None or activation.parity != "odd" or law.still:
        return None
    if not (law.tame and law.steep):
        return None
    weights = structure.inputs + structure.bias
    reason = f"independence lemma ({law.citation}); {proved('levels')}"
    known = Knowledge(Verdict.PROVED, reason)
    levels = []
    for k in range(structure.width + 1):
        rank = k * (weights + 1) + structure.output_bias
        levels.append(
            FunctionLevel(
                rank, _functions(structure, k, constant=False), _minimisers(structure, k), known
            )
        )
        if structure.bias and not structure.output_bias and k < structure.width:
            functions = _functions(structure, k, constant=True)
            levels.append(
                FunctionLevel(rank + structure.inputs + 1, functions, _constant(k), known)
            )
    return sorted(levels, key=lambda level: level.rank)


def _functions(structure: Any, k: int, *, constant: bool) -> Math:
    name = structure.activation.name
    argument = "w_i x" + " + b_i" * structure.bias
    end = " + c" * (structure.output_bias or constant)
    if constant:
        end += ", c != 0"
    latex_end = end.replace("!=", r"\neq")
    if k == 0:
        text = end.removeprefix(" + ") or "0"
        return Math(text, text.replace("!=", r"\neq"))
    terms = f"a_i {name}({argument})"
    return Math(
        f"sum of {k} {terms}{end}",
        rf"\textstyle\sum_{{i=1}}^{{{k}}} a_i \operatorname{{{name}}}({argument}){latex_end}",
    )


def _classes(k: int) -> str:
    """The classes of a target, in words."""
    return f"{k} class" + "es" * (k != 1)


def _minimisers(structure: Any, k: int) -> Math:
    vector = "(w, b)" if structure.bias else "w"
    idle = "a = b = 0" if structure.bias and not structure.output_bias else "a = 0"
    if k == 0:
        return Math(f"w = 0, {idle}")
    classes = _classes(k)
    text = f"every {vector} with w != 0 in the {classes} of the target; w = 0 only with {idle}"
    first = rf"\text{{every }} {vector} \text{{ with }} w \neq 0 \text{{ in the {classes}; }}"
    return Math(text, rf"{first} w = 0 \text{{ only with }} {idle}")


def _constant(k: int) -> Math:
    classes = _classes(k)
    last = r"\text{some } w = 0,\ a \neq 0,\ b \neq 0"
    if k == 0:
        return Math(
            "every w = 0; some w = 0 with a != 0, b != 0", rf"\text{{every }} w = 0;\ {last}"
        )
    return Math(
        f"every (w, b) with w != 0 in the {classes} of the target; some w = 0 with a != 0, b != 0",
        rf"\text{{every }} (w, b) \text{{ with }} w \neq 0 \text{{ in the {classes}; }} {last}",
    )
