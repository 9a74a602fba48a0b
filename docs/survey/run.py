"""Ask every verb about models as users bring them: verdict and seconds, in survey.json and
../survey.md.

Run: python docs/survey/run.py [seconds for each answer]
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models import Brought, brought

import rankstrat as rs
from rankstrat.errors import RankstratError

WAIT = 3
HERE = Path(__file__).parent
Facts = dict[str, Any]


def point_of(model: rs.Model) -> Any:
    """Distinct small whole numbers."""
    return model.point(list(range(2, model.size + 2)))


def generic(m: Brought, s: float) -> Facts:
    """The generic rank."""
    found = rs.model_rank(m.model, budget=s)
    right = m.rank is None or found.lower <= m.rank <= found.upper
    return {"verdict": found.verdict, "value": f"[{found.lower}, {found.upper}]", "right": right}


def at_point(m: Brought, s: float) -> Facts:
    """The rank at a point is at most the generic one."""
    found = rs.model_rank(point_of(m.model), budget=s)
    right = m.rank is None or found.lower <= m.rank
    return {"verdict": found.verdict, "value": f"[{found.lower}, {found.upper}]", "right": right}


def strata(m: Brought, s: float) -> Facts:
    """The level of the generic rank has full dimension, the others less."""
    found = rs.stratify(m.model, budget=s)
    tops = [v.rank for v in found.levels if v.dimension.lower == m.model.size]
    right = m.rank is None or all(rank == m.rank for rank in tops)
    many = f"{len(found.levels)} ranks"
    return {"verdict": found.coverage.verdict, "value": many, "right": right}


def stratum(m: Brought, s: float) -> Facts:
    """The stratum of a point."""
    found = rs.stratum_of(point_of(m.model), budget=s)
    right = m.rank is None or found.rank <= m.rank
    return {"verdict": found.verdict, "value": f"rank {found.rank}", "right": right}


def nearby(m: Brought, s: float) -> Facts:
    """Conditions that nearly hold at floats."""
    values = {str(p): 0.001 + i % 2 for i, p in enumerate(m.model.parameters)}
    found = rs.nearest_strata(m.model, values, tolerance=0.01, budget=s)
    return {"verdict": "OPEN" if found.ended else "answered", "value": "", "right": True}


def targets(m: Brought, s: float) -> Facts:
    """The target set of a point holds the point; a fibre is no larger than the kernel."""
    point = point_of(m.model)
    found = rs.target_set(m.model, point, budget=s)
    holds = found.by_orbits or not found.complete or bool(found.branches_of(point))
    verdict = "PROVED" if found.complete else "OPEN"
    return {"verdict": verdict, "value": f"{found.count} branches", "right": holds}


def least(m: Brought, s: float) -> Facts:
    """The least rank is at most that at a point."""
    point = point_of(m.model)
    found = rs.optimistic_sample_size(rs.target_set(m.model, point, budget=s), budget=s)
    upper = rs.model_rank(point, budget=s).upper
    right = found.lower <= upper
    verdict = found.minimal if found.value is not None else "OPEN"
    return {"verdict": verdict, "value": f"[{found.lower}, {found.upper}]", "right": right}


def local(m: Brought, s: float) -> Facts:
    """The fibre lies in directions that no tangent function sees."""
    point = point_of(m.model)
    found = rs.target_set(m.model, point, budget=s).local_dimension(point)
    rank = rs.model_rank(point, budget=s).lower
    right = found.lower <= m.model.size - rank
    return {"verdict": found.verdict, "value": f"[{found.lower}, {found.upper}]", "right": right}


def identifiable(m: Brought, s: float) -> Facts:
    """Locally identifiable exactly where the rank is the number of parameters."""
    found = rs.identifiability(m.model, budget=s)
    certificate = found.rank
    right = m.rank is None or certificate.lower <= m.rank <= certificate.upper
    return {
        "verdict": certificate.verdict,
        "value": f"rank [{certificate.lower}, {certificate.upper}]",
        "right": right,
    }


def symmetric(m: Brought, s: float) -> Facts:
    """Verified symmetries."""
    found = rs.symmetries(m.model, budget=s)
    return {"verdict": "answered", "value": f"{len(found)} generators", "right": True}


def laws(m: Brought, s: float) -> Facts:
    """Conserved quantities of gradient flow: at most as many as directions without effect."""
    found = rs.conservation_laws(m.model)
    return {"verdict": "answered", "value": str(found).split("\n", 1)[0], "right": True}


def learning(m: Brought, s: float) -> Facts:
    """The learning coefficient is at most half the number of parameters."""
    found = rs.learning_coefficient(point_of(m.model))
    right = found.lower <= half_of(m.model.size)
    return {"verdict": found.verdict, "value": f"[{found.lower}, {found.upper}]", "right": right}


def half_of(size: int) -> Any:
    """Half of a number, exactly."""
    return rs.exact(f"{size}/2")


VERBS: dict[str, Callable[[Brought, float], Facts]] = {
    "model_rank": generic,
    "model_rank at a point": at_point,
    "identifiability": identifiable,
    "stratify": strata,
    "stratum_of": stratum,
    "nearest_strata": nearby,
    "target_set": targets,
    "optimistic_sample_size": least,
    "local_dimension": local,
    "symmetries": symmetric,
    "conservation_laws": laws,
    "learning_coefficient": learning,
}


def answers(m: Brought, verbs: list[str], seconds: float, results: Any) -> None:
    """One row for each verb, sent as soon as it is known."""
    for verb in verbs:
        start = time.perf_counter()
        try:
            row = VERBS[verb](m, seconds)
        except RankstratError as error:
            row = {"verdict": "refused", "value": str(error)[:200], "right": True}
        except Exception as error:  # a fault of the package is a row as well
            row = {"verdict": "FAULT", "value": f"{type(error).__name__}: {error}"[:200]}
            row["right"] = False
        row |= {"verdict": str(row["verdict"]), "seconds": round(time.perf_counter() - start, 2)}
        results.send((verb, row))


def asked(m: Brought, seconds: float) -> Facts:
    """All rows of a model; a verb that does not answer in three times its seconds is stopped."""
    rows: Facts = {}
    fork = multiprocessing.get_context("fork")
    while len(rows) < len(VERBS):
        left = [verb for verb in VERBS if verb not in rows]
        here, there = fork.Pipe(duplex=False)
        process = fork.Process(target=answers, args=(m, left, seconds, there))
        process.start()
        while len(rows) < len(VERBS) and here.poll(WAIT * seconds):
            verb, row = here.recv()
            rows[verb] = row
        if len(rows) < len(VERBS):
            verb = next(verb for verb in VERBS if verb not in rows)
            rows[verb] = {"verdict": "no answer", "value": "", "right": True}
            rows[verb]["seconds"] = WAIT * seconds
        process.terminate()
        process.join()
    return rows


def page(found: dict[str, Facts], seconds: float) -> str:
    """The table."""
    counted = Counter(row["verdict"] for rows in found.values() for row in rows.values())
    wrong = sum(not row["right"] for rows in found.values() for row in rows.values())
    summary = ", ".join(f"{many} {verdict}" for verdict, many in counted.most_common())
    lines = [
        "# What users bring",
        "",
        f"{len(found)} models as they are written by hand, asked by {len(VERBS)} verbs, each answer"
        f" with a budget of {seconds:g} seconds: {summary}; {wrong} wrong.",
        "A cell has the verdict and the seconds of one run on a shared machine. `answered` is a"
        " list or a table without one verdict for the whole; `refused` names what is needed; `no"
        " answer` was stopped.",
        "Right is what hand derivations say: the generic rank of each model stands in"
        " `docs/survey/models.py`, and no answer may contradict it, nor another answer.",
        "`python docs/survey/run.py` computes the table anew; `docs/survey/survey.json` has the"
        " values and the words of each refusal.",
        "",
        "| model | " + " | ".join(f"`{verb}`" for verb in VERBS) + " |",
        "|---|" + "---|" * len(VERBS),
    ]
    for name, rows in found.items():
        cells = [f"{rows[verb]['verdict']} {rows[verb]['seconds']:g}" for verb in VERBS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def main(seconds: float) -> None:
    """Compute and store all."""
    found: dict[str, Facts] = {}
    for m in brought():
        found[m.name] = asked(m, seconds)
        brief = Counter(row["verdict"] for row in found[m.name].values())
        bad = [verb for verb, row in found[m.name].items() if not row["right"]]
        words = " ".join((m.name, str(dict(brief)), *(f"WRONG: {verb}" for verb in bad)))
        sys.stdout.write(words + "\n")
        sys.stdout.flush()
        text = json.dumps({"budget": seconds, "models": found}, indent=1)
        (HERE / "survey.json").write_text(text + "\n", encoding="utf-8")
        (HERE.parent / "survey.md").write_text(page(found, seconds), encoding="utf-8")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)
