"""rankstrat: what a parametric model can do near a parameter point, exactly and with evidence.

A public name is one line of the stub beside this file, `__init__.pyi`; it is imported when it is
first asked for.
"""

from typing import Any

from rankstrat.late import announce, from_stub

announce("rankstrat.families.recognition")  # asked which family a model of one's own is
__all__, _get = from_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    return _get(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
