"""Every exception of rankstrat, and one check of types that raises them.

Each message has three parts in a sentence or two: what was given, what is needed, what to try. All
of them derive from `RankstratError`, so the command line (and a user) can catch one class and print
one clear line.
"""

from __future__ import annotations

from types import UnionType


class RankstratError(Exception):
    """Base class: a question that cannot be answered as it was put."""


class ModelError(RankstratError, ValueError):
    """The model itself is malformed: empty outputs, a parameter used as an input, an unknown
    symbol, ...
    """


class PointError(RankstratError, ValueError):
    """Values do not fit the model: wrong number, unknown name, missing parameter."""


class InexactValueError(PointError):
    """A float was given where an exact value is needed."""


class PoleError(RankstratError, ZeroDivisionError):
    """The model is not defined at the point or on the chart (division by zero, log of zero)."""


class UnsupportedFunctionError(ModelError):
    """A function the engine does not know."""


class UndecidedError(RankstratError):
    """The independence of a function or constant cannot be decided; the engine refuses to guess."""


class BudgetError(RankstratError):
    """A bound on work was reached before the answer."""


class OutOfTimeError(RankstratError):
    """The `budget` of seconds ended; verbs catch it and return the bounds they have."""


class CertificateError(RankstratError, ValueError):
    """A certificate is malformed or does not check."""


class ParseError(RankstratError, ValueError):
    """A string or a model file that is not in the accepted language."""


class FamilyError(RankstratError, ValueError):
    """Unknown family, activation or theorem, or wrong arguments for one."""


class DataError(RankstratError, ValueError):
    """Samples or data do not fit the model."""


class NotOutputPreservingError(RankstratError):
    """A claimed critical mapping changes the output function."""


class NotCriticalError(RankstratError):
    """A claimed critical mapping preserves the output but not criticality: some tangent function
    leaves the span.
    """


class TargetError(RankstratError, ValueError):
    """A target that is not in the function space of the model, or is malformed."""


class OutsideError(TargetError):
    """A target that is proved not to be in the function space of the model."""


class MissingPackageError(RankstratError, ModuleNotFoundError):
    """An optional package is needed and not installed."""


def demand(
    value: object,
    kind: type | tuple[type, ...] | UnionType,
    error: type[RankstratError],
    needed: str,
    attempt: str,
) -> None:
    """Refuse a value of another type in three parts:
    "an int was given; {needed} is needed; {attempt}".

    Raises:
        RankstratError: the given subclass of it.

    Example:
        >>> demand(3, str, DataError, "a name", "write it in quotes")
        Traceback (most recent call last):
            ...
        rankstrat.errors.DataError: an int was given; a name is needed; write it in quotes
    """
    if not isinstance(value, kind):
        raise error(f"{_one(type(value).__name__)} was given; {needed} is needed; {attempt}")


def _one(name: str) -> str:
    if name == "NoneType":
        return "nothing"
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"
