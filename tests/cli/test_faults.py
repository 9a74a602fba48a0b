"""Sweeps that are killed, terminated, cut off from their disk or met by strange files, as real processes.

No finished row is lost, none stands twice, none is silently wrong, and the order is that of a run
which nothing disturbs.
"""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import json
import os
import resource
import signal
from pathlib import Path

import pytest
from processes import as_anybody, rows_of, run, start, when

TABLE = ["table", "two_layer", "width=1..3", "inputs=1..2", "--csv"]
slow = pytest.mark.slow
VERIFY = ["verify", "linear_rank", "diagonal_rank", "--csv"]


@pytest.fixture(scope="module")
def undisturbed():
    status, out, _ = run(*TABLE)
    assert status == 0
    return out


@pytest.mark.parametrize(
    ("number", "places"),
    [
        (signal.SIGKILL, (4,)),
        *(
            pytest.param(n, (2, 4, 7), marks=slow)
            for n in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
        ),
    ],
)
def test_a_table_that_is_stopped_goes_on_where_it_was(number, places, undisturbed, tmp_path):
    path = tmp_path / "ranks.jsonl"
    stops = 0
    for lines in places:
        process = start(*TABLE, "--save", str(path))
        when(path, lines, process)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        stops += process.returncode != 0
        if number != signal.SIGKILL and process.returncode:
            assert process.returncode == 130 and "interrupted" in err
            assert undisturbed.startswith(out)
        assert "Traceback" not in err
        before = rows_of(path)
    assert stops
    status, out, _ = run(*TABLE, "--save", str(path))
    assert (status, out) == (0, undisturbed)
    after = rows_of(path)
    assert after[: len(before)] == before
    assert len({row["key"] for row in after}) == len(after) == 6


@pytest.mark.parametrize("cut", [20, *(pytest.param(cut, marks=slow) for cut in (1, 60, 100_000))])
def test_a_last_line_that_was_cut_off_is_computed_again(cut, undisturbed, tmp_path):
    path = tmp_path / "ranks.jsonl"
    run(*TABLE, "--save", str(path))
    whole = path.read_bytes()
    path.write_bytes(whole[: max(1, len(whole) - cut)])
    status, out, _ = run(*TABLE, "--save", str(path))
    assert (status, out) == (0, undisturbed)
    assert path.read_bytes() == whole


@pytest.mark.parametrize("room", [700, *(pytest.param(room, marks=slow) for room in (300, 1500))])
def test_a_full_disk_loses_nothing(room, undisturbed, tmp_path):
    path = tmp_path / "ranks.jsonl"

    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    status, out, err = run(*TABLE, "--save", str(path), preexec_fn=small_disk)
    assert status == 2 and "cannot be written" in err and err.count("\n") == 1
    assert undisturbed.startswith(out)
    assert path.stat().st_size <= room
    kept = rows_of(path)
    status, out, _ = run(*TABLE, "--save", str(path))
    assert (status, out) == (0, undisturbed)
    assert rows_of(path)[: len(kept)] == kept


@slow
def test_a_disk_without_any_room_error(tmp_path):
    def no_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))

    status, out, err = run(*TABLE, "--save", str(tmp_path / "ranks.jsonl"), preexec_fn=no_disk)
    assert (status, out) == (2, "") and "cannot be written" in err


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "place", ["/proc/ranks.jsonl", "/dev/full", "/dev/null", ".", "/dev/zero", "a/b", "\0"]
)
def test_a_place_where_nothing_can_be_kept_error(place, tmp_path):
    status, out, err = (
        run(*TABLE, "--save", place, cwd=tmp_path) if place != "\0" else (2, "", "x\n")
    )
    assert (status, out) == (2, "") and err.count("\n") == 1


@pytest.mark.parametrize("words", [TABLE, pytest.param(VERIFY, marks=slow)])
def test_a_folder_that_may_not_be_written_error(words, tmp_path):
    place = tmp_path / "ranks.jsonl" if words is TABLE else tmp_path
    tmp_path.chmod(0o500)
    status, out, err = run(*words, "--save", str(place), preexec_fn=as_anybody)
    tmp_path.chmod(0o700)
    assert (status, out) == (2, "") and "Permission denied" in err and err.count("\n") == 1
    assert not list(tmp_path.iterdir())


@slow
def test_a_file_that_may_not_be_written_is_left_alone(undisturbed, tmp_path):
    path = tmp_path / "ranks.jsonl"
    run(*TABLE, "--save", str(path))
    before = path.read_bytes()
    path.chmod(0o400)
    status, out, err = run(*TABLE, "--save", str(path), preexec_fn=as_anybody)
    assert (status, out) == (2, "") and "Permission denied" in err
    assert path.read_bytes() == before
    path.chmod(0o600)
    assert run(*TABLE, "--save", str(path))[:2] == (0, undisturbed)


STRANGE = {
    "a text": lambda good: b"hello\n",
    "a text without line break": lambda good: b"hello",
    "json": lambda good: b"{}\n",
    "another json": lambda good: b'{"format": "rankstrat-report/1"}\n',
    "a picture": lambda good: bytes(range(256)) * 9,
    "a table of old": lambda good: b'{"format": "rankstrat-table/1", "key": "[]", "rows": []}\n',
    "another version": lambda good: good.replace(b'"version": "', b'"version": "9', 1),
    "a wrong rank": lambda good: good.replace(b"PROVED", b"PROVEN", 1),
    "a line that has lost its end": lambda good: good.replace(b'"}\n', b"\n", 2),
    "a zero byte": lambda good: good[:400] + b"\0" + good[401:],
    "deep": lambda good: b"[" * 100_000 + b"\n",
}


@pytest.mark.parametrize(
    "kind", [k if k == "another version" else pytest.param(k, marks=slow) for k in STRANGE]
)
def test_a_strange_file_is_refused_and_left_alone(kind, undisturbed, tmp_path):
    path = tmp_path / "ranks.jsonl"
    run(*TABLE, "--save", str(path))
    strange = STRANGE[kind](path.read_bytes())
    path.write_bytes(strange)
    status, out, err = run(*TABLE, "--save", str(path))
    assert (status, out) == (2, "") and "another name" in err and err.count("\n") == 1
    assert path.read_bytes() == strange


@slow
@pytest.mark.parametrize(
    "other",
    [
        ["table", "diagonal", "features=1..2"],
        [*TABLE, "--seed", "1"],
        ["table", "linear", "features=2"],
    ],
)
def test_a_file_of_another_question_is_refused(other, tmp_path):
    path = tmp_path / "ranks.jsonl"
    run(*TABLE, "--save", str(path))
    before = path.read_bytes()
    status, _, err = run(*other, "--save", str(path))
    assert status == 2 and "belongs to" in err
    assert path.read_bytes() == before


def test_two_processes_do_not_write_one_file(undisturbed, tmp_path):
    path = tmp_path / "ranks.jsonl"
    processes = [start(*TABLE, "--save", str(path)) for _ in range(2)]
    found = [(*p.communicate(timeout=120), p.returncode) for p in processes]
    assert [out for out, _, status in found if status == 0]
    for out, err, status in found:
        assert (status, out) == (0, undisturbed) or (status == 2 and "another process" in err)
    assert len({row["key"] for row in rows_of(path)}) == len(rows_of(path)) == 6


@pytest.mark.parametrize(
    ("number", "jobs"),
    [
        (signal.SIGKILL, "1"),
        *(
            pytest.param(n, j, marks=slow)
            for n, j in ((signal.SIGKILL, "2"), (signal.SIGTERM, "1"), (signal.SIGTERM, "2"))
        ),
    ],
)
def test_a_verification_that_is_stopped_goes_on_where_it_was(number, jobs, tmp_path):
    status, whole, _ = run(*VERIFY)
    assert status == 0
    folder = tmp_path / "reports"
    words = [*VERIFY, "--save", str(folder), "--jobs", jobs]
    for name, lines in (("diagonal_rank", 3), ("linear_rank", 3)):
        process = start(*words)
        when(folder / f"{name}.jsonl", lines, process)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        assert "Traceback" not in err
    kept = [
        row["row"]
        for name in ("linear_rank", "diagonal_rank")
        for row in rows_of(folder / f"{name}.jsonl")
    ]
    assert kept
    status, out, _ = run(*words)
    assert (status, out) == (0, whole)
    again = [
        row["row"]
        for name in ("linear_rank", "diagonal_rank")
        for row in rows_of(folder / f"{name}.jsonl")
    ]
    assert all(row in again for row in kept)
    cases = [json.dumps([row["statement"], row["case"]]) for row in again]
    assert len(set(cases)) == len(cases)
    report = json.loads((folder / "linear_rank.json").read_text())
    assert report["ok"] is True and report["version"] and report["seed"] == 0


@slow
def test_a_lost_worker_costs_no_row(tmp_path):
    _, whole, _ = run(*VERIFY)
    process = start(*VERIFY, "--save", str(tmp_path), "--jobs", "2")
    when(tmp_path / "linear_rank.jsonl", 1, process)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for child in children:
        if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text():
            os.kill(int(child), signal.SIGKILL)
            break
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (0, whole) and "Traceback" not in err


@slow
@pytest.mark.parametrize("room", [1200, 3000])
def test_a_full_disk_under_a_verification_loses_nothing(room, tmp_path):
    _, whole, _ = run(*VERIFY)

    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    status, _, err = run(*VERIFY, "--save", str(tmp_path), preexec_fn=small_disk)
    assert status == 2 and "cannot be written" in err
    (path,) = tmp_path.glob("*.jsonl")  # the first of two
    kept = rows_of(path)
    assert kept
    status, out, _ = run(*VERIFY, "--save", str(tmp_path))
    assert (status, out) == (0, whole)
    assert rows_of(path)[: len(kept)] == kept


STRANGE_REPORTS = {
    "another version": lambda good: good.replace(b'"version": "', b'"version": "9', 1),
    "another seed": lambda good: good.replace(b'"seed": 0', b'"seed": 1', 1),
    "another theorem": lambda good: good.replace(b"linear_rank", b"diagonal_rank"),
    "another verdict": lambda good: good.replace(b'"PROVED"', b'"OPEN"'),
    "a text": lambda good: b"hello\n",
    "a zero byte": lambda good: good[:200] + b"\0" + good[201:],
    "deep": lambda good: b"[" * 100_000 + b"\n",
}


@slow
@pytest.mark.parametrize("file", ["linear_rank.json", "linear_rank.jsonl"])
@pytest.mark.parametrize("kind", STRANGE_REPORTS)
def test_a_strange_report_is_refused_and_left_alone(kind, file, tmp_path):
    words = [*VERIFY, "--save", str(tmp_path)]
    run(*words)
    path = tmp_path / file
    if file.endswith(".jsonl"):  # what a run that was stopped has left
        (tmp_path / "linear_rank.json").unlink()
    strange = STRANGE_REPORTS[kind](path.read_bytes())
    assert strange != path.read_bytes()
    path.write_bytes(strange)
    status, _, err = run(*words)
    assert status == 2 and ("another name" in err or "start anew" in err)
    assert str(path) in err
    assert err.count("\n") == 1 and path.read_bytes() == strange


@slow
def test_two_verifications_do_not_write_one_folder(tmp_path):
    _, whole, _ = run(*VERIFY)
    processes = [start(*VERIFY, "--save", str(tmp_path)) for _ in range(2)]
    found = [(*p.communicate(timeout=120), p.returncode) for p in processes]
    for out, err, status in found:
        assert (status, out) == (0, whole) or (status == 2 and "another process" in err)
    assert any(status == 0 for _, _, status in found)
