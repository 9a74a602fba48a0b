r"""Linear models $f(x) = \sum_{i=1}^m a_i\,\varphi_i(x)$."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import sympy

from rankstrat.errors import FamilyError
from rankstrat.families._shared.arguments import count, input_names
from rankstrat.families._shared.formulas import total
from rankstrat.families._shared.product_branches import affine_branch
from rankstrat.families._shared.record import FamilyRecord
from rankstrat.frozen import converted
from rankstrat.model.model import Model
from rankstrat.model.values import Shape
from rankstrat.targets import BranchList, TargetFunction
from rankstrat.text.parsing import parse_expression, shown

FAMILY = "linear"
LISTED = 6  # features in a title


def _features(name: str, given: Any) -> int | tuple[str, ...]:
    """A number of inputs, or formulas."""
    if isinstance(given, str | bool) or not isinstance(given, Sequence):
        return count(FAMILY, name, given)
    if not given:
        raise FamilyError(
            "linear: features is empty; at least one formula is needed; write features=['1', 'x1',"
            " 'x1**2']"
        )
    return tuple(map(_formula, given))


@dataclass(frozen=True)
class Linear(FamilyRecord):
    r"""The structure of $\sum_i a_i\,\varphi_i(x)$.

    Attributes:
        features: m, for phi_i = x_i; or formulas phi_1, ..., phi_m in x1, x2, ...
    """

    FAMILY: ClassVar[str] = FAMILY

    features: int | tuple[str, ...] = converted(_features)

    @cached_property
    def blocks(self) -> Mapping[str, Shape]:
        """a (m,)."""
        return {"a": (self.features if isinstance(self.features, int) else len(self.features),)}

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """x1, ..., xd, up to the last one that a feature uses."""
        if isinstance(self.features, int):
            return input_names(self.features)
        used = {
            symbol.name for feature in self.features for symbol in _parsed(feature).free_symbols
        }
        return input_names(max((int(name[1:]) for name in used), default=1))

    @property
    def formula(self) -> str:
        r"""The sum of features, which are listed if they are few."""
        count = self.blocks["a"][0]
        named = isinstance(self.features, int)
        listed = ""
        if not isinstance(self.features, int) and count <= LISTED:
            listed = ", ".join(sympy.latex(_parsed(feature)) for feature in self.features)
            listed = rf",\ \varphi = ({listed})"
        value = total(
            "i", count, lambda i: rf"a_{i}\,x_{i}" if named else rf"a_{i}\,\varphi_{i}(x)"
        )
        return rf"F(\theta)(x) = {value}{listed}"

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        """The one output."""
        if isinstance(self.features, int):
            features = inputs
        else:
            features = [_parsed(feature) for feature in self.features]
        return (
            sympy.Add(*(a * feature for a, feature in zip(blocks["a"], features, strict=True))),
        )

    def branches(self, model: Model, target: TargetFunction) -> BranchList:
        """The branches of a target set; see `rankstrat.target_set`."""
        return affine_branch(model, target)

    def conditions(self, model: Model) -> tuple[()]:
        """None: the rank is the same everywhere."""
        return ()

    def generators(self, model: Model) -> tuple[()]:
        """None that matter."""
        return ()


def _parsed(text: str) -> sympy.Expr:
    return parse_expression(text, {name: sympy.Symbol(name) for name in input_names(100)})


def _formula(feature: Any) -> str:
    if isinstance(feature, int | str | sympy.Expr) and not isinstance(feature, bool):
        return str(_parsed(str(feature)))
    raise FamilyError(
        f"linear: the feature {shown(repr(feature))} is of type {type(feature).__name__}; a formula"
        " in x1, x2, ... is needed; write 'x1**2'"
    )


def linear(features: int | Sequence[Any]) -> Model:
    r"""$f(x) = \sum_{i=1}^m a_i\,\varphi_i(x)$ with parameters a (m,).

    Args:
        features: m, for $\varphi_i(x) = x_i$; or the formulas of the features in x1, x2, ... (at
            most x100).

    Raises:
        FamilyError: neither a positive whole number nor formulas.
        ParseError: a formula outside the language of model files.

    References:
        LSH; LLR Corollary 3.

    Example:
        >>> linear(features=["1", "x1", "x1**2"]).outputs
        (a1 + a2*x1 + a3*x1**2,)
    """
    return Model.of(Linear(features))  # type: ignore[arg-type]
