r"""Arguments of functions by their meaning: constancy, equality and sign are decided, never read
off the text.

An argument $h$ is an element of the field of generators. Two questions are asked of every kind of
function, before a generator for $f(h)$ is declared new: does $h$ depend on the inputs (on the
coordinates), and is it $\pm$ an argument that was met before? A Laurent polynomial in the
generators is its own normal form. Otherwise a nonzero residue of $Dh$ (of $h \mp h'$) modulo a
prime proves the answer no, and an exact expansion the answer yes; what is too large for that raises
an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rankstrat.algebra.differential import Derivation, Terms, laurent
from rankstrat.algebra.generators import CONSTANT_STAGE, Generators
from rankstrat.algebra.relations import vanishes


class Meaning(Generators):
    """Generators that know when two arguments are the same function.

    Args:
        seed: names every random choice.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed
        self.derivations: dict[int, Derivation] = {}
        self._standard: dict[int, int] = {}
        self._not_laurent: set[int] = set()
        self._arguments: dict[str, dict[Any, int]] = {}

    def terms(self, h: int) -> Terms | None:
        """The Laurent polynomial of h where that is a normal form: without roots of unity."""
        terms = laurent(self.program, h, others=self._not_laurent)
        if terms is None or any(self._is_dependent(n) for m in terms for n, _ in m):
            return None
        return terms

    def _is_dependent(self, leaf: int) -> bool:
        """Whether a generator satisfies relations with others, as roots of unity and roots do."""
        return self.kind.get(leaf) in ("unity", "root")

    def standard(self, h: int) -> int:
        """A node equal to h without generators that cancel, whose stage is that of the function.

        Raises:
            UndecidedError: whether h depends on the inputs could not be decided.
        """
        found = self._standard.get(h)
        if found is None:
            found = self._standard[h] = self._standardised(h)
        return found

    def _standardised(self, h: int) -> int:
        terms = self.terms(h)
        if terms is not None:
            return self._from_terms(terms)
        stage = self.stage_of(h)
        while stage > CONSTANT_STAGE:
            if not vanishes(self, self.derivations[stage].of(h), seed=self.seed):
                return h
            h = self.freeze(h, stage)
            stage = min(stage - 1, self.stage_of(h))
        terms = self.terms(h)
        if terms is None:
            return h
        return self._from_terms(terms)

    def _from_terms(self, terms: Terms) -> int:
        program = self.program
        return program.linear(0, [(c, program.product(m)) for m, c in sorted(terms.items())])

    def representative(self, family: str, h: int, *, signed: bool) -> tuple[int, int]:
        """(s, k) with h = s k, where k is the one node that stands for this argument in a family of
        functions.

        `signed` asks for s = -1 as well, for functions with a parity.
        """
        known = self._arguments.setdefault(family, {})
        h = self.standard(h)
        terms = self.terms(h)
        signs = (1, -1) if signed else (1,)
        keys = {s: _key(terms, s) for s in signs}
        for sign, key in keys.items():
            if key is not None and key in known:
                return sign, known[key]
        for other, k in known.items():
            # the terms of a Laurent polynomial are its own; only others need a test
            if (terms is None or isinstance(other, int)) and self.stage_of(h) == self.stage_of(k):
                sign = self._sign_between(h, k, signs)
                if sign:
                    return sign, k
        own = keys[1]
        known[h if own is None else own] = h
        return 1, h

    def _sign_between(self, h: int, k: int, signs: Sequence[int]) -> int:
        """The s among the signs with h = s k, or 0."""
        for sign in signs:
            if (sign, h) == (1, k) or vanishes(
                self, self.program.linear(0, ((1, h), (-sign, k))), seed=self.seed
            ):
                return sign
        return 0


def _key(terms: Terms | None, sign: int) -> frozenset[Any] | None:
    if terms is None:
        return None
    return frozenset((m, sign * c) for m, c in terms.items())


__all__ = ["Meaning"]
