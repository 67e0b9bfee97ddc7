from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import pytest

from musicvae.data.worker import Answer, Job, Worker
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


def test_a_crash_is_an_outcome_of_its_track(
    make_sound: Callable[..., Path], tmp_path: Path
) -> None:
    worker = Worker(CRASHING)
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


#: A worker that writes for ever.
STUCK = """
import threading
from pathlib import Path
from musicvae.data.worker import serve
from musicvae.files import replacing
def do(job):
    with replacing(job.target) as temporary:
        threading.Event().wait()
serve(do)
"""


def test_a_worker_that_is_ended_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    worker, answers = Worker(STUCK), SimpleQueue[Answer]()
    asking = threading.Thread(target=lambda: answers.put(worker.perform(job(tmp_path / "a.wav"))))
    asking.start()
    while not list(tmp_path.iterdir()):  # until it writes
        assert asking.is_alive()
    worker.close()
    asking.join()
    assert answers.get().outcome.stored is None
    assert list(tmp_path.iterdir()) == []


def test_a_process_for_which_there_is_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object, **options: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(DataError, match=r"Too many open files.*workers=1"):
        Worker().perform(job(tmp_path / "a.wav"))


def test_a_process_that_does_not_start(tmp_path: Path) -> None:
    worker = Worker("raise SystemExit(3)")
    with pytest.raises(DataError, match=r"exit code 3.*workers=1"):
        worker.perform(job(tmp_path / "a.wav"))
