"""Experiments and the atlas as real processes: killed, terminated, cut off from their disk.

No finished cell is lost, none stands twice, none is silently wrong, and the order is that of a run
which nothing disturbs.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import cache

import pytest
from processes import as_anybody, children_of, disk_of, rows_of, run, start, when

slow = pytest.mark.slow
QUICK, LONG = "anchor_functions", "facilitators"
CELLS = {QUICK: 3, LONG: 6}


def report_of(folder, name):
    """The rows of a report, but for their times."""
    data = json.loads((folder / f"{name}.json").read_text())
    assert data["total"] == len(data["rows"])
    return [{**row, "seconds": 0} for row in data["rows"]]


@cache
def undisturbed(name, folder):
    status, _, _ = run("experiment", name, "--save", str(folder))
    assert status == 0
    return report_of(folder, name)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    return lambda name: undisturbed(name, folder)


@pytest.mark.parametrize(
    ("number", "name", "jobs"),
    [
        (signal.SIGKILL, QUICK, "1"),
        *(
            pytest.param(number, LONG, jobs, marks=slow)
            for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
            for jobs in ("1", "2")
        ),
    ],
)
def test_an_experiment_that_is_stopped_goes_on_where_it_was(number, name, jobs, whole, tmp_path):
    words = ["experiment", name, "--save", str(tmp_path), "--jobs", jobs]
    path = tmp_path / f"{name}.jsonl"
    process = start(*words)
    when(path, 2, process, 300)
    process.send_signal(number)
    _, err = process.communicate(timeout=120)
    assert process.returncode and "Traceback" not in err
    before = rows_of(path)
    assert before
    status, _, _ = run(*words)
    assert status == 0
    after = rows_of(path)
    assert after[: len(before)] == before
    assert len({row["key"] for row in after}) == len(after) == CELLS[name]
    assert report_of(tmp_path, name) == whole(name)


@pytest.mark.parametrize("room", [1200, *(pytest.param(r, marks=slow) for r in (170, 1500))])
def test_a_full_disk_under_an_experiment_loses_nothing(room, whole, tmp_path):
    path = tmp_path / f"{QUICK}.jsonl"
    words = ["experiment", QUICK, "--save", str(tmp_path)]
    status, _, err = run(*words, preexec_fn=disk_of(room))
    assert status == 2 and "cannot be written" in err and err.count("\n") == 1
    kept = rows_of(path) if path.stat().st_size else []
    assert path.stat().st_size <= room
    assert run(*words)[0] == 0
    assert rows_of(path)[: len(kept)] == kept
    assert report_of(tmp_path, QUICK) == whole(QUICK)


def test_a_folder_in_which_nothing_can_be_kept_error(tmp_path):
    (tmp_path / "file").write_text("")
    for place in ("/proc/cells", str(tmp_path / "file")):
        status, out, err = run("experiment", QUICK, "--save", place)
        assert (status, out) == (2, "") and err.count("\n") == 1


@slow
@pytest.mark.parametrize(
    "words", [["experiment", QUICK, "--save"], ["atlas", "--family", "linear"]]
)
def test_a_folder_that_may_not_be_written_error(words, tmp_path):
    tmp_path.chmod(0o500)
    status, out, err = run(*words, str(tmp_path), preexec_fn=as_anybody)
    tmp_path.chmod(0o700)
    assert (status, out) == (2, "") and "Permission denied" in err and err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def _journal(change):
    return lambda folder: _changed(folder / f"{QUICK}.jsonl", change)


def _report(change):
    def made(folder):
        (folder / f"{QUICK}.jsonl").unlink()
        return _changed(folder / f"{QUICK}.json", change)

    return made


def _changed(path, change):
    path.write_bytes(change(path.read_bytes()))
    return path


STRANGE = {
    "another text": _journal(lambda good: b"hello\n"),
    "another number": _journal(lambda good: good.replace(b"CONSISTENT", b"INCONSISTENT", 1)),
    "another version": _journal(lambda good: good.replace(b'"version": "', b'"version": "9', 1)),
    "a report of another version": _report(
        lambda good: good.replace(b'"version": "', b'"version": "9', 1)
    ),
    "a report of another seed": _report(lambda good: good.replace(b'"seed": 0', b'"seed": 1', 1)),
    "a report of another experiment": _report(
        lambda good: good.replace(QUICK.encode(), LONG.encode(), 1)
    ),
    "a report with another verdict": _report(
        lambda good: good.replace(b"CONSISTENT", b"REFUTED", 1)
    ),
    "no report": _report(lambda good: b"[" * 10_000),
}


@slow
def test_strange_files_are_refused_and_left_alone(whole, tmp_path):
    whole(QUICK)
    words = ["experiment", QUICK, "--save", str(tmp_path)]
    run(*words)
    good = {file: file.read_bytes() for file in tmp_path.iterdir()}
    for make in STRANGE.values():
        path = make(tmp_path)
        before = path.read_bytes()
        status, out, err = run(*words)
        assert (status, out) == (2, "") and err.count("\n") == 1
        assert path.read_bytes() == before
        for file in tmp_path.iterdir():
            file.unlink()
        for file, content in good.items():
            file.write_bytes(content)


def test_two_experiments_do_not_write_one_folder(whole, tmp_path):
    words = ["experiment", QUICK, "--save", str(tmp_path)]
    processes = [start(*words) for _ in range(2)]
    found = [(*p.communicate(timeout=120), p.returncode) for p in processes]
    assert any(status == 0 for _, _, status in found)
    for _, err, status in found:
        assert status == 0 or (status == 2 and "another process" in err)
    assert report_of(tmp_path, QUICK) == whole(QUICK)


@slow
def test_a_lost_worker_costs_no_cell(whole, tmp_path):
    process = start("experiment", LONG, "--save", str(tmp_path), "--jobs", "2")
    when(tmp_path / f"{LONG}.jsonl", 2, process, 300)
    os.kill(children_of(process)[0], signal.SIGKILL)
    _, err = process.communicate(timeout=600)
    assert process.returncode == 0 and "Traceback" not in err
    assert report_of(tmp_path, LONG) == whole(LONG)
    rows = rows_of(tmp_path / f"{LONG}.jsonl")
    assert len({row["key"] for row in rows}) == len(rows) == CELLS[LONG]


# A cluster


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, each a process; its address and the workers."""
    pytest.importorskip("distributed")
    address = tmp_path / "scheduler.json"
    options = ["--scheduler-file", str(address)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0",
         "--no-dashboard", *options], **quiet)  # fmt: skip
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--no-nanny", "--no-dashboard",
              "--nthreads", "1", *options]  # fmt: skip
    workers = [subprocess.Popen(worker, cwd=tmp_path, **quiet) for _ in range(2)]
    end = time.monotonic() + 60
    while time.monotonic() < end and not address.exists():
        time.sleep(0.1)
    yield json.loads(address.read_text())["address"], workers, scheduler
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


@slow
def test_a_lost_worker_of_a_cluster_costs_no_cell(cluster, whole, tmp_path):
    address, workers, _ = cluster
    process = start("experiment", LONG, "--save", str(tmp_path), "--dask", address)
    when(tmp_path / f"{LONG}.jsonl", 2, process, 300)
    workers[0].kill()
    _, err = process.communicate(timeout=600)
    assert process.returncode == 0 and "Traceback" not in err, err
    assert report_of(tmp_path, LONG) == whole(LONG)


@slow
def test_a_lost_worker_of_a_cluster_costs_no_row(cluster, tmp_path):
    words = ["verify", "linear_rank", "two_layer_rank", "--csv"]
    _, whole, _ = run(*words)
    address, workers, _ = cluster
    process = start(*words, "--save", str(tmp_path), "--dask", address)
    when(tmp_path / "two_layer_rank.jsonl", 2, process, 300)
    workers[0].kill()
    out, err = process.communicate(timeout=600)
    assert (process.returncode, out) == (0, whole) and "Traceback" not in err, err


@slow
def test_a_lost_scheduler_costs_no_row(cluster, tmp_path):
    words = ["verify", "linear_rank", "two_layer_rank", "--csv"]
    _, whole, _ = run(*words)
    address, _, scheduler = cluster
    process = start(*words, "--save", str(tmp_path), "--dask", address)
    when(tmp_path / "two_layer_rank.jsonl", 2, process, 300)
    scheduler.kill()
    out, _ = process.communicate(timeout=600)
    if process.returncode:
        _, out, _ = run(*words, "--save", str(tmp_path))
    assert out == whole


# The atlas

ATLAS = ["--family", "linear"]


def files_of(folder):
    """The files of an atlas but for its journal."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.suffix != ".jsonl"
    }


@slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_atlas_that_is_stopped_goes_on_where_it_was(number, jobs, tmp_path):
    whole, folder = tmp_path / "whole", tmp_path / "atlas"
    assert run("atlas", str(whole), *ATLAS)[0] == 0
    process = start("atlas", str(folder), *ATLAS, "--jobs", jobs)
    when(folder / "atlas.jsonl", 2, process, 300)
    process.send_signal(number)
    _, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    before = rows_of(folder / "atlas.jsonl")
    assert run("atlas", str(folder), *ATLAS, "--jobs", jobs)[0] == 0
    after = rows_of(folder / "atlas.jsonl")
    assert after[: len(before)] == before
    assert len({row["key"] for row in after}) == len(after)
    assert files_of(folder) == files_of(whole)


@slow
def test_a_full_disk_under_the_atlas_loses_nothing(tmp_path):
    whole, folder = tmp_path / "whole", tmp_path / "atlas"
    assert run("atlas", str(whole), *ATLAS)[0] == 0
    status, _, err = run("atlas", str(folder), *ATLAS, preexec_fn=disk_of(2000))
    assert status == 2 and "cannot be written" in err
    assert run("atlas", str(folder), *ATLAS)[0] == 0
    assert files_of(folder) == files_of(whole)


@slow
def test_a_lost_worker_costs_no_model_of_the_atlas(tmp_path):
    whole, folder = tmp_path / "whole", tmp_path / "atlas"
    assert run("atlas", str(whole), *ATLAS)[0] == 0
    process = start("atlas", str(folder), *ATLAS, "--jobs", "2")
    while process.poll() is None and not children_of(process):
        time.sleep(0.01)
    os.kill(children_of(process)[0], signal.SIGKILL)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0 and "Traceback" not in err, err
    assert files_of(folder) == files_of(whole)
