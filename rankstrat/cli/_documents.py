"""What `stratify --json` and `branches --json` print: tables with a certificate for each row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from rankstrat.cli._answer import Answer
from rankstrat.cli._bundle import BRANCHES, MOST_CERTIFICATES, STRATA, certified, target_texts
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.strata import RankHierarchy
from rankstrat.strata.stratum import Stratum
from rankstrat.targets import LeastRank, TargetSet


def strata_document(hierarchy: RankHierarchy, seed: int) -> str:
    """The hierarchy with a certificate for each stratum, and the largest rank on top."""
    document = {"format": STRATA, **json.loads(hierarchy.to_json())}
    strata = hierarchy.strata[:MOST_CERTIFICATES]
    document["certificates"] = certified(rank for _, rank in ranks(strata, seed))
    top = model_rank(hierarchy.model.generic(), seed=seed)
    verdicts = [hierarchy.coverage.verdict, *(s.verdict for s in hierarchy.strata)]
    answer = Answer.between("the largest model rank", top.lower, top.upper, verdicts)
    return answer.on_top_of(document)


def ranks(strata: Iterable[Stratum], seed: int) -> Iterator[tuple[str, RankCertificate]]:
    """The ranks at the generic points of strata, or at points of those that have no chart."""
    for stratum in strata:
        chart = stratum.source.chart(stratum.label)
        place = stratum.source.point(stratum.label, seed) if chart is None else chart
        yield str(stratum), model_rank(place, seed=seed)


def branches_document(found: TargetSet, least: LeastRank) -> str:
    """The target set with a certificate for each orbit of branches, and the optimistic sample size
    on top.
    """
    verdicts = {"attained": str(least.attained), "minimal": str(least.minimal)}
    document = {"format": BRANCHES, **json.loads(found.to_json())}
    leaders = [b for b in found.branches if b.representative is None]
    for row, branch in zip(document["branches"], found.branches, strict=True):
        row["leads"] = branch.representative is None
        row["rank"] = (branch.representative or branch).certificate.lower
    target = found.target.expressions
    document["target_in_certificates"] = target_texts(found.model.generic(), target)
    document["optimistic_sample_size"] = {
        "lower": least.lower, "upper": least.upper, **verdicts
    }  # fmt: skip
    document["certificates"] = certified(b.certificate for b in leaders[:MOST_CERTIFICATES])
    known = [*verdicts.values(), *([] if found.complete else ["OPEN"])]
    answer = Answer.between("the optimistic sample size", least.lower, least.upper, known)
    return answer.on_top_of(document)
