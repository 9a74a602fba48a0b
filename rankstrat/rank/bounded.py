"""A whole number between two bounds, with the verdict that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import total_ordering

from rankstrat.errors import BudgetError
from rankstrat.frozen import settle
from rankstrat.rank.verdict import Verdict


@total_ordering
@dataclass(frozen=True, eq=False)
class Bounded:
    r"""$\text{lower} \leq n \leq \text{upper}$: an integer where the bounds meet, else a bound
    with its side.

    Attributes:
        lower: proved from below.
        upper: proved from above; None where nothing is known.
        reason: how it is known, or what is missing.
        verdict: how the number is known, PROVED by default where the bounds meet; OPEN where they
            differ.
        of: what is counted, for error messages.

    Example:
        >>> two, some = Bounded(2, 2, "a chart"), Bounded(2, None, "a chart")
        >>> two == 2, int(two) + 1, str(some), str(some.verdict)
        (True, 3, '>= 2', 'OPEN')
    """

    lower: int
    upper: int | None
    reason: str
    verdict: Verdict = Verdict.PROVED
    of: str = field(default="the number", repr=False)

    def __post_init__(self) -> None:
        if self.upper is not None and self.upper < self.lower:
            raise ValueError(
                f"the bounds {self.lower} and {self.upper} of {self.of} are not ordered; the first"
                " must be at most the second"
            )
        if self.value is None:
            settle(self, verdict=Verdict.OPEN)

    @property
    def value(self) -> int | None:
        """The number, or None where the bounds differ."""
        if self.lower == self.upper:
            return self.lower
        return None

    def __int__(self) -> int:
        if self.value is None:
            raise BudgetError(
                f"{self.of} is only known to be {self} ({self.reason}); use .lower and .upper"
            )
        return self.value

    __index__ = __int__

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Bounded):
            return (self.lower, self.upper) == (other.lower, other.upper)
        return self.value is not None and self.value == other

    def __lt__(self, other: int | Bounded) -> bool:
        return int(self) < int(other)

    def __hash__(self) -> int:
        if self.value is not None:
            return hash(self.lower)
        return hash((self.lower, self.upper))

    def __add__(self, other: int | Bounded) -> int:
        return int(self) + int(other)

    def __sub__(self, other: int | Bounded) -> int:
        return int(self) - int(other)

    def __rsub__(self, other: int) -> int:
        return other - int(self)

    __radd__ = __add__

    def __str__(self) -> str:
        if self.value is not None:
            return str(self.value)
        if self.upper is None:
            return f">= {self.lower}"
        if self.lower <= 0:
            return f"<= {self.upper}"
        return f"in [{self.lower}, {self.upper}]"

    def __format__(self, spec: str) -> str:
        if spec:
            return format(int(self), spec)
        return str(self)

    def __repr__(self) -> str:
        if self.verdict is Verdict.PROVED:
            return str(self)
        return f"<{self}  [{self.verdict}: {self.reason}]>"

    @property
    def cell(self) -> int | str:
        """What stands in a table: the integer, or the bound with its side."""
        if self.value is not None:
            return self.value
        return str(self)

    def complement(self, whole: int) -> Bounded:
        """`whole` less the number, as a codimension is."""
        lower = 0 if self.upper is None else whole - self.upper
        return Bounded(lower, whole - self.lower, self.reason, self.verdict, f"co{self.of}")


__all__ = ["Bounded"]
