"""The training cells of the anchor functions, on a machine that has torch and numpy alone.

``python tests/bench/deep_anchors.py [SECONDS]`` prints one JSON object; a cell that does not fit
into the time is left out.
"""

import importlib.util
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2] / "rankstrat" / "experiments"


def load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


anchors, training = load("_anchors"), load("_anchor_training")
STEPS, SIZES = 3000, (250, 500, 1000, 2000, 4000)


def withheld(gamma, seed):
    found = anchors.table("composite")
    found = replace(found, shifts={**found.shifts, (3, 4): -6})
    seen = tuple(p for p in found.shifts if p != (4, 3))
    data = anchors.sequences(found, 4000, (seed, 83), seen)
    answers, history = training.train(*data, gamma=gamma, steps=STEPS, seed=seed)
    x, y = anchors.sequences(found, 1000, (seed, 84), ((4, 3),))
    given = answers(x) - (y - found.shifts[4, 3])
    fresh, wanted = anchors.sequences(found, 2000, (seed, 87), seen)
    return {
        "what": "withheld pair", "gamma": gamma, "seed": seed,
        "composed (-10)": float(np.mean(given == -10)),
        "symmetric (-6)": float(np.mean(given == -6)),
        "accuracy on seen pairs": float(np.mean(answers(fresh) == wanted)),
        "last loss": history[-1][1],
    }  # fmt: skip


def accuracy(kind, size, seed):
    found = anchors.table(kind, (seed, 81))
    data = anchors.sequences(found, size, (seed, 85))
    answers, history = training.train(*data, gamma=0.8, steps=STEPS, seed=seed)
    x, y = anchors.sequences(found, 2000, (seed, 86))
    return {
        "what": "accuracy", "kind": kind, "size": size, "seed": seed,
        "accuracy": float(np.mean(answers(x) == y)), "last loss": history[-1][1],
    }  # fmt: skip


def main():
    budget = float(sys.argv[1]) if len(sys.argv) > 1 else 480.0
    start, rows = time.monotonic(), []
    jobs = [(withheld, (gamma, seed)) for seed in (0, 1) for gamma in (0.5, 0.8)]
    jobs += [
        (accuracy, (kind, size, 0))
        for size in SIZES
        for kind in ("composite", "symmetric", "random")
    ]
    slowest = 0.0
    for call, arguments in jobs:
        begin = time.monotonic()
        if begin - start + slowest > budget:
            break
        rows.append(call(*arguments))
        slowest = max(slowest, time.monotonic() - begin)
        rows[-1]["seconds"] = round(time.monotonic() - begin, 1)
        print(rows[-1], file=sys.stderr, flush=True)
    print(json.dumps({"experiment": "anchor_functions", "jobs": len(jobs), "rows": rows}))


if __name__ == "__main__":
    main()
