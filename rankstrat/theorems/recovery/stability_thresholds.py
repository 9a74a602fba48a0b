r"""Recovery stability: from how many generic samples almost every point of a branch is stable, and
below unstable.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.rank.verdict import Verdict
from rankstrat.samples.stability import recovery_thresholds
from rankstrat.text.tables import Math
from rankstrat.theorems.target_sets.branch_ranks import branch_of, indices
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = ((2, 1, 2), (2, 2, 2), (4, 2, 3), (4, 2, 7))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Width m, neurons m0 of the target, inputs d, r and l of the branch, and which threshold."""
    sizes = list(_DEFAULT)
    if deep:
        sizes += [
            (m, k, d)
            for m in range(1, 6)
            for k in range(1, m + 1)
            for d in (1, 2, 5)
            if (m, k) != (5, 1)
        ]
    for m, k, d in dict.fromkeys(sizes):
        for r, alone in indices(m, k):
            for threshold in ("unstable up to", "stable from"):
                yield {"m": m, "m0": k, "d": d, "r": r, "l": alone, "threshold": threshold}


def predicted(case: Case, seed: int) -> int:
    """r + (m + m0 - r)d; r + (r - l)d, one less if the two coincide."""
    m, k, d, r, alone = (case[name] for name in ("m", "m0", "d", "r", "l"))
    if case["threshold"] == "stable from":
        return int(r + (m + k - r) * d)
    return int(r + (r - alone) * d - (alone == 2 * r - m - k))


def computed(case: Case, seed: int) -> Computed:
    """The threshold from the certified generic rank of the branch and its codimension."""
    branch = branch_of(case, seed)
    found, certificate = recovery_thresholds(branch), branch.certificate
    stable = case["threshold"] == "stable from"
    value = found.stable_from if stable else found.unstable_up_to
    verdict = Verdict.PROVED if stable else certificate.verdict
    statement = f"{branch.label}: codimension {found.codimension}, {certificate}"
    return Computed(value, value, verdict, branch.model.size, statement, certificate.error_bound)


THEOREM = Theorem(
    name="stability_thresholds",
    title="Recovery stability of the branches of a target set",
    statement=(
        r"On a branch with $r$ distinct input weights and deficient number $l$, for generic"
        r" samples almost every point is recovery stable for $n \geq r + (m + m_0 - r)d$, and none"
        r" is for $n \leq r + (r-l)d$ if $l > 2r - m - m_0$, for $n < r + (r-l)d$ if"
        r" $l = 2r - m - m_0$, where both numbers are equal. The non-condensed branches become"
        r" stable first ($m + m_0 d$), the condensed ones last ($m_0 + md$); between the two"
        r" numbers nothing is claimed."
    ),
    source="STR Theorem 5.4, corrected here where both bounds meet",
    keys=("STR",),
    assumptions=(
        "generic samples (separating ones are not enough)",
        r"no bias; $\sigma$ is generic in the sense of STR (exp is; tanh is not)",
        (
            "'stable from' is arithmetic: the codimension c of the branch as it is listed;"
            " 'unstable up to' is the rank that the engine computes, or c - 1"
            " where that is smaller; stability_morse_bott tests samples"
        ),
    ),
    formula=Math(
        "r + (m+m0-r)d, r + (r-l)d - [equal]", r"r + (m+m_0-r)d,\ r + (r-l)d - [l = 2r-m-m_0]"
    ),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="sample size, from rank and codimension",
    column="listed c, or min(computed rank, c - 1)",
)
