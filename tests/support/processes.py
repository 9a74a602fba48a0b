"""The command line as real processes, and the files that they leave."""

from __future__ import annotations

import ctypes
import json
import resource
import subprocess
import sys
import time
from pathlib import Path


def start(*words, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "rankstrat", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip


def run(*words, **options):
    process = start(*words, **options)
    out, err = process.communicate(timeout=600)
    assert "Traceback" not in out + err
    return process.returncode, out, err


def when(path, lines, process, seconds=60):
    """Wait until a file has so many lines."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        if path.exists() and path.read_bytes().count(b"\n") >= lines:
            return
        time.sleep(0.002)


def rows_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()][1:]


def disk_of(room):
    """A function that leaves a process room for so many bytes in any file."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))


def as_anybody():
    """Let a process obey the modes of files and folders, which root may ignore."""
    drop, ignores_modes = 24, (1, 2)  # PR_CAPBSET_DROP; CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    for capability in ignores_modes:
        ctypes.CDLL(None).prctl(drop, capability, 0, 0, 0)


def children_of(process):
    """The processes that a process has started to compute in."""
    words = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(w) for w in words if "spawn_main" in Path(f"/proc/{w}/cmdline").read_text()]
