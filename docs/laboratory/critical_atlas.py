"""Writes critical_atlas.json: certified critical functions of two data sets, with their points.

`python docs/laboratory/critical_atlas.py` takes some minutes.
"""

from __future__ import annotations

import json
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import sympy

import rankstrat as rs
from rankstrat.dynamics.atlas import CriticalFunction
from rankstrat.experiments.critical_points import INPUTS, labels

NARROWER = tuple(Fraction(k, 2) for k in range(-6, 7))
"""The inputs of the second target, tanh(2 x - 1) - tanh(x + 2)."""


def other_labels() -> list[sympy.Expr]:
    """The labels of the second target."""
    places = [sympy.Rational(x.numerator, x.denominator) for x in NARROWER]
    return [sympy.tanh(2 * x - 1) - sympy.tanh(x + 2) for x in places]


DATA = {
    "tanh(x - 7) + tanh(x) + tanh(x + 7) at 50 points of [-15, 14]": (INPUTS, labels, 3, 4000),
    "tanh(2 x - 1) - tanh(x + 2) at 13 points of [-3, 3]": (NARROWER, other_labels, 2, 400),
}
"""What -> inputs, labels, width, starts in every width."""


def row(found: CriticalFunction) -> dict[str, Any]:
    """One function as plain data; the point as floats in the box of its enclosure."""
    signs = found.inertia
    return {
        "width": found.width,
        "loss": found.loss,
        "radius": found.radius,
        "inertia": None if signs is None else [signs.positive, signs.zero, signs.negative],
        "kind": found.kind,
        "verdict": str(found.verdict),
        "point": [] if found.point is None else [float(b.mid()) for b in found.point.box],
    }


def main() -> None:
    """Searches, certifies and writes."""
    stored = []
    for what, (inputs, wanted, width, starts) in DATA.items():
        begin = time.process_time()
        atlas = rs.critical_functions(
            rs.families.two_layer(width, 1, bias=True), inputs, wanted(), starts=starts, seed=0
        )
        stored.append(
            {
                "what": what, "width": width, "starts": starts, "seed": 0,
                "refused": atlas.refused, "seconds": round(time.process_time() - begin),
                "functions": [row(f) for f in atlas.functions],
            }
        )  # fmt: skip
    place = Path(__file__).with_suffix(".json")
    place.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{[len(s['functions']) for s in stored]} functions in {place}\n")


if __name__ == "__main__":
    main()
