"""The plain fields on top of everything that `--json` prints: one whole number, its bounds, one
verdict.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.verdict import Verdict, weakest
from rankstrat.text.tables import Table


@dataclass(frozen=True)
class Answer:
    """What a script reads of a document without knowing its kind.

    Attributes:
        quantity: which number it is, in words.
        value: the number; None where its bounds differ.
        lower, upper: its bounds; None where there is none.
        verdict: the weakest verdict of all that the document claims; None where it claims nothing.
    """

    quantity: str
    value: int | None
    lower: int | None
    upper: int | None
    verdict: str | None

    @classmethod
    def between(
        cls, quantity: str, lower: int | None, upper: int | None, verdicts: Iterable[Verdict | str]
    ) -> Answer:
        """A number between two bounds, and the weakest of some verdicts."""
        value = lower if lower == upper else None
        return cls(quantity, value, lower, upper, weakest_word(verdicts))

    @classmethod
    def of_rank(cls, certificate: RankCertificate, quantity: str, *others: Verdict | str) -> Answer:
        """The bounds of a certificate, and the weakest of its verdict and others."""
        verdicts = (certificate.verdict, *others)
        return cls.between(quantity, certificate.lower, certificate.upper, verdicts)

    @classmethod
    def of_listing(cls, table: Table) -> Answer:
        """The number of rows of a list that claims nothing."""
        return cls("the number of rows", len(table.rows), len(table.rows), len(table.rows), None)

    def on_top_of(self, document: Mapping[str, Any]) -> str:
        """The document as JSON, with the plain fields first."""
        fields = asdict(self)
        rest = {name: part for name, part in document.items() if name not in fields}
        return json.dumps({**fields, **rest}, indent=1)


def weakest_word(verdicts: Iterable[Verdict | str]) -> str | None:
    """The weakest verdict as a word; None of none."""
    found = [Verdict(str(verdict)) for verdict in verdicts]
    if not found:
        return None
    return str(weakest(found))
