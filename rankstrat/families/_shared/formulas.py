r"""How a family writes its models on one line of LaTeX, for the titles of tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy

from rankstrat.activation.lookup import is_registered
from rankstrat.activation.record import Activation

SHORT = 30  # signs of a formula that a title shows
_MACROS = {name: rf"\{name}" for name in ("tanh", "sinh", "cosh", "sin", "cos", "exp", "arctan")}


def applied(activation: Activation, argument: str) -> str:
    r"""$\sigma$ of an argument: a power, a function LaTeX has a name for, a name of ours, or
    $\sigma$.
    """
    if activation.power:
        return f"({argument})" + (f"^{{{activation.power}}}" if activation.power > 1 else "")
    macro = _MACROS.get(activation.name)
    if macro is not None:
        return rf"{macro}({argument})"
    if not _short(activation) and is_registered(activation) and activation.name.isidentifier():
        name = activation.name.replace("_", r"\_")
        return rf"\operatorname{{{name}}}({argument})"
    return rf"\sigma({argument})"


def where(activation: Activation) -> str:
    r"""What $\sigma$ is, if `applied` writes it so."""
    if not applied(activation, "z").startswith(r"\sigma") or activation.is_unspecified:
        return ""
    return rf",\ \sigma(z) = {sympy.latex(activation.formula)}"


def _short(activation: Activation) -> bool:
    return len(sympy.latex(activation.formula)) <= SHORT


def total(index: str, count: int, term: Callable[[str], str]) -> str:
    """The sum of a term over 1, ..., count; the term itself where there is one."""
    if count == 1:
        return term("1")
    return rf"\sum_{{{index}=1}}^{{{count}}} {term(index)}"


def inside(name: str, *sizes: int) -> str:
    """Where a vector or matrix lives, after a comma."""
    space = r" \times ".join(map(str, sizes))
    power = "" if space == "1" else f"^{{{space}}}"
    return rf",\ {name} \in \mathbb{{R}}{power}"


def shape(name: str, values: Sequence[int]) -> str:
    """The sizes name_0, name_1, ..., after a comma."""
    listed = ", ".join(map(str, values))
    last = len(values) - 1
    between = r"\dots, " if last > 1 else ""
    return rf",\ ({name}_0, {between}{name}_{{{last}}}) = ({listed})"


__all__ = ["applied", "inside", "shape", "total", "where"]
