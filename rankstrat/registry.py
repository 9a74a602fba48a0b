r"""Registries: what the files of a folder define, then what installed packages announce.

There is nothing to register by hand. A file of the folder is found by its name, a guest by an entry
point of the group; a guest never replaces what is built in.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib.metadata import entry_points
from types import ModuleType
from typing import Generic, TypeVar

from rankstrat.errors import FamilyError
from rankstrat.text.parsing import nearest, shown

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """Name -> object: those built in, then those of installed packages.

    Args:
        what: what a name stands for, for error messages.
        group: the entry-point group of guests.
        own: the objects built in, by name; called once, when first asked.
        attempt: what to do instead of naming one.
        kind: the type that a guest must have.
        aliases: other names in use.
    """

    def __init__(
        self,
        what: str,
        group: str,
        own: Callable[[], Mapping[str, T]],
        *,
        attempt: str,
        kind: type[T] | None = None,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        self.what, self.group, self.attempt, self.kind = what, group, attempt, kind
        self.aliases = dict(aliases or {})
        self._own = own

    @cached_property
    def _built_in(self) -> dict[str, T]:
        return dict(self._own())

    @cached_property
    def _found(self) -> dict[str, T]:
        found = dict(self._built_in)
        for point in entry_points(group=self.group):
            if point.name in found:
                continue
            guest = point.load()
            if self.kind is not None and not isinstance(guest, self.kind):
                kind = self.kind.__name__
                article = "an" if kind[0] in "AEIOU" else "a"
                raise FamilyError(
                    f"the entry point {point.name} of {self.group} is not {article} {kind};"
                    f" announce {article} {kind}(...) object"
                )
            # an object may say under which name it goes
            found.setdefault(str(getattr(guest, "name", point.name)), guest)
        return found

    def __getitem__(self, name: str) -> T:
        if not isinstance(name, str):
            raise FamilyError(
                f"the {self.what} {shown(repr(name))} is not a name; use one of those listed, such"
                f" as {next(iter(self))!r}; {self.attempt}"
            )
        key = self.aliases.get(name, name)
        # a guest's module may import this package while it is imported itself, so guests are only
        # loaded for names that are not built in
        found = self._built_in.get(key) or self._found.get(key)
        if found is None:
            known = f"known are {', '.join(self._found)}"
            hint = nearest(name, (*self._found, *self.aliases)) or known
            raise FamilyError(
                f"the {self.what} {shown(repr(name))} is unknown; {hint}; or {self.attempt}"
            )
        return found

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        key = self.aliases.get(name, name)
        return key in self._built_in or key in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def _ipython_key_completions_(self) -> list[str]:
        """What a notebook offers between brackets."""
        return list(self)

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        return f"<{len(self)} {self.what} names: {', '.join(self)}>"


def modules(package: ModuleType, *, deep: bool = False) -> Iterator[tuple[str, ModuleType]]:
    """Short names and modules of the files and folders of a package that have no leading
    underscore.

    Args:
        package: the folder.
        deep: the files in its folders, instead of its own.
    """
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        short = found.name.rpartition(".")[2]
        if short.startswith("_") or (deep and not found.ispkg):
            continue
        module = importlib.import_module(found.name)
        if deep:
            yield from modules(module)
        else:
            yield short, module


__all__ = ["Registry", "modules"]
