from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from musicvae.data.lock import locked
from musicvae.data.worker import Job, Worker
from musicvae.errors import DataError

#: A worker whose decoder crashes on some files, as a library with a bug does.
CRASHING = """
import os
from musicvae.data.worker import perform, serve
def do(job):
    if "bad" in job.path:
        os.abort()
    print("a library that prints")
    return perform(job)
serve(do)
"""


def job(path: Path) -> Job:
    return Job(str(path), str(path.with_suffix(".npy")), 8_000, 1)


def test_a_crash_is_an_outcome_of_its_track(make_sound, tmp_path: Path) -> None:
    worker = Worker((sys.executable, "-c", CRASHING))
    try:
        answers = [
            worker.perform(job(make_sound(tmp_path / f"{name}.wav"))) for name in ("a", "bad", "c")
        ]
    finally:
        worker.close()
    good, bad, again = answers
    assert good.outcome.stored is not None
    assert again.outcome.stored is not None
    assert bad.outcome.reason is not None
    assert bad.outcome.reason.startswith("the decoder crashed on it (exit code ")
    assert not bad.lasting


def test_a_process_that_does_not_start(tmp_path: Path) -> None:
    worker = Worker((sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises(DataError, match=r"exit code 3.*workers=1"):
        worker.perform(job(tmp_path / "a.wav"))


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process")
def test_the_lock_is_free_when_its_holder_is_killed(tmp_path: Path) -> None:
    hold = (
        "import sys, time, pathlib\nfrom musicvae.data.lock import locked\n"
        "with locked(pathlib.Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)"
    )
    waits: list[str] = []
    command = [sys.executable, "-c", hold, tmp_path / "lock"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"

        def waiting() -> None:
            waits.append("waits")
            process.kill()

        with locked(tmp_path / "lock", waiting):
            assert waits == ["waits"]
    with locked(tmp_path / "lock", lambda: pytest.fail("nobody holds it")):
        pass
