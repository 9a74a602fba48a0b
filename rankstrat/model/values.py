"""Exact values: ints, fractions and sympy expressions; floats only on explicit request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias, overload

import numpy as np
import sympy

from rankstrat.algebra.powers import MOST_DIGITS, is_long
from rankstrat.errors import InexactValueError, PointError
from rankstrat.text.parsing import block_symbols, exact_value

Exact: TypeAlias = int | Fraction | Any  # Any: a sympy expression
Shape: TypeAlias = tuple[int, ...]


def exact(value: Any, *, denominator: int | None = None) -> Any:
    r"""The exact rational value of a float, entry by entry for lists, arrays and mappings: the
    explicit request.

    Args:
        value: a number, a nested list, a numpy array or a mapping of them.
        denominator: None for the binary value itself (0.1 has denominator 2^55); otherwise the
            nearest fraction with at most this denominator.

    Raises:
        PointError: nan or infinity.

    Example:
        >>> exact(0.5), exact([0.1, 2], denominator=100)
        (Fraction(1, 2), [Fraction(1, 10), 2])
    """
    if isinstance(value, Mapping):
        return {k: exact(v, denominator=denominator) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [exact(v, denominator=denominator) for v in value]
    if isinstance(value, float | np.floating):
        if not np.isfinite(value):
            raise PointError(
                f"{value} is not a finite number; only finite floats have an exact value"
            )
        fraction = Fraction(float(value))
        if denominator is None:
            return fraction
        return fraction.limit_denominator(denominator)
    return exact_scalar("value", value)


def listed(items: Iterable[Any]) -> str:
    """The first few items and how many there are."""
    names = [str(i) for i in items]
    return ", ".join(names[:8]) + (f", ... ({len(names)} in all)" if len(names) > 8 else "")


class Names:
    """Symbols by themselves or by name; a name that several of them have means none of them."""

    def __init__(self, symbols: Iterable[sympy.Symbol]) -> None:
        self._own = dict.fromkeys(symbols)

    @cached_property
    def _named(self) -> dict[str, list[sympy.Symbol]]:
        named: dict[str, list[sympy.Symbol]] = {}
        for symbol in self._own:
            named.setdefault(str(symbol), []).append(symbol)
        return named

    def find(self, key: Any) -> sympy.Symbol | None:
        """The symbol that a key means, or None.

        Raises:
            PointError: a name, or another symbol of that name, that could mean several symbols.
        """
        if isinstance(key, sympy.Symbol) and key in self._own:
            return key
        matches = self._named.get(str(key), [])
        if len(matches) > 1:
            raise PointError(
                f"{key} could mean {len(matches)} different symbols of that name; one is needed;"
                " give the symbol itself"
            )
        if matches:
            return matches[0]
        return None


def distinct_names(
    symbols: Iterable[sympy.Symbol], taken: Iterable[str] = ()
) -> dict[sympy.Symbol, str]:
    """A name for each symbol, its own where no other one has it.

    Example:
        >>> s, t = sympy.Dummy("t"), sympy.Dummy("t")
        >>> list(distinct_names([s, t]).values())
        ['_t', '_t_2']
    """
    used, result = set(taken), dict[sympy.Symbol, str]()
    for symbol in symbols:
        name, n = str(symbol), 1
        while name in used:
            n += 1
            name = f"{symbol}_{n}"
        used.add(name)
        result[symbol] = name
    return result


def in_order(symbols: Iterable[sympy.Symbol]) -> list[sympy.Symbol]:
    """Symbols by name, and those of one name by what else tells them apart."""
    by_name: dict[str, list[sympy.Symbol]] = {}
    for symbol in symbols:
        by_name.setdefault(str(symbol), []).append(symbol)
    return [
        symbol
        for name in sorted(by_name)
        for symbol in (
            by_name[name]
            if len(by_name[name]) == 1
            else sorted(by_name[name], key=lambda s: (s.sort_key(), sympy.srepr(s)))
        )
    ]


SIGNS = ("positive", "negative", "zero", "nonnegative", "nonpositive", "nonzero")


def assumption(symbol: sympy.Symbol) -> str:
    """What sympy was told of a symbol beyond that it is real; empty where nothing.

    Example:
        >>> assumption(sympy.Symbol("a", positive=True)), assumption(sympy.Symbol("a"))
        ('positive', '')
    """
    if symbol.is_integer:
        return "an integer"
    return next((word for word in SIGNS if getattr(symbol, f"is_{word}")), "")


def counted(number: int, word: str) -> str:
    """1 point, 2 points."""
    return f"{number} {word}" + ("" if number == 1 else "s")


def exact_scalar(name: object, value: Any) -> Exact:
    """An int, Fraction or exact sympy expression equal to the value; errors print the name.

    Raises:
        InexactValueError: a float; the message writes it as a rational.
    """
    long = PointError(
        f"{name} has more than {MOST_DIGITS} digits; shorter numbers are read; round it"
    )
    if isinstance(value, int | Fraction) and not isinstance(value, bool) and is_long(value):
        raise long
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return value.numerator
        return value
    if isinstance(value, float | np.floating):
        if np.isfinite(float(value)):
            hint = f"write {sympy.Rational(repr(float(value)))}"
        else:
            hint = "give a finite exact number"
        if "/" in hint:
            hint = "write sympy.Rational({}, {})".format(
                *sympy.Rational(repr(float(value))).as_numer_denom()
            )
        raise InexactValueError(f"{name} = {value} is a float; {hint}, or use numerical_rank")
    result = exact_value(value, name=str(name))
    if result.is_Rational:
        return exact_scalar(name, Fraction(int(result.p), int(result.q)))
    if has_long_numbers([result]):
        raise long
    return result


def exact_array(name: str, shape: Shape, given: Mapping[Any, Any]) -> list[Exact]:
    """The entries of one block in row order, from nested lists, arrays or a sympy Matrix.

    Raises:
        PointError: no values, or the wrong shape.
    """
    if name not in given:
        raise PointError(
            f"no values for the block {name} of shape {shape}; give {name}=... as a nested list"
        )
    array = np.empty(shape, dtype=object)
    value = given[name]
    raw = value if isinstance(value, np.ndarray) else np.array(value, dtype=object)
    if isinstance(value, sympy.MatrixBase):
        raw = np.array(value.tolist(), dtype=object)
    if raw.shape != tuple(shape):
        raise PointError(
            f"{name} has shape {raw.shape}, but this model needs {tuple(shape)}; give one row for"
            " each unit"
        )
    if raw.dtype.kind in "iu":
        return [int(v) for v in raw.ravel()]
    array[...] = raw
    return [
        exact_scalar(name if not shape else f"{name}[{i}]", v) for i, v in enumerate(array.ravel())
    ]


def assigned(
    parameters: Sequence[sympy.Symbol],
    blocks: Mapping[str, Shape],
    values: Mapping[Any, Any],
    of: str,
) -> dict[sympy.Symbol, Exact]:
    """Exact values of some parameters.

    Args:
        parameters: those that may be named, by themselves or by name.
        blocks: names of arrays of parameters -> shape.
        values: symbol, name or name of a block -> exact value or nested list.
        of: the model, in an error.

    Raises:
        PointError: an unknown name, or a block of the wrong shape.
        InexactValueError: a float.
    """
    known, given = Names(parameters), dict[sympy.Symbol, Exact]()
    for key, value in values.items():
        parameter = known.find(key)
        if parameter is not None:
            given[parameter] = exact_scalar(key, value)
            continue
        name = str(key)
        if name in blocks:
            symbols = block_symbols(name, blocks[name]).ravel()
            given |= zip(symbols, exact_array(name, blocks[name], {name: value}), strict=True)
        else:
            raise PointError(
                f"{name} is not a parameter of {of}; its parameters are {listed(parameters)}"
            )
    return given


def free_symbols(expressions: Iterable[sympy.Expr]) -> set[sympy.Symbol]:
    """The symbols of shared expressions."""
    return {part for part in _parts(expressions) if isinstance(part, sympy.Symbol)}


def has_long_numbers(expressions: Iterable[sympy.Expr]) -> bool:
    """Whether a number has more than `MOST_DIGITS` digits: too long to be printed."""
    numbers = (part for part in _parts(expressions) if isinstance(part, sympy.Rational))
    return any(is_long(Fraction(int(n.p), int(n.q))) for n in numbers)


def _parts(expressions: Iterable[sympy.Expr]) -> set[Any]:
    """All subexpressions, each visited once (sympy's own walks take the whole tree)."""
    seen: set[Any] = set()
    stack: list[Any] = list(expressions)
    while stack:
        part = stack.pop()
        if part not in seen:
            seen.add(part)
            # variables that an integral, a sum or a root of a polynomial binds are not free
            stack.extend(part.free_symbols if _binds(part) else part.args)
    return seen


def _binds(part: Any) -> bool:
    return isinstance(part, sympy.polys.rootoftools.ComplexRootOf) or bool(
        getattr(part, "bound_symbols", ())
    )


class Entries(Sequence[Exact]):
    """The values of a point kept as one integer array for each block, until somebody asks for them
    one by one.

    Equal to the tuple of the same integers, and hashed alike.
    """

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self.arrays: dict[str, Any] = {}
        for name, given in arrays.items():
            kept = np.array(given)
            kept.flags.writeable = False
            self.arrays[name] = kept
        self._length = sum(a.size for a in self.arrays.values())

    @classmethod
    def of(cls, blocks: Mapping[str, Shape], given: Mapping[Any, Any]) -> Entries | None:
        """From an integer array (or int) of the right shape for every block; None if anything else
        was given.
        """
        if set(given) != set(blocks) or not all(
            isinstance(v, np.ndarray | np.integer | int) for v in given.values()
        ):
            return None
        arrays = {name: np.asarray(given[name]) for name in blocks}
        fits = all(
            a.dtype.kind in "iu" and a.shape == tuple(blocks[name]) for name, a in arrays.items()
        )
        if fits:
            return cls(arrays)
        return None

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[int]:
        for array in self.arrays.values():
            yield from array.ravel().tolist()

    @overload
    def __getitem__(self, index: int) -> Exact: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Exact, ...]: ...
    def __getitem__(self, index: int | slice) -> Exact | tuple[Exact, ...]:
        return self._listed[index]

    @cached_property
    def _listed(self) -> tuple[int, ...]:
        return tuple(iter(self))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Entries) and [*self.arrays] == [*other.arrays]:
            return all(np.array_equal(a, other.arrays[name]) for name, a in self.arrays.items())
        return tuple(self) == (tuple(other) if isinstance(other, Entries) else other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Entries({', '.join(f'{name}: {a.shape}' for name, a in self.arrays.items())})"
