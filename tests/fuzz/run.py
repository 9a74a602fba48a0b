"""Fuzz the command line for as long as one likes: `python tests/fuzz/run.py [SECONDS] [SEED]`."""

from __future__ import annotations

import random
import shlex
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import fuzzing


def main(seconds: float = 3600, seed: int = 0) -> int:
    """Print every fault with its seed; the number of faults, at most 1."""
    end, count, faults = time.monotonic() + seconds, 0, 0
    while time.monotonic() < end:
        one = fuzzing.call(random.Random(seed + count))
        found = fuzzing.outcome(one)
        if found.fault:
            faults += 1
            print(
                f"seed {seed + count}: {found.fault}\n  {shlex.join(one.words)[:300]}", flush=True
            )
            for name, text in one.files:
                print(f"  {name}: {text[:400]}", flush=True)
        count += 1
    print(f"{count} calls, {faults} faults")
    return min(faults, 1)


if __name__ == "__main__":
    sys.exit(main(*(float(w) for w in sys.argv[1:2]), *(int(w) for w in sys.argv[2:3])))
