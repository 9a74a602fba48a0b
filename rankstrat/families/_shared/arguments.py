"""Checks of family arguments, with errors that name the family and the argument."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy

from rankstrat.activation.lookup import as_activation
from rankstrat.activation.record import Activation
from rankstrat.errors import FamilyError
from rankstrat.text.parsing import shown


def count(family: str, name: str, value: Any, *, least: int = 1) -> int:
    """A whole number that is at least `least`."""
    if isinstance(value, bool | np.bool_) or not isinstance(
        value, int | np.integer | sympy.Integer
    ):
        number = isinstance(value, str) and value.isdecimal()
        hint = f"write {name}={value}" if number else f"write for example {name}=3"
        raise FamilyError(
            f"{family}: {name} = {shown(repr(value))} is of type {type(value).__name__}; a whole"
            f" number is needed; {hint}"
        )
    if value < least:
        raise FamilyError(
            f"{family}: {name} = {value} is too small; at least {least} is needed; write for"
            f" example {name}={max(least, 3)}"
        )
    return int(value)


def flag(family: str, name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, bool | np.bool_):
        hint = f"write {name}=True or {name}=False"
        raise FamilyError(
            f"{family}: {name} = {shown(repr(value))} is of type {type(value).__name__}; a Boolean"
            f" is needed; {hint}"
        )
    return bool(value)


def counts(family: str, name: str, value: Any, *, shortest: int, example: str) -> tuple[int, ...]:
    """A sequence of at least `shortest` positive whole numbers."""
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray):
        raise FamilyError(
            f"{family}: {name} = {shown(repr(value))} is of type {type(value).__name__}; a list of"
            f" whole numbers is needed; write {name}={example}"
        )
    if len(value) < shortest:
        raise FamilyError(
            f"{family}: {name} has {len(value)} entries; at least {shortest} are needed; write"
            f" {name}={example}"
        )
    return tuple(count(family, f"{name}[{i}]", entry) for i, entry in enumerate(value))


def input_names(number: int) -> tuple[str, ...]:
    """x1, ..., xd."""
    return tuple(f"x{t}" for t in range(1, number + 1))


def activation_of(name: str, value: Any) -> Activation:
    """The activation that a user means."""
    return as_activation(value)
